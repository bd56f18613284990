"""Halts during a day without limits: the first 30 % and the first 60 % away from today's open, ten minutes each.

Each level halts once in each direction; a first trade already beyond 60 % halts once. Whatever the length, trading
resumes at 14:57. A convertible bond's first day halts at 20 % for half an hour and at 30 % until 14:57. Minutes are
counted in trading time: a halt begun shortly before lunch goes on after it (own knowledge). Beijing's first day has
the same levels (own knowledge).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal

from core.domain.market import SHANGHAI
from core.exchange.boards import SecurityClass
from core.exchange.limits import LimitFacts, price_limits
from core.exchange.sessions import session_bounds, shanghai
from core.exchange.symbols import require_class

_RESUME = time(14, 57)


@dataclass(frozen=True, slots=True)
class HaltLevel:
    """`fraction` away from the base price; `minutes` of trading time, None for until 14:57."""

    fraction: Decimal
    minutes: int | None


@dataclass(frozen=True, slots=True)
class Halt:
    """A halt that a trade caused: its level, the direction (+1 rise, -1 fall), its span."""

    level: HaltLevel
    direction: int
    since: datetime
    until: datetime


_STOCK = (HaltLevel(Decimal("0.30"), 10), HaltLevel(Decimal("0.60"), 10))
_BOND = (HaltLevel(Decimal("0.20"), 30), HaltLevel(Decimal("0.30"), None))


def halt_levels(symbol: str, moment: datetime, facts: LimitFacts) -> tuple[HaltLevel, ...]:
    """The levels of this security on this day, none on a day with limits."""
    cls = require_class(symbol)
    if cls is SecurityClass.CB:
        return _BOND if facts.listing_day == 1 else ()
    if not cls.is_stock:
        return ()
    free = price_limits(symbol, Decimal(1), shanghai(moment).date(), facts).up is None
    return _STOCK if free else ()


def halt_after(
    symbol: str,
    moment: datetime,
    price: Decimal,
    base: Decimal,
    facts: LimitFacts,
    done: frozenset[tuple[Decimal, int]] = frozenset(),
) -> Halt | None:
    """The halt that a trade at `price` in continuous auction causes, or None.

    `base` is today's opening price (a convertible bond: its issue price). `done` holds (fraction, direction) of
    the halts of this day. After a halt add `passed(halt)`: a jump over both levels halts once.
    """
    if base <= 0 or price <= 0:
        return None
    direction = 1 if price >= base else -1
    moved = abs(price - base) / base
    reached = [level for level in halt_levels(symbol, moment, facts) if moved >= level.fraction]
    if not reached or (reached[-1].fraction, direction) in done:
        return None
    local = shanghai(moment)
    until = resumption(local, reached[-1].minutes)
    return Halt(reached[-1], direction, local, until) if until > local else None


def passed(halt: Halt, symbol: str, facts: LimitFacts) -> frozenset[tuple[Decimal, int]]:
    """What a halt uses up: its own level and the lower ones of its direction."""
    levels = halt_levels(symbol, halt.since, facts)
    return frozenset(
        (level.fraction, halt.direction) for level in levels if level.fraction <= halt.level.fraction
    )


def resumption(since: datetime, minutes: int | None) -> datetime:
    """When trading resumes: after so many minutes of trading time, at 14:57 at the latest."""
    (_, am_close), (pm_open, _) = session_bounds(since.date())
    latest = datetime.combine(since.date(), _RESUME, SHANGHAI)
    if minutes is None:
        return latest
    until = since + timedelta(minutes=minutes)
    if since < am_close < until:
        until = pm_open + (until - am_close)
    return min(until, latest)
