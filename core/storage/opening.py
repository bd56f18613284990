"""Before a journal is opened: what stands at its path, told with the standard library only.

Nothing here changes the file. `inspect` answers the stored schema revision; anything that is not a healthy journal
raises a JournalError that names the file and the cure.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from core.storage import failures

HEAD = "r0001"
"""Newest schema revision this program knows; equals the head of `migrations/versions` (a test says so)."""

APPLICATION_ID = 0x44505A4A
"""Written into the file's header so that no other program's database is taken for ours."""

_MAGIC = b"SQLite format 3\x00"
_CHECK_ALWAYS_BELOW = 32 * 1024 * 1024


def uri(path: Path, mode: str) -> str:
    """SQLite URI of a path; keeps `?`, `#`, `%`, drive letters and network shares intact."""
    posix = path.absolute().as_posix()
    return "file:" + quote("//" + ("" if posix.startswith("/") else "/") + posix) + f"?mode={mode}"


def prepare_folder(path: Path) -> None:
    """Make the folder of the journal."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        is_folder = path.is_dir()
    except OSError as error:
        raise failures.system(path, error, "打开") from error
    if is_folder:
        raise failures.is_folder(path)


def inspect(path: Path, busy_ms: int) -> str | None:
    """Stored schema revision of the journal at `path`; None when there is none yet (no file, or an empty one)."""
    try:
        size = path.stat().st_size
        if size == 0:
            return None
        # Asked for writing, because SQLite would open a write-protected file for reading and say nothing.
        with path.open("r+b") as file:
            magic = file.read(len(_MAGIC))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise failures.system(path, error, "打开") from error
    if magic != _MAGIC:
        raise failures.damaged(path, "文件头不是数据库")
    try:
        with closing(sqlite3.connect(uri(path, "rw"), uri=True, timeout=busy_ms / 1000)) as connection:
            return _revision(connection, path, size)
    except sqlite3.Error as error:
        raise failures.database(path, error, "打开") from error


def _revision(connection: sqlite3.Connection, path: Path, size: int) -> str | None:
    # A log left behind means the last run did not end in order: then the whole file is checked, however large.
    unclean = path.with_name(path.name + "-wal").exists()
    application_id = connection.execute("PRAGMA application_id").fetchone()[0]
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not tables and application_id in (0, APPLICATION_ID):
        return None
    if application_id != APPLICATION_ID or "alembic_version" not in tables:
        raise failures.foreign(path)
    if unclean or size < _CHECK_ALWAYS_BELOW:
        finding = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if finding != "ok":
            raise failures.damaged(path, str(finding))
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    if row is None:
        raise failures.damaged(path, "没有结构版本")
    return str(row[0])
