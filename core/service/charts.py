"""Bars for charts: history from the feed, the growing bar from the quotes that pass by."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from core.domain.enums import Period
from core.domain.market import Quote, Symbol
from core.errors import UserError
from core.market.bars import BarBuilder
from core.ports import Feed
from core.service.commands import LoadBars
from core.service.news import BarsLoaded, BarUpdated, News

_Key = tuple[Symbol, Period]


class Charts:
    """Grows the bars of every symbol from the first quote on, and tells those that a chart shows.

    Builders are kept for all symbols, so that a chart opened later gets whole bars. Runs on the trading loop.
    """

    def __init__(self, feed: Feed, tell: Callable[[News], None], limit: int = 8) -> None:
        self._feed = feed
        self._tell = tell
        self._limit = limit
        self._builders: dict[_Key, BarBuilder] = {}
        self._shown: dict[_Key, None] = {}

    async def load(self, command: LoadBars) -> None:
        """Tell history, then follow the symbol. The oldest of too many charts is let go."""
        key = (command.symbol, command.period)
        try:
            bars = await self._feed.bars(command.symbol, command.period, command.count)
        except UserError as error:
            self._tell(BarsLoaded(command.symbol, command.period, (), str(error)))
            return
        self._shown.pop(key, None)
        while len(self._shown) >= self._limit:
            self._shown.pop(next(iter(self._shown)))
        self._shown[key] = None
        self._tell(BarsLoaded(command.symbol, command.period, tuple(bars)))
        self._tell_current(key)

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
