"""One order against one book. Prices are int thousandths of a yuan, volumes are shares.

A displayed level that was consumed is gone until the next snapshot: every function hands back the book that is
left, and the caller keeps it until a new one arrives. Nothing here knows of time; call it in continuous auction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from core.domain.enums import OrderStatus, Side
from core.domain.market import Level, Quote
from core.exchange.price_types import PriceType

Taken = tuple[tuple[int, int], ...]
"""(price, volume) of each fill, in the order it happened."""


@dataclass(frozen=True, slots=True)
class Book:
    """Displayed levels, best first; levels without price or volume are left out."""

    bids: tuple[Level, ...] = ()
    asks: tuple[Level, ...] = ()

    def opposite(self, side: Side) -> tuple[Level, ...]:
        """The levels an order of `side` meets."""
        return self.asks if side is Side.BUY else self.bids

    def own(self, side: Side) -> tuple[Level, ...]:
        """The levels an order of `side` joins."""
        return self.bids if side is Side.BUY else self.asks

    def with_opposite(self, side: Side, levels: tuple[Level, ...]) -> Book:
        """The book after an order of `side` consumed from the other."""
        return Book(self.bids, levels) if side is Side.BUY else Book(levels, self.asks)


def book_of(quote: Quote) -> Book:
    """The displayed book of a snapshot."""
    return Book(_shown(quote.bids), _shown(quote.asks))


def _shown(levels: Iterable[Level]) -> tuple[Level, ...]:
    return tuple(level for level in levels if level[0] > 0 and level[1] > 0)


@dataclass(frozen=True, slots=True)
class Arrival:
    """What an arriving limit order met: its fills, the volume left, the book left."""

    fills: Taken
    rest: int
    book: Book


@dataclass(frozen=True, slots=True)
class RestingOrder:
    """A limit order that waits. `volume` is what is still open; `age` orders them, lowest is oldest."""

    order_id: str
    side: Side
    price: int
    volume: int
    age: int


@dataclass(frozen=True, slots=True)
class Fill:
    """One fill of a resting order at its own price."""

    order_id: str
    price: int
    volume: int


@dataclass(frozen=True, slots=True)
class Rested:
    """What a snapshot did to resting orders: fills in order, the orders still open (oldest first), the book."""

    fills: tuple[Fill, ...]
    orders: tuple[RestingOrder, ...]
    book: Book


@dataclass(frozen=True, slots=True)
class MarketResult:
    """Outcome of a market order. `rest_price` is the limit price its rest waits at, None when nothing waits."""

    fills: Taken
    unfilled: int
    status: OrderStatus
    rest_price: int | None
    book: Book


def match_on_arrival(book: Book, side: Side, price: int, volume: int) -> Arrival:
    """A limit order meets the displayed levels, level by level at displayed prices, up to its own price."""
    fills, rest, levels = _sweep(book.opposite(side), side, price, volume)
    return Arrival(fills, rest, book.with_opposite(side, levels))


def match_resting(orders: Sequence[RestingOrder], book: Book) -> Rested:
    """On a new snapshot resting orders, oldest first, fill at their own limit price.

    Each takes displayed opposite volume at or through its price, best level first, and consumes it.
    """
    fills: list[Fill] = []
    still_open: list[RestingOrder] = []
    for order in sorted(orders, key=lambda waiting: waiting.age):
        taken, rest, levels = _sweep(book.opposite(order.side), order.side, order.price, order.volume)
        book = book.with_opposite(order.side, levels)
        volume = sum(part for _, part in taken)
        if volume:
            fills.append(Fill(order.order_id, order.price, volume))
        if rest:
            still_open.append(replace(order, volume=rest))
    return Rested(tuple(fills), tuple(still_open), book)


def match_market(
    book: Book,
    side: Side,
    price_type: PriceType,
    volume: int,
    *,
    protect: int | None = None,
    own_best: int | None = None,
) -> MarketResult:
    """A market order of one of the exchange's types. `protect` is its protection price, never passed.

    `own_best` overrides the best price of its own side, for callers without that side of the book.
    """
    opposite = book.opposite(side)
    own = book.own(side)
    mine = own_best if own_best is not None else (own[0][0] if own else None)
    if price_type is PriceType.MARKET_MINE_PRICE_FIRST:
        return _rest_only(book, volume, _tighter(side, mine, protect))
    if price_type is PriceType.MARKET_PEER_PRICE_FIRST:
        best = _tighter(side, opposite[0][0] if opposite else None, protect)
        return _as_limit(book, side, best, volume)
    if price_type is PriceType.MARKET_SZ_FULL_OR_CANCEL:
        fills, rest, _ = _sweep(opposite, side, protect, volume)
        if rest:
            return MarketResult((), volume, OrderStatus.CANCELED, None, book)
    five = price_type in _FIVE_LEVELS
    fills, rest, levels = _sweep(opposite, side, protect, volume, depth=5 if five else None)
    left = book.with_opposite(side, levels)
    if not rest:
        return MarketResult(fills, 0, OrderStatus.SUCCEEDED, None, left)
    if price_type is PriceType.MARKET_SH_CONVERT_5_LIMIT:
        if fills:
            return MarketResult(fills, rest, OrderStatus.PART_SUCC, fills[-1][0], left)
        return _rest_only(book, volume, _tighter(side, mine, protect))
    status = OrderStatus.PART_CANCEL if fills else OrderStatus.CANCELED
    return MarketResult(fills, rest, status, None, left)


_FIVE_LEVELS = frozenset(
    {
        PriceType.MARKET_SH_CONVERT_5_CANCEL,
        PriceType.MARKET_SH_CONVERT_5_LIMIT,
        PriceType.MARKET_SZ_CONVERT_5_CANCEL,
    }
)


def _as_limit(book: Book, side: Side, price: int | None, volume: int) -> MarketResult:
    if price is None:
        return MarketResult((), volume, OrderStatus.CANCELED, None, book)
    met = match_on_arrival(book, side, price, volume)
    if not met.rest:
        return MarketResult(met.fills, 0, OrderStatus.SUCCEEDED, None, met.book)
    status = OrderStatus.PART_SUCC if met.fills else OrderStatus.REPORTED
    return MarketResult(met.fills, met.rest, status, price, met.book)


def _rest_only(book: Book, volume: int, price: int | None) -> MarketResult:
    status = OrderStatus.CANCELED if price is None else OrderStatus.REPORTED
    return MarketResult((), volume, status, price, book)


def _tighter(side: Side, price: int | None, protect: int | None) -> int | None:
    if price is None or protect is None:
        return price
    return min(price, protect) if side is Side.BUY else max(price, protect)


def _sweep(
    levels: tuple[Level, ...], side: Side, price: int | None, volume: int, depth: int | None = None
) -> tuple[Taken, int, tuple[Level, ...]]:
    """Take `volume` from `levels` up to `price` (None: any) and `depth` levels; fills, rest, levels left."""
    fills: list[tuple[int, int]] = []
    left: list[Level] = []
    for index, (at, shown) in enumerate(levels):
        reachable = price is None or (at <= price if side is Side.BUY else at >= price)
        if not volume or not reachable or (depth is not None and index >= depth):
            left.extend(levels[index:])
            break
        part = min(volume, shown)
        fills.append((at, part))
        volume -= part
        if shown > part:
            left.append((at, shown - part))
    return tuple(fills), volume, tuple(left)
