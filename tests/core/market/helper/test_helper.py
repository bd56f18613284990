"""The helper process: results, errors, deadlines, death, cancelling, idleness, closing."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from core.errors import BadInput, HelperError, HelperTimeout
from core.market.helper.helper import HelperProcess
from core.simqmt.clockwork.conductor import Conductor
from core.simqmt.clockwork.loop import VirtualLoop
from tests.fakes.helper_jobs import (
    Add,
    Break,
    Count,
    Die,
    Hang,
    Listen,
    Loud,
    Pid,
    Question,
    Unpackable,
)

LONG_S = 60.0


class CountingActivity:
    """Counts what is under way, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.open: Counter[str] = Counter()
        self.begun = 0

    def begin(self, label: str) -> None:
        with self._lock:
            self.open[label] += 1
            self.begun += 1

    def end(self, label: str) -> None:
        with self._lock:
            self.open[label] -= 1

    def enter_parkable(self, label: str) -> None: ...

    def leave_parkable(self, label: str) -> None: ...


def with_helper(
    work: Callable[[HelperProcess], Coroutine[Any, Any, None]], **options: Any
) -> CountingActivity:
    """Run `work` with a helper, close it, and see that nothing is left under way."""
    activity = CountingActivity()

    async def main() -> None:
        helper = HelperProcess("helper", asyncio.get_running_loop(), activity, **options)
        try:
            await work(helper)
        finally:
            await helper.close()

    asyncio.run(main())
    assert activity.open["helper"] == 0
    assert not [p for p in multiprocessing.active_children() if p.name == "helper"]
    return activity


def ended(pid: int, patience_s: float = 10.0) -> bool:
    """Whether a process of ours is gone (reaped or a zombie) within the patience."""
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        if sys.platform == "win32":  # there os.kill ends the process
            listed = subprocess.run(["tasklist", "/FI", f"PID eq {pid}"], capture_output=True, check=False)
            if str(pid).encode() not in listed.stdout:
                return True
            continue
        try:
            os.kill(pid, 0)
        except OSError:
            return True
        state = Path(f"/proc/{pid}/stat")
        if state.exists() and state.read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] == "Z":
            return True
        time.sleep(0.02)
    return False


def test_results_come_back_and_one_child_serves_many_jobs() -> None:
    async def work(helper: HelperProcess) -> None:
        assert helper.pid is None
        results = await asyncio.gather(*(helper.run(Add(i, 1), LONG_S) for i in range(20)))
        assert results == list(range(1, 21))
        assert helper.spawned == 1

    assert with_helper(work).begun == 20


def test_the_child_is_another_process_without_heavy_modules() -> None:
    async def work(helper: HelperProcess) -> None:
        pid, heavy = await helper.run(Pid(), LONG_S)
        assert pid == helper.pid
        assert pid != os.getpid()
        assert not heavy

    with_helper(work)


