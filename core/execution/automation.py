"""From a level that was hit to a decision, and from a decision to an intent. Runs on the trading loop.

A level is told about once for each thing that happens to it: a new decision is recorded only when outcome or
reason differ from the last, so a price that stays at a level does not fill the journal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Protocol

from core.clock import Clock
from core.domain.decision import Decision, Reason, Signal
from core.domain.enums import IntentState, Outcome, SignalKind
from core.domain.market import Quote, Symbol
from core.domain.trading import Intent
from core.domain.watch import WatchItem
from core.execution.counter_texts import explain
from core.execution.deciding import Verdict, decide
from core.execution.facts import Case, DeskFacts, SymbolFacts
from core.execution.ids import Ids
from core.execution.sender import Sender
from core.execution.triggers import Trigger, TriggerBook
from core.risk.gate import RiskGate


class LevelHit(Protocol):
    """What the monitor reports: a level of an item met by a quote. Prices in thousandths."""

    @property
    def item_id(self) -> str: ...
    @property
    def kind(self) -> SignalKind: ...
    @property
    def level_milli(self) -> int: ...
    @property
    def quote(self) -> Quote: ...
    @property
    def edge(self) -> bool: ...


class Facts(Protocol):
    """Where the figures of a decision come from."""

    def desk(self) -> DeskFacts: ...

    def of(self, symbol: Symbol) -> SymbolFacts: ...


class Automation:
    """Decides hits, one after the other, in the order the monitor gives them."""

    def __init__(
        self,
        *,
        account_id: str,
        clock: Clock,
        ids: Ids,
        triggers: TriggerBook,
        gate: RiskGate,
        sender: Sender,
        facts: Facts,
        on_signal: Callable[[Signal], None],
        on_decision: Callable[[Decision], None],
    ) -> None:
        self._account_id = account_id
        self._clock = clock
        self._ids = ids
        self.triggers = triggers
        self._gate = gate
        self._sender = sender
        self._facts = facts
        self._on_signal = on_signal
        self._on_decision = on_decision
        self._cancel_asked: dict[int, int] = {}

    def on_hits(self, hits: Iterable[LevelHit], items: dict[str, WatchItem]) -> None:
        """Decide what each hit means now."""
        for hit in hits:
            item = items.get(hit.item_id)
            if item is not None:
                self._on_hit(item, hit)

    def on_final(self, intent: Intent) -> float | None:
        """An intent of ours ended. Records what the broker made of it when it was not what was meant.

        Answers in how many seconds its level may act again, None when it acts no more.
        """
        if intent.kind is None or not intent.trigger:
            return None
        trigger = self.triggers.of(intent.item_id, intent.kind)
        if trigger.key != intent.trigger:
            return None  # of another trading day
        now = self._clock.now_ms()
        armed = trigger.ended(intent, now)
        again = max(trigger.not_before_ms - now, 0) / 1000 if armed else None
        if intent.state is IntentState.FILLED or trigger.signal is None:
            return again
        done = f"成交 {intent.filled:,}/{intent.volume:,} 股" if intent.filled else "没有成交"
        plain = f"{known}。" if (known := explain(intent.message)) else ""
        words = {
            IntentState.REFUSED: f"柜台拒绝，{done}。{plain}柜台原文：{intent.message}",
            IntentState.CANCELED: f"委托已撤，{done}",
            IntentState.NOT_SENT: f"委托没有发出：{intent.message}",
        }
        reason = Reason(intent.state.value, words.get(intent.state, intent.message), False)
        self._tell(trigger, trigger.signal, Verdict(Outcome.FAILED, (reason,)), intent.intent_id)
        return again

    def _on_hit(self, item: WatchItem, hit: LevelHit) -> None:
        trigger = self.triggers.of(item.item_id, hit.kind)
        if trigger.spent or self._clock.now_ms() < trigger.not_before_ms:
            return
        level = Decimal(hit.level_milli) / 1000
        symbol = item.symbol
        case = Case(item, hit.kind, hit.quote, level, self._facts.desk(), self._facts.of(symbol))
        verdict = decide(case, self._gate)
        self._cancel(verdict.cancel)
        if verdict.outcome is not Outcome.ACTED and trigger.last == (verdict.outcome, verdict.code):
            return
        fresh = trigger.signal is None or hit.edge
        signal = self._signal(case) if fresh or trigger.signal is None else trigger.signal
        trigger.signal = signal
        # First: an order must not wait in the storage lane for the record of its own signal.
        intent_id = self._act(trigger, signal, case, verdict)
        if fresh:
            self._on_signal(signal)
        self._tell(trigger, signal, verdict, intent_id)

    def _signal(self, case: Case) -> Signal:
        return Signal(
            signal_id=self._ids.signal(),
            item_id=case.item.item_id,
            symbol=case.item.symbol,
            kind=case.kind,
            time=case.quote.time,
            price=case.quote.last_price,
            level=case.level,
        )

    def _act(self, trigger: Trigger, signal: Signal, case: Case, verdict: Verdict) -> str:
        if verdict.outcome is not Outcome.ACTED or verdict.price is None:
            return ""
        trigger.began(partial=case.kind is not SignalKind.ENTRY and verdict.volume < case.facts.sellable)
        intent = Intent(
            intent_id=self._ids.intent(),
            account_id=self._account_id,
            symbol=case.item.symbol,
            side=case.kind.side,
            volume=verdict.volume,
            price=verdict.price,
            created=self._clock.now(),
            state=IntentState.COMMITTED,
            item_id=case.item.item_id,
            signal_id=signal.signal_id,
            kind=case.kind,
            trigger=trigger.key,
        )
        if case.kind is SignalKind.ENTRY:
            self.triggers.bought(intent.item_id)
        self._sender.start(intent, verdict.freeze)
        return intent.intent_id

    def _tell(self, trigger: Trigger, signal: Signal, verdict: Verdict, intent_id: str) -> None:
        trigger.last = (verdict.outcome, verdict.code)
        waits = verdict.outcome is Outcome.WAITING
        trigger.since = (trigger.since or self._clock.now()) if waits else None
        decision = Decision(
            decision_id=self._ids.decision(),
            signal_id=signal.signal_id,
            item_id=signal.item_id,
            symbol=signal.symbol,
            kind=signal.kind,
            time=self._clock.now(),
            outcome=verdict.outcome,
            reasons=verdict.reasons,
            price=verdict.price,
            volume=verdict.volume,
            intent_id=intent_id,
        )
        trigger.last_text = decision.summary
        self._on_decision(decision)

    def _cancel(self, order_ids: tuple[int, ...]) -> None:
        """Ask for each cancel at most every three seconds."""
        now = self._clock.now_ms()
        for order_id in order_ids:
            if now - self._cancel_asked.get(order_id, -3_000) >= 3_000:
                self._cancel_asked[order_id] = now
                self._sender.cancel(order_id)
