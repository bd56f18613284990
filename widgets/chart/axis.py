"""The axes: ticks, the tag of the last price, tags of the levels that never overlap, and the line to the last."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QLineF, QRectF
from PySide6.QtGui import QPainter

from widgets import formats
from widgets.chart.base import ChartItem
from widgets.chart.frame import Frame
from widgets.chart.grid import price_ticks
from widgets.chart.layout import ChartLayout
from widgets.chart.level_texts import LevelLine
from widgets.chart.levels import in_range, level_y
from widgets.chart.model import tone_of
from widgets.chart.painting import CENTRE, RIGHT, dashed, draw_tag, tag_height
from widgets.chart.scale import nice_step, ticks
from widgets.chart.spread import spread
from widgets.chart.timeticks import time_ticks
from widgets.fonts import FontRole
from widgets.theme import ThemeHolder

LEADER = 5.0
_LAST_WEIGHT = 1000.0


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag on the price axis: where it stands, the height it speaks of, text, tone; the last price is filled."""

    rect: QRectF
    y: float
    text: str
    tone: str
    filled: bool = False


class PriceAxis(ChartItem):
    """The right axis. In the intraday view it shows percent, and only the last price has a tag."""

    def __init__(self, theme: ThemeHolder, z: float) -> None:
        super().__init__(theme, z)
        self.lines: tuple[LevelLine, ...] = ()
        self.last = 0
        self.last_tone = "t2"
        self.tags: list[Tag] = []

    def area(self, layout: ChartLayout) -> QRectF:
        """The right axis and the leaders' way to it."""
        return layout.right_axis

    def prepare(self, frame: Frame) -> None:
        """Place the tags."""
        self.tags = place_tags(frame, self.lines, self.last, self.last_tone, self.theme)

    def show_last_price(self, last: int, tone: str) -> None:
        """A new last price; the axis is repainted when a tag moved."""
        self.last, self.last_tone = last, tone
        if self.frame is not None:
            before = self.tags
            self.prepare(self.frame)
            if self.tags != before:
                self.refresh()

    def draw(self, painter: QPainter, frame: Frame) -> None:
        """Tick texts where no tag stands, then leaders and tags."""
        axis, height = self._bounds, tag_height(self.theme)
        painter.setFont(self.theme.font(FontRole.AXIS))
        taken = [tag.rect.center().y() for tag in self.tags]
        for y, text, tone in axis_texts(frame):
            if all(abs(y - other) > height - 1 for other in taken):
                painter.setPen(self.theme.color(tone))
                painter.drawText(_text_box(axis, y, height), RIGHT, text)
        for tag in self.tags:
            middle = tag.rect.center().y()
            painter.setPen(self.theme.pen(tag.tone))
            painter.drawLine(QLineF(axis.left() + 1, tag.y, axis.left() + LEADER, middle))
            draw_tag(painter, self.theme, tag.rect, tag.text, tag.tone, fill=tag.filled)


def place_tags(
    frame: Frame, lines: tuple[LevelLine, ...], last: int, last_tone: str, theme: ThemeHolder
) -> list[Tag]:
    """Tags of the levels in range and of the last price, pushed apart; the last price moves least."""
    wishes = [] if frame.intraday else [line for line in lines if in_range(frame, line.price)]
    heights = [level_y(frame, line.price) for line in wishes]
    weights = [1.0] * len(wishes)
    show_last = last > 0 and in_range(frame, last)
    if show_last:
        heights.append(float(frame.price.y(last)))
        weights.append(_LAST_WEIGHT)
    tall, pane, axis = tag_height(theme), frame.layout.price, frame.layout.right_axis
    centres = spread(heights, tall + 1, pane.top(), pane.bottom(), weights)
    box = QRectF(axis.left() + LEADER, 0, axis.width() - LEADER - 1, tall)
    tags = []
    for line, y, centre in zip(wishes, heights, centres, strict=False):
        rect = box.translated(0, round(centre - tall / 2))
        tags.append(Tag(rect, y, f"{line.badge} {line.tag}", line.tone))
    if show_last:
        rect = box.translated(0, round(centres[-1] - tall / 2))
        tags.append(Tag(rect, heights[-1], formats.price_milli(last, frame.tick), last_tone, True))
    return tags


