"""The feed's own duties over a typed stand-in for the vendor's module: hand-over, deadlines, words for errors."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from core.clock import ManualClock
from core.domain.enums import Period
from core.domain.market import Quote, Symbol
from core.errors import BrokerError, BrokerTimeout, ContractError
from core.lanes import Lane
from core.market.slots import QuoteSlots
from core.market.xtdata.feed import XtdataFeed
from core.market.xtdata.vendor import TickRecords, XtData, load_xtdata
from core.ports import Feed, NoActivity
from tests.fakes.market import at, quote

A, B = Symbol("600000.SH"), Symbol("000001.SZ")


def tick(clock: str, last: float, day: str = "2026-11-20") -> dict[str, Any]:
    return {
        "time": at(f"{day} {clock}"),
        "lastPrice": last,
        "lastClose": 10.0,
        "volume": 10,
        "pvolume": 1_000,
        "amount": 10_000.0,
        "openInt": 13,
        "bidPrice": [last - 0.01],
        "bidVol": [5],
        "askPrice": [last],
        "askVol": [7],
    }


class Frame(dict[str, Any]):
    """As much of a pandas frame as the feed uses; its length is its number of rows."""

    def __len__(self) -> int:
        return len(self["time"].values)


@dataclass
class Column:
    values: list[Any]

    def tolist(self) -> list[Any]:
        return self.values


@dataclass
class FakeXtData:
    """The vendor's functions as plain methods; ticks are pushed from a thread of its own."""

    enable_hello: bool = True
    details: dict[str, dict[str, Any]] = field(default_factory=dict)
    bars: dict[str, list[Any]] = field(default_factory=dict)
    error: Exception | None = None
    hang: threading.Event | None = None
    seq: int = 0
    client: object = "first"
    ticks: dict[str, dict[str, Any]] = field(default_factory=dict)
    connected: list[tuple[str, int | None]] = field(default_factory=list)
    calls: list[tuple[Any, ...]] = field(default_factory=list)
    callback: Callable[[TickRecords], None] | None = None

    def _called(self, *call: Any) -> None:
        self.calls.append((*call, threading.current_thread().name))
        if self.hang is not None:
            self.hang.wait()
        if self.error is not None:
            raise self.error

    def connect(self, ip: str = "", port: int | None = None) -> object:
        self.connected.append((ip, port))
        return self.client

    def get_client(self) -> object:
        return self.client

    def get_full_tick(self, code_list: list[str]) -> TickRecords:
        self._called("full tick", len(code_list))
        return {code: self.ticks[code] for code in code_list if code in self.ticks}

    def subscribe_whole_quote(self, code_list: list[str], callback: Callable[[TickRecords], None]) -> int:
        self._called("subscribe", tuple(code_list))
        self.callback = callback
        self.seq += 1
        return self.seq

    def unsubscribe_quote(self, seq: int) -> object:
        self._called("unsubscribe", seq)
        return None

    def get_instrument_detail(self, stock_code: str) -> Mapping[str, Any] | None:
        self._called("detail", stock_code)
        return self.details.get(stock_code)

    def download_history_data(self, stock_code: str, period: str, start_time: str, end_time: str) -> object:
        self._called("download", stock_code, period, start_time, end_time)
        return None

    def get_market_data_ex(
        self,
        field_list: Sequence[str],
        stock_list: list[str],
        period: str,
        start_time: str,
        end_time: str,
        count: int,
    ) -> Mapping[str, Any]:
        self._called("bars", tuple(stock_list), period, count)
        return (
            {stock_list[0]: Frame({name: Column(values) for name, values in self.bars.items()})}
            if self.bars
            else {}
        )

    def get_trading_dates(self, market: str, start_time: str, end_time: str, count: int) -> Sequence[int]:
        self._called("dates", market, start_time, end_time, count)
        return [at("2026-11-19 00:00:00"), at("2026-11-20 00:00:00")]

    def push(self, records: TickRecords) -> None:
        """Call the program's callback on another thread and wait for it to return."""
        assert self.callback is not None
        thread = threading.Thread(target=self.callback, args=(records,), name="vendor")
        thread.start()
        thread.join()


