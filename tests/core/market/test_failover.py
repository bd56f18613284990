"""Who is used when the best source of quotes fails, what its stand-in may do, and how it returns."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from core.clock import ManualClock
from core.domain.enums import FeedState, Period
from core.domain.market import Quote, Symbol
from core.errors import BrokerError
from core.market.failover import FeedSwitch, StandIn
from core.market.switch_rule import FLAPPING_MS, HOLD_MS
from core.ports import Feed
from tests.fakes.feeds import HandFeed
from tests.fakes.market import at, instrument, quote

A, B = Symbol("600000.SH"), Symbol("000001.SZ")


class HandLoop(asyncio.SelectorEventLoop):
    """Its timers run on the clock of the test."""

    clock: ManualClock

    def time(self) -> float:
        return self.clock.now_ms() / 1000


@dataclass
class Rig:
    clock: ManualClock
    loop: HandLoop
    best: HandFeed
    switch: FeedSwitch
    stand_ins: list[HandFeed] = field(default_factory=list)
    batches: list[list[Quote]] = field(default_factory=list)
    told: list[tuple[str, FeedState]] = field(default_factory=list)

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(work)

    def pass_time(self, seconds: float) -> None:
        """Let the clock go on in steps of half a second."""
        for _ in range(round(seconds * 2)):
            self.clock.advance(500)
            self.settle()

    def settle(self) -> None:
        async def rest() -> None:
            for _ in range(10):
                await asyncio.sleep(0)

        self.run(rest())

    def quote(self, symbol: Symbol, source: str, price: str = "8.00", back_ms: int = 0) -> Quote:
        return replace(quote(symbol, self.clock.now_ms() - back_ms, price), source=source)

    @property
    def stand_in(self) -> HandFeed:
        return self.stand_ins[-1]

    @property
    def seen(self) -> list[Quote]:
        return [one for batch in self.batches for one in batch]


@pytest.fixture
def rig(request: pytest.FixtureRequest) -> Any:
    more: dict[str, Any] = getattr(request, "param", {})
    count = more.pop("stand_ins", 1)
    clock = ManualClock(at("10:00:00"))
    loop = HandLoop()
    loop.clock = clock
    best = HandFeed(clock, "MiniQMT", [instrument(A, "8.00")])
    made: list[HandFeed] = []

    def maker(name: str) -> Callable[[], Feed]:
        def make() -> Feed:
            feed = HandFeed(clock, name, [instrument(A, "8.00"), instrument(B, "11.00")])
            made.append(feed)
            return feed

        return make

    names = ["akshare", "third"][:count]
    switch = FeedSwitch(best, [StandIn(name, maker(name)) for name in names], clock=clock, loop=loop, **more)
    built = Rig(clock, loop, best, switch, made)
    switch.listen(lambda quotes: built.batches.append(list(quotes)))
    switch.listen_health(lambda health: built.told.append((switch.source, health.state)))
    yield built
    built.run(switch.close())
    loop.close()


def start(rig: Rig) -> None:
    rig.run(rig.switch.start([A, B]))
    rig.best.tell(rig.quote(A, "MiniQMT"))


def fail(rig: Rig) -> None:
    rig.best.be(FeedState.LOST, "行情订阅已断开")
    rig.pass_time(5)


def test_while_all_is_well_nothing_is_made_and_no_timer_runs(rig: Rig) -> None:
    switch: Feed = rig.switch
    start(rig)
    rig.pass_time(20)
    assert (switch.source, rig.stand_ins, rig.switch.on_stand_in) == ("MiniQMT", [], False)
    assert [one.source for one in rig.seen] == ["MiniQMT"]
    assert not rig.loop._scheduled  # type: ignore[attr-defined]


def test_a_short_loss_changes_nothing(rig: Rig) -> None:
    start(rig)
    rig.best.be(FeedState.LOST)
    rig.pass_time(2)
    rig.best.be(FeedState.LIVE)
    rig.pass_time(10)
    assert rig.stand_ins == []


@pytest.mark.parametrize(("state", "seconds"), [(FeedState.LOST, 4.5), (FeedState.SILENT, 1.5)])
def test_a_failure_brings_the_stand_in_and_is_told(rig: Rig, state: FeedState, seconds: float) -> None:
    start(rig)
    rig.best.be(state, "行情订阅已断开")
    rig.pass_time(seconds)
    assert rig.stand_in.log == ["start"]
    assert list(rig.stand_in.symbols) == [A, B]
    assert (rig.switch.source, rig.switch.why) == ("akshare", "行情订阅已断开")
    assert ("akshare", FeedState.STARTING) in rig.told
    assert [(one.name, one.active) for one in rig.switch.sources] == [("MiniQMT", False), ("akshare", True)]


def test_quotes_of_a_stand_in_may_not_trigger_unless_the_user_allows_it(rig: Rig) -> None:
    start(rig)
    fail(rig)
    rig.stand_in.tell(rig.quote(A, "akshare"))
    assert (rig.seen[-1].source, rig.seen[-1].fallback) == ("akshare", True)
    rig.switch.allow_triggers(True)
    assert [(one.symbol, one.fallback) for one in rig.batches[-1]] == [(A, False)], "told again at once"
    rig.pass_time(3)
    rig.stand_in.tell(rig.quote(A, "akshare"))
    assert rig.seen[-1].fallback is False
    rig.switch.allow_triggers(False)
    assert rig.seen[-1].fallback is True


@pytest.mark.parametrize("rig", [{"may_trigger": True}], indirect=True)
def test_the_setting_of_the_start_counts(rig: Rig) -> None:
    start(rig)
    fail(rig)
    rig.stand_in.tell(rig.quote(A, "akshare"))
    assert rig.seen[-1].fallback is False


def test_a_quote_never_goes_back_in_time_whoever_tells_it(rig: Rig) -> None:
    start(rig)
    newest = rig.seen[-1].time_ms
    fail(rig)
    rig.stand_in.tell(rig.quote(A, "akshare", "7.00", back_ms=6_000))
    rig.stand_in.tell(replace(rig.quote(A, "akshare", "7.00"), time_ms=newest))
    assert rig.seen[-1].last == 8_000, "older, or of the same instant as what the best source told"
    rig.stand_in.tell(rig.quote(A, "akshare", "7.10"))
    rig.best.tell(rig.quote(A, "MiniQMT", "8.10", back_ms=1_000))
    assert rig.seen[-1].last == 7_100
    rig.best.tell(rig.quote(A, "MiniQMT", "8.20"))
    assert rig.seen[-1].last == 8_200
    times = [one.time_ms for one in rig.seen if one.symbol == A]
    assert times == sorted(times)
    assert rig.switch.dropped == 3


def test_a_stand_in_from_the_future_cannot_lock_the_best_source_out(rig: Rig) -> None:
    start(rig)
    fail(rig)
    rig.stand_in.tell(rig.quote(A, "akshare", "7.00", back_ms=-600_000))
    assert rig.seen[-1].source == "MiniQMT"


def test_the_best_source_is_heard_at_once_and_its_stand_in_no_more_for_what_it_tells(rig: Rig) -> None:
    start(rig)
    fail(rig)
    rig.best.be(FeedState.STARTING)
    rig.best.tell(rig.quote(A, "MiniQMT", "8.30"))
    rig.pass_time(3)
    rig.stand_in.tell(rig.quote(A, "akshare", "8.31"), rig.quote(B, "akshare", "11.00"))
    shown = {one.symbol: one for one in rig.seen}
    assert (shown[A].source, shown[A].fallback, shown[B].source) == ("MiniQMT", False, "akshare")
    rig.best.be(FeedState.LOST)
    rig.stand_in.tell(rig.quote(A, "akshare", "8.32"))
    assert rig.seen[-1].source == "akshare", "lost again: the stand-in speaks for it once more"


def test_it_returns_when_the_best_source_was_well_for_long_enough(rig: Rig) -> None:
    start(rig)
    fail(rig)
    rig.best.be(FeedState.LIVE)
    rig.pass_time(HOLD_MS / 1000 - 2)
    assert rig.switch.source == "akshare"
    rig.pass_time(4)
    assert (rig.switch.source, rig.stand_in.closed, rig.switch.why) == ("MiniQMT", True, "")
    assert rig.told[-1] == ("MiniQMT", FeedState.LIVE)
    rig.stand_in.tell(rig.quote(A, "akshare", "9.99"))
    assert rig.seen[-1].last != 9_990


def test_one_that_flaps_is_held_longer(rig: Rig) -> None:
    start(rig)
    fail(rig)
    rig.best.be(FeedState.LIVE)
    rig.pass_time(HOLD_MS / 1000 + 2)
    fail(rig)
    assert rig.switch.switched == 2
    rig.best.be(FeedState.LIVE)
    rig.pass_time(HOLD_MS / 1000 + 10)
    assert rig.switch.source == "akshare"
    rig.pass_time(HOLD_MS / 1000)
    assert rig.switch.source == "MiniQMT"
    rig.clock.advance(FLAPPING_MS)
    fail(rig)
    rig.best.be(FeedState.LIVE)
    rig.pass_time(HOLD_MS / 1000 + 2)
    assert rig.switch.source == "MiniQMT", "after a quiet while the first hold counts again"


def test_a_best_source_that_does_not_start_is_replaced_at_once(rig: Rig) -> None:
    rig.best.error = BrokerError("连不上 MiniQMT")
    rig.run(rig.switch.start([A]))
    assert (rig.switch.source, rig.switch.why) == ("akshare", "连不上 MiniQMT")
    rig.run(rig.switch.start([A, B]))
    assert list(rig.stand_in.symbols) == [A, B]


@pytest.mark.parametrize("rig", [{"stand_ins": 0}], indirect=True)
def test_without_a_stand_in_the_error_is_the_callers(rig: Rig) -> None:
    rig.best.error = BrokerError("连不上 MiniQMT")
    with pytest.raises(BrokerError, match="连不上"):
        rig.run(rig.switch.start([A]))
    with pytest.raises(BrokerError):
        rig.run(rig.switch.bars(A, Period.D1, 5))
    assert rig.switch.health.state is FeedState.LOST


@pytest.mark.parametrize("rig", [{"stand_ins": 2}], indirect=True)
def test_the_next_stand_in_follows_one_that_fails_too(rig: Rig) -> None:
    start(rig)
    fail(rig)
    rig.stand_in.be(FeedState.LOST)
    rig.pass_time(5)
    assert [feed.source for feed in rig.stand_ins] == ["akshare", "third"]
    assert rig.stand_ins[0].closed
    assert rig.switch.source == "third"


def test_what_one_source_does_not_know_the_other_is_asked(rig: Rig) -> None:
    start(rig)
    assert list(rig.run(rig.switch.instruments([A, B]))) == [A]
    fail(rig)
    rig.best.error = BrokerError("断了")
    assert list(rig.run(rig.switch.instruments([A, B]))) == [A, B]
    assert len(rig.run(rig.switch.bars(A, Period.D1, 5))) == 1


def test_every_source_is_told_how_often_it_may_be_asked(rig: Rig) -> None:
    rig.switch.pace({A: 30.0})
    start(rig)
    fail(rig)
    assert (rig.best.intervals, rig.stand_in.intervals) == ({A: 30.0}, {A: 30.0})
    rig.switch.pace({A: 5.0})
    assert rig.stand_in.intervals == {A: 5.0}


def test_what_is_dropped_is_asked_of_nobody_any_more(rig: Rig) -> None:
    start(rig)
    fail(rig)
    rig.run(rig.switch.drop([A]))
    assert (list(rig.best.symbols), list(rig.stand_in.symbols)) == ([B], [B])
    rig.best.be(FeedState.LIVE)
    rig.pass_time(HOLD_MS / 1000 + 2)
    fail(rig)
    assert len(rig.stand_ins) == 2, "the next one that takes over is not asked either"
    assert list(rig.stand_in.symbols) == [B]


def test_what_is_wanted_again_while_a_source_drops_it_stays(rig: Rig) -> None:
    start(rig)
    fail(rig)

    async def scenario() -> None:
        rig.stand_in.slow = asyncio.Event()
        dropping = asyncio.ensure_future(rig.switch.drop([A, B]))
        await asyncio.sleep(0)
        await rig.switch.start([A])
        rig.stand_in.slow.set()
        await dropping

    rig.run(scenario())
    assert (list(rig.best.symbols), list(rig.stand_in.symbols)) == ([A], [A])
