"""What one row of the watchlist holds, and the plain figures that its columns show."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from PySide6.QtCore import QCoreApplication

from core.domain.decision import ItemView
from core.domain.enums import ItemState, QuoteFlag
from core.domain.market import Quote
from core.domain.money import CENT
from core.domain.watch import WatchItem
from widgets.formats import DASH, change_short, code_of
from widgets.state_looks import STATE_LOOKS, state_word
from widgets.watchlist.levels import LevelKind, Near, nearest
from widgets.watchlist.spark import Spark

translate = QCoreApplication.translate

NO_FLAGS = QuoteFlag(0)

_WARN = frozenset({ItemState.HOLDING_UNPROTECTED, ItemState.BLOCKED})
_WORKING = frozenset({ItemState.ENTERING, ItemState.EXITING})
NEAR = 0.01  # a level closer than this lifts its row in the default order


@dataclass(frozen=True, slots=True)
class WatchRow:
    """One watch item with everything known about it. `flags` are told from outside: no rule lives here."""

    item: WatchItem
    name: str = ""
    tick: Decimal = CENT
    quote: Quote | None = None
    view: ItemView | None = None
    spark: Spark | None = None
    flags: QuoteFlag = NO_FLAGS

    @property
    def stale(self) -> bool:
        """The price is too old to trade by."""
        return bool(self.flags & QuoteFlag.STALE)

    @property
    def code(self) -> str:
        """Six digits."""
        return code_of(self.item.symbol)

    @property
    def last(self) -> int:
        """Last price in thousandths; 0 when none is known."""
        return self.quote.last if self.quote is not None else 0

    @property
    def change(self) -> float | None:
        """Today's change as a fraction."""
        quote = self.quote
        if quote is None or quote.last <= 0 or quote.pre_close <= 0:
            return None
        return (quote.last - quote.pre_close) / quote.pre_close

    @property
    def state(self) -> ItemState:
        """The service's word; before it speaks, what the item itself says."""
        if self.view is not None:
            return self.view.state
        return ItemState.WATCHING if self.item.quant.enabled else ItemState.ALERT_ONLY

    @property
    def state_text(self) -> str:
        """Words for the state."""
        text = self.view.state_text if self.view is not None else ""
        return text or state_word(self.state)

    @property
    def held(self) -> int:
        """Shares held."""
        return self.view.held if self.view is not None else 0

    @property
    def profit(self) -> Decimal | None:
        """Floating result in yuan; None without a holding, a cost or a price."""
        view = self.view
        if view is None or not view.held or view.cost is None or self.last <= 0:
            return None
        return (Decimal(self.last) / 1000 - view.cost) * view.held

    @property
    def profit_share(self) -> Decimal | None:
        """Floating result as a fraction of the cost."""
        gain = self.profit
        if gain is None or self.view is None or not self.view.cost:
            return None
        return gain / (self.view.cost * self.view.held)

    @property
    def near(self) -> Near | None:
        """The level that is closest to being hit."""
        if self.last <= 0 or self.state in (ItemState.DONE, ItemState.SUSPENDED):
            return None
        return nearest(self.item, self.last, self.held > 0, self.state is ItemState.ALERT_ONLY)

    @property
    def is_alarm(self) -> bool:
        """The state is one that is shown as a filled block."""
        return STATE_LOOKS[self.state].alarm

    @property
    def is_needy(self) -> bool:
        """Something here wants the user: an alarm, a holding without protection, a blocked signal."""
        return self.is_alarm or self.state in _WARN

    @property
    def is_pending(self) -> bool:
        """Waits for its entry."""
        return not self.held and self.state in (ItemState.WATCHING, ItemState.ENTERING, ItemState.BLOCKED)

    @property
    def need(self) -> int:
        """Rank of the default order: alarm, care, working, holding, near, watching, the rest."""
        state = self.state
        if self.is_alarm:
            return 0
        if state in _WARN:
            return 1
        if state in _WORKING:
            return 2
        if state is ItemState.HOLDING:
            return 3
        if state is ItemState.WATCHING:
            near = self.near
            return 4 if near is not None and abs(near.distance) <= NEAR else 5
        return 7 if state is ItemState.DONE else 6


def flag_mark(flags: QuoteFlag) -> str:
    """One character beside the price for the gravest of what is so; empty when there is nothing to say."""
    marks = (
        (QuoteFlag.UP_LOCKED | QuoteFlag.DOWN_LOCKED, translate("Watchlist", "封")),
        (QuoteFlag.FALLBACK, translate("Watchlist", "备")),
        (QuoteFlag.AUCTION, translate("Watchlist", "竞")),
        (QuoteFlag.UP_TOUCHED | QuoteFlag.DOWN_TOUCHED, translate("Watchlist", "触")),
    )
    return next((mark for flag, mark in marks if flags & flag), "")


def flag_words(flags: QuoteFlag) -> list[str]:
    """A sentence for each thing that is so."""
    words = {
        QuoteFlag.SUSPENDED: translate("Watchlist", "停牌"),
        QuoteFlag.AUCTION: translate("Watchlist", "集合竞价：价格只是参考价"),
        QuoteFlag.UP_LOCKED: translate("Watchlist", "涨停封死：没有卖盘"),
        QuoteFlag.UP_TOUCHED: translate("Watchlist", "今天触及过涨停价"),
        QuoteFlag.DOWN_LOCKED: translate("Watchlist", "跌停封死：没有买盘"),
        QuoteFlag.DOWN_TOUCHED: translate("Watchlist", "今天触及过跌停价"),
        QuoteFlag.STALE: translate("Watchlist", "行情陈旧：不触发交易"),
        QuoteFlag.FALLBACK: translate("Watchlist", "来自备用源：设置没有允许它触发交易"),
    }
    if flags & QuoteFlag.UP_LOCKED:
        flags &= ~QuoteFlag.UP_TOUCHED
    if flags & QuoteFlag.DOWN_LOCKED:
        flags &= ~QuoteFlag.DOWN_TOUCHED
    return [text for flag, text in words.items() if flags & flag]


def near_text(row: WatchRow) -> str:
    """`损 −4.5%`, `已达盈 +0.1%`, `区间内`."""
    near = row.near
    if near is None:
        return DASH
    if near.kind is LevelKind.ZONE and near.reached:
        return translate("Watchlist", "区间内")
    figure = change_short(near.distance)
    if near.reached:
        reached = {
            LevelKind.STOP: translate("Watchlist", "已破损 {n}"),
            LevelKind.TARGET: translate("Watchlist", "已达盈 {n}"),
        }
        return reached[near.kind].format(n=figure)
    labels = {
        LevelKind.STOP: translate("Watchlist", "损 {n}"),
        LevelKind.TARGET: translate("Watchlist", "盈 {n}"),
        LevelKind.ZONE: translate("Watchlist", "进 {n}"),
    }
    return labels[near.kind].format(n=figure)


def protection_text(row: WatchRow) -> str:
    """What the stop will do; `无持仓` where there is nothing to protect and nothing to say."""
    text = row.view.protection_text if row.view is not None else ""
    return text or translate("Watchlist", "无持仓")
