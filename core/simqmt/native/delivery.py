"""One delivery thread per native client: everything a program hears comes from it, in the order produced.

Every hand-over is counted, so that a conductor sees the thread busy until the callback returned and until what the
callback put into xttrader's executors has run.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from typing import Any, Protocol

from core.simqmt.clockwork.conductor import ParkToken

_log = logging.getLogger(__name__)


class DeliveryActivity(Protocol):
    """The part of the conductor that a delivery thread needs."""

    def begin(self, label: str) -> None: ...

    def end(self, label: str) -> None: ...

    def follow(self, executors: Iterable[Executor]) -> None: ...


class Uncounted:
    """For clients that belong to no terminal: nobody waits for quiet."""

    def begin(self, label: str) -> None: ...

    def end(self, label: str) -> None: ...

    def follow(self, executors: Iterable[Executor]) -> None: ...


_Item = tuple[Callable[..., object], tuple[Any, ...], ParkToken | None]
"""A call, its arguments, and the blocked request that it answers."""


class Delivery:
    """A queue and a daemon thread. Items put before `start` wait for it."""

    def __init__(self, name: str, activity: DeliveryActivity, label: str) -> None:
        self._activity = activity
        self._label = label
        self._queue: queue.SimpleQueue[_Item | None] = queue.SimpleQueue()
        self._executors: tuple[Executor, ...] = ()
        self._closed = False
        self._dropping = False
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._started = False

    def start(self) -> None:
        """Begin to deliver."""
        with self._lock:
            if not self._started and not self._closed:
                self._started = True
                self._thread.start()

    def follow(self, executors: Iterable[Executor]) -> None:
        """Executors whose queues a callback fills: quiet means they are empty too."""
        self._executors = tuple(executors)

    def put(self, call: Callable[..., object], *args: Any, token: ParkToken | None = None) -> bool:
        """Queue one call; False after `stop`. `token` is the blocked request that this call answers."""
        with self._lock:
            if self._closed:
                return False
            self._activity.begin(self._label)
            self._queue.put((call, args, token))
            return True

    def stop(self, timeout: float = 2.0) -> None:
        """Take nothing more; what was taken is delivered before this returns, or dropped after `timeout` seconds."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._queue.put(None)
            started = self._started
        if not started:
            self._drop_rest()
        elif threading.current_thread() is not self._thread:
            self._thread.join(timeout)
        self._dropping = True

    def _work(self) -> None:
        while (item := self._queue.get()) is not None:
            try:
                if not self._dropping:
                    self._deliver(item)
            finally:
                self._activity.end(self._label)
            del item
        self._drop_rest()

    def _deliver(self, item: _Item) -> None:
        call, args, token = item
        if token is not None:
            token.resume()
        try:
            call(*args)
        except RuntimeError as error:
            # The program ended or stopped its trader: the executors behind its callbacks take nothing more.
            ended = "cannot schedule new futures" in str(error)
            (_log.debug if ended else _log.exception)("a callback of the program failed", exc_info=True)
        except Exception:  # noqa: BLE001 - thread border: the program's callback must not end the terminal
            _log.exception("a callback of the program failed")
        if self._executors:
            self._activity.follow(self._executors)

    def _drop_rest(self) -> None:
        while True:
            try:
                item = self._queue.get_nowait()
            except queue.Empty:
                return
            if item is not None:
                self._activity.end(self._label)
