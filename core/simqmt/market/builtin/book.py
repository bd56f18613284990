"""Five-level books of the built-in market: a depth that stays at its price while the price moves through it."""

from __future__ import annotations

from datetime import date

from core.domain.market import Level
from core.simqmt.market.builtin.days import DayPlan
from core.simqmt.market.builtin.dice import ONE, SPREAD_OUT, draws, raw
from core.simqmt.market.securities import Security

Side5 = tuple[Level, ...]

_NONE: Level = (0, 0)
EMPTY: Side5 = (_NONE,) * 5
_MASK = 1023
_CLOSE_GAPS = tuple((0, 1, 2, 3, 4) for _ in range(16))


class BookMaker:
    """Makes the books of one security on one day."""

    def __init__(self, seed: int, security: Security, plan: DayPlan) -> None:
        self._tick = security.tick
        self._up, self._down = plan.limit_up, plan.limit_down
        self._lot = security.lot
        self._depth = self._depths(seed, security, plan.day)
        self._gaps = self._ladder(seed, security, plan)

    def _depths(self, seed: int, security: Security, day: date) -> tuple[int, ...]:
        """Shares that wait at a price, by the price modulo 1024."""
        usual = max(security.volume * security.character.depth // 1_000_000, 2 * self._lot)
        lot, least = self._lot, max(self._lot, 100)
        depths = []
        for bits in draws(_MASK + 1, seed, security.symbol, day, "depth"):
            shares = usual * SPREAD_OUT[bits & 15] // ONE * SPREAD_OUT[bits >> 4 & 15] // ONE
            if bits >> 8 & 15 == 0:
                shares *= 4  # somebody large, or a round number
            depths.append(max(shares // lot * lot, least))
        return tuple(depths)

    def _ladder(self, seed: int, security: Security, plan: DayPlan) -> tuple[tuple[int, ...], ...]:
        """Sixteen ways in which five levels may lie apart: side by side for low prices, with holes for high ones."""
        wide = plan.open // 4000
        if wide == 0:
            return _CLOSE_GAPS
        ladder = []
        for row in range(16):
            steps = raw(4, seed, security.symbol, plan.day, "ladder", row)
            offsets = [0]
            for step in steps:
                offsets.append(offsets[-1] + 1 + step % (wide + 1))
            ladder.append(tuple(offsets))
        return tuple(ladder)

    def around(self, last: int, bits: int, *, salt: int, locked: bool) -> tuple[Side5, Side5]:
        """Bids and asks after a trade at `last` ticks. `salt` changes the depth from time to time.

        `locked` at a limit leaves the other side empty.
        """
        up, down = self._up, self._down
        if locked and last == up:
            return self._side(last, -1, bits, salt, 30), EMPTY
        if locked and last == down:
            return EMPTY, self._side(last, 1, bits, salt, 30)
        spread = (1, 1, 1, 1, 1, 2, 2, 3)[bits & 7]
        # A trade takes the best offer or hits the best bid; at a limit only one of the two is left.
        bid = last - spread if last == up or (bits & 8 and last != down) else last
        ask = bid + spread
        bid, ask = max(bid, down), min(ask, up)
        return self._side(bid, -1, bits, salt, 1), self._side(ask, 1, bits >> 20, salt + 511, 1)

    def _side(self, best: int, way: int, bits: int, salt: int, times: int) -> Side5:
        """Five levels from `best` outwards, none beyond a limit."""
        depth, tick = self._depth, self._tick
        gaps = self._gaps[bits >> 4 & 15]
        end = best + way * gaps[4]
        if times == 1 and self._down <= end <= self._up:
            first = depth[best + salt & _MASK] * (24 + (bits >> 8 & 127)) // 88 // self._lot * self._lot
            p1, p2, p3, p4 = best + way * gaps[1], best + way * gaps[2], best + way * gaps[3], end
            return (
                (best * tick, first or self._lot),
                (p1 * tick, depth[p1 + salt & _MASK]),
                (p2 * tick, depth[p2 + salt & _MASK]),
                (p3 * tick, depth[p3 + salt & _MASK]),
                (p4 * tick, depth[p4 + salt & _MASK]),
            )
        prices = (best + way * gap for gap in gaps)
        shown = [
            (price * tick, depth[price + salt & _MASK] * (times if price == best else 1))
            for price in prices
            if self._down <= price <= self._up
        ]
        return (*shown, *EMPTY[len(shown) :])
