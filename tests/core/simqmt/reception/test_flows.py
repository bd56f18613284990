"""Orders and cancels through the real xttrader: what is answered, what is pushed, in which order."""

from __future__ import annotations

import sys
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.domain.enums import Phase
from tests.core.simqmt.conftest import PFYH
from tests.fakes.market import quote
from tests.fakes.simqmt import ACCOUNT, BUY, FIX_PRICE, SELL, Desk

Open = Callable[..., Desk]
HELD = {ACCOUNT: [(PFYH, 1000, Decimal("9.00"))]}


def names(heard: list[tuple[str, Any]]) -> list[str]:
    return [f"{name}:{getattr(value, 'order_status', '')}".rstrip(":") for name, value in heard]


def test_a_filled_buy_tells_response_reported_trade_filled_money_and_holding(open_desk: Open) -> None:
    desk = open_desk()
    trader = desk.trader()
    trader.heard.clear()
    seq = trader.api.order_stock_async(trader.account, PFYH, BUY, 300, FIX_PRICE, 10.0, "策略", "t-1")
    desk.settle()
    assert names(trader.heard) == [
        "on_order_stock_async_response",
        "on_stock_order:50",
        "on_stock_asset",
        "on_stock_trade",
        "on_stock_order:56",
        "on_stock_asset",
        "on_stock_position",
    ]
    (response,) = trader.events("on_order_stock_async_response")
    assert (response.seq, response.order_remark, response.strategy_name) == (seq, "t-1", "策略")
    (trade,) = trader.events("on_stock_trade")
    assert (trade.order_id, trade.traded_price, trade.traded_volume) == (response.order_id, 10.0, 300)
    assert trade.commission == 5.03
    filled = trader.events("on_stock_order")[-1]
    assert (filled.price_type, filled.traded_volume, filled.traded_price) == (50, 300, 10.0)
    assert filled.order_time == desk.conductor.now_ms() // 1000


def test_an_order_meets_the_book_level_by_level_and_the_rest_fills_at_its_own_price(open_desk: Open) -> None:
    book = quote(
        PFYH, "09:59:59", "10.00", pre_close="10.00", asks=[("10.00", 200), ("10.01", 300), ("10.03", 900)]
    )
    desk = open_desk(book)
    trader = desk.trader()
    order_id = trader.buy(PFYH, 1000, 10.01)
    desk.settle()
    fills = [(t.traded_price, t.traded_volume) for t in trader.events("on_stock_trade")]
    assert fills == [(10.0, 200), (10.01, 300)]
    assert trader.order_states(order_id) == [50, 55]
    desk.feed(quote(PFYH, "10:00:03", "9.99", pre_close="10.00", asks=[("9.98", 400), ("10.02", 100)]))
    desk.feed(quote(PFYH, "10:00:06", "10.02", pre_close="10.00", asks=[("10.02", 9000)]))
    desk.feed(quote(PFYH, "10:00:09", "10.01", pre_close="10.00", asks=[("10.01", 9000)]))
    fills = [(t.traded_price, t.traded_volume) for t in trader.events("on_stock_trade")]
    assert fills[2:] == [(10.01, 400), (10.01, 100)]
    assert trader.order_states(order_id) == [50, 55, 55, 56]


def test_volume_taken_is_gone_until_the_next_snapshot(open_desk: Open) -> None:
    desk = open_desk(quote(PFYH, "09:59:59", "10.00", pre_close="10.00", asks=[("10.00", 500)]))
    trader = desk.trader()
    first, second = trader.buy(PFYH, 300, 10.0), trader.buy(PFYH, 300, 10.0)
    desk.settle()
    assert trader.order_states(first) == [50, 56]
    assert trader.order_states(second) == [50, 55]
    desk.feed(quote(PFYH, "10:00:03", "10.00", pre_close="10.00", asks=[("10.00", 500)]))
    assert trader.order_states(second) == [50, 55, 56]


