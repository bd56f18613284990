"""Gaps are filled and nothing but gaps; stopping, failing and throttling lose nothing."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pytest

from core.domain.enums import Period
from core.domain.market import Bar, Symbol
from core.errors import BadInput, UserError
from core.market.helper.child import JobContext
from core.market.helper.helper import HelperProcess
from core.market.history.adjust import ExFactor
from core.market.history.cache import BarCache
from core.market.history.download import GapFiller, chunks
from core.market.history.exrights import LastClose
from core.market.history.gaps import DayRange, DayState
from core.market.history.jobs import (
    Akshare,
    FillGaps,
    ImportBarFile,
    LastCloses,
    MissingDays,
    ReadBars,
    StoreBars,
    Yesterday,
)
from core.market.history.table import Adjust, BarTable, empty_table, table_days
from core.market.public.akshare_jobs import BarsJob, DoorOptions
from tests.core.market.history.bars import MOUTAI, VANKE, at, daily, day, days, minutes, table

LATER = at(day("2026-06-01"))
MARCH = days("2026-03-02", "2026-03-31")


@dataclass
class FakeSource:
    """A source that has daily bars of some days and whole minute days, and remembers what it was asked."""

    has: tuple[date, ...] = MARCH
    name: str = "fake"
    broken: tuple[Symbol, ...] = ()
    asked: list[tuple[Symbol, str, str]] = field(default_factory=list)

    def bars(self, symbol: Symbol, period: Period, start: date, end: date) -> list[Bar]:
        self.asked.append((symbol, str(start), str(end)))
        if symbol in self.broken:
            raise UserError("行情源没有回答")
        mine = [one for one in self.has if start <= one <= end]
        if period is Period.M1:
            return [bar for one in mine for bar in minutes(symbol, one)]
        return [bar for bar, one in zip(daily(symbol, self.has), self.has, strict=True) if one in mine]


@dataclass
class Watcher:
    """Takes progress; asks to stop after some steps."""

    stop_after: int = 1000
    steps: list[tuple[int, int, str]] = field(default_factory=list)

    def progress(self, done: int, total: int, text: str) -> None:
        self.steps.append((done, total, text))

    def ask(self, question: object) -> object:
        raise AssertionError("nothing to ask")

    def cancelled(self) -> bool:
        return len(self.steps) >= self.stop_after


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[BarCache]:
    found = BarCache(tmp_path / "history")
    yield found
    found.close()


def test_only_gaps_are_asked_for(cache: BarCache) -> None:
    source = FakeSource()
    filler = GapFiller(cache, source, lambda: LATER)
    report = filler.fill([MOUTAI], Period.D1, MARCH[5], MARCH[9])
    assert (report.requests, report.bars, report.failures) == (1, 5, ())
    report = filler.fill([MOUTAI], Period.D1, MARCH[0], MARCH[-1])
    assert source.asked == [
        (MOUTAI, str(MARCH[5]), str(MARCH[9])),
        (MOUTAI, str(MARCH[0]), str(MARCH[4])),
        (MOUTAI, str(MARCH[10]), str(MARCH[-1])),
    ]
    assert cache.read(MOUTAI, Period.D1).bars() == daily(MOUTAI, MARCH)
    assert filler.fill([MOUTAI], Period.D1, MARCH[0], MARCH[-1]).requests == 0
    assert len(source.asked) == 3


def test_suspended_days_are_not_asked_for_again(cache: BarCache) -> None:
    source = FakeSource(has=(MARCH[0], MARCH[4]))
    filler = GapFiller(cache, source, lambda: LATER)
    filler.fill([MOUTAI], Period.D1, MARCH[0], MARCH[4])
    filler.fill([MOUTAI], Period.D1, MARCH[0], MARCH[4])
    assert len(source.asked) == 1
    assert cache.coverage(MOUTAI, Period.D1).state_of(MARCH[2]) is DayState.EMPTY


def test_today_is_asked_for_until_it_is_over(cache: BarCache) -> None:
    today = MARCH[3]
    now = [at(today, "10:00")]
    source = FakeSource()
    filler = GapFiller(cache, source, lambda: now[0])
    for clock, asked in (("10:00", 1), ("10:05", 2), ("15:36", 3), ("20:00", 3)):
        now[0] = at(today, clock)
        filler.fill([MOUTAI], Period.M1, today, MARCH[-1])
        assert len(source.asked) == asked, clock
    assert source.asked[0] == (MOUTAI, str(today), str(today)), "days to come are not asked for"


def test_answer_counts_from_when_it_was_asked_for(cache: BarCache) -> None:
    """Asked at 15:34 and answered at 15:36: the day may have changed between."""
    today = MARCH[3]
    now = [at(today, "15:34")]

    class Slow(FakeSource):
        def bars(self, symbol: Symbol, period: Period, start: date, end: date) -> list[Bar]:
            now[0] = at(today, "15:36")
            return super().bars(symbol, period, start, end)

    GapFiller(cache, Slow(), lambda: now[0]).fill([MOUTAI], Period.D1, today, today)
    assert cache.coverage(MOUTAI, Period.D1).state_of(today) is DayState.PARTIAL


def test_cancelled_download_keeps_what_it_has(cache: BarCache) -> None:
    source, watcher = FakeSource(), Watcher(stop_after=1)
    report = GapFiller(cache, source, lambda: LATER, watcher).fill(
        [MOUTAI, VANKE], Period.D1, MARCH[0], MARCH[-1]
    )
    assert report.cancelled
    assert len(source.asked) == 1
    assert len(cache.read(MOUTAI, Period.D1)) == len(MARCH)
    assert "已按要求停止" in report.text
    report = GapFiller(cache, source, lambda: LATER).fill([MOUTAI, VANKE], Period.D1, MARCH[0], MARCH[-1])
    assert [symbol for symbol, _, _ in source.asked] == [MOUTAI, VANKE]
    assert not report.cancelled


def test_progress_tells_every_step(cache: BarCache) -> None:
    watcher = Watcher()
    GapFiller(cache, FakeSource(), lambda: LATER, watcher).fill(
        [MOUTAI, VANKE], Period.D1, MARCH[0], MARCH[-1]
    )
    assert watcher.steps == [
        (0, 2, "600519.SH 2026-03-02 至 2026-03-31"),
        (1, 2, "000002.SZ 2026-03-02 至 2026-03-31"),
        (2, 2, "完成"),
    ]


def test_symbol_that_fails_is_named_and_the_others_go_on(cache: BarCache) -> None:
    source = FakeSource(broken=(MOUTAI,))
    report = GapFiller(cache, source, lambda: LATER).fill([MOUTAI, VANKE], Period.D1, MARCH[0], MARCH[-1])
    assert [(one.symbol, one.text) for one in report.failures] == [(MOUTAI, "行情源没有回答")]
    assert report.bars == len(MARCH)
    assert "600519.SH：行情源没有回答" in report.text
    assert cache.coverage(MOUTAI, Period.D1).spans == (), "a failure is not an answer"


def test_source_that_is_gone_is_left_alone(cache: BarCache) -> None:
    symbols = [Symbol(f"60{n:04d}.SH") for n in range(20)]
    source = FakeSource(broken=tuple(symbols))
    report = GapFiller(cache, source, lambda: LATER).fill(symbols, Period.D1, MARCH[0], MARCH[-1])
    assert report.gave_up
    assert len(source.asked) == 5
    assert "连续 5 次失败" in report.text


def test_throttled_empty_answer_is_repeated_later(cache: BarCache) -> None:
    now = [at(day("2026-04-01"), "10:00")]
    source = FakeSource(has=())
    filler = GapFiller(cache, source, lambda: now[0])
    filler.fill([MOUTAI], Period.D1, MARCH[0], MARCH[-1])
    filler.fill([MOUTAI], Period.D1, MARCH[0], MARCH[-1])
    assert len(source.asked) == 1
    now[0] += 12 * 3_600_000
    source.has = MARCH
    assert filler.fill([MOUTAI], Period.D1, MARCH[0], MARCH[-1]).bars == len(MARCH)


def test_bars_of_another_symbol_or_period_are_not_stored(cache: BarCache) -> None:
    class Strange(FakeSource):
        def bars(self, symbol: Symbol, period: Period, start: date, end: date) -> list[Bar]:
            mine = super().bars(symbol, period, start, end)
            return [mine[0], replace(mine[1], symbol=VANKE), replace(mine[2], period=Period.M5), *mine[3:]]

    report = GapFiller(cache, Strange(), lambda: LATER).fill([MOUTAI], Period.D1, MARCH[0], MARCH[-1])
    assert (report.bars, report.dropped) == (len(MARCH) - 2, 2)
    assert "丢弃 2 根" in report.text
    assert len(cache.read(VANKE, Period.D1)) == 0


def test_minutes_are_asked_for_in_months_newest_first(cache: BarCache) -> None:
    assert list(chunks(DayRange(day("2026-01-01"), day("2026-03-01")), 31)) == [
        DayRange(day("2026-01-30"), day("2026-03-01")),
        DayRange(day("2026-01-01"), day("2026-01-29")),
    ]
    source = FakeSource()
    GapFiller(cache, source, lambda: LATER).fill([MOUTAI], Period.M1, day("2026-02-02"), MARCH[-1])
    assert [(first, last) for _, first, last in source.asked] == [
        ("2026-03-01", "2026-03-31"),
        ("2026-02-02", "2026-02-28"),
    ]
    assert len(cache.read(MOUTAI, Period.M1)) == 240 * len(MARCH)


@dataclass(frozen=True)
class OpenFake:
    """Makes the fake source where the job runs."""

    def open(self, context: JobContext) -> FakeSource:
        return FakeSource()


def test_jobs_travel_and_do_their_work(tmp_path: Path) -> None:
    folder, watcher = tmp_path / "history", Watcher()
    fill = FillGaps(folder, OpenFake(), (MOUTAI,), Period.D1, MARCH[0], MARCH[-1], now_ms=LATER)
    report = pickle.loads(pickle.dumps(fill)).run(watcher)
    assert report.bars == len(MARCH)
    read = ReadBars(folder, (MOUTAI, VANKE), Period.D1, MARCH[1], MARCH[2])
    found = pickle.loads(pickle.dumps(pickle.loads(pickle.dumps(read)).run(watcher)))
    assert found[MOUTAI].bars() == daily(MOUTAI, MARCH)[1:3]
    assert len(found[VANKE]) == 0
    halved = ReadBars(
        folder,
        (MOUTAI,),
        Period.D1,
        adjust=Adjust.FORWARD,
        factors=((MOUTAI, (ExFactor(MARCH[1], 0.5),)),),
    )
    assert halved.run(watcher)[MOUTAI].close[0] == daily(MOUTAI, MARCH)[0].close / 2
    closes = pickle.loads(pickle.dumps(LastCloses(folder, (MOUTAI, VANKE), MARCH[-1]))).run(watcher)
    last = closes[MOUTAI].last
    assert isinstance(last, LastClose)
    assert (last.day, last.official, closes[MOUTAI].rested) == (MARCH[-2], True, ())
    assert closes[VANKE] == Yesterday(None)


def test_answers_of_a_source_in_the_program_are_stored_by_jobs(tmp_path: Path) -> None:
    """xtdata lives in the program: what is missing comes out of the helper, what it answered goes in."""
    folder, watcher = tmp_path / "history", Watcher()
    ask = MissingDays(folder, (MOUTAI, VANKE), Period.D1, MARCH[0], MARCH[4], "xtdata", LATER)
    whole = (DayRange(MARCH[0], MARCH[4]),)
    assert ask.run(watcher) == {MOUTAI: whole, VANKE: whole}
    answers = ((table(daily(MOUTAI, MARCH[:5])), whole[0]), (empty_table(VANKE, Period.D1), whole[0]))
    store = StoreBars(folder, answers, "xtdata", LATER)
    assert pickle.loads(pickle.dumps(store)).run(watcher) == 0
    assert ask.run(watcher) == {}
    assert replace(ask, now_ms=LATER + 12 * 3_600_000).run(watcher) == {VANKE: whole}


def test_helper_process_runs_the_jobs(tmp_path: Path) -> None:
    folder = tmp_path / "history"
    asked = DayRange(MARCH[0], MARCH[-1])
    store = StoreBars(folder, ((table(daily(MOUTAI, MARCH)), asked),), "xtdata", LATER)

    async def work() -> dict[Symbol, BarTable]:
        helper = HelperProcess("helper", asyncio.get_running_loop())
        try:
            await helper.run(store, 60.0)
            return await helper.run(ReadBars(folder, (MOUTAI,), Period.D1), 60.0)
        finally:
            await helper.close()

    assert asyncio.run(work())[MOUTAI].bars() == daily(MOUTAI, MARCH)


def test_public_source_asks_for_the_days_of_the_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    options, jobs = DoorOptions(), list[BarsJob]()

    def run(job: BarsJob, context: JobContext) -> tuple[Bar, ...]:
        jobs.append(job)
        return tuple(daily(MOUTAI, MARCH[:1]))

    monkeypatch.setattr(BarsJob, "run", run)
    source = pickle.loads(pickle.dumps(Akshare(options))).open(Watcher())
    assert source.bars(MOUTAI, Period.D1, MARCH[0], MARCH[1]) == daily(MOUTAI, MARCH[:1])
    assert jobs == [BarsJob(MOUTAI, Period.D1, MARCH[0], MARCH[1], options)]
    assert source.name == "akshare"


def test_real_file_of_a_user_goes_into_the_store(market_data_dir: Path, tmp_path: Path) -> None:
    folder, path = tmp_path / "history", market_data_dir / "minute_5m/tdx_510300.SH_5m.csv.gz"
    with pytest.raises(BadInput, match="复权方式不明"):
        ImportBarFile(folder, path).run(Watcher())
    said = ImportBarFile(folder, path, adjust=Adjust.NONE, now_ms=LATER).run(Watcher())
    assert any("单精度" in text for text in said)
    fund = Symbol("510300.SH")
    cache = BarCache(folder)
    assert len(cache.read(fund, Period.M5)) == 23_568
    line = [one for one, _ in table_days(cache.read(fund, Period.M5))]
    assert cache.missing(fund, Period.M5, line[0], line[-1], now_ms=LATER) == ()
    cache.close()
    with pytest.raises(BadInput, match="前复权"):
        ImportBarFile(folder, market_data_dir / "daily/akshare_em_600519_2023_qfq.csv").run(Watcher())
