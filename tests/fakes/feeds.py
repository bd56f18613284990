"""A source of quotes that a test moves by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from core.clock import Clock
from core.domain.enums import FeedState, Period
from core.domain.market import Bar, Instrument, Quote, Symbol
from core.errors import BrokerError
from core.ports import FeedHealth


class HandFeed:
    """Implements `core.ports.Feed`. `error` makes the calls fail, `slow` holds a drop back; `log` says what was asked."""

    def __init__(self, clock: Clock, source: str, known: Sequence[Instrument] = ()) -> None:
        self._clock = clock
        self.source = source
        self.known = {one.symbol: one for one in known}
        self.health = FeedHealth(FeedState.OFF)
        self.error: BrokerError | None = None
        self.slow: asyncio.Event | None = None
        self.log: list[str] = []
        self.symbols: dict[Symbol, None] = {}
        self.closed = False
        self.intervals: Mapping[Symbol, float] = {}
        self._on_quotes: Callable[[Sequence[Quote]], None] = lambda _quotes: None
        self._on_health: Callable[[FeedHealth], None] = lambda _health: None

    def listen(self, on_quotes: Callable[[Sequence[Quote]], None]) -> None:
        self._on_quotes = on_quotes

    def listen_health(self, on_health: Callable[[FeedHealth], None]) -> None:
        self._on_health = on_health

    def pace(self, intervals: Mapping[Symbol, float]) -> None:
        self.intervals = dict(intervals)

    async def start(self, symbols: Sequence[Symbol]) -> None:
        self.log.append("start")
        self.symbols.update(dict.fromkeys(symbols))
        if self.error is not None:
            self.be(FeedState.LOST, str(self.error))
            raise self.error
        if not self.health.state.is_healthy:
            self.be(FeedState.STARTING)

    async def drop(self, symbols: Sequence[Symbol]) -> None:
        for symbol in symbols:
            self.symbols.pop(symbol, None)
        if self.slow is not None:
            await self.slow.wait()

    async def close(self) -> None:
        self.log.append("close")
        self.closed = True

    async def instruments(self, symbols: Sequence[Symbol]) -> dict[Symbol, Instrument]:
        if self.error is not None:
            raise self.error
        return {symbol: self.known[symbol] for symbol in symbols if symbol in self.known}

    async def bars(self, symbol: Symbol, period: Period, count: int) -> list[Bar]:
        if self.error is not None:
            raise self.error
        return [Bar(symbol, period, self._clock.now_ms(), 1, 1, 1, 1, 1, 1.0)] * min(count, 1)

    async def trading_dates(self, market: str, start: date, end: date) -> list[date]:
        del market
        return [start, end]

    # moved by the test

    def tell(self, *quotes: Quote) -> None:
        """Quotes arrive."""
        if self.health.state is FeedState.STARTING:
            self.be(FeedState.LIVE)
        self._on_quotes(quotes)

    def be(self, state: FeedState, text: str = "") -> None:
        """The state changes."""
        self.health = FeedHealth(state, text, self._clock.now_ms())
        self._on_health(self.health)
