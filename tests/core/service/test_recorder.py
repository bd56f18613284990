"""The write-behind side of the journal: in order, and nothing is lost while the journal is broken."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace

import pytest

from core.domain.enums import IntentState, OrderStatus
from core.errors import JournalError, JournalRefused
from core.service.recorder import Recorder, Tasks
from tests.fakes.broker import FakeJournal
from tests.fakes.records import intent, order, trade


class Bench:
    """A recorder on a journal in memory."""

    def __init__(self) -> None:
        self.journal, self.tasks = FakeJournal(), Tasks()
        self.heard: list[JournalError | None] = []
        self.recorder = Recorder(self.journal, self.tasks, self.heard.append)

    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.journal.log]


def run(work: Callable[[Bench], Coroutine[object, object, None]]) -> Bench:
    async def main() -> Bench:
        bench = Bench()
        await work(bench)
        await bench.tasks.finish()
        return bench

    return asyncio.run(main())


def test_writes_keep_their_order_and_say_that_the_journal_is_well() -> None:
    async def work(bench: Bench) -> None:
        bench.recorder.order(order(1, OrderStatus.REPORTED))
        bench.recorder.trade(trade("t", 1, 100))
        bench.recorder.intent(intent("a"))

    bench = run(work)
    assert bench.kinds() == ["order", "trade", "update"]
    assert bench.heard == [None, None, None]


def test_what_a_broken_journal_did_not_take_is_written_later_as_it_stands_by_then() -> None:
    async def work(bench: Bench) -> None:
        bench.journal.error = JournalError("磁盘已满")
        bench.recorder.order(order(1, OrderStatus.REPORTED))
        bench.recorder.trade(trade("t", 1, 100))
        await bench.tasks.finish()
        assert [str(error) for error in bench.heard] == ["磁盘已满", "磁盘已满"]
        bench.recorder.order(order(1, OrderStatus.SUCCEEDED, traded=1000))
        bench.recorder.intent(replace(intent("a"), state=IntentState.FILLED))
        with pytest.raises(JournalError):
            await bench.recorder.flush()
        assert bench.journal.log == []
        bench.journal.error = None
        await bench.recorder.flush()

    bench = run(work)
    assert bench.kinds() == ["order", "trade", "order", "update"]
    states = [what.status for kind, what in bench.journal.log if kind == "order"]  # type: ignore[attr-defined]
    assert states == [OrderStatus.SUCCEEDED, OrderStatus.SUCCEEDED], "an old state never follows a newer one"


def test_after_a_flush_writes_go_straight_to_the_journal() -> None:
    async def work(bench: Bench) -> None:
        bench.recorder.hold()
        bench.recorder.trade(trade("t", 1, 100))
        await bench.tasks.finish()
        assert bench.journal.log == []
        await bench.recorder.flush()
        bench.recorder.trade(trade("u", 1, 100))

    assert run(work).kinds() == ["trade", "trade"]


def test_a_record_that_the_journal_refuses_is_logged_and_does_not_make_it_broken(
    expect_log_error: Callable[[str], None],
) -> None:
    async def work(bench: Bench) -> None:
        bench.journal.error = JournalRefused("同一编号已经写过")
        bench.recorder.trade(trade("t", 1, 100))

    expect_log_error("the journal refused a record")
    assert run(work).heard == []


def test_tasks_are_kept_logged_and_awaited(expect_log_error: Callable[[str], None]) -> None:
    done: list[int] = []

    async def slow(number: int) -> None:
        await asyncio.sleep(0)
        done.append(number)

    async def broken() -> None:
        raise ValueError("boom")

    async def main() -> None:
        tasks = Tasks()
        tasks.spawn(slow(1))
        tasks.spawn(broken())
        await tasks.finish()
        tasks.spawn(asyncio.sleep(3600))  # type: ignore[arg-type]
        await tasks.cancel()

    expect_log_error("a task of the trading loop failed.*boom")
    asyncio.run(main())
    assert done == [1]
