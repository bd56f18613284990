"""The conductor: one thing at a time, virtual time, and quiet found by counting."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.lanes import Lane
from core.simqmt.clockwork.conductor import Conductor, Rank
from core.simqmt.clockwork.loop import VirtualLoop

WAIT_S = 20.0
T0 = 1_654_046_100_000  # of today's size: floats are coarse there


class Running:
    """A conductor and a virtual loop on threads of their own."""

    def __init__(self, conductor: Conductor) -> None:
        self.conductor = conductor
        self.loop = VirtualLoop(conductor)
        self._thread = threading.Thread(target=self.loop.run_forever, name="trading")
        self._thread.start()
        conductor.start()

    def run(self, work: object) -> object:
        """Run a coroutine on the loop and wait for it on the wall clock."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(WAIT_S)  # type: ignore[arg-type]

    def close(self) -> None:
        self.conductor.stop()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(WAIT_S)
        self.loop.close()


@pytest.fixture
def held() -> Iterator[Running]:
    """As fast as possible, market held: timers run freely."""
    running = Running(Conductor(T0, hold_market=True))
    yield running
    running.close()


class Ticks:
    """A source of market events at given times that notes when each was released."""

    def __init__(self, conductor: Conductor, times: list[int], log: list[tuple[str, int]]) -> None:
        self._conductor = conductor
        self._times = times
        self._log = log

    def peek_ms(self) -> int | None:
        return self._times[0] if self._times else None

    def release(self) -> None:
        self._times.pop(0)
        self._log.append(("market", self._conductor.now_ms()))


def test_events_of_one_millisecond_come_by_rank_then_by_order() -> None:
    conductor = Conductor(0, hold_market=True)
    log: list[tuple[str, int]] = []

    def note(name: str) -> None:
        log.append((name, conductor.now_ms()))

    conductor.add_source(Ticks(conductor, [10, 20], log))
    conductor.schedule(10, Rank.ARRIVAL, lambda: note("arrival"))
    conductor.schedule(10, Rank.ANSWER, lambda: note("answer 1"))
    conductor.schedule(10, Rank.ANSWER, lambda: note("answer 2"))
    conductor.schedule(25, Rank.ANSWER, lambda: note("late"))
    conductor.open_market()
    conductor.start()
    assert conductor.finished.wait(WAIT_S)
    conductor.stop()
    assert log == [
        ("answer 1", 10), ("answer 2", 10), ("market", 10), ("arrival", 10), ("market", 20), ("late", 25),
    ]  # fmt: skip


def test_nothing_is_released_while_a_lane_works() -> None:
    conductor = Conductor(0)
    lane = Lane("busy", conductor)
    gate, released = threading.Event(), threading.Event()
    done: list[str] = []

    def work() -> None:
        gate.wait(WAIT_S)
        done.append("lane")

    lane.submit(work)
    conductor.schedule(5, Rank.ANSWER, lambda: (done.append("event"), released.set()))
    conductor.start()
    assert conductor.busy_labels() == {"busy": 1}
    assert conductor.now_ms() == 0
    gate.set()
    assert released.wait(WAIT_S)
    assert done == ["lane", "event"]
    lane.close()
    conductor.stop()


def test_virtual_hours_pass_without_waiting_and_in_order(held: Running) -> None:
    order: list[tuple[str, int]] = []

    async def sleeper(name: str, seconds: float) -> None:
        await asyncio.sleep(seconds)
        order.append((name, held.conductor.now_ms()))

    async def both() -> None:
        await asyncio.gather(sleeper("day", 86_400), sleeper("hour", 3_600), sleeper("blink", 0.001))

    held.run(both())
    assert order == [("blink", T0 + 1), ("hour", T0 + 3_600_000), ("day", T0 + 86_400_000)]


def test_work_on_an_executor_holds_the_clock(held: Running) -> None:
    """A deadline on virtual time does not fire while a lane is still computing."""
    lane = Lane("compute", held.conductor)

    async def compute() -> int:
        async with asyncio.timeout(0.001):
            return await lane.call(lambda: sum(range(2_000_000)))

    assert held.run(compute()) == sum(range(2_000_000))
    lane.close()


def test_a_call_that_waits_for_the_terminal_counts_as_quiet(held: Running) -> None:
    """The lane's thread blocks until its answer is delivered; virtual time goes on meanwhile."""
    lane = Lane("asking", held.conductor)
    answer: list[threading.Event] = [threading.Event()]

    def ask() -> str:
        token = held.conductor.park()
        assert token is not None

        def deliver() -> None:
            token.resume()
            answer[0].set()

        held.conductor.schedule(held.conductor.now_ms() + 2_000, Rank.ANSWER, deliver)
        assert answer[0].wait(WAIT_S)
        return "answered"

    async def call() -> tuple[str, int]:
        return await lane.call_waiting(ask), held.conductor.now_ms()

    assert held.run(call()) == ("answered", T0 + 2_000)
    assert held.conductor.wait_quiet(WAIT_S)
    lane.close()


