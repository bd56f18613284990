"""The channel over time, on a scripted broker: what proves ready, what an answer may change, what a start tells."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import timedelta

import pytest

from core.clock import ManualClock
from core.domain.enums import AlarmRank, IntentState, LinkState, Mode, OrderStatus
from core.domain.events import OrderReported, TradeReported
from core.domain.market import datetime_to_ms
from core.domain.trading import Asset, Intent, Order, Position
from core.errors import BrokerError
from core.execution.book import AccountBook
from core.execution.intents import IntentBook
from core.execution.sender import Sender, SenderDeadlines
from core.service import link as linking
from core.service.account import DeskStatus
from core.service.link import BrokerLink
from core.service.recorder import Tasks
from tests.fakes import records as r
from tests.fakes.broker import FakeBroker, FakeEmergency, FakeJournal


class Bench:
    """A link with its rooms; `alarms` holds (key, rank, text)."""

    def __init__(self) -> None:
        self.broker, self.book, self.intents, self.tasks = FakeBroker(), AccountBook(), IntentBook(), Tasks()
        self.status = DeskStatus(Mode.PAPER)
        self.alarms: list[tuple[str, AlarmRank, str]] = []
        self.changed: list[Intent] = []
        self.account_news = 0
        self.sender = Sender(
            journal=FakeJournal(),
            emergency=FakeEmergency(),
            broker=self.broker,
            book=self.book,
            intents=self.intents,
            spawn=self.tasks.spawn,
            on_intent=self.changed.append,
            on_journal=lambda _error: None,
            deadlines=SenderDeadlines(),
        )
        self.link = BrokerLink(
            broker=self.broker,
            book=self.book,
            intents=self.intents,
            sender=self.sender,
            status=self.status,
            clock=ManualClock(datetime_to_ms(r.MOMENT)),
            tasks=self.tasks,
            on_state=lambda: None,
            on_account=self._on_account,
            on_event=self._on_event,
            alarm=lambda key, rank, _title, text: self.alarms.append((key, rank, text)),
            cure=lambda _key: None,
        )
        self.broker.asset = r.asset("50000", market_value="10000")
        self.broker.positions = [r.position("600000.SH", 1000)]

    def _on_account(self) -> None:
        self.account_news += 1

    def _on_event(self, event: OrderReported | TradeReported) -> None:
        if isinstance(event, OrderReported) and self.book.apply_order(event.order):
            self.sender.on_order(event)


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linking, "_RESOLVE_S", 0.0)
    monkeypatch.setattr(linking, "_PATIENCE_S", (0.0,))


def run(work: Callable[[Bench], Coroutine[object, object, None]]) -> Bench:
    async def main() -> Bench:
        bench = Bench()
        await work(bench)
        await bench.link.close()
        await bench.tasks.finish()
        return bench

    return asyncio.run(main())


def test_it_is_ready_only_after_everything_was_answered() -> None:
    async def work(bench: Bench) -> None:
        await bench.link.open()
        assert (bench.status.link, bench.status.link_text) == (LinkState.READY, "已对账 10:00:00")
        assert bench.book.positions["600000.SH"].volume == 1000  # type: ignore[index]

    assert run(work).status.link is LinkState.OFFLINE


@pytest.mark.parametrize("missing", ["asset", "positions", "orders", "trades"])
def test_one_missing_answer_fails_the_start_and_says_so(missing: str) -> None:
    async def work(bench: Bench) -> None:
        setattr(bench.broker, missing, None)
        with pytest.raises(BrokerError, match="不能对账"):
            await bench.link.open()
        assert bench.status.link is LinkState.FAILED
        assert bench.alarms[-1][:2] == ("link", AlarmRank.ALARM)

    run(work)


async def turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


def test_a_lost_answer_is_asked_for_again_until_the_channel_is_ready() -> None:
    async def work(bench: Bench) -> None:
        bench.broker.trades = None
        with pytest.raises(BrokerError):
            await bench.link.open()
        await turns(20)
        assert bench.status.link is LinkState.FAILED, "still not answered"
        bench.broker.trades = []
        before = bench.account_news
        await turns(20)
        assert bench.status.link is LinkState.READY
        assert bench.account_news > before, "what waited for the channel is looked at again"
        (alarm,) = [text for key, _, text in bench.alarms if key == "link"]
        assert "自动再对账" in alarm, "said once, however often it is tried"

    run(work)


def test_no_holdings_while_the_money_shows_some_are_asked_for_again() -> None:
    async def work(bench: Bench) -> None:
        held, bench.broker.positions = bench.broker.positions, []
        with pytest.raises(BrokerError, match="持仓查询却是空的"):
            await bench.link.open()
        assert bench.status.link is LinkState.FAILED
        bench.broker.positions = held
        await turns(20)
        assert bench.status.link is LinkState.READY
        assert bench.book.positions["600000.SH"].volume == 1000  # type: ignore[index]

    run(work)


def test_where_it_stays_so_the_desk_runs_with_an_alarm() -> None:
    """Money may contain what is no holding here; but nobody is told that all is well."""

    async def work(bench: Bench) -> None:
        bench.broker.positions = []
        with pytest.raises(BrokerError):
            await bench.link.open()
        await turns(60)
        assert bench.status.link is LinkState.READY
        (text,) = [text for key, rank, text in bench.alarms if (key, rank) == ("holdings", AlarmRank.ALARM)]
        assert "10,000.00 元" in text

    run(work)


def test_a_session_that_is_gone_is_not_asked_again() -> None:
    async def work(bench: Bench) -> None:
        bench.broker.trades = None
        with pytest.raises(BrokerError):
            await bench.link.open()
        bench.link.lost("连接断开。")
        bench.broker.ready, bench.broker.trades = False, []
        await turns(20)
        assert bench.status.link is LinkState.LOST

    run(work)


def test_the_search_grows_patient_and_a_new_unknown_order_makes_it_quick(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Waits between rounds, read off the loop's timers."""
    monkeypatch.setattr(linking, "_RESOLVE_S", 3.0)
    monkeypatch.setattr(linking, "_PATIENCE_S", (3.0, 3.0, 5.0, 10.0))

    async def work(bench: Bench) -> None:
        await bench.link.open()
        loop, waits = asyncio.get_running_loop(), []
        real = loop.call_later

        def soon(delay: float, callback: Callable[..., object], *args: object) -> asyncio.TimerHandle:
            waits.append(delay)
            return real(0.0 if len(waits) < 6 else 60.0, callback, *args)

        monkeypatch.setattr(loop, "call_later", soon)
        bench.intents.add(r.intent("a", state=IntentState.UNKNOWN), freeze=r.yuan(10_000))
        bench.broker.orders = None
        bench.link.resolve_soon()
        await turns(60)
        assert waits == [3.0, 3.0, 5.0, 10.0, 10.0, 10.0]
        bench.link.resolve_soon()
        assert waits[6:] == [3.0]

    run(work)


