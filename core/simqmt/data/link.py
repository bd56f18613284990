"""One market data client's side: its subscriptions and its delivery thread."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from core.domain.market import Quote
from core.simqmt.data.dividends import ADJUSTMENTS, adjusted
from core.simqmt.data.hub import DataHub
from core.simqmt.data.shapes import bar_records, tick_record
from core.simqmt.data.subscription import Subscription
from core.simqmt.native.delivery import Delivery


class DataLink:
    """One data client's side: its subscriptions and its delivery thread."""

    def __init__(self, hub: DataHub) -> None:
        self._hub = hub
        self.terminal = terminal = hub.terminal
        self.connected = True
        self._subscriptions: dict[int, Subscription] = {}
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._delivery = Delivery("xtdata", terminal.clock, "data")
        self._delivery.start()
        self._watcher: tuple[Callable[..., object], str] | None = None
        hub.attach(self)

    def watch(self, callback: Callable[[dict[str, str]], object], address: str) -> None:
        """Tell now that it is connected, and later that the connection is lost; leaving is no loss."""
        self._watcher = (callback, address)
        self._delivery.put(callback, {"address": address, "status": "connected"})

    def subscribe(self, subscription: Subscription) -> int:
        """Add a subscription; what is known of its symbols is told at once. Its number, or -1."""
        if not self.connected:
            return -1
        self._hub.wake(subscription.wanted)
        with self.terminal.lock:
            shown = self._hub.current(subscription.wanted)
            with self._lock:
                number = next(self._numbers)
                self._subscriptions[number] = subscription
            self._tell(subscription, shown)
        return number

    def unsubscribe(self, number: int) -> int:
        """0, or -1 for an unknown number."""
        with self._lock:
            return 0 if self._subscriptions.pop(number, None) is not None else -1

    def subscriptions(self) -> dict[int, Subscription]:
        """What is subscribed, by number."""
        with self._lock:
            return dict(self._subscriptions)

    def show(self, quotes: Sequence[Quote]) -> None:
        """New snapshots, under the terminal's lock."""
        for subscription in self.subscriptions().values():
            self._tell(subscription, [quote for quote in quotes if subscription.takes(quote.symbol)])

    def lose(self) -> None:
        """The connection, all subscriptions and the delivery thread are gone."""
        self.connected = False
        with self._lock:
            self._subscriptions.clear()
        if self._watcher is not None:
            callback, address = self._watcher
            self._delivery.put(callback, {"address": address, "status": "disconnected"})
        self._delivery.stop()

    def close(self) -> None:
        """Leave the terminal."""
        self._watcher = None
        self._hub.detach(self)
        self.lose()

    def _tell(self, subscription: Subscription, quotes: Iterable[Quote]) -> None:
        told: dict[str, Any] = {}
        for quote in quotes:
            record = self._record(subscription, quote)
            if record is not None:
                told[str(quote.symbol)] = [record] if subscription.single else record
        if told and subscription.callback is not None:
            self._delivery.put(subscription.callback, told)

    def _record(self, subscription: Subscription, quote: Quote) -> dict[str, Any] | None:
        """The tick, or the bar that it makes grow."""
        if subscription.period is None:
            return tick_record(quote)
        period, symbol = subscription.period, quote.symbol
        grown = self._hub.grown(symbol, period.base, period.size)
        if not grown:
            return None
        if symbol not in subscription.earlier:
            until, count = grown[0].time_ms - 1, max(1, period.size - 1)
            subscription.earlier[symbol] = self.terminal.market.history(symbol, period.base, until, count)
        # The one before the newest tells the previous close.
        newest = period.grouped([*subscription.earlier[symbol], *grown])[-2:]
        if subscription.dividend in ADJUSTMENTS:
            if symbol not in subscription.paid:
                subscription.paid[symbol] = self._hub.dividends_of(symbol)
            newest = adjusted(newest, subscription.paid[symbol], subscription.dividend)
        return bar_records(newest, quote.time_ms)[-1]
