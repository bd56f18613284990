"""The helper process: work that is heavy or may hang, away from the trading loop and its interpreter.

akshare, history downloads and Parquet run there. The process is spawned on demand (never forked), ends when it
has been idle, is killed when a job passes its deadline, and holds no trading state. Jobs run one after another;
who must not wait behind downloads uses a second helper.

Deadlines, idleness and grace are wall-clock times even under a conductor: the work is real. `run` may be called
on the trading loop only; one thread of ours waits for the child.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import pickle
import queue
import threading
from collections.abc import Callable
from multiprocessing import Pipe
from typing import Any, TypeVar

from core.errors import DingPanError, HelperError
from core.market.helper.child import Answer, Ask, Job, JobContext, Progress, broken
from core.market.helper.orders import Cancel, Close, OnAsk, OnProgress, Order, Ticket
from core.ports import Activity, NoActivity

__all__ = ["HelperProcess", "Job", "JobContext"]

R = TypeVar("R")

_log = logging.getLogger(__name__)


class HelperProcess:
    """One child, one job at a time. Make it on the trading loop and `close` it there. Implements `Employer`."""

    def __init__(
        self,
        name: str,
        loop: asyncio.AbstractEventLoop,
        activity: Activity | None = None,
        *,
        idle_s: float = 60.0,
        grace_s: float = 2.0,
    ) -> None:
        self.name = name
        self.idle_s = idle_s
        self.grace_s = grace_s
        self._loop = loop
        self._activity: Activity = activity if activity is not None else NoActivity()
        self._orders: queue.SimpleQueue[Order] = queue.SimpleQueue()
        self._wake_in, self._wake_out = Pipe(duplex=False)
        self._numbers = itertools.count(1)
        self._thread: threading.Thread | None = None
        self._ended: asyncio.Future[None] = loop.create_future()
        self._closed = False
        self.pid: int | None = None
        self.spawned = 0

    async def run(
        self,
        job: Job[R],
        deadline_s: float,
        on_progress: OnProgress | None = None,
        on_ask: OnAsk | None = None,
    ) -> R:
        """Run a job in the child. `on_progress` and `on_ask` are called on the loop.

        `deadline_s` counts while the job runs, not while it waits for others. Raises HelperTimeout past it,
        HelperError when the job breaks or its process ends, and what the job itself raised of our errors.
        """
        if self._closed:
            raise HelperError(f"后台进程“{self.name}”已经关闭，不再接受任务。")
        what = type(job).__name__
        try:
            packed = pickle.dumps(job, pickle.HIGHEST_PROTOCOL)
        except Exception as error:
            raise broken(what, error) from error
        future: asyncio.Future[R] = self._loop.create_future()
        ticket = Ticket(next(self._numbers), what, packed, deadline_s, on_progress, on_ask, future)
        self._activity.begin(self.name)
        self._give(ticket)
        try:
            return await future
        except asyncio.CancelledError:
            self._give(Cancel(ticket.number))
            raise

    async def close(self) -> None:
        """End the child; jobs under way fail with HelperError. Returns when thread and process are gone."""
        if not self._closed:
            self._closed = True
            if self._thread is None:
                self._ended.set_result(None)
            self._give(Close(), start=False)
        await asyncio.shield(self._ended)
        if self._thread is not None:
            self._thread.join()
        self._wake_in.close()
        self._wake_out.close()

    def _give(self, order: Order, *, start: bool = True) -> None:
        if self._thread is None and start:
            from core.market.helper.supervisor import (
                supervise,  # multiprocessing's parts load with the first job
            )

            self._thread = threading.Thread(target=supervise, args=(self,), name=self.name, daemon=True)
            self._thread.start()
        self._orders.put(order)
        with contextlib.suppress(OSError):  # closed twice
            self._wake_out.send_bytes(b"!")

    # for the supervisor, on its thread

    @property
    def orders(self) -> queue.SimpleQueue[Order]:
        """What the loop wants."""
        return self._orders

    @property
    def wake(self) -> Any:
        """Readable when orders may wait."""
        return self._wake_in

    def finish(self, ticket: Ticket, value: object = None, error: DingPanError | None = None) -> None:
        """Hand a result or an error to the loop, and give the count back after it."""
        self._post(_settle, ticket.future, value, error)
        self._activity.end(self.name)

    def told(self, ticket: Ticket, message: Progress) -> None:
        """A job said how far it is."""
        if ticket.on_progress is not None:
            self._post(self._tell, ticket.on_progress, message)

    def asked(self, ticket: Ticket, message: Ask) -> None:
        """A job asks; the answer goes back through the supervisor."""
        self._post(self._answer, ticket, message.question)

    def ended(self) -> None:
        """The supervisor is done."""
        self._post(_settle, self._ended, None, None)

    def _post(self, callback: Callable[..., None], *args: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody is left to hear it
            self._loop.call_soon_threadsafe(callback, *args)

    # on the loop

    def _tell(self, on_progress: OnProgress, message: Progress) -> None:
        try:
            on_progress(message.done, message.total, message.text)
        except Exception:  # noqa: BLE001 - task border: a broken listener must not stop the job
            _log.exception("the progress of a job of %s could not be told", self.name)

    def _answer(self, ticket: Ticket, question: object) -> None:
        answer = Answer(ticket.number, None)
        try:
            if ticket.on_ask is None:
                raise HelperError(f"后台任务 {ticket.what} 的提问没有人回答。")
            answer = Answer(ticket.number, ticket.on_ask(question))
        except DingPanError as error:
            answer = Answer(ticket.number, None, error)
        except Exception as error:  # noqa: BLE001 - task border: the job gets the error
            _log.exception("a question of %s could not be answered", ticket.what)
            answer = Answer(ticket.number, None, broken(ticket.what, error))
        if not self._closed:
            self._give(answer)


def _settle(future: asyncio.Future[Any], value: object, error: DingPanError | None) -> None:
    """Nothing to do when the one who waited was cancelled."""
    if future.done():
        return
    if error is not None:
        future.set_exception(error)
    else:
        future.set_result(value)
