"""The main window: lays out the panels, turns what the user does into commands, and shows the answers."""

from __future__ import annotations

import itertools
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QCloseEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QMainWindow, QVBoxLayout, QWidget

from core.domain.enums import AlarmRank, Mode, Period
from core.domain.market import Symbol
from core.domain.watch import WatchItem
from core.service import commands as c
from core.service.news import CommandAnswered, News
from desktop.bridge import Bridge
from desktop.dock_area import DockArea
from desktop.edits import Change, EditHistory, edit_of
from desktop.menus import Menus
from desktop.news_router import NewsRouter
from desktop.panels import Panels
from desktop.preferences import Preferences, PreferenceStore
from desktop.tasks import GuiTasks
from desktop.tray import Tray
from widgets.health_strip import Health
from widgets.icons import TrayState, tray_icon
from widgets.theme import ThemeHolder

_ARM_MS = 5_000


class MainWindow(QMainWindow):
    """Holds no rules: data comes as news, intents leave as commands."""

    painted = Signal()
    quit_requested = Signal()

    def __init__(self, theme: ThemeHolder, store: PreferenceStore, preferences: Preferences) -> None:
        super().__init__()
        self._theme = theme
        self._store = store
        self._preferences = preferences
        self._bridge: Bridge | None = None
        self._shown = False
        self._quitting = False
        self._numbers = itertools.count(1)
        self._stand_ins_told = False
        self.history = EditHistory()
        self.tasks = GuiTasks()
        self._arming = QTimer(self, singleShot=True)
        self.panels = Panels(theme, self)
        self.tray = Tray(theme, self)
        self.router = NewsRouter(self.panels, self.tray)
        self._lay_out()
        self.menus = Menus(self, self, preferences, self.docks.toggles())
        self._connect()
        self._restore()
        self._name_window(None)

    def _lay_out(self) -> None:
        center = QWidget(self)
        column = QVBoxLayout(center)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.docks = DockArea(self.panels, center)
        panels = self.panels
        for widget in (panels.account, panels.rail, panels.alarms):
            column.addWidget(widget)
        column.addWidget(self.docks, 1)
        column.addWidget(panels.health)
        self.setCentralWidget(center)
        panels.alarms.hide()

    def _connect(self) -> None:
        panels, watchlist = self.panels, self.panels.watchlist
        watchlist.add_requested.connect(self.add_item)
        watchlist.edit_requested.connect(self.edit_item)
        watchlist.remove_requested.connect(self.remove_items)
        watchlist.rescale_accepted.connect(lambda item_id: self._run(self._accept_rescale(item_id)))
        watchlist.quant_toggled.connect(self._toggle_quant)
        watchlist.import_requested.connect(self.import_watchlist)
        watchlist.export_requested.connect(self.export_watchlist)
        panels.account.automation_requested.connect(self.set_automation)
        panels.blotter.cancel_requested.connect(self._cancel_order)
        panels.blotter.export_requested.connect(self._export_table)
        panels.bars_wanted.connect(self._load_bars)
        panels.item_saved.connect(self._save_edited)
        panels.instrument_wanted.connect(lambda symbol: self._run(self._look_up(Symbol(symbol))))
        panels.search_wanted.connect(lambda text: self._run(self._search(text)))
        panels.health.inbox_requested.connect(lambda: panels.blotter.show_tab("alarms"))
        panels.alarms.count_changed.connect(self.tray.set_alarms)
        self.tray.show_requested.connect(self._come_back)
        self.tray.automation_requested.connect(self.set_automation)
        self.tray.quit_requested.connect(self.quit)

    def _restore(self) -> None:
        geometry, docks = self._store.layout()
        if geometry is None or not self.restoreGeometry(geometry):
            room = self.screen().availableGeometry()
            self.resize(min(1600, room.width()), min(900, room.height()))
        if docks is not None:
            self.docks.restore(docks)
        self._restored = docks is not None

    def _name_window(self, mode: Mode | None) -> None:
        names = {
            None: self.tr("盯盘 DingPan"),
            Mode.LIVE: self.tr("【实盘 LIVE】盯盘 DingPan"),
            Mode.PAPER: self.tr("【模拟 PAPER】盯盘 DingPan"),
            Mode.PAPER_REAL: self.tr("【模拟·真行情 PAPER】盯盘 DingPan"),
        }
        self.setWindowTitle(names[mode])
        states = {None: TrayState.OFFLINE, Mode.LIVE: TrayState.LIVE}
        self.setWindowIcon(tray_icon(self._theme, states.get(mode, TrayState.PAPER)))

    def showEvent(self, event: QShowEvent) -> None:
        """Arrange once the size is known; tell when the first frame has been painted."""
        super().showEvent(event)
        if not self._shown:
            self._shown = True
            self.tray.show()
            QTimer.singleShot(0, self._after_show)

    def _after_show(self) -> None:
        if not self._restored:
            self.docks.arrange()
        self.repaint()
        self.painted.emit()

    # the service

    def attach(self, bridge: Bridge) -> None:
        """Connect to a service; what it said before is told now."""
        self._bridge = bridge
        bridge.news_arrived.connect(self._on_news)
        bridge.open()

    def _on_news(self, news: list[News]) -> None:
        before = self.router.desk
        self.router.route(news)
        now = self.router.desk
        if self.router.feed is not None:
            self.menus.stand_ins.setChecked(self.router.feed.may_trigger)
            self._tell_stand_ins()
        if now is not None and (before is None or before.mode is not now.mode):
            self._name_window(now.mode)
        if not self.panels.symbol and self.panels.items:
            self.panels.look_at(
                self.panels.watchlist.current_symbol or next(iter(self.panels.items.values())).symbol
            )

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        self.tasks.run(work)

    async def _ask(self, command: c.Command, deadline_s: float = 10.0) -> CommandAnswered:
        if self._bridge is None:
            return CommandAnswered(command.command_id, False, self.tr("交易服务还没有启动。"))
        return await self._bridge.ask(command, deadline_s)

    def _id(self) -> str:
        return self._bridge.new_id() if self._bridge is not None else "w0"

    async def _tell(self, command: c.Command) -> CommandAnswered:
        """Ask and show the answer in the health strip; a refusal is a notification too."""
        answer = await self._ask(command)
        if answer.text:
            self.panels.health.set_message(answer.text, Health.QUIET if answer.ok else Health.CARE)
        if not answer.ok:
            self.tray.notify(AlarmRank.CARE, self.tr("没有执行"), answer.text)
        return answer

    # watchlist

    def add_item(self) -> None:
        """Open the editor on a new item."""
        self.panels.open_editor(None, self._new_item_id)

    def edit_item(self, item_id: str) -> None:
        """Open the editor on an item."""
        item = self.panels.items.get(item_id)
        if item is not None:
            self.panels.open_editor(item, self._new_item_id)

    def edit_current(self) -> None:
        """Open the editor on the selected item."""
        symbol = self.panels.watchlist.current_symbol
        for item in self.panels.items.values():
            if item.symbol == symbol:
                self.edit_item(item.item_id)
                return

    def _new_item_id(self, symbol: Symbol) -> str:
        taken = self.panels.items
        name = f"w-{symbol}"
        while name in taken:
            name = f"w-{symbol}-{next(self._numbers) + 1}"
        return name

    def remove_items(self, item_ids: list[str]) -> None:
        """Remove rows; Ctrl+Z brings them back."""
        self._run(self._change(edit_of(self.panels.items, remove=item_ids).forth, remember=True))

    def _toggle_quant(self, item_id: str, enabled: bool) -> None:
        item = self.panels.items.get(item_id)
        if item is not None:
            changed = replace(item, quant=replace(item.quant, enabled=enabled))
            self._run(self._change(Change((changed,), ()), remember=True))

    def _save_edited(self, item: WatchItem) -> None:
        self._run(self._save_from_editor(item))

    async def _save_from_editor(self, item: WatchItem) -> None:
        answer = await self._change(Change((item,), ()), remember=True)
        editor = self.panels.editor
        if editor is None:
            return
        if answer.ok:
            editor.accept_saved()
        else:
            editor.show_error(answer.field, answer.text)

    async def _change(self, change: Change, *, remember: bool) -> CommandAnswered:
        edit = edit_of(self.panels.items, change.save, change.remove)
        answer = await self._tell(c.SaveItems(self._id(), change.save, change.remove))
        if answer.ok and remember:
            self.history.made(edit)
        return answer

    async def _accept_rescale(self, item_id: str) -> None:
        await self._tell(c.AcceptRescale(self._id(), item_id))

    def undo(self) -> None:
        """Take the last watchlist edit back."""
        self._step(self.history.undo(), self.tr("没有可撤销的修改"))

    def redo(self) -> None:
        """Make it again."""
        self._step(self.history.redo(), self.tr("没有可重做的修改"))

    def _step(self, change: Change | None, nothing: str) -> None:
        if change is None:
            self.panels.health.set_message(nothing)
        else:
            self._run(self._change(change, remember=False))

    def import_watchlist(self) -> None:
        """Choose a CSV file and read it."""
        dialog = QFileDialog(self, self.tr("导入监测列表"), "", self.tr("监测列表 (*.csv)"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self._run(self._import(path)))
        dialog.open()

    async def _import(self, path: str) -> None:
        before = dict(self.panels.items)
        answer = await self._tell(c.ImportWatchlist(self._id(), path))
        if answer.ok:
            after = self.panels.items
            changed = [item for key, item in after.items() if before.get(key) != item]
            self.history.made(edit_of(before, changed, [key for key in before if key not in after]))

    def export_watchlist(self) -> None:
        """Choose where to write the watchlist."""
        dialog = QFileDialog(self, self.tr("导出监测列表"), "watchlist.csv", self.tr("监测列表 (*.csv)"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("csv")
        dialog.fileSelected.connect(lambda path: self._run(self._export(path)))
        dialog.open()

    async def _export(self, path: str) -> None:
        await self._tell(c.ExportWatchlist(self._id(), path))

    def _export_table(self, key: str, text: str) -> None:
        dialog = QFileDialog(self, self.tr("导出表格"), f"{key}.csv", "CSV (*.csv)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.fileSelected.connect(lambda path: self._run(self._write(path, text)))
        dialog.open()

    async def _write(self, path: str, text: str) -> None:
        failed = await self.tasks.write_text(path, text)
        self.panels.health.set_message(failed or self.tr("已导出 {path}").format(path=path))

    # trading

    def set_automation(self, armed: bool) -> None:
        """Arm or disarm the whole desk. Arming live money takes a second press within five seconds."""
        desk = self.router.desk
        if armed and desk is not None and desk.mode is Mode.LIVE and not self._arming.isActive():
            self._arming.start(_ARM_MS)
            text = self.tr("实盘：五秒内再按一次“运行”确认武装，武装只管今天。")
            self.panels.health.set_message(text, Health.CARE)
            return
        self._arming.stop()
        self._run(self._automation(armed))

    def allow_stand_ins(self, allowed: bool) -> None:
        """The user's word on stand-in sources of quotes; kept for the next start."""
        self.choose(stand_ins_trigger=allowed)
        self._run(self._allow_stand_ins(allowed))

    async def _allow_stand_ins(self, allowed: bool) -> None:
        await self._tell(c.AllowFallback(self._id(), allowed))

    def _tell_stand_ins(self) -> None:
        """Once, when the desk has spoken: the word that was kept counts over the desk's own setting."""
        kept = self._preferences.stand_ins_trigger
        if not self._stand_ins_told and kept is not None and self.router.feed is not None:
            self._stand_ins_told = True
            if kept is not self.router.feed.may_trigger:
                self._run(self._allow_stand_ins(kept))

    async def _automation(self, armed: bool) -> None:
        await self._tell(c.SetAutomation(self._id(), armed))

    def _cancel_order(self, order_id: int) -> None:
        self._run(self._cancel(order_id))

    async def _cancel(self, order_id: int) -> None:
        await self._tell(c.CancelOrder(self._id(), order_id))

    def _load_bars(self, symbol: str, period: Period) -> None:
        self._run(self._bars(Symbol(symbol), period))

    async def _bars(self, symbol: Symbol, period: Period) -> None:
        adjust = self.panels.chart.adjust_of(period)
        answer = await self._ask(c.LoadBars(self._id(), symbol, period, 500, adjust), 60.0)
        if not answer.ok:
            self.panels.chart.set_bars(symbol, period, (), answer.text)

    async def _look_up(self, symbol: Symbol) -> None:
        """The editor asks about a symbol: what is known is shown at once, the rest is asked for."""
        self.panels.tell_editor(symbol)
        if symbol not in self.panels.instruments:
            answer = await self._ask(c.LookUp(self._id(), symbol))
            if answer.ok:
                self.panels.tell_editor(symbol)
            elif self.panels.editor is not None and answer.field:
                self.panels.editor.show_error(answer.field, answer.text)

    async def _search(self, text: str) -> None:
        """What is typed may be a code, a name or initials; candidates follow as news."""
        await self._ask(c.SearchInstruments(self._id(), text))

    def acknowledge_top(self) -> None:
        """The user has heard the gravest alarm."""
        self.panels.alarms.acknowledge_top()

    # the window itself

    def choose(self, **changes: Any) -> None:
        """Change preferences; all but the language act at once."""
        self._preferences = replace(self._preferences, **changes)
        self._store.save(self._preferences)
        app = QApplication.instance()
        if isinstance(app, QApplication) and "language" not in changes:
            self._theme.set_theme(self._preferences.theme(app), app)

    def reset_layout(self) -> None:
        """Back to the standard layout."""
        self.docks.arrange()

    def focus_panel(self, index: int) -> None:
        """Ctrl+1 and on."""
        dock = self.docks.docks[index]
        dock.show()
        if (widget := dock.widget()) is not None:
            widget.setFocus()

    def focus_search(self) -> None:
        """Search in the watchlist."""
        self.panels.watchlist.focus_filter()

    def open_manual(self) -> None:
        """Show the manual."""
        from desktop.pages import open_manual

        open_manual(self, self._preferences.language)

    def about(self) -> None:
        """What this is, its licence and its risks."""
        from desktop.pages import about

        about(self, self._theme)

    def _come_back(self) -> None:
        self.showNormal() if self.isMinimized() else self.show()
        self.raise_()
        self.activateWindow()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing leaves the desk running in the tray, where there is one; else it quits in order."""
        self._store.save_layout(self.saveGeometry(), self.docks.save())
        if self._quitting or not self.tray.available:
            event.ignore()
            self.quit()
            return
        event.ignore()
        self.hide()
        if not self._store.told_about_tray():
            text = self.tr("盯盘仍在后台盯价和止损。右键托盘图标可以退出。")
            self.tray.notify(AlarmRank.MESSAGE, self.tr("已收到托盘"), text)

    def quit(self) -> None:
        """Stop the desk in order and end the program."""
        if self._quitting:
            return
        self._quitting = True
        self._store.save_layout(self.saveGeometry(), self.docks.save())
        self.quit_requested.emit()

    def say_closing(self) -> None:
        """The window stays until the trading service has ended."""
        self.panels.health.set_message(self.tr("正在退出：等交易服务写完日志…"))
