"""Memory of each level of each item for one trading day: what was said about it, and whether it is spent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from core.domain.decision import Signal
from core.domain.enums import IntentState, Outcome, SignalKind
from core.domain.trading import Intent

RETRY_MS = (3_000, 5_000, 10_000)
SLOW_RETRY_MS = 60_000


def trigger_key(item_id: str, kind: SignalKind, day: date) -> str:
    """Name of a trigger: one volume a day, whatever happens to connections and programs."""
    return f"{item_id}/{kind.value}/{day:%Y%m%d}"


@dataclass(slots=True)
class Trigger:
    """State of one level. `spent` once it acted; a stop is spent only when it is filled.

    `partial`: its order is less than all that could be sold. `filled`: it was done in full. `renewed`: shares were bought
    while its order was on its way.
    `last` is what was last told about it, so that nothing is told twice; `since` is when it began to wait.
    """

    key: str
    spent: bool = False
    acting: bool = False
    partial: bool = False
    filled: bool = False
    renewed: bool = False
    signal: Signal | None = None
    last: tuple[Outcome, str] | None = None
    last_text: str = ""
    since: datetime | None = None
    failures: int = 0
    not_before_ms: int = 0

    def began(self, partial: bool) -> None:
        """An order is on its way; `partial` when it is less than all that could be sold."""
        self.spent, self.acting, self.partial, self.renewed = True, True, partial, False

    def ended(self, intent: Intent, now_ms: int) -> bool:
        """An intent of this trigger is final. True when the trigger is armed again.

        An entry or take-profit that the broker saw is spent. A stop that was refused or cancelled is not done, and no
        exit is while it left something to sell.
        """
        self.acting = False
        self.filled = intent.state is IntentState.FILLED
        if self.filled:
            self.failures = 0
            again = self.partial or self.renewed
        else:
            again = intent.state is IntentState.NOT_SENT or intent.kind is SignalKind.STOP_LOSS
        if not again:
            return False
        self.spent = False
        if not self.filled:
            wait = RETRY_MS[self.failures] if self.failures < len(RETRY_MS) else SLOW_RETRY_MS
            self.failures += 1
            self.not_before_ms = now_ms + wait
        return True


class TriggerBook:
    """Triggers of one trading day, made when first needed."""

    def __init__(self, day: date) -> None:
        self.day = day
        self._triggers: dict[tuple[str, SignalKind], Trigger] = {}

    def of(self, item_id: str, kind: SignalKind) -> Trigger:
        """The trigger of one level."""
        key = (item_id, kind)
        found = self._triggers.get(key)
        if found is None:
            found = self._triggers[key] = Trigger(trigger_key(item_id, kind, self.day))
        return found

    def bought(self, item_id: str) -> None:
        """The item enters: exits that were done in full sold shares that are gone; they are armed for the new ones."""
        for kind in (SignalKind.TAKE_PROFIT, SignalKind.STOP_LOSS):
            trigger = self.of(item_id, kind)
            trigger.renewed = trigger.acting
            if trigger.filled and not trigger.acting:
                trigger.spent = False

    def restore(self, intents: Iterable[Intent]) -> None:
        """Spend what was spent before a restart; `intents` oldest first."""
        for intent in intents:
            if not intent.trigger or intent.kind is None:
                continue
            trigger = self.of(intent.item_id, intent.kind)
            if trigger.key != intent.trigger:
                continue
            trigger.filled = intent.state is IntentState.FILLED
            if not intent.state.is_final:
                trigger.began(partial=False)
            elif intent.kind is SignalKind.STOP_LOSS:
                trigger.spent = trigger.spent or intent.state is IntentState.FILLED
            else:
                trigger.spent = trigger.spent or intent.state is not IntentState.NOT_SENT
            if intent.kind is SignalKind.ENTRY and intent.state is not IntentState.NOT_SENT:
                self.bought(intent.item_id)

    def waiting(self) -> frozenset[str]:
        """Items of which some trigger waits for the first moment it can act, a failed stop for its next try."""
        return frozenset(
            item_id
            for (item_id, kind), trigger in self._triggers.items()
            if trigger.last is not None
            and (
                trigger.last[0] is Outcome.WAITING
                or (trigger.last[0] is Outcome.FAILED and kind is SignalKind.STOP_LOSS)
            )
        )
