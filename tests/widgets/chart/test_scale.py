"""Numbers to pixels: zoom keeps its anchor, tags never overlap, ranges hold what they must."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from widgets.chart.scale import (
    LEAST_SHOWN,
    MAX_STEP,
    TimeScale,
    ValueScale,
    clamped,
    fit,
    fit_even,
    latest,
    moved,
    nice_step,
    ticks,
    zoomed,
)
from widgets.chart.spread import spread

counts = st.integers(1, 5000)
pixels = st.floats(-3000, 3000)


@given(counts, st.floats(0.05, 20), pixels, st.floats(0, 766))
def test_zooming_keeps_the_bar_under_the_pointer_until_a_limit_stops_it(
    count: int, factor: float, drag: float, anchor: float
) -> None:
    start = moved(latest(0, 766, 8.0, count), drag, count)
    after = zoomed(start, factor, anchor, count)
    free = TimeScale(0, 766, after.step, start.slot(anchor) + (766 - anchor) / after.step)
    if clamped(free, count) == free:
        assert after.x(start.slot(anchor)) == pytest.approx(anchor, abs=1e-6)


@given(counts, st.lists(st.tuples(st.floats(0.01, 50), pixels), max_size=8))
def test_no_drag_and_no_zoom_loses_the_bars(count: int, moves: list[tuple[float, float]]) -> None:
    scale = latest(0, 766, 8.0, count)
    for factor, drag in moves:
        scale = moved(zoomed(scale, factor, 400.0, count), drag, count)
    first, stop = scale.shown(count)
    assert stop - first >= min(LEAST_SHOWN, count) or scale.step == MAX_STEP
    assert stop > first


@given(
    st.lists(st.floats(-200, 900), min_size=1, max_size=12),
    st.floats(10, 24),
    st.floats(300, 700),
)
def test_axis_tags_never_overlap_and_stay_inside(wanted: list[float], height: float, bottom: float) -> None:
    assume(len(wanted) * height <= bottom)
    centres = sorted(spread(wanted, height, 0.0, bottom))
    assert centres[0] >= height / 2 - 1e-6
    assert centres[-1] <= bottom - height / 2 + 1e-6
    for a, b in pairwise(centres):
        assert b - a >= height - 1e-6


@given(st.lists(st.floats(50, 250), min_size=2, max_size=8))
def test_tags_keep_the_order_of_their_prices(wanted: list[float]) -> None:
    centres = spread(wanted, 16, 0.0, 300.0)
    by_wish = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    assert [centres[i] for i in by_wish] == sorted(centres)


def test_tags_that_fit_stay_where_they_are_and_a_heavy_one_hardly_moves() -> None:
    assert spread([20, 60, 100], 16, 0, 200) == [20, 60, 100]
    last, level = spread([100, 104], 16, 0, 200, [1000.0, 1.0])
    assert last == pytest.approx(100, abs=0.1)
    assert level == pytest.approx(116, abs=0.1)


def test_a_level_near_the_bars_widens_the_range_and_a_far_one_does_not() -> None:
    assert fit(100, 200, [230, 90], 0.4, 1) == (90, 230)
    assert fit(100, 200, [260], 0.4, 1) == (100, 200)
    assert fit(100, 100, [], 0.4, 10) == (95, 105)
    assert fit_even(100, 98, 103, [106, 95, 107], 1) == 6
    assert fit_even(100, 100, 100, [], 2) == 2


@given(st.floats(1, 10**7), st.integers(1, 12), st.sampled_from([1.0, 10.0]))
def test_grid_steps_are_few_and_on_the_tick(span: float, most: int, tick: float) -> None:
    step = nice_step(span, most, tick)
    assert step % tick == pytest.approx(0)
    assert len(ticks(0, span, step)) <= most + 1


def test_heights_and_values_are_inverse() -> None:
    scale = ValueScale(18, 240, 1500, 1800)
    assert scale.y(1800) == 18
    assert scale.y(1500) == 240
    assert scale.value(scale.y(1623.5)) == pytest.approx(1623.5)
