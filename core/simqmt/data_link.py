"""One market data client's side: its subscriptions and its delivery thread."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from core.domain.enums import Period
from core.domain.market import Quote, Symbol
from core.market.bars import BarBuilder
from core.simqmt.data_shapes import bar_records, tick_record
from core.simqmt.delivery import Delivery

if TYPE_CHECKING:
    from core.simqmt.terminal import SimTerminal


@dataclass(slots=True)
class Subscription:
    """One subscription. `wanted` holds codes and markets; `single` ones get lists; a `period` gets bars."""

    wanted: frozenset[str]
    callback: Callable[[dict[str, Any]], object] | None
    single: bool
    period: Period | None = None
    builders: dict[Symbol, BarBuilder] = field(default_factory=dict)

    def takes(self, symbol: Symbol) -> bool:
        """Whether it covers a symbol."""
        return symbol in self.wanted or symbol[-2:] in self.wanted


class DataLink:
    """One data client's side: its subscriptions and its delivery thread."""

    def __init__(self, terminal: SimTerminal) -> None:
        self.terminal = terminal
        self.connected = True
        self._subscriptions: dict[int, Subscription] = {}
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._delivery = Delivery("xtdata", terminal.clock, "data")
        self._delivery.start()
        terminal.data.attach(self)

    def subscribe(self, subscription: Subscription) -> int:
        """Add a subscription; what is known of its symbols is told at once. Its number, or -1."""
        if not self.connected:
            return -1
        with self.terminal.lock:
            shown = [quote for quote in self.terminal.quotes() if subscription.takes(quote.symbol)]
            with self._lock:
                number = next(self._numbers)
                self._subscriptions[number] = subscription
            self._tell(subscription, shown)
        return number

    def unsubscribe(self, number: int) -> int:
        """0, or -1 for an unknown number."""
        with self._lock:
            return 0 if self._subscriptions.pop(number, None) is not None else -1

    def show(self, quotes: Sequence[Quote]) -> None:
        """New snapshots, under the terminal's lock."""
        with self._lock:
            subscriptions = list(self._subscriptions.values())
        for subscription in subscriptions:
            self._tell(subscription, [quote for quote in quotes if subscription.takes(quote.symbol)])

    def lose(self) -> None:
        """The connection, all subscriptions and the delivery thread are gone."""
        self.connected = False
        with self._lock:
            self._subscriptions.clear()
        self._delivery.stop()

    def close(self) -> None:
        """Leave the terminal."""
        self.terminal.data.detach(self)
        self.lose()

    def _tell(self, subscription: Subscription, quotes: Iterable[Quote]) -> None:
        told: dict[str, Any] = {}
        for quote in quotes:
            record = _record(subscription, quote)
            if record is not None:
                told[str(quote.symbol)] = [record] if subscription.single else record
        if told and subscription.callback is not None:
            self._delivery.put(subscription.callback, told)


def _record(subscription: Subscription, quote: Quote) -> dict[str, Any] | None:
    """The tick, or the bar that it makes grow."""
    if subscription.period is None:
        return tick_record(quote)
    builder = subscription.builders.get(quote.symbol)
    if builder is None:
        builder = subscription.builders[quote.symbol] = BarBuilder(quote.symbol, subscription.period)
    builder.add(quote)
    return None if builder.current is None else bar_records([builder.current])[0]
