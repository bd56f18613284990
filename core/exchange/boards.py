"""Classes of securities as one frozen table: codes, tick, lots, maxima, settlement.

Sources and confidence: exchange trading rules 2023 and 2026 (SSE, SZSE, BSE). Maxima of funds after
2026-07-06, of convertible bonds and of repos are uncertain.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

SH, SZ, BJ = "SH", "SZ", "BJ"
BSE_NEW_CODES_ONLY = date(2025, 10, 9)


class SecurityClass(StrEnum):
    """Every class of security we know; the value is the id used in rule files."""

    SH_MAIN = "sh_main"
    SZ_MAIN = "sz_main"
    CHINEXT = "chinext"
    STAR = "star"
    BSE = "bse"
    SH_ETF = "sh_etf"
    SZ_ETF = "sz_etf"
    LOF = "lof"
    REIT = "reit"
    CB = "cb"
    REPO = "repo"
    B_SHARE = "b_share"
    INDEX = "index"

    @property
    def is_stock(self) -> bool:
        """Shares of a company, B shares included: stamp duty, price cage, ST rules."""
        return self in _STOCKS

    @property
    def is_fund(self) -> bool:
        """ETF, LOF or REIT: commission only, no cage."""
        return self in _FUNDS


_STOCKS = frozenset(
    {
        SecurityClass.SH_MAIN,
        SecurityClass.SZ_MAIN,
        SecurityClass.CHINEXT,
        SecurityClass.STAR,
        SecurityClass.BSE,
        SecurityClass.B_SHARE,
    }
)
_FUNDS = frozenset({SecurityClass.SH_ETF, SecurityClass.SZ_ETF, SecurityClass.LOF, SecurityClass.REIT})


class Odd(StrEnum):
    """How a sell that is not a whole number of lots is treated."""

    REMAINDER = "remainder"  # volume % step is 0, or the whole odd remainder of what can be sold
    WHOLE_BALANCE = "whole_balance"  # below the minimum only as the whole balance


@dataclass(frozen=True, slots=True)
class ClassRule:
    """Tick in yuan; volumes in shares (convertible bonds and repos: units of 100 yuan face)."""

    id: SecurityClass
    title: str
    tick: Decimal
    min_volume: int
    step: int
    odd: Odd
    max_limit: int
    max_market: int
    max_fixed: int
    t_plus: int
    unit: str = "股"


_CENT, _MILLI = Decimal("0.01"), Decimal("0.001")
_C, _REM, _ALL = SecurityClass, Odd.REMAINDER, Odd.WHOLE_BALANCE
_MIO = 1_000_000

RULES: dict[SecurityClass, ClassRule] = {
    rule.id: rule
    for rule in (
        ClassRule(_C.SH_MAIN, "沪市主板", _CENT, 100, 100, _REM, _MIO, _MIO, _MIO, 1),
        ClassRule(_C.SZ_MAIN, "深市主板", _CENT, 100, 100, _REM, _MIO, _MIO, _MIO, 1),
        ClassRule(_C.CHINEXT, "创业板", _CENT, 100, 100, _REM, 300_000, 150_000, _MIO, 1),
        ClassRule(_C.STAR, "科创板", _CENT, 200, 1, _ALL, 100_000, 50_000, _MIO, 1),
        ClassRule(_C.BSE, "北交所", _CENT, 100, 1, _ALL, _MIO, _MIO, _MIO, 1),
        ClassRule(_C.SH_ETF, "沪市ETF", _MILLI, 100, 100, _REM, _MIO, _MIO, _MIO, 1, "份"),
        ClassRule(_C.SZ_ETF, "深市ETF", _MILLI, 100, 100, _REM, _MIO, _MIO, _MIO, 1, "份"),
        ClassRule(_C.LOF, "LOF", _MILLI, 100, 100, _REM, _MIO, _MIO, _MIO, 1, "份"),
        ClassRule(_C.REIT, "REIT", _MILLI, 100, 100, _REM, 100 * _MIO, 100 * _MIO, 100 * _MIO, 1, "份"),
        ClassRule(_C.CB, "可转债", _MILLI, 10, 10, _REM, _MIO, _MIO, _MIO, 0, "张"),
        ClassRule(_C.REPO, "国债逆回购", Decimal("0.005"), 10, 10, _REM, _MIO, _MIO, _MIO, 0, "张"),
        ClassRule(_C.B_SHARE, "B股", _CENT, 100, 100, _REM, _MIO, _MIO, _MIO, 1),
        ClassRule(_C.INDEX, "指数", _CENT, 0, 1, _REM, 0, 0, 0, 1),
    )
}

_PATTERNS: tuple[tuple[str, SecurityClass, re.Pattern[str]], ...] = tuple(
    (exchange, cls, re.compile(pattern))
    for exchange, cls, pattern in (
        (SH, _C.SH_MAIN, r"60[0135]\d{3}"),
        (SZ, _C.SZ_MAIN, r"00[0-3]\d{3}"),
        (SZ, _C.CHINEXT, r"30[0-2]\d{3}"),
        (SH, _C.STAR, r"68[89]\d{3}"),
        (BJ, _C.BSE, r"920\d{3}"),
        (BJ, _C.BSE, r"(?:43|83|87|88)\d{4}"),
        (SH, _C.SH_ETF, r"5(?:1[0-8]|[23568]\d)\d{3}"),
        (SZ, _C.SZ_ETF, r"159\d{3}"),
        (SH, _C.LOF, r"50[126]\d{3}"),
        (SZ, _C.LOF, r"16\d{4}"),
        (SH, _C.REIT, r"508\d{3}"),
        (SZ, _C.REIT, r"180\d{3}"),
        (SH, _C.CB, r"11[0138]\d{3}"),
        (SZ, _C.CB, r"12[378]\d{3}"),
        (SH, _C.REPO, r"204\d{3}"),
        (SZ, _C.REPO, r"1318\d{2}"),
        (SH, _C.B_SHARE, r"900\d{3}"),
        (SZ, _C.B_SHARE, r"200\d{3}"),
        (SH, _C.INDEX, r"000\d{3}|(?:88|93|95|99)\d{4}"),
        (SZ, _C.INDEX, r"399\d{3}|98\d{4}"),
        (BJ, _C.INDEX, r"899\d{3}"),
    )
)


def exchange_of(symbol: str) -> str:
    """`SH`, `SZ` or `BJ` of a normal symbol."""
    return symbol[-2:]


@lru_cache(maxsize=16384)
def class_of(symbol: str) -> SecurityClass | None:
    """Class of a normal symbol (`600519.SH`), or None when no code range of that exchange holds it."""
    if len(symbol) != 9 or symbol[6] != "." or not symbol.isascii():
        return None
    code, exchange = symbol[:6], symbol[7:]
    for where, cls, pattern in _PATTERNS:
        if where == exchange and pattern.fullmatch(code):
            return cls
    return None


def is_retired_code(symbol: str, day: date) -> bool:
    """Old Beijing codes (43, 83, 87, 88) do not trade since 2025-10-09; only 920 does."""
    old = class_of(symbol) is SecurityClass.BSE and not symbol.startswith("920")
    return old and day >= BSE_NEW_CODES_ONLY


def candidates(code: str) -> tuple[str, ...]:
    """Symbols that a bare six-digit code may mean, tradable ones first."""
    found = [(f"{code}.{where}", cls) for where, cls, pattern in _PATTERNS if pattern.fullmatch(code)]
    found.sort(key=lambda pair: (pair[1] is SecurityClass.INDEX, pair[0].endswith(".BJ")))
    return tuple(symbol for symbol, _ in found)
