"""Cells of the watchlist that are drawn and not only written."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from core.domain.enums import QuoteFlag
from widgets import formats
from widgets.fonts import FontRole
from widgets.models.cell import PAD, Align, Cell
from widgets.state_looks import STATE_LOOKS, protection_look
from widgets.tokens import direction_tone
from widgets.watchlist.levels import LevelKind, ruler
from widgets.watchlist.rows import WatchRow, flag_mark
from widgets.watchlist.spark import LEAST_SLOTS

ICON = 14
LEVEL_TONES = {LevelKind.STOP: "sl", LevelKind.TARGET: "tp", LevelKind.ZONE: "zone"}
SWITCH = (28, 14)
_SPARK_POINTS = 80  # more points than pixels cost time and show nothing


def paint_name(cell: Cell, row: WatchRow) -> None:
    """Name, then the code smaller; the code is never cut, the name is."""
    cell.name_and_code(row.name, row.code)


def paint_price(cell: Cell, row: WatchRow) -> None:
    """Last price; a stale one is grey with a dotted line below; a mark at the left for what is special about it."""
    text = formats.price_milli(row.last, row.tick)
    mark = flag_mark(row.flags)
    if mark:
        locked = row.flags & (QuoteFlag.UP_LOCKED | QuoteFlag.DOWN_LOCKED)
        tone = "warn" if locked or row.flags & QuoteFlag.FALLBACK else "t2"
        cell.text(mark, tone, left=cell.rect.left() + 3, right=cell.rect.left() + 20, role=FontRole.CAPTION)
    if not row.stale or row.last <= 0:
        cell.text(text, align=Align.RIGHT)
        return
    width = cell.text(text, "t3", Align.RIGHT)
    right = cell.rect.right() + 1 - PAD
    y = cell.rect.center().y() + cell.theme.metrics(cell.theme.cell_font).ascent() / 2 + 1
    pen = QPen(cell.color("t3"), 1, Qt.PenStyle.DotLine)
    cell.painter.setPen(pen)
    cell.painter.drawLine(QPointF(right - width, y), QPointF(right, y))


def paint_spark(cell: Cell, row: WatchRow) -> None:
    """The day's line against yesterday's close."""
    spark, quote = row.spark, row.quote
    box = QRectF(cell.rect).adjusted(PAD, 4, -PAD, -5)
    if spark is None or quote is None or not spark.prices or quote.pre_close <= 0:
        return
    low = min(quote.pre_close, *spark.prices.values())
    high = max(quote.pre_close, *spark.prices.values())
    span = max(high - low, quote.pre_close // 500, 1)
    middle = (high + low) / 2
    wide = max(LEAST_SLOTS, max(spark.prices)) or 1

    def y_of(price: float) -> float:
        return box.center().y() - (price - middle) / span * box.height()

    painter = cell.painter
    dots = QPen(cell.color("edge"), 1)
    dots.setDashPattern([1.5, 2.5])
    painter.setPen(dots)
    base = round(y_of(quote.pre_close)) + 0.5
    painter.drawLine(QPointF(box.left(), base), QPointF(box.right(), base))
    slots = sorted(spark.prices)
    slots = slots[:: max(1, len(slots) // _SPARK_POINTS)] + slots[-1:]
    points = [QPointF(box.left() + s / wide * box.width(), y_of(spark.prices[s])) for s in slots]
    if len(spark.prices) == 1:
        points.append(points[0] + QPointF(2, 0))
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(cell.color("t3" if row.stale else direction_tone(row.change)), 1.1))
    painter.drawPolyline(QPolygonF(points))
    painter.restore()


def paint_ruler(cell: Cell, row: WatchRow) -> None:
    """Stop, zone, cost, target on one line; a triangle for the last price, on its side beyond an end."""
    places = ruler(row.item, row.last, row.view.cost if row.view is not None else None)
    if places is None:
        cell.text(formats.DASH, "t3", Align.CENTER)
        return
    painter, color = cell.painter, cell.color
    left, right = cell.rect.left() + 16.0, cell.rect.right() - 17.0
    y = cell.rect.top() + (cell.rect.height() - 1) * 0.62

    def x_of(place: float) -> float:
        return left + place * (right - left)

    painter.fillRect(QRectF(left - 7, y - 0.5, right - left + 14, 1), color("edge"))
    painter.save()
    if places.zone is not None:
        band = QColor(color("zone"))
        band.setAlphaF(0.62)
        x1, x2 = x_of(places.zone[0]), x_of(places.zone[1])
        painter.fillRect(QRectF(x1, y - 4, max(x2 - x1, 3), 8), band)
    for place, tone in ((places.stop, "sl"), (places.target, "tp")):
        if place is not None:
            painter.fillRect(QRectF(round(x_of(place)) - 1, y - 5, 2.4, 10), color(tone))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if places.cost is not None:
        painter.setPen(QPen(color("cost"), 1.4))
        painter.setBrush(color("pan"))
        painter.drawEllipse(QPointF(x_of(min(max(places.cost, 0.0), 1.0)), y), 2.6, 2.6)
    if places.last is not None:
        _last_mark(cell, places.last, x_of, y)
    painter.restore()


def _last_mark(cell: Cell, place: float, x_of: Callable[[float], float], y: float) -> None:
    top = y - 11
    if place < 0:
        x = x_of(0.0) - 8
        points = [QPointF(x - 3, top + 3), QPointF(x + 3, top - 1), QPointF(x + 3, top + 7)]
    elif place > 1:
        x = x_of(1.0) + 8
        points = [QPointF(x + 3, top + 3), QPointF(x - 3, top - 1), QPointF(x - 3, top + 7)]
    else:
        x = x_of(place)
        points = [QPointF(x - 4, top), QPointF(x + 4, top), QPointF(x, top + 7)]
    cell.painter.setPen(Qt.PenStyle.NoPen)
    cell.painter.setBrush(cell.color("t3" if cell.tone == "t3" else "t1"))
    cell.painter.drawPolygon(QPolygonF(points))


def paint_near(cell: Cell, row: WatchRow) -> None:
    """`损 −4.5%`: the level's name in its colour, the distance in text colour."""
    near, text = row.near, cell.content
    if near is None:
        cell.text(formats.DASH, "t3", Align.RIGHT)
        return
    tone = LEVEL_TONES[near.kind]
    if near.reached:
        if near.kind is LevelKind.STOP:
            tone = "alarm"
        role = FontRole.STRONG if near.kind is LevelKind.ZONE else None
        cell.text(text, tone, Align.RIGHT, role=role)
        return
    label, _, figure = text.partition(" ")
    width = cell.text(figure, "t1", Align.RIGHT)
    cell.text(label, tone, Align.RIGHT, right=cell.rect.right() + 1 - PAD - width - 4)


