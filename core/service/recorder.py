"""Writes to the journal that nobody waits for, in the order they happened.

A write that fails is told and kept, with everything that follows it, until the journal takes writes again.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine

from core.domain.decision import Decision, Signal
from core.domain.trading import Intent, Order, Trade
from core.errors import JournalError, JournalRefused
from core.ports import Journal

_log = logging.getLogger(__name__)


class Tasks:
    """Background tasks of the trading loop: kept referenced, logged when they fail, awaited at the end."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def spawn(self, work: Coroutine[object, object, None]) -> None:
        """Run `work` on the running loop."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("a task of the trading loop failed", exc_info=error)

    async def finish(self) -> None:
        """Wait for what is under way, and for what that starts."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def cancel(self) -> None:
        """End everything now."""
        for task in self._tasks:
            task.cancel()
        await self.finish()


Write = Callable[[], Awaitable[None]]


class Recorder:
    """Write-behind side of the journal. `on_journal` hears of failures and recoveries.

    What a broken journal did not take is not lost: `flush` writes it, orders and intents as they stand by then.
    """

    def __init__(
        self, journal: Journal, tasks: Tasks, on_journal: Callable[[JournalError | None], None]
    ) -> None:
        self._journal = journal
        self._tasks = tasks
        self._on_journal = on_journal
        self._holding = False
        self._held: deque[Write] = deque()
        self._intents: dict[str, Intent] = {}
        self._orders: dict[int, Order] = {}

    def signal(self, signal: Signal) -> None:
        """Keep a signal."""
        self._write(lambda: self._journal.add_signal(signal))

    def decision(self, decision: Decision) -> None:
        """Keep a decision."""
        self._write(lambda: self._journal.add_decision(decision))

    def intent(self, intent: Intent) -> None:
        """Keep the present state of an intent."""
        self._intents[intent.intent_id] = intent
        self._write(lambda: self._update(self._intents[intent.intent_id]))

    def order(self, order: Order) -> None:
        """Keep an order as it stands."""
        self._orders[order.order_id] = order
        self._write(lambda: self._journal.put_order(self._orders[order.order_id]))

    def trade(self, trade: Trade) -> None:
        """Keep a fill."""
        self._write(lambda: self._journal.put_trade(trade))

    def hold(self) -> None:
        """The journal is broken: keep what comes until `flush`."""
        self._holding = True

    async def flush(self) -> None:
        """Write what was kept, in order. Raises JournalError when the journal is still broken; nothing is lost."""
        while self._held:
            write = self._held.popleft()
            try:
                await write()
            except JournalRefused:
                _log.exception("the journal refused a record")
            except JournalError:
                self._held.appendleft(write)
                raise
        self._holding = False

    def _write(self, write: Write) -> None:
        if self._holding:
            self._held.append(write)
        else:
            self._tasks.spawn(self._guard(write))

    async def _update(self, intent: Intent) -> None:
        await self._journal.update_intent(
            intent.intent_id,
            intent.state,
            order_id=intent.order_id,
            filled=intent.filled,
            message=intent.message,
        )

    async def _guard(self, write: Write) -> None:
        try:
            await write()
        except JournalRefused:
            _log.exception("the journal refused a record")
        except JournalError as error:
            self._holding = True
            self._held.append(write)
            self._on_journal(error)
        else:
            self._on_journal(None)
