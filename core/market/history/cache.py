"""The local store of bars: Parquet files under one folder, shared by every program that knows the folder.

    1d/600519.SH.parquet            all daily bars of a symbol
    1m/600519.SH/2024.parquet       a year of its minutes (5m the same)
    damaged/                        files that could not be read, set aside
    1d.lock 1m.lock 5m.lock         held for the milliseconds in which a file is read, changed and replaced

Each file carries its columns (`table.COLUMNS`) and notes: which days it covers and where they are from
(`gaps.Coverage`), and a checksum of the columns. Bars and coverage change in one replacement, so a crash or another
writer can lose an update but never make a day look covered that is not. Nothing is fsynced: a file that a power cut
spoils fails its checksum, is set aside and asked for again. Only real prices are stored.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from core.domain.enums import Period
from core.domain.market import Symbol
from core.domain.money import milli_to_decimal
from core.errors import BadInput, UserError
from core.exchange.calendar import MAINLAND, Calendar
from core.market.history.exrights import LastClose
from core.market.history.gaps import (
    DEFAULT_RETRY,
    Coverage,
    DayRange,
    DayState,
    Retry,
    judge_answer,
    missing_days,
)
from core.market.history.part_files import PartFiles, coverage_of
from core.market.history.table import (
    Adjust,
    BarTable,
    day_of,
    empty_table,
    joined,
    sound_rows,
    table_days,
)

_ONE = timedelta(days=1)
_log = logging.getLogger(__name__)


class BarCache:
    """Bars of one folder. For one thread at a time; any number of processes may have the folder open.

    Raises UserError where the disk says no.
    """

    def __init__(
        self,
        folder: Path,
        *,
        calendar: Calendar = MAINLAND,
        retry: Retry = DEFAULT_RETRY,
        threads: int = 4,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.folder = folder
        self._calendar = calendar
        self._retry = retry
        self._files = PartFiles(folder, calendar, threads=threads, pause=pause)

    def read(
        self, symbol: Symbol, period: Period, first: date | None = None, last: date | None = None
    ) -> BarTable:
        """Bars of the days from `first` to `last`; empty where there are none."""
        return self.read_many([symbol], period, first, last)[symbol]

    def read_many(
        self, symbols: Sequence[Symbol], period: Period, first: date | None = None, last: date | None = None
    ) -> dict[Symbol, BarTable]:
        """`read` for several symbols at once, which is much faster than one by one."""
        owners: list[Symbol] = []
        paths: list[Path] = []
        for symbol in dict.fromkeys(symbols):
            for path in self._files.paths(symbol, period, first, last):
                owners.append(symbol)
                paths.append(path)
        with _explained(self.folder, "读"):
            parts = self._files.load(owners, paths, period)
        pieces: dict[Symbol, list[BarTable]] = {symbol: [] for symbol in symbols}
        for symbol, part in zip(owners, parts, strict=True):
            pieces[symbol].append(part.table)
        return {
            symbol: joined(tables).between(first, last) if tables else empty_table(symbol, period)
            for symbol, tables in pieces.items()
        }

    def write(self, table: BarTable, asked: DayRange, *, source: str, now_ms: int) -> int:
        """Store an answer to a request for the days of `asked`; returns how many unusable bars were left out.

        Days that the answer has bars of are replaced, others kept. Raises BadInput for prices that are not real,
        UserError when the folder cannot be written.
        """
        if table.adjust is not Adjust.NONE:
            text = f"{table.symbol} 的价格是{table.adjust.text}，历史库只存真实价格。请改用不复权的数据。"
            raise BadInput(text)
        good = sound_rows(table)
        if not good.all():
            _log.warning("%s %s: %d unusable bars left out", table.symbol, table.period, int((~good).sum()))
        sound = table.rows(good).between(asked.first, asked.last)
        spans = judge_answer(
            asked,
            dict(table_days(sound)),
            table.period,
            source=source,
            now_ms=now_ms,
            calendar=self._calendar,
        )
        answer = Coverage(tuple(spans))
        with _explained(self.folder, "写"), self._files.lock(table.period):
            for path, first, last in self._files.targets(table.symbol, table.period, asked):
                fresh = answer.within(first, last)
                if fresh.spans:
                    self._files.merge(path, sound.between(first, last), fresh)
        return int((~good).sum())

    def coverage(self, symbol: Symbol, period: Period) -> Coverage:
        """What is known of the symbol's days."""
        return self.coverages([symbol], period)[symbol]

    def coverages(self, symbols: Sequence[Symbol], period: Period) -> dict[Symbol, Coverage]:
        """`coverage` for several symbols at once; reads no bars."""
        owners = [
            (symbol, path)
            for symbol in dict.fromkeys(symbols)
            for path in self._files.paths(symbol, period, None, None)
        ]
        with _explained(self.folder, "读"):
            all_notes = self._files.notes([path for _, path in owners])
        found: dict[Symbol, Coverage] = {symbol: Coverage() for symbol in symbols}
        for (symbol, _), notes in zip(owners, all_notes, strict=True):
            spans = coverage_of(notes).spans
            found[symbol] = found[symbol].updated(spans, self._calendar)
        return found

    def missing(
        self, symbol: Symbol, period: Period, first: date, last: date, *, now_ms: int, source: str = ""
    ) -> tuple[DayRange, ...]:
        """Runs of trading days that should be asked for now (`gaps.missing_days`)."""
        return self.missing_many([symbol], period, first, last, now_ms=now_ms, source=source)[symbol]

    def missing_many(
        self,
        symbols: Sequence[Symbol],
        period: Period,
        first: date,
        last: date,
        *,
        now_ms: int,
        source: str = "",
    ) -> dict[Symbol, tuple[DayRange, ...]]:
        """`missing` for several symbols at once."""
        return {
            symbol: missing_days(
                known,
                first,
                last,
                now_ms=now_ms,
                calendar=self._calendar,
                source=source,
                retry=self._retry,
            )
            for symbol, known in self.coverages(symbols, period).items()
        }

    def last_close(self, symbol: Symbol, before: date) -> LastClose | None:
        """The newest complete daily close before a day; None without one."""
        return self.last_closes([symbol], before)[symbol][0]

    def last_closes(
        self, symbols: Sequence[Symbol], before: date
    ) -> dict[Symbol, tuple[LastClose | None, tuple[date, ...]]]:
        """For several symbols at once: the last close, and the days since that are known to be without trade."""
        tables = self.read_many(symbols, Period.D1, None, before - _ONE)
        found: dict[Symbol, tuple[LastClose | None, tuple[date, ...]]] = {}
        for symbol, known in self.coverages(symbols, Period.D1).items():
            last = _newest_close(tables[symbol], known)
            rested = self._rested(known, last.day, before) if last else ()
            found[symbol] = (last, rested)
        return found

    def rested(self, symbol: Symbol, after: date, before: date) -> tuple[date, ...]:
        """Days between two days that are known to have no daily bar: suspended."""
        return self._rested(self.coverage(symbol, Period.D1), after, before)

    def _rested(self, known: Coverage, after: date, before: date) -> tuple[date, ...]:
        return known.days(DayState.EMPTY, after + _ONE, before - _ONE, self._calendar)

    def sweep(self, now_s: float | None = None) -> int:
        """Remove what killed writers left behind (older than an hour); returns how many files."""
        return self._files.sweep(now_s)

    def close(self) -> None:
        """Let the reader go."""
        self._files.close()


def _newest_close(table: BarTable, known: Coverage) -> LastClose | None:
    """The close of the last day that is complete: one that may still have grown when it was read is no close."""
    for number, close in zip(reversed(table.days.tolist()), reversed(table.close.tolist()), strict=True):
        if known.state_of(day := day_of(number)) is DayState.COMPLETE:
            return LastClose(day, milli_to_decimal(close))
    return None


@contextmanager
def _explained(folder: Path, verb: str) -> Iterator[None]:
    """A disk that says no, as a sentence."""
    try:
        yield
    except OSError as error:
        text = f"历史数据文件夹 {folder} {verb}不了：{error}。请检查磁盘空间和权限。"
        raise UserError(text) from error
