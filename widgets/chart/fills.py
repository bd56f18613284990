"""Fills: ▲ below the low for buys, ▼ above the high for sells, with quantity; labels that would touch merge."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFontMetricsF, QPainter

from core.domain.enums import Side
from core.domain.market import datetime_to_ms
from core.domain.money import decimal_to_milli
from core.domain.trading import Trade
from widgets import formats
from widgets.chart.base import ChartItem
from widgets.chart.fill_book import FillBook
from widgets.chart.frame import Frame, session_minutes
from widgets.chart.painting import CENTRE, GROUND, draw_triangle, faded
from widgets.chart.series import DAY_MS, midnight_of
from widgets.fonts import FontRole
from widgets.theme import ThemeHolder

_OFF = 4.0
_MARK = 7.0
_Text = Callable[[int, int, Side, Decimal | None], str]


@dataclass(frozen=True, slots=True)
class Mark:
    """A triangle: its tip, and the fills of one bar and side that it stands for."""

    index: int
    tip: QPointF
    side: Side
    volume: int
    count: int
    price: Decimal


@dataclass(frozen=True, slots=True)
class FillLabel:
    """A quantity beside one mark, or beside several whose labels would touch."""

    rect: QRectF
    side: Side
    volume: int
    count: int
    price: Decimal | None


class FillItem(ChartItem):
    """Marks and labels of the fills in sight."""

    def __init__(self, theme: ThemeHolder, z: float) -> None:
        super().__init__(theme, z)
        self.book = FillBook()
        self.marks: list[Mark] = []
        self.labels: list[FillLabel] = []

    def prepare(self, frame: Frame) -> None:
        """Place marks and labels."""
        self.marks = place_marks(frame, self.book)
        self.labels = merge_labels(frame, self.marks, self.theme, self.text)

    def show_last(self) -> None:
        """A mark at the growing bar follows its high and low."""
        frame = self.frame
        if frame is not None and any(mark.index == frame.stop - 1 for mark in self.marks):
            before = [mark.tip for mark in self.marks]
            self.prepare(frame)
            if [mark.tip for mark in self.marks] != before:
                self.refresh()

    def text(self, volume: int, count: int, side: Side, price: Decimal | None) -> str:
        """`买300（2笔）`; in the intraday view a single fill says its price."""
        word = self.tr("买") if side is Side.BUY else self.tr("卖")
        if count > 1:
            words: str = self.tr("{word}{n}（{count}笔）")
            return words.format(word=word, n=formats.quantity(volume), count=count)
        if price is not None and self.frame is not None and self.frame.intraday:
            told = formats.price(price, self.frame.tick)
            return f"{word} {formats.quantity(volume)} @ {told}"
        return f"{word}{formats.quantity(volume)}"

    def draw(self, painter: QPainter, frame: Frame) -> None:
        """Labels on their ground, marks above."""
        painter.setFont(self.theme.font(FontRole.AXIS))
        for label in self.labels:
            painter.fillRect(label.rect, faded(self.theme, "pan", GROUND))
            painter.setPen(self.theme.color("t1"))
            painter.drawText(
                label.rect, CENTRE, self.text(label.volume, label.count, label.side, label.price)
            )
        for mark in self.marks:
            draw_triangle(painter, self.theme, mark.tip, up=mark.side is Side.BUY)


def place_marks(frame: Frame, book: FillBook) -> list[Mark]:
    """One mark a bar and side, left to right; fills outside the bars in sight have none."""
    found: dict[tuple[int, Side], Mark] = {}
    for trade in _in_sight(frame, book):
        index = bar_of_trade(frame, trade)
        if index is None:
            continue
        key = (index, trade.side)
        if key in found:
            old = found[key]
            total = old.volume + trade.volume
            price = (old.price * old.volume + trade.price * trade.volume) / total if total else old.price
            found[key] = replace(old, volume=total, count=old.count + 1, price=price)
        else:
            tip = _tip(frame, index, trade)
            found[key] = Mark(index, tip, trade.side, trade.volume, 1, trade.price)
    return sorted(found.values(), key=lambda mark: mark.index)


def _in_sight(frame: Frame, book: FillBook) -> Sequence[Trade]:
    """Those that a bar in sight can hold: nothing is asked of the others, at every frame of a long day."""
    if frame.stop <= frame.first:
        return ()
    stamps = frame.series.time_ms
    after = int(stamps[frame.first - 1]) if frame.first else 0
    return book.between(after, int(stamps[frame.stop - 1]) if frame.stop < frame.series.count else None)


def bar_of_trade(frame: Frame, trade: Trade) -> int | None:
    """The bar in sight that holds a fill; the growing bar takes one that is newer than all."""
    time_ms, series = datetime_to_ms(trade.time), frame.series
    if frame.day_ms is not None and not frame.day_ms <= time_ms < frame.day_ms + DAY_MS:
        return None
    index = min(series.place_of(time_ms), series.count - 1)
    if not frame.first <= index < frame.stop or midnight_of(int(series.time_ms[index])) != midnight_of(
        time_ms
    ):
        return None
    return index


def _tip(frame: Frame, index: int, trade: Trade) -> QPointF:
    buy = trade.side is Side.BUY
    if frame.day_ms is not None:
        minute = session_minutes(frame.series.time_ms[index : index + 1] - frame.day_ms)[0]
        price = decimal_to_milli(trade.price)
        return QPointF(float(frame.time.x(minute)), float(frame.price.y(price)) + (_OFF if buy else -_OFF))
    price = int(frame.series.low[index] if buy else frame.series.high[index])
    return QPointF(frame.x_at(index), float(frame.price.y(price)) + (_OFF if buy else -_OFF))


def merge_labels(frame: Frame, marks: list[Mark], theme: ThemeHolder, text: _Text) -> list[FillLabel]:
    """A label a mark; from left to right, one that would touch the last of its side is merged into it."""
    placer = _Placer(frame.layout.price, theme.metrics(FontRole.AXIS), text)
    out: list[FillLabel] = []
    for side in Side:
        row: list[_Placed] = []
        for mark in (m for m in marks if m.side is side):
            one = placer.beside(mark)
            while row and row[-1].touches(one):
                one = placer.merged(row.pop(), one)
            row.append(one)
        out += [one.label for one in row]
    return out


@dataclass(frozen=True, slots=True)
class _Placed:
    """A label with the centre and the top that it was meant to have; the pane may have moved it."""

    label: FillLabel
    x: float
    top: float

    def touches(self, other: _Placed) -> bool:
        return self.label.rect.adjusted(-2, -1, 2, 1).intersects(other.label.rect)


@dataclass(frozen=True, slots=True)
class _Placer:
    """Gives labels their rectangles, inside the pane."""

    pane: QRectF
    metrics: QFontMetricsF
    text: _Text

    @property
    def height(self) -> int:
        return round(self.metrics.height())

    def beside(self, mark: Mark) -> _Placed:
        """Below the triangle of a buy, above that of a sale."""
        buy, tip = mark.side is Side.BUY, mark.tip
        top = tip.y() + _MARK + 1 if buy else tip.y() - _MARK - 1 - self.height
        return self._place(FillLabel(QRectF(), mark.side, mark.volume, mark.count, mark.price), tip.x(), top)

    def merged(self, one: _Placed, other: _Placed) -> _Placed:
        """One label for both, in their middle, as far out as the outer one."""
        side, volume = one.label.side, one.label.volume + other.label.volume
        both = FillLabel(QRectF(), side, volume, one.label.count + other.label.count, None)
        outer = max(one.top, other.top) if side is Side.BUY else min(one.top, other.top)
        return self._place(both, (one.x + other.x) / 2, outer)

    def _place(self, label: FillLabel, x: float, top: float) -> _Placed:
        pane = self.pane
        told = self.text(label.volume, label.count, label.side, label.price)
        width = round(self.metrics.horizontalAdvance(told)) + 6.0
        left = max(pane.left() + 1, min(round(x - width / 2), pane.right() - width - 1))
        inside = max(pane.top(), min(round(top), pane.bottom() - self.height))
        return _Placed(replace(label, rect=QRectF(left, inside, width, self.height)), x, top)
