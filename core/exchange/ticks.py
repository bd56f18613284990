"""Exact rounding of prices to a tick. Decimal in, Decimal out, with the decimals of the tick."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


def _round(price: Decimal, tick: Decimal, how: str) -> Decimal:
    steps = (price / tick).to_integral_value(rounding=how)
    return (steps * tick).quantize(tick)


def round_half_up(price: Decimal, tick: Decimal) -> Decimal:
    """Nearest multiple of `tick`, halves away from zero."""
    return _round(price, tick, ROUND_HALF_UP)


def floor_to_tick(price: Decimal, tick: Decimal) -> Decimal:
    """Largest multiple of `tick` not above `price`."""
    return _round(price, tick, ROUND_FLOOR)


def ceil_to_tick(price: Decimal, tick: Decimal) -> Decimal:
    """Smallest multiple of `tick` not below `price`."""
    return _round(price, tick, ROUND_CEILING)


def is_on_tick(price: Decimal, tick: Decimal) -> bool:
    """True when `price` is a whole number of ticks."""
    return price % tick == 0


def cents(amount: Decimal) -> Decimal:
    """Money rounded half up to 0.01."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def milli_tick(tick: Decimal) -> int:
    """A tick in thousandths of a yuan."""
    return int(tick * 1000)
