"""Icons as painter paths on a grid of 16, coloured by token at paint time: one shape for each state.

`paint_icon` is for delegates, `themed_icon` gives a QIcon that follows the theme, `tray_icon` the tray's.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QIcon,
    QIconEngine,
    QPainter,
    QPainterPath,
    QPainterPathStroker,
    QPen,
    QPixmap,
)

from core.domain.enums import ItemState
from widgets.theme import ThemeHolder


class Icon(StrEnum):
    """Every shape of the desk."""

    WATCHING = "watching"
    ENTERING = "entering"
    EXITING = "exiting"
    SHIELD = "shield"
    SHIELD_OPEN = "shield_open"
    LOCK = "lock"
    OCTAGON = "octagon"
    DIAMOND = "diamond"
    BLOCKED = "blocked"
    BELL = "bell"
    PAUSE = "pause"
    SUSPENDED = "suspended"
    TICK = "tick"
    CROSS = "cross"
    MINUS = "minus"
    PLUS = "plus"
    WAIT = "wait"
    WARN = "warn"
    INFO = "info"
    SEARCH = "search"
    CHEVRON = "chevron"
    UP = "up"
    DOWN = "down"
    LINK = "link"
    COLUMNS = "columns"
    EXPORT = "export"
    COPY = "copy"


@dataclass(frozen=True, slots=True)
class StateLook:
    """Icon and colour token of a state; `alarm` states are shown as a filled block."""

    icon: Icon
    tone: str
    text_tone: str
    alarm: bool = False


STATE_LOOKS: dict[ItemState, StateLook] = {
    ItemState.WATCHING: StateLook(Icon.WATCHING, "acc", "t1"),
    ItemState.ENTERING: StateLook(Icon.ENTERING, "acc", "t1"),
    ItemState.EXITING: StateLook(Icon.EXITING, "acc", "t1"),
    ItemState.HOLDING: StateLook(Icon.SHIELD, "acc", "t1"),
    ItemState.HOLDING_UNPROTECTED: StateLook(Icon.SHIELD_OPEN, "warn", "warn"),
    ItemState.STOP_BLOCKED: StateLook(Icon.LOCK, "alarm", "alarm", alarm=True),
    ItemState.PROTECTION_LOST: StateLook(Icon.OCTAGON, "alarm", "alarm", alarm=True),
    ItemState.UNKNOWN_ORDER: StateLook(Icon.DIAMOND, "alarm", "alarm", alarm=True),
    ItemState.BLOCKED: StateLook(Icon.BLOCKED, "warn", "warn"),
    ItemState.ALERT_ONLY: StateLook(Icon.BELL, "t2", "t2"),
    ItemState.SUSPENDED: StateLook(Icon.SUSPENDED, "t2", "t2"),
    ItemState.DONE: StateLook(Icon.TICK, "t2", "t2"),
}


def _path(*points: tuple[float, float], close: bool = False) -> QPainterPath:
    path = QPainterPath(QPointF(*points[0]))
    for point in points[1:]:
        path.lineTo(*point)
    if close:
        path.closeSubpath()
    return path


def _stroke(path: QPainterPath, width: float = 1.5) -> QPainterPath:
    pen = QPainterPathStroker()
    pen.setWidth(width)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return pen.createStroke(path)


def _ring(radius: float, width: float = 1.5, x: float = 8, y: float = 8) -> QPainterPath:
    path = QPainterPath()
    path.addEllipse(QPointF(x, y), radius, radius)
    return _stroke(path, width)


def _dot(radius: float, x: float = 8, y: float = 8) -> QPainterPath:
    path = QPainterPath()
    path.addEllipse(QPointF(x, y), radius, radius)
    return path


def _box(x: float, y: float, w: float, h: float) -> QPainterPath:
    path = QPainterPath()
    path.addRect(QRectF(x, y, w, h))
    return path


def _shield() -> QPainterPath:
    path = QPainterPath(QPointF(8, 1.5))
    path.lineTo(13.5, 3.4)
    path.lineTo(13.5, 7.6)
    path.cubicTo(13.5, 11.2, 11, 13.4, 8, 14.6)
    path.cubicTo(5, 13.4, 2.5, 11.2, 2.5, 7.6)
    path.lineTo(2.5, 3.4)
    path.closeSubpath()
    return path


def _octagon() -> QPainterPath:
    turn = math.pi / 8
    corners = [
        (8 + 7 * math.cos(turn + k * turn * 2), 8 + 7 * math.sin(turn + k * turn * 2)) for k in range(8)
    ]
    return _path(*corners, close=True)


def _bang(top: float, bottom: float, width: float = 1.7) -> QPainterPath:
    return _stroke(_path((8, top), (8, bottom)), width) + _dot(width * 0.58, 8, bottom + 2.4)


def _bell() -> QPainterPath:
    path = QPainterPath(QPointF(3, 11.5))
    path.lineTo(4.4, 9.8)
    path.lineTo(4.4, 6.8)
    path.cubicTo(4.4, 1.2, 11.6, 1.2, 11.6, 6.8)
    path.lineTo(11.6, 9.8)
    path.lineTo(13, 11.5)
    path.closeSubpath()
    return _stroke(path, 1.4) + _stroke(_path((6.6, 13.7), (9.4, 13.7)), 1.4)


def _question() -> QPainterPath:
    path = QPainterPath(QPointF(6.3, 6.6))
    path.cubicTo(6.3, 4.4, 9.7, 4.4, 9.7, 6.6)
    path.cubicTo(9.7, 7.8, 8, 7.8, 8, 9)
    return _stroke(path, 1.3) + _dot(0.85, 8, 11)


def _lock() -> QPainterPath:
    bow = QPainterPath(QPointF(5, 7.5))
    bow.lineTo(5, 5)
    bow.cubicTo(5, 1, 11, 1, 11, 5)
    bow.lineTo(11, 7.5)
    return _box(2.8, 7, 10.4, 7.2) + _stroke(bow, 1.7)


def _link() -> QPainterPath:
    left, right = QPainterPath(), QPainterPath()
    left.addRoundedRect(QRectF(1.5, 5, 7.5, 6), 3, 3)
    right.addRoundedRect(QRectF(7, 5, 7.5, 6), 3, 3)
    return _stroke(left, 1.4) + _stroke(right, 1.4)


def _triangle_with_bang() -> QPainterPath:
    return _stroke(_path((8, 2), (14.5, 13.6), (1.5, 13.6), close=True), 1.4) + _bang(6, 9, 1.4)


@lru_cache(maxsize=64)
def icon_path(icon: Icon) -> QPainterPath:
    """The filled outline of an icon on the 16 grid."""
    tick = _path((3.2, 8.6), (6.6, 11.8), (12.8, 4.6))
    if icon is Icon.SHIELD:
        return _shield() - _stroke(_path((5, 7.8), (7.3, 10.2), (11, 5.8)), 1.6)
    if icon is Icon.OCTAGON:
        return _octagon() - _bang(4.4, 8.6, 1.9)
    if icon is Icon.DIAMOND:
        return _stroke(_path((8, 1.2), (14.8, 8), (8, 14.8), (1.2, 8), close=True), 1.4) + _question()
    if icon is Icon.SUSPENDED:
        return _stroke(_box(2.5, 2.5, 11, 11), 1.5) + _stroke(_path((5.5, 8), (10.5, 8)))
    if icon is Icon.COLUMNS:
        return (
            _stroke(_box(2, 3, 12, 10), 1.3)
            + _stroke(_path((6, 3), (6, 13)), 1.3)
            + _stroke(_path((10, 3), (10, 13)), 1.3)
        )
    if icon is Icon.EXPORT:
        return (
            _stroke(_path((8, 2.5), (8, 9.5)))
            + _stroke(_path((5, 6.8), (8, 9.8), (11, 6.8)))
            + _stroke(_path((2.5, 10.5), (2.5, 13.5), (13.5, 13.5), (13.5, 10.5)))
        )
    shapes = {
        Icon.WATCHING: lambda: _ring(5.6) + _dot(2.1),
        Icon.ENTERING: lambda: _path((3.2, 2.5), (14, 8), (3.2, 13.5), close=True),
        Icon.EXITING: lambda: _path((10, 2.5), (1.5, 8), (10, 13.5), close=True) + _box(11.6, 2.5, 2.2, 11),
        Icon.SHIELD_OPEN: lambda: _stroke(_shield(), 1.4) + _bang(5, 8.2, 1.5),
        Icon.LOCK: _lock,
        Icon.BLOCKED: lambda: _ring(5.8, 1.6) + _stroke(_path((4.2, 11.8), (11.8, 4.2)), 1.6),
        Icon.BELL: _bell,
        Icon.PAUSE: lambda: _box(3.5, 3, 3.2, 10) + _box(9.3, 3, 3.2, 10),
        Icon.TICK: lambda: _stroke(tick, 1.8),
        Icon.CROSS: lambda: _stroke(_path((4, 4), (12, 12))) + _stroke(_path((12, 4), (4, 12))),
        Icon.MINUS: lambda: _stroke(_path((3.5, 8), (12.5, 8)), 1.6),
        Icon.PLUS: lambda: _stroke(_path((3, 8), (13, 8))) + _stroke(_path((8, 3), (8, 13))),
        Icon.WAIT: lambda: _ring(5.8) + _stroke(_path((8, 4.6), (8, 8), (10.6, 9.6)), 1.4),
        Icon.WARN: _triangle_with_bang,
        Icon.INFO: lambda: _ring(6, 1.3) + _stroke(_path((8, 7.4), (8, 11)), 1.4) + _dot(0.95, 8, 4.8),
        Icon.SEARCH: lambda: _ring(4.2, 1.5, 6.8, 6.8) + _stroke(_path((10, 10), (13.6, 13.6))),
        Icon.CHEVRON: lambda: _stroke(_path((4, 6), (8, 10), (12, 6))),
        Icon.UP: lambda: _path((8, 3.5), (13.5, 12.5), (2.5, 12.5), close=True),
        Icon.DOWN: lambda: _path((8, 12.5), (13.5, 3.5), (2.5, 3.5), close=True),
        Icon.LINK: _link,
        Icon.COPY: lambda: (
            _stroke(_box(5, 2.5, 8.5, 8.5), 1.3)
            + _stroke(_path((10.8, 11), (10.8, 13.5), (2.5, 13.5), (2.5, 5), (5, 5)), 1.3)
        ),
    }
    return shapes[icon]()


def paint_icon(painter: QPainter, rect: QRectF, icon: Icon, color: QColor) -> None:
    """Fill an icon into the largest square in the middle of `rect`."""
    side = min(rect.width(), rect.height())
    scale = side / 16
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(rect.center().x() - side / 2, rect.center().y() - side / 2)
    painter.scale(scale, scale)
    painter.fillPath(icon_path(icon), color)
    painter.restore()


class _ThemedEngine(QIconEngine):
    """Paints one icon in the present colour of a token."""

    def __init__(self, theme: ThemeHolder, icon: Icon, tone: str) -> None:
        super().__init__()
        self._theme, self._icon, self._tone = theme, icon, tone

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        tone = "t3" if mode is QIcon.Mode.Disabled else self._tone
        paint_icon(painter, QRectF(rect), self._icon, self._theme.color(tone))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        return _ThemedEngine(self._theme, self._icon, self._tone)


def themed_icon(theme: ThemeHolder, icon: Icon, tone: str = "t2") -> QIcon:
    """A QIcon drawn in the token's colour of whatever theme is shown at paint time."""
    return QIcon(_ThemedEngine(theme, icon, tone))


