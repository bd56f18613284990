"""A desk in a process of its own: what the window holds, so that nothing the window does can delay an order.

Commands go in and news come out over one pipe, pickled. A window that sleeps, computes or paints holds only its own
interpreter; when it freezes, news wait in the desk's outbox. When the window's process dies, the pipe ends and the
desk stops in order: what it wrote down is reconciled at the next start.
"""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection

from core.interpreter import SWITCH_INTERVAL_S
from core.service.commands import Command
from core.service.news import News, QuotesNews, ServiceStopped
from core.service.outbox import Outbox
from core.service.runtime import Desk, DeskThread

_log = logging.getLogger(__name__)

FRAME_S = 1 / 60
STOP_S = 10.0


class DeskProcess:
    """Stands where a `DeskThread` could stand. `compose` is pickled and called in the new process."""

    def __init__(self, compose: Callable[[Outbox], Desk]) -> None:
        context = multiprocessing.get_context("spawn")
        self._ours, self._theirs = context.Pipe()
        self._process = context.Process(
            target=run_child, args=(self._theirs, compose), name="dingpan-trading", daemon=False
        )
        self.outbox = Outbox()
        self._commands: queue.SimpleQueue[Command | None] = queue.SimpleQueue()
        self._stopping = False
        self._said_stopped = False
        self._started = threading.Event()
        self._reader = threading.Thread(target=self._read, name="desk-reader", daemon=True)
        self._writer = threading.Thread(target=self._write, name="desk-writer", daemon=True)

    @property
    def pid(self) -> int | None:
        """The process, once it is started."""
        return self._process.pid

    def start(self) -> None:
        """Start the process; returns at once."""
        self._reader.start()
        self._writer.start()

    def connect(self, wake: Callable[[], None] | None) -> None:
        """Set who is woken when news wait (any thread)."""
        self.outbox.connect(wake)

    def drain(self, limit: int | None = None) -> list[News]:
        """Take waiting news."""
        return self.outbox.drain(limit)

    def post(self, command: Command) -> None:
        """Hand over a command (any thread); never waits."""
        self._commands.put(command)

    def stop(self, timeout: float = STOP_S) -> bool:
        """Ask for an orderly stop and wait; False when the process had to be ended."""
        self._stopping = True
        if not self._reader.is_alive() and not self._started.is_set():
            return True
        self._started.wait(timeout)
        self._commands.put(None)
        # Only the reader waits for the process: of two that wait, one finds no child and no exit code.
        self._reader.join(timeout)
        orderly = self._process.exitcode is not None
        if not orderly:
            self._process.terminate()
            self._process.join(1.0)
        self._reader.join(2.0)
        self._writer.join(2.0)
        return orderly

    def _write(self) -> None:
        self._started.wait()
        while True:
            command = self._commands.get()
            try:
                self._ours.send(command)
            except (OSError, ValueError):  # the process is gone; the reader says so
                return
            if command is None:
                return

    def _read(self) -> None:
        try:
            self._process.start()
        except OSError as error:
            self._started.set()
            self.outbox.put(ServiceStopped(f"交易服务进程启动不了：{error}。请关闭其他程序后重试。"))
            return
        self._theirs.close()
        self._started.set()
        with contextlib.suppress(EOFError, OSError):
            while True:
                self._take(self._ours.recv())
        self._process.join(STOP_S)
        self._commands.put(None)
        if not self._said_stopped:
            code = self._process.exitcode
            text = f"交易服务进程意外退出（代码 {code}），持仓没有保护；在途委托仍在柜台。请重新启动盯盘。"
            self.outbox.put(ServiceStopped("" if self._stopping else text))

    def _take(self, batch: list[News]) -> None:
        for news in batch:
            if isinstance(news, QuotesNews):
                self.outbox.put_quotes(news.quotes)
                continue
            self._said_stopped = self._said_stopped or isinstance(news, ServiceStopped)
            self.outbox.put(news)


def run_child(pipe: Connection[object, object], compose: Callable[[Outbox], Desk]) -> None:
    """The other process: a desk on its trading thread, its news sent at frame pace, its commands received."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C belongs to the window, which ends us in order
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    desk = DeskThread(compose)
    sender = threading.Thread(target=_send_news, args=(pipe, desk), name="news-sender", daemon=True)
    sender.start()
    desk.start()
    with contextlib.suppress(EOFError, OSError):
        while isinstance(command := pipe.recv(), Command):
            desk.post(command)
    if not desk.stop(STOP_S):
        _log.error("the trading thread did not stop within %g s", STOP_S)
    sender.join(STOP_S)
    pipe.close()


def _send_news(pipe: Connection[object, object], desk: DeskThread) -> None:
    """Until the desk said its last word, or nobody listens any more."""
    woken = threading.Event()
    desk.connect(woken.set)
    while True:
        woken.wait()
        woken.clear()
        news = desk.drain()
        try:
            pipe.send(news)
        except OSError:
            return
        if any(isinstance(one, ServiceStopped) for one in news):
            return
        time.sleep(FRAME_S)
