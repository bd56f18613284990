"""A circuit breaker: a source that fails is left alone, longer each time, and tried with one request at first.

Pure: time comes in as monotonic seconds, chance as a function.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class BreakerState(StrEnum):
    """Whether requests may pass."""

    CLOSED = "CLOSED"  # all is well
    OPEN = "OPEN"  # none pass
    HALF_OPEN = "HALF_OPEN"  # one passes, and decides


@dataclass(frozen=True, slots=True)
class BreakerLimits:
    """When it opens and for how long. `jitter` is a fraction of the pause, added at random."""

    failures: int = 3
    first_pause_s: float = 15.0
    longest_pause_s: float = 900.0
    probe_s: float = 60.0  # a probe that never tells is over then
    jitter: float = 0.2


class Breaker:
    """One source's breaker."""

    def __init__(self, limits: BreakerLimits, chance: Callable[[], float]) -> None:
        self._limits = limits
        self._chance = chance
        self._failures = 0
        self._pauses = 0
        self._retry_at = 0.0
        self._probing_since: float | None = None
        self._state = BreakerState.CLOSED
        self.reason = ""

    def state(self, now: float) -> BreakerState:
        """The state; an open breaker whose pause is over is half open."""
        if self._state is BreakerState.OPEN and now >= self._retry_at:
            return BreakerState.HALF_OPEN
        return self._state

    def retry_in(self, now: float) -> float:
        """Seconds until a request may pass; 0 when one may."""
        return max(0.0, self._retry_at - now) if self._state is BreakerState.OPEN else 0.0

    def may_ask(self, now: float) -> bool:
        """Would `admit` let a request pass."""
        state = self.state(now)
        return state is BreakerState.CLOSED or (state is BreakerState.HALF_OPEN and not self._probing(now))

    def admit(self, now: float) -> bool:
        """May a request pass? When half open this one is the probe."""
        if not self.may_ask(now):
            return False
        if self.state(now) is BreakerState.HALF_OPEN:
            self._state = BreakerState.HALF_OPEN
            self._probing_since = now
        return True

    def release(self) -> None:
        """The admitted request did not leave after all."""
        self._probing_since = None

    def succeeded(self) -> None:
        """A request was answered."""
        self._failures = self._pauses = 0
        self._probing_since = None
        self._state = BreakerState.CLOSED
        self.reason = ""

    def failed(self, now: float, reason: str, *, at_once: bool = False) -> None:
        """A request failed; `at_once` opens without counting (the source said: go away)."""
        self.reason = reason
        self._failures += 1
        probe = self._state is BreakerState.HALF_OPEN
        self._probing_since = None
        if probe or at_once or self._failures >= self._limits.failures:
            if self._state is BreakerState.OPEN and now < self._retry_at:
                return  # an answer to a request from before it opened
            pause = min(self._limits.first_pause_s * 2.0**self._pauses, self._limits.longest_pause_s)
            self._retry_at = now + pause * (1.0 + self._limits.jitter * self._chance())
            self._pauses += 1
            self._state = BreakerState.OPEN

    def _probing(self, now: float) -> bool:
        return self._probing_since is not None and now - self._probing_since < self._limits.probe_s
