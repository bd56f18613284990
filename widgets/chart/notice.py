"""What stands in the chart when there is nothing to draw: empty, loading (after half a second), failed."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from widgets.theme import ThemeHolder, set_prop

LOADING_AFTER_MS = 500


class Notice(QWidget):
    """A title, a hint and at most one button that cures. Hidden unless something is said."""

    retry = Signal()

    def __init__(self, theme: ThemeHolder, parent: QWidget) -> None:
        super().__init__(parent)
        self._title, self._hint = QLabel(self), QLabel(self)
        set_prop(self._title, "role", "strong")
        set_prop(self._hint, "role", "secondary")
        for label in (self._title, self._hint):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setWordWrap(True)
        self.button = QPushButton(self.tr("重新载入"), self)
        self.button.clicked.connect(self.retry)
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(self.button)
        row.addStretch()
        column = QVBoxLayout(self)
        column.setSpacing(7)
        column.addStretch()
        column.addWidget(self._title)
        column.addWidget(self._hint)
        column.addLayout(row)
        column.addStretch()
        self._later = QTimer(self, singleShot=True, interval=LOADING_AFTER_MS)
        self._later.timeout.connect(self.show)
        self.hide()

    def say(self, title: str, hint: str, *, cure: bool = False) -> None:
        """Say something now."""
        self._fill(title, hint, cure)
        self.show()

    def say_later(self, title: str, hint: str) -> None:
        """Say that something takes long, once it has; until then the chart stays blank."""
        self.clear()
        self._fill(title, hint, False)
        self._later.start()

    def clear(self) -> None:
        """Say nothing."""
        self._later.stop()
        self.hide()

    def text(self) -> str:
        """What is said now, empty while hidden."""
        return "" if self.isHidden() else f"{self._title.text()} {self._hint.text()}".strip()

    def _fill(self, title: str, hint: str, cure: bool) -> None:
        self._later.stop()
        self._title.setText(title)
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))
        self.button.setVisible(cure)
        self.setAccessibleName(f"{title} {hint}")
