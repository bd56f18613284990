"""The feed on public sources, through real helper processes and a local server that misbehaves.

The desk's clock stands still inside a phase; intervals and pauses are shortened to fractions of a second.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from core.clock import ManualClock
from core.domain.enums import FeedState, Period, Phase
from core.domain.market import Quote, Symbol
from core.errors import HelperError, SourceError
from core.market.board import QuoteBoard
from core.market.helper.helper import HelperProcess
from core.market.public.akshare_feed import AkshareFeed
from core.market.public.akshare_jobs import DoorOptions
from core.market.public.breaker import BreakerLimits, BreakerState
from core.market.public.source_names import Source
from core.market.public.sources import SourceLimits, Sources
from core.ports import Feed, FeedHealth
from tests.fakes.door import easy_sources
from tests.fakes.eastmoney_server import EastmoneyServer, Fault
from tests.fakes.helper_jobs import Hang
from tests.fakes.public_bodies import list_row, recorded, sina_line, sina_list, ulist

AT_S = 1783477800  # 2026-07-08 10:30:00, a Wednesday in continuous trading
LUNCH_S = AT_S + 5400
A, B = Symbol("600519.SH"), Symbol("000001.SZ")
EM, SINA = "eastmoney.com", "sinajs.cn"
PATIENCE_S = 30.0
QUICK_FAULTS = [
    fault for fault in Fault if fault is not Fault.DRIP_HEADERS
]  # that one takes a whole deadline
QUICK = SourceLimits(
    per_minute=100_000,
    burst=90_000,
    jitter_s=0.0,
    breaker=BreakerLimits(failures=2, first_pause_s=0.2, longest_pause_s=0.2, probe_s=2.0),
)


def rows(last: float = 1468.2, at_s: int = AT_S) -> dict[str, dict[str, Any]]:
    return {
        "1.600519": list_row("600519", 1, "贵州茅台", last, 1455.0, at_s),
        "0.000001": list_row("000001", 0, "平安银行", 10.5, 10.4, at_s),
    }


@dataclass
class Stage:
    """One feed on its stage, and what came of it."""

    server: EastmoneyServer
    feed: AkshareFeed
    quotes: HelperProcess
    clock: ManualClock
    sources: Sources
    batches: list[Sequence[Quote]] = field(default_factory=list)
    states: list[FeedHealth] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    beats: int = 0

    def on_quotes(self, batch: Sequence[Quote]) -> None:
        self.batches.append(batch)
        self.changed.set()

    def on_health(self, health: FeedHealth) -> None:
        self.states.append(health)
        self.changed.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for batches and changes of health until the condition holds."""
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                self.changed.clear()
                await self.changed.wait()

    async def beat(self) -> None:
        """Count how often the loop comes round."""
        while True:
            self.beats += 1
            await asyncio.sleep(0.005)

    @property
    def state(self) -> FeedState:
        return self.feed.health.state


def play(
    work: Callable[[Stage], Awaitable[None]],
    *,
    limits: SourceLimits = QUICK,
    at_s: int = AT_S,
    timeout_s: float = 10.0,
    **options: Any,
) -> Stage:
    """Run `work` with a started stage; everything is closed and nothing left when it returns."""
    options = {"interval_s": 0.05, "shortest_s": 0.01, **options}

    async def main(server: EastmoneyServer) -> Stage:
        loop = asyncio.get_running_loop()
        quotes, downloads = HelperProcess("quotes", loop), HelperProcess("downloads", loop)
        sources = easy_sources(dict.fromkeys(Source, limits))
        clock = ManualClock(at_s * 1000 + 2000)
        door = DoorOptions(timeout_s=timeout_s, total_s=2 * timeout_s, redirect=server.redirect)
        feed = AkshareFeed(quotes, downloads, sources, loop, clock, options=door, **options)
        stage = Stage(server, feed, quotes, clock, sources)
        feed.listen(stage.on_quotes)
        feed.listen_health(stage.on_health)
        beating = loop.create_task(stage.beat())
        try:
            await work(stage)
        finally:
            beating.cancel()
            await feed.close()
            await asyncio.gather(quotes.close(), downloads.close())
        return stage

    with EastmoneyServer() as server:
        server.serve("/api/qt/ulist.np/get", ulist(rows()))
        lines = {"sh600519": sina_line("sh600519", "贵州茅台"), "sz000001": sina_line("sz000001", "平安银行")}
        server.serve("/list=", sina_list(lines))
        return asyncio.run(main(server))


