"""Whatever stands where the journal should be: a sentence with the file and the cure, and not a byte changed."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from core.errors import JournalError
from core.storage import opening
from core.storage.store import Store
from tests.core.storage.child import python, start
from tests.core.storage.records import DAY, intent, item

OPEN_AS_ANYONE = """
import os, sys
from pathlib import Path
from core.errors import JournalError
from core.storage.store import Store
if sys.platform != 'win32' and os.geteuid() == 0:
    # root may write anywhere, so it becomes nobody; what it needs is imported by now.
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
try:
    Store(Path(sys.argv[1]), None, 50).close()
except JournalError as error:
    print(error)
"""


def make(path: Path, rows: int = 1) -> Path:
    """A closed, healthy journal."""
    store = Store(path, None, 50)
    store.write(lambda: store.save_items([item()], []))
    for number in range(rows):
        store.write(lambda number=number: store.commit_intent(intent(f"I{number}", message="x" * 200)))
    store.close()
    return path


def contents(folder: Path) -> dict[str, bytes]:
    """Every file but the empty lock file."""
    return {
        path.name: path.read_bytes()
        for path in folder.iterdir()
        if path.is_file() and not path.name.endswith(".lock")
    }


def refused(path: Path) -> str:
    """The sentence; nothing in the folder may have changed."""
    before = contents(path.parent)
    with pytest.raises(JournalError) as caught:
        Store(path, None, 50)
    assert contents(path.parent) == before
    assert path.name in str(caught.value)
    return str(caught.value)


def test_a_folder(tmp_path: Path) -> None:
    (tmp_path / "journal.db").mkdir()
    assert "是一个文件夹" in refused(tmp_path / "journal.db")


def test_a_text_file(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    path.write_text("这不是数据库，是一封信。" * 100, encoding="utf-8")
    assert "已损坏" in refused(path)


def test_a_file_cut_short(tmp_path: Path) -> None:
    path = make(tmp_path / "journal.db", rows=300)
    os.truncate(path, path.stat().st_size // 2)
    assert "先把它复制到别处保存" in refused(path)


def test_a_page_overwritten(tmp_path: Path) -> None:
    path = make(tmp_path / "journal.db", rows=300)
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(b"\xff" * 4096)
    assert "已损坏" in refused(path)


def test_a_large_file_is_checked_after_a_crash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only an orderly end spares a large journal the check of every page."""
    monkeypatch.setattr(opening, "_CHECK_ALWAYS_BELOW", 0)
    path = make(tmp_path / "journal.db", rows=300)
    with path.open("r+b") as file:
        file.seek(path.stat().st_size - 4096)
        file.write(b"\xff" * 4096)
    assert opening.inspect(path, 50) == opening.HEAD
    (tmp_path / "journal.db-wal").write_bytes(b"")
    with pytest.raises(JournalError, match="已损坏"):
        opening.inspect(path, 50)


