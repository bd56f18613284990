"""Which trading days of a symbol's bars are here, half here, known to be empty, or not yet asked for.

A day is complete only when it was asked for after it was over: today is never complete before 15:35. A day without
bars between days with bars is known to be empty (suspended, or before the listing) and is left alone for a while. A
day without bars at the end of an answer proves nothing (a source may be late, or throttle with an empty answer) and
is asked for again soon.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

import numpy as np

from core.domain.enums import Period
from core.domain.market import ms_to_datetime
from core.exchange.calendar import Calendar, DayKind
from core.market.history.table import day_number, day_of, midnight_ms

HOUR_MS = 3_600_000
_SETTLED = 15 * HOUR_MS + 35 * 60_000
"""Time of day after which a day's bars no longer change: fixed-price trading ends at 15:30."""
_OPENING = 9 * HOUR_MS + 30 * 60_000
_FULL = {Period.M1: 240, Period.M5: 48, Period.D1: 1}
_ONE = timedelta(days=1)


class DayState(StrEnum):
    """What is known of the bars of a day; a day of no state was never asked for."""

    COMPLETE = "C"
    PARTIAL = "P"  # some bars: today, or a day with fewer than a full day has
    EMPTY = "E"  # none, although the same answer had bars of a later day
    SILENT = "S"  # none came, and nothing proves that there are none


@dataclass(frozen=True, slots=True)
class Retry:
    """How long an answer stands before the day is asked for again, in milliseconds."""

    empty_ms: int = 30 * 24 * HOUR_MS
    partial_ms: int = 7 * 24 * HOUR_MS
    silent_ms: int = HOUR_MS
    silent_old_ms: int = 12 * HOUR_MS
    """For days that were over a week ago: rather before the listing, or beyond what the source keeps."""


DEFAULT_RETRY = Retry()


@dataclass(frozen=True, slots=True)
class DayRange:
    """Days from `first` to `last`, both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Span:
    """Days of one state, as one source answered. `asked_ms` is when, the earliest where answers were joined."""

    first: date
    last: date
    state: DayState
    source: str
    asked_ms: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is known of the days of one symbol and period: spans in order, none overlapping."""

    spans: tuple[Span, ...] = ()

    def state_of(self, day: date) -> DayState | None:
        """State of a day; None when it was never asked for."""
        span = self.span_of(day)
        return None if span is None else span.state

    def span_of(self, day: date) -> Span | None:
        """The span that holds a day."""
        at = bisect_right(self.spans, day, key=lambda span: span.first) - 1
        return self.spans[at] if at >= 0 and day <= self.spans[at].last else None

    def days(self, state: DayState, first: date, last: date, calendar: Calendar) -> tuple[date, ...]:
        """Possible trading days of one state from `first` to `last`."""
        found: list[date] = []
        for span in self.spans:
            if span.state is state and span.last >= first and span.first <= last:
                found += possible_days(calendar, max(span.first, first), min(span.last, last))
        return tuple(found)

    def within(self, first: date, last: date) -> Coverage:
        """Only what lies between two days."""
        return Coverage(
            tuple(
                replace(span, first=max(span.first, first), last=min(span.last, last))
                for span in self.spans
                if span.last >= first and span.first <= last
            )
        )

    def updated(self, spans: Sequence[Span], calendar: Calendar) -> Coverage:
        """With newer spans in place of what was known of their days; `spans` in order."""
        if not spans:
            return self
        first, last = spans[0].first, spans[-1].last
        before = self.within(date.min, first - _ONE).spans if first > date.min else ()
        after = self.within(last + _ONE, date.max).spans
        return Coverage(_coalesced([*before, *spans, *after], calendar))

    def encoded(self) -> list[list[object]]:
        """As plain values for JSON."""
        return [
            [day_number(s.first), day_number(s.last), s.state.value, s.source, s.asked_ms] for s in self.spans
        ]

    @classmethod
    def decoded(cls, rows: Iterable[Sequence[object]]) -> Coverage:
        """From `encoded`; raises ValueError or TypeError for anything else."""
        spans = []
        for first, last, state, source, asked_ms in rows:
            if not (isinstance(first, int) and isinstance(last, int) and isinstance(asked_ms, int)):
                raise TypeError("not a coverage")
            spans.append(Span(day_of(first), day_of(last), DayState(str(state)), str(source), asked_ms))
        return cls(tuple(spans))


