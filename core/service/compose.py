"""Puts a desk together: the one place that knows every room. Window, replay and tests all use it.

Called on the trading thread. Which natives of xtquant are real is decided here, before its first import.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from core.broker.deadlines import BrokerDeadlines
from core.broker.door import XtBroker
from core.clock import Clock
from core.domain.enums import Mode, Phase
from core.domain.exrights import ExRightsPolicy
from core.domain.market import Instrument, Quote, Symbol, ms_to_datetime
from core.domain.watch import WatchItem
from core.exchange.calendar import Calendar
from core.exchange.limits import LimitFacts
from core.exchange.sessions import domain_phase
from core.execution.book import AccountBook
from core.execution.intents import IntentBook
from core.execution.sender import Sender, SenderDeadlines
from core.lanes import Lane
from core.market.board import QuoteBoard
from core.market.failover import FeedSwitch
from core.market.flags import limits_by_rule
from core.monitor.monitor import Monitor
from core.ports import Activity, Broker, Journal
from core.risk.gate import RiskGate
from core.risk.sizing import UNBOUNDED, AccountLimits
from core.service.account import DeskAccount, DeskStatus
from core.service.charts import Charts
from core.service.command_desk import CommandDesk
from core.service.commands import Command
from core.service.emergency_lane import EmergencyLane
from core.service.instrument_desk import InstrumentDesk
from core.service.link import BrokerLink
from core.service.meters import LatencyMeter
from core.service.outbox import Outbox
from core.service.parts import DeskParts
from core.service.recorder import Recorder, Tasks
from core.service.service import ServiceOptions, TradingService
from core.service.sources import QuotePlan, QuoteRoom
from core.service.speaker import Speaker

if TYPE_CHECKING:
    from core.service.history_room import HistoryRoom


@dataclass(frozen=True, slots=True)
class Channel:
    """What differs between paper and live: time, natives, counting, sources of quotes, the hook of a started trader.

    `exchange` and `describe` feed a paper exchange that lives on the desk's quotes.
    """

    mode: Mode
    account_id: str
    terminal_path: str
    speed: float
    clock: Clock
    activity: Activity
    loop: asyncio.AbstractEventLoop
    on_trader_started: Callable[[object], None]
    quotes: QuotePlan = field(default_factory=QuotePlan)
    exchange: Callable[[Sequence[Quote]], None] | None = None
    describe: Callable[[Iterable[Instrument]], None] = lambda _instruments: None


@dataclass(frozen=True, slots=True)
class Rooms:
    """Where a desk keeps its files, and how it is watched.

    `watchlist` replaces the stored one; an empty journal takes the list of the journal `inherit_from`, else
    `first_watchlist`. `market_folder` keeps what is known of the market (names, bars) for all desks of the user.
    """

    journal_path: Path
    emergency_path: Path
    journal_tag: str | None = None
    watchlist: tuple[WatchItem, ...] | None = None
    first_watchlist: tuple[WatchItem, ...] = ()
    inherit_from: Path | None = None
    limits: AccountLimits = UNBOUNDED
    with_window: bool = True
    on_sent: Callable[[str, float], None] | None = None
    broker_deadlines: BrokerDeadlines | None = None
    sender_deadlines: SenderDeadlines | None = None
    market_folder: Path | None = None
    ex_rights: ExRightsPolicy = ExRightsPolicy.RESCALE


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
        self.service = _join(channel, rooms, outbox, self.journal, self._emergency, files, self._quotes)
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


def phases_by(calendar: Calendar) -> Callable[[Symbol, int], Phase]:
    """The clock's phase of a security, by a calendar."""
    return lambda symbol, now_ms: domain_phase(symbol, ms_to_datetime(now_ms), calendar)


