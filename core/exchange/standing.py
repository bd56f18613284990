"""Where a resting order stands in the queue at its price, told from level-1 snapshots alone.

A snapshot shows five levels, the day's volume and the day's amount; who stands where, it does not show. So every step
takes what the two snapshots around it prove, and no more:

* An order joins behind all the volume displayed at its price. A price between displayed levels has nobody ahead; one
  beyond the fifth level has an unknown queue, counted from the first snapshot that displays it.
* Volume that surely traded at or through the price moves it forward (`traded_through`: volume and amount of the
  interval give a lower bound). Displayed volume below what was ahead moves it too: somebody cancelled, or was filled.
* It fills with what surely traded beyond the volume ahead, or with displayed opposite volume at or through its price.
  Always at its own price; never strictly inside the displayed spread; by trades only while the last price is at or
  through the order's price. Own orders go by price, then age: while one waits nobody behind it fills by trades.

Prices are int thousandths of a yuan, volumes are shares.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from core.domain.enums import Phase, Side
from core.domain.market import Quote
from core.exchange.matching import Book, book_of, match_on_arrival

_LEVELS = 5
_COUNTED = frozenset({Phase.CONTINUOUS, Phase.LUNCH, Phase.PAUSE})
"""Phases after whose snapshot new volume is volume of continuous trading."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A resting order: `volume` still open, `age` lowest is oldest, `ahead` shares before it (None: not known yet).

    `since_ms` is when it joined: trades of an interval that began earlier are not counted for it. `owner` is whose it is.
    """

    order_id: int
    side: Side
    price: int
    volume: int
    age: int
    ahead: int | None = None
    since_ms: int = 0
    owner: str = ""


@dataclass(frozen=True, slots=True)
class StandingFill:
    """A fill of a resting order at its own price."""

    order_id: int
    price: int
    volume: int


@dataclass(frozen=True, slots=True)
class Advanced:
    """What a snapshot did: fills in order, the orders still open, the displayed book that is left."""

    fills: tuple[StandingFill, ...]
    orders: tuple[Standing, ...]
    book: Book


def displayed_ahead(book: Book, side: Side, price: int) -> int | None:
    """Shares that stand before an order that joins `side` at `price` now; None beyond five displayed levels."""
    levels = book.own(side)
    for at, shown in levels:
        if at == price:
            return shown
        if (at < price) if side is Side.BUY else (at > price):
            return 0
    return 0 if len(levels) < _LEVELS else None


def traded_through(before: Quote, after: Quote, side: Side, price: int, tick: int) -> int:
    """Shares that surely traded at `price` or worse for the resting side between two snapshots.

    Everything beyond `price` is taken to have traded at least one tick beyond, everything else at the outermost price
    that the two snapshots show, a new low or high of the day among them; the interval's amount then leaves this many
    shares at or through `price`.
    """
    volume = after.volume - before.volume
    if volume <= 0:
        return 0
    amount = round((after.amount - before.amount) * 1000)
    if amount <= 0:
        return 0
    if side is Side.BUY:
        new_low = after.low if after.low < (before.low or after.low + 1) else 0
        seen = [p for p in (after.last, before.best_bid, after.best_bid, new_low) if p]
        edge = min((*seen, price))
        sure = ((price + tick) * volume - amount) // (price + tick - edge)
    else:
        new_high = after.high if after.high > before.high else 0
        seen = [p for p in (after.last, before.best_ask, after.best_ask, new_high) if p]
        edge = max((*seen, price))
        sure = (amount - (price - tick) * volume) // (edge - price + tick)
    return min(max(sure, 0), volume)


def advance(orders: Iterable[Standing], before: Quote | None, after: Quote, tick: int) -> Advanced:
    """The orders of one symbol after a snapshot of continuous trading; `before` is the snapshot shown until now."""
    waiting = list(orders)
    fills: list[StandingFill] = []
    still_open: list[Standing] = []
    book = book_of(after)
    for side in (Side.BUY, Side.SELL):
        mine = [order for order in waiting if order.side is side]
        if mine:
            book = _advance_side(_by_priority(mine, side), side, before, after, tick, book, fills, still_open)
    return Advanced(tuple(fills), tuple(still_open), book)


def _by_priority(orders: Sequence[Standing], side: Side) -> list[Standing]:
    sign = -1 if side is Side.BUY else 1
    return sorted(orders, key=lambda order: (sign * order.price, order.age))


def _advance_side(
    mine: Sequence[Standing],
    side: Side,
    before: Quote | None,
    after: Quote,
    tick: int,
    book: Book,
    fills: list[StandingFill],
    still_open: list[Standing],
) -> Book:
    """One side, best priority first. `spent` is the traded volume that better own orders took for themselves."""
    spent, blocked = 0, False
    traded: dict[int, int] = {}
    for order in mine:
        if _reached(book, side, order.price):
            met = match_on_arrival(book, side, order.price, order.volume)
            book, volume, ahead = met.book, order.volume - met.rest, 0
        else:
            through = 0
            if before is not None and before.phase in _COUNTED and order.since_ms <= before.time_ms:
                if order.price not in traded:
                    traded[order.price] = traded_through(before, after, side, order.price, tick)
                through = traded[order.price]
            volume = 0
            if order.ahead is not None and not blocked and _may_fill(order, before, after):
                volume = min(order.volume, max(through - spent - order.ahead, 0))
            spent += volume
            ahead = _after(order, through, displayed_ahead(book, side, order.price))  # type: ignore[assignment]
        if volume:
            fills.append(StandingFill(order.order_id, order.price, volume))
        if volume < order.volume:
            blocked = True
            same = not volume and ahead == order.ahead
            still_open.append(order if same else replace(order, volume=order.volume - volume, ahead=ahead))
    return book


def _reached(book: Book, side: Side, price: int) -> bool:
    levels = book.opposite(side)
    return bool(levels) and (levels[0][0] <= price if side is Side.BUY else levels[0][0] >= price)


def _may_fill(order: Standing, before: Quote | None, after: Quote) -> bool:
    """Whether trades may fill it: no better than what was displayed before and is displayed now, and last is there."""
    if before is None or not after.last:
        return False
    if order.side is Side.BUY:
        return after.last <= order.price <= min(before.best_bid, after.best_bid)
    if not (before.best_ask and after.best_ask):
        return False
    return after.last >= order.price >= max(before.best_ask, after.best_ask)


def _after(order: Standing, through: int, displayed: int | None) -> int | None:
    """The volume ahead after a snapshot: less what traded, and never more than is displayed."""
    if order.ahead is None:
        return displayed
    left = max(order.ahead - through, 0)
    return left if displayed is None else min(left, displayed)
