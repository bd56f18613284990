"""Shapes of the icons as filled painter paths on a grid of 16: lines, dots and boxes, and what is made of them."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainterPath, QPainterPathStroker


def polyline(*points: tuple[float, float], close: bool = False) -> QPainterPath:
    """Straight lines through these points."""
    path = QPainterPath(QPointF(*points[0]))
    for point in points[1:]:
        path.lineTo(*point)
    if close:
        path.closeSubpath()
    return path


def stroke(path: QPainterPath, width: float = 1.5) -> QPainterPath:
    """The outline of a line drawn along a path with a round pen."""
    pen = QPainterPathStroker()
    pen.setWidth(width)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return pen.createStroke(path)


def ring(radius: float, width: float = 1.5, x: float = 8, y: float = 8) -> QPainterPath:
    """A circle as a line."""
    path = QPainterPath()
    path.addEllipse(QPointF(x, y), radius, radius)
    return stroke(path, width)


def dot(radius: float, x: float = 8, y: float = 8) -> QPainterPath:
    """A full circle."""
    path = QPainterPath()
    path.addEllipse(QPointF(x, y), radius, radius)
    return path


def box(x: float, y: float, w: float, h: float) -> QPainterPath:
    """A full rectangle."""
    path = QPainterPath()
    path.addRect(QRectF(x, y, w, h))
    return path


def shield() -> QPainterPath:
    """A full shield."""
    path = QPainterPath(QPointF(8, 1.5))
    path.lineTo(13.5, 3.4)
    path.lineTo(13.5, 7.6)
    path.cubicTo(13.5, 11.2, 11, 13.4, 8, 14.6)
    path.cubicTo(5, 13.4, 2.5, 11.2, 2.5, 7.6)
    path.lineTo(2.5, 3.4)
    path.closeSubpath()
    return path


def octagon() -> QPainterPath:
    """A full stop sign."""
    turn = math.pi / 8
    corners = [
        (8 + 7 * math.cos(turn + k * turn * 2), 8 + 7 * math.sin(turn + k * turn * 2)) for k in range(8)
    ]
    return polyline(*corners, close=True)


def bang(top: float, bottom: float, width: float = 1.7) -> QPainterPath:
    """An exclamation mark."""
    return stroke(polyline((8, top), (8, bottom)), width) + dot(width * 0.58, 8, bottom + 2.4)


def bell() -> QPainterPath:
    """A bell, silent."""
    path = QPainterPath(QPointF(3, 11.5))
    path.lineTo(4.4, 9.8)
    path.lineTo(4.4, 6.8)
    path.cubicTo(4.4, 1.2, 11.6, 1.2, 11.6, 6.8)
    path.lineTo(11.6, 9.8)
    path.lineTo(13, 11.5)
    path.closeSubpath()
    return stroke(path, 1.4) + stroke(polyline((6.6, 13.7), (9.4, 13.7)), 1.4)


def question_mark() -> QPainterPath:
    """A question mark."""
    path = QPainterPath(QPointF(6.3, 6.6))
    path.cubicTo(6.3, 4.4, 9.7, 4.4, 9.7, 6.6)
    path.cubicTo(9.7, 7.8, 8, 7.8, 8, 9)
    return stroke(path, 1.3) + dot(0.85, 8, 11)


def lock() -> QPainterPath:
    """A closed padlock."""
    bow = QPainterPath(QPointF(5, 7.5))
    bow.lineTo(5, 5)
    bow.cubicTo(5, 1, 11, 1, 11, 5)
    bow.lineTo(11, 7.5)
    return box(2.8, 7, 10.4, 7.2) + stroke(bow, 1.7)


def link() -> QPainterPath:
    """Two links of a chain."""
    left, right = QPainterPath(), QPainterPath()
    left.addRoundedRect(QRectF(1.5, 5, 7.5, 6), 3, 3)
    right.addRoundedRect(QRectF(7, 5, 7.5, 6), 3, 3)
    return stroke(left, 1.4) + stroke(right, 1.4)


def triangle_with_bang() -> QPainterPath:
    """A warning triangle."""
    return stroke(polyline((8, 2), (14.5, 13.6), (1.5, 13.6), close=True), 1.4) + bang(6, 9, 1.4)


def checked_shield() -> QPainterPath:
    """A shield with a tick cut out of it."""
    return shield() - stroke(polyline((5, 7.8), (7.3, 10.2), (11, 5.8)), 1.6)


def open_shield() -> QPainterPath:
    """A shield as a line with an exclamation mark."""
    return stroke(shield(), 1.4) + bang(5, 8.2, 1.5)


def stop_sign() -> QPainterPath:
    """An octagon with an exclamation mark cut out of it."""
    return octagon() - bang(4.4, 8.6, 1.9)


def doubted_diamond() -> QPainterPath:
    """A diamond with a question mark."""
    return stroke(polyline((8, 1.2), (14.8, 8), (8, 14.8), (1.2, 8), close=True), 1.4) + question_mark()


def crossed_box() -> QPainterPath:
    """A frame with a bar in it."""
    return stroke(box(2.5, 2.5, 11, 11), 1.5) + stroke(polyline((5.5, 8), (10.5, 8)))


def columns() -> QPainterPath:
    """A table of three columns."""
    bars = stroke(polyline((6, 3), (6, 13)), 1.3) + stroke(polyline((10, 3), (10, 13)), 1.3)
    return stroke(box(2, 3, 12, 10), 1.3) + bars


def tray_arrow() -> QPainterPath:
    """An arrow down into a tray."""
    arrow = stroke(polyline((8, 2.5), (8, 9.5))) + stroke(polyline((5, 6.8), (8, 9.8), (11, 6.8)))
    return arrow + stroke(polyline((2.5, 10.5), (2.5, 13.5), (13.5, 13.5), (13.5, 10.5)))


def two_sheets() -> QPainterPath:
    """A sheet before another."""
    behind = stroke(polyline((10.8, 11), (10.8, 13.5), (2.5, 13.5), (2.5, 5), (5, 5)), 1.3)
    return stroke(box(5, 2.5, 8.5, 8.5), 1.3) + behind