@pytest.mark.parametrize(
    ("asset", "positions"), [(None, []), (r.asset(), None), (r.asset("50000", market_value="10000"), [])]
)
def test_a_missing_or_unconfirmed_answer_clears_nothing(
    asset: Asset | None, positions: list[Position] | None
) -> None:
    async def work(bench: Bench) -> None:
        await bench.link.open()
        bench.broker.asset, bench.broker.positions = asset, positions
        await bench.link.refresh()
        assert [p.volume for p in bench.book.positions.values()] == [1000]

    run(work)


def test_an_empty_answer_that_the_money_confirms_is_believed() -> None:
    async def work(bench: Bench) -> None:
        await bench.link.open()
        bench.broker.asset, bench.broker.positions = r.asset("60000"), []
        await bench.link.refresh()
        assert bench.book.positions == {}

    run(work)


def found(bench: Bench) -> str:
    return "".join(text for key, _, text in bench.alarms if key == "reconciled")


@pytest.mark.parametrize(
    ("order", "state", "words"),
    [
        (None, IntentState.NOT_SENT, "没有到达柜台"),
        (
            r.order(7, OrderStatus.SUCCEEDED, traded=1000, remark="a"),
            IntentState.FILLED,
            "已全部成交（成交 1,000 股）",
        ),
        (
            r.order(7, OrderStatus.PART_SUCC, traded=400, remark="a"),
            IntentState.WORKING,
            "仍在柜台（成交 400 股）",
        ),
        (r.order(7, OrderStatus.PART_CANCEL, traded=400, remark="a"), IntentState.CANCELED, "已撤或已过期"),
        (r.order(7, OrderStatus.JUNK, remark="a"), IntentState.REFUSED, "被柜台拒绝"),
    ],
)
def test_a_start_finds_out_what_became_of_an_open_order_and_tells_it(
    order: Order | None, state: IntentState, words: str
) -> None:
    async def work(bench: Bench) -> None:
        bench.intents.restore([r.intent("a", state=IntentState.SENT)])
        bench.broker.orders = [order] if order is not None else []
        await bench.link.open()
        assert bench.intents.get("a").state is state  # type: ignore[union-attr]
        assert words in found(bench)
        assert "600000.SH 买入 1,000 股" in found(bench)

    run(work)


