"""The terminal's market data side: which data clients are connected, what was shown, and what grows out of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.domain.enums import Period
from core.domain.market import Bar, Quote, Symbol
from core.market.bars import BarBuilder
from core.simqmt.data_dividends import Dividend

if TYPE_CHECKING:
    from core.simqmt.data_link import DataLink
    from core.simqmt.terminal import SimTerminal


_KEPT = 6_000
"""Snapshots kept per symbol: more than a day's."""


class Tape:
    """Bars of one symbol and base period, made of the snapshots shown since the terminal started."""

    def __init__(self, symbol: Symbol, base: Period) -> None:
        self._builder = BarBuilder(symbol, base)
        self._done: list[Bar] = []

    def add(self, quote: Quote) -> None:
        """One more snapshot."""
        self._done += self._builder.add(quote)

    def bars(self, last: int = 0) -> list[Bar]:
        """All bars, or the last so many, the growing one included."""
        current = self._builder.current
        grown = [] if current is None else [current]
        return [*(self._done[-last:] if last else self._done), *grown]


class DataHub:
    """Hands every snapshot to every connected data client, and remembers what was shown.

    `dividends` are those that `get_divid_factors` shows and by which bars are adjusted; none by themselves.
    """

    def __init__(self, terminal: SimTerminal) -> None:
        self.terminal = terminal
        self.dividends: dict[Symbol, list[Dividend]] = {}
        self._links: list[DataLink] = []
        self._seen: dict[Symbol, deque[Quote]] = {}
        self._tapes: dict[Symbol, dict[Period, Tape]] = {}

    def seen(self, symbol: Symbol) -> list[Quote]:
        """Snapshots shown so far, oldest first."""
        with self.terminal.lock:
            return list(self._seen.get(symbol, ()))

    def grown(self, symbol: Symbol, base: Period, last: int = 0) -> list[Bar]:
        """Bars that grew out of what was shown, the growing one included; all of them, or the last so many."""
        with self.terminal.lock:
            tapes = self._tapes.setdefault(symbol, {})
            tape = tapes.get(base)
            if tape is None:
                tape = tapes[base] = Tape(symbol, base)
                for quote in self._seen.get(symbol, ()):
                    tape.add(quote)
            return tape.bars(last)

    @property
    def links(self) -> list[DataLink]:
        """Connected data clients."""
        return list(self._links)

    def attach(self, link: DataLink) -> None:
        """A data client connected."""
        with self.terminal.lock:
            self._links.append(link)

    def detach(self, link: DataLink) -> None:
        """A data client left."""
        with self.terminal.lock:
            if link in self._links:
                self._links.remove(link)

    def show(self, quotes: Sequence[Quote]) -> None:
        """New snapshots, under the terminal's lock."""
        for quote in quotes:
            seen = self._seen.get(quote.symbol)
            if seen is None:
                seen = self._seen[quote.symbol] = deque(maxlen=_KEPT)
            seen.append(quote)
            for tape in self._tapes.get(quote.symbol, {}).values():
                tape.add(quote)
        for link in list(self._links):
            link.show(quotes)

    def disconnect(self) -> None:
        """Lose every data connection and its subscriptions."""
        with self.terminal.lock:
            links, self._links = self._links, []
        for link in links:
            link.lose()
