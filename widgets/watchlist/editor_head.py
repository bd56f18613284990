"""The head of the editor: which security this is, what it costs now, and between which limits it may move today."""

from __future__ import annotations

from decimal import Decimal

from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from core.domain.market import Instrument, Quote, Symbol
from core.exchange.refusals import Refused
from core.exchange.symbols import rule_of
from widgets import formats
from widgets.securities import board_of, unit_of
from widgets.theme import ThemeHolder, set_prop
from widgets.watchlist.editor_draft import plain


class EditorHead(QWidget):
    """Name and facts in a line, last price and limits in the next. What is not known shows `—`."""

    def __init__(self, theme: ThemeHolder, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.name = self._label("title")
        self.facts = self._label("secondary")
        # A number that grows must not push its neighbours about; a long line of facts may be cut at the right.
        self.facts.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.last = self._label("figure")
        self.change = self._label("")
        self.limits = self._label("secondary")
        self.time = self._label("hint")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        first = QHBoxLayout()
        first.setSpacing(10)
        first.addWidget(self.name)
        first.addWidget(self.facts, 1)
        second = QHBoxLayout()
        second.setSpacing(12)
        for label in (self.last, self.change, self.limits):
            second.addWidget(label)
        second.addStretch(1)
        second.addWidget(self.time)
        column.addLayout(first)
        column.addLayout(second)

    def _label(self, role: str) -> QLabel:
        label = QLabel(self)
        if role:
            set_prop(label, "role", role)
        return label

    def show_security(self, symbol: Symbol | None, instrument: Instrument | None, tick: Decimal) -> None:
        """Name, code, board, lot, tick; limits of the day."""
        named = instrument.name if instrument is not None else ""
        self.name.setText(named or (formats.code_of(symbol) if symbol else self.tr("新监测项")))
        self.facts.setText(self._facts(symbol, tick))
        self.facts.setToolTip(self.facts.text())
        if instrument is None:
            self.limits.setText(self.tr("还没有证券资料") if symbol else "")
            return
        flags = []
        if instrument.suspended:
            flags.append(self.tr("今日停牌"))
        if instrument.is_st:
            flags.append(self.tr("风险警示"))
        down, up = instrument.limit_down, instrument.limit_up
        text = self.tr("跌停 {down} · 涨停 {up}").format(
            down=formats.price(down, tick), up=formats.price(up, tick)
        )
        self.limits.setText(" · ".join([text, *flags]))

    def show_quote(self, quote: Quote | None, tick: Decimal) -> None:
        """Last price with its change from the previous close, and when it was made."""
        last, close = (quote.last, quote.pre_close) if quote is not None and quote.last > 0 else (0, 0)
        moved = last - close if close > 0 else 0
        tone = "rise" if moved > 0 else "fall" if moved < 0 else ""
        for label in (self.last, self.change):
            set_prop(label, "tone", tone)
        self.last.setText(formats.price_milli(last, tick) if last else formats.DASH)
        share = Decimal(moved) / close if close > 0 else None
        self.change.setText(formats.change(share))
        self.time.setText(formats.clock(quote.time) if quote is not None else "")

    def _facts(self, symbol: Symbol | None, tick: Decimal) -> str:
        if symbol is None:
            return self.tr("输入代码后在这里核对")
        try:
            lot = rule_of(symbol).min_volume
        except Refused:
            return symbol
        return self.tr("{symbol} · {board} · 一手 {lot} {unit} · 一跳 {tick}").format(
            symbol=symbol, board=board_of(symbol), lot=lot, unit=unit_of(symbol), tick=plain(tick)
        )
