"""Puts a desk together: the one place that knows every room. Window, replay and tests all use it.

Called on the trading thread. Which natives of xtquant are real is decided here, before its first import.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
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
from core.market.flags import limits_by_rule
from core.monitor.monitor import Monitor
from core.ports import Activity, Journal
from core.risk.gate import RiskGate
from core.risk.sizing import UNBOUNDED, AccountLimits
from core.service.account import DeskAccount, DeskStatus
from core.service.charts import Charts
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


@dataclass(frozen=True, slots=True)
class Means:
    """What a desk works with beside its rooms; whoever made them opens and closes them."""

    outbox: Outbox
    journal: Journal
    emergency: EmergencyLane
    files: Lane
    quotes: QuoteRoom


def phases_by(calendar: Calendar) -> Callable[[Symbol, int], Phase]:
    """The clock's phase of a security, by a calendar."""
    return lambda symbol, now_ms: domain_phase(symbol, ms_to_datetime(now_ms), calendar)


def join(channel: Channel, rooms: Rooms, means: Means) -> TradingService:
    """Wire the rooms of a desk; the service is ready to `start` once the journal is open."""
    return _Joint(channel, rooms, means).furnished()


class _Joint:
    """One desk while it is put together: what several rooms share is made once, then a method makes each room."""

    def __init__(self, channel: Channel, rooms: Rooms, means: Means) -> None:
        self._channel, self._rooms, self._means = channel, rooms, means
        # A fast desk must not drown its window: about four clock news a wall second at most.
        clock_s = max(1.0, channel.speed / 4) if rooms.with_window else None
        # The service comes first, since the others call it back.
        self._service = TradingService(channel.clock, ServiceOptions(clock_s=clock_s))
        self._meter, self._tasks = LatencyMeter(), Tasks()
        self._book, self._intents, self._status = AccountBook(), IntentBook(), DeskStatus(channel.mode)
        self._board = QuoteBoard(
            channel.clock, phases_by(channel.quotes.calendar), limits_of=self._limits_by_rule
        )
        self._account = DeskAccount(channel.clock, self._status, self._board, self._book, self._intents)
        self._feed = means.quotes.switch()
        self._broker = self._make_broker()
        self._speaker = self._make_speaker()
        self._sender = self._make_sender()

    def furnished(self) -> TradingService:
        """The service with all its rooms."""
        channel, rooms, means, history = self._channel, self._rooms, self._means, self._make_history()
        self._service.furnish(
            DeskParts(
                clock=channel.clock,
                broker=self._broker,
                feed=self._feed,
                journal=means.journal,
                board=self._board,
                monitor=Monitor(self._board),
                book=self._book,
                intents=self._intents,
                gate=RiskGate(limits=rooms.limits, calendar=channel.quotes.calendar),
                sender=self._sender,
                link=self._make_link(),
                status=self._status,
                account=self._account,
                speaker=self._speaker,
                recorder=Recorder(means.journal, self._tasks, self._service.on_journal),
                meter=self._meter,
                tasks=self._tasks,
                background=Tasks(),
                files=means.files,
                emergency=means.emergency,
                charts=Charts(self._feed, means.outbox.put, history=history) if rooms.with_window else None,
                names=InstrumentDesk(channel.clock, means.files, rooms.market_folder),
                calendar=channel.quotes.calendar,
                history=history,
                ex_rights=rooms.ex_rights,
                exchange=channel.exchange,
                describe=channel.describe,
            )
        )
        return self._service

    def _limits_by_rule(self, symbol: Symbol, close: int, day: date) -> tuple[int, int]:
        return limits_by_rule(symbol, close, day, LimitFacts(name=self._account.name(symbol)))

    def _make_broker(self) -> XtBroker:
        channel, rooms, meter = self._channel, self._rooms, self._meter

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

    def _make_speaker(self) -> Speaker:
        return Speaker(
            account_id=self._channel.account_id,
            clock=self._channel.clock,
            speed=self._channel.speed,
            source=lambda: self._feed.source,
            status=self._status,
            account=self._account,
            board=self._board,
            book=self._book,
            intents=self._intents,
            meter=self._meter,
            outbox=self._means.outbox,
        )

    def _make_sender(self) -> Sender:
        return Sender(
            journal=self._means.journal,
            emergency=self._means.emergency,
            broker=self._broker,
            book=self._book,
            intents=self._intents,
            spawn=self._tasks.spawn,
            on_intent=self._service.on_intent,
            on_journal=self._service.on_journal,
            deadlines=self._rooms.sender_deadlines or SenderDeadlines(),
        )

    def _make_link(self) -> BrokerLink:
        return BrokerLink(
            broker=self._broker,
            book=self._book,
            intents=self._intents,
            sender=self._sender,
            status=self._status,
            clock=self._channel.clock,
            tasks=self._tasks,
            on_state=self._service.tell_state,
            on_account=self._service.on_account,
            on_event=self._service.on_report,
            alarm=self._speaker.alarm,
            cure=self._speaker.cure,
        )

    def _make_history(self) -> HistoryRoom | None:
        """Real quotes have a real past; simulated ones tell their own."""
        folder, quotes = self._rooms.market_folder, self._means.quotes
        if folder is None or not quotes.has_public:
            return None
        from core.service.history_room import HistoryRoom

        return HistoryRoom(folder / "bars", quotes, self._feed, self._channel.clock)
