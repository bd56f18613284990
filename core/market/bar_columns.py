"""Bars of recorded snapshots, all at once: columns in, columns out.

The same bars as `bars.BarBuilder` makes one snapshot at a time, to the last bit; days of ticks of many symbols take a
fraction of a second. History and replay files use it, the live chart uses the builder.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.domain.enums import Period
from core.domain.market import Bar, Quote, Symbol
from core.market.bars import bar_ends, bar_indices
from core.market.history.table import BarTable

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Places = NDArray[np.intp]

_WHOLE = ("time_ms", "last", "open", "high", "low", "pre_close", "volume")
_NONE = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class TickColumns:
    """Snapshots as columns of equal length; those of one symbol in time order.

    `owner` is the place of each snapshot's symbol in `symbols`. Prices int64 thousandths, `volume` shares and `amount`
    yuan of the day so far, as in `Quote`.
    """

    symbols: tuple[Symbol, ...]
    owner: Ints
    time_ms: Ints
    last: Ints
    open: Ints
    high: Ints
    low: Ints
    pre_close: Ints
    volume: Ints
    amount: Floats

    def __len__(self) -> int:
        return len(self.time_ms)

    def rows(self, keep: Bools) -> TickColumns:
        """Only the rows of a mask."""
        if keep.all():
            return self
        columns = {name: getattr(self, name)[keep] for name in ("owner", *_WHOLE, "amount")}
        return replace(self, **columns)

    def by_owner(self) -> TickColumns:
        """Those of one symbol together, in their order."""
        if bool((self.owner[1:] >= self.owner[:-1]).all()):
            return self
        order = np.argsort(self.owner, kind="stable")
        columns = {name: getattr(self, name)[order] for name in ("owner", *_WHOLE, "amount")}
        return replace(self, **columns)


def tick_columns(quotes: Iterable[Quote]) -> TickColumns:
    """The columns of snapshots; symbols in order of appearance."""
    batch = list(quotes)
    names = [quote.symbol for quote in batch]
    symbols = tuple(dict.fromkeys(names))
    places = {symbol: place for place, symbol in enumerate(symbols)}
    count = len(batch)

    def whole(values: list[int]) -> Ints:
        return np.fromiter(values, dtype=np.int64, count=count)

    return TickColumns(
        symbols,
        whole([places[name] for name in names]),
        whole([quote.time_ms for quote in batch]),
        whole([quote.last for quote in batch]),
        whole([quote.open for quote in batch]),
        whole([quote.high for quote in batch]),
        whole([quote.low for quote in batch]),
        whole([quote.pre_close for quote in batch]),
        whole([quote.volume for quote in batch]),
        np.fromiter([quote.amount for quote in batch], dtype=np.float64, count=count),
    )


def bars_in_bulk(quotes: Iterable[Quote], period: Period = Period.M1) -> list[Bar]:
    """All bars of snapshots of one symbol or of several; by symbol in order of appearance, then by time."""
    return [bar for table in bars_from_columns(tick_columns(quotes), period) for bar in table.bars()]


def bars_from_columns(ticks: TickColumns, period: Period = Period.M1) -> list[BarTable]:
    """One table a symbol, in the order of `ticks.symbols`; those without a bar are left out."""
    ticks, index, day = _in_order(ticks, period)
    if not len(ticks):
        return []
    days = _Days(ticks, index, day)
    if not len(days.ticks):
        return []
    return _Bars(days).tables(period)


def _in_order(ticks: TickColumns, period: Period) -> tuple[TickColumns, Ints, Ints]:
    """By symbol; without snapshots outside the hours and without those whose time went back.

    Returns also number of the bar within the day, and start of the day.
    """
    ticks = ticks.by_owner()
    if len(ticks):
        # The running newest time of each symbol: symbols are lifted far above each other to do all at once.
        lifted = ticks.time_ms + (ticks.owner << 44)
        ticks = ticks.rows(lifted == np.maximum.accumulate(lifted))
    index, day = bar_indices(ticks.time_ms, period)
    inside = index >= 0
    return ticks.rows(inside), index[inside], day[inside]


class _Days:
    """Snapshots with a price, in groups of one symbol and day, and what each adds to the one before it."""

    def __init__(self, ticks: TickColumns, index: Ints, day: Ints) -> None:
        priced = ticks.last > 0
        fresh = np.ones(len(ticks), dtype=np.bool_)  # begins a symbol or a day
        fresh[1:] = (ticks.owner[1:] != ticks.owner[:-1]) | (day[1:] != day[:-1])
        group = np.cumsum(fresh)[priced]
        lead = np.flatnonzero(priced) - 1  # the snapshot just before, priced or not
        self.ticks, self.index, self.day = ticks.rows(priced), index[priced], day[priced]
        count = len(group)
        self.first = np.ones(count, dtype=np.bool_)
        self.first[1:] = group[1:] != group[:-1]
        self.starts = np.flatnonzero(self.first)
        leads = lead[self.first]
        has_lead = ~fresh[np.flatnonzero(priced)[self.first]]
        begins = self.index[self.starts] == 0
        quiet = has_lead & (ticks.volume[leads] == 0) & (self.ticks.pre_close[self.starts] > 0)
        self.whole = begins  # by group: seen from its first bar on
        self.late = ~begins & quiet  # seen from the beginning, the first trade came late
        self._differences(ticks, leads)

    def _differences(self, ticks: TickColumns, leads: Places) -> None:
        """From each snapshot to the next; a group's first is its own predecessor, a late one's the one before it."""
        mine = self.ticks
        before = np.arange(len(mine)) - 1
        before[self.starts] = self.starts

        def previous(name: str) -> NDArray[Any]:
            column: NDArray[Any] = getattr(mine, name)[before]
            column[self.starts[self.late]] = getattr(ticks, name)[leads[self.late]]
            return column

        volume, high, low = previous("volume"), previous("high"), previous("low")
        self.added: Ints = np.maximum(mine.volume - volume, 0)
        self.opened: Ints = np.where((volume == 0) & (mine.open > 0), mine.open, mine.last)
        self.top: Ints = np.where(mine.high > high, np.maximum(mine.last, mine.high), mine.last)
        fell = (mine.low > 0) & ((mine.low < low) | (low == 0))
        self.bottom: Ints = np.where(fell, np.minimum(mine.last, mine.low), mine.last)
        amount = previous("amount")
        self.money = mine.amount - self._lost(np.minimum(mine.amount - amount, 0.0))
        self.money_before = amount[
            self.starts
        ]  # where a group's first bar begins, unless it saw the whole day
        self.money_before[self.whole] = 0.0

    def _lost(self, steps: Floats) -> Floats:
        """Running sum, by group, of amounts that went back; summed in the builder's order."""
        lost = np.zeros(len(steps))
        if steps.any():
            ends = np.append(self.starts[1:], len(steps))
            for start, end in zip(self.starts.tolist(), ends.tolist(), strict=True):
                if steps[start:end].any():
                    lost[start:end] = np.cumsum(steps[start:end])
        return lost