def test_resting_orders_fill_best_price_first_then_oldest(open_desk: Open) -> None:
    desk = open_desk()
    trader = desk.trader()
    older, newer, better = (
        trader.buy(PFYH, 300, 9.90),
        trader.buy(PFYH, 300, 9.90),
        trader.buy(PFYH, 300, 9.95),
    )
    desk.feed(quote(PFYH, "10:00:03", "9.90", pre_close="10.00", asks=[("9.90", 700)]))
    assert [trader.order_states(order)[-1] for order in (better, older, newer)] == [56, 56, 55]
    fills = [(t.traded_price, t.traded_volume) for t in trader.events("on_stock_trade")]
    assert fills == [(9.95, 300), (9.90, 300), (9.90, 100)]


def test_a_cancel_tells_sent_then_pending_then_cancelled(open_desk: Open) -> None:
    desk = open_desk()
    trader = desk.trader()
    order_id = trader.buy(PFYH, 300, 9.5)
    desk.settle()
    trader.heard.clear()
    trader.api.cancel_order_stock_async(trader.account, order_id)
    desk.settle()
    assert names(trader.heard) == [
        "on_cancel_order_stock_async_response",
        "on_stock_order:51",
        "on_stock_order:54",
        "on_stock_asset",
    ]
    assert trader.events("on_cancel_order_stock_async_response")[0].cancel_result == 0
    assert desk.terminal.ledger(ACCOUNT).cash == Decimal(1_000_000)


def test_a_part_filled_order_is_cancelled_to_53_by_its_system_number(open_desk: Open) -> None:
    desk = open_desk(quote(PFYH, "09:59:59", "10.00", pre_close="10.00", asks=[("10.00", 100)]))
    trader = desk.trader()
    order_id = trader.buy(PFYH, 300, 10.0)
    sysid = trader.api.query_stock_order(trader.account, order_id).order_sysid
    assert trader.api.cancel_order_stock_sysid(trader.account, 1, sysid) == -1, "another market's number"
    assert trader.api.cancel_order_stock_sysid(trader.account, "SH", sysid) == 0
    desk.settle()
    assert trader.order_states(order_id) == [50, 55, 52, 53]


def test_a_late_cancel_is_sent_and_comes_back_as_an_error(open_desk: Open) -> None:
    desk = open_desk()
    trader = desk.trader()
    order_id = trader.buy(PFYH, 300, 10.0)
    trader.api.cancel_order_stock_async(trader.account, order_id)
    desk.settle()
    assert trader.events("on_cancel_order_stock_async_response")[0].cancel_result == 0
    (error,) = trader.events("on_cancel_error")
    assert error.order_id == order_id
    assert "委托已不可撤" in error.error_msg
    assert trader.api.cancel_order_stock(trader.account, 99) == -1


def test_refused_at_the_request_gives_minus_one_and_the_reason_by_seq(open_desk: Open) -> None:
    desk = open_desk()
    trader = desk.trader()
    trader.heard.clear()
    asked = [
        ("000001.SH", 100, FIX_PRICE),
        (PFYH, 150, FIX_PRICE),
        (PFYH, 100, 3),
        ("600001.SH", 100, FIX_PRICE),
        ("600001.SH", 100, 5),
    ]
    seqs = [
        trader.api.order_stock_async(trader.account, code, BUY, volume, kind, 10.0, "", f"r{n}")
        for n, (code, volume, kind) in enumerate(asked)
    ]
    desk.settle()
    assert [r.order_id for r in trader.events("on_order_stock_async_response")] == [-1] * 5
    errors = trader.events("on_order_error")
    assert [(e.seq, e.order_id, e.error_id) for e in errors] == [(seq, -1, -61) for seq in seqs]
    assert errors[1].error_msg.startswith("限价买入 [SH600000] ")
    assert all("不在模拟行情中" in error.error_msg for error in errors[3:])
    assert trader.events("on_stock_order") == []


