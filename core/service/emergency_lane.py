"""The way of a stop past a journal that cannot be written: a small file, on a thread of its own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from core.domain.trading import Intent
from core.errors import JournalError
from core.lanes import Lane
from core.ports import Activity, Journal

if TYPE_CHECKING:
    from core.storage.emergency import EmergencyFile


class EmergencyLane:
    """The emergency file behind a thread of its own: a hung storage lane does not hold a stop back."""

    def __init__(self, path: Path, activity: Activity) -> None:
        self._path = path
        self._lane = Lane("emergency", activity)
        self._file: EmergencyFile | None = None
        self._used = False

    async def open(self, journal: Journal) -> None:
        """Allocate the file, and take into the journal what an earlier run had to write there."""
        from core.storage.emergency import EmergencyFile, merge

        self._file = await self._lane.call(EmergencyFile, self._path)
        await merge(self._file, journal)
        self._used = False

    async def recover(self, journal: Journal) -> None:
        """The journal takes writes again: give it what had to be written here."""
        from core.storage.emergency import merge

        if self._used and self._file is not None:
            self._used = False
            await merge(self._file, journal)

    async def append(self, intent: Intent) -> None:
        """Durable before it returns; raises JournalError."""
        if self._file is None:
            raise JournalError("应急文件没有打开。")
        self._used = True
        await self._lane.call(self._file.append, intent)

    def close(self) -> None:
        """Release the file."""
        if self._file is not None:
            self._file.close()
        self._lane.close()
