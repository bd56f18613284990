"""Temporary halts for excessive moves: which there are on a day, and when one begins and ends.

Stocks on a day without price limit: 10 minutes at 30 % from the day's open and again at 60 %, either way. Convertible
bonds on their first day: 30 minutes at 20 % from the previous close (the issue price), until 14:57 at 30 %. None lasts
beyond 14:57. Times are milliseconds since midnight, prices int thousandths of a yuan.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.exchange.boards import SecurityClass
from core.exchange.limits import LimitFacts, Limits
from core.exchange.symbols import require_class

_MINUTE = 60_000
LAST_END = (14 * 60 + 57) * _MINUTE


@dataclass(frozen=True, slots=True)
class HaltRule:
    """A halt at a move of `per_mille` from the base, for `minutes` (None: until 14:57)."""

    per_mille: int
    minutes: int | None


_STOCK = (HaltRule(300, 10), HaltRule(600, 10))
_BOND = (HaltRule(200, 30), HaltRule(300, None))


def halt_rules(symbol: str, limits: Limits, facts: LimitFacts) -> tuple[HaltRule, ...]:
    """The halts of a security on a day with these limits, smallest move first."""
    cls = require_class(symbol)
    if cls is SecurityClass.CB:
        return _BOND if facts.listing_day == 1 else ()
    return _STOCK if cls.is_stock and limits.up is None and limits.down is None else ()


def halt_end(
    rules: tuple[HaltRule, ...], used: int, base: int, price: int, time_of_day: int
) -> tuple[int, int] | None:
    """(end of the halt, number of rules used up) when `price` sets off the next one; None when it does not.

    A move that jumps past several thresholds uses them all up and halts for the last.
    """
    passed = sum(abs(price - base) * 1000 >= rule.per_mille * base for rule in rules)
    if not base or not price or passed <= used or time_of_day >= LAST_END:
        return None
    minutes = rules[passed - 1].minutes
    end = LAST_END if minutes is None else min(time_of_day + minutes * _MINUTE, LAST_END)
    return end, passed