def test_refused_at_the_counter_gets_a_number_and_dies_as_junk(open_desk: Open) -> None:
    desk = open_desk(positions=HELD)
    trader = desk.trader()
    trader.heard.clear()
    wrong = [
        (BUY, 200_000, 10.0, "[260200][可用资金不足]"),
        (SELL, 1100, 10.0, "[251005][证券可用数量不足]"),
        (BUY, 100, 11.01, "涨停价"),
        (BUY, 100, 10.001, "最小价差"),
        (BUY, 100, 10.5, "有效申报范围"),
    ]
    for side, volume, price, reason in wrong:
        trader.heard.clear()
        trader.api.order_stock_async(trader.account, PFYH, side, volume, FIX_PRICE, price, "", "junk")
        desk.settle()
        assert names(trader.heard) == [
            "on_order_stock_async_response",
            "on_stock_order:50",
            "on_stock_order:57",
            "on_order_error",
        ]
        (error,) = trader.events("on_order_error")
        junk = trader.events("on_stock_order")[-1]
        assert (
            trader.events("on_order_stock_async_response")[0].order_id == junk.order_id == error.order_id > 0
        )
        assert error.error_msg == junk.status_msg
        assert "[COUNTER] " in error.error_msg
        assert reason in error.error_msg
    assert desk.terminal.ledger(ACCOUNT).cash == Decimal(1_000_000)
    assert desk.terminal.ledger(ACCOUNT).holding(PFYH).can_use == 1000


def test_out_of_hours_is_refused_in_the_counters_words(open_desk: Open) -> None:
    desk = open_desk(
        quote(PFYH, "15:40:00", "10.00", pre_close="10.00", phase=Phase.CLOSED), start="15:40:00"
    )
    trader = desk.trader()
    assert trader.buy(PFYH, 100, 10.0) > 0
    desk.settle()
    assert "[COUNTER] [12313][当前时间不允许此类证券交易]" in trader.events("on_order_error")[0].error_msg


def test_nothing_fills_before_the_auction_is_over_or_at_lunch(open_desk: Open) -> None:
    desk = open_desk(
        quote(PFYH, "09:16:00", "10.00", pre_close="10.00", phase=Phase.OPEN_CALL), start="09:15:30"
    )
    desk.settle("09:16:00")
    trader = desk.trader()
    early = trader.buy(PFYH, 300, 10.2)
    desk.settle()
    assert trader.order_states(early) == [50]
    desk.feed(quote(PFYH, "09:25:03", "10.00", pre_close="10.00", phase=Phase.PAUSE))
    assert trader.order_states(early) == [50, 56]
    assert trader.events("on_stock_trade")[0].traded_price == 10.0, "at the auction's price"
    desk.feed(quote(PFYH, "11:30:10", "10.00", pre_close="10.00", phase=Phase.LUNCH))
    waiting = trader.buy(PFYH, 300, 10.0)
    desk.feed(quote(PFYH, "12:30:00", "10.00", pre_close="10.00", phase=Phase.LUNCH))
    assert trader.order_states(waiting) == [50]
    desk.feed(quote(PFYH, "13:00:01", "10.00", pre_close="10.00"))
    assert trader.order_states(waiting) == [50, 56]


def test_a_snapshot_of_continuous_trading_shown_at_lunch_fills_nothing(open_desk: Open) -> None:
    desk = open_desk(quote(PFYH, "11:29:59", "10.00", pre_close="10.00"), start="11:29:00")
    desk.settle("11:30:05")
    trader = desk.trader()
    order_id = trader.buy(PFYH, 300, 10.0)
    desk.settle()
    assert trader.order_states(order_id) == [50]


def test_no_cancel_between_0920_and_0925(open_desk: Open) -> None:
    desk = open_desk(
        quote(PFYH, "09:16:00", "10.00", pre_close="10.00", phase=Phase.OPEN_CALL), start="09:15:30"
    )
    desk.settle("09:16:00")
    trader = desk.trader()
    order_id = trader.buy(PFYH, 300, 10.0)
    desk.settle("09:21:00")
    trader.api.cancel_order_stock_async(trader.account, order_id)
    desk.settle()
    assert "当前时间不允许撤单" in trader.events("on_cancel_error")[0].error_msg
    assert trader.order_states(order_id) == [50]


