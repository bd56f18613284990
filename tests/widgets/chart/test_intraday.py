"""The intraday view: one axis for the session, symmetric about the previous close."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from core.domain.enums import Period
from tests.widgets.chart.chart_records import DAY, SYMBOL, at, bar, item, minute_bars, quote, session_stamps
from widgets.chart.axis import axis_texts
from widgets.chart.frame import Frame, session_minutes
from widgets.chart.intraday import average_price
from widgets.chart.model import ChartMode
from widgets.chart.panel import ChartPanel
from widgets.chart.series import Series
from widgets.chart.timeticks import time_ticks


def framed(panel: ChartPanel) -> Frame:
    panel.view.flush()
    assert panel.view.frame is not None
    return panel.view.frame


def test_lunch_takes_no_room_and_the_axis_holds_the_whole_session(panel: ChartPanel) -> None:
    panel.set_mode(ChartMode.INTRADAY)
    panel.set_bars(SYMBOL, Period.M1, minute_bars(150))
    frame = framed(panel)
    x = frame.x_of(0, 150)
    steps = np.diff(x)
    assert steps == pytest.approx(np.full(149, frame.time.step)), "11:30 to 13:01 is one step as any other"
    assert frame.time.x(0) == pytest.approx(frame.layout.price.left() + frame.time.step / 2, abs=1)
    assert frame.time.x(240) <= frame.layout.price.right()
    assert [tick.text for tick in time_ticks(frame)] == ["9:30", "10:30", "11:30/13:00", "14:00", "15:00"]


def test_minutes_of_the_session_are_end_stamped() -> None:
    moments = [at(9, 25), at(9, 30), at(9, 31), at(11, 30), at(13, 0), at(13, 1), at(15, 0), at(15, 2)]
    since = np.array([round((m - DAY).total_seconds() * 1000) for m in moments])
    assert session_minutes(since).tolist() == [0, 0, 1, 120, 120, 121, 240, 240]
    whole = np.array([round((m - DAY).total_seconds() * 1000) for m in session_stamps(240)])
    assert session_minutes(whole).tolist() == list(range(1, 241))


def test_the_previous_close_is_in_the_middle_and_percent_is_symmetric(panel: ChartPanel) -> None:
    panel.set_mode(ChartMode.INTRADAY)
    panel.set_bars(SYMBOL, Period.M1, minute_bars(60))
    panel.set_quote(quote(100_300, at(10, 30), pre_close=99_000))
    frame = framed(panel)
    assert frame.pre_close == 99_000
    assert frame.price.y(99_000) == pytest.approx((frame.price.top + frame.price.bottom) / 2)
    percents = [text for _, text, _ in axis_texts(frame)]
    assert "0.00%" in percents
    signed = [text for text in percents if text != "0.00%"]
    assert sorted(t.replace("+", "−") for t in signed if t.startswith("+")) == sorted(
        t for t in signed if t.startswith("−")
    )
    high = int(frame.series.high[frame.first : frame.stop].max())
    assert frame.price.holds(high)


def test_only_the_day_of_the_quote_is_drawn(panel: ChartPanel) -> None:
    panel.set_mode(ChartMode.INTRADAY)
    yesterday = minute_bars(240, DAY - timedelta(days=1))
    panel.set_bars(SYMBOL, Period.M1, [*yesterday, *minute_bars(30)])
    frame = framed(panel)
    assert (frame.first, frame.stop) == (240, 270)
    assert frame.pre_close == yesterday[-1].close, "without a quote, yesterday's last minute tells"
    panel.set_quote(quote(100_000, at(9, 20) + timedelta(days=3), pre_close=101_000))
    frame = framed(panel)
    assert (frame.first, frame.stop) == (270, 270), "before the first minute of a new day there is no line"
    assert frame.pre_close == 101_000


def test_the_average_is_money_over_shares() -> None:
    series = Series([bar(at(9, 31), (100, 100, 100, 100_000), 100), bar(at(9, 32), (1, 1, 1, 103_000), 200)])
    assert average_price(series, 0, 2).tolist() == pytest.approx([100_000, 102_000])
    silent = Series.from_columns(np.array([[1, 2], [0, 0], [0, 0], [0, 0], [10, 40], [1, 2]]), np.zeros(2))
    assert average_price(silent, 0, 2).tolist() == [10, 30], "a source without amounts: shares at the close"


def test_far_levels_become_boxes_and_near_ones_widen_the_axis(panel: ChartPanel) -> None:
    panel.set_mode(ChartMode.INTRADAY)
    panel.set_bars(SYMBOL, Period.M1, minute_bars(60))
    panel.set_quote(quote(100_000, at(10, 30)))
    panel.set_item(item("98.00", "98.50", "120.00", None))
    frame = framed(panel)
    assert frame.price.holds(98_000)
    boxed = [label for label in panel.view.parts.levels.labels if label.boxed]
    assert [label.text for label in boxed] == ["↑ 止盈 120.00 +20.00%"]


def test_labels_step_aside_once_the_line_has_come_to_the_right(panel: ChartPanel) -> None:
    panel.set_mode(ChartMode.INTRADAY)
    panel.set_item(item(None, None, "100.50", None))
    panel.set_bars(SYMBOL, Period.M1, minute_bars(60))
    assert framed(panel).layout.price.center().x() < panel.view.parts.levels.labels[0].rect.left()
    panel.set_bars(SYMBOL, Period.M1, minute_bars(230))
    assert framed(panel).layout.price.center().x() > panel.view.parts.levels.labels[0].rect.right()
