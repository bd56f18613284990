"""Dividends of one security and the five ways in which xtdata adjusts bars for them.

The built-in market has dividends of its own (`market.builtin.rights`), other markets none; `DataHub.dividends` takes those
that a test wants.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from core.domain.market import SHANGHAI, Bar, ms_to_datetime
from core.exchange.ticks import round_half_up
from core.market.bars import midnight

ADJUSTMENTS = ("front", "back", "front_ratio", "back_ratio")
"""What xtdata calls its ways of adjusting; any other name leaves prices as they were traded."""


@dataclass(frozen=True, slots=True)
class Dividend:
    """What one share gets on the ex-date: yuan, free shares (two kinds), the right to buy shares at a price.

    `pre_close` is the close in yuan of the day before.
    """

    day: date
    pre_close: float
    interest: float = 0.0
    stock_bonus: float = 0.0
    stock_gift: float = 0.0
    allot_num: float = 0.0
    allot_price: float = 0.0

    @property
    def factor(self) -> float:
        """Shares after, of one share before."""
        return 1 + self.stock_bonus + self.stock_gift + self.allot_num

    def after(self, price: float) -> float:
        """The price that stands on the ex-date for a `price` before it."""
        return (price - self.interest + self.allot_num * self.allot_price) / self.factor

    def reference(self, close: float, tick: Decimal) -> float:
        """The previous close that the exchange shows on the ex-date after a `close`, on the security's tick."""
        paid, bought = _exact(self.interest), _exact(self.allot_num) * _exact(self.allot_price)
        grown = 1 + _exact(self.stock_bonus) + _exact(self.stock_gift) + _exact(self.allot_num)
        return float(round_half_up((_exact(close) - paid + bought) / grown, tick))

    def before(self, price: float) -> float:
        """The reverse of `after`."""
        return price * self.factor + self.interest - self.allot_num * self.allot_price

    def moved(self, price: float, how: str) -> float:
        """A price moved over the ex-date, forward or back, by yuan or by the ratio."""
        match how:
            case "front":
                return self.after(price)
            case "back":
                return self.before(price)
            case "front_ratio":
                return price / self.ratio
            case _:
                return price * self.ratio

    @property
    def ratio(self) -> float:
        """The vendor's `dr`: close of the day before over the ex-price."""
        return self.pre_close / self.after(self.pre_close)


def _exact(value: float) -> Decimal:
    return Decimal(str(value))


def factor_records(dividends: Iterable[Dividend], stamp_of: Any) -> dict[str, dict[str, float]]:
    """What `get_divid_factors` shows, by the ex-date as `20261120`; `stamp_of` gives a day's midnight in ms."""
    return {
        item.day.strftime("%Y%m%d"): {
            "time": stamp_of(item.day),
            "interest": item.interest,
            "stockBonus": item.stock_bonus,
            "stockGift": item.stock_gift,
            "allotNum": item.allot_num,
            "allotPrice": item.allot_price,
            "gugai": 0.0,
            "dr": item.ratio,
        }
        for item in sorted(dividends, key=lambda item: item.day)
    }


def with_references(
    rows: Sequence[dict[str, Any]], dividends: Sequence[Dividend], tick: Decimal
) -> Sequence[dict[str, Any]]:
    """Unadjusted bars whose `preClose` is the exchange's on ex-dates; changed in place."""
    for item in dividends:
        stamp = round(_start_of(item.day) * 1000)
        place = bisect_left(rows, stamp, key=lambda row: row["time"])
        if 0 < place < len(rows):
            rows[place]["preClose"] = item.reference(rows[place - 1]["close"], tick)
    return rows


def _start_of(day: date) -> float:
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI).timestamp()


def adjusted(bars: Sequence[Bar], dividends: Sequence[Dividend], how: str) -> list[Bar]:
    """Bars with prices adjusted `front`, `back`, `front_ratio` or `back_ratio`; anything else leaves them."""
    if not dividends or how not in ADJUSTMENTS:
        return list(bars)
    ordered = sorted(dividends, key=lambda item: item.day)
    return [_adjusted(bar, ordered, how) for bar in bars]


def _adjusted(bar: Bar, ordered: Sequence[Dividend], how: str) -> Bar:
    day = ms_to_datetime(midnight(bar.time_ms)).date()
    if how.startswith("front"):
        steps = [item for item in ordered if item.day > day]
    else:
        steps = [item for item in reversed(ordered) if item.day <= day]

    def moved(milli: int) -> int:
        price = milli / 1000
        for item in steps:
            price = item.moved(price, how)
        return round(price * 1000)

    return replace(
        bar, open=moved(bar.open), high=moved(bar.high), low=moved(bar.low), close=moved(bar.close)
    )
