"""Turns what happens into news. The only place of the service that knows what a window is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from core.clock import Clock
from core.domain.decision import Decision, ItemView, Signal
from core.domain.enums import AlarmRank, Outcome, Phase, QuoteFlag, SignalKind
from core.domain.market import Instrument, Symbol
from core.domain.money import price_text
from core.domain.trading import Order, Trade
from core.domain.watch import WatchItem
from core.exchange.symbols import tick_size
from core.execution.book import AccountBook
from core.execution.intents import IntentBook
from core.market.board import QuoteBoard
from core.service import news as n
from core.service.account import DeskAccount, DeskStatus
from core.service.meters import LatencyMeter
from core.service.outbox import Outbox

_KIND = {SignalKind.ENTRY: "进场", SignalKind.TAKE_PROFIT: "止盈", SignalKind.STOP_LOSS: "止损"}


class Speaker:
    """Speaks to the outbox; holds no rules and changes nothing."""

    def __init__(
        self,
        *,
        account_id: str,
        clock: Clock,
        speed: float,
        source: Callable[[], str],
        status: DeskStatus,
        account: DeskAccount,
        board: QuoteBoard,
        book: AccountBook,
        intents: IntentBook,
        meter: LatencyMeter,
        outbox: Outbox,
    ) -> None:
        self._account_id = account_id
        self._clock = clock
        self._speed = speed
        self._source = source
        self._status = status
        self._account = account
        self._board = board
        self._book = book
        self._intents = intents
        self._meter = meter
        self.outbox = outbox
        self._alarms: dict[str, n.AlarmNews] = {}
        self._views: dict[str, ItemView] = {}
        self._day_start: Decimal | None = None
        self._feed: n.FeedNews | None = None
        self._flags: dict[Symbol, int] = {}

    def state(self) -> None:
        """Badge, channel, automation."""
        status = self._status
        self.outbox.put(
            n.DeskState(
                mode=status.mode,
                account_id=self._account_id,
                link=status.link,
                link_text=status.link_text,
                armed=status.armed,
                automation_text=status.armed_text,
                source=self._source(),
            )
        )

    def feed(self, feed: n.FeedNews) -> None:
        """Where quotes come from; the same is not said twice."""
        if feed != self._feed:
            self._feed = feed
            self.outbox.put(feed)

    def flags(self) -> None:
        """What snapshots show beside their prices, where it changed."""
        symbols, column = self._board.symbols, self._board.flag_column()
        changed = [
            (symbol, QuoteFlag(flags))
            for symbol, flags in zip(symbols, column.tolist(), strict=True)
            if self._flags.get(symbol) != flags
        ]
        if changed:
            self._flags.update(changed)
            self.outbox.put(n.FlagsNews(tuple(changed)))

    def clock(self, phase: Phase, queue_depth: int) -> None:
        """The desk's clock and the figures of the health strip."""
        fresh, oldest_ms = self._board.freshness()
        self.outbox.put(
            n.ClockNews(
                now=self._clock.now(),
                phase=phase,
                simulated=self._clock.simulated,
                speed=self._speed,
                oldest_quote_s=oldest_ms / 1000 if oldest_ms is not None else None,
                quotes_fresh=fresh,
                quotes_total=self._board.watched,
                queue_depth=queue_depth,
                quotes_overwritten=self.outbox.overwritten,
                tick_to_order_p99_ms=self._meter.p99_ms(),
            )
        )

    def new_day(self) -> None:
        """The day's result counts from the next asset on."""
        self._day_start = None

    def account(self) -> None:
        """Money and holdings."""
        asset, total = self._book.asset, self._account.total_asset()
        if asset is not None and total is not None:
            if self._day_start is None:
                self._day_start = total
            self.outbox.put(n.AssetNews(asset, str(self._day_start)))
        self.outbox.put(n.PositionsNews(tuple(self._book.positions.values())))

    def items(self, items: Sequence[WatchItem]) -> None:
        """The whole watchlist."""
        self._views = {}
        self.outbox.put(n.ItemsNews(tuple(items)))

    def views(self, views: Sequence[ItemView]) -> None:
        """States of items, those that changed."""
        changed = tuple(view for view in views if self._views.get(view.item_id) != view)
        if changed:
            self._views.update((view.item_id, view) for view in changed)
            self.outbox.put(n.ItemViewsNews(changed))

    def instruments(self, instruments: Sequence[Instrument]) -> None:
        """Names and limits."""
        self.outbox.put(n.InstrumentsNews(tuple(instruments)))

    def signal(self, signal: Signal) -> None:
        """A level was hit."""
        self.outbox.put(n.SignalNews(signal))

    def again(self, decisions: Sequence[Decision]) -> None:
        """Decisions of the day from before a restart: shown, not said aloud a second time."""
        for decision in decisions:
            self.outbox.put(n.DecisionNews(decision))

    def decision(self, decision: Decision, *, alerts: bool = True) -> None:
        """What was made of it; what failed or waits is said aloud too. `alerts` off silences mere price alerts."""
        self.outbox.put(n.DecisionNews(decision))
        name, kind = self._account.name(decision.symbol), _KIND[decision.kind]
        key = f"decision/{decision.item_id}/{decision.kind.value}"
        stop = decision.kind is SignalKind.STOP_LOSS
        if decision.outcome in (Outcome.FAILED, Outcome.WAITING) and stop:
            rank = AlarmRank.CARE if decision.code in ("T_PLUS_1", "CANCEL_FIRST") else AlarmRank.ALARM
            self.alarm(key, rank, f"止损发不出 {name}", decision.summary, decision.symbol)
        elif decision.outcome in (Outcome.FAILED, Outcome.BLOCKED):
            self.alarm(key, AlarmRank.CARE, f"{kind}未做 {name}", decision.summary, decision.symbol)
        elif decision.outcome is Outcome.SKIPPED:
            if not alerts:
                return
            level = decision.reasons[0].text if decision.reasons else ""
            text = f"{level}；{decision.summary}"
            self.alarm(key, AlarmRank.MESSAGE, f"到价 {kind} {name}", text, decision.symbol)
        else:
            self.cure(key)
            self.alarm(
                f"{key}/{decision.decision_id}",
                AlarmRank.MESSAGE,
                f"{kind} {name}",
                decision.summary,
                decision.symbol,
            )

    def order(self, order: Order) -> None:
        """One order as it stands."""
        intent = self._intents.find(order.remark, order.order_id)
        self.outbox.put(
            n.OrderNews(order, self._origin(order.remark, order.order_id), intent.intent_id if intent else "")
        )

    def trade(self, trade: Trade) -> None:
        """One fill, also as a notification."""
        self.outbox.put(n.TradeNews(trade, self._origin(trade.remark, trade.order_id)))
        verb = "买入" if trade.side.value == "BUY" else "卖出"
        price = price_text(trade.price, tick_size(trade.symbol))
        title = f"成交 {self._account.name(trade.symbol)}"
        text = f"{verb} {trade.volume:,} 股 @ {price}"
        self.alarm(f"trade/{trade.trade_id}", AlarmRank.MESSAGE, title, text, trade.symbol)

    def alarm(self, key: str, rank: AlarmRank, title: str, text: str, symbol: Symbol | None = None) -> None:
        """Say something once; the same words under the same key are not repeated."""
        known = self._alarms.get(key)
        if known is not None and (known.title, known.text) == (title, text):
            return
        told = n.AlarmNews(key, rank, title, text, self._clock.now(), symbol)
        if rank is not AlarmRank.MESSAGE:
            self._alarms[key] = told
        self.outbox.put(told)

    def cure(self, key: str) -> None:
        """The state behind an alarm is over."""
        known = self._alarms.pop(key, None)
        if known is not None:
            self.outbox.put(
                n.AlarmNews(
                    key, known.rank, known.title, known.text, self._clock.now(), known.symbol, cured=True
                )
            )

    def _origin(self, remark: str, order_id: int) -> str:
        intent = self._intents.find(remark, order_id)
        if intent is None:
            return "外部"
        return "自动" if intent.trigger else "手动"