def test_a_start_without_open_orders_tells_no_difference() -> None:
    async def work(bench: Bench) -> None:
        bench.intents.restore([r.intent("a", state=IntentState.FILLED, filled=1000, order_id=7)])
        bench.broker.orders = [r.order(7, OrderStatus.SUCCEEDED, traded=1000, remark="a")]
        await bench.link.open()
        assert found(bench) == ""

    run(work)


def test_an_order_that_had_a_number_and_is_gone_is_over_but_never_called_unsent() -> None:
    """Unsent would arm its entry again."""

    async def work(bench: Bench) -> None:
        bench.intents.restore([r.intent("a", state=IntentState.WORKING, order_id=7)])
        await bench.link.open()
        assert bench.intents.get("a").state is IntentState.CANCELED  # type: ignore[union-attr]

    run(work)


def test_an_order_of_an_earlier_day_is_over_without_asking() -> None:
    async def work(bench: Bench) -> None:
        old = r.intent("a", state=IntentState.WORKING, order_id=7)
        bench.intents.restore([yesterday(old)])
        await bench.link.open()
        assert bench.intents.get("a").state is IntentState.CANCELED  # type: ignore[union-attr]

    run(work)


def yesterday(intent: Intent) -> Intent:
    return replace(intent, created=intent.created - timedelta(days=1))


def test_an_unknown_order_is_ruled_out_by_two_complete_answers() -> None:
    async def work(bench: Bench) -> None:
        await bench.link.open()
        bench.intents.add(r.intent("a", state=IntentState.UNKNOWN), freeze=r.yuan(10_000))
        bench.link.resolve_soon()
        for _ in range(20):
            await asyncio.sleep(0)
        assert bench.intents.get("a").state is IntentState.NOT_SENT  # type: ignore[union-attr]
        assert "2 次完整答复" in bench.changed[-1].message

    run(work)


def test_an_unknown_order_stays_unknown_while_the_broker_does_not_answer() -> None:
    async def work(bench: Bench) -> None:
        await bench.link.open()
        bench.intents.add(r.intent("a", state=IntentState.UNKNOWN), freeze=r.yuan(10_000))
        bench.broker.orders = None
        bench.link.resolve_soon()
        for _ in range(50):
            await asyncio.sleep(0)
        assert bench.intents.get("a").state is IntentState.UNKNOWN  # type: ignore[union-attr]

    run(work)


def test_a_loss_is_said_once_and_not_at_an_orderly_end() -> None:
    async def work(bench: Bench) -> None:
        await bench.link.open()
        bench.link.lost("连接断开。")
        assert bench.status.link is LinkState.LOST
        (alarm,) = [one for one in bench.alarms if one[0] == "link"]
        assert "重新启动盯盘" in alarm[2]
        await bench.link.close()
        bench.link.lost("连接断开。")
        assert bench.status.link is LinkState.OFFLINE

    run(work)
