"""Brings a ledger's write-ahead log into its file on a thread of its own: that waits for the disk, and no commit shall."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

_log = logging.getLogger(__name__)


class LogKeeper:
    """The thread begins with the first `wake`. `on_done` is called on it after each time."""

    def __init__(self, path: Path, on_done: Callable[[], None] = lambda: None) -> None:
        self._path = path
        self._on_done = on_done
        self._wanted = threading.Event()
        self._stopping = False
        self._thread: threading.Thread | None = None

    def wake(self) -> None:
        """Soon."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="simqmt-log", daemon=True)
            self._thread.start()
        self._wanted.set()

    def stop(self) -> None:
        """Leave the rest of the log to whoever closes the file."""
        self._stopping = True
        self._wanted.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        try:
            with contextlib.closing(sqlite3.connect(self._path)) as db:
                while self._wanted.wait() and not self._stopping:
                    self._wanted.clear()
                    db.execute("PRAGMA wal_checkpoint(PASSIVE)")
                    self._on_done()
        except sqlite3.Error:
            _log.exception("the log of %s stays apart from its file for now", self._path)
