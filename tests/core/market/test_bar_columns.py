"""Bars made all at once against the builder that makes them one snapshot at a time: the same, to the last bit."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.enums import Period
from core.domain.market import Bar, Quote, Symbol
from core.market.bar_columns import bars_from_columns, bars_in_bulk, tick_columns
from core.market.bars import bar_end, bar_ends, bar_index, bar_indices, bars_from_quotes, midnight
from tests.fakes.market import at, quote

A, B = Symbol("600000.SH"), Symbol("000001.SZ")
PERIODS = list(Period)


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize("day", ["sz5", "sh30"])
def test_recorded_days(day: str, period: Period, request: pytest.FixtureRequest) -> None:
    quotes: list[Quote] = request.getfixturevalue(day)
    found = bars_in_bulk(quotes, period)
    assert found
    assert found == bars_from_quotes(quotes, period)


@pytest.mark.parametrize("seed", range(6))
def test_recorded_days_with_holes_and_disorder(seed: int, sz5: list[Quote], sh30: list[Quote]) -> None:
    """Late starts, long silences, snapshots out of order, without price, and totals that go back."""
    dice = Random(seed)
    day = sz5 if seed % 2 else sh30
    quotes = [item for item in day[dice.randrange(len(day) // 2) :] if dice.random() < 0.2]
    for place in dice.sample(range(len(quotes) - 1), len(quotes) // 40):
        quotes[place], quotes[place + 1] = quotes[place + 1], quotes[place]
    for place in dice.sample(range(len(quotes)), len(quotes) // 40):
        broken = {"last": 0} if dice.random() < 0.5 else {"volume": 7, "amount": 0.7}
        quotes[place] = replace(quotes[place], **broken)
    for period in PERIODS:
        assert bars_in_bulk(quotes, period) == bars_from_quotes(quotes, period)


prices = st.sampled_from([0, 9_000, 9_500, 10_000, 10_500, 11_000])
snapshots = st.builds(
    replace,
    st.sampled_from([quote(A, "10:00:00", "10.00"), quote(B, "10:00:00", "10.00")]),
    time_ms=st.builds(
        lambda day, clock: at(f"2026-11-{day} 09:00:00") + clock,
        st.sampled_from(["18", "19", "20"]),
        st.one_of(st.integers(0, 23_000_000), st.sampled_from([1_800_000, 1_860_000, 9_000_000, 14_400_000])),
    ),
    last=prices,
    open=prices,
    high=prices,
    low=prices,
    pre_close=prices,
    volume=st.integers(0, 5),
    amount=st.sampled_from([0.0, 0.1, 0.7, 1e9, 3.3]),
)


@settings(max_examples=400, deadline=None)
@given(st.lists(snapshots, max_size=40), st.sampled_from([0, 0, 1, 2]), st.sampled_from(PERIODS))
def test_any_snapshots(quotes: list[Quote], order: int, period: Period) -> None:
    """By time with and without totals that only grow, or in no order at all."""
    if order < 2:
        quotes = sorted(quotes, key=lambda item: item.time_ms)
    if order == 0:
        quotes = [replace(item, volume=100 * place) for place, item in enumerate(quotes)]
    assert bars_in_bulk(quotes, period) == bars_from_quotes(quotes, period)


@given(st.lists(st.integers(at("2026-11-18 00:00:00"), at("2026-11-20 23:59:59")), min_size=1))
def test_many_moments_are_placed_as_one_is(moments: list[int]) -> None:
    for period in PERIODS:
        index, day = bar_indices(np.array(moments), period)
        assert [None if i < 0 else i for i in index.tolist()] == [bar_index(m, period) for m in moments]
        assert day.tolist() == [midnight(m) for m in moments]
        inside = index >= 0
        assert bar_ends(day, index, period)[inside].tolist() == [
            bar_end(d, i, period) for d, i in zip(day[inside].tolist(), index[inside].tolist(), strict=True)
        ]


def test_tables_are_by_symbol_and_leave_out_those_without_a_bar() -> None:
    quotes = [
        quote(B, "10:00:30", "9.00", volume=100),
        quote("300750.SZ", "10:00:30", "0"),
        quote(A, "10:00:31", "8.00", volume=100),
        quote(B, "10:00:50", "9.10", volume=300),
    ]
    second, first = bars_from_columns(tick_columns(quotes))
    assert (second.symbol, first.symbol) == (B, A)
    assert second.bars() == [Bar(B, Period.M1, at("10:01:00"), 9_100, 9_100, 9_100, 9_100, 200, 1_830.0)]


def test_nothing_gives_nothing() -> None:
    assert bars_in_bulk([]) == []
    assert bars_in_bulk([quote(A, "08:00:00", "8.00")]) == []
    assert bars_in_bulk([quote(A, "10:00:00", "0")]) == []
