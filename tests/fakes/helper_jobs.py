"""Jobs for tests of the helper process. They live here because the child imports them by name."""

from __future__ import annotations

import os
import signal
import sys
import time
from dataclasses import dataclass

from core.errors import BadInput
from core.market.helper.helper import JobContext


@dataclass(frozen=True, slots=True)
class Add:
    left: int
    right: int

    def run(self, context: JobContext) -> int:
        return self.left + self.right


@dataclass(frozen=True, slots=True)
class Pid:
    """The child's process number, and whether heavy modules are loaded there."""

    def run(self, context: JobContext) -> tuple[int, bool]:
        return os.getpid(), "pandas" in sys.modules or "akshare" in sys.modules


@dataclass(frozen=True, slots=True)
class Hang:
    """Does not return and does not listen."""

    marker: str = ""

    def run(self, context: JobContext) -> None:
        if self.marker:
            with open(self.marker, "w", encoding="utf-8") as file:
                file.write("started")
        context.progress(0, 1, "started")
        while True:
            time.sleep(3600)


@dataclass(frozen=True, slots=True)
class Listen:
    """Runs until it hears that nobody waits; says so in a file."""

    marker: str

    def run(self, context: JobContext) -> str:
        context.progress(0, 1, "started")
        while not context.cancelled():
            time.sleep(0.005)
        with open(self.marker, "w", encoding="utf-8") as file:
            file.write("heard")
        return "late"


@dataclass(frozen=True, slots=True)
class Die:
    """Ends its process the hard way."""

    def run(self, context: JobContext) -> None:
        if hasattr(signal, "SIGKILL"):
            os.kill(os.getpid(), signal.SIGKILL)
        os._exit(9)


@dataclass(frozen=True, slots=True)
class Break:
    """Raises one of our errors, or something unforeseen."""

    ours: bool

    def run(self, context: JobContext) -> None:
        if self.ours:
            raise BadInput("不是数字", where="第 3 行", field="价格")
        raise ZeroDivisionError("boom")


@dataclass(frozen=True, slots=True)
class Count:
    """Tells its progress."""

    steps: int

    def run(self, context: JobContext) -> int:
        for step in range(self.steps):
            context.progress(step + 1, self.steps, f"步 {step + 1}")
        return self.steps


@dataclass(frozen=True, slots=True)
class Question:
    """Asks the loop and returns its answer."""

    text: str

    def run(self, context: JobContext) -> object:
        return context.ask(self.text)


@dataclass(frozen=True, slots=True)
class Unpackable:
    """A result that cannot travel."""

    def run(self, context: JobContext) -> object:
        return lambda: None


@dataclass(frozen=True, slots=True)
class Loud:
    """Prints as libraries do; nobody may choke on it."""

    def run(self, context: JobContext) -> str:
        print("50%|#####     |")
        print("50%|#####     |", file=sys.stderr)
        return "quiet"
