"""The built-in market: endless believable trading days of well-known securities, the same for the same seed.

A day is planned (`builtin_days`), cut into minutes (`builtin_minutes`) and shown as snapshots (`builtin_ticks`); each
step depends only on seed, security and moment. Starting at any moment therefore gives the snapshots that playing up to
it would have given, and a terminal that comes back after a crash meets the same market.
"""

from __future__ import annotations

import heapq
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from itertools import chain

from core.domain.enums import Period
from core.domain.market import SHANGHAI, Bar, Instrument, Quote, Symbol, datetime_to_ms, ms_to_datetime
from core.domain.money import milli_to_decimal
from core.errors import BadInput
from core.exchange.boards import SecurityClass, class_of
from core.exchange.calendar import MAINLAND, Calendar
from core.exchange.limits import NO_LIMITS, price_limits
from core.exchange.refusals import Refused
from core.exchange.symbols import tick_size
from core.market.bars import aggregate, bar_end
from core.simqmt.builtin_days import CHAIN_START, EARLY_START, FIRST_DAY, UNLIMITED, DayChain
from core.simqmt.builtin_dice import draws
from core.simqmt.builtin_minutes import DayPath, Minute, make_path
from core.simqmt.builtin_ticks import SymbolDay
from core.simqmt.securities import SECURITIES, Security
from core.simqmt.securities_any import invent

DEFAULT_DAY = date(2026, 11, 20)
DEFAULT_START = time(9, 29, 50)
_CENT = Decimal("0.01")
_GRID_MS = 3000
_PATHS_KEPT = 200


