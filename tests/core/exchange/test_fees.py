"""Fees by date and class, cumulative fills, freeze, proceeds, break-even."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.enums import Side
from core.exchange.fees import DEFAULT_FEES, NO_FEES, Fees, FeeSchedule
from core.exchange.refusals import Refused

D = Decimal
NOW = date(2026, 11, 20)
SYMBOLS = ("600000.SH", "000001.SZ", "688981.SH", "920002.BJ", "510300.SH", "113050.SH")


@pytest.mark.parametrize(
    ("symbol", "side", "day", "stamp", "transfer"),
    [
        ("600000.SH", Side.SELL, NOW, "50.00", "1.00"),
        ("600000.SH", Side.BUY, NOW, "0", "1.00"),
        ("600000.SH", Side.SELL, date(2023, 8, 27), "100.00", "1.00"),
        ("600000.SH", Side.SELL, date(2023, 8, 28), "50.00", "1.00"),
        ("600000.SH", Side.SELL, date(2022, 4, 28), "100.00", "2.00"),
        ("600000.SH", Side.SELL, date(2022, 4, 29), "100.00", "1.00"),
        ("600000.SH", Side.BUY, date(2008, 9, 18), "100.00", "2.00"),
        ("600000.SH", Side.BUY, date(2008, 9, 19), "0", "2.00"),
        ("510300.SH", Side.SELL, NOW, "0", "0"),
        ("113050.SH", Side.SELL, NOW, "0", "0"),
        ("920002.BJ", Side.SELL, NOW, "50.00", "1.00"),
    ],
)
def test_duties_by_date_and_class(symbol: str, side: Side, day: date, stamp: str, transfer: str) -> None:
    fees = DEFAULT_FEES.fees(symbol, side, D(100_000), day)
    assert (str(fees.stamp), str(fees.transfer)) == (stamp, transfer)


def test_commission_with_its_minimum() -> None:
    assert DEFAULT_FEES.fees("600000.SH", Side.BUY, D(20_000), NOW).commission == 5
    assert DEFAULT_FEES.fees("600000.SH", Side.BUY, D(20_040), NOW).commission == D("5.01")
    assert DEFAULT_FEES.fees("113050.SH", Side.BUY, D(10_000), NOW).commission == 1
    assert DEFAULT_FEES.fees("600000.SH", Side.BUY, D(0), NOW) == NO_FEES


def test_half_a_cent_goes_up() -> None:
    cheap = FeeSchedule(commission_rate=D("0.0001"), commission_min=D(0))
    assert cheap.fees("600000.SH", Side.BUY, D("1050"), NOW).commission == D("0.11")


def test_partial_fills_are_charged_the_difference_and_the_minimum_once() -> None:
    first = DEFAULT_FEES.fill_fees("600000.SH", Side.BUY, D(0), D(4_000), NOW)
    second = DEFAULT_FEES.fill_fees("600000.SH", Side.BUY, D(4_000), D(10_000), NOW)
    third = DEFAULT_FEES.fill_fees("600000.SH", Side.BUY, D(10_000), D(40_000), NOW)
    assert [part.commission for part in (first, second, third)] == [5, 0, 5]


@settings(max_examples=300, deadline=None)
@given(
    symbol=st.sampled_from(SYMBOLS),
    side=st.sampled_from(list(Side)),
    fills=st.lists(st.tuples(st.integers(1, 2_000), st.integers(1, 5_000)), min_size=1, max_size=8),
)
def test_fees_of_the_parts_sum_to_the_fees_of_the_whole(
    symbol: str, side: Side, fills: list[tuple[int, int]]
) -> None:
    done, paid = D(0), NO_FEES
    for ticks, volume in fills:
        after = done + D(ticks) / 100 * volume
        part = DEFAULT_FEES.fill_fees(symbol, side, done, after, NOW)
        paid = Fees(paid.commission + part.commission, paid.stamp + part.stamp, paid.transfer + part.transfer)
        done = after
        assert min(part.commission, part.stamp, part.transfer) >= 0
    assert paid == DEFAULT_FEES.fees(symbol, side, done, NOW)


def rounded(amount: Fraction) -> int:
    """Cents, half up."""
    return int(amount * 100 + Fraction(1, 2))


@settings(max_examples=500, deadline=None)
@given(ticks=st.integers(1, 300_000), volume=st.integers(1, 200_000))
def test_a_stock_sell_costs_what_fractions_say(ticks: int, volume: int) -> None:
    amount = Fraction(ticks, 100) * volume
    cents = (
        max(rounded(amount * Fraction(25, 100_000)), 500)
        + rounded(amount * Fraction(5, 10_000))
        + rounded(amount / 100_000)
    )
    fees = DEFAULT_FEES.order_fees("600000.SH", Side.SELL, D(ticks) / 100, volume, NOW)
    assert fees.total * 100 == cents
    proceeds = DEFAULT_FEES.net_proceeds("600000.SH", D(ticks) / 100, volume, NOW)
    assert proceeds * 100 == rounded(amount) - cents


def test_freeze_and_proceeds() -> None:
    assert DEFAULT_FEES.cash_to_freeze("600000.SH", D("10.00"), 1_000, NOW) == D("10005.10")
    assert DEFAULT_FEES.net_proceeds("600000.SH", D("10.00"), 100, NOW) == D("994.49")


@settings(max_examples=200, deadline=None)
@given(
    symbol=st.sampled_from(SYMBOLS),
    cost=st.integers(100, 50_000_000),
    lots=st.integers(1, 500),
)
def test_break_even_is_the_lowest_price_that_returns_the_cost(symbol: str, cost: int, lots: int) -> None:
    spent, volume = D(cost) / 100, lots * 100
    tick = D("0.01") if symbol[0] not in "51" else D("0.001")
    price = DEFAULT_FEES.break_even_price(symbol, spent, volume, NOW)
    assert price % tick == 0
    assert DEFAULT_FEES.net_proceeds(symbol, price, volume, NOW) >= spent
    if price > tick:
        assert DEFAULT_FEES.net_proceeds(symbol, price - tick, volume, NOW) < spent


def test_break_even_of_nothing_is_refused() -> None:
    with pytest.raises(Refused):
        DEFAULT_FEES.break_even_price("600000.SH", D(100), 0, NOW)


def test_repo_pays_by_its_days() -> None:
    assert DEFAULT_FEES.order_fees("204001.SH", Side.SELL, D("1.85"), 1_000, NOW).total == D("1.00")
    assert DEFAULT_FEES.order_fees("131801.SZ", Side.SELL, D("1.85"), 1_000, NOW).total == D("5.00")