def test_it_is_a_feed() -> None:
    async def work(stage: Stage) -> None:
        feed: Feed = stage.feed
        assert feed.health.state is FeedState.OFF
        assert feed.source == "东方财富"
        await feed.start([])
        assert feed.health.state is FeedState.OFF
        assert await feed.trading_dates("SH", date(2026, 9, 30), date(2026, 10, 9)) == [
            date(2026, 9, 30), date(2026, 10, 8), date(2026, 10, 9),
        ]  # fmt: skip

    play(work)


def test_quotes_come_together_with_their_own_time_and_our_stamp() -> None:
    async def work(stage: Stage) -> None:
        await stage.feed.start([A, B])
        await stage.until(lambda: len(stage.batches) >= 3)
        assert stage.state is FeedState.LIVE

    stage = play(work)
    for batch in stage.batches:
        assert {quote.symbol for quote in batch} == {A, B}
        for quote in batch:
            assert (quote.time_ms, quote.received_ms) == (AT_S * 1000, AT_S * 1000 + 2000)
            assert (quote.source, quote.fallback, quote.phase) == ("东方财富", False, Phase.CONTINUOUS)
            assert quote.latency_ms == 2000
    assert all(asked.query["secids"] == "1.600519,0.000001" for asked in stage.server.asked())
    assert [health.state for health in stage.states] == [FeedState.STARTING, FeedState.LIVE, FeedState.OFF]


def test_an_answer_that_says_nothing_new_makes_no_quote_fresh() -> None:
    async def work(stage: Stage) -> None:
        stage.server.serve("/api/qt/ulist.np/get", ulist(rows(at_s=AT_S - 400)))
        board = QuoteBoard(stage.clock, lambda _symbol, _ms: Phase.CONTINUOUS)
        board.add_symbols([A, B])
        await stage.feed.start([A, B])
        await stage.until(lambda: len(stage.batches) >= 3)
        for batch in stage.batches:
            board.apply(batch)
        assert "没有更新" in board.validity(A).text

    play(work)


def test_each_symbol_is_asked_at_its_own_interval_and_never_more_often() -> None:
    async def work(stage: Stage) -> None:
        stage.feed.pace({A: 0.1, B: 0.45})
        await stage.feed.start([A, B])
        await stage.until(lambda: sum(len(batch) == 2 for batch in stage.batches) >= 3)

    stage = play(work, singles=0)
    for secid, interval in (("1.600519", 0.1), ("0.000001", 0.45)):
        times = [one.at for one in stage.server.asked() if secid in one.query["secids"]]
        assert len(times) >= 3
        assert all(later - earlier >= interval for earlier, later in itertools.pairwise(times))
    assert stage.feed.details.expected_interval_s == 0.1


def test_the_budget_holds_whatever_the_intervals_want() -> None:
    limits = SourceLimits(per_minute=126, burst=6, jitter_s=0.0)

    async def work(stage: Stage) -> None:
        await stage.feed.start([A, B])
        await stage.until(lambda: len(stage.server.asked(EM)) >= 12)

    stage = play(work, limits=limits, interval_s=0.01)
    times = [one.at for one in stage.server.asked(EM)]
    for first in range(len(times)):
        for last in range(first, len(times)):
            assert last - first + 1 <= 6 + (times[last] - times[first]) * 2.0 + 1
    assert stage.server.asked(SINA) == []


