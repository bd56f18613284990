"""The journal of `core.ports.Journal` on SQLite: one file, one writing thread, every write fsynced before it returns.

SQLAlchemy is imported by `open`, on the storage lane, never by importing this module.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar

from core.domain.decision import Decision, Signal
from core.domain.enums import IntentState
from core.domain.trading import Intent, Order, Trade
from core.domain.watch import WatchItem
from core.errors import ContractError, JournalError
from core.lanes import Lane
from core.ports import JournalState

if TYPE_CHECKING:
    from core.storage.store import Store

P = ParamSpec("P")
R = TypeVar("R")

_BATCH = 64
"""Most writes that share a transaction; bounds how long a new one waits for the one under way."""

_log = logging.getLogger(__name__)


class SqliteJournal:
    """A `Journal` in the file `path`; all work is done on `lane`, which the caller owns and closes after `close`.

    `tag` is used when the journal is made; an existing journal keeps its own. `busy_ms` is how long a write waits
    for another program's lock.
    """

    def __init__(self, path: Path, lane: Lane, tag: str | None = None, *, busy_ms: int = 2000) -> None:
        self._path = path
        self._lane = lane
        self._wanted_tag = tag
        self._busy_ms = busy_ms
        self._store: Store | None = None
        self._opening: Future[Store] | None = None
        self._queue: deque[_Write[Any]] = deque()

    @property
    def path(self) -> Path:
        """The database file."""
        return self._path

    @property
    def tag(self) -> str:
        """Four characters that tell this journal's ids from another journal's; known once open."""
        return self._opened().tag

    async def open(self) -> None:
        """Make or open the file. JournalError, with nothing changed, for anything that is not our journal."""
        if self._store is not None:
            raise ContractError("the journal is open already")
        self._opening = self._lane.submit(_open_store, self._path, self._wanted_tag, self._busy_ms)
        self._store = await asyncio.wrap_future(self._opening)

    async def close(self) -> None:
        """Finish what is queued and close the file; closing twice is allowed, and so is closing what opens still."""
        opening, self._opening = self._opening, None
        store, self._store = self._store, None
        if store is None and opening is not None:  # who opened it did not wait
            with contextlib.suppress(Exception, asyncio.CancelledError):
                store = await asyncio.wrap_future(opening)
        if store is not None:
            await self._lane.call(store.close)

    async def load(self, trading_day: date) -> JournalState:
        """The watchlist, and the records of `trading_day` plus every intent that is not final."""
        return await self._lane.call(self._opened().load, trading_day)

    async def next_id(self, trading_day: date) -> int:
        """A number never given before for that day, from 1."""
        return await self._write(self._opened().next_id, trading_day)

    async def save_items(self, items: Sequence[WatchItem], removed: Sequence[str] = ()) -> None:
        """Remove, and add or replace by id, in one step; a replaced item keeps its place, a new one goes last."""
        await self._write(self._opened().save_items, tuple(items), tuple(removed))

    async def add_signal(self, signal: Signal) -> None:
        """A signal; its id must be new."""
        await self._write(self._opened().add_signal, signal)

    async def add_decision(self, decision: Decision) -> None:
        """A decision with its reasons; its id must be new."""
        await self._write(self._opened().add_decision, decision)

    async def commit_intent(self, intent: Intent) -> None:
        """Durable before it returns. A second intent with the same non-empty trigger raises JournalError, unless
        every earlier one of that trigger is final."""
        await self._write(self._opened().commit_intent, intent)

    async def adopt_intents(self, intents: Sequence[Intent]) -> tuple[str, ...]:
        """Record intents that were made durable elsewhere, whatever their trigger; the ids that were new here."""
        return await self._write(self._opened().adopt_intents, tuple(intents))

    async def update_intent(
        self, intent_id: str, state: IntentState, *, order_id: int, filled: int, message: str
    ) -> None:
        """The newest state of an intent; JournalError when the journal does not hold it."""
        await self._write(self._opened().update_intent, intent_id, state, order_id, filled, message)

    async def put_order(self, order: Order) -> None:
        """Add or replace by account, order number and day of its time."""
        await self._write(self._opened().put_order, order)

    async def put_trade(self, trade: Trade) -> None:
        """Idempotent on account, trade number and day of its time."""
        await self._write(self._opened().put_trade, trade)

    async def _write(self, job: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Queue one write and wait until it is durable.

        Each write brings its own drain, and the first drain takes what has piled up since: under a burst many
        writes share one wait for the disk, and a stop-loss does not stand in line behind a hundred of them.
        """
        write: _Write[R] = _Write(Future(), partial(job, *args, **kwargs))
        self._queue.append(write)
        self._lane.submit(self._drain, self._opened())
        return await asyncio.wrap_future(write.future)

    def _drain(self, store: Store) -> None:
        batch: list[_Write[Any]] = []
        while self._queue and len(batch) < _BATCH:
            write = self._queue.popleft()
            if write.future.set_running_or_notify_cancel():
                batch.append(write)
        if len(batch) > 1:
            try:
                results = store.write_all([write.job for write in batch])
            except Exception as error:  # noqa: BLE001  nothing was written; the one to blame is found below
                _log.info("a batch of %d writes is done one by one: %r", len(batch), error)
            else:
                for write, result in zip(batch, results, strict=True):
                    write.future.set_result(result)
                return
        for write in batch:
            try:
                result = store.write(write.job)
            except BaseException as error:  # noqa: BLE001  thread border: the error belongs to the one who waits
                write.future.set_exception(error)
            else:
                write.future.set_result(result)

    def _opened(self) -> Store:
        if self._store is None:
            raise JournalError(f"日志数据库 {self._path} 没有打开，不能读写。请先启动交易服务。")
        return self._store


@dataclass(frozen=True, slots=True, eq=False)
class _Write(Generic[R]):
    """A write that waits for the lane."""

    future: Future[R]
    job: Callable[[], R]


def _open_store(path: Path, tag: str | None, busy_ms: int) -> Store:
    from core.storage.store import Store

    return Store(path, tag, busy_ms)
