"""Nothing that a program may ask stays unanswered, and what is echoed is what a broker echoes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from core.simqmt.native.requests import ANSWER_BIND, NOT_CONNECTED
from core.simqmt.native.structs import load_surface
from tests.fakes.market import quote
from tests.fakes.simqmt import ACCOUNT, BUY, SELL, Desk, Trader

Open = Callable[..., Desk]
PLAIN = {"int": 1, "float": 1.0, "str": "x", "bool": True, "bytes": b"{}"}
STOCK = {"subscribe", "unsubscribe", "orderStock", "cancelOrderStock", "orderStockImmediate"} | {
    "cancelOrderStockImmediate",
    "queryStockAsset",
    "queryStockOrders",
    "queryStockTrades",
    "queryStockPositions",
    "queryAccountInfos",
    "queryAccountStatus",
    "queryNewPurchaseLimit",
    "queryIPOData",
}


def value_of(kind: str) -> Any:
    surface = load_surface()
    if kind.startswith("list["):
        return [value_of(kind[5:-1])]
    return surface.classes[kind]() if kind in surface.classes else PLAIN[kind]


def texts(payload: Any) -> str:
    """All words of an answer."""
    if isinstance(payload, str):
        return payload
    if isinstance(payload, list):
        return " ".join(texts(item) for item in payload)
    names = [name for name in dir(payload) if not name.startswith("_")]
    return " ".join(v for name in names if isinstance(v := getattr(payload, name, None), str))


def ask(desk: Desk, trader: Trader, method: str) -> list[Any]:
    """What the native client tells about one request: its answers."""
    client, answers = trader.api.async_client, []
    getattr(client, ANSWER_BIND[method])(lambda seq, payload: answers.append((seq, payload)))
    _, *kinds = load_surface().methods[method].args
    seq = client.nextSeq()
    desk.unparked(getattr(client, method))(seq, *map(value_of, kinds))
    desk.settle()
    assert [told for told, _ in answers] == [seq]
    return answers[0][1]  # type: ignore[no-any-return]


@pytest.mark.parametrize("method", sorted(ANSWER_BIND))
def test_every_request_is_answered_once_by_its_own_response(open_desk: Open, method: str) -> None:
    desk = open_desk()
    connected, lonely = desk.trader(1), desk.trader(2, connect=False)
    said = ask(desk, connected, method)
    assert (method.removesuffix("WithSeq") in STOCK) or said == [] or "不支持" in texts(said) or said == -1
    silent = ask(desk, lonely, method)
    assert silent in ([], -1) or texts(silent).split() in ([], [ACCOUNT, ACCOUNT]) or NOT_CONNECTED in silent


ECHO = {5: 50, 11: 50, 42: 88, 43: 85, 44: 84, 45: 86, 46: 87, 47: 88, 48: 89}
WHERE = {42: "SH BJ", 43: "SH BJ", 44: "SH SZ BJ", 45: "SH SZ BJ", 46: "SZ", 47: "SZ", 48: "SZ"}
CODES = {"SH": "600000.SH", "SZ": "000001.SZ", "BJ": "920002.BJ"}


@pytest.mark.parametrize("market", CODES)
@pytest.mark.parametrize("kind", ECHO)
def test_each_price_type_is_echoed_as_the_brokers_where_its_exchange_has_it(
    open_desk: Open, kind: int, market: str
) -> None:
    code = CODES[market]
    book = {"bids": [("9.99", 500)], "asks": [("10.00", 300), ("10.01", 300)]}
    desk = open_desk(quote(code, "09:59:59", "10.00", pre_close="10.00", **book))  # type: ignore[arg-type]
    trader = desk.trader()
    price = 0 if market == "SZ" and kind > 11 else 10.0
    order_id = trader.buy(code, 100, price, price_type=kind)
    desk.settle()
    if market not in WHERE.get(kind, "SH SZ BJ"):
        assert order_id == -1
        return
    pushed = [order for order in trader.events("on_stock_order") if order.order_id == order_id]
    assert {order.price_type for order in pushed} == {ECHO[kind]}
    assert pushed[-1].order_status == (50 if kind == 45 else 56), pushed[-1].status_msg
    (asked,) = [call for call in desk.terminal.call_log if call.name == "orderStock"]
    assert asked["m_nPriceType"] == kind
    (queried,) = trader.api.query_stock_orders(trader.account)
    assert queried.price_type == ECHO[kind]


REST = {
    42: [50, 55, 53],
    43: [50, 55],
    44: [50, 55],
    45: [50],
    46: [50, 55, 53],
    47: [50, 55, 53],
    48: [50, 54],
}


@pytest.mark.parametrize("kind", REST)
def test_the_rest_of_a_market_order_goes_or_waits_as_its_type_says(open_desk: Open, kind: int) -> None:
    code = CODES[WHERE[kind].split()[0]]
    desk = open_desk(
        quote(code, "09:59:59", "10.00", pre_close="10.00", bids=[("9.99", 500)], asks=[("10.00", 300)])
    )
    trader = desk.trader()
    order_id = trader.buy(code, 400, 10.05 if code.endswith("SH") else 0, price_type=kind)
    desk.settle()
    assert trader.order_states(order_id) == REST[kind]
    frozen = desk.terminal.ledger(ACCOUNT).frozen_cash
    assert (frozen > 0) is (REST[kind][-1] in (50, 55))


def test_direction_and_offset_tell_the_side(open_desk: Open) -> None:
    desk = open_desk()
    trader = desk.trader()
    trader.buy("600000.SH", 100, 10.0)
    desk.settle()
    order, trade = trader.events("on_stock_order")[0], trader.events("on_stock_trade")[0]
    assert (order.order_type, order.direction, order.offset_flag) == (BUY, 48, 48)
    assert (trade.order_type, trade.offset_flag, trade.traded_amount) == (BUY, 48, 1000.0)
    assert desk.terminal.manual_order(ACCOUNT, "600000.SH", SELL, 100, "10") > 0
    desk.settle()
    junk = trader.events("on_stock_order")[-1]
    assert (junk.order_type, junk.offset_flag, junk.order_status) == (SELL, 49, 57)
