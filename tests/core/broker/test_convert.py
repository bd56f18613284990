"""The vendor's objects to our records: noise, holes and odd numbers included."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest

from core.broker import convert
from core.domain.enums import OrderStatus, Side
from core.domain.market import SHANGHAI

NOW = datetime(2026, 11, 20, 10, 30, 58, tzinfo=SHANGHAI)
ACCOUNT = "1000000365"


def make_order(**changes: object) -> SimpleNamespace:
    fields: dict[str, object] = {
        "account_id": ACCOUNT,
        "stock_code": "600519.SH",
        "order_id": 3456,
        "order_sysid": "A1",
        "order_time": 1_795_141_858,
        "order_type": 23,
        "order_volume": 200,
        "price_type": 50,
        "price": 11.370000000000001,
        "traded_volume": 100,
        "traded_price": 11.36515,
        "order_status": 55,
        "status_msg": "",
        "strategy_name": "DingPan",
        "order_remark": "D1",
        "offset_flag": 48,
    }
    return SimpleNamespace(**(fields | changes))


def make_trade(**changes: object) -> SimpleNamespace:
    fields: dict[str, object] = {
        "account_id": ACCOUNT,
        "stock_code": "510300.SH",
        "order_type": 24,
        "traded_id": "T1",
        "traded_time": 1_795_141_858,
        "traded_price": 4.7179999,
        "traded_volume": 300,
        "traded_amount": 1415.4,
        "order_id": 3456,
        "order_remark": "D1",
        "commission": 5.0,
    }
    return SimpleNamespace(**(fields | changes))


def make_position(**changes: object) -> SimpleNamespace:
    fields: dict[str, object] = {
        "account_id": ACCOUNT,
        "stock_code": "300274.SZ",
        "volume": 1000,
        "can_use_volume": 600,
        "avg_price": 70.12345,
        "open_price": 70.0,
        "frozen_volume": 100,
        "on_road_volume": 300,
        "yesterday_volume": 700,
    }
    return SimpleNamespace(**(fields | changes))


def make_asset(**changes: object) -> SimpleNamespace:
    fields: dict[str, object] = {
        "account_id": ACCOUNT,
        "cash": 1000.005,
        "frozen_cash": 0.0,
        "market_value": 2000.1,
        "total_asset": 3000.1000000000004,
    }
    return SimpleNamespace(**(fields | changes))


def test_an_order_becomes_a_frozen_record_at_the_tick() -> None:
    order = convert.order(make_order(), ACCOUNT, NOW)
    assert (order.symbol, order.order_id, order.side, order.volume) == ("600519.SH", 3456, Side.BUY, 200)
    assert order.price == Decimal("11.37")
    assert order.traded_price == Decimal("11.3652"), "an average lies between ticks and is kept to 1/10000"
    assert (order.status, order.remark, order.strategy) == (OrderStatus.PART_SUCC, "D1", "DingPan")
    assert order.time == datetime.fromtimestamp(1_795_141_858, SHANGHAI)
    with pytest.raises(FrozenInstanceError):
        order.volume = 1  # type: ignore[misc]


def test_t45_the_record_keeps_its_values_when_the_vendor_changes_the_object() -> None:
    native = make_order()
    order = convert.order(native, ACCOUNT, NOW)
    native.order_status, native.traded_volume = 56, 200
    assert (order.status, order.traded_volume) == (OrderStatus.PART_SUCC, 100)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (1_795_141_858, datetime.fromtimestamp(1_795_141_858, SHANGHAI)),
        (1_795_141_858_123, datetime.fromtimestamp(1_795_141_858.123, SHANGHAI)),
        ("1795141858", datetime.fromtimestamp(1_795_141_858, SHANGHAI)),
        (20261120093001, datetime(2026, 11, 20, 9, 30, 1, tzinfo=SHANGHAI)),
        (20261120093001500, datetime(2026, 11, 20, 9, 30, 1, tzinfo=SHANGHAI)),
        (93001, datetime(2026, 11, 20, 9, 30, 1, tzinfo=SHANGHAI)),
        (145959, datetime(2026, 11, 20, 14, 59, 59, tzinfo=SHANGHAI)),
    ],
)
def test_t44_times_of_other_lengths(raw: object, expected: datetime) -> None:
    assert convert.read_time(raw, NOW) == expected


@pytest.mark.parametrize(
    "raw", [None, 0, -1, "", "now", 99, 999999, 99999999999999, float("nan"), float("inf")]
)
def test_t44_a_time_without_sense_is_the_time_of_hearing(raw: object) -> None:
    assert convert.read_time(raw, NOW) == NOW


def test_an_unknown_status_stays_readable() -> None:
    order = convert.order(make_order(order_status=99, status_msg="柜台处理中"), ACCOUNT, NOW)
    assert order.status is OrderStatus.UNKNOWN
    assert order.status_msg == "未知状态 99：柜台处理中"
    assert not order.status.is_final


@pytest.mark.parametrize("status", list(OrderStatus))
def test_every_known_status_keeps_its_number(status: OrderStatus) -> None:
    assert convert.order(make_order(order_status=int(status)), ACCOUNT, NOW).status is status


@pytest.mark.parametrize("price", [0.0, float("nan"), float("inf"), 1.7976931348623157e308, None, "x"])
def test_a_price_that_is_none_is_zero(price: object) -> None:
    order = convert.order(make_order(price=price, traded_price=price), ACCOUNT, NOW)
    assert (order.price, order.traded_price) == (0, 0)


@pytest.mark.parametrize(
    ("order_type", "offset", "side"),
    [(23, 49, Side.BUY), (24, 48, Side.SELL), (27, 0, Side.BUY), (31, 0, Side.SELL), (0, 49, Side.SELL)],
)
def test_sides(order_type: int, offset: int, side: Side) -> None:
    assert convert.order(make_order(order_type=order_type, offset_flag=offset), ACCOUNT, NOW).side is side


def test_a_kind_without_a_side_is_foreign() -> None:
    with pytest.raises(convert.Foreign, match="134"):
        convert.order(make_order(order_type=134), ACCOUNT, NOW)


@pytest.mark.parametrize(
    ("code", "symbol"), [("600519.SH", "600519.SH"), ("sz000001", "000001.SZ"), ("204001.SH", "204001.SH")]
)
def test_symbols_of_any_spelling_are_kept(code: str, symbol: str) -> None:
    assert convert.order(make_order(stock_code=code), ACCOUNT, NOW).symbol == symbol


@pytest.mark.parametrize("field", ["order_id", "order_volume", "traded_volume"])
def test_an_order_without_its_numbers_is_unreadable(field: str) -> None:
    with pytest.raises(convert.Unreadable, match=field):
        convert.order(make_order(**{field: None}), ACCOUNT, NOW)


def test_a_trade_in_thousandths() -> None:
    trade = convert.trade(make_trade(), ACCOUNT, NOW)
    assert (trade.price, trade.volume, trade.amount) == (Decimal("4.718"), 300, Decimal("1415.40"))
    assert (trade.trade_id, trade.side, trade.commission) == ("T1", Side.SELL, Decimal("5.00"))


def test_a_trade_without_an_amount_is_multiplied() -> None:
    assert convert.trade(make_trade(traded_amount=0.0), ACCOUNT, NOW).amount == Decimal("1415.40")


def test_a_trade_without_an_id_cannot_be_told_from_another() -> None:
    with pytest.raises(convert.Unreadable, match="traded_id"):
        convert.trade(make_trade(traded_id=""), ACCOUNT, NOW)


def test_a_position() -> None:
    position = convert.position(make_position(), ACCOUNT)
    assert (position.symbol, position.volume, position.sellable) == ("300274.SZ", 1000, 600)
    assert position.cost == Decimal("70.1235")
    assert (position.frozen, position.on_road, position.yesterday) == (100, 300, 700)
    assert convert.position(make_position(avg_price=0.0), ACCOUNT).cost == Decimal("70.0000")


@pytest.mark.parametrize("volume", [None, "", float("nan")])
def test_a_position_without_a_volume_is_not_an_empty_one(volume: object) -> None:
    with pytest.raises(convert.Unreadable, match="volume"):
        convert.position(make_position(volume=volume), ACCOUNT)


def test_an_asset_in_cents() -> None:
    asset = convert.asset(make_asset(), ACCOUNT)
    assert (asset.cash, asset.total_asset) == (Decimal("1000.01"), Decimal("3000.10"))
    with pytest.raises(convert.Unreadable, match="cash"):
        convert.asset(make_asset(cash=float("nan")), ACCOUNT)
