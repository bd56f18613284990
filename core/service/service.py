"""The trading service: quotes and broker events in, decisions and news out. All of it runs on the trading loop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from core.clock import Clock
from core.domain.decision import Decision, ItemView, Signal
from core.domain.enums import AlarmRank, IntentState, LinkState, Mode, Phase, SignalKind
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
from core.domain.market import SHANGHAI, Quote, Symbol, datetime_to_ms
from core.domain.trading import Intent
from core.domain.watch import WatchItem
from core.errors import BrokerError, JournalError, UserError
from core.exchange.sessions import domain_phase
from core.execution.automation import Automation
from core.execution.ids import Ids
from core.execution.triggers import TriggerBook
from core.execution.views import item_view
from core.ports import JournalState
from core.service.parts import DeskParts

_log = logging.getLogger(__name__)

_JOURNAL_PROBE_S = 5.0


@dataclass(frozen=True, slots=True)
class ServiceOptions:
    """`clock_s`: desk seconds between clock news; None for a service without a window."""

    clock_s: float | None = 1.0


class TradingService:
    """One account on one desk. Commands are handled by `service.commands_in.CommandDesk`."""

    parts: DeskParts

    def __init__(self, clock: Clock, options: ServiceOptions) -> None:
        """Not usable before `furnish`: the rooms are made with the service's methods in hand."""
        self._options = options
        self.items: dict[str, WatchItem] = {}
        self._by_symbol: dict[Symbol, list[str]] = {}
        self._stopping = False
        self._day = clock.now().date()
        self._day_ends_ms = 0
        self._rolling = False
        self.automation: Automation | None = None
        self.ids: Ids | None = None

    def furnish(self, parts: DeskParts) -> None:
        """Give the service its rooms; once."""
        self.parts = parts

    # life

    async def start(self) -> None:
        """Watchlist, channel, reconciliation, quotes; only then automation. The journal is open already.

        A channel that is not there is said on the desk: quotes
        and alerts run without it.
        """
        p = self.parts
        p.speaker.state()
        told = await self._begin_day(self._day)
        p.speaker.again(told.decisions)
        p.broker.listen(self._on_broker_event)
        p.feed.listen(self.on_quotes)
        try:
            await p.link.open()
        except BrokerError:
            _log.warning("the trading channel is not available; the desk runs without it")
        await self._subscribe()
        self._tell_all()
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
            await self._catch_up()
        await p.journal.close()

    async def settle(self) -> None:
        """Finish what is being written and ask for money and holdings once more."""
        await self.parts.tasks.finish()
        await self.parts.link.refresh()

    async def _begin_day(self, day: date) -> JournalState:
        """Load what a start on `day` must know. Triggers are armed anew, less those that acted today."""
        p = self.parts
        state = await p.journal.load(day)
        self.items = {item.item_id: item for item in state.items}
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
        self._day = day
        self._day_ends_ms = datetime_to_ms(datetime.combine(day, time.max, SHANGHAI))
        self._index_items()
        return state

    def _index_items(self) -> None:
        self._by_symbol = {}
        for item in self.items.values():
            self._by_symbol.setdefault(item.symbol, []).append(item.item_id)
        self.parts.monitor.set_items(tuple(self.items.values()))

    async def _subscribe(self) -> None:
        """Quotes of everything watched or held, and their names."""
        p = self.parts
        symbols = list(dict.fromkeys([*self._by_symbol, *p.book.positions]))
        p.board.add_symbols(symbols)
        try:
            found = await p.feed.instruments(symbols)
            p.account.instruments.update(found)
            p.speaker.instruments(tuple(found.values()))
            await p.feed.start(symbols)
        except UserError as error:
            p.speaker.alarm("feed", AlarmRank.ALARM, "行情订阅失败", str(error))
        else:
            p.speaker.cure("feed")

    async def set_items(self, items: Sequence[WatchItem], removed: Sequence[str] = ()) -> None:
        """Save and watch; raises JournalError and changes nothing when it cannot be saved."""
        await self.parts.journal.save_items(items, removed)
        for item_id in removed:
            self.items.pop(item_id, None)
        self.items.update((item.item_id, item) for item in items)
        self._index_items()
        await self._subscribe()
        self.parts.speaker.items(tuple(self.items.values()))
        self._tell_views(self.items)

    # quotes

    def on_quotes(self, quotes: Sequence[Quote]) -> None:
        """A batch of snapshots, in arrival order."""
        p = self.parts
        self._notice_day()
        p.meter.batch()
        rows = p.board.apply(quotes)
        if self.automation is not None and len(rows):
            self.automation.on_hits(p.monitor.sweep(rows), self.items)
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
        for symbol in [s for s, item_ids in self._by_symbol.items() if not waiting.isdisjoint(item_ids)]:
            self._sweep(symbol)

    def _sweep(self, symbol: Symbol) -> None:
        """Compare the levels of a symbol with the quote that is there."""
        p = self.parts
        row = p.board.row(symbol)
        if row is not None and self.automation is not None:
            p.meter.batch()
            self.automation.on_hits(p.monitor.sweep(p.rows_of(row)), self.items)

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
        self._tell_views(self._by_symbol.get(decision.symbol, ()))

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
                self.on_account(self._by_symbol.get(event.position.symbol, ()))
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
        self._tell_views(self._by_symbol.get(symbol, ()))

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
        self._tell_views(self._by_symbol.get(intent.symbol, ()))

    def on_journal(self, error: JournalError | None) -> None:
        """The journal took a write, or did not."""
        p = self.parts
        text = "" if error is None else str(error)
        if p.status.journal_error == text:
            return
        probing, p.status.journal_error = bool(p.status.journal_error), text
        if error is None:
            p.speaker.cure("journal")
            p.tasks.spawn(self._catch_up())
            return
        p.recorder.hold()
        note = f"{text}开仓和止盈已停，止损走应急文件。"
        p.speaker.alarm("journal", AlarmRank.ALARM, "日志库写不进去", note)
        if not probing:
            asyncio.get_running_loop().call_later(_JOURNAL_PROBE_S, self._probe_journal)

    def _probe_journal(self) -> None:
        if self.parts.status.journal_error and not self._stopping:
            self.parts.tasks.spawn(self._try_journal())

    async def _try_journal(self) -> None:
        """Nobody may have anything to write while entries are stopped: write something."""
        try:
            await self.parts.journal.next_id(self._day)
        except JournalError:
            asyncio.get_running_loop().call_later(_JOURNAL_PROBE_S, self._probe_journal)
        else:
            self.on_journal(None)

    async def _catch_up(self) -> None:
        """The journal takes writes again: first the stops of the emergency file, then what could not be kept."""
        try:
            await self.parts.emergency.recover(self.parts.journal)
            await self.parts.recorder.flush()
        except JournalError as error:
            self.on_journal(error)

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
                views.append(item_view(item, facts, desk, self.automation.triggers, held))
        p.speaker.views(views)

    def _tick_clock(self) -> None:
        if self._stopping or self._options.clock_s is None:
            return
        p = self.parts
        symbol = next(iter(self._by_symbol), Symbol("600000.SH"))
        phase = domain_phase(symbol, p.clock.now())
        p.speaker.clock(phase, p.speaker.outbox.depth)
        self._check_feed(phase)
        self._notice_day()
        asyncio.get_running_loop().call_later(self._options.clock_s, self._tick_clock)

    def _check_feed(self, phase: Phase) -> None:
        p = self.parts
        if phase is Phase.CONTINUOUS and p.board.feed_stopped():
            text = "连续竞价中 10 秒以上没有任何新行情，止损和进场都无法判断。请检查行情连接。"
            p.speaker.alarm("feed-silent", AlarmRank.ALARM, "行情停更", text)
        else:
            p.speaker.cure("feed-silent")

    def _notice_day(self) -> None:
        """With a window its clock notices a new trading day, without one the day's first quote."""
        if self.parts.clock.now_ms() < self._day_ends_ms or self._rolling or self._stopping:
            return
        now = self.parts.clock.now()
        if domain_phase(next(iter(self._by_symbol), Symbol("600000.SH")), now) is not Phase.CLOSED:
            self._rolling = True
            self.parts.tasks.spawn(self._roll(now.date()))

    async def _roll(self, day: date) -> None:
        """A new trading day: levels are armed again, yesterday's purchases can be sold."""
        try:
            await self._open_day(day)
        finally:
            self._rolling = False

    async def _open_day(self, day: date) -> None:
        self.parts.sender.expire_before(day)
        await self._begin_day(day)
        self.parts.speaker.new_day()
        if self.parts.status.mode is Mode.LIVE and self.parts.status.armed:
            self.parts.status.armed = False
            text = "实盘的武装只管一个交易日。请核对持仓和价位后重新武装。"
            self.parts.speaker.alarm("armed", AlarmRank.CARE, "新交易日未武装", text)
        if self.parts.status.link is LinkState.READY:
            await self.parts.link.refresh()
        await self._subscribe()
        self._tell_all()
        for symbol in self._by_symbol:
            self._sweep(symbol)