def test_the_other_source_answers_in_the_same_round_and_the_better_one_returns() -> None:
    async def work(stage: Stage) -> None:
        await stage.feed.start([A, B])
        await stage.until(lambda: stage.state is FeedState.LIVE)
        stage.server.break_down(Fault.THROTTLE, host=EM)
        before = stage.feed.polls
        await stage.until(lambda: stage.feed.source == "新浪")
        assert stage.batches[-1][0].source == "新浪"
        assert "可能被限流" in stage.feed.health.text
        assert "现用新浪" in stage.feed.health.text
        await stage.until(lambda: stage.sources.view(Source.EASTMONEY).breaker is not BreakerState.CLOSED)
        rounds = stage.feed.polls - before
        assert stage.sources.view(Source.EASTMONEY).failed <= rounds  # at most once in a round
        stage.server.break_down(None, host=EM)
        await stage.until(lambda: stage.feed.source == "东方财富")
        assert stage.feed.health.text == ""
        assert stage.sources.view(Source.EASTMONEY).breaker is BreakerState.CLOSED
        assert stage.state is FeedState.LIVE

    stage = play(work)
    assert FeedState.LOST not in [health.state for health in stage.states]
    assert stage.feed.failed_polls == 0


def test_quotes_do_not_wait_for_a_source_in_doubt() -> None:
    async def work(stage: Stage) -> None:
        await stage.feed.start([A, B])
        await stage.until(lambda: stage.state is FeedState.LIVE)
        stage.server.break_down(Fault.HANG, host=EM)
        await stage.until(lambda: stage.sources.view(Source.EASTMONEY).breaker is BreakerState.HALF_OPEN)
        # From here every round delivers Sina's quotes first and lets East Money hang afterwards.
        failed, delivered = stage.sources.view(Source.EASTMONEY).failed, len(stage.batches)
        await stage.until(lambda: stage.sources.view(Source.EASTMONEY).failed > failed + 1)
        assert len(stage.batches) > delivered
        assert stage.feed.failed_polls == 0
        stage.server.break_down(None, host=EM)
        await stage.until(lambda: stage.feed.source == "东方财富")

    play(work, timeout_s=1.0)


def test_every_fault_everywhere_is_noticed_named_and_survived() -> None:
    async def survive(stage: Stage, fault: Fault) -> None:
        asked, losses = len(stage.server.asked()), stage.feed.health.losses
        stage.server.break_down(fault)
        await stage.until(lambda: stage.state is FeedState.LOST)
        assert "东方财富" in stage.feed.health.text, fault
        assert "新浪" in stage.feed.health.text, fault
        assert len(stage.server.asked()) - asked >= 2, fault
        delivered = len(stage.batches)
        stage.server.break_down(None)
        await stage.until(lambda: stage.state is FeedState.LIVE and len(stage.batches) > delivered)
        assert stage.feed.health.losses > losses, fault

    async def work(stage: Stage) -> None:
        await stage.feed.start([A, B])
        await stage.until(lambda: stage.state is FeedState.LIVE)
        for fault in QUICK_FAULTS:
            await survive(stage, fault)
        assert stage.feed.health.resubscribed >= len(QUICK_FAULTS)

    stage = play(work, timeout_s=0.3)
    assert stage.feed.details.failed_polls >= len(QUICK_FAULTS)


@pytest.mark.parametrize("fault", [Fault.HANG, Fault.DRIP], ids=lambda fault: fault.name)
def test_a_slow_network_does_not_hold_the_loop(fault: Fault) -> None:
    async def work(stage: Stage) -> None:
        stage.server.break_down(fault)
        await stage.feed.start([A, B])
        await stage.until(lambda: stage.feed.failed_polls >= 1)
        assert (
            stage.beats >= 50
        )  # two waits of half a second and more; a loop that waits would beat a few times

    play(work, timeout_s=0.5)


def test_a_feed_that_stops_while_the_market_trades_is_silent_and_comes_back() -> None:
    async def work(stage: Stage) -> None:
        await stage.feed.start([A, B])
        await stage.until(lambda: stage.state is FeedState.LIVE)
        stage.server.break_down(Fault.HANG)
        await stage.until(lambda: stage.state is FeedState.SILENT)
        assert "没有答复" in stage.feed.health.text
        stage.server.break_down(None)
        await stage.until(lambda: stage.state is FeedState.LIVE)

    play(work, silence_s=0.3, timeout_s=3.0)


