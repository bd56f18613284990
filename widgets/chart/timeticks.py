"""Where the time axis is labelled: the finest of month, day, half hour and so on that leaves room for the text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.domain.market import ms_to_datetime
from widgets.chart.frame import DAY_MINUTES, HALF_DAY, Frame

_SHANGHAI_MS = 8 * 3_600_000
_HOUR_MS = 3_600_000
_ROOM = 84.0


@dataclass(frozen=True, slots=True)
class TimeTick:
    """A label at x; `major` ones win where two would touch."""

    x: float
    text: str
    major: bool = False


def time_ticks(frame: Frame, factor: float = 1.0) -> list[TimeTick]:
    """Ticks from left to right, at least a text apart at the font `factor`."""
    if frame.intraday:
        return list(_session_ticks(frame))
    places = np.arange(frame.first, frame.stop) if frame.starts is None else frame.starts
    times = frame.series.time_ms[places]
    room = _ROOM * factor
    for name, keys in _levels(times, frame.daily):
        turns = np.flatnonzero(np.diff(keys)) + 1
        if len(turns) * room > frame.time.width and name != "decade":
            continue
        xs = frame.time.xs(places[turns])
        found = [
            _tick(name, float(x), int(times[t]), int(times[t - 1])) for x, t in zip(xs, turns, strict=True)
        ]
        return _apart([tick for tick in found if tick.x >= frame.time.left + 20], room * 0.6)
    return []


def _levels(times: NDArray[Any], daily: bool) -> Iterator[tuple[str, NDArray[Any]]]:
    """Names and keys, finest first; a bar whose key differs from the one before starts a new part."""
    local = times + _SHANGHAI_MS
    if not daily:
        yield "half", local // (_HOUR_MS // 2)
        yield "hour", local // _HOUR_MS
        yield "noon", local // (_HOUR_MS * 12)
        yield "day", local // (_HOUR_MS * 24)
    days = (local // (_HOUR_MS * 24)).astype("datetime64[D]")
    if not daily:
        yield "week", (days.astype(np.int64) + 3) // 7
    months = days.astype("datetime64[M]").astype(np.int64)
    yield "month", months
    yield "quarter", months // 3
    yield "year", months // 12
    yield "lustrum", (months // 12) // 5
    yield "decade", months // 120


def _tick(name: str, x: float, time_ms: int, before_ms: int) -> TimeTick:
    now, before = ms_to_datetime(time_ms), ms_to_datetime(before_ms)
    if name in ("year", "lustrum", "decade"):
        return TimeTick(x, f"{now:%Y}")
    if now.year != before.year or name == "quarter":
        return TimeTick(x, f"{now:%Y-%m}", True)
    if name in ("month", "week") or now.date() != before.date():
        return TimeTick(x, f"{now:%m-%d}", name not in ("month", "week", "day"))
    minute = 0 if name in ("hour", "noon") else now.minute // 30 * 30
    hour = 13 if name == "noon" else now.hour
    return TimeTick(x, f"{hour:02d}:{minute:02d}")


def _apart(ticks: list[TimeTick], room: float) -> list[TimeTick]:
    """Drop what would touch: a plain tick gives way to a major one, else the later to the earlier."""
    kept: list[TimeTick] = []
    for tick in ticks:
        if kept and tick.x - kept[-1].x < room:
            if not tick.major or kept[-1].major:
                continue
            kept.pop()
        kept.append(tick)
    return kept


def _session_ticks(frame: Frame) -> Iterator[TimeTick]:
    texts = ((0, "9:30"), (60, "10:30"), (HALF_DAY, "11:30/13:00"), (180, "14:00"), (DAY_MINUTES, "15:00"))
    for slot, text in texts:
        yield TimeTick(float(frame.time.x(slot)), text, slot in (0, HALF_DAY, DAY_MINUTES))
