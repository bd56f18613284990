"""The journal's statements, on the storage lane's thread. `journal.SqliteJournal` is its door.

Writing methods are jobs for `write` or `write_all`, which give them their transaction.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import DecimalException
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import (
    Connection,
    RowMapping,
    Select,
    Table,
    bindparam,
    delete,
    func,
    literal_column,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import SQLAlchemyError

from core.domain.decision import Decision, Signal
from core.domain.enums import IntentState
from core.domain.trading import Intent, Order, Trade
from core.domain.watch import WatchItem
from core.errors import JournalError, JournalRefused
from core.ports import JournalState
from core.storage import engine, failures, opening, rows, schema
from core.storage.owner import OwnerLock

R = TypeVar("R")

_TAG_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

# Built once: SQLAlchemy then finds the compiled text in its cache.
_LIVE_OF_TRIGGER = (
    select(schema.intents.c.intent_id, schema.intents.c.state)
    .where(
        schema.intents.c.trigger_key == bindparam("key"),
        # Said again, so that SQLite may use the index that holds only rows with a trigger.
        text("trigger_key <> ''"),
        schema.intents.c.state.in_([literal_column(f"'{state}'") for state in schema.LIVE_STATES]),
    )
    .limit(1)
)
_INSERT_INTENT = insert(schema.intents)
_STATE_OF_INTENT = select(schema.intents.c.state).where(schema.intents.c.intent_id == bindparam("id"))
_UPDATE_INTENT = update(schema.intents).where(schema.intents.c.intent_id == bindparam("id"))
_INSERT_ORDER = insert(schema.orders)
_PUT_ORDER = _INSERT_ORDER.on_conflict_do_update(
    index_elements=["account_id", "order_id", "day"],
    set_={
        column.name: _INSERT_ORDER.excluded[column.name]
        for column in schema.orders.c
        if column.name not in ("seq", "account_id", "order_id", "day")
    },
)
_PUT_TRADE = insert(schema.trades).on_conflict_do_nothing(index_elements=["account_id", "trade_id", "day"])
_INSERT_ITEM = insert(schema.watch_items)
_PUT_ITEM = _INSERT_ITEM.on_conflict_do_update(
    index_elements=["item_id"],
    set_={
        column.name: _INSERT_ITEM.excluded[column.name]
        for column in schema.watch_items.c
        if column.name not in ("item_id", "position")
    },
)
_NEXT_ID = (
    insert(schema.counters)
    .on_conflict_do_update(index_elements=["day"], set_={"next_id": schema.counters.c.next_id + 1})
    .returning(schema.counters.c.next_id)
)
_INSERT_SIGNAL = insert(schema.signals)
_INSERT_DECISION = insert(schema.decisions)
_INSERT_REASON = insert(schema.decision_reasons)
_ADOPT_INTENT = _INSERT_INTENT.on_conflict_do_nothing(index_elements=["intent_id"]).returning(
    schema.intents.c.intent_id
)


class Store:
    """An open journal. Made, used and closed by one thread."""

    def __init__(self, path: Path, tag: str | None, busy_ms: int) -> None:
        self._path = path
        opening.prepare_folder(path)
        self._owner = OwnerLock(path)
        try:
            stored = opening.inspect(path, busy_ms)
            self._connection = self._open(stored, busy_ms)
            try:
                self.tag = self._stored_tag(tag)
            except BaseException:
                self._connection.close()
                raise
        except BaseException:
            self._owner.release()
            raise

    def close(self) -> None:
        """Fold the write-ahead log into the file and let go of it."""
        try:
            with self._failing("关闭"):
                self._connection.close()
        finally:
            self._owner.release()

    def load(self, day: date) -> JournalState:
        """See `core.ports.Journal.load`."""
        key = day.isoformat()
        intents = schema.intents
        with self._transaction("读取"):
            items = self._rows(select(schema.watch_items).order_by(schema.watch_items.c.position))
            live = self._rows(
                select(intents)
                .where(or_(intents.c.day == key, intents.c.state.in_(schema.LIVE_STATES)))
                .order_by(intents.c.seq)
            )
            signals = self._day(schema.signals, key)
            decisions = self._day(schema.decisions, key)
            reasons = self._reasons(key)
            orders = self._day(schema.orders, key)
            trades = self._day(schema.trades, key)
        try:
            return JournalState(
                items=tuple(map(rows.row_to_item, items)),
                intents=tuple(map(rows.row_to_intent, live)),
                signals=tuple(map(rows.row_to_signal, signals)),
                decisions=tuple(
                    rows.row_to_decision(row, tuple(map(rows.row_to_reason, reasons.get(row["seq"], ()))))
                    for row in decisions
                ),
                orders=tuple(map(rows.row_to_order, orders)),
                trades=tuple(map(rows.row_to_trade, trades)),
            )
        except (ValueError, TypeError, DecimalException) as error:
            raise failures.damaged(self._path, str(error)) from error

    def write(self, job: Callable[[], R]) -> R:
        """One job in one transaction, durable when it returns."""
        with self._transaction("写入"):
            return job()

    def write_all(self, jobs: Sequence[Callable[[], object]]) -> list[object]:
        """Several jobs in one transaction, in order: one wait for the disk. All or none; raises what one raised."""
        with self._transaction("写入"):
            return [job() for job in jobs]

    def next_id(self, day: date) -> int:
        """The next number of `day`, from 1."""
        number: int = self._connection.execute(_NEXT_ID, {"day": day.isoformat(), "next_id": 2}).scalar_one()
        return number - 1

    def save_items(self, items: Sequence[WatchItem], removed: Sequence[str]) -> None:
        """Remove, then add or replace; a replaced item keeps its place, a new one goes to the end."""
        table = schema.watch_items
        if removed:
            self._connection.execute(
                delete(table).where(table.c.item_id == bindparam("id")), [{"id": name} for name in removed]
            )
        if items:
            last = self._connection.execute(select(func.max(table.c.position))).scalar() or 0
            self._connection.execute(
                _PUT_ITEM,
                [
                    {**rows.item_to_row(item), "position": last + place}
                    for place, item in enumerate(items, start=1)
                ],
            )

    def add_signal(self, signal: Signal) -> None:
        """A level that was hit."""
        self._connection.execute(_INSERT_SIGNAL, rows.signal_to_row(signal))

    def add_decision(self, decision: Decision) -> None:
        """The decision and its reasons, together."""
        self._connection.execute(_INSERT_DECISION, rows.decision_to_row(decision))
        if decision.reasons:
            self._connection.execute(_INSERT_REASON, rows.reasons_to_rows(decision))

    def commit_intent(self, intent: Intent) -> None:
        """See `core.ports.Journal.commit_intent`."""
        if intent.trigger:
            live = self._connection.execute(_LIVE_OF_TRIGGER, {"key": intent.trigger}).first()
            if live is not None:
                raise JournalRefused(
                    f"触发 {intent.trigger} 已有未了结的意图 {live.intent_id}（{live.state}），"
                    f"{intent.intent_id} 没有写入也不能发送：同一触发同时只能有一笔。等它了结后再发。"
                )
        self._connection.execute(_INSERT_INTENT, {**rows.intent_to_row(intent), "exempt": False})

    def adopt_intents(self, intents: Sequence[Intent]) -> tuple[str, ...]:
        """Record intents that were made durable elsewhere; ids that are already here stay as they are.

        Returns the ids that were new.
        """
        adopted = []
        for intent in intents:
            row = {**rows.intent_to_row(intent), "exempt": True}
            if self._connection.execute(_ADOPT_INTENT, row).first() is not None:
                adopted.append(intent.intent_id)
        return tuple(adopted)

    def update_intent(
        self, intent_id: str, state: IntentState, order_id: int, filled: int, message: str
    ) -> None:
        """See `core.ports.Journal.update_intent`. That an unknown intent was not sent needs no record."""
        before = self._connection.execute(_STATE_OF_INTENT, {"id": intent_id}).scalar()
        if before is None and state is IntentState.NOT_SENT:
            return
        if before is None:
            raise JournalError(
                f"日志数据库 {self._path} 里没有意图 {intent_id}，它的新状态 {state.value} 无处可写。"
                "它多半还在应急文件里，并入后以对账为准。"
            )
        values: dict[str, object] = {
            "state": state.value,
            "order_id": order_id,
            "filled": filled,
            "message": rows.plain(message),
        }
        if IntentState(before).is_final and not state.is_final:
            values["exempt"] = True
        self._connection.execute(_UPDATE_INTENT, {**values, "id": intent_id})

    def put_order(self, order: Order) -> None:
        """Add or replace by account, order number and day."""
        self._connection.execute(_PUT_ORDER, rows.order_to_row(order))

    def put_trade(self, trade: Trade) -> None:
        """Add once by account, trade number and day."""
        self._connection.execute(_PUT_TRADE, rows.trade_to_row(trade))

    def _open(self, stored: str | None, busy_ms: int) -> Connection:
        with self._failing("打开"):
            connection = engine.connect(self._path, busy_ms)
            try:
                if stored != opening.HEAD:
                    engine.migrate(connection, self._path, stored)
            except BaseException:
                connection.close()
                raise
            return connection

    def _stored_tag(self, wanted: str | None) -> str:
        """The journal's own tag; `wanted` or a drawn one is written when it has none yet."""
        drawn = wanted or "".join(secrets.choice(_TAG_LETTERS) for _ in range(4))
        meta = schema.meta
        with self._transaction("写入"):
            tag = self._connection.execute(select(meta.c.value).where(meta.c.name == "tag")).scalar()
            if tag is None:
                self._connection.execute(insert(meta), {"name": "tag", "value": drawn})
        return tag or drawn

    def _day(self, table: Table, key: str) -> Sequence[RowMapping]:
        return self._rows(select(table).where(table.c.day == key).order_by(table.c.seq))

    def _reasons(self, key: str) -> dict[int, list[RowMapping]]:
        """Reasons of the decisions of one day, by the decision's seq."""
        decisions, reasons = schema.decisions, schema.decision_reasons
        found = self._rows(
            select(decisions.c.seq, reasons)
            .join(reasons, reasons.c.decision_id == decisions.c.decision_id)
            .where(decisions.c.day == key)
            .order_by(decisions.c.seq, reasons.c.position)
        )
        return {seq: list(group) for seq, group in groupby(found, key=lambda row: int(row["seq"]))}

    def _rows(self, query: Select[Any]) -> Sequence[RowMapping]:
        return self._connection.execute(query).mappings().all()

    @contextmanager
    def _transaction(self, act: str) -> Iterator[None]:
        with self._failing(act), self._connection.begin():
            yield

    @contextmanager
    def _failing(self, act: str) -> Iterator[None]:
        """Turn the database's errors into sentences."""
        try:
            yield
        except SQLAlchemyError as error:
            raise failures.database(self._path, error, act) from error
        except OverflowError as error:
            raise JournalError(
                f"日志数据库 {self._path} 无法{act}：数值超出 64 位整数（{error}）。"
            ) from error
        except OSError as error:
            raise failures.system(self._path, error, act) from error
