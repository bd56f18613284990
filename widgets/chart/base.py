"""What every item of the chart's scene has in common: a theme, a frame, an area, and two ways to be refreshed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from widgets.chart.frame import Frame
from widgets.chart.layout import ChartLayout
from widgets.theme import ThemeHolder

NO_PEN = Qt.PenStyle.NoPen
NO_BRUSH = Qt.BrushStyle.NoBrush
AA = QPainter.RenderHint.Antialiasing


class ChartItem(pg.GraphicsObject):  # type: ignore[misc]  # pyqtgraph has no types
    """Paints in the pixels of the view, clipped to its area.

    What stays the same until the next frame goes into the view's ground (`draw_still`), a pixmap; what a tick or
    the pointer may change is painted above it (`draw`) by items with `LIVE`. `show_frame` prepares both,
    `show_last` repaints only where the growing bar is.
    """

    LIVE = True

    def __init__(self, theme: ThemeHolder, z: float) -> None:
        super().__init__()
        self.theme = theme
        self.frame: Frame | None = None
        self.builds = 0
        self._bounds = QRectF()
        self.setZValue(z)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def area(self, layout: ChartLayout) -> QRectF:
        """Where the item paints."""
        return layout.price

    def show_frame(self, frame: Frame | None, layout: ChartLayout) -> None:
        """Take a new frame and prepare it; the view repaints as a whole."""
        bounds = self.area(layout)
        if bounds != self._bounds:
            self.prepareGeometryChange()
            self._bounds = QRectF(bounds)
        self.frame = frame
        if frame is not None:
            self.builds += 1
            self.prepare(frame)

    def show_last(self) -> None:
        """Repaint the growing bar after a tick."""
        if self.frame is not None and self.frame.ends_now:
            self.refresh(last_strip(self.frame, self._bounds))

    def refresh(self, area: QRectF | None = None) -> None:
        """Ask the view to repaint a part, or the whole area. (The item's own `update` would join all parts to one.)"""
        scene = self.scene()
        if scene is not None:
            for view in scene.views():
                view.viewport().update((self._bounds if area is None else area).toAlignedRect())

    def prepare(self, frame: Frame) -> None:
        """Compute what painting needs of the frame."""

    def draw_still(self, painter: QPainter, frame: Frame) -> None:
        """Paint what stays."""

    def draw(self, painter: QPainter, frame: Frame) -> None:
        """Paint what lives."""

    def paint_still(self, painter: QPainter) -> None:
        """Paint what stays, clipped to the area."""
        if self.frame is not None:
            painter.save()
            painter.setClipRect(self._bounds)
            self.draw_still(painter, self.frame)
            painter.restore()

    def boundingRect(self) -> QRectF:
        """The area."""
        return self._bounds

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None, *rest: Any
    ) -> None:
        """Paint what lives, clipped to the area."""
        if self.frame is not None:
            painter.setClipRect(self._bounds)
            self.draw(painter, self.frame)


def last_strip(frame: Frame, bounds: QRectF) -> QRectF:
    """The part of an area from the bar before the growing one to half a slot after it."""
    reach = max(frame.time.step, 2.0)
    left = frame.x_at(max(frame.stop - 2, frame.first)) - 2
    return QRectF(left, bounds.top(), frame.x_at(frame.stop - 1) + reach - left, bounds.height())


def snapped(values: NDArray[Any] | float, dpr: float) -> NDArray[Any]:
    """Logical coordinates moved to the nearest device pixel."""
    return np.floor(np.asarray(values) * dpr + 0.5) / dpr


def thin_rows(values: NDArray[Any] | float, unit: float, dpr: float) -> NDArray[Any]:
    """Top edges of thin lines centred on heights."""
    return snapped(np.asarray(values) - unit / 2, dpr)
