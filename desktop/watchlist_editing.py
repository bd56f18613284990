"""Edits of the watchlist from the window: the editor, rows, files, and the way back."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from core.domain.market import Symbol
from core.domain.watch import WatchItem
from core.service import commands as c
from core.service.news import CommandAnswered
from desktop.edits import Change, EditHistory, edit_of
from desktop.panels import Panels
from desktop.requests import Requests
from widgets.health_strip import Health


class WatchlistEditing(QObject):
    """Turns what the user does to the list into commands. Each edit that the service took can be undone."""

    def __init__(self, panels: Panels, requests: Requests, window: QWidget) -> None:
        super().__init__(window)
        self._panels = panels
        self._requests = requests
        self._window = window
        self._numbers = itertools.count(2)
        self.history = EditHistory()
        watchlist = panels.watchlist
        watchlist.add_requested.connect(self.add_item)
        watchlist.edit_requested.connect(self.edit_item)
        watchlist.remove_requested.connect(self.remove_items)
        watchlist.rescale_accepted.connect(
            lambda item_id: requests.send(lambda command_id: c.AcceptRescale(command_id, item_id))
        )
        watchlist.rescale_refused.connect(
            lambda item_id: requests.send(lambda command_id: c.AcceptRescale(command_id, item_id, keep=True))
        )
        watchlist.quant_toggled.connect(self._toggle_quant)
        watchlist.import_requested.connect(self.import_watchlist)
        watchlist.export_requested.connect(self.export_watchlist)
        panels.item_saved.connect(lambda item: requests.run(self._save_from_editor(item)))

    # the editor

    def add_item(self) -> None:
        """Open the editor on a new item."""
        self._panels.open_editor(None, self._new_item_id)

    def edit_item(self, item_id: str) -> None:
        """Open the editor on an item."""
        item = self._panels.items.get(item_id)
        if item is not None:
            self._panels.open_editor(item, self._new_item_id)

    def edit_current(self) -> None:
        """Open the editor on the selected item."""
        symbol = self._panels.watchlist.current_symbol
        for item in self._panels.items.values():
            if item.symbol == symbol:
                self.edit_item(item.item_id)
                return

    def _new_item_id(self, symbol: Symbol) -> str:
        taken = self._panels.items
        name = f"w-{symbol}"
        while name in taken:
            name = f"w-{symbol}-{next(self._numbers)}"
        return name

    async def _save_from_editor(self, item: WatchItem) -> None:
        answer = await self._change(Change((item,), ()), remember=True)
        editor = self._panels.editor
        if editor is None:
            return
        if answer.ok:
            editor.accept_saved()
        else:
            editor.show_error(answer.field, answer.text)

    # rows

    def remove_items(self, item_ids: list[str]) -> None:
        """Remove rows; Ctrl+Z brings them back."""
        self._requests.run(self._remove(edit_of(self._panels.items, remove=item_ids).forth))

    async def _remove(self, change: Change) -> None:
        """A row that protected a holding does so no more: that is said, with the way back."""
        items = [self._panels.items[item_id] for item_id in change.remove if item_id in self._panels.items]
        answer = await self._change(change, remember=True)
        if not answer.ok:
            return
        watched = {item.symbol for item in self._panels.items.values() if item.item_id not in change.remove}
        bare = [item.symbol for item in items if item.stop_loss is not None and item.symbol not in watched]
        held = [
            (self._panels.name_of(symbol), volume) for symbol in bare if (volume := self._panels.held(symbol))
        ]
        if held:
            told = self.tr("、").join(
                self.tr("{name} {n} 股").format(name=name, n=f"{n:,}") for name, n in held
            )
            text = self.tr("已删除 {count} 项，持有的 {told} 不再有止损。Ctrl+Z 撤销")
            self._panels.health.set_message(text.format(count=len(items), told=told), Health.CARE)
        else:
            text = self.tr("已删除 {count} 项。Ctrl+Z 撤销").format(count=len(items))
            self._panels.health.set_message(text)

    def _toggle_quant(self, item_id: str, enabled: bool) -> None:
        item = self._panels.items.get(item_id)
        if item is not None:
            changed = replace(item, quant=replace(item.quant, enabled=enabled))
            self._requests.run(self._change(Change((changed,), ()), remember=True))

    async def _change(self, change: Change, *, remember: bool) -> CommandAnswered:
        edit = edit_of(self._panels.items, change.save, change.remove)
        answer = await self._requests.tell(
            lambda command_id: c.SaveItems(command_id, change.save, change.remove)
        )
        if answer.ok and remember:
            self.history.made(edit)
        return answer

    # the way back

    def undo(self) -> None:
        """Take the last watchlist edit back."""
        self._step(self.history.undo(), self.history.redo, self.tr("没有可撤销的修改"))

    def redo(self) -> None:
        """Make it again."""
        self._step(self.history.redo(), self.history.undo, self.tr("没有可重做的修改"))

    def _step(self, change: Change | None, back: Callable[[], object], nothing: str) -> None:
        if change is None:
            self._panels.health.set_message(nothing)
        else:
            self._requests.run(self._take(change, back))

    async def _take(self, change: Change, back: Callable[[], object]) -> None:
        """A step that the service refuses was not made: it can be tried again."""
        answer = await self._change(change, remember=False)
        if not answer.ok:
            back()

    # files

    def import_watchlist(self) -> None:
        """Choose a CSV file and read it."""
        dialog = QFileDialog(self._window, self.tr("导入监测列表"), "", self.tr("监测列表 (*.csv)"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self._requests.run(self._import(path)))
        dialog.open()

    async def _import(self, path: str) -> None:
        before = dict(self._panels.items)
        answer = await self._requests.tell(lambda command_id: c.ImportWatchlist(command_id, path))
        if answer.ok:
            after = self._panels.items
            changed = [item for key, item in after.items() if before.get(key) != item]
            self.history.made(edit_of(before, changed, [key for key in before if key not in after]))

    def export_watchlist(self) -> None:
        """Choose where to write the watchlist."""
        dialog = QFileDialog(
            self._window, self.tr("导出监测列表"), "watchlist.csv", self.tr("监测列表 (*.csv)")
        )
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("csv")
        dialog.fileSelected.connect(
            lambda path: self._requests.send(lambda command_id: c.ExportWatchlist(command_id, path))
        )
        dialog.open()
