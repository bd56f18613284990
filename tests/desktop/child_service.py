"""A trading service in a process of its own, behind the same Protocol that the window knows.

Only pickled commands go over the pipe and only pickled news come back.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection

from core.service.commands import Command
from core.service.desk import Composer, DeskChoice
from core.service.news import News, QuotesNews, ServiceStopped
from core.service.outbox import Outbox
from core.service.runtime import DeskThread

_STOP_S = 10.0


def serve(pipe: Connection, choice: DeskChoice) -> None:
    """The child's life: a desk thread, its news to the pipe, commands from the pipe until it says None."""
    service = DeskThread(Composer(choice))
    ready = threading.Event()
    ended = threading.Event()

    def speak() -> None:
        while True:
            ready.wait()
            ready.clear()
            news = service.drain()
            if news:
                pipe.send_bytes(pickle.dumps(news))
            if ended.is_set() and not news:
                return

    speaker = threading.Thread(target=speak, name="speaker")
    speaker.start()
    service.connect(ready.set)
    service.start()
    while (command := pickle.loads(pipe.recv_bytes())) is not None:
        service.post(command)
    service.stop(_STOP_S)
    ended.set()
    ready.set()
    speaker.join()
    pipe.close()


class ChildService:
    """What the window holds: the parent's end of the pipe."""

    def __init__(self, choice: DeskChoice) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, other = context.Pipe()
        self._process = context.Process(target=serve, args=(other, choice), daemon=True)
        self._other = other
        self._outbox = Outbox()
        self._listener = threading.Thread(target=self._listen, name="listener")
        self.ended = threading.Event()
        self.messages = 0

    @property
    def process_id(self) -> int:
        """The child's, which is another than ours."""
        assert self._process.pid not in (None, os.getpid())
        return int(self._process.pid or 0)

    @property
    def exit_code(self) -> int | None:
        """Of the child, once it ended."""
        return self._process.exitcode

    def start(self) -> None:
        """Start the child and listen to it."""
        self._process.start()
        self._other.close()
        self._listener.start()

    def connect(self, wake: Callable[[], None] | None) -> None:
        self._outbox.connect(wake)

    def drain(self, limit: int | None = None) -> list[News]:
        return self._outbox.drain(limit)

    def post(self, command: Command) -> None:
        self._pipe.send_bytes(pickle.dumps(command))

    def kill(self) -> None:
        """As a crash would."""
        self._process.kill()

    def stop(self, timeout: float) -> bool:
        """Ask for an orderly end and wait for the child."""
        if not self.ended.is_set():
            self.ended.set()
            with contextlib.suppress(OSError):  # the child is gone
                self._pipe.send_bytes(pickle.dumps(None))
        self._process.join(timeout)
        self._listener.join(timeout)
        self._pipe.close()
        return not self._process.is_alive()

    def _listen(self) -> None:
        with contextlib.suppress(EOFError, OSError):
            while True:
                news: list[News] = pickle.loads(self._pipe.recv_bytes())
                self.messages += 1
                for one in news:
                    if isinstance(one, QuotesNews):
                        self._outbox.put_quotes(one.quotes)
                    else:
                        self._outbox.put(one)
        if not self.ended.is_set():
            self._outbox.put(ServiceStopped("the child is gone"))
