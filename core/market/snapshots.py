"""The store behind the quote board: one record a symbol, newest wins, made for a whole market in one batch.

The records themselves are the store. Of their fields only the last price is kept as an array too, because every batch
is compared with it; any other column is made when somebody asks for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from core.domain.market import Quote, Symbol

IntArray = NDArray[np.int64]
Rows = NDArray[np.intp]

NOBODY = -1
"""In the place of a row: nobody watches it. A heartbeat has -2 minus its number, so one look-up tells all three."""
NO_ROWS: Rows = np.empty(0, dtype=np.intp)


@dataclass(slots=True)
class Taken:
    """What became of a batch. `rows` hold a new record, each once, in arrival order; `newer` those whose time moved.

    `beats` are (number, exchange time) of heartbeats, `stray` the last record of a symbol nobody watches.
    """

    rows: Rows
    newer: Rows
    count: int
    old: int
    unknown: int
    beats: Sequence[tuple[int, int]]
    stray: Quote | None


class Snapshots:
    """Rows never move. Arrays are by row, 0 where nothing came yet; `received` is our clock in ms."""

    def __init__(self) -> None:
        self.symbols: list[Symbol] = []
        self.quotes: list[Quote | None] = []
        self._rows: dict[str, int] = {}
        self._resting: dict[Symbol, int] = {}  # rows of symbols that nobody watches any more
        self._beats: tuple[Symbol, ...] = ()
        self._last: IntArray = np.zeros(16, dtype=np.int64)
        self._received: IntArray = np.zeros(16, dtype=np.int64)
        self._same: tuple[list[int], Rows] = ([], NO_ROWS)

    @property
    def last(self) -> IntArray:
        """Last price in thousandths; a view, valid until `add`."""
        return self._last[: len(self.symbols)]

    @property
    def received(self) -> IntArray:
        """When the held record arrived; a view, valid until `add`."""
        return self._received[: len(self.symbols)]

    def column(self, name: str) -> IntArray:
        """A whole-number field or property of `Quote` by row, as of now."""
        field = attrgetter(name)
        values = [0 if quote is None else field(quote) for quote in self.quotes]
        return np.array(values, dtype=np.int64)

    def row(self, symbol: Symbol) -> int | None:
        """Row of a symbol, None when it is not watched."""
        row = self._rows.get(symbol, NOBODY)
        return row if row >= 0 else None

    @property
    def watched(self) -> int:
        """How many symbols are watched now."""
        return len(self.symbols) - len(self._resting)

    def add(self, symbols: Iterable[Symbol]) -> list[Symbol]:
        """Give each new symbol a row, and one that comes back its old row; returns the new ones, in order."""
        unwatched = [symbol for symbol in dict.fromkeys(symbols) if self._rows.get(symbol, NOBODY) < 0]
        for symbol in unwatched:
            if symbol in self._resting:
                self._rows[symbol] = self._resting.pop(symbol)
        new = [symbol for symbol in unwatched if self._rows.get(symbol, NOBODY) < 0]
        first = len(self.symbols)
        self._rows.update(zip(new, range(first, first + len(new)), strict=True))
        self.symbols += new
        self.quotes += [None] * len(new)
        while len(self.symbols) > len(self._last):
            self._last = np.concatenate([self._last, np.zeros_like(self._last)])
            self._received = np.concatenate([self._received, np.zeros_like(self._received)])
        return new

    def forget(self, symbols: Iterable[Symbol]) -> None:
        """Hold nothing of these any more and take nothing; their rows rest."""
        for symbol in symbols:
            row = self.row(symbol)
            if row is None:
                continue
            del self._rows[symbol]
            self._resting[symbol] = row
            self.quotes[row] = None
            self._last[row] = self._received[row] = 0
        self.set_beats(self._beats)

    def set_beats(self, symbols: Sequence[Symbol]) -> None:
        """Notice these by number though nobody watches them; replaces the earlier ones."""
        for symbol in self._beats:
            if self._rows.get(symbol, 0) < 0:
                del self._rows[symbol]
        self._beats = tuple(symbols)
        for number, symbol in enumerate(symbols):
            self._rows.setdefault(symbol, NOBODY - 1 - number)

    def take(self, quotes: Iterable[Quote], now_ms: int) -> Taken:
        """Keep a batch in arrival order: an older record is dropped, one of the same time replaces.

        5,400 records come in one batch: nothing is done for each of them that an array can do for all.
        """
        row_of, held = self._rows.get, self.quotes
        rows: list[int] = []
        prices: list[int] = []
        repeats: list[int] = []  # places in `rows` of records whose time did not move
        beats: list[tuple[int, int]] = []
        add_row, add_price = rows.append, prices.append
        stray: Quote | None = None
        unknown = old = 0
        for quote in quotes:
            row = row_of(quote.symbol, NOBODY)
            if row < 0:
                if row == NOBODY:
                    unknown += 1
                    stray = quote
                else:
                    beats.append((NOBODY - 1 - row, quote.time_ms))
                continue
            before = held[row]
            if before is not None and quote.time_ms <= before.time_ms:
                if quote.time_ms < before.time_ms:
                    old += 1
                    continue
                repeats.append(len(rows))
            held[row] = quote
            add_row(row)
            add_price(quote.last)
        changed, newer = self._written(rows, prices, repeats, now_ms) if rows else (NO_ROWS, NO_ROWS)
        return Taken(changed, newer, len(rows), old, unknown, beats, stray)

    def _written(
        self, rows: list[int], prices: list[int], repeats: list[int], now_ms: int
    ) -> tuple[Rows, Rows]:
        """Bring the arrays up to date; (rows that changed, rows whose time moved)."""
        changed = self._distinct(rows)
        if len(changed) != len(rows):
            prices = [quote.last for quote in map(self.quotes.__getitem__, changed) if quote is not None]
        self._last[changed] = np.fromiter(prices, dtype=np.int64, count=len(prices))
        self._received[changed] = now_ms
        if not repeats:
            return changed, changed
        return changed, np.delete(np.array(rows, dtype=np.intp), repeats)

    def _distinct(self, rows: list[int]) -> Rows:
        """Rows as an array, each once, in order. A feed repeats its order, so the last answer is kept."""
        if rows == self._same[0]:
            return self._same[1]
        distinct = rows if len(rows) == 1 or len(set(rows)) == len(rows) else list(dict.fromkeys(rows))
        found = np.fromiter(distinct, dtype=np.intp, count=len(distinct))
        found.flags.writeable = False  # shared with later callers
        self._same = (rows, found)
        return found