@dataclass
class Rig:
    """A feed on the loop of the test."""

    feed: XtdataFeed
    vendor: FakeXtData
    clock: ManualClock
    batches: list[list[Quote]]

    async def settle(self) -> None:
        """Let the loop run what was handed to it, its drains first of all."""
        for _ in range(3):
            await asyncio.sleep(0)

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while not condition():
                await asyncio.sleep(0.001)


@contextmanager
def rig(deadline_s: float = 5.0) -> Iterator[Rig]:
    """Must be entered on a running loop."""
    lane = Lane("xtdata", NoActivity())
    vendor, clock = FakeXtData(), ManualClock(at("10:00:00"))
    source: XtData = vendor
    feed = XtdataFeed(
        lane, NoActivity(), asyncio.get_running_loop(), clock, "测试", deadline_s, load=lambda: source
    )
    batches: list[list[Quote]] = []
    feed.listen(lambda quotes: batches.append(list(quotes)))
    try:
        yield Rig(feed, vendor, clock, batches)
    finally:
        lane.close()


def test_it_is_a_feed() -> None:
    async def scenario() -> None:
        with rig() as desk:
            feed: Feed = desk.feed
            assert feed.source == "测试"

    asyncio.run(scenario())


def test_ticks_reach_the_loop_as_quotes_on_its_own_thread() -> None:
    async def scenario() -> None:
        with rig() as desk:
            threads: list[str] = []

            def listener(quotes: Sequence[Quote]) -> None:
                threads.append(threading.current_thread().name)
                desk.batches.append(list(quotes))

            desk.feed.listen(listener)
            await desk.feed.start([A, B])
            desk.vendor.push({A: tick("10:00:00", 8.0), B: tick("10:00:00", 11.0)})
            await desk.settle()
            assert [[shown.symbol for shown in batch] for batch in desk.batches] == [[A, B]]
            assert desk.batches[0][0].bids == ((7_990, 500),)
            assert threads == [threading.current_thread().name]
            assert {call[-1] for call in desk.vendor.calls} == {"xtdata"}
            await desk.feed.close()

    asyncio.run(scenario())


def test_pushes_before_a_drain_become_one_batch_of_the_newest() -> None:
    async def scenario() -> None:
        with rig() as desk:
            await desk.feed.start([A, B])
            for second in range(5):
                desk.vendor.push({A: tick(f"10:00:0{second}", 8.0 + second)})
            desk.vendor.push({B: tick("10:00:03", 11.0)})
            desk.vendor.push({A: tick("10:00:01", 1.0)})
            await desk.settle()
            assert [[(shown.symbol, shown.last) for shown in batch] for batch in desk.batches] == [
                [(A, 12_000), (B, 11_000)]
            ]
            assert desk.feed.overwritten == 5
            desk.vendor.push({A: tick("10:00:06", 9.0)})
            await desk.settle()
            assert len(desk.batches) == 2
            await desk.feed.close()

    asyncio.run(scenario())


def test_one_wake_up_per_drain() -> None:
    class CountingLoop(asyncio.SelectorEventLoop):
        woken = 0

        def call_soon_threadsafe(self, *args: Any, **kwargs: Any) -> asyncio.Handle:  # type: ignore[override]
            self.woken += 1
            return super().call_soon_threadsafe(*args, **kwargs)

    loop = CountingLoop()
    batches: list[int] = []
    slots = QuoteSlots(loop, lambda quotes: batches.append(len(quotes)))
    for n in range(100):
        slots.put([quote(A, at("10:00:00") + n, 8), quote(B, at("10:00:00") + n, 8)])
    assert (loop.woken, slots.overwritten) == (1, 198)
    loop.run_until_complete(asyncio.sleep(0))
    assert batches == [2]
    slots.put([])
    assert loop.woken == 1
    loop.close()
    slots.put([quote(A, "10:00:09", 8)])  # a closed loop is nobody's error


def test_a_listener_that_raises_stops_nothing(expect_log_error: Callable[[str], None]) -> None:
    expect_log_error("the listener of the quotes failed")

    async def scenario() -> None:
        with rig() as desk:
            seen: list[int] = []

            def listener(quotes: Sequence[Quote]) -> None:
                seen.append(len(quotes))
                if len(seen) == 1:
                    raise ValueError("boom")

            desk.feed.listen(listener)
            await desk.feed.start([A])
            for clock in ("10:00:00", "10:00:03"):
                desk.vendor.push({A: tick(clock, 8.0)})
                await desk.settle()
            assert seen == [1, 1]
            await desk.feed.close()

    asyncio.run(scenario())