class _Bars:
    """Runs of snapshots of one bar, and the quiet bars between them."""

    def __init__(self, days: _Days) -> None:
        self._days = days
        begins = days.first.copy()
        begins[1:] |= days.index[1:] != days.index[:-1]
        self.starts = np.flatnonzero(begins)
        self.ends = np.append(self.starts[1:], len(begins)) - 1
        self.opens_group = days.first[self.starts]
        self._prices(begins)
        self._sums()

    def _prices(self, begins: Bools) -> None:
        """Open, high, low, close. Until a bar's first trade its prices are older ones, which the trade forgets."""
        days, ticks, starts = self._days, self._days.ticks, self.starts
        groups = np.flatnonzero(self.opens_group)  # runs that begin a group, in the order of groups
        opened = np.empty(len(starts), dtype=np.int64)
        opened[1:] = ticks.last[self.ends[:-1]]
        first = starts[groups]
        opened[groups] = ticks.last[first]
        opened[groups[days.late]] = ticks.pre_close[first[days.late]]
        high, low = opened.copy(), opened.copy()
        whole, at = groups[days.whole], first[days.whole]
        opening = np.where(ticks.open[at] != 0, ticks.open[at], ticks.last[at])
        opened[whole] = opening
        high[whole] = np.maximum(opening, ticks.high[at])
        low[whole] = np.minimum(opening, np.where(ticks.low[at] != 0, ticks.low[at], opening))
        self.began = np.zeros(len(starts), dtype=np.int64)  # volume before the first difference
        self.began[whole] = ticks.volume[at]

        place = np.arange(len(ticks))
        trade = np.minimum.reduceat(np.where(days.added > 0, place, _NONE), starts)
        forgets = (trade != _NONE) & (self.began == 0)
        run = np.cumsum(begins) - 1
        counts = ~forgets[run] | (place >= trade[run])
        top = np.maximum.reduceat(np.where(counts, days.top, 0), starts)
        bottom = np.minimum.reduceat(np.where(counts, days.bottom, _NONE), starts)
        opened[forgets] = high[forgets] = low[forgets] = days.opened[trade[forgets]]
        self.open, self.high, self.low = opened, np.maximum(high, top), np.minimum(low, bottom)
        self.close = ticks.last[self.ends]

    def _sums(self) -> None:
        days = self._days
        self.volume = self.began + np.add.reduceat(days.added, self.starts)
        money = days.money[self.ends]
        before = np.empty(len(money))
        before[1:] = money[:-1]
        before[self.opens_group] = days.money_before
        self.amount = np.maximum(money - before, 0.0)

    def tables(self, period: Period) -> list[BarTable]:
        """With the quiet bars, cut by symbol."""
        days, index = self._days, self._days.index[self.starts]
        quiet = np.empty(len(index), dtype=np.int64)  # bars without a snapshot before each run
        quiet[1:] = index[1:] - index[:-1] - 1
        quiet[self.opens_group] = np.where(days.late, index[self.opens_group], 0)
        flat = np.empty(len(index), dtype=np.int64)
        flat[1:] = self.close[:-1]
        flat[self.opens_group] = days.ticks.pre_close[days.starts]
        place = np.cumsum(quiet + 1) - 1  # of each run among all bars
        source = np.repeat(np.arange(len(index)), quiet + 1)  # the run that each bar is, or comes before
        back = place[source] - np.arange(len(source))
        real = back == 0

        def column(values: Ints) -> Ints:
            return np.where(real, values[source], flat[source])

        opened, high, low = column(self.open), column(self.high), column(self.low)
        time_ms = bar_ends(days.day[self.starts][source], index[source] - back, period)
        volume = np.where(real, self.volume[source], 0)
        amount = np.where(real, self.amount[source], 0.0)
        ticks, owner = days.ticks, days.ticks.owner[self.starts][source]
        everything = BarTable(
            ticks.symbols[0], period, time_ms, opened, high, low, column(self.close), volume, amount
        )
        cuts = np.searchsorted(owner, np.arange(len(ticks.symbols) + 1)).tolist()
        return [
            replace(everything.rows(slice(begin, end)), symbol=symbol)
            for symbol, begin, end in zip(ticks.symbols, cuts[:-1], cuts[1:], strict=True)
            if begin < end
        ]
