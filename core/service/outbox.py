"""News on their way to a window: quotes keep the newest per symbol, everything else keeps its order and its all.

Any thread may put; one consumer drains. The consumer is woken once per drain, never once per news.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable

from core.domain.market import Quote, Symbol
from core.service.news import News, QuotesNews


class Outbox:
    """Unbounded for events, one slot per symbol for quotes. Depth and overwrites are metered."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._news: deque[News] = deque()
        self._quotes: dict[Symbol, Quote] = {}
        self._wake: Callable[[], None] | None = None
        self._woken = False
        self.overwritten = 0
        self.peak_depth = 0

    @property
    def depth(self) -> int:
        """News that wait."""
        return len(self._news)

    def connect(self, wake: Callable[[], None] | None) -> None:
        """Set who is woken (from any thread, must not block); None disconnects. Early news wait for the window."""
        with self._lock:
            self._wake, self._woken = wake, False
            pending = bool(self._news or self._quotes)
        if pending:
            self._ring()

    def put(self, news: News) -> None:
        """Queue one event."""
        with self._lock:
            self._news.append(news)
            self.peak_depth = max(self.peak_depth, len(self._news))
        self._ring()

    def put_quotes(self, quotes: Iterable[Quote]) -> None:
        """Queue snapshots; a newer one replaces one that nobody took yet."""
        with self._lock:
            for quote in quotes:
                if quote.symbol in self._quotes:
                    self.overwritten += 1
                self._quotes[quote.symbol] = quote
        self._ring()

    def drain(self, limit: int | None = None) -> list[News]:
        """Take what waits, quotes first. With a `limit` the rest waits and the consumer is woken again."""
        with self._lock:
            taken: list[News] = []
            if self._quotes:
                taken.append(QuotesNews(tuple(self._quotes.values())))
                self._quotes.clear()
            count = len(self._news) if limit is None else min(limit, len(self._news))
            taken.extend(self._news.popleft() for _ in range(count))
            self._woken = False
            more = bool(self._news)
        if more:
            self._ring()
        return taken

    def _ring(self) -> None:
        with self._lock:
            if self._woken or self._wake is None:
                return
            self._woken, wake = True, self._wake
        wake()
