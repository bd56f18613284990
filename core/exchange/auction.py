"""Call-auction price of one exchange. Prices are int thousandths of a yuan, volumes are shares.

Common to all: largest volume; better-priced orders all filled; at the price one side all filled. Where several
prices remain Shanghai takes the least unmatched volume, then the middle; Shenzhen the least unmatched volume, then
the price nearest to the reference; Beijing the price nearest to the reference. Of two equally near, the lower.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from core.domain.enums import Side
from core.exchange.boards import BJ, SH


@dataclass(frozen=True, slots=True)
class AuctionOrder:
    """A limit order in a call auction."""

    side: Side
    price: int
    volume: int


@dataclass(frozen=True, slots=True)
class AuctionResult:
    """Price and volume; `price` is None when nothing crosses. `unmatched` is buy minus sell left at the price."""

    price: int | None
    volume: int
    unmatched: int = 0


@dataclass(frozen=True, slots=True)
class _Candidate:
    price: int
    volume: int
    imbalance: int


def auction_price(
    exchange: str,
    orders: Sequence[AuctionOrder],
    *,
    reference: int,
    tick: int = 10,
    every_tick: bool = True,
) -> AuctionResult:
    """Price of the auction. `reference` is the previous close, or the last trade in a closing or resumption call.

    With `every_tick` any price on the tick may come out; without, only prices that some order carries (and in
    Shanghai the middle between two of them).
    """
    asked = sorted({order.price for order in orders})
    prices = _with_gaps(asked, tick, reference) if every_tick else asked
    sides = _Sides(orders)
    valid = [found for price in prices if (found := sides.candidate(price)) is not None]
    if not valid:
        return AuctionResult(None, 0)
    most = max(candidate.volume for candidate in valid)
    best = [candidate for candidate in valid if candidate.volume == most]
    if exchange != BJ:
        least = min(abs(candidate.imbalance) for candidate in best)
        best = [candidate for candidate in best if abs(candidate.imbalance) == least]
    if exchange == SH:
        price = _middle(best[0].price, best[-1].price, tick)
    else:
        price = min(best, key=lambda candidate: (abs(candidate.price - reference), candidate.price)).price
    return AuctionResult(price, most, sides.bought_from(price) - sides.sold_to(price))


class _Sides:
    """Volumes of both sides by price, summed once, so that an auction of many orders stays quick."""

    def __init__(self, orders: Iterable[AuctionOrder]) -> None:
        volumes: dict[Side, dict[int, int]] = {Side.BUY: {}, Side.SELL: {}}
        for order in orders:
            at = volumes[order.side]
            at[order.price] = at.get(order.price, 0) + order.volume
        self._buys, self._buy_sums = _sums(volumes[Side.BUY])
        self._sells, self._sell_sums = _sums(volumes[Side.SELL])

    def bought_from(self, price: int) -> int:
        """Volume of buys at `price` or above."""
        return self._buy_sums[-1] - self._buy_sums[bisect_left(self._buys, price)]

    def sold_to(self, price: int) -> int:
        """Volume of sells at `price` or below."""
        return self._sell_sums[bisect_right(self._sells, price)]

    def candidate(self, price: int) -> _Candidate | None:
        """The price as a result, None when nothing fills at it or better orders of a side do not all fill."""
        bought, sold = self.bought_from(price), self.sold_to(price)
        volume = min(bought, sold)
        if not volume:
            return None
        better_buys = self._buy_sums[-1] - self._buy_sums[bisect_right(self._buys, price)]
        better_sells = self._sell_sums[bisect_left(self._sells, price)]
        if better_buys > volume or better_sells > volume:
            return None
        return _Candidate(price, volume, bought - sold)


def _sums(volumes: dict[int, int]) -> tuple[list[int], list[int]]:
    """Prices in order, and the volume below each of them; one sum more, of all."""
    prices = sorted(volumes)
    return prices, list(accumulate((volumes[price] for price in prices), initial=0))


def _with_gaps(asked: list[int], tick: int, reference: int) -> list[int]:
    """Order prices and, between two of them, the outer ticks and the reference: enough, since a gap is uniform."""
    prices = set(asked)
    for low, high in pairwise(asked):
        if high - low > tick:
            prices.update((low + tick, high - tick))
            if low < reference < high:
                prices.add(reference)
    return sorted(prices)


def _middle(low: int, high: int, tick: int) -> int:
    """Middle of two prices, rounded half up to the tick."""
    return (low + high + tick) // (2 * tick) * tick
