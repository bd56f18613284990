"""A round switch with its words: filled and knob right when on, hollow and knob left when off.

Text says what it switches, `hint` beside it what will happen in its present position.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from widgets.fonts import FontRole
from widgets.theme import ThemeHolder

TRACK = (28, 16)
HIT = 26
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


class Switch(QAbstractButton):
    """A checkable button painted as a switch; a click on its words counts too."""

    def __init__(self, theme: ThemeHolder, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._hint = ""
        self.setCheckable(True)
        self.setText(text)
        self.setAccessibleName(text)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._restyle)

    @property
    def hint(self) -> str:
        """What the present position means."""
        return self._hint

    def set_hint(self, hint: str) -> None:
        """Say what the present position means; the same words for a screen reader."""
        if hint != self._hint:
            self._hint = hint
            self.setAccessibleDescription(hint)
            self._restyle()

    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Track, text and hint."""
        text = self._theme.metrics(FontRole.CELL).horizontalAdvance(self.text())
        hint = self._theme.metrics(FontRole.HEADER).horizontalAdvance(self._hint) if self._hint else -10
        height = max(HIT, round(self._theme.metrics(FontRole.CELL).height()) + 4)
        return QSize(round(3 + TRACK[0] + 9 + text + 10 + hint) + 3, height)

    minimumSizeHint = sizeHint

    def paintEvent(self, event: QPaintEvent) -> None:
        """Track, knob, focus ring, words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_track(painter)
        theme, left = self._theme, 3 + TRACK[0] + 9.0
        painter.setPen(theme.color("t1" if self.isEnabled() else "t3"))
        painter.setFont(theme.font(FontRole.CELL))
        wide = theme.metrics(FontRole.CELL).horizontalAdvance(self.text())
        painter.drawText(QRectF(left, 0, wide + 2, self.height()), _LEFT, self.text())
        painter.setPen(theme.color("t2" if self.isEnabled() else "t3"))
        painter.setFont(theme.font(FontRole.HEADER))
        rest = QRectF(left + wide + 10, 0, max(0.0, self.width() - left - wide - 10), self.height())
        painter.drawText(rest, _LEFT, self._hint)
        painter.end()

    def _paint_track(self, painter: QPainter) -> None:
        theme, (wide, tall) = self._theme, TRACK
        top = (self.height() - tall) / 2
        track = QRectF(3.5, top + 0.5, wide - 1, tall - 1)
        on, enabled = self.isChecked(), self.isEnabled()
        if self.hasFocus():
            painter.setPen(QPen(theme.color("acc"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(track.adjusted(-2.5, -2.5, 2.5, 2.5), tall / 2 + 2, tall / 2 + 2)
        edge = "accfill" if on else "t1" if self.underMouse() and enabled else "edge"
        painter.setPen(QPen(theme.color(edge if enabled else "line"), 1))
        painter.setBrush(theme.color(("accfill" if enabled else "accbg") if on else "fld"))
        painter.drawRoundedRect(track, tall / 2, tall / 2)
        knob = "onfill" if on and enabled else "t3" if not enabled else "t2"
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(knob))
        x = track.right() - tall / 2 + 0.5 if on else track.left() + tall / 2 - 0.5
        painter.drawEllipse(QPointF(x, track.center().y()), tall / 2 - 3.5, tall / 2 - 3.5)
