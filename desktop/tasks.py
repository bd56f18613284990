"""Coroutines that the window starts: kept referenced, logged when they fail, files off the GUI thread."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

_log = logging.getLogger(__name__)


class GuiTasks:
    """Background work of the window on the qasync loop."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[object]] = set()
        self._closed = False

    def run(self, work: Coroutine[Any, Any, object]) -> None:
        """Start a coroutine; one that comes after `close` is not started."""
        if self._closed:
            work.close()
            return
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    async def write_text(self, path: str, text: str) -> str:
        """Write a file on a worker; returns why not, or an empty text. With a BOM, so that Excel reads it."""
        try:
            await asyncio.get_running_loop().run_in_executor(
                None, lambda: Path(path).write_text(text, encoding="utf-8-sig", newline="")
            )
        except OSError as error:
            return f"{path}: {error.strerror}"
        return ""

    async def close(self) -> None:
        """End what is under way and wait for its end."""
        self._closed = True
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(set(self._tasks))

    def _ended(self, task: asyncio.Task[object]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("a task of the window failed", exc_info=error)
