"""Volume bars with their averages; hollow and solid as the candles above them."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from widgets.chart.base import ChartItem, thin_rows
from widgets.chart.batch import Rects, rects
from widgets.chart.candles import LINES_BELOW, Boxes, body_width, columns_within, previous_closes
from widgets.chart.frame import Frame
from widgets.chart.layout import ChartLayout


class VolumeItem(ChartItem):
    """The volume pane of both views."""

    def area(self, layout: ChartLayout) -> QRectF:
        """The volume pane."""
        return layout.volume

    def prepare(self, frame: Frame) -> None:
        """Boxes of all bars but the growing one."""
        self._boxes = volume_boxes(frame, frame.first, frame.stop - 1 if frame.ends_now else frame.stop)

    def draw_still(self, painter: QPainter, frame: Frame) -> None:
        """The kept boxes."""
        self._boxes.draw(painter, self.theme)

    def draw(self, painter: QPainter, frame: Frame) -> None:
        """The growing bar."""
        if frame.ends_now:
            volume_boxes(frame, frame.stop - 1, frame.stop).draw(painter, self.theme)


def volume_boxes(frame: Frame, first: int, stop: int) -> Boxes:
    """Bars from the base line up; a bar without volume has none."""
    if stop <= first:
        return Boxes(Rects(), Rects(), Rects(), Rects())
    series, layout = frame.series, frame.layout
    unit, dpr = layout.unit, layout.dpr
    thin = frame.intraday or frame.time.step < LINES_BELOW
    starts = columns_within(frame.starts, first, stop)
    if starts is None:
        x, volume = frame.x_of(first, stop), series.volume[first:stop]
        closes = series.close[first:stop]
        against = series.open[first:stop]
        if frame.intraday:  # a minute is compared with the one before, the first with the previous close
            against = previous_closes(series.close, series.open, first, stop).copy()
            if first == frame.first and frame.pre_close:
                against[0] = frame.pre_close
    else:
        x = frame.time.xs(starts)
        volume = np.maximum.reduceat(series.volume[:stop], starts)
        closes, against = series.close[np.append(starts[1:], stop) - 1], series.open[starts]
    width = body_width(frame.time.step, unit, dpr, 0.6) if thin else body_width(frame.time.step, unit, dpr)
    left = (np.floor(x * dpr) - (round(width * dpr) - 1) // 2) / dpr
    base = frame.layout.volume.bottom() - unit
    top = np.minimum(thin_rows(frame.volume.ys(volume), unit, dpr), base)
    boxes = rects(left, top, width, base - top)
    holes = rects(left + unit, top + unit, width - 2 * unit, base - top - unit)
    some = volume > 0
    rise, fall = some & (closes > against), some & (closes < against)
    flat = some & ~rise & ~fall
    hollow = rise & (holes[:, 2] > 0) & (holes[:, 3] > 0) & (not thin)
    return Boxes(Rects(boxes[rise]), Rects(boxes[fall]), Rects(boxes[flat]), Rects(holes[hollow]))
