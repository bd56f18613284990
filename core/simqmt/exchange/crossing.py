"""Orders of different accounts of one terminal that meet each other, by price, then by their place in the queue.

An order that arrives sees one side of the market: the displayed levels, and our own orders that stand there. At one price
it meets what was displayed before an own order joined, then that order, then what was displayed behind it.

Orders of one account never meet each other: brokers refuse to trade a client with itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from core.domain.enums import Side
from core.domain.market import Level
from core.exchange.matching import Book, Taken
from core.exchange.standing import Standing
from core.simqmt.broker.records import SimOrder


@dataclass(frozen=True, slots=True)
class Shared:
    """Who gave what an order took: (resting order, price, volume) of our own, those that still stand, changed, and
    the displayed book that is left."""

    fills: tuple[tuple[int, int, int], ...]
    standing: tuple[Standing, ...]
    book: Book


def opponents(order: SimOrder, standing: Iterable[Standing]) -> list[Standing]:
    """Orders of other accounts on the other side, best price first, then oldest first."""
    sign = 1 if order.side is Side.BUY else -1
    found = [place for place in standing if place.side is not order.side and place.owner != order.account]
    return sorted(found, key=lambda place: (sign * place.price, place.age))


def moved_up(order: SimOrder, standing: Iterable[Standing], before: Book, after: Book) -> dict[int, Standing]:
    """Orders of the same account that stand behind displayed shares which `order` took, nearer to the front by these."""
    left = dict(after.opposite(order.side))
    gone = {price: shown - left.get(price, 0) for price, shown in before.opposite(order.side)}
    return {
        place.order_id: replace(place, ahead=max(place.ahead - gone[place.price], 0))
        for place in standing
        if place.ahead
        and place.owner == order.account
        and place.side is not order.side
        and gone.get(place.price)
    }


def with_own(book: Book, side: Side, resting: Sequence[Standing]) -> Book:
    """The book as an order of `side` meets it: our own orders are part of its levels."""
    volumes = dict(book.opposite(side))
    for place in resting:
        volumes[place.price] = volumes.get(place.price, 0) + place.volume
    return book.with_opposite(side, tuple(sorted(volumes.items(), reverse=side is Side.SELL)))


def shared_out(book: Book, side: Side, resting: Sequence[Standing], taken: Taken) -> Shared:
    """Divide what an order took of `with_own(book, ...)` among the displayed book and our own orders."""
    wanted = dict.fromkeys((price for price, _ in taken), 0)
    for price, volume in taken:
        wanted[price] += volume
    fills: list[tuple[int, int, int]] = []
    standing = [place for place in resting if place.price not in wanted]
    left: list[Level] = []
    displayed = dict(book.opposite(side))
    for price, volume in wanted.items():
        here = [place for place in resting if place.price == price]
        rest = _one_price(displayed.pop(price, 0), here, volume, fills, standing)
        if rest:
            left.append((price, rest))
    left += displayed.items()
    levels = tuple(sorted(left, reverse=side is Side.SELL))
    return Shared(tuple(fills), tuple(standing), book.with_opposite(side, levels))


def _one_price(
    shown: int,
    here: Sequence[Standing],
    volume: int,
    fills: list[tuple[int, int, int]],
    standing: list[Standing],
) -> int:
    """Give `volume` at one price in the order of the queue; what is left of the `shown` shares."""
    gone = 0  # displayed shares that were taken
    for place in here:
        before = shown if place.ahead is None else min(place.ahead, shown)
        part = min(max(before - gone, 0), volume)
        gone, volume = gone + part, volume - part
        given = min(place.volume, volume)
        volume -= given
        if given:
            fills.append((place.order_id, place.price, given))
        if given < place.volume:
            ahead = None if place.ahead is None else max(place.ahead - gone, 0)
            standing.append(replace(place, volume=place.volume - given, ahead=ahead))
    return shown - gone - min(volume, shown - gone)
