"""The chart dock: head with name and periods, the fixed lines of values, the chart; domain records in."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from core.domain.enums import Adjust, Period
from core.domain.market import Bar, Quote, ms_to_datetime
from core.domain.money import CENT
from core.domain.trading import Trade
from core.domain.watch import WatchItem
from widgets import formats
from widgets.chart.adjusting import AdjustButton
from widgets.chart.fill_book import FillBook
from widgets.chart.model import ChartMode, ChartModel
from widgets.chart.notice import Notice
from widgets.chart.periods import PeriodBar
from widgets.chart.readout import Readout
from widgets.chart.series import Series
from widgets.chart.view import ChartView, Dirt
from widgets.panel_head import PanelHead
from widgets.theme import ThemeHolder, set_prop


class ChartPanel(QWidget):
    """Candles or the intraday line of one symbol with its levels and fills.

    Records of other symbols are ignored, so news may be passed on as it comes. `bars_wanted` asks for the
    history of a symbol and period that is shown and not here; answer with `set_bars`. `period_changed` gives
    the value of the `ChartMode` chosen. `head` may be moved into a dock's title bar.
    """

    bars_wanted = Signal(str, object)
    period_changed = Signal(str)

    def __init__(self, theme: ThemeHolder, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._model = ChartModel()
        self._asked: set[Period] = set()
        self._errors: dict[Period, str] = {}
        self.head = PanelHead(theme, self.tr("走势"), self)
        self._build_head()
        self.readout = Readout(theme, self)
        self.view = ChartView(theme, self._model, self)
        self.notice = Notice(theme, self)
        self.notice.retry.connect(self.reload)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.head, self.readout, self.view):
            column.addWidget(widget)
        self.view.refreshed.connect(self._tell)
        self.view.cursor_changed.connect(self._tell)
        theme.changed.connect(self._restyle)
        self.setFocusProxy(self.view)
        self._follow_mode()
        self._judge()

    def _build_head(self) -> None:
        self.periods = PeriodBar(self._theme, self.head)
        self.periods.chosen.connect(self.set_mode)
        self.head.row.addWidget(self.periods)
        self.adjusting = AdjustButton(self._theme, self.head)
        self.adjusting.chosen.connect(self.set_adjust)
        self.head.row.addWidget(self.adjusting)
        self.head.row.addStretch()
        self._failed = QLabel(self.head)
        set_prop(self._failed, "role", "warn")
        self._failed.hide()
        self.head.row.addWidget(self._failed)
        for number, mode in enumerate(ChartMode, 1):
            keys = QShortcut(QKeySequence(f"Alt+{number}"), self)
            keys.activated.connect(lambda mode=mode: self.set_mode(mode))

    # --- what is shown ----------------------------------------------------------------------------------

    @property
    def symbol(self) -> str:
        """The symbol shown, empty at first."""
        return self._model.symbol

    @property
    def mode(self) -> ChartMode:
        """Intraday or the period of the candles."""
        return self._model.mode

    def show_symbol(self, symbol: str, name: str, tick: Decimal = CENT) -> None:
        """Show a symbol. For another one than before its quote, item, position and trades follow by the setters."""
        other = self._model.show(symbol, name, tick)
        self.head.title.setText(name or formats.code_of(symbol) or self.tr("走势"))
        self.head.note.setText(symbol)
        if other:
            self._asked.clear()
            self._errors.clear()
            self.view.show_latest()
        else:
            self.view.mark(Dirt.ALL)
        self._want_bars()

    def set_mode(self, mode: ChartMode | str) -> None:
        """Show a period; `period_changed` tells it when it is another."""
        chosen = ChartMode(mode)
        if chosen is not self._model.mode:
            self._model.mode = chosen
            self.view.show_latest()
            self._want_bars()
            self.period_changed.emit(chosen.value)
        self._follow_mode()

    def adjust_of(self, period: Period) -> Adjust:
        """Which prices of the past are wanted: only daily candles are ever adjusted."""
        return self.adjusting.adjust if period is Period.D1 else Adjust.NONE

    def set_adjust(self, adjust: Adjust) -> None:
        """Show daily candles on other prices; they are asked for anew."""
        if adjust is not self.adjusting.adjust:
            self.adjusting.show_adjust(adjust)
            self._show_levels()
            self.reload()

    def _show_levels(self) -> None:
        """Levels, cost and fills are real prices: candles on the prices of the first day have no place for them."""
        self._model.real_prices = self.adjusting.adjust is not Adjust.BACKWARD
        self.view.mark(Dirt.ALL)

    def reload(self) -> None:
        """Ask again for the bars shown; the old ones stay until the answer."""
        self._asked.discard(self._model.mode.period)
        self._errors.pop(self._model.mode.period, None)
        self._want_bars(even_if_here=True)

    # --- records ----------------------------------------------------------------------------------------

    def set_bars(self, symbol: str, period: Period, bars: Iterable[Bar], error: str = "") -> None:
        """History of a period, oldest first; with `error` what is here stays and the reason is said."""
        if symbol != self._model.symbol:
            return
        self._asked.discard(period)
        if error:
            self._errors[period] = error
            if self.adjust_of(period) is not Adjust.NONE:  # what is here is on real prices
                self.adjusting.show_adjust(Adjust.NONE)
                self._show_levels()
        else:
            self._errors.pop(period, None)
            self._model.set_bars(period, bars)
        self._changed(period)

    def set_series(self, period: Period, series: Series) -> None:
        """History as ready columns (for a long one)."""
        self._asked.discard(period)
        self._model.take_series(period, series)
        self._changed(period)

    def update_bar(self, bar: Bar) -> None:
        """The growing or just finished bar."""
        was_empty = self._model.series is not None and not self._model.series.count
        self.view.mark_bar(self._model.put(bar))
        if was_empty:
            self._judge()

    def set_quote(self, quote: Quote) -> None:
        """The newest snapshot: last price, previous close, day."""
        if quote.symbol != self._model.symbol:
            return
        before = (self._model.day_ms, self._model.pre_close)
        self._model.quote = quote
        after = (self._model.day_ms, self._model.pre_close)
        self.view.mark(Dirt.PRICE if before == after else Dirt.ALL)

    def set_item(self, item: WatchItem | None) -> None:
        """The levels to draw, None for none."""
        mine = item if item is None or item.symbol == self._model.symbol else None
        if mine != self._model.item:
            self._model.item = mine
            self.view.mark(Dirt.ALL)

    def set_position(self, volume: int, cost: Decimal | None, sellable: int | None = None) -> None:
        """What is held, in shares, its cost, and how much of it can go today (None: all of it)."""
        known = (self._model.held, self._model.cost, self._model.sellable)
        if (volume, cost, sellable) != known:
            self._model.held, self._model.cost, self._model.sellable = volume, cost, sellable
            self.view.mark(Dirt.ALL)

    def set_trades(self, trades: Iterable[Trade]) -> None:
        """All fills to mark; replaces what is here."""
        self._model.fills = FillBook()
        for trade in trades:
            self._model.put_trade(trade)
        self.view.mark(Dirt.ALL)

    def add_trade(self, trade: Trade) -> None:
        """One more fill; a repeated one is ignored."""
        if self._model.put_trade(trade):
            self.view.mark(Dirt.ALL)

    # --- inside -----------------------------------------------------------------------------------------

    def _changed(self, period: Period) -> None:
        if period is self._model.mode.period:
            self.view.mark(Dirt.ALL)
            self._judge()

    def _want_bars(self, *, even_if_here: bool = False) -> None:
        period = self._model.mode.period
        missing = self._model.series is None or even_if_here
        if self._model.symbol and missing and period not in self._asked and period not in self._errors:
            self._asked.add(period)
            self.bars_wanted.emit(self._model.symbol, period)
        self._judge()

    def _judge(self) -> None:
        """Say what is missing, if anything is."""
        model = self._model
        period, series = model.mode.period, model.series
        error = self._errors.get(period, "")
        words = self._period_words()
        self._say_failed(error if series is not None and series.count else "")
        if not model.symbol:
            self.notice.say(self.tr("还没有选证券"), self.tr("在监测列表选一行，按空格键在这里看走势"))
        elif series is not None and series.count:
            self.notice.clear()
        elif error:
            self.notice.say(self.tr("{what}没有载入").format(what=words), error, cure=True)
        elif series is not None:
            self.notice.say(self.tr("还没有{what}").format(what=words), self.tr("第一笔行情到达后从这里开始"))
        else:
            name = model.name or model.symbol
            self.notice.say_later(
                self.tr("正在载入{what}").format(what=words), self.tr("{name}，最近 300 根").format(name=name)
            )

    def _say_failed(self, error: str) -> None:
        """Bars are here but the newest request failed: the reason in the head, the time of what is shown."""
        self._failed.setVisible(bool(error))
        if error:
            series = self._model.series
            assert series is not None
            until = ms_to_datetime(int(series.time_ms[-1]))
            self._failed.setText(self.tr("载入失败，显示到 {time}").format(time=formats.clock(until)))
            self._failed.setToolTip(error)

    def _period_words(self) -> str:
        words = {
            ChartMode.INTRADAY: self.tr("分时"),
            ChartMode.M1: self.tr(" 1 分钟 K 线"),
            ChartMode.M5: self.tr(" 5 分钟 K 线"),
            ChartMode.D1: self.tr("日 K 线"),
        }
        return words[self._model.mode]

    def _follow_mode(self) -> None:
        self.periods.choose(self._model.mode)
        self.adjusting.setVisible(self._model.mode is ChartMode.D1)
        self.readout.set_lines(1 if self._model.mode is ChartMode.INTRADAY else 2)

    def _tell(self, *_index: int) -> None:
        crosshair = self.view.parts.crosshair
        self.readout.show_bar(self.view.frame, crosshair.index, self.view.parts.fills.marks)

    def _restyle(self) -> None:
        self.readout.updateGeometry()
        self.readout.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The notice covers the chart."""
        super().resizeEvent(event)
        self.notice.setGeometry(self.view.geometry())
        self.notice.raise_()

    def sizeHint(self) -> QSize:
        """As on the standard desk."""
        return QSize(832, 470)
