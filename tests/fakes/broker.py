"""A broker and a journal that remember what they were asked and do what a test says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from core.domain.decision import Decision, Signal
from core.domain.enums import IntentState
from core.domain.events import BrokerEvent
from core.domain.trading import Asset, Intent, Order, Position, Trade
from core.domain.watch import WatchItem
from core.errors import JournalError
from core.ports import JournalState, OrderRequest


class FakeBroker:
    """Implements `core.ports.Broker`: `submitted` and `cancelled` are what left; answers are set by the test."""

    account_id = "88000001"
    generation = 1

    def __init__(self) -> None:
        self.ready = True
        self.submitted: list[OrderRequest] = []
        self.cancelled: list[int] = []
        self.asset: Asset | None = None
        self.positions: list[Position] | None = []
        self.orders: list[Order] | None = []
        self.trades: list[Trade] | None = []
        self.listener: Callable[[BrokerEvent], None] | None = None

    def listen(self, listener: Callable[[BrokerEvent], None]) -> None:
        self.listener = listener

    async def open(self) -> None:
        self.ready = True

    async def close(self) -> None:
        self.ready = False

    def submit(self, request: OrderRequest) -> None:
        self.submitted.append(request)

    def cancel(self, order_id: int) -> None:
        self.cancelled.append(order_id)

    async def query_asset(self) -> Asset | None:
        return self.asset

    async def query_positions(self) -> list[Position] | None:
        return self.positions

    async def query_orders(self) -> list[Order] | None:
        return self.orders

    async def query_trades(self) -> list[Trade] | None:
        return self.trades


class FakeJournal:
    """Implements `core.ports.Journal` in memory. `error` makes every write fail; `log` is the order of writes."""

    tag = "TEST"

    def __init__(self) -> None:
        self.error: JournalError | None = None
        self.log: list[tuple[str, object]] = []
        self.items: dict[str, WatchItem] = {}
        self.intents: dict[str, Intent] = {}

    async def open(self) -> None:
        return None

    async def close(self) -> None:
        return None

    async def load(self, trading_day: date) -> JournalState:
        return JournalState(tuple(self.items.values()), tuple(self.intents.values()), (), (), (), ())

    async def next_id(self, trading_day: date) -> int:
        return 1

    async def save_items(self, items: Sequence[WatchItem], removed: Sequence[str] = ()) -> None:
        self._write("items", tuple(items))
        self.items.update((item.item_id, item) for item in items)
        for item_id in removed:
            self.items.pop(item_id, None)

    async def add_signal(self, signal: Signal) -> None:
        self._write("signal", signal)

    async def add_decision(self, decision: Decision) -> None:
        self._write("decision", decision)

    async def commit_intent(self, intent: Intent) -> None:
        self._write("intent", intent)
        self.intents[intent.intent_id] = intent

    async def adopt_intents(self, intents: Sequence[Intent]) -> tuple[str, ...]:
        new = tuple(intent.intent_id for intent in intents if intent.intent_id not in self.intents)
        self.intents.update((intent.intent_id, intent) for intent in intents)
        return new

    async def update_intent(
        self, intent_id: str, state: IntentState, *, order_id: int, filled: int, message: str
    ) -> None:
        self._write("update", (intent_id, state, order_id, filled, message))

    async def put_order(self, order: Order) -> None:
        self._write("order", order)

    async def put_trade(self, trade: Trade) -> None:
        self._write("trade", trade)

    def _write(self, kind: str, what: object) -> None:
        if self.error is not None:
            raise self.error
        self.log.append((kind, what))


class FakeEmergency:
    """Implements `core.execution.sender.EmergencyStore`."""

    def __init__(self) -> None:
        self.error: JournalError | None = None
        self.written: list[Intent] = []

    async def append(self, intent: Intent) -> None:
        if self.error is not None:
            raise self.error
        self.written.append(intent)
