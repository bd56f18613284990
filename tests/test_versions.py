"""The pins that keep the process alive: PySide6 must not eat references to None."""

from __future__ import annotations

import sys

import PySide6
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

CALLS = 100
SLACK = 50
"""References to None that the interpreter itself may gain or lose meanwhile; a loss by Qt is `4 * CALLS`."""


def test_void_qt_calls_keep_the_references_to_none(qtbot: QtBot) -> None:
    """PySide6 6.12.0 on Python 3.11 drops one at each void call and the interpreter aborts within seconds.

    From Python 3.12 on None is immortal and its count stands still; there the test holds trivially.
    """
    label = QLabel()
    qtbot.addWidget(label)
    image = QImage(16, 16, QImage.Format.Format_ARGB32)
    painter = QPainter(image)
    pen, texts = QColor("red"), [str(n) for n in range(CALLS)]

    def paint() -> None:
        for text in texts:
            label.update()
            painter.drawLine(0, 0, 15, 15)
            painter.setPen(pen)
            label.setText(text)

    paint()  # the first call of each method makes its signature, which keeps references of its own
    before = sys.getrefcount(None)
    paint()
    after = sys.getrefcount(None)
    painter.end()
    assert abs(after - before) < SLACK


def test_pyside_is_the_version_that_was_measured() -> None:
    assert PySide6.__version__ == "6.11.3"
