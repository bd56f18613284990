"""The figures of one symbol's day: last price large, change, open high low and yesterday's close, volume."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.domain.market import Instrument, Quote
from widgets import formats
from widgets.fonts import FontRole
from widgets.icons import Icon, paint_icon
from widgets.securities import tick_of
from widgets.theme import ThemeHolder

_LEFT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
_RIGHT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
_HEAD, _LINE = 90, 22


def price_tone(price: int, pre_close: int) -> str:
    """Colour token of a price in thousandths against yesterday's close."""
    if price <= 0 or pre_close <= 0 or price == pre_close:
        return "t1"
    return "rise" if price > pre_close else "fall"


class QuoteHead(QWidget):
    """Last price large, change, open high low and yesterday's close, volume, amount, age.

    Where the day's four prices do not fit beside the last price they get a line of their own.
    """

    def __init__(self, theme: ThemeHolder, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.quote: Quote | None = None
        self.instrument: Instrument | None = None
        self.age: float | None = None
        self.stale = False
        self._tall = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.restyle()

    def restyle(self) -> None:
        """Follow the theme's fonts and the widths of the present prices."""
        self._tall = self.quote is not None and self._beside() > self.width() > 0
        self.setFixedHeight(self._theme.scaled(_HEAD + (_LINE if self._tall else 0)))
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """See again what fits."""
        super().resizeEvent(event)
        self.restyle()

    def _price_role(self) -> FontRole:
        return FontRole.LAST_PRICE if self.width() >= self._theme.scaled(320) else FontRole.LAST_PRICE_SMALL

    def _texts(self) -> tuple[str, str, str]:
        """(last, change, change in percent)."""
        quote = self.quote
        if quote is None or quote.last <= 0:
            return formats.DASH, "", ""
        tick = tick_of(quote.symbol, self.instrument)
        last = formats.price_milli(quote.last, tick)
        if quote.pre_close <= 0:
            return last, "", ""
        delta = quote.last - quote.pre_close
        return last, formats.price_change(delta, tick), formats.change(delta / quote.pre_close)

    def _widths(self) -> tuple[float, float, float]:
        """(last, change block, one of the day's prices with its label)."""
        last, delta, percent = self._texts()
        cell, small = self._theme.metrics(FontRole.CELL), self._theme.metrics(FontRole.HEADER)
        block = max(cell.horizontalAdvance(delta) + 15, cell.horizontalAdvance(percent))
        return (
            self._theme.metrics(self._price_role()).horizontalAdvance(last),
            block,
            small.horizontalAdvance(last) + self._theme.scaled(24),
        )

    def _beside(self) -> float:
        last, block, day = self._widths()
        return 10 + last + 10 + block + 10 + 2 * day + 10

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the figures."""
        painter, theme = QPainter(self), self._theme
        painter.fillRect(self.rect(), theme.color("pan"))
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.color("line"))
        self._last(painter)
        if self.quote is not None:
            self._day(painter, self.quote)
            self._flow(painter, self.quote)
        painter.end()

    def _last(self, painter: QPainter) -> None:
        theme, quote = self._theme, self.quote
        pre_close = quote.pre_close if quote is not None else 0
        last = quote.last if quote is not None else 0
        tone = "t3" if self.stale or last <= 0 else price_tone(last, pre_close)
        wide, block, _ = self._widths()
        top, tall = 8.0, theme.scaled(44)
        texts = self._texts()
        painter.setFont(theme.font(self._price_role()))
        painter.setPen(theme.color(tone))
        painter.drawText(QRectF(10, top, wide + 4, tall), _LEFT, texts[0])
        if self.stale:
            painter.setPen(QPen(theme.color("t3"), 1, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(10, top + tall - 5), QPointF(10 + wide, top + tall - 5))
        x = 10 + wide + 10
        if texts[1] and last != pre_close:
            icon = Icon.UP if last > pre_close else Icon.DOWN
            paint_icon(painter, QRectF(x - 1, top + tall / 4 - 6, 13, 13), icon, theme.color(tone))
        painter.setFont(theme.font(FontRole.CELL))
        painter.setPen(theme.color(tone))
        painter.drawText(QRectF(x, top, block, tall / 2), _RIGHT, texts[1])
        painter.drawText(QRectF(x, top + tall / 2, block, tall / 2), _RIGHT, texts[2])

    def _day(self, painter: QPainter, quote: Quote) -> None:
        theme, tall = self._theme, self._theme.scaled(_LINE)
        tick = tick_of(quote.symbol, self.instrument)
        cells = (
            (self.tr("开"), quote.open),
            (self.tr("高"), quote.high),
            (self.tr("昨"), quote.pre_close),
            (self.tr("低"), quote.low),
        )
        day = self._widths()[2]
        painter.setFont(theme.font(FontRole.HEADER))
        for place, (label, price) in enumerate(cells):
            if self._tall:
                wide = (self.width() - 20) / 4
                box = QRectF(10 + place * wide, 8 + theme.scaled(44), wide - 6, tall)
            else:
                box = QRectF(self.width() - 10 - day * (2 - place % 2), 8 + tall * (place // 2), day, tall)
                box.adjust(8, 0, 0, 0)
            painter.setPen(theme.color("t2"))
            painter.drawText(box, _LEFT, label)
            painter.setPen(theme.color("t3" if self.stale else price_tone(price, quote.pre_close)))
            painter.drawText(box, _RIGHT, formats.price_milli(price, tick))

    def _flow(self, painter: QPainter, quote: Quote) -> None:
        theme = self._theme
        box = QRectF(10, self.height() - theme.scaled(30), self.width() - 20, theme.scaled(24))
        pairs = (
            (self.tr("量"), formats.market_volume(quote.volume)),
            (self.tr("额"), formats.big(quote.amount)),
        )
        x = box.left()
        metrics = theme.metrics(FontRole.HEADER)
        painter.setFont(theme.font(FontRole.HEADER))
        for label, text in pairs:
            for words, tone in ((label, "t2"), (text, "t1")):
                painter.setPen(theme.color(tone))
                painter.drawText(QRectF(x, box.top(), 200, box.height()), _LEFT, words)
                x += metrics.horizontalAdvance(words) + 4
            x += 12
        if self.age is not None:
            words = (self.tr("停更 {age}") if self.stale else self.tr("{age}前")).format(
                age=formats.age(self.age)
            )
            painter.setPen(theme.color("alarm" if self.stale else "t2"))
            painter.drawText(box, _RIGHT, words)
