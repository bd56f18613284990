"""Exact prices and money: conversions between Decimal, thousandths and storage integers.

Prices in quotes are int thousandths of a yuan; prices and money that orders carry are Decimal;
the journal stores integers of 1/10000 yuan.
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal

MILLI = Decimal("0.001")
CENT = Decimal("0.01")
_STORE = Decimal(10_000)


def milli_to_decimal(price_milli: int) -> Decimal:
    """Thousandths of a yuan to an exact Decimal with three decimals."""
    return Decimal(price_milli) * MILLI


def decimal_to_milli(price: Decimal) -> int:
    """Decimal yuan to thousandths, rounded half up."""
    return int((price * 1000).to_integral_value(rounding=ROUND_HALF_UP))


def float_to_milli(price: float) -> int:
    """A vendor float (11.370000000000001) to thousandths; nan and inf give 0, which no rule trusts."""
    if not math.isfinite(price):
        return 0
    return round(price * 1000)


def to_cents(amount: Decimal) -> Decimal:
    """Money rounded half up to the cent."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def to_store(amount: Decimal) -> int:
    """Decimal yuan to the journal's integer of 1/10000 yuan, rounded half up."""
    return int((amount * _STORE).to_integral_value(rounding=ROUND_HALF_UP))


def from_store(value: int) -> Decimal:
    """The journal's integer of 1/10000 yuan back to Decimal yuan."""
    return Decimal(value) / _STORE


def price_text(price: Decimal, tick: Decimal = CENT) -> str:
    """A price with the decimals of its tick, no thousands separator: `1468.20`, `4.718`."""
    return str(price.quantize(tick if tick.as_tuple().exponent != 0 else CENT, rounding=ROUND_HALF_UP))
