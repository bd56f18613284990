"""The icons of the desk, coloured by token at paint time: one shape for each state.

`paint_icon` is for delegates, `themed_icon` gives a QIcon that follows the theme.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import lru_cache

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPainterPath, QPixmap

from widgets import icon_shapes as s
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


_SHAPES: dict[Icon, Callable[[], QPainterPath]] = {
    Icon.WATCHING: lambda: s.ring(5.6) + s.dot(2.1),
    Icon.ENTERING: lambda: s.polyline((3.2, 2.5), (14, 8), (3.2, 13.5), close=True),
    Icon.EXITING: lambda: s.polyline((10, 2.5), (1.5, 8), (10, 13.5), close=True) + s.box(11.6, 2.5, 2.2, 11),
    Icon.SHIELD: s.checked_shield,
    Icon.SHIELD_OPEN: s.open_shield,
    Icon.LOCK: s.lock,
    Icon.OCTAGON: s.stop_sign,
    Icon.DIAMOND: s.doubted_diamond,
    Icon.BLOCKED: lambda: s.ring(5.8, 1.6) + s.stroke(s.polyline((4.2, 11.8), (11.8, 4.2)), 1.6),
    Icon.BELL: s.bell,
    Icon.PAUSE: lambda: s.box(3.5, 3, 3.2, 10) + s.box(9.3, 3, 3.2, 10),
    Icon.SUSPENDED: s.crossed_box,
    Icon.TICK: lambda: s.stroke(s.polyline((3.2, 8.6), (6.6, 11.8), (12.8, 4.6)), 1.8),
    Icon.CROSS: lambda: s.stroke(s.polyline((4, 4), (12, 12))) + s.stroke(s.polyline((12, 4), (4, 12))),
    Icon.MINUS: lambda: s.stroke(s.polyline((3.5, 8), (12.5, 8)), 1.6),
    Icon.PLUS: lambda: s.stroke(s.polyline((3, 8), (13, 8))) + s.stroke(s.polyline((8, 3), (8, 13))),
    Icon.WAIT: lambda: s.ring(5.8) + s.stroke(s.polyline((8, 4.6), (8, 8), (10.6, 9.6)), 1.4),
    Icon.WARN: s.triangle_with_bang,
    Icon.INFO: lambda: s.ring(6, 1.3) + s.stroke(s.polyline((8, 7.4), (8, 11)), 1.4) + s.dot(0.95, 8, 4.8),
    Icon.SEARCH: lambda: s.ring(4.2, 1.5, 6.8, 6.8) + s.stroke(s.polyline((10, 10), (13.6, 13.6))),
    Icon.CHEVRON: lambda: s.stroke(s.polyline((4, 6), (8, 10), (12, 6))),
    Icon.UP: lambda: s.polyline((8, 3.5), (13.5, 12.5), (2.5, 12.5), close=True),
    Icon.DOWN: lambda: s.polyline((8, 12.5), (13.5, 3.5), (2.5, 3.5), close=True),
    Icon.LINK: s.link,
    Icon.COLUMNS: s.columns,
    Icon.EXPORT: s.tray_arrow,
    Icon.COPY: s.two_sheets,
}


@lru_cache(maxsize=64)
def icon_path(icon: Icon) -> QPainterPath:
    """The filled outline of an icon on the 16 grid."""
    return _SHAPES[icon]()


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
