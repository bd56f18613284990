"""The terminal's market data side: which data clients are connected and what they subscribed to."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.domain.market import Quote, Symbol

if TYPE_CHECKING:
    from core.simqmt.data_link import DataLink
    from core.simqmt.terminal import SimTerminal


_KEPT = 6_000
"""Snapshots kept per symbol: more than a day's."""


class DataHub:
    """Hands every snapshot to every connected data client, and remembers the latest."""

    def __init__(self, terminal: SimTerminal) -> None:
        self.terminal = terminal
        self._links: list[DataLink] = []
        self._seen: dict[Symbol, deque[Quote]] = {}

    def seen(self, symbol: Symbol) -> list[Quote]:
        """Snapshots shown so far, oldest first."""
        return list(self._seen.get(symbol, ()))

    def attach(self, link: DataLink) -> None:
        """A data client connected."""
        self._links.append(link)

    def detach(self, link: DataLink) -> None:
        """A data client left."""
        if link in self._links:
            self._links.remove(link)

    def show(self, quotes: Sequence[Quote]) -> None:
        """New snapshots."""
        for quote in quotes:
            seen = self._seen.get(quote.symbol)
            if seen is None:
                seen = self._seen[quote.symbol] = deque(maxlen=_KEPT)
            seen.append(quote)
        for link in list(self._links):
            link.show(quotes)

    def disconnect(self) -> None:
        """Lose every data connection and its subscriptions."""
        links, self._links = self._links, []
        for link in links:
            link.lose()
