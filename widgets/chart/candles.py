"""Candles: rise hollow, fall solid, equal a line; below three pixels only the line from low to high."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtGui import QPainter

from widgets.chart.base import NO_PEN, ChartItem, thin_rows
from widgets.chart.batch import Rects, rects
from widgets.chart.frame import Frame
from widgets.chart.series import Ints
from widgets.theme import ThemeHolder

BODY_SHARE = 0.64
LINES_BELOW = 3.0


@dataclass(frozen=True, slots=True)
class Boxes:
    """Filled rectangles by colour: `rise`, `fall`, `flat`, and the `hollow` ground inside rising bodies."""

    rise: Rects
    fall: Rects
    flat: Rects
    hollow: Rects

    def draw(self, painter: QPainter, theme: ThemeHolder) -> None:
        """One call a colour."""
        painter.setPen(NO_PEN)
        for name, boxes in (
            ("flat", self.flat),
            ("rise", self.rise),
            ("fall", self.fall),
            ("pan", self.hollow),
        ):
            painter.setBrush(theme.color("t2" if name == "flat" else name))
            boxes.draw(painter)


class CandleItem(ChartItem):
    """The candles in sight; the growing one is computed at each paint, the others once a frame."""

    def prepare(self, frame: Frame) -> None:
        """Boxes of all bars but the growing one."""
        self._boxes = candle_boxes(frame, frame.first, frame.stop - 1 if frame.ends_now else frame.stop)

    def draw_still(self, painter: QPainter, frame: Frame) -> None:
        """The kept boxes."""
        self._boxes.draw(painter, self.theme)

    def draw(self, painter: QPainter, frame: Frame) -> None:
        """The growing bar."""
        if frame.ends_now:
            candle_boxes(frame, frame.stop - 1, frame.stop).draw(painter, self.theme)


def body_width(step: float, unit: float, dpr: float, share: float = BODY_SHARE) -> float:
    """Width of a body: `share` of the step, an odd number of thin lines as near as device pixels allow."""
    thin = round(unit * dpr)
    wide = max(thin, int(step * dpr * share))
    if (wide - thin) % 2:
        wide -= 1
    return wide / dpr


def candle_boxes(frame: Frame, first: int, stop: int) -> Boxes:
    """Boxes of a range of bars at the frame's scales."""
    if stop <= first:
        return Boxes(Rects(), Rects(), Rects(), Rects())
    if frame.time.step < LINES_BELOW:
        return _line_boxes(frame, first, stop)
    series, layout = frame.series, frame.layout
    unit, dpr = layout.unit, layout.dpr
    opens, closes = series.open[first:stop], series.close[first:stop]
    previous = previous_closes(series.close, series.open, first, stop)
    rise, fall = closes > opens, closes < opens
    centre = np.floor(frame.x_of(first, stop) * dpr)
    width = body_width(frame.time.step, unit, dpr)
    wick_x = (centre - (round(unit * dpr) - 1) // 2) / dpr
    body_x = (centre - (round(width * dpr) - 1) // 2) / dpr
    y_high = thin_rows(frame.price.ys(series.high[first:stop]), unit, dpr)
    y_low = thin_rows(frame.price.ys(series.low[first:stop]), unit, dpr)
    y_top = thin_rows(frame.price.ys(np.maximum(opens, closes)), unit, dpr)
    y_base = thin_rows(frame.price.ys(np.minimum(opens, closes)), unit, dpr)
    wicks = rects(wick_x, y_high, unit, y_low - y_high + unit)
    bodies = rects(body_x, y_top, width, y_base - y_top + unit)
    holes = rects(body_x + unit, y_top + unit, width - 2 * unit, y_base - y_top - unit)
    same = ~rise & ~fall
    red, green = rise | (same & (closes > previous)), fall | (same & (closes < previous))
    flat = ~red & ~green
    hollow = rise & (holes[:, 2] > 0) & (holes[:, 3] > 0)
    up, down, none = (Rects(np.concatenate([wicks[m], bodies[m]])) for m in (red, green, flat))
    return Boxes(up, down, none, Rects(holes[hollow]))


def previous_closes(closes: Ints, opens: Ints, first: int, stop: int) -> Ints:
    """Close before each bar of a range; the very first bar takes its own open."""
    if first:
        return closes[first - 1 : stop - 1]
    return np.concatenate([opens[:1], closes[: stop - 1]])


def _line_boxes(frame: Frame, first: int, stop: int) -> Boxes:
    """High-low lines; several bars of one pixel column make one line."""
    series, layout = frame.series, frame.layout
    unit, dpr = layout.unit, layout.dpr
    starts = columns_within(frame.starts, first, stop)
    if starts is None:
        x = frame.x_of(first, stop)
        high, low = series.high[first:stop], series.low[first:stop]
        opens, closes = series.open[first:stop], series.close[first:stop]
    else:
        x = frame.time.xs(starts)
        high = np.maximum.reduceat(series.high[:stop], starts)
        low = np.minimum.reduceat(series.low[:stop], starts)
        opens, closes = series.open[starts], series.close[np.append(starts[1:], stop) - 1]
    left = np.floor(x * dpr) / dpr
    y_high = thin_rows(frame.price.ys(high), unit, dpr)
    y_low = thin_rows(frame.price.ys(low), unit, dpr)
    lines = rects(left, y_high, unit, y_low - y_high + unit)
    rise, fall = closes > opens, closes < opens
    return Boxes(Rects(lines[rise]), Rects(lines[fall]), Rects(lines[~rise & ~fall]), Rects())


def columns_within(starts: Ints | None, first: int, stop: int) -> Ints | None:
    """Column starts of a part of the frame's range; the part's first bar starts a column."""
    if starts is None:
        return None
    inside = starts[(starts >= first) & (starts < stop)]
    if not len(inside) or inside[0] != first:
        inside = np.concatenate([np.array([first], dtype=starts.dtype), inside])
    return inside
