"""The exchange of the simulated terminal: one displayed book per symbol, and the orders that wait for it.

Two readings of a level-1 market, chosen once (`choice.make_exchange`):

* `back`, the simulator's own: orders stand in a queue behind the displayed volume, call auctions match, what came in a
  break waits for the next session (`queueing`).
* `touch`, the replay's documented rule: orders that wait fill against displayed opposite volume of continuous
  snapshots only, oldest first, whatever stands before them (`touching`).

Common to both: only the newest snapshot counts, and what an order took of it is gone until that symbol's next. With `back`
orders of different accounts meet each other too (`crossing`); with `touch` they trade with what is displayed only.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, Protocol

from core.domain.enums import Phase
from core.domain.market import Quote, Symbol
from core.exchange.lots import OrderForm
from core.exchange.matching import Book, Taken, book_of, match_market, match_on_arrival
from core.exchange.price_types import price_type_of
from core.simqmt.broker.records import SimOrder

QueueRule = Literal["back", "touch"]


@dataclass(frozen=True, slots=True)
class Filled:
    """One fill: price in thousandths of a yuan, volume in shares."""

    order_id: int
    price: int
    volume: int


@dataclass(frozen=True, slots=True)
class Moved:
    """What an event did: fills in order, orders whose rest the exchange cancelled, (order, limit) of market orders
    whose rest waits at a price, (order, reason) of orders that it refused when it came to process them."""

    fills: tuple[Filled, ...] = ()
    ended: tuple[int, ...] = ()
    limits: tuple[tuple[int, int], ...] = ()
    refused: tuple[tuple[int, str], ...] = ()


NOTHING = Moved()


class Exchange(Protocol):
    """Books and waiting orders of all symbols. Not thread-safe: the terminal calls it under its lock."""

    def quote(self, symbol: Symbol) -> Quote | None:
        """The newest snapshot as displayed."""
        ...

    def quotes(self) -> list[Quote]:
        """The newest snapshot of every symbol, in the order they first came."""
        ...

    def show(self, quote: Quote) -> Moved:
        """A new snapshot replaces the book; orders that wait may fill."""
        ...

    def arrive(self, order: SimOrder, moment: datetime, *, matching: bool) -> Moved:
        """An order reaches the exchange; `matching` says that its symbol is in continuous auction by the clock, on
        a book that still holds."""
        ...

    def rest(self, order: SimOrder, moment: datetime) -> None:
        """Let an order wait again that was at the exchange when the terminal ended; it goes to the end of its queue."""
        ...

    def withdraw(self, order: SimOrder) -> None:
        """Take an order away; nothing happens when it is not there."""
        ...

    def rest_of(self, quote: Quote) -> Quote:
        """The newest snapshot of a security with what orders have left of its book."""
        ...

    def without_books(self) -> None:
        """A new day: yesterday's displayed volume is gone, its last prices are the previous close."""
        ...


@dataclass(frozen=True, slots=True)
class Met:
    """An arriving order against a book: fills, open rest, the limit its rest waits at (None: cancelled), and the book
    that is left."""

    fills: Taken
    rest: int
    limit: int | None
    book: Book


class Books:
    """The newest snapshots, and what is left of their displayed volume."""

    def __init__(self) -> None:
        self._quotes: dict[Symbol, Quote] = {}
        self._books: dict[Symbol, Book] = {}

    def quote(self, symbol: Symbol) -> Quote | None:
        """The newest snapshot as displayed."""
        return self._quotes.get(symbol)

    def quotes(self) -> list[Quote]:
        """The newest snapshot of every symbol, in the order they first came."""
        return list(self._quotes.values())

    def put(self, quote: Quote) -> Quote | None:
        """Keep a new snapshot; gives the one before."""
        before = self._quotes.get(quote.symbol)
        self._quotes[quote.symbol] = quote
        self._books.pop(quote.symbol, None)
        return before

    def book(self, symbol: Symbol) -> Book:
        """What is left of the displayed book."""
        found = self._books.get(symbol)
        if found is None:
            found = self._books[symbol] = book_of(self._quotes[symbol])
        return found

    def keep(self, symbol: Symbol, book: Book) -> None:
        """The book after somebody took from it."""
        self._books[symbol] = book

    def rest_of(self, quote: Quote) -> Quote:
        """The newest snapshot of a security with what orders have left of its book."""
        book = self._books.get(quote.symbol)
        return quote if book is None else replace(quote, bids=book.bids, asks=book.asks)

    def meet(self, order: SimOrder) -> Met:
        """An order meets the displayed book, and takes from it."""
        met = met_by(order, self.book(order.symbol))
        self.keep(order.symbol, met.book)
        return met

    def forget(self) -> None:
        """A new day."""
        self._books.clear()
        self._quotes = {symbol: _of_yesterday(quote) for symbol, quote in self._quotes.items()}


def _of_yesterday(quote: Quote) -> Quote:
    """What a screen shows of a security on the morning of the next day: its close as the previous close."""
    return replace(
        quote,
        open=0,
        high=0,
        low=0,
        pre_close=quote.last or quote.pre_close,
        volume=0,
        amount=0.0,
        bids=(),
        asks=(),
        phase=Phase.PRE_OPEN,
        limit_up=0,
        limit_down=0,
        suspended=False,
    )


def met_by(order: SimOrder, book: Book) -> Met:
    """An order against a book: a limit up to its price, a market order as its type says."""
    kind, limit = price_type_of(order.price_type), order.price_milli
    if kind is None or kind.form is not OrderForm.MARKET:
        met = match_on_arrival(book, order.side, limit, order.open_volume)
        return Met(met.fills, met.rest, limit, met.book)
    done = match_market(book, order.side, kind, order.open_volume, protect=limit or None)
    return Met(done.fills, done.unfilled, done.rest_price, done.book)


def moved_by(order: SimOrder, met: Met) -> Moved:
    """The outcome of an arrival; the rest of a market order ends, or waits at its limit."""
    fills = tuple(Filled(order.order_id, price, volume) for price, volume in met.fills)
    if not met.rest:
        return Moved(fills)
    if met.limit is None:
        return Moved(fills, ended=(order.order_id,))
    if order.limit is None:
        return Moved(fills) if fills else NOTHING
    return Moved(fills, limits=((order.order_id, met.limit),))


def is_trading(quote: Quote) -> bool:
    """Whether a snapshot shows continuous auction."""
    return quote.phase is Phase.CONTINUOUS and not quote.suspended


def is_halted(quote: Quote) -> bool:
    """Whether a snapshot shows a suspension or a halt."""
    return quote.suspended or quote.phase is Phase.SUSPENDED


def is_market(order: SimOrder) -> bool:
    """One of the exchange's market types."""
    return form_of(order) is OrderForm.MARKET


def form_of(order: SimOrder) -> OrderForm:
    """Limit, market or fixed price."""
    kind = price_type_of(order.price_type)
    return kind.form if kind is not None else OrderForm.LIMIT