def _join(
    channel: Channel,
    rooms: Rooms,
    outbox: Outbox,
    journal: Journal,
    emergency: EmergencyLane,
    files: Lane,
    quotes: QuoteRoom,
) -> TradingService:
    """Wire the rooms. The service comes first, since the others call it back."""
    # A fast desk must not drown its window: about four clock news a wall second at most.
    clock_s = max(1.0, channel.speed / 4) if rooms.with_window else None
    service = TradingService(channel.clock, ServiceOptions(clock_s=clock_s))
    clock, meter, tasks = channel.clock, LatencyMeter(), Tasks()
    book, intents, status = AccountBook(), IntentBook(), DeskStatus(channel.mode)
    board = QuoteBoard(
        clock,
        phases_by(channel.quotes.calendar),
        limits_of=lambda symbol, close, day: limits_by_rule(
            symbol, close, day, LimitFacts(name=account.name(symbol))
        ),
    )
    account = DeskAccount(clock, status, board, book, intents)
    feed = quotes.switch()
    broker = _broker(channel, rooms, meter)
    speaker = Speaker(
        account_id=channel.account_id,
        clock=clock,
        speed=channel.speed,
        source=lambda: feed.source,
        status=status,
        account=account,
        board=board,
        book=book,
        intents=intents,
        meter=meter,
        outbox=outbox,
    )
    sender = _sender(service, rooms, journal, emergency, broker, book, intents, tasks)
    history = _history(rooms, quotes, feed, clock)
    service.furnish(
        DeskParts(
            clock=clock,
            broker=broker,
            feed=feed,
            journal=journal,
            board=board,
            monitor=Monitor(board),
            book=book,
            intents=intents,
            gate=RiskGate(limits=rooms.limits, calendar=channel.quotes.calendar),
            sender=sender,
            link=_link(service, speaker, sender, broker, book, intents, status, clock, tasks),
            status=status,
            account=account,
            speaker=speaker,
            recorder=Recorder(journal, tasks, service.on_journal),
            meter=meter,
            tasks=tasks,
            background=Tasks(),
            files=files,
            emergency=emergency,
            charts=Charts(feed, outbox.put, history=history) if rooms.with_window else None,
            names=InstrumentDesk(clock, files, rooms.market_folder),
            calendar=channel.quotes.calendar,
            history=history,
            ex_rights=rooms.ex_rights,
            exchange=channel.exchange,
            describe=channel.describe,
        )
    )
    return service


def _history(rooms: Rooms, quotes: QuoteRoom, feed: FeedSwitch, clock: Clock) -> HistoryRoom | None:
    """Real quotes have a real past; simulated ones tell their own."""
    if rooms.market_folder is None or not quotes.has_public:
        return None
    from core.service.history_room import HistoryRoom

    return HistoryRoom(rooms.market_folder / "bars", quotes, feed, clock)


def _sender(
    service: TradingService,
    rooms: Rooms,
    journal: Journal,
    emergency: EmergencyLane,
    broker: Broker,
    book: AccountBook,
    intents: IntentBook,
    tasks: Tasks,
) -> Sender:
    return Sender(
        journal=journal,
        emergency=emergency,
        broker=broker,
        book=book,
        intents=intents,
        spawn=tasks.spawn,
        on_intent=service.on_intent,
        on_journal=service.on_journal,
        deadlines=rooms.sender_deadlines or SenderDeadlines(),
    )


def _link(
    service: TradingService,
    speaker: Speaker,
    sender: Sender,
    broker: Broker,
    book: AccountBook,
    intents: IntentBook,
    status: DeskStatus,
    clock: Clock,
    tasks: Tasks,
) -> BrokerLink:
    return BrokerLink(
        broker=broker,
        book=book,
        intents=intents,
        sender=sender,
        status=status,
        clock=clock,
        tasks=tasks,
        on_state=service.tell_state,
        on_account=service.on_account,
        on_event=service.on_report,
        alarm=speaker.alarm,
        cure=speaker.cure,
    )


def _broker(channel: Channel, rooms: Rooms, meter: LatencyMeter) -> XtBroker:
    def on_sent(intent_id: str, moment: float) -> None:
        meter.sent(intent_id, moment)
        if rooms.on_sent is not None:
            rooms.on_sent(intent_id, moment)

    return XtBroker(
        channel.terminal_path,
        channel.account_id,
        loop=channel.loop,
        activity=channel.activity,
        clock=channel.clock,
        deadlines=rooms.broker_deadlines,
        on_trader_started=channel.on_trader_started,
        on_sent=on_sent,
    )
