"""One delegate paints every cell of every desk table: ground, text or drawing, grid line, selection bar."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from widgets.fonts import FontRole
from widgets.icons import Icon, paint_icon
from widgets.models.column import Align
from widgets.models.table import TableModel
from widgets.theme import ThemeHolder

PAD = 7
BAR = 3
_FLAGS = {align: int(align.value) for align in Align}
_SELECTED = QStyle.StateFlag.State_Selected


class Cell:
    """What a column's `paint` draws with: painter, rectangle, theme, and the row's condition."""

    __slots__ = ("content", "dim", "painter", "rect", "theme", "tone")

    def __init__(self, theme: ThemeHolder) -> None:
        self.theme = theme
        self.painter = QPainter()  # set for each cell before use
        self.rect = QRect()
        self.content = ""
        self.tone = "t1"
        self.dim = False

    def text(
        self,
        text: str,
        tone: str | None = None,
        align: Align = Align.LEFT,
        *,
        left: float | None = None,
        right: float | None = None,
        role: FontRole | None = None,
    ) -> float:
        """Draw a text between `left` and `right` (default: the padded cell), elided; returns its width."""
        font_role = role or self.theme.cell_font
        x1 = self.rect.left() + PAD if left is None else left
        x2 = self.rect.right() + 1 - PAD if right is None else right
        width = self.theme.advance(font_role, text)
        if width > x2 - x1 + 0.5 and align is Align.LEFT:
            text = self.theme.metrics(font_role).elidedText(text, Qt.TextElideMode.ElideRight, x2 - x1)
            width = self.theme.advance(font_role, text)
        elif width > x2 - x1:  # a number is never elided: rather it leans over the padding
            x1, x2 = x1 - PAD, x2 + (PAD if align is Align.CENTER else 0)
        self.painter.setFont(self.theme.font(font_role))
        self.painter.setPen(self.color(tone or self.tone))
        box = QRectF(x1, self.rect.top(), x2 - x1, self.rect.height() - 1)
        self.painter.drawText(box, _FLAGS[align], text)
        return width

    def icon(self, icon: Icon, tone: str, *, left: float | None = None, size: float = 14) -> None:
        """Draw an icon at `left`, or in the middle of the cell."""
        x = self.rect.center().x() - size / 2 + 0.5 if left is None else left
        y = self.rect.top() + (self.rect.height() - 1 - size) / 2
        paint_icon(self.painter, QRectF(x, y, size, size), icon, self.color(tone))

    def color(self, tone: str) -> Any:
        """Colour of a token; everything is t3 in a dim row."""
        return self.theme.color("t3" if self.dim else tone)


class CellDelegate(QStyledItemDelegate):
    """Paints by token; asks the model for text, tone and condition, never the style sheet."""

    def __init__(self, theme: ThemeHolder, model: TableModel[Any], parent: Any = None) -> None:
        super().__init__(parent)
        self._theme, self._model = theme, model
        self._cell = Cell(theme)
        self.hover_row = -1
        self.first_column = 0
        self.active = True

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Draw one cell."""
        model, theme, cell = self._model, self._theme, self._cell
        row, column, rect = index.row(), index.column(), option.rect
        condition = model.row_tone(row)
        selected = bool(option.state & _SELECTED)
        ground = self._ground(row, condition, selected)
        if ground:
            painter.fillRect(rect, theme.color(ground))
        painter.fillRect(rect.x(), rect.bottom(), rect.width(), 1, theme.color("grid"))
        spec = model.columns[column]
        text, cell.tone = model.cell(row, column)
        cell.content = text
        cell.painter, cell.rect, cell.dim = painter, rect, condition == "dim"
        flash = model.flash_tone(row, column)
        if flash:
            tint = rect.adjusted(2, 4, -2, -5)
            painter.fillRect(tint, theme.color(flash))
            cell.tone = "t1"
        if spec.paint is not None:
            spec.paint(cell, model.row_at(row))
        elif text:
            cell.text(text, align=spec.align)
        if selected and column == self.first_column:
            bar = theme.color("acc" if self.active else "edge")
            painter.fillRect(rect.x(), rect.y(), BAR, rect.height() - 1, bar)

    def _ground(self, row: int, condition: str, selected: bool) -> str:
        if condition == "alarm":
            return "alarmbg"
        if selected:
            return "sel" if self.active else "hov"
        return "hov" if row == self.hover_row else ""
