"""A composed desk over its life: it opens, trades, ends in order, and owns the threads and files it works with."""

from __future__ import annotations

from collections.abc import Callable

from core.domain.watch import WatchItem
from core.lanes import Lane
from core.service.command_desk import CommandDesk
from core.service.commands import Command
from core.service.compose import Channel, Means, Rooms, join
from core.service.emergency_lane import EmergencyLane
from core.service.outbox import Outbox
from core.service.sources import QuoteRoom


class ComposedDesk:
    """One desk with everything it owns, and the `rooms` it was made for. Implements `runtime.Desk`."""

    def __init__(
        self,
        channel: Channel,
        rooms: Rooms,
        outbox: Outbox,
        on_started: Callable[[], None] = lambda: None,
        on_close: Callable[[], None] = lambda: None,
    ) -> None:
        from core.storage.journal import SqliteJournal

        self.loop = channel.loop
        self._channel = channel
        self.rooms = rooms
        self._on_started = on_started
        self._on_close = on_close
        self.on_stopped: list[Callable[[], None]] = []
        self.on_closed: list[Callable[[], None]] = []
        self._lanes = [Lane(name, channel.activity) for name in ("storage", "files", "quotes")]
        self._emergency = EmergencyLane(rooms.emergency_path, channel.activity)
        storage, files, quotes = self._lanes
        self.journal = SqliteJournal(rooms.journal_path, storage, rooms.journal_tag)
        self._quotes = QuoteRoom(channel.quotes, quotes, channel.activity, channel.loop, channel.clock)
        self.service = join(channel, rooms, Means(outbox, self.journal, self._emergency, files, self._quotes))
        self.commands = CommandDesk(self.service)

    async def start(self) -> None:
        """Open everything; on return the desk trades."""
        await self.journal.open()
        await self._emergency.open(self.journal)
        await self._stock_watchlist()
        await self.service.parts.names.open()
        await self.service.start()
        self.service.parts.background.spawn(self.service.parts.names.renew(self._quotes))
        self._on_started()

    async def handle(self, command: Command) -> None:
        """One command of a window."""
        await self.commands.handle(command)

    async def stop(self) -> None:
        """Orderly end."""
        await self.service.parts.background.cancel()
        await self.service.stop()
        await self._quotes.close()
        for stopped in self.on_stopped:
            stopped()

    def close(self) -> None:
        """Release threads and files."""
        for lane in self._lanes:
            lane.close()
        self._emergency.close()
        self._on_close()
        if not self.loop.is_closed() and not self.loop.is_running():
            self.loop.close()
        for closed in self.on_closed:
            closed()

    async def _stock_watchlist(self) -> None:
        """A given watchlist replaces the stored one; an empty journal gets the first one."""
        stored = (await self.journal.load(self._channel.clock.now().date())).items
        if self.rooms.watchlist is not None:
            await self.journal.save_items(self.rooms.watchlist, [item.item_id for item in stored])
        elif not stored:
            first = await self._inherited() or self.rooms.first_watchlist
            await self.journal.save_items(first)

    async def _inherited(self) -> tuple[WatchItem, ...]:
        from core.storage.journal import SqliteJournal

        if self.rooms.inherit_from is None:
            return ()
        old = SqliteJournal(self.rooms.inherit_from, self._lanes[0])
        await old.open()
        try:
            return (await old.load(self._channel.clock.now().date())).items
        finally:
            await old.close()
