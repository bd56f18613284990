"""Lines of averages over candles and volume, and the bars and lines of MACD."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPen

from widgets.chart.base import AA, NO_PEN, ChartItem, thin_rows
from widgets.chart.batch import Rects, path, rects
from widgets.chart.candles import body_width
from widgets.chart.frame import Frame
from widgets.chart.layout import ChartLayout
from widgets.chart.scale import ValueScale
from widgets.chart.series import Floats
from widgets.theme import ThemeHolder

LINE_WIDTH = 1.2
_Curve = tuple[str, Floats, ValueScale]


class CurveItem(ChartItem):
    """Antialiased lines through one value a bar; the piece to the growing bar is drawn apart."""

    def curves(self, frame: Frame) -> Iterator[_Curve]:
        """(token, values of the whole series, scale) of each line."""
        raise NotImplementedError

    def prepare(self, frame: Frame) -> None:
        """Pieces between all bars but the last, one point a pixel column at most."""
        stop = frame.stop - 1 if frame.ends_now else frame.stop
        if frame.starts is not None:
            places = frame.starts[frame.starts < stop]
        else:
            places = np.arange(frame.first, stop)
        x = frame.time.xs(places)
        self._kept = [
            (token, path(x, scale.ys(values[places]))) for token, values, scale in self.curves(frame)
        ]

    def draw_still(self, painter: QPainter, frame: Frame) -> None:
        """The kept pieces."""
        painter.setRenderHint(AA, True)
        for token, lines in self._kept:
            painter.setPen(curve_pen(self.theme, token))
            lines.draw(painter)
        painter.setRenderHint(AA, False)

    def draw(self, painter: QPainter, frame: Frame) -> None:
        """The pieces that grow."""
        painter.setRenderHint(AA, True)
        if frame.ends_now and frame.stop - frame.first > 1:
            x = frame.x_of(frame.stop - 2, frame.stop)
            for token, values, scale in self.curves(frame):
                painter.setPen(curve_pen(self.theme, token))
                path(x, scale.ys(values[frame.stop - 2 : frame.stop])).draw(painter)
        painter.setRenderHint(AA, False)


class PriceAverages(CurveItem):
    """MA5, 10, 20, 60 of the closes."""

    def curves(self, frame: Frame) -> Iterator[_Curve]:
        """One line a span."""
        for span, values in frame.studies.price.items():
            yield f"ma{span}", values, frame.price


class VolumeAverages(CurveItem):
    """MA5 and 10 of the volume."""

    def area(self, layout: ChartLayout) -> QRectF:
        """The volume pane."""
        return layout.volume

    def curves(self, frame: Frame) -> Iterator[_Curve]:
        """One line a span."""
        for span, values in frame.studies.volume.items():
            yield f"ma{span}", values, frame.volume


class MacdItem(CurveItem):
    """MACD(12,26,9): bars about zero, DIF and DEA."""

    def area(self, layout: ChartLayout) -> QRectF:
        """The MACD pane."""
        return layout.macd or QRectF()

    def curves(self, frame: Frame) -> Iterator[_Curve]:
        """DIF and DEA."""
        if frame.macd is not None:
            yield "ma5", frame.studies.dif, frame.macd
            yield "ma10", frame.studies.dea, frame.macd

    def prepare(self, frame: Frame) -> None:
        """Bars and lines up to the growing one."""
        super().prepare(frame)
        stop = frame.stop - 1 if frame.ends_now else frame.stop
        self._bars = _macd_bars(frame, frame.first, stop)

    def draw_still(self, painter: QPainter, frame: Frame) -> None:
        """Bars below the lines."""
        self._draw_bars(painter, self._bars)
        super().draw_still(painter, frame)

    def draw(self, painter: QPainter, frame: Frame) -> None:
        """The growing bar and pieces."""
        if frame.ends_now:
            self._draw_bars(painter, _macd_bars(frame, frame.stop - 1, frame.stop))
        super().draw(painter, frame)

    def _draw_bars(self, painter: QPainter, bars: tuple[Rects, Rects]) -> None:
        painter.setPen(NO_PEN)
        for token, boxes in zip(("rise", "fall"), bars, strict=True):
            painter.setBrush(self.theme.color(token))
            boxes.draw(painter)


def curve_pen(theme: ThemeHolder, token: str) -> QPen:
    """The pen of an average."""
    return theme.pen(token, LINE_WIDTH)


def _macd_bars(frame: Frame, first: int, stop: int) -> tuple[Rects, Rects]:
    """Bars above and below zero, two thin lines wide where there is room."""
    if frame.macd is None or stop <= first:
        return Rects(), Rects()
    unit, dpr = frame.layout.unit, frame.layout.dpr
    places = np.arange(first, stop)
    if frame.starts is not None:
        places = frame.starts[(frame.starts >= first) & (frame.starts < stop)]
    values = frame.studies.bar[places]
    width = (
        min(2 * unit, body_width(frame.time.step, unit, dpr, 0.5) + unit) if frame.time.step >= 4 else unit
    )
    x = np.floor(frame.time.xs(places) * dpr) / dpr
    zero = thin_rows(float(frame.macd.y(0.0)), unit, dpr)
    y = thin_rows(frame.macd.ys(values), unit, dpr)
    boxes = rects(x, np.minimum(y, zero), width, np.maximum(np.abs(y - zero), unit))
    return Rects(boxes[values > 0]), Rects(boxes[values < 0])
