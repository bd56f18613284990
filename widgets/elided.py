"""A label of one line that gives way: where it does not fit its end is left out, never its beginning."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel


class ElidedLabel(QLabel):
    """Wants room for its whole text and lives with any; the whole text belongs into its tooltip."""

    @property
    def shown(self) -> str:
        """What there is room for."""
        room = self.contentsRect().width()
        return self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room)

    def minimumSizeHint(self) -> QSize:
        """As narrow as need be."""
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """The text in the label's own font and colour."""
        painter = QPainter(self)
        align, role = int(self.alignment()), self.foregroundRole()
        box, on = self.contentsRect(), self.isEnabled()
        self.style().drawItemText(painter, box, align, self.palette(), on, self.shown, role)
        painter.end()
