"""An asyncio loop on virtual time: its `time()` is the conductor's clock and its timers are the conductor's events."""

from __future__ import annotations

import asyncio
import math
import selectors
from collections.abc import Callable
from contextvars import Context
from typing import Any

from core.simqmt.clockwork.conductor import Conductor

_EventList = list[tuple[selectors.SelectorKey, int]]


class _IdleSelector(selectors.DefaultSelector):
    """Tells the loop when it would wait, instead of waiting for a wall-clock timeout."""

    def __init__(self) -> None:
        super().__init__()
        self.on_idle: Callable[[float | None], None] = lambda _timeout: None

    def select(self, timeout: float | None = None) -> _EventList:
        """Poll when the loop has work; otherwise report idleness and wait to be woken."""
        if timeout is not None and timeout <= 0:
            return super().select(0)
        self.on_idle(timeout)
        return super().select(None)


class VirtualLoop(asyncio.SelectorEventLoop):
    """Made on any thread, run on one. Every call-in from another thread is counted until the loop is idle again."""

    def __init__(self, conductor: Conductor) -> None:
        self._conductor = conductor
        # Counted from here: at epoch size a float cannot carry asyncio's clock resolution, and due timers would spin.
        self._origin_ms = conductor.now_ms()
        self._handled = 0
        self.next_timer_ms: int | None = None
        selector = _IdleSelector()
        super().__init__(selector)
        # After 97 days doubles lie further apart than asyncio's 1e-9, and a timer due now would never be due.
        self._clock_resolution = 1e-6
        selector.on_idle = self._report_idle
        conductor.add_loop(self)

    def time(self) -> float:
        """Virtual seconds since the loop was made."""
        return (self._conductor.now_ms() - self._origin_ms) / 1000

    def call_soon_threadsafe(  # type: ignore[override]
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        """As in asyncio; counted from here until the loop has nothing left to do."""
        self._conductor.begin("loop")
        try:
            return super().call_soon_threadsafe(self._counted, callback, args, context=context)
        except RuntimeError:  # closed
            self._conductor.end("loop")
            raise

    def fire_timers(self) -> None:
        """Called by the conductor when virtual time has reached the next timer."""
        self.next_timer_ms = None
        self.call_soon_threadsafe(_nothing)

    def close(self) -> None:
        """As in asyncio; the conductor forgets the loop."""
        self._conductor.remove_loop(self)
        super().close()

    def _counted(self, callback: Callable[..., object], args: tuple[object, ...]) -> None:
        self._handled += 1
        callback(*args)

    def _report_idle(self, timeout: float | None) -> None:
        next_ms = None
        if timeout is not None:
            next_ms = self._conductor.now_ms() + max(1, math.ceil(timeout * 1000 - 1e-6))
        done, self._handled = self._handled, 0
        self._conductor.loop_idle(self, next_ms, done)


def _nothing() -> None:
    """Wakes the loop."""
