"""Orders against one book: arrival, waiting, market types; volume is never made up."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.enums import OrderStatus, Phase, Side
from core.domain.market import SHANGHAI, Quote, Symbol, datetime_to_ms
from core.exchange.matching import (
    Book,
    Fill,
    RestingOrder,
    book_of,
    match_market,
    match_on_arrival,
    match_resting,
)
from core.exchange.price_types import PriceType

BOOK = Book(
    bids=((9_990, 200), (9_980, 300), (9_970, 100)),
    asks=((10_000, 300), (10_010, 200), (10_030, 500)),
)
S = OrderStatus


def test_a_buy_walks_the_levels_at_displayed_prices_up_to_its_limit() -> None:
    met = match_on_arrival(BOOK, Side.BUY, 10_010, 600)
    assert met.fills == ((10_000, 300), (10_010, 200))
    assert met.rest == 100
    assert met.book == Book(BOOK.bids, ((10_030, 500),))


def test_a_sell_walks_the_bids() -> None:
    met = match_on_arrival(BOOK, Side.SELL, 9_975, 250)
    assert met.fills == ((9_990, 200), (9_980, 50))
    assert met.rest == 0
    assert met.book.bids == ((9_980, 250), (9_970, 100))


def test_an_order_away_from_the_book_waits_and_takes_nothing() -> None:
    met = match_on_arrival(BOOK, Side.BUY, 9_999, 100)
    assert (met.fills, met.rest, met.book) == ((), 100, BOOK)


def test_volume_taken_is_gone_for_the_next_order() -> None:
    first = match_on_arrival(BOOK, Side.BUY, 10_000, 300)
    second = match_on_arrival(first.book, Side.BUY, 10_010, 300)
    assert second.fills == ((10_010, 200),)


def test_waiting_orders_fill_oldest_first_at_their_own_price() -> None:
    orders = [
        RestingOrder("young", Side.BUY, 10_020, 400, age=2),
        RestingOrder("old", Side.BUY, 10_010, 400, age=1),
        RestingOrder("far", Side.BUY, 9_000, 100, age=0),
    ]
    done = match_resting(orders, BOOK)
    assert done.fills == (Fill("old", 10_010, 400), Fill("young", 10_020, 100))
    assert [(order.order_id, order.volume) for order in done.orders] == [("far", 100), ("young", 300)]
    assert done.book == Book(BOOK.bids, ((10_030, 500),))


def test_both_sides_wait_apart() -> None:
    orders = [RestingOrder("s", Side.SELL, 9_985, 250, 0), RestingOrder("b", Side.BUY, 10_000, 50, 1)]
    done = match_resting(orders, BOOK)
    assert done.fills == (Fill("s", 9_985, 200), Fill("b", 10_000, 50))
    assert done.book == Book(BOOK.bids[1:], ((10_000, 250), *BOOK.asks[1:]))


def test_the_book_of_a_snapshot_leaves_empty_levels_out() -> None:
    time_ms = datetime_to_ms(datetime(2022, 6, 1, 9, 16, tzinfo=SHANGHAI))
    bids, asks = ((19_990, 6_000), (0, 1_400)), ((19_990, 6_000), (20_000, 0))
    quote = Quote(Symbol("000400.SZ"), time_ms, 0, 0, 0, 0, 19_380, 0, 0.0, bids, asks, Phase.OPEN_CALL)
    assert book_of(quote) == Book(((19_990, 6_000),), ((19_990, 6_000),))


P = PriceType


@pytest.mark.parametrize(
    ("kind", "volume", "fills", "status", "rest_price"),
    [
        (P.MARKET_PEER_PRICE_FIRST, 200, ((10_000, 200),), S.SUCCEEDED, None),
        (P.MARKET_PEER_PRICE_FIRST, 400, ((10_000, 300),), S.PART_SUCC, 10_000),
        (P.MARKET_MINE_PRICE_FIRST, 400, (), S.REPORTED, 9_990),
        (P.MARKET_SZ_FULL_OR_CANCEL, 1_000, ((10_000, 300), (10_010, 200), (10_030, 500)), S.SUCCEEDED, None),
        (P.MARKET_SZ_FULL_OR_CANCEL, 1_001, (), S.CANCELED, None),
        (
            P.MARKET_SZ_INSTBUSI_RESTCANCEL,
            1_001,
            ((10_000, 300), (10_010, 200), (10_030, 500)),
            S.PART_CANCEL,
            None,
        ),
        (
            P.MARKET_SH_CONVERT_5_LIMIT,
            1_100,
            ((10_000, 300), (10_010, 200), (10_030, 500)),
            S.PART_SUCC,
            10_030,
        ),
    ],
)
def test_market_types(
    kind: PriceType, volume: int, fills: object, status: OrderStatus, rest_price: int | None
) -> None:
    done = match_market(BOOK, Side.BUY, kind, volume)
    assert (done.fills, done.status, done.rest_price) == (fills, status, rest_price)


def test_market_sells_mirror_buys() -> None:
    done = match_market(BOOK, Side.SELL, P.MARKET_SH_CONVERT_5_CANCEL, 450, protect=9_980)
    assert done.fills == ((9_990, 200), (9_980, 250))
    assert done.book.bids == ((9_980, 50), (9_970, 100))
    assert match_market(BOOK, Side.SELL, P.MARKET_MINE_PRICE_FIRST, 100).rest_price == 10_000


@pytest.mark.parametrize(
    ("kind", "book", "status", "rest_price"),
    [
        (P.MARKET_SH_CONVERT_5_LIMIT, Book(bids=BOOK.bids), S.REPORTED, 9_990),
        (P.MARKET_SH_CONVERT_5_LIMIT, Book(), S.CANCELED, None),
        (P.MARKET_SH_CONVERT_5_CANCEL, Book(bids=BOOK.bids), S.CANCELED, None),
        (P.MARKET_PEER_PRICE_FIRST, Book(bids=BOOK.bids), S.CANCELED, None),
        (P.MARKET_MINE_PRICE_FIRST, Book(asks=BOOK.asks), S.CANCELED, None),
    ],
)
def test_market_types_on_an_empty_side(
    kind: PriceType, book: Book, status: OrderStatus, rest_price: int | None
) -> None:
    done = match_market(book, Side.BUY, kind, 100)
    assert (done.fills, done.unfilled, done.status, done.rest_price) == ((), 100, status, rest_price)


def test_nothing_fills_or_waits_beyond_the_protection_price() -> None:
    peer = match_market(BOOK, Side.BUY, P.MARKET_PEER_PRICE_FIRST, 100, protect=9_995)
    assert (peer.fills, peer.rest_price) == ((), 9_995)
    mine = match_market(BOOK, Side.BUY, P.MARKET_MINE_PRICE_FIRST, 100, protect=9_985)
    assert mine.rest_price == 9_985


level = st.tuples(st.integers(9_000, 11_000), st.integers(1, 900))


@st.composite
def books(draw: st.DrawFn) -> Book:
    prices = sorted(draw(st.sets(st.integers(900, 1_100), min_size=0, max_size=10)))
    split = draw(st.integers(0, len(prices)))
    volumes = st.integers(1, 900)
    bids = tuple((price * 10, draw(volumes)) for price in reversed(prices[:split]))
    asks = tuple((price * 10, draw(volumes)) for price in prices[split:])
    return Book(bids[:5], asks[:5])


def shown(book: Book) -> int:
    return sum(volume for _, volume in (*book.bids, *book.asks))


@settings(max_examples=300, deadline=None)
@given(
    book=books(),
    side=st.sampled_from(list(Side)),
    price=st.integers(850, 1_150),
    volume=st.integers(1, 3_000),
    kind=st.sampled_from([None, *(kind for kind in PriceType if 42 <= kind <= 48)]),
)
def test_filled_and_left_are_what_was_there(
    book: Book, side: Side, price: int, volume: int, kind: PriceType | None
) -> None:
    limit = price * 10
    if kind is None:
        met = match_on_arrival(book, side, limit, volume)
        fills, rest, left = met.fills, met.rest, met.book
    else:
        done = match_market(book, side, kind, volume, protect=limit)
        fills, rest, left = done.fills, done.unfilled, done.book
    filled = sum(part for _, part in fills)
    assert filled + rest == volume
    assert shown(book) - shown(left) == filled
    assert all(part > 0 for _, part in fills)
    assert all(at <= limit if side is Side.BUY else at >= limit for at, _ in fills)
    prices = [at for at, _ in fills]
    assert prices == sorted(prices, reverse=side is Side.SELL)


@settings(max_examples=200, deadline=None)
@given(
    book=books(),
    asked=st.lists(
        st.tuples(st.sampled_from(list(Side)), st.integers(850, 1_150), st.integers(1, 900)), max_size=6
    ),
)
def test_waiting_orders_take_no_more_than_is_shown(book: Book, asked: list[tuple[Side, int, int]]) -> None:
    orders = [
        RestingOrder(str(age), side, price * 10, volume, age)
        for age, (side, price, volume) in enumerate(asked)
    ]
    done = match_resting(orders, book)
    filled = {fill.order_id: fill.volume for fill in done.fills}
    left = {order.order_id: order.volume for order in done.orders}
    for order in orders:
        assert filled.get(order.order_id, 0) + left.get(order.order_id, 0) == order.volume
    assert shown(book) - shown(done.book) == sum(filled.values())
