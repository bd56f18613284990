"""The door on the real xttrader and the simulated terminal, in lock-step or on a plain loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from core.broker import vendor
from core.broker.deadlines import BrokerDeadlines
from core.broker.door import XtBroker
from core.broker.vendor import Vendor
from core.domain.enums import Side
from core.domain.events import BrokerEvent
from core.domain.market import Symbol
from core.ports import NoActivity, OrderRequest
from core.simqmt.clockwork.loop import VirtualLoop
from core.simqmt.native.requests import Call
from core.simqmt.terminal import SimTerminal
from tests.fakes.market import ListMarket, quote
from tests.fakes.simqmt import ACCOUNT, Desk, make_terminal

CODE = "600000.SH"
E = TypeVar("E", bound=BrokerEvent)

_WALL_S = 30.0
_PATIENCE_S = 10.0


class Heard:
    """Events of one broker in order, and a way to wait for one."""

    def __init__(self) -> None:
        self.events: list[BrokerEvent] = []
        self._came = asyncio.Event()

    def __call__(self, event: BrokerEvent) -> None:
        self.events.append(event)
        self._came.set()

    def of(self, kind: type[E]) -> list[E]:
        """All of one kind."""
        return [event for event in self.events if isinstance(event, kind)]

    async def wait(self, kind: type[E], which: Callable[[E], bool] = lambda _event: True) -> E:
        """The first of one kind that fits, now or to come."""
        async with asyncio.timeout(_PATIENCE_S):
            while True:
                for event in self.of(kind):
                    if which(event):
                        return event
                self._came.clear()
                await self._came.wait()


class RecordedVendor:
    """The vendor's own trader, with the order of the calls made on it and the threads that made them."""

    NAMES = ("register_callback", "start", "connect", "subscribe", "unsubscribe", "stop")

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.threads: set[str] = set()
        self.traders: list[Any] = []

    def load(self) -> Vendor:
        loaded = vendor.load()
        body = {name: self._recorded(loaded.trader_class, name) for name in self.NAMES}
        body["__init__"] = self._init(loaded.trader_class)
        recorded = type("RecordedTrader", (loaded.trader_class,), body)  # type: ignore[arg-type]
        return Vendor(
            recorded, loaded.account_class, loaded.buy, loaded.sell, loaded.fix_price, loaded.import_seconds
        )

    def _init(self, base: Any) -> Callable[..., None]:
        def init(trader: Any, *args: Any) -> None:
            self.traders.append(trader)
            self.threads.add(threading.current_thread().name)
            base.__init__(trader, *args)

        return init

    def _recorded(self, base: Any, name: str) -> Callable[..., Any]:
        def call(trader: Any, *args: Any) -> Any:
            self.calls.append(name)
            self.threads.add(threading.current_thread().name)
            return getattr(base, name)(trader, *args)

        return call


class DoorDesk:
    """A terminal, a trading loop, and brokers on them. `lockstep` False: a plain loop that nobody counts."""

    def __init__(self, tmp_path: Path, *, lockstep: bool) -> None:
        self.tmp_path = tmp_path
        self.lockstep = lockstep
        self.options: dict[str, Any] = {}
        self.desk: Desk
        self.loop: asyncio.AbstractEventLoop
        self.brokers: list[XtBroker] = []
        self.traders: list[Any] = []

    @property
    def terminal(self) -> SimTerminal:
        return self.desk.terminal

    def calls(self, name: str) -> list[Call]:
        """The terminal's call log of one kind."""
        return [call for call in self.terminal.call_log if call.name == name]

    def broker(
        self, account_id: str = ACCOUNT, *, path: str | None = None, **options: Any
    ) -> tuple[XtBroker, Heard]:
        """A broker that listens; closed at the end of the story."""

        def adopt(trader: Any) -> None:
            self.traders.append(trader)
            if self.lockstep:
                self.terminal.adopt_trader(trader)

        made = XtBroker(
            path or str(self.terminal.path),
            account_id,
            loop=self.loop,
            activity=self.desk.conductor if self.lockstep else NoActivity(),
            clock=self.desk.conductor,
            on_trader_started=adopt,
            **({"deadlines": self.deadlines()} | options),
        )
        heard = Heard()
        made.listen(heard)
        self.brokers.append(made)
        return made, heard

    def deadlines(self) -> BrokerDeadlines:
        """Virtual seconds cost nothing; on a plain loop those that a test waits out are short."""
        return BrokerDeadlines() if self.lockstep else BrokerDeadlines(subscribe=0.3, query=0.3)

    def run(self, story: Callable[[], Coroutine[Any, Any, None]], **options: Any) -> None:
        """Play a story on the trading loop and take everything down."""
        # A snapshot late in the day lets virtual time, and so deadlines, run when a story waits for nothing.
        horizon = [quote("000001.SZ", "14:50:00", "10.00")] if self.lockstep else []
        options = {"market": ListMarket(horizon, start="10:00:00")} | self.options | options
        self.desk = make_terminal(self.tmp_path, lockstep=self.lockstep, run=False, **options)
        self.terminal.set_quote(
            CODE, last="10.00", pre_close="10.00", bids=[("9.99", 10_000)], asks=[("10.00", 10_000)]
        )
        self.loop = VirtualLoop(self.desk.conductor) if self.lockstep else asyncio.new_event_loop()
        watchdog = threading.Timer(_WALL_S, lambda: self.loop.call_soon_threadsafe(self.loop.stop))
        watchdog.start()
        tasks: list[asyncio.Task[None]] = []

        async def play() -> None:
            try:
                await story()
            finally:
                for broker in self.brokers:
                    await broker.close()

        def begin() -> None:
            task = self.loop.create_task(play())
            task.add_done_callback(lambda _task: self.loop.stop())
            tasks.append(task)

        try:
            self.loop.call_soon_threadsafe(begin)  # counted from the start, so nothing is released early
            self.desk.conductor.start()
            self.loop.run_forever()
            assert tasks[0].done(), f"the story hangs; busy: {self.desk.conductor.busy_labels()}"
            tasks[0].result()
        finally:
            watchdog.cancel()
            watchdog.join()
            self.terminal.close()
            self.desk.conductor.stop()
            for thread in threading.enumerate():
                if thread.name.startswith("broker-"):
                    thread.join(5)  # calls that a fault left unanswered were released
            self.loop.close()


def buy(intent_id: str = "D1", volume: int = 100, price: str = "10.00", code: str = CODE) -> OrderRequest:
    return OrderRequest(intent_id, Symbol(code), Side.BUY, volume, Decimal(price))


def sell(intent_id: str = "D1", volume: int = 100, price: str = "9.99", code: str = CODE) -> OrderRequest:
    return OrderRequest(intent_id, Symbol(code), Side.SELL, volume, Decimal(price))
