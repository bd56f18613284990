"""Price cage: how far from the book a limit order may be in continuous auction, by board and date.

Main boards since 2023-04-10; ChiNext 2 % since 2020-08-24, with the ten-tick alternative and outright
rejection since 2023-04-10 (before, an order beyond the cage was parked); STAR since 2019-07-22; Beijing since
2021-11-15; none for funds, convertible bonds and repos. There is no cage in call auctions.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from core.domain.enums import Side
from core.domain.market import Quote
from core.domain.money import milli_to_decimal
from core.exchange.boards import SecurityClass
from core.exchange.limits import NO_LIMITS, PLAIN, LimitFacts, Limits, price_limits
from core.exchange.refusals import Refusal, RuleCode, refuse
from core.exchange.symbols import require_class, tick_size
from core.exchange.ticks import round_half_up

_C = SecurityClass
_UNLIMITED = 99_999_000
"""Thousandths of a yuan."""
_TWO, _FIVE = Decimal("0.02"), Decimal("0.05")


@dataclass(frozen=True, slots=True)
class CageRule:
    """`fraction` of the reference; `ten_ticks` when ten ticks are allowed if wider; `rejects` or parks."""

    since: date
    fraction: Decimal
    ten_ticks: bool
    rejects: bool


_MAIN = (CageRule(date(2023, 4, 10), _TWO, True, True),)
_RULES: dict[SecurityClass, tuple[CageRule, ...]] = {
    _C.SH_MAIN: _MAIN,
    _C.SZ_MAIN: _MAIN,
    _C.B_SHARE: _MAIN,
    _C.CHINEXT: (
        CageRule(date(2023, 4, 10), _TWO, True, True),
        CageRule(date(2020, 8, 24), _TWO, False, False),
    ),
    _C.STAR: (CageRule(date(2019, 7, 22), _TWO, False, True),),
    _C.BSE: (CageRule(date(2021, 11, 15), _FIVE, True, True),),
}


@dataclass(frozen=True, slots=True)
class BookTop:
    """What the cage's reference is taken from, in yuan; None where there is none."""

    best_bid: Decimal | None = None
    best_ask: Decimal | None = None
    last: Decimal | None = None
    pre_close: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Cage:
    """Reference price, the bound that follows from it, and whether a breach is rejected (or parked)."""

    reference: Decimal
    bound: Decimal
    rejects: bool


def cage_rule(symbol: str, day: date) -> CageRule | None:
    """The cage of a board on a day, None where there is none."""
    return next((rule for rule in _RULES.get(require_class(symbol), ()) if day >= rule.since), None)


def reference_price(side: Side, top: BookTop) -> Decimal | None:
    """A buy looks at best ask, best bid, last, previous close in turn; a sell at best bid, best ask first."""
    near = (top.best_ask, top.best_bid) if side is Side.BUY else (top.best_bid, top.best_ask)
    return next(
        (price for price in (*near, top.last, top.pre_close) if price is not None and price > 0), None
    )


@lru_cache(maxsize=1024)
def cage_bound(symbol: str, side: Side, day: date, top: BookTop) -> Cage | None:
    """Highest price of a buy, lowest of a sell, in continuous auction; None without cage or reference."""
    rule = cage_rule(symbol, day)
    reference = reference_price(side, top)
    if rule is None or reference is None:
        return None
    tick = tick_size(symbol)
    sign = 1 if side is Side.BUY else -1
    gap = reference * rule.fraction
    if rule.ten_ticks:
        gap = max(gap, 10 * tick)
    bound = round_half_up(reference + sign * gap, tick)
    if abs(bound - reference) < tick:
        bound = round_half_up(reference + sign * tick, tick)
    return Cage(reference, max(bound, tick), rule.rejects)


def breach(side: Side, price: Decimal, cage: Cage) -> Refusal | None:
    """What to say to a limit price outside the cage; None inside. Whether that refuses it or parks it, `rejects` tells."""
    buy = side is Side.BUY
    if (price <= cage.bound) if buy else (price >= cage.bound):
        return None
    word = "买入价 {0} 高于价格笼子上限 {1}" if buy else "卖出价 {0} 低于价格笼子下限 {1}"
    reference = cage.reference.quantize(cage.bound)
    text = word.format(price, cage.bound) + f"（基准价 {reference}）。可用 {cage.bound}。"
    code = RuleCode.CAGE_HIGH if buy else RuleCode.CAGE_LOW
    return refuse(code, text, price=price, bound=cage.bound, reference=cage.reference)


def lowest_sell_price(
    symbol: str, day: date, top: BookTop, limits: Limits, *, continuous: bool = True
) -> Decimal | None:
    """Lowest limit price a sell may carry now: limit-down, or the cage's floor where that is higher.

    None when neither holds (a day without limit, outside continuous auction): no price can be called lowest.
    """
    cage = cage_bound(symbol, Side.SELL, day, top) if continuous else None
    floors = [price for price in (limits.down, cage.bound if cage else None) if price is not None]
    return max(floors) if floors else None


def highest_buy_price(
    symbol: str, day: date, top: BookTop, limits: Limits, *, continuous: bool = True
) -> Decimal | None:
    """Highest limit price a buy may carry now: limit-up, or the cage's cap where that is lower."""
    cage = cage_bound(symbol, Side.BUY, day, top) if continuous else None
    caps = [price for price in (limits.up, cage.bound if cage else None) if price is not None]
    return min(caps) if caps else None


def top_of(quote: Quote) -> BookTop:
    """Reference prices of a snapshot; zeros become None."""

    def price(milli: int) -> Decimal | None:
        return milli_to_decimal(milli) if milli > 0 else None

    return BookTop(price(quote.best_bid), price(quote.best_ask), price(quote.last), price(quote.pre_close))


def quote_limits(quote: Quote, facts: LimitFacts = PLAIN) -> Limits:
    """Limits the feed gives with the snapshot, else computed from its previous close. No price comes near what feeds
    write (100000, 99999.99) where a day has no limit."""
    if quote.limit_up >= _UNLIMITED:
        return NO_LIMITS
    day = quote.time.date()
    computed = price_limits(quote.symbol, top_of(quote).pre_close, day, facts)
    tick = tick_size(quote.symbol)
    if quote.limit_up <= 0 or quote.limit_down <= 0:
        return computed
    given = (milli_to_decimal(quote.limit_up), milli_to_decimal(quote.limit_down))
    return Limits(round_half_up(given[0], tick), round_half_up(given[1], tick))


def quote_lowest_sell(quote: Quote, facts: LimitFacts = PLAIN, *, continuous: bool = True) -> Decimal | None:
    """`lowest_sell_price` from one snapshot, on its own day."""
    limits, day = quote_limits(quote, facts), quote.time.date()
    return lowest_sell_price(quote.symbol, day, top_of(quote), limits, continuous=continuous)


def quote_highest_buy(quote: Quote, facts: LimitFacts = PLAIN, *, continuous: bool = True) -> Decimal | None:
    """`highest_buy_price` from one snapshot, on its own day."""
    limits, day = quote_limits(quote, facts), quote.time.date()
    return highest_buy_price(quote.symbol, day, top_of(quote), limits, continuous=continuous)
