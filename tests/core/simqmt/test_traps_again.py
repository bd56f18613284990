"""Traps of the vendor's SDK that follow from its code or were reported, beside those that were shown (`test_traps_shown`)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from tests.core.simqmt.conftest import PFYH
from tests.core.simqmt.test_traps_shown import NEVER_S, SOON_S, Call, in_callback, order_async, through
from tests.fakes.market import quote
from tests.fakes.simqmt import ACCOUNT, Desk, Trader

Open = Callable[..., Desk]
LATEST_PRICE = 5


@pytest.fixture
def free(open_desk: Open) -> tuple[Desk, Trader]:
    """A terminal on the wall clock: programs may block."""
    desk = open_desk(lockstep=False)
    return desk, desk.trader()


def test_t23_a_query_of_composite_positions_never_returns(free: tuple[Desk, Trader]) -> None:
    desk, trader = free
    asked = Call(lambda: trader.api.query_com_position(trader.account))
    assert not asked.done.wait(NEVER_S)
    assert "queryComPosition" in {call.name for call in desk.terminal.call_log}
    for answer in trader.api.cbs.values():
        answer([])
    assert asked.done.wait(SOON_S)
    asked.thread.join()


@pytest.mark.parametrize("relaxed", [False, True])
def test_t24b_a_bank_transfer_is_answered_outside_and_deadlocks_inside_a_callback(
    free: tuple[Desk, Trader], relaxed: bool
) -> None:
    _, trader = free
    trader.api.set_relaxed_response_order_enabled(relaxed)

    def transfer() -> Any:
        return trader.api.bank_transfer_in(trader.account, "1", "2", 100.0)

    outside = Call(transfer)
    assert outside.done.wait(SOON_S)
    outside.thread.join()
    done, said = outside.result
    assert done is False
    assert "不支持" in said
    inside = in_callback(trader, transfer)
    assert not inside.done.wait(NEVER_S)
    through(trader.api.executor, inside.done)


def test_t33_an_old_trader_hears_of_the_loss_after_the_new_one_connected(open_desk: Open) -> None:
    desk = open_desk()
    desk.terminal.faults.delay_push("disconnected", 500)
    old = desk.trader(1)
    desk.terminal.disconnect(1)
    new = desk.trader(2)
    old.heard.clear()
    desk.settle("10:00:01")
    assert [name for name, _ in old.heard] == ["on_disconnected"]
    assert new.api.query_stock_asset(new.account) is not None


def test_t36_numbers_of_the_exchange_are_unique_in_their_market_only(open_desk: Open) -> None:
    shenzhen = quote("000001.SZ", "09:59:59", "10.00", pre_close="10.00")
    desk = open_desk(quote(PFYH, "09:59:59", "10.00", pre_close="10.00"), shenzhen)
    trader = desk.trader()
    ids = [trader.buy(code, 100, 9.5) for code in (PFYH, "000001.SZ")]
    desk.settle()
    one, other = (trader.api.query_stock_order(trader.account, number).order_sysid for number in ids)
    assert one == other != ""
    assert trader.api.cancel_order_stock_sysid(trader.account, "SZ", other) == 0
    assert trader.api.cancel_order_stock_sysid(trader.account, 0, "no such number") == -1
    desk.settle()
    states = [trader.api.query_stock_order(trader.account, number).order_status for number in ids]
    assert states == [50, 54]
    assert trader.api.cancel_order_stock_sysid(trader.account, 0, one) == 0
    desk.settle()
    assert trader.api.query_stock_order(trader.account, ids[0]).order_status == 54


def test_t42_an_orders_price_is_the_average_and_a_fills_its_own(open_desk: Open) -> None:
    desk = open_desk(
        quote(PFYH, "09:59:59", "10.00", pre_close="10.00", asks=[("10.00", 100), ("10.02", 300)])
    )
    trader = desk.trader()
    order_async(trader, volume=400, price=10.05)
    desk.settle()
    assert [trade.traded_price for trade in trader.events("on_stock_trade")] == [10.0, 10.02]
    prices = [(o.order_status, o.traded_price, o.price) for o in trader.events("on_stock_order")]
    assert (prices[0], prices[-1]) == ((50, 0.0, 10.05), (56, pytest.approx(10.015), 10.05))


def test_t43_what_was_bought_today_cannot_be_sold_and_a_sale_freezes_at_once(open_desk: Open) -> None:
    desk = open_desk(positions={ACCOUNT: [(PFYH, 1000, 9)]})
    trader = desk.trader()
    trader.buy(PFYH, 200, 10.0)
    trader.sell(PFYH, 300, 10.5)
    desk.settle()
    held = trader.api.query_stock_position(trader.account, PFYH)
    assert (held.volume, held.can_use_volume, held.frozen_volume) == (1200, 700, 300)
    assert (held.on_road_volume, held.yesterday_volume) == (200, 1000)
    late = trader.sell(PFYH, 800, 10.5)
    desk.settle()
    assert trader.api.query_stock_order(trader.account, late).order_status == 57


@pytest.mark.parametrize("price", [-1, 0, 0.0])
@pytest.mark.parametrize("kind", [LATEST_PRICE, 42, 44])
def test_t47_a_market_order_takes_any_price_that_is_none(open_desk: Open, price: float, kind: int) -> None:
    desk = open_desk()
    trader = desk.trader()
    order_id = trader.buy(PFYH, 100, price, price_type=kind)
    desk.settle()
    order = trader.api.query_stock_order(trader.account, order_id)
    assert order.order_status == 56
    assert order.price_type == {LATEST_PRICE: 50, 42: 88, 44: 84}[kind]


def test_t50_the_account_type_of_responses_is_always_two(open_desk: Open) -> None:
    desk = open_desk()
    trader = desk.trader()
    order_async(trader, price=9.5)
    desk.settle()
    (response,) = trader.events("on_order_stock_async_response")
    trader.api.cancel_order_stock_async(trader.account, response.order_id)
    desk.settle()
    (cancelled,) = trader.events("on_cancel_order_stock_async_response")
    assert (response.account_type, cancelled.account_type) == (2, 2)


def test_t56_data_without_a_terminal_is_a_plain_exception_at_once(open_desk: Open) -> None:
    desk = open_desk(lockstep=False)
    xtdata = __import__("xtquant.xtdata", fromlist=["xtdata"])
    xtdata.enable_hello = False
    assert PFYH in xtdata.get_full_tick([PFYH])
    desk.close()
    asked: list[str] = []

    def ask() -> None:
        try:
            xtdata.get_full_tick([PFYH])
        except Exception as error:  # noqa: BLE001 - the vendor raises nothing narrower
            asked.append(f"{type(error).__name__} {error}")

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join(SOON_S)
    assert len(asked) == 1
    assert asked[0].startswith("Exception 无法连接xtquant服务")


@pytest.mark.parametrize("where", ["never connected", "lost"])
def test_not_connected_the_answers_say_no_and_nothing_else(open_desk: Open, where: str) -> None:
    """Measured with the binary: account, -1 and empty texts; no error is pushed, and no cancel echoes its order."""
    desk = open_desk()
    trader = desk.trader(connect=where == "lost")
    desk.terminal.disconnect()
    desk.settle("10:00:01")
    trader.heard.clear()
    answers: list[Any] = []
    client = trader.api.async_client
    client.bindOnOrderStockRespCallback(lambda _seq, answer: answers.append(answer))
    client.bindOnCancelOrderStockRespCallback(lambda _seq, answer: answers.append(answer))
    order_async(trader, remark="remark")
    trader.api.cancel_order_stock_async(trader.account, 77)
    trader.api.cancel_order_stock_sysid_async(trader.account, 1, "SYS1")
    desk.settle("10:00:02")
    order, *cancels = answers
    assert (order.account_id, order.account_type, order.order_id) == (ACCOUNT, 2, -1)
    assert (order.error_msg, order.order_remark, order.strategy_name) == ("", "", "")
    assert {(c.account_id, c.cancel_result, c.order_id, c.order_sysid, c.error_msg) for c in cancels} == {
        (ACCOUNT, -1, 0, "", "")
    }
    assert trader.heard == []
    assert desk.terminal.orders(ACCOUNT) == []
