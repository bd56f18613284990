"""Dividends of one security and the five ways in which xtdata adjusts bars for them.

No dividend happens by itself in a simulated market; `DataHub.dividends` takes those that a test wants.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from core.domain.market import Bar, ms_to_datetime
from core.market.bars import midnight


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


def adjusted(bars: Sequence[Bar], dividends: Sequence[Dividend], how: str) -> list[Bar]:
    """Bars with prices adjusted `front`, `back`, `front_ratio` or `back_ratio`; anything else leaves them."""
    if not dividends or how not in ("front", "back", "front_ratio", "back_ratio"):
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
