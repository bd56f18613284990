"""The desk's own window on a given service: what `desktop.app` puts together, without the command line."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import qasync
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from core.service.process import DeskProcess
from core.service.runtime import DeskThread
from desktop.bridge import Bridge
from desktop.garbage import Garbage
from desktop.main_window import MainWindow
from desktop.preferences import PreferenceStore
from widgets.theme import ThemeHolder

STOP_S = 20.0
_LOOK_MS = 50


class DeskWindow:
    """Window, bridge and a service. `run` blocks until `stop`."""

    def __init__(self, service: DeskThread | DeskProcess, folder: Path, interval: float) -> None:
        sys.setswitchinterval(interval)
        found = QApplication.instance()
        self.app: Any = found if isinstance(found, QApplication) else QApplication(sys.argv[:1])
        store = PreferenceStore(folder)
        preferences = store.load()
        theme = ThemeHolder(preferences.theme(self.app))
        theme.set_theme(preferences.theme(self.app), self.app)
        self.loop = qasync.QEventLoop(self.app)
        asyncio.set_event_loop(self.loop)
        self.window = MainWindow(theme, store, preferences)
        self.garbage = Garbage(self.window)
        self.service = service
        self.bridge = Bridge(self.service, self.loop, self.window)
        self._ready: Callable[[], bool] = lambda: True
        self._begin: Callable[[], object] = lambda: None

    def run(self, ready: Callable[[], bool], begin: Callable[[], object]) -> None:
        """Show, start, ask `ready` every 50 ms; then `begin`, and go on until `stop`."""
        self._ready, self._begin = ready, begin
        self.window.painted.connect(self._start)
        self.window.show()
        self.loop.run_forever()
        self.loop.run_until_complete(self.window.requests.tasks.close())
        if not self.service.stop(STOP_S):
            raise SystemExit("the desk did not stop")
        self.garbage.stop()
        self.bridge.close()
        self.window.hide()
        self.loop.close()

    def stop(self) -> None:
        """End `run`."""
        self.loop.stop()

    def _start(self) -> None:
        self.window.attach(self.bridge)
        self.service.start()
        self._look()

    def _look(self) -> None:
        if self._ready():
            self._begin()
        else:
            QTimer.singleShot(_LOOK_MS, self._look)
