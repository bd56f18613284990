"""The head of the watchlist: chips that count and filter, the filter box, buttons."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QLineEdit, QPushButton, QWidget

from core.domain.enums import ItemState
from widgets.icons import Icon, themed_icon
from widgets.panel_head import PanelHead, chip, head_button
from widgets.theme import ThemeHolder, set_prop
from widgets.watchlist.rows import WatchRow

Test = Callable[[WatchRow], bool]


class WatchHead(PanelHead):
    """Says how many items need what. `chosen` gives a test of rows, None for all."""

    chosen = Signal(object)
    filtered = Signal(str)
    add_pressed = Signal()
    files_pressed = Signal()

    def __init__(self, theme: ThemeHolder, parent: QWidget | None = None) -> None:
        super().__init__(theme, QCoreApplication.translate("WatchHead", "监测列表"), parent)
        self._tests: dict[str, tuple[str, Test | None]] = {
            "all": (self.tr("全部 {n}"), None),
            "needy": (self.tr("需处理 {n}"), lambda row: row.is_needy),
            "held": (self.tr("持仓 {n}"), lambda row: row.held > 0),
            "pending": (self.tr("待进场 {n}"), lambda row: row.is_pending),
            "alert": (self.tr("仅提醒 {n}"), lambda row: row.state is ItemState.ALERT_ONLY),
            "done": (self.tr("完成 {n}"), lambda row: row.state is ItemState.DONE),
        }
        self.chips = self._make_chips()
        self.row.addStretch(1)
        self.filter_box = self._make_filter()
        self.row.addWidget(self.filter_box)
        self.add_button = head_button(theme, self.tr("添加 Ins"), self, Icon.PLUS)
        self.add_button.clicked.connect(lambda: self.add_pressed.emit())
        self.row.addWidget(self.add_button)
        self.more_button = head_button(theme, "", self, Icon.EXPORT, tip=self.tr("导入或导出监测列表"))
        self.more_button.clicked.connect(lambda: self.files_pressed.emit())
        self.row.addWidget(self.more_button)

    def count(self, rows: Sequence[WatchRow], decisions: int) -> None:
        """Figures of chips and note, of all rows; `decisions` are today's."""
        for key, (text, test) in self._tests.items():
            count = len(rows) if test is None else sum(1 for row in rows if test(row))
            self.chips[key].setText(text.format(n=count))
            if key == "needy":
                self._show_need(any(row.is_alarm for row in rows), bool(count))
        held = sum(1 for row in rows if row.held > 0)
        words = self.tr("{n} 项 · 持仓 {held} · 今日决策 {decisions}")
        self.note.setText(words.format(n=len(rows), held=held, decisions=decisions))
        self.note.setToolTip(self.note.text())

    def _show_need(self, alarm: bool, care: bool) -> None:
        """Magenta is for alarms only: what merely wants care is yellow, and nothing is grey."""
        kind, icon, tone = (
            ("needy", Icon.OCTAGON, "alarm")
            if alarm
            else ("caring", Icon.WARN, "warn")
            if care
            else ("chip", Icon.OCTAGON, "t3")
        )
        set_prop(self.chips["needy"], "kind", kind)
        self.chips["needy"].setIcon(themed_icon(self._theme, icon, tone))

    def focus_filter(self) -> None:
        """Put the cursor into the filter box."""
        self.filter_box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter_box.selectAll()

    def _make_chips(self) -> dict[str, QPushButton]:
        group = QButtonGroup(self)
        group.setExclusive(True)
        chips = {}
        for key, (_, test) in self._tests.items():
            button = chip("", self)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            group.addButton(button)
            button.clicked.connect(lambda _=False, test=test: self.chosen.emit(test))
            self.row.addWidget(button)
            chips[key] = button
        chips["all"].setChecked(True)
        return chips

    def _make_filter(self) -> QLineEdit:
        box = QLineEdit(self)
        set_prop(box, "kind", "small")
        box.setPlaceholderText(self.tr("筛选 代码 / 名称"))
        box.setAccessibleName(self.tr("筛选监测列表"))
        box.setClearButtonEnabled(True)
        box.addAction(themed_icon(self._theme, Icon.SEARCH, "t3"), QLineEdit.ActionPosition.LeadingPosition)
        box.setMaximumWidth(200)
        box.textChanged.connect(self.filtered)
        return box
