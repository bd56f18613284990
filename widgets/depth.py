"""The quote panel of one symbol: last price, figures of the day, five levels on each side."""

from __future__ import annotations

from decimal import Decimal

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from core.domain.market import Instrument, Quote, Symbol
from core.domain.money import CENT
from widgets import formats
from widgets.core_words import core_text
from widgets.fonts import FontRole
from widgets.panel_head import PanelHead
from widgets.quote_head import QuoteHead, price_tone
from widgets.securities import board_of, tick_of
from widgets.theme import ThemeHolder, set_prop
from widgets.tokens import direction_tone

_LEFT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
_RIGHT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
_LEVELS = 5
_MIDDLE = 22
_APART = 10
_BAR_STRENGTH = 0.6  # volumes are read on the bar: it stays a tint


class DepthLadder(QWidget):
    """Five asks over five bids; a bar for each volume; a click picks the price."""

    price_picked = Signal(object)  # Decimal

    def __init__(self, theme: ThemeHolder, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.quote: Quote | None = None
        self.instrument: Instrument | None = None
        self.stale = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("五档盘口"))
        self.restyle()

    def restyle(self) -> None:
        """Follow the theme's rows."""
        self._row = self._theme.scaled(21)
        self.setFixedHeight(self._row * 2 * _LEVELS + self._theme.scaled(_MIDDLE))
        self.update()

    def sizeHint(self) -> QSize:
        """As in the picture."""
        return QSize(340, self.height())

    def rows(self) -> list[tuple[str, int, int, bool]]:
        """(label, price, shares, is ask) top to bottom; price 0 where there is no level."""
        asks = self.quote.asks if self.quote is not None else ()
        bids = self.quote.bids if self.quote is not None else ()
        found = []
        for n in range(_LEVELS, 0, -1):
            price, volume = asks[n - 1] if len(asks) >= n else (0, 0)
            found.append((self.tr("卖{n}").format(n=n), price if volume else 0, volume, True))
        for n in range(1, _LEVELS + 1):
            price, volume = bids[n - 1] if len(bids) >= n else (0, 0)
            found.append((self.tr("买{n}").format(n=n), price if volume else 0, volume, False))
        return found

    def _top(self, place: int) -> int:
        return place * self._row + (self._theme.scaled(_MIDDLE) if place >= _LEVELS else 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Levels, bars, and the line between the sides."""
        painter, theme = QPainter(self), self._theme
        painter.fillRect(self.rect(), theme.color("pan"))
        rows = self.rows()
        most = max((volume for _, price, volume, _ in rows if price), default=0)
        tick = tick_of(self.quote.symbol, self.instrument) if self.quote is not None else CENT
        reach = self.width() * 0.42
        for place, (label, price, volume, is_ask) in enumerate(rows):
            top = self._top(place)
            box = QRectF(10, top, self.width() - 20, self._row)
            if price and most:
                wide = max(2.0, reach * volume / most)
                bar = QColor(theme.color("fallbar" if is_ask else "risebar"))
                bar.setAlphaF(_BAR_STRENGTH)
                painter.fillRect(QRectF(self.width() - wide, top + 2, wide, self._row - 4), bar)
            painter.setFont(theme.font(FontRole.CELL))
            painter.setPen(theme.color("t2"))
            painter.drawText(box, _LEFT, label)
            pre_close = self.quote.pre_close if self.quote is not None else 0
            painter.setPen(theme.color("t3" if not price or self.stale else price_tone(price, pre_close)))
            side = QRectF(10, top, self.width() * 0.44 - 10, self._row)
            painter.drawText(side, _RIGHT, formats.price_milli(price, tick))
            painter.setPen(theme.color("t1" if price else "t3"))
            painter.drawText(box, _RIGHT, formats.lots(volume) if price else formats.DASH)
        self._middle(painter, tick)
        painter.end()

    def _middle(self, painter: QPainter, tick: Decimal) -> None:
        theme = self._theme
        box = QRectF(0, self._row * _LEVELS, self.width(), theme.scaled(_MIDDLE))
        painter.fillRect(box, theme.color("hdr"))
        painter.setFont(theme.font(FontRole.HEADER))
        painter.setPen(theme.color("t2"))
        box.adjust(10, 0, -10, 0)
        metrics, unit = theme.metrics(FontRole.HEADER), self.tr("单位 手")
        painter.drawText(box, _RIGHT, unit)
        quote = self.quote
        if quote is None:
            return
        asked, bid = sum(v for p, v in quote.asks if p), sum(v for p, v in quote.bids if p)
        label = self.tr("委比")
        painter.drawText(box, _LEFT, label)
        taken = metrics.horizontalAdvance(label)
        if asked + bid:
            balance = (bid - asked) / (bid + asked)
            painter.setPen(theme.color(direction_tone(balance)))
            figure = formats.change_short(balance)
            painter.drawText(box.adjusted(taken + 4, 0, 0, 0), _LEFT, figure)
            taken += 4 + metrics.horizontalAdvance(figure)
        if quote.best_ask and quote.best_bid:
            gap = Decimal(quote.best_ask - quote.best_bid) / 1000
            steps = int(gap / tick) if tick else 0
            words = self.tr("价差 {gap}（{n} 跳）").format(gap=formats.price(gap, tick), n=steps)
            painter.setPen(theme.color("t2"))
            free = box.adjusted(taken + _APART, 0, -metrics.horizontalAdvance(unit) - _APART, 0)
            place = middle_of(box, free, metrics.horizontalAdvance(words))
            if place is not None:
                painter.drawText(place, _LEFT, words)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Pick the price under the mouse."""
        for place, (_, price, _, _) in enumerate(self.rows()):
            if price and 0 <= event.position().y() - self._top(place) < self._row:
                self.price_picked.emit(Decimal(price) / 1000)


def middle_of(box: QRectF, free: QRectF, wide: float) -> QRectF | None:
    """Where words of this width stand: in the middle of the box, moved into what is free; None where they do not fit."""
    if wide > free.width():
        return None
    left = min(max(box.center().x() - wide / 2, free.left()), free.right() - wide)
    return QRectF(left, box.top(), wide + 2, box.height())


class DepthPanel(QWidget):
    """Head, figures and ladder of the symbol that is looked at."""

    price_picked = Signal(object)  # Decimal

    def __init__(self, theme: ThemeHolder, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._symbol = ""
        self.head = PanelHead(theme, " ", self)
        self.board = QLabel(self.head)
        set_prop(self.board, "role", "tag")
        self.board.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.head.row.addWidget(self.board)
        self.head.row.addStretch(1)
        self.source = QLabel(self.head)
        set_prop(self.source, "role", "caption")
        self.head.row.addWidget(self.source)
        self.figures = QuoteHead(theme, self)
        self.ladder = DepthLadder(theme, self)
        self.ladder.price_picked.connect(self.price_picked)
        self.below = QVBoxLayout()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(self.figures)
        column.addWidget(self.ladder)
        column.addLayout(self.below)
        column.addStretch(1)
        set_prop(self, "panel", "pan")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        theme.changed.connect(self._restyle)
        self.set_symbol(Symbol(""), None)

    def set_symbol(self, symbol: Symbol, instrument: Instrument | None) -> None:
        """Look at another symbol, or at the same one with its instrument known."""
        if symbol != self._symbol:
            self._symbol = symbol
            self.figures.quote = self.ladder.quote = None
            self.set_age(None, stale=False)
            self.source.setText("")
        name = instrument.name if instrument is not None and instrument.name else formats.code_of(symbol)
        self.head.title.setText(name or self.tr("行情"))
        self.head.note.setText(symbol)
        self.board.setText(board_of(symbol))
        self.board.setVisible(bool(self.board.text()))
        self.figures.instrument = self.ladder.instrument = instrument
        self._repaint()

    def set_quote(self, quote: Quote) -> None:
        """The newest snapshot; one of another symbol is ignored."""
        if quote.symbol == self._symbol:
            self.figures.quote = self.ladder.quote = quote
            self._show_source(quote)
            self._repaint()

    def _show_source(self, quote: Quote) -> None:
        """The badge of the source; one that stands in and may not trigger is told from the others by more than colour."""
        text = self.tr("备用 {name}") if quote.fallback else "{name}"
        name = core_text(quote.source)
        self.source.setText(text.format(name=name))
        tip = formats.source(name, quote.latency_ms) if name else ""
        if quote.fallback:
            tip = self.tr("{tip}。备用源：设置没有允许它触发交易").format(tip=tip)
        self.source.setToolTip(tip)
        self.source.setAccessibleName(tip)
        role = "warn" if quote.fallback else "caption"
        if self.source.property("role") != role:
            set_prop(self.source, "role", role)

    def set_age(self, seconds: float | None, stale: bool) -> None:
        """Age of the snapshot by the desk's clock, and whether its feed has stopped."""
        self.figures.age = seconds
        self.figures.stale = self.ladder.stale = stale
        self._repaint()

    @property
    def symbol(self) -> str:
        """What is looked at."""
        return self._symbol

    def _repaint(self) -> None:
        self.figures.restyle()
        self.ladder.update()

    def _restyle(self) -> None:
        self.figures.restyle()
        self.ladder.restyle()
