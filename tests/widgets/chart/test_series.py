"""Bars as columns: history, the growing bar, corrections; averages against their definition."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.widgets.chart.chart_records import DAY, at, bar, daily_bars, minute_bars, wave
from widgets.chart.series import Change, Series, midnight_of
from widgets.chart.studies import Studies, ema, moving_average


def test_history_is_sorted_and_a_repeated_stamp_keeps_the_later_bar() -> None:
    first, second = minute_bars(2)
    later = replace(second, close=second.close + 50)
    series = Series([second, first, later])
    assert series.time_ms.tolist() == [first.time_ms, second.time_ms]
    assert series.close.tolist() == [first.close, later.close]


def test_a_tick_replaces_the_last_bar_and_the_next_minute_appends() -> None:
    bars = minute_bars(3)
    series = Series(bars[:2])
    assert series.put(replace(bars[1], close=1)) is Change.LAST
    assert series.put(replace(bars[1], close=1)) is Change.IGNORED
    assert series.put(bars[2]) is Change.APPENDED
    assert series.put(replace(bars[0], close=2)) is Change.MIDDLE
    assert series.put(bar(at(9, 0), wave(0))) is Change.IGNORED
    assert series.close.tolist() == [2, 1, bars[2].close]


def test_a_series_grows_past_its_first_capacity_without_losing_bars() -> None:
    bars = minute_bars(240)
    series = Series()
    for one in bars:
        assert series.put(one) is Change.APPENDED
    assert series.count == 240
    assert series.volume.tolist() == [b.volume for b in bars]
    assert series.amount.tolist() == [b.amount for b in bars]


def test_a_day_is_found_by_its_shanghai_midnight() -> None:
    yesterday = minute_bars(10, DAY.replace(day=19))
    today = minute_bars(5)
    series = Series([*yesterday, *today])
    assert series.day_range(midnight_of(today[0].time_ms)) == (10, 15)
    assert midnight_of(today[-1].time_ms) == midnight_of(today[0].time_ms) == round(DAY.timestamp() * 1000)


@given(st.lists(st.integers(1, 10**7), min_size=1, max_size=300), st.integers(1, 70))
def test_a_moving_average_is_the_mean_of_its_window(values: list[int], span: int) -> None:
    got = moving_average(np.array(values, dtype=np.int64), span)
    for index in range(len(values)):
        if index < span - 1:
            assert np.isnan(got[index])
        else:
            assert got[index] == pytest.approx(np.mean(values[index - span + 1 : index + 1]))


@given(st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=400), st.sampled_from([9, 12, 26]))
def test_an_exponential_average_follows_its_recursion(values: list[int], span: int) -> None:
    got = ema(np.array(values, dtype=np.int64), span)
    expected = float(values[0])
    for index, value in enumerate(values):
        expected += (value - expected) * 2 / (span + 1)
        assert got[index] == pytest.approx(expected, abs=1e-6)


def test_a_tick_leaves_the_averages_as_a_full_computation_would() -> None:
    bars = daily_bars(90)
    series = Series(bars)
    studies = Studies(series)
    series.put(replace(bars[-1], close=bars[-1].close + 730, volume=99_999))
    studies.refresh_last()
    fresh = Studies(series)
    for span, line in fresh.price.items():
        assert studies.price[span][-1] == pytest.approx(line[-1])
    for span, line in fresh.volume.items():
        assert studies.volume[span][-1] == pytest.approx(line[-1])
    assert [studies.dif[-1], studies.dea[-1], studies.bar[-1]] == pytest.approx(
        [fresh.dif[-1], fresh.dea[-1], fresh.bar[-1]]
    )
