"""The five tabs: a model, a table and the tools of each."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QCoreApplication, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QSplitter, QWidget

from core.domain.enums import Outcome
from widgets.blotter.chain import DecisionPanel
from widgets.blotter.pane import Page, Tab
from widgets.blotter.position_columns import position_columns
from widgets.blotter.reason_columns import AGE, alarm_columns, decision_columns
from widgets.blotter.rows import AlarmRow, DecisionRow, OrderRow, PositionRow, TradeRow
from widgets.blotter.trading_columns import order_columns, trade_columns
from widgets.models.table import TableModel
from widgets.models.view import DeskTable
from widgets.panel_head import chip, head_button
from widgets.theme import ThemeHolder, set_prop

R = TypeVar("R")
translate = QCoreApplication.translate


class BlotterTable(DeskTable[Any]):
    """Del cancels, Esc closes what is open, Ctrl+E exports, W asks why."""

    cancel_pressed = Signal()
    export_pressed = Signal()
    why_pressed = Signal()
    escape_pressed = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys of a blotter table."""
        key, plain = event.key(), event.modifiers() == Qt.KeyboardModifier.NoModifier
        if key == Qt.Key.Key_Delete:
            self.cancel_pressed.emit()
        elif key == Qt.Key.Key_W and plain:
            self.why_pressed.emit()
        elif key == Qt.Key.Key_Escape:
            self.escape_pressed.emit()
        elif key == Qt.Key.Key_E and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self.export_pressed.emit()
        else:
            super().keyPressEvent(event)


class TablePage(QWidget, Generic[R]):
    """A tab: `model` and `table`, and `tools` for the head."""

    def __init__(
        self, theme: ThemeHolder, key: str, title: str, model: TableModel[R], empty: tuple[str, str]
    ) -> None:
        super().__init__()
        self.theme, self.key, self.model = theme, key, model
        model.setParent(self)
        self.table = BlotterTable(theme, model, self)
        self.table.setAccessibleName(title)
        self.table.empty_title, self.table.empty_hint = empty
        self.tools = QWidget()
        self.tool_row = QHBoxLayout(self.tools)
        self.tool_row.setContentsMargins(0, 0, 0, 0)
        self.tool_row.setSpacing(6)
        self.tool_row.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.table)
        self.page = Page(key, Tab(title), self, self.tools)

    def add_tool(self, widget: QWidget) -> None:
        """Put a tool at the right end of the head."""
        self.tool_row.addWidget(widget)

    def add_export(self) -> QPushButton:
        """The export button of this tab."""
        button = QPushButton(translate("Blotter", "导出"), self.tools)
        set_prop(button, "kind", "small")
        button.setToolTip(translate("Blotter", "导出为 CSV Ctrl+E"))
        button.clicked.connect(self.table.export_pressed)
        self.add_tool(button)
        return button

    def add_filter(self, hint: str) -> QLineEdit:
        """A box that filters this tab."""
        box = QLineEdit(self.tools)
        set_prop(box, "kind", "small")
        box.setPlaceholderText(hint)
        box.setAccessibleName(hint)
        box.setMaximumWidth(130)
        box.textChanged.connect(self.model.set_filter)
        self.add_tool(box)
        return box


class PositionsPage(TablePage[PositionRow]):
    """持仓, with the floating sum in the head."""

    def __init__(self, theme: ThemeHolder) -> None:
        model = TableModel(
            position_columns(),
            lambda row: row.row_id,
            tie=lambda row: row.position.symbol,
            search=lambda row: f"{row.name} {row.position.symbol}",
        )
        empty = (
            translate("Blotter", "没有持仓"),
            translate("Blotter", "买入成交后在这里，连同可卖数量和盈亏"),
        )
        super().__init__(theme, "positions", translate("Blotter", "持仓"), model, empty)
        self.table.set_droppable(("weight", "today", "cost", "sellable", "value"))
        self.sum_title = QLabel(translate("Blotter", "浮盈亏"), self.tools)
        set_prop(self.sum_title, "role", "secondary")
        self.sum = QLabel(self.tools)
        self.add_tool(self.sum_title)
        self.add_tool(self.sum)
        self.add_export()


class OrdersPage(TablePage[OrderRow]):
    """委托, with working orders only by choice and the cancel button."""

    def __init__(self, theme: ThemeHolder) -> None:
        model = TableModel(
            order_columns(),
            lambda row: row.row_id,
            newest_first=True,
            search=lambda row: f"{row.name} {row.order.symbol} {row.order.order_id} {row.order.remark}",
        )
        empty = (
            translate("Blotter", "今天还没有委托"),
            translate("Blotter", "自动和手动的委托都在这里，最新在上"),
        )
        super().__init__(theme, "orders", translate("Blotter", "委托"), model, empty)
        self.table.set_droppable(("order_id", "price_type", "average", "origin"))
        self.working = chip(translate("Blotter", "只看在途"), self.tools)
        self.working.toggled.connect(self._choose)
        self.add_tool(self.working)
        self.cancel_button = QPushButton(translate("Blotter", "撤单 Del"), self.tools)
        set_prop(self.cancel_button, "kind", "small")
        self.cancel_button.setEnabled(False)
        self.cancel_button.setToolTip(translate("Blotter", "先选中一笔在途委托"))
        self.cancel_button.clicked.connect(self.table.cancel_pressed)
        self.add_tool(self.cancel_button)
        self.add_export()

    def _choose(self, working: bool) -> None:
        self.model.set_predicate((lambda row: not row.order.status.is_final) if working else None)


