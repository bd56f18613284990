"""The blotter dock: five tabs in one group or two, fed by records, speaking in intents."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from core.domain.decision import Decision, ItemView
from core.domain.market import Instrument, Quote
from core.domain.trading import Order, Position, Trade
from widgets import formats
from widgets.alarm import Alarm
from widgets.blotter.pages import AlarmsPage, DecisionsPage, OrdersPage, PositionsPage, TablePage, TradesPage
from widgets.blotter.pane import Tab, TabPane
from widgets.blotter.row_maker import RowMaker
from widgets.blotter.rows import AlarmRow
from widgets.theme import ThemeHolder, set_prop
from widgets.tokens import direction_tone

_COUNT_MS = 120
_UPPER = ("positions", "orders", "trades")


class BlotterView(QWidget):
    """持仓 委托 成交 决策 提醒. Setters take domain records; single and batch forms do the same work."""

    cancel_requested = Signal(object)  # order_id: int, which may be wider than 32 bits
    export_requested = Signal(str, str)  # tab key, CSV text
    symbol_activated = Signal(str)
    decision_activated = Signal(object)  # Decision
    alarms_acknowledged = Signal(list)  # keys

    def __init__(self, theme: ThemeHolder, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._make = RowMaker()
        self._alarm_number = 0
        self.positions, self.orders, self.trades = PositionsPage(theme), OrdersPage(theme), TradesPage(theme)
        self.decisions, self.alarms = DecisionsPage(theme), AlarmsPage(theme)
        self.pages: dict[str, TablePage[Any]] = {
            page.key: page for page in (self.positions, self.orders, self.trades, self.decisions, self.alarms)
        }
        self.upper_pane, self.lower_pane = TabPane(theme, self), TabPane(theme, self)
        self.splitter = QSplitter(Qt.Orientation.Vertical, self)
        self.splitter.setHandleWidth(4)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(self.upper_pane)
        self.splitter.addWidget(self.lower_pane)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.splitter)
        self._counter = QTimer(self, singleShot=True, interval=_COUNT_MS)
        self._counter.timeout.connect(self._count)
        self._split: bool | None = None
        self.set_split(True)
        self._connect()
        self._count()

    def _connect(self) -> None:
        for page in self.pages.values():
            page.model.counts_changed.connect(self._wish_count)
            page.table.export_pressed.connect(
                lambda p=page: self.export_requested.emit(p.key, p.table.csv_text())
            )
            page.table.cell_clicked.connect(lambda row_id, _, p=page: self._symbol_of(p.model.get(row_id)))
        self.orders.table.cancel_pressed.connect(self._cancel)
        self.orders.table.selectionModel().selectionChanged.connect(lambda *_: self._cancelable())
        self.orders.model.dataChanged.connect(lambda *_: self._cancelable())
        self.decisions.table.row_activated.connect(self._decision_activated)
        self.alarms.acknowledge.clicked.connect(lambda: self._acknowledge_all())

    # What comes in

    def set_instruments(self, instruments: tuple[Instrument, ...]) -> None:
        """Names and ticks; rows that are there take them too."""
        told, make = self._make.learn(instruments), self._make
        self._renew_positions(told)
        self.orders.model.upsert(
            [make.order(r.order, r.origin) for r in self.orders.model.all_rows() if r.order.symbol in told]
        )
        self.trades.model.upsert(
            [make.trade(r.trade, r.origin) for r in self.trades.model.all_rows() if r.trade.symbol in told]
        )
        self.decisions.model.upsert(
            [make.decision(r.decision) for r in self.decisions.model.all_rows() if r.decision.symbol in told]
        )

    def set_positions(self, positions: tuple[Position, ...]) -> None:
        """All holdings; replaces what is shown. Sold-out rows (volume 0) are left out."""
        self.positions.model.replace([self._make.position(p) for p in positions if p.volume > 0])
        self._wish_count()

    def set_quotes(self, quotes: tuple[Quote, ...]) -> None:
        """Newest snapshots: live prices and results of the holdings."""
        self._renew_positions(self._make.price(quotes))

    def set_views(self, views: tuple[ItemView, ...]) -> None:
        """States of watch items, for the shield of each holding; the gravest of a symbol's items counts."""
        self._renew_positions(self._make.protect(views))

    def keep_items(self, item_ids: Container[str]) -> None:
        """Items of the watchlist; what the others said of their holdings counts no more."""
        self._renew_positions(self._make.keep(item_ids))

    def set_total_asset(self, total: Decimal | None) -> None:
        """Total assets, for the weight column."""
        if self._make.weigh(total):
            self._renew_positions({row.position.symbol for row in self.positions.model.all_rows()})

    def upsert_order(self, order: Order, origin: str) -> None:
        """One order, newest state."""
        self.orders.model.upsert((self._make.order(order, origin),))

    def upsert_orders(self, orders: Iterable[tuple[Order, str]]) -> None:
        """Many orders with their origins, in order."""
        self.orders.model.upsert([self._make.order(order, origin) for order, origin in orders])

    def add_trade(self, trade: Trade, origin: str) -> None:
        """One fill; the same fill told twice is one row."""
        self.add_trades(((trade, origin),))

    def add_trades(self, trades: Iterable[tuple[Trade, str]]) -> None:
        """Many fills with their origins, in order."""
        rows = [self._make.trade(trade, origin) for trade, origin in trades]
        self.trades.model.upsert(rows)
        self._renew_positions(self._make.flow(row.trade for row in rows))

    def add_decision(self, decision: Decision) -> None:
        """One decision."""
        self.add_decisions((decision,))

    def add_decisions(self, decisions: Iterable[Decision]) -> None:
        """Many decisions, in order."""
        self.decisions.model.upsert([self._make.decision(d) for d in decisions])

    def add_alarm(self, alarm: Alarm) -> None:
        """One line of the inbox. A cure marks all open lines of its key as over, and adds none if there were any."""
        if alarm.cured:
            over = [
                replace(r, alarm=replace(r.alarm, cured=True))
                for r in self.alarms.model.all_rows()
                if r.alarm.key == alarm.key and not r.alarm.cured
            ]
            if over:
                self.alarms.model.upsert(over)
                self._wish_count()
                return
        self._alarm_number += 1
        name = self._make.name(alarm.symbol) if alarm.symbol is not None else ""
        self.alarms.model.upsert((AlarmRow(self._alarm_number, alarm, name),))

    def set_clock(self, now: datetime) -> None:
        """The desk's clock, for the ages of the inbox."""
        self.alarms.set_clock(now)

    def acknowledge(self, key: str) -> None:
        """The user has heard the alarm `key`; its line stays."""
        rows = [r for r in self.alarms.model.all_rows() if r.alarm.key == key and r.is_open]
        self.alarms.model.upsert([replace(r, acknowledged=True) for r in rows])
        self._wish_count()

    # What callers ask

    @property
    def open_alarms(self) -> int:
        """Alarms and cares that wait for the user."""
        return sum(row.is_open for row in self.alarms.model.all_rows())

    def involves(self, symbol: str) -> bool:
        """The account holds it, or has a live order of it."""
        held = any(row.position.symbol == symbol for row in self.positions.model.all_rows())
        return held or any(
            row.order.symbol == symbol and not row.order.status.is_final
            for row in self.orders.model.all_rows()
        )

    def set_split(self, split: bool) -> None:
        """Two groups of tabs, one above the other, or all five in one."""
        if split == self._split:
            return
        self._split = split
        front = [pane.current_key for pane in (self.upper_pane, self.lower_pane)]
        pages = self.upper_pane.take_all() + self.lower_pane.take_all()
        pages = pages or [page.page for page in self.pages.values()]
        order = list(self.pages)
        for page in sorted(pages, key=lambda one: order.index(one.key)):
            (self.upper_pane if not split or page.key in _UPPER else self.lower_pane).add(page)
        self.lower_pane.setVisible(split)
        for key in front:
            self.show_tab(key)

    def show_tab(self, key: str) -> None:
        """Bring `positions`, `orders`, `trades`, `decisions` or `alarms` to the front."""
        if not self.upper_pane.show_page(key):
            self.lower_pane.show_page(key)

    def show_decision(self, decision_id: str) -> bool:
        """Select a decision and open its reasons."""
        self.show_tab("decisions")
        found = self.decisions.table.select_id(decision_id)
        if found:
            self.decisions.why.setChecked(True)
        return found

    def csv_text(self, key: str) -> str:
        """A tab as CSV, shown rows in shown order."""
        return self.pages[key].table.csv_text()

    # Inside

    def _renew_positions(self, symbols: set[str]) -> None:
        rows = [r for r in self.positions.model.all_rows() if r.position.symbol in symbols]
        if rows:
            self.positions.model.upsert([self._make.position(r.position) for r in rows])

    def _wish_count(self) -> None:
        if not self._counter.isActive():
            self._counter.start()

    def _count(self) -> None:
        for key, page in self.pages.items():
            tone = "alarm" if key == "alarms" and self.open_alarms else "t2"
            tab = Tab(page.page.tab.title, page.model.total, tone)
            if not self.upper_pane.set_tab(key, tab):
                self.lower_pane.set_tab(key, tab)
        gains = [row.profit for row in self.positions.model.all_rows() if row.profit is not None]
        total = sum(gains, Decimal(0)) if gains else None
        self.positions.sum.setText(formats.profit(total))
        tone = direction_tone(float(total)) if total else "secondary"
        set_prop(self.positions.sum, "role", tone)
        self._cancelable()

    def _chosen_orders(self) -> list[Order]:
        found = (self.orders.model.get(row_id) for row_id in self.orders.table.selected_ids())
        return [row.order for row in found if row is not None and row.order.status.is_cancelable]

    def _cancelable(self) -> None:
        self.orders.cancel_button.setEnabled(bool(self._chosen_orders()))

    def _cancel(self) -> None:
        for order in self._chosen_orders():
            self.cancel_requested.emit(order.order_id)

    def _acknowledge_all(self) -> None:
        keys = list(dict.fromkeys(row.alarm.key for row in self.alarms.model.all_rows() if row.is_open))
        for key in keys:
            self.acknowledge(key)
        if keys:
            self.alarms_acknowledged.emit(keys)

    def _decision_activated(self, row_id: object) -> None:
        row = self.decisions.model.get(row_id)
        if row is not None:
            self.decision_activated.emit(row.decision)

    def _symbol_of(self, row: Any) -> None:
        symbol = next(
            (
                record.symbol
                for name in ("position", "order", "trade", "decision", "alarm")
                if (record := getattr(row, name, None)) is not None
            ),
            getattr(row, "symbol", None),
        )
        if symbol:
            self.symbol_activated.emit(symbol)
