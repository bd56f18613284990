"""The trading channel over time: connect, reconcile, keep the mirror fresh, find the fate of unknown orders.

Nothing is called ready without proof: connected, subscribed, and orders, trades, holdings and money answered. While
the session lives, a reconciliation that lost an answer is tried again; so is the search for unknown orders, ever more
patiently while nobody answers. A session that is lost is said, automation stops, a restart recovers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from core.clock import Clock
from core.domain.enums import AlarmRank, IntentState, LinkState
from core.domain.events import OrderReported, TradeReported
from core.domain.trading import Asset, Intent, Order, Position, Trade
from core.errors import BrokerError
from core.execution.book import AccountBook
from core.execution.intents import IntentBook
from core.execution.sender import Sender
from core.ports import Broker
from core.service.account import DeskStatus
from core.service.fates import difference
from core.service.recorder import Tasks

Alarm = Callable[[str, AlarmRank, str, str], None]
"""key, rank, title, text"""

_REFRESH_S = 0.3
_PROBE_S = 30.0
_RESOLVE_S = 3.0
_PATIENCE_S = (3.0, 3.0, 5.0, 10.0)
"""Waits after the first, second, ... answer in a row that did not come; a stop may be waiting, so never longer."""
_CLEAN_ANSWERS = 2
_DOUBTS = 3


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The broker's complete answer at one moment."""

    asset: Asset
    positions: Sequence[Position]
    orders: Sequence[Order]
    trades: Sequence[Trade]