def test_another_programs_database(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")
        connection.commit()
    assert "别的程序的数据库" in refused(path)


def test_another_programs_database_that_uses_alembic_too(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("INSERT INTO alembic_version VALUES ('r0001')")
        connection.commit()
    assert "别的程序的数据库" in refused(path)


def test_a_journal_of_a_newer_version(tmp_path: Path) -> None:
    path = make(tmp_path / "journal.db")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'r9999'")
        connection.commit()
    sentence = refused(path)
    assert "r9999" in sentence
    assert "安装新版本" in sentence


def test_a_journal_another_program_has_locked(tmp_path: Path) -> None:
    path = make(tmp_path / "journal.db")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        other.execute("UPDATE meta SET value = value")
        with pytest.raises(JournalError, match="锁住") as caught:
            Store(path, None, 50)
        other.execute("ROLLBACK")
    assert str(path) in str(caught.value)


def test_a_write_that_another_program_holds_up(tmp_path: Path) -> None:
    store = Store(tmp_path / "journal.db", None, 50)
    with closing(sqlite3.connect(tmp_path / "journal.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(JournalError, match="锁住"):
            store.write(lambda: store.commit_intent(intent("I1")))
        other.execute("ROLLBACK")
    store.write(lambda: store.commit_intent(intent("I1")))
    assert [found.intent_id for found in store.load(DAY).intents] == ["I1"]
    store.close()


def test_a_second_desk(tmp_path: Path) -> None:
    """And once the first one is dead, however it died, the journal is free."""
    path = make(tmp_path / "journal.db")
    first = start(
        "import sys\nfrom pathlib import Path\nfrom core.storage.store import Store\n"
        "store = Store(Path(sys.argv[1]), None, 50)\nprint('open', flush=True)\nsys.stdin.read()",
        str(path),
    )
    try:
        assert first.stdout is not None
        assert first.stdout.readline() == "open\n"
        with pytest.raises(JournalError, match="另一个盯盘"):
            Store(path, None, 50)
    finally:
        first.kill()
        first.communicate(timeout=30)
    Store(path, None, 50).close()


def test_a_failed_opening_lets_go_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    path.write_bytes(b"garbage" * 1000)
    refused(path)
    again = python(
        "import sys\nfrom pathlib import Path\nfrom core.storage.store import Store\nStore(Path(sys.argv[1]), None, 50)",
        str(path),
    )
    assert "已损坏" in again.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="no such place on Windows")
def test_a_place_where_nothing_can_be_made() -> None:
    with pytest.raises(JournalError, match=r"/proc/dingpan/journal\.db 无法打开"):
        Store(Path("/proc/dingpan/journal.db"), None, 50)


@pytest.fixture
def open_to_all() -> Iterator[Path]:
    """A folder that another user can reach, unlike the test's own."""
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o755)
        yield Path(name)


def make_folder_read_only(path: Path) -> Callable[[], None]:
    os.chmod(path.parent, 0o555)
    return lambda: os.chmod(path.parent, 0o755)


def make_file_read_only(path: Path) -> Callable[[], None]:
    os.chmod(path, 0o444)
    os.chmod(path.parent, 0o777)
    return lambda: os.chmod(path.parent, 0o755)


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
@pytest.mark.parametrize("lock", [make_folder_read_only, make_file_read_only])
def test_a_read_only_place(open_to_all: Path, lock: Callable[[Path], Callable[[], None]]) -> None:
    path = make(open_to_all / "journal.db")
    (open_to_all / "journal.db.lock").unlink()
    before = contents(open_to_all)
    unlock = lock(path)
    try:
        done = python(OPEN_AS_ANYONE, str(path))
    finally:
        unlock()
    assert "只读或没有写权限" in done.stdout, done.stderr
    assert str(path) in done.stdout
    assert contents(open_to_all) == before


@pytest.mark.parametrize(
    "name", ["盯盘 日志.db", "a?b#c%20d&e.db" if sys.platform != "win32" else "a#c%20d&e.db"]
)
def test_names_with_signs_in_them(tmp_path: Path, name: str) -> None:
    path = make(tmp_path / "100% 我的" / name)
    assert path.is_file()
    store = Store(path, None, 50)
    assert store.load(DAY).items == (item(),)
    store.close()


def test_an_empty_file_becomes_a_journal(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    path.touch()
    make(path)
    assert opening.inspect(path, 50) == opening.HEAD


def test_a_crash_while_it_was_made_is_made_good(tmp_path: Path) -> None:
    """Only the header was written: the tables come in one transaction or not at all."""
    path = tmp_path / "journal.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    assert path.stat().st_size > 0
    make(path)
    assert opening.inspect(path, 50) == opening.HEAD


def test_a_healthy_journal_opens_where_its_backup_is_put_back(tmp_path: Path) -> None:
    """The cure that the sentence names works."""
    path = make(tmp_path / "journal.db", rows=300)
    backup = shutil.copy(path, tmp_path / "backup.db")
    path.write_bytes(b"broken" * 1000)
    refused(path)
    os.replace(backup, path)
    store = Store(path, None, 50)
    assert len(store.load(DAY).intents) == 300
    store.close()