def test_the_older_cage_holds_an_order_back_until_prices_come_near(open_desk: Open) -> None:
    code, day = "300274.SZ", "2022-06-01"
    desk = open_desk(
        quote(code, f"{day} 09:59:59", "80.00", pre_close="80.00", asks=[("80.00", 900)]),
        start=f"{day} 10:00:00",
    )
    trader = desk.trader()
    outside, inside = trader.buy(code, 100, 85.0), trader.buy(code, 100, 81.6)
    desk.settle()
    assert trader.order_states(outside) == [50]
    assert trader.order_states(inside) == [50, 56]
    desk.feed(quote(code, f"{day} 10:00:03", "84.00", pre_close="80.00", asks=[("84.00", 900)]))
    assert trader.order_states(outside) == [50, 56]
    assert trader.events("on_stock_trade")[-1].traded_price == 84.0
    gone = trader.buy(code, 100, 95.0)
    assert trader.api.cancel_order_stock(trader.account, gone) == 0
    desk.feed(quote(code, f"{day} 10:00:06", "94.00", pre_close="80.00", asks=[("94.00", 900)]))
    assert trader.order_states(gone) == [50, 51, 54]


def test_latency_lets_the_order_meet_a_later_book(open_desk: Open) -> None:
    desk = open_desk(latency_ms=500)
    trader = desk.trader()
    desk.market.add(quote(PFYH, "10:00:00.300", "9.98", pre_close="10.00", asks=[("9.98", 9000)]))
    trader.api.order_stock_async(trader.account, PFYH, BUY, 300, FIX_PRICE, 10.0, "", "late")
    desk.settle("10:00:01")
    (trade,) = trader.events("on_stock_trade")
    assert trade.traded_price == 9.98
    assert desk.terminal.trades(ACCOUNT)[0].time_ms % 60_000 == 500


def test_a_remark_is_cut_at_24_bytes_between_characters(open_desk: Open) -> None:
    desk = open_desk()
    trader = desk.trader()
    trader.buy(PFYH, 100, 10.0, "策略一号买入贵州茅台")
    desk.settle()
    assert trader.events("on_stock_order")[0].order_remark == "策略一号买入贵州"
    assert trader.api.query_stock_orders(trader.account)[0].order_remark == "策略一号买入贵州"


def test_latest_price_is_a_limit_at_the_last_price(open_desk: Open) -> None:
    desk = open_desk()
    trader = desk.trader()
    trader.buy(PFYH, 100, -1, price_type=5)
    desk.settle()
    order = trader.events("on_stock_order")[-1]
    assert (order.price, order.price_type, order.order_status) == (10.0, 50, 56)


def test_queries_filter_by_number_code_and_state(open_desk: Open) -> None:
    desk = open_desk(positions=HELD)
    trader = desk.trader()
    filled, resting = trader.buy(PFYH, 100, 10.0), trader.buy(PFYH, 100, 9.5)
    desk.settle()
    api, account = trader.api, trader.account
    assert [o.order_id for o in api.query_stock_orders(account)] == [filled, resting]
    assert [o.order_id for o in api.query_stock_orders(account, True)] == [resting]
    assert api.query_stock_order(account, filled).order_status == 56
    assert api.query_stock_order(account, 5) is None
    assert [t.order_id for t in api.query_stock_trades(account)] == [filled]
    position = api.query_stock_position(account, PFYH)
    assert (position.volume, position.can_use_volume, position.on_road_volume) == (1100, 1000, 100)
    assert position.yesterday_volume == 1000
    assert api.query_stock_position(account, "600036.SH") is None
    asset = api.query_stock_asset(account)
    assert asset.total_asset == asset.cash + asset.frozen_cash + asset.market_value
    assert [info.account_id for info in api.query_account_infos()] == [ACCOUNT]
    assert [status.status for status in api.query_account_status()] == [0]
    assert api.query_ipo_data() == {}
    assert api.query_new_purchase_limit(account) == {"SH": 0, "SZ": 0, "KCB": 0}


def test_what_is_not_offered_is_answered_and_not_silent(open_desk: Open) -> None:
    desk = open_desk()
    trader = desk.trader()
    api, account = trader.api, trader.account
    assert api.query_credit_detail(account) == []
    assert api.query_com_fund(account)["success"] is False
    ok, message = api.fund_transfer(account, 510, 1.0)
    assert not ok
    assert "不支持" in message
    assert "error" in api.export_data(account, "x.csv", "deal")
    assert api.query_smart_algo_task(account) == {}
    api.smt_appointment_order_async(account, "600000.SH", 7, 100, 0.1)
    api.bank_transfer_in_async(account, "1", "2", 3)
    desk.settle()
    assert trader.events("on_smt_appointment_async_response")[0].success is False
    assert trader.events("on_bank_transfer_async_response")[0].success is False


