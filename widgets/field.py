"""Fields that complain in place: a line edit, its message beside it, and what it offers instead.

A field never clears or corrects what was typed. `mark` puts it into one of its states (`""`, `care`, `wrong`),
shows the sentence and gives a screen reader the same words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFocusEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from widgets.fonts import FontRole
from widgets.icons import Icon, paint_icon
from widgets.theme import ThemeHolder, set_prop

CARE, WRONG = "care", "wrong"
TONES = {CARE: "warn", WRONG: "alarm"}
ICONS = {CARE: Icon.WARN, WRONG: Icon.OCTAGON}
_CENTER = int(Qt.AlignmentFlag.AlignCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


@dataclass(frozen=True, slots=True)
class Offer:
    """A cure that one click takes: its words, and the new text of each field it changes."""

    label: str
    changes: tuple[tuple[str, str], ...]


class IconMark(QWidget):
    """One small icon in a token's colour, or nothing."""

    def __init__(self, theme: ThemeHolder, parent: QWidget | None = None, side: int = 14) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icon: Icon | None = None
        self._tone = "t2"
        self.setFixedSize(side, side)
        theme.changed.connect(self.update)

    def show_icon(self, icon: Icon | None, tone: str = "t2") -> None:
        """Another icon and colour."""
        self._icon, self._tone = icon, tone
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The icon."""
        if self._icon is not None:
            painter = QPainter(self)
            paint_icon(painter, QRectF(self.rect()), self._icon, self._theme.color(self._tone))
            painter.end()


class LinkButton(QAbstractButton):
    """An act inside a sentence: underlined, reached by Tab, pressed by Space or Enter."""

    def __init__(self, theme: ThemeHolder, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setText(text)
        self.setAccessibleName(text)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:
        """Text with room for the focus ring; at least a hit area of 24."""
        metrics = self._theme.metrics(FontRole.HEADER)
        return QSize(round(metrics.horizontalAdvance(self.text())) + 10, max(24, round(metrics.height()) + 6))

    minimumSizeHint = sizeHint

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter is a click, as on a link."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Hover shows."""
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Hover ends."""
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Underlined text, hover ground, focus ring."""
        painter, theme = QPainter(self), self._theme
        if self.underMouse():
            painter.fillRect(self.rect().adjusted(0, 2, 0, -2), theme.color("hov"))
        font = theme.font(FontRole.HEADER)
        font = type(font)(font)
        font.setUnderline(True)
        painter.setFont(font)
        painter.setPen(theme.color("acc" if self.isEnabled() else "t3"))
        painter.drawText(self.rect(), _CENTER, self.text())
        if self.hasFocus():
            painter.setPen(theme.pen("acc", 2.0))
            painter.drawRect(self.rect().adjusted(1, 2, -1, -2))
        painter.end()


class FieldMessage(QWidget):
    """One sentence with its icon and its offers. It takes no room while there is nothing to say.

    `follows` is the widget that Tab leaves to come to the first offer.
    """

    offered = Signal(object)

    def __init__(self, theme: ThemeHolder, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._offers: tuple[Offer, ...] = ()
        self.buttons: list[LinkButton] = []
        self.follows: QWidget | None = None
        self._icon = IconMark(theme, self)
        self._label = QLabel(self)
        self._label.setWordWrap(True)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        set_prop(self._label, "role", "secondary")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 2, 0, 2)
        self._row.setSpacing(6)
        self._row.addWidget(self._icon)
        self._row.addWidget(self._label, 1)
        self.hide()

    @property
    def text(self) -> str:
        """The sentence, empty when there is none."""
        return self._label.text()

    def say(self, state: str, text: str, offers: Sequence[Offer] = ()) -> None:
        """Show a sentence, or hide with an empty one. `offered` tells the offer that was clicked."""
        set_prop(self._label, "tone", TONES.get(state, ""))
        self._icon.show_icon(ICONS.get(state), TONES.get(state, "t2"))
        self._label.setText(text)
        if tuple(offers) != self._offers:
            self._offers = tuple(offers)
            self._rebuild()
        self.setVisible(bool(text))

    def _rebuild(self) -> None:
        for button in self.buttons:
            self._row.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = []
        before = self.follows
        for offer in self._offers:
            button = LinkButton(self._theme, offer.label, self)
            button.clicked.connect(lambda _=False, chosen=offer: self.offered.emit(chosen))
            self._row.addWidget(button)
            if before is not None:
                QWidget.setTabOrder(before, button)
            before = button
            self.buttons.append(button)


