"""Recorded snapshots as a source of quotes, at a chosen speed: a Feed like any other, with the clock that belongs to it.

For looking at a recorded day through the whole desk, and for driving the paper exchange with quotes that are known.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime

from core.clock import Clock
from core.domain.enums import FeedState, Period
from core.domain.market import Bar, Instrument, Quote, Symbol, ms_to_datetime
from core.domain.money import milli_to_decimal
from core.errors import BadInput
from core.exchange.calendar import MAINLAND
from core.exchange.symbols import tick_size
from core.market.bars import BarBuilder
from core.market.feed_pulse import Pulse
from core.market.listening import unheard
from core.ports import FeedHealth


class ReplayClock:
    """Recorded time at `speed`: stands at `start_ms` until `begin`, then runs with `monotonic` (seconds)."""

    simulated = True

    def __init__(
        self, start_ms: int, speed: float = 1.0, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        if speed <= 0:
            raise ValueError("speed must be positive")
        self.speed = speed
        self._start_ms = start_ms
        self._monotonic = monotonic
        self._began: float | None = None

    def begin(self) -> None:
        """Let time run; again does nothing."""
        if self._began is None:
            self._began = self._monotonic()

    def now_ms(self) -> int:
        """Epoch milliseconds of the recording."""
        if self._began is None:
            return self._start_ms
        return self._start_ms + round((self._monotonic() - self._began) * 1000 * self.speed)

    def now(self) -> datetime:
        """Aware, Asia/Shanghai."""
        return ms_to_datetime(self.now_ms())


class ReplayFeed:
    """Implements `core.ports.Feed`. Snapshots are told when `clock` reaches their time, those of one moment together.

    With another clock than `ReplayClock` nothing begins it; `finished` is set after the last snapshot. History and
    instruments never show the future of the recording.
    """

    def __init__(
        self, quotes: Sequence[Quote], loop: asyncio.AbstractEventLoop, clock: Clock, source: str = "回放"
    ) -> None:
        if not quotes:
            raise BadInput("录制里没有一行行情，请换一个文件")
        self._quotes = sorted(quotes, key=lambda quote: quote.time_ms)
        self._loop = loop
        self._clock = clock
        self._source = source
        self._speed = clock.speed if isinstance(clock, ReplayClock) else 1.0
        self._listener: Callable[[Sequence[Quote]], None] = unheard
        self._pulse = Pulse(clock)
        self._wanted: set[Symbol] = set()
        self._next = 0
        self._newest: dict[Symbol, Quote] = {}
        for quote in self._quotes:
            self._newest.setdefault(quote.symbol, quote)
        self._told: dict[Symbol, list[Quote]] = {symbol: [] for symbol in self._newest}
        self._timer: asyncio.TimerHandle | None = None
        self.finished = asyncio.Event()

    @property
    def clock(self) -> Clock:
        """The clock of the recording; a desk on this feed must use it."""
        return self._clock

    @property
    def source(self) -> str:
        """Short name of the source."""
        return self._source

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        """All securities of the recording."""
        return tuple(self._newest)

    @property
    def health(self) -> FeedHealth:
        """State of the source."""
        return self._pulse.health

    def listen(self, on_quotes: Callable[[Sequence[Quote]], None]) -> None:
        """Set the one listener; called on the loop."""
        self._listener = on_quotes

    def listen_health(self, on_health: Callable[[FeedHealth], None]) -> None:
        """Set who is told of changes of the state; called on the loop."""
        self._pulse.listen(on_health)

    async def start(self, symbols: Sequence[Symbol]) -> None:
        """Tell these from now on; what was told of them before is shown once."""
        new = [symbol for symbol in dict.fromkeys(symbols) if symbol not in self._wanted]
        self._wanted.update(new)
        if isinstance(self._clock, ReplayClock):
            self._clock.begin()
        shown = [self._told[symbol][-1] for symbol in new if self._told.get(symbol)]
        if shown:
            self._tell(shown)
        if self._pulse.health.state is FeedState.OFF:
            self._pulse.begin()
            self._play()

    async def drop(self, symbols: Sequence[Symbol]) -> None:
        """Tell these no more."""
        self._wanted.difference_update(symbols)

    async def close(self) -> None:
        """Tell nothing more."""
        self._wanted.clear()
        if self._timer is not None:
            self._timer.cancel()
        self._pulse.set(FeedState.OFF)

    async def instruments(self, symbols: Sequence[Symbol]) -> dict[Symbol, Instrument]:
        """Securities of the recording, as their newest told snapshot shows them."""
        return {symbol: _instrument(self._newest[symbol]) for symbol in symbols if symbol in self._newest}

    async def bars(self, symbol: Symbol, period: Period, count: int) -> list[Bar]:
        """Bars of what was told so far."""
        if count <= 0 or symbol not in self._told:
            return []
        builder = BarBuilder(symbol, period)
        found = [bar for quote in self._told[symbol] for bar in builder.add(quote)]
        return [*found, *([builder.current] if builder.current else [])][-count:]

    async def trading_dates(self, market: str, start: date, end: date) -> list[date]:
        """Trading days of the closed interval, by the calendar."""
        del market
        return list(MAINLAND.trading_days(start, end))

    def _play(self) -> None:
        """Tell what is due and wait for the next."""
        now, first = self._clock.now_ms(), self._next
        while self._next < len(self._quotes) and self._quotes[self._next].time_ms <= now:
            self._next += 1
        due = [replace(quote, source=self._source) for quote in self._quotes[first : self._next]]
        for quote in due:
            self._newest[quote.symbol] = quote
            self._told[quote.symbol].append(quote)
        wanted = [quote for quote in due if quote.symbol in self._wanted]
        if self._next < len(self._quotes):
            wait_ms = self._quotes[self._next].time_ms - now
            self._timer = self._loop.call_later(wait_ms / 1000 / self._speed, self._play)
        else:
            self.finished.set()
        if wanted:
            self._tell(wanted)

    def _tell(self, quotes: Sequence[Quote]) -> None:
        now = self._clock.now_ms()
        stamped = [replace(quote, received_ms=now) for quote in quotes]
        self._pulse.beat(stamped)
        self._listener(stamped)


def _instrument(quote: Quote) -> Instrument:
    return Instrument(
        quote.symbol,
        quote.symbol,
        tick_size(quote.symbol),
        milli_to_decimal(quote.pre_close),
        milli_to_decimal(quote.limit_up) if quote.limit_up else None,
        milli_to_decimal(quote.limit_down) if quote.limit_down else None,
        quote.time.date(),
        suspended=quote.suspended,
    )
