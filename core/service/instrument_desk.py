"""Names of every security, for search and for titles: built in at once, the newest kept list soon, today's in time."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from core.clock import Clock
from core.domain.market import Instrument, Symbol
from core.errors import UserError
from core.exchange.refusals import Refusal
from core.lanes import Lane
from core.market.directory.cache import load_cached, save_cached
from core.market.directory.directory import Ambiguous, Found, InstrumentDirectory
from core.market.directory.entries import Entry, listed_of, prepare
from core.service.news import FoundInstrument, InstrumentsFound

if TYPE_CHECKING:
    from core.market.helper.child import JobContext
    from core.service.sources import QuoteRoom

_log = logging.getLogger(__name__)

LIST_DELAY_S = 20.0
LIST_DEADLINE_S = 600.0


@dataclass(frozen=True, slots=True)
class PrepareList:
    """Job of the helper process: initials and limits for a source's list, kept in a file for the next start."""

    instruments: tuple[Instrument, ...]
    source: str
    day: date
    folder: Path

    def run(self, context: JobContext) -> tuple[Entry, ...]:
        """The entries; a list that cannot be kept is used all the same."""
        del context
        entries = prepare((listed_of(one) for one in self.instruments), self.day)
        try:
            save_cached(self.folder, entries, self.source, self.day)
        except OSError as error:
            _log.warning("the list of instruments could not be kept: %s", error)
        return entries


class InstrumentDesk:
    """Runs on the trading loop. Without a folder nothing is read, kept or downloaded."""

    def __init__(self, clock: Clock, files: Lane, folder: Path | None = None) -> None:
        self._clock = clock
        self._files = files
        self._folder = folder
        self.directory = InstrumentDirectory()

    async def open(self) -> None:
        """Take the kept list, if there is one; a list of another day gives names only."""
        if self._folder is None:
            return
        kept = await self._files.call(load_cached, self._folder)
        if kept is not None:
            self.directory.replace(kept.for_day(self._clock.now().date()), kept.source, kept.day)

    async def renew(self, room: QuoteRoom) -> None:
        """Get today's list when the one at hand is older. Takes minutes, asks politely; failing costs names only."""
        today = self._clock.now().date()
        if self._folder is None or not room.has_public or self.directory.day == today:
            return
        from core.market.public.akshare_jobs import InstrumentListJob

        await asyncio.sleep(LIST_DELAY_S)  # quotes first
        try:
            listed = await room.downloads.run(
                InstrumentListJob(today, self._clock.now_ms(), room.door),
                LIST_DEADLINE_S,
                on_ask=room.sources.answer,
            )
            job = PrepareList(listed, "公开行情", today, self._folder)
            self.directory.replace(await room.downloads.run(job, LIST_DEADLINE_S), job.source, today)
        except UserError as error:
            _log.warning("today's list of instruments could not be had: %s", error)

    def instrument(self, symbol: Symbol) -> Instrument | None:
        """What the list says of a security."""
        entry = self.directory.get(symbol)
        return None if entry is None else entry.instrument()

    def search(self, text: str, limit: int) -> InstrumentsFound:
        """Candidates for what was typed so far, and what it means if it is meant so."""
        near = self.directory.search(text, limit)
        meant = self.directory.resolve(text, day=self._clock.now().date()) if text.strip() else None
        match meant:
            case Found():
                found = [meant.symbol, *(entry.symbol for entry in near if entry.symbol != meant.symbol)]
                return InstrumentsFound(
                    text, tuple(map(self._told, found))[:limit], symbol=meant.symbol, note=meant.note
                )
            case Ambiguous():
                return InstrumentsFound(
                    text, tuple(self._told(one.symbol) for one in meant.candidates), note=meant.question
                )
            case Refusal():
                return InstrumentsFound(
                    text, tuple(self._told(entry.symbol) for entry in near), note=meant.text
                )
            case _:
                return InstrumentsFound(text, ())

    def _told(self, symbol: Symbol) -> FoundInstrument:
        entry = self.directory.get(symbol)
        if entry is None:
            return FoundInstrument(symbol, "", "")
        return FoundInstrument(symbol, entry.name, entry.initials[0] if entry.initials else "")
