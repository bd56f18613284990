"""Each level acts once a day; a stop that was not done stays armed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from core.domain.enums import IntentState, SignalKind
from core.domain.trading import Intent
from core.execution.triggers import RETRY_MS, SLOW_RETRY_MS, TriggerBook
from tests.fakes import records as r

DAY = date(2026, 11, 20)


@pytest.mark.parametrize("state", [IntentState.FILLED, IntentState.CANCELED, IntentState.REFUSED])
def test_an_entry_the_broker_saw_is_spent(state: IntentState) -> None:
    trigger = TriggerBook(DAY).of("w", SignalKind.ENTRY)
    trigger.began(partial=False)
    assert not trigger.ended(r.intent("a", state=state), 0)
    assert trigger.spent


def test_an_entry_that_never_left_is_armed_again_after_a_while() -> None:
    trigger = TriggerBook(DAY).of("w", SignalKind.ENTRY)
    trigger.began(partial=False)
    assert trigger.ended(r.intent("a", state=IntentState.NOT_SENT), 1_000)
    assert not trigger.spent
    assert trigger.not_before_ms == 1_000 + RETRY_MS[0]


@pytest.mark.parametrize("state", [IntentState.CANCELED, IntentState.REFUSED, IntentState.NOT_SENT])
def test_a_stop_that_was_not_filled_stays_armed_and_slows_down(state: IntentState) -> None:
    trigger = TriggerBook(DAY).of("w", SignalKind.STOP_LOSS)
    waits = []
    for _ in range(len(RETRY_MS) + 1):
        trigger.began(partial=False)
        assert trigger.ended(r.intent("a", state=state, kind=SignalKind.STOP_LOSS), 0)
        waits.append(trigger.not_before_ms)
    assert waits == [*RETRY_MS, SLOW_RETRY_MS]


def test_a_stop_larger_than_one_order_goes_on_until_all_is_sold() -> None:
    trigger = TriggerBook(DAY).of("w", SignalKind.STOP_LOSS)
    filled = r.intent("a", state=IntentState.FILLED, kind=SignalKind.STOP_LOSS)
    trigger.began(partial=True)
    assert trigger.ended(filled, 0)
    trigger.began(partial=False)
    assert not trigger.ended(filled, 0)


def test_a_restart_does_not_arm_what_acted_today() -> None:
    before = TriggerBook(DAY).of("w", SignalKind.ENTRY)
    today = r.intent("a", trigger=before.key, state=IntentState.CANCELED)
    yesterday = replace(today, intent_id="b", item_id="v", trigger="v/ENTRY/20261119")
    book = TriggerBook(DAY)
    book.restore([today, yesterday])
    assert book.of("w", SignalKind.ENTRY).spent
    assert not book.of("v", SignalKind.ENTRY).spent


def test_a_restart_keeps_a_working_stop_and_rearms_a_cancelled_one() -> None:
    book = TriggerBook(DAY)
    key = book.of("w", SignalKind.STOP_LOSS).key
    stop = r.intent("a", trigger=key, kind=SignalKind.STOP_LOSS)
    book.restore([replace(stop, state=IntentState.CANCELED)])
    assert not book.of("w", SignalKind.STOP_LOSS).spent
    book.restore([replace(stop, state=IntentState.WORKING)])
    assert book.of("w", SignalKind.STOP_LOSS).spent


def done(state: IntentState, kind: SignalKind, trigger: str) -> Intent:
    return r.intent("x", state=state, kind=kind, trigger=trigger)


@pytest.mark.parametrize("kind", [SignalKind.TAKE_PROFIT, SignalKind.STOP_LOSS])
def test_an_entry_arms_an_exit_that_was_done_in_full(kind: SignalKind) -> None:
    book = TriggerBook(DAY)
    trigger = book.of("w", kind)
    trigger.began(partial=False)
    trigger.ended(done(IntentState.FILLED, kind, trigger.key), 0)
    assert trigger.spent
    book.bought("w")
    assert not trigger.spent


def test_an_exit_on_its_way_is_armed_again_only_once_it_is_done() -> None:
    book = TriggerBook(DAY)
    trigger = book.of("w", SignalKind.STOP_LOSS)
    trigger.began(partial=False)
    book.bought("w")
    assert trigger.spent
    assert trigger.ended(done(IntentState.FILLED, SignalKind.STOP_LOSS, trigger.key), 0)


def test_a_take_profit_that_was_cancelled_acts_no_more_that_day() -> None:
    book = TriggerBook(DAY)
    trigger = book.of("w", SignalKind.TAKE_PROFIT)
    trigger.began(partial=False)
    trigger.ended(done(IntentState.CANCELED, SignalKind.TAKE_PROFIT, trigger.key), 0)
    book.bought("w")
    assert trigger.spent


def test_a_restart_arms_exits_of_shares_that_were_bought_after_them() -> None:
    key = "w/{}/20261120".format
    stop = r.intent("a", kind=SignalKind.STOP_LOSS, trigger=key("STOP_LOSS"), state=IntentState.FILLED)
    entry = r.intent("b", kind=SignalKind.ENTRY, trigger=key("ENTRY"), state=IntentState.FILLED)
    for intents, spent in (((stop, entry), False), ((entry, stop), True)):
        book = TriggerBook(DAY)
        book.restore(intents)
        assert book.of("w", SignalKind.STOP_LOSS).spent is spent
        assert book.of("w", SignalKind.ENTRY).spent
