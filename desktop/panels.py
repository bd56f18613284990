"""The widgets of the desk and the few facts that several of them show: which symbol, its quote, its item."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from core.domain.enums import Mode, Period
from core.domain.market import Instrument, Quote, Symbol
from core.domain.trading import Asset, Position, Trade
from core.domain.watch import WatchItem
from core.exchange.symbols import tick_size
from core.service.news import BarsLoaded, InstrumentsFound
from widgets.account_bar import AccountBar
from widgets.alarm_bar import AlarmBar
from widgets.blotter.view import BlotterView
from widgets.chart.panel import ChartPanel
from widgets.depth import DepthPanel
from widgets.health_strip import Health, HealthStrip
from widgets.mode_badge import LiveFrame, ModeRail
from widgets.theme import ThemeHolder
from widgets.watchlist.view import WatchlistView

if TYPE_CHECKING:
    from widgets.watchlist.editor import ItemEditor

NewId = Callable[[Symbol], str]


class Panels(QObject):
    """Makes the widgets and keeps the looked-at symbol in step between them."""

    bars_wanted = Signal(str, object)  # symbol, Period
    item_saved = Signal(object)  # WatchItem
    instrument_wanted = Signal(str)
    search_wanted = Signal(str)

    def __init__(self, theme: ThemeHolder, window: QWidget) -> None:
        super().__init__(window)
        self._theme, self._window = theme, window
        self.rail = ModeRail(theme)
        self.account = AccountBar(theme)
        self.alarms = AlarmBar(theme)
        self.watchlist = WatchlistView(theme)
        self.chart = ChartPanel(theme)
        self.blotter = BlotterView(theme)
        self.depth = DepthPanel(theme)
        self.health = HealthStrip(theme)
        self.frame = LiveFrame(theme, window)
        self.editor: ItemEditor | None = None
        self.mode: Mode | None = None
        self.symbol: str = ""
        self.items: dict[str, WatchItem] = {}
        self.instruments: dict[str, Instrument] = {}
        self.latest: dict[str, Quote] = {}
        self.asset: Asset | None = None
        self._positions: dict[str, Position] = {}
        self._trades: dict[str, list[Trade]] = {}
        self._connect()

    def _connect(self) -> None:
        self.watchlist.current_symbol_changed.connect(self.look_at)
        self.blotter.symbol_activated.connect(self.find)
        self.alarms.show_requested.connect(self.find)
        self.alarms.acknowledged.connect(self.blotter.acknowledge)
        self.blotter.alarms_acknowledged.connect(self._acknowledged)
        self.chart.bars_wanted.connect(self.bars_wanted)

    # what is looked at

    def look_at(self, symbol: str) -> None:
        """Show a symbol in chart and depth."""
        if symbol == self.symbol or not symbol:
            return
        self.symbol = symbol
        self.refresh_chart(new=True)

    def find(self, symbol: str) -> None:
        """Select a symbol in the watchlist, or look at it when it is not listed."""
        if not self.watchlist.select_symbol(symbol):
            self.look_at(symbol)

    def refresh_chart(self, *, new: bool = False) -> None:
        """Name, levels, holding and quote of the looked-at symbol."""
        if not self.symbol:
            return
        symbol = Symbol(self.symbol)
        known = self.instruments.get(symbol)
        self.chart.show_symbol(
            symbol, known.name if known else "", known.tick if known else tick_size(symbol)
        )
        self.depth.set_symbol(symbol, known)
        if new:
            self.chart.set_trades(self._trades.get(symbol, ()))
        self.chart.set_item(self._item_of(symbol))
        self._show_position()
        quote = self.latest.get(symbol)
        if quote is not None:
            self.chart.set_quote(quote)
            self.depth.set_quote(quote)

    def _item_of(self, symbol: str) -> WatchItem | None:
        return next((item for item in self.items.values() if item.symbol == symbol), None)

    def holdings(self, positions: Iterable[Position]) -> None:
        """Newest holdings, for the chart's cost line."""
        self._positions = {position.symbol: position for position in positions}
        self._show_position()

    @property
    def held_symbols(self) -> list[str]:
        """What the account holds."""
        return [symbol for symbol, position in self._positions.items() if position.volume > 0]

    def held(self, symbol: Symbol) -> int:
        """Shares held."""
        position = self._positions.get(symbol)
        return position.volume if position is not None else 0

    def name_of(self, symbol: Symbol) -> str:
        """Name of a security, or its code while it is not known."""
        known = self.instruments.get(symbol)
        return known.name if known is not None else symbol

    def _show_position(self) -> None:
        held = self._positions.get(self.symbol)
        if held is not None and held.volume > 0:
            can_go = min(held.volume, held.sellable + held.frozen)  # a stop cancels what works first
            self.chart.set_position(held.volume, held.cost, can_go)
        else:
            self.chart.set_position(0, None)

    def traded(self, trade: Trade) -> None:
        """A fill: kept for its symbol, marked when that is shown."""
        self._trades.setdefault(trade.symbol, []).append(trade)
        self.chart.add_trade(trade)

    def bars_loaded(self, one: BarsLoaded) -> None:
        """History for the chart and, of the day's minutes, for the watchlist's small one."""
        if one.adjust is self.chart.adjust_of(one.period):  # an answer from before another choice is late
            self.chart.set_bars(one.symbol, one.period, one.bars, one.error)
        if one.period is Period.M1 and one.bars:
            self.watchlist.set_intraday(one.symbol, one.bars)

    # the editor

    def open_editor(self, item: WatchItem | None, new_id: NewId) -> None:
        """Edit an item, or a new one; one editor at a time."""
        if self.editor is None:
            from widgets.watchlist.editor import ItemEditor  # not needed for the first frame

            self.editor = ItemEditor(self._theme, self._window, new_id=new_id, mode=self.mode)
            self.editor.saved.connect(self.item_saved)
            self.editor.instrument_wanted.connect(self.instrument_wanted)
            self.editor.search_wanted.connect(self.search_wanted)
            self.editor.finished.connect(self._editor_closed)
        symbol = item.symbol if item is not None else ""
        self.editor.edit(item, self.instruments.get(symbol), self.latest.get(symbol))
        self.tell_editor(symbol)
        self.editor.show()
        self.editor.raise_()
        self.editor.activateWindow()

    def tell_editor(self, symbol: str) -> None:
        """Give the editor what the desk knows of the symbol it edits."""
        editor = self.editor
        if editor is None or not symbol:
            return
        instrument, quote = self.instruments.get(symbol), self.latest.get(symbol)
        if instrument is not None:
            editor.set_instrument(instrument)
        if quote is not None:
            editor.set_quote(quote)
        if self.asset is not None:
            held = self._positions.get(symbol)
            value = quote.last_price * held.volume if held is not None and quote is not None else Decimal(0)
            editor.set_account(self.asset.total_asset, self.asset.cash, value)

    def found(self, one: InstrumentsFound) -> None:
        """Candidates for what is typed into the editor."""
        if self.editor is not None:
            candidates = [(found.symbol, found.name, found.initials) for found in one.found]
            self.editor.show_candidates(one.text, candidates, one.symbol or "", one.note)

    def _editor_closed(self) -> None:
        if self.editor is not None:
            self.editor.deleteLater()
            self.editor = None

    def service_failed(self, text: str) -> None:
        """The trading service is gone."""
        self.account.set_not_running()
        self.health.set_not_running()
        self.health.set_message(self.tr("交易服务没有运行：{text}").format(text=text), Health.ALARM)

    def _acknowledged(self, keys: list[str]) -> None:
        for key in keys:
            self.alarms.acknowledge(key)
