"""What each board takes and refuses, asked of the real xttrader on books put in by hand: lots, ticks, limits, cages,
sessions, cancels, market types. A case is accepted, refused at the request (-1) or dead at the counter (57)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pytest

from core.domain.enums import Phase
from core.exchange.limits import LimitFacts
from tests.fakes.simqmt import ACCOUNT, BUY, SELL, Desk

Open = Callable[..., Desk]
SH, SZ, GEM, STAR, BJ = "600000.SH", "000001.SZ", "300750.SZ", "688981.SH", "920002.BJ"
ETF, BOND, BOND_SZ = "510300.SH", "113050.SH", "123001.SZ"
TAKEN, JUNK, REFUSED = "taken", "junk", "refused"
Levels = Sequence[tuple[str, int]]


def shown(desk: Desk, code: str, last: str, **options: Any) -> None:
    options.setdefault("pre_close", last)
    desk.terminal.set_quote(code, last=last, **options)


def send(desk: Desk, trader: Any, code: str, side: int, volume: int, price: float, kind: int = 11) -> str:
    order_id = trader.api.order_stock(trader.account, code, side, volume, kind, price, "s", "")
    desk.settle()
    if order_id == -1:
        assert trader.events("on_order_error")[-1].order_id == -1
        return REFUSED
    return JUNK if trader.order_states(order_id)[-1] == 57 else TAKEN


BUY_LOTS = [
    (SH, {100: TAKEN, 300: TAKEN, 50: REFUSED, 150: REFUSED, 0: REFUSED, 1_000_100: REFUSED}),
    (SZ, {100: TAKEN, 101: REFUSED}),
    (GEM, {100: TAKEN, 300_000: TAKEN, 300_100: REFUSED}),
    (STAR, {200: TAKEN, 201: TAKEN, 199: REFUSED, 100_000: TAKEN, 100_001: REFUSED}),
    (BJ, {100: TAKEN, 101: TAKEN, 99: REFUSED}),
    (ETF, {100: TAKEN, 110: REFUSED}),
    (BOND, {10: TAKEN, 110: TAKEN, 5: REFUSED, 15: REFUSED}),
    (BOND_SZ, {10: TAKEN, 11: REFUSED}),
]


@pytest.mark.parametrize(("code", "cases"), BUY_LOTS)
def test_a_board_takes_its_lots(still_desk: Open, code: str, cases: dict[int, str]) -> None:
    desk = still_desk(cash={ACCOUNT: Decimal(100_000_000)})
    shown(desk, code, "10.00")
    trader = desk.trader()
    assert {volume: send(desk, trader, code, BUY, volume, 9.99) for volume in cases} == cases


ODD_LOTS = [
    (SH, 350, {30: REFUSED, 100: TAKEN, 400: JUNK}),
    (SH, 350, {50: TAKEN, 300: TAKEN}),
    (SH, 350, {150: TAKEN, 200: TAKEN}),
    (SH, 350, {350: TAKEN, 100: JUNK}),
    (STAR, 350, {150: REFUSED, 200: TAKEN, 150 + 1: JUNK}),
    (STAR, 150, {100: REFUSED, 150: TAKEN}),
    (STAR, 450, {201: TAKEN, 249: TAKEN}),
    (BJ, 150, {50: REFUSED, 120: TAKEN, 30: TAKEN}),
    (BOND, 25, {7: REFUSED, 5: TAKEN, 20: TAKEN}),
]


@pytest.mark.parametrize(("code", "held", "cases"), ODD_LOTS)
def test_odd_lots_are_sold_as_the_board_says(
    still_desk: Open, code: str, held: int, cases: dict[int, str]
) -> None:
    desk = still_desk(positions={ACCOUNT: [(code, held, Decimal("9"))]})
    shown(desk, code, "10.00")
    trader = desk.trader()
    assert {volume: send(desk, trader, code, SELL, volume, 10.0) for volume in cases} == cases


PRICES = [
    # code, last, previous close, side, prices: what becomes of them
    (SH, "10.00", "10.00", BUY, {9.995: JUNK, 9.99: TAKEN, 9.0: TAKEN, 8.99: JUNK, 0: REFUSED, -1: REFUSED}),
    (SH, "10.00", "10.00", SELL, {11.0: TAKEN, 11.01: JUNK}),
    (SZ, "10.05", "10.05", SELL, {11.06: TAKEN, 11.07: JUNK}),
    (GEM, "10.00", "10.00", SELL, {12.0: TAKEN, 12.01: JUNK}),
    (STAR, "10.00", "10.00", BUY, {8.0: TAKEN, 7.99: JUNK}),
    (BJ, "84.63", "84.63", SELL, {110.01: TAKEN, 110.02: JUNK}),
    (BJ, "84.63", "84.63", BUY, {59.25: TAKEN, 59.24: JUNK}),
    (ETF, "3.000", "3.000", BUY, {2.999: TAKEN, 2.9995: JUNK, 3.3: TAKEN, 3.301: JUNK}),
    (BOND, "120.000", "120.000", BUY, {119.999: TAKEN, 119.9995: JUNK, 95.999: JUNK}),
    # the cage: 2 % or ten ticks on the main boards, 2 % on STAR, 5 % or ten ticks in Beijing, none for funds
    (SH, "10.00", "10.00", BUY, {10.2: TAKEN, 10.21: JUNK}),
    (SH, "1.00", "1.02", BUY, {1.1: TAKEN, 1.11: JUNK}),
    (SH, "10.00", "10.00", SELL, {9.79: TAKEN, 9.78: JUNK}),
    (GEM, "10.00", "10.00", BUY, {10.2: TAKEN, 10.21: JUNK}),
    (STAR, "1.00", "1.00", BUY, {1.02: TAKEN, 1.03: JUNK}),
    (BJ, "10.00", "10.00", BUY, {10.5: TAKEN, 10.51: JUNK}),
    (BJ, "10.00", "10.00", SELL, {9.49: TAKEN, 9.48: JUNK}),
    (ETF, "3.000", "3.000", SELL, {2.7: TAKEN, 2.699: JUNK}),
]


@pytest.mark.parametrize(("code", "last", "before", "side", "cases"), PRICES)
def test_ticks_limits_and_cage(
    still_desk: Open, code: str, last: str, before: str, side: int, cases: dict[float, str]
) -> None:
    desk = still_desk(positions={ACCOUNT: [(code, 10_000, Decimal("1"))]})
    shown(desk, code, last, pre_close=before)
    trader = desk.trader()
    volume = 200
    found = {price: send(desk, trader, code, side, volume, price) for price in cases}
    assert found == cases, [error.error_msg for error in trader.events("on_order_error")]


def test_no_cage_in_a_call_auction(still_desk: Open) -> None:
    desk = still_desk("09:16:00")
    shown(desk, SH, "10.00")
    trader = desk.trader()
    assert send(desk, trader, SH, BUY, 100, 11.0) == TAKEN
    assert send(desk, trader, SH, BUY, 100, 11.01) == JUNK


SESSIONS = [
    # when, what becomes of a buy that would trade, of a cancel in Shanghai, of a cancel in Shenzhen (or when it does)
    ("09:14:59", JUNK, None, None),
    ("09:15:00", "waits", True, True),
    ("09:19:59", "waits", True, True),
    ("09:20:00", "waits", False, False),
    ("09:24:59", "waits", False, False),
    ("09:25:00", "waits", False, "09:30:00"),
    ("09:29:59", "waits", False, "09:30:00"),
    ("09:30:00", "trades", True, True),
    ("11:29:59", "trades", True, True),
    ("11:30:00", "waits", True, True),
    ("12:59:59", "waits", True, True),
    ("13:00:00", "trades", True, True),
    ("14:56:59", "trades", True, True),
    ("14:57:00", "waits", False, False),
    ("14:59:59", "waits", False, False),
    ("15:00:00", JUNK, None, None),
    ("15:10:00", JUNK, None, None),
]


@pytest.mark.parametrize(("when", "buys", "cancel_sh", "cancel_sz"), SESSIONS)
def test_the_hours_of_orders_and_cancels(
    still_desk: Open, when: str, buys: str, cancel_sh: bool | None, cancel_sz: bool | str | None
) -> None:
    desk = still_desk(when)
    for code in (SH, SZ):
        shown(desk, code, "10.00", bids=[("9.99", 500)], asks=[("10.00", 500)])
    trader = desk.trader()
    order_id = trader.buy(SH, 100, 10.0)
    desk.settle()
    states = trader.order_states(order_id)
    assert states == {JUNK: [50, 57], "waits": [50], "trades": [50, 56]}[buys]
    for code, allowed in ((SH, cancel_sh), (SZ, cancel_sz)):
        resting = trader.buy(code, 100, 9.5)
        desk.settle()
        if allowed is None:
            continue
        trader.api.cancel_order_stock_async(trader.account, resting)
        desk.settle()
        if isinstance(allowed, str):
            assert trader.order_states(resting) == [50, 51]
            desk.settle(allowed)
        assert trader.order_states(resting) == ([50, 51, 54] if allowed else [50])
        refused = [error.order_id for error in trader.events("on_cancel_error")]
        assert (resting in refused) is not bool(allowed)


FIXED = [
    (SH, "09:29:00", JUNK),
    (SH, "09:30:00", TAKEN),
    (SZ, "09:16:00", TAKEN),
    (SH, "12:00:00", JUNK),
    (GEM, "14:58:00", TAKEN),
    (STAR, "15:29:59", TAKEN),
    (STAR, "15:30:00", JUNK),
    (ETF, "15:10:00", TAKEN),
    (BJ, "10:00:00", JUNK),
    (BOND, "10:00:00", JUNK),
]


@pytest.mark.parametrize(("code", "when", "expected"), FIXED)
def test_where_and_when_the_fixed_price_exists(still_desk: Open, code: str, when: str, expected: str) -> None:
    desk = still_desk(when)
    shown(desk, code, "10.00")
    trader = desk.trader()
    assert send(desk, trader, code, BUY, 200, 10.0, 49) == expected
    if expected is TAKEN:
        assert trader.events("on_stock_order")[0].price_type == 49


MARKET_TYPES = {42: "SH BJ", 43: "SH BJ", 44: "SH SZ BJ", 45: "SH SZ BJ", 46: "SZ", 47: "SZ", 48: "SZ"}
SELLS = {
    # 500 shares into bids 9.99 x 200, 9.98 x 100: fills, states
    42: ([(9.99, 200), (9.98, 100)], [50, 55, 53]),
    43: ([(9.99, 200), (9.98, 100)], [50, 55]),
    44: ([(9.99, 200)], [50, 55]),
    45: ([], [50]),
    46: ([(9.99, 200), (9.98, 100)], [50, 55, 53]),
    47: ([(9.99, 200), (9.98, 100)], [50, 55, 53]),
    48: ([], [50, 54]),
}


@pytest.mark.parametrize("code", [SH, SZ, BJ])
@pytest.mark.parametrize("kind", MARKET_TYPES)
def test_a_market_sell_does_what_its_type_says_and_only_where_it_exists(
    still_desk: Open, kind: int, code: str
) -> None:
    desk = still_desk(positions={ACCOUNT: [(code, 500, Decimal("9"))]})
    shown(desk, code, "10.00", bids=[("9.99", 200), ("9.98", 100)], asks=[("10.00", 400)])
    trader = desk.trader()
    order_id = trader.sell(code, 500, 0, price_type=kind)
    desk.settle()
    if code[-2:] not in MARKET_TYPES[kind]:
        assert order_id == -1
        assert "不能用" in trader.events("on_order_error")[0].error_msg
        return
    found = [(t.traded_price, t.traded_volume) for t in trader.events("on_stock_trade")]
    assert (found, trader.order_states(order_id)) == SELLS[kind]
    ledger = desk.terminal.ledger(ACCOUNT)
    assert ledger.frozen_cash == 0
    sold = sum(volume for _, volume in found)
    working = SELLS[kind][1][-1] in (50, 55)
    assert ledger.holding(code).can_use == (0 if working else 500 - sold)
    if working:
        shown(desk, code, "10.05", bids=[("10.05", 900)])
        limit = {43: 9.98, 44: 9.99, 45: 10.0}[kind]
        desk.settle()
        assert trader.events("on_stock_trade")[-1].traded_price == limit


def test_all_or_nothing_takes_all_when_it_is_there(still_desk: Open) -> None:
    desk = still_desk()
    shown(desk, SZ, "10.00", asks=[("10.00", 200), ("10.01", 300)])
    trader = desk.trader()
    order_id = trader.buy(SZ, 500, 0, price_type=48)
    desk.settle()
    assert trader.order_states(order_id)[-1] == 56
    assert [t.traded_volume for t in trader.events("on_stock_trade")] == [200, 300]


@pytest.mark.parametrize(("kind", "code"), [(42, SH), (44, SH), (47, SZ), (44, SZ), (48, SZ)])
def test_a_market_order_without_an_opposite_side_ends(still_desk: Open, kind: int, code: str) -> None:
    desk = still_desk()
    shown(desk, code, "10.00", bids=[("9.99", 400)], asks=[])
    trader = desk.trader()
    order_id = trader.buy(code, 100, 0, price_type=kind)
    desk.settle()
    assert trader.order_states(order_id) == [50, 54]
    assert desk.terminal.ledger(ACCOUNT).frozen_cash == 0


def test_an_unlimited_sweep_goes_deeper_than_five_levels_only_where_it_may(still_desk: Open) -> None:
    desk = still_desk()
    asks: Levels = [(f"10.0{level}", 100) for level in range(7)]
    shown(desk, SZ, "10.00", asks=asks)
    trader = desk.trader()
    five = trader.buy(SZ, 700, 0, price_type=47)
    desk.settle()
    assert sum(t.traded_volume for t in trader.events("on_stock_trade") if t.order_id == five) == 500
    shown(desk, SZ, "10.00", asks=asks)
    swept = trader.buy(SZ, 700, 0, price_type=46)
    desk.settle()
    assert sum(t.traded_volume for t in trader.events("on_stock_trade") if t.order_id == swept) == 700


def test_at_a_locked_limit_the_own_side_queues_and_the_other_trades(still_desk: Open) -> None:
    desk = still_desk(positions={ACCOUNT: [(SH, 500, Decimal("9"))]})
    shown(desk, SH, "11.00", pre_close="10.00", bids=[("11.00", 90_000)], asks=[])
    trader = desk.trader()
    queued, sold = trader.buy(SH, 100, 11.0), trader.sell(SH, 500, 11.0)
    desk.settle()
    assert (trader.order_states(queued), trader.order_states(sold)) == ([50], [50, 56])
    shown(desk, SH, "9.00", pre_close="10.00", bids=[], asks=[("9.00", 90_000)])
    desk.settle()
    assert trader.order_states(queued)[-1] == 56, "the lock opened"


def test_a_security_suspended_by_hand_takes_no_order(still_desk: Open) -> None:
    desk = still_desk()
    shown(desk, SH, "10.00", phase=Phase.SUSPENDED)
    assert send(desk, desk.trader(), SH, BUY, 100, 10.0) == JUNK


TURNS = [(SH, 0), (ETF, 0), ("518880.SH", 200), ("511010.SH", 200), (BOND, 200)]


@pytest.mark.parametrize(("code", "usable"), TURNS)
def test_what_was_bought_today_is_sold_today_where_the_class_allows(
    still_desk: Open, code: str, usable: int
) -> None:
    desk = still_desk()
    shown(desk, code, "10.00")
    trader = desk.trader()
    assert send(desk, trader, code, BUY, 200, 10.0) == TAKEN
    (position,) = trader.api.query_stock_positions(trader.account)
    assert (position.volume, position.can_use_volume) == (200, usable)
    assert send(desk, trader, code, SELL, 200, 9.99) == (TAKEN if usable else JUNK)
    desk.terminal.next_day()
    left = desk.terminal.ledger(ACCOUNT).holdings.get(code)
    assert (left.can_use if left else None) == (None if usable else 200)


def test_a_risk_warned_share_is_bought_up_to_its_cap_a_day(still_desk: Open) -> None:
    desk = still_desk(cash={ACCOUNT: Decimal(100_000_000)})
    shown(desk, SH, "5.00", name="*ST示例", asks=[("5.00", 900_000)])
    trader = desk.trader()
    assert send(desk, trader, SH, BUY, 300_000, 5.0) == TAKEN
    assert send(desk, trader, SH, BUY, 200_100, 5.0) == JUNK
    assert send(desk, trader, SH, BUY, 200_000, 4.9) == TAKEN
    assert send(desk, trader, SH, SELL, 100, 5.51) == JUNK


def test_a_new_convertible_bond_is_halted_at_a_fifth_and_opens_again(still_desk: Open) -> None:
    desk = still_desk()
    desk.terminal.set_facts(BOND, LimitFacts(listing_day=1, issue_price=Decimal(100)))
    shown(desk, BOND, "100.000")
    shown(desk, BOND, "120.000")
    assert desk.terminal.quotes()[0].phase is Phase.SUSPENDED
    trader = desk.trader()
    waiting = trader.buy(BOND, 10, 120.0)
    desk.settle("10:29:59")
    assert trader.order_states(waiting) == [50]
    desk.settle("10:30:00")
    assert trader.order_states(waiting) == [50, 56]


def test_another_session_sees_and_cancels_an_order_and_hears_what_came_of_it(still_desk: Open) -> None:
    desk = still_desk()
    shown(desk, SH, "10.00")
    first, second = desk.trader(1), desk.trader(2)
    order_id = first.buy(SH, 100, 9.5, "程序一")
    (seen,) = second.api.query_stock_orders(second.account, cancelable_only=True)
    assert (seen.order_id, seen.order_remark) == (order_id, "程序一")
    assert second.api.cancel_order_stock(second.account, order_id) == 0
    desk.settle()
    assert first.order_states(order_id) == second.order_states(order_id) == [50, 51, 54]
    responses = [len(t.events("on_cancel_order_stock_async_response")) for t in (first, second)]
    assert responses == [0, 0], "the answer to a synchronous cancel goes to its caller only"


def test_own_orders_fill_best_price_first_and_then_oldest(still_desk: Open) -> None:
    desk = still_desk()
    shown(desk, SH, "10.00", bids=[("9.95", 100)], asks=[("10.05", 100)])
    trader = desk.trader()
    old, young, better = (trader.buy(SH, 200, price) for price in (9.98, 9.98, 9.99))
    shown(desk, SH, "9.98", asks=[("9.98", 500)])
    desk.settle()
    found = [(t.order_id, t.traded_price, t.traded_volume) for t in trader.events("on_stock_trade")]
    assert found == [(better, 9.99, 200), (old, 9.98, 200), (young, 9.98, 100)]
