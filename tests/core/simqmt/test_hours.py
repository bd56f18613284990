"""What the clock brings where no snapshot comes: books put in by hand, feeds that stop, recorded days that end early."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.domain.enums import Phase
from core.domain.market import Quote, Symbol
from core.exchange.limits import LimitFacts
from core.simqmt.clockwork.conductor import Conductor
from core.simqmt.terminal import SimTerminal
from tests.core.simqmt.conftest import PFYH
from tests.fakes.market import at, quote
from tests.fakes.simqmt import ACCOUNT, Desk

Open = Callable[..., Desk]
MONDAY = "2026-11-23"
FINAL = (53, 54, 56, 57)
STAR = "688981.SH"


def fills(trader: Any, order_id: int) -> list[tuple[float, int]]:
    return [
        (t.traded_price, t.traded_volume) for t in trader.events("on_stock_trade") if t.order_id == order_id
    ]


def ends(trader: Any, order_id: int) -> list[int]:
    return [state for state in trader.order_states(order_id) if state in FINAL]


def test_a_book_put_in_by_hand_closes_by_the_clock_and_every_order_ends_once(still_desk: Open) -> None:
    desk = still_desk()
    desk.terminal.set_quote(PFYH, last="10.00", bids=[("9.99", 500)], asks=[("10.00", 500)], pre_close="9.90")
    trader = desk.trader()
    part, far = trader.buy(PFYH, 800, 10.0), trader.buy(PFYH, 300, 9.5)
    desk.settle("14:59:59")
    assert [trader.order_states(order)[-1] for order in (part, far)] == [55, 50]
    desk.settle("15:00:00")
    assert (ends(trader, part), ends(trader, far)) == ([53], [54])
    assert desk.terminal.ledger(ACCOUNT).frozen_cash == 0
    assert desk.terminal.quotes()[0].phase is Phase.CLOSED
    late = trader.buy(PFYH, 100, 10.0)
    desk.settle()
    assert trader.order_states(late) == [50, 57]


def test_what_was_taken_from_a_standing_book_stays_taken_over_lunch(still_desk: Open) -> None:
    desk = still_desk("11:29:00")
    desk.terminal.set_quote(PFYH, last="10.00", asks=[("10.00", 500)], pre_close="10.00")
    trader = desk.trader()
    trader.buy(PFYH, 400, 10.0)
    desk.settle("12:00:00")
    waiting = trader.buy(PFYH, 300, 10.0)
    desk.settle("12:59:59")
    assert trader.order_states(waiting) == [50]
    desk.settle("13:00:00")
    assert fills(trader, waiting) == [(10.0, 100)]


def test_an_opening_call_by_hand_is_decided_at_0925_and_the_rest_trades_at_0930(still_desk: Open) -> None:
    desk = still_desk("09:20:00")
    desk.terminal.set_quote(
        PFYH, last="10.00", bids=[("9.98", 300)], asks=[("10.02", 200), ("10.04", 900)], pre_close="10.00"
    )
    assert desk.terminal.quotes()[0].phase is Phase.OPEN_CALL
    trader = desk.trader()
    early = trader.buy(PFYH, 100, 10.02)
    desk.settle("09:24:59")
    assert fills(trader, early) == []
    desk.settle("09:25:00")
    assert fills(trader, early) == [(10.02, 100)]
    desk.settle("09:27:00")
    waiting = trader.buy(PFYH, 500, 10.05)
    desk.settle("09:29:59")
    assert fills(trader, waiting) == []
    desk.settle("09:30:00")
    assert fills(trader, waiting) == [(10.02, 100), (10.04, 400)]  # what traded in the call is gone


def test_the_closing_call_by_hand_takes_no_cancel_and_decides_at_1500(still_desk: Open) -> None:
    held = {ACCOUNT: [(PFYH, 5000, Decimal("9.00"))]}
    desk = still_desk("14:56:00", positions=held)
    desk.terminal.set_quote(
        PFYH, last="10.00", bids=[("9.99", 500)], asks=[("10.01", 500)], pre_close="10.00"
    )
    desk.settle("14:57:00")
    assert desk.terminal.quotes()[0].phase is Phase.CLOSE_CALL
    trader = desk.trader()
    order_id = trader.sell(PFYH, 800, 9.9)
    desk.settle("14:58:00")
    assert fills(trader, order_id) == []
    trader.api.cancel_order_stock_async(trader.account, order_id)
    desk.settle()
    assert len(trader.events("on_cancel_error")) == 1
    desk.settle("15:00:00")
    ((price, volume),) = fills(trader, order_id)
    assert (9.9 <= price <= 9.99, volume) == (True, 500)
    assert ends(trader, order_id) == [53]


def test_the_fixed_price_by_hand_trades_from_1505_and_ends_at_1530(still_desk: Open) -> None:
    desk = still_desk("14:50:00")
    desk.terminal.set_quote(STAR, last="100.00", asks=[("100.00", 500)], pre_close="100.00")
    trader = desk.trader()
    order_id = trader.buy(STAR, 800, 100.0, price_type=49)
    desk.settle("15:04:59")
    assert trader.order_states(order_id) == [50]
    desk.settle("15:05:00")
    assert fills(trader, order_id) == [(100.0, 500)]
    desk.settle("15:29:59")
    assert ends(trader, order_id) == []
    desk.settle("15:30:00")
    assert ends(trader, order_id) == [53]


def test_a_halt_by_hand_ends_by_the_clock(still_desk: Open) -> None:
    desk = still_desk()
    desk.terminal.set_facts(PFYH, LimitFacts(listing_day=1))
    desk.terminal.set_quote(PFYH, last="10.00", pre_close="5.00")
    desk.terminal.set_quote(PFYH, last="13.00")
    assert desk.terminal.quotes()[0].phase is Phase.SUSPENDED
    trader = desk.trader()
    order_id = trader.buy(PFYH, 100, 13.0)
    desk.settle("10:09:59")
    assert fills(trader, order_id) == []
    desk.settle("10:10:00")
    assert fills(trader, order_id) == [(13.0, 100)]


def test_a_night_passes_by_the_clock_and_the_close_is_the_previous_close(still_desk: Open) -> None:
    desk = still_desk()
    desk.terminal.set_quote(PFYH, last="10.80", asks=[("10.80", 900)], pre_close="10.00")
    trader = desk.trader()
    trader.buy(PFYH, 300, 10.8)
    desk.settle(f"{MONDAY} 08:29:59")
    assert str(desk.terminal.trading_day) == "2026-11-20"
    desk.settle(f"{MONDAY} 09:30:00")
    assert str(desk.terminal.trading_day) == MONDAY
    assert desk.terminal.ledger(ACCOUNT).holding(PFYH).can_use == 300
    shown = desk.terminal.quotes()[0]
    assert (shown.pre_close, shown.volume, shown.bids, shown.asks) == (10_800, 0, (), ())
    known = desk.terminal.instrument(Symbol(PFYH))
    assert known is not None
    assert known.pre_close == Decimal("10.8")
    desk.terminal.set_quote(PFYH, last="11.80")
    assert desk.terminal.quotes()[0].pre_close == 10_800
    order_id = trader.sell(PFYH, 300, 11.79)
    desk.settle()
    assert fills(trader, order_id) == [(11.79, 300)], "11.80 is within the limits of the new day"


def test_orders_end_a_minute_after_the_close_of_a_market_that_fell_silent(open_desk: Open) -> None:
    desk = open_desk(quote(PFYH, "10:00:00", "10.00", pre_close="10.00"))
    trader = desk.trader()
    order_id, fixed = trader.buy(PFYH, 300, 9.5), trader.buy(PFYH, 300, 10.0, price_type=49)
    desk.settle("15:00:59")
    assert ends(trader, order_id) == []
    desk.settle("15:01:01")
    assert (ends(trader, order_id), ends(trader, fixed)) == ([54], [])
    desk.settle("15:31:01")
    assert (ends(trader, order_id), ends(trader, fixed)) == ([54], [54])


def test_an_order_that_a_kill_left_open_ends_when_the_terminal_starts_after_the_close(
    still_desk: Open, tmp_path: Any
) -> None:
    first = still_desk("14:59:00", folder=tmp_path / "one")
    first.terminal.set_quote(PFYH, last="10.00", pre_close="10.00")
    trader = first.trader()
    order_id = trader.buy(PFYH, 300, 9.5)
    first.close()
    second = still_desk("15:10:00", folder=tmp_path / "one")
    (order,) = second.terminal.orders(ACCOUNT)
    assert (order.order_id, int(order.status)) == (order_id, 54)
    assert second.terminal.ledger(ACCOUNT).frozen_cash == 0


@pytest.mark.parametrize("until", ["14:59:59", "15:30:00"])
def test_the_clock_alone_makes_no_time_pass(still_desk: Open, until: str) -> None:
    desk = still_desk()
    desk.terminal.set_quote(PFYH, last="10.00", pre_close="10.00")
    trader = desk.trader()
    order_id = trader.buy(PFYH, 300, 9.5)
    desk.settle()
    assert desk.terminal.clock.now().time().isoformat() == "10:00:00"
    desk.settle(until)
    assert bool(ends(trader, order_id)) == (until > "15")


def test_a_free_running_terminal_closes_by_the_wall_clock_with_nothing_else_to_do(tmp_path: Path) -> None:
    clock = Conductor(at("14:59:59.900"), lockstep=False, speed=1.0)
    terminal = SimTerminal(tmp_path, {ACCOUNT: Decimal(10_000)}, None, clock)
    ended = threading.Event()
    shown = terminal.data.show

    def see(quotes: Sequence[Quote]) -> None:
        shown(quotes)
        if quotes[0].phase is Phase.CLOSED:
            ended.set()

    terminal.data.show = see  # type: ignore[method-assign]
    try:
        terminal.set_quote(PFYH, last="10.00", phase=Phase.CONTINUOUS)
        assert terminal.manual_order(ACCOUNT, PFYH, 23, 100, "9.50") > 0
        clock.start()
        assert ended.wait(10)
        (order,) = terminal.orders(ACCOUNT)
        assert int(order.status) == 54
    finally:
        terminal.close()
        clock.stop()


def test_an_order_that_arrives_after_the_close_never_trades(still_desk: Open) -> None:
    desk = still_desk("14:59:00", latency_ms=700)
    desk.terminal.set_quote(PFYH, last="10.00", asks=[("10.00", 900)], pre_close="10.00")
    desk.settle("14:59:59.500")
    trader = desk.trader()
    order_id = trader.buy(PFYH, 100, 10.0)
    desk.settle("15:00:02")
    assert trader.order_states(order_id) == [50, 54]
    assert desk.terminal.ledger(ACCOUNT).frozen_cash == 0
