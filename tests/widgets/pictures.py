"""What a test may ask of painted pixels."""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QWidget


def grab(widget: QWidget, area: QRect | None = None) -> QImage:
    """The widget (or a part of it) as painted now."""
    pixmap = widget.grab() if area is None else widget.grab(area)
    return pixmap.toImage().convertToFormat(QImage.Format.Format_RGB32)


def count(image: QImage, color: QColor) -> int:
    """Pixels of exactly this colour."""
    wanted = color.rgb() & 0xFFFFFF
    found = 0
    for y in range(image.height()):
        for x in range(image.width()):
            found += (image.pixel(x, y) & 0xFFFFFF) == wanted
    return found
