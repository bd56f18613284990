"""The helper's own process: takes jobs from a pipe, runs them one after another, answers.

Three kinds of things arrive: a job, the word that a job is not wanted any more, and an answer to something a job
asked. A thread reads them, so that a job in the middle of a long download hears of its cancellation, and the
process ends at once when the program that started it is gone.
"""

from __future__ import annotations

import logging
import os
import pickle
import queue
import signal
import sys
import threading
import time
import traceback
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Protocol, TypeVar

from core.errors import DingPanError, HelperError

R_co = TypeVar("R_co", covariant=True)

_LEAVE_S = 1.0


class JobContext(Protocol):
    """What a job may do beside its work."""

    def progress(self, done: int, total: int, text: str) -> None:
        """Tell the one who waits how far the job is."""
        ...

    def cancelled(self) -> bool:
        """Nobody waits any more: return soon, or be ended."""
        ...

    def ask(self, question: object) -> object:
        """Ask the program (its trading loop) and wait for the answer. Both are pickled."""
        ...


class Job(Protocol[R_co]):
    """A frozen, picklable record of what to do. Heavy imports belong into `run`."""

    def run(self, context: JobContext) -> R_co: ...


@dataclass(frozen=True, slots=True)
class Do:
    """To the child: run this. The job is packed on its own, so that one that cannot be read fails alone."""

    number: int
    packed: bytes


@dataclass(frozen=True, slots=True)
class Drop:
    """To the child: nobody waits for this job any more."""

    number: int


@dataclass(frozen=True, slots=True)
class Answer:
    """To the child: what it asked for; `error` is raised in the job instead when it is set."""

    number: int
    value: object
    error: DingPanError | None = None


@dataclass(frozen=True, slots=True)
class Ready:
    """From the child: it stands, jobs may come."""


@dataclass(frozen=True, slots=True)
class Progress:
    """From the child: how far a job is."""

    number: int
    done: int
    total: int
    text: str


@dataclass(frozen=True, slots=True)
class Ask:
    """From the child: a job's question."""

    number: int
    question: object


@dataclass(frozen=True, slots=True)
class Done:
    """From the child: a job's result, packed on its own."""

    number: int
    packed: bytes


@dataclass(frozen=True, slots=True)
class Failed:
    """From the child: a job's error, and for unforeseen ones its traceback as text."""

    number: int
    error: DingPanError
    trace: str = ""


def run_child(pipe: Connection[object, object]) -> None:
    """The other process, until the pipe ends. Ctrl+C belongs to the window, which ends us in order."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _be_silent()
    _Worker(pipe).run()


def _be_silent() -> None:
    """Libraries print progress bars; a windowed program has no stream to print on."""
    logging.basicConfig(handlers=[logging.NullHandler()])
    nowhere = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - for the life of the process
    sys.stdout = sys.stderr = nowhere


class _Worker:
    """The child's loop and its reader."""

    def __init__(self, pipe: Connection[object, object]) -> None:
        self._pipe = pipe
        self._jobs: queue.SimpleQueue[Do | None] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[Answer] = queue.SimpleQueue()
        self._dropped: set[int] = set()
        self._working = False

    def run(self) -> None:
        threading.Thread(target=self._read, name="helper-reader", daemon=True).start()
        self._pipe.send(Ready())
        while (order := self._jobs.get()) is not None:
            self._working = True
            self._send(order.number, self._work(order))
            self._dropped.discard(order.number)
            self._working = False

    def _read(self) -> None:
        """The end of the pipe is the end of the program: leave, in the middle of whatever runs."""
        try:
            while True:
                message = self._pipe.recv()
                if isinstance(message, Do):
                    self._jobs.put(message)
                elif isinstance(message, Drop):
                    self._dropped.add(message.number)
                elif isinstance(message, Answer):
                    self._answers.put(message)
        except (EOFError, OSError):
            self._jobs.put(None)
            if not self._working:
                time.sleep(_LEAVE_S)  # an idle process leaves in order meanwhile
            os._exit(0)

    def _work(self, order: Do) -> Done | Failed:
        number = order.number
        if number in self._dropped:
            return Failed(number, HelperError("任务已取消。"))
        what = "任务"
        try:
            job: Job[Any] = pickle.loads(order.packed)
            what = type(job).__name__
            return Done(number, pickle.dumps(job.run(_Context(self, number)), pickle.HIGHEST_PROTOCOL))
        except DingPanError as error:
            return Failed(number, error)
        except Exception as error:  # noqa: BLE001 - process border: the error belongs to the one who waits
            return Failed(number, broken(what, error), traceback.format_exc())

    def _send(self, number: int, message: Done | Failed) -> None:
        try:
            self._pipe.send(message)
        except (pickle.PicklingError, TypeError, AttributeError) as error:  # an error that cannot travel
            self._pipe.send(Failed(number, broken("任务", error), traceback.format_exc()))

    def progress(self, message: Progress) -> None:
        self._pipe.send(message)

    def dropped(self, number: int) -> bool:
        return number in self._dropped

    def ask(self, number: int, question: object) -> object:
        self._pipe.send(Ask(number, question))
        while (answer := self._answers.get()).number != number:
            pass
        if answer.error is not None:
            raise answer.error
        return answer.value


def broken(what: str, error: BaseException) -> HelperError:
    """The sentence for a job that raised something nobody foresaw."""
    return HelperError(
        f"后台任务 {what} 出错：{type(error).__name__}：{error}。请稍后重试，反复出现请查看日志。"
    )


class _Context:
    """A job's view of its worker."""

    def __init__(self, worker: _Worker, number: int) -> None:
        self._worker = worker
        self._number = number

    def progress(self, done: int, total: int, text: str) -> None:
        self._worker.progress(Progress(self._number, done, total, text))

    def cancelled(self) -> bool:
        return self._worker.dropped(self._number)

    def ask(self, question: object) -> object:
        return self._worker.ask(self._number, question)
