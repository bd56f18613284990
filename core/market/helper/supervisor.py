"""The thread beside a helper process: starts it, hands it one job at a time, ends it when it must end.

All of a helper's bookkeeping is here and on this one thread; the loop sends orders and gets results.
"""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import pickle
import queue
import threading
import time
from collections import deque
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING

from core.errors import DingPanError, HelperError, HelperTimeout
from core.market.helper.child import (
    Answer,
    Ask,
    Do,
    Done,
    Drop,
    Failed,
    Progress,
    Ready,
    broken,
    run_child,
)
from core.market.helper.orders import Cancel, Close, Employer, Ticket

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

_log = logging.getLogger(__name__)

SPAWN_S = 30.0
LEAVE_S = 1.0


def supervise(helper: Employer) -> None:
    """The thread's work, until the helper is closed."""
    supervisor = _Supervisor(helper)
    try:
        supervisor.run()
    except Exception as error:  # noqa: BLE001 - thread border: those who wait must hear of it
        _log.exception("the supervisor of %s failed", helper.name)
        supervisor.give_up(broken(helper.name, error))
    finally:
        helper.ended()


class _Child:
    """One process with its pipe, and a writer so that a child that does not read blocks nobody."""

    def __init__(self, name: str) -> None:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        self.pipe: Connection[object, object] = ours
        self.process: SpawnProcess = context.Process(target=run_child, args=(theirs,), name=name, daemon=True)
        self._out: queue.SimpleQueue[object] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._write, name=f"{name}-writer", daemon=True)
        try:
            self.process.start()
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        self._writer.start()
        self.ready = False

    def send(self, message: object) -> None:
        self._out.put(message)

    def end(self, patience_s: float) -> int | None:
        """Close the pipe, which ends a child that can still hear; kill it after the patience. The exit code."""
        self._out.put(None)
        if patience_s > 0:
            self._writer.join(patience_s)
            self._shut()
            self.process.join(patience_s)
        if self.process.exitcode is None:
            self.process.kill()
        self.process.join()
        self._shut()
        self._writer.join()
        code = self.process.exitcode
        self.process.close()
        return code

    def _shut(self) -> None:
        if not self._writer.is_alive() or self.process.exitcode is not None:
            with contextlib.suppress(OSError):
                self.pipe.close()

    def _write(self) -> None:
        with contextlib.suppress(OSError, ValueError):  # the child is gone; the supervisor sees it
            while (message := self._out.get()) is not None:
                self.pipe.send(message)


