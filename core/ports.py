"""Seams of the core: what the trading service needs from the outside, as Protocols.

All `async` methods and all callbacks run on the trading loop. Implementations live in `broker`, `market`,
`storage`; `service/compose.py` is the one place that joins them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from core.domain.decision import Decision, Signal
from core.domain.enums import FeedState, IntentState, Period, Side
from core.domain.events import BrokerEvent
from core.domain.market import Bar, Instrument, Quote, Symbol
from core.domain.trading import Asset, Intent, Order, Position, Trade
from core.domain.watch import WatchItem


class Activity(Protocol):
    """Counts work that is under way, so that a conductor knows when everything is quiet.

    Every hand-over to another thread is bracketed: the giver calls `begin` before it, the taker calls `end` after
    the work and after all hand-overs that the work made. In live trading it does nothing.
    """

    def begin(self, label: str) -> None: ...

    def end(self, label: str) -> None: ...

    def enter_parkable(self, label: str) -> None:
        """The current thread starts a counted job that may wait for the simulated terminal."""
        ...

    def leave_parkable(self, label: str) -> None:
        """The job of `enter_parkable` is over; ends its count unless it is parked for good."""
        ...


class NoActivity:
    """The live implementation: nobody waits for quiet."""

    def begin(self, label: str) -> None: ...

    def end(self, label: str) -> None: ...

    def enter_parkable(self, label: str) -> None: ...

    def leave_parkable(self, label: str) -> None: ...


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """A limit order ready to leave. `intent_id` becomes the remark (ASCII, at most 24 bytes)."""

    intent_id: str
    symbol: Symbol
    side: Side
    volume: int
    price: Decimal


class Broker(Protocol):
    """The trading channel of one account.

    `open` builds, starts, connects and subscribes, each with a deadline, and raises BrokerError; after it `ready` is
    True until a `Disconnected` event. `submit` and `cancel` return at once; what became of them arrives as events.
    Queries raise BrokerTimeout or BrokerError; an empty list proves nothing without an asset beside it.
    """

    @property
    def account_id(self) -> str: ...

    @property
    def ready(self) -> bool: ...

    @property
    def generation(self) -> int: ...

    def listen(self, listener: Callable[[BrokerEvent], None]) -> None:
        """Set the one listener; called on the trading loop, in order."""
        ...

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    def submit(self, request: OrderRequest) -> None: ...

    def cancel(self, order_id: int) -> None: ...

    async def query_asset(self) -> Asset | None: ...

    async def query_positions(self) -> list[Position] | None: ...

    async def query_orders(self) -> list[Order] | None: ...

    async def query_trades(self) -> list[Trade] | None: ...


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """How a source is, with its last proof. `text` is a sentence for the user; empty when there is nothing to say.

    `since_ms` is our clock when `state` began; `losses` and `resubscribed` count since the start.
    """

    state: FeedState
    text: str = ""
    since_ms: int = 0
    losses: int = 0
    resubscribed: int = 0


class Feed(Protocol):
    """A source of quotes, instruments and history.

    `on_quotes` is called on the trading loop with batches in arrival order. `start` may be called again with more
    symbols; when it raises, the source goes on trying by itself and tells by its health. `drop` is its opposite: it never
    raises, and a source that must keep something to live on may go on telling. `listen_health` is told of every change
    of `health.state`, on the trading loop. History and instruments are asked on a worker and awaited
    with a deadline. `close` is final.
    """

    @property
    def source(self) -> str:
        """Short name shown as the source badge, e.g. `模拟行情`."""
        ...

    @property
    def health(self) -> FeedHealth: ...

    def listen(self, on_quotes: Callable[[Sequence[Quote]], None]) -> None: ...

    def listen_health(self, on_health: Callable[[FeedHealth], None]) -> None: ...

    async def start(self, symbols: Sequence[Symbol]) -> None: ...

    async def drop(self, symbols: Sequence[Symbol]) -> None: ...

    async def close(self) -> None: ...

    async def instruments(self, symbols: Sequence[Symbol]) -> dict[Symbol, Instrument]: ...

    async def bars(self, symbol: Symbol, period: Period, count: int) -> list[Bar]: ...

    async def trading_dates(self, market: str, start: date, end: date) -> list[date]: ...


@dataclass(frozen=True, slots=True)
class JournalState:
    """What a start needs from the journal: the whole watchlist, the day's intents, orders, trades, decisions."""

    items: tuple[WatchItem, ...]
    intents: tuple[Intent, ...]
    signals: tuple[Signal, ...]
    decisions: tuple[Decision, ...]
    orders: tuple[Order, ...]
    trades: tuple[Trade, ...]


class Journal(Protocol):
    """The durable record. Each method returns only after the commit (WAL, synchronous=FULL) or raises JournalError.

    Writes keep the order of the calls.
    """

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def load(self, trading_day: date) -> JournalState:
        """The watchlist, and the records of `trading_day` plus every intent that is not final."""
        ...

    async def next_id(self, trading_day: date) -> int:
        """A number never given before for that day, durable before it is used."""
        ...

    @property
    def tag(self) -> str:
        """Four characters that tell this journal's ids from another journal's."""
        ...

    async def save_items(self, items: Sequence[WatchItem], removed: Sequence[str] = ()) -> None: ...

    async def add_signal(self, signal: Signal) -> None: ...

    async def add_decision(self, decision: Decision) -> None: ...

    async def commit_intent(self, intent: Intent) -> None:
        """Durable before it returns. A second intent with the same non-empty trigger raises JournalError, unless
        every earlier one of that trigger is final."""
        ...

    async def adopt_intents(self, intents: Sequence[Intent]) -> tuple[str, ...]:
        """Take intents that were made durable elsewhere; returns the ids that were new. Idempotent."""
        ...

    async def update_intent(
        self, intent_id: str, state: IntentState, *, order_id: int, filled: int, message: str
    ) -> None: ...

    async def put_order(self, order: Order) -> None: ...

    async def put_trade(self, trade: Trade) -> None:
        """Idempotent on (account, trade_id)."""
        ...
