"""What the desk says about its trading calendar: the warning months before it ends, and the stop on an unknown day."""

from __future__ import annotations

from datetime import date

from core.domain.enums import AlarmRank, Mode
from core.exchange.calendar import DayKind
from core.exchange.user_days import FILE_NAME
from core.service.parts import DeskParts

_KEY = "calendar"


def tell_calendar(parts: DeskParts, day: date) -> None:
    """Warn about `day`; on the invented days of the built-in market there is nothing to warn about."""
    text = parts.calendar.horizon_warning(day)
    if text is None or parts.status.mode is Mode.PAPER:
        parts.speaker.cure(_KEY)
        return
    unknown = parts.calendar.kind(day) is DayKind.UNKNOWN
    rank = AlarmRank.ALARM if unknown else AlarmRank.CARE
    title = "不知道今天是否开市" if unknown else "交易日历快到期"
    parts.speaker.alarm(
        _KEY, rank, title, f"{text}添加的办法：在数据目录的 {FILE_NAME} 里写一行，见使用说明。"
    )
