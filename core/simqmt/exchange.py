"""The exchange of the simulated terminal: one displayed book per symbol, and the orders that rest against it.

Only the newest snapshot counts. What an order took of it is gone until that symbol's next snapshot. Orders fill only
against a snapshot of continuous auction; those that wait fill at their own price, oldest first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.domain.enums import Phase
from core.domain.market import Quote, Symbol
from core.exchange.matching import Book, RestingOrder, Taken, book_of, match_on_arrival, match_resting
from core.simqmt.records import SimOrder


@dataclass(frozen=True, slots=True)
class Filled:
    """One fill: price in thousandths of a yuan, volume in shares."""

    order_id: int
    price: int
    volume: int


class Exchange:
    """Books and resting orders of all symbols. Not thread-safe: the terminal calls it under its lock."""

    def __init__(self) -> None:
        self._quotes: dict[Symbol, Quote] = {}
        self._books: dict[Symbol, Book] = {}
        self._resting: dict[Symbol, list[RestingOrder]] = {}

    def quote(self, symbol: Symbol) -> Quote | None:
        """The newest snapshot as displayed."""
        return self._quotes.get(symbol)

    def quotes(self) -> list[Quote]:
        """The newest snapshot of every symbol, in the order they first came."""
        return list(self._quotes.values())

    def show(self, quote: Quote) -> tuple[Filled, ...]:
        """A new snapshot replaces the book; resting orders fill against it."""
        self._quotes[quote.symbol] = quote
        self._books.pop(quote.symbol, None)
        waiting = self._resting.get(quote.symbol)
        if not waiting or not _trading(quote):
            return ()
        done = match_resting(waiting, book_of(quote))
        self._books[quote.symbol] = done.book
        self._resting[quote.symbol] = list(done.orders)
        return tuple(Filled(int(fill.order_id), fill.price, fill.volume) for fill in done.fills)

    def arrive(self, order: SimOrder, *, matching: bool) -> tuple[Filled, ...]:
        """An order meets the displayed book if `matching`; its rest waits. Fills come in order."""
        fills: Taken = ()
        rest = order.open_volume
        quote = self._quotes.get(order.symbol)
        if matching and quote is not None and _trading(quote):
            book = self._books.get(order.symbol) or book_of(quote)
            met = match_on_arrival(book, order.side, order.price_milli, rest)
            self._books[order.symbol] = met.book
            fills, rest = met.fills, met.rest
        if rest:
            self.rest(order, rest)
        return tuple(Filled(order.order_id, price, volume) for price, volume in fills)

    def rest(self, order: SimOrder, volume: int) -> None:
        """Let an order wait with `volume` open shares; its number is its age."""
        waiting = RestingOrder(str(order.order_id), order.side, order.price_milli, volume, order.order_id)
        self._resting.setdefault(order.symbol, []).append(waiting)

    def withdraw(self, order: SimOrder) -> None:
        """Take an order out of the book; nothing happens when it is not there."""
        waiting = self._resting.get(order.symbol, [])
        self._resting[order.symbol] = [item for item in waiting if item.order_id != str(order.order_id)]

    def without_books(self) -> None:
        """A new day: yesterday's displayed volume is gone, its last prices stay."""
        self._books.clear()
        self._quotes = {
            symbol: replace(quote, bids=(), asks=(), phase=Phase.PRE_OPEN)
            for symbol, quote in self._quotes.items()
        }


def _trading(quote: Quote) -> bool:
    return quote.phase is Phase.CONTINUOUS and not quote.suspended
