"""Orders of different accounts of one terminal meet each other by price, then by their place; those of one never do."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from core.domain.enums import Side
from core.exchange.matching import Book
from core.exchange.standing import Standing
from core.simqmt.exchange.crossing import shared_out, with_own
from tests.fakes.simqmt import ACCOUNT, Desk

CODE = "600000.SH"
OTHER = "88000002"
BUY, SELL = 23, 24
BOOK = {"last": "10.00", "bids": [("9.98", 500)], "asks": [("10.02", 500)]}


def sell(number: int, price: int, volume: int, ahead: int | None = 0) -> Standing:
    return Standing(number, Side.SELL, price, volume, number, ahead, owner="B")


def test_own_orders_are_part_of_the_levels() -> None:
    book = Book(asks=((10_020, 500), (10_030, 100)))
    full = with_own(book, Side.BUY, [sell(1, 10_000, 200), sell(2, 10_020, 300)])
    assert full.asks == ((10_000, 200), (10_020, 800), (10_030, 100))
    down = with_own(Book(bids=((9_980, 500),)), Side.SELL, [Standing(1, Side.BUY, 9_990, 100, 1)])
    assert down.bids == ((9_990, 100), (9_980, 500))


@pytest.mark.parametrize(
    ("taken", "own", "left"),
    [
        (200, (0, 0), 600),  # from what was displayed before the first own order joined
        (400, (100, 0), 500),
        (600, (300, 0), 500),
        (900, (300, 100), 300),  # displayed between the two, then the second
        (1_300, (300, 200), 0),
    ],
)
def test_at_one_price_the_queue_decides(taken: int, own: tuple[int, int], left: int) -> None:
    """300 displayed, 300 own, 200 displayed, 200 own, 300 displayed."""
    book = Book(asks=((10_000, 800),))
    resting = [sell(1, 10_000, 300, ahead=300), sell(2, 10_000, 200, ahead=500)]
    shared = shared_out(book, Side.BUY, resting, ((10_000, taken),))
    filled = {number: volume for number, _, volume in shared.fills}
    assert (filled.get(1, 0), filled.get(2, 0)) == own
    assert shared.book.asks == (((10_000, left),) if left else ())
    still = {place.order_id: place for place in shared.standing}
    assert {n: p.volume for n, p in still.items()} == {
        n: v - f for n, v, f in ((1, 300, own[0]), (2, 200, own[1])) if v - f
    }
    gone = 800 - left
    for number, ahead in ((1, 300), (2, 500)):
        if number in still:
            assert still[number].ahead == max(ahead - gone, 0)


def test_an_unknown_queue_waits_for_all_that_is_displayed() -> None:
    book = Book(asks=((10_000, 400),))
    shared = shared_out(book, Side.BUY, [sell(1, 10_000, 300, ahead=None)], ((10_000, 500),))
    assert shared.fills == ((1, 10_000, 100),)
    assert shared.book.asks == ()


@pytest.fixture
def two(still_desk: Callable[..., Desk]) -> Any:
    """A terminal with two accounts, each holding 1,000 shares."""
    held = [(CODE, 1_000, Decimal("9.00"))]
    desk = still_desk(
        cash={ACCOUNT: Decimal(100_000), OTHER: Decimal(100_000)}, positions={ACCOUNT: held, OTHER: held}
    )
    desk.terminal.set_quote(CODE, pre_close="10.00", **BOOK)
    return desk


def states(desk: Desk, account: str) -> list[tuple[int, int, Decimal]]:
    return [(int(o.status), o.traded_volume, o.average) for o in desk.terminal.orders(account)]


def test_two_accounts_trade_inside_the_spread_at_the_price_of_the_order_that_waited(two: Desk) -> None:
    terminal = two.terminal
    terminal.manual_order(ACCOUNT, CODE, SELL, 300, "10.00")
    terminal.manual_order(OTHER, CODE, BUY, 500, "10.01")
    assert states(two, ACCOUNT) == [(56, 300, Decimal("10.00"))]
    assert states(two, OTHER) == [(55, 300, Decimal("10.00"))]
    assert terminal.ledger(OTHER).holdings[CODE].volume == 1_300
    assert terminal.ledger(OTHER).holdings[CODE].can_use == 1_000
    shares = sum(terminal.ledger(account).holdings[CODE].volume for account in (ACCOUNT, OTHER))
    fees = sum(trade.commission for account in (ACCOUNT, OTHER) for trade in terminal.trades(account))
    frozen = sum(terminal.ledger(account).frozen_cash for account in (ACCOUNT, OTHER))
    cash = sum(terminal.ledger(account).cash for account in (ACCOUNT, OTHER))
    assert (shares, cash + frozen + fees) == (2_000, 200_000)


def test_the_better_own_price_goes_before_the_displayed_one_and_that_before_a_later_order(two: Desk) -> None:
    terminal = two.terminal
    terminal.manual_order(ACCOUNT, CODE, SELL, 300, "10.02")  # behind 500 displayed
    terminal.manual_order(ACCOUNT, CODE, SELL, 100, "10.01")
    terminal.manual_order(OTHER, CODE, BUY, 700, "10.02")
    assert [(t.price, t.volume) for t in terminal.trades(OTHER)] == [
        (Decimal("10.010"), 100),
        (Decimal("10.020"), 600),
    ]
    assert states(two, ACCOUNT) == [(55, 100, Decimal("10.02")), (56, 100, Decimal("10.01"))]
    terminal.manual_order(OTHER, CODE, BUY, 200, "10.02")
    assert states(two, ACCOUNT)[0][:2] == (56, 300)


def test_orders_of_one_account_never_meet(two: Desk) -> None:
    terminal = two.terminal
    terminal.manual_order(ACCOUNT, CODE, SELL, 300, "10.00")
    terminal.manual_order(ACCOUNT, CODE, BUY, 300, "10.01")
    assert [status for status, _, _ in states(two, ACCOUNT)] == [50, 50]
    assert terminal.trades(ACCOUNT) == []


def test_what_an_order_took_stands_before_no_order_of_its_account_either(two: Desk) -> None:
    """Price, then time: 500 displayed at 10.02, then our 300. Once the 500 are gone ours is the first."""
    terminal = two.terminal
    terminal.manual_order(ACCOUNT, CODE, SELL, 300, "10.02")
    terminal.manual_order(ACCOUNT, CODE, BUY, 400, "10.02")
    terminal.manual_order(OTHER, CODE, BUY, 300, "10.02")
    assert states(two, ACCOUNT)[0][:2] == (55, 200)  # 100 displayed shares went before it
    assert states(two, OTHER) == [(56, 300, Decimal("10.02"))]


def test_a_cancelled_order_meets_nobody(two: Desk) -> None:
    terminal = two.terminal
    number = terminal.manual_order(ACCOUNT, CODE, SELL, 300, "10.00")
    terminal.manual_cancel(ACCOUNT, number)
    terminal.manual_order(OTHER, CODE, BUY, 300, "10.00")
    assert states(two, OTHER) == [(50, 0, 0)]


def test_accounts_meet_in_a_call_auction_whole_at_one_price(still_desk: Callable[..., Desk]) -> None:
    held = [(CODE, 1_000, Decimal("9.00"))]
    desk = still_desk(
        "09:16:00",
        cash={ACCOUNT: Decimal(100_000), OTHER: Decimal(100_000)},
        positions={ACCOUNT: held, OTHER: held},
    )
    terminal = desk.terminal
    terminal.set_quote(CODE, last="10.00", pre_close="10.00", bids=[("9.98", 500)], asks=[("10.02", 500)])
    terminal.manual_order(ACCOUNT, CODE, SELL, 700, "9.90")
    terminal.manual_order(OTHER, CODE, BUY, 700, "10.10")
    desk.settle("09:31:00")
    (sold,), (bought,) = terminal.trades(ACCOUNT), terminal.trades(OTHER)
    assert (sold.volume, bought.volume) == (700, 700)
    assert sold.price == bought.price
    assert Decimal("9.90") <= sold.price <= Decimal("10.10")
