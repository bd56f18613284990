"""The hand-over from vendor threads to the trading loop: everything, in order, with one wake-up per drain."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

_log = logging.getLogger(__name__)

_BATCH = 256
"""Items handled before the loop may do something else."""


class Inbox(Generic[T]):
    """An unbounded queue in front of `handle`, which runs on `loop`. `put` may be called from any thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop, handle: Callable[[T], None]) -> None:
        self._loop = loop
        self._handle = handle
        self._items: deque[T] = deque()
        self._lock = threading.Lock()
        self._scheduled = False
        self.peak_depth = 0
        self.errors = 0

    @property
    def depth(self) -> int:
        """Items that wait."""
        return len(self._items)

    def put(self, item: T) -> None:
        """Append `item`; wake the loop unless a drain is already on its way. Raises RuntimeError on a closed loop."""
        with self._lock:
            self._items.append(item)
            self.peak_depth = max(self.peak_depth, len(self._items))
            if self._scheduled:
                return
            self._scheduled = True
        try:
            self._loop.call_soon_threadsafe(self._drain)
        except RuntimeError:
            with self._lock:
                self._scheduled = False
            raise

    def _drain(self) -> None:
        for _ in range(_BATCH):
            with self._lock:
                if not self._items:
                    self._scheduled = False
                    return
                item = self._items.popleft()
            try:
                self._handle(item)
            except Exception:  # noqa: BLE001 - task border: one bad handler must not lose what comes after
                self.errors += 1
                _log.exception("handling %r failed", item)
        self._loop.call_soon(self._drain)