def test_a_bad_tick_is_counted_and_the_others_pass() -> None:
    async def scenario() -> None:
        with rig() as desk:
            await desk.feed.start([A, B])
            desk.vendor.push({A: {"lastPrice": 1.0}, B: tick("10:00:00", 11.0)})
            await desk.settle()
            assert [shown.symbol for shown in desk.batches[0]] == [B]
            assert desk.feed.bad_ticks == 1
            await desk.feed.close()

    asyncio.run(scenario())


def test_starting_again_subscribes_only_what_is_new_and_close_ends_all() -> None:
    async def scenario() -> None:
        with rig() as desk:
            await desk.feed.start([A, A])
            await desk.feed.start([A])
            await desk.feed.start([A, B])
            await desk.feed.close()
            await desk.feed.close()
            shown = [call[:2] for call in desk.vendor.calls if call[0] in ("subscribe", "unsubscribe")]
            assert shown == [("subscribe", (A,)), ("subscribe", (B,)), ("unsubscribe", 1), ("unsubscribe", 2)]
            desk.vendor.push({A: tick("10:00:00", 8.0)})
            await desk.settle()
            assert desk.batches == []

    asyncio.run(scenario())


def test_what_is_dropped_is_subscribed_no_more_but_the_last_ones_stay() -> None:
    async def scenario() -> None:
        with rig() as desk:
            await desk.feed.start([A, B])
            await desk.feed.drop([B, Symbol("300750.SZ")])
            await desk.feed.drop([B])
            await desk.feed.drop([A])
            await desk.feed.start([B])
            shown = [call[:2] for call in desk.vendor.calls if call[0] in ("subscribe", "unsubscribe")]
            assert shown == [
                ("subscribe", (A, B)),
                ("subscribe", (A,)),
                ("unsubscribe", 1),
                ("subscribe", (B,)),
                ("unsubscribe", 2),
            ]
            await desk.feed.close()

    asyncio.run(scenario())


