"""Reservations: what we mean to do is held back until the broker's own figures contain it."""

from __future__ import annotations

from decimal import Decimal

from core.domain.enums import IntentState, Side, SignalKind
from core.domain.market import Symbol
from core.execution.intents import IntentBook
from tests.fakes import records as r

S = Symbol("600000.SH")


def test_a_buy_reserves_cash_until_the_money_snapshot_contains_it() -> None:
    intents = IntentBook()
    intents.add(r.intent("a"), Decimal("10005.10"))
    assert intents.reserved_cash(asset_no=5) == Decimal("10005.10")
    intents.update("a", IntentState.WORKING, event_no=7, order_id=1)
    assert intents.reserved_cash(asset_no=6) == Decimal("10005.10")
    assert intents.reserved_cash(asset_no=7) == 0


def test_a_refused_buy_reserves_nothing() -> None:
    intents = IntentBook()
    intents.add(r.intent("a"), Decimal(10_000))
    intents.update("a", IntentState.REFUSED, message="no")
    assert intents.reserved_cash(0) == 0
    assert intents.open_buys(S) == 0


def test_a_sell_that_was_filled_after_the_snapshot_keeps_its_shares_reserved() -> None:
    """Else the shares of a fill that holdings do not show yet would be sold a second time."""
    intents = IntentBook()
    intents.add(r.intent("a", side=Side.SELL, kind=SignalKind.TAKE_PROFIT), Decimal(0))
    assert intents.reserved_shares(S, 3) == 1000
    intents.update("a", IntentState.FILLED, event_no=5, order_id=1, filled=1000)
    assert intents.reserved_shares(S, 4) == 1000
    assert intents.reserved_shares(S, 5) == 0


def test_open_buys_count_the_rest_at_the_limit() -> None:
    intents = IntentBook()
    intents.add(r.intent("a", volume=1000, price="10.00"), Decimal(10_000))
    intents.update("a", IntentState.WORKING, event_no=2, order_id=1, filled=400)
    assert intents.open_buys(S) == Decimal(6000)


def test_a_late_answer_never_revives_a_final_intent() -> None:
    intents = IntentBook()
    intents.add(r.intent("a"), Decimal(0))
    intents.update("a", IntentState.FILLED, order_id=1, filled=1000)
    intents.update("a", IntentState.WORKING, order_id=1)
    found = intents.get("a")
    assert found is not None
    assert found.state is IntentState.FILLED


def test_an_intent_is_found_by_remark_and_by_number() -> None:
    intents = IntentBook()
    intents.add(r.intent("a"), Decimal(0))
    intents.update("a", IntentState.WORKING, order_id=77)
    assert intents.find("a", 0) == intents.find("", 77)
    assert intents.find("other", 78) is None


def test_restored_final_intents_reserve_nothing() -> None:
    intents = IntentBook()
    sold = r.intent("a", side=Side.SELL, state=IntentState.FILLED, filled=1000, order_id=5)
    intents.restore([sold, r.intent("b", state=IntentState.SENT)])
    assert intents.reserved_shares(S, 1) == 0
    assert intents.reserved_cash(1) == Decimal(10_000)