class BuiltinMarket:
    """A `MarketSource` that needs nothing but a seed. It shows `SECURITIES`, and any other once it is asked for (`wake`).

    It starts on `day` (a trading day from 2026-07-06 on) at the Shanghai time `start` and goes on from trading day to
    trading day until `calendar` ends. Raises BadInput when `day` is not such a day.
    """

    def __init__(
        self,
        seed: int,
        day: date | None = None,
        start: time = DEFAULT_START,
        *,
        calendar: Calendar = MAINLAND,
    ) -> None:
        self._seed = seed
        self._calendar = calendar
        self._day = day if day is not None else DEFAULT_DAY
        if self._day < FIRST_DAY:
            raise BadInput(f"内置行情从 {FIRST_DAY} 开始，没有 {self._day}。请换一个较晚的交易日。")
        if not calendar.is_trading_day(self._day):
            raise BadInput(f"{self._day} 不是交易日，或不在交易日历之内。请换一个交易日。")
        self._start_ms = datetime_to_ms(datetime.combine(self._day, start, SHANGHAI))
        self._listed = list(SECURITIES)
        self._securities = {security.symbol: security for security in SECURITIES}
        self._chains = {security.symbol: DayChain(seed, security, calendar) for security in SECURITIES}
        self._paths: OrderedDict[tuple[Symbol, date], DayPath] = OrderedDict()
        self._daily: dict[tuple[Symbol, date], Bar] = {}
        self._shown_day = self._queued_day = self._day
        self._next_day: date | None = self._day
        self._queue: list[tuple[int, int, Quote, Iterator[Quote]]] = []
        self._open_day(self._day, self._start_ms)

    @property
    def name(self) -> str:
        """`内置行情 种子 1`."""
        return f"内置行情 种子 {self._seed}"

    @property
    def start_ms(self) -> int:
        """The moment of `day` and `start`."""
        return self._start_ms

    def peek_ms(self) -> int | None:
        """Time of the next snapshot; None where the calendar ends."""
        while not self._queue:
            if self._next_day is None:
                return None
            self._open_day(self._next_day, 0)
        return self._queue[0][0]

    def pop(self) -> tuple[Quote, ...]:
        """The next snapshot, always one; raises IndexError at the end."""
        if self.peek_ms() is None:
            raise IndexError("the market has ended")
        _, order, quote, rest = self._queue[0]
        self._shown_day = self._queued_day
        following = next(rest, None)
        if following is None:
            heapq.heappop(self._queue)
        else:
            heapq.heapreplace(self._queue, (following.time_ms, order, following, rest))
        return (quote,)

    def standing(self) -> tuple[Quote, ...]:
        """The last snapshot of each security before `start_ms` on the first day; fills the screen at a start."""
        found = []
        for order in range(len(SECURITIES)):
            last, _ = self._split(order, self._day, self._start_ms)
            if last is not None:
                found.append(last)
        return tuple(found)

    def skip_to(self, now_ms: int) -> tuple[Quote, ...]:
        """Go on at `now_ms`, a moment of a trading day; the last snapshot of each security before it on that day."""
        day = ms_to_datetime(now_ms).date()
        self._open_day(day, now_ms)
        self._shown_day = day
        found = (self._split(order, day, now_ms)[0] for order in range(len(self._listed)))
        return tuple(quote for quote in found if quote is not None)

    def wake(self, symbol: Symbol, now_ms: int) -> Quote | None:
        """Show this security too from now on, if its code is valid; its last snapshot before `now_ms`, if any."""
        security = None if symbol in self._securities else invent(symbol)
        if security is None:
            return None
        self._securities[symbol] = security
        self._chains[symbol] = DayChain(self._seed, security, self._calendar)
        self._listed.append(security)
        order = len(self._listed) - 1
        last, rest = self._split(order, self._queued_day, now_ms)
        first = next(rest, None)
        if first is not None:
            heapq.heappush(self._queue, (first.time_ms, order, first, rest))
        return last

    def _split(self, order: int, day: date, moment_ms: int) -> tuple[Quote | None, Iterator[Quote]]:
        """The last snapshot before a moment, and those from it on."""
        last = None
        quotes = self._quotes(order, day, moment_ms - 70_000)
        for quote in quotes:
            if quote.time_ms >= moment_ms:
                return last, chain((quote,), quotes)
            last = quote
        return last, quotes

    def instruments(self) -> Sequence[Instrument]:
        """All securities with previous close and limits of the day of the newest snapshot."""
        return [self._instrument(security, self._shown_day) for security in self._listed]

    def history(self, symbol: Symbol, period: Period, until_ms: int, count: int) -> list[Bar]:
        """Bars stamped with their end, the opening auction in the first; a day's bar is stamped 15:00.

        Days from 2015 on, minutes from 2025 on.
        """
        security = self._securities.get(symbol)
        if security is None or count <= 0:
            return []
        found: list[Bar] = []
        for day in self._days_back(until_ms, EARLY_START if period is Period.D1 else CHAIN_START):
            bars = (
                [self._day_bar(security, day)] if period is Period.D1 else self._bars(security, day, period)
            )
            found[:0] = [bar for bar in bars if bar.time_ms <= until_ms]
            if len(found) >= count:
                break
        return found[-count:]

    def trading_dates(self, start: date, end: date) -> list[date]:
        """Trading days of the closed interval, by the calendar."""
        return list(self._calendar.trading_days(start, end))

    # days

    def _open_day(self, day: date, from_ms: int) -> None:
        """Queue the first snapshot of every security at or after `from_ms`, and look up the day that follows."""
        self._queued_day = day
        self._queue = []
        for order in range(len(self._listed)):
            quotes = self._quotes(order, day, from_ms)
            first = next(quotes, None)
            if first is not None:
                self._queue.append((first.time_ms, order, first, quotes))
        heapq.heapify(self._queue)
        try:
            self._next_day = self._calendar.next_trading_day(day)
        except Refused:  # nobody knows the days after the calendar's end
            self._next_day = None

    def _quotes(self, order: int, day: date, from_ms: int) -> Iterator[Quote]:
        """Snapshots of one security on one day; an index has no book."""
        security = self._listed[order]
        step = _GRID_MS // len(SECURITIES)
        offset = (
            1 + order * 7 % len(SECURITIES) * step + draws(1, self._seed, security.symbol)[0] % (step - 1)
        )
        path = self._path(security, day)
        quotes = SymbolDay(self._seed, security, path, _midnight(day), offset, self.name).quotes(from_ms)
        cls = class_of(security.symbol)
        if cls is SecurityClass.INDEX:
            return (replace(quote, bids=(), asks=(), limit_up=0, limit_down=0) for quote in quotes)
        if cls in UNLIMITED:
            return (replace(quote, limit_up=0, limit_down=0) for quote in quotes)
        return quotes

    def _path(self, security: Security, day: date) -> DayPath:
        key = (security.symbol, day)
        path = self._paths.get(key)
        if path is None:
            path = make_path(self._seed, security, self._chains[security.symbol].plan(day))
            self._paths[key] = path
            if len(self._paths) > _PATHS_KEPT:
                self._paths.popitem(last=False)
        return path

    # history

    def _days_back(self, until_ms: int, first: date) -> Iterator[date]:
        """Trading days from that of `until_ms` back to `first`."""
        last = ms_to_datetime(until_ms).date()
        return reversed(self._calendar.trading_days(first, last))

    def _day_bar(self, security: Security, day: date) -> Bar:
        key = (security.symbol, day)
        bar = self._daily.get(key)
        if bar is None and day < CHAIN_START:
            plan, high, low = self._chains[security.symbol].early(day)
            worth = plan.volume * (plan.open + high + low + plan.close) // 4 * security.tick
            whole = Minute(plan.open, high, low, plan.close, plan.volume, worth, 0)
            bar = self._daily[key] = _bar(security, Period.D1, day, 0, whole)
        elif bar is None:
            path = make_path(self._seed, security, self._chains[security.symbol].plan(day))
            high, low, volume, amount = path.before[-1]
            whole = Minute(path.plan.open, high, low, path.plan.close, volume, amount, 0)
            bar = self._daily[key] = _bar(security, Period.D1, day, 0, whole)
        return bar

    def _bars(self, security: Security, day: date, period: Period) -> list[Bar]:
        path = self._path(security, day)
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
        minutes = [
            _bar(security, Period.M1, day, index, minute) for index, minute in enumerate((first, *rest))
        ]
        return minutes if period is Period.M1 else aggregate(minutes, period)

    def _instrument(self, security: Security, day: date) -> Instrument:
        pre_close = milli_to_decimal(self._chains[security.symbol].plan(day).pre_close * security.tick)
        index = class_of(security.symbol) is SecurityClass.INDEX
        limits = (
            NO_LIMITS
            if class_of(security.symbol) in UNLIMITED
            else price_limits(security.symbol, pre_close, day)
        )
        return Instrument(
            security.symbol,
            security.name,
            _CENT if index else tick_size(security.symbol),
            pre_close,
            limits.up,
            limits.down,
            day,
        )


def _midnight(day: date) -> int:
    return datetime_to_ms(datetime.combine(day, time(), SHANGHAI))


def _bar(security: Security, period: Period, day: date, index: int, minute: Minute) -> Bar:
    tick = security.tick
    return Bar(
        security.symbol,
        period,
        bar_end(_midnight(day), index, period),
        minute.open * tick,
        minute.high * tick,
        minute.low * tick,
        minute.close * tick,
        minute.volume,
        minute.amount / 1000,
    )
