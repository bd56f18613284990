"""Own orders in a call auction: against a recorded result, and in an auction with what is displayed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.domain.enums import Phase, Side
from core.domain.market import Level, Quote, Symbol
from core.exchange.calling import CallOrder, fill_own, fill_recorded, unmatched


def call(bids: tuple[Level, ...], asks: tuple[Level, ...]) -> Quote:
    return Quote(Symbol("600000.SH"), 0, 0, 0, 0, 0, 10_000, 0, 0.0, bids, asks, Phase.OPEN_CALL)


def buy(price: int, volume: int, age: int = 1) -> CallOrder:
    return CallOrder(age, Side.BUY, price, volume, age)


def sell(price: int, volume: int, age: int = 1) -> CallOrder:
    return CallOrder(age, Side.SELL, price, volume, age)


def test_a_better_price_fills_up_to_the_recorded_volume_and_the_result_price_with_what_was_left_over() -> (
    None
):
    shown = call(((10_000, 500), (0, 0)), ((10_000, 500), (0, 300)))
    left = unmatched(shown, 10_000)
    orders = [
        buy(10_010, 400, 1),
        buy(10_020, 300, 2),
        buy(10_000, 400, 3),
        buy(9_990, 400, 4),
        sell(10_000, 100, 5),
    ]
    fills = fill_recorded(orders, 10_000, 500, left_over=left)
    assert [(fill.order_id, fill.price, fill.volume) for fill in fills] == [
        (2, 10_000, 300),
        (1, 10_000, 200),
        (3, 10_000, 300),
    ]


def test_what_was_left_over_is_unknown_when_the_result_has_another_price() -> None:
    shown = call(((10_000, 500), (0, 0)), ((10_000, 500), (0, 300)))
    assert fill_recorded([buy(10_050, 100)], 10_050, 500, left_over=unmatched(shown, 10_050)) == ()


def test_an_auction_of_its_own_meets_the_displayed_orders_and_displayed_volume_goes_first() -> None:
    shown = call(((9_990, 1000),), ((10_000, 200),))
    fills = fill_own("SH", [buy(10_100, 300)], shown, reference=10_000, tick=10).fills
    assert [fill.volume for fill in fills] == [200]
    assert fills[0].price >= 10_000
    indicative = call(((10_000, 500), (0, 0)), ((10_000, 500), (0, 300)))
    fills = fill_own("SZ", [buy(10_000, 400)], indicative, reference=10_000, tick=10).fills
    assert [(fill.price, fill.volume) for fill in fills] == [(10_000, 300)]


def test_own_orders_do_not_make_a_trade_that_nobody_displayed() -> None:
    orders = [buy(10_100, 300, 1), sell(9_900, 300, 2)]
    made = fill_own("SH", orders, call((), ()), reference=10_000, tick=10)
    assert (made.fills, made.price) == ((), None)


def test_what_traded_in_an_auction_of_its_own_is_displayed_no_more() -> None:
    shown = call(((9_990, 1000),), ((10_000, 200), (10_020, 300)))
    made = fill_own("SH", [buy(10_020, 300)], shown, reference=10_000, tick=10)
    assert (made.price, made.bids, made.asks) == (10_020, shown.bids, ((10_020, 200),))
    crossed = call(((10_000, 500), (0, 0)), ((10_000, 500), (0, 300)))
    made = fill_own("SZ", [], crossed, reference=10_000, tick=10)
    assert (made.price, made.bids, made.asks) == (10_000, (), ((10_000, 300),))


def test_what_an_own_order_would_have_taken_of_the_other_side_is_taken_from_what_is_displayed() -> None:
    shown = call(((9_990, 1000),), ((10_000, 300),))
    orders = [buy(10_040, 800, 1), sell(9_990, 700, 2)]
    made = fill_own("SZ", orders, shown, reference=10_000, tick=10)
    assert [(fill.order_id, fill.volume) for fill in made.fills] == [(1, 300)]
    assert (made.bids, made.asks) == (shown.bids, ())


drawn = st.lists(st.tuples(st.sampled_from(Side), st.integers(990, 1010), st.integers(1, 30)), max_size=8)
levels = st.lists(st.tuples(st.integers(990, 1010).map(lambda p: p * 10), st.integers(1, 30)), max_size=5)


@given(drawn, levels, levels, st.sampled_from(["SH", "SZ", "BJ"]))
def test_an_auction_has_one_price_within_all_limits_and_takes_no_more_than_is_displayed(
    asked: list[tuple[Side, int, int]], bids: list[Level], asks: list[Level], exchange: str
) -> None:
    orders = [CallOrder(n, side, price * 10, volume, n) for n, (side, price, volume) in enumerate(asked)]
    shown = call(tuple(sorted(bids, reverse=True)), tuple(sorted(asks)))
    fills = fill_own(exchange, orders, shown, reference=10_000, tick=10).fills
    assert len({fill.price for fill in fills}) <= 1
    for side, opposite in ((Side.BUY, asks), (Side.SELL, bids)):
        mine = [fill for fill in fills if orders[fill.order_id].side is side]
        for fill in mine:
            order = orders[fill.order_id]
            assert fill.volume <= order.volume
            assert fill.price <= order.price if side is Side.BUY else fill.price >= order.price
        reachable = sum(
            v
            for p, v in opposite
            if not mine or (p <= mine[0].price if side is Side.BUY else p >= mine[0].price)
        )
        assert sum(fill.volume for fill in mine) <= reachable
