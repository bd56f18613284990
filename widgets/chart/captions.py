"""Text inside the panes: the volume and MACD legends, and the highest and lowest price in sight."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontMetricsF, QPainter

from widgets import formats
from widgets.chart.base import ChartItem
from widgets.chart.candles import LINES_BELOW
from widgets.chart.frame import Frame
from widgets.chart.layout import ChartLayout
from widgets.chart.model import tone_of
from widgets.chart.painting import LEFT
from widgets.fonts import FontRole
from widgets.theme import ThemeHolder

Segment = tuple[str, str]
"""(text, token of its colour)."""

_GAP = 8.0


def draw_segments(
    painter: QPainter,
    theme: ThemeHolder,
    role: FontRole,
    segments: list[Segment],
    box: QRectF,
    gap: float = _GAP,
) -> float:
    """Texts side by side from the left of a box; returns where the last one ends.

    A figure that does not fit is left out, with its name before it (which begins with a space) and all after it: a
    number is never cut.
    """
    painter.setFont(theme.font(role))
    metrics, x = theme.metrics(role), box.left()
    for text, tone in _fitting(segments, metrics, box.width(), gap):
        width = metrics.horizontalAdvance(text)
        painter.setPen(theme.color(tone))
        painter.drawText(QRectF(x, box.top(), width + 2, box.height()), LEFT, text)
        x += width + gap
    return x


def _fitting(segments: list[Segment], metrics: QFontMetricsF, room: float, gap: float) -> list[Segment]:
    """The segments from the left that there is room for."""
    used = 0.0
    for place, (text, _) in enumerate(segments):
        used += metrics.horizontalAdvance(text.rstrip())
        if used > room + 0.5:
            named = place > 0 and segments[place - 1][0].startswith(" ")
            return segments[: place - 1 if named else place]
        used += metrics.horizontalAdvance(text) - metrics.horizontalAdvance(text.rstrip()) + gap
    return segments


class PaneLegends(ChartItem):
    """First line of the volume and of the MACD pane, for the bar under the crosshair or the last one."""

    def __init__(self, theme: ThemeHolder, z: float) -> None:
        super().__init__(theme, z)
        self.index: int | None = None

    def area(self, layout: ChartLayout) -> QRectF:
        """Both panes; only the first lines are repainted."""
        bottom = (layout.macd or layout.volume).bottom()
        return QRectF(
            layout.volume.left(), layout.volume.top(), layout.volume.width(), bottom - layout.volume.top()
        )

    def show_index(self, index: int | None) -> None:
        """Speak of another bar."""
        if index != self.index:
            self.index = index
            self.show_last()

    def show_last(self) -> None:
        """Repaint the texts."""
        if self.frame is not None:
            for pane in (self.frame.layout.volume, self.frame.layout.macd):
                if pane is not None:
                    self.refresh(QRectF(pane.left(), pane.top(), pane.width(), self._line_height() + 2))

    def draw(self, painter: QPainter, frame: Frame) -> None:
        """The legends."""
        index = known_index(frame, self.index)
        if index is None:
            return
        for pane, segments in (
            (frame.layout.volume, self._volume(frame, index)),
            (frame.layout.macd, self._macd(frame, index)),
        ):
            if pane is not None and segments:
                box = QRectF(pane.left() + 8, pane.top() + 2, pane.width(), self._line_height())
                draw_segments(painter, self.theme, FontRole.AXIS, segments, box, 6.0)

    def _line_height(self) -> float:
        return round(self.theme.metrics(FontRole.AXIS).height()) + 1.0

    def _volume(self, frame: Frame, index: int) -> list[Segment]:
        text = self.tr("量 {n}").format(n=formats.market_volume(int(frame.series.volume[index])))
        segments = [(text, "t1")]
        if not frame.intraday:
            for span, values in frame.studies.volume.items():
                if not math.isnan(value := float(values[index])):
                    segments.append((f"MA{span} {formats.big(value / formats.LOT_SHARES)}", f"ma{span}"))
        return segments

    def _macd(self, frame: Frame, index: int) -> list[Segment]:
        if frame.macd is None:
            return []
        studies = frame.studies
        bar = float(studies.bar[index])
        return [
            ("MACD(12,26,9)", "t2"),
            (f"DIF {_signed(float(studies.dif[index]), frame)}", "ma5"),
            (f"DEA {_signed(float(studies.dea[index]), frame)}", "ma10"),
            (self.tr("柱 {n}").format(n=_signed(bar, frame, plus=True)), tone_of(bar)),
        ]


class Extremes(ChartItem):
    """The highest and the lowest price of the candles in sight, written beside them."""

    def __init__(self, theme: ThemeHolder, z: float) -> None:
        super().__init__(theme, z)
        self._marks: list[tuple[QRectF, str]] = []

    def prepare(self, frame: Frame) -> None:
        """Find and place both."""
        self._marks = [] if frame.intraday or frame.stop <= frame.first else list(self._found(frame))

    def show_last(self) -> None:
        """The growing bar may be a new extreme."""
        if self.frame is not None:
            before = self._marks
            self.prepare(self.frame)
            if self._marks != before:
                self.refresh()

    def draw(self, painter: QPainter, frame: Frame) -> None:
        """Both texts with a short line to their bar."""
        painter.setFont(self.theme.font(FontRole.AXIS))
        painter.setPen(self.theme.color("t2"))
        for box, text in self._marks:
            painter.drawText(box, LEFT, text)

    def _found(self, frame: Frame) -> list[tuple[QRectF, str]]:
        metrics, series = self.theme.metrics(FontRole.AXIS), frame.series
        high = frame.first + int(np.argmax(series.high[frame.first : frame.stop]))
        low = frame.first + int(np.argmin(series.low[frame.first : frame.stop]))
        out, height = [], round(metrics.height())
        pane = frame.layout.price
        for index, price, above in ((high, int(series.high[high]), True), (low, int(series.low[low]), False)):
            text = formats.price_milli(price, frame.tick)
            width = metrics.horizontalAdvance(text) + 2
            x = frame.x_at(index) + max(5.0, frame.time.step / 2 + 1)
            if x + width > pane.right() - 4:
                x = frame.x_at(index) - width - 4
            y = float(frame.price.y(price))
            top = y - height + 2 if above else y - 2
            if frame.time.step < LINES_BELOW:
                top += -2 if above else 2
            top = max(pane.top(), min(top, pane.bottom() - height))
            out.append((QRectF(round(x), round(top), width, height), text))
        return out


def known_index(frame: Frame, index: int | None) -> int | None:
    """The bar to speak of: the given one, else the newest in sight."""
    if frame.stop <= frame.first:
        return None
    newest = frame.series.count - 1 if not frame.intraday else frame.stop - 1
    return newest if index is None or not 0 <= index < frame.series.count else index


def _signed(milli: float, frame: Frame, *, plus: bool = False) -> str:
    decimals = formats.decimals_of(frame.tick)
    text = f"{milli / 1000:+.{decimals}f}" if plus else f"{milli / 1000:.{decimals}f}"
    return text.replace("-", formats.MINUS)
