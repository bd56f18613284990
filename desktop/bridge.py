"""The qasync bridge between a trading service and the window.

News: the service's outbox wakes the qasync loop by one `call_soon_threadsafe` for many news; they are taken at most
once a frame and told as one list. Commands: a coroutine posts one and awaits its answer with a deadline.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from core.service.commands import Command
from core.service.news import CommandAnswered, News

FRAME_S = 1 / 30
BATCH = 2_000


class Service(Protocol):
    """What a window needs of a service, wherever it runs."""

    def connect(self, wake: Callable[[], None] | None) -> None: ...

    def drain(self, limit: int | None = None) -> list[News]: ...

    def post(self, command: Command) -> None: ...


class Bridge(QObject):
    """Lives on the GUI thread. `news_arrived` carries a list of news, in order."""

    news_arrived = Signal(list)

    def __init__(
        self,
        service: Service,
        loop: asyncio.AbstractEventLoop,
        parent: QObject | None = None,
        *,
        translate: Callable[[News], News] | None = None,
    ) -> None:
        """`translate` puts the sentences of news and answers into the window's language; None leaves them Chinese."""
        super().__init__(parent)
        self._service = service
        self._translate = translate
        self._loop = loop
        self._last_drain = 0.0
        self._due = False
        self._closed = False
        self._waiting: dict[str, asyncio.Future[CommandAnswered]] = {}
        self._numbers = itertools.count(1)

    def open(self) -> None:
        """Start to listen; news that came before are told at once."""
        self._service.connect(self._wake)

    def close(self) -> None:
        """Stop listening; commands in flight are cancelled."""
        self._closed = True
        self._service.connect(None)
        for future in self._waiting.values():
            future.cancel()

    def new_id(self) -> str:
        """An id for the next command."""
        return f"w{next(self._numbers)}"

    async def ask(self, command: Command, deadline_s: float = 10.0) -> CommandAnswered:
        """Post a command and wait for its answer; a late one becomes a refusal that says so."""
        future: asyncio.Future[CommandAnswered] = self._loop.create_future()
        self._waiting[command.command_id] = future
        self._service.post(command)
        try:
            async with asyncio.timeout(deadline_s):
                return await future
        except TimeoutError:
            text = self.tr("交易服务 {seconds:g} 秒没有答复；命令可能仍会执行，请看委托和提醒。")
            return CommandAnswered(command.command_id, False, text.format(seconds=deadline_s))
        finally:
            self._waiting.pop(command.command_id, None)

    def _wake(self) -> None:
        """Any thread."""
        try:
            self._loop.call_soon_threadsafe(self._plan)
        except RuntimeError:  # the loop is closed: the window is gone
            return

    def _plan(self) -> None:
        if self._due or self._closed:
            return
        self._due = True
        wait = self._last_drain + FRAME_S - self._loop.time()
        if wait <= 0:
            self._drain()
        else:
            self._loop.call_later(wait, self._drain)

    def _drain(self) -> None:
        self._due = False
        if self._closed:
            return
        self._last_drain = self._loop.time()
        news = self._service.drain(BATCH)
        if self._translate is not None:
            news = [self._translate(one) for one in news]
        for one in news:
            if isinstance(one, CommandAnswered):
                future = self._waiting.get(one.command_id)
                if future is not None and not future.done():
                    future.set_result(one)
        if news:
            self.news_arrived.emit(news)
