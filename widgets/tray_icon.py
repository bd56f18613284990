"""The icon of the tray and of the window: mode, alarm, stopped or offline, told apart without colour."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPen, QPixmap

from widgets import icon_shapes as s
from widgets.icons import Icon, paint_icon
from widgets.theme import ThemeHolder


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
    wave = s.stroke(s.polyline((3.4, 10.6), (6.4, 6.4), (9, 9.2), (12.6, 4.6)), 1.5)
    if state is TrayState.ALARM:
        painter.fillPath(s.octagon(), theme.color("alarmfill"))
        painter.fillPath(s.bang(4.2, 8.8, 2), theme.color("onfill"))
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