def judge_answer(
    asked: DayRange, got: Mapping[date, int], period: Period, *, source: str, now_ms: int, calendar: Calendar
) -> list[Span]:
    """What an answer says about the days that were asked for; `got` is the number of bars by day.

    Days still to come are left out.
    """
    today = _today(now_ms)
    days = possible_days(calendar, asked.first, min(asked.last, today))
    newest = max(got, default=date.min)
    open_day = today if now_ms < settled_ms(today) else None
    full = _FULL[period]
    spans: list[Span] = []
    first = before = date.min
    state: DayState | None = None
    for day in days:
        count = got.get(day, 0)
        if count:
            now = DayState.COMPLETE if count >= full and day != open_day else DayState.PARTIAL
        else:
            now = DayState.EMPTY if day < newest else DayState.SILENT
        if now is not state or day == open_day:
            if state is not None:
                spans.append(Span(first, before, state, source, now_ms))
            first, state = day, now
        before = day
    if state is not None:
        spans.append(Span(first, before, state, source, now_ms))
    return spans


def missing_days(
    coverage: Coverage,
    first: date,
    last: date,
    *,
    now_ms: int,
    calendar: Calendar,
    source: str = "",
    retry: Retry = DEFAULT_RETRY,
) -> tuple[DayRange, ...]:
    """Runs of trading days from `first` to `last` that should be asked for now.

    Days to come, and today before it opens, are not missing. With `source`, days that another source had no bars
    of are asked for again at once.
    """
    today = _today(now_ms)
    if now_ms < midnight_ms(today) + _OPENING:
        today -= _ONE
    days = possible_days(calendar, first, min(last, today))
    needed = np.ones(len(days), np.bool_)
    for span in coverage.spans:
        if not _stands(span, now_ms, source, retry):
            continue
        needed[bisect_left(days, span.first) : bisect_right(days, span.last)] = False
    if not needed.any():
        return ()
    edges = np.diff(needed.astype(np.int8), prepend=0, append=0)
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    return tuple(DayRange(days[a], days[b - 1]) for a, b in zip(starts.tolist(), ends.tolist(), strict=True))


def settled_ms(day: date) -> int:
    """From when on the bars of a day no longer change."""
    return midnight_ms(day) + _SETTLED


@lru_cache(maxsize=256)
def possible_days(calendar: Calendar, first: date, last: date) -> tuple[date, ...]:
    """Days that may have traded: known trading days, and weekdays of years that the calendar does not know."""
    if last < first:
        return ()
    if all(year in calendar.years for year in range(first.year, last.year + 1)):
        return calendar.trading_days(first, last)
    count = (last - first).days + 1
    days = (first + timedelta(days=offset) for offset in range(count))
    return tuple(day for day in days if calendar.kind(day) is not DayKind.CLOSED)


def _today(now_ms: int) -> date:
    return ms_to_datetime(now_ms).date()


def _stands(span: Span, now_ms: int, source: str, retry: Retry) -> bool:
    """The answer need not be asked for again yet."""
    if span.state is DayState.COMPLETE:
        return True
    if span.asked_ms < settled_ms(span.last):
        # Asked while the day was still going on. A quiet source is not pressed, a growing day is.
        return span.state is DayState.SILENT and now_ms - span.asked_ms < retry.silent_ms
    if source and source != span.source:
        return False
    hold = {
        DayState.EMPTY: retry.empty_ms,
        DayState.PARTIAL: retry.partial_ms,
        DayState.SILENT: retry.silent_old_ms if _old(span) else retry.silent_ms,
    }[span.state]
    return now_ms - span.asked_ms < hold


def _old(span: Span) -> bool:
    return span.asked_ms - settled_ms(span.last) > 7 * 24 * HOUR_MS


def _coalesced(spans: Iterable[Span], calendar: Calendar) -> tuple[Span, ...]:
    """Neighbours that say the same joined; when complete days were asked for does not matter."""
    found: list[Span] = []
    for span in spans:
        last = found[-1] if found else None
        if last is not None and _alike(last, span) and _adjacent(last.last, span.first, calendar):
            found[-1] = replace(last, last=span.last, asked_ms=min(last.asked_ms, span.asked_ms))
        else:
            found.append(span)
    return tuple(found)


def _alike(a: Span, b: Span) -> bool:
    if (a.state, a.source) != (b.state, b.source):
        return False
    # An open day must not be judged by the end of a longer run.
    return a.state is DayState.COMPLETE or (a.asked_ms == b.asked_ms and a.asked_ms >= settled_ms(b.last))


def _adjacent(before: date, after: date, calendar: Calendar) -> bool:
    """No day between could have traded."""
    day = before + _ONE
    while day < after:
        if calendar.kind(day) is not DayKind.CLOSED:
            return False
        day += _ONE
    return True