@pytest.mark.parametrize("module", ["core.market.helper.helper", "core.market.public.akshare_feed"])
def test_importing_is_cheap(module: str) -> None:
    code = (
        f"import sys, {module}\n"
        "print([m for m in ('pandas','numpy','akshare','requests','duckdb') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


def test_errors_of_ours_arrive_as_they_are_and_others_as_a_sentence() -> None:
    async def work(helper: HelperProcess) -> None:
        with pytest.raises(BadInput) as ours:
            await helper.run(Break(ours=True), LONG_S)
        assert (ours.value.where, ours.value.field) == ("第 3 行", "价格")
        assert "不是数字" in str(ours.value)
        with pytest.raises(HelperError, match="Break 出错：ZeroDivisionError：boom"):
            await helper.run(Break(ours=False), LONG_S)
        assert await helper.run(Add(1, 2), LONG_S) == 3
        assert helper.spawned == 1

    with_helper(work)


def test_what_cannot_travel_fails_alone() -> None:
    async def work(helper: HelperProcess) -> None:
        with pytest.raises(HelperError, match="Unpackable"):
            await helper.run(Unpackable(), LONG_S)
        with pytest.raises(HelperError, match="Local"):
            await helper.run(_local_job(), LONG_S)
        assert await helper.run(Add(1, 2), LONG_S) == 3

    with_helper(work)


def _local_job() -> Any:
    class Local:
        def run(self, context: object) -> None: ...

    return Local()


def test_a_job_past_its_deadline_is_killed_and_the_next_gets_a_fresh_child() -> None:
    async def work(helper: HelperProcess) -> None:
        hung = asyncio.create_task(helper.run(Hang(), 0.3))
        queued = asyncio.create_task(helper.run(Pid(), LONG_S))
        with pytest.raises(HelperTimeout, match=r"Hang 超过 0\.3 秒"):
            await hung
        fresh, _ = await queued
        assert helper.spawned == 2
        assert fresh == helper.pid

    with_helper(work)


def test_the_loop_stays_free_while_a_job_hangs() -> None:
    async def work(helper: HelperProcess) -> None:
        hung = asyncio.create_task(helper.run(Hang(), 0.5))
        beats = 0
        while not hung.done():
            beats += 1
            await asyncio.sleep(0.005)
        assert beats >= 20  # some hundred when the machine is idle; one or two when the loop waits
        with pytest.raises(HelperTimeout):
            hung.result()

    with_helper(work)


def test_a_dying_child_fails_only_the_job_it_ran() -> None:
    async def work(helper: HelperProcess) -> None:
        before = asyncio.create_task(helper.run(Add(1, 1), LONG_S))
        dies = asyncio.create_task(helper.run(Die(), LONG_S))
        after = asyncio.create_task(helper.run(Add(2, 2), LONG_S))
        assert await before == 2
        with pytest.raises(HelperError, match="意外退出") as caught:
            await dies
        assert not isinstance(caught.value, HelperTimeout)
        assert await after == 4
        assert helper.spawned == 2

    with_helper(work)


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="no SIGSTOP here")
def test_a_child_that_does_not_even_read_is_killed_at_the_deadline() -> None:
    async def work(helper: HelperProcess) -> None:
        pid, _ = await helper.run(Pid(), LONG_S)
        os.kill(pid, signal.SIGSTOP)
        with pytest.raises(HelperTimeout):
            await helper.run(Add(1, 1), 0.3)
        assert await helper.run(Add(1, 1), LONG_S) == 2

    with_helper(work)


def test_cancelling_is_heard_by_the_job(tmp_path: Path) -> None:
    marker = tmp_path / "heard"

    async def work(helper: HelperProcess) -> None:
        started = asyncio.Event()
        task = asyncio.create_task(
            helper.run(Listen(str(marker)), LONG_S, on_progress=lambda *_: started.set())
        )
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await helper.run(Add(1, 1), LONG_S) == 2
        assert helper.spawned == 1

    with_helper(work, grace_s=30.0)
    assert marker.read_text(encoding="utf-8") == "heard"


def test_a_cancelled_job_that_does_not_listen_is_killed_after_the_grace() -> None:
    async def work(helper: HelperProcess) -> None:
        started = asyncio.Event()
        task = asyncio.create_task(helper.run(Hang(), LONG_S, on_progress=lambda *_: started.set()))
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await helper.run(Add(1, 1), LONG_S) == 2
        assert helper.spawned == 2

    with_helper(work, grace_s=0.1)


def test_a_queued_job_that_is_cancelled_never_runs(tmp_path: Path) -> None:
    marker = tmp_path / "started"

    async def work(helper: HelperProcess) -> None:
        first = asyncio.create_task(helper.run(Add(1, 1), LONG_S))
        queued = asyncio.create_task(helper.run(Hang(str(marker)), LONG_S))
        await asyncio.sleep(0)
        queued.cancel()
        assert await first == 2
        assert await helper.run(Add(2, 2), LONG_S) == 4

    with_helper(work)
    assert not marker.exists()


def test_progress_and_questions_reach_the_loop() -> None:
    told: list[tuple[int, int, str]] = []

    async def work(helper: HelperProcess) -> None:
        home = threading.get_ident()

        def on_progress(done: int, total: int, text: str) -> None:
            assert threading.get_ident() == home
            told.append((done, total, text))

        def on_ask(question: object) -> object:
            assert threading.get_ident() == home
            if question == "bad":
                raise BadInput("不许")
            return f"{question}!"

        assert await helper.run(Count(3), LONG_S, on_progress=on_progress) == 3
        assert await helper.run(Question("hello"), LONG_S, on_ask=on_ask) == "hello!"
        with pytest.raises(BadInput, match="不许"):
            await helper.run(Question("bad"), LONG_S, on_ask=on_ask)
        with pytest.raises(HelperError, match="没有人回答"):
            await helper.run(Question("hello"), LONG_S)

    with_helper(work)
    assert told == [(1, 3, "步 1"), (2, 3, "步 2"), (3, 3, "步 3")]


