"""The terminal's ledger on disk: one SQLite file in the terminal's folder, committed before anything is told.

WAL with `synchronous=FULL`: what the exchange accepted outlives a kill and a power cut. A lock file keeps a second
process out of the folder.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from core.domain.enums import OrderStatus, Side
from core.domain.market import Symbol
from core.errors import UserError
from core.exchange.ledger import Ledger
from core.exchange.ledger_codec import ledger_from_dict, ledger_to_dict
from core.simqmt.records import SimOrder, SimTrade

FILE_NAME = "simqmt.sqlite3"
LOCK_NAME = "simqmt.lock"
_VERSION = 1

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS accounts (account TEXT PRIMARY KEY, ledger TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS orders (order_id INTEGER PRIMARY KEY, account TEXT NOT NULL, day TEXT NOT NULL,
  status INTEGER NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS trades (number INTEGER PRIMARY KEY, account TEXT NOT NULL, day TEXT NOT NULL,
  body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS orders_by_day ON orders (day);
CREATE INDEX IF NOT EXISTS trades_by_day ON trades (day);
"""


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


class FolderLock:
    """One process owns a terminal's folder. The operating system drops the lock when the process dies."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / LOCK_NAME
        self._file = open(self._path, "a+b")  # noqa: SIM115 - held open for the life of the lock
        try:
            _lock(self._file.fileno())
        except OSError:
            self._file.close()
            raise UserError(
                f"模拟终端目录 {folder} 正被另一个程序使用。请关闭那个程序，或为本程序另选一个目录。"
            ) from None

    def release(self) -> None:
        """Give the folder back."""
        with contextlib.suppress(OSError):
            _unlock(self._file.fileno())
        self._file.close()


class Store:
    """The file. Not thread-safe: the terminal calls it under its lock."""

    def __init__(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = FolderLock(folder)
        except OSError as error:
            raise UserError(f"模拟终端目录 {folder} 不能写入：{error}。请检查权限或另选目录。") from error
        self.path = folder / FILE_NAME
        try:
            self._db = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
            self._open()
        except (sqlite3.Error, ValueError, KeyError, UserError) as error:
            self._lock.release()
            raise UserError(
                f"模拟终端账本 {self.path} 打不开或已损坏：{error}。请从备份恢复，或移走该文件后重新开始。"
            ) from error

    def _open(self) -> None:
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        found = self._db.execute("PRAGMA quick_check").fetchone()[0]
        if found != "ok":
            raise ValueError(found)
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, _VERSION):
            raise ValueError(f"版本 {version} 不是本程序认识的 {_VERSION}")
        self._db.executescript(_SCHEMA)
        self._db.execute(f"PRAGMA user_version={_VERSION}")
        self.loaded = self._load()

    def _load(self) -> TerminalState:
        meta = dict(self._db.execute("SELECT name, value FROM meta"))
        if not meta:
            return TerminalState()
        day = meta["day"]
        return TerminalState(
            day=date.fromisoformat(day),
            time_ms=int(meta["time_ms"]),
            market=meta["market"],
            last_order_id=int(meta["last_order_id"]),
            last_trade=int(meta["last_trade"]),
            sysids=json.loads(meta["sysids"]),
            ledgers={
                name: ledger_from_dict(json.loads(text))
                for name, text in self._db.execute("SELECT * FROM accounts")
            },
            orders=[_order(text) for text in self._bodies("orders", "order_id", day)],
            trades=[_trade(text) for text in self._bodies("trades", "number", day)],
        )

    def _bodies(self, table: str, key: str, day: str) -> Iterator[str]:
        rows = self._db.execute(f"SELECT body FROM {table} WHERE day=? ORDER BY {key}", (day,))
        return (body for (body,) in rows)

    def save(
        self,
        state: TerminalState,
        accounts: Iterable[str],
        orders: Iterable[SimOrder],
        trades: Iterable[SimTrade],
    ) -> None:
        """Commit these accounts, orders and fills with the counters and the time; durable when it returns."""
        day = state.day.isoformat() if state.day else ""
        meta = {
            "day": day,
            "time_ms": state.time_ms,
            "market": state.market,
            "last_order_id": state.last_order_id,
            "last_trade": state.last_trade,
            "sysids": json.dumps(state.sysids),
        }
        db = self._db
        db.execute("BEGIN IMMEDIATE")
        try:
            db.executemany(
                "INSERT OR REPLACE INTO meta VALUES (?, ?)", [(name, str(v)) for name, v in meta.items()]
            )
            db.executemany(
                "INSERT OR REPLACE INTO accounts VALUES (?, ?)",
                [(name, _text(ledger_to_dict(state.ledgers[name]))) for name in accounts],
            )
            db.executemany(
                "INSERT OR REPLACE INTO orders VALUES (?, ?, ?, ?, ?)",
                [(o.order_id, o.account, day, int(o.status), _text(asdict(o))) for o in orders],
            )
            db.executemany(
                "INSERT OR REPLACE INTO trades VALUES (?, ?, ?, ?)",
                [(int(t.trade_id), t.account, day, _text(asdict(t))) for t in trades],
            )
            db.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                db.execute("ROLLBACK")
            raise

    def close(self) -> None:
        """Close the file and give the folder back."""
        self._db.close()
        self._lock.release()


def _text(values: dict[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False, default=str)


def _order(text: str) -> SimOrder:
    values = json.loads(text)
    values |= {
        "symbol": Symbol(values["symbol"]),
        "side": Side(values["side"]),
        "status": OrderStatus(values["status"]),
        "price": Decimal(values["price"]),
        "traded_amount": Decimal(values["traded_amount"]),
    }
    return SimOrder(**values)


def _trade(text: str) -> SimTrade:
    values = json.loads(text)
    decimals = {name: Decimal(values[name]) for name in ("price", "amount", "commission")}
    return SimTrade(
        **(values | decimals | {"side": Side(values["side"]), "symbol": Symbol(values["symbol"])})
    )


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

    def _unlock(descriptor: int) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _unlock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)


@dataclass(frozen=True, slots=True)
class LastMoment:
    """Where a terminal's ledger stands: its trading day, the time of its last commit, its market's name."""

    day: date
    time_ms: int
    market: str


def last_moment(folder: Path) -> LastMoment | None:
    """Read where the ledger of a closed terminal stands; None for a fresh folder.

    A file that cannot be read gives None too: opening the terminal says what is wrong with it.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        return None
    try:
        with contextlib.closing(sqlite3.connect(path)) as db:
            meta = dict(db.execute("SELECT name, value FROM meta"))
            return LastMoment(date.fromisoformat(meta["day"]), int(meta["time_ms"]), meta["market"])
    except (sqlite3.Error, KeyError, ValueError):
        return None
