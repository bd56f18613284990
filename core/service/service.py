"""The trading service: quotes and broker events in, decisions and news out. All of it runs on the trading loop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from core.clock import Clock
from core.domain.decision import Decision, ItemView, Signal
from core.domain.enums import AlarmRank, IntentState, LinkState, SignalKind
from core.domain.events import (
    AssetReported,
    BrokerEvent,
    CancelAnswered,
    Disconnected,
    OrderAnswered,
    OrderFailed,
    OrderReported,
    OrderSent,
    PositionReported,
    TradeReported,
)
from core.domain.market import Quote, Symbol
from core.domain.trading import Intent
from core.domain.watch import WatchItem
from core.errors import BrokerError, JournalError
from core.exchange.sessions import domain_phase
from core.execution.automation import Automation
from core.execution.ids import Ids
from core.execution.triggers import TriggerBook
from core.execution.views import item_view
from core.ports import JournalState
from core.service.calendar_desk import tell_calendar
from core.service.day import TradingDay
from core.service.feed_desk import FeedDesk
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
        self.automation: Automation | None = None
        self.ids: Ids | None = None

    def furnish(self, parts: DeskParts) -> None:
        """Give the service its rooms; once."""
        self.parts = parts
        self._items = ItemBook(parts.monitor)
        self._day = TradingDay(
            self._clock, parts.tasks, lambda: self._items.any_symbol, self._open_day, parts.calendar
        )
        self._journal_watch = JournalWatch(parts, lambda: self._day.today, lambda: self._stopping)
        self._feed = FeedDesk(parts, self._items)
        past = parts.history
        self.rights = RightsDesk(
            parts,
            self._items,
            parts.ex_rights,
            past.closes if past is not None else None,
            past.dividends if past is not None else None,
            self._tell_views,
            self._sweep,
        )

    @property
    def items(self) -> dict[str, WatchItem]:
        """The watchlist by id, in the user's order."""
        return self._items.all

    # life

    async def start(self) -> None:
        """Watchlist, channel, reconciliation, quotes; only then automation. The journal is open already.

        A channel that is not there is said on the desk: quotes
        and alerts run without it.
        """
        p = self.parts
        p.speaker.state()
        told = await self._begin_day(self._day.today)
        p.speaker.again(told.decisions)
        p.broker.listen(self._on_broker_event)
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
        start = await p.journal.next_id(day)
        self.ids = Ids(p.journal.tag, day, start)
        p.intents.restore(i for i in state.intents if p.intents.get(i.intent_id) is None)
        triggers = TriggerBook(day)
        triggers.restore(p.intents.all())
        self.automation = Automation(
            account_id=p.broker.account_id,
            clock=p.clock,
            ids=self.ids,
            triggers=triggers,
            gate=p.gate,
            sender=p.sender,
            facts=p.account,
            on_signal=self._on_signal,
            on_decision=self._on_decision,
        )
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
        self._tell_views(self.items)

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
        if self.automation is not None and len(rows):
            self.automation.on_hits(p.monitor.sweep(rows), self.rights.holds.free(self.items))
        self._feed.on_quotes(quotes)
        p.speaker.outbox.put_quotes(quotes)
        if p.charts is not None:
            p.charts.on_quotes(quotes)

    def _look_again(self) -> None:
        """The account changed: triggers that wait may act now, on the quotes that are there."""
        if self.automation is None or self._stopping:
            return
        waiting = self.automation.triggers.waiting()
        if not waiting:
            return
        for symbol in [s for s in self._items.symbols if not waiting.isdisjoint(self._items.of(s))]:
            self._sweep(symbol)

    def _sweep(self, symbol: Symbol) -> None:
        """Compare the levels of a symbol with the quote that is there."""
        p = self.parts
        row = p.board.row(symbol)
        if row is not None and self.automation is not None:
            p.meter.batch()
            self.automation.on_hits(p.monitor.sweep(p.rows_of(row)), self.rights.holds.free(self.items))

    def _on_signal(self, signal: Signal) -> None:
        self.parts.recorder.signal(signal)
        self.parts.speaker.signal(signal)

    def _on_decision(self, decision: Decision) -> None:
        p = self.parts
        if decision.intent_id:
            p.meter.decided(decision.intent_id)
        p.recorder.decision(decision)
        item = self.items.get(decision.item_id)
        p.speaker.decision(decision, alerts=item is None or item.alerts)
        self._tell_views(self._items.of(decision.symbol))

    # the broker

    def _on_broker_event(self, event: BrokerEvent) -> None:
        p = self.parts
        p.book.tick()
        match event:
            case OrderSent():
                p.sender.on_sent(event)
            case OrderAnswered():
                p.sender.on_answered(event)
                p.link.refresh_soon()
            case OrderFailed():
                p.sender.on_failed(event)
            case OrderReported() | TradeReported():
                self.on_report(event)
                p.link.refresh_soon()
            case AssetReported():
                p.book.apply_asset(event.asset, p.book.event_no)
                self.on_account(())  # no state of an item depends on money
            case PositionReported():
                p.book.apply_position(event.position, p.book.event_no)
                self.on_account(self._items.of(event.position.symbol))
            case CancelAnswered():
                self._on_cancel_answer(event)
            case Disconnected():
                p.link.lost(event.message)
                self._tell_views(self.items)
            case _:
                p.speaker.state()

    def on_report(self, event: OrderReported | TradeReported) -> None:
        """An order or a fill, from a push or from a query; what is known already says nothing."""
        p = self.parts
        if isinstance(event, OrderReported):
            if not p.book.apply_order(event.order):
                return
            p.sender.on_order(event)
            p.recorder.order(event.order)
            p.speaker.order(event.order)
            symbol = event.order.symbol
        else:
            if not p.book.apply_trade(event.trade):
                return
            p.recorder.trade(event.trade)
            p.speaker.trade(event.trade)
            symbol = event.trade.symbol
        self._tell_views(self._items.of(symbol))

    def on_account(self, item_ids: Sequence[str] | None = None) -> None:
        """Money or holdings changed, with them the states of these items, or of all."""
        self.parts.speaker.account()
        self._tell_views(self.items if item_ids is None else item_ids)
        self._look_again()

    def on_intent(self, intent: Intent) -> None:
        """An intent changed."""
        p = self.parts
        p.recorder.intent(intent)
        key = f"unknown/{intent.intent_id}"
        if intent.state is IntentState.UNKNOWN:
            name = p.account.name(intent.symbol)
            text = f"{name} 的委托发出后没有答复。本票同方向已停发，正在向柜台查询，请勿手动重下。"
            p.speaker.alarm(key, AlarmRank.ALARM, "委托结果不明", text, intent.symbol)
            p.link.resolve_soon()
        else:
            p.speaker.cure(key)
        if intent.state.is_final and self.automation is not None:
            wait_s = self.automation.on_final(intent)
            if wait_s is not None and intent.kind is SignalKind.STOP_LOSS:
                asyncio.get_running_loop().call_later(wait_s, self._look_again)
        self._tell_views(self._items.of(intent.symbol))

    def on_journal(self, error: JournalError | None) -> None:
        """The journal took a write, or did not."""
        self._journal_watch.heard(error)

    def _on_cancel_answer(self, event: CancelAnswered) -> None:
        if not event.ok:
            text = f"委托 {event.order_id} 撤单失败：{event.message}"
            self.parts.speaker.alarm(f"cancel/{event.order_id}", AlarmRank.CARE, "撤单失败", text)

    # telling

    def _tell_all(self) -> None:
        p = self.parts
        p.speaker.state()
        p.speaker.items(tuple(self.items.values()))
        p.speaker.account()
        self._tell_views(self.items)

    def tell_state(self) -> None:
        """The desk's state changed."""
        self.parts.speaker.state()
        self._tell_views(self.items)

    def _tell_views(self, item_ids: Sequence[str] | dict[str, WatchItem]) -> None:
        if self.automation is None:
            return
        p = self.parts
        desk = p.account.desk()
        views: list[ItemView] = []
        for item_id in item_ids:
            item = self.items.get(item_id)
            if item is not None:
                facts = p.account.shares_of(item.symbol)
                held = p.book.positions.get(item.symbol)
                views.append(
                    self.rights.holds.view(item_view(item, facts, desk, self.automation.triggers, held))
                )
        p.speaker.views(views)

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
            self._sweep(symbol)
