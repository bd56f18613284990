"""Limit-up and limit-down prices of a day: dated bands, rounding of each exchange, the one-tick floor.

Shanghai and Shenzhen round half up; Beijing rounds toward the previous close (by data, no official sentence).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from core.exchange.boards import SecurityClass, exchange_of
from core.exchange.names import days_listed, is_delisting, is_st, is_unreformed
from core.exchange.symbols import require_class, tick_size
from core.exchange.ticks import ceil_to_tick, floor_to_tick, round_half_up

_C = SecurityClass
ST_TEN_PERCENT = date(2026, 7, 6)
CHINEXT_REFORM = date(2020, 8, 24)
MAIN_REGISTRATION = date(2023, 4, 10)
FIRST_DAY_44 = date(2014, 1, 1)
DELISTING_FREE_DAY = date(2021, 1, 1)
CB_BAND = date(2022, 8, 1)

_FIVE, _TEN, _TWENTY, _THIRTY = Decimal("0.05"), Decimal("0.10"), Decimal("0.20"), Decimal("0.30")
_TWENTY_PERCENT_FUND_CODES = """
159603 159675 159676 159780 159781 159782 159783 159804 159808 159810 159814 159836 159908
159915 159948 159949 159952 159955 159956 159957 159958 159964 159966 159967 159971 159977
159991
"""  # ChiNext and STAR only; the exchange publishes the list
_TWENTY_PERCENT_FUNDS = frozenset(_TWENTY_PERCENT_FUND_CODES.split())


@dataclass(frozen=True, slots=True)
class Limits:
    """Highest and lowest price of the day in yuan; None on a side without limit or not known."""

    up: Decimal | None
    down: Decimal | None


@dataclass(frozen=True, slots=True)
class LimitFacts:
    """What beside price and day decides a limit. `listing_day` and `delist_day` count trading days from 1; a name that
    begins with N or C tells the first ones where `listing_day` does not.

    `is_st` overrides the name; `band` (a fraction) overrides the table, for funds whose list we do not know.
    `no_limit` is for the days only the exchange knows: share reform, relisting.
    """

    name: str = ""
    is_st: bool | None = None
    listing_day: int | None = None
    delist_day: int | None = None
    issue_price: Decimal | None = None
    band: Decimal | None = None
    no_limit: bool = False


PLAIN = LimitFacts()
NO_LIMITS = Limits(None, None)


@dataclass(frozen=True, slots=True)
class _Band:
    """Fractions above and below a base price; None for no limit."""

    up: Decimal | None
    down: Decimal | None
    base: Decimal | None = None


_FREE = _Band(None, None)


def _even(fraction: Decimal) -> _Band:
    return _Band(fraction, fraction)


@lru_cache(maxsize=16_384)
def price_limits(symbol: str, prev_close: Decimal | None, day: date, facts: LimitFacts = PLAIN) -> Limits:
    """Limits of `symbol` on `day`. `prev_close` is the previous close or the ex-right reference price.

    Both are None where the day has no limit, or where `prev_close` is missing or not positive.
    """
    band = _band(symbol, day, facts)
    base = band.base if band.base is not None else prev_close
    if base is None or base <= 0 or band.up is None or band.down is None:
        return NO_LIMITS
    tick = tick_size(symbol)
    up_raw, down_raw = base * (1 + band.up), base * (1 - band.down)
    if exchange_of(symbol) == "BJ":
        up, down = floor_to_tick(up_raw, tick), ceil_to_tick(down_raw, tick)
    else:
        up, down = round_half_up(up_raw, tick), round_half_up(down_raw, tick)
    if up - base < tick:
        up = (base + tick).quantize(tick)
    if base - down < tick:
        down = (base - tick).quantize(tick)
    return Limits(up, max(down, tick))


def limit_up(symbol: str, prev_close: Decimal | None, day: date, facts: LimitFacts = PLAIN) -> Decimal | None:
    """Highest price of the day, None without limit."""
    return price_limits(symbol, prev_close, day, facts).up


def limit_down(
    symbol: str, prev_close: Decimal | None, day: date, facts: LimitFacts = PLAIN
) -> Decimal | None:
    """Lowest price of the day, None without limit."""
    return price_limits(symbol, prev_close, day, facts).down


def _band(symbol: str, day: date, facts: LimitFacts) -> _Band:
    cls = require_class(symbol)
    if cls in (_C.REPO, _C.INDEX) or facts.no_limit:
        return _FREE
    if cls is _C.CB:
        return _bond_band(day, facts)
    if cls.is_fund:
        return _fund_band(symbol, cls, day, facts)
    special = _first_days(cls, day, facts)
    if special is not None:
        return special
    return _even(facts.band if facts.band is not None else _stock_fraction(cls, day, facts))


def _stock_fraction(cls: SecurityClass, day: date, facts: LimitFacts) -> Decimal:
    if cls is _C.BSE:
        return _THIRTY
    if cls is _C.STAR or (cls is _C.CHINEXT and day >= CHINEXT_REFORM):
        return _TWENTY
    if cls is _C.CHINEXT:
        return _TEN
    if is_delisting(facts.name):
        return _TEN
    warned = is_st(facts.name) if facts.is_st is None else facts.is_st
    if warned:
        return _TEN if day >= ST_TEN_PERCENT else _FIVE
    return _FIVE if is_unreformed(facts.name) else _TEN


def _first_days(cls: SecurityClass, day: date, facts: LimitFacts) -> _Band | None:
    """Bands of the first days after listing and of the first day of the delisting period."""
    if facts.delist_day == 1 and day >= DELISTING_FREE_DAY:
        return _FREE
    nth = facts.listing_day if facts.listing_day is not None else days_listed(facts.name)
    if nth is None or nth < 1:
        return None
    if cls is _C.BSE:
        return _FREE if nth == 1 else None
    since = {_C.STAR: date.min, _C.CHINEXT: CHINEXT_REFORM}.get(cls, MAIN_REGISTRATION)
    if day >= since:
        return _FREE if nth <= 5 else None
    if nth > 1:
        return None
    if day >= FIRST_DAY_44 and facts.issue_price is not None:
        return _Band(Decimal("0.44"), Decimal("0.36"), facts.issue_price)
    return _FREE


def _fund_band(symbol: str, cls: SecurityClass, day: date, facts: LimitFacts) -> _Band:
    if facts.band is not None:
        return _even(facts.band)
    if cls is _C.REIT:
        return _Band(_THIRTY, _THIRTY, facts.issue_price) if facts.listing_day == 1 else _even(_TEN)
    code = symbol[:6]
    wide = (
        code.startswith(("588", "589", "506"))
        or code in _TWENTY_PERCENT_FUNDS
        or _sounds_wide(cls, facts.name)
    )
    return _even(_TWENTY if wide and day >= CHINEXT_REFORM else _TEN)


def _sounds_wide(cls: SecurityClass, name: str) -> bool:
    """An ETF of ChiNext or STAR stocks only by its name, for those listed after our table was written."""
    etf = cls in (_C.SH_ETF, _C.SZ_ETF)
    return etf and "债" not in name and any(word in name for word in ("创业板", "科创", "双创"))


def _bond_band(day: date, facts: LimitFacts) -> _Band:
    if day < CB_BAND:
        return _FREE
    if facts.listing_day == 1:
        return _Band(Decimal("0.573"), Decimal("0.433"), facts.issue_price)
    return _even(facts.band if facts.band is not None else _TWENTY)
