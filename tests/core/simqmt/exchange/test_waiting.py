"""What waits before it trades: orders and cancels of a break, orders on a feed that fell silent, and what a restart
makes of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.domain.enums import Phase
from core.domain.market import Quote
from core.simqmt.clockwork.conductor import Conductor
from core.simqmt.exchange.books import QueueRule
from core.simqmt.install import install
from core.simqmt.terminal import SimTerminal
from tests.fakes.market import ListMarket, at, quote
from tests.fakes.simqmt import ACCOUNT, Desk

Open = Callable[..., Desk]
SH, SZ = "600000.SH", "000001.SZ"


@pytest.fixture
def fed_desk(tmp_path: Path) -> Iterator[Open]:
    """Terminals fed by the test (`terminal.feed`), all on the same folder: close one before opening the next."""
    made: list[Desk] = []

    def build(start: str, queue: QueueRule = "back") -> Desk:
        clock = Conductor(at(start))
        money = {ACCOUNT: Decimal(100_000)}
        terminal = SimTerminal(tmp_path / "userdata_mini", money, "feed", clock, queue=queue)
        install(terminal)
        desk = Desk(terminal, clock, ListMarket(start=start))
        desk.hold()
        clock.start()
        made.append(desk)
        return desk

    yield build
    for desk in made:
        desk.close()


def shown(code: str, time: str, **options: Any) -> Quote:
    return quote(code, time, "10.00", pre_close="10.00", **options)


def fed(desk: Desk, *quotes: Quote) -> None:
    desk.settle(quotes[-1].time_ms)
    desk.terminal.feed(quotes)
    desk.settle()


def fills(trader: Any, order_id: int) -> list[tuple[float, int]]:
    trades = [t for t in trader.events("on_stock_trade") if t.order_id == order_id]
    return [(trade.traded_price, trade.traded_volume) for trade in trades]


@pytest.mark.parametrize(
    ("sent", "processed"), [("09:26:00", "09:30:00"), ("12:00:00", "13:00:00"), ("12:59:59", "13:00:00")]
)
def test_an_order_of_a_break_is_held_to_the_price_cage_when_the_exchange_comes_to_it(
    still_desk: Open, sent: str, processed: str
) -> None:
    desk = still_desk(sent)
    desk.terminal.set_quote(SH, last="10.00", bids=[("9.99", 500)], asks=[("10.00", 300)], pre_close="10.00")
    trader = desk.trader()
    inside, outside = trader.buy(SH, 200, 10.2), trader.buy(SH, 500, 10.21, "超出笼子")
    desk.settle()
    assert [trader.order_states(order) for order in (inside, outside)] == [[50], [50]]
    desk.settle(processed)
    assert fills(trader, inside) == [(10.0, 200)]
    assert trader.order_states(outside) == [50, 57]
    (error,) = trader.events("on_order_error")
    assert (error.order_id, error.error_id, error.order_remark) == (outside, -61, "超出笼子")
    assert error.error_msg == trader.api.query_stock_order(trader.account, outside).status_msg
    assert (
        "[120144][委托价格超出有效申报范围][买入价 10.21 高于价格笼子上限 10.20（基准价 10.00）"
        in error.error_msg
    )
    assert desk.terminal.ledger(ACCOUNT).frozen_cash == 0


def test_an_order_of_the_opening_call_stays_wherever_its_price_is(still_desk: Open) -> None:
    desk = still_desk("09:16:00")
    desk.terminal.set_quote(SH, last="10.00", bids=[("9.99", 500)], asks=[("10.00", 300)], pre_close="10.00")
    trader = desk.trader()
    order_id = trader.buy(SH, 200, 9.01)
    desk.settle("09:31:00")
    assert trader.order_states(order_id) == [50]


def test_shenzhen_takes_a_cancel_before_the_opening_and_comes_to_it_at_0930(still_desk: Open) -> None:
    desk = still_desk("09:26:00")
    for code in (SH, SZ):
        desk.terminal.set_quote(code, last="10.00", pre_close="10.00")
    trader = desk.trader()
    here, there = trader.buy(SZ, 200, 9.9), trader.buy(SH, 200, 9.9)
    assert [trader.api.cancel_order_stock(trader.account, order) for order in (here, there)] == [0, 0]
    desk.settle("09:29:59")
    assert [trader.order_states(order) for order in (here, there)] == [[50, 51], [50]]
    assert desk.terminal.ledger(ACCOUNT).frozen_cash == 2 * Decimal("1985.02")
    desk.settle("09:30:00")
    assert [trader.order_states(order) for order in (here, there)] == [[50, 51, 54], [50]]


def test_a_cancel_that_waits_for_the_opening_waits_on_after_a_restart(
    still_desk: Open, tmp_path: Path
) -> None:
    desk = still_desk("09:26:00", folder=tmp_path / "kept")
    desk.terminal.set_quote(SZ, last="10.00", pre_close="10.00")
    trader = desk.trader()
    order_id = trader.buy(SZ, 200, 9.9)
    trader.api.cancel_order_stock(trader.account, order_id)
    desk.close()
    desk = still_desk("09:27:00", folder=tmp_path / "kept")
    trader = desk.trader(2)
    desk.settle("09:29:59")
    assert trader.api.query_stock_order(trader.account, order_id).order_status == 51
    desk.settle("09:30:00")
    assert trader.order_states(order_id) == [54]


@pytest.mark.parametrize("restart", [False, True])
@pytest.mark.parametrize("queue", ["back", "touch"])
def test_on_a_silent_feed_every_market_type_waits_for_the_next_snapshot_and_is_what_it_is(
    fed_desk: Open, queue: str, restart: bool
) -> None:
    desk = fed_desk("10:00:00", queue)
    fed(desk, shown(SH, "10:00:00"), shown(SZ, "10:00:00"))
    desk.settle("10:06:00")
    trader = desk.trader()
    sent = {kind: trader.buy(SH, 100, 0, price_type=kind) for kind in (42, 43, 44, 45)}
    sent |= {kind: trader.buy(SZ, 100, 0, price_type=kind) for kind in (46, 47, 48)}
    sent[11] = trader.buy(SH, 100, 10.1)
    desk.settle()
    assert {trader.order_states(order)[-1] for order in sent.values()} == {50}
    if restart:
        desk.close()
        desk = fed_desk("10:07:00", queue)
        trader = desk.trader(2)
    fed(desk, shown(SH, "10:08:00"), shown(SZ, "10:08:00"))
    at_best = [(10.0, 100)]
    assert {kind: fills(trader, order) for kind, order in sent.items()} == {
        kind: [] if kind == 45 else at_best for kind in sent
    }
    assert trader.api.query_stock_order(trader.account, sent[45]).order_status == 50
    assert trader.api.cancel_order_stock(trader.account, sent[45]) == 0
    desk.settle()
    assert desk.terminal.ledger(ACCOUNT).frozen_cash == 0


def test_what_waits_for_a_silent_feed_can_be_cancelled_and_does_not_come_back(fed_desk: Open) -> None:
    desk = fed_desk("10:00:00")
    fed(desk, shown(SH, "10:00:00"))
    desk.settle("10:06:00")
    trader = desk.trader()
    order_id = trader.buy(SH, 100, 0, price_type=42)
    trader.api.cancel_order_stock(trader.account, order_id)
    fed(desk, shown(SH, "10:08:00"))
    assert trader.order_states(order_id) == [50, 51, 54]


def test_what_waited_for_a_silent_feed_takes_part_in_the_closing_call_but_market_orders_end(
    fed_desk: Open,
) -> None:
    indicative = {"bids": [("10.00", 500), ("0", 0)], "asks": [("10.00", 500), ("0", 300)]}
    desk = fed_desk("14:50:00")
    fed(desk, shown(SH, "14:50:00", volume=1000))
    trader = desk.trader()
    desk.settle("14:56:30")
    limit, market = trader.buy(SH, 100, 10.05), trader.buy(SH, 100, 0, price_type=42)
    fed(desk, shown(SH, "14:57:03", volume=1000, phase=Phase.CLOSE_CALL, **indicative))
    assert trader.order_states(market) == [50, 54]
    fed(desk, shown(SH, "15:00:03", volume=1500, phase=Phase.CLOSED))
    assert fills(trader, limit) == [(10.0, 100)]


@pytest.mark.parametrize("price", [float("nan"), float("inf"), 1e300])
def test_a_price_that_is_no_price_is_called_so(still_desk: Open, price: float) -> None:
    desk = still_desk()
    desk.terminal.set_quote(SH, last="10.00", pre_close="10.00")
    trader = desk.trader()
    assert trader.buy(SH, 100, price) == -1
    desk.settle()
    assert f"价格 {price:g} 不是能用的价格" in trader.events("on_order_error")[-1].error_msg
