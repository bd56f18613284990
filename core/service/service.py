"""The trading service: quotes and broker events in, decisions and news out. All of it runs on the trading loop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from core.clock import Clock
from core.domain.enums import AlarmRank, LinkState
from core.domain.events import OrderReported, TradeReported
from core.domain.market import Quote
from core.domain.trading import Intent
from core.domain.watch import WatchItem
from core.errors import BrokerError, JournalError
from core.exchange.sessions import domain_phase
from core.execution.ids import Ids
from core.ports import JournalState
from core.service.automation_desk import AutomationDesk
from core.service.broker_desk import BrokerDesk
from core.service.calendar_desk import tell_calendar
from core.service.day import TradingDay
from core.service.feed_desk import FeedDesk
from core.service.item_states import ItemStates
from core.service.items import ItemBook
from core.service.journal_watch import JournalWatch
from core.service.parts import DeskParts
from core.service.rights import RightsDesk

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ServiceOptions:
    """`clock_s`: desk seconds between clock news; None for a service without a window."""

    clock_s: float | None = 1.0


class TradingService:
    """One account on one desk. Commands are handled by `service.command_desk.CommandDesk`."""

    parts: DeskParts

    def __init__(self, clock: Clock, options: ServiceOptions) -> None:
        """Not usable before `furnish`: the rooms are made with the service's methods in hand."""
        self._options = options
        self._clock = clock
        self._stopping = False

    def furnish(self, parts: DeskParts) -> None:
        """Give the service its rooms; once."""
        self.parts = parts
        self._items = ItemBook(parts.monitor)
        self._day = TradingDay(
            self._clock, parts.tasks, lambda: self._items.any_symbol, self._open_day, parts.calendar
        )
        self._journal_watch = JournalWatch(parts, lambda: self._day.today, lambda: self._stopping)
        self._feed = FeedDesk(parts, self._items, lambda: self._states.tell())
        self._automation = AutomationDesk(
            parts,
            self._items,
            lambda items: self.rights.holds.free(items),
            lambda ids: self._states.tell(ids),
        )
        past = parts.history
        self.rights = RightsDesk(
            parts,
            self._items,
            parts.ex_rights,
            past.closes if past is not None else None,
            past.dividends if past is not None else None,
            lambda ids: self._states.tell(ids),
            self._automation.sweep,
        )
        self._states = ItemStates(
            parts, self._items, lambda: self._automation.triggers, self.rights.holds.view
        )
        self._broker = BrokerDesk(parts, self._items, self._automation, self._states)

    @property
    def items(self) -> dict[str, WatchItem]:
        """The watchlist by id, in the user's order."""
        return self._items.all

    @property
    def ids(self) -> Ids | None:
        """Ids of the day's intents; None before the first day began."""
        return self._automation.ids

    # life

    async def start(self) -> None:
        """Watchlist, channel, reconciliation, quotes; only then automation. The journal is open already.

        A channel that is not there is said on the desk: quotes and alerts run without it.
        """
        p = self.parts
        p.speaker.state()
        told = await self._begin_day(self._day.today)
        p.speaker.again(told.decisions)
        p.broker.listen(self._broker.on_event)
        p.feed.listen(self.on_quotes)
        try:
            await p.link.open()
        except BrokerError:
            _log.warning("the trading channel is not available; the desk runs without it")
        self.rights.expect()
        await self._feed.subscribe()
        self._tell_all()
        self.parts.background.spawn(self.rights.learn())
        if self._options.clock_s is not None:
            self._tick_clock()

    async def stop(self) -> None:
        """Orderly end: feed, channel, what is being written, journal."""
        self._stopping = True
        self._automation.stop()
        p = self.parts
        await p.feed.close()
        await p.link.close()
        await p.tasks.finish()
        if p.status.journal_error:
            await self._journal_watch.catch_up()
        await p.journal.close()

    async def settle(self) -> None:
        """Finish what is being written and ask for money and holdings once more."""
        await self.parts.tasks.finish()
        await self.parts.link.refresh()

    async def _begin_day(self, day: date) -> JournalState:
        """Load what a start on `day` must know. Triggers are armed anew, less those that acted today."""
        p = self.parts
        state = await p.journal.load(day)
        self._items.replace(state.items)
        first_number = await p.journal.next_id(day)
        p.intents.restore(i for i in state.intents if p.intents.get(i.intent_id) is None)
        self._automation.begin(day, first_number)
        self._day.begin(day)
        tell_calendar(p, day)
        return state

    async def set_items(self, items: Sequence[WatchItem], removed: Sequence[str] = ()) -> None:
        """Save and watch; raises JournalError and changes nothing when it cannot be saved."""
        items = self.rights.holds.edited(items)
        await self.parts.journal.save_items(items, removed)
        self._items.change(items, removed)
        self.rights.expect()
        await self._feed.subscribe()
        self.parts.background.spawn(self.rights.learn())
        self.parts.speaker.items(tuple(self.items.values()))
        self._states.tell()

    def allow_fallback(self, allowed: bool) -> str:
        """Whether stand-in sources may trigger; what is said about it."""
        return self._feed.allow_stand_in(allowed)

    # quotes

    def on_quotes(self, quotes: Sequence[Quote]) -> None:
        """A batch of snapshots, in arrival order."""
        p = self.parts
        if p.exchange is not None:
            p.exchange(quotes)
        self._day.notice()
        p.meter.batch()
        rows = p.board.apply(quotes)
        self.rights.on_quotes(quotes)
        self._automation.take(rows)
        self._feed.on_quotes(quotes)
        p.speaker.outbox.put_quotes(quotes)
        if p.charts is not None:
            p.charts.on_quotes(quotes)

    # what others tell, before and after the rooms are furnished

    def on_report(self, event: OrderReported | TradeReported) -> None:
        """An order or a fill that a query found."""
        self._broker.on_report(event)

    def on_account(self) -> None:
        """Money or holdings changed."""
        self._broker.on_account()

    def on_intent(self, intent: Intent) -> None:
        """An intent changed."""
        self._broker.on_intent(intent)

    def on_journal(self, error: JournalError | None) -> None:
        """The journal took a write, or did not."""
        self._journal_watch.heard(error)

    # telling

    def _tell_all(self) -> None:
        p = self.parts
        p.speaker.state()
        p.speaker.items(tuple(self.items.values()))
        p.speaker.account()
        self._states.tell()

    def tell_state(self) -> None:
        """The desk's state changed."""
        self.parts.speaker.state()
        self._states.tell()

    def _tick_clock(self) -> None:
        if self._stopping or self._options.clock_s is None:
            return
        p = self.parts
        phase = domain_phase(self._items.any_symbol, p.clock.now(), p.calendar)
        p.speaker.clock(phase, p.speaker.outbox.depth)
        self._feed.look()
        self.rights.look()
        self._day.notice()
        asyncio.get_running_loop().call_later(self._options.clock_s, self._tick_clock)

    async def _open_day(self, day: date) -> None:
        """A new trading day: levels are armed again, yesterday's purchases can be sold."""
        if self._stopping:
            return
        self.parts.sender.expire_before(day)
        await self._begin_day(day)
        self.parts.speaker.new_day()
        if self.parts.status.mode.real_money and self.parts.status.armed:
            self.parts.status.armed = False
            text = "实盘的武装只管一个交易日。请核对持仓和价位后重新武装。"
            self.parts.speaker.alarm("armed", AlarmRank.CARE, "新交易日未武装", text)
        if self.parts.status.link is LinkState.READY:
            await self.parts.link.refresh()
        self.rights.expect()
        await self._feed.subscribe()
        self.parts.background.spawn(self.rights.learn())
        self._tell_all()
        for symbol in self._items.symbols:
            self._automation.sweep(symbol)
