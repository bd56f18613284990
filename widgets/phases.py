"""Words for the phase of the day, and how long it lasts, for the clock on the bar."""

from __future__ import annotations

from datetime import datetime, time

from PySide6.QtCore import QCoreApplication

from core.domain.enums import Phase

translate = QCoreApplication.translate
_NOON, _CALL = time(12, 0), time(14, 57)


def phase_word(phase: Phase) -> str:
    """The phase in words."""
    words = {
        Phase.PRE_OPEN: translate("Clock", "盘前"),
        Phase.OPEN_CALL: translate("Clock", "开盘竞价"),
        Phase.PAUSE: translate("Clock", "开盘前静默"),
        Phase.CONTINUOUS: translate("Clock", "连续竞价"),
        Phase.LUNCH: translate("Clock", "午间休市"),
        Phase.CLOSE_CALL: translate("Clock", "收盘竞价"),
        Phase.AFTER_HOURS: translate("Clock", "盘后"),
        Phase.CLOSED: translate("Clock", "休市"),
        Phase.SUSPENDED: translate("Clock", "停牌"),
        Phase.UNKNOWN: translate("Clock", "时段未知"),
    }
    return words[phase]


def weekday_word(moment: datetime) -> str:
    """周一 to 周日."""
    words = (
        translate("Clock", "周一"),
        translate("Clock", "周二"),
        translate("Clock", "周三"),
        translate("Clock", "周四"),
        translate("Clock", "周五"),
        translate("Clock", "周六"),
        translate("Clock", "周日"),
    )
    return words[moment.weekday()]


def countdown(now: datetime, phase: Phase) -> str:
    """`距午休 58:53`: what comes next and when; empty when nothing does today."""
    if phase is Phase.CONTINUOUS:
        if now.time() < _NOON:
            goal, words = time(11, 30), translate("Clock", "距午休 {left}")
        elif now.time() < _CALL:
            goal, words = _CALL, translate("Clock", "距收盘竞价 {left}")
        else:
            goal, words = time(15, 0), translate("Clock", "距收盘 {left}")
    else:
        goals = {
            Phase.PRE_OPEN: (time(9, 15), translate("Clock", "距竞价 {left}")),
            Phase.OPEN_CALL: (time(9, 25), translate("Clock", "距竞价结束 {left}")),
            Phase.PAUSE: (time(9, 30), translate("Clock", "距开盘 {left}")),
            Phase.LUNCH: (time(13, 0), translate("Clock", "距开盘 {left}")),
            Phase.CLOSE_CALL: (time(15, 0), translate("Clock", "距收盘 {left}")),
        }
        if phase not in goals:
            return ""
        goal, words = goals[phase]
    end = now.replace(hour=goal.hour, minute=goal.minute, second=0, microsecond=0)
    left = int((end - now).total_seconds())
    if left < 0:
        return ""
    minutes, seconds = divmod(left, 60)
    hours, minutes = divmod(minutes, 60)
    text = f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"
    return words.format(left=text)
