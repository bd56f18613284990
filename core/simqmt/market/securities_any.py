"""Any other security a program asks the built-in market for: invented from its code, the same on every machine.

Prices are plausible for the class and mean no real day.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from core.domain.market import Symbol
from core.exchange.boards import SecurityClass, class_of
from core.exchange.fees import repo_days
from core.exchange.symbols import tick_size
from core.exchange.ticks import milli_tick
from core.market.directory.builtin_instruments import builtin_rows
from core.simqmt.market.builtin.dice import ONE, draws
from core.simqmt.market.securities import FUND, STEADY, STOCK, Character, Security

_C = SecurityClass
_RANGES: dict[SecurityClass, tuple[int, int]] = {
    SecurityClass.CB: (102_000, 138_000),
    SecurityClass.REIT: (2_200, 7_800),
    SecurityClass.LOF: (700, 2_600),
    SecurityClass.SH_ETF: (600, 5_200),
    SecurityClass.SZ_ETF: (600, 5_200),
    SecurityClass.INDEX: (1_200_000, 6_400_000),
    SecurityClass.STAR: (18_000, 160_000),
    SecurityClass.REPO: (1_200, 2_600),
}
_INDEX_LEVELS = {
    "000001.SH": 3_880_000,
    "000016.SH": 3_010_000,
    "000300.SH": 4_620_000,
    "000688.SH": 1_430_000,
    "000852.SH": 7_380_000,
    "000905.SH": 7_240_000,
    "399001.SZ": 13_150_000,
    "399006.SZ": 3_120_000,
}
"""Levels, roughly, of indices that everybody knows."""
_STOCK_RANGE = (4_000, 72_000)
_INDEX_SHARE = 13_000
"""What a share of an index's volume costs on average, in thousandths of a yuan: the level of an index is no price."""
_TURNOVER = 300_000_000
"""Yuan a day, typical."""


_REPOS = (
    *(f"204{days}.SH" for days in ("001", "002", "003", "004", "007", "014", "028", "091", "182")),
    *(f"1318{end}.SZ" for end in ("10", "11", "00", "09", "01", "02", "03", "05", "06")),
)


@cache
def well_known() -> Mapping[Symbol, str]:
    """Names of the well-known securities of every class, by code; reverse repos among them."""
    names = {Symbol(symbol): name for symbol, name, _ in builtin_rows()}
    repos = {Symbol(symbol): _invented_name(symbol, SecurityClass.REPO) for symbol in _REPOS}
    return MappingProxyType(names | repos)


def invent(symbol: str) -> Security | None:
    """A security for a valid code; None for what this market cannot show."""
    cls = class_of(symbol)
    if cls is None:
        return None
    low, high = _RANGES.get(cls, _STOCK_RANGE)
    level, spread, size = draws(3, 0, symbol, "invented")
    tick = milli_tick(tick_size(symbol)) if cls is not SecurityClass.INDEX else 10
    # Two draws added: most prices lie in the lower half, few at the top.
    share = (level % ONE) * (spread % ONE) // ONE
    base = _INDEX_LEVELS.get(symbol) or max(low, (low + (high - low) * share // ONE) // tick * tick)
    turnover = _TURNOVER * (1000 * base // _INDEX_SHARE if cls is _C.INDEX else 1)
    volume = max(100_000, turnover * 1000 // base * (ONE // 4 + size % ONE) // ONE)
    lot = {_C.STAR: 1, _C.BSE: 1, _C.CB: 10, _C.REPO: 10}.get(cls, 100)
    return Security(
        Symbol(symbol),
        well_known().get(Symbol(symbol)) or _invented_name(symbol, cls),
        base,
        95 if cls.is_fund or cls is SecurityClass.INDEX else 170,
        volume,
        _character(cls),
        tick,
        lot,
        1000 if cls is SecurityClass.INDEX else 700,
    )


def amount_factor(security: Security) -> float:
    """What makes an amount of yuan of a volume times a price: less than one where the price is an index's level."""
    return _INDEX_SHARE / security.base if class_of(security.symbol) is SecurityClass.INDEX else 1.0


def _invented_name(symbol: str, cls: SecurityClass) -> str:
    if cls is SecurityClass.REPO:
        return f"{'GC' if symbol.endswith('.SH') else 'R-'}{repo_days(symbol):03d}"
    return f"证券{symbol[:6]}"


def _character(cls: SecurityClass) -> Character:
    if cls.is_stock:
        return STOCK
    return FUND if cls.is_fund else STEADY
