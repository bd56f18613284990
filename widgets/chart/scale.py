"""From bar numbers and values to pixels and back; nothing here paints."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

DEFAULT_STEP = 8.0
MAX_STEP = 48.0
LEAST_SHOWN = 5
_GAP_SHARE = 0.1
_FULL = 0.9


@dataclass(frozen=True, slots=True)
class TimeScale:
    """Slot numbers to x. `step` is the width of a slot; `right` is the slot at the right edge of the plot."""

    left: float
    width: float
    step: float
    right: float

    def x(self, slot: float) -> float:
        """Centre of a slot."""
        return self.left + self.width - (self.right - slot) * self.step

    def xs(self, slots: NDArray[Any]) -> NDArray[np.float64]:
        """Centres of many slots."""
        return self.left + self.width - (self.right - slots) * self.step

    def slot(self, x: float) -> float:
        """The fractional slot at x."""
        return self.right - (self.left + self.width - x) / self.step

    def shown(self, count: int) -> tuple[int, int]:
        """First and one past the last of `count` slots that touch the plot."""
        first = math.floor(self.slot(self.left) + 0.5)
        stop = math.floor(self.right + 0.5) + 1
        first = min(max(first, 0), count)
        return first, max(first, min(stop, count))


def latest(left: float, width: float, step: float, count: int) -> TimeScale:
    """The last bars, with a gap at the right where labels have room."""
    return TimeScale(left, width, step, count - 1 + max(24.0, width * _GAP_SHARE) / step)


def clamped(scale: TimeScale, count: int) -> TimeScale:
    """Keep the step sensible and some bars in sight."""
    step = min(max(scale.step, _least_step(scale, count)), MAX_STEP)
    few = min(LEAST_SHOWN, count)
    lowest = few - 1 + 0.5
    highest = max(lowest, count - few + scale.width / step - 0.5)
    return replace(scale, step=step, right=min(max(scale.right, lowest), highest))


def _least_step(scale: TimeScale, count: int) -> float:
    """Narrow enough to see everything, not narrower."""
    return min(DEFAULT_STEP, scale.width * _FULL / max(count, 1))


def zoomed(scale: TimeScale, factor: float, anchor_x: float, count: int) -> TimeScale:
    """Wider or narrower slots while the slot under `anchor_x` stays where it is."""
    step = min(max(scale.step * factor, _least_step(scale, count)), MAX_STEP)
    slot = scale.slot(anchor_x)
    right = slot + (scale.left + scale.width - anchor_x) / step
    return clamped(replace(scale, step=step, right=right), count)


def moved(scale: TimeScale, pixels: float, count: int) -> TimeScale:
    """Content follows the pointer by `pixels`."""
    return clamped(replace(scale, right=scale.right - pixels / scale.step), count)


@dataclass(frozen=True, slots=True)
class ValueScale:
    """Values to y: `low` at `bottom`, `high` at `top`."""

    top: float
    bottom: float
    low: float
    high: float

    @property
    def per_unit(self) -> float:
        """Pixels of one unit."""
        return (self.bottom - self.top) / (self.high - self.low)

    def y(self, value: float) -> float:
        """Height of a value."""
        return self.bottom - (value - self.low) * self.per_unit

    def ys(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Heights of many values."""
        return self.bottom - (values - self.low) * self.per_unit

    def value(self, y: float) -> float:
        """The value at a height."""
        return self.low + (self.bottom - y) / self.per_unit

    def holds(self, value: float) -> bool:
        """Whether a value lies in the range, edges included."""
        return self.low <= value <= self.high


def fit(low: float, high: float, extras: Iterable[float], growth: float, least: float) -> tuple[float, float]:
    """The range to show: `low` to `high`, at least `least` wide, wider by extras that cost little.

    An extra is taken in, nearest first, while the whole range grows to no more than `1 + growth` times.
    """
    if high - low < least:
        middle = (high + low) / 2
        low, high = middle - least / 2, middle + least / 2
    room = (high - low) * (1 + growth)
    for value in sorted(extras, key=lambda v: max(low - v, v - high)):
        wider = max(high, value) - min(low, value)
        if wider > room:
            break
        low, high = min(low, value), max(high, value)
    return low, high


def fit_even(centre: float, low: float, high: float, extras: Iterable[float], least: float) -> float:
    """Half the height of a range symmetric about `centre`; extras up to twice the distance are taken in."""
    reach = max(high - centre, centre - low, least)
    near = [abs(value - centre) for value in extras if abs(value - centre) <= 2 * reach]
    return max([reach, *near])


def nice_step(span: float, most: int, least: float) -> float:
    """A step of 1, 2, 2.5 or 5 times a power of ten, a multiple of `least`; at most `most` of them fill `span`."""
    raw = max(span / max(most, 1), least)
    power = 10 ** math.floor(math.log10(raw) + 1e-9)
    for factor in (1, 2, 2.5, 5, 10):
        step = factor * power
        if step >= raw * (1 - 1e-9) and (step % least == 0 or factor != 2.5):
            return float(step)
    return float(10 * power)


def ticks(low: float, high: float, step: float) -> list[float]:
    """Multiples of `step` from `low` to `high`."""
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]
