"""Ex-rights days of the built-in market: who pays what, and when.

Facts of a security, not of a seed. A payer goes ex once a year between May and the first days of July, before the
days that the market plays (`days.FIRST_DAY`): the accounts of a terminal never meet an ex-day, and the days
that are played are those of a market without dividends. Free shares are given in the early years only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from core.exchange.boards import SecurityClass, class_of
from core.exchange.calendar import Calendar
from core.simqmt.market.builtin.dice import draws
from core.simqmt.market.securities import FUND, Security

FIRST_YEAR, LAST_YEAR = 2015, 2026
_GIFTS_UNTIL = 2024
_SEASON = ((5, 11), (7, 3))
_BP = 10_000
_FUNDS = frozenset({SecurityClass.SH_ETF, SecurityClass.SZ_ETF})


@dataclass(frozen=True, slots=True)
class Right:
    """What a share gets on an ex-day: `cash` in thousandths of a yuan (whole ticks), `gift` free shares for ten."""

    day: date
    cash: int
    gift: int = 0

    def before(self, price: int, tick: int) -> int:
        """The price in ticks that a price of the ex-day stands for on the day before."""
        return (price * (10 + self.gift) + 5) // 10 + self.cash // tick


def rights_of(security: Security, calendar: Calendar) -> tuple[Right, ...]:
    """Ex-rights days of a security in time order, none for one that never pays."""
    cls = class_of(security.symbol)
    stock = cls is not None and cls.is_stock
    if not stock and not (cls in _FUNDS and security.character is FUND):
        return ()
    (kind,) = draws(1, 0, security.symbol, "payer")
    if kind % 100 >= (82 if stock else 30):
        return ()
    found = []
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        paid, when, much, gift = draws(4, 0, security.symbol, year, "right")
        days = calendar.trading_days(date(year, *_SEASON[0]), date(year, *_SEASON[1]))
        if not days or paid % 100 >= 88:
            continue
        free = 2 + gift % 4 if stock and year <= _GIFTS_UNTIL and (gift >> 8) % 14 == 0 else 0
        cash = security.base * (60 + much % (260 if stock else 120)) // _BP * (10 + free) // 10
        found.append(Right(days[when % len(days)], max(1, cash // security.tick) * security.tick, free))
    return tuple(found)
