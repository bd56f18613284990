"""Bars from snapshots, and larger bars from smaller ones.

A bar is stamped with its end. The minute 09:31 holds 09:30:00 < t <= 09:31:00: a snapshot shows the market up
to its own time, so what it adds to the day's cumulative volume was traded before its stamp. The opening
auction belongs to the first bar and the closing auction to the last (15:00), as in QMT; what a source still
sends shortly after 11:30 belongs to 11:30. Lunch has no bars: a day is 240 minutes, 48 five-minute bars or
one day stamped 15:00. A minute without a trade is flat at the previous close. Fixed-price trading after 15:05
is in no bar. `bar_columns` makes the same bars of many recorded snapshots at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.domain.enums import Period
from core.domain.market import Bar, Quote, Symbol
from core.market.phases import at, time_of_day

_MINUTE = 60_000
_OPENING, _MORNING, _LUNCH = at(9, 15), at(9, 30), at(11, 30)
_AFTERNOON, _CLOSE, _AFTER_HOURS = at(13, 0), at(15, 0), at(15, 5)
_HALF = 120
_MINUTES = {Period.M1: 1, Period.M5: 5, Period.D1: 240}
_DAY_MS, _EAST_MS = 24 * 60 * _MINUTE, 8 * 60 * _MINUTE

Ints = NDArray[np.int64]


def bar_index(time_ms: int, period: Period) -> int | None:
    """Number of the bar within its day that a snapshot of this time belongs to, from 0; None outside 09:15-15:05."""
    now = time_of_day(time_ms)
    if not _OPENING <= now <= _AFTER_HOURS:
        return None
    if now < _AFTERNOON:
        passed = min(now, _LUNCH) - _MORNING
        minute = max(0, -(-passed // _MINUTE) - 1)
    else:
        passed = min(now, _CLOSE) - _AFTERNOON
        minute = _HALF + max(0, -(-passed // _MINUTE) - 1)
    return minute // _MINUTES[period]


def bar_end(day_ms: int, index: int, period: Period) -> int:
    """End stamp of bar `index` of the day that starts at `day_ms` (midnight in Shanghai)."""
    last_minute = (index + 1) * _MINUTES[period]
    start = _MORNING if last_minute <= _HALF else _AFTERNOON - _HALF * _MINUTE
    return day_ms + start + last_minute * _MINUTE


def bar_indices(time_ms: Ints, period: Period) -> tuple[Ints, Ints]:
    """`bar_index` and `midnight` of many moments; -1 outside 09:15-15:05."""
    now = (time_ms + _EAST_MS) % _DAY_MS
    early = now < _AFTERNOON
    passed = np.where(early, np.minimum(now, _LUNCH) - _MORNING, np.minimum(now, _CLOSE) - _AFTERNOON)
    minute = np.maximum(-(-passed // _MINUTE) - 1, 0) + np.where(early, 0, _HALF)
    inside = (now >= _OPENING) & (now <= _AFTER_HOURS)
    return np.where(inside, minute // _MINUTES[period], -1), time_ms - now


def bar_ends(day_ms: Ints, index: Ints, period: Period) -> Ints:
    """`bar_end` of many bars."""
    last_minute = (index + 1) * _MINUTES[period]
    start = np.where(last_minute <= _HALF, _MORNING, _AFTERNOON - _HALF * _MINUTE)
    ends: Ints = day_ms + start + last_minute * _MINUTE
    return ends


def midnight(time_ms: int) -> int:
    """Start of the Shanghai day of a moment."""
    return time_ms - time_of_day(time_ms)


@dataclass(slots=True)
class _Growing:
    """The bar under construction. `from_money` is the day's amount when it began."""

    index: int
    open: int
    high: int
    low: int
    close: int
    volume: int = 0
    from_money: float = 0.0

    def trade(self, price: int) -> None:
        if price > self.high:
            self.high = price
        if price < self.low:
            self.low = price
        self.close = price


