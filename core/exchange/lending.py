"""Reverse repos: a sell of 204001.SH or 131810.SZ lends cash for some days at a yearly rate (the price, in percent).

The face is 100 yuan a unit. The cash comes back with its interest on the first trading day on or after the trade day
plus the term; it may be spent that day and withdrawn the next. Interest runs from the trading day after the trade to
the trading day after the return, in calendar days over 365 (own knowledge, the rule since 2017-05-22).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from core.exchange.boards import SecurityClass
from core.exchange.calendar import MAINLAND, Calendar
from core.exchange.fees import REPO_UNIT, repo_days
from core.exchange.symbols import require_class
from core.exchange.ticks import cents

_YEAR = 365


@dataclass(frozen=True, slots=True)
class Loan:
    """Cash lent by one fill: `amount` yuan until `due`, when `amount + interest` is free cash again."""

    symbol: str
    volume: int
    rate: Decimal
    due: date
    interest: Decimal

    @property
    def amount(self) -> Decimal:
        """Cash lent, in yuan."""
        return REPO_UNIT * self.volume


def due_day(symbol: str, day: date, calendar: Calendar = MAINLAND) -> date:
    """Day on which cash lent on `day` comes back; raises `Refused` when the calendar does not reach so far."""
    last = day + timedelta(days=repo_days(symbol))
    return calendar.next_trading_day(last - timedelta(days=1))


def interest_days(symbol: str, day: date, calendar: Calendar = MAINLAND) -> int:
    """Calendar days that earn interest: a Thursday's one-day repo earns three."""
    return (calendar.next_trading_day(due_day(symbol, day, calendar)) - calendar.next_trading_day(day)).days


def loan_of(symbol: str, volume: int, rate: Decimal, day: date, calendar: Calendar = MAINLAND) -> Loan:
    """The loan that a fill of `volume` units at `rate` percent makes on `day`."""
    days = interest_days(symbol, day, calendar)
    interest = cents(REPO_UNIT * volume * rate / 100 * days / _YEAR)
    return Loan(symbol, volume, rate, due_day(symbol, day, calendar), interest)


def is_repo(symbol: str) -> bool:
    """Whether a sell of this symbol lends cash."""
    return require_class(symbol) is SecurityClass.REPO
