"""A desk on its own thread: what a window holds of the trading service.

Only frozen commands go in and only frozen news come out, so a service in another process can stand in its place.
Importing this module is cheap; everything heavy is imported on the trading thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import threading
from collections.abc import Callable, Coroutine
from typing import Protocol

from core.errors import UserError
from core.service.commands import Command
from core.service.news import CommandAnswered, News, ServiceStopped
from core.service.outbox import Outbox

_log = logging.getLogger(__name__)


class Desk(Protocol):
    """A composed desk, made and run on the trading thread."""

    @property
    def loop(self) -> asyncio.AbstractEventLoop: ...

    async def start(self) -> None: ...

    def handle(self, command: Command) -> Coroutine[object, object, None]: ...

    async def stop(self) -> None: ...

    def close(self) -> None:
        """After the loop ended: release threads and files."""
        ...


class DeskThread:
    """Runs a desk. `compose` is called on the trading thread with the outbox the desk must speak into."""

    def __init__(self, compose: Callable[[Outbox], Desk]) -> None:
        self._compose = compose
        self.outbox = Outbox()
        self._lock = threading.Lock()
        self._waiting: list[Command] = []
        self._desk: Desk | None = None
        self._ready = False
        self._stop_asked = False
        self._failure = ""
        self._thread = threading.Thread(target=self._run, name="trading", daemon=True)

    def start(self) -> None:
        """Start the trading thread; returns at once."""
        self._thread.start()

    def connect(self, wake: Callable[[], None] | None) -> None:
        """Set who is woken when news wait (any thread)."""
        self.outbox.connect(wake)

    def drain(self, limit: int | None = None) -> list[News]:
        """Take waiting news."""
        return self.outbox.drain(limit)

    def post(self, command: Command) -> None:
        """Hand over a command (any thread). Early commands wait for the service."""
        with self._lock:
            if not self._ready:
                self._waiting.append(command)
                return
            desk = self._desk
        if desk is None:
            return
        work = desk.handle(command)
        try:
            asyncio.run_coroutine_threadsafe(work, desk.loop)
        except RuntimeError:  # the desk has ended
            work.close()
            self.outbox.put(CommandAnswered(command.command_id, False, "交易服务已停止，命令没有执行。"))

    def stop(self, timeout: float = 10.0) -> bool:
        """Ask for an orderly stop and wait; False when the thread still hangs."""
        with self._lock:
            self._stop_asked = True
            desk = self._desk
        if desk is not None:
            with contextlib.suppress(RuntimeError):  # closed already
                desk.loop.call_soon_threadsafe(desk.loop.stop)
        if self._thread.is_alive():
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        error = ""
        try:
            desk = self._compose(self.outbox)
        except Exception as failure:  # noqa: BLE001 - thread border: told to the window as its last news
            _log_failure("the desk cannot be composed", failure)
            self.outbox.put(ServiceStopped(str(failure) or type(failure).__name__))
            return
        asyncio.set_event_loop(desk.loop)
        try:
            error = self._live(desk)
        finally:
            asyncio.set_event_loop(None)
            desk.close()
            gc.unfreeze()
            self.outbox.put(ServiceStopped(error))

    def _live(self, desk: Desk) -> str:
        with self._lock:
            self._desk = desk
            stopping = self._stop_asked
        starting = asyncio.run_coroutine_threadsafe(self._begin(desk), desk.loop)
        if stopping:
            desk.loop.call_soon_threadsafe(desk.loop.stop)
        desk.loop.run_forever()
        starting.cancel()
        try:
            desk.loop.run_until_complete(desk.stop())
        except Exception as failure:  # noqa: BLE001 - thread border
            _log.exception("the desk did not stop in order")
            return self._failure or str(failure) or type(failure).__name__
        return self._failure

    async def _begin(self, desk: Desk) -> None:
        try:
            await desk.start()
        except Exception as failure:  # noqa: BLE001 - task border: told to the window as its last news
            _log_failure("the desk cannot start", failure)
            self._failure = str(failure) or type(failure).__name__
            desk.loop.stop()
            return
        # What is here now stays as long as the desk. A full collection that walked it all would hold the
        # interpreter for 70 to 100 ms, on whatever thread it strikes, and an order or a frame with it.
        gc.freeze()
        with self._lock:
            self._ready = True
            waiting, self._waiting = self._waiting, []
        for command in waiting:
            await desk.handle(command)


def _log_failure(what: str, failure: Exception) -> None:
    """What the user can cure is a sentence in the log too; a trace is for what only we can."""
    if isinstance(failure, UserError):
        _log.error("%s: %s", what, failure)
    else:
        _log.error("%s", what, exc_info=failure)