class BarBuilder:
    """Grows the bars of one symbol and one period from its snapshots, in time order.

    Started before the first bar ends it knows the whole day; started later it begins with the bar of its
    first snapshot, whose volume so far is left out. A snapshot without a last price among others that have one tells
    nothing. `dropped_old` counts snapshots whose time went back.
    """

    def __init__(self, symbol: Symbol, period: Period = Period.M1) -> None:
        self._symbol = symbol
        self._period = period
        self._day_ms = -1
        self._before: Quote | None = None
        self._growing: _Growing | None = None
        self._newest_ms = -1
        self._until_ms = -1  # the growing bar holds every later snapshot up to this time
        self._money = 0.0  # the day's amount, as if it never went back
        self._lost = 0.0  # by how much it went back, below zero
        self.dropped_old = 0

    @property
    def current(self) -> Bar | None:
        """The bar that is still growing, stamped with its end; None before the first trade."""
        return None if self._growing is None else self._bar(self._growing)

    def add(self, quote: Quote) -> list[Bar]:
        """Take a snapshot; return the bars it completed, flat ones between them included."""
        before, time_ms = self._before, quote.time_ms
        if time_ms < self._newest_ms:
            self.dropped_old += 1
            return []
        self._newest_ms = time_ms
        if time_ms <= self._until_ms:
            if quote.last > 0:
                self._before = quote
                self._take(quote, before)
            return []
        done: list[Bar] = []
        if midnight(time_ms) != self._day_ms:
            done = self.finish()
            self._day_ms, before = midnight(time_ms), None
        index = bar_index(time_ms, self._period)
        if index is None:
            return done
        if quote.last <= 0:
            if self._growing is None:
                self._before = quote
            return done
        self._before = quote
        if self._growing is None:
            before = self._start(quote, before, index)
        done += self._grow_to(index)
        self._until_ms = bar_end(self._day_ms, index, self._period)
        self._take(quote, before)
        return done

    def finish(self) -> list[Bar]:
        """Close the growing bar, at the end of the day or of the data."""
        done = [] if self._growing is None else [self._bar(self._growing)]
        self._growing, self._before, self._until_ms = None, None, -1
        return done

    def _start(self, quote: Quote, before: Quote | None, index: int) -> Quote:
        """First price of the day, or of what we saw of it; returns the snapshot from which volumes count."""
        self._lost = 0.0
        if index == 0:
            first = quote.open or quote.last
            low = min(first, quote.low or first)
            self._growing = _Growing(0, first, max(first, quote.high), low, first, quote.volume)
            return quote
        if before is not None and before.volume == 0 and quote.pre_close > 0:
            # Seen from the beginning, but the first trade comes late: flat at the previous close until then.
            flat = quote.pre_close
            self._growing = _Growing(0, flat, flat, flat, flat, 0, before.amount)
            self._money = before.amount
            return before
        last = quote.last
        self._growing = _Growing(index, last, last, last, last, 0, quote.amount)
        return quote

    def _grow_to(self, index: int) -> list[Bar]:
        """Complete every bar before `index`."""
        done: list[Bar] = []
        growing = self._growing
        while growing is not None and growing.index < index:
            done.append(self._bar(growing))
            close = growing.close
            growing = _Growing(growing.index + 1, close, close, close, close, 0, self._money)
        self._growing = growing
        return done

    def _take(self, quote: Quote, before: Quote | None) -> None:
        """Add what happened between two snapshots."""
        growing = self._growing
        if growing is None or before is None:
            return
        volume = quote.volume - before.volume
        if volume > 0:
            if not growing.volume:
                first = quote.open if before.volume == 0 and quote.open > 0 else quote.last
                growing.open = growing.high = growing.low = first
            growing.volume += volume
        if quote.amount < before.amount:
            self._lost += quote.amount - before.amount
        self._money = quote.amount - self._lost
        growing.trade(quote.last)
        # The day's high and low tell of trades between two snapshots.
        if quote.high > before.high and quote.high > growing.high:
            growing.high = quote.high
        if 0 < quote.low < growing.low and (quote.low < before.low or not before.low):
            growing.low = quote.low

    def _bar(self, growing: _Growing) -> Bar:
        return Bar(
            self._symbol,
            self._period,
            bar_end(self._day_ms, growing.index, self._period),
            growing.open,
            growing.high,
            growing.low,
            growing.close,
            growing.volume,
            max(0.0, self._money - growing.from_money),
        )


def bars_from_quotes(quotes: Iterable[Quote], period: Period = Period.M1) -> list[Bar]:
    """All bars of snapshots in time order, of one symbol or of several; by symbol, then by time.

    One after the other; `bar_columns.bars_in_bulk` gives the same for many.
    """
    builders: dict[Symbol, BarBuilder] = {}
    bars: dict[Symbol, list[Bar]] = {}
    for quote in quotes:
        builder = builders.get(quote.symbol)
        if builder is None:
            builder = builders[quote.symbol] = BarBuilder(quote.symbol, period)
            bars[quote.symbol] = []
        bars[quote.symbol] += builder.add(quote)
    for symbol, builder in builders.items():
        bars[symbol] += builder.finish()
    return [bar for symbol in bars for bar in bars[symbol]]


def aggregate(bars: Sequence[Bar], period: Period) -> list[Bar]:
    """Bars of one symbol, in time order, put together into a longer period; an unfinished last one is included."""
    result: list[Bar] = []
    first_ms = end = -1
    for bar in bars:
        if not first_ms <= bar.time_ms <= end:  # not of the same longer bar as the one before
            index = bar_index(bar.time_ms, period)
            if index is None:
                continue
            later = bar_end(midnight(bar.time_ms), index, period)
            if later != end:
                first_ms, end = bar.time_ms, later
                result.append(replace(bar, period=period, time_ms=end))
                continue
        whole = result[-1]
        # A minute without a trade repeats an older price, which is not this bar's open.
        first = whole if whole.volume or not bar.volume else bar
        result[-1] = Bar(
            whole.symbol,
            period,
            end,
            first.open,
            max(first.high, bar.high),
            min(first.low, bar.low),
            bar.close,
            whole.volume + bar.volume,
            whole.amount + bar.amount,
        )
    return result
