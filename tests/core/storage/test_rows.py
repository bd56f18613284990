"""Any record that goes into the journal comes out the same, through a real file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.domain.decision import Decision, Signal
from core.domain.trading import Intent, Order, Trade
from core.domain.watch import WatchItem
from core.ports import JournalState
from core.storage.store import Store
from tests.core.storage import records

# The file is shared by all examples of a test; each writes under ids that were never used before.
ROUND_TRIP = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

Fresh = Callable[[], str]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "journal.db", None, 50)
    yield store
    store.close()


@pytest.fixture
def fresh() -> Fresh:
    numbers = iter(range(10**9))
    return lambda: f"id-{next(numbers)}"


def read(store: Store, day: date) -> JournalState:
    return store.load(day)


@ROUND_TRIP
@given(intent=records.intents)
def test_intents(store: Store, fresh: Fresh, intent: Intent) -> None:
    intent = replace(intent, intent_id=fresh(), trigger=intent.trigger and fresh())
    store.write(lambda: store.commit_intent(intent))
    assert intent in read(store, intent.created.date()).intents


@ROUND_TRIP
@given(signal=records.signals)
def test_signals(store: Store, fresh: Fresh, signal: Signal) -> None:
    signal = replace(signal, signal_id=fresh())
    store.write(lambda: store.add_signal(signal))
    assert signal in read(store, signal.time.date()).signals


@ROUND_TRIP
@given(decision=records.decisions)
def test_decisions(store: Store, fresh: Fresh, decision: Decision) -> None:
    decision = replace(decision, decision_id=fresh())
    store.write(lambda: store.add_decision(decision))
    assert decision in read(store, decision.time.date()).decisions


@ROUND_TRIP
@given(order=records.orders)
def test_orders(store: Store, fresh: Fresh, order: Order) -> None:
    order = replace(order, account_id=fresh())
    store.write(lambda: store.put_order(order))
    store.write(lambda: store.put_order(order))
    assert read(store, order.time.date()).orders.count(order) == 1


@ROUND_TRIP
@given(trade=records.trades)
def test_trades(store: Store, fresh: Fresh, trade: Trade) -> None:
    trade = replace(trade, account_id=fresh())
    store.write(lambda: store.put_trade(trade))
    store.write(lambda: store.put_trade(trade))
    assert read(store, trade.time.date()).trades.count(trade) == 1


@ROUND_TRIP
@given(items=st.lists(records.items, max_size=5, unique_by=lambda item: item.item_id))
def test_the_watchlist(store: Store, items: list[WatchItem]) -> None:
    before = [item.item_id for item in read(store, records.DAY).items]
    store.write(lambda: store.save_items(items, before))
    assert read(store, records.DAY).items == tuple(items)
