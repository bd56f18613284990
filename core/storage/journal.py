"""The journal of `core.ports.Journal` on SQLite: one file, one writing thread, every write fsynced before it returns.

SQLAlchemy is imported by `open`, on the storage lane, never by importing this module.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from core.domain.decision import Decision, Signal
from core.domain.enums import IntentState
from core.domain.trading import Intent, Order, Trade
from core.domain.watch import WatchItem
from core.errors import ContractError, JournalError
from core.lanes import Lane
from core.ports import JournalState

if TYPE_CHECKING:
    from core.storage.store import Store

_ID_BLOCK = 32


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
        self._ids: dict[date, range] = {}
        self._reserving = asyncio.Lock()

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
        self._store = await self._lane.call(_open_store, self._path, self._wanted_tag, self._busy_ms)

    async def close(self) -> None:
        """Give unused numbers back and close the file; closing twice is allowed."""
        store, self._store = self._store, None
        if store is None:
            return
        unused, self._ids = self._ids, {}
        await self._lane.call(_close_store, store, unused)

    async def load(self, trading_day: date) -> JournalState:
        """The watchlist, and the records of `trading_day` plus every intent that is not final."""
        return await self._lane.call(self._opened().load, trading_day)

    async def next_id(self, trading_day: date) -> int:
        """A number never given before for that day, from 1.

        Numbers are taken from the file in durable blocks, so that most calls cost no fsync; a crash leaves a gap.
        """
        async with self._reserving:
            store = self._opened()
            left = self._ids.get(trading_day)
            if not left:
                first = await self._lane.call(store.reserve_ids, trading_day, _ID_BLOCK)
                left = range(first, first + _ID_BLOCK)
            self._ids[trading_day] = left[1:]
            return left[0]

    async def save_items(self, items: Sequence[WatchItem], removed: Sequence[str] = ()) -> None:
        """Remove, and add or replace by id, in one step; a replaced item keeps its place, a new one goes last."""
        await self._lane.call(self._opened().save_items, tuple(items), tuple(removed))

    async def add_signal(self, signal: Signal) -> None:
        """A signal; its id must be new."""
        await self._lane.call(self._opened().add_signal, signal)

    async def add_decision(self, decision: Decision) -> None:
        """A decision with its reasons; its id must be new."""
        await self._lane.call(self._opened().add_decision, decision)

    async def commit_intent(self, intent: Intent) -> None:
        """Durable before it returns. A second intent with the same non-empty trigger raises JournalError, unless
        every earlier one of that trigger is final."""
        await self._lane.call(self._opened().commit_intent, intent)

    async def adopt_intents(self, intents: Sequence[Intent]) -> tuple[str, ...]:
        """Record intents that were made durable elsewhere, whatever their trigger; the ids that were new here."""
        return await self._lane.call(self._opened().adopt_intents, tuple(intents))

    async def update_intent(
        self, intent_id: str, state: IntentState, *, order_id: int, filled: int, message: str
    ) -> None:
        """The newest state of an intent; JournalError when the journal does not hold it."""
        await self._lane.call(self._opened().update_intent, intent_id, state, order_id, filled, message)

    async def put_order(self, order: Order) -> None:
        """Add or replace by account, order number and day of its time."""
        await self._lane.call(self._opened().put_order, order)

    async def put_trade(self, trade: Trade) -> None:
        """Idempotent on account, trade number and day of its time."""
        await self._lane.call(self._opened().put_trade, trade)

    def _opened(self) -> Store:
        if self._store is None:
            raise JournalError(f"日志数据库 {self._path} 没有打开，不能读写。请先启动交易服务。")
        return self._store


def _open_store(path: Path, tag: str | None, busy_ms: int) -> Store:
    from core.storage.store import Store

    return Store(path, tag, busy_ms)


def _close_store(store: Store, unused: dict[date, range]) -> None:
    try:
        for day, left in unused.items():
            if left:
                store.return_ids(day, left.start, left.stop)
    finally:
        store.close()
