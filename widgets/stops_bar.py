"""Run or stop automation: two segments, the present one with ground and a base line."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.fonts import FontRole
from widgets.icons import Icon, paint_icon
from widgets.theme import ThemeHolder

_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


class StopsBar(QWidget):
    """运行 or 停自动. A press only asks; the bar changes when the service has answered."""

    automation_requested = Signal(bool)

    def __init__(self, theme: ThemeHolder, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._armed = False
        self._focus = 0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme.changed.connect(self.updateGeometry)
        self.set_armed(False)

    def set_armed(self, armed: bool) -> None:
        """Show what the service said."""
        self._armed = armed
        self._focus = 0 if armed else 1
        self.setAccessibleName(self.tr("自动交易：运行") if armed else self.tr("自动交易：已停"))
        self.setToolTip(self.tr("停自动后不再自动下单，止损也不再自动卖出；已报的委托不撤"))
        self.update()

    @property
    def armed(self) -> bool:
        """What is shown."""
        return self._armed

    def segments(self) -> tuple[tuple[Icon, str, str, bool], ...]:
        """(icon, word, second line, chosen) of both segments."""
        return (
            (Icon.ENTERING, self.tr("运行"), self.tr("自动买卖"), self._armed),
            (Icon.PAUSE, self.tr("停自动"), "Ctrl+F10", not self._armed),
        )

    def sizeHint(self) -> QSize:
        """Two equal halves."""
        return QSize(2 * self._half(), self._upper() + self._theme.scaled(20))

    minimumSizeHint = sizeHint

    def _half(self) -> int:
        metrics = self._theme.metrics(FontRole.STRONG)
        return max(78, *(round(metrics.horizontalAdvance(word)) + 44 for _, word, _, _ in self.segments()))

    def _upper(self) -> int:
        return self._theme.scaled(24)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, words, base line; stopped is warn."""
        painter, theme = QPainter(self), self._theme
        half, upper = self.width() / 2, self._upper()
        for place, (icon, word, line, chosen) in enumerate(self.segments()):
            box = QRectF(place * half, 0, half, self.height())
            tone = "warn" if place else "acc"
            painter.fillRect(box, theme.color(("warnbg" if place else "accbg") if chosen else "hdr"))
            ink = theme.color(("warn" if place else "t1") if chosen else "t2")
            paint_icon(
                painter,
                QRectF(box.x() + 12, upper / 2 - 4, 12, 12),
                icon,
                theme.color(tone) if chosen else ink,
            )
            painter.setPen(ink)
            painter.setFont(theme.font(FontRole.STRONG if chosen else FontRole.CELL))
            painter.drawText(QRectF(box.x() + 29, 3, half - 30, upper - 2), _LEFT, word)
            painter.setPen(theme.color("t2"))
            painter.setFont(theme.font(FontRole.AXIS))
            painter.drawText(
                QRectF(box.x() + 12, upper - 2, half - 14, self.height() - upper - 1), _LEFT, line
            )
            if chosen:
                painter.fillRect(QRectF(box.x(), self.height() - 3, half, 3), theme.color(tone))
        painter.setPen(theme.pen("edge"))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(QRectF(0.5, 0.5, self.width() - 1, self.height() - 1))
        if self.hasFocus():
            painter.setPen(theme.pen("acc", 2))
            painter.drawRect(QRectF(self._focus * half + 1, 1, half - 2, self.height() - 2))
        painter.end()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Ask for the half that was pressed."""
        if self.rect().contains(event.position().toPoint()):
            self._ask(event.position().x() < self.width() / 2)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows choose a half, Space or Enter asks for it."""
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._focus = 0 if event.key() == Qt.Key.Key_Left else 1
            self.update()
        elif event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._ask(self._focus == 0)
        else:
            super().keyPressEvent(event)

    def _ask(self, run: bool) -> None:
        if run != self._armed:
            self.automation_requested.emit(run)
