"""Levels of the watchlist as int64 columns, one row per item, ready to be compared with prices."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import numpy as np
from numpy.typing import NDArray

from core.domain.enums import SignalKind
from core.domain.watch import WatchItem

IntArray = NDArray[np.int64]

NEVER_BELOW = -1
"""A missing stop-loss: no price is at or below it."""
NEVER_ABOVE = np.iinfo(np.int64).max
"""A missing take-profit: no price is at or above it."""

_FEW_ROWS = 24
"""Up to so many changed rows are looked up one by one."""

KINDS = (SignalKind.STOP_LOSS, SignalKind.TAKE_PROFIT, SignalKind.ENTRY)
"""The order in which hits are reported; also the rows of every (3, items) array here."""


def at_or_above(level: Decimal) -> int:
    """Smallest price in thousandths that is not below the level."""
    return int((level * 1000).to_integral_value(rounding=ROUND_CEILING))


def at_or_below(level: Decimal) -> int:
    """Largest price in thousandths that is not above the level."""
    return int((level * 1000).to_integral_value(rounding=ROUND_FLOOR))


class Levels:
    """Columns `entry_low`, `entry_high`, `take_profit`, `stop_loss`, and `row`, the item's row on the board.

    A zone needs both ends: a zone with one end missing is not watched.
    """

    def __init__(self, items: Sequence[WatchItem], rows: Sequence[int]) -> None:
        self.items = tuple(items)
        self.row: NDArray[np.intp] = np.array(rows, dtype=np.intp)
        zones = [_zone(item) for item in self.items]
        self.entry_low = _column([low for low, _ in zones])
        self.entry_high = _column([high for _, high in zones])
        self.take_profit = _column(
            [
                NEVER_ABOVE if item.take_profit is None else at_or_above(item.take_profit)
                for item in self.items
            ]
        )
        self.stop_loss = _column(
            [NEVER_BELOW if item.stop_loss is None else at_or_below(item.stop_loss) for item in self.items]
        )
        self._everything: NDArray[np.intp] = np.arange(len(self.items), dtype=np.intp)
        self._rows = int(self.row.max(initial=-1)) + 1
        # Items by board row, so that one changed quote finds its items without touching the others.
        self._by_row = np.argsort(self.row, kind="stable")
        self._sorted_rows = self.row[self._by_row]

    def of_rows(self, rows: NDArray[np.intp]) -> NDArray[np.intp]:
        """Indices of the items of these board rows, in item order."""
        if len(rows) > _FEW_ROWS:
            return self._of_many(rows)
        starts = np.searchsorted(self._sorted_rows, rows, side="left").tolist()
        ends = np.searchsorted(self._sorted_rows, rows, side="right").tolist()
        if len(rows) == 1:
            return self._by_row[starts[0] : ends[0]]
        found = [self._by_row[start:end] for start, end in zip(starts, ends, strict=True) if start < end]
        return np.sort(np.concatenate(found)) if found else self._by_row[:0]

    def _of_many(self, rows: NDArray[np.intp]) -> NDArray[np.intp]:
        """Marks the rows instead of looking for each."""
        marked = np.zeros(max(self._rows, int(rows.max()) + 1), dtype=np.bool_)
        marked[rows] = True
        mine = marked[self.row]
        return self._everything if mine.all() else np.flatnonzero(mine)

    def hits(self, which: NDArray[np.intp], last: IntArray) -> NDArray[np.bool_]:
        """(3, n) booleans by `KINDS`: does this last price hit that level of item `which[i]`? Inclusive."""
        # All items at once is the whole market in one batch: the columns as they are, without a copy.
        at: NDArray[np.intp] | slice = slice(None) if which is self._everything else which
        hits = np.empty((len(KINDS), len(which)), dtype=np.bool_)
        np.less_equal(last, self.stop_loss[at], out=hits[0])
        np.greater_equal(last, self.take_profit[at], out=hits[1])
        np.greater_equal(last, self.entry_low[at], out=hits[2])
        hits[2] &= last <= self.entry_high[at]
        hits &= last > 0
        return hits

    def level(self, kind: int, index: int) -> int:
        """The level behind a hit, in thousandths; of an entry zone its upper end."""
        return int((self.stop_loss, self.take_profit, self.entry_high)[kind][index])


def _zone(item: WatchItem) -> tuple[int, int]:
    if item.entry_low is None or item.entry_high is None:
        return NEVER_ABOVE, NEVER_BELOW
    return at_or_above(item.entry_low), at_or_below(item.entry_high)


def _column(values: Sequence[int]) -> IntArray:
    return np.array(values, dtype=np.int64)