class FieldEdit(QLineEdit):
    """A line edit with a unit inside, an undoable `replace`, and a signal when the user is done with it."""

    left = Signal()

    def __init__(
        self, theme: ThemeHolder, parent: QWidget | None = None, *, unit: str = "", number: bool = False
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._unit = unit
        if number:
            self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.setPlaceholderText("—")
        self._restyle()
        theme.changed.connect(self._restyle)
        self.returnPressed.connect(self.left)

    def replace(self, text: str) -> None:
        """Put another text in; Ctrl+Z brings back what was there."""
        if text != self.text():
            self.selectAll()
            self.insert(text)
            if not text:
                self.del_()

    def fit_height(self) -> None:
        """One height in every state: a border of 2 pixels must not move what is below.

        The sheet sets a minimum of its own each time it is applied, so this follows each time.
        """
        self.setFixedHeight(max(26, round(self._theme.metrics(FontRole.CELL).height()) + 8))

    def _restyle(self) -> None:
        self.fit_height()
        if self._unit:
            wide = self._theme.metrics(FontRole.HEADER).horizontalAdvance(self._unit)
            self.setTextMargins(0, 0, round(wide) + 5, 0)

    def event(self, event: QEvent) -> bool:
        """After the sheet was applied the height is ours again."""
        done = super().event(event)
        if event.type() in (QEvent.Type.Polish, QEvent.Type.StyleChange):
            self.fit_height()
        return bool(done)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Leaving counts as done, a menu or another window does not."""
        super().focusOutEvent(event)
        if event.reason() not in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason):
            self.left.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The unit stands right of the text."""
        super().paintEvent(event)
        if self._unit:
            painter = QPainter(self)
            painter.setFont(self._theme.font(FontRole.HEADER))
            painter.setPen(self._theme.color("t2" if self.isEnabled() else "t3"))
            painter.drawText(self.rect().adjusted(0, 0, -8, 0), _RIGHT, self._unit)
            painter.end()


def mark(edit: FieldEdit, message: FieldMessage, state: str, text: str, offers: Sequence[Offer] = ()) -> None:
    """Put a field and its message into a state; `""` with an empty text is sound."""
    set_prop(edit, "state", state)
    edit.fit_height()
    edit.setAccessibleDescription(text)
    message.follows = edit
    message.say(state, text, offers)


class Field(QWidget):
    """Label, edit and hint in a row, the message below them."""

    def __init__(
        self,
        theme: ThemeHolder,
        label: str,
        parent: QWidget | None = None,
        *,
        unit: str = "",
        number: bool = False,
        width: int = 0,
    ) -> None:
        super().__init__(parent)
        self._theme, self._width = theme, width
        self.label = QLabel(label, self)
        set_prop(self.label, "role", "secondary")
        self.edit = FieldEdit(theme, self, unit=unit, number=number)
        self.edit.setAccessibleName(label)
        self.label.setBuddy(self.edit)
        self._hint = QLabel(self)
        set_prop(self._hint, "role", "hint")
        self._hint.hide()
        self.message = FieldMessage(theme, self)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self.label)
        row.addWidget(self.edit, 0 if width else 1)
        row.addWidget(self._hint)
        row.addStretch(1 if width else 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addLayout(row)
        column.addWidget(self.message)
        self._restyle()
        theme.changed.connect(self._restyle)

    def _restyle(self) -> None:
        if self._width:
            self.edit.setFixedWidth(self._theme.scaled(self._width))

    def set_hint(self, text: str) -> None:
        """A few words behind the edit, said while nothing is wrong too."""
        self._hint.setText(text)
        self._hint.setVisible(bool(text))

    def mark(self, state: str, text: str, offers: Sequence[Offer] = ()) -> None:
        """See `mark`."""
        mark(self.edit, self.message, state, text, offers)