def test_a_market_order_takes_five_levels_and_its_rest_is_cancelled(open_desk: Open) -> None:
    desk = open_desk(
        quote(PFYH, "09:59:59", "10.00", pre_close="10.00", asks=[("10.00", 200), ("10.01", 100)])
    )
    trader = desk.trader()
    order_id = trader.buy(PFYH, 500, 0, price_type=42)
    desk.settle()
    assert trader.order_states(order_id) == [50, 55, 53]
    fills = [(t.traded_price, t.traded_volume) for t in trader.events("on_stock_trade")]
    assert fills == [(10.0, 200), (10.01, 100)]
    assert trader.events("on_stock_order")[-1].price_type == 88
    assert desk.terminal.ledger(ACCOUNT).frozen_cash == 0


def test_a_manual_order_is_heard_by_every_session_with_its_foreign_remark(open_desk: Open) -> None:
    desk = open_desk()
    one, two = desk.trader(1), desk.trader(2)
    order_id = desk.terminal.manual_order(ACCOUNT, PFYH, BUY, 100, "10.00")
    desk.settle()
    assert one.order_states(order_id) == two.order_states(order_id) == [50, 56]
    assert one.events("on_stock_order")[0].order_remark == ""
    assert one.events("on_order_stock_async_response") == []


def test_an_account_of_another_type_is_another_account(open_desk: Open) -> None:
    desk = open_desk()
    trader = desk.trader()
    xttype = sys.modules["xtquant.xttype"]
    credit = xttype.StockAccount(ACCOUNT, "CREDIT")
    assert trader.api.subscribe(credit) == -1
    assert trader.api.query_stock_asset(credit) is None
    assert trader.api.order_stock(credit, PFYH, BUY, 100, FIX_PRICE, 10.0) == -1
    desk.settle()
    assert trader.events("on_order_error")[0].error_msg == "未找到账号"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    code=st.one_of(st.sampled_from([PFYH, "688001.SH", "000300.SH", ""]), st.text(max_size=10)),
    side=st.one_of(st.sampled_from([BUY, SELL]), st.integers(-3, 200)),
    volume=st.one_of(st.sampled_from([100, 50, 0, -100]), st.integers(-(2**31), 2**31 - 1)),
    kind=st.one_of(st.sampled_from([5, 11, 42, 48]), st.integers(-1, 100)),
    price=st.one_of(st.sampled_from([10.0, 9.999999, 0, -1]), st.floats()),
    remark=st.text(max_size=30),
)
def test_every_order_request_is_answered_once_and_ends_in_a_number_or_minus_one(
    fuzzed: tuple[Desk, Any], code: str, side: int, volume: int, kind: int, price: float, remark: str
) -> None:
    desk, trader = fuzzed
    trader.heard.clear()
    try:
        seq = trader.api.order_stock_async(trader.account, code, side, volume, kind, price, "", remark)
    except TypeError:
        assert any(0xD800 <= ord(letter) < 0xE000 for letter in code + remark), (
            "only broken text is refused here"
        )
        return
    desk.settle()
    (response,) = trader.events("on_order_stock_async_response")
    assert response.seq == seq
    assert response.order_id == -1 or response.order_id > 0
    assert response.order_id > 0 or trader.events("on_order_error")[0].error_msg
    assert all(order.price >= 0 for order in desk.terminal.orders(ACCOUNT))


@pytest.fixture
def fuzzed(open_desk: Open) -> tuple[Desk, Any]:
    desk = open_desk()
    return desk, desk.trader()


def test_numbers_are_unique_and_system_numbers_unique_per_market_only(open_desk: Open) -> None:
    desk = open_desk(
        quote(PFYH, "09:59:59", "10.00", pre_close="10.00"),
        quote("000001.SZ", "09:59:59", "10.00", pre_close="10.00"),
    )
    trader = desk.trader()
    ids = [trader.buy(code, 100, 10.0) for code in (PFYH, "000001.SZ", PFYH)]
    orders = trader.api.query_stock_orders(trader.account)
    assert len(set(ids)) == 3
    assert [order.order_sysid for order in orders] == ["1", "1", "2"]
    assert len({trade.traded_id for trade in trader.api.query_stock_trades(trader.account)}) == 3
