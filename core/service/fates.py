"""What a start found out about orders that were open when the program ended, in words."""

from __future__ import annotations

from core.domain.enums import IntentState, Side
from core.domain.trading import Intent

_FATE = {
    IntentState.FILLED: "已全部成交",
    IntentState.CANCELED: "已撤或已过期",
    IntentState.REFUSED: "被柜台拒绝",
    IntentState.NOT_SENT: "没有到达柜台",
}


def difference(intent: Intent) -> str:
    """What a start found out about an order that was open when the program ended."""
    verb = "买入" if intent.side is Side.BUY else "卖出"
    fate = _FATE.get(intent.state, "仍在柜台")
    return f"{intent.symbol} {verb} {intent.volume:,} 股{fate}（成交 {intent.filled:,} 股）"
