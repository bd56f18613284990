"""Call-auction price: the common principles by brute force, the exchanges' own last steps by hand."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.enums import Side
from core.exchange.auction import AuctionOrder, auction_price


def orders(*rows: tuple[str, int, int]) -> list[AuctionOrder]:
    return [
        AuctionOrder(Side.BUY if side == "B" else Side.SELL, price, volume) for side, price, volume in rows
    ]


def test_nothing_crosses_no_price() -> None:
    assert auction_price("SH", orders(("B", 9_990, 100), ("S", 10_000, 100)), reference=10_000).price is None
    assert auction_price("SZ", [], reference=10_000).volume == 0


def test_largest_volume_wins() -> None:
    book = orders(("B", 10_050, 300), ("B", 10_000, 400), ("S", 9_980, 500), ("S", 10_030, 200))
    for exchange in ("SH", "SZ", "BJ"):
        found = auction_price(exchange, book, reference=10_000, every_tick=False)
        assert (found.price, found.volume) == (10_000, 500)


WIDE = orders(("B", 10_100, 500), ("S", 9_900, 500))


@pytest.mark.parametrize(
    ("exchange", "reference", "price"),
    [
        ("SH", 9_910, 10_000),
        ("SZ", 9_910, 9_910),
        ("BJ", 9_910, 9_910),
        ("SZ", 9_000, 9_900),
        ("BJ", 12_000, 10_100),
    ],
)
def test_last_step_of_each_exchange(exchange: str, reference: int, price: int) -> None:
    assert auction_price(exchange, WIDE, reference=reference).price == price


def test_the_middle_is_rounded_half_up_to_the_tick() -> None:
    book = orders(("B", 10_030, 500), ("S", 10_000, 500))
    assert auction_price("SH", book, reference=9_000).price == 10_020
    assert auction_price("SH", book, reference=9_000, tick=1).price == 10_015


def test_least_imbalance_before_nearness_except_in_beijing() -> None:
    book = orders(("B", 10_100, 500), ("B", 10_000, 300), ("S", 9_900, 500))
    near_low = {exchange: auction_price(exchange, book, reference=9_950) for exchange in ("SZ", "BJ")}
    assert near_low["SZ"].price == 10_010
    assert near_low["SZ"].unmatched == 0
    assert near_low["BJ"].price == 10_000


row = st.tuples(st.sampled_from("BS"), st.integers(990, 1_010), st.integers(1, 9))


@settings(max_examples=300, deadline=None)
@given(
    rows=st.lists(row, max_size=8),
    exchange=st.sampled_from(["SH", "SZ", "BJ"]),
    reference=st.integers(985, 1_015),
)
def test_the_price_is_one_of_the_best_of_all_ticks(
    rows: list[tuple[str, int, int]], exchange: str, reference: int
) -> None:
    found = auction_price(exchange, orders(*rows), reference=reference, tick=1)

    def volume_at(price: int) -> int:
        bought = sum(volume for side, at, volume in rows if side == "B" and at >= price)
        sold = sum(volume for side, at, volume in rows if side == "S" and at <= price)
        return min(bought, sold)

    most = max((volume_at(price) for price in range(980, 1_021)), default=0)
    assert found.volume == most
    assert (found.price is None) is (most == 0)
    if found.price is not None:
        assert volume_at(found.price) == most
        better_buys = sum(volume for side, at, volume in rows if side == "B" and at > found.price)
        better_sells = sum(volume for side, at, volume in rows if side == "S" and at < found.price)
        assert max(better_buys, better_sells) <= most
        if exchange != "SH":
            others = [p for p in range(980, 1_021) if volume_at(p) == most and _fair(rows, p, most)]
            if exchange == "BJ":
                assert abs(found.price - reference) == min(abs(p - reference) for p in others)


def _fair(rows: list[tuple[str, int, int]], price: int, most: int) -> bool:
    better_buys = sum(volume for side, at, volume in rows if side == "B" and at > price)
    better_sells = sum(volume for side, at, volume in rows if side == "S" and at < price)
    return max(better_buys, better_sells) <= most


def test_an_auction_of_the_whole_market_is_one_pass() -> None:
    """20,000 orders at as many prices: a product of both would not end."""
    orders = [AuctionOrder(Side.BUY, 10_000 + 10 * n, 100) for n in range(10_000)]
    orders += [AuctionOrder(Side.SELL, 10_000 + 10 * n, 100) for n in range(10_000)]
    found = auction_price("SZ", orders, reference=60_000)
    assert (found.price, found.volume) == (60_000, 500_000)
