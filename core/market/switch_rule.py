"""When the source of quotes is changed: how long a failure is borne, and how long a return must wait. Pure but for the clock."""

from __future__ import annotations

from enum import Enum, auto

from core.clock import Clock
from core.domain.enums import FeedState
from core.ports import FeedHealth

LOST_GRACE_MS = 3_000
"""A lost subscription is made again within this time, mostly: no reason to change the source."""
HOLD_MS = 30_000
"""How long the best source must be well before the stand-in goes."""
LONGEST_HOLD_MS = 300_000
FLAPPING_MS = 600_000
"""A failure this soon after the last one doubles the hold."""
RETRY_MS = 30_000


class Step(Enum):
    """What is to be done now."""

    STAY = auto()
    REPLACE = auto()
    RETURN = auto()


class SwitchRule:
    """Remembers failures: a best source that flaps is held away longer. `switched` counts the take-overs."""

    def __init__(self, clock: Clock, hold_ms: int = HOLD_MS) -> None:
        self._clock = clock
        self._first_hold_ms = self._hold_ms = hold_ms
        self._failed_ms: int | None = None
        self._retry_ms = 0
        self.switched = 0

    def step(self, best: FeedHealth, stand_in: FeedHealth | None, *, others: bool) -> Step:
        """`stand_in` is the one in the best source's place, if any; `others` could take its place."""
        now = self._clock.now_ms()
        if stand_in is None:
            grace = LOST_GRACE_MS if best.state is FeedState.LOST else 0
            due = now - best.since_ms >= grace and now >= self._retry_ms
            well = best.state.is_healthy or best.state is FeedState.OFF
            return Step.REPLACE if due and not well else Step.STAY
        if best.state is FeedState.LIVE and now - best.since_ms >= self._hold_ms:
            return Step.RETURN
        bad = not stand_in.state.is_healthy and now - stand_in.since_ms >= LOST_GRACE_MS
        return Step.REPLACE if bad and others else Step.STAY

    def took_over(self) -> None:
        """A stand-in is in use from now on."""
        now = self._clock.now_ms()
        soon = self._failed_ms is not None and now - self._failed_ms < FLAPPING_MS
        self._hold_ms = min(2 * self._hold_ms, LONGEST_HOLD_MS) if soon else self._first_hold_ms
        self._failed_ms = now
        self.switched += 1

    def nobody_could(self) -> None:
        """No stand-in started: leave them alone for a while."""
        self._retry_ms = self._clock.now_ms() + RETRY_MS
