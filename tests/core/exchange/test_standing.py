"""A resting order's place in the queue, step by step, and what holds whatever the snapshots are."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.enums import Phase, Side
from core.domain.market import Level, Quote, Symbol
from core.exchange.matching import Book
from core.exchange.standing import Advanced, Standing, advance, displayed_ahead, traded_through

TICK = 10


def shot(
    time_ms: int,
    last: int,
    bids: tuple[Level, ...],
    asks: tuple[Level, ...],
    trades: tuple[tuple[int, int], ...] = (),
    before: Quote | None = None,
) -> Quote:
    """A snapshot; `trades` are the (price, volume) since `before`."""
    volume = (before.volume if before else 0) + sum(volume for _, volume in trades)
    amount = (before.amount if before else 0.0) + sum(price * volume for price, volume in trades) / 1000
    return Quote(
        Symbol("600000.SH"),
        time_ms,
        last,
        last,
        last,
        last,
        10_000,
        volume,
        amount,
        bids,
        asks,
        Phase.CONTINUOUS,
    )


FIRST = shot(0, 10_000, ((9_990, 500), (9_980, 800)), ((10_000, 300), (10_010, 900)))


def buy(price: int, volume: int = 200, ahead: int | None = 500, age: int = 1, since: int = 0) -> Standing:
    return Standing(age, Side.BUY, price, volume, age, ahead, since)


def after(
    trades: tuple[tuple[int, int], ...],
    *orders: Standing,
    bids: tuple[Level, ...] = ((9_990, 500), (9_980, 800)),
    asks: tuple[Level, ...] = ((10_000, 300),),
    last: int | None = None,
) -> Advanced:
    shown = last if last is not None else trades[-1][0] if trades else FIRST.last
    return advance(orders, FIRST, shot(3000, shown, bids, asks, trades, FIRST), TICK)


def test_an_order_joins_behind_what_is_displayed_at_its_price() -> None:
    book = Book(((9_990, 500), (9_970, 800)), ())
    assert displayed_ahead(book, Side.BUY, 9_990) == 500
    assert displayed_ahead(book, Side.BUY, 9_995) == 0
    assert displayed_ahead(book, Side.BUY, 9_980) == 0
    assert displayed_ahead(book, Side.BUY, 9_000) == 0, "fewer than five levels: the whole side is shown"
    full = Book(tuple((9_990 - 10 * n, 100) for n in range(5)), ())
    assert displayed_ahead(full, Side.BUY, 9_000) is None
    sells = Book((), tuple((10_000 + 20 * n, 100) for n in range(5)))
    assert displayed_ahead(sells, Side.SELL, 10_010) == 0
    assert displayed_ahead(sells, Side.SELL, 10_100) is None


def test_volume_that_traded_at_the_bid_moves_it_forward_and_then_fills_it() -> None:
    waiting = after(((9_990, 300),), buy(9_990))
    assert waiting.fills == ()
    assert waiting.orders[0].ahead == 200
    filled = after(((9_990, 650),), buy(9_990))
    assert [(fill.price, fill.volume) for fill in filled.fills] == [(9_990, 150)]
    assert (filled.orders[0].volume, filled.orders[0].ahead) == (50, 0)


def test_volume_that_may_have_traded_at_the_offer_proves_nothing() -> None:
    mixed = after(((10_000, 400), (9_990, 100)), buy(9_990))
    assert mixed.orders[0].ahead == 400
    at_offer = after(((10_000, 5_000),), buy(9_990))
    assert at_offer.orders[0].ahead == 500
    assert at_offer.fills == ()


def test_cancelled_volume_moves_it_forward_but_new_volume_stands_behind() -> None:
    assert after((), buy(9_990), bids=((9_990, 120), (9_980, 800))).orders[0].ahead == 120
    assert after((), buy(9_990), bids=((9_990, 5_000), (9_980, 800))).orders[0].ahead == 500


def test_an_offer_at_or_below_its_price_fills_it_at_its_own_price() -> None:
    done = after(((9_980, 100),), buy(9_990, 400), bids=((9_970, 100),), asks=((9_980, 300), (9_990, 50)))
    assert [(fill.price, fill.volume) for fill in done.fills] == [(9_990, 350)]
    assert done.book.asks == ()
    assert (done.orders[0].volume, done.orders[0].ahead) == (50, 0)


def test_inside_the_spread_trades_do_not_fill_it() -> None:
    wide = shot(0, 10_000, ((9_950, 500),), ((10_050, 500),))
    order = buy(10_000, ahead=0)
    later = shot(3000, 9_950, ((9_950, 100),), ((10_050, 500),), ((9_950, 400),), wide)
    assert advance([order], wide, later, TICK).fills == ()
    wiped = shot(3000, 9_990, ((9_980, 100),), ((10_000, 500),), ((9_990, 5_000),), FIRST)
    stays = advance([buy(9_990)], FIRST, wiped, TICK)
    assert stays.fills == ()
    assert stays.orders[0].ahead == 0, "it is now the best, and first"


def test_better_prices_go_first_and_whoever_waits_holds_back_those_behind() -> None:
    older, newer = buy(9_990, 200, 100, age=1), buy(9_990, 200, 100, age=2)
    done = after(((9_990, 350),), newer, older)
    assert [(fill.order_id, fill.volume) for fill in done.fills] == [(1, 200), (2, 50)]
    inside = buy(9_995, 200, 0, age=3)
    held = after(((9_990, 5_000),), inside, older)
    assert held.fills == (), "in truth those trades would have met the better order"


def test_trades_of_an_interval_that_began_before_it_joined_do_not_count() -> None:
    assert after(((9_990, 5_000),), buy(9_990, since=1)).fills == ()


def test_an_unknown_queue_is_counted_from_the_first_snapshot_that_shows_it() -> None:
    seen = after(((9_990, 5_000),), buy(9_980, ahead=None))
    assert seen.fills == ()
    assert seen.orders[0].ahead == 800


def test_a_locked_limit_is_a_queue_like_any_other() -> None:
    locked = shot(0, 11_000, ((11_000, 90_000),), ())
    order = buy(11_000, 300, 90_000)
    some = shot(3000, 11_000, ((11_000, 60_000),), (), ((11_000, 40_000),), locked)
    step = advance([order], locked, some, TICK)
    assert step.orders[0].ahead == 50_000
    rest = shot(6000, 11_000, ((11_000, 10_000),), (), ((11_000, 50_200),), some)
    assert [(fill.price, fill.volume) for fill in advance(step.orders, some, rest, TICK).fills] == [
        (11_000, 200)
    ]


@pytest.mark.parametrize("side", [Side.BUY, Side.SELL])
def test_without_amounts_nothing_is_proven(side: Side) -> None:
    later = replace(FIRST, volume=1000)
    assert traded_through(FIRST, later, side, 9_990, TICK) == 0


prices = st.integers(990, 1_010).map(lambda ticks: ticks * 10)
volumes = st.integers(1, 50).map(lambda lots: lots * 100)


@st.composite
def days(draw: st.DrawFn) -> list[Quote]:
    """Snapshots whose trades happened at prices between the books around them."""
    bid = draw(st.integers(995, 1_000))
    shown: list[Quote] = []
    for step in range(draw(st.integers(2, 12))):
        spread = draw(st.integers(1, 3))
        bids = tuple(((bid - n) * 10, draw(volumes)) for n in range(draw(st.integers(0, 5))))
        asks = tuple(((bid + spread + n) * 10, draw(volumes)) for n in range(draw(st.integers(0, 5))))
        trades = tuple(
            (price * 10, draw(volumes))
            for price in draw(st.lists(st.integers(bid - 1, bid + spread + 1), max_size=4))
        )
        before = shown[-1] if shown else None
        last = trades[-1][0] if trades else before.last if before else bid * 10
        shown.append(shot(step * 3000, last, bids, asks, trades, before))
        bid += draw(st.integers(-2, 2))
    return shown


orders = st.lists(
    st.tuples(st.sampled_from(Side), prices, volumes, st.one_of(st.none(), st.integers(0, 3_000))), max_size=8
)


@given(days(), orders)
def test_fills_never_exceed_what_was_shown_or_traded_and_never_leave_the_limit(
    day: list[Quote], drawn: list[tuple[Side, int, int, int | None]]
) -> None:
    waiting = [
        Standing(n, side, price, volume, n, ahead) for n, (side, price, volume, ahead) in enumerate(drawn)
    ]
    first = {order.order_id: order for order in waiting}
    filled: dict[int, int] = {}
    for before, now in itertools.pairwise(day):
        done = advance(waiting, before, now, TICK)
        for side in Side:
            mine = [fill for fill in done.fills if first[fill.order_id].side is side]
            book = now.asks if side is Side.BUY else now.bids
            assert (
                sum(fill.volume for fill in mine)
                <= sum(volume for _, volume in book) + now.volume - before.volume
            )
        for fill in done.fills:
            order = first[fill.order_id]
            assert fill.price == order.price
            inside = now.best_bid < fill.price < now.best_ask
            assert not inside
            filled[fill.order_id] = filled.get(fill.order_id, 0) + fill.volume
        left = {order.order_id: order.volume for order in done.orders}
        for number, order in first.items():
            assert left.get(number, 0) + filled.get(number, 0) == order.volume
        for order in done.orders:
            known = next(old for old in waiting if old.order_id == order.order_id)
            assert known.ahead is None or (order.ahead is not None and order.ahead <= known.ahead)
        waiting = list(done.orders)