def test_nobody_calls_lunch_silence() -> None:
    async def work(stage: Stage) -> None:
        await stage.feed.start([A, B])
        await stage.until(lambda: stage.state is FeedState.LIVE)
        before = stage.beats
        async with asyncio.timeout(PATIENCE_S):
            while stage.beats < before + 60:
                await asyncio.sleep(0.005)

    stage = play(work, at_s=LUNCH_S, silence_s=0.05)
    assert FeedState.SILENT not in [health.state for health in stage.states]
    assert (
        len(stage.server.asked()) == 1
    )  # and lunch is asked about once a minute, not every fifty milliseconds


def test_silence_counts_from_the_opening() -> None:
    async def work(stage: Stage) -> None:
        stage.server.break_down(Fault.HANG)
        await stage.feed.start([A, B])
        await stage.until(lambda: stage.state is FeedState.LOST)

    afternoon_s = AT_S + 9000 - 2  # the desk's clock stands at 13:00:00 sharp, the last answer was at lunch
    stage = play(work, at_s=afternoon_s, silence_s=0.1, timeout_s=0.5)
    assert [health.state for health in stage.states] == [FeedState.STARTING, FeedState.LOST, FeedState.OFF]
    later = play(work, at_s=afternoon_s + 1, silence_s=0.1, timeout_s=0.5)
    assert FeedState.SILENT in [health.state for health in later.states]


def test_rows_in_unknown_units_are_no_quotes_and_the_other_source_answers() -> None:
    async def work(stage: Stage) -> None:
        scaled = {
            secid: {**row, **{f: row[f] * 100 for f in ("f2", "f15", "f16", "f17", "f18")}}
            for secid, row in rows().items()
        }
        stage.server.serve("/api/qt/ulist.np/get", ulist(scaled))
        await stage.feed.start([A, B])
        await stage.until(lambda: bool(stage.batches))
        assert "没有一行能用" in stage.feed.health.text

    stage = play(work)
    assert {quote.source for batch in stage.batches for quote in batch} == {"新浪"}
    assert stage.feed.details.bad_rows >= 2


def test_one_bad_row_is_left_out_and_counted() -> None:
    async def work(stage: Stage) -> None:
        mixed = rows()
        mixed["0.000001"]["f124"] = "-"
        stage.server.serve("/api/qt/ulist.np/get", ulist(mixed))
        await stage.feed.start([A, B])
        await stage.until(lambda: len(stage.batches) >= 2)
        assert stage.state is FeedState.LIVE

    stage = play(work)
    assert {quote.symbol for batch in stage.batches for quote in batch} == {A}
    assert stage.feed.details.bad_rows >= 2


def test_symbols_nobody_knows_are_named_and_do_not_fail_the_feed() -> None:
    unknown = Symbol("600001.SH")

    async def work(stage: Stage) -> None:
        await stage.feed.start([A, unknown])
        await stage.until(lambda: bool(stage.batches))
        assert stage.state is FeedState.LIVE
        assert stage.feed.details.absent == (unknown,)

    play(work)


def test_more_symbols_and_another_pace_take_effect_at_once() -> None:
    async def work(stage: Stage) -> None:
        stage.feed.pace({A: 1000.0, B: 1000.0})
        await stage.feed.start([A])
        await stage.until(lambda: len(stage.batches) == 1)
        await stage.feed.start([A, B])
        await stage.until(lambda: len(stage.batches) == 2)
        assert [quote.symbol for quote in stage.batches[1]] == [B]
        stage.feed.pace({A: 0.05, B: 1000.0})
        await stage.until(lambda: len(stage.batches) >= 4)
        assert {quote.symbol for quote in stage.batches[3]} == {A}

    play(work, singles=0)


def test_the_helper_may_be_killed_under_the_feed() -> None:
    async def work(stage: Stage) -> None:
        await stage.feed.start([A, B])
        await stage.until(lambda: stage.state is FeedState.LIVE)
        pid = stage.quotes.pid
        assert pid is not None
        os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))
        delivered = len(stage.batches)
        await stage.until(lambda: len(stage.batches) > delivered + 1)
        assert stage.state is FeedState.LIVE
        assert stage.quotes.spawned == 2

    play(work)


