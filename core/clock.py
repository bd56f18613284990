"""Time as the desk sees it. Paper desks read the conductor's clock; wall time is for logs only."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Protocol

from core.domain.market import ms_to_datetime


class Clock(Protocol):
    """A source of the present. `simulated` is shown to the user."""

    @property
    def simulated(self) -> bool: ...

    def now_ms(self) -> int:
        """Epoch milliseconds."""
        ...

    def now(self) -> datetime:
        """Aware, Asia/Shanghai."""
        ...


class SystemClock:
    """The machine's clock."""

    simulated = False

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def now(self) -> datetime:
        return ms_to_datetime(self.now_ms())


class ManualClock:
    """A clock that tests turn by hand."""

    simulated = True

    def __init__(self, start_ms: int) -> None:
        self._now_ms = start_ms

    def now_ms(self) -> int:
        return self._now_ms

    def now(self) -> datetime:
        return ms_to_datetime(self._now_ms)

    def advance(self, ms: int) -> None:
        """Move forward; never back."""
        if ms < 0:
            raise ValueError("time does not run backwards")
        self._now_ms += ms