def test_what_a_job_prints_disturbs_nobody(capfd: pytest.CaptureFixture[str]) -> None:
    async def work(helper: HelperProcess) -> None:
        assert await helper.run(Loud(), LONG_S) == "quiet"

    with_helper(work)
    assert "50%" not in "".join(capfd.readouterr())


def test_an_idle_child_ends_and_the_next_job_starts_another() -> None:
    async def work(helper: HelperProcess) -> None:
        pid, _ = await helper.run(Pid(), LONG_S)
        while helper.pid is not None:
            await asyncio.sleep(0.01)
        assert ended(pid)
        assert await helper.run(Add(1, 1), LONG_S) == 2
        assert helper.spawned == 2

    with_helper(work, idle_s=0.05)


def test_closing_fails_what_is_under_way_and_leaves_nothing() -> None:
    pids: list[int] = []

    async def work(helper: HelperProcess) -> None:
        pid, _ = await helper.run(Pid(), LONG_S)
        pids.append(pid)
        running = asyncio.create_task(helper.run(Hang(), LONG_S))
        queued = asyncio.create_task(helper.run(Add(1, 1), LONG_S))
        await asyncio.sleep(0)
        await helper.close()
        for task in (running, queued):
            with pytest.raises(HelperError, match="已关闭"):
                await task
        with pytest.raises(HelperError, match="已经关闭"):
            await helper.run(Add(1, 1), LONG_S)

    with_helper(work)
    assert ended(pids[0])


def test_closing_a_helper_that_never_ran_is_fine() -> None:
    async def work(helper: HelperProcess) -> None:
        assert helper.spawned == 0

    with_helper(work)


def test_two_helpers_do_not_wait_for_each_other() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        quotes, downloads = HelperProcess("quotes", loop), HelperProcess("downloads", loop)
        long = asyncio.create_task(downloads.run(Hang(), LONG_S))
        assert await quotes.run(Add(1, 1), LONG_S) == 2
        assert not long.done()
        long.cancel()
        await asyncio.gather(quotes.close(), downloads.close())

    asyncio.run(main())


def test_under_a_conductor_virtual_time_waits_for_the_job() -> None:
    conductor = Conductor(1_654_046_100_000, hold_market=True)
    loop = VirtualLoop(conductor)
    trading = threading.Thread(target=loop.run_forever, name="trading")
    order: list[str] = []

    async def work() -> float:
        helper = HelperProcess("helper", loop, conductor)
        started = loop.time()
        loop.call_later(0.001, order.append, "timer")  # due at once, unless time stands still
        assert await helper.run(Count(50), LONG_S, on_progress=lambda *_: None) == 50
        order.append("job")
        passed = loop.time() - started
        with pytest.raises(
            HelperTimeout
        ):  # the deadline is of the wall clock: virtual time cannot save a hung job
            await helper.run(Hang(), 0.2)
        await helper.close()
        await asyncio.sleep(1.0)
        return passed

    trading.start()
    conductor.start()
    try:
        assert asyncio.run_coroutine_threadsafe(work(), loop).result(LONG_S) == 0.0
    finally:
        conductor.stop()
        loop.call_soon_threadsafe(loop.stop)
        trading.join()
        loop.close()
    assert order == ["job", "timer"]


def test_the_child_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    marker = tmp_path / "pid"
    code = f"""
import asyncio, os, signal
from core.market.helper.helper import HelperProcess
from core.simqmt.clockwork.conductor import Conductor
from core.simqmt.clockwork.loop import VirtualLoop
from tests.fakes.helper_jobs import Hang, Pid

async def main():
    helper = HelperProcess("helper", asyncio.get_running_loop())
    pid, _ = await helper.run(Pid(), 60)
    started = asyncio.Event()
    asyncio.create_task(helper.run(Hang(), 60, on_progress=lambda *_: started.set()))
    await started.wait()
    with open({str(marker)!r}, "w") as file:
        file.write(str(pid))
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))

if __name__ == "__main__":
    asyncio.run(main())
"""
    script = tmp_path / "parent.py"
    script.write_text(code, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[4])}
    subprocess.run([sys.executable, str(script)], env=environment, check=False, timeout=60)
    assert ended(int(marker.read_text(encoding="utf-8")))