def test_a_long_download_does_not_delay_quotes() -> None:
    async def work(stage: Stage) -> None:
        stage.server.serve("/api/qt/stock/kline/get", {"rc": 0, "data": {"code": "600519", "klines": []}})
        stage.server.break_down(Fault.HANG, host="push2his.eastmoney.com")
        await stage.feed.start([A, B])
        await stage.until(lambda: stage.state is FeedState.LIVE)
        download = asyncio.create_task(stage.feed.bars(A, Period.D1, 100))
        delivered = len(stage.batches)
        await stage.until(lambda: len(stage.batches) >= delivered + 5)
        assert not download.done()
        download.cancel()

    play(work, timeout_s=5.0)


def test_a_listener_that_fails_does_not_stop_the_feed(expect_log_error: Callable[[str], None]) -> None:
    expect_log_error("the listener of the quotes failed")

    async def work(stage: Stage) -> None:
        def broken(batch: Sequence[Quote]) -> None:
            stage.on_quotes(batch)
            raise ZeroDivisionError

        stage.feed.listen(broken)
        await stage.feed.start([A, B])
        await stage.until(lambda: len(stage.batches) >= 3)

    play(work)


def test_closing_in_the_middle_of_a_hanging_request_is_final() -> None:
    async def work(stage: Stage) -> None:
        stage.server.break_down(Fault.HANG)
        await stage.feed.start([A, B])
        async with asyncio.timeout(PATIENCE_S):
            while not stage.server.asked():
                await asyncio.sleep(0.005)
        await stage.feed.close()
        assert stage.state is FeedState.OFF
        await stage.feed.start([A, B])
        assert stage.state is FeedState.OFF

    stage = play(work, timeout_s=5.0)
    assert stage.batches == []


def test_instruments_are_asked_once_a_day() -> None:
    async def work(stage: Stage) -> None:
        first = await stage.feed.instruments([A, B])
        again = await stage.feed.instruments([B, A])
        assert first == again
        assert first[A].name == "贵州茅台"
        assert len(stage.server.asked()) == 1
        stage.clock.advance(86_400_000)
        await stage.feed.instruments([A])
        assert len(stage.server.asked()) == 2

    play(work)


def test_instruments_come_from_the_other_source_when_the_first_fails() -> None:
    async def work(stage: Stage) -> None:
        stage.server.break_down(Fault.DROP, host=EM)
        found = await stage.feed.instruments([A])
        assert found[A].name == "贵州茅台"
        stage.server.break_down(Fault.DROP)
        with pytest.raises(SourceError, match="连接断了"):
            await stage.feed.instruments([B])

    play(work)


def test_the_same_bars_are_asked_once_and_errors_are_not_remembered(market_data_dir: Path) -> None:
    async def work(stage: Stage) -> None:
        stage.server.serve("/api/qt/stock/kline/get", recorded(market_data_dir, "kline_throttled_empty_200"))
        with pytest.raises(SourceError, match="限流"):
            await stage.feed.bars(Symbol("600036.SH"), Period.D1, 2)
        stage.server.serve(
            "/api/qt/stock/kline/get", recorded(market_data_dir, "kline_600036_daily_20241224")
        )
        both = await asyncio.gather(*(stage.feed.bars(Symbol("600036.SH"), Period.D1, 2) for _ in range(3)))
        assert [len(bars) for bars in both] == [2, 2, 2]
        assert both[0][-1].close == 39480
        await stage.feed.bars(Symbol("600036.SH"), Period.D1, 2)
        assert len(stage.server.asked()) == 2
        assert await stage.feed.bars(A, Period.D1, 0) == []

    play(work)


def test_the_feed_does_not_close_helpers_that_are_not_its_own() -> None:
    async def work(stage: Stage) -> None:
        await stage.feed.close()
        with pytest.raises(HelperError, match="Hang 超过"):
            await stage.quotes.run(Hang(), 0.1)

    play(work)


def test_a_dropped_symbol_is_asked_about_no_more() -> None:
    async def work(stage: Stage) -> None:
        await stage.feed.start([A, B])
        await stage.until(lambda: len(stage.batches) >= 2)
        await stage.feed.drop([B])
        before = len(stage.batches)  # one request may be under way
        await stage.until(lambda: len(stage.batches) >= before + 4)
        assert {quote.symbol for batch in stage.batches[before + 1 :] for quote in batch} == {A}

    play(work)
