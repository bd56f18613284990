"""The watchlist dock: head with chips and filter, the live table, and intents as signals."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from core.domain.decision import ItemView
from core.domain.enums import ItemState, QuoteFlag
from core.domain.market import Bar, Instrument, Quote
from core.domain.watch import WatchItem
from widgets.models.table import TableModel
from widgets.securities import tick_of
from widgets.theme import ThemeHolder
from widgets.watchlist.columns import NARROW_DROPS, SMALL_DROPS, watch_columns
from widgets.watchlist.head import WatchHead
from widgets.watchlist.rows import WatchRow
from widgets.watchlist.spark import Spark
from widgets.watchlist.table import WatchTable

_COUNT_MS = 120


class WatchlistView(QWidget):
    """Watch items with their live state. Setters take domain records; nothing is decided here.

    `head` may be moved into the dock's title bar. Signals name items by `item_id`.
    """

    edit_requested = Signal(str)
    add_requested = Signal()
    remove_requested = Signal(list)
    quant_toggled = Signal(str, bool)
    rescale_accepted = Signal(str)
    rescale_refused = Signal(str)
    current_symbol_changed = Signal(str)
    import_requested = Signal()
    export_requested = Signal()

    def __init__(self, theme: ThemeHolder, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._items: dict[str, WatchItem] = {}
        self._views: dict[str, ItemView] = {}
        self._quotes: dict[str, Quote] = {}
        self._instruments: dict[str, Instrument] = {}
        self._sparks: dict[str, Spark] = {}
        self._by_symbol: dict[str, list[str]] = {}
        self._held: set[str] = set()
        self._flags: dict[str, QuoteFlag] = {}
        self._decisions = 0
        self.model: TableModel[WatchRow] = TableModel(
            watch_columns(),
            lambda row: row.item.item_id,
            default_key=lambda row: row.need,
            tie=lambda row: row.code,
            search=lambda row: f"{row.name} {row.item.symbol} {row.item.group} {row.item.note}",
            row_tone=_row_tone,
            parent=self,
        )
        self.model.default_column = self.model.column_at("state")
        self._last_column = self.model.column_at("last")
        self.table = WatchTable(theme, self.model, self)
        self.table.set_droppable(NARROW_DROPS, SMALL_DROPS)
        self.table.setAccessibleName(self.tr("监测列表"))
        self.table.empty_title = self.tr("还没有监测项")
        self.table.empty_hint = self.tr("按 Ins 添加一只证券和它的价位，或从 CSV 导入")
        self.head = WatchHead(theme, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(self.table)
        self._counter = QTimer(self, singleShot=True, interval=_COUNT_MS)
        self._counter.timeout.connect(self._count)
        self._connect()
        self._count()

    # What comes in

    def set_items(self, items: tuple[WatchItem, ...]) -> None:
        """The whole watchlist in the user's order; replaces what is shown."""
        self._items = {item.item_id: item for item in items}
        listed: dict[str, list[str]] = {}
        for item in items:
            listed.setdefault(item.symbol, []).append(item.item_id)
        self._by_symbol = listed
        self._held &= self._items.keys()
        self._views = {item_id: view for item_id, view in self._views.items() if item_id in self._items}
        self.model.replace([self._row(item.item_id) for item in items])
        if self.model.rowCount():  # where rows went, the one that moved up is chosen, and is seen to be
            current = self.table.current_id()
            if current is None or current not in self.table.selected_ids():
                self.table.select_id(self.model.id_at(0) if current is None else current)
        self._counter.start()

    def set_views(self, views: tuple[ItemView, ...]) -> None:
        """States of some items."""
        for view in views:
            self._views[view.item_id] = view
        self._renew(view.item_id for view in views)
        self._counter.start()

    def set_quotes(self, quotes: tuple[Quote, ...]) -> None:
        """Newest snapshots; prices that changed are tinted for a moment."""
        tints: dict[object, str] = {}
        touched: list[str] = []
        for quote in quotes:
            ids = self._by_symbol.get(quote.symbol, ())
            before = self._quotes.get(quote.symbol)
            self._quotes[quote.symbol] = quote
            if ids:
                self._sparks.setdefault(quote.symbol, Spark()).add(quote)
                touched += ids
                if before is not None and before.last > 0 and quote.last not in (before.last, 0):
                    tone = "risebar" if quote.last > before.last else "fallbar"
                    tints.update(dict.fromkeys(ids, tone))
        self._renew(touched)
        if tints and self._theme.theme.flash:
            self.model.flash(tints, self._last_column)

    def set_instruments(self, instruments: tuple[Instrument, ...]) -> None:
        """Names and ticks."""
        for instrument in instruments:
            self._instruments[instrument.symbol] = instrument
        self._renew(i for one in instruments for i in self._by_symbol.get(one.symbol, ()))

    def forget(self, symbol: str) -> None:
        """Nobody asks about this one any more: should it come back, a price from before is none."""
        self._quotes.pop(symbol, None)
        self._flags.pop(symbol, None)

    def set_flags(self, flags: Iterable[tuple[str, QuoteFlag]]) -> None:
        """What the snapshots of some symbols show beside their prices; the others keep theirs."""
        changed = dict(flags)
        self._flags.update(changed)
        self._renew(i for symbol in changed for i in self._by_symbol.get(symbol, ()))

    def set_held(self, item_id: str, held: bool) -> None:
        """An item waits for the user's word on an ex-rights day, or waits no more; its menu offers to agree."""
        if held:
            self._held.add(item_id)
        else:
            self._held.discard(item_id)

    def set_intraday(self, symbol: str, bars: tuple[Bar, ...]) -> None:
        """One-minute bars of today for the small line, when there are any."""
        self._sparks.setdefault(symbol, Spark()).load(bars)
        self._renew(self._by_symbol.get(symbol, ()))

    def set_decision_count(self, count: int) -> None:
        """Decisions of today, for the head."""
        self._decisions = count
        self._counter.start()

    # What callers ask

    @property
    def current_symbol(self) -> str:
        """Symbol of the current row, or empty."""
        item = self._items.get(str(self.table.current_id()))
        return item.symbol if item is not None else ""

    def select_symbol(self, symbol: str) -> bool:
        """Make the first row of a symbol current; False when it is not on the list or filtered away."""
        return any(self.table.select_id(item_id) for item_id in self._by_symbol.get(symbol, ()))

    def item(self, item_id: str) -> WatchItem | None:
        """The item as last told."""
        return self._items.get(item_id)

    def focus_filter(self) -> None:
        """Put the cursor into the filter box."""
        self.head.focus_filter()

    def csv_text(self) -> str:
        """What is shown, as CSV."""
        return self.table.csv_text()

    # Inside

    def _row(self, item_id: str) -> WatchRow:
        item = self._items[item_id]
        known = self._instruments.get(item.symbol)
        return WatchRow(
            item=item,
            name=known.name if known is not None else "",
            tick=tick_of(item.symbol, known),
            quote=self._quotes.get(item.symbol),
            view=self._views.get(item_id),
            spark=self._sparks.get(item.symbol),
            flags=self._flags.get(item.symbol, QuoteFlag(0)),
        )

    def _renew(self, item_ids: Iterable[str]) -> None:
        rows = [self._row(item_id) for item_id in dict.fromkeys(item_ids) if item_id in self._items]
        if rows:
            self.model.upsert(rows)

    def _connect(self) -> None:
        table, head = self.table, self.head
        head.chosen.connect(self.model.set_predicate)
        head.filtered.connect(self.model.set_filter)
        head.add_pressed.connect(self.add_requested)
        head.files_pressed.connect(lambda: self._file_menu().popup(_below(head.more_button)))
        table.add_pressed.connect(self.add_requested)
        table.edit_pressed.connect(self.edit_requested)
        table.export_pressed.connect(self.export_requested)
        table.remove_pressed.connect(self._ask_remove)
        table.row_activated.connect(lambda item_id: self.edit_requested.emit(str(item_id)))
        table.show_pressed.connect(lambda _: self.current_symbol_changed.emit(self.current_symbol))
        table.current_changed.connect(self._on_current)
        table.cell_clicked.connect(self._on_cell)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.customContextMenuRequested.connect(
            lambda at: self._row_menu().popup(table.viewport().mapToGlobal(at))
        )

    def _on_current(self, item_id: object) -> None:
        item = self._items.get(str(item_id))
        if item is not None:
            self.current_symbol_changed.emit(item.symbol)

    def _on_cell(self, item_id: object, key: str) -> None:
        item = self._items.get(str(item_id))
        if key == "quant" and item is not None:
            self.quant_toggled.emit(item.item_id, not item.quant.enabled)

    def _ask_remove(self, ids: list[str]) -> None:
        if ids:
            self.remove_requested.emit(ids)

    def _count(self) -> None:
        self.head.count(list(self.model.all_rows()), self._decisions)

    def _row_menu(self) -> QMenu:
        menu = self._file_menu()
        first = menu.actions()[0]
        chosen = self.table.chosen()
        edit = menu.addAction(self.tr("编辑 F2"))
        edit.triggered.connect(lambda: self.edit_requested.emit(chosen[0]))
        edit.setEnabled(len(chosen) == 1)
        remove = menu.addAction(self.tr("删除 {n} 项 Del").format(n=len(chosen)))
        remove.triggered.connect(lambda: self._ask_remove(chosen))
        remove.setEnabled(bool(chosen))
        copy = menu.addAction(self.tr("复制 Ctrl+C"))
        copy.triggered.connect(lambda: self.table.copy_rows())
        if len(chosen) == 1 and chosen[0] in self._held:
            accept = menu.addAction(self.tr("同意除权调整，恢复触发"))
            accept.triggered.connect(lambda: self.rescale_accepted.emit(chosen[0]))
            keep = menu.addAction(self.tr("不调整，按原价位恢复触发"))
            keep.triggered.connect(lambda: self.rescale_refused.emit(chosen[0]))
            menu.insertActions(first, [accept, keep])
        menu.insertActions(first, [edit, remove, copy])
        menu.insertSeparator(first)
        return menu

    def _file_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("添加 Ins")).triggered.connect(lambda: self.add_requested.emit())
        menu.addAction(self.tr("导入 CSV…")).triggered.connect(lambda: self.import_requested.emit())
        menu.addAction(self.tr("导出 CSV… Ctrl+E")).triggered.connect(lambda: self.export_requested.emit())
        return menu


def _below(button: QWidget) -> QPoint:
    """Where a menu of a button opens."""
    return button.mapToGlobal(QPoint(0, button.height()))


def _row_tone(row: WatchRow) -> str:
    if row.is_alarm:
        return "alarm"
    return "dim" if row.state is ItemState.SUSPENDED else ""
