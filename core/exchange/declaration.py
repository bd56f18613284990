"""How far from a reference an order of a day without limits may be in a call auction.

Opening call of the first day: at most 900 % of the issue price, in Shanghai also at least 50 %. Closing call of any
day without limits: 10 % around the last trade. Days with limits have no range beyond them, and Beijing's first day
has none that we know. The ranges of convertible bonds (70 to 130 % of the issue price, 10 % around the last trade)
are uncertain: they are told and never refuse an order.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.exchange.boards import SecurityClass, exchange_of
from core.exchange.limits import MAIN_REGISTRATION, LimitFacts
from core.exchange.sessions import SessionPhase
from core.exchange.symbols import require_class, tick_size
from core.exchange.ticks import ceil_to_tick, floor_to_tick

_OPENING = frozenset({SessionPhase.OPEN_CALL_CANCEL, SessionPhase.OPEN_CALL_LOCKED})
_TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Range:
    """Lowest and highest price that may be declared, in yuan, None on an open side; `certain` ones refuse."""

    low: Decimal | None
    high: Decimal | None
    certain: bool = True


def declaration_range(
    symbol: str, day: date, phase: SessionPhase, facts: LimitFacts, last: Decimal | None
) -> Range | None:
    """The range of a call auction on a day without limits; None where there is none or nothing to measure from.

    Ask it only on such a day (`price_limits` gave None), and for the first day of a convertible bond.
    """
    cls = require_class(symbol)
    bond = cls is SecurityClass.CB
    if not (bond or (cls.is_stock and exchange_of(symbol) != "BJ" and day >= MAIN_REGISTRATION)):
        return None
    issue = facts.issue_price if facts.listing_day == 1 else None
    if phase in _OPENING and issue is not None:
        if bond:
            return _range(symbol, issue * Decimal("0.7"), issue * Decimal("1.3"), certain=False)
        least = issue * Decimal("0.5") if exchange_of(symbol) == "SH" else None
        return _range(symbol, least, issue * 9)
    if last is None or last <= 0:
        return None
    if bond:
        around = phase in (SessionPhase.CONTINUOUS, SessionPhase.CLOSE_CALL) and facts.listing_day == 1
        return _range(symbol, last * (1 - _TENTH), last * (1 + _TENTH), certain=False) if around else None
    if phase is not SessionPhase.CLOSE_CALL:
        return None
    return _range(symbol, last * (1 - _TENTH), last * (1 + _TENTH))


def _range(symbol: str, low: Decimal | None, high: Decimal, *, certain: bool = True) -> Range:
    tick = tick_size(symbol)
    return Range(None if low is None else ceil_to_tick(low, tick), floor_to_tick(high, tick), certain)