def test_a_call_that_is_never_answered_meets_its_deadline(held: Running) -> None:
    lane = Lane("asking", held.conductor)
    release = threading.Event()

    def ask() -> None:
        assert held.conductor.park() is not None
        release.wait(WAIT_S)

    async def call() -> int:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(30):
                await lane.call_waiting(ask)
        return held.conductor.now_ms()

    assert held.run(call()) == T0 + 30_000
    release.set()
    assert lane.close(WAIT_S)


def test_only_parkable_jobs_are_parked() -> None:
    conductor = Conductor(0)
    lane = Lane("sending", conductor)
    assert lane.submit(conductor.park).result(WAIT_S) is None
    assert conductor.wait_quiet(WAIT_S)
    lane.close()


def test_what_xttrader_queued_is_followed() -> None:
    conductor = Conductor(0)
    gate = threading.Event()
    with ThreadPoolExecutor(max_workers=1) as executor:
        executor.submit(gate.wait, WAIT_S)
        conductor.follow([executor])
        assert conductor.busy_labels() == {"xttrader": 1}
        gate.set()
        assert conductor.wait_quiet(WAIT_S)
    conductor.follow([executor])  # shut down: nothing is left counted
    assert conductor.wait_quiet(0)


def test_a_failing_event_does_not_stop_the_clock(expect_log_error: Callable[[str], None]) -> None:
    expect_log_error("an event of the simulated terminal failed")
    conductor = Conductor(0)
    reached = threading.Event()

    def broken() -> None:
        raise RuntimeError("one bad event")

    conductor.schedule(1, Rank.ANSWER, broken)
    conductor.schedule(2, Rank.ANSWER, reached.set)
    conductor.start()
    assert reached.wait(WAIT_S)
    conductor.stop()
    assert conductor.now_ms() == 2


def test_a_paced_clock_never_runs_ahead_of_its_events() -> None:
    """At a speed, the clock between two events stays between them; a night is skipped."""
    conductor = Conductor(0, speed=1_000.0, skip_gap_ms=3_600_000, hold_market=True)
    log: list[tuple[str, int]] = []
    conductor.add_source(Ticks(conductor, [50, 100, 86_400_000], log))
    finished = threading.Event()
    conductor.schedule(86_400_001, Rank.ANSWER, finished.set)
    conductor.open_market()
    conductor.start()
    assert finished.wait(WAIT_S)
    conductor.stop()
    assert log == [("market", 50), ("market", 100), ("market", 86_400_000)]


def test_speed_must_be_positive() -> None:
    with pytest.raises(ValueError, match="positive"):
        Conductor(0, speed=0)


class Watch:
    """An hour that strikes, far away."""

    def __init__(self, next_timer_ms: int | None) -> None:
        self.next_timer_ms = next_timer_ms
        self.struck = threading.Event()

    def fire_timers(self) -> None:
        self.next_timer_ms = None
        self.struck.set()


def test_while_the_market_is_held_no_hour_takes_the_clock_over_the_day() -> None:
    conductor = Conductor(T0, speed=100.0, skip_gap_ms=3_600_000, hold_market=True)
    watch, seen = Watch(T0 + 5 * 3_600_000), threading.Event()
    conductor.add_watch(watch)
    conductor.start()
    try:
        conductor.schedule(T0 + 100, Rank.ANSWER, seen.set)  # after it nothing is due but the watch
        assert seen.wait(WAIT_S)
        assert conductor.wait_quiet(WAIT_S)
        assert not watch.struck.wait(0.3)
        assert conductor.now_ms() < T0 + 3_600_000
        conductor.open_market()
        assert not watch.struck.wait(0.3)  # nor when it runs: no event is due, so no gap is skipped
        assert conductor.now_ms() < T0 + 3_600_000
    finally:
        conductor.stop()


@pytest.mark.parametrize("held", [False, True])
def test_a_watch_makes_no_clock_jump(held: bool) -> None:
    conductor = Conductor(0, speed=1.0, skip_gap_ms=1_000, hold_market=held)
    watch = Watch(3_600_000)
    conductor.add_watch(watch)
    conductor.start()
    assert not watch.struck.wait(0.3)
    conductor.stop()
    assert conductor.now_ms() < 60_000


def test_a_watch_comes_before_what_is_due_after_it_and_not_alone() -> None:
    conductor = Conductor(0)
    watch = Watch(10)
    conductor.add_watch(watch)
    conductor.start()
    assert conductor.finished.wait(WAIT_S)
    assert not watch.struck.is_set()
    seen: list[bool] = []
    reached = threading.Event()
    conductor.schedule(10, Rank.ANSWER, lambda: seen.append(watch.struck.is_set()))
    conductor.schedule(11, Rank.ANSWER, reached.set)
    assert reached.wait(WAIT_S)
    conductor.stop()
    assert seen == [True]
