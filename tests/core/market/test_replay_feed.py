"""A recording as a source of quotes: its order, its speed, its clock, and nothing of its future."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from core.domain.enums import FeedState, Period
from core.domain.market import Quote, Symbol
from core.errors import BadInput
from core.market.replay_feed import ReplayClock, ReplayFeed
from core.ports import Feed
from tests.fakes.market import at, quote

A, B = Symbol("600000.SH"), Symbol("000001.SZ")


class Jump(asyncio.SelectorEventLoop):
    """A loop that jumps to its next timer instead of waiting for it."""

    def __init__(self) -> None:
        super().__init__()
        self.moment = 0.0

    def time(self) -> float:
        return self.moment

    def _run_once(self) -> None:
        if not self._ready and self._scheduled:  # type: ignore[attr-defined]
            self.moment = max(self.moment, self._scheduled[0].when())  # type: ignore[attr-defined]
        super()._run_once()  # type: ignore[misc]


@pytest.fixture
def loop() -> Iterator[Jump]:
    made = Jump()
    yield made
    made.close()


def rows() -> list[Quote]:
    return [quote(s, f"10:00:{c:02}", f"8.0{c // 3}") for c in range(0, 12, 3) for s in (A, B)]


def test_everything_comes_at_its_time_in_the_order_it_was_written(loop: Jump) -> None:
    clock = ReplayClock(at("10:00:00"), 2.0, loop.time)
    feed = ReplayFeed(rows(), loop, clock, "回放 一天")
    seam: Feed = feed
    heard: list[tuple[float, list[tuple[str, int]]]] = []
    feed.listen(lambda quotes: heard.append((loop.time(), [(one.symbol, one.last) for one in quotes])))
    states: list[FeedState] = []
    feed.listen_health(lambda health: states.append(health.state))

    async def scenario() -> None:
        await seam.start([A, B])
        await feed.finished.wait()
        await seam.close()

    loop.run_until_complete(scenario())
    assert heard == [
        (0.0, [(A, 8_000), (B, 8_000)]),
        (1.5, [(A, 8_010), (B, 8_010)]),
        (3.0, [(A, 8_020), (B, 8_020)]),
        (4.5, [(A, 8_030), (B, 8_030)]),
    ]
    assert clock.now_ms() == at("10:00:09")
    assert states == [FeedState.STARTING, FeedState.LIVE, FeedState.OFF]


def test_a_symbol_that_joins_later_is_shown_as_it_stands(loop: Jump) -> None:
    clock = ReplayClock(at("10:00:00"), 1.0, loop.time)
    feed = ReplayFeed(rows(), loop, clock)
    seen: list[Quote] = []
    feed.listen(seen.extend)

    async def scenario() -> None:
        await feed.start([A])
        await asyncio.sleep(4)
        assert [bar.close for bar in await feed.bars(A, Period.M1, 5)] == [8_000, 8_010]
        await feed.start([A, B])
        await asyncio.sleep(0)
        assert (seen[-1].symbol, seen[-1].last, seen[-1].latency_ms) == (B, 8_010, 1_000)
        await feed.close()

    loop.run_until_complete(scenario())
    assert {one.source for one in seen} == {"回放"}


def test_nothing_is_no_recording(loop: Jump) -> None:
    with pytest.raises(BadInput):
        ReplayFeed([], loop, ReplayClock(0))
    with pytest.raises(ValueError, match="speed"):
        ReplayClock(0, 0)


def test_a_recorded_day_comes_whole(loop: Jump, sz5: list[Quote]) -> None:
    recorded = sz5[:2_000]
    clock = ReplayClock(recorded[0].time_ms, 1.0, loop.time)
    feed = ReplayFeed(recorded, loop, clock)
    seen: list[Quote] = []
    feed.listen(seen.extend)

    async def scenario() -> None:
        await feed.start(feed.symbols)
        await feed.finished.wait()
        found = await feed.instruments(feed.symbols)
        assert set(found) == set(feed.symbols)
        await feed.close()

    loop.run_until_complete(scenario())
    assert [(one.symbol, one.time_ms, one.last) for one in seen] == [
        (one.symbol, one.time_ms, one.last) for one in recorded
    ]
    assert {one.latency_ms for one in seen} == {0}


def test_a_dropped_symbol_is_told_no_more(loop: Jump) -> None:
    feed = ReplayFeed(rows(), loop, ReplayClock(at("10:00:00"), 1.0, loop.time))
    seen: list[Quote] = []
    feed.listen(seen.extend)

    async def scenario() -> None:
        await feed.start([A, B])
        await asyncio.sleep(1)
        await feed.drop([B])
        seen.clear()
        await feed.finished.wait()
        await feed.close()

    loop.run_until_complete(scenario())
    assert {one.symbol for one in seen} == {A}
