"""How the state of a watch item looks and what it is called, wherever it is shown."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from core.domain.enums import ItemState
from widgets.icons import Icon

translate = QCoreApplication.translate


@dataclass(frozen=True, slots=True)
class StateLook:
    """Icon and colour token of a state; `alarm` states are shown as a filled block."""

    icon: Icon
    tone: str
    text_tone: str
    alarm: bool = False


STATE_LOOKS: dict[ItemState, StateLook] = {
    ItemState.WATCHING: StateLook(Icon.WATCHING, "acc", "t1"),
    ItemState.ENTERING: StateLook(Icon.ENTERING, "acc", "t1"),
    ItemState.EXITING: StateLook(Icon.EXITING, "acc", "t1"),
    ItemState.HOLDING: StateLook(Icon.SHIELD, "acc", "t1"),
    ItemState.HOLDING_UNPROTECTED: StateLook(Icon.SHIELD_OPEN, "warn", "warn"),
    ItemState.STOP_BLOCKED: StateLook(Icon.LOCK, "alarm", "alarm", alarm=True),
    ItemState.PROTECTION_LOST: StateLook(Icon.OCTAGON, "alarm", "alarm", alarm=True),
    ItemState.UNKNOWN_ORDER: StateLook(Icon.DIAMOND, "alarm", "alarm", alarm=True),
    ItemState.BLOCKED: StateLook(Icon.BLOCKED, "warn", "warn"),
    ItemState.ALERT_ONLY: StateLook(Icon.BELL, "t2", "t2"),
    ItemState.SUSPENDED: StateLook(Icon.SUSPENDED, "t2", "t2"),
    ItemState.DONE: StateLook(Icon.TICK, "t2", "t2"),
}


def shield_state(state: ItemState, protected: bool) -> ItemState:
    """What a holding's shield says: while an order works or a signal is blocked, whether its stop can act."""
    if state in (ItemState.ENTERING, ItemState.EXITING, ItemState.BLOCKED):
        return ItemState.HOLDING if protected else ItemState.HOLDING_UNPROTECTED
    return state


def protection_look(state: ItemState, protected: bool) -> StateLook:
    """Shield, open shield, padlock or octagon of a holding."""
    return STATE_LOOKS[shield_state(state, protected)]


def state_word(state: ItemState) -> str:
    """The plain word of a state."""
    words = {
        ItemState.WATCHING: translate("Watchlist", "监测中"),
        ItemState.ENTERING: translate("Watchlist", "买入中"),
        ItemState.EXITING: translate("Watchlist", "卖出中"),
        ItemState.HOLDING: translate("Watchlist", "持有 · 受保护"),
        ItemState.HOLDING_UNPROTECTED: translate("Watchlist", "持有 · 无保护"),
        ItemState.STOP_BLOCKED: translate("Watchlist", "止损待发"),
        ItemState.PROTECTION_LOST: translate("Watchlist", "持有 · 无保护"),
        ItemState.UNKNOWN_ORDER: translate("Watchlist", "委托不明"),
        ItemState.BLOCKED: translate("Watchlist", "已触发 · 被拦截"),
        ItemState.ALERT_ONLY: translate("Watchlist", "仅提醒"),
        ItemState.SUSPENDED: translate("Watchlist", "停牌"),
        ItemState.DONE: translate("Watchlist", "完成"),
    }
    return words[state]
