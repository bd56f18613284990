"""The header row of desk tables: aligned as its columns, a small triangle for the order, three-step sorting."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPolygonF
from PySide6.QtWidgets import QHeaderView, QWidget

from widgets.fonts import FontRole
from widgets.models.cell import Align
from widgets.models.table import TableModel
from widgets.theme import ThemeHolder

HEIGHT = 24
_PAD = 7


class DeskHeader(QHeaderView):
    """Click sorts, the next click turns the order around, the third goes back to the default."""

    sort_changed = Signal()

    def __init__(self, theme: ThemeHolder, model: TableModel[Any], parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._theme, self._model = theme, model
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setMinimumSectionSize(24)
        self.sectionClicked.connect(self._on_clicked)
        self.restyle()

    def restyle(self) -> None:
        """Follow the theme's font."""
        self.setFixedHeight(max(HEIGHT, round(self._theme.metrics(FontRole.HEADER).height()) + 6))
        self.viewport().update()

    def paintSection(self, painter: QPainter, rect: QRect, logical: int) -> None:
        """Draw one title."""
        theme = self._theme
        painter.fillRect(rect, theme.color("hdr"))
        painter.fillRect(rect.x(), rect.bottom(), rect.width(), 1, theme.color("line"))
        painter.fillRect(rect.right(), rect.y() + 4, 1, rect.height() - 8, theme.color("line"))
        column = self._model.columns[logical]
        sorting = self._model.sorting
        if sorting is None and self._model.default_column == logical:
            sorting = (logical, self._model.newest_first)
        chosen = sorting is not None and sorting[0] == logical
        painter.setFont(theme.font(FontRole.HEADER))
        painter.setPen(theme.color("t1" if chosen else "t2"))
        pad = _PAD if column.align is not Align.CENTER else 1
        box = QRectF(rect.x() + pad, rect.y(), rect.width() - 2 * pad, rect.height() - 1)
        if chosen and sorting is not None:
            width = theme.metrics(FontRole.HEADER).horizontalAdvance(column.title)
            if column.align is Align.RIGHT:
                box.setRight(box.right() - 10)
                x = box.right() + 6
            elif column.align is Align.CENTER:
                x = box.center().x() + width / 2 + 6
            else:
                x = box.left() + width + 7
            self._triangle(painter, min(x, rect.right() - 5), rect.center().y() + 0.5, sorting[1])
        painter.drawText(box, int(column.align.value), column.title)

    def _triangle(self, painter: QPainter, x: float, y: float, descending: bool) -> None:
        tip = 3 if descending else -3
        points = QPolygonF([QPointF(x - 4, y - tip), QPointF(x + 4, y - tip), QPointF(x, y + tip)])
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("t1"))
        painter.drawPolygon(points)
        painter.restore()

    def _on_clicked(self, logical: int) -> None:
        column = self._model.columns[logical]
        if column.sort_key is None:
            return
        first = column.align is Align.RIGHT  # numbers: the largest first
        sorting = self._model.sorting
        if sorting is None or sorting[0] != logical:
            self._model.sort_by(logical, first)
        elif sorting[1] is first:
            self._model.sort_by(logical, not first)
        else:
            self._model.sort_by(None)
        self.viewport().update()
        self.sort_changed.emit()
