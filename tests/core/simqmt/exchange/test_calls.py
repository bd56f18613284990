"""Call auctions of books put in by hand, against an independent reading of the rules: one price for all, the exchange's
own choice among equals, price before time; what traded is the last price, and is displayed no more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.domain.market import Symbol
from core.exchange.limits import LimitFacts
from tests.fakes.simqmt import ACCOUNT, BUY, SELL, Desk

Open = Callable[..., Desk]
SH, SZ, GEM, BJ, ETF = "600000.SH", "000001.SZ", "300750.SZ", "920002.BJ", "510300.SH"
Order = tuple[int, str, Decimal, int]
"""Number (0: displayed), side B or S, price, volume."""


def uncross(
    exchange: str, orders: Sequence[Order], reference: Decimal, tick: Decimal
) -> tuple[list[Decimal], int]:
    """The prices that the exchange's rule leaves, and the volume; slow and plain: every tick is tried."""
    if not orders:
        return [], 0
    low, high = min(order[2] for order in orders), max(order[2] for order in orders)
    found: list[tuple[int, int, Decimal]] = []
    for step in range(int((high - low) / tick) + 1):
        price = low + step * tick
        bought = sum(volume for _, side, at, volume in orders if side == "B" and at >= price)
        sold = sum(volume for _, side, at, volume in orders if side == "S" and at <= price)
        traded = min(bought, sold)
        better_buys = sum(volume for _, side, at, volume in orders if side == "B" and at > price)
        better_sells = sum(volume for _, side, at, volume in orders if side == "S" and at < price)
        if traded and max(better_buys, better_sells) <= traded:
            found.append((traded, abs(bought - sold), price))
    if not found:
        return [], 0
    most = max(traded for traded, _, _ in found)
    best = [entry for entry in found if entry[0] == most]
    if exchange != "BJ":
        least = min(left for _, left, _ in best)
        best = [entry for entry in best if entry[1] == least]
    prices = [price for _, _, price in best]
    if exchange == "SH":
        middle = (prices[0] + prices[-1]) / 2
        return [price for price in prices if abs(price - middle) < tick], most
    nearest = min(abs(price - reference) for price in prices)
    return [price for price in prices if abs(price - reference) == nearest], most


def share_out(orders: Sequence[Order], price: Decimal, traded: int) -> dict[int, int]:
    """What each of our orders gets: better prices first, then the displayed, then the older."""
    got: dict[int, int] = {}
    for side, sign in (("B", -1), ("S", 1)):
        left = traded
        queue = [o for o in orders if o[1] == side and sign * o[2] <= sign * price]
        for number, _, _, volume in sorted(queue, key=lambda order: (sign * order[2], order[0])):
            part = min(volume, left)
            left -= part
            if number and part:
                got[number] = part
    return got


def fills(trader: Any, order_id: int) -> list[tuple[Decimal, int]]:
    trades = [t for t in trader.events("on_stock_trade") if t.order_id == order_id]
    return [(Decimal(str(trade.traded_price)), trade.traded_volume) for trade in trades]


steps = st.integers(-12, 12)
drawn_book = st.tuples(
    st.integers(-6, 6),
    st.lists(st.tuples(st.integers(1, 3), st.integers(1, 9)), max_size=5),
    st.lists(st.tuples(st.integers(1, 3), st.integers(1, 9)), max_size=5),
)


@pytest.mark.parametrize("code", [SH, SZ, GEM, BJ, ETF])
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    closing=st.booleans(),
    book=drawn_book,
    side=st.sampled_from([BUY, SELL]),
    asked=st.lists(st.tuples(steps, st.integers(1, 9)), min_size=1, max_size=5),
    last_step=st.integers(-5, 5),
)
def test_a_call_by_hand_comes_out_as_the_rules_say(
    still_desk: Open,
    code: str,
    closing: bool,
    book: tuple[int, list[tuple[int, int]], list[tuple[int, int]]],
    side: int,
    asked: list[tuple[int, int]],
    last_step: int,
) -> None:
    tick, close = (Decimal("0.001"), Decimal("4.000")) if code == ETF else (Decimal("0.01"), Decimal("40.00"))
    desk = still_desk(
        "14:57:10" if closing else "09:16:00",
        cash={ACCOUNT: Decimal(100_000_000)},
        positions={ACCOUNT: [(code, 100_000, close)]},
    )
    try:
        last = close + last_step * tick
        middle, below, above = book
        displayed: list[Order] = []
        for letter, sign, gaps in (("B", -1, below), ("S", 1, above)):
            price = close + middle * tick
            for gap, hundreds in gaps:
                price += sign * gap * tick
                displayed.append((0, letter, price, hundreds * 100))
        show = {
            letter: [(price, volume) for _, at, price, volume in displayed if at == letter] for letter in "BS"
        }
        desk.terminal.set_quote(code, last=last, bids=show["B"], asks=show["S"], pre_close=close)
        trader = desk.trader()
        place = trader.buy if side == BUY else trader.sell
        mine: list[Order] = []
        for step, hundreds in asked:
            price = close + (middle + step) * tick
            number = place(code, hundreds * 100, float(price))
            mine.append((number, "B" if side == BUY else "S", price, hundreds * 100))
        desk.settle("14:59:59" if closing else "09:24:59")
        assert trader.events("on_stock_trade") == []
        desk.settle("15:00:00" if closing else "09:25:00")
        prices, traded = uncross(code[-2:], [*displayed, *mine], last if closing else close, tick)
        got = {number: fills(trader, number) for number, _, _, _ in mine}
        at = {price for parts in got.values() for price, _ in parts}
        assert len(at) <= 1
        assert at <= set(prices)
        outcomes = [share_out([*displayed, *mine], price, traded) for price in prices] or [{}]
        assert {number: sum(v for _, v in parts) for number, parts in got.items() if parts} in outcomes
        shown = desk.terminal.quote(Symbol(code))
        assert shown is not None
        assert Decimal(shown.last) / 1000 == (at.pop() if at else last)
    finally:
        desk.close()