def paint_state(cell: Cell, row: WatchRow) -> None:
    """Icon and words; an alarm as a filled block."""
    look = STATE_LOOKS[row.state]
    left = cell.rect.left() + PAD
    if not look.alarm:
        cell.icon(look.icon, look.tone, left=left - 1, size=ICON)
        room = cell.rect.right() + 1 - PAD - (left + 19)
        words = state_words(row.state_text, lambda text: cell.theme.advance(FontRole.CELL, text) <= room)
        cell.text(words, look.text_tone, left=left + 19)
        return
    painter, theme = cell.painter, cell.theme
    wide = theme.advance(FontRole.STRONG, row.state_text) + 34
    room = cell.rect.width() - 5
    block = QRectF(left - 6, cell.rect.top() + (cell.rect.height() - 1 - 20) / 2, min(wide, room), 20)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("alarmfill"))
    painter.drawRoundedRect(block, 2, 2)
    painter.restore()
    cell.icon(look.icon, "onfill", left=left - 1, size=ICON)
    cell.text(row.state_text, "onfill", left=left + 19, right=block.right() - 4, role=FontRole.STRONG)


def state_words(text: str, fits: Callable[[str], bool]) -> str:
    """The state; of a large order only what is done, where `done/meant` does not fit: a number is never cut."""
    short, slash, _ = text.partition("/")
    return short if slash and not fits(text) else text


def paint_held(cell: Cell, row: WatchRow) -> None:
    """Held and sellable; what cannot be sold today is marked."""
    view = row.view
    if view is None or not view.held:
        cell.text(formats.DASH, "t3", Align.RIGHT)
        return
    right = cell.rect.right() + 1 - PAD
    tone = "warn" if view.sellable < view.held else "t1"
    width = cell.text(formats.quantity(view.sellable), tone, Align.RIGHT)
    width += cell.text(" / ", "t2", Align.RIGHT, right=right - width)
    cell.text(formats.quantity(view.held), "t1", Align.RIGHT, right=right - width)


def paint_protection(cell: Cell, row: WatchRow) -> None:
    """What the stop will do, with the shield, padlock or octagon that says whether it can."""
    text = cell.content
    if not row.held:
        cell.text(text, "t3")
        return
    look = protection_look(row.state, row.view is not None and row.view.protected)
    left = cell.rect.left() + PAD
    cell.icon(look.icon, look.tone, left=left - 1, size=ICON)
    cell.text(text, look.text_tone, left=left + 19)


def paint_switch(cell: Cell, row: WatchRow) -> None:
    """A round switch: filled with the knob right when on, hollow with the knob left when off."""
    wide, tall = SWITCH
    x = cell.rect.center().x() - wide / 2 + 0.5
    y = cell.rect.top() + (cell.rect.height() - 1 - tall) / 2 + 0.5
    paint_toggle(cell.painter, cell, QRectF(x, y, wide, tall), row.item.quant.enabled)


def paint_toggle(painter: QPainter, cell: Cell, box: QRectF, on: bool) -> None:
    """The switch itself."""
    theme = cell.theme
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    radius = box.height() / 2
    if on:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("edge" if cell.dim else "accfill"))
        painter.drawRoundedRect(box, radius, radius)
        painter.setBrush(theme.color("onfill"))
        painter.drawEllipse(QPointF(box.right() - radius, box.center().y()), radius - 2.5, radius - 2.5)
    else:
        painter.setPen(QPen(theme.color("edge"), 1))
        painter.setBrush(theme.color("fld"))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("t2"))
        painter.drawEllipse(QPointF(box.left() + radius, box.center().y()), radius - 3, radius - 3)
    painter.restore()
