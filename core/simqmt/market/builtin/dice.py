"""Randomness of the built-in market: the same numbers on every machine, reachable without what came before.

Each piece of the market (a day of a symbol, a minute of that day) draws from a stream of its own, named by a key, so
any moment can be made alone. Only integers are used: SHAKE-128 and whole-number arithmetic have no rounding that
differs between platforms or Python versions.
"""

from __future__ import annotations

import math
from hashlib import shake_128
from struct import unpack

_VERSION = "dingpan market 1"
_NORMAL_SD = 2365  # of the sum of four numbers of 12 bits
ONE = 1024
"""Fixed-point unit of `normal` and of latent prices."""


def name_of_stream(*key: object) -> bytes:
    """What the stream of `key` is made of."""
    return "|".join((_VERSION, *map(str, key))).encode()


def draws(count: int, *key: object) -> tuple[int, ...]:
    """`count` numbers of 64 bits from the stream that `key` names."""
    return unpack(f"<{count}Q", shake_128(name_of_stream(*key)).digest(8 * count))


def raw(count: int, *key: object) -> bytes:
    """`count` bytes from the stream that `key` names."""
    return shake_128(name_of_stream(*key)).digest(count)


def normal(bits: int) -> int:
    """A bell-shaped number from 48 bits: mean 0, standard deviation `ONE`, never beyond 3.5 of them."""
    total = (bits & 4095) + (bits >> 12 & 4095) + (bits >> 24 & 4095) + (bits >> 36 & 4095)
    return (total - 8190) * ONE // _NORMAL_SD


REACH = tuple(round(-2 * ONE * math.log((i + 0.5) / 256)) for i in range(256))
"""-2 ln u in units of 1/ONE at 256 even steps of u; whole numbers far from a rounding edge."""

SPREAD_OUT = tuple(
    ONE * factor // 100 for factor in (22, 30, 38, 45, 52, 60, 68, 76, 85, 95, 106, 120, 138, 162, 200, 303)
)
"""Sixteen factors with mean ONE, skewed as volumes are."""
