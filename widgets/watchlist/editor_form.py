"""The left side of the editor: every field of a watch item, each with its message. No rules live here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from core.domain.market import Instrument, Quote
from core.domain.watch_rules import FieldProblem
from widgets import field
from widgets.core_words import core_text
from widgets.field import Field, FieldEdit, FieldMessage, Offer
from widgets.switch import Switch
from widgets.theme import ThemeHolder, set_prop
from widgets.watchlist.editor_draft import LEVELS, SWITCHES, TEXTS, Draft, Reading
from widgets.watchlist.editor_head import EditorHead
from widgets.watchlist.editor_levels import LevelTable
from widgets.watchlist.editor_says import state_of
from widgets.watchlist.symbol_search import SymbolSearch


class ItemForm(QWidget):
    """Fields and switches by the names of the watchlist file. `edited` and `left` name the field."""

    edited = Signal(str)
    left = Signal(str)
    offered = Signal(object)

    def __init__(self, theme: ThemeHolder, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._loading = False
        self.head = EditorHead(theme, self)
        self.symbol = Field(theme, self.tr("证券代码"), self, width=150)
        self.symbol.edit.setPlaceholderText(self.tr("例如 600519"))
        self.symbol.set_hint(self.tr("代码、名称或拼音首字母"))
        self.search = SymbolSearch(self.symbol.edit)
        self.ratio = QLabel(self)
        set_prop(self.ratio, "role", "secondary")
        self.levels = LevelTable(theme, self)
        self._make_quant()
        self.group = Field(theme, self.tr("分组"), self, width=120)
        self.interval = Field(theme, self.tr("监测间隔"), self, unit=self.tr("秒"), number=True, width=84)
        self.interval.set_hint(self.tr("公开行情多久问一次；空着按默认"))
        self.note = Field(theme, self.tr("备注"), self)
        self.edits: dict[str, FieldEdit] = {
            "symbol": self.symbol.edit,
            **self.levels.edits,
            "max_position_pct": self.pct.edit,
            "min_trade_amount": self.amount.edit,
            "group": self.group.edit,
            "interval_s": self.interval.edit,
            "note": self.note.edit,
        }
        self._lay_out()
        self._order_tabs()
        self._connect()

    @property
    def names(self) -> dict[str, str]:
        """What each field is called."""
        return {
            "symbol": self.symbol.label.text(),
            **self.levels.names,
            "max_position_pct": self.pct.label.text(),
            "min_trade_amount": self.amount.label.text(),
            "group": self.group.label.text(),
            "interval_s": self.interval.label.text(),
            "note": self.note.label.text(),
            **{name: switch.text() for name, switch in self.switches.items()},
        }

    def message(self, name: str) -> FieldMessage:
        """The message of a field; a switch and an unknown name speak through the first switch's line."""
        return self._messages.get(name, self.quant_message)

    # What the editor does with it

    def load(self, draft: Draft, *, locked: bool) -> None:
        """Put a draft into the fields and forget what could be undone; `locked`: the code cannot be changed."""
        self._loading = True
        for name, edit in self.edits.items():
            edit.setText(draft.text(name))
            edit.setCursorPosition(0)
        for name, switch in self.switches.items():
            switch.setChecked(getattr(draft, name))
        self.symbol.setVisible(not locked)
        self._loading = False

    def lock(self, symbol: str) -> None:
        """The code is settled: it stands as it was saved and is not asked for any more."""
        self._loading = True
        self.symbol.edit.setText(symbol)
        self.symbol.hide()
        self._loading = False

    def draft(self) -> Draft:
        """What stands in the fields now."""
        values: dict[str, str | bool] = {name: self.edits[name].text() for name in TEXTS}
        values.update((name, self.switches[name].isChecked()) for name in SWITCHES)
        return Draft().having(values)

    def take(self, changes: Iterable[tuple[str, str]]) -> None:
        """Put offered texts into fields; each can be undone there."""
        for name, text in changes:
            self.edits[name].replace(text)

    def put_back(self, draft: Draft) -> None:
        """The draft's texts and switches again; texts can be undone."""
        self.take((name, draft.text(name)) for name in TEXTS)
        for name, switch in self.switches.items():
            switch.setChecked(getattr(draft, name))

    def say(
        self,
        shown: Iterable[FieldProblem],
        offers: Mapping[FieldProblem, tuple[Offer, ...]],
        refused: Mapping[str, str],
    ) -> None:
        """Each field with its first problem or the service's refusal; all others sound."""
        first: dict[str, FieldProblem] = {}
        for problem in shown:
            first.setdefault(problem.field, problem)
        for name, edit in self.edits.items():
            found = first.get(name)
            if name in refused:
                field.mark(edit, self._messages[name], field.WRONG, refused[name])
            elif found is None:
                field.mark(edit, self._messages[name], "", "")
            else:
                words = core_text(found.text)
                field.mark(edit, self._messages[name], state_of(found), words, offers.get(found, ()))
        spoken = next((refused[name] for name in self.switches if name in refused), "")
        self.quant_message.say(field.WRONG if spoken else "", spoken)

    def show_hints(self, hints: Mapping[str, str]) -> None:
        """What each switch in its position leads to."""
        for name, hint in hints.items():
            self.switches[name].set_hint(hint)

    def show_market(self, reading: Reading, instrument: Instrument | None, quote: Quote | None) -> None:
        """Head and distances for the newest quote."""
        self.head.show_security(reading.symbol, instrument, reading.tick)
        self.head.show_quote(quote, reading.tick)
        last = quote.last_price if quote is not None and quote.last > 0 else None
        levels = {name: getattr(reading.item, name) for name in LEVELS}
        self.levels.show_distances(levels, last, reading.item.entry_high)

    def focus_on(self, name: str) -> None:
        """Put the cursor where something is to be corrected."""
        widget = self.edits.get(name) or self.switches.get(name)
        if widget is not None:
            widget.setFocus(Qt.FocusReason.TabFocusReason)
        if isinstance(widget, FieldEdit):
            widget.selectAll()

    # Inside

    def _make_quant(self) -> None:
        theme = self._theme
        self.pct = Field(theme, self.tr("单票上限"), self, unit="%", number=True, width=84)
        self.pct.set_hint(self.tr("建议 10–30"))
        self.amount = Field(theme, self.tr("最小成交额"), self, unit=self.tr("元"), number=True, width=110)
        self.switches: dict[str, Switch] = {
            "quant_enabled": Switch(theme, self.tr("启用量化"), self),
            "auto_stop_loss": Switch(theme, self.tr("自动止损"), self),
            "auto_take_profit": Switch(theme, self.tr("自动止盈"), self),
            "alerts": Switch(theme, self.tr("提醒"), self),
        }
        self.quant_message = FieldMessage(theme, self)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(11)
        column.addWidget(self.symbol)
        column.addWidget(self.head)
        column.addLayout(self._heading(self.tr("触发价位"), self.ratio))
        column.addWidget(self.levels)
        column.addLayout(self._heading(self.tr("量化配置")))
        column.addLayout(self._quant_grid())
        column.addWidget(self.quant_message)
        column.addLayout(self._heading(self.tr("其他")))
        last = QHBoxLayout()
        last.setSpacing(20)
        last.addWidget(self.group, 0, Qt.AlignmentFlag.AlignTop)
        last.addWidget(self.interval, 1, Qt.AlignmentFlag.AlignTop)
        column.addLayout(last)
        column.addWidget(self.note)
        column.addStretch(1)

    def _order_tabs(self) -> None:
        """Tab goes as one reads, whatever was made first."""
        middle = (self.pct.edit, self.amount.edit, *list(self.switches.values())[1:])
        order = [self.symbol.edit, *self.levels.edits.values(), self.switches["quant_enabled"], *middle]
        order += [self.group.edit, self.interval.edit, self.note.edit]
        for before, after in pairwise(order):
            QWidget.setTabOrder(before, after)

    def _heading(self, text: str, beside: QLabel | None = None) -> QHBoxLayout:
        row = QHBoxLayout()
        label = QLabel(text, self)
        set_prop(label, "role", "strong")
        row.addWidget(label)
        row.addStretch(1)
        if beside is not None:
            row.addWidget(beside)
        return row

    def _quant_grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(8)
        grid.addWidget(self.switches["quant_enabled"], 0, 0, 1, 2)
        # At the top: the one without a message must not move when the other has one.
        grid.addWidget(self.pct, 1, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self.amount, 1, 1, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self.switches["auto_stop_loss"], 2, 0)
        grid.addWidget(self.switches["auto_take_profit"], 2, 1)
        grid.addWidget(self.switches["alerts"], 3, 0, 1, 2)
        for column in (0, 1):
            grid.setColumnStretch(column, 1)
        return grid

    def _connect(self) -> None:
        single = {
            "symbol": self.symbol,
            "max_position_pct": self.pct,
            "min_trade_amount": self.amount,
            "group": self.group,
            "interval_s": self.interval,
            "note": self.note,
        }
        self._messages = {**self.levels.messages, **{name: one.message for name, one in single.items()}}
        for name, one in single.items():
            one.edit.textChanged.connect(lambda _, n=name: self._on_edit(n))
            one.edit.left.connect(lambda n=name: self.left.emit(n))
            one.message.offered.connect(self.offered)
        self.levels.changed.connect(self._on_edit)
        self.levels.left.connect(self.left)
        self.levels.offered.connect(self.offered)
        for name, switch in self.switches.items():
            switch.toggled.connect(lambda _, n=name: self._on_edit(n))

    def _on_edit(self, name: str) -> None:
        if not self._loading:
            self.edited.emit(name)
