"""Capabilities of answers and queries, proven on the whole desk at the terminal's call log and in the journal."""

from __future__ import annotations

import asyncio
import importlib
import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from core.domain.decision import Reason
from core.domain.enums import Side
from core.domain.market import Symbol
from core.service import commands as c
from core.service.news import AlarmNews, AssetNews, CommandAnswered
from tests.fakes.desk import ACCOUNT, LockstepDesk, journal_rows, steps
from tests.fakes.records import item
from tests.fakes.simqmt import silence

PF = "600000.SH"
Make = Callable[..., LockstepDesk]


def titles(day: LockstepDesk) -> list[bool]:
    return [n.cured for n in day.told(AlarmNews) if n.title == "委托结果不明"]


@pytest.mark.capability("004-17")
def test_004_17_a_late_answer_gives_the_order_its_number_and_ends_the_doubt(desk: Make) -> None:
    """Neither pushes nor queries tell anything: only the answer, nine seconds late, resolves the order."""
    day = desk(steps(PF, "09:31:00", ["10.50", *["10.05"] * 12]), [item()])
    day.terminal.faults.delay_response("orderStock", 9_000)
    seen: list[list[tuple[Any, ...]]] = []
    query = "SELECT state, order_id FROM intents"

    def deaf() -> None:
        silence(day.terminal)
        for name in ("queryStockOrders", "queryStockTrades", "queryStockPositions", "queryStockAsset"):
            day.terminal.faults.never_answer(name)

    day.at("09:31:02", deaf)
    for time in ("09:31:08", "09:31:14"):
        day.at(time, lambda: seen.append(journal_rows(day.journal_path, query)))
    day.at("09:31:20", day.terminal.faults.clear)
    day.run()
    (call,) = day.calls()
    (order,) = day.terminal.orders(ACCOUNT)
    assert seen[0] == [("UNKNOWN", 0)]
    assert seen[1] == [(seen[1][0][0], order.order_id)]
    assert seen[1][0][0] not in ("UNKNOWN", "COMMITTED", "SENT")
    assert day.rows("SELECT intent_id FROM intents") == [(call["m_strOrderRemark"],)]
    assert titles(day) == [False, True]


@pytest.mark.capability("004-17")
def test_004_17_an_answer_with_an_error_ends_the_order_with_its_words(desk: Make) -> None:
    """Half a lot gets past a gate that lets everything through: the terminal answers with no number and a reason."""
    day = desk(steps(PF, "09:31:00", ["10.50"] * 6), [])
    day.service.parts.gate.check = lambda *_a, **_k: (Reason("OK", "测试放行", True),)
    quiet = item(PF, item_id="quiet", zone=None, take_profit=None, stop_loss=None)
    day.command_at("09:31:00", c.SaveItems("watch", (quiet,)))
    day.command_at("09:31:04", c.PlaceOrder("half", Symbol(PF), Side.BUY, 50, Decimal("10.50")))
    day.run()
    assert [call["m_nOrderVolume"] for call in day.calls()] == [50]
    ((state, order_id, message),) = day.rows("SELECT state, order_id, message FROM intents")
    assert (state, order_id) == ("REFUSED", 0)
    assert "100" in message
    assert day.terminal.orders(ACCOUNT) == []
    assert day.rows("SELECT * FROM orders") == []


@pytest.mark.capability("001-14")
def test_001_14_money_is_the_terminals_and_no_answer_is_said_and_not_zero(desk: Make) -> None:
    """After a fill the four figures are the terminal's own; then the terminal answers with nothing."""
    quotes = [
        *steps(PF, "09:31:00", ["10.05"], asks=[("10.05", 700)]),
        *steps(PF, "09:31:03", ["10.05"] * 60, asks=[("10.06", 5000)]),
    ]
    day = desk(quotes, [item(take_profit=None, stop_loss=None)], holdings=[(PF, 500, "9.00")])
    wanted: list[tuple[Decimal, ...]] = []

    def look() -> None:
        ledger = day.terminal.ledger(ACCOUNT)
        wanted.append((ledger.cash, ledger.frozen_cash, ledger.market_value, ledger.total_asset))
        day.terminal.faults.answer_none("queryStockAsset")

    day.at("09:32:30", look)
    day.run()
    told = [
        (one.asset.cash, one.asset.frozen_cash, one.asset.market_value, one.asset.total_asset)
        for one in day.told(AssetNews)
    ]
    assert wanted[0] in told
    assert wanted[0][1] > 0, "a part of the order still holds money"
    assert told[-1] == wanted[0], "what was known stays"
    (alarm,) = [one for one in day.told(AlarmNews) if one.key == "refresh" and not one.cured]
    assert alarm.title == "查询失败"
    assert {one.asset.account_id for one in day.told(AssetNews)} == {ACCOUNT}


@pytest.mark.capability("002-11")
@pytest.mark.parametrize("order_id", ["1", "1A", "", 1.0, 0, -1])
def test_002_11_a_cancel_takes_a_whole_number_and_nothing_else(
    order_id: Any, desk: Make, expect_log_error: Callable[[str], None]
) -> None:
    """What is no order's number is refused before anything leaves; the number itself then cancels."""
    expect_log_error("command CancelOrder failed")
    day = desk(steps(PF, "09:31:00", ["10.50"] * 6), [])
    quiet = item(PF, item_id="quiet", zone=None, take_profit=None, stop_loss=None)
    day.command_at("09:31:00", c.SaveItems("watch", (quiet,)))
    day.command_at("09:31:04", c.PlaceOrder("buy", Symbol(PF), Side.BUY, 100, Decimal("10.30")))
    day.command_at("09:31:06", c.CancelOrder("wrong", order_id))

    def cancel() -> None:
        composed = day.paper.desk
        command = c.CancelOrder("right", day.terminal.orders(ACCOUNT)[0].order_id)
        asyncio.run_coroutine_threadsafe(composed.handle(command), composed.loop)

    day.at("09:31:08", cancel)
    day.run()
    answers = {one.command_id: one.ok for one in day.told(CommandAnswered)}
    assert (answers["wrong"], answers["right"]) == (False, True)
    (order,) = day.terminal.orders(ACCOUNT)
    assert [call["m_nOrderID"] for call in day.calls("cancelOrderStock")] == [order.order_id]
    assert day.rows("SELECT status FROM orders") == [(54,)]


@pytest.mark.capability("004-11")
def test_004_11_the_service_lives_and_ends_by_itself_without_the_vendors_loop(
    desk: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A day is traded and ended in order; `run_forever` was never entered and no thread of the trader is left."""
    entered: list[object] = []
    day = desk(steps(PF, "09:31:00", ["10.50", "10.05", "10.05", "10.05"]), [item()])
    trader = importlib.import_module("xtquant.xttrader").XtQuantTrader
    monkeypatch.setattr(trader, "run_forever", entered.append)
    day.run()
    assert len(day.calls()) == 1
    assert day.rows("SELECT state FROM intents") == [("FILLED",)]
    assert entered == []
    assert [one.name for one in threading.enumerate() if one.name.startswith(("broker-", "trading"))] == []