class TrayState(StrEnum):
    """What the tray icon says; an alarm covers both modes."""

    PAPER = "paper"
    LIVE = "live"
    ALARM = "alarm"
    STOPPED = "stopped"
    OFFLINE = "offline"


def tray_icon(theme: ThemeHolder, state: TrayState) -> QIcon:
    """The tray (and window) icon: dashed box, solid block, octagon, box with bars, box with cross."""
    icon = QIcon()
    for side in (16, 20, 24, 32, 48, 64):
        pixmap = QPixmap(side, side)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(side / 16, side / 16)
        _paint_tray(painter, theme, state)
        painter.end()
        icon.addPixmap(pixmap)
    return icon


def _paint_tray(painter: QPainter, theme: ThemeHolder, state: TrayState) -> None:
    box = QRectF(1, 1, 14, 14)
    wave = _stroke(_path((3.4, 10.6), (6.4, 6.4), (9, 9.2), (12.6, 4.6)), 1.5)
    if state is TrayState.ALARM:
        painter.fillPath(_octagon(), theme.color("alarmfill"))
        painter.fillPath(_bang(4.2, 8.8, 2), theme.color("onfill"))
    elif state is TrayState.LIVE:
        painter.fillRect(box, theme.color("live"))
        painter.fillPath(wave, theme.color("ontlive"))
    elif state is TrayState.PAPER:
        pen = QPen(theme.color("paper"), 1.2)
        pen.setDashPattern([2.0, 1.5])
        painter.fillRect(box, theme.color("paperbg"))
        painter.setPen(pen)
        painter.drawRect(box)
        painter.fillPath(wave, theme.color("paper"))
    else:
        painter.setPen(QPen(theme.color("t2"), 1.2))
        painter.drawRect(box)
        inner = Icon.PAUSE if state is TrayState.STOPPED else Icon.CROSS
        paint_icon(painter, QRectF(3, 3, 10, 10), inner, theme.color("t2"))
