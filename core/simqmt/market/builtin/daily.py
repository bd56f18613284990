"""Daily bars of one security of the built-in market, many days at once.

A day's high, low, volume and amount are sums over its 240 minutes. `day_sums` works them out for a whole block of days
in one go, to the same whole numbers as `minutes.make_path` does one by one, so daily bars, minute bars and
snapshots agree whatever is asked for first. Kept as rows of whole numbers: a bar costs 64 bytes.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import date
from hashlib import shake_128

import numpy as np
from numpy.typing import NDArray

from core.domain.enums import Period
from core.domain.market import Bar
from core.simqmt.market.builtin.days import CHAIN_START, EARLY_START, DayChain, DayPlan
from core.simqmt.market.builtin.dice import ONE, REACH, SPREAD_OUT, name_of_stream
from core.simqmt.market.builtin.minutes import MINUTES, SLOTS, TRADED, swings, volume_shape
from core.simqmt.market.securities import Security
from core.simqmt.market.securities_any import amount_factor

Ints = NDArray[np.int64]
_SHIFT = 10
_BLOCK = 32
"""Days worked out at once: their tables stay in the processor's cache."""
_EXACT = 1 << 52
"""Whole numbers below have an exact square root in double precision."""
_NORMAL_MEAN, _NORMAL_SD = 8190, 2365
_CLOSE_MS = 15 * 3_600_000


class DailyBars:
    """The daily bars of one security for one seed, made as far as they are asked for. Safe on any thread: a row that
    two threads make at once is the same row."""

    def __init__(self, seed: int, security: Security, chain: DayChain, days: Sequence[date]) -> None:
        """`days`: all trading days of the calendar, in order."""
        self._seed, self._security, self._chain = seed, security, chain
        self._days = days
        self._rows = np.empty((len(days), 6), np.int64)
        self._made = np.zeros(len(days), np.bool_)

    def bars(self, last: date, count: int, midnights: Sequence[int]) -> list[Bar]:
        """Up to `count` bars that end with the day `last`; `midnights` in epoch ms for all days."""
        until = bisect_right(self._days, last)
        start = max(bisect_left(self._days, EARLY_START), until - count)
        if start >= until:
            return []
        self._make(start, until)
        symbol, tick = self._security.symbol, self._security.tick
        factor = amount_factor(self._security) / 1000
        return [
            Bar(
                symbol,
                Period.D1,
                midnight + _CLOSE_MS,
                opened * tick,
                high * tick,
                low * tick,
                close * tick,
                volume,
                amount * factor,
            )
            for midnight, (opened, high, low, close, volume, amount) in zip(
                midnights[start:until], self._rows[start:until].tolist(), strict=True
            )
        ]

    def close(self, day: date) -> int:
        """The close of a trading day in ticks."""
        if day >= CHAIN_START:
            return self._chain.plan(day).close
        return self._chain.early(day)[0].close

    def _make(self, start: int, until: int) -> None:
        missing = (np.flatnonzero(~self._made[start:until]) + start).tolist()
        late = bisect_left(missing, bisect_left(self._days, CHAIN_START))
        tick = self._security.tick
        for index in missing[:late]:
            plan, high, low = self._chain.early(self._days[index])
            worth = plan.volume * (plan.open + high + low + plan.close) // 4 * tick
            self._rows[index] = (plan.open, high, low, plan.close, plan.volume, worth)
        for first in range(late, len(missing), _BLOCK):
            block = missing[first : first + _BLOCK]
            plans = [self._chain.plan(self._days[index]) for index in block]
            self._rows[block] = day_sums(self._seed, self._security, plans)
        self._made[missing] = True


def day_sums(seed: int, security: Security, plans: Sequence[DayPlan]) -> Ints:
    """Rows of (open, high, low, close, volume, amount), prices in ticks: what `make_path` adds up to for each plan."""
    bits = _bits(seed, security, plans)
    table = np.array(
        [
            (p.open, p.aim, p.close, p.limit_up, p.limit_down, p.restless, p.volume, p.pre_close)
            for p in plans
        ],
        np.int64,
    ).T
    opens, aims, _, ups, downs, restless, volumes = table[:7, :, None]
    wishes, moves = _walk(security, opens, aims, restless, bits[:, :TRADED])
    high, low, traded, prices = _minutes(
        security, (opens, ups, downs, volumes), wishes, moves, bits[:, MINUTES : MINUTES + TRADED]
    )
    opened, closed, whole = table[0], table[2], table[6]
    morning = _auction(whole, bits[:, -1], 9)
    evening = _auction(whole, bits[:, -2], 12)
    tick = security.tick
    return np.stack(
        (
            opened,
            np.maximum(np.maximum(high.max(axis=1), opened), closed),
            np.minimum(np.minimum(low.min(axis=1), opened), closed),
            closed,
            traded.sum(axis=1) + morning + evening,
            ((traded * prices).sum(axis=1) + morning * opened + evening * closed) * tick,
        ),
        axis=1,
    )


