"""The editor's list of checks: what is wrong, what deserves care, what passed, each with its reason and cure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from widgets.field import CARE, WRONG, IconMark, LinkButton, Offer
from widgets.icons import Icon
from widgets.panel_head import PanelHead
from widgets.theme import ThemeHolder, set_prop

PASSED, UNKNOWN = "passed", "unknown"
_ICONS = {
    WRONG: (Icon.OCTAGON, "alarm"),
    CARE: (Icon.WARN, "warn"),
    PASSED: (Icon.TICK, "acc"),
    UNKNOWN: (Icon.INFO, "t2"),
}
_TONES = {WRONG: "alarm", CARE: "warn"}


@dataclass(frozen=True, slots=True)
class Check:
    """One line: `state` is wrong, care, passed or unknown; `title` names the field or rule."""

    state: str
    title: str
    text: str
    offers: tuple[Offer, ...] = field(default=())


class CheckRow(QWidget):
    """Icon, name, reason, cures."""

    offered = Signal(object)

    def __init__(self, theme: ThemeHolder, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.check: Check | None = None
        self._icon = IconMark(theme, self)
        self._title = QLabel(self)
        set_prop(self._title, "role", "strong")
        self._text = QLabel(self)
        self._text.setWordWrap(True)
        self._links: list[LinkButton] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(10, 4, 10, 4)
        self._row.setSpacing(8)
        for widget, stretch in ((self._icon, 0), (self._title, 0), (self._text, 1)):
            self._row.addWidget(widget, stretch)
        self.setMinimumHeight(26)

    def show_check(self, check: Check) -> None:
        """Another check in this row."""
        if check == self.check:
            return
        self.check = check
        icon, tone = _ICONS[check.state]
        self._icon.show_icon(icon, tone)
        grave = check.state in _TONES
        set_prop(self._title, "tone", _TONES.get(check.state, ""))
        set_prop(self._title, "role", "strong" if grave else "secondary")
        set_prop(self._text, "role", "" if grave else "secondary")
        self._title.setText(check.title)
        self._text.setText(check.text)
        self.setAccessibleName(f"{check.title} {check.text}")
        for link in self._links:
            self._row.removeWidget(link)
            link.hide()
            link.deleteLater()
        self._links = []
        for offer in check.offers:
            link = LinkButton(self._theme, offer.label, self)
            link.clicked.connect(lambda _=False, chosen=offer: self.offered.emit(chosen))
            self._row.addWidget(link)
            self._links.append(link)


class CheckList(QFrame):
    """A panel whose head counts, and whose rows are reused."""

    offered = Signal(object)

    def __init__(self, theme: ThemeHolder, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        set_prop(self, "frame", "panel")
        self.head = PanelHead(theme, self.tr("检查"), self)
        self.head.row.addStretch(1)
        self._rows: list[CheckRow] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(1, 1, 1, 1)
        self._column.setSpacing(0)
        self._column.addWidget(self.head)

    @property
    def checks(self) -> tuple[Check, ...]:
        """What is listed now, top to bottom."""
        return tuple(row.check for row in self._rows if row.check is not None and not row.isHidden())

    def show_checks(self, checks: Iterable[Check]) -> None:
        """Replace the list; the gravest first."""
        order = (WRONG, CARE, UNKNOWN, PASSED)
        listed = sorted(checks, key=lambda check: order.index(check.state))
        while len(self._rows) < len(listed):
            row = CheckRow(self._theme, self)
            row.offered.connect(self.offered)
            self._rows.append(row)
            self._column.addWidget(row)
        for row, check in zip(self._rows, listed, strict=False):
            row.show_check(check)
        for place, row in enumerate(self._rows):
            row.setVisible(place < len(listed))
        count = {state: sum(1 for check in listed if check.state == state) for state in order}
        self.head.note.setText(
            self.tr("{wrong} 处错误，{care} 处提醒，{passed} 项通过").format(
                wrong=count[WRONG], care=count[CARE], passed=count[PASSED]
            )
        )
