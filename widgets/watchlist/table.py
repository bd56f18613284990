"""The table inside the watchlist: keys and clicks become intents."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence

from widgets.models.view import DeskTable
from widgets.watchlist.rows import WatchRow

_EDIT = {Qt.Key.Key_F2}


class WatchTable(DeskTable[WatchRow]):
    """Ins adds, F2 edits, Del removes, Space shows, Ctrl+E exports."""

    add_pressed = Signal()
    edit_pressed = Signal(str)
    remove_pressed = Signal(list)
    show_pressed = Signal(str)
    export_pressed = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys of the list."""
        key, current = event.key(), self.current_id()
        if key == Qt.Key.Key_Insert:
            self.add_pressed.emit()
        elif key in _EDIT and current is not None:
            self.edit_pressed.emit(str(current))
        elif key == Qt.Key.Key_Delete:
            self.remove_pressed.emit(self.chosen())
        elif key == Qt.Key.Key_Space and current is not None:
            self.show_pressed.emit(str(current))
        elif event.matches(QKeySequence.StandardKey.Copy) or not self._is_export(event):
            super().keyPressEvent(event)

    def chosen(self) -> list[str]:
        """Ids of the selected rows."""
        return [str(row_id) for row_id in self.selected_ids()]

    def _is_export(self, event: QKeyEvent) -> Any:
        if event.key() == Qt.Key.Key_E and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self.export_pressed.emit()
            return True
        return False
