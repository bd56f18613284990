"""Ground of the panes: grid, separators, the middle line of the intraday view, and the price ticks they share."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter

from widgets.chart.base import ChartItem, thin_rows
from widgets.chart.frame import Frame
from widgets.chart.layout import ChartLayout
from widgets.chart.scale import nice_step, ticks
from widgets.chart.timeticks import time_ticks
from widgets.theme import ThemeHolder

_ROW_PIXELS = 38
_HALVES = 3


class GridItem(ChartItem):
    """Everything behind the bars."""

    LIVE = False

    def __init__(self, theme: ThemeHolder, z: float) -> None:
        super().__init__(theme, z)
        self._layout: ChartLayout | None = None

    def area(self, layout: ChartLayout) -> QRectF:
        """The whole view; the separators are drawn without a frame too."""
        self._layout = layout
        return QRectF(0, 0, layout.time_axis.width(), layout.time_axis.bottom())

    def paint_still(self, painter: QPainter) -> None:
        """Grid and separators."""
        super().paint_still(painter)
        if self._layout is not None:
            self._separators(painter, self._layout)

    def draw_still(self, painter: QPainter, frame: Frame) -> None:
        """Rows at the price ticks, columns at the time ticks."""
        layout, color, unit = frame.layout, self.theme.color("grid"), frame.layout.unit
        plot = layout.plot
        for price in price_ticks(frame):
            self._row(painter, float(frame.price.y(price)), plot, layout, color)
        for tick in time_ticks(frame, self.theme.theme.font_factor):
            x = float(thin_rows(tick.x, unit, layout.dpr))
            painter.fillRect(QRectF(x, 0, unit, plot.bottom()), color)
        if frame.macd is not None:
            self._row(painter, float(frame.macd.y(0.0)), plot, layout, self.theme.color("line"))
        if frame.intraday:
            self._row(painter, float(frame.price.y(frame.pre_close)), plot, layout, self.theme.color("edge"))

    def _separators(self, painter: QPainter, layout: ChartLayout) -> None:
        line, unit = self.theme.color("line"), layout.unit
        plot = layout.plot
        for y in (layout.volume.top(), layout.macd.top() if layout.macd is not None else None, plot.bottom()):
            if y is not None:
                painter.fillRect(QRectF(0, y, layout.time_axis.width(), unit), line)
        painter.fillRect(QRectF(plot.right(), 0, unit, plot.bottom()), line)
        if plot.left() > 0:
            painter.fillRect(QRectF(plot.left() - unit, 0, unit, plot.bottom()), line)

    @staticmethod
    def _row(painter: QPainter, y: float, plot: QRectF, layout: ChartLayout, color: QColor) -> None:
        top = float(thin_rows(y, layout.unit, layout.dpr))
        painter.fillRect(QRectF(plot.left(), top, plot.width(), layout.unit), color)


def price_ticks(frame: Frame) -> list[float]:
    """Prices in thousandths of the grid rows, lowest first; symmetric about the middle in the intraday view."""
    scale = frame.price
    rows = max(2, round((scale.bottom - scale.top) / _ROW_PIXELS))
    if frame.intraday:
        halves = _HALVES if rows >= 2 * _HALVES else 2 if rows >= 4 else 1
        reach = (scale.high - scale.low) / 2 / 1.02
        return [frame.pre_close + reach * k / halves for k in range(-halves, halves + 1)]
    step = nice_step(scale.high - scale.low, rows, max(1.0, float(frame.tick * 1000)))
    return ticks(scale.low, scale.high, step)
