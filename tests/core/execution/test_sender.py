"""Written first, once, and the fate of every intent followed to its end."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from decimal import Decimal

import pytest

from core.domain.enums import IntentState, OrderStatus, Side, SignalKind
from core.domain.events import OrderAnswered, OrderFailed, OrderReported, OrderSent
from core.domain.trading import Intent
from core.errors import JournalError, JournalRefused
from core.execution.book import AccountBook
from core.execution.intents import IntentBook
from core.execution.sender import Sender, SenderDeadlines
from core.simqmt.clockwork.conductor import Conductor
from core.simqmt.clockwork.loop import VirtualLoop
from tests.fakes import records as r
from tests.fakes.broker import FakeBroker, FakeEmergency, FakeJournal


class Bench:
    """A sender over fakes, run on virtual time."""

    def __init__(self) -> None:
        self.journal, self.broker, self.emergency = FakeJournal(), FakeBroker(), FakeEmergency()
        self.book, self.intents = AccountBook(), IntentBook()
        self.changes: list[tuple[str, IntentState]] = []
        self.journal_states: list[bool] = []
        self.tasks: list[asyncio.Task[None]] = []
        self.sender = Sender(
            journal=self.journal,
            emergency=self.emergency,
            broker=self.broker,
            book=self.book,
            intents=self.intents,
            spawn=self._spawn,
            on_intent=self._on_intent,
            on_journal=lambda error: self.journal_states.append(error is None),
            deadlines=SenderDeadlines(journal_s=2.0, answer_s=3.0),
        )

    def _spawn(self, work: Coroutine[object, object, None]) -> None:
        self.tasks.append(asyncio.get_running_loop().create_task(work))

    def _on_intent(self, intent: Intent) -> None:
        self.changes.append((intent.intent_id, intent.state))

    def send(self, intent: Intent, wait_s: float = 0.0) -> Intent:
        """Start an intent and let `wait_s` of virtual time pass; returns what became of it."""

        async def work() -> None:
            self.sender.start(intent, Decimal(10_000))
            await asyncio.gather(*self.tasks)
            await asyncio.sleep(wait_s)

        conductor = Conductor(1_000_000, hold_market=True)
        loop = VirtualLoop(conductor)
        conductor.start()
        try:
            loop.run_until_complete(work())
        finally:
            conductor.stop()
            loop.close()
        found = self.intents.get(intent.intent_id)
        assert found is not None
        return found


STOP = r.intent("K-1", side=Side.SELL, kind=SignalKind.STOP_LOSS, trigger="w/STOP_LOSS/20261120")


def test_the_intent_is_durable_before_the_order_leaves() -> None:
    bench = Bench()
    order: list[str] = []
    write, submit = bench.journal.commit_intent, bench.broker.submit

    async def commit(intent: Intent) -> None:
        assert not bench.broker.submitted
        await write(intent)
        order.append("durable")

    bench.journal.commit_intent = commit  # type: ignore[method-assign]
    bench.broker.submit = lambda request: (order.append("sent"), submit(request))[1]  # type: ignore[method-assign]
    bench.send(r.intent("K-1"))
    assert order == ["durable", "sent"]
    assert bench.broker.submitted[0].intent_id == "K-1"


@pytest.mark.parametrize("kind", [SignalKind.ENTRY, SignalKind.TAKE_PROFIT, None])
def test_without_a_journal_nothing_but_a_stop_leaves(kind: SignalKind | None) -> None:
    bench = Bench()
    bench.journal.error = JournalError("磁盘满")
    sent = bench.send(r.intent("K-1", kind=kind))
    assert bench.broker.submitted == []
    assert sent.state is IntentState.NOT_SENT
    assert "磁盘满" in sent.message
    assert bench.journal_states == [False]


def test_without_a_journal_a_stop_goes_through_the_emergency_file() -> None:
    bench = Bench()
    bench.journal.error = JournalError("磁盘满")
    bench.send(STOP)
    assert bench.emergency.written == [STOP]
    assert [request.intent_id for request in bench.broker.submitted] == ["K-1"]


def test_when_that_fails_too_it_is_not_sent() -> None:
    bench = Bench()
    bench.journal.error = bench.emergency.error = JournalError("磁盘满")
    sent = bench.send(STOP)
    assert bench.broker.submitted == []
    assert sent.state is IntentState.NOT_SENT
    assert "止损没有发出" in sent.message


def test_a_trigger_that_has_an_order_alive_is_not_sent_again() -> None:
    """The journal works and says no; that is no reason for the emergency file."""
    bench = Bench()
    bench.journal.error = JournalRefused("同一触发已有委托")
    sent = bench.send(STOP)
    assert (bench.broker.submitted, bench.emergency.written) == ([], [])
    assert sent.state is IntentState.NOT_SENT
    assert bench.journal_states == [True]


def test_a_journal_that_hangs_does_not_hold_a_stop_back() -> None:
    bench = Bench()

    async def hang(intent: Intent) -> None:
        await asyncio.sleep(3600)

    bench.journal.commit_intent = hang  # type: ignore[method-assign]
    bench.send(STOP)
    assert bench.emergency.written == [STOP]
    assert len(bench.broker.submitted) == 1


def test_a_channel_that_is_down_is_proof_that_nothing_left() -> None:
    bench = Bench()
    bench.broker.ready = False
    assert bench.send(r.intent("K-1")).state is IntentState.NOT_SENT
    assert bench.broker.submitted == []


def test_no_answer_in_time_is_an_unknown_fate() -> None:
    bench = Bench()
    assert bench.send(r.intent("K-1"), wait_s=2.9).state is IntentState.COMMITTED
    bench = Bench()
    assert bench.send(r.intent("K-1"), wait_s=3.1).state is IntentState.UNKNOWN


def test_a_seq_is_not_acceptance_and_a_number_is() -> None:
    bench = Bench()
    bench.send(r.intent("K-1"))
    bench.sender.on_sent(OrderSent(1, "K-1", 7))
    assert bench.changes[-1] == ("K-1", IntentState.SENT)
    bench.sender.on_answered(OrderAnswered(1, "K-1", 7, 1001, ""))
    assert bench.changes[-1] == ("K-1", IntentState.WORKING)


def test_a_late_answer_resolves_an_unknown_fate() -> None:
    bench = Bench()
    bench.send(r.intent("K-1"), wait_s=4)
    bench.sender.on_answered(OrderAnswered(1, "K-1", 7, 1001, ""))
    assert bench.changes[-1] == ("K-1", IntentState.WORKING)


def test_pushes_before_the_answer_are_understood_by_their_remark() -> None:
    bench = Bench()
    bench.send(r.intent("K-1"))
    filled = r.order(1001, OrderStatus.SUCCEEDED, traded=1000, remark="K-1")
    bench.book.apply_order(filled)
    bench.sender.on_order(OrderReported(1, filled))
    bench.sender.on_answered(OrderAnswered(1, "K-1", 7, 1001, ""))
    found = bench.intents.get("K-1")
    assert found is not None
    assert (found.state, found.filled, found.order_id) == (IntentState.FILLED, 1000, 1001)


def test_a_counter_refusal_keeps_the_vendors_words() -> None:
    bench = Bench()
    bench.send(r.intent("K-1"))
    bench.sender.on_answered(OrderAnswered(1, "K-1", 7, 1001, ""))
    junk = r.order(1001, OrderStatus.JUNK, remark="K-1", message="[COUNTER] [260200][可用资金不足]")
    bench.book.apply_order(junk)
    bench.sender.on_order(OrderReported(1, junk))
    bench.sender.on_failed(OrderFailed(1, "K-1", 1001, -61, "[COUNTER] [260200][可用资金不足]"))
    found = bench.intents.get("K-1")
    assert found is not None
    assert (found.state, found.message) == (IntentState.REFUSED, "[COUNTER] [260200][可用资金不足]")


def test_an_error_does_not_end_an_order_that_is_alive() -> None:
    bench = Bench()
    bench.send(r.intent("K-1"))
    alive = r.order(1001, OrderStatus.REPORTED, remark="K-1")
    bench.book.apply_order(alive)
    bench.sender.on_order(OrderReported(1, alive))
    bench.sender.on_failed(OrderFailed(1, "K-1", 1001, -61, "stale"))
    found = bench.intents.get("K-1")
    assert found is not None
    assert found.state is IntentState.WORKING


def test_an_order_does_not_outlive_its_day() -> None:
    bench = Bench()
    bench.intents.add(r.intent("K-1", state=IntentState.WORKING, order_id=9, filled=300), Decimal(10_000))
    bench.sender.expire_before(r.MOMENT.date())
    assert bench.changes == []
    bench.sender.expire_before(r.MOMENT.date() + timedelta(days=1))
    found = bench.intents.get("K-1")
    assert found is not None
    assert (found.state, found.filled) == (IntentState.CANCELED, 300)
    assert bench.intents.open_buys(found.symbol) == 0
