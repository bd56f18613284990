"""Days, T+1, money and shares: right to the cent whatever happens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.enums import Phase, Side
from core.simqmt.terminal import SimTerminal
from tests.core.simqmt.conftest import PFYH
from tests.fakes.market import quote
from tests.fakes.simqmt import ACCOUNT, Desk, make_terminal

Open = Callable[..., Desk]
CASH = Decimal(1_000_000)


def test_shares_bought_today_are_sold_tomorrow(open_desk: Open) -> None:
    desk = open_desk()
    trader = desk.trader()
    trader.buy(PFYH, 300, 10.0)
    desk.settle()
    refused = trader.sell(PFYH, 300, 9.95)
    desk.settle()
    assert trader.order_states(refused) == [50, 57]
    desk.terminal.next_day()
    desk.settle("2026-11-23 09:30:00")
    assert desk.terminal.trading_day == date(2026, 11, 23)
    assert trader.api.query_stock_orders(trader.account) == []
    assert trader.api.query_stock_trades(trader.account) == []
    assert trader.api.query_stock_position(trader.account, PFYH).can_use_volume == 300
    desk.terminal.set_quote(PFYH, last="10.10", bids=[("10.10", 500)], pre_close="10.00")
    sold = trader.sell(PFYH, 300, 10.10)
    desk.settle()
    assert trader.order_states(sold) == [50, 56]
    # 3000.00 + 5.00 + 0.03 paid; 3030.00 - 5.00 - 1.52 - 0.03 received
    assert desk.terminal.ledger(ACCOUNT).cash == CASH - Decimal("3005.03") + Decimal("3023.45")


def test_a_t0_fund_is_sold_the_same_day(open_desk: Open) -> None:
    code = "511880.SH"
    desk = open_desk(quote(code, "09:59:59", "100.000", pre_close="100.000", bids=[("100.000", 5000)]))
    trader = desk.trader()
    trader.buy(code, 100, 100.0)
    order_id = trader.sell(code, 100, 100.0)
    desk.settle()
    assert trader.order_states(order_id) == [50, 56]


def test_a_sell_freezes_shares_and_a_buy_freezes_cash_until_cancelled(open_desk: Open) -> None:
    desk = open_desk(positions={ACCOUNT: [(PFYH, 1000, Decimal("9.00"))]})
    trader = desk.trader()
    selling, buying = trader.sell(PFYH, 400, 10.10), trader.buy(PFYH, 100, 9.9)
    position = trader.api.query_stock_position(trader.account, PFYH)
    assert (position.volume, position.can_use_volume, position.frozen_volume) == (1000, 600, 400)
    asset = trader.api.query_stock_asset(trader.account)
    assert (asset.cash, asset.frozen_cash) == (1_000_000 - 995.01, 995.01)
    assert asset.total_asset == 1_000_000 + 10_000
    for order_id in (selling, buying):
        trader.api.cancel_order_stock(trader.account, order_id)
    position = trader.api.query_stock_position(trader.account, PFYH)
    assert (position.can_use_volume, position.frozen_volume) == (1000, 0)
    assert trader.api.query_stock_asset(trader.account).cash == 1_000_000


def test_working_orders_expire_with_the_closing_snapshot(open_desk: Open) -> None:
    desk = open_desk()
    trader = desk.trader()
    order_id = trader.buy(PFYH, 300, 9.5)
    desk.feed(quote(PFYH, "15:00:03", "10.00", pre_close="10.00", phase=Phase.CLOSED))
    assert trader.order_states(order_id) == [50, 54]
    assert desk.terminal.ledger(ACCOUNT).cash == CASH


def test_the_market_going_on_to_another_day_rolls_the_accounts(open_desk: Open) -> None:
    desk = open_desk(quote(PFYH, "09:59:59", "10.00", pre_close="10.00", asks=[("10.00", 200)]))
    trader = desk.trader()
    order_id = trader.buy(PFYH, 300, 10.0)
    desk.feed(quote(PFYH, "2026-11-23 09:30:03", "9.00", pre_close="10.00"))
    assert trader.order_states(order_id) == [50, 55, 53]
    position = trader.api.query_stock_position(trader.account, PFYH)
    assert (position.volume, position.can_use_volume, position.yesterday_volume) == (200, 200, 200)
    assert desk.terminal.ledger(ACCOUNT).frozen_cash == 0


def test_positions_are_valued_at_the_previous_close_before_the_first_quote(open_desk: Open) -> None:
    desk = open_desk(
        quote(PFYH, "10:30:00", "10.50", pre_close="10.00"),
        positions={ACCOUNT: [(PFYH, 1000, Decimal("7.00"))]},
    )
    trader = desk.trader()
    assert trader.api.query_stock_asset(trader.account).market_value == 10_000.0
    desk.settle("10:30:00")
    position = trader.api.query_stock_position(trader.account, PFYH)
    assert (position.market_value, position.last_price, position.open_price) == (10_500.0, 10.5, 7.0)
    assert (position.float_profit, position.instrument_name) == (3_500.0, "测试证券")


def check_books(terminal: SimTerminal, held_before: int) -> None:
    """Cash and shares can be told from the fills alone, and nothing is frozen for what is over."""
    ledger = terminal.ledger(ACCOUNT)
    trades, orders = terminal.trades(ACCOUNT), terminal.orders(ACCOUNT)
    paid = sum((t.amount + t.commission for t in trades if t.side is Side.BUY), Decimal(0))
    got = sum((t.amount - t.commission for t in trades if t.side is Side.SELL), Decimal(0))
    assert ledger.cash + ledger.frozen_cash == CASH - paid + got
    bought = sum(t.volume for t in trades if t.side is Side.BUY)
    sold = sum(t.volume for t in trades if t.side is Side.SELL)
    held = ledger.holding(PFYH)
    assert held.volume == held_before + bought - sold == held.can_use + held.frozen + held.on_road
    assert held.on_road == bought
    assert held.frozen == sum(o.open_volume for o in orders if o.side is Side.SELL)
    for order in orders:
        parts = [t for t in trades if t.order_id == order.order_id]
        assert order.traded_volume == sum(t.volume for t in parts) <= order.volume
        worse = [
            t for t in parts if (t.price > order.price if order.side is Side.BUY else t.price < order.price)
        ]
        assert worse == []
    if not any(order.working for order in orders):
        assert ledger.frozen_cash == held.frozen == 0


actions = st.one_of(
    st.tuples(
        st.sampled_from(["buy", "sell"]), st.integers(1, 30), st.integers(985, 1015), st.just(0), st.just(0)
    ),
    st.tuples(st.just("cancel"), st.integers(0, 20), st.just(0), st.just(0), st.just(0)),
    st.tuples(
        st.just("quote"), st.integers(985, 1015), st.integers(0, 20), st.integers(0, 20), st.integers(1, 3)
    ),
)


@settings(max_examples=25, deadline=None)
@given(st.lists(actions, max_size=25), st.sampled_from([0, 400]))
def test_cash_and_shares_are_conserved(steps: list[tuple[str, int, int, int, int]], latency: int) -> None:
    with TemporaryDirectory() as folder:
        desk = make_terminal(
            Path(folder),
            [quote(PFYH, "09:59:59", "10.00", pre_close="10.00")],
            positions={ACCOUNT: [(PFYH, 2050, Decimal("8.00"))]},
            latency_ms=latency,
            hold=True,
        )
        try:
            desk.settle()
            clock = desk.conductor.now_ms()
            for kind, a, b, c, d in steps:
                if kind in ("buy", "sell"):
                    side = 23 if kind == "buy" else 24
                    desk.terminal.manual_order(ACCOUNT, PFYH, side, a * 100, Decimal(b) / 100)
                elif kind == "cancel":
                    orders = desk.terminal.orders(ACCOUNT)
                    if a < len(orders):
                        desk.terminal.manual_cancel(ACCOUNT, orders[a].order_id)
                else:
                    clock += 300 * d
                    bid, ask = Decimal(a - 1) / 100, Decimal(a) / 100
                    book = quote(
                        PFYH, clock, ask, pre_close="10.00", bids=[(bid, b * 100)], asks=[(ask, c * 100)]
                    )
                    desk.feed(book)
                desk.settle()
                check_books(desk.terminal, 2050)
            desk.feed(quote(PFYH, "15:00:03", "10.00", pre_close="10.00", phase=Phase.CLOSED))
            check_books(desk.terminal, 2050)
            assert all(order.status.is_final for order in desk.terminal.orders(ACCOUNT))
        finally:
            desk.close()
