"""Bars from snapshots: real days add up, and each convention has its case."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby, pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.enums import Period
from core.domain.market import Bar, Quote, Symbol, ms_to_datetime
from core.market.bars import BarBuilder, aggregate, bar_end, bar_index, bars_from_quotes, midnight
from tests.fakes.market import at, milli
from tests.fakes.market import quote as make

SYMBOL = Symbol("600000.SH")


def tick(clock: str, last: str, volume: int, **prices: Any) -> Quote:
    plain = make(SYMBOL, clock, last, pre_close="10.00", volume=volume)
    return replace(plain, amount=float(volume) * 10, **prices)


def clock_of(bar: Bar) -> str:
    return ms_to_datetime(bar.time_ms).strftime("%H:%M")


@pytest.mark.parametrize("day", ["sz5", "sh30"])
def test_a_real_day_adds_up(day: str, request: pytest.FixtureRequest) -> None:
    quotes: list[Quote] = request.getfixturevalue(day)
    last = {quote.symbol: quote for quote in quotes}
    bars = bars_from_quotes(quotes)
    for symbol, group in groupby(bars, key=lambda bar: bar.symbol):
        mine, end = list(group), last[symbol]
        assert len(mine) == (240 if day == "sz5" else 60)
        assert [b.time_ms for b in mine] == [
            bar_end(midnight(end.time_ms), index, Period.M1) for index in range(len(mine))
        ]
        assert sum(bar.volume for bar in mine) == end.volume
        assert sum(bar.amount for bar in mine) == pytest.approx(end.amount)
        assert all(b.low <= min(b.open, b.close) <= max(b.open, b.close) <= b.high for b in mine)
        (whole,) = aggregate(mine, Period.D1)
        assert (whole.open, whole.high, whole.low, whole.close) == (end.open, end.high, end.low, end.last)
        direct = bars_from_quotes([quote for quote in quotes if quote.symbol == symbol], Period.M5)
        summed = aggregate(mine, Period.M5)
        assert [(b.time_ms, b.open, b.high, b.low, b.close, b.volume) for b in summed] == [
            (b.time_ms, b.open, b.high, b.low, b.close, b.volume) for b in direct
        ]


@pytest.mark.parametrize(
    ("clock", "end"),
    [
        ("09:15:00", "09:31"),
        ("09:25:03", "09:31"),
        ("09:30:00", "09:31"),
        ("09:31:00", "09:31"),
        ("09:31:01", "09:32"),
        ("11:29:01", "11:30"),
        ("11:30:00", "11:30"),
        ("11:30:03", "11:30"),
        ("12:59:59", "11:30"),
        ("13:00:00", "13:01"),
        ("13:01:00", "13:01"),
        ("14:59:30", "15:00"),
        ("15:00:00", "15:00"),
        ("15:02:30", "15:00"),
    ],
)
def test_which_minute_a_snapshot_belongs_to(clock: str, end: str) -> None:
    index = bar_index(at(clock), Period.M1)
    assert index is not None
    stamp = ms_to_datetime(bar_end(midnight(at(clock)), index, Period.M1))
    assert stamp.strftime("%H:%M") == end


@pytest.mark.parametrize("clock", ["09:14:59", "15:05:01", "20:00:00"])
def test_outside_the_day_there_is_no_bar(clock: str) -> None:
    assert bar_index(at(clock), Period.M1) is None
    assert BarBuilder(SYMBOL).add(tick(clock, "10.00", 100)) == []


def test_stamps_of_a_day() -> None:
    ends = {
        period: [
            ms_to_datetime(bar_end(midnight(at("10:00:00")), n, period)).strftime("%H:%M")
            for n in range(count)
        ]
        for period, count in ((Period.M1, 240), (Period.M5, 48), (Period.D1, 1))
    }
    assert (ends[Period.M1][0], ends[Period.M1][119], ends[Period.M1][120]) == ("09:31", "11:30", "13:01")
    assert (ends[Period.M5][0], ends[Period.M5][23], ends[Period.M5][24]) == ("09:35", "11:30", "13:05")
    assert ends[Period.M1][-1] == ends[Period.M5][-1] == ends[Period.D1][0] == "15:00"


def test_the_opening_auction_is_in_the_first_bar() -> None:
    builder = BarBuilder(SYMBOL)
    auction = {"open": milli("9.90"), "high": milli("9.90"), "low": milli("9.90")}
    assert builder.add(tick("09:20:00", "0", 0, open=0, high=0, low=0)) == []
    assert builder.add(tick("09:25:01", "9.90", 500, **auction)) == []
    assert (
        builder.add(
            tick("09:30:30", "10.10", 800, open=milli("9.90"), high=milli("10.20"), low=milli("9.90"))
        )
        == []
    )
    (bar,) = builder.finish()
    assert (clock_of(bar), bar.volume, bar.amount) == ("09:31", 800, 8000.0)
    assert (bar.open, bar.high, bar.low, bar.close) == (9_900, 10_200, 9_900, 10_100)


def test_quiet_minutes_are_flat_and_lunch_has_none() -> None:
    builder = BarBuilder(SYMBOL)
    builder.add(tick("11:27:30", "10.00", 100))
    done = builder.add(tick("13:01:30", "10.50", 160))
    assert [clock_of(bar) for bar in done] == ["11:28", "11:29", "11:30", "13:01"]
    assert [(bar.close, bar.volume) for bar in done[1:]] == [(10_000, 0)] * 3
    current = builder.current
    assert current is not None
    assert (clock_of(current), current.open, current.volume) == ("13:02", 10_500, 60)


def test_started_late_it_leaves_out_what_it_did_not_see() -> None:
    (bar,) = bars_from_quotes([tick("10:15:30", "10.00", 90_000), tick("10:15:40", "10.01", 90_300)])
    assert (clock_of(bar), bar.volume) == ("10:16", 300)


def test_a_first_trade_that_comes_late_is_flat_before() -> None:
    opening = {"open": 0, "high": 0, "low": 0}
    trade = {"open": milli("10.30"), "high": milli("10.40"), "low": milli("10.20")}
    bars = bars_from_quotes([tick("09:20:00", "0", 0, **opening), tick("09:32:30", "10.25", 200, **trade)])
    assert [(clock_of(b), b.open, b.high, b.low, b.close, b.volume) for b in bars] == [
        ("09:31", 10_000, 10_000, 10_000, 10_000, 0),
        ("09:32", 10_000, 10_000, 10_000, 10_000, 0),
        ("09:33", 10_300, 10_400, 10_200, 10_250, 200),
    ]


def test_a_new_day_starts_over() -> None:
    builder = BarBuilder(SYMBOL)
    builder.add(tick("2026-11-19 14:59:58", "10.00", 5_000))
    (bar,) = builder.add(tick("2026-11-20 09:30:00", "10.10", 70))
    assert (clock_of(bar), bar.close) == ("15:00", 10_000)
    current = builder.current
    assert current is not None
    assert (clock_of(current), current.volume) == ("09:31", 70)


def test_time_and_volume_that_go_back() -> None:
    builder = BarBuilder(SYMBOL)
    builder.add(tick("10:00:10", "10.00", 1_000))
    builder.add(tick("10:00:10", "10.02", 1_100))
    builder.add(tick("10:00:07", "9.00", 1_050))
    builder.add(tick("10:00:20", "10.01", 900))
    assert builder.dropped_old == 1
    (bar,) = builder.finish()
    # Volume seen begins with the second snapshot, and so do its prices.
    assert (bar.low, bar.close, bar.volume) == (10_010, 10_010, 100)


def test_a_snapshot_without_a_price_among_others_tells_nothing() -> None:
    builder = BarBuilder(SYMBOL)
    builder.add(tick("10:00:10", "10.00", 1_000))
    builder.add(tick("10:00:20", "0", 1_400))
    builder.add(tick("10:00:30", "10.02", 1_600))
    (bar,) = builder.finish()
    assert (bar.low, bar.close, bar.volume, bar.amount) == (10_020, 10_020, 600, 6_000.0)


def test_an_amount_that_goes_back_is_not_taken_from_the_bar() -> None:
    builder = BarBuilder(SYMBOL)
    for second, amount in ((10, 1_000.0), (20, 1_500.0), (30, 1_200.0), (40, 1_300.0)):
        builder.add(replace(tick(f"10:00:{second}", "10.00", second), amount=amount))
    done = builder.add(replace(tick("10:01:10", "10.00", 60), amount=1_350.0))
    assert [bar.amount for bar in (*done, *builder.finish())] == [600.0, 50.0]


def test_an_earlier_day_is_dropped() -> None:
    builder = BarBuilder(SYMBOL)
    builder.add(tick("2026-11-20 08:00:00", "10.00", 0))
    assert builder.add(tick("2026-11-19 10:00:00", "9.00", 100)) == []
    assert (builder.dropped_old, builder.current) == (1, None)


@given(
    st.lists(
        st.tuples(st.integers(0, 6 * 3600), st.integers(9_000, 11_000), st.integers(0, 10_000)),
        min_size=1,
        max_size=60,
    )
)
def test_any_day_keeps_its_shape(steps: list[tuple[int, int, int]]) -> None:
    """Volumes are never negative, stamps rise, prices lie within their bar, and the volume adds up."""
    quotes, volume = [], 0
    start = at("09:20:00")
    for offset, last, traded in sorted(steps, key=lambda step: step[0]):
        volume += traded
        plain = make(SYMBOL, start + offset * 1000, "10.00", volume=volume)
        quotes.append(replace(plain, last=last, open=last, high=last, low=last))
    bars = bars_from_quotes(quotes)
    assert all(bar.volume >= 0 and bar.low <= bar.open <= bar.high for bar in bars)
    assert all(bar.low <= bar.close <= bar.high for bar in bars)
    assert all(a.time_ms < b.time_ms for a, b in pairwise(bars))
    inside = [quote for quote in quotes if bar_index(quote.time_ms, Period.M1) is not None]
    known = (
        0 if inside and bar_index(inside[0].time_ms, Period.M1) == 0 else (inside[0].volume if inside else 0)
    )
    assert sum(bar.volume for bar in bars) == (inside[-1].volume - known if inside else 0)
