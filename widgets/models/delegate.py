"""One delegate paints every cell of every desk table: ground, text or drawing, grid line, selection bar."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from widgets.models.cell import Cell
from widgets.models.table import TableModel
from widgets.theme import ThemeHolder

BAR = 3
_SELECTED = QStyle.StateFlag.State_Selected


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