def test_a_drop_that_fails_is_logged_and_made_good_later(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        with rig() as desk:
            await desk.feed.start([A, B])
            desk.vendor.error = RuntimeError("断了")
            await desk.feed.drop([B])
            assert "subscribing without 1 symbols failed" in caplog.text
            assert "RuntimeError('断了')" in caplog.text, "what the vendor raised is in the log as it is"
            desk.vendor.error = None
            await desk.feed.start([Symbol("300750.SZ")])
            subscribed = [call[1] for call in desk.vendor.calls if call[0] == "subscribe"]
            assert subscribed[-1] == (A, "300750.SZ")
            await desk.feed.close()

    asyncio.run(scenario())


DETAIL = {
    "InstrumentName": "浦发",
    "TradingDay": "20261120",
    "PreClose": 10.0,
    "UpStopPrice": 11.0,
    "DownStopPrice": 9.0,
}


def test_limits_come_from_the_instrument_and_are_asked_anew_on_a_new_day() -> None:
    async def scenario() -> None:
        with rig() as desk:
            desk.vendor.details[A] = DETAIL
            await desk.feed.start([A])
            desk.vendor.push({A: tick("14:00:00", 10.5)})
            await desk.settle()
            assert desk.batches[-1][0].limit_up == 11_000
            desk.vendor.details[A] = DETAIL | {"TradingDay": "20261123", "UpStopPrice": 11.1}
            asked = len(desk.vendor.calls)
            desk.vendor.push({A: tick("09:30:00", 10.5, day="2026-11-23")})
            await desk.settle()
            assert desk.batches[-1][0].limit_up == 0, "yesterday's limit is not today's"
            await desk.until(lambda: len(desk.vendor.calls) > asked)
            await desk.feed.instruments([A])  # passes the same lane, so the reload is over
            await desk.settle()
            desk.vendor.push({A: tick("09:30:03", 10.5, day="2026-11-23")})
            await desk.settle()
            assert desk.batches[-1][0].limit_up == 11_100
            await desk.feed.close()

    asyncio.run(scenario())


def test_instruments_that_are_unknown_are_left_out() -> None:
    async def scenario() -> None:
        with rig() as desk:
            desk.vendor.details[A] = DETAIL
            found = await desk.feed.instruments([A, B])
            assert [(symbol, shown.name) for symbol, shown in found.items()] == [(A, "浦发")]

    asyncio.run(scenario())


def test_bars_are_downloaded_first_and_the_future_is_cut_off() -> None:
    async def scenario() -> None:
        with rig() as desk:
            times = [at("09:59:00"), at("10:00:00"), at("10:01:00"), at("10:02:00")]
            desk.vendor.bars = {"time": times} | {
                name: [10.0] * 4 for name in ("open", "high", "low", "close", "volume", "amount")
            }
            bars = await desk.feed.bars(A, Period.M1, 2)
            assert [bar.time_ms for bar in bars] == times[1:3]
            assert [call[:3] for call in desk.vendor.calls] == [("download", A, "1m"), ("bars", (A,), "1m")]
            assert await desk.feed.bars(A, Period.M1, 0) == []
            desk.vendor.bars = {}
            assert await desk.feed.bars(A, Period.D1, 10) == []

    asyncio.run(scenario())


def test_trading_dates() -> None:
    async def scenario() -> None:
        with rig() as desk:
            found = await desk.feed.trading_dates("SH", date(2026, 11, 19), date(2026, 11, 20))
            assert found == [date(2026, 11, 19), date(2026, 11, 20)]
            assert desk.vendor.calls[0][:4] == ("dates", "SH", "20261119", "20261120")

    asyncio.run(scenario())


def test_t56_a_missing_terminal_names_the_cure() -> None:
    async def scenario() -> None:
        with rig() as desk:
            desk.vendor.error = Exception("无法连接xtquant服务，请检查QMT-投研版或QMT-极简版是否开启")
            with pytest.raises(BrokerError, match="请启动 MiniQMT") as caught:
                await desk.feed.start([A])
            assert "无法连接xtquant服务" in str(caught.value)
            desk.vendor.error = None
            await desk.feed.start([A])  # the failed start left nothing behind
            assert [call[:2] for call in desk.vendor.calls][-1] == ("subscribe", (A,))
            await desk.feed.close()

    asyncio.run(scenario())


def test_other_vendor_errors_keep_their_words() -> None:
    async def scenario() -> None:
        with rig() as desk:
            desk.vendor.error = RuntimeError("下载数据失败：磁盘已满")
            with pytest.raises(BrokerError, match="磁盘已满"):
                await desk.feed.bars(A, Period.M1, 5)
            desk.vendor.error = None
            desk.vendor.seq = -2
            with pytest.raises(BrokerError, match="被拒绝"):
                await desk.feed.start([A])

    asyncio.run(scenario())


def test_a_call_that_hangs_ends_at_its_deadline_and_the_next_one_works() -> None:
    async def scenario() -> None:
        with rig(deadline_s=0.05) as desk:
            gate = desk.vendor.hang = threading.Event()
            with pytest.raises(BrokerTimeout, match="没有回答"):
                await desk.feed.instruments([A])
            desk.vendor.hang = None
            desk.vendor.details[A] = DETAIL
            found = await desk.feed.instruments([A])
            assert list(found) == [A]
            gate.set()
            await desk.feed.close()

    asyncio.run(scenario())


def test_the_vendor_is_never_imported_on_the_main_thread() -> None:
    with pytest.raises(ContractError):
        load_xtdata()


def test_t00_importing_asks_no_package_index(tmp_path: Path) -> None:
    """Both parts that the vendor's update check needs are there, and it still gets no chance to ask."""
    (tmp_path / "requests.py").write_text("def get(*args, **kwargs):\n    print('ASKED')\n", encoding="utf-8")
    (tmp_path / "pkg_resources.py").write_text(
        "class D:\n    version = '0'\ndef get_distribution(name):\n    return D\n", encoding="utf-8"
    )
    program = f"""
        import sys, threading
        sys.path[:0] = [{str(tmp_path)!r}, {str(Path(__file__).parents[4])!r}]
        from core.errors import BrokerError
        from core.market.xtdata.vendor import load_xtdata

        def work():
            try:
                assert load_xtdata().enable_hello is False
            except BrokerError as error:
                assert "xtquant" in str(error)
            assert "xtquant" in sys.modules

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        import pkg_resources
        print("DONE", pkg_resources.D.version)
    """
    shown = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert shown.stdout.strip() == "DONE 0", shown.stdout + shown.stderr
    assert shown.stderr == ""
