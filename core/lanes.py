"""A lane: one worker thread with a queue, counted so that a conductor can see when it is quiet.

The broker's sending lane, its asking lane and the storage lane are lanes. The worker is a daemon thread: a call
that never returns must not keep the program alive.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import ParamSpec, TypeVar

from core.ports import Activity

P = ParamSpec("P")
R = TypeVar("R")

_log = logging.getLogger(__name__)


class Lane:
    """Runs jobs one after another on one thread named `name`."""

    def __init__(self, name: str, activity: Activity) -> None:
        self.name = name
        self._activity = activity
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def submit(self, job: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Queue a job that returns by itself."""
        return self._put(False, job, *args, **kwargs)

    def submit_waiting(self, job: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Queue a job that may wait for the terminal's answer (connect, subscribe): it counts as quiet meanwhile."""
        return self._put(True, job, *args, **kwargs)

    async def call(self, job: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Await a job from an asyncio loop."""
        return await asyncio.wrap_future(self.submit(job, *args, **kwargs))

    async def call_waiting(self, job: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Await a job that may wait for the terminal's answer."""
        return await asyncio.wrap_future(self.submit_waiting(job, *args, **kwargs))

    def close(self, timeout: float | None = 2.0) -> bool:
        """Let queued jobs finish and end the thread; False when it hangs in a call and is left behind."""
        if not self._closed:
            self._closed = True
            self._jobs.put(None)
        if threading.current_thread() is not self._thread:
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def _put(self, parkable: bool, job: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        if self._closed:
            raise RuntimeError(f"lane {self.name} is closed")
        future: Future[R] = Future()
        activity, label = self._activity, self.name

        def run() -> None:
            if parkable:
                activity.enter_parkable(label)
            try:
                if future.set_running_or_notify_cancel():
                    try:
                        result = job(*args, **kwargs)
                    except BaseException as error:  # noqa: BLE001 - thread border: the error belongs to the one who waits
                        future.set_exception(error)
                    else:
                        future.set_result(result)
            finally:
                if parkable:
                    activity.leave_parkable(label)
                else:
                    activity.end(label)

        activity.begin(label)
        self._jobs.put(run)
        return future

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job()
            except Exception:  # noqa: BLE001 - thread border: a broken callback must not end the lane
                _log.exception("lane %s: a job's callback failed", self.name)
            del job
