"""Bars of one symbol and one period as columns: how history is stored, cut, joined and adjusted."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.domain.enums import Period
from core.domain.market import SHANGHAI, Bar, Symbol, datetime_to_ms

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

DAY_MS = 86_400_000
_EAST = 8 * 3_600_000  # Shanghai has had no summer time since 1991
_EPOCH = date(1970, 1, 1)

PRICES = ("open", "high", "low", "close")
COLUMNS = ("time_ms", *PRICES, "volume", "amount")


class Adjust(StrEnum):
    """What was done to prices. UNKNOWN: the source does not say, so they are not taken for real ones."""

    NONE = "none"
    FORWARD = "forward"
    BACKWARD = "backward"
    UNKNOWN = "unknown"

    @property
    def text(self) -> str:
        """The word users know."""
        return _ADJUST_TEXT[self]


_ADJUST_TEXT = {
    Adjust.NONE: "不复权",
    Adjust.FORWARD: "前复权",
    Adjust.BACKWARD: "后复权",
    Adjust.UNKNOWN: "复权方式不明",
}


@dataclass(frozen=True, slots=True, eq=False)
class BarTable:
    """Columns of equal length in time order, end-stamped.

    `time_ms` epoch milliseconds, prices int64 thousandths of a yuan, `volume` int64 shares, `amount` float64 yuan.
    """

    symbol: Symbol
    period: Period
    time_ms: Ints
    open: Ints
    high: Ints
    low: Ints
    close: Ints
    volume: Ints
    amount: Floats
    adjust: Adjust = Adjust.NONE

    def __len__(self) -> int:
        return len(self.time_ms)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, BarTable):
            return NotImplemented
        same = (self.symbol, self.period, self.adjust) == (other.symbol, other.period, other.adjust)
        return same and all(np.array_equal(a, b) for a, b in zip(self.arrays(), other.arrays(), strict=True))

    __hash__ = None  # type: ignore[assignment]

    def arrays(self) -> tuple[NDArray[np.generic], ...]:
        """The columns in the order of `COLUMNS`."""
        return tuple(getattr(self, name) for name in COLUMNS)

    @property
    def days(self) -> Ints:
        """Shanghai day of each bar as days since 1970-01-01."""
        return (self.time_ms + _EAST) // DAY_MS

    def bars(self) -> list[Bar]:
        """The rows as records."""
        columns = [column.tolist() for column in self.arrays()]
        return [Bar(self.symbol, self.period, *row) for row in zip(*columns, strict=True)]

    def rows(self, keep: NDArray[np.generic] | slice) -> BarTable:
        """Only these rows (a slice, a mask or positions in order)."""
        return replace(self, **{name: getattr(self, name)[keep] for name in COLUMNS})

    def between(self, first: date | None, last: date | None) -> BarTable:
        """Rows of the days from `first` to `last`, both included; None leaves that side open."""
        start = 0 if first is None else bisect_left(self.time_ms, midnight_ms(first))
        end = len(self) if last is None else bisect_left(self.time_ms, midnight_ms(last) + DAY_MS)
        return self if (start, end) == (0, len(self)) else self.rows(slice(start, end))


def empty_table(symbol: Symbol, period: Period) -> BarTable:
    """A table without rows."""
    nothing = np.empty(0, np.int64)
    return BarTable(
        symbol, period, nothing, nothing, nothing, nothing, nothing, nothing, np.empty(0, np.float64)
    )


def from_bars(symbol: Symbol, period: Period, bars: Sequence[Bar]) -> BarTable:
    """A table of bars in time order."""
    if not bars:
        return empty_table(symbol, period)
    rows = [(b.time_ms, b.open, b.high, b.low, b.close, b.volume) for b in bars]
    time_ms, open_, high, low, close, volume = np.array(rows, dtype=np.int64).T.copy()
    amount = np.array([bar.amount for bar in bars], np.float64)
    return BarTable(symbol, period, time_ms, open_, high, low, close, volume, amount)


def joined(tables: Sequence[BarTable]) -> BarTable:
    """One table of several of the same symbol, period and adjustment that follow each other in time."""
    if len(tables) == 1:
        return tables[0]
    columns: dict[str, Any] = {
        name: np.concatenate([getattr(part, name) for part in tables]) for name in COLUMNS
    }
    return replace(tables[0], **columns)


def merged(old: BarTable, new: BarTable) -> BarTable:
    """`old` with every day that `new` has bars of replaced by the new bars; days that `new` lacks are kept."""
    if not len(old) or not len(new):
        return new if len(new) else old
    kept = old.rows(~np.isin(old.days, np.unique(new.days)))
    both = joined([kept, new])
    return both.rows(np.argsort(both.time_ms, kind="stable"))


def sound_rows(table: BarTable) -> NDArray[np.bool_]:
    """Mask of rows that can be bars: positive prices, the range holds open and close, nothing negative."""
    good = (table.low > 0) & (table.volume >= 0) & np.isfinite(table.amount) & (table.amount >= 0)
    good &= (table.low <= np.minimum(table.open, table.close)) & (
        table.high >= np.maximum(table.open, table.close)
    )
    # A stamp that does not move on would make two bars of one.
    good[1:] &= np.diff(table.time_ms) > 0
    return good


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - _EPOCH).days


def day_of(number: int) -> date:
    """The date of a number of days since 1970-01-01."""
    return _EPOCH + timedelta(days=int(number))


def midnight_ms(day: date) -> int:
    """Start of a Shanghai day in epoch milliseconds."""
    return datetime_to_ms(datetime(day.year, day.month, day.day, tzinfo=SHANGHAI))


def table_days(table: BarTable) -> Iterator[tuple[date, int]]:
    """Each day that has bars, and how many."""
    numbers, counts = np.unique(table.days, return_counts=True)
    return ((day_of(number), int(count)) for number, count in zip(numbers, counts, strict=True))


def by_symbol(period: Period, bars: Iterable[Bar]) -> dict[Symbol, BarTable]:
    """Tables of bars of several symbols, each in time order."""
    groups: dict[Symbol, list[Bar]] = {}
    for bar in bars:
        groups.setdefault(bar.symbol, []).append(bar)
    return {
        symbol: from_bars(symbol, period, sorted(rows, key=lambda bar: bar.time_ms))
        for symbol, rows in groups.items()
    }
