"""The tray icon: the desk's state, a menu, and notifications. A notification is a hint; the inbox is the truth."""

from __future__ import annotations

import logging

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QSystemTrayIcon, QWidget

from core.domain.enums import AlarmRank, LinkState, Mode
from widgets.theme import ThemeHolder
from widgets.tray_icon import TrayState, tray_icon

_log = logging.getLogger(__name__)
_SHOW_MS = 6_000


class Tray(QObject):
    """Wraps QSystemTrayIcon; on a machine without a tray it only logs."""

    show_requested = Signal()
    automation_requested = Signal(bool)
    quit_requested = Signal()
    notified = Signal(str, str)

    def __init__(self, theme: ThemeHolder, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._mode: Mode | None = None
        self._armed = False
        self._link = LinkState.OFFLINE
        self._alarms = 0
        self._icon = QSystemTrayIcon(tray_icon(theme, TrayState.OFFLINE), parent)
        self._menu = QMenu(parent)
        self._head = self._menu.addAction("")
        self._head.setEnabled(False)
        self._menu.addSeparator()
        self._menu.addAction(self.tr("显示窗口")).triggered.connect(self.show_requested)
        self._switch = self._menu.addAction("")
        self._switch.triggered.connect(lambda: self.automation_requested.emit(not self._armed))
        self._menu.addSeparator()
        self._menu.addAction(self.tr("退出")).triggered.connect(self.quit_requested)
        self._icon.setContextMenu(self._menu)
        self._icon.activated.connect(self._activated)
        theme.changed.connect(self._renew)
        self._renew()

    @property
    def available(self) -> bool:
        """The system shows tray icons."""
        return QSystemTrayIcon.isSystemTrayAvailable()

    @property
    def state_text(self) -> str:
        """What the menu says on top: mode and automation."""
        return self._head.text()

    def show(self) -> None:
        """Appear, where there is a tray."""
        self._icon.show()

    def hide(self) -> None:
        """Go; else Windows keeps a dead icon."""
        self._icon.hide()

    def set_desk(self, mode: Mode, armed: bool, link: LinkState) -> None:
        """State of the desk."""
        self._mode, self._armed, self._link = mode, armed, link
        self._renew()

    def set_not_running(self) -> None:
        """There is no desk, or none any more."""
        self._armed, self._link = False, LinkState.OFFLINE
        self._renew()

    def set_alarms(self, count: int) -> None:
        """Open alarms turn the icon."""
        self._alarms = count
        self._renew()

    def notify(self, rank: AlarmRank, title: str, text: str) -> None:
        """Show a notification."""
        _log.info("notification: %s: %s", title, text)
        kind = (
            QSystemTrayIcon.MessageIcon.Critical
            if rank is AlarmRank.ALARM
            else QSystemTrayIcon.MessageIcon.Warning
            if rank is AlarmRank.CARE
            else QSystemTrayIcon.MessageIcon.Information
        )
        if self.available and QSystemTrayIcon.supportsMessages():
            self._icon.showMessage(title, text, kind, _SHOW_MS)
        self.notified.emit(title, text)

    def _renew(self) -> None:
        if self._alarms:
            state = TrayState.ALARM
        elif self._link is not LinkState.READY:
            state = TrayState.OFFLINE
        elif not self._armed:
            state = TrayState.STOPPED
        else:
            state = TrayState.LIVE if self._mode is Mode.LIVE else TrayState.PAPER
        self._icon.setIcon(tray_icon(self._theme, state))
        modes = {
            None: self.tr("未运行"),
            Mode.LIVE: self.tr("实盘 LIVE"),
            Mode.PAPER: self.tr("模拟 PAPER"),
            Mode.PAPER_REAL: self.tr("模拟·真行情 PAPER"),
        }
        mode = modes[self._mode]
        doing = self.tr("自动运行中") if self._armed else self.tr("自动交易已停")
        self._head.setText(f"{mode} · {doing}")
        self._switch.setText(self.tr("停自动") if self._armed else self.tr("运行自动交易"))
        self._icon.setToolTip(self.tr("盯盘 {state}").format(state=self._head.text()))

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason in (
            QSystemTrayIcon.ActivationReason.Trigger,
            QSystemTrayIcon.ActivationReason.DoubleClick,
        ):
            self.show_requested.emit()
