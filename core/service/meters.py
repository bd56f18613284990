"""Tick-to-order latency: from the moment the trading loop takes a batch of quotes to the vendor call."""

from __future__ import annotations

import threading
import time
from collections import deque


class LatencyMeter:
    """Keeps the newest thousand latencies. `sent` may be called from the sending lane."""

    def __init__(self, size: int = 1000) -> None:
        self._lock = threading.Lock()
        self._started: dict[str, float] = {}
        self._values: deque[float] = deque(maxlen=size)
        self._batch = 0.0

    def batch(self) -> None:
        """The trading loop takes a batch of quotes."""
        self._batch = time.perf_counter()

    def decided(self, intent_id: str) -> None:
        """The batch in hand led to this intent."""
        with self._lock:
            self._started[intent_id] = self._batch

    def sent(self, intent_id: str, moment: float) -> None:
        """`order_stock_async` is about to be called, at `perf_counter` time `moment`."""
        with self._lock:
            started = self._started.pop(intent_id, None)
            if started is not None:
                self._values.append(moment - started)

    def p99_ms(self) -> float | None:
        """99th percentile in milliseconds; None before the first order."""
        with self._lock:
            values = sorted(self._values)
        return values[min(len(values) - 1, int(len(values) * 0.99))] * 1000 if values else None
