"""The exchange through the real xttrader: queues, auctions, breaks, market orders, the fixed price after hours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import time
from decimal import Decimal
from typing import Any

import pytest

from core.domain.enums import OrderStatus, Phase
from core.domain.market import Level, Quote
from core.exchange.limits import LimitFacts
from core.simqmt.broker.records import Ticket
from core.simqmt.clockwork.conductor import Conductor
from core.simqmt.market.builtin.market import BuiltinMarket
from core.simqmt.reception.desk import Outcome
from core.simqmt.terminal import SimTerminal
from tests.core.simqmt.conftest import PFYH
from tests.fakes.market import milli, quote
from tests.fakes.simqmt import ACCOUNT, Desk

Open = Callable[..., Desk]
PAYH, STAR = "000001.SZ", "688981.SH"
HELD = {ACCOUNT: [(PFYH, 5000, Decimal("9.00")), (PAYH, 5000, Decimal("9.00"))]}


def fills(trader: Any, order_id: int) -> list[tuple[float, int]]:
    return [
        (t.traded_price, t.traded_volume) for t in trader.events("on_stock_trade") if t.order_id == order_id
    ]


def traded(before: Quote, time: str, *trades: tuple[str, int], **changes: Any) -> Quote:
    """The snapshot after these trades."""
    volume = before.volume + sum(volume for _, volume in trades)
    amount = before.amount + float(sum(Decimal(price) * volume for price, volume in trades))
    last = milli(trades[-1][0]) if trades else before.last
    moment = quote(before.symbol, time, "1.00").time_ms
    return replace(before, time_ms=moment, volume=volume, amount=amount, last=last, **changes)


def book(*levels: tuple[str, int]) -> tuple[Level, ...]:
    return tuple((milli(price), volume) for price, volume in levels)


def opening(symbol: str = PFYH, **changes: Any) -> Quote:
    """A call auction at 10.00 that leaves 300 shares over on the sell side."""
    shown = quote(
        symbol, "09:24:57", "0", pre_close="10.00", phase=Phase.OPEN_CALL, volume=0, bids=[], asks=[]
    )
    both = {"bids": ((10_000, 500), (0, 0)), "asks": ((10_000, 500), (0, 300))}
    return replace(shown, last=0, amount=0.0, **(both | changes))


def test_an_order_waits_behind_the_displayed_volume_until_it_has_traded(open_desk: Open) -> None:
    first = quote(PFYH, "10:00:00", "10.00", pre_close="10.00", bids=[("9.99", 500)], asks=[("10.00", 800)])
    desk = open_desk(first)
    trader = desk.trader()
    order_id = trader.buy(PFYH, 300, 9.99)
    second = traded(first, "10:00:03", ("9.99", 400))
    desk.feed(second)
    assert trader.order_states(order_id) == [50]
    third = traded(second, "10:00:06", ("9.99", 250))
    desk.feed(third)
    assert fills(trader, order_id) == [(9.99, 150)]
    desk.feed(traded(third, "10:00:09", ("9.99", 5_000)))
    assert trader.order_states(order_id) == [50, 55, 56]


def test_the_opening_auction_is_the_recorded_one(open_desk: Open) -> None:
    call = opening()
    desk = open_desk(call, start="09:24:00")
    trader = desk.trader()
    high, at_price, low = (trader.buy(PFYH, 400, price) for price in (10.2, 10.0, 9.9))
    desk.settle("09:24:57")
    desk.feed(traded(call, "09:25:00", ("10.00", 500), phase=Phase.PAUSE, open=10_000))
    assert fills(trader, high) == [(10.0, 400)]
    assert fills(trader, at_price) == [(10.0, 300)], "it came last, and takes what the sellers left over"
    assert fills(trader, low) == []
    assert [trader.order_states(order)[-1] for order in (high, at_price, low)] == [56, 55, 50]


def test_between_0925_and_0930_an_order_waits_for_the_first_book(open_desk: Open) -> None:
    desk = open_desk(quote(PFYH, "09:25:03", "10.00", pre_close="10.00", phase=Phase.PAUSE), start="09:26:00")
    trader = desk.trader()
    order_id = trader.buy(PFYH, 300, 10.05)
    desk.settle()
    assert trader.order_states(order_id) == [50]
    desk.feed(quote(PFYH, "09:30:03", "10.01", pre_close="10.00", asks=[("10.01", 200), ("10.02", 500)]))
    assert fills(trader, order_id) == [(10.01, 200), (10.02, 100)], "as if it arrived then"


def test_the_closing_auction_fills_what_waited_and_the_close_ends_the_rest(open_desk: Open) -> None:
    last = quote(PFYH, "14:56:57", "10.00", pre_close="10.00", bids=[("9.99", 900)], asks=[("10.01", 900)])
    desk = open_desk(last, start="14:56:00", positions=HELD)
    desk.settle("14:56:57")
    trader = desk.trader()
    resting, far = trader.buy(PFYH, 200, 9.99), trader.buy(PFYH, 200, 9.5)
    both = {"bids": ((9_980, 700), (0, 0)), "asks": ((9_980, 700), (0, 0))}
    call = traded(last, "14:57:03", phase=Phase.CLOSE_CALL, **both)
    desk.feed(call)
    late = trader.sell(PFYH, 300, 9.9)
    desk.settle()
    trader.api.cancel_order_stock_async(trader.account, late)
    desk.settle()
    assert "当前时间不允许撤单" in trader.events("on_cancel_error")[0].error_msg
    desk.feed(traded(call, "15:00:00", ("9.98", 800), phase=Phase.CLOSED, bids=book(("9.97", 500))))
    assert fills(trader, resting) == [(9.98, 200)]
    assert fills(trader, late) == [(9.98, 300)]
    assert trader.order_states(far) == [50, 54]
    assert not [order for order in desk.terminal.orders(ACCOUNT) if order.working]


def test_without_a_recorded_trade_the_displayed_orders_and_ours_make_the_auction(open_desk: Open) -> None:
    call = opening(bids=book(("9.98", 300)), asks=book(("10.02", 200)))
    desk = open_desk(call, start="09:24:00")
    trader = desk.trader()
    order_id = trader.buy(PFYH, 500, 10.05)
    desk.settle("09:24:57")
    desk.feed(replace(call, time_ms=call.time_ms + 6_000, phase=Phase.PAUSE))
    ((price, volume),) = fills(trader, order_id)
    assert volume == 200
    assert 10.02 <= price <= 10.05


MARKET = [
    # price type, symbol, what it does to 500 shares of asks 10.00 x 200, 10.01 x 100 (bids 9.99 x 400)
    (42, PFYH, [(10.0, 200), (10.01, 100)], [50, 55, 53], 88),
    (43, PFYH, [(10.0, 200), (10.01, 100)], [50, 55], 85),
    (44, PFYH, [(10.0, 200)], [50, 55], 84),
    (45, PFYH, [], [50], 86),
    (44, PAYH, [(10.0, 200)], [50, 55], 84),
    (45, PAYH, [], [50], 86),
    (46, PAYH, [(10.0, 200), (10.01, 100)], [50, 55, 53], 87),
    (47, PAYH, [(10.0, 200), (10.01, 100)], [50, 55, 53], 88),
    (48, PAYH, [], [50, 54], 89),
]


@pytest.mark.parametrize(("kind", "code", "expected", "states", "echo"), MARKET)
def test_a_market_buy_does_what_its_type_says(
    open_desk: Open, kind: int, code: str, expected: list[tuple[float, int]], states: list[int], echo: int
) -> None:
    shown = quote(
        code,
        "10:00:00",
        "10.00",
        pre_close="10.00",
        bids=[("9.99", 400)],
        asks=[("10.00", 200), ("10.01", 100)],
    )
    desk = open_desk(shown)
    trader = desk.trader()
    order_id = trader.buy(code, 500, 0, price_type=kind)
    desk.settle()
    assert fills(trader, order_id) == expected
    assert trader.order_states(order_id) == states
    order = trader.api.query_stock_order(trader.account, order_id)
    assert (order.price_type, order.traded_volume) == (echo, sum(volume for _, volume in expected))
    working = order.order_status in (50, 55)
    ledger = desk.terminal.ledger(ACCOUNT)
    assert (ledger.frozen_cash > 0) is working
    if working:
        later = replace(shown, time_ms=shown.time_ms + 3_000, asks=book(("9.99", 900)))
        desk.feed(later)
        limit = {43: 10.01, 44: 10.0, 45: 9.99}[kind]
        assert fills(trader, order_id)[-1] == (limit, 500 - order.traded_volume)
        assert desk.terminal.ledger(ACCOUNT).frozen_cash == 0


def test_a_market_order_never_passes_its_protection_price_or_the_limit(open_desk: Open) -> None:
    desk = open_desk(
        quote(PFYH, "10:00:00", "10.00", pre_close="10.00", asks=[("10.00", 200), ("10.01", 900)])
    )
    trader = desk.trader()
    order_id = trader.buy(PFYH, 500, 10.0, price_type=42)
    desk.settle()
    assert fills(trader, order_id) == [(10.0, 200)]
    frozen = trader.buy(PFYH, 100_000, 0, price_type=42)
    desk.settle()
    assert "可用资金不足" in trader.events("on_order_error")[-1].error_msg, (
        "it freezes at limit-up: 1,100,000 yuan"
    )
    assert trader.order_states(frozen) == [50, 57]


def test_a_star_market_buy_needs_a_protection_price(open_desk: Open) -> None:
    desk = open_desk(quote(STAR, "10:00:00", "100.00", pre_close="100.00", asks=[("100.00", 900)]))
    trader = desk.trader()
    bare, protected = (trader.buy(STAR, 200, price, price_type=42) for price in (0, 101.0))
    desk.settle()
    assert trader.order_states(bare) == [50, 57]
    assert trader.order_states(protected) == [50, 56]


def test_no_market_order_outside_continuous_auction(open_desk: Open) -> None:
    desk = open_desk(opening(), start="09:16:00")
    trader = desk.trader()
    order_id = trader.buy(PFYH, 100, 0, price_type=42)
    desk.settle()
    assert trader.order_states(order_id) == [50, 57]


def test_the_fixed_price_after_hours(open_desk: Open) -> None:
    close = quote(STAR, "15:00:03", "100.00", pre_close="100.00", phase=Phase.CLOSED, bids=[], asks=[])
    desk = open_desk(close, start="15:00:00")
    desk.settle("15:01:00")
    trader = desk.trader()
    early, low = (trader.buy(STAR, 300, price, price_type=49) for price in (101.0, 99.0))
    desk.settle()
    assert trader.order_states(early) == [50]
    assert trader.order_states(low) == [50, 57], "below the close"
    after = replace(close, phase=Phase.AFTER_HOURS, asks=book(("100.00", 200)))
    desk.feed(replace(after, time_ms=quote(STAR, "15:05:03", "1").time_ms))
    assert fills(trader, early) == [(100.0, 200)]
    desk.feed(replace(after, time_ms=quote(STAR, "15:05:06", "1").time_ms))
    assert fills(trader, early) == [(100.0, 200), (100.0, 100)]
    unfilled = trader.buy(STAR, 1000, 100.0, price_type=49)
    desk.settle()
    desk.feed(replace(close, time_ms=quote(STAR, "15:30:03", "1").time_ms))
    assert desk.terminal.orders(ACCOUNT)[-1].order_id == unfilled
    assert trader.order_states(unfilled)[-1] in (53, 54)


def test_a_halt_after_the_first_trade_takes_orders_and_lets_them_wait(open_desk: Open) -> None:
    halted = quote(PFYH, "10:00:00", "10.00", pre_close="10.00", phase=Phase.SUSPENDED, suspended=True)
    desk = open_desk(halted)
    trader = desk.trader()
    order_id = trader.buy(PFYH, 300, 10.0)
    desk.settle()
    assert trader.order_states(order_id) == [50]
    desk.feed(quote(PFYH, "10:10:03", "10.00", pre_close="10.00"))
    assert trader.order_states(order_id) == [50, 56]


def test_a_security_suspended_for_the_day_takes_none(open_desk: Open) -> None:
    desk = open_desk(
        quote(PFYH, "10:00:00", "10.00", pre_close="10.00", phase=Phase.SUSPENDED, suspended=True, volume=0)
    )
    trader = desk.trader()
    order_id = trader.buy(PFYH, 300, 10.0)
    desk.settle()
    assert trader.order_states(order_id) == [50, 57]


def test_a_resting_market_order_and_a_queue_survive_a_restart(open_desk: Open, tmp_path: Any) -> None:
    shown = quote(PFYH, "10:00:00", "10.00", pre_close="10.00", bids=[("9.99", 400)], asks=[("10.00", 200)])
    first = open_desk(shown, folder=tmp_path)
    trader = first.trader()
    market, limit = trader.buy(PFYH, 500, 0, price_type=44), trader.buy(PFYH, 100, 9.9)
    first.settle()
    before = first.terminal.ledger(ACCOUNT)
    first.close()
    later = replace(shown, time_ms=shown.time_ms + 60_000, asks=book(("9.95", 5_000)))
    second = open_desk(later, folder=tmp_path, start="10:00:30")
    assert second.terminal.ledger(ACCOUNT) == before
    trader = second.trader()
    second.settle("10:01:00")
    assert fills(trader, market) == [(10.0, 300)]
    states = {order.order_id: order.status for order in second.terminal.orders(ACCOUNT)}
    assert states == {market: OrderStatus.SUCCEEDED, limit: OrderStatus.REPORTED}


def test_own_orders_meet_the_market_and_not_each_other(open_desk: Open) -> None:
    shown = quote(PFYH, "10:00:00", "10.00", pre_close="10.00", bids=[("9.95", 400)], asks=[("10.05", 200)])
    desk = open_desk(shown, positions=HELD)
    trader = desk.trader()
    buying, selling = trader.buy(PFYH, 300, 10.0), trader.sell(PFYH, 300, 10.0)
    desk.settle()
    assert fills(trader, buying) == fills(trader, selling) == []


def test_a_new_listing_has_no_limits_and_is_halted_for_excessive_moves(open_desk: Open) -> None:
    first = quote(PFYH, "10:00:00", "10.00", pre_close="5.00", bids=[("9.99", 400)], asks=[("10.00", 900)])
    desk = open_desk(first)
    desk.terminal.set_facts(PFYH, LimitFacts(listing_day=1))
    desk.settle()
    trader = desk.trader()
    order_id = trader.buy(PFYH, 100, 10.0)
    desk.settle()
    assert fills(trader, order_id) == [(10.0, 100)], "twice the issue price, on the first day"

    def moved(time: str, last: str) -> Quote:
        return replace(quote(PFYH, time, last, pre_close="5.00"), open=first.open)

    desk.feed(moved("10:01:00", "13.00"))
    assert desk.terminal.quotes()[0].phase is Phase.SUSPENDED
    waiting = trader.buy(PFYH, 100, 13.0)
    desk.feed(moved("10:10:57", "13.00"))
    assert trader.order_states(waiting) == [50]
    desk.feed(moved("10:11:00", "13.00"))
    assert desk.terminal.quotes()[0].phase is Phase.CONTINUOUS
    assert fills(trader, waiting) == [(13.0, 100)]
    desk.feed(moved("10:12:00", "16.10"))
    assert desk.terminal.quotes()[0].phase is Phase.SUSPENDED
    desk.terminal.next_day()
    desk.settle("2026-11-23 10:00:00")
    desk.feed(quote(PFYH, "2026-11-23 10:00:03", "16.10", pre_close="16.10"))
    second = trader.buy(PFYH, 100, 16.10)
    desk.settle()
    assert trader.order_states(second) == [50, 56], "the second day has no limits either"


def test_a_reverse_repo_lends_over_a_restart_and_comes_back_with_interest(
    open_desk: Open, tmp_path: Any
) -> None:
    code = "131810.SZ"
    shown = quote(
        code, "10:00:00", "1.800", pre_close="1.800", bids=[("1.800", 5_000)], asks=[("1.805", 900)]
    )
    first = open_desk(shown, folder=tmp_path)
    trader = first.trader()
    order_id = trader.sell(code, 1000, 1.8)
    first.settle()
    assert trader.order_states(order_id) == [50, 56]
    (trade,) = first.terminal.trades(ACCOUNT)
    assert trade.amount == 100_000
    before = first.terminal.ledger(ACCOUNT)
    assert before.lent == 100_000
    assert before.cash == 1_000_000 - 100_000 - trade.commission
    assert trader.api.query_stock_asset(trader.account).total_asset == float(1_000_000 - trade.commission)
    first.close()
    second = open_desk(quote(code, "10:01:00", "1.800", pre_close="1.800"), folder=tmp_path, start="10:01:00")
    assert second.terminal.ledger(ACCOUNT) == before
    second.terminal.next_day()
    ledger = second.terminal.ledger(ACCOUNT)
    assert ledger.lent == 0
    assert 1_000_000 - trade.commission < ledger.cash < 1_000_100


class OneEvening(BuiltinMarket):
    """The built-in market from 15:04 until the end of its first day."""

    def peek_ms(self) -> int | None:
        due = super().peek_ms()
        return due if due is not None and due - self.start_ms < 3_600_000 else None


def test_the_built_in_market_trades_at_the_closing_price_after_hours(tmp_path: Any) -> None:
    market = OneEvening(3, start=time(15, 4))
    conductor = Conductor(market.start_ms)
    terminal = SimTerminal(tmp_path, {ACCOUNT: Decimal(1_000_000)}, market, conductor)
    up = next(item.limit_up for item in market.instruments() if item.symbol == PAYH)
    assert up is not None
    with terminal.lock:
        placed = terminal._counter.place(Ticket(ACCOUNT, PAYH, 23, 500, 49, float(up)))
        terminal.front.settle(Outcome(None, placed.pushes, arriving=placed.arriving))
    conductor.start()
    assert conductor.finished.wait(60)
    (order,), trades = terminal.orders(ACCOUNT), terminal.trades(ACCOUNT)
    close = terminal.quote(order.symbol)
    conductor.stop()
    terminal.close()
    assert order.status is OrderStatus.SUCCEEDED
    assert close is not None
    assert close.phase is Phase.CLOSED
    assert close.time.time() >= time(15, 30)
    assert sum(trade.volume for trade in trades) == 500
    assert {int(trade.price * 1000) for trade in trades} == {close.last}


def test_what_waited_over_lunch_waits_on_after_a_restart_and_meets_the_first_book(
    open_desk: Open, tmp_path: Any
) -> None:
    shown = quote(PFYH, "11:30:00", "10.00", pre_close="10.00", phase=Phase.LUNCH)
    first = open_desk(shown, folder=tmp_path, start="11:30:00")
    order_id = first.trader().buy(PFYH, 300, 10.05)
    first.close()
    later = quote(PFYH, "13:00:01", "10.01", pre_close="10.00", asks=[("10.01", 900)])
    second = open_desk(later, folder=tmp_path, start="12:00:00")
    trader = second.trader()
    second.settle("13:00:01")
    assert fills(trader, order_id) == [(10.01, 300)]


def test_an_order_of_the_opening_call_takes_part_in_it_after_a_restart(
    open_desk: Open, tmp_path: Any
) -> None:
    call = opening()
    first = open_desk(call, folder=tmp_path, start="09:16:00")
    order_id = first.trader().buy(PFYH, 400, 10.2)
    first.close()
    second = open_desk(call, folder=tmp_path, start="09:24:00")
    trader = second.trader()
    second.settle("09:24:57")
    second.feed(traded(call, "09:25:00", ("10.00", 500), phase=Phase.PAUSE, open=10_000))
    assert fills(trader, order_id) == [(10.0, 400)]


def test_a_cancel_that_arrives_when_none_is_taken_leaves_the_order_alive(open_desk: Open) -> None:
    desk = open_desk(opening(), start="09:19:00", latency_ms=500)
    trader = desk.trader()
    order_id = trader.buy(PFYH, 400, 9.9)
    desk.settle("09:19:59.800")
    assert trader.api.cancel_order_stock(trader.account, order_id) == 0
    desk.settle("09:20:01")
    assert trader.order_states(order_id) == [50, 51, 50]
    (error,) = trader.events("on_cancel_error")
    assert (error.order_id, "当前时间不允许撤单" in error.error_msg) == (order_id, True)
    (order,) = trader.api.query_stock_orders(trader.account, cancelable_only=True)
    assert order.order_id == order_id


def test_a_market_order_before_the_first_book_of_the_afternoon_meets_it(open_desk: Open) -> None:
    shown = quote(PFYH, "11:30:00", "10.00", pre_close="10.00", phase=Phase.LUNCH)
    desk = open_desk(shown, start="12:59:00")
    desk.settle("13:00:01")
    trader = desk.trader()
    taken, limited = (trader.buy(PFYH, 300, 0, price_type=kind) for kind in (42, 43))
    desk.settle()
    assert [trader.order_states(order) for order in (taken, limited)] == [[50], [50]]
    desk.feed(quote(PFYH, "13:00:03", "10.01", pre_close="10.00", asks=[("10.01", 200), ("10.02", 200)]))
    assert fills(trader, taken) == [(10.01, 200), (10.02, 100)]
    assert fills(trader, limited) == [(10.02, 100)]
    assert [trader.order_states(order)[-1] for order in (taken, limited)] == [56, 55]
    desk.feed(quote(PFYH, "13:00:06", "10.02", pre_close="10.00", asks=[("10.02", 900)]))
    assert fills(trader, limited)[-1] == (10.02, 200)
