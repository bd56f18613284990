"""The real program in a test: window, bridge and trading thread under qasync, played by an async story.

A story waits for conditions (`until`), never for time. Whatever it does, the desk is stopped in order afterwards.
"""

from __future__ import annotations

import asyncio
import gc
import inspect
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Protocol, TypeVar

import qasync
from PySide6.QtCore import QCoreApplication, QEvent, QLocale
from PySide6.QtWidgets import QApplication

from core.service.news import News
from core.service.outbox import Outbox
from core.service.runtime import Desk
from desktop.app import Program, install_translators
from desktop.arguments import DeskArguments, parse
from desktop.bridge import Bridge, Service
from desktop.english import english_news
from desktop.main_window import MainWindow
from desktop.panels import Panels
from desktop.preferences import PreferenceStore
from widgets.theme import ThemeHolder

T = TypeVar("T")


class StoppableService(Service, Protocol):
    """A service that the program starts and stops."""

    def start(self) -> None: ...

    def stop(self, timeout: float) -> bool: ...


PATIENCE_S = 15.0
_LOOK_S = 0.01


class RunningDesk:
    """One program on `folder`. Prepare it, `play` a story on it once, then look at what is left."""

    def __init__(
        self,
        app: QApplication,
        folder: Path,
        *options: str,
        compose: Callable[[Outbox], Desk] | None = None,
        service: StoppableService | None = None,
    ) -> None:
        """`compose` gives another desk than the options ask for, `service` a service that runs elsewhere."""
        self.app = app
        self.folder = folder
        self.arguments: DeskArguments = parse(["--data-dir", str(folder), *options])
        self._before = QLocale()
        self.store = PreferenceStore(folder)
        preferences = self.store.load(self.arguments.look, self.arguments.language)
        self.theme = ThemeHolder(preferences.theme(app))
        self.theme.set_theme(preferences.theme(app), app)
        self._translators = install_translators(app, preferences.language)
        self.loop = qasync.QEventLoop(app)
        asyncio.set_event_loop(self.loop)
        self.window = MainWindow(self.theme, self.store, preferences)
        words = english_news() if preferences.language == "en" else None
        self.program = Program(app, self.loop, self.window, self.arguments, words, compose)
        if service is None:
            self.window.painted.connect(self.program.start_service)
        else:
            self.window.painted.connect(lambda: self._attach(service))
        self.notes: list[tuple[str, str]] = []
        self.window.tray.notified.connect(lambda title, text: self.notes.append((title, text)))
        self.news: list[News] = []

    @property
    def panels(self) -> Panels:
        """The widgets."""
        return self.window.panels

    @property
    def bridge(self) -> Bridge:
        """The bridge, once the window is painted."""
        assert self.program.bridge is not None
        return self.program.bridge

    @property
    def message(self) -> str:
        """What the health strip says."""
        return self.panels.health.message.text

    def told(self, kind: type[T]) -> list[T]:
        """News of one kind that reached the window, in order."""
        return [one for one in self.news if isinstance(one, kind)]

    @property
    def journal_path(self) -> Path:
        """The one journal under the data directory."""
        found = list(self.folder.rglob("journal.db"))
        assert len(found) == 1, found
        return found[0]

    async def until(self, what: Callable[[], T], patience_s: float = PATIENCE_S) -> T:
        """Wait until `what()` is something true; returns it."""
        try:
            async with asyncio.timeout(patience_s):
                while not (found := what()):
                    await asyncio.sleep(_LOOK_S)
        except TimeoutError:
            words = inspect.getsource(what).strip()
            raise AssertionError(
                f"not within {patience_s:g} s: {words}; the desk says {self.message!r}"
            ) from None
        return found

    def play(self, story: Callable[[RunningDesk], Coroutine[Any, Any, None]]) -> RunningDesk:
        """Show the window, play, quit in order. Raises what the story raised."""
        failures: list[BaseException] = []

        async def played() -> None:
            try:
                await self.until(lambda: self.program.bridge)
                self.bridge.news_arrived.connect(self.news.extend)
                await story(self)
            except BaseException as error:  # noqa: BLE001 - re-raised below, outside of Qt's loop
                failures.append(error)
            self.window.quit()

        task: list[asyncio.Task[None]] = []
        self.loop.call_soon(lambda: task.append(self.loop.create_task(played())))
        self.window.show()
        try:
            self.loop.run_forever()
        finally:
            self._take_down()
        if failures:
            raise failures[0]
        return self

    def _attach(self, service: StoppableService) -> None:
        self.program.service = service
        self.program.bridge = Bridge(service, self.loop, self.program)
        self.window.attach(self.program.bridge)
        service.start()

    def _take_down(self) -> None:
        service = self.program.service
        stopped = service is None or service.stop(PATIENCE_S)
        self.window.deleteLater()
        self.program.deleteLater()
        for translator in self._translators:
            self.app.removeTranslator(translator)
        QLocale.setDefault(self._before)
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        self.loop.close()
        asyncio.set_event_loop(None)
        gc.collect()  # on this thread, before another desk's threads allocate
        assert stopped, "the trading thread hangs"
