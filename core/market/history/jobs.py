"""History work as jobs for the helper process: frozen, picklable, each opens what it needs and closes it.

A job is run by `run(context)`; what it returns is picklable too.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Protocol

from core.clock import SystemClock
from core.domain.enums import Period
from core.domain.market import Bar, Symbol
from core.errors import BadInput
from core.exchange.calendar import MAINLAND, Calendar
from core.market.files.bar_files import read_bar_file
from core.market.helper.child import JobContext
from core.market.history.adjust import ExFactor, adjusted
from core.market.history.cache import BarCache
from core.market.history.download import BarSource, FillReport, GapFiller, Progress
from core.market.history.exrights import LastClose
from core.market.history.gaps import DayRange
from core.market.history.table import Adjust, BarTable, table_days
from core.market.public.akshare_jobs import BarsJob, DoorOptions


class SourceOpener(Protocol):
    """Makes a source inside the helper process; picklable itself."""

    def open(self, context: JobContext) -> BarSource:
        """A source that is ready and asks the program through `context` where it must; raises `UserError`."""
        ...


@dataclass(frozen=True, slots=True)
class Akshare:
    """Opens the public sources."""

    options: DoorOptions

    def open(self, context: JobContext) -> BarSource:
        """The door is loaded with the first request."""
        return _AkshareBars(context, self.options)


@dataclass(frozen=True, slots=True)
class _AkshareBars:
    """Bars of the public sources, each request through the program's budget."""

    context: JobContext
    options: DoorOptions
    name: str = "akshare"

    def bars(self, symbol: Symbol, period: Period, start: date, end: date) -> list[Bar]:
        """See `BarSource`."""
        return list(BarsJob(symbol, period, start, end, self.options).run(self.context))


@dataclass(frozen=True, slots=True)
class Yesterday:
    """The newest close before a day, and the days since that are known to be without trade."""

    last: LastClose | None
    rested: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class FillGaps:
    """Download the missing days of some symbols. `now_ms` 0 takes the machine's clock."""

    folder: Path
    source: SourceOpener
    symbols: tuple[Symbol, ...]
    period: Period
    first: date
    last: date
    now_ms: int = 0
    calendar: Calendar = field(default=MAINLAND, repr=False)

    def run(self, context: JobContext) -> FillReport:
        """Fill; stops between two requests when cancelled."""
        clock = SystemClock()
        with _opened(self.folder, self.calendar) as cache:
            cache.sweep()
            now = (lambda: self.now_ms) if self.now_ms else clock.now_ms
            filler = GapFiller(cache, self.source.open(context), now, context)
            return filler.fill(self.symbols, self.period, self.first, self.last)


@dataclass(frozen=True, slots=True)
class MissingDays:
    """What to ask a source for that lives in the program itself (xtdata); its answers go to `StoreBars`."""

    folder: Path
    symbols: tuple[Symbol, ...]
    period: Period
    first: date
    last: date
    source: str
    now_ms: int
    calendar: Calendar = field(default=MAINLAND, repr=False)

    def run(self, context: Progress) -> dict[Symbol, tuple[DayRange, ...]]:
        """Runs of days by symbol; symbols that lack nothing are left out."""
        del context
        with _opened(self.folder, self.calendar) as cache:
            found = cache.missing_many(
                self.symbols, self.period, self.first, self.last, now_ms=self.now_ms, source=self.source
            )
        return {symbol: days for symbol, days in found.items() if days}


@dataclass(frozen=True, slots=True)
class StoreBars:
    """Answers of a source: for each table the days that were asked for, empty tables too. Real prices only.

    `asked_ms` is when the source was asked.
    """

    folder: Path
    answers: tuple[tuple[BarTable, DayRange], ...]
    source: str
    asked_ms: int
    calendar: Calendar = field(default=MAINLAND, repr=False)

    def run(self, context: Progress) -> int:
        """Store them; returns how many unusable bars were left out."""
        del context
        with _opened(self.folder, self.calendar) as cache:
            return sum(
                cache.write(table, days, source=self.source, now_ms=self.asked_ms)
                for table, days in self.answers
            )


@dataclass(frozen=True, slots=True)
class ReadBars:
    """Bars of some symbols from the store, adjusted where asked; `factors` by symbol."""

    folder: Path
    symbols: tuple[Symbol, ...]
    period: Period
    first: date | None = None
    last: date | None = None
    adjust: Adjust = Adjust.NONE
    factors: tuple[tuple[Symbol, tuple[ExFactor, ...]], ...] = ()

    def run(self, context: Progress) -> dict[Symbol, BarTable]:
        """Read all at once."""
        del context
        factors = dict(self.factors)
        with _opened(self.folder) as cache:
            tables = cache.read_many(self.symbols, self.period, self.first, self.last)
        return {
            symbol: adjusted(table, factors.get(symbol, ()), self.adjust) for symbol, table in tables.items()
        }


@dataclass(frozen=True, slots=True)
class LastCloses:
    """What ex-rights days are found with: the last close of each symbol before a day."""

    folder: Path
    symbols: tuple[Symbol, ...]
    before: date
    calendar: Calendar = field(default=MAINLAND, repr=False)

    def run(self, context: Progress) -> dict[Symbol, Yesterday]:
        """Look up each symbol; one without history has no last close."""
        del context
        with _opened(self.folder, self.calendar) as cache:
            found = cache.last_closes(self.symbols, self.before)
        return {symbol: Yesterday(last, rested) for symbol, (last, rested) in found.items()}


@dataclass(frozen=True, slots=True)
class ImportBarFile:
    """Put a user's file of bars into the store. `adjust` is the user's word where the file does not say."""

    folder: Path
    path: Path
    adjust: Adjust | None = None
    now_ms: int = 0

    def run(self, context: Progress) -> tuple[str, ...]:
        """Store every symbol of the file; returns the file's defects as sentences.

        Raises BadInput for a file that cannot be read or whose prices are not real ones.
        """
        found = read_bar_file(self.path, adjust=self.adjust)
        if found.adjust is not Adjust.NONE:
            text = f"价格是{found.adjust.text}，历史库只存真实价格。请改用不复权的文件。"
            raise BadInput(text, where=self.path.name)
        now_ms = self.now_ms or SystemClock().now_ms()
        with _opened(self.folder) as cache:
            for done, table in enumerate(found.tables.values()):
                if context.cancelled():
                    break
                context.progress(done, len(found.tables), table.symbol)
                days = [day for day, _ in table_days(table)]
                if days:
                    asked = DayRange(days[0], days[-1])
                    cache.write(table, asked, source=f"file:{self.path.name}", now_ms=now_ms)
        return tuple(defect.text for defect in found.defects)


@contextmanager
def _opened(folder: Path, calendar: Calendar = MAINLAND) -> Iterator[BarCache]:
    cache = BarCache(folder, calendar=calendar)
    try:
        yield cache
    finally:
        cache.close()
