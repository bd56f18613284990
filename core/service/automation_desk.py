"""Automation on the desk: which levels the newest quotes hit, what is decided about them, and when to look again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from core.domain.decision import Decision, Signal
from core.domain.enums import SignalKind
from core.domain.market import Symbol
from core.domain.trading import Intent
from core.domain.watch import WatchItem
from core.execution.automation import Automation
from core.execution.ids import Ids
from core.execution.triggers import TriggerBook
from core.service.items import ItemBook
from core.service.parts import DeskParts


class AutomationDesk:
    """Runs on the trading loop. Begins anew with each trading day; before the first nothing is decided.

    `free` leaves out items that may not trigger now; `on_items` is told whose state changed by a decision.
    """

    def __init__(
        self,
        parts: DeskParts,
        items: ItemBook,
        free: Callable[[dict[str, WatchItem]], dict[str, WatchItem]],
        on_items: Callable[[Sequence[str]], None],
    ) -> None:
        self._parts = parts
        self._items = items
        self._free = free
        self._on_items = on_items
        self._automation: Automation | None = None
        self._stopped = False
        self.ids: Ids | None = None

    @property
    def triggers(self) -> TriggerBook | None:
        """What the day's levels did so far; None before the first day."""
        return None if self._automation is None else self._automation.triggers

    def begin(self, day: date, first_number: int) -> None:
        """Arm the levels for `day`, less those that acted on it. Ids count from `first_number`."""
        p = self._parts
        self.ids = Ids(p.journal.tag, day, first_number)
        triggers = TriggerBook(day)
        triggers.restore(p.intents.all())
        self._automation = Automation(
            account_id=p.broker.account_id,
            clock=p.clock,
            ids=self.ids,
            triggers=triggers,
            gate=p.gate,
            sender=p.sender,
            facts=p.account,
            on_signal=self._on_signal,
            on_decision=self._on_decision,
        )

    def stop(self) -> None:
        """Look at nothing again: the desk ends."""
        self._stopped = True

    def take(self, rows: NDArray[np.intp]) -> None:
        """These rows of the board hold a newer quote."""
        if self._automation is not None and len(rows):
            self._automation.on_hits(self._parts.monitor.sweep(rows), self._free(self._items.all))

    def sweep(self, symbol: Symbol) -> None:
        """Compare the levels of a symbol with the quote that is there."""
        row = self._parts.board.row(symbol)
        if row is not None and self._automation is not None:
            self._parts.meter.batch()
            self.take(np.array([row], dtype=np.intp))

    def look_again(self) -> None:
        """The account changed: triggers that wait may act now, on the quotes that are there."""
        if self._automation is None or self._stopped:
            return
        waiting = self._automation.triggers.waiting()
        if not waiting:
            return
        for symbol in [s for s in self._items.symbols if not waiting.isdisjoint(self._items.of(s))]:
            self.sweep(symbol)

    def ended(self, intent: Intent) -> None:
        """An intent is final: its level may have to act again, a stop after the wait that its policy gives."""
        if self._automation is None:
            return
        wait_s = self._automation.on_final(intent)
        if wait_s is not None and intent.kind is SignalKind.STOP_LOSS:
            asyncio.get_running_loop().call_later(wait_s, self.look_again)

    def _on_signal(self, signal: Signal) -> None:
        self._parts.recorder.signal(signal)
        self._parts.speaker.signal(signal)

    def _on_decision(self, decision: Decision) -> None:
        p = self._parts
        if decision.intent_id:
            p.meter.decided(decision.intent_id)
        p.recorder.decision(decision)
        item = self._items.all.get(decision.item_id)
        p.speaker.decision(decision, alerts=item is None or item.alerts)
        self._on_items(self._items.of(decision.symbol))
