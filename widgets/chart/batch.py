"""Many rectangles or line pieces from one numpy array in one painter call, without a Python object for each.

Kept arrays are drawn again at 0.2 us a rectangle; a recorded QPicture replays each as a path of its own, four
times slower, and a polyline with antialias costs six times its separate pieces (measured on the raster engine).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QRectF
from PySide6.QtGui import QPainter
from shiboken6 import wrapInstance

from widgets.chart.series import Floats

# QRectF is four doubles (x, y, width, height) and QLineF four (x1, y1, x2, y2), as in Qt's C++ arrays of them.


class Rects:
    """Rectangles of shape (n, 4): x, y, width, height."""

    def __init__(self, array: NDArray[Any] | None = None) -> None:
        rows = np.empty((0, 4)) if array is None else array
        self.array: Floats = np.ascontiguousarray(rows, dtype=np.float64).reshape(-1, 4)

    def draw(self, painter: QPainter) -> None:
        """One `drawRects` with the painter's pen and brush."""
        if len(self.array):
            first = wrapInstance(self.array.ctypes.data, QRectF)  # the array is read in place
            painter.drawRects(first, len(self.array))  # type: ignore[call-overload]  # Qt's (pointer, count)


class Lines:
    """Line pieces of shape (n, 4): x1, y1, x2, y2."""

    def __init__(self, array: NDArray[Any] | None = None) -> None:
        rows = np.empty((0, 4)) if array is None else array
        self.array: Floats = np.ascontiguousarray(rows, dtype=np.float64).reshape(-1, 4)

    def draw(self, painter: QPainter) -> None:
        """One `drawLines` with the painter's pen."""
        if len(self.array):
            first = wrapInstance(self.array.ctypes.data, QLineF)
            painter.drawLines(first, len(self.array))  # type: ignore[call-overload]


def rects(x: Any, y: Any, width: Any, height: Any) -> NDArray[Any]:
    """Columns, or numbers for all rows, to an array of rectangles."""
    return np.column_stack(np.broadcast_arrays(x, y, width, height))


def path(x: NDArray[Any], y: NDArray[Any]) -> Lines:
    """The pieces of a line through points; a point whose y is nan breaks it."""
    if len(x) < 2:
        return Lines()
    pieces = np.column_stack([x[:-1], y[:-1], x[1:], y[1:]])
    return Lines(pieces[~np.isnan(pieces).any(axis=1)])
