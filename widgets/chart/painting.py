"""Small painting helpers of the chart's texts: grounds, tags, boxes."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from widgets.chart.base import AA, NO_BRUSH, NO_PEN
from widgets.fonts import FontRole
from widgets.theme import ThemeHolder

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
CENTRE = Qt.AlignmentFlag.AlignCenter
GROUND = 0.85
TAG_HEIGHT = 16


def tag_height(theme: ThemeHolder) -> float:
    """Height of an axis tag at the user's font factor."""
    return max(TAG_HEIGHT, round(theme.metrics(FontRole.AXIS).height()))


def faded(theme: ThemeHolder, token: str, share: float) -> QColor:
    """A token's colour at a share of its strength."""
    color = QColor(theme.color(token))
    color.setAlphaF(share)
    return color


def dashed(theme: ThemeHolder, token: str, width: float, dashes: tuple[float, ...]) -> QPen:
    """A cosmetic dashed pen; `dashes` in pixels."""
    pen = QPen(theme.color(token), width)
    pen.setCosmetic(True)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    if dashes:
        pen.setDashPattern([length / width for length in dashes])
    return pen


def draw_tag(
    painter: QPainter, theme: ThemeHolder, box: QRectF, text: str, tone: str, *, fill: bool = False
) -> None:
    """A tag of the axis: filled in its tone, or outlined with it."""
    if fill:
        painter.setPen(NO_PEN)
        painter.fillRect(box, theme.color(tone))
        painter.setPen(theme.color("pan"))
    else:
        painter.fillRect(box, theme.color("pan"))
        painter.setBrush(NO_BRUSH)
        painter.setPen(theme.pen(tone))
        painter.drawRect(box.adjusted(0, 0, -1, -1))
        painter.setPen(theme.color(tone))
    painter.setFont(theme.font(FontRole.AXIS))
    painter.drawText(box, CENTRE, text)


def draw_triangle(painter: QPainter, theme: ThemeHolder, tip: QPointF, *, up: bool) -> None:
    """▲ or ▼ with its tip at a point: t1 with an edge of the ground."""
    rise = 7.0 if up else -7.0
    points = [tip, QPointF(tip.x() + 5, tip.y() + rise), QPointF(tip.x() - 5, tip.y() + rise)]
    painter.setRenderHint(AA, True)
    painter.setPen(theme.pen("pan", 1.0))
    painter.setBrush(theme.color("t1"))
    painter.drawPolygon(QPolygonF(points))
    painter.setRenderHint(AA, False)
