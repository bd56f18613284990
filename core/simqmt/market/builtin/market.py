"""The built-in market: endless believable trading days of well-known securities, the same for the same seed.

A day is planned (`days`), cut into minutes (`minutes`) and shown as snapshots (`ticks`); each
step depends only on seed, security and moment. Starting at any moment therefore gives the snapshots that playing up to
it would have given, and a terminal that comes back after a crash meets the same market.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from itertools import chain, takewhile

from core.domain.enums import Period
from core.domain.market import SHANGHAI, Bar, Instrument, Quote, Symbol, datetime_to_ms, ms_to_datetime
from core.errors import BadInput
from core.exchange.boards import SecurityClass, class_of
from core.exchange.calendar import MAINLAND, Calendar
from core.exchange.refusals import Refused
from core.simqmt.data.dividends import Dividend
from core.simqmt.market.builtin.bonds import BondTerms, issuer_of, terms_of
from core.simqmt.market.builtin.company import Company
from core.simqmt.market.builtin.days import CHAIN_START, FIRST_DAY, UNLIMITED
from core.simqmt.market.builtin.dice import draws
from core.simqmt.market.builtin.past import BuiltinPast, midnight_of
from core.simqmt.market.builtin.ticks import SymbolDay
from core.simqmt.market.securities import SECURITIES, Security
from core.simqmt.market.securities_any import amount_factor, well_known

DEFAULT_DAY = date(2026, 11, 20)
DEFAULT_START = time(9, 29, 50)
_GRID_MS = 3000
_TICK_DAYS = 30
_APART_MS = 120_000
"""Snapshots of one security within a session are closer to each other."""
_CLOSE_MS = 15 * 3_600_000


class BuiltinMarket:
    """A `MarketSource` that needs nothing but a seed. It shows `SECURITIES`, and any other once it is asked for (`wake`);
    of those it does not show it knows bars, ticks and dividends all the same.

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
        self._places = {security.symbol: place for place, security in enumerate(SECURITIES)}
        self._past = BuiltinPast(seed, calendar)
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
        found = (self._split(security, self._day, self._start_ms)[0] for security in SECURITIES)
        return tuple(quote for quote in found if quote is not None)

    def skip_to(self, now_ms: int) -> tuple[Quote, ...]:
        """Go on at `now_ms`, a moment of a trading day; the last snapshot of each security before it on that day."""
        day = ms_to_datetime(now_ms).date()
        self._open_day(day, now_ms)
        self._shown_day = day
        found = (self._split(security, day, now_ms)[0] for security in self._listed)
        return tuple(quote for quote in found if quote is not None)

    def wake(self, symbol: Symbol, now_ms: int) -> Quote | None:
        """Show this security too from now on, if its code is valid; its last snapshot before `now_ms`, if any."""
        security = None if symbol in self._places else self._past.security(symbol)
        if security is None:
            return None
        order = self._places[symbol] = len(self._listed)
        self._listed.append(security)
        last, rest = self._split(security, self._queued_day, now_ms)
        first = next(rest, None)
        if first is not None:
            heapq.heappush(self._queue, (first.time_ms, order, first, rest))
        return last

    def _split(self, security: Security, day: date, moment_ms: int) -> tuple[Quote | None, Iterator[Quote]]:
        """The last snapshot before a moment of a day, and those from it on; before the first an empty one."""
        last = None
        quotes = self._quotes(security, day, moment_ms - _APART_MS)
        rest: Iterator[Quote] = quotes
        for quote in quotes:
            if quote.time_ms >= moment_ms:
                rest = chain((quote,), quotes)
                break
            last = quote
        return last or self._long_ago(security, day, moment_ms), rest

    def _long_ago(self, security: Security, day: date, moment_ms: int) -> Quote | None:
        """The last snapshot before a moment outside the sessions."""
        close_ms = midnight_of(day) + _CLOSE_MS
        if moment_ms < close_ms:
            return self._blank(security, day, moment_ms)
        late = takewhile(lambda quote: quote.time_ms < moment_ms, self._quotes(security, day, close_ms))
        return max(late, key=lambda quote: quote.time_ms, default=None)

    def _blank(self, security: Security, day: date, moment_ms: int) -> Quote | None:
        """What the screen shows of a day before its first snapshot: the previous close alone."""
        first = next(self._quotes(security, day, 0), None)
        stamp = midnight_of(day) + self._offset(security)
        if first is None or not stamp < moment_ms <= first.time_ms:
            return None
        return replace(first, time_ms=stamp)

    def instruments(self) -> Sequence[Instrument]:
        """All securities shown, with previous close and limits of the day of the newest snapshot."""
        return [self._past.instrument(security, self._shown_day) for security in self._listed]

    def history(self, symbol: Symbol, period: Period, until_ms: int, count: int) -> list[Bar]:
        """Bars of any valid code, stamped with their end; days from 2015 on, minutes from 2025 on."""
        return self._past.history(symbol, period, until_ms, count)

    # what it knows of securities that it does not show

    def listing(self) -> dict[Symbol, str]:
        """Names of all securities that it lists, by code: those shown, then the well-known ones."""
        found = {security.symbol: security.name for security in list(self._listed)}
        return found | {symbol: name for symbol, name in well_known().items() if symbol not in found}

    def describe(self, symbol: Symbol) -> Instrument | None:
        """A security of the present day without showing it, None when the code is of none."""
        security = self._past.security(symbol)
        return None if security is None else self._past.instrument(security, self._shown_day)

    def glance(self, symbol: Symbol, now_ms: int) -> Quote | None:
        """The last snapshot of a security before `now_ms`, be it of an earlier day, without showing it from now on."""
        security, today = self._past.security(symbol), ms_to_datetime(now_ms).date()
        days = self._calendar.trading_days(CHAIN_START, today)
        if security is None or not days:
            return None
        return self._split(security, days[-1], now_ms)[0]

    def ticks(self, symbol: Symbol, first_ms: int, last_ms: int) -> Iterator[Quote]:
        """The snapshots of a security in a closed interval, whether or not they were shown; of the last trading days
        only, as a terminal keeps ticks for about a month."""
        security = self._past.security(symbol)
        if security is None:
            return
        kept = self._calendar.trading_days(CHAIN_START, self._shown_day)[-_TICK_DAYS:]
        first = max(ms_to_datetime(first_ms).date(), kept[0])
        for day in self._calendar.trading_days(first, ms_to_datetime(last_ms).date()):
            for quote in self._quotes(security, day, first_ms):
                if quote.time_ms > last_ms:
                    return
                yield quote

    def dividends(self, symbol: Symbol, since: date | None = None) -> Sequence[Dividend]:
        """Ex-rights days of a security, those after `since`, by which its prices moved."""
        return self._past.dividends(symbol, since)

    def company(self, symbol: Symbol) -> Company | None:
        """The invented company behind a security."""
        security = self._past.security(symbol)
        return None if security is None else Company(security, self._calendar)

    def bond(self, symbol: Symbol) -> BondTerms | None:
        """The invented terms of a convertible bond."""
        bond = self._past.security(symbol)
        if bond is None or class_of(symbol) is not SecurityClass.CB:
            return None
        issuer = issuer_of(bond, self.listing())
        stock = None if issuer is None else self._past.security(issuer[0])
        return None if stock is None else terms_of(bond, stock)

    def trading_dates(self, start: date, end: date) -> list[date]:
        """Trading days of the closed interval, by the calendar."""
        return list(self._calendar.trading_days(start, end))

    # days

    def _open_day(self, day: date, from_ms: int) -> None:
        """Queue the first snapshot of every security at or after `from_ms`, and look up the day that follows."""
        self._queued_day = day
        self._queue = []
        for order, security in enumerate(self._listed):
            quotes = self._quotes(security, day, from_ms)
            first = next(quotes, None)
            if first is not None:
                self._queue.append((first.time_ms, order, first, quotes))
        heapq.heapify(self._queue)
        try:
            self._next_day = self._calendar.next_trading_day(day)
        except Refused:  # nobody knows the days after the calendar's end
            self._next_day = None

    def _quotes(self, security: Security, day: date, from_ms: int) -> Iterator[Quote]:
        """Snapshots of one security on one day; an index has no book."""
        path = self._past.path(security, day)
        offset = self._offset(security)
        quotes = SymbolDay(self._seed, security, path, midnight_of(day), offset, self.name).quotes(from_ms)
        cls = class_of(security.symbol)
        if cls is SecurityClass.INDEX:
            factor = amount_factor(security)
            return (
                replace(
                    quote, bids=(), asks=(), limit_up=0, limit_down=0, amount=round(quote.amount * factor, 3)
                )
                for quote in quotes
            )
        if cls in UNLIMITED:
            return (replace(quote, limit_up=0, limit_down=0) for quote in quotes)
        return quotes

    def _offset(self, security: Security) -> int:
        """Where in the 3-second grid it shows: those of `SECURITIES` never fall together."""
        (dice,) = draws(1, self._seed, security.symbol)
        place = self._places.get(security.symbol, len(SECURITIES))
        if place >= len(SECURITIES):
            return 1 + dice % (_GRID_MS - 1)
        step = _GRID_MS // len(SECURITIES)
        return 1 + place * 7 % len(SECURITIES) * step + dice % (step - 1)
