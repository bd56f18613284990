"""Bars of one symbol and period as growing numpy columns; the last one may change with every tick."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.domain.market import SHANGHAI, Bar, ms_to_datetime

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

DAY_MS = 86_400_000
_LEAST = 64
_INT_COLUMNS = 6  # time, open, high, low, close, volume


class Change(Enum):
    """What one more bar did to a series."""

    IGNORED = "ignored"  # older than everything shown, or nothing new in it
    LAST = "last"  # the growing bar changed
    APPENDED = "appended"
    MIDDLE = "middle"  # a finished bar was corrected


class Series:
    """Columns `time_ms open high low close volume` (int64; prices in thousandths, shares) and `amount` (yuan).

    The properties are views of the first `count` rows, oldest first, times strictly rising; they stay valid
    until the next `put` that appends.
    """

    def __init__(self, bars: Iterable[Bar] = ()) -> None:
        kept = _in_order(bars)
        rows = [(b.time_ms, b.open, b.high, b.low, b.close, b.volume) for b in kept]
        self.count = len(rows)
        capacity = max(_LEAST, self.count * 2)
        self._ints = np.zeros((_INT_COLUMNS, capacity), dtype=np.int64)
        self._amount = np.zeros(capacity, dtype=np.float64)
        if rows:
            self._ints[:, : self.count] = np.array(rows, dtype=np.int64).T
            self._amount[: self.count] = [bar.amount for bar in kept]

    @classmethod
    def from_columns(cls, ints: Ints, amount: Floats) -> Series:
        """Take over ready columns: `ints` of shape (6, n) in the order of the class, `amount` of shape (n,)."""
        made = cls()
        made._ints, made._amount, made.count = ints, amount, ints.shape[1]
        return made

    def put(self, bar: Bar) -> Change:
        """Replace the bar of the same end time, or append a newer one."""
        row = (bar.time_ms, bar.open, bar.high, bar.low, bar.close, bar.volume)
        last = self.count - 1
        if self.count == 0 or bar.time_ms > self._ints[0, last]:
            self._reserve()
            self._write(self.count, row, bar.amount)
            self.count += 1
            return Change.APPENDED
        place = last
        if bar.time_ms < self._ints[0, last]:
            place = int(np.searchsorted(self.time_ms, bar.time_ms))
            if self._ints[0, place] != bar.time_ms:
                return Change.IGNORED
        if tuple(self._ints[:, place]) == row and self._amount[place] == bar.amount:
            return Change.IGNORED
        self._write(place, row, bar.amount)
        return Change.LAST if place == last else Change.MIDDLE

    def _write(self, place: int, row: tuple[int, ...], amount: float) -> None:
        self._ints[:, place] = row
        self._amount[place] = amount

    def _reserve(self) -> None:
        capacity = self._ints.shape[1]
        if self.count < capacity:
            return
        ints: NDArray[Any] = np.zeros((_INT_COLUMNS, max(_LEAST, capacity * 2)), dtype=np.int64)
        ints[:, : self.count] = self._ints[:, : self.count]
        amount = np.zeros(ints.shape[1], dtype=np.float64)
        amount[: self.count] = self._amount[: self.count]
        self._ints, self._amount = ints, amount

    @property
    def time_ms(self) -> Ints:
        """End stamps, epoch milliseconds."""
        return self._ints[0, : self.count]

    @property
    def open(self) -> Ints:
        """First prices, thousandths."""
        return self._ints[1, : self.count]

    @property
    def high(self) -> Ints:
        """Highest prices, thousandths."""
        return self._ints[2, : self.count]

    @property
    def low(self) -> Ints:
        """Lowest prices, thousandths."""
        return self._ints[3, : self.count]

    @property
    def close(self) -> Ints:
        """Last prices, thousandths."""
        return self._ints[4, : self.count]

    @property
    def volume(self) -> Ints:
        """Shares."""
        return self._ints[5, : self.count]

    @property
    def amount(self) -> Floats:
        """Yuan; 0 where the source does not tell."""
        return self._amount[: self.count]

    def place_of(self, time_ms: int) -> int:
        """Index of the bar that holds a moment (end-stamped); `count` when it is later than all of them."""
        return int(np.searchsorted(self.time_ms, time_ms, side="left"))

    def day_range(self, day_ms: int) -> tuple[int, int]:
        """First and one past the last index of the bars of the Shanghai day that starts at `day_ms`."""
        found = np.searchsorted(self.time_ms, [day_ms, day_ms + DAY_MS])
        return int(found[0]), int(found[1])


def midnight_of(time_ms: int) -> int:
    """Epoch milliseconds at which the Shanghai day of a moment starts."""
    day = ms_to_datetime(time_ms).astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    return round(day.timestamp() * 1000)


def _in_order(bars: Iterable[Bar]) -> list[Bar]:
    """Oldest first, one bar a stamp, the later one of equals."""
    kept = list(bars)
    if all(a.time_ms < b.time_ms for a, b in pairwise(kept)):
        return kept
    return sorted({bar.time_ms: bar for bar in kept}.values(), key=lambda bar: bar.time_ms)
