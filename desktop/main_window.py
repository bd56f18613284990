"""The main window: lays out the panels, turns what the user does into commands, and shows the answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QCloseEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QMainWindow, QVBoxLayout, QWidget

from core.domain.enums import AlarmRank, Mode, Period
from core.domain.market import Symbol
from core.service import commands as c
from core.service.news import News
from desktop.bridge import Bridge
from desktop.dock_area import DockArea
from desktop.menus import Menus
from desktop.news_router import NewsRouter
from desktop.panels import Panels
from desktop.preferences import Preferences, PreferenceStore
from desktop.requests import Requests
from desktop.tray import Tray
from desktop.watchlist_editing import WatchlistEditing
from widgets.health_strip import Health
from widgets.theme import ThemeHolder
from widgets.tray_icon import TrayState, tray_icon

_ARM_MS = 5_000
_BARS, _BARS_DEADLINE_S = 500, 60.0


class MainWindow(QMainWindow):
    """Holds no rules: data comes as news, intents leave as commands."""

    painted = Signal()
    quit_requested = Signal()

    def __init__(self, theme: ThemeHolder, store: PreferenceStore, preferences: Preferences) -> None:
        super().__init__()
        self._theme = theme
        self._store = store
        self._preferences = preferences
        self._shown = False
        self._quitting = False
        self._stand_ins_told = False
        self._arming = QTimer(self, singleShot=True)
        self.panels = Panels(theme, self)
        self.tray = Tray(theme, self)
        self.router = NewsRouter(self.panels, self.tray)
        self.requests = Requests(self.panels.health, self.tray, self)
        self.editing = WatchlistEditing(self.panels, self.requests, self)
        self._lay_out()
        self.menus = Menus(self, self, self.editing, preferences, self.docks.toggles())
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
        panels, requests = self.panels, self.requests
        panels.account.automation_requested.connect(self.set_automation)
        panels.blotter.cancel_requested.connect(
            lambda order_id: requests.send(lambda command_id: c.CancelOrder(command_id, order_id))
        )
        panels.blotter.export_requested.connect(self._export_table)
        panels.bars_wanted.connect(
            lambda symbol, period: requests.run(self._load_bars(Symbol(symbol), period))
        )
        panels.instrument_wanted.connect(lambda symbol: requests.run(self._look_up(Symbol(symbol))))
        panels.search_wanted.connect(lambda text: requests.run(self._search(text)))
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
        self.requests.attach(bridge)
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

    def _export_table(self, key: str, text: str) -> None:
        dialog = QFileDialog(self, self.tr("导出表格"), f"{key}.csv", "CSV (*.csv)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.fileSelected.connect(lambda path: self.requests.run(self._write(path, text)))
        dialog.open()

    async def _write(self, path: str, text: str) -> None:
        failed = await self.requests.tasks.write_text(path, text)
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
        self.requests.send(lambda command_id: c.SetAutomation(command_id, armed))

    def allow_stand_ins(self, allowed: bool) -> None:
        """The user's word on stand-in sources of quotes; kept for the next start."""
        self.choose(stand_ins_trigger=allowed)
        self._send_stand_ins(allowed)

    def _send_stand_ins(self, allowed: bool) -> None:
        self.requests.send(lambda command_id: c.AllowFallback(command_id, allowed))

    def _tell_stand_ins(self) -> None:
        """Once, when the desk has spoken: the word that was kept counts over the desk's own setting."""
        kept = self._preferences.stand_ins_trigger
        if not self._stand_ins_told and kept is not None and self.router.feed is not None:
            self._stand_ins_told = True
            if kept is not self.router.feed.may_trigger:
                self._send_stand_ins(kept)

    async def _load_bars(self, symbol: Symbol, period: Period) -> None:
        adjust = self.panels.chart.adjust_of(period)
        answer = await self.requests.ask(
            lambda command_id: c.LoadBars(command_id, symbol, period, _BARS, adjust), _BARS_DEADLINE_S
        )
        if not answer.ok:
            self.panels.chart.set_bars(symbol, period, (), answer.text)

    async def _look_up(self, symbol: Symbol) -> None:
        """The editor asks about a symbol: what is known is shown at once, the rest is asked for."""
        self.panels.tell_editor(symbol)
        if symbol not in self.panels.instruments:
            answer = await self.requests.ask(lambda command_id: c.LookUp(command_id, symbol))
            if answer.ok:
                self.panels.tell_editor(symbol)
            elif self.panels.editor is not None and answer.field:
                self.panels.editor.show_error(answer.field, answer.text)

    async def _search(self, text: str) -> None:
        """What is typed may be a code, a name or initials; candidates follow as news."""
        await self.requests.ask(lambda command_id: c.SearchInstruments(command_id, text))

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
