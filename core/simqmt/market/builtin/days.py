"""Days of the built-in market: where each day of a security opens, is drawn to and closes.

The chain starts at the base price on a fixed date, so a day is the same from wherever one comes. The years before are
a chain of their own that ends at the base price; they are made when they are asked for, and have daily bars only, as
a MiniQMT keeps minutes for about a year. Prices are in ticks.

The chains know no dividends: they are what prices look like after all of them (`rights`). A day before some
is lifted by what was still to be paid, as one finds old prices in a newspaper; so the previous close of an ex-day is
the exchange's reference price.
"""

from __future__ import annotations

import threading
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from core.exchange.boards import SecurityClass, class_of
from core.exchange.calendar import Calendar
from core.exchange.limits import price_limits
from core.simqmt.market.builtin.dice import ONE, SPREAD_OUT, draws, normal
from core.simqmt.market.builtin.rights import rights_of
from core.simqmt.market.securities import Security

EARLY_START = date(2015, 1, 5)
"""The first daily bar."""
CHAIN_START = date(2025, 1, 2)
"""The first day with minutes."""
FIRST_DAY = date(2026, 7, 6)
"""The market plays by the rules in force since this day (closing call for all funds)."""

_BP = 10_000
_NEWS_ONE_IN = 400
_TREND_ONE_IN = 8


@dataclass(frozen=True, slots=True)
class DayPlan:
    """One day of one security. Prices in ticks; `aim` is where the price is drawn to, perhaps beyond a limit.

    `restless` is how much the price swings beside its way from `open` to `aim`, in thousandths of the usual;
    `volume` the rough number of shares of the day.
    """

    day: date
    pre_close: int
    open: int
    aim: int
    close: int
    limit_up: int
    limit_down: int
    restless: int
    volume: int


UNLIMITED = frozenset({SecurityClass.INDEX, SecurityClass.REPO})
"""Classes without a daily limit."""


def limit_percent(security: Security, day: date) -> int:
    """Daily limit of a security in percent, from the exchange rules; what has none moves within ten."""
    if class_of(security.symbol) in UNLIMITED:
        return 10
    up = price_limits(security.symbol, Decimal(1000), day).up
    if up is None:
        raise ValueError(f"{security.symbol} has no limit on {day}")
    return int(up) // 10 - 100


class DayChain:
    """The days of one security for one seed, made as far as they are asked for, on any thread."""

    def __init__(self, seed: int, security: Security, calendar: Calendar) -> None:
        self._seed = seed
        self._security = security
        self._calendar = calendar
        self._base = security.base // security.tick
        self._percent = limit_percent(security, FIRST_DAY)
        self._inward = security.symbol.endswith(".BJ")  # Beijing rounds limits toward the previous close
        self._days: list[date] = []
        self._plans: list[DayPlan] = []
        self._close = self._base  # of the newest plan, without dividends
        self._early: dict[date, DayPlan] = {}
        self.rights = rights_of(security, calendar)
        self._ex_days = [right.day for right in self.rights]
        self._growing = threading.Lock()

    def early(self, day: date) -> tuple[DayPlan, int, int]:
        """Plan, high and low of a trading day from EARLY_START until CHAIN_START; raises KeyError for any other day."""
        with self._growing:
            if not self._early:
                self._make_early()
        plan = self._early[day]
        (bits,) = draws(1, self._seed, self._security.symbol, day, "early")
        reach = self._base * self._security.swing * plan.restless // (_BP * 1000)
        over, under = (reach * (bits >> shift & 1023) // (2 * ONE) for shift in (0, 10))
        high, low = max(plan.open, plan.close) + over, min(plan.open, plan.close) - under
        return plan, min(high, plan.limit_up), max(low, plan.limit_down)

    def _make_early(self) -> None:
        made: dict[date, DayPlan] = {}
        close = self._base
        for day in self._calendar.trading_days(EARLY_START, CHAIN_START - timedelta(days=1)):
            plan = made[day] = self._next(day, close)
            close = plan.close
        if made:
            end = min(max(self._base, plan.limit_down), plan.limit_up)
            made[plan.day] = replace(plan, aim=end, close=end)
        self._early = {day: self._lifted(plan) for day, plan in made.items()}

    def plan(self, day: date) -> DayPlan:
        """The plan of a trading day from CHAIN_START on; raises KeyError for any other day."""
        if not self._days or self._days[-1] < day:
            with self._growing:
                self._extend(day)
        index = bisect_left(self._days, day)
        if index == len(self._days) or self._days[index] != day:
            raise KeyError(day)
        return self._plans[index]

    def _extend(self, until: date) -> None:
        known = len(self._days)
        for day in self._calendar.trading_days(CHAIN_START, until)[known:]:
            plan = self._next(day, self._close)
            self._close = plan.close
            self._plans.append(self._lifted(plan))
            self._days.append(day)

    def _lifted(self, plan: DayPlan) -> DayPlan:
        """The day as it was before what was paid later."""
        later = self.rights[bisect_right(self._ex_days, plan.day) :]
        if not later:
            return plan
        tick, gifts = self._security.tick, any(right.gift for right in later)
        paid = sum(right.cash for right in later) // tick

        def lifted(price: int) -> int:
            if not gifts:
                return price + paid
            for right in reversed(later):
                price = right.before(price, tick)
            return price

        before, tied = lifted(plan.pre_close), plan.close in (plan.limit_up, plan.limit_down)
        up, down = self._limits(before)
        opened, close = min(max(lifted(plan.open), down), up), min(max(lifted(plan.close), down), up)
        aim = close if tied else lifted(plan.aim)
        return DayPlan(plan.day, before, opened, aim, close, up, down, plan.restless, plan.volume)

    def _next(self, day: date, pre_close: int) -> DayPlan:
        about, base = self._security.character, self._base
        night, way, kind, size = draws(4, self._seed, self._security.symbol, day)
        up, down = self._limits(pre_close)
        distance = pre_close - base
        gap = base * about.gap * normal(night) // (_BP * ONE) - distance * (1000 - about.night_keep) // 1000
        cap = base * about.gap_cap // _BP
        opened = min(max(pre_close + min(max(gap, -cap), cap), down), up)
        body, restless = self._mood(way, kind)
        if about.news and kind >> 32 & 0xFFFF < 0x10000 // _NEWS_ONE_IN:
            body = base * (self._percent * 108) // _BP * (1 if kind >> 48 & 1 else -1)
        aim = base + (opened - base) * about.day_keep // 1000 + body
        volume = (
            self._security.volume * (ONE + SPREAD_OUT[size & 15] + SPREAD_OUT[size >> 4 & 15]) // (3 * ONE)
        )
        return DayPlan(day, pre_close, opened, aim, min(max(aim, down), up), up, down, restless, volume)

    def _limits(self, pre_close: int) -> tuple[int, int]:
        """Limit-up and limit-down in ticks."""
        up, down = pre_close * (100 + self._percent), pre_close * (100 - self._percent)
        if self._inward:
            return up // 100, -(-down // 100)
        return (2 * up + 100) // 200, (2 * down + 100) // 200

    def _mood(self, way: int, kind: int) -> tuple[int, int]:
        """Open-to-close move in ticks beside the pull of the base, and how restless the day is."""
        usual = self._base * self._security.swing * self._security.character.body
        body = usual * normal(way) // (_BP * 1000 * ONE)
        if kind % _TREND_ONE_IN == 0 and self._security.character.news:
            return body * 9 // 5, 750
        return body, (800, 900, 1000, 1000, 1100, 1300)[(kind >> 8) % 6]
