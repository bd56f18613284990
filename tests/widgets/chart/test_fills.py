"""Fills: where the marks stand, and labels that merge."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint

from core.domain.enums import Period, Side
from core.domain.market import datetime_to_ms
from core.domain.trading import Trade
from tests.widgets.chart.chart_records import DAY, SYMBOL, at, daily_bars, minute_bars, quote, trade
from widgets.chart import fills
from widgets.chart.fill_book import FillBook
from widgets.chart.fills import bar_of_trade
from widgets.chart.model import ChartMode
from widgets.chart.panel import ChartPanel
from widgets.chart.view import Dirt

if TYPE_CHECKING:
    from widgets.theme import ThemeHolder


def texts(panel: ChartPanel) -> list[str]:
    fills = panel.view.parts.fills
    return [fills.text(label.volume, label.count, label.side, label.price) for label in fills.labels]


def test_a_buy_stands_below_the_low_and_a_sell_above_the_high(panel: ChartPanel, theme: ThemeHolder) -> None:
    bars = daily_bars(60)
    panel.set_bars(SYMBOL, Period.D1, bars)
    panel.set_trades(
        [
            trade(1, at(10, 0) - timedelta(days=30), Side.BUY, "100.00", 300),
            trade(2, at(14, 0) - timedelta(days=10), Side.SELL, "101.00", 200),
        ]
    )
    panel.view.flush()
    frame = panel.view.frame
    assert frame is not None
    buy, sell = panel.view.parts.fills.marks
    assert (buy.index, buy.side) == (29, Side.BUY)
    assert 0 < buy.tip.y() - frame.price.y(bars[29].low) < 8
    assert (sell.index, sell.side) == (49, Side.SELL)
    assert 0 < frame.price.y(bars[49].high) - sell.tip.y() < 8
    assert sorted(texts(panel)) == ["买300", "卖200"]
    image = panel.view.viewport().grab().toImage()
    inside = QPoint(round(buy.tip.x()), round(buy.tip.y() + 4))
    assert image.pixelColor(inside) == theme.color("t1")


def test_fills_of_one_bar_and_neighbours_share_one_label(panel: ChartPanel) -> None:
    panel.set_bars(SYMBOL, Period.D1, daily_bars(60))
    day = at(10, 0) - timedelta(days=20)
    panel.set_trades([trade(n, day + timedelta(minutes=n), Side.BUY, "100.00", 100) for n in range(2)])
    panel.view.flush()
    assert texts(panel) == ["买200（2笔）"]
    panel.add_trade(trade(7, day - timedelta(days=1), Side.BUY, "100.20", 100))
    panel.view.flush()
    frame, marks = panel.view.frame, panel.view.parts.fills.marks
    assert frame is not None
    assert len(marks) == 2
    near = abs(marks[0].tip.y() - marks[1].tip.y()) < 12
    assert near, "the two lows of the wave are close enough for their labels to touch"
    assert texts(panel) == ["买300（3笔）"]
    boxes = [label.rect for label in panel.view.parts.fills.labels]
    assert not any(a.intersects(b) for n, a in enumerate(boxes) for b in boxes[n + 1 :])


def test_a_repeated_fill_and_one_of_another_symbol_change_nothing(panel: ChartPanel) -> None:
    panel.set_bars(SYMBOL, Period.D1, daily_bars(60))
    one = trade(1, at(10, 0), Side.BUY, "100.00", 100)
    panel.add_trade(one)
    panel.add_trade(one)
    panel.add_trade(trade(2, at(10, 0), Side.BUY, "10.00", 500, symbol="000001.SZ"))
    panel.view.flush()
    assert texts(panel) == ["买100"]


def test_only_fills_in_sight_are_looked_at(panel: ChartPanel, monkeypatch: pytest.MonkeyPatch) -> None:
    panel.set_bars(SYMBOL, Period.D1, daily_bars(60))
    day = at(10, 0) - timedelta(days=59)
    panel.set_trades([trade(n, day + timedelta(days=n % 60), Side.BUY, "100.00", 100) for n in range(600)])
    panel.view.flush()
    frame = panel.view.frame
    assert frame is not None
    assert frame.first == 0
    assert sum(mark.count for mark in panel.view.parts.fills.marks) == 600
    seen: list[Trade] = []
    monkeypatch.setattr(
        fills, "bar_of_trade", lambda frame, one: (seen.append(one), bar_of_trade(frame, one))[1]
    )
    panel.view.zoom(8.0, frame.x_at(frame.stop - 1))
    panel.view.mark(Dirt.ALL)
    panel.view.flush()
    narrow = panel.view.frame
    assert narrow is not None
    shown = narrow.stop - narrow.first
    assert 0 < shown < 30
    assert len(seen) == 10 * shown
    assert sum(mark.count for mark in panel.view.parts.fills.marks) == 10 * shown


def test_a_book_of_fills_keeps_each_once_by_time() -> None:
    late, early = trade(1, at(10, 30), Side.BUY, "1", 100), trade(2, at(9, 31), Side.SELL, "1", 100)
    book = FillBook([late, early, late])
    assert len(book) == 2
    assert list(book.between(0, None)) == [early, late]
    moment = datetime_to_ms(late.time)
    assert list(book.between(0, moment - 1)) == [early]
    assert list(book.between(datetime_to_ms(early.time), moment)) == [late]


def test_a_fill_belongs_to_the_minute_that_ends_after_it(panel: ChartPanel) -> None:
    panel.set_mode(ChartMode.M1)
    panel.set_bars(SYMBOL, Period.M1, minute_bars(60))
    panel.set_trades(
        [
            trade(1, at(9, 40, 30), Side.BUY, "100.00", 100),
            trade(2, at(9, 30, 1) + timedelta(hours=20), Side.BUY, "100.00", 100),
            trade(3, at(9, 41), Side.SELL, "100.00", 100),
            trade(4, at(9, 40) - timedelta(days=1), Side.SELL, "100.00", 100),
        ]
    )
    panel.view.flush()
    assert [(mark.index, mark.side) for mark in panel.view.parts.fills.marks] == [
        (10, Side.BUY),
        (10, Side.SELL),
    ]


def test_the_intraday_view_puts_a_fill_at_its_price_and_says_it(panel: ChartPanel) -> None:
    panel.set_mode(ChartMode.INTRADAY)
    yesterday = minute_bars(240, DAY.replace(day=19))
    panel.set_bars(SYMBOL, Period.M1, [*yesterday, *minute_bars(60)])
    panel.set_quote(quote(100_000, at(10, 30)))
    panel.set_trades([trade(1, at(10, 0, 30), Side.BUY, "99.60", 1200), trade(2, at(10, 0) - timedelta(days=1), Side.BUY, "99.60", 100)])  # fmt: skip
    panel.view.flush()
    frame = panel.view.frame
    assert frame is not None
    (mark,) = panel.view.parts.fills.marks
    assert mark.tip.x() == frame.time.x(31)
    assert 0 < mark.tip.y() - frame.price.y(99_600) < 8
    assert texts(panel) == ["买 1,200 @ 99.60"]


def test_the_fixed_line_tells_the_story_of_the_fills_at_the_crosshair(panel: ChartPanel) -> None:
    panel.set_bars(SYMBOL, Period.D1, daily_bars(60))
    day = at(10, 0) - timedelta(days=20)
    panel.set_trades([trade(1, day, Side.BUY, "100.00", 100), trade(2, day, Side.BUY, "101.00", 300)])
    panel.view.flush()
    panel.view.step_cursor(0)
    assert "成交" not in panel.readout.rows()[1]
    panel.view.step_cursor(-20)
    assert "成交 买 400 @ 100.75（2 笔均价）" in panel.readout.rows()[1]