def test_what_traded_in_a_call_by_hand_trades_once_only(still_desk: Open) -> None:
    desk = still_desk("09:16:00")
    desk.terminal.set_quote(SH, last="10.00", bids=[("9.99", 500)], asks=[("10.00", 300)], pre_close="10.00")
    trader = desk.trader()
    order_id = trader.buy(SH, 500, 10.9)
    desk.settle("09:30:00")
    assert fills(trader, order_id) == [(Decimal("10.9"), 300)]
    assert trader.order_states(order_id)[-1] == 55


def test_what_traded_in_a_call_by_hand_is_in_the_days_volume_as_a_feed_would_tell(still_desk: Open) -> None:
    desk = still_desk("09:16:00")
    desk.terminal.set_quote(SH, last="10.00", bids=[("10.02", 500)], asks=[("10.01", 300)], pre_close="10.00")
    trader = desk.trader()
    trader.buy(SH, 200, 10.03)
    desk.settle("09:24:59")
    before = desk.terminal.quote(Symbol(SH))
    assert before is not None
    assert (before.volume, before.amount) == (0, 0.0)
    desk.settle("09:30:00")
    opened = desk.terminal.quote(Symbol(SH))
    assert opened is not None
    price = opened.last / 1000
    assert (opened.open, opened.high, opened.low) == (opened.last,) * 3
    assert (opened.volume, opened.amount) == (300, pytest.approx(300 * price))
    desk.settle("14:58:00")
    desk.terminal.set_quote(SH, last="10.01", bids=[("10.05", 400)], asks=[("10.05", 700)])
    desk.settle("15:00:00")
    closed = desk.terminal.quote(Symbol(SH))
    assert closed is not None
    assert (closed.last, closed.volume) == (10_050, 700)
    assert closed.amount == pytest.approx(300 * price + 400 * 10.05)


def test_the_opening_call_looks_at_the_previous_close_and_the_closing_call_at_the_last_trade(
    still_desk: Open,
) -> None:
    outcome = []
    for start, end in (("09:16:00", "09:25:00"), ("14:58:00", "15:00:00")):
        desk = still_desk(start)
        desk.terminal.set_quote(SZ, last="10.07", bids=[], asks=[("10.00", 500)], pre_close="10.03")
        trader = desk.trader()
        order_id = trader.buy(SZ, 500, 10.1)
        desk.settle(end)
        outcome += fills(trader, order_id)
        desk.close()
    assert outcome == [(Decimal("10.03"), 500), (Decimal("10.07"), 500)]


def test_the_price_of_a_closing_call_by_hand_is_the_close_that_the_fixed_price_trades_at(
    still_desk: Open,
) -> None:
    desk = still_desk("14:58:00")
    desk.terminal.set_quote(SH, last="10.00", bids=[], asks=[("10.05", 500)], pre_close="10.00")
    trader = desk.trader()
    call, fixed = trader.buy(SH, 200, 10.05), trader.buy(SH, 100, 10.2, price_type=49)
    desk.settle("15:05:00")
    assert fills(trader, call) == fills(trader, call)[:1] == [(Decimal("10.05"), 200)]
    assert fills(trader, fixed) == [(Decimal("10.05"), 100)]


def test_what_a_halt_kept_waiting_takes_part_in_the_closing_call(still_desk: Open) -> None:
    desk = still_desk("14:40:00")
    desk.terminal.set_facts(GEM, LimitFacts(listing_day=3))
    desk.terminal.set_quote(GEM, last="10.00", bids=[("9.99", 500)], asks=[("10.01", 500)])
    trader = desk.trader()
    desk.settle("14:50:00")
    desk.terminal.set_quote(GEM, last="13.00", bids=[("12.99", 500)], asks=[("13.01", 500)])
    order_id = trader.buy(GEM, 100, 13.05)
    desk.settle("14:59:59")
    assert trader.order_states(order_id) == [50]
    desk.settle("15:00:00")
    assert fills(trader, order_id) == [(Decimal("13.01"), 100)]
