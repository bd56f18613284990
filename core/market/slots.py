"""Hand-over of quotes from a vendor thread to the trading loop: one slot per symbol, one wake-up per drain."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Iterable, Sequence

from core.domain.market import Quote, Symbol
from core.interpreter import held

_log = logging.getLogger(__name__)


class QuoteSlots:
    """Newest snapshot by symbol until the loop takes them; `overwritten` counts those it never saw.

    `put` may be called on any thread. `deliver` runs on the loop; an error in it is logged and ends nothing.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, deliver: Callable[[Sequence[Quote]], None]) -> None:
        self._loop = loop
        self._deliver = deliver
        self._lock = threading.Lock()
        self._slots: dict[Symbol, Quote] = {}
        self._woken = False
        self._closed = False
        self.overwritten = 0

    def put(self, quotes: Iterable[Quote]) -> None:
        """Keep the newest by symbol and wake the loop once."""
        batch = list(quotes)
        by_symbol = {quote.symbol: quote for quote in batch}
        with self._lock:
            if self._closed:
                return
            if not self._slots and len(by_symbol) == len(batch):
                self._slots = by_symbol  # the usual case: the loop took everything, and each symbol came once
            else:
                self._merge(batch)
            if self._woken or not self._slots:
                return
            self._woken = True
        try:
            self._loop.call_soon_threadsafe(self._drain)
        except RuntimeError:  # the loop is closed: nobody is left to trade
            self.close()

    def _merge(self, batch: Iterable[Quote]) -> None:
        for quote in batch:
            held = self._slots.get(quote.symbol)
            if held is not None:
                self.overwritten += 1
                if quote.time_ms < held.time_ms:
                    continue
            self._slots[quote.symbol] = quote

    def close(self) -> None:
        """Deliver nothing more."""
        with self._lock:
            self._closed = True
            self._slots.clear()

    def _drain(self) -> None:
        with self._lock:
            self._woken = False
            slots, self._slots = self._slots, {}
        batch = list(slots.values())
        if not batch:
            return
        try:
            with held():
                self._deliver(batch)
        except Exception:  # noqa: BLE001 - task border: a broken listener must not stop the feed
            _log.exception("the listener of the quotes failed on %d quotes", len(batch))
