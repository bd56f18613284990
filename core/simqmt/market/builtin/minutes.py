"""One day of one security of the built-in market, minute by minute, with the two auctions.

Minutes 0 to 236 trade continuously, 237 and 238 belong to the closing call and are still, 239 is the closing auction.
Bars and snapshots are both made from these minutes, so they agree to the share.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from math import isqrt
from typing import NamedTuple

from core.simqmt.market.builtin.days import DayPlan
from core.simqmt.market.builtin.dice import ONE, REACH, SPREAD_OUT, draws, normal
from core.simqmt.market.securities import Security

MINUTES = 240
TRADED = 237
SLOTS = 20
"""3-second slots of a minute."""

_SHIFT = 10  # ONE is 1 << 10
_WHOLE = 10_000


class Minute(NamedTuple):
    """What happens in one minute. Prices in ticks, volume in shares, amount in thousandths of a yuan.

    `active` is the number of slots in which something trades.
    """

    open: int
    high: int
    low: int
    close: int
    volume: int
    amount: int
    active: int


@dataclass(frozen=True, slots=True)
class DayPath:
    """A day as 240 minutes; `opening` is the auction at 09:25. `before[m]` sums up all that precedes minute m:
    (high, low, volume, amount), the opening auction included."""

    plan: DayPlan
    opening: Minute
    minutes: tuple[Minute, ...]
    before: tuple[tuple[int, int, int, int], ...]


@lru_cache(maxsize=1)
def swings() -> tuple[tuple[int, ...], tuple[int, ...]]:
    """How lively each traded minute is, in ten-thousandths of a day's swing, and the sums of the squares."""
    shape = []
    for minute in range(TRADED):
        lively = 520 + 1650 * 2 // (2 + minute * 2)
        if minute >= 120:
            lively += 350 * 3 // (3 + minute - 120)
        lively += max(0, minute - 216) * 12
        shape.append(lively)
    return tuple(shape), tuple(accumulate(value * value for value in shape))


@lru_cache(maxsize=1)
def volume_shape() -> tuple[int, ...]:
    """Share of each traded minute in a day's volume, in units of 1/100000."""
    shape = []
    for minute in range(TRADED):
        busy = 235 + 2600 * 3 // (3 + minute)
        if minute >= 120:
            busy += 420 * 4 // (4 + minute - 120)
        busy += max(0, minute - 207) * 13
        shape.append(busy)
    return tuple(shape)


def make_path(seed: int, security: Security, plan: DayPlan) -> DayPath:
    """The minutes of a planned day; a function of its arguments only."""
    bits = draws(2 * MINUTES, seed, security.symbol, plan.day, "minutes")
    opening = _auction(security, plan.open, plan.volume, bits[-1], 9)
    wishes, moves = _walk(security, plan, bits[:TRADED])
    minutes: list[Minute] = []
    wish = plan.open
    for index, move in enumerate(moves):
        minutes.append(_minute(security, plan, index, (wish, wishes[index]), move, bits[MINUTES + index]))
        wish = wishes[index]
    last = minutes[-1].close
    still = Minute(last, last, last, last, 0, 0, 0)
    minutes += [still, still, _auction(security, plan.close, plan.volume, bits[-2], 12)]
    return DayPath(plan, opening, tuple(minutes), _sums(opening, minutes))


def _walk(security: Security, plan: DayPlan, bits: tuple[int, ...]) -> tuple[list[int], list[int]]:
    """Where the price wants to be at the end of every traded minute, and how far a minute usually moves, in 1/ONE of
    a tick. A random walk that is bent so that it ends near the aim; it knows no limits."""
    shape, squares = swings()
    day_swing = plan.open * security.swing * plan.restless * ONE // (_WHOLE * 1000)
    moves = []
    walked = []
    total = 0
    for minute, bit in enumerate(bits):
        move = day_swing * shape[minute] // _WHOLE
        if bit >> 58 == 0:
            move = move * 5 // 2  # news
        total += move * normal(bit) >> _SHIFT
        moves.append(move)
        walked.append(total)
    # The closing auction sets the close; the last trade before it is near.
    end = (plan.aim << _SHIFT) + (moves[-1] * normal(bits[0] >> 16) >> _SHIFT)
    start, whole = plan.open << _SHIFT, squares[-1]
    bend = end - start - total
    return [
        (start + way + bend * square // whole + ONE // 2) >> _SHIFT
        for way, square in zip(walked, squares, strict=True)
    ], moves


def _minute(
    security: Security, plan: DayPlan, index: int, wishes: tuple[int, int], move: int, bits: int
) -> Minute:
    """One traded minute from where the price wants to be before and after; beyond a limit it shows the limit."""
    active = SLOTS
    if security.activity < 1000:
        active = min(max((security.activity * SLOTS + ((bits & 1023) - 512) * 8) // 1000, 1), SLOTS)
    up, down = plan.limit_up, plan.limit_down
    start, end = wishes
    start = end if active == 1 else start + (-1, 0, 0, 1)[bits >> 10 & 3]
    high, low = (start, end) if start > end else (end, start)
    if active >= 4:
        # Highest and lowest of a random walk between two known ends, by the reflection principle.
        both, apart = (start + end) << _SHIFT, (end - start) << _SHIFT
        square, spread = apart * apart, move * move
        high = (both + isqrt(square + (spread * REACH[bits >> 12 & 255] >> _SHIFT))) >> _SHIFT + 1
        low = -((isqrt(square + (spread * REACH[bits >> 20 & 255] >> _SHIFT)) - both) >> _SHIFT + 1)
    opened, close = min(max(start, down), up), min(max(end, down), up)
    high, low = min(max(high, down), up), min(max(low, down), up)
    volume = plan.volume * volume_shape()[index] // 100_000
    volume = (
        volume
        * SPREAD_OUT[bits >> 28 & 15]
        // ONE
        * (2 * move + (abs(close - opened) << _SHIFT))
        // (3 * move + 1)
    )
    if high == low and high in (plan.limit_up, plan.limit_down):
        volume //= 8  # nobody sells into a locked limit
    lot = security.lot
    volume = max(volume // lot, active * (200 // lot if lot == 1 else 1)) * lot
    if security.symbol.startswith("60") and bits >> 32 & 3 == 0:
        volume += bits >> 34 & 63  # odd remainders are sold off on Shanghai's main board
    price = (opened + high + low + 2 * close) // 5
    return Minute(opened, high, low, close, volume, volume * price * security.tick, active)


def _auction(security: Security, price: int, day_volume: int, bits: int, per_mille: int) -> Minute:
    volume = day_volume * per_mille // 1000 * (ONE + SPREAD_OUT[bits & 15]) // (2 * ONE)
    volume = max(volume // 100, 1) * 100
    return Minute(price, price, price, price, volume, volume * price * security.tick, 1)


def _sums(opening: Minute, minutes: list[Minute]) -> tuple[tuple[int, int, int, int], ...]:
    high, low, volume, amount = opening.high, opening.low, opening.volume, opening.amount
    sums = [(high, low, volume, amount)]
    for minute in minutes:
        if minute.volume:
            high, low = max(high, minute.high), min(low, minute.low)
            volume, amount = volume + minute.volume, amount + minute.amount
        sums.append((high, low, volume, amount))
    return tuple(sums)
