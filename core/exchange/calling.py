"""Own orders in a call auction: against a recorded result, or in an auction of our own with the displayed book.

A recorded auction took place without our orders, so its price and volume stand: an order with a better price than the
result fills before those at the price, up to the recorded volume; an order at the price has come last and fills only
with what the other side left over. Without a recorded trade the displayed orders and ours meet in `auction_price`.

Prices are int thousandths of a yuan, volumes are shares.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.domain.enums import Side
from core.domain.market import Level, Quote
from core.exchange.auction import AuctionOrder, auction_price


@dataclass(frozen=True, slots=True)
class CallOrder:
    """A limit order in a call auction; `age` lowest is oldest."""

    order_id: int
    side: Side
    price: int
    volume: int
    age: int


@dataclass(frozen=True, slots=True)
class CallFill:
    """A fill at the auction's price."""

    order_id: int
    price: int
    volume: int


def fill_recorded(
    orders: Sequence[CallOrder], price: int, volume: int, *, left_over: Callable[[Side], int]
) -> tuple[CallFill, ...]:
    """Fills of our orders in an auction that gave `price` and `volume` without them.

    `left_over(side)` is what that side of the recorded auction could not match at the price, 0 when unknown.
    """
    fills: list[CallFill] = []
    for side in (Side.BUY, Side.SELL):
        room, at_price = volume, left_over(Side.SELL if side is Side.BUY else Side.BUY)
        for order in _by_priority(orders, side):
            if order.price == price:
                part = min(order.volume, at_price)
                at_price -= part
            else:
                better = order.price > price if side is Side.BUY else order.price < price
                part = min(order.volume, room) if better else 0
                room -= part
            if part:
                fills.append(CallFill(order.order_id, price, part))
    return tuple(fills)


def unmatched(indicative: Quote, price: int) -> Callable[[Side], int]:
    """What each side leaves over at `price`, as the last snapshot of the auction displayed it."""

    def left(side: Side) -> int:
        levels = indicative.bids if side is Side.BUY else indicative.asks
        if len(levels) < 2 or levels[0][0] != price or levels[1][0]:
            return 0
        return levels[1][1]

    return left


@dataclass(frozen=True, slots=True)
class OwnCall:
    """An auction that the displayed orders and ours made: our fills, its price (None: nothing displayed traded), what
    is left of the displayed levels, and the shares that changed hands."""

    fills: tuple[CallFill, ...]
    price: int | None
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]
    volume: int = 0


def fill_own(
    exchange: str,
    orders: Sequence[CallOrder],
    shown: Quote,
    *,
    reference: int,
    tick: int,
    meeting: bool = False,
) -> OwnCall:
    """An auction of the displayed levels of `shown` with our orders; displayed volume at the price goes first.

    Our orders count for the price. With `meeting` they fill with each other too, so that what is better than the price
    fills whole; else, those of one account, only with what the other side displays.
    """
    market = [
        *(AuctionOrder(Side.BUY, price, volume) for price, volume in _orders_of(shown.bids)),
        *(AuctionOrder(Side.SELL, price, volume) for price, volume in _orders_of(shown.asks)),
    ]
    mine = [AuctionOrder(order.side, order.price, order.volume) for order in orders]
    found = auction_price(exchange, [*market, *mine], reference=reference, tick=tick)
    if found.price is None:
        return OwnCall((), None, shown.bids, shown.asks)
    fills: list[CallFill] = []
    taken = {Side.BUY: 0, Side.SELL: 0}
    for side, other in ((Side.BUY, Side.SELL), (Side.SELL, Side.BUY)):
        reach = sum(order.volume for order in market if _reaches(order, side, found.price))
        shared, displayed = _share_out(market, _by_priority(orders, side), side, found.price, found.volume)
        filled = shared if meeting else _clipped(shared, reach)
        fills += filled
        taken[side] = max(taken[side], displayed)
        if not meeting:
            taken[other] = max(taken[other], sum(fill.volume for fill in filled))
    if not fills and not (taken[Side.BUY] and taken[Side.SELL]):
        return OwnCall((), None, shown.bids, shown.asks)
    bids, asks = _less(shown.bids, taken[Side.BUY]), _less(shown.asks, taken[Side.SELL])
    ours = {side: _filled(orders, fills, side) for side in (Side.BUY, Side.SELL)}
    both = min(taken[side] + ours[side] for side in ours)
    return OwnCall(tuple(fills), found.price, bids, asks, max(both, *ours.values()))


def _clipped(fills: Sequence[CallFill], room: int) -> list[CallFill]:
    """As many of these fills, the first first, as `room` shares allow."""
    kept: list[CallFill] = []
    for fill in fills:
        part = min(fill.volume, room)
        room -= part
        if part:
            kept.append(CallFill(fill.order_id, fill.price, part))
    return kept


def _reaches(order: AuctionOrder, side: Side, price: int) -> bool:
    """Whether a displayed order stands opposite `side` at `price` or better."""
    return order.side is not side and (order.price <= price if side is Side.BUY else order.price >= price)


def _filled(orders: Sequence[CallOrder], fills: Sequence[CallFill], side: Side) -> int:
    """Shares of our fills of a side."""
    numbers = {order.order_id for order in orders if order.side is side}
    return sum(fill.volume for fill in fills if fill.order_id in numbers)


def _less(levels: Sequence[Level], taken: int) -> tuple[Level, ...]:
    """Displayed levels after the best of them traded."""
    left: list[Level] = []
    for price, volume in _orders_of(levels):
        part = min(volume, taken)
        taken -= part
        if volume > part:
            left.append((price, volume - part))
    return tuple(left)


def _orders_of(levels: Sequence[Level]) -> list[Level]:
    """Displayed levels as orders; a level without price is what is left over at the first level's price."""
    first = levels[0][0] if levels else 0
    return [(price or first, volume) for price, volume in levels if volume and (price or first)]


def _share_out(
    market: Sequence[AuctionOrder], mine: Sequence[CallOrder], side: Side, price: int, volume: int
) -> tuple[list[CallFill], int]:
    """What our orders of a side get of the auction's volume, and what the displayed ones get."""

    def rank(at: int) -> int:
        return -at if side is Side.BUY else at

    queue: list[tuple[int, int, int, CallOrder | None, int]] = [
        (rank(order.price), 0, place, None, order.volume)
        for place, order in enumerate(market)
        if order.side is side
    ]
    queue += [(rank(order.price), 1, place, order, order.volume) for place, order in enumerate(mine)]
    fills: list[CallFill] = []
    displayed = 0
    for at, _, _, order, wanted in sorted(queue, key=lambda entry: entry[:3]):
        if at > rank(price) or not volume:
            break
        part = min(wanted, volume)
        volume -= part
        if order is None:
            displayed += part
        else:
            fills.append(CallFill(order.order_id, price, part))
    return fills, displayed


def _by_priority(orders: Sequence[CallOrder], side: Side) -> list[CallOrder]:
    sign = -1 if side is Side.BUY else 1
    return sorted(
        (order for order in orders if order.side is side), key=lambda order: (sign * order.price, order.age)
    )
