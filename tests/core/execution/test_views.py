"""State and protection of an item: what is true of its stop comes before what an order does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from core.domain.decision import ItemView
from core.domain.enums import ItemState, OrderStatus
from core.execution.facts import DeskFacts
from core.execution.triggers import TriggerBook
from core.execution.views import item_view
from tests.core.execution.test_deciding import desk, figures
from tests.fakes import records as r

WORKING = (r.order(7, OrderStatus.REPORTED),)


def seen(state: DeskFacts | None = None, *, stop: bool = True, **facts: object) -> ItemView:
    item = r.item() if stop else replace(r.item(), stop_loss=None)
    return item_view(item, figures(**facts), state or desk(), TriggerBook(date(2026, 11, 20)), None)


def test_a_holding_with_a_stop_that_can_act_is_protected() -> None:
    view = seen()
    assert (view.state, view.protected) == (ItemState.HOLDING, True)


@pytest.mark.parametrize("working", [(), WORKING])
@pytest.mark.parametrize(
    "broken", [{"armed": False}, {"link_ready": False}, {"blind_text": "行情停更，止损无法判断"}]
)
def test_lost_protection_is_said_also_while_an_order_works(
    broken: dict[str, object], working: tuple[object, ...]
) -> None:
    view = seen(desk(**broken), working_buys=working)
    assert (view.state, view.protected) == (ItemState.PROTECTION_LOST, False)


def test_while_an_order_works_the_stop_is_told_apart() -> None:
    assert (seen(working_buys=WORKING).state, seen(working_buys=WORKING).protected) == (
        ItemState.ENTERING,
        True,
    )
    bare = seen(working_buys=WORKING, stop=False)
    assert (bare.state, bare.protected, bare.protection_text) == (ItemState.ENTERING, False, "没有设止损")
    today = seen(working_buys=WORKING, sellable=0)
    assert (today.state, today.protected) == (ItemState.ENTERING, False)


def test_nothing_held_is_neither_protected_nor_lost() -> None:
    view = seen(desk(armed=False), held=0, sellable=0, total_asset=Decimal(1))
    assert (view.state, view.protected) == (ItemState.WATCHING, False)