class TradesPage(TablePage[TradeRow]):
    """成交."""

    def __init__(self, theme: ThemeHolder) -> None:
        model = TableModel(
            trade_columns(),
            lambda row: row.row_id,
            newest_first=True,
            search=lambda row: f"{row.name} {row.trade.symbol} {row.trade.order_id}",
        )
        empty = (translate("Blotter", "今天还没有成交"), translate("Blotter", "每一笔成交都在这里，最新在上"))
        super().__init__(theme, "trades", translate("Blotter", "成交"), model, empty)
        self.table.set_droppable(("order_id", "trade_id", "commission", "origin"))
        self.add_export()


class DecisionsPage(TablePage[DecisionRow]):
    """决策: the table, and below it the chain of the chosen decision."""

    def __init__(self, theme: ThemeHolder) -> None:
        model = TableModel(
            decision_columns(),
            lambda row: row.decision.decision_id,
            newest_first=True,
            search=lambda row: f"{row.name} {row.decision.symbol} {row.decision.summary}",
        )
        model.default_column = 0
        empty = (
            translate("Blotter", "还没有决策"),
            translate("Blotter", "每次触发做了什么、为什么没做，都在这里；按 W 看全部理由"),
        )
        super().__init__(theme, "decisions", translate("Blotter", "决策"), model, empty)
        self.panel = DecisionPanel(theme, self)
        self.panel.hide()
        splitter = QSplitter(Qt.Orientation.Vertical, self)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self.table)
        splitter.addWidget(self.panel)
        splitter.setSizes([80, 170])
        layout = self.layout()
        if layout is not None:
            layout.addWidget(splitter)
        self.add_filter(translate("Blotter", "筛选 标的/原因"))
        self.undone = chip(translate("Blotter", "只看未做"), self.tools)
        self.undone.toggled.connect(self._choose)
        self.add_tool(self.undone)
        self.why = head_button(theme, translate("Blotter", "理由 W"), self.tools)
        self.why.setCheckable(True)
        self.add_tool(self.why)
        self.why.toggled.connect(self.show_panel)
        self.panel.closed.connect(lambda: self.why.setChecked(False))
        self.table.escape_pressed.connect(lambda: self.why.setChecked(False))
        self.table.why_pressed.connect(lambda: self.why.setChecked(True))
        self.table.row_activated.connect(lambda _: self.why.setChecked(True))
        self.table.current_changed.connect(lambda _: self._fill())

    def show_panel(self, visible: bool) -> None:
        """Open or close the chain of the chosen row; without one, of the newest."""
        if visible and self.table.current_id() is None and self.model.rowCount():
            self.table.select_id(self.model.id_at(0))
        self.panel.setVisible(visible)
        self._fill()
        QTimer.singleShot(0, self, lambda: self.table.scrollTo(self.table.currentIndex()))

    def _fill(self) -> None:
        row = self.model.get(self.table.current_id())
        if row is not None and self.panel.isVisibleTo(self):
            self.panel.show_decision(row.decision, row.name)

    def _choose(self, undone: bool) -> None:
        self.model.set_predicate((lambda row: row.decision.outcome is not Outcome.ACTED) if undone else None)


class AlarmsPage(TablePage[AlarmRow]):
    """提醒: the inbox. Times stand, ages run on with the desk's clock."""

    def __init__(self, theme: ThemeHolder) -> None:
        self._now: datetime | None = None
        model = TableModel(
            alarm_columns(lambda: self._now),
            lambda row: row.number,
            newest_first=True,
            search=lambda row: f"{row.alarm.title} {row.alarm.text} {row.alarm.symbol}",
        )
        empty = (translate("Blotter", "没有提醒"), translate("Blotter", "告警、注意和消息都留在这里"))
        super().__init__(theme, "alarms", translate("Blotter", "提醒"), model, empty)
        self.acknowledge = QPushButton(translate("Blotter", "全部确认"), self.tools)
        set_prop(self.acknowledge, "kind", "small")
        self.add_tool(self.acknowledge)
        self.add_export()

    def set_clock(self, now: datetime) -> None:
        """What time it is on the desk."""
        self._now = now
        if self.isVisible():
            self._renew_ages()

    def showEvent(self, event: QShowEvent) -> None:
        """Nobody saw the ages run while the tab was behind another."""
        super().showEvent(event)
        self._renew_ages()

    def _renew_ages(self) -> None:
        self.model.refresh_column(self.model.column_at(AGE))
