"""What is under way in a simulated desk, by counting: whoever hands work to another thread calls `begin` before, the
taker calls `end` after the work and after the hand-overs that the work made.

So the count is zero only when no lane has anything left to do, and no barrier, sleep or round of tokens is needed.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import Executor

_log = logging.getLogger(__name__)


class ParkToken:
    """A blocked call that counts as quiet from `park` until its answer is about to be delivered."""

    def __init__(self, activity: Activity, job: _Job) -> None:
        self._activity = activity
        self._job = job
        self._over = False

    def park(self) -> None:
        """Call when the request has reached the terminal: from now on the thread only waits. Had it counted as quiet
        before, time could pass between, and the request came late or after its own deadline."""
        self._activity._park(self)

    def resume(self) -> None:
        """Call before the answer is delivered: the blocked thread is about to work again."""
        self._activity._resume(self)


class _Job:
    __slots__ = ("label", "parked")

    def __init__(self, label: str) -> None:
        self.label = label
        self.parked = False


class Activity:
    """The counts, under one lock. Where nobody waits for quiet nothing is counted."""

    def __init__(self, *, counted: bool, stall_s: float) -> None:
        """`stall_s`: wall seconds without quiet after which the busy lanes are logged."""
        self._cond = threading.Condition()
        self._counted = counted
        self._stall_s = stall_s
        self._busy = 0
        self._labels: Counter[str] = Counter()
        self._jobs: dict[int, _Job] = {}
        self._stopping = False

    def begin(self, label: str) -> None:
        """One more piece of work is on its way to the lane `label`."""
        if self._counted:
            with self._cond:
                self._add(label)

    def end(self, label: str) -> None:
        """A piece of work and all it handed over is done."""
        self.end_many(label, 1)

    def end_many(self, label: str, count: int) -> None:
        """As `end`, for several at once."""
        if count and self._counted:
            with self._cond:
                self._busy -= count
                self._labels[label] -= count
                if self._busy == 0:
                    self._cond.notify_all()

    def enter_parkable(self, label: str) -> None:
        """The current thread runs a counted job that may wait for the terminal."""
        with self._cond:
            self._jobs[threading.get_ident()] = _Job(label)

    def leave_parkable(self, label: str) -> None:
        """The parkable job ended."""
        with self._cond:
            job = self._jobs.pop(threading.get_ident())
            counted = not job.parked
        if counted:
            self.end(label)

    def parking(self) -> ParkToken | None:
        """Called by the stand-in on the thread of a request that will wait for its answer: what to park it with, once
        the request is on its way.

        None when the thread's job is not parkable (asynchronous requests, foreign programs).
        """
        if not self._counted:
            return None
        with self._cond:
            job = self._jobs.get(threading.get_ident())
            return None if job is None or job.parked else ParkToken(self, job)

    def park(self) -> ParkToken | None:
        """Stop counting the current thread, where it can be parked."""
        token = self.parking()
        if token is not None:
            token.park()
        return token

    def follow(self, executors: Iterable[Executor]) -> None:
        """Count what a delivery just put into xttrader's one-worker executors: a token at the end of each queue."""
        if not self._counted:
            return
        for executor in executors:
            self.begin("xttrader")
            try:
                executor.submit(self.end, "xttrader")
            except RuntimeError:  # shut down: nothing more will run there
                self.end("xttrader")

    def busy_labels(self) -> dict[str, int]:
        """What is under way, for diagnosis."""
        with self._cond:
            return {label: count for label, count in self._labels.items() if count}

    def wait_quiet(self, timeout: float = 10.0) -> bool:
        """Wait until nothing counted is under way; False on timeout. For tests and orderly stops."""
        with self._cond:
            return self._cond.wait_for(lambda: self._busy == 0, timeout)

    def _add(self, label: str) -> None:
        """Under the lock."""
        self._busy += 1
        self._labels[label] += 1

    def _park(self, token: ParkToken) -> None:
        job = token._job
        with self._cond:
            if token._over or job.parked:  # its answer was faster
                return
            job.parked = True
        self.end(job.label)

    def _resume(self, token: ParkToken) -> None:
        job = token._job
        with self._cond:
            token._over = True
            if job.parked:
                job.parked = False
                self._add(job.label)

    def _await_quiet(self) -> None:
        """Wait under the lock until all is quiet, or the end is near."""
        while self._busy and not self._stopping:
            if not self._cond.wait(self._stall_s) and self._busy:
                busy = {label: count for label, count in self._labels.items() if count}
                _log.warning("the desk is not quiet after %.0f s; busy: %s", self._stall_s, busy)
