"""The editor's frame: its scrolled body, the bar with three acts, the line that asks before changes are lost."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from widgets.field import IconMark
from widgets.icons import Icon
from widgets.theme import ThemeHolder, set_prop


def _bar(widget: QWidget, ground: str) -> QHBoxLayout:
    widget.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    set_prop(widget, "panel", ground)
    row = QHBoxLayout(widget)
    row.setContentsMargins(16, 11, 16, 11)
    row.setSpacing(9)
    return row


def _button(text: str, parent: QWidget, kind: str = "") -> QPushButton:
    button = QPushButton(text, parent)
    button.setAutoDefault(False)
    if kind:
        set_prop(button, "kind", kind)
    return button


class ActBar(QWidget):
    """还原, 取消, 保存, and beside 保存 the reason why it cannot be pressed."""

    def __init__(self, theme: ThemeHolder, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = IconMark(theme, self)
        self.note = QLabel(self)
        self.note.setWordWrap(True)
        self.revert = _button(self.tr("还原"), self)
        self.cancel = _button(self.tr("取消 Esc"), self)
        self.save = _button(self.tr("保存 Ctrl+S"), self, "primary")
        self.reason = QLabel(self)
        self.reason.setWordWrap(True)
        row = _bar(self, "hdr")
        row.addWidget(self._icon)
        row.addWidget(self.note, 3)
        for button in (self.revert, self.cancel, self.save):
            row.addWidget(button)
        row.addWidget(self.reason, 2)
        self.say_refused("")

    def say_refused(self, text: str) -> None:
        """A refusal of the service in full, or (empty) what saving does."""
        self._icon.show_icon(Icon.OCTAGON if text else Icon.INFO, "alarm" if text else "t2")
        set_prop(self.note, "role", "alarm" if text else "secondary")
        self.note.setText(text or self.tr("保存后立即生效；工作中的委托不受影响"))

    def allow(self, allowed: bool, reason: str, *, wrong: bool = False) -> None:
        """Whether 保存 can be pressed, and the words beside it."""
        self.save.setEnabled(allowed)
        self.save.setToolTip(reason)
        self.save.setAccessibleDescription(reason)
        set_prop(self.reason, "role", "alarm" if wrong else "secondary")
        self.reason.setText(reason)
        self.reason.setVisible(bool(reason))


class AskBar(QWidget):
    """Asks once, in place, before changes are lost."""

    discarded = Signal()
    kept = Signal()

    def __init__(self, theme: ThemeHolder, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        icon = IconMark(theme, self)
        icon.show_icon(Icon.WARN, "warn")
        self.text = QLabel(self)
        set_prop(self.text, "role", "strong")
        self.discard = _button(self.tr("放弃修改"), self, "danger")
        self.keep = _button(self.tr("继续编辑 Esc"), self)
        row = _bar(self, "hdr")
        row.addWidget(icon)
        row.addWidget(self.text, 1)
        row.addWidget(self.discard)
        row.addWidget(self.keep)
        self.discard.clicked.connect(self.discarded)
        self.keep.clicked.connect(self.kept)
        self.hide()

    def ask(self, text: str) -> None:
        """Show the question; the harmless answer has the focus."""
        self.text.setText(text)
        self.setAccessibleName(text)
        self.show()
        self.keep.setFocus()


def two_columns(left: QWidget, right: Iterable[QWidget], parent: QWidget) -> QScrollArea:
    """The body: it scrolls where the screen is too small for it; Tab goes through it, not to it."""
    body = QWidget(parent)
    body.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    set_prop(body, "panel", "win")
    side = QVBoxLayout()
    side.setSpacing(10)
    for panel in right:
        side.addWidget(panel)
    side.addStretch(1)
    columns = QHBoxLayout(body)
    columns.setSpacing(20)
    columns.setContentsMargins(16, 14, 16, 14)
    columns.addWidget(left, 1)
    columns.addLayout(side, 1)
    area = QScrollArea(parent)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(body)
    return area
