"""Rules that a simulator easily gets wrong, asked of the real xttrader: names that tell the first days, the price cage
and what is proven of a queue, each against numbers worked by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from core.domain.enums import Phase
from core.domain.market import Quote
from tests.fakes.market import milli, quote
from tests.fakes.simqmt import ACCOUNT, Desk

Open = Callable[..., Desk]
SH, STAR, BJ = "600000.SH", "688981.SH", "920002.BJ"


def last_state(desk: Desk, trader: Any, code: str, volume: int, price: float) -> int:
    order_id = trader.buy(code, volume, price)
    desk.settle()
    return int(trader.order_states(order_id)[-1])


@pytest.mark.parametrize(
    ("name", "code", "price", "state"),
    [
        ("N浦发", SH, 15.0, 50),
        ("C浦发", SH, 15.0, 50),
        ("浦发银行", SH, 15.0, 57),
        ("N中芯", STAR, 15.0, 50),
        ("C中芯", STAR, 15.0, 50),
        ("N安徽", BJ, 15.0, 50),
        ("C安徽", BJ, 15.0, 57),  # Beijing has one day without limit
        ("CD浦发", SH, 15.0, 57),
    ],
)
def test_the_name_of_a_new_share_says_that_it_has_no_limit(
    still_desk: Open, name: str, code: str, price: float, state: int
) -> None:
    desk = still_desk("09:16:00")
    desk.terminal.set_quote(code, last="10.00", pre_close="10.00", name=name)
    assert last_state(desk, desk.trader(), code, 200, price) == state


def interval(before: Quote, time: str, trades: list[tuple[str, int]], **options: Any) -> Quote:
    """The snapshot after these trades."""
    prices = [milli(price) for price, _ in trades]
    shown = quote(SH, time, trades[-1][0], pre_close="10.00", **options)
    return replace(
        shown,
        volume=before.volume + sum(volume for _, volume in trades),
        amount=before.amount + float(sum(Decimal(price) * volume for price, volume in trades)),
        high=max(before.high, *prices),
        low=min(before.low, *prices),
    )


@pytest.mark.parametrize(
    ("trades", "filled"),
    [
        # 1,000 shares for 10,017 yuan: at 10.01 and 10.02 that would be 300 and 700, but one of them made a new low
        ([("10.02", 900), ("9.99", 100), ("10.01", 0)], 0),
        ([("10.02", 700), ("10.01", 300)], 200),
    ],
)
def test_what_moves_a_queue_is_what_the_snapshots_prove(
    open_desk: Open, trades: list[tuple[str, int]], filled: int
) -> None:
    book: dict[str, Any] = {"bids": [("10.01", 100)], "asks": [("10.02", 900)]}
    before = quote(SH, "10:00:00", "10.01", pre_close="10.00", **book)
    desk = open_desk(before)
    trader = desk.trader()
    order_id = trader.buy(SH, 500, 10.01)
    desk.feed(before := replace(before, time_ms=before.time_ms + 3000))
    desk.feed(interval(before, "10:00:06", trades, **book))
    got = [t.traded_volume for t in trader.events("on_stock_trade") if t.order_id == order_id]
    assert sum(got) == filled


def test_the_cage_is_measured_from_what_is_displayed_though_an_order_took_it(still_desk: Open) -> None:
    desk = still_desk(cash={ACCOUNT: Decimal(1_000_000)})
    desk.terminal.set_quote(SH, last="10.00", bids=[("9.99", 100)], asks=[("10.00", 100), ("10.10", 500)])
    trader = desk.trader()
    assert last_state(desk, trader, SH, 100, 10.0) == 56
    assert [last_state(desk, trader, SH, 100, price) for price in (10.21, 10.2)] == [57, 56]


@pytest.mark.parametrize(("up", "down"), [("100000", "0"), ("99999.99", "0.01")])
def test_what_feeds_write_for_no_limit_is_no_price(open_desk: Open, up: str, down: str) -> None:
    desk = open_desk(quote(SH, "10:00:00", "20.00", pre_close="10.00", limit_up=up, limit_down=down))
    trader = desk.trader()
    assert last_state(desk, trader, SH, 100, 20.0) == 56
    unlimited = trader.buy(SH, 100, 0, price_type=42)
    desk.settle()
    assert "今日无涨跌停" in trader.api.query_stock_order(trader.account, unlimited).status_msg


@pytest.mark.parametrize("kind", [42, 43, 44, 45])
def test_a_halt_is_no_continuous_auction_for_market_orders(open_desk: Open, kind: int) -> None:
    desk = open_desk(quote(SH, "10:00:00", "10.00", pre_close="10.00", phase=Phase.SUSPENDED, suspended=True))
    trader = desk.trader()
    order_id = trader.buy(SH, 100, 0, price_type=kind)
    desk.settle()
    assert trader.order_states(order_id) == [50, 57]
    assert "现在是临时停牌" in trader.api.query_stock_order(trader.account, order_id).status_msg