def axis_texts(frame: Frame) -> list[tuple[float, str, str]]:
    """(height, text, token) of the ticks of all panes on the right axis."""
    texts: list[tuple[float, str, str]] = []
    for price in price_ticks(frame):
        y = float(frame.price.y(price))
        if frame.intraday:
            away = price - frame.pre_close
            texts.append((y, formats.change(away / frame.pre_close), tone_of(round(away, 6))))
        else:
            texts.append((y, formats.price_milli(round(price), frame.tick), "t2"))
    if not frame.intraday:  # there the left axis says it
        texts.append((frame.volume.top, formats.big(frame.volume.high / formats.LOT_SHARES), "t2"))
    if frame.macd is not None:
        span = frame.macd.high - frame.macd.low
        step = nice_step(span, 4, 1.0)
        decimals = 0 if step >= 1000 else 1 if step >= 100 else 2 if step >= 10 else 3
        for value in ticks(frame.macd.low, frame.macd.high, step):
            text = f"{value / 1000:.{decimals}f}".replace("-", formats.MINUS)
            texts.append((float(frame.macd.y(value)), text, "t2"))
    return texts


class EdgeAxes(ChartItem):
    """The time axis below, and in the intraday view the price axis at the left."""

    LIVE = False

    def area(self, layout: ChartLayout) -> QRectF:
        """The whole view."""
        return QRectF(0, 0, layout.time_axis.width(), layout.time_axis.bottom())

    def draw_still(self, painter: QPainter, frame: Frame) -> None:
        """Texts centred on their ticks, kept inside the view."""
        painter.setFont(self.theme.font(FontRole.AXIS))
        painter.setPen(self.theme.color("t2"))
        metrics, strip = self.theme.metrics(FontRole.AXIS), frame.layout.time_axis
        for tick in time_ticks(frame, self.theme.theme.font_factor):
            width = metrics.horizontalAdvance(tick.text) + 2
            left = max(2.0, min(tick.x - width / 2, frame.layout.plot.right() - width))
            painter.drawText(QRectF(left, strip.top(), width, strip.height()), CENTRE, tick.text)
        if frame.intraday:
            self._left(painter, frame)

    def _left(self, painter: QPainter, frame: Frame) -> None:
        axis, height = frame.layout.left_axis, tag_height(self.theme)
        for price in price_ticks(frame):
            away = round(price - frame.pre_close, 6)
            painter.setPen(self.theme.color(tone_of(away)))
            box = _text_box(axis, float(frame.price.y(price)), height)
            painter.drawText(box, RIGHT, formats.price_milli(round(price), frame.tick))
        painter.setPen(self.theme.color("t2"))
        most = formats.market_volume(int(frame.volume.high))
        painter.drawText(_text_box(axis, frame.volume.top, height), RIGHT, most)


def _text_box(axis: QRectF, y: float, height: float) -> QRectF:
    return QRectF(axis.left(), y - height / 2, axis.width() - 7, height)


class LastLine(ChartItem):
    """A fine dotted line from the growing bar to the tag of the last price."""

    def __init__(self, theme: ThemeHolder, z: float) -> None:
        super().__init__(theme, z)
        self.last = 0
        self.last_tone = "t2"

    def show_last_price(self, last: int, tone: str) -> None:
        """Repaint the old and the new place."""
        if self.frame is not None and (last, tone) != (self.last, self.last_tone):
            left, right = self._start(self.frame), self.frame.layout.price.right()
            for price in (self.last, last):
                y = self.frame.price.y(price)
                self.refresh(QRectF(left, y - 2, right - left, 4))
        self.last, self.last_tone = last, tone

    def draw(self, painter: QPainter, frame: Frame) -> None:
        """From the last bar in sight."""
        if self.last <= 0 or not in_range(frame, self.last):
            return
        y = level_y(frame, self.last)
        painter.setPen(dashed(self.theme, self.last_tone, 1.0, (1.0, 2.0)))
        painter.drawLine(QLineF(self._start(frame), y, frame.layout.price.right(), y))

    @staticmethod
    def _start(frame: Frame) -> float:
        return frame.x_at(frame.stop - 1) if frame.stop > frame.first else frame.layout.price.left()
