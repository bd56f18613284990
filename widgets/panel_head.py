"""The 29-pixel head of a dock: name, a short summary, and whatever the dock puts beside it.

A head may serve as the dock's own title bar (`QDockWidget.setTitleBarWidget(panel.head)`): it lets the mouse
through to the dock where nothing of its own is hit.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from widgets.elided import ElidedLabel
from widgets.fonts import FontRole
from widgets.icons import Icon, themed_icon
from widgets.theme import ThemeHolder, set_prop

HEIGHT = 29


class PanelHead(QWidget):
    """Header ground with a line below; children are laid out left to right."""

    def __init__(self, theme: ThemeHolder, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(8, 0, 6, 1)
        self.row.setSpacing(6)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.title = QLabel(title, self)
        set_prop(self.title, "role", "strong")
        self.note = ElidedLabel(self)
        set_prop(self.note, "role", "secondary")
        if title:
            self.row.addWidget(self.title)
            self.row.addSpacing(2)
            self.row.addWidget(self.note)
            self.row.addSpacing(6)
        self._restyle()
        theme.changed.connect(self._restyle)

    def _restyle(self) -> None:
        self.setFixedHeight(max(HEIGHT, round(self._theme.metrics(FontRole.CELL).height()) + 10))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground and base line."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.color("hdr"))
        painter.fillRect(0, self.height() - 1, self.width(), 1, self._theme.color("line"))
        painter.end()


def chip(text: str, parent: QWidget, kind: str = "chip") -> QPushButton:
    """A checkable filter chip."""
    button = QPushButton(text, parent)
    button.setCheckable(True)
    set_prop(button, "kind", kind)
    button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    return button


def head_button(
    theme: ThemeHolder, text: str, parent: QWidget, icon: Icon | None = None, *, tip: str = ""
) -> QPushButton:
    """A flat small button for a head; without text the tip is its name."""
    button = QPushButton(text, parent)
    set_prop(button, "kind", "flat" if icon else "small")
    if icon is not None:
        button.setIcon(themed_icon(theme, icon))
    if tip:
        button.setToolTip(tip)
    button.setAccessibleName(text or tip)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
