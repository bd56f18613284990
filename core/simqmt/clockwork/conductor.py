"""The conductor: virtual time, and the rule that one thing happens at a time.

It owns the agenda of a simulated desk: market events, delayed answers of the terminal, timers of the trading loop. It
releases one of them only when everything is quiet (`activity`).

Virtual time moves only when all is quiet, to the earliest of next market event, next answer and next timer. With
`speed` None it moves as fast as the machine can; with a speed it waits for the wall clock. A desk that is too slow for
its speed lets the virtual clock fall behind instead of dropping anything.

`lockstep=False` gives a free-running terminal for programs whose threads nobody counts; with a speed its clock follows the
wall clock whether or not anything happens, and nothing is counted at all.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime

from core.domain.market import ms_to_datetime
from core.errors import UserError
from core.simqmt.clockwork.activity import Activity, ParkToken
from core.simqmt.clockwork.agenda import Agenda, EventSource, Rank, TimedLoop

__all__ = ["Conductor", "EventSource", "ParkToken", "Rank", "TimedLoop"]

_log = logging.getLogger(__name__)

_NUDGE_S = 0.05
_BEHIND_S = 2.0


class Conductor(Activity):
    """Clock, activity counter and agenda of one simulated desk. All methods may be called from any thread."""

    simulated = True

    def __init__(
        self,
        start_ms: int,
        *,
        speed: float | None = None,
        lockstep: bool = True,
        skip_gap_ms: int | None = None,
        stall_s: float = 15.0,
        hold_market: bool = False,
    ) -> None:
        """`skip_gap_ms`: a longer wait for the next event (a night) is skipped. `stall_s`: wall seconds without
        quiet after which the busy lanes are logged. `hold_market`: no market event until `open_market`."""
        if speed is not None and speed <= 0:
            raise ValueError("speed must be positive")
        super().__init__(counted=lockstep or speed is None, stall_s=stall_s)
        self.speed = speed
        self.lockstep = lockstep
        self.finished = threading.Event()
        self._skip_gap_ms = skip_gap_ms
        self._held = hold_market
        self._now_ms = start_ms
        self._agenda = Agenda()
        self._thread: threading.Thread | None = None
        self._anchor = (time.monotonic(), start_ms)

    # clock

    def now_ms(self) -> int:
        """Virtual epoch milliseconds."""
        if self.lockstep or self.speed is None or self._thread is None:
            return self._now_ms
        return max(self._now_ms, self._paced_ms())  # without the lock: a flood of requests asks for the time

    def now(self) -> datetime:
        """Virtual time, Asia/Shanghai."""
        return ms_to_datetime(self.now_ms())

    # agenda

    def schedule(self, at_ms: int, rank: Rank, action: Callable[[], None]) -> None:
        """Release `action` on the conductor's thread at virtual `at_ms` (now, if that is past)."""
        with self._cond:
            self._agenda.add(max(at_ms, self._now_ms), rank, action)
            self._cond.notify_all()

    def skip_to(self, at_ms: int) -> None:
        """Go on at `at_ms`: a free-running clock at once, in lock-step as soon as all that is due before has happened."""
        if self.lockstep or self.speed is None:
            self.schedule(at_ms, Rank.ANSWER, _nothing)
            return
        with self._cond:
            self._now_ms = max(self._now_ms, at_ms)
            self._set_anchor()
            self._cond.notify_all()

    def add_source(self, source: EventSource) -> None:
        """Add a stream of market events."""
        with self._cond:
            self._agenda.sources.append(source)
            self.finished.clear()
            self._cond.notify_all()

    def open_market(self) -> None:
        """Let market events flow: everybody who must see the first one has subscribed."""
        with self._cond:
            self._held = False
            self._set_anchor()
            self._cond.notify_all()

    def add_loop(self, loop: TimedLoop) -> None:
        """Add an asyncio loop whose timers run on virtual time."""
        with self._cond:
            self._agenda.loops.append(loop)

    def add_watch(self, watch: TimedLoop) -> None:
        """Add what only watches the clock: its moments come when time passes them, and make no time pass."""
        with self._cond:
            self._agenda.watches.append(watch)
            self._cond.notify_all()

    def remove_loop(self, loop: TimedLoop) -> None:
        """Forget a closed loop."""
        with self._cond:
            if loop in self._agenda.loops:
                self._agenda.loops.remove(loop)

    def loop_idle(self, loop: TimedLoop, next_timer_ms: int | None, done: int) -> None:
        """A loop has nothing left to do but wait until `next_timer_ms`; `done` counted call-ins were handled."""
        with self._cond:
            loop.next_timer_ms = next_timer_ms
            if done:
                self.end_many("loop", done)
            self._cond.notify_all()

    # running

    def start(self) -> None:
        """Run on a thread of its own."""
        with self._cond:
            self._set_anchor()
            self._thread = threading.Thread(target=self.run, name="conductor", daemon=True)
        self._thread.start()

    def stop(self, timeout: float = 5.0) -> None:
        """End the run after the event in hand."""
        with self._cond:
            self._stopping = True
            self._cond.notify_all()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout)

    def run(self) -> None:
        """Release events until `stop`."""
        with self._cond:
            self._set_anchor()
        while True:
            release = self._take_next()
            if release is None:
                return
            try:
                release()
            except UserError as error:
                _log.error("%s", error)
            except Exception:  # noqa: BLE001 - thread border: one bad event must not stop the clock
                _log.exception("an event of the simulated terminal failed")
            finally:
                self.end("conductor")

    def _set_anchor(self) -> None:
        """From now on virtual time runs on from here."""
        self._now_ms = self.now_ms()
        self._anchor = (time.monotonic(), self._now_ms)

    def _paced_ms(self) -> int:
        """Where the wall clock says virtual time is."""
        wall, start_ms = self._anchor
        return start_ms + int((time.monotonic() - wall) * 1000 * (self.speed or 0))

    def _take_next(self) -> Callable[[], None] | None:
        with self._cond:
            while True:
                if self.lockstep:
                    self._await_quiet()
                if self._stopping:
                    return None
                found = self._earliest()
                if found is None:
                    if not self._held:
                        self.finished.set()
                    self._cond.wait()
                    continue
                at_ms, release = found
                if self._wait_for_pace(at_ms):
                    continue
                self._now_ms = max(self._now_ms, at_ms)
                self.begin("conductor")
                return release

    def _earliest(self) -> tuple[int, Callable[[], None]] | None:
        """The next event as (time, release). As fast as possible, timers alone would run time away."""
        return self._agenda.earliest(
            self._now_ms,
            self._release_agenda,
            held=self._held,
            paced=self.speed is not None,
        )

    def _release_agenda(self) -> None:
        with self._cond:
            action = self._agenda.pop()
        action()

    def _wait_for_pace(self, at_ms: int) -> bool:
        """Wait for the wall clock; True when something changed meanwhile and the choice must be made anew."""
        if self.speed is None or at_ms <= self._now_ms:
            return False
        gap_ms = None if self._agenda.is_watch else self._skip_gap_ms
        if gap_ms is not None and at_ms - self._now_ms > gap_ms:
            self._now_ms = at_ms
            self._set_anchor()
            return False
        wall, start_ms = self._anchor
        remaining = (at_ms - start_ms) / 1000 / self.speed - (time.monotonic() - wall)
        if remaining <= 0:
            if remaining < -_BEHIND_S and self.lockstep:
                self._set_anchor()
            return False
        self._cond.wait(min(remaining, _NUDGE_S))
        self._now_ms = max(self._now_ms, min(at_ms, self._paced_ms()))
        return True


def _nothing() -> None:
    """Lets the clock move."""
