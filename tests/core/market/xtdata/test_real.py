"""The feed over the vendor's own xtdata.py on the simulated terminal, in lock-step."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import pytest

from core.domain.enums import FeedState, Period, Phase
from core.domain.market import Bar, Level, Quote, Symbol
from core.errors import BrokerError
from core.lanes import Lane
from core.market.bars import bars_from_quotes
from core.market.xtdata.feed import XtdataFeed
from core.ports import FeedHealth
from core.simqmt.clockwork.loop import VirtualLoop
from tests.fakes.market import ListMarket, at, instrument, quote
from tests.fakes.simqmt import Desk, make_terminal

T = TypeVar("T")
A, B = Symbol("600000.SH"), Symbol("000001.SZ")


@dataclass
class FeedDesk:
    """A terminal, a trading loop on its own thread, and the feed between them."""

    desk: Desk
    loop: VirtualLoop
    feed: XtdataFeed
    seen: list[Quote] = field(default_factory=list)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)

    def take(self, quotes: Sequence[Quote]) -> None:
        self.seen.extend(quotes)


@contextmanager
def feed_desk(
    tmp_path: Path, market: ListMarket, desk: Desk | None = None, **more: Any
) -> Iterator[FeedDesk]:
    desk = desk or make_terminal(tmp_path, market=market)
    loop = VirtualLoop(desk.conductor)
    thread = threading.Thread(target=loop.run_forever, name="trading")
    thread.start()
    lane = Lane("xtdata", desk.conductor)
    feed = XtdataFeed(lane, desk.conductor, loop, desk.conductor, "模拟行情", **more)
    made = FeedDesk(desk, loop, feed)
    feed.listen(made.take)
    try:
        yield made
        made.run(feed.close())
    finally:
        desk.close()
        lane.close()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def test_what_is_known_comes_first_and_then_what_happens(tmp_path: Path) -> None:
    market = ListMarket([quote(A, "10:00:00", "8.00"), quote(B, "10:00:00", "11.00")], start="10:00:00")
    with feed_desk(tmp_path, market) as made:
        made.desk.settle("10:00:00")
        made.run(made.feed.start([A]))
        made.desk.settle()
        made.desk.feed(quote(A, "10:00:03", "8.01"), quote(B, "10:00:03", "11.01"))
        made.run(made.feed.start([A, B]))
        made.desk.settle()
        made.desk.feed(quote(B, "10:00:06", "11.02"))
        shown = [(item.symbol, item.time.strftime("%S"), item.last) for item in made.seen]
        assert shown == [
            (A, "00", 8_000),
            (A, "03", 8_010),
            (B, "03", 11_010),
            (B, "06", 11_020),
        ]
        assert {item.source for item in made.seen} == {"模拟行情"}
        assert made.feed.overwritten == 0


def test_instruments_dates_and_limits(tmp_path: Path) -> None:
    market = ListMarket([quote(A, "10:00:00", "8.00", pre_close="8.00")], start="10:00:00")
    with feed_desk(tmp_path, market) as made:
        made.desk.settle("10:00:00")
        found = made.run(made.feed.instruments([A, Symbol("600999.SH")]))
        assert list(found) == [A]
        assert (found[A].limit_up, found[A].limit_down) == (Decimal("8.80"), Decimal("7.20"))
        assert found[A].trading_day == date(2026, 11, 20)
        made.run(made.feed.start([A]))
        made.desk.settle()
        assert (made.seen[-1].limit_up, made.seen[-1].limit_down) == (8_800, 7_200)
        days = made.run(made.feed.trading_dates("SH", date(2026, 11, 16), date(2026, 11, 20)))
        assert days == [date(2026, 11, day) for day in range(16, 21)]


def test_bars_come_back_as_they_went_in(tmp_path: Path) -> None:
    ticks = [
        replace(
            quote(A, at("09:30:03") + n * 20_000, "8.00", volume=10_000 * (n + 1)), last=8_000 + n % 7 * 10
        )
        for n in range(80)
    ]
    minutes = [replace(bar, amount=bar.volume * 8.0) for bar in bars_from_quotes(ticks)]
    days = [Bar(A, Period.D1, at("2026-11-19 15:00:00"), 7_900, 8_100, 7_800, 8_000, 1_234_500, 9_876_000.0)]
    market = ListMarket([ticks[-1]], bars=[*minutes, *days], start="10:00:00")
    with feed_desk(tmp_path, market) as made:
        made.desk.settle("10:00:00")
        assert made.run(made.feed.bars(A, Period.M1, 10)) == minutes[-10:]
        *ended, growing = made.run(made.feed.bars(A, Period.D1, 250))
        assert ended == days
        assert (growing.time_ms, growing.close) == (at("15:00:00"), ticks[-1].last), "today's, as it grows"
        assert made.run(made.feed.bars(B, Period.M1, 10)) == []


def test_subscriptions_that_are_lost_are_made_again(tmp_path: Path) -> None:
    """The vendor reconnects by itself and forgets what was subscribed; the feed finds out and says so."""
    market = ListMarket(
        [quote(s, f"10:{m:02}:{c:02}", "8.00") for m in range(2) for c in range(0, 60, 3) for s in (A, B)],
        start="09:59:59",
    )
    desk = make_terminal(tmp_path, market=market, hold=True)
    with feed_desk(tmp_path, market, desk) as made:
        told: list[FeedHealth] = []
        made.feed.listen_health(told.append)
        made.run(made.feed.start([A, B]))
        made.desk.settle("10:00:10")
        assert (made.seen[-1].time.second, made.feed.health.state) == (9, FeedState.LIVE)
        made.desk.terminal.disconnect()
        made.desk.settle("10:00:19")
        assert made.seen[-1].time.second == 18, "back within ten seconds"
        made.desk.settle("10:01:30")
        assert [health.state for health in told] == [
            FeedState.STARTING,
            FeedState.LIVE,
            FeedState.LOST,
            FeedState.STARTING,
            FeedState.LIVE,
        ]
        assert (told[2].text, made.feed.health.losses) == ("行情订阅已断开，正在重新订阅", 1)
        assert made.feed.health.resubscribed == 1
        assert "已重新订阅" in told[3].text


def test_a_subscription_that_died_silently_is_found_by_asking(tmp_path: Path) -> None:
    """The connection holds, the service knows newer quotes, and none is pushed: the answer is used, then all is made anew."""
    market = ListMarket([quote(A, f"10:00:{c:02}", f"8.{c:02}") for c in range(0, 60, 3)], start="09:59:59")
    desk = make_terminal(tmp_path, market=market, hold=True)
    with feed_desk(tmp_path, market, desk) as made:
        made.run(made.feed.start([A]))
        made.desk.settle("10:00:10")
        for link in desk.terminal.data._links:
            link._subscriptions.clear()
        made.desk.settle("10:00:30")
        seconds = [item.time.second for item in made.seen]
        assert seconds == sorted(seconds)
        assert [second for second in seconds if 9 < second < 20], "what was asked for is used"
        assert seconds[-3:] == [24, 27, 30]
        assert (made.feed.health.losses, made.feed.health.resubscribed) == (1, 1)


def test_a_source_that_stops_is_silent_within_ten_seconds_and_lunch_never_is(tmp_path: Path) -> None:
    times = [
        *(f"11:29:{c:02}" for c in range(0, 20, 3)),
        *(f"11:29:{c:02}" for c in range(48, 60, 3)),
        *(f"13:00:{c:02}" for c in range(0, 9, 3)),
    ]
    watched = [A, B, *(Symbol(f"60000{n}.SH") for n in range(1, 4))]
    market = ListMarket([quote(s, time, "8.00") for time in times for s in watched], start="11:28:59")
    desk = make_terminal(tmp_path, market=market, hold=True)
    with feed_desk(tmp_path, market, desk) as made:
        told: list[tuple[FeedState, str]] = []
        made.feed.listen_health(
            lambda health: told.append((health.state, f"{desk.conductor.now():%H:%M:%S}"))
        )
        made.run(made.feed.start(watched))
        made.desk.settle("13:00:06")
        assert [state for state, _ in told] == [
            FeedState.STARTING,
            FeedState.LIVE,
            FeedState.SILENT,
            FeedState.LIVE,
        ]
        assert "11:29:26" <= told[2][1] <= "11:29:28"
        assert told[3][1] == "11:29:48"
        assert made.feed.health.losses == 0


def test_the_address_reaches_the_client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    market = ListMarket([quote(A, "10:00:00", "8.00")], start="10:00:00")
    asked: list[str] = []
    desk = make_terminal(tmp_path, market=market)
    client = sys.modules["xtquant.datacenter"].IPythonApiClient
    monkeypatch.setattr(client, "set_config_addr", lambda _self, address: asked.append(address) or 0)
    with feed_desk(tmp_path, market, desk, address=("10.1.2.3", 58611)) as made:
        made.desk.settle("10:00:00")
        made.run(made.feed.start([A]))
        assert asked == ["10.1.2.3:58611"]
        made.desk.terminal.disconnect()
        made.run(made.feed.instruments([A]))
        assert asked == ["10.1.2.3:58611"] * 2, "also after a loss"


def lots(levels: Sequence[Level]) -> tuple[Level, ...]:
    """What is left of a book after the vendor's lots."""
    return tuple((price, volume // 100 * 100) for price, volume in levels)


@pytest.mark.parametrize("day", ["sz5", "sh30"])
def test_a_recorded_morning_passes_whole_and_in_order(
    tmp_path: Path, day: str, request: pytest.FixtureRequest
) -> None:
    """Every snapshot arrives once, in order, unchanged but for what the vendor's units and codes cannot say.

    The limits are computed by the terminal; Shenzhen's recording carries the official ones, and they are equal.
    """
    recorded: list[Quote] = request.getfixturevalue(day)
    first = recorded[0].time_ms
    played = [item for item in recorded if item.time_ms < first + 30 * 60_000]
    closes = {item.symbol: Decimal(item.pre_close) / 1000 for item in played}
    known = [instrument(symbol, pre_close) for symbol, pre_close in sorted(closes.items())]
    with feed_desk(tmp_path, ListMarket(instruments=known, start=first - 1_000)) as made:
        made.run(made.feed.start([item.symbol for item in known]))
        made.desk.feed(*played)
        assert made.feed.overwritten == 0
    expected = [
        replace(
            item,
            bids=lots(item.bids),
            asks=lots(item.asks),
            phase=Phase.OPEN_CALL if item.phase is Phase.PAUSE else item.phase,
            source="模拟行情",
            received_ms=item.time_ms,
        )
        for item in played
    ]
    assert len(made.seen) == len(expected)
    for shown, item in zip(made.seen, expected, strict=True):
        assert shown.latency_ms == 0
        assert shown == (
            item if item.limit_up else replace(item, limit_up=shown.limit_up, limit_down=shown.limit_down)
        )


def test_t56_without_a_terminal_the_sentence_names_the_cure(tmp_path: Path) -> None:
    market = ListMarket([quote(A, "10:00:00", "8.00")], start="10:00:00")
    with feed_desk(tmp_path, market) as made:
        made.desk.settle("10:00:00")
        made.desk.terminal.close()
        with pytest.raises(BrokerError, match="请启动 MiniQMT"):
            made.run(made.feed.start([A]))
