"""The crosshair: dashed lines and inverse tags on both axes. Values go to the fixed line on top, never to a box."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QPainter

from widgets import formats
from widgets.chart.base import NO_PEN, ChartItem
from widgets.chart.frame import Frame
from widgets.chart.layout import ChartLayout
from widgets.chart.painting import CENTRE, dashed, tag_height
from widgets.fonts import FontRole
from widgets.theme import ThemeHolder

_DASHES = (3.0, 3.0)


class Crosshair(ChartItem):
    """Shown while `index` names a bar; `y` is where the pointer is, or the close when keys moved it."""

    def __init__(self, theme: ThemeHolder, z: float) -> None:
        super().__init__(theme, z)
        self.index: int | None = None
        self.y = 0.0

    def area(self, layout: ChartLayout) -> QRectF:
        """The whole view."""
        return QRectF(0, 0, layout.time_axis.width(), layout.time_axis.bottom())

    def move_to(self, index: int | None, y: float) -> None:
        """Show, move or hide; repaints the old and the new lines only."""
        if (index, y) == (self.index, self.y):
            return
        self._refresh()
        self.index, self.y = index, y
        self._refresh()

    def point(self) -> QPointF | None:
        """Where the lines cross; None while hidden or out of sight."""
        frame = self.frame
        if frame is None or self.index is None or not frame.first <= self.index < frame.stop:
            return None
        return QPointF(float(int(frame.x_at(self.index))) + 0.5, float(int(self.y)) + 0.5)

    def draw(self, painter: QPainter, frame: Frame) -> None:
        """Lines, then tags."""
        at = self.point()
        if at is None:
            return
        plot = frame.layout.plot
        painter.setPen(dashed(self.theme, "t2", 1.0, _DASHES))
        painter.drawLine(QLineF(at.x(), 0, at.x(), plot.bottom()))
        if frame.layout.pane_at(self.y) is not None:
            painter.drawLine(QLineF(plot.left(), at.y(), plot.right(), at.y()))
            for box, text in self._value_tags(frame, at.y()):
                self._tag(painter, box, text)
        self._tag(painter, self._time_box(frame, at.x()), self.time_text(frame))

    def time_text(self, frame: Frame) -> str:
        """`10-16 周五`, `03-15 10:31`, in the intraday view `10:31`."""
        if self.index is None:
            return ""
        moment = frame.moment(self.index)
        if frame.intraday:
            return f"{moment:%H:%M}"
        if not frame.daily:
            return f"{moment:%m-%d %H:%M}"
        days = (
            self.tr("周一"),
            self.tr("周二"),
            self.tr("周三"),
            self.tr("周四"),
            self.tr("周五"),
            self.tr("周六"),
            self.tr("周日"),
        )
        newest = frame.moment(frame.series.count - 1)
        day = f"{moment:%m-%d}" if moment.year == newest.year else f"{moment:%Y-%m-%d}"
        return f"{day} {days[moment.weekday()]}"

    def value_text(self, frame: Frame, y: float) -> str:
        """The value at a height in the unit of its pane; a price is rounded to the tick."""
        pane = frame.layout.pane_at(y)
        if pane is frame.layout.volume:
            return formats.big(max(frame.volume.value(y), 0.0) / formats.LOT_SHARES)
        if pane is frame.layout.macd and frame.macd is not None:
            return f"{frame.macd.value(y) / 1000:.2f}".replace("-", formats.MINUS)
        step = max(1, int(frame.tick * 1000))
        return formats.price_milli(round(frame.price.value(y) / step) * step, frame.tick)

    def _value_tags(self, frame: Frame, y: float) -> list[tuple[QRectF, str]]:
        height = tag_height(self.theme)
        axis, left = frame.layout.right_axis, frame.layout.left_axis
        text = self.value_text(frame, y)
        right_box = QRectF(axis.left() + 1, round(y - height / 2), axis.width() - 2, height)
        if not frame.intraday or frame.layout.pane_at(y) is not frame.layout.price:
            return [(right_box, text)]
        percent = formats.change(frame.price.value(y) / frame.pre_close - 1)
        return [(right_box, percent), (QRectF(1, right_box.top(), left.width() - 2, height), text)]

    def _time_box(self, frame: Frame, x: float) -> QRectF:
        width = self.theme.metrics(FontRole.AXIS).horizontalAdvance(self.time_text(frame)) + 18
        strip = frame.layout.time_axis
        left = max(0.0, min(round(x - width / 2), strip.width() - width))
        return QRectF(left, strip.top() + 1, width, strip.height() - 1)

    def _tag(self, painter: QPainter, box: QRectF, text: str) -> None:
        painter.setPen(NO_PEN)
        painter.fillRect(box, self.theme.color("t1"))
        painter.setPen(self.theme.color("pan"))
        painter.setFont(self.theme.font(FontRole.AXIS))
        painter.drawText(box, CENTRE, text)

    def _refresh(self) -> None:
        """Ask for the strips of the present lines and tags."""
        at, frame = self.point(), self.frame
        if at is None or frame is None:
            return
        width, height = self._bounds.width(), tag_height(self.theme)
        self.refresh(QRectF(at.x() - 2, 0, 4, self._bounds.height()))
        self.refresh(QRectF(0, at.y() - height / 2 - 2, width, height + 4))
        self.refresh(self._time_box(frame, at.x()).adjusted(-2, -1, 2, 1))
