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
from core.domain.market import Symbol
from core.errors import BadInput
from core.exchange.calendar import MAINLAND, Calendar
from core.market.bar_files import read_bar_file
from core.market.history.adjust import ExFactor, adjusted
from core.market.history.cache import BarCache
from core.market.history.download import BarSource, FillReport, GapFiller, Progress
from core.market.history.exrights import LastClose
from core.market.history.gaps import DayRange
from core.market.history.table import Adjust, BarTable, table_days


class SourceOpener(Protocol):
    """Makes a source inside the helper process; picklable itself."""

    def open(self) -> BarSource:
        """A source that is ready; raises `UserError`."""
        ...


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

    def run(self, context: Progress) -> FillReport:
        """Fill; stops between two requests when cancelled."""
        clock = SystemClock()
        with _opened(self.folder, self.calendar) as cache:
            cache.sweep()
            now = (lambda: self.now_ms) if self.now_ms else clock.now_ms
            filler = GapFiller(cache, self.source.open(), now, context)
            return filler.fill(self.symbols, self.period, self.first, self.last)


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
        found: dict[Symbol, Yesterday] = {}
        with _opened(self.folder, self.calendar) as cache:
            for symbol in self.symbols:
                last = cache.last_close(symbol, self.before)
                rested = cache.rested(symbol, last.day, self.before) if last else ()
                found[symbol] = Yesterday(last, rested)
        return found


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
