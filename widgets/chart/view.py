"""The scene of the chart: one view in pixels, its items, its 30 Hz timer, mouse and keys."""

from __future__ import annotations

from enum import IntFlag
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QElapsedTimer, QEvent, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from widgets.chart.frame import Frame
from widgets.chart.framing import make_frame, still_holds
from widgets.chart.layout import ChartLayout, arrange
from widgets.chart.model import ChartMode, ChartModel
from widgets.chart.parts import Ground, Parts
from widgets.chart.place import Place
from widgets.chart.series import Change
from widgets.theme import ThemeHolder

FRAME_MS = 33
_WHEEL = 1.18
_KEY_ZOOM = 1.3
_DRAG_FROM = 3.0


class Dirt(IntFlag):
    """What the next frame has to do."""

    NONE = 0
    LAST = 1  # the growing bar changed
    PRICE = 2  # the last price changed
    ALL = 4


class ChartView(pg.GraphicsView):  # type: ignore[misc]  # pyqtgraph has no types
    """Shows a `ChartModel`. Changes are marked and painted at most 30 times a second.

    `cursor_changed` gives the index of the bar under the crosshair, -1 for none; `refreshed` follows each
    repaint that may have changed what the readout says.
    """

    cursor_changed = Signal(int)
    refreshed = Signal()

    def __init__(self, theme: ThemeHolder, model: ChartModel, parent: QWidget | None = None) -> None:
        super().__init__(parent, background=None)
        self.setCentralItem(None)
        self.setCacheMode(pg.GraphicsView.CacheModeFlag.CacheNone)
        self.setMinimumSize(200, 120)
        self.setAccessibleName(self.tr("走势图"))
        self._theme = theme
        self._model = model
        self.frame: Frame | None = None
        self._layout: ChartLayout | None = None
        self.place = Place()
        self.parts = Parts(theme)
        for item in self.parts.live_items():
            self.addItem(item)
        self._ground = Ground(theme, self.parts)
        self._dirt = Dirt.NONE
        self._drag: QPointF | None = None
        self._dragging = False
        self._since = QElapsedTimer()
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.flush)
        theme.changed.connect(self._restyle)
        self._restyle()

    # --- what changed -----------------------------------------------------------------------------------

    def mark(self, dirt: Dirt) -> None:
        """Repaint soon: at once after a rest, else when the frame time has passed; a hidden view waits to be shown."""
        self._dirt |= dirt
        if self.isVisible() and not self._timer.isActive():
            passed = self._since.elapsed() if self._since.isValid() else FRAME_MS
            self._timer.start(max(0, FRAME_MS - int(passed)))

    def mark_bar(self, change: Change) -> None:
        """A bar of the period shown came or changed."""
        if change is Change.LAST:
            self.mark(Dirt.LAST)
        elif change is not Change.IGNORED:
            self.mark(Dirt.ALL)

    def flush(self) -> None:
        """Do what is due now."""
        self._timer.stop()
        dirt, self._dirt = self._dirt, Dirt.NONE
        self._since.restart()
        if not dirt:
            return
        if dirt & Dirt.ALL or self.frame is None or not still_holds(self.frame):
            self._reframe()
        else:
            if dirt & Dirt.LAST:
                self.parts.show_last()
            self.parts.show_price(self._model)
        self.refreshed.emit()

    def _reframe(self) -> None:
        """Everything anew."""
        ratio, series = self.devicePixelRatioF(), self._model.series
        intraday = self._model.mode is ChartMode.INTRADAY
        size, factor = self.viewport().size(), self._theme.theme.font_factor
        self._layout = arrange(size.width(), size.height(), intraday=intraday, factor=factor, dpr=ratio)
        self.frame = make_frame(
            self._model,
            self._layout,
            self.place.follow(self._layout, series.count if series is not None else 0),
        )
        self.parts.show_frame(self.frame, self._layout, self._model)
        self._ground.forget()
        self.viewport().update()

    def _restyle(self) -> None:
        self._ground.forget()
        self.mark(Dirt.ALL)

    # --- place and cursor -------------------------------------------------------------------------------

    def show_latest(self) -> None:
        """Forget zoom and place: the newest bars at the default width."""
        self.place.forget()
        self._hide_cursor()
        self.mark(Dirt.ALL)

    def zoom(self, factor: float, anchor_x: float | None = None) -> None:
        """Wider slots for a factor over 1, about a point (None: the crosshair, else the newest bar in sight)."""
        if self._model.mode is not ChartMode.INTRADAY:
            point = self.parts.crosshair.point()
            self.place.zoom(factor, point.x() if anchor_x is None and point is not None else anchor_x)
            self.mark(Dirt.ALL)

    def pan(self, pixels: float) -> None:
        """Move the content to the right by pixels."""
        if self._model.mode is not ChartMode.INTRADAY:
            self.place.pan(pixels)
            self.mark(Dirt.ALL)

    def step_cursor(self, bars: int) -> None:
        """Move the crosshair by bars; it starts at the newest one and drags the view along at the edges."""
        frame = self.frame
        if frame is None or frame.stop <= frame.first:
            return
        lowest = frame.first if frame.intraday else 0
        highest = (frame.stop if frame.intraday else frame.series.count) - 1
        at = self.parts.crosshair.index
        index = (
            min(frame.stop, frame.series.count) - 1 if at is None else min(max(at + bars, lowest), highest)
        )
        if not frame.intraday and self.place.bring(index):
            self.mark(Dirt.ALL)
            self.flush()
            frame = self.frame or frame
        self._set_cursor(index, float(frame.price.y(int(frame.series.close[index]))))

    def _set_cursor(self, index: int | None, y: float) -> None:
        before = self.parts.crosshair.index
        self.parts.crosshair.move_to(index, y)
        if index != before:
            self.parts.legends.show_index(index)
            self.cursor_changed.emit(-1 if index is None else index)

    def _hide_cursor(self) -> None:
        self._set_cursor(None, 0.0)

    # --- Qt ---------------------------------------------------------------------------------------------
    # The base class hands mouse and keys to a scene of interactive items; ours only paint, the view decides.

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Lay out anew."""
        super().resizeEvent(event)
        if event is not None:
            self.mark(Dirt.ALL)

    def showEvent(self, event: QShowEvent) -> None:
        """The first picture is complete."""
        super().showEvent(event)
        self.mark(Dirt.ALL)
        self.flush()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the pointer; sideways scrolls."""
        delta = event.angleDelta()
        if delta.y():
            self.zoom(_WHEEL ** (delta.y() / 120), event.position().x())
        elif delta.x():
            self.pan(delta.x() / 4)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A drag may begin."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if event.button() is Qt.MouseButton.LeftButton:
            self._drag, self._dragging = event.position(), False
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag, or move the crosshair."""
        at = event.position()
        start = self._drag if self._model.mode is not ChartMode.INTRADAY else None
        if start is not None and (self._dragging or abs(at.x() - start.x()) >= _DRAG_FROM):
            if not self._dragging:
                self._dragging = True
                self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
            self.pan(at.x() - start.x())
            self._drag = at
        frame = self.frame
        if frame is not None:
            inside = frame.layout.plot.contains(at)
            self._set_cursor(frame.index_near(at.x()) if inside else None, at.y() if inside else 0.0)
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A drag ends."""
        self._drag, self._dragging = None, False
        self.viewport().unsetCursor()
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Back to the newest bars."""
        self.show_latest()
        event.accept()

    def drawBackground(self, painter: QPainter, rect: QRectF) -> None:
        """The ground: everything that no tick changes."""
        painter.drawPixmap(
            QPointF(0, 0), self._ground.pixmap(self.viewport().size(), self.devicePixelRatioF())
        )

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:
        """The focus frame."""
        if self.hasFocus():
            pen = QPen(self._theme.color("acc"), 2)
            painter.setPen(pen)
            painter.drawRect(QRectF(self.viewport().rect()).adjusted(1, 1, -1, -1))

    def leaveEvent(self, event: QEvent) -> None:
        """No pointer, no crosshair."""
        self._hide_cursor()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the focus."""
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide it."""
        super().focusOutEvent(event)
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """← → the crosshair, + − the zoom, Home and End the ends, Esc hides the crosshair."""
        key, far = event.key(), 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        keys: dict[int, Any] = {
            Qt.Key.Key_Left: lambda: self.step_cursor(-far),
            Qt.Key.Key_Right: lambda: self.step_cursor(far),
            Qt.Key.Key_Plus: lambda: self.zoom(_KEY_ZOOM),
            Qt.Key.Key_Equal: lambda: self.zoom(_KEY_ZOOM),
            Qt.Key.Key_Minus: lambda: self.zoom(1 / _KEY_ZOOM),
            Qt.Key.Key_Home: lambda: self.step_cursor(-(10**9)),
            Qt.Key.Key_End: self.show_latest,
        }
        if key in keys:
            keys[key]()
            event.accept()
        elif key == Qt.Key.Key_Escape and self.parts.crosshair.index is not None:
            self._hide_cursor()
            event.accept()
        else:
            event.ignore()
