"""What the bars look like, pixel by pixel."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QImage

from core.domain.enums import Period
from tests.widgets.chart.chart_records import SYMBOL, at, bar, daily_bars, minute_bars, quote
from widgets.chart.candles import candle_boxes
from widgets.chart.panel import ChartPanel

if TYPE_CHECKING:
    from widgets.theme import ThemeHolder

PRICES = {  # far apart, so that no average runs through a body
    "rise": (100_000, 104_000, 96_000, 103_000),
    "fall": (103_000, 104_000, 96_000, 97_000),
    "equal": (100_000, 104_000, 96_000, 100_000),
}


def shown(panel: ChartPanel, prices: tuple[int, int, int, int]) -> QImage:
    """One wide candle; the picture of the chart."""
    panel.set_bars(SYMBOL, Period.D1, (bar(at(15, 0), prices, period=Period.D1),))
    panel.set_quote(quote(99_000, at(15, 0)))  # keeps the line of the last price away from the body
    panel.view.flush()
    panel.view.zoom(100.0)
    panel.view.flush()
    return panel.view.viewport().grab().toImage()


def pixel(image: QImage, x: float, y: float) -> QColor:
    return image.pixelColor(QPoint(int(x), round(y - 0.5)))


def test_a_rising_candle_is_hollow(panel: ChartPanel, theme: ThemeHolder) -> None:
    image = shown(panel, PRICES["rise"])
    frame = panel.view.frame
    assert frame is not None
    x = frame.x_at(0)
    assert pixel(image, x, frame.price.y(101_500)) == theme.color("pan")
    assert pixel(image, x, frame.price.y(103_000)) == theme.color("rise")
    assert pixel(image, x, frame.price.y(100_000)) == theme.color("rise")
    assert pixel(image, x, frame.price.y(97_500)) == theme.color("rise"), "the wick"
    body = candle_boxes(frame, 0, 1).rise.array[1]
    assert pixel(image, body[0] + 0.5, frame.price.y(101_500)) == theme.color("rise"), "the left side"
    assert pixel(image, body[0] + body[2] - 0.5, frame.price.y(101_500)) == theme.color("rise"), (
        "the right side"
    )


def test_a_falling_candle_is_solid(panel: ChartPanel, theme: ThemeHolder) -> None:
    image = shown(panel, PRICES["fall"])
    frame = panel.view.frame
    assert frame is not None
    body = candle_boxes(frame, 0, 1).fall.array[1]
    for share in (0.1, 0.5, 0.9):
        x = body[0] + body[2] * share
        assert pixel(image, x, frame.price.y(100_500)) == theme.color("fall")


def test_equal_open_and_close_are_a_line(panel: ChartPanel, theme: ThemeHolder) -> None:
    shown(panel, PRICES["equal"])
    frame = panel.view.frame
    assert frame is not None
    boxes = candle_boxes(frame, 0, 1)
    assert len(boxes.rise.array) == len(boxes.fall.array) == 0
    wick, body = boxes.flat.array
    assert body[3] == frame.layout.unit
    assert body[2] > wick[2]


def test_bodies_are_odd_and_about_two_thirds_of_the_step(panel: ChartPanel) -> None:
    panel.set_bars(SYMBOL, Period.D1, daily_bars(120))
    for factor in (1.0, 1.3, 1.3, 1.3, 0.5, 0.8):
        panel.view.zoom(factor)
        panel.view.flush()
        frame = panel.view.frame
        assert frame is not None
        boxes = candle_boxes(frame, frame.first, frame.stop)
        width = boxes.fall.array[-1][2]
        assert width % 2 == 1
        assert frame.time.step * 0.64 - 2 <= width <= frame.time.step * 0.64 + 1


def test_narrow_bars_are_high_low_lines_and_crowded_ones_share_a_column(panel: ChartPanel) -> None:
    bars = minute_bars(240)
    days = [replace(b, period=Period.D1, time_ms=b.time_ms + d * 86_400_000) for d in range(9) for b in bars]
    panel.set_bars(SYMBOL, Period.D1, days)
    panel.view.flush()
    panel.view.zoom(1e-6)
    panel.view.flush()
    frame = panel.view.frame
    assert frame is not None
    assert frame.time.step < 1
    assert (frame.first, frame.stop) == (0, len(days))
    boxes = candle_boxes(frame, frame.first, frame.stop)
    lines = sum(len(part.array) for part in (boxes.rise, boxes.fall, boxes.flat))
    assert lines <= frame.layout.price.width() + 1
    tops = [part.array[:, 1].min() for part in (boxes.rise, boxes.fall) if len(part.array)]
    highest = frame.price.y(max(b.high for b in days))
    assert abs(min(tops) - highest) <= 1, "the highest price of a crowded column is not lost"
