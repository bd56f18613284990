"""Where the last price stands among an item's levels: the nearest one, and places on the ruler. Only arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from core.domain.money import decimal_to_milli
from core.domain.watch import WatchItem


class LevelKind(Enum):
    """Which level."""

    STOP = "stop"
    TARGET = "target"
    ZONE = "zone"


@dataclass(frozen=True, slots=True)
class Near:
    """The closest level. `reached` says it is hit; then `distance` is how far the price is beyond it.

    `distance` is a signed fraction: from the price to the level, or from the level to the price once reached.
    """

    kind: LevelKind
    distance: float
    reached: bool = False


def _milli(price: Decimal | None) -> int | None:
    return None if price is None else decimal_to_milli(price)


def nearest(item: WatchItem, last: int, holding: bool, alert_only: bool) -> Near | None:
    """The level closest to `last` (thousandths): stop and target of a holding, else the entry zone.

    An alert-only item and one without an entry zone look at all their levels.
    """
    stop, target = _milli(item.stop_loss), _milli(item.take_profit)
    low, high = _milli(item.entry_low), _milli(item.entry_high)
    zoned = low is not None or high is not None
    found: list[Near] = []
    if holding or alert_only or not zoned:
        if stop is not None:
            reached = last <= stop
            found.append(Near(LevelKind.STOP, (last / stop if reached else stop / last) - 1, reached))
        if target is not None:
            reached = last >= target
            found.append(Near(LevelKind.TARGET, (last / target if reached else target / last) - 1, reached))
    if zoned and not holding:
        found.append(_zone(low, high, last))
    hit = [near for near in found if near.reached]
    return min(hit or found, key=lambda near: abs(near.distance), default=None)


def _zone(low: int | None, high: int | None, last: int) -> Near:
    if high is not None and last > high:
        return Near(LevelKind.ZONE, high / last - 1)
    if low is not None and last < low:
        return Near(LevelKind.ZONE, low / last - 1)
    return Near(LevelKind.ZONE, 0.0, reached=True)


@dataclass(frozen=True, slots=True)
class Ruler:
    """Places between 0 (lowest level) and 1 (highest). `last` outside means beyond an end."""

    stop: float | None
    target: float | None
    zone: tuple[float, float] | None
    cost: float | None
    last: float | None


def ruler(item: WatchItem, last: int, cost: Decimal | None) -> Ruler | None:
    """Places of the levels; None with fewer than two different levels."""
    low = item.entry_low if item.entry_low is not None else item.entry_high
    high = item.entry_high if item.entry_high is not None else item.entry_low
    levels = [float(level) for level in (item.stop_loss, item.take_profit, low, high) if level is not None]
    if not levels or max(levels) <= min(levels):
        return None
    bottom, span = min(levels), max(levels) - min(levels)

    def place(price: Decimal | None) -> float | None:
        return None if price is None else (float(price) - bottom) / span

    low_at, high_at = place(low), place(high)
    return Ruler(
        stop=place(item.stop_loss),
        target=place(item.take_profit),
        zone=None if low_at is None or high_at is None else (low_at, high_at),
        cost=place(cost),
        last=place(Decimal(last) / 1000) if last > 0 else None,
    )
