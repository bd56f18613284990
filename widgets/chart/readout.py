"""The fixed lines on top: the bar under the crosshair (else the last), its averages, its fills."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.domain.enums import Side
from widgets import formats
from widgets.chart.captions import Segment, draw_segments, known_index
from widgets.chart.fills import Mark
from widgets.chart.frame import Frame
from widgets.chart.intraday import average_price
from widgets.chart.model import tone_of
from widgets.fonts import FontRole
from widgets.theme import ThemeHolder

_PAD = 10.0
_GAP = 4.0


class Readout(QWidget):
    """One line in the intraday view, two with candles. Its height depends on the view only: nothing jumps."""

    def __init__(self, theme: ThemeHolder, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: list[list[Segment]] = []
        self._lines = 2
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_lines(self, lines: int) -> None:
        """How many lines are kept free."""
        if lines != self._lines:
            self._lines = lines
            self.updateGeometry()

    def rows(self) -> list[str]:
        """What is said, line by line."""
        return [" ".join(text for text, _ in row) for row in self._rows]

    def sizeHint(self) -> QSize:
        """The lines at the user's font."""
        return QSize(200, self._line_height() * self._lines + 3)

    def minimumSizeHint(self) -> QSize:
        """As high as wanted, as narrow as need be."""
        return QSize(0, self.sizeHint().height())

    def show_bar(self, frame: Frame | None, index: int | None, marks: list[Mark]) -> None:
        """Speak of a bar, None for the newest; nothing without a frame."""
        rows: list[list[Segment]] = []
        if frame is not None and (at := known_index(frame, index)) is not None:
            rows = (
                [self._intraday(frame, at)]
                if frame.intraday
                else [self._bar(frame, at), self._averages(frame, at)]
            )
            rows[-1] += self._fills(frame, at, marks)
        if rows != self._rows:
            self._rows = rows
            self.setAccessibleDescription("\n".join(self.rows()))
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Segments in their colours on the ground of the chart."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.color("pan"))
        height = self._line_height()
        for number, row in enumerate(self._rows[: self._lines]):
            box = QRectF(_PAD, 2 + number * height, self.width() - 2 * _PAD, height)
            draw_segments(painter, self._theme, FontRole.HEADER, row, box, _GAP)
        painter.end()

    def _line_height(self) -> int:
        return max(21, round(self._theme.metrics(FontRole.HEADER).height()) + 4)

    def _bar(self, frame: Frame, index: int) -> list[Segment]:
        series, before = frame.series, frame.before(index)
        moment, newest = frame.moment(index), frame.moment(series.count - 1)
        day = f"{moment:%m-%d}" if moment.year == newest.year else f"{moment:%Y-%m-%d}"
        out: list[Segment] = [(day if frame.daily else f"{day} {moment:%H:%M}", "t2")]
        names = (self.tr("开"), self.tr("高"), self.tr("低"), self.tr("收"))
        for name, values in zip(names, (series.open, series.high, series.low, series.close), strict=True):
            price = int(values[index])
            tone = tone_of(price - before, "t1") if before else "t1"
            out += [(f" {name}", "t2"), (formats.price_milli(price, frame.tick), tone)]
        if before:
            change = int(series.close[index]) / before - 1
            out.append((formats.change(change), tone_of(change, "t1")))
        return out + self._traded(frame, index)

    def _intraday(self, frame: Frame, index: int) -> list[Segment]:
        close = int(frame.series.close[index])
        tone = tone_of(close - frame.pre_close, "t1")
        average = average_price(frame.series, frame.first, index + 1)[-1]
        step = max(1, int(frame.tick * 1000))
        mean = formats.price_milli(round(float(average) / step) * step, frame.tick)
        out: list[Segment] = [
            (f"{frame.moment(index):%H:%M}", "t2"),
            (f" {self.tr('价')}", "t2"),
            (formats.price_milli(close, frame.tick), tone),
            (f" {self.tr('幅')}", "t2"),
            (formats.change(close / frame.pre_close - 1), tone),
            (f" {self.tr('均')}", "t2"),
            (mean, "ma10"),
        ]
        return out + self._traded(frame, index)

    def _traded(self, frame: Frame, index: int) -> list[Segment]:
        volume, amount = int(frame.series.volume[index]), float(frame.series.amount[index])
        out: list[Segment] = [(f" {self.tr('量')}", "t2"), (formats.market_volume(volume), "t1")]
        if amount > 0:
            out += [(f" {self.tr('额')}", "t2"), (formats.big(amount), "t1")]
        return out

    def _averages(self, frame: Frame, index: int) -> list[Segment]:
        step = max(1, int(frame.tick * 1000))
        out: list[Segment] = []
        for span, values in frame.studies.price.items():
            value = float(values[index])
            told = (
                formats.DASH
                if math.isnan(value)
                else formats.price_milli(round(value / step) * step, frame.tick)
            )
            out.append((f"MA{span} {told}  ", f"ma{span}"))
        return out

    def _fills(self, frame: Frame, index: int, marks: list[Mark]) -> list[Segment]:
        """The story of the fills at this bar: side, quantity, average price."""
        out: list[Segment] = []
        for mark in (m for m in marks if m.index == index):
            word = self.tr("成交 买") if mark.side is Side.BUY else self.tr("成交 卖")
            text = f"{word} {formats.quantity(mark.volume)} @ {formats.price(mark.price, frame.tick)}"
            if mark.count > 1:
                text = self.tr("{told}（{count} 笔均价）").format(told=text, count=mark.count)
            out.append((f"  {text}", "t1"))
        return out
