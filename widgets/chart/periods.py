"""The period buttons of the chart's head: flat words, the chosen one in accent with a bar below."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QSizePolicy, QWidget

from widgets.chart.model import ChartMode
from widgets.fonts import FontRole
from widgets.theme import ThemeHolder

_PAD = 10
_BAR = 2


class PeriodButton(QAbstractButton):
    """One word; checked it has the accent bar, focused the focus frame."""

    def __init__(self, theme: ThemeHolder, text: str, tip: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setText(text)
        self.setToolTip(tip)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        """The word and its padding."""
        metrics = self._theme.metrics(FontRole.CELL)
        return QSize(round(metrics.horizontalAdvance(self.text())) + 2 * _PAD, 28)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Word, bar, focus."""
        painter = QPainter(self)
        box = QRectF(self.rect())
        if self.underMouse() and not self.isChecked():
            painter.fillRect(box, self._theme.color("hov"))
        painter.setFont(self._theme.font(FontRole.STRONG if self.isChecked() else FontRole.CELL))
        painter.setPen(self._theme.color("acc" if self.isChecked() else "t2"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.text())
        if self.isChecked():
            painter.fillRect(QRectF(0, box.height() - _BAR, box.width(), _BAR), self._theme.color("acc"))
        if self.hasFocus():
            painter.setPen(self._theme.pen("acc", 2.0))
            painter.drawRect(box.adjusted(1, 1, -1, -1))
        painter.end()

    def enterEvent(self, event: object) -> None:
        """Hover."""
        self.update()

    def leaveEvent(self, event: object) -> None:
        """No hover."""
        self.update()


class PeriodBar(QWidget):
    """分时 1分 5分 日; `chosen` gives the mode that a user picked."""

    chosen = Signal(object)

    def __init__(self, theme: ThemeHolder, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self._group = QButtonGroup(self)
        self.buttons: dict[ChartMode, PeriodButton] = {}
        names = {
            ChartMode.INTRADAY: (self.tr("分时"), self.tr("当日分时走势")),
            ChartMode.M1: (self.tr("1分"), self.tr("1 分钟 K 线")),
            ChartMode.M5: (self.tr("5分"), self.tr("5 分钟 K 线")),
            ChartMode.D1: (self.tr("日"), self.tr("日 K 线")),
        }
        for number, (mode, (text, tip)) in enumerate(names.items(), 1):
            button = PeriodButton(theme, text, f"{tip}  Alt+{number}", self)
            button.setAccessibleName(tip)
            button.clicked.connect(lambda _checked, mode=mode: self.chosen.emit(mode))
            self._group.addButton(button)
            row.addWidget(button)
            self.buttons[mode] = button
        theme.changed.connect(self._restyle)

    def choose(self, mode: ChartMode) -> None:
        """Show a mode as chosen; tells nobody."""
        self.buttons[mode].setChecked(True)

    def _restyle(self) -> None:
        for button in self.buttons.values():
            button.updateGeometry()
            button.update()
