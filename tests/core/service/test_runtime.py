"""A desk on its own thread: early commands wait, a failure is the last news, an end is orderly."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from core.errors import BadInput, UserError
from core.service.commands import CancelOrder, Command
from core.service.news import CommandAnswered, News, ServiceStopped
from core.service.outbox import Outbox
from core.service.runtime import DeskThread


@dataclass
class SmallDesk:
    """Implements `runtime.Desk`: answers every command, remembers what was done to it."""

    outbox: Outbox
    gate: threading.Event = field(default_factory=threading.Event)
    failure: Exception | None = None
    stop_failure: Exception | None = None
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    done: list[str] = field(default_factory=list)

    async def start(self) -> None:
        await asyncio.get_running_loop().run_in_executor(None, self.gate.wait)
        if self.failure is not None:
            raise self.failure
        self.done.append("start")

    async def handle(self, command: Command) -> None:
        self.outbox.put(CommandAnswered(command.command_id, True))

    async def stop(self) -> None:
        self.done.append("stop")
        await self.loop.shutdown_default_executor()
        if self.stop_failure is not None:
            raise self.stop_failure

    def close(self) -> None:
        self.done.append("close")
        self.loop.close()


class Ear:
    """Collects news until one of a kind came."""

    def __init__(self, thread: DeskThread) -> None:
        self._thread, self._woken = thread, threading.Event()
        self.heard: list[News] = []
        thread.connect(self._woken.set)

    def until(self, kind: type[News]) -> list[News]:
        while not any(isinstance(one, kind) for one in self.heard):
            assert self._woken.wait(10), self.heard
            self._woken.clear()
            self.heard += self._thread.drain()
        return [one for one in self.heard if isinstance(one, kind)]


def make(failure: Exception | None = None) -> tuple[DeskThread, list[SmallDesk], Ear]:
    made: list[SmallDesk] = []

    def compose(outbox: Outbox) -> SmallDesk:
        made.append(SmallDesk(outbox, failure=failure))
        return made[0]

    thread = DeskThread(compose)
    ear = Ear(thread)
    thread.start()
    while not made:
        pass
    return thread, made, ear


def test_commands_that_come_early_wait_for_the_service() -> None:
    thread, made, ear = make()
    thread.post(CancelOrder("early", 1))
    assert thread.drain() == []
    made[0].gate.set()
    assert ear.until(CommandAnswered) == [CommandAnswered("early", True)]
    thread.post(CancelOrder("late", 2))
    ear.heard.clear()
    assert ear.until(CommandAnswered) == [CommandAnswered("late", True)]
    assert thread.stop()
    assert ear.until(ServiceStopped) == [ServiceStopped("")]
    assert made[0].done == ["start", "stop", "close"]
    ear.heard.clear()
    thread.post(CancelOrder("too late", 3))
    (answer,) = ear.until(CommandAnswered)
    assert not answer.ok  # type: ignore[attr-defined]
    assert thread.stop()


def test_a_start_that_fails_ends_in_order_and_says_why(expect_log_error: Callable[[str], None]) -> None:
    expect_log_error("the desk cannot start")
    thread, made, ear = make(UserError("日志数据库打不开。"))
    made[0].gate.set()
    assert ear.until(ServiceStopped) == [ServiceStopped("日志数据库打不开。")]
    assert thread.stop()
    assert made[0].done == ["stop", "close"]


@pytest.mark.parametrize(
    ("failure", "said"), [(UserError("日志数据库打不开。"), "日志数据库打不开。"), (None, "the lane hangs")]
)
def test_the_cause_of_a_failed_start_is_not_hidden_by_a_stop_that_fails_too(
    failure: Exception | None, said: str, expect_log_error: Callable[[str], None]
) -> None:
    if failure is not None:
        expect_log_error("the desk cannot start")
    expect_log_error("the desk did not stop in order")
    thread, made, ear = make(failure)
    made[0].stop_failure = OSError("the lane hangs")
    made[0].gate.set()
    if failure is None:
        thread.post(CancelOrder("started", 1))
        ear.until(CommandAnswered)
        assert thread.stop()
    assert ear.until(ServiceStopped) == [ServiceStopped(said)]
    assert thread.stop()
    assert made[0].done[-1] == "close"


def test_a_desk_that_cannot_be_composed_says_why(expect_log_error: Callable[[str], None]) -> None:
    def compose(_outbox: Outbox) -> SmallDesk:
        raise UserError("数据目录建不起来。")

    expect_log_error("the desk cannot be composed")
    thread = DeskThread(compose)
    ear = Ear(thread)
    thread.start()
    assert ear.until(ServiceStopped) == [ServiceStopped("数据目录建不起来。")]
    assert thread.stop()


@pytest.mark.parametrize(("failure", "traced"), [(BadInput("写错了。请改"), False), (KeyError("x"), True)])
def test_what_the_user_can_cure_is_logged_as_a_sentence(
    failure: Exception,
    traced: bool,
    caplog: pytest.LogCaptureFixture,
    expect_log_error: Callable[[str], None],
) -> None:
    expect_log_error("the desk cannot be composed")

    def compose(_: Outbox) -> SmallDesk:
        raise failure

    thread = DeskThread(compose)
    ear = Ear(thread)
    thread.start()
    assert ear.until(ServiceStopped) == [ServiceStopped(str(failure))]
    assert thread.stop()
    (record,) = [one for one in caplog.records if one.levelname == "ERROR"]
    assert (record.exc_info is not None) is traced
    assert traced or "写错了。请改" in record.getMessage()
