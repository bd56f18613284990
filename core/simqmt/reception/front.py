"""The terminal's front: sessions of programs, their requests, and everything that is told to them.

A request goes to an inbox and is done as an event of its own; answers and pushes are events too, so a conductor
releases them one at a time. Nothing is told before it is durable.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from core.simqmt.broker.counter import Counter
from core.simqmt.broker.records import Push, SimOrder
from core.simqmt.clockwork.conductor import Conductor, Rank
from core.simqmt.faults.schedule import NOTHING, Faults, Plan
from core.simqmt.native.requests import NOT_CONNECTED, Call, CallReader, Client, Request, empty_answer
from core.simqmt.native.structs import Surface
from core.simqmt.reception.desk import Outcome, RequestDesk
from core.simqmt.reception.reporter import FATEFUL, KILLED, Done, Reporter
from core.simqmt.reception.sessions import Sessions
from core.simqmt.reception.telling import trades_first

OTHER_PROCESS = (
    "模拟 MiniQMT 只在启动它的那个进程里，这是它的子进程，没有终端。请让程序在一个进程里运行（不用多进程）。"
)
KEPT_CALLS = 200_000
"""A desk that runs for weeks asks without end."""

_BATCH = 100
"""Requests to one commit at most: the first of a flood shall not wait for the last."""


class Front:
    """One terminal's counter window. Public methods take the terminal's lock."""

    def __init__(
        self,
        surface: Surface,
        clock: Conductor,
        lock: threading.RLock,
        counter: Counter,
        desk: RequestDesk,
        commit: Callable[..., None],
        latency_ms: int,
        faults: Faults,
        on_lost: Callable[[], None],
    ) -> None:
        """`commit` takes the names of its steps, one for each request it makes durable; `on_lost` loses everything, market data too (a fault's)."""
        self.surface = surface
        self.clock = clock
        self.faults = faults
        self.closed = False
        self.folder: Path | None = None
        self._process = os.getpid()
        self._lock = lock
        self._counter = counter
        self._desk = desk
        self._commit = commit
        self._latency_ms = latency_ms
        self._sessions = Sessions()
        self._reporter = Reporter(surface, clock, faults, self._sessions, desk, self.disconnect, on_lost)
        self._reader = CallReader(surface)
        self._calls: deque[Call] = deque(maxlen=KEPT_CALLS)
        # Programs leave requests without waiting for the terminal's lock, which is held while a batch is done.
        self._door = threading.Lock()
        self._inbox: list[Request] = []
        self._links: dict[Client, None] = {}

    def require_home(self) -> None:
        """Raise RuntimeError in a forked process: the terminal's threads stayed behind, so nobody would ever answer."""
        if self._process != os.getpid():
            raise RuntimeError(OTHER_PROCESS)

    @property
    def calls(self) -> tuple[Call, ...]:
        """The native requests so far, the last `KEPT_CALLS` of them."""
        with self._door:
            return tuple(self._calls)

    # clients

    def connect(self, link: Client) -> int:
        """A client wants in: 0, or -1."""
        with self._lock:
            self._know(link)
            with self._door:
                self._calls.append(Call(self.clock.now_ms(), link.session, "connect", 0))
            if self.closed or self.faults.refuses_connect():
                return -1
            return 0 if self._sessions.open(link, self.clock.now_ms()) else -1

    def drop(self, link: Client) -> None:
        """A client stopped."""
        with self._lock:
            self._sessions.close(link, self.clock.now_ms())
            self._links.pop(link, None)

    def disconnect(self, session: int | None) -> None:
        """Lose one session or all; what they still wait for is answered "not connected", orders and cancels not."""
        with self._lock:
            for link in self._sessions.chosen(session):
                self._sessions.close(link, self.clock.now_ms())
                self._reporter.lose(link)
                for request in link.waiting():
                    if request.name not in FATEFUL:
                        self._reporter.refuse(request)

    def close(self) -> None:
        """Log everyone out and release who still waits."""
        with self._lock:
            self.closed = True
            links = list(self._links)
            for link in links:
                self._sessions.close(link, self.clock.now_ms())
        for link in links:
            link.release_waiting(blocked_only=False)

    # requests

    def submit(self, request: Request) -> None:
        """Take a request to the inbox; one of a client that is not connected is answered so."""
        link = request.link
        names, values = self._reader.read(request.args)
        with self._door:
            now_ms = self.clock.now_ms()
            self._calls.append(Call(now_ms, link.session, request.name, request.seq, names, values))
            if self.closed:
                link.answer(request, empty_answer(self.surface, request, NOT_CONNECTED))
                return
            if request.name in KILLED:
                self.faults.step(f"{request.name}.received")
            self._know(link)
            request.sent = link.connected
            if not self._inbox:
                self.later(self._work)
            self._inbox.append(request)

    def settle(self, outcome: Outcome) -> None:
        """Let what was done by hand reach the exchange, make it durable, then tell. Under the lock."""
        pushes = self._reach(outcome)
        self._commit("manual")
        self.push(pushes)

    def resume(self, order: SimOrder) -> None:
        """An order that was alive when the terminal ended goes on."""
        self._counter.resume(order)
        if not order.at_exchange:
            self._on_arrival(order.order_id, self._counter.arrive)
        if not order.status.is_cancelable:
            wait_ms = self._counter.cancel_wait_ms(order.order_id)
            self._on_arrival(order.order_id, self._counter.cancel_arrives, wait_ms)

    def push(self, pushes: Sequence[Push]) -> None:
        """Each push to each session that hears of the account."""
        self._reporter.push(pushes)

    def later(self, action: Callable[[], None], delay_ms: int = 0) -> None:
        """Do something as an event of its own."""
        self._reporter.later(action, delay_ms)

    # inside

    def _know(self, link: Client) -> None:
        self._links.setdefault(link)

    def _work(self) -> None:
        """Do what is in the inbox, make it durable, then tell: many requests with one commit.

        Money and holdings are told once for all that was made durable together, as they are then: in a flood the
        states between are of use to nobody. In lock-step every state is told, and requests of several threads are
        taken thread by thread. With faults about, each request is made durable and told before the next one is done,
        so that a fault hits what it names.
        """
        with self._lock:
            with self._door:
                batch, self._inbox = self._inbox, []
            if self.clock.lockstep:
                batch.sort(key=lambda request: request.thread)
            done: list[Done] = []
            gather = len(batch) > 1 and not (self.clock.lockstep or self.faults.any)
            with self._counter.gathering(gather):
                for request in batch:
                    self._do(request, done)
                    if len(done) >= _BATCH or self.faults.any:
                        self._finish(done)
                self._finish(done)

    def _do(self, request: Request, done: list[Done]) -> None:
        if self.closed or request.link.stopped:
            return
        plan = self.faults.plan(request.name)
        if not request.link.connected:
            if "never_answer" not in plan:
                self._reporter.refuse(request)
            return
        if "disconnect_before" in plan:
            self.disconnect(request.link.session)
        elif "never_answer" not in plan:
            outcome = self._desk.handle(request)
            done.append(Done(request, plan, outcome, self._reach(outcome, plan)))

    def _reach(self, outcome: Outcome, plan: Plan = NOTHING) -> list[Push]:
        """What an outcome and its arrival at the exchange cause."""
        pushes = list(outcome.pushes)
        if order_id := outcome.arriving:
            if self._latency_ms and "trade_before_order" in plan:
                self._on_arrival(order_id, partial(self._fills_first, pushes))
                return []
            if self._latency_ms:
                self._on_arrival(order_id, self._counter.arrive)
            else:
                pushes += self._counter.arrive(order_id)
        if order_id := outcome.cancelling:
            wait_ms = self._counter.cancel_wait_ms(order_id)
            if wait_ms or self._latency_ms:
                self._on_arrival(order_id, self._counter.cancel_arrives, wait_ms)
            else:
                pushes += self._counter.cancel_arrives(order_id)
        return pushes

    def _fills_first(self, held: list[Push], order_id: int) -> tuple[Push, ...]:
        return tuple(trades_first([*held, *self._counter.arrive(order_id)]))

    def _finish(self, done: list[Done]) -> None:
        """Make durable what was done, then tell it."""
        if not done:
            return
        self._commit(*[one.request.name for one in done])
        for one in done:
            self._reporter.report(one)
        self.push(self._counter.gathered())
        done.clear()

    def _on_arrival(self, order_id: int, reach: Callable[[int], tuple[Push, ...]], least_ms: int = 0) -> None:
        """After the terminal's latency. What the exchange lets lie for `least_ms` comes before the snapshot of then."""

        def arrive() -> None:
            with self._lock:
                if self.closed:
                    return
                pushes = reach(order_id)
                self._commit("arrival")
                self.push(pushes)

        rank = Rank.ANSWER if least_ms > self._latency_ms else Rank.ARRIVAL
        self.clock.schedule(self.clock.now_ms() + max(self._latency_ms, least_ms), rank, arrive)
