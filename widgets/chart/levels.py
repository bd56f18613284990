"""The item's levels in the price pane: the band of the entry zone below the candles, lines and labels above."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QLineF, QRectF
from PySide6.QtGui import QPainter

from widgets.chart.base import NO_BRUSH, ChartItem, thin_rows
from widgets.chart.frame import Frame
from widgets.chart.level_texts import LevelLine
from widgets.chart.painting import CENTRE, GROUND, dashed, faded
from widgets.chart.spread import spread
from widgets.fonts import FontRole
from widgets.theme import ThemeHolder

ZONE_FILL = 0.15
_PAD = 5.0
_FROM_AXIS = 7.0
_BOX_WEIGHT = 50.0
_LATE = 150


@dataclass(frozen=True, slots=True)
class Label:
    """One text at the right of the pane; `boxed` ones stand for a level out of range."""

    rect: QRectF
    text: str
    tone: str
    boxed: bool


class _LevelBase(ChartItem):
    """An item that follows the levels."""

    def __init__(self, theme: ThemeHolder, z: float) -> None:
        super().__init__(theme, z)
        self.lines: tuple[LevelLine, ...] = ()


class ZoneBand(_LevelBase):
    """The ground between the edges of the entry zone."""

    LIVE = False

    def draw_still(self, painter: QPainter, frame: Frame) -> None:
        """Clipped to the pane, so a zone that runs out of it is filled to the edge."""
        edges = [line.price for line in self.lines if line.tone == "zone"]
        if len(edges) == 2:
            top, base = float(frame.price.y(max(edges))), float(frame.price.y(min(edges)))
            pane = frame.layout.price
            box = QRectF(pane.left(), top, pane.width(), base - top).intersected(pane)
            painter.fillRect(box, faded(self.theme, "zone", ZONE_FILL))


class LevelItem(_LevelBase):
    """Lines of the levels in range, a label each, and boxed labels with an arrow for those out of it."""

    def __init__(self, theme: ThemeHolder, z: float) -> None:
        super().__init__(theme, z)
        self.labels: list[Label] = []

    def prepare(self, frame: Frame) -> None:
        """Place the labels."""
        self.labels = place_labels(frame, self.lines, self.theme)

    def show_lines(self, lines: tuple[LevelLine, ...]) -> None:
        """Take lines whose words changed; only the labels are repainted."""
        before, self.lines = self.labels, lines
        if self.frame is None:
            return
        self.labels = place_labels(self.frame, lines, self.theme)
        if self.labels == before:
            return
        for label in [*before, *self.labels]:
            self.refresh(label.rect.adjusted(-2, -2, 2, 2))

    def draw_still(self, painter: QPainter, frame: Frame) -> None:
        """The lines."""
        pane, layout = frame.layout.price, frame.layout
        for line in self.lines:
            if frame.price.top - 1 <= (y := level_y(frame, line.price)) <= frame.price.bottom + 1:
                painter.setPen(dashed(self.theme, line.tone, line.width, line.dashes))
                painter.drawLine(QLineF(pane.left(), y, layout.price.right(), y))

    def draw(self, painter: QPainter, frame: Frame) -> None:
        """The labels on their ground."""
        painter.setBrush(NO_BRUSH)
        painter.setFont(self.theme.font(FontRole.CAPTION))
        for label in self.labels:
            painter.fillRect(label.rect, faded(self.theme, "pan", GROUND))
            if label.boxed:
                painter.setPen(self.theme.pen(label.tone))
                painter.drawRect(label.rect.adjusted(0, 0, -1, -1))
            painter.setPen(self.theme.color(label.tone))
            painter.drawText(label.rect, CENTRE, label.text)


def level_y(frame: Frame, price: float) -> float:
    """Height at which the line of a price is drawn: the middle of a row of device pixels."""
    unit, dpr = frame.layout.unit, frame.layout.dpr
    return float(thin_rows(float(frame.price.y(price)), unit, dpr)) + unit / 2


def in_range(frame: Frame, price: float) -> bool:
    """Whether a level has a line, and so a tag on the axis."""
    return frame.price.holds(price)


def place_labels(frame: Frame, lines: Iterable[LevelLine], theme: ThemeHolder) -> list[Label]:
    """Labels beside their lines, and boxes at the edge for levels out of range; none overlaps another."""
    lines = tuple(lines)
    shown = [line for line in lines if in_range(frame, line.price)]
    wanted: list[tuple[float, str, str, bool]] = []  # centre, text, tone, boxed
    height = _label_height(theme)
    zone_said = False
    pane = frame.layout.price
    for line in shown:
        if line.tone == "cost" and not frame.intraday:
            continue  # its axis tag says it; over candles each label costs sight
        if line.tone == "zone" and zone_said:
            continue
        zone_said = zone_said or line.tone == "zone"
        away = height / 2 + 1
        y = float(frame.price.y(line.price))
        above, below = y - away, y + away
        under = below + away <= pane.bottom() if line.below else above - away < pane.top()
        wanted.append((below if under else above, line.label or line.short, line.tone, False))
    wanted += _edge_boxes(frame, lines, zone_said, height)
    centres = spread(
        [w[0] for w in wanted],
        height,
        pane.top() + 1,
        pane.bottom() - 1,
        [_BOX_WEIGHT if w[3] else 1.0 for w in wanted],
    )
    metrics = theme.metrics(FontRole.CAPTION)
    labels = []
    for (_, text, tone, boxed), centre in zip(wanted, centres, strict=True):
        width = round(metrics.horizontalAdvance(text)) + 2 * _PAD
        left = pane.left() + _FROM_AXIS if _late(frame) else pane.right() - _FROM_AXIS - width
        rect = QRectF(left, round(centre - height / 2) + 0.0, width, height - 1)
        labels.append(Label(rect, text, tone, boxed))
    return labels


def _late(frame: Frame) -> bool:
    """In the afternoon the intraday line has come to the right end: labels step aside to the left, once."""
    return frame.intraday and frame.stop > frame.first and frame.slots(frame.stop - 1, frame.stop)[0] > _LATE


def _label_height(theme: ThemeHolder) -> float:
    return round(theme.metrics(FontRole.CAPTION).height()) + 2.0


def _edge_boxes(
    frame: Frame, lines: tuple[LevelLine, ...], zone_said: bool, height: float
) -> list[tuple[float, str, str, bool]]:
    """One box a level out of range, the nearest to the range innermost; the zone as a whole has one."""
    pane = frame.layout.price
    zone = [line.price for line in lines if line.tone == "zone"]
    spans = len(zone) == 2 and min(zone) < frame.price.low and max(zone) > frame.price.high
    above: list[LevelLine] = []
    below: list[LevelLine] = []
    for line in lines:
        if in_range(frame, line.price) or (line.tone == "zone" and (zone_said or spans)):
            continue
        if line.tone == "zone":
            zone_said = True
        (above if line.price > frame.price.high else below).append(line)
    above.sort(key=lambda line: -line.price)
    below.sort(key=lambda line: line.price)
    boxes = [(pane.top() + height * (k + 0.5), f"↑ {b.short}", b.tone, True) for k, b in enumerate(above)]
    boxes += [(pane.bottom() - height * (k + 0.5), f"↓ {b.short}", b.tone, True) for k, b in enumerate(below)]
    if spans:
        inside = next(line for line in lines if line.tone == "zone")
        boxes.append((pane.top() + height * (len(above) + 0.5), inside.label, "zone", False))
    return boxes
