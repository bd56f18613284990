"""The terminal's market data side: which data clients are connected, what was shown, and what grows out of it."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Container, Iterable, Sequence
from datetime import date
from typing import Protocol

from core.domain.enums import Period
from core.domain.market import Bar, Quote, Symbol
from core.market.bars import BarBuilder, bar_end, bar_index, midnight
from core.simqmt.data.dividends import Dividend
from core.simqmt.data.host import Host
from core.simqmt.data.subscription import Subscription
from core.simqmt.market.sources import KnowingMarket

_KEPT = 6_000
"""Snapshots kept per symbol: more than a day's."""
_AT_ONCE = 16
_APART_MS = 70_000
"""Snapshots of one security are never further apart within a session."""


class Tape:
    """Bars of one symbol and base period, made of snapshots in time order; those that ended by `after_ms` are left out."""

    def __init__(self, symbol: Symbol, base: Period, quotes: Iterable[Quote], after_ms: int = 0) -> None:
        self._builder = BarBuilder(symbol, base)
        self._done: list[Bar] = []
        for quote in quotes:
            self.add(quote)
        self._done = [bar for bar in self._done if bar.time_ms > after_ms]

    def add(self, quote: Quote) -> None:
        """One more snapshot."""
        self._done += self._builder.add(quote)

    def bars(self, last: int = 0) -> list[Bar]:
        """All bars, or the last so many, the growing one included."""
        current = self._builder.current
        grown = [] if current is None else [current]
        return [*(self._done[-last:] if last else self._done), *grown]


def _takes(wanted: Container[str], symbol: Symbol) -> bool:
    return symbol in wanted or symbol[-2:] in wanted


class Listener(Protocol):
    """A connected data client (`link.DataLink`)."""

    def show(self, quotes: Sequence[Quote]) -> None:
        """New snapshots, under the terminal's lock."""
        ...

    def lose(self) -> None:
        """The connection is lost."""
        ...

    def subscriptions(self) -> dict[int, Subscription]:
        """By number."""
        ...


class DataHub:
    """Hands every snapshot to every connected data client, and remembers what was shown.

    A market that can tell its snapshots again (`KnowingMarket`) is asked instead of remembered: a whole market's day
    would fill gigabytes (`knowing`, None for other markets). `dividends` replace, by security, those of the market.
    """

    def __init__(self, terminal: Host) -> None:
        self.terminal = terminal
        market = terminal.market
        self.knowing = market if isinstance(market, KnowingMarket) else None
        self._own = market.name
        self.dividends: dict[Symbol, list[Dividend]] = {}
        self._links: list[Listener] = []
        self._newest: dict[Symbol, Quote] = {}
        self._seen: dict[Symbol, deque[Quote]] = {}
        self._tapes: dict[Symbol, dict[Period, Tape]] = {}

    def wake(self, codes: Iterable[str]) -> None:
        """Let the market show these codes, and all that it lists of these markets, from now on."""
        wanted = set(codes)
        markets = {code for code in wanted if len(code) == 2}
        if self.knowing is not None and markets:
            wanted |= {symbol for symbol in self.knowing.listing() if symbol[-2:] in markets}
        ordered = sorted(wanted - markets)
        for start in range(0, len(ordered), _AT_ONCE):  # others get their turn at the terminal in between
            self.terminal.wake(ordered[start : start + _AT_ONCE])

    def dividends_of(self, symbol: Symbol, since: date | None = None) -> Sequence[Dividend]:
        """Those given for a security, else the market's; all, or those after `since`."""
        if symbol in self.dividends:
            given = self.dividends[symbol]
            return given if since is None else [item for item in given if item.day > since]
        return () if self.knowing is None else self.knowing.dividends(symbol, since)

    def current(self, wanted: Container[str]) -> list[Quote]:
        """The newest snapshot of these codes, and of all in these markets, as programs may see it."""
        with self.terminal.lock:
            shown = {quote.symbol: quote for quote in self.terminal.quotes() if _takes(wanted, quote.symbol)}
            if self.terminal.faults.any:  # the exchange may know better
                shown |= {symbol: quote for symbol, quote in self._newest.items() if symbol in shown}
        if self.knowing is not None:  # some have not shown anything since the start
            now_ms = self.terminal.clock.now_ms()
            for item in self.terminal.instruments():
                if item.symbol not in shown and _takes(wanted, item.symbol):
                    quote = self.knowing.glance(item.symbol, now_ms)
                    if quote is not None:
                        shown[item.symbol] = quote
        return list(shown.values())

    def seen(self, symbol: Symbol, first_ms: int | None = None) -> list[Quote]:
        """Snapshots shown so far, oldest first; of a market that knows them all of the day, or of all days since
        `first_ms`."""
        with self.terminal.lock:
            kept = list(self._seen.get(symbol, ()))
        if self.knowing is None:
            return kept
        now_ms = self.terminal.clock.now_ms()
        since = midnight(now_ms) if first_ms is None else first_ms
        told = self.knowing.ticks(symbol, since, now_ms)
        return list(heapq.merge(told, kept, key=lambda quote: quote.time_ms)) if kept else list(told)

    def grown(self, symbol: Symbol, base: Period, last: int = 0) -> list[Bar]:
        """Bars that grew out of what was shown, the growing one included; all of them, or the last so many.

        Of a market that knows its snapshots: the growing bar and those that grew since somebody asked first.
        """
        with self.terminal.lock:
            newest = self._newest.get(symbol)
            if newest is None:
                return self._unshown(symbol, base)
            tapes = self._tapes.setdefault(symbol, {})
            tape = tapes.get(base)
            if tape is None:
                tape = tapes[base] = self._tape(symbol, base, newest)
            return tape.bars(last)

    def _unshown(self, symbol: Symbol, base: Period) -> list[Bar]:
        """The growing bar of a security that the market knows and nobody has asked to be shown."""
        if self.knowing is None:
            return []
        quote = self.knowing.glance(symbol, self.terminal.clock.now_ms())
        return [] if quote is None else self._tape(symbol, base, quote).bars()

    def _tape(self, symbol: Symbol, base: Period, newest: Quote) -> Tape:
        if self.knowing is None:
            return Tape(symbol, base, self._seen.get(symbol, ()))
        index = bar_index(newest.time_ms, base)
        if not index:  # the first bar of a day is told by any of its snapshots, a day's bar by the last
            return Tape(symbol, base, (newest,))
        start_ms = bar_end(midnight(newest.time_ms), index - 1, base)
        ticks = self.knowing.ticks(symbol, start_ms - _APART_MS, newest.time_ms - 1)
        return Tape(symbol, base, (*ticks, newest), start_ms)

    @property
    def links(self) -> list[Listener]:
        """Connected data clients."""
        return list(self._links)

    def attach(self, link: Listener) -> None:
        """A data client connected."""
        with self.terminal.lock:
            self._links.append(link)

    def detach(self, link: Listener) -> None:
        """A data client left."""
        with self.terminal.lock:
            if link in self._links:
                self._links.remove(link)

    def show(self, quotes: Sequence[Quote]) -> None:
        """New snapshots, under the terminal's lock."""
        for quote in quotes:
            self._newest[quote.symbol] = quote
            if self.knowing is None or quote.source != self._own:
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
