"""Trading days of the mainland exchanges, from the committed table; days we do not know fail closed.

A `Calendar` is immutable; the user's own days (a published year, a storm day) make a new one.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property

from core.exchange.calendar_table import CLOSED_WEEKDAYS
from core.exchange.refusals import Refusal, Refused, RuleCode, refuse

_ONE = timedelta(days=1)
WARN_DAYS = 90


class DayKind(StrEnum):
    """What we know of one day."""

    TRADING = "trading"
    CLOSED = "closed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Calendar:
    """Known years with their closed weekdays, and single days the user added (these win)."""

    closed: frozenset[date]
    years: frozenset[int]
    extra_trading: frozenset[date] = frozenset()
    extra_closed: frozenset[date] = frozenset()

    def kind(self, day: date) -> DayKind:
        """Trading, closed or unknown. Weekends are closed in every year."""
        if day in self.extra_closed:
            return DayKind.CLOSED
        if day in self.extra_trading:
            return DayKind.TRADING
        if day.weekday() >= 5:
            return DayKind.CLOSED
        if day.year not in self.years:
            return DayKind.UNKNOWN
        return DayKind.CLOSED if day in self.closed else DayKind.TRADING

    def is_trading_day(self, day: date) -> bool:
        """True only for a day known to trade."""
        return self.kind(day) is DayKind.TRADING

    def automation_refusal(self, day: date) -> Refusal | None:
        """Why nothing may be sent by itself on `day`, None on a day known to trade: unknown days fail closed."""
        kind = self.kind(day)
        if kind is DayKind.TRADING:
            return None
        if kind is DayKind.CLOSED:
            return refuse(RuleCode.NOT_TRADING_DAY, f"{day} 休市，自动交易不动作。", day=day)
        text = f"交易日历不知道 {day} 是否开市，自动交易已停。请更新程序或添加交易日。"
        return refuse(RuleCode.CALENDAR_UNKNOWN, text, day=day)

    @cached_property
    def last_known_day(self) -> date:
        """Last day of the unbroken run of known years."""
        year = min(self.years)
        while year + 1 in self.years:
            year += 1
        return date(year, 12, 31)

    @cached_property
    def _days(self) -> tuple[date, ...]:
        days: set[date] = set(self.extra_trading)
        for year in self.years:
            day = date(year, 1, 1)
            while day.year == year:
                days.add(day)
                day += _ONE
        return tuple(sorted(day for day in days if self.is_trading_day(day)))

    def next_trading_day(self, day: date) -> date:
        """First trading day after `day`; raises `Refused` when the days between are not all known."""
        return self._step(day, _ONE)

    def previous_trading_day(self, day: date) -> date:
        """Last trading day before `day`; raises `Refused` when the days between are not all known."""
        return self._step(day, -_ONE)

    def _step(self, day: date, step: timedelta) -> date:
        for _ in range(60):
            day += step
            kind = self.kind(day)
            if kind is DayKind.TRADING:
                return day
            if kind is DayKind.UNKNOWN:
                break
        text = f"交易日历不知道 {day} 是否开市。请更新程序或在设置中添加交易日。"
        raise Refused(refuse(RuleCode.CALENDAR_UNKNOWN, text, day=day))

    def trading_days(self, first: date, last: date) -> tuple[date, ...]:
        """Known trading days from `first` to `last`, both included."""
        return self._days[bisect_left(self._days, first) : bisect_right(self._days, last)]

    def count(self, first: date, last: date) -> int:
        """How many known trading days lie from `first` to `last`, both included."""
        return len(self.trading_days(first, last))

    def horizon_warning(self, today: date) -> str | None:
        """A sentence from 90 days before the calendar ends, else None."""
        left = (self.last_known_day - today).days
        if left > WARN_DAYS:
            return None
        if left < 0:
            return f"交易日历只到 {self.last_known_day}，不含 {today}，自动交易已停。请更新程序或添加交易日。"
        return (
            f"交易日历只到 {self.last_known_day}，还剩 {left} 天，到期自动交易会停。请更新程序或添加交易日。"
        )

    def with_days(self, *, trading: Iterable[date] = (), closed: Iterable[date] = ()) -> Calendar:
        """A calendar with the user's days added; a day named in both is closed."""
        shut = self.extra_closed | frozenset(closed)
        return Calendar(self.closed, self.years, (self.extra_trading | frozenset(trading)) - shut, shut)

    def with_year(self, year: int, closed: Iterable[date]) -> Calendar:
        """A calendar that knows one more year, given its closed weekdays."""
        return Calendar(
            self.closed | frozenset(closed), self.years | {year}, self.extra_trading, self.extra_closed
        )


def table_calendar() -> Calendar:
    """The calendar of the committed table."""
    closed = frozenset(
        date(year, int(mark[:2]), int(mark[2:]))
        for year, marks in CLOSED_WEEKDAYS.items()
        for mark in marks.split()
    )
    return Calendar(closed, frozenset(CLOSED_WEEKDAYS))


MAINLAND = table_calendar()
"""The calendar every function uses unless it is given another."""


def is_trading_day(day: date) -> bool:
    """`MAINLAND.is_trading_day`."""
    return MAINLAND.is_trading_day(day)


def next_trading_day(day: date) -> date:
    """`MAINLAND.next_trading_day`."""
    return MAINLAND.next_trading_day(day)


def previous_trading_day(day: date) -> date:
    """`MAINLAND.previous_trading_day`."""
    return MAINLAND.previous_trading_day(day)