class _Supervisor:
    """State of one helper. Times are monotonic seconds."""

    def __init__(self, helper: Employer) -> None:
        self._helper = helper
        self._waiting: deque[Ticket] = deque()
        self._running: Ticket | None = None
        self._wanted = True  # does anybody still wait for the running ticket
        self._child: _Child | None = None
        self._until: float | None = (
            None  # when patience with the child ends: spawn, deadline, grace or idleness
        )
        self._open = True

    def run(self) -> None:
        while self._open:
            self._wait()
            self._take_orders()
            self._check_time()
            if self._open:
                self._next()
        self.give_up(HelperError(f"后台进程“{self._helper.name}”已关闭，任务没有完成。"))

    def give_up(self, error: HelperError) -> None:
        """Nothing more runs: end the child and tell everybody who waits."""
        self._end_child(LEAVE_S if self._running is None else 0)
        tickets = [self._running, *self._waiting]
        self._running = None
        self._waiting.clear()
        for ticket in tickets:
            if ticket is not None:
                self._helper.finish(ticket, error=error)

    def _wait(self) -> None:
        child = self._child
        handles = [self._helper.wake]
        if child is not None:
            handles += [child.pipe, child.process.sentinel]
        patience = None if self._until is None else max(0.0, self._until - time.monotonic())
        ready = wait(handles, patience)
        if child is not None and child.pipe in ready:
            self._receive(child)
        elif child is not None and child.process.sentinel in ready:
            self._lost()

    def _take_orders(self) -> None:
        while self._helper.wake.poll():
            self._helper.wake.recv_bytes()
        while True:
            try:
                order = self._helper.orders.get_nowait()
            except queue.Empty:
                return
            match order:
                case Ticket():
                    self._waiting.append(order)
                case Cancel():
                    self._cancel(order.number)
                case Answer():
                    if self._child is not None:
                        self._child.send(order)
                case Close():
                    self._open = False

    def _cancel(self, number: int) -> None:
        running = self._running
        if running is not None and running.number == number and self._wanted:
            self._wanted = False
            grace = time.monotonic() + self._helper.grace_s
            self._until = grace if self._until is None else min(self._until, grace)
            if self._child is not None:
                self._child.send(Drop(number))
            return
        for ticket in list(self._waiting):
            if ticket.number == number:
                self._waiting.remove(ticket)
                self._helper.finish(ticket, error=HelperError("任务已取消。"))

    def _check_time(self) -> None:
        if self._until is None or time.monotonic() < self._until or self._child is None:
            return
        running, name = self._running, self._helper.name
        if running is None and self._child.ready:
            if not self._waiting:
                self._end_child(LEAVE_S)
            return
        ready = self._child.ready
        self._end_child(0)
        if running is not None:
            text = f"后台任务 {running.what} 超过 {running.deadline_s:g} 秒没有完成，已结束它。请检查网络后重试。"
            self._finish(HelperTimeout(text) if self._wanted else HelperError("任务已取消。"))
        elif not ready and self._waiting:
            text = f"后台进程“{name}” {SPAWN_S:g} 秒没有启动起来。请关闭其他程序后重试。"
            self._helper.finish(self._waiting.popleft(), error=HelperTimeout(text))

    def _next(self) -> None:
        """Give the next ticket to a child that is free; start one when there is none."""
        if self._running is not None or not self._waiting:
            return
        if self._child is None:
            self._spawn()
            return
        if self._child.ready:
            ticket = self._waiting.popleft()
            self._running, self._wanted = ticket, True
            self._until = time.monotonic() + ticket.deadline_s
            self._child.send(Do(ticket.number, ticket.packed))

    def _spawn(self) -> None:
        try:
            self._child = _Child(self._helper.name)
        except OSError as error:
            text = f"后台进程“{self._helper.name}”启动不了：{error}。请关闭其他程序后重试。"
            self._helper.finish(self._waiting.popleft(), error=HelperError(text))
            return
        self._until = time.monotonic() + SPAWN_S
        self._helper.pid = self._child.process.pid
        self._helper.spawned += 1

    def _receive(self, child: _Child) -> None:
        try:
            message = child.pipe.recv()
        except (EOFError, OSError):
            self._lost()
            return
        running = self._running
        if isinstance(message, Ready):
            child.ready = True
            self._rest()
        elif running is None:
            return
        elif isinstance(message, Progress):
            self._helper.told(running, message)
        elif isinstance(message, Ask):
            self._helper.asked(running, message)
        elif isinstance(message, Done):
            self._finish(None, message.packed)
        elif isinstance(message, Failed):
            if message.trace:
                _log.warning("a job of %s failed:\n%s", self._helper.name, message.trace)
            self._finish(message.error)

    def _finish(self, error: DingPanError | None, packed: bytes = b"") -> None:
        ticket, self._running = self._running, None
        assert ticket is not None
        self._rest()
        value: object = None
        if error is None:
            try:
                value = pickle.loads(packed)
            except Exception as problem:  # noqa: BLE001 - whatever reading a result raises
                error = broken(ticket.what, problem)
        self._helper.finish(ticket, value, error)

    def _rest(self) -> None:
        self._until = None if self._child is None else time.monotonic() + self._helper.idle_s

    def _lost(self) -> None:
        """The child ended by itself, or was ended by somebody else."""
        ready = self._child is not None and self._child.ready
        code = self._end_child(LEAVE_S)
        text = f"后台进程“{self._helper.name}”意外退出（代码 {code}），任务没有完成。请重试。"
        if self._running is not None:
            self._finish(HelperError(text))
        elif not ready and self._waiting:
            self._helper.finish(self._waiting.popleft(), error=HelperError(text))

    def _end_child(self, patience_s: float) -> int | None:
        child, self._child = self._child, None
        self._until = None
        self._helper.pid = None
        return None if child is None else child.end(patience_s)
