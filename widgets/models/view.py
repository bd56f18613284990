"""The table view of the desk: fixed rows, one painted header, hover by row, rows held still while in use."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QFocusEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from widgets.fonts import FontRole
from widgets.models.delegate import CellDelegate
from widgets.models.export import as_csv, as_lines
from widgets.models.header import DeskHeader
from widgets.models.ordered import Index
from widgets.models.table import TableModel
from widgets.theme import ThemeHolder

R = TypeVar("R")
_KEYS_HOLD_MS = 1500
_LEAST_STRETCH = 0.6
_MOVES = {
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
}


class DeskTable(QTableView, Generic[R]):
    """Shows one `TableModel`. Ids go out; the model's records are never handed around as indexes."""

    current_changed = Signal(object)  # id of the current row, or None
    row_activated = Signal(object)  # Enter or double click: id
    cell_clicked = Signal(object, str)  # id, column key

    def __init__(self, theme: ThemeHolder, model: TableModel[R], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self.table = theme, model
        self.empty_title = self.empty_hint = ""
        self._told: Hashable | None = None
        self._droppable: tuple[str, ...] = ()
        self._at_last: tuple[str, ...] = ()
        self._gone: set[str] = set()
        self._painter_of_cells = CellDelegate(theme, model, self)
        self._keys_rest = QTimer(self, singleShot=True, interval=_KEYS_HOLD_MS)
        self._keys_rest.timeout.connect(self._let_go)
        self.header = DeskHeader(theme, model, self)
        self.setHorizontalHeader(self.header)
        self.setModel(model)
        self.setItemDelegate(self._painter_of_cells)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setCornerButtonEnabled(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self._restyle()
        theme.changed.connect(self._restyle)
        self.doubleClicked.connect(lambda index: self.row_activated.emit(model.id_at(index.row())))
        self.clicked.connect(self._on_clicked)

    # What callers use

    def current_id(self) -> Hashable | None:
        """Id of the current row."""
        index = self.currentIndex()
        return self.table.id_at(index.row()) if index.isValid() else None

    def selected_ids(self) -> list[Hashable]:
        """Ids of the selected rows, top to bottom."""
        return [
            self.table.id_at(row) for row in sorted(i.row() for i in self.selectionModel().selectedRows())
        ]

    def select_id(self, row_id: Hashable) -> bool:
        """Make a row current and selected and scroll it into view; False when it is not shown."""
        row = self.table.row_of(row_id)
        if row < 0:
            return False
        flags = QItemSelectionModel.SelectionFlag
        index = self.table.index(row, self.currentIndex().column() if self.currentIndex().isValid() else 0)
        self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
        self.scrollTo(index)
        return True

    def set_droppable(self, keys: Sequence[str], at_last: Sequence[str] = ()) -> None:
        """Columns a narrow table does without, the first to go first: numbers are dropped, never cut.

        Those of `at_last` go only when the stretching column is as narrow as it may be.
        """
        self._droppable, self._at_last = tuple(keys), tuple(at_last)
        self._fit()

    def copy_rows(self) -> str:
        """Put the selected rows on the clipboard, full precision and ASCII minus; returns the text."""
        rows = [self.table.get(row_id) for row_id in self.selected_ids()]
        text = as_lines(self._shown_columns(), [row for row in rows if row is not None])
        if text:
            QGuiApplication.clipboard().setText(text)
        return text

    def csv_text(self) -> str:
        """All shown rows, in the shown order, as CSV."""
        shown = (self.table.row_at(row) for row in range(self.table.rowCount()))
        return as_csv(self._shown_columns(), shown)

    # How it looks

    def _shown_columns(self) -> list[Any]:
        return [column for place, column in enumerate(self.table.columns) if not self.isColumnHidden(place)]

    def _restyle(self) -> None:
        self.verticalHeader().setDefaultSectionSize(self._theme.row_height)
        self.header.restyle()
        for place, column in enumerate(self.table.columns):
            self.setColumnWidth(place, self._theme.column(column.width))
        self._fit()
        self.viewport().update()

    def _fit(self) -> None:
        """Drop what does not fit, then the stretching column takes what the others leave."""
        self._drop()
        shown = [p for p in range(len(self.table.columns)) if not self.isColumnHidden(p)]
        self._painter_of_cells.first_column = shown[0] if shown else 0
        stretch = next((p for p in shown if self.table.columns[p].stretch), None)
        if stretch is not None:
            rest = self.viewport().width() - sum(self.columnWidth(p) for p in shown if p != stretch)
            least = self._theme.column(self.table.columns[stretch].width)
            if self._gone.issuperset(self._droppable):  # nothing is left to drop: words give way to numbers
                least = round(least * _LEAST_STRETCH)
            self.setColumnWidth(stretch, max(least, rest))

    def _drop(self) -> None:
        room = self.viewport().width()
        gone: set[str] = set()
        needed = sum(self._theme.column(column.width) for column in self.table.columns)
        for keys, spare in ((self._droppable, 0), (self._at_last, self._squeeze())):
            for key in keys:
                if needed - spare <= room:
                    break
                gone.add(key)
                needed -= self._theme.column(self.table.columns[self.table.column_at(key)].width)
        if gone != self._gone:
            self._gone = gone
            for place, column in enumerate(self.table.columns):
                self.setColumnHidden(place, column.key in gone)

    def _squeeze(self) -> int:
        """What the stretching column can give."""
        wide = next((self._theme.column(c.width) for c in self.table.columns if c.stretch), 0)
        return wide - round(wide * _LEAST_STRETCH)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Refit the stretching column."""
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The rows; without any, what belongs here and the key that adds it."""
        super().paintEvent(event)
        if self.table.rowCount() or not self.empty_title:
            return
        painter = QPainter(self.viewport())
        middle = self.viewport().rect()
        for text, role, tone, shift in (
            (self.empty_title, FontRole.STRONG, "t1", -12),
            (self.empty_hint, FontRole.HEADER, "t2", 12),
        ):
            painter.setFont(self._theme.font(role))
            painter.setPen(self._theme.color(tone))
            painter.drawText(middle.translated(0, shift), int(Qt.AlignmentFlag.AlignCenter), text)
        painter.end()

    def dataChanged(self, first: Index, last: Index, roles: Sequence[int] = ()) -> None:
        """Repaint the rows that changed, not all between the first and the last of them."""
        if not self.table.touched or QAccessible.isActive():
            super().dataChanged(first, last, roles)
            return
        wide, tall = self.viewport().width(), self._theme.row_height
        for row in set(self.table.touched):
            top = self.rowViewportPosition(row)
            if -tall < top < self.viewport().height():
                self.viewport().update(0, top, wide, tall)

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Tell the id of the new current row."""
        super().currentChanged(current, previous)
        row_id = self.table.id_at(current.row()) if current.isValid() else None
        if row_id != self._told:
            self._told = row_id
            self.current_changed.emit(row_id)

    def _hover(self, row: int) -> None:
        old, self._painter_of_cells.hover_row = self._painter_of_cells.hover_row, row
        for place in {old, row} - {-1}:
            top = self.rowViewportPosition(place)
            self.viewport().update(0, top, self.viewport().width(), self._theme.row_height)

    # Rows stay where they are while they are being used

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the row under the mouse."""
        super().mouseMoveEvent(event)
        row = self.rowAt(round(event.position().y()))
        if row != self._painter_of_cells.hover_row:
            self._hover(row)

    def leaveEvent(self, event: QEvent) -> None:
        """No row is under the mouse."""
        super().leaveEvent(event)
        self._hover(-1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Rows stand still under a pressed mouse."""
        self._hold()
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Rows may move again."""
        super().mouseReleaseEvent(event)
        self._keys_rest.stop()
        self.table.hold(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy, activate; moving by keyboard holds the rows for a moment."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_rows()
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if (row_id := self.current_id()) is not None:
                self.row_activated.emit(row_id)
            return
        if event.key() in _MOVES:
            self._hold()
        super().keyPressEvent(event)

    def _hold(self) -> None:
        self.table.hold(True)
        self._keys_rest.start()

    def _let_go(self) -> None:
        """A release may go to a menu that opened meanwhile: the timer asks the mouse itself."""
        if QGuiApplication.mouseButtons() == Qt.MouseButton.NoButton:
            self.table.hold(False)
        else:
            self._keys_rest.start()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Selection shows as active."""
        super().focusInEvent(event)
        self.viewport().update()

    def changeEvent(self, event: QEvent) -> None:
        """Without window focus the selection turns grey."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange:
            self._painter_of_cells.active = self.isActiveWindow()
            self.viewport().update()

    def _on_clicked(self, index: QModelIndex) -> None:
        self.cell_clicked.emit(self.table.id_at(index.row()), self.table.columns[index.column()].key)
