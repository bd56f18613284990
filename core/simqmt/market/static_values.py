"""Prices and books as hands and files give them: read, or refused by name."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from core.domain.market import Level
from core.domain.money import decimal_to_milli
from core.errors import BadInput

Price = Decimal | str | float

_ABSURD = Decimal(1_000_000)
"""Yuan: no price comes near."""


def price_of(where: str, field: str, value: object, *, zero: bool = False) -> int:
    """A price in yuan as thousandths; `zero` allows none. Raises BadInput."""
    try:
        price = Decimal(str(value)) if not isinstance(value, bool) else Decimal("NaN")
    except InvalidOperation:
        price = Decimal("NaN")
    if not price.is_finite() or not 0 <= price < _ABSURD or not (price or zero):
        raise BadInput(f"应是大于 0 的价格（元），不是 {value!r}", where=where, field=field)
    return decimal_to_milli(price.quantize(Decimal("0.001")))


def levels_of(where: str, field: str, pairs: Iterable[Any], *, buy: bool) -> tuple[Level, ...]:
    """One side of a book, best price first, from pairs of price and shares in any order. Raises BadInput."""
    found: list[Level] = []
    for pair in pairs:
        try:
            price, volume = pair
            shares = -1 if isinstance(volume, bool) else operator.index(volume)
        except (TypeError, ValueError):
            price, shares = None, -1
        if shares <= 0:
            raise BadInput(f"每一档应是 [价格, 股数]，不是 {pair!r}", where=where, field=field)
        found.append((price_of(where, field, price), shares))
    return tuple(sorted(found, reverse=buy))
