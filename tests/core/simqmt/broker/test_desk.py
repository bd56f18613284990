"""What a stock program asks besides trading, and refusals that name what was asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.fakes.simqmt import ACCOUNT, BUY, FIX_PRICE, Desk

Open = Callable[..., Desk]


def test_the_shareholder_numbers_of_an_account_are_those_its_orders_carry(open_desk: Open) -> None:
    desk = open_desk()
    trader = desk.trader()
    found = trader.api.query_secu_account(trader.account)
    numbers = {one.market: one.secu_account for one in found}
    assert set(numbers) == {"SH", "SZ", "BJ"}
    assert all(one.main for one in found)
    for code in ("600000.SH", "000001.SZ"):
        trader.buy(code, 100, 10.0)
    desk.settle()
    carried = {order.stock_code[-2:]: order.secu_account for order in trader.events("on_stock_order")}
    assert carried == {market: numbers[market] for market in carried}
    other = type(trader.account)("12345678")
    assert trader.api.query_secu_account(other) == []


@pytest.mark.parametrize(("account", "kind"), [("12345678", "STOCK"), (ACCOUNT, "CREDIT")])
def test_an_order_for_an_account_that_is_not_there_is_refused_to_its_sender_by_that_name(
    open_desk: Open, account: str, kind: str
) -> None:
    desk = open_desk()
    trader, beside = desk.trader(1), desk.trader(2)
    asked: Any = type(trader.account)(account, kind)
    assert trader.api.order_stock(asked, "600000.SH", BUY, 100, FIX_PRICE, 10.0, "", "lost") == -1
    desk.settle()
    (error,) = trader.events("on_order_error")
    assert (error.account_id, error.account_type) == (account, asked.account_type)
    assert (error.order_id, error.order_remark) == (-1, "lost")
    assert "未找到账号" in error.error_msg
    assert beside.events("on_order_error") == []


def test_a_cancel_of_an_exchange_number_that_is_not_there_names_it(open_desk: Open) -> None:
    desk = open_desk()
    trader = desk.trader()
    seq = trader.api.cancel_order_stock_sysid_async(trader.account, 0, "77")
    desk.settle()
    (answer,) = trader.events("on_cancel_order_stock_async_response")
    assert (answer.seq, answer.cancel_result, answer.order_sysid) == (seq, -1, "77")
    (error,) = trader.events("on_cancel_error")
    assert (error.order_sysid, error.market) == ("77", 0)
    assert "委托不存在" in error.error_msg


def test_the_folder_shows_a_program_that_looks_that_it_may_trade(open_desk: Open) -> None:
    desk = open_desk()
    assert (desk.terminal.path / "up_queue_xtquant").is_file()


def test_what_answers_in_json_says_no_where_the_manual_puts_its_message(open_desk: Open) -> None:
    desk = open_desk()
    trader = desk.trader()
    exported = trader.api.export_data(trader.account, "deal.csv", "deal")
    assert "不支持" in exported["error"]["errorMsg"]
    assert trader.api.query_data(trader.account, "deal.csv", "deal") == exported
    told = trader.api.sync_transaction_from_external("ADD", "DEAL", trader.account, [{"m_nVolume": 1}])
    assert "不支持" in told["error"]["msg"]
