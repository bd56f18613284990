"""Words, icons and colours of statuses, sides, signals and outcomes."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from core.domain.enums import AlarmRank, OrderStatus, Outcome, Side, SignalKind
from widgets.icons import Icon

translate = QCoreApplication.translate


def status_word(status: int) -> str:
    """Chinese for a broker's order status; a code we do not know is shown as it is."""
    words: dict[int, str] = {
        OrderStatus.UNREPORTED: translate("Blotter", "未报"),
        OrderStatus.WAIT_REPORTING: translate("Blotter", "待报"),
        OrderStatus.REPORTED: translate("Blotter", "已报"),
        OrderStatus.REPORTED_CANCEL: translate("Blotter", "已报待撤"),
        OrderStatus.PARTSUCC_CANCEL: translate("Blotter", "部成待撤"),
        OrderStatus.PART_CANCEL: translate("Blotter", "部撤"),
        OrderStatus.CANCELED: translate("Blotter", "已撤"),
        OrderStatus.PART_SUCC: translate("Blotter", "部成"),
        OrderStatus.SUCCEEDED: translate("Blotter", "已成"),
        OrderStatus.JUNK: translate("Blotter", "废单"),
        OrderStatus.UNKNOWN: translate("Blotter", "未知"),
    }
    return words.get(status) or str(int(status))


def price_type_word(price_type: int) -> str:
    """How a counter says that the price was given: limit, or one of the market types. Unknown numbers as they are.

    A counter answers with numbers of its own (50 for a limit order sent as 11); some echo what was sent.
    """
    words = {
        11: translate("Blotter", "限价"),
        49: translate("Blotter", "市价"),
        50: translate("Blotter", "限价"),
        51: translate("Blotter", "最优价"),
        84: translate("Blotter", "对手方最优"),
        85: translate("Blotter", "五档转限价"),
        86: translate("Blotter", "本方最优"),
        87: translate("Blotter", "即成剩撤"),
        88: translate("Blotter", "五档剩撤"),
        89: translate("Blotter", "全成或撤"),
    }
    return words.get(price_type) or str(price_type)


_KNOWN = frozenset(int(status) for status in OrderStatus if status is not OrderStatus.UNKNOWN)


def status_look(status: int) -> tuple[Icon, str, str]:
    """(icon, icon tone, text tone) of an order status."""
    if status == OrderStatus.SUCCEEDED:
        return Icon.TICK, "acc", "t1"
    if status in (OrderStatus.CANCELED, OrderStatus.PART_CANCEL):
        return Icon.MINUS, "t2", "t2"
    if status == OrderStatus.JUNK:
        return Icon.BLOCKED, "warn", "warn"
    if status in _KNOWN:
        return Icon.WAIT, "acc", "t1"
    return Icon.DIAMOND, "alarm", "alarm"


def side_word(side: Side) -> str:
    """买入 or 卖出."""
    return translate("Blotter", "买入") if side is Side.BUY else translate("Blotter", "卖出")


def side_tone(side: Side) -> str:
    """Buys follow the rising colour, sells the falling one."""
    return "rise" if side is Side.BUY else "fall"


def kind_word(kind: SignalKind) -> str:
    """进场, 止盈, 止损."""
    words = {
        SignalKind.ENTRY: translate("Blotter", "进场"),
        SignalKind.TAKE_PROFIT: translate("Blotter", "止盈"),
        SignalKind.STOP_LOSS: translate("Blotter", "止损"),
    }
    return words[kind]


KIND_TONES = {SignalKind.ENTRY: "zone", SignalKind.TAKE_PROFIT: "tp", SignalKind.STOP_LOSS: "sl"}


def outcome_word(outcome: Outcome) -> str:
    """What became of a signal."""
    words = {
        Outcome.ACTED: translate("Blotter", "已做"),
        Outcome.WAITING: translate("Blotter", "等待"),
        Outcome.BLOCKED: translate("Blotter", "未做"),
        Outcome.SKIPPED: translate("Blotter", "略过"),
        Outcome.FAILED: translate("Blotter", "失败"),
    }
    return words[outcome]


def outcome_look(outcome: Outcome, kind: SignalKind) -> tuple[Icon, str, str]:
    """(icon, icon tone, text tone); a stop that cannot act is an alarm, an entry that may not is care."""
    if outcome is Outcome.ACTED:
        return Icon.TICK, "acc", "t1"
    if outcome is Outcome.SKIPPED:
        return Icon.MINUS, "t2", "t2"
    tone = "alarm" if kind is SignalKind.STOP_LOSS else "warn"
    if outcome is Outcome.WAITING:
        return Icon.WAIT, tone, tone
    if outcome is Outcome.BLOCKED:
        return Icon.BLOCKED, tone, tone
    return Icon.OCTAGON, "alarm", "alarm"


def rank_word(rank: AlarmRank) -> str:
    """告警, 注意, 消息."""
    words = {
        AlarmRank.ALARM: translate("Blotter", "告警"),
        AlarmRank.CARE: translate("Blotter", "注意"),
        AlarmRank.MESSAGE: translate("Blotter", "消息"),
    }
    return words[rank]


RANK_LOOKS = {
    AlarmRank.ALARM: (Icon.OCTAGON, "alarm"),
    AlarmRank.CARE: (Icon.WARN, "warn"),
    AlarmRank.MESSAGE: (Icon.INFO, "t2"),
}