class BrokerLink:
    """Owns the state of the channel. Runs on the trading loop."""

    def __init__(
        self,
        *,
        broker: Broker,
        book: AccountBook,
        intents: IntentBook,
        sender: Sender,
        status: DeskStatus,
        clock: Clock,
        tasks: Tasks,
        on_state: Callable[[], None],
        on_account: Callable[[], None],
        on_event: Callable[[OrderReported | TradeReported], None],
        alarm: Alarm,
        cure: Callable[[str], None],
    ) -> None:
        self._broker = broker
        self._book = book
        self._intents = intents
        self._sender = sender
        self._status = status
        self._clock = clock
        self._tasks = tasks
        self._on_state = on_state
        self._on_account = on_account
        self._on_event = on_event
        self._alarm = alarm
        self._cure = cure
        self._refresh_due = False
        self._resolving = False
        self._resolve_timer: asyncio.TimerHandle | None = None
        self._misses = 0
        self._clean: dict[str, int] = {}
        self._closing = False

    async def open(self) -> None:
        """Connect and reconcile; raises BrokerError after saying so on the desk.

        When the session stands and only an answer was lost, reconciling goes on by itself.
        """
        self._set(LinkState.CONNECTING, "正在连接")
        try:
            await self._broker.open()
        except BrokerError as error:
            self._set(LinkState.FAILED, str(error))
            self._alarm("link", AlarmRank.ALARM, "交易通道连不上", str(error))
            raise
        await self._prove(0)

    async def _prove(self, failures: int) -> None:
        """Reconcile, and be ready then; `failures` tries before this one lost an answer."""
        self._set(LinkState.RECONCILING, "正在对账")
        try:
            await self._reconcile(failures)
        except BrokerError as error:
            if not self._closing and self._status.link is not LinkState.LOST:
                self._not_proven(error, failures)
            raise
        self._set(LinkState.READY, f"已对账 {self._clock.now():%H:%M:%S}")
        self._cure("link")
        asyncio.get_running_loop().call_later(_PROBE_S, self._probe)

    def _not_proven(self, error: BrokerError, failures: int) -> None:
        self._set(LinkState.FAILED, str(error))
        again = "盯盘会自动再对账，成功之前不下单。" if self._broker.ready else ""
        if failures == 0:
            self._alarm("link", AlarmRank.ALARM, "对账没有完成", f"{error}{again}")
        if again:
            wait = _patience(failures)
            asyncio.get_running_loop().call_later(wait, self._prove_again, failures + 1)

    def _prove_again(self, failures: int) -> None:
        if not self._closing and self._broker.ready and self._status.link is LinkState.FAILED:
            self._tasks.spawn(self._proof(failures))

    async def _proof(self, failures: int) -> None:
        with suppress(BrokerError):  # said, and tried again
            await self._prove(failures)
            self._on_account()  # what waited for the channel may act now

    async def close(self) -> None:
        """Orderly end."""
        self._closing = True
        await self._broker.close()
        self._set(LinkState.OFFLINE, "已断开")

    def lost(self, message: str) -> None:
        """The session is gone: automation stops until a restart has reconciled."""
        if self._closing:
            return
        self._set(LinkState.LOST, f"{self._clock.now():%H:%M:%S} 断开")
        text = f"{message}持仓没有保护，自动交易已停；在途委托仍在柜台。请检查终端后重新启动盯盘。"
        self._alarm("link", AlarmRank.ALARM, "交易通道断开", text)

    def refresh_soon(self) -> None:
        """Ask for money and holdings shortly; many installations never push them."""
        if not self._refresh_due and not self._closing:
            self._refresh_due = True
            asyncio.get_running_loop().call_later(_REFRESH_S, self._start_refresh)

    def resolve_soon(self) -> None:
        """An intent is of unknown fate: ask the broker until its answers settle it."""
        if self._closing:
            return
        self._misses = 0
        if not self._resolving:
            self._resolving = True
            self._clean.clear()
            self._tasks.spawn(self._resolve())
        elif self._resolve_timer is not None:
            self._resolve_in(_RESOLVE_S)  # a new one must not wait out the patience with an old one

    def _start_refresh(self) -> None:
        self._refresh_due = False
        if self._broker.ready and not self._closing:
            self._tasks.spawn(self.refresh())

    async def refresh(self) -> None:
        """Ask for money and holdings now; what cannot be had keeps the last figures and says so."""
        asked = self._book.event_no
        try:
            asset = await self._broker.query_asset()
            positions = await self._broker.query_positions()
        except BrokerError as error:
            self._alarm("refresh", AlarmRank.CARE, "查询没有答复", f"资金和持仓查询失败：{error}")
            return
        if asset is None or positions is None:
            self._alarm("refresh", AlarmRank.CARE, "查询失败", "柜台没有给出资金或持仓，沿用上一次的数字。")
            return
        self._book.apply_asset(asset, asked)
        if self._book.apply_positions(positions, asked):
            self._cure("refresh")
        if positions or asset.market_value <= 0:
            self._cure("holdings")
        self._on_account()

    def _probe(self) -> None:
        if self._closing or self._status.link is not LinkState.READY:
            return
        self._start_refresh()
        asyncio.get_running_loop().call_later(_PROBE_S, self._probe)

    async def _reconcile(self, failures: int) -> None:
        before = {i.intent_id: i for i in self._intents.all() if not i.state.is_final}
        snapshot = await self._snapshot()
        self._doubt(snapshot, failures)
        self._take(snapshot)
        known = {order.remark for order in snapshot.orders}
        self._sender.expire_before(self._clock.now().date())
        open_intents = [i for i in self._intents.all() if not i.state.is_final]
        missing = [i for i in open_intents if i.intent_id not in known]
        if missing:
            await asyncio.sleep(_RESOLVE_S)
            self._settle(missing, await self._snapshot())
        self._on_account()
        found = [difference(i) for i in self._intents.all() if before.get(i.intent_id, i) != i]
        if found:
            text = f"上次退出时未了结的委托，现在以柜台为准：{'；'.join(found)}。"
            self._alarm("reconciled", AlarmRank.CARE, "对账有变化", text)

    def _doubt(self, snapshot: Snapshot, failures: int) -> None:
        """No holdings while the money shows some prove nothing: asked again, then taken with an alarm."""
        value = snapshot.asset.market_value
        if value <= 0 or any(position.volume for position in snapshot.positions):
            return
        text = f"资金里有持仓市值 {value:,.2f} 元，持仓查询却是空的。"
        if failures < _DOUBTS:
            raise BrokerError(text)
        self._alarm("holdings", AlarmRank.ALARM, "持仓查不到", f"{text}查到之前没有保护，请在券商端核对。")

    async def _snapshot(self) -> Snapshot:
        asset = await self._broker.query_asset()
        orders = await self._broker.query_orders()
        trades = await self._broker.query_trades()
        positions = await self._broker.query_positions()
        if asset is None or orders is None or trades is None or positions is None:
            raise BrokerError("柜台没有给出完整的资金、委托、成交和持仓，不能对账。请确认终端已登录后重试。")
        return Snapshot(asset, positions, orders, trades)

    def _take(self, snapshot: Snapshot) -> None:
        generation = self._broker.generation
        asked = self._book.event_no
        for order in snapshot.orders:
            self._on_event(OrderReported(generation, order))
        for trade in snapshot.trades:
            self._on_event(TradeReported(generation, trade))
        self._book.apply_asset(snapshot.asset, max(asked, self._book.event_no))
        self._book.apply_positions(snapshot.positions, self._book.event_no)

    def _settle(self, missing: Sequence[Intent], snapshot: Snapshot) -> None:
        self._take(snapshot)
        known = {order.remark for order in snapshot.orders} | {trade.remark for trade in snapshot.trades}
        for intent in missing:
            if intent.intent_id not in known:
                self._sender.settle_missing(intent, "柜台两次完整答复都没有这笔委托，确认没有到达。")

    async def _resolve(self) -> None:
        """One round; the next is a timer, so that nobody who waits for work under way waits for the broker."""
        unknown = [i for i in self._intents.all() if i.state is IntentState.UNKNOWN]
        if unknown:
            try:
                snapshot = await self._snapshot()
            except BrokerError:
                self._clean.clear()
                wait = _patience(self._misses)
                self._misses += 1
            else:
                wait, self._misses = _RESOLVE_S, 0
                self._take(snapshot)
                self._count_clean(unknown, snapshot)
            self._resolve_in(wait)
        else:
            self._resolving = False

    def _resolve_in(self, seconds: float) -> None:
        if self._resolve_timer is not None:
            self._resolve_timer.cancel()
        self._resolve_timer = asyncio.get_running_loop().call_later(seconds, self._resolve_again)

    def _resolve_again(self) -> None:
        self._resolve_timer = None
        if not self._closing:
            self._tasks.spawn(self._resolve())

    def _count_clean(self, unknown: Sequence[Intent], snapshot: Snapshot) -> None:
        known = {order.remark for order in snapshot.orders} | {trade.remark for trade in snapshot.trades}
        for intent in unknown:
            if intent.intent_id in known:
                continue
            self._clean[intent.intent_id] = self._clean.get(intent.intent_id, 0) + 1
            if self._clean[intent.intent_id] >= _CLEAN_ANSWERS:
                text = f"柜台 {_CLEAN_ANSWERS} 次完整答复都没有这笔委托，确认没有到达。"
                self._sender.settle_missing(intent, text)

    def _set(self, link: LinkState, text: str) -> None:
        self._status.link, self._status.link_text = link, text
        self._on_state()


def _patience(failures: int) -> float:
    """Seconds to wait after one more failure, with so many before it."""
    return _PATIENCE_S[min(failures, len(_PATIENCE_S) - 1)]
