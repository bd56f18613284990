"""A real journal in a real file, on a real lane."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from core.errors import JournalError
from core.lanes import Lane
from core.ports import NoActivity
from core.storage.journal import SqliteJournal


@pytest.fixture
def lane() -> Iterator[Lane]:
    lane = Lane("storage", NoActivity())
    yield lane
    assert lane.close()


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    with asyncio.Runner() as runner:
        yield runner.get_loop()


Run = Callable[[Coroutine[Any, Any, Any]], Any]


@pytest.fixture
def run(loop: asyncio.AbstractEventLoop) -> Run:
    """Run one coroutine to its end on the test's loop."""
    return loop.run_until_complete


Open = Callable[..., SqliteJournal]


@pytest.fixture
def open_journal(tmp_path: Path, lane: Lane, run: Run) -> Iterator[Open]:
    """Open a journal (by default always the same file); all are closed at the end."""
    opened: list[SqliteJournal] = []

    def _open(path: Path = tmp_path / "journal.db", tag: str | None = None) -> SqliteJournal:
        journal = SqliteJournal(path, lane, tag, busy_ms=50)
        run(journal.open())
        opened.append(journal)
        return journal

    yield _open
    for journal in opened:
        with suppress(JournalError):
            run(journal.close())


@pytest.fixture
def journal(open_journal: Open) -> SqliteJournal:
    return open_journal()
