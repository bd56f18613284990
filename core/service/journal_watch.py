"""Watches whether the journal takes writes: says so when it does not, tries again, and catches up afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date

from core.domain.enums import AlarmRank
from core.errors import JournalError
from core.service.parts import DeskParts

_PROBE_S = 5.0


class JournalWatch:
    """Runs on the trading loop. `day` is the trading day, `is_stopping` ends the probing."""

    def __init__(self, parts: DeskParts, day: Callable[[], date], is_stopping: Callable[[], bool]) -> None:
        self._parts = parts
        self._day = day
        self._is_stopping = is_stopping

    def heard(self, error: JournalError | None) -> None:
        """The journal took a write, or did not."""
        p = self._parts
        text = "" if error is None else str(error)
        if p.status.journal_error == text:
            return
        probing, p.status.journal_error = bool(p.status.journal_error), text
        if error is None:
            p.speaker.cure("journal")
            p.tasks.spawn(self.catch_up())
            return
        p.recorder.hold()
        note = f"{text}开仓和止盈已停，止损走应急文件。"
        p.speaker.alarm("journal", AlarmRank.ALARM, "日志库写不进去", note)
        if not probing:
            asyncio.get_running_loop().call_later(_PROBE_S, self._probe)

    async def catch_up(self) -> None:
        """The journal takes writes again: first the stops of the emergency file, then what could not be kept."""
        try:
            await self._parts.emergency.recover(self._parts.journal)
            await self._parts.recorder.flush()
        except JournalError as error:
            self.heard(error)

    def _probe(self) -> None:
        if self._parts.status.journal_error and not self._is_stopping():
            self._parts.tasks.spawn(self._try())

    async def _try(self) -> None:
        """Nobody may have anything to write while entries are stopped: write something."""
        try:
            await self._parts.journal.next_id(self._day())
        except JournalError:
            asyncio.get_running_loop().call_later(_PROBE_S, self._probe)
        else:
            self.heard(None)
