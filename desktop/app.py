"""Starts and stops the desk: Qt, qasync, window, trading thread, in that order, and back."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import qasync
from PySide6.QtCore import QLibraryInfo, QLocale, QObject, QTimer, QTranslator
from PySide6.QtWidgets import QApplication

import resources
from core.interpreter import SWITCH_INTERVAL_S
from core.places import data_dir
from core.service.logs import open_log
from core.service.news import News, ServiceStopped
from core.service.outbox import Outbox
from core.service.process import DeskProcess
from core.service.runtime import Desk, DeskThread
from desktop import crash
from desktop.arguments import DeskArguments, desk_process
from desktop.bridge import Bridge
from desktop.garbage import Garbage
from desktop.main_window import MainWindow
from desktop.preferences import PreferenceStore
from widgets.theme import ThemeHolder

_log = logging.getLogger(__name__)

STOP_S = 15.0


def run_desk(arguments: DeskArguments, service: DeskProcess) -> int:
    """Show the window of a desk that is starting, until it is quit; returns the exit code."""
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    crash.install()
    app = _application()
    store = PreferenceStore(arguments.data_dir)
    preferences = store.load(arguments.look, arguments.language)
    translators = install_translators(app, preferences.language)
    theme_settings = preferences.theme(app)
    theme = ThemeHolder(theme_settings)
    theme.set_theme(theme_settings, app)
    loop = qasync.QEventLoop(app)
    asyncio.set_event_loop(loop)
    window = MainWindow(theme, store, preferences)
    program = Program(app, loop, window, arguments, _words(preferences.language), service=service)
    window.painted.connect(program.start_service)
    crash.quit_on_signals(window.quit, window)
    window.show()
    with loop:
        loop.run_forever()
    del translators
    return program.exit_code


def _application() -> QApplication:
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = QApplication(sys.argv[:1])
    app.setApplicationName("DingPan")
    app.setOrganizationName("DingPan")
    app.setQuitOnLastWindowClosed(False)
    return app


def _words(language: str) -> Callable[[News], News] | None:
    """Puts the core's sentences into the window's language; a Chinese desk need not load it."""
    if language != "en":
        return None
    from desktop.english import english_news

    return english_news()


def install_translators(app: QApplication, language: str) -> list[QTranslator]:
    """Chinese is the source; English comes from the compiled translation and, for words of the core, from their
    patterns. Qt's own words follow. They answer as long as the list is kept.
    """
    # First in, last asked: the compiled ones answer nearly everything without Python.
    found = _core_translators(app, language)
    folder = str(Path(resources.__file__ or "").with_name("translations"))
    wanted = [("dingpan_en", folder)] if language == "en" else []
    own = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    wanted.append(("qtbase_en" if language == "en" else "qtbase_zh_CN", own))
    QLocale.setDefault(QLocale("en_US" if language == "en" else "zh_CN"))
    for name, place in wanted:
        translator = QTranslator()
        if translator.load(name, place):
            app.installTranslator(translator)
            found.append(translator)
    return found


def _core_translators(app: QApplication, language: str) -> list[QTranslator]:
    if language != "en":
        return []
    from desktop.core_translator import CoreTranslator

    translator = CoreTranslator()
    app.installTranslator(translator)
    return [translator]


class Stoppable(Protocol):
    """What the program ends when the window is quit."""

    def stop(self, timeout: float) -> bool:
        """Wait for an orderly end; False when it still hangs."""
        ...


class Program(QObject):
    """Joins window and service, and ends both in order."""

    def __init__(
        self,
        app: QApplication,
        loop: asyncio.AbstractEventLoop,
        window: MainWindow,
        arguments: DeskArguments,
        translate: Callable[[News], News] | None = None,
        compose: Callable[[Outbox], Desk] | None = None,
        service: DeskProcess | None = None,
    ) -> None:
        """`service` is a desk that starts already; without one `compose` makes it on a thread of this process, or
        the arguments in a process of its own, after the first frame."""
        super().__init__()
        self._app = app
        self._loop = loop
        self._window = window
        self._arguments = arguments
        self._translate = translate
        self._garbage = Garbage(self)
        self._compose = compose
        self._given = service
        self.service: Stoppable | None = service
        self.bridge: Bridge | None = None
        self.exit_code = 0
        window.quit_requested.connect(self.stop)

    def start_service(self) -> None:
        """After the first frame: listen to the desk, and start it where it does not run yet."""
        open_log(data_dir(self._arguments.data_dir) / "logs", "window.log")
        service: DeskProcess | DeskThread
        if self._given is not None:
            service = self._given
        elif self._compose is not None:
            service = DeskThread(self._compose)
        else:
            service = desk_process(self._arguments)
        self.service = service
        self.bridge = Bridge(service, self._loop, self, translate=self._translate)
        self.bridge.news_arrived.connect(self._look_for_the_end)
        self._window.attach(self.bridge)
        if self._given is None:
            service.start()
        if self._arguments.exit_after is not None:
            QTimer.singleShot(round(self._arguments.exit_after * 1000), self._window.quit)

    def _look_for_the_end(self, news: list[News]) -> None:
        """A desk that could not be put together, or fell over, makes the program fail."""
        for one in news:
            if isinstance(one, ServiceStopped) and one.error:
                self.exit_code = 1
                print(one.error, file=sys.stderr)  # noqa: T201 - also for who started us from a terminal

    def stop(self) -> None:
        """Picture first, then the desk in order, then the loop."""
        self._loop.create_task(self._stop())

    async def _stop(self) -> None:
        if self._arguments.screenshot is not None and not self._take_picture(self._arguments.screenshot):
            self.exit_code = 1
        self._window.say_closing()
        await self._window.requests.tasks.close()
        if self.service is not None:
            stopped = await self._loop.run_in_executor(None, self.service.stop, STOP_S)
            if not stopped:
                _log.error("the trading thread did not stop within %g s", STOP_S)
                self.exit_code = 1
        if self.bridge is not None:
            self.bridge.close()
        self._window.tray.hide()
        self._window.hide()
        self._garbage.stop()
        self._loop.stop()

    def _take_picture(self, path: Path) -> bool:
        saved = False
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            saved = self._window.grab().save(str(path))
        if not saved:
            print(f"窗口图片写不进 {path}。请换一个可写的位置，文件名以 .png 结尾。", file=sys.stderr)  # noqa: T201
        return saved
