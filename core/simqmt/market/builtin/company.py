"""The companies behind the built-in market's stocks: shares, profits and assets, invented and the same on every machine.

Plausible for the security's base price and whole in themselves: assets are debts and equity, a year's profit grows over
its quarters, profit per share follows from profit and shares, and free shares (`rights`) raise their number.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from core.exchange.boards import SecurityClass, class_of
from core.exchange.calendar import Calendar
from core.simqmt.market.builtin.dice import ONE, draws
from core.simqmt.market.builtin.industries import industry_of
from core.simqmt.market.builtin.rights import Right, rights_of
from core.simqmt.market.securities import Security

FIRST_YEAR = 2015
_THIS_YEAR = 2026
_QUARTERS = ((3, 31), (6, 30), (9, 30), (12, 31))
_WEIGHTS = (0.23, 0.49, 0.74, 1.0)
"""What of a year's profit is earned by the end of each quarter."""
_TOLD_WITHIN = ((15, 15), (41, 20), (15, 15), (61, 58))
"""Earliest day after a quarter's end on which it is told, and within how many days."""


@dataclass(frozen=True, slots=True)
class Shares:
    """Shares in all and in circulation since a day."""

    since: date
    total: float
    floating: float


@dataclass(frozen=True, slots=True)
class Report:
    """One report: `end` of its period and the day it was `told`. Yuan since the year began, except balances.

    `growth` of revenue and profit are against the same period of the year before, in percent.
    """

    end: date
    told: date
    shares: Shares
    revenue: float
    profit: float
    equity: float
    debts: float
    cash_earned: float
    gross_margin: float
    growth: tuple[float, float]
    bank: bool


class Company:
    """One listed security's shares and reports. Funds and bonds have shares only; an index and a repo have nothing."""

    def __init__(self, security: Security, calendar: Calendar) -> None:
        self._security = security
        self.name = security.name
        cls = class_of(security.symbol)
        self._stock = cls is not None and cls.is_stock
        self._none = cls in (None, SecurityClass.INDEX, SecurityClass.REPO)
        self._gifts: list[Right] = [right for right in rights_of(security, calendar) if right.gift]
        kind = draws(8, 0, security.symbol, "company")
        share = [number % ONE / ONE for number in kind]
        # How much of it changes hands on a day; bonds go from hand to hand.
        traded = 0.2 + 0.6 * share[0] if cls is SecurityClass.CB else 0.0025 + 0.0150 * share[0]
        self._total = round(security.volume / traded / 10_000) * 10_000.0
        self._floating = round(self._total * (0.60 + 0.40 * share[1]) / 100) * 100.0
        bank = industry_of(security.symbol, security.name) == "银行"
        self._bank = bank
        earned = 5.5 + 3 * share[2] if bank else 11 + 45 * share[2] * share[3]  # price over profit
        self._profit = security.base / 1000 / earned * self._total
        self._margin = 0.30 + 0.12 * share[4] if bank else 0.04 + 0.26 * share[4]
        self._gross = min(0.92, self._margin + 0.08 + 0.30 * share[5])
        self._roe = 0.08 + 0.05 * share[6] if bank else 0.05 + 0.17 * share[6]
        self._debt = 0.915 if bank else 0.18 + 0.50 * share[7]
        self._growth = -0.03 + 0.16 * share[5]

    def shares(self, day: date) -> Shares | None:
        """Its shares on a day."""
        found = [shares for shares in self.capital() if shares.since <= day]
        return found[-1] if found else None

    def capital(self) -> list[Shares]:
        """Its shares since 2014, one record for each change."""
        if self._none:
            return []
        found: list[Shares] = []
        total, floating = self._total, self._floating
        for right in reversed(self._gifts):
            found.append(Shares(right.day, total, floating))
            total, floating = (round(n * 10 / (10 + right.gift)) for n in (total, floating))
        found.append(Shares(date(2014, 12, 31), float(total), float(floating)))
        return found[::-1]

    def reports(self, until: date) -> list[Report]:
        """What was told by a day, by period."""
        if not self._stock:
            return []
        found = (
            self._report(year, quarter)
            for year in range(FIRST_YEAR, until.year + 1)
            for quarter in range(4)
            if date(year, *_QUARTERS[quarter]) <= until
        )
        return [report for report in found if report.told <= until]

    def _report(self, year: int, quarter: int) -> Report:
        end = date(year, *_QUARTERS[quarter])
        dice, when = draws(2, 0, self._security.symbol, end, "report")
        first, span = _TOLD_WITHIN[quarter]
        shares = self.shares(end)
        assert shares is not None
        profit, revenue = self._year(year)
        before_profit, before_revenue = self._year(year - 1)
        share = _WEIGHTS[quarter]
        equity = self._year(year - 1)[0] / self._roe + profit * share * 0.65
        earned = profit * share * (0.6 + dice % ONE / ONE)
        return Report(
            end=end,
            told=end + timedelta(days=first + when % span),
            shares=shares,
            revenue=_cents(revenue * share),
            profit=_cents(profit * share),
            equity=_cents(equity),
            debts=_cents(equity * self._debt / (1 - self._debt)),
            cash_earned=_cents(earned),
            gross_margin=self._gross,
            growth=(
                round((revenue / before_revenue - 1) * 100, 4),
                round((profit / before_profit - 1) * 100, 4),
            ),
            bank=self._bank,
        )

    def _year(self, year: int) -> tuple[float, float]:
        """Profit and revenue of a year in yuan."""
        good, much = draws(2, 0, self._security.symbol, year, "year")
        aged = (1 + self._growth) ** (year - _THIS_YEAR)
        profit = self._profit * aged * (0.88 + 0.24 * (good % ONE) / ONE)
        return profit, profit / self._margin * (0.97 + 0.06 * (much % ONE) / ONE)


def _cents(value: float) -> float:
    return round(value, 2)
