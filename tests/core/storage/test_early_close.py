"""A desk that is stopped while its journal opens leaves no connection behind."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import threading
from pathlib import Path
from typing import Any

import pytest

from core.lanes import Lane
from core.ports import NoActivity
from core.storage import journal as module
from core.storage.journal import SqliteJournal


def test_a_journal_closed_while_it_opens_is_closed_on_its_own_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lane = Lane("storage", NoActivity())
    started = threading.Event()
    open_store = module._open_store

    def opened(*given: Any) -> Any:
        started.set()
        return open_store(*given)

    monkeypatch.setattr(module, "_open_store", opened)

    async def story() -> None:
        journal = SqliteJournal(tmp_path / "journal.db", lane)
        opening = asyncio.ensure_future(journal.open())
        await asyncio.to_thread(started.wait)  # the lane works on it
        opening.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await opening
        await journal.close()
        second = SqliteJournal(tmp_path / "journal.db", lane)  # the owner's lock is free again
        await second.open()
        await second.close()

    try:
        asyncio.run(story())
    finally:
        lane.close()
    gc.collect()  # a connection collected here would be on the wrong thread, and say so in the log
