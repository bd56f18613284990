"""The mirror of the account: monotone orders, fills once, holdings never cleared by an unproven empty list."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.domain.enums import OrderStatus, Side
from core.domain.market import Symbol
from core.execution.book import AccountBook
from tests.fakes import records as r

S = Symbol("600000.SH")
LIFE = [
    r.order(1, OrderStatus.UNREPORTED),
    r.order(1, OrderStatus.REPORTED),
    r.order(1, OrderStatus.REPORTED, sysid="A1"),
    r.order(1, OrderStatus.PART_SUCC, traded=300, sysid="A1"),
    r.order(1, OrderStatus.PART_SUCC, traded=700, sysid="A1"),
    r.order(1, OrderStatus.SUCCEEDED, traded=1000, sysid="A1"),
]


@given(st.lists(st.sampled_from(LIFE), min_size=1, max_size=30))
def test_orders_only_go_forward(pushes: list[object]) -> None:
    """Duplicates, reorderings and repeats of a whole day never take an order back."""
    book = AccountBook()
    best = 0
    for push in pushes:
        book.apply_order(push)  # type: ignore[arg-type]
        best = max(best, LIFE.index(push))  # type: ignore[arg-type]
        held = book.orders[1]
        assert held.traded_volume == LIFE[best].traded_volume
        assert held.status == LIFE[best].status


def test_a_final_order_stays_final() -> None:
    book = AccountBook()
    assert book.apply_order(r.order(1, OrderStatus.CANCELED))
    assert not book.apply_order(r.order(1, OrderStatus.REPORTED, sysid="late"))
    assert book.orders[1].status is OrderStatus.CANCELED


def test_the_number_of_the_counter_arriving_later_is_news() -> None:
    book = AccountBook()
    assert book.apply_order(r.order(1, OrderStatus.REPORTED))
    assert book.apply_order(r.order(1, OrderStatus.REPORTED, sysid="A1"))
    assert not book.apply_order(r.order(1, OrderStatus.REPORTED, sysid="A1"))


def test_a_fill_counts_once() -> None:
    book = AccountBook()
    book.tick()
    assert book.apply_trade(r.trade("t1", 1, 300))
    assert not book.apply_trade(r.trade("t1", 1, 300))
    assert book.volume(S) == 300


def test_a_fill_is_added_until_a_snapshot_contains_it() -> None:
    book = AccountBook()
    book.apply_positions([r.position("600000.SH", 1000)], book.event_no)
    asked = book.event_no
    book.tick()
    book.apply_trade(r.trade("t1", 1, 400, side=Side.SELL))
    assert book.volume(S) == 600
    book.apply_positions([r.position("600000.SH", 1000)], asked)  # asked before the fill
    assert book.volume(S) == 600
    book.apply_positions([r.position("600000.SH", 600)], book.event_no)
    assert book.volume(S) == 600


def test_a_pushed_holding_contains_the_fills_told_before_it() -> None:
    book = AccountBook()
    book.tick()
    book.apply_trade(r.trade("t1", 1, 500))
    book.tick()
    book.apply_position(r.position("600000.SH", 500, 0), book.event_no)
    assert book.volume(S) == 500
    assert book.known_until(S) == book.event_no


def test_an_empty_answer_does_not_clear_a_book_that_has_value() -> None:
    book = AccountBook()
    book.apply_asset(r.asset(market_value="10000"), book.event_no)
    book.apply_positions([r.position("600000.SH", 1000)], book.event_no)
    assert not book.apply_positions([], book.tick())
    assert book.volume(S) == 1000
    book.apply_asset(r.asset(market_value="0"), book.tick())
    assert book.apply_positions([], book.event_no)
    assert book.volume(S) == 0
