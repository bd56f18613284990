"""How the state of a watch item looks: one icon and one colour for each, wherever it is shown."""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.enums import ItemState
from widgets.icons import Icon


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
