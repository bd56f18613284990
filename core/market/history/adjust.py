"""Adjusted prices: forward (前复权), backward (后复权), by the ratio method.

A dividend, bonus or split makes the exchange put a reference price in place of the last close. Its ratio to that
close is the factor of the day. Backward, prices from that day on are divided by it; forward, prices before it are
multiplied by it, so the newest price is the real one. Percentage moves stay true, prices stay positive. East
Money's way subtracts the cash instead: old prices go to zero and below and percentages are wrong. It is not used.

Adjusted prices are for looking at. Levels, triggers and orders are always on real prices.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import numpy as np

from core.errors import BadInput
from core.exchange.ticks import round_half_up
from core.market.history.table import PRICES, Adjust, BarTable, Floats, Ints, midnight_ms

_ZERO, _ONE = Decimal(0), Decimal(1)


@dataclass(frozen=True, slots=True)
class Dividend:
    """What one share gets on an ex-rights day, as announced.

    `cash` is yuan before tax, `bonus` new shares (送股 and 转增; 1 is a split in two), `rights` shares offered at
    `rights_price` yuan. `ratio` is the source's own factor (reference price to last close) where it gives one;
    xtdata's `dr` is its inverse.
    """

    day: date
    cash: Decimal = _ZERO
    bonus: Decimal = _ZERO
    rights: Decimal = _ZERO
    rights_price: Decimal = _ZERO
    ratio: Decimal | None = None

    def reference(self, close: Decimal, tick: Decimal) -> Decimal:
        """Reference price after this event of a share that closed at `close`, half up to the tick.

        Raises BadInput where nothing is left of the price.
        """
        if self.ratio is not None:
            price = close * self.ratio
        else:
            price = (close - self.cash + self.rights * self.rights_price) / (_ONE + self.bonus + self.rights)
        found = round_half_up(price, tick)
        if found <= 0:
            raise BadInput(f"{self.day} 的分红送配算出的除权参考价是 {found}（前收盘 {close}）。请核对公告。")
        return found


@dataclass(frozen=True, slots=True)
class ExFactor:
    """`ratio` is the new reference price over the last close before `day`: 0.5 for a split in two."""

    day: date
    ratio: float


def factors_from_dividends(
    dividends: Sequence[Dividend], days: Sequence[date], closes: Sequence[Decimal], tick: Decimal
) -> list[ExFactor]:
    """Factors of events, from the real daily closes around them; `days` in order.

    Events before the second day of the data have no last close and are left out: nothing before them is adjusted.
    """
    found = []
    for event in sorted(dividends, key=lambda one: one.day):
        before = bisect_left(days, event.day) - 1
        if before >= 0:
            close = closes[before]
            found.append(ExFactor(event.day, float(event.reference(close, tick) / close)))
    return found


def factors_from_pre_closes(days: Sequence[date], closes: Ints, pre_closes: Ints) -> list[ExFactor]:
    """Factors of the days whose pre-close is not the close of the day before; arrays in thousandths, by day."""
    changed = np.flatnonzero((pre_closes[1:] != closes[:-1]) & (pre_closes[1:] > 0) & (closes[:-1] > 0)) + 1
    return [ExFactor(days[i], float(pre_closes[i]) / float(closes[i - 1])) for i in changed.tolist()]


def factors_from_cumulative(days: Sequence[date], cumulative: Floats) -> list[ExFactor]:
    """Factors of a column that grows on ex-rights days (`accumAdjFactor`, Sina's `hfq_factor`)."""
    changed = np.flatnonzero(np.diff(cumulative) != 0) + 1
    return [ExFactor(days[i], float(cumulative[i - 1] / cumulative[i])) for i in changed.tolist()]


def factors_from_qfq(steps: Sequence[tuple[date, Decimal]]) -> list[ExFactor]:
    """Factors of Sina's table: from each day on the adjusted price is the real one divided by the number.

    The first step is the listing, or where the table begins, and is no event.
    """
    line = sorted(steps)
    return [
        ExFactor(day, float(after / before))
        for (_, before), (day, after) in itertools.pairwise(line)
        if before > 0 and after > 0 and after != before
    ]


def multipliers(time_ms: Ints, factors: Sequence[ExFactor], how: Adjust) -> Floats:
    """What each bar's real price is multiplied by; `time_ms` in order. A bar of the ex-day is after the event.

    Forward ends with 1.0 at events up to the newest bar; later events are not yet in force and are left out.
    """
    result = np.ones(len(time_ms), np.float64)
    if how is Adjust.NONE or not len(time_ms):
        return result
    for factor in factors:
        if not 0.0 < factor.ratio < float("inf"):
            raise BadInput(f"{factor.day} 的复权因子 {factor.ratio} 不是正数，不能复权。")
        first = int(np.searchsorted(time_ms, midnight_ms(factor.day)))
        if how is Adjust.BACKWARD:
            # Events before the first bar count too: backward prices do not depend on where the data begins.
            result[first:] /= factor.ratio
        elif first < len(result):
            result[:first] *= factor.ratio
    return result


def adjusted(table: BarTable, factors: Sequence[ExFactor], how: Adjust) -> BarTable:
    """A copy with adjusted prices, rounded to thousandths; volume and amount stay as traded.

    Raises BadInput where the prices are adjusted already.
    """
    if how is Adjust.UNKNOWN:
        raise BadInput("复权方式只能是不复权、前复权或后复权。")
    if table.adjust is not Adjust.NONE:
        raise BadInput(f"{table.symbol} 的价格是{table.adjust.text}，不能再复权。请用真实价格。")
    if how is Adjust.NONE:
        return table
    by = multipliers(table.time_ms, factors, how)
    prices = {name: np.rint(getattr(table, name) * by).astype(np.int64) for name in PRICES}
    return replace(table, **prices, adjust=how)