def _bits(seed: int, security: Security, plans: Sequence[DayPlan]) -> Ints:
    size = 2 * MINUTES * 8
    streams = [
        shake_128(name_of_stream(seed, security.symbol, plan.day, "minutes")).digest(size) for plan in plans
    ]
    return np.frombuffer(b"".join(streams), "<i8").reshape(len(plans), 2 * MINUTES)


def _normal(bits: Ints) -> Ints:
    """`dice.normal` of many."""
    total = bits & 4095
    for shift in (12, 24, 36):
        total += bits >> shift & 4095
    total -= _NORMAL_MEAN
    total *= ONE
    total //= _NORMAL_SD
    return total


def _walk(security: Security, opens: Ints, aims: Ints, restless: Ints, bits: Ints) -> tuple[Ints, Ints]:
    """`minutes._walk` of many days: rows of days, columns of minutes."""
    shape, squares = (np.array(values, np.int64) for values in swings())
    moves = opens * security.swing * restless * ONE // 10_000_000 * shape // 10_000
    moves = np.where(bits >> 58 == 0, moves * 5 // 2, moves)
    walked = np.cumsum(moves * _normal(bits) >> _SHIFT, axis=1)
    end = (aims << _SHIFT) + (moves[:, -1:] * _normal(bits[:, :1] >> 16) >> _SHIFT)
    start = opens << _SHIFT
    bend = end - start - walked[:, -1:]
    return (start + walked + bend * squares // squares[-1] + ONE // 2) >> _SHIFT, moves


def _minutes(
    security: Security,
    about: tuple[Ints, Ints, Ints, Ints],
    wishes: Ints,
    moves: Ints,
    bits: Ints,
) -> tuple[Ints, Ints, Ints, Ints]:
    """`minutes._minute` of many: high, low, volume and price of each."""
    opens, ups, downs, volumes = about
    ends = wishes
    starts = np.concatenate((opens, wishes[:, :-1]), axis=1)
    first = starts + np.array((-1, 0, 0, 1), np.int64)[bits >> 10 & 3]
    active: Ints | int = SLOTS
    if security.activity < 1000:
        wanted = security.activity * SLOTS + ((bits & 1023) - 512) * 8
        active = np.clip(wanted // 1000, 1, SLOTS)
        first = np.where(active == 1, ends, first)
    apart = (ends - first) << _SHIFT
    both, square, spread = (first + ends) << _SHIFT, apart * apart, moves * moves
    reach = np.array(REACH, np.int64)
    high = (both + _root(square + (spread * reach[bits >> 12 & 255] >> _SHIFT))) >> _SHIFT + 1
    low = -((_root(square + (spread * reach[bits >> 20 & 255] >> _SHIFT)) - both) >> _SHIFT + 1)
    if security.activity < 1000:
        quiet = active < 4
        high = np.where(quiet, np.maximum(first, ends), high)
        low = np.where(quiet, np.minimum(first, ends), low)
    opened, close, high, low = (
        np.minimum(np.maximum(price, downs), ups) for price in (first, ends, high, low)
    )
    busy = volumes * np.array(volume_shape(), np.int64) // 100_000
    busy = busy * np.array(SPREAD_OUT, np.int64)[bits >> 28 & 15] // ONE
    busy = busy * (2 * moves + (np.abs(close - opened) << _SHIFT)) // (3 * moves + 1)
    locked = (high == low) & ((high == ups) | (high == downs))
    busy = np.where(locked, busy // 8, busy)
    lot = security.lot
    busy = np.maximum(busy // lot, active * (200 // lot if lot == 1 else 1)) * lot
    if security.symbol.startswith("60"):
        busy += np.where(bits >> 32 & 3 == 0, bits >> 34 & 63, 0)
    return high, low, busy, (opened + high + low + 2 * close) // 5


def _root(values: Ints) -> Ints:
    """`math.isqrt` of many."""
    root: Ints = np.sqrt(values.astype(np.float64)).astype(np.int64)
    if values.max(initial=0) >= _EXACT:
        root -= root * root > values
        root += (root + 1) * (root + 1) <= values
    return root


def _auction(volumes: Ints, bits: Ints, per_mille: int) -> Ints:
    spread = np.array(SPREAD_OUT, np.int64)[bits & 15]
    volume: Ints = volumes * per_mille // 1000 * (ONE + spread) // (2 * ONE)
    return np.maximum(volume // 100, 1) * 100
