"""Bars for charts: history from the feed, the growing bar from the quotes that pass by."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from core.domain.enums import Adjust, Period
from core.domain.market import Bar, Quote, Symbol
from core.errors import BadInput, UserError
from core.market.bars import BarBuilder
from core.ports import Feed
from core.service.commands import LoadBars
from core.service.news import BarsLoaded, BarUpdated, News

_Key = tuple[Symbol, Period]


class History(Protocol):
    """Bars of the past on real or adjusted prices."""

    async def bars(self, symbol: Symbol, period: Period, count: int, adjust: Adjust) -> list[Bar]: ...


class Charts:
    """Grows the bars of every symbol from the first quote on, and tells those that a chart shows.

    Builders are kept for all symbols, so that a chart opened later gets whole bars. Runs on the trading loop.
    """

    def __init__(
        self, feed: Feed, tell: Callable[[News], None], limit: int = 8, history: History | None = None
    ) -> None:
        self._history = history
        self._feed = feed
        self._tell = tell
        self._limit = limit
        self._builders: dict[_Key, BarBuilder] = {}
        self._shown: dict[_Key, None] = {}

    async def load(self, command: LoadBars) -> None:
        """Tell history, then follow the symbol. The oldest of too many charts is let go."""
        key = (command.symbol, command.period)
        try:
            bars = await self._past(command)
        except UserError as error:
            self._tell(BarsLoaded(command.symbol, command.period, (), str(error), command.adjust))
            return
        self._shown.pop(key, None)
        while len(self._shown) >= self._limit:
            self._shown.pop(next(iter(self._shown)))
        self._shown[key] = None
        if command.adjust is Adjust.BACKWARD:
            self._shown.pop(key)  # today's real price does not fit prices of the first day
        self._tell(BarsLoaded(command.symbol, command.period, tuple(bars), adjust=command.adjust))
        if key in self._shown:
            self._tell_current(key)

    async def _past(self, command: LoadBars) -> list[Bar]:
        """From the store where there is one, else from the feed, which knows real prices only."""
        if self._history is not None:
            return await self._history.bars(command.symbol, command.period, command.count, command.adjust)
        if command.adjust is not Adjust.NONE:
            raise BadInput("内置行情没有除权资料，只能看不复权的 K 线。")
        return await self._feed.bars(command.symbol, command.period, command.count)

    def on_quotes(self, quotes: Iterable[Quote]) -> None:
        """Grow the bars."""
        for quote in quotes:
            for period in Period:
                key = (quote.symbol, period)
                builder = self._builders.get(key)
                if builder is None:
                    builder = self._builders[key] = BarBuilder(quote.symbol, period)
                done = builder.add(quote)
                if key in self._shown:
                    for bar in done:
                        self._tell(BarUpdated(bar))
                    self._tell_current(key)

    def _tell_current(self, key: _Key) -> None:
        builder = self._builders.get(key)
        if builder is not None and builder.current is not None:
            self._tell(BarUpdated(builder.current))
