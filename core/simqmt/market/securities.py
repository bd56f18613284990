"""The securities of the built-in market, and what a fresh paper account holds.

Base prices and activity are plausible and invented; no price of a real day is meant. A price returns to its base by
the `keep` fractions, so levels written for a base stay meaningful on every day of the market.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from core.domain.market import Symbol
from core.exchange.boards import SecurityClass, class_of
from core.exchange.symbols import tick_size
from core.exchange.ticks import milli_tick


@dataclass(frozen=True, slots=True)
class Character:
    """How a kind of security moves. Fractions in thousandths, moves in hundredths of a percent.

    `night_keep` and `day_keep`: how much of the distance to the base price is left after a night, after a day.
    `gap`: typical overnight move, capped at `gap_cap`. `body`: typical open-to-close move as a fraction of the
    security's own `swing`. `depth`: shares at one level of the book, in millionths of a day's volume.
    """

    night_keep: int
    day_keep: int
    gap: int
    gap_cap: int
    body: int
    depth: int
    news: bool


STOCK = Character(night_keep=1000, day_keep=930, gap=25, gap_cap=50, body=900, depth=110, news=True)
STEADY = Character(night_keep=1000, day_keep=700, gap=15, gap_cap=50, body=700, depth=160, news=True)
FUND = Character(night_keep=1000, day_keep=900, gap=20, gap_cap=50, body=800, depth=1400, news=False)
# Markets abroad and metals trade while Shanghai sleeps: much of a day's move is undone by the morning.
SAME_DAY_FUND = Character(night_keep=300, day_keep=500, gap=9, gap_cap=50, body=300, depth=1600, news=False)
BOND_FUND = Character(night_keep=600, day_keep=600, gap=1, gap_cap=5, body=500, depth=2500, news=False)


@dataclass(frozen=True, slots=True)
class Security:
    """One security. `base` and `tick` in thousandths of a yuan, `swing` the typical move of a day in hundredths of a
    percent, `volume` a day's shares, `lot` the shares in which volume is dealt out, `activity` the thousandths of
    3-second slots in which something trades."""

    symbol: Symbol
    name: str
    base: int
    swing: int
    volume: int
    character: Character
    tick: int
    lot: int
    activity: int


def _security(
    symbol: str, name: str, base: str, swing: int, volume: int, character: Character, activity: int = 1000
) -> Security:
    tick = milli_tick(tick_size(symbol))
    lot = 1 if class_of(symbol) is SecurityClass.STAR else 100
    return Security(
        Symbol(symbol), name, int(Decimal(base) * 1000), swing, volume, character, tick, lot, activity
    )


_MIO = 1_000_000

SECURITIES: tuple[Security, ...] = (
    _security("600519.SH", "贵州茅台", "1468.20", 130, 3 * _MIO, STOCK),
    _security("601318.SH", "中国平安", "58.73", 140, 62 * _MIO, STOCK),
    _security("600036.SH", "招商银行", "42.65", 110, 58 * _MIO, STEADY),
    _security("600900.SH", "长江电力", "27.66", 90, 75 * _MIO, STEADY),
    _security("601899.SH", "紫金矿业", "31.42", 200, 190 * _MIO, STOCK),
    _security("600377.SH", "宁沪高速", "13.42", 100, 9 * _MIO, STEADY, 380),
    _security("688981.SH", "中芯国际", "117.85", 260, 55 * _MIO, STOCK),
    _security("000001.SZ", "平安银行", "11.58", 110, 95 * _MIO, STEADY),
    _security("000858.SZ", "五粮液", "128.35", 150, 22 * _MIO, STOCK),
    _security("002594.SZ", "比亚迪", "98.46", 180, 48 * _MIO, STOCK),
    _security("300750.SZ", "宁德时代", "381.66", 190, 28 * _MIO, STOCK),
    _security("300059.SZ", "东方财富", "24.35", 230, 260 * _MIO, STOCK),
    _security("510300.SH", "沪深300ETF", "4.718", 95, 900 * _MIO, FUND),
    _security("159915.SZ", "创业板ETF", "3.246", 160, 1100 * _MIO, FUND),
    _security("588000.SH", "科创50ETF", "1.512", 190, 3600 * _MIO, FUND),
    _security("518880.SH", "黄金ETF", "9.286", 125, 520 * _MIO, SAME_DAY_FUND),
    _security("513050.SH", "中概互联网ETF", "1.612", 175, 1200 * _MIO, SAME_DAY_FUND),
    _security("513100.SH", "纳指ETF", "1.954", 140, 450 * _MIO, SAME_DAY_FUND),
    _security("513180.SH", "恒生科技指数ETF", "0.826", 195, 5200 * _MIO, SAME_DAY_FUND),
    _security("159941.SZ", "纳指ETF广发", "1.428", 145, 640 * _MIO, SAME_DAY_FUND),
    _security("159920.SZ", "恒生ETF", "1.682", 140, 310 * _MIO, SAME_DAY_FUND),
    _security("159985.SZ", "豆粕ETF", "2.036", 115, 150 * _MIO, SAME_DAY_FUND),
    _security("511010.SH", "国债ETF", "141.236", 12, 3 * _MIO, BOND_FUND, 300),
    _security("511260.SH", "十年国债ETF", "135.842", 16, 6 * _MIO, BOND_FUND, 450),
)

_NAMES = {security.symbol: security.name for security in SECURITIES}


def name_of(symbol: str) -> str | None:
    """Chinese name of a well-known security, None for the others."""
    return _NAMES.get(Symbol(symbol))


@dataclass(frozen=True, slots=True)
class Holding:
    """Shares that a fresh paper account bought the day before, at `cost` yuan each."""

    symbol: Symbol
    volume: int
    cost: Decimal


DEFAULT_HOLDINGS: tuple[Holding, ...] = (
    Holding(Symbol("600036.SH"), 1200, Decimal("41.86")),
    Holding(Symbol("600900.SH"), 2000, Decimal("28.12")),
    Holding(Symbol("601899.SH"), 1500, Decimal("30.15")),
)
