"""The alarm bar under the rail: the one thing that may push content down. The gravest first, until acknowledged."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from core.domain.enums import AlarmRank
from widgets.alarm import Alarm
from widgets.fonts import FontRole
from widgets.icons import Icon, paint_icon
from widgets.theme import ThemeHolder, set_prop

HEIGHT = 40
_TEXT = 44
_GAP = 14
_RIGHT = Qt.TextElideMode.ElideRight
_FLAGS = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)


class AlarmBar(QWidget):
    """Shows alarms of rank ALARM only. Acknowledging silences one; only its cure removes the state elsewhere."""

    acknowledged = Signal(str)  # key
    show_requested = Signal(str)  # symbol
    count_changed = Signal(int)

    def __init__(self, theme: ThemeHolder, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._open: dict[str, Alarm] = {}
        self._long = False
        self.look = QPushButton(self.tr("看这一行"), self)
        self.confirm = QPushButton(self.tr("确认 Ctrl+Enter"), self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 10, 0)
        row.setSpacing(8)
        row.addStretch(1)
        for button in (self.look, self.confirm):
            set_prop(button, "kind", "onalarm")
            row.addWidget(button)
        self.look.clicked.connect(self._look)
        self.confirm.clicked.connect(self.acknowledge_top)
        theme.changed.connect(self._restyle)
        self._restyle()
        self.hide()

    # What comes in

    def add_alarm(self, alarm: Alarm) -> None:
        """A new or renewed alarm; other ranks belong to the inbox."""
        if alarm.rank is AlarmRank.ALARM:
            self._open.pop(alarm.key, None)
            self._open[alarm.key] = alarm
            self._renew()

    def cure(self, key: str) -> None:
        """The state is over; unknown keys are no error."""
        if self._open.pop(key, None) is not None:
            self._renew()

    def acknowledge(self, key: str) -> None:
        """Silence one, as when the inbox did it."""
        self.cure(key)

    def acknowledge_top(self) -> None:
        """Silence the one that is shown and tell its key."""
        alarm = self.top
        if alarm is not None:
            self.cure(alarm.key)
            self.acknowledged.emit(alarm.key)

    # What callers ask

    @property
    def top(self) -> Alarm | None:
        """The alarm that is shown: the latest."""
        return next(reversed(self._open.values()), None)

    @property
    def count(self) -> int:
        """Open alarms."""
        return len(self._open)

    @property
    def words(self) -> str:
        """What the bar says, whole."""
        alarm = self.top
        if alarm is None:
            return ""
        more = self._more() if self.count > 1 else ""
        return f"{alarm.title} {alarm.text} {more}".strip()

    # Inside

    def _renew(self) -> None:
        alarm = self.top
        self.look.setVisible(alarm is not None and alarm.symbol is not None)
        self.setAccessibleName(self.words)
        self.setToolTip(self.words)
        self.setVisible(alarm is not None)
        self._fit()
        self.update()
        self.count_changed.emit(self.count)

    def _look(self) -> None:
        alarm = self.top
        if alarm is not None and alarm.symbol is not None:
            self.show_requested.emit(alarm.symbol)

    def _restyle(self) -> None:
        self._fit()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Two lines where one is not enough."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        line = round(self._theme.metrics(FontRole.STRONG).height())
        alarm = self.top
        self._long = alarm is not None and self._needed(alarm) > self._room()
        self.setFixedHeight(max(HEIGHT, line + 18) + (line if self._long else 0))

    def _needed(self, alarm: Alarm) -> float:
        title, text = self._theme.metrics(FontRole.STRONG), self._theme.metrics(FontRole.CELL)
        return title.horizontalAdvance(alarm.title) + _GAP + text.horizontalAdvance(alarm.text)

    def _room(self) -> float:
        """For title and sentence: what the buttons and the count of the others leave."""
        buttons = [button for button in (self.look, self.confirm) if not button.isHidden()]
        taken = sum(button.sizeHint().width() + 8 for button in buttons) + 22
        more = (
            self._theme.metrics(FontRole.CELL).horizontalAdvance(self._more()) + 16 if self.count > 1 else 0
        )
        return max(0.0, self.width() - taken - more - _TEXT)

    def _more(self) -> str:
        return self.tr("还有 {n} 条").format(n=self.count - 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        """White on the alarm's fill: icon, title, sentence, how many more."""
        alarm = self.top
        if alarm is None:
            return
        painter, theme = QPainter(self), self._theme
        painter.fillRect(self.rect(), theme.color("alarmfill"))
        ink = theme.color("onfill")
        paint_icon(painter, QRectF(16, (self.height() - 18) / 2, 18, 18), Icon.OCTAGON, ink)
        painter.setPen(ink)
        right = _TEXT + self._room()
        if self.count > 1:
            painter.setFont(theme.font(FontRole.CELL))
            painter.drawText(QRectF(right + 16, 0, self.width(), self.height()), _FLAGS, self._more())
        title, text = theme.metrics(FontRole.STRONG), theme.metrics(FontRole.CELL)
        half = self.height() / 2
        first = (
            QRectF(_TEXT, 8, right - _TEXT, half - 8)
            if self._long
            else QRectF(_TEXT, 0, right - _TEXT, 2 * half)
        )
        painter.setFont(theme.font(FontRole.STRONG))
        painter.drawText(first, _FLAGS, title.elidedText(alarm.title, _RIGHT, first.width()))
        if self._long:
            second = QRectF(_TEXT, half, right - _TEXT, half - 8)
        else:
            second = first.adjusted(title.horizontalAdvance(alarm.title) + _GAP, 0, 0, 0)
        painter.setFont(theme.font(FontRole.CELL))
        painter.drawText(second, _FLAGS, text.elidedText(alarm.text, _RIGHT, second.width()))
        painter.end()
