"""What the built-in market knows of any security without showing it: days, minutes, bars, dividends.

Everything here is a function of seed, security and moment. Safe on any thread: bars are asked for beside the terminal's
own thread.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal

from core.domain.enums import Period
from core.domain.market import SHANGHAI, Bar, Instrument, Symbol, datetime_to_ms, ms_to_datetime
from core.domain.money import milli_to_decimal
from core.exchange.boards import SecurityClass, class_of
from core.exchange.calendar import Calendar
from core.exchange.limits import NO_LIMITS, price_limits
from core.exchange.symbols import tick_size
from core.market.bars import aggregate, bar_end
from core.simqmt.data.dividends import Dividend
from core.simqmt.market.builtin.daily import DailyBars
from core.simqmt.market.builtin.days import CHAIN_START, EARLY_START, UNLIMITED, DayChain
from core.simqmt.market.builtin.minutes import DayPath, Minute, make_path
from core.simqmt.market.securities import SECURITIES, Security
from core.simqmt.market.securities_any import amount_factor, invent

_CENT = Decimal("0.01")
_PATHS_KEPT = 600
"""Days of minutes kept: one of each security of a whole market, at some 60 kB."""


class BuiltinPast:
    """Days and bars of every valid code, for one seed and calendar."""

    def __init__(self, seed: int, calendar: Calendar) -> None:
        self._seed, self._calendar = seed, calendar
        self._days = calendar.trading_days(EARLY_START, calendar.last_known_day)
        self._midnights = [midnight_of(day) for day in self._days]
        self._lock = threading.Lock()
        self._securities: dict[Symbol, Security | None] = {item.symbol: item for item in SECURITIES}
        self._chains: dict[Symbol, DayChain] = {}
        self._daily: dict[Symbol, DailyBars] = {}
        self._paths: OrderedDict[tuple[Symbol, date], DayPath] = OrderedDict()

    def security(self, symbol: Symbol) -> Security | None:
        """The security of a code, invented where it is not well known; None for a code of none."""
        with self._lock:
            if symbol not in self._securities:
                self._securities[symbol] = invent(symbol)
            return self._securities[symbol]

    def chain(self, security: Security) -> DayChain:
        """Its days."""
        with self._lock:
            chain = self._chains.get(security.symbol)
            if chain is None:
                chain = self._chains[security.symbol] = DayChain(self._seed, security, self._calendar)
            return chain

    def path(self, security: Security, day: date) -> DayPath:
        """Its minutes of a trading day from CHAIN_START on."""
        key = (security.symbol, day)
        with self._lock:
            path = self._paths.get(key)
        if path is None:
            path = make_path(self._seed, security, self.chain(security).plan(day))
            with self._lock:
                self._paths[key] = path
                if len(self._paths) > _PATHS_KEPT:
                    self._paths.popitem(last=False)
        return path

    def history(self, symbol: Symbol, period: Period, until_ms: int, count: int) -> list[Bar]:
        """Bars stamped with their end, the opening auction in the first; a day's bar is stamped 15:00.

        Days from 2015 on, minutes from 2025 on; none for a code of no security.
        """
        security = self.security(symbol)
        if security is None or count <= 0:
            return []
        if period is Period.D1:
            return self._days_until(security, until_ms, count)
        found: list[list[Bar]] = []
        for day in self._days_back(until_ms, CHAIN_START):
            bars = [bar for bar in self._bars(security, day, period) if bar.time_ms <= until_ms]
            found.append(bars)
            count -= len(bars)
            if count <= 0:
                break
        whole = [bar for bars in reversed(found) for bar in bars]
        return whole[-count:] if count < 0 else whole

    def dividends(self, symbol: Symbol, since: date | None = None) -> list[Dividend]:
        """Ex-rights days of a security, those after `since`, with the close before each, in time order."""
        security = self.security(symbol)
        if security is None:
            return []
        rights, daily = self.chain(security).rights, self._daily_of(security)
        found = []
        for right in rights:
            place = bisect_right(self._days, right.day) - 2
            if place < 0 or (since is not None and right.day <= since):
                continue
            close = daily.close(self._days[place]) * security.tick / 1000
            found.append(Dividend(right.day, close, interest=right.cash / 1000, stock_gift=right.gift / 10))
        return found

    def instrument(self, security: Security, day: date) -> Instrument:
        """Name, tick, previous close and limits of a trading day."""
        before = milli_to_decimal(self.chain(security).plan(day).pre_close * security.tick)
        cls = class_of(security.symbol)
        limits = NO_LIMITS if cls in UNLIMITED else price_limits(security.symbol, before, day)
        tick = _CENT if cls is SecurityClass.INDEX else tick_size(security.symbol)
        return Instrument(security.symbol, security.name, tick, before, limits.up, limits.down, day)

    def _daily_of(self, security: Security) -> DailyBars:
        chain = self.chain(security)
        with self._lock:
            daily = self._daily.get(security.symbol)
            if daily is None:
                daily = DailyBars(self._seed, security, chain, self._days)
                self._daily[security.symbol] = daily
            return daily

    def _days_until(self, security: Security, until_ms: int, count: int) -> list[Bar]:
        last = ms_to_datetime(until_ms).date()
        daily = self._daily_of(security)
        bars = daily.bars(last, count + 1, self._midnights)
        if bars and bars[-1].time_ms > until_ms:
            bars.pop()
        return bars[-count:]

    def _days_back(self, until_ms: int, first: date) -> Iterator[date]:
        """Trading days from that of `until_ms` back to `first`."""
        return reversed(self._calendar.trading_days(first, ms_to_datetime(until_ms).date()))

    def _bars(self, security: Security, day: date, period: Period) -> list[Bar]:
        path, midnight = self.path(security, day), midnight_of(day)
        first, *rest = path.minutes
        call = path.opening
        first = Minute(
            call.open,
            max(call.high, first.high),
            min(call.low, first.low),
            first.close,
            call.volume + first.volume,
            call.amount + first.amount,
            0,
        )
        minutes = [_minute_bar(security, midnight, *item) for item in enumerate((first, *rest))]
        return minutes if period is Period.M1 else aggregate(minutes, period)


def midnight_of(day: date) -> int:
    """Start of a Shanghai day in epoch ms."""
    return datetime_to_ms(datetime.combine(day, time(), SHANGHAI))


def _minute_bar(security: Security, midnight: int, index: int, minute: Minute) -> Bar:
    tick = security.tick
    return Bar(
        security.symbol,
        Period.M1,
        bar_end(midnight, index, Period.M1),
        minute.open * tick,
        minute.high * tick,
        minute.low * tick,
        minute.close * tick,
        minute.volume,
        minute.amount * amount_factor(security) / 1000,
    )
