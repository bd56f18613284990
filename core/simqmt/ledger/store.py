"""The terminal's ledger on disk: one SQLite file in the terminal's folder, committed before anything is told.

WAL: what the exchange accepted outlives a kill. With `power_safe` (`synchronous=FULL`) each commit waits for the disk, and
outlives a power cut too; without, a power cut may take back the last seconds but never damages the file. Real brokers keep
their books elsewhere, and none of their answers waits for the disk of the machine that a program runs on. A lock file
keeps a second process out of the folder.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from core.errors import UserError
from core.exchange.ledger import Holding, Ledger, OpenOrder
from core.simqmt.broker.records import SimOrder, SimTrade
from core.simqmt.ledger.folder_lock import FolderLock
from core.simqmt.ledger.log_keeper import LogKeeper
from core.simqmt.ledger.rows import (
    DROP_HOLDING,
    PUT_ACCOUNT,
    PUT_HOLDING,
    PUT_ORDER,
    PUT_TRADE,
    SCHEMA,
    VERSION,
    account_row,
    holding_of,
    holding_row,
    ledger_of,
    order_of,
    order_row,
    trade_of,
    trade_row,
)
from core.simqmt.ledger.upgrade import upgrade

FILE_NAME = "simqmt.sqlite3"

_SURROUNDINGS = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
}
"""What keeps a sound file from being opened."""

_PAGE_BYTES = 1_024
"""A commit of one order touches a handful of pages, and the log takes each of them whole."""

_CHECKPOINT_ROWS = 10_000
"""So many rows later the log is brought into the file, beside the commits that follow: some of them wait for the disk with
it, so not oftener."""

_LONGEST_LOG_PAGES = 100_000
"""A flood that lets no such moment end: a commit waits for it then, at 100 MB."""


@dataclass(slots=True)
class TerminalState:
    """What survives a restart. `orders` and `trades` are those of `day`."""

    day: date | None = None
    time_ms: int = 0
    market: str = ""
    last_order_id: int = 10_000
    last_trade: int = 0
    sysids: dict[str, int] = field(default_factory=dict)
    ledgers: dict[str, Ledger] = field(default_factory=dict)
    orders: list[SimOrder] = field(default_factory=list)
    trades: list[SimTrade] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Changes:
    """What one commit makes durable. `ledgers` without open orders, `holdings` the symbols that were touched; an order
    comes with what it holds back, None once it is over."""

    ledgers: Mapping[str, Ledger]
    holdings: Mapping[str, Sequence[str]]
    orders: Sequence[tuple[SimOrder, OpenOrder | None]]
    trades: Sequence[SimTrade]


class LedgerStopped(UserError):
    """The ledger cannot be written any more. What was committed counts, and nothing else was told."""


class Store:
    """The file. Not thread-safe: the terminal calls it under its lock."""

    def __init__(self, folder: Path, *, power_safe: bool = False) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = FolderLock(folder)
        except (OSError, ValueError) as error:
            raise UserError(f"模拟终端目录 {folder} 不能写入：{error}。请检查权限或另选目录。") from error
        self.path = folder / FILE_NAME
        self._meta: dict[str, str] = {}
        self._rows = 0
        self._keeper = LogKeeper(self.path)
        with contextlib.ExitStack() as undo:
            undo.callback(self._lock.release)
            self._connect(power_safe, undo)
            undo.pop_all()

    def _connect(self, power_safe: bool, undo: contextlib.ExitStack) -> None:
        try:
            self._db = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
            undo.callback(self._db.close)
            self._open(power_safe)
            self._file = _identity(self.path)
        except (sqlite3.Error, ValueError, KeyError, TypeError, ArithmeticError, UserError) as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF in _SURROUNDINGS:
                raise UserError(
                    f"模拟终端账本 {self.path} 打不开：{error}。请检查权限、磁盘空间和路径的长度，"
                    "并关闭正打开着它的工具。"
                ) from error
            raise UserError(
                f"模拟终端账本 {self.path} 打不开或已损坏：{error}。请从备份恢复，或移走该文件后重新开始。"
            ) from error

    def _open(self, power_safe: bool) -> None:
        self._db.execute(f"PRAGMA page_size={_PAGE_BYTES}")  # of a new file
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute(f"PRAGMA synchronous={'FULL' if power_safe else 'NORMAL'}")
        self._db.execute(f"PRAGMA wal_autocheckpoint={_LONGEST_LOG_PAGES}")
        found = self._db.execute("PRAGMA quick_check").fetchone()[0]
        if found != "ok":
            raise ValueError(found)
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, 1, VERSION):
            raise ValueError(f"版本 {version} 不是本程序认识的 {VERSION}")
        with self._transaction():
            if version == 1:
                upgrade(self._db)
            for statement in SCHEMA:
                self._db.execute(statement)
            self._db.execute(f"PRAGMA user_version={VERSION}")
        self.loaded = self._load()

    def _load(self) -> TerminalState:
        meta = self._meta = dict(self._db.execute("SELECT name, value FROM meta"))
        if not meta:
            return TerminalState()
        day = date.fromisoformat(meta["day"])
        rows = self._db.execute("SELECT * FROM orders WHERE day=? ORDER BY order_id", (meta["day"],))
        orders = [order_of(row) for row in rows]
        trades = self._db.execute("SELECT * FROM trades WHERE day=? ORDER BY number", (meta["day"],))
        open_orders: dict[str, dict[str, OpenOrder]] = {}
        for order, held in orders:
            if held is not None:
                open_orders.setdefault(order.account, {})[held.order_id] = held
        return TerminalState(
            day=day,
            time_ms=int(meta["time_ms"]),
            market=meta["market"],
            last_order_id=int(meta["last_order_id"]),
            last_trade=int(meta["last_trade"]),
            sysids=json.loads(meta["sysids"]),
            ledgers={
                row[0]: ledger_of(row, day, self._holdings(row[0]), open_orders.get(row[0], {}))
                for row in self._db.execute("SELECT * FROM accounts ORDER BY place")
            },
            orders=[order for order, _ in orders],
            trades=[trade_of(row) for row in trades],
        )

    def _holdings(self, account: str) -> dict[str, Holding]:
        rows = self._db.execute("SELECT * FROM holdings WHERE account=? ORDER BY place", (account,))
        return {row[1]: holding_of(row) for row in rows}

    def save(self, state: TerminalState, changes: Changes) -> None:
        """Commit these changes with the counters and the time; durable when it returns. Raises LedgerStopped."""
        if _identity(self.path) != self._file:
            raise LedgerStopped(
                f"模拟终端账本 {self.path} 在运行中被删除、移走或换掉了，终端已停止。"
                "程序运行时请不要动它的目录；请重新启动程序。"
            )
        try:
            self._save(state, changes)
        except sqlite3.Error as error:
            raise LedgerStopped(
                f"模拟终端账本 {self.path} 写不进去：{error}。终端已停止，答复过的都在账本里。"
                "请检查磁盘空间和权限，再重新启动程序。"
            ) from error

    def _save(self, state: TerminalState, changes: Changes) -> None:
        day = state.day.isoformat() if state.day else ""
        meta = {
            "day": day,
            "time_ms": str(state.time_ms),
            "market": state.market,
            "last_order_id": str(state.last_order_id),
            "last_trade": str(state.last_trade),
            "sysids": json.dumps(state.sysids),
        }
        db = self._db
        with self._transaction():
            news = [(name, value) for name, value in meta.items() if self._meta.get(name) != value]
            db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", news)
            for account, ledger in changes.ledgers.items():
                db.execute(PUT_ACCOUNT, account_row(account, ledger))
                for symbol in changes.holdings.get(account, ()):
                    if symbol in ledger.holdings:
                        db.execute(PUT_HOLDING, holding_row(account, ledger.holdings[symbol]))
                    else:
                        db.execute(DROP_HOLDING, (account, symbol))
            if changes.orders:
                db.executemany(PUT_ORDER, [order_row(day, order, held) for order, held in changes.orders])
            if changes.trades:
                db.executemany(PUT_TRADE, [trade_row(day, trade) for trade in changes.trades])
        self._meta = meta
        self._rows += 1 + len(changes.orders) + len(changes.trades)
        if self._rows >= _CHECKPOINT_ROWS:
            self._rows = 0
            self._keeper.wake()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        db = self._db
        db.execute("BEGIN IMMEDIATE")
        try:
            yield
            db.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                db.execute("ROLLBACK")
            raise

    def close(self) -> None:
        """Close the file and give the folder back."""
        self._keeper.stop()
        self._db.close()
        self._lock.release()


@dataclass(frozen=True, slots=True)
class LastMoment:
    """Where a terminal's ledger stands: its trading day, the time of its last commit, its market's name."""

    day: date
    time_ms: int
    market: str


def _identity(path: Path) -> tuple[int, int]:
    """Which file that is; a file that was put in its place is another, and one that is gone none."""
    try:
        found = os.stat(path)
    except OSError:
        return 0, 0
    return found.st_dev, found.st_ino


def last_moment(folder: Path) -> LastMoment | None:
    """Read where the ledger of a closed terminal stands; None for a fresh folder.

    A file that cannot be read gives None too: opening the terminal says what is wrong with it.
    """
    path = folder / FILE_NAME
    try:
        if not path.is_file():
            return None
        with contextlib.closing(sqlite3.connect(path)) as db:
            meta = dict(db.execute("SELECT name, value FROM meta"))
            return LastMoment(date.fromisoformat(meta["day"]), int(meta["time_ms"]), meta["market"])
    except (OSError, sqlite3.Error, KeyError, ValueError):
        return None
