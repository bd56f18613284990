"""What is to happen in virtual time: scheduled events, market events of sources, timers of loops; which one is next."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from enum import IntEnum
from typing import Protocol


class Rank(IntEnum):
    """Order of events that fall on the same millisecond."""

    HOUR = -1  # a session begins or ends by the clock
    ANSWER = 0  # responses, pushes and ticks that are due
    MARKET = 1  # the next snapshot
    ARRIVAL = 2  # an order that reaches the exchange after its latency
    TIMER = 3  # timers of the trading loop


class EventSource(Protocol):
    """A stream of events whose next time is known."""

    def peek_ms(self) -> int | None: ...

    def release(self) -> None: ...


class TimedLoop(Protocol):
    """An asyncio loop whose timers are the conductor's."""

    next_timer_ms: int | None

    def fire_timers(self) -> None: ...


class Agenda:
    """Not thread-safe: the conductor calls it under its own lock."""

    def __init__(self) -> None:
        self.sources: list[EventSource] = []
        self.loops: list[TimedLoop] = []
        self.watches: list[TimedLoop] = []
        self.is_watch = False  # what `earliest` gave last is a watch's moment: no reason to hurry there
        self._events: list[tuple[int, int, int, Callable[[], None]]] = []
        self._order = itertools.count()

    def add(self, at_ms: int, rank: Rank, action: Callable[[], None]) -> None:
        """One event; those of one time and rank happen in the order they were added."""
        heapq.heappush(self._events, (at_ms, int(rank), next(self._order), action))

    def pop(self) -> Callable[[], None]:
        """Take the next scheduled event."""
        return heapq.heappop(self._events)[3]

    def earliest(
        self, now_ms: int, release_event: Callable[[], None], *, held: bool, paced: bool
    ) -> tuple[int, Callable[[], None]] | None:
        """The next time and what to call then. `held`: no market events. `paced`: time goes on by itself.

        Otherwise timers alone would run time away: they count when something else is due or the market is held,
        watches only when something else is due. While the market is held nobody waits for the hour: a quiet desk would be
        taken over the whole day at once.
        """
        self.is_watch = False
        best: tuple[int, int] | None = None
        release: Callable[[], None] | None = None
        if self._events:
            at_ms, rank, _, _ = self._events[0]
            best, release = (at_ms, rank), release_event
        for source in () if held else self.sources:
            next_ms = source.peek_ms()
            if next_ms is not None and (best is None or (max(next_ms, now_ms), Rank.MARKET) < best):
                best, release = (max(next_ms, now_ms), Rank.MARKET), source.release
        if best is None and not (paced or held):
            return None
        for loop in self.loops:
            timer_ms = loop.next_timer_ms
            if timer_ms is not None and (best is None or (max(timer_ms, now_ms), Rank.TIMER) < best):
                best, release = (max(timer_ms, now_ms), Rank.TIMER), loop.fire_timers
        for watch in self.watches if best is not None or (paced and not held) else ():
            watch_ms = watch.next_timer_ms
            if watch_ms is not None and (best is None or (max(watch_ms, now_ms), Rank.HOUR) < best):
                best, release = (max(watch_ms, now_ms), Rank.HOUR), watch.fire_timers
                self.is_watch = True
        return None if best is None or release is None else (best[0], release)
