"""What the watchlist says about one item: its state, and what its protection will do, in words."""

from __future__ import annotations

from decimal import Decimal

from core.domain.decision import ItemView
from core.domain.enums import ItemState, Outcome, SignalKind
from core.domain.money import price_text
from core.domain.trading import Position
from core.domain.watch import WatchItem
from core.exchange.symbols import tick_size
from core.execution.facts import DeskFacts, SymbolFacts
from core.execution.triggers import TriggerBook

_KIND = {SignalKind.ENTRY: "进场", SignalKind.TAKE_PROFIT: "止盈", SignalKind.STOP_LOSS: "止损"}


def item_view(
    item: WatchItem,
    facts: SymbolFacts,
    desk: DeskFacts,
    triggers: TriggerBook,
    position: Position | None,
    cost: Decimal | None = None,
) -> ItemView:
    """State and sentences of one item."""
    state, text = _state(item, facts, desk, triggers)
    return ItemView(
        item_id=item.item_id,
        symbol=item.symbol,
        state=state,
        state_text=text,
        protection_text=_protection(item, facts, desk, triggers),
        held=facts.held,
        sellable=facts.sellable,
        cost=cost if cost is not None else (position.cost if position and position.volume else None),
        protected=_guarded(item, facts)
        and _can_act(desk)
        and (facts.sellable > 0 or bool(facts.working_sells)),
    )


def _state(
    item: WatchItem, facts: SymbolFacts, desk: DeskFacts, triggers: TriggerBook
) -> tuple[ItemState, str]:
    if facts.unknown_buy is not None or facts.unknown_sell is not None:
        return ItemState.UNKNOWN_ORDER, "委托不明"
    stop = triggers.of(item.item_id, SignalKind.STOP_LOSS)
    if facts.held > 0 and stop.last is not None and stop.last[0] in (Outcome.WAITING, Outcome.FAILED):
        known = stop.last[1] == "T_PLUS_1"
        state = ItemState.HOLDING_UNPROTECTED if known else ItemState.STOP_BLOCKED
        return state, "持有 · 无保护" if known else "止损待发"
    if _guarded(item, facts) and not _can_act(desk):
        return ItemState.PROTECTION_LOST, "持有 · 无保护"
    working = facts.working_sells or facts.live_sells
    if working:
        done = sum(o.traded_volume for o in facts.working_sells)
        meant = sum(o.volume for o in facts.working_sells) or sum(i.volume for i in facts.live_sells)
        return ItemState.EXITING, f"卖出中 {done:,}/{meant:,}"
    if facts.working_buys:
        done = sum(o.traded_volume for o in facts.working_buys)
        meant = sum(o.volume for o in facts.working_buys)
        return ItemState.ENTERING, f"买入中 {done:,}/{meant:,}"
    if facts.held > 0:
        return _holding(item, facts)
    return _watching(item, triggers)


def _guarded(item: WatchItem, facts: SymbolFacts) -> bool:
    """There is something to protect, and the user wants it protected."""
    wanted = item.quant.enabled and item.quant.auto_stop_loss and item.stop_loss is not None
    return wanted and facts.held > 0


def _can_act(desk: DeskFacts) -> bool:
    return desk.armed and desk.link_ready and not desk.blind_text


def _holding(item: WatchItem, facts: SymbolFacts) -> tuple[ItemState, str]:
    if not _guarded(item, facts) or facts.sellable <= 0:
        return ItemState.HOLDING_UNPROTECTED, "持有 · 无保护"
    return ItemState.HOLDING, "持有 · 受保护"


def _watching(item: WatchItem, triggers: TriggerBook) -> tuple[ItemState, str]:
    for kind in (SignalKind.STOP_LOSS, SignalKind.TAKE_PROFIT):
        if triggers.of(item.item_id, kind).spent:
            return ItemState.DONE, f"完成 · {_KIND[kind]}"
    if not item.quant.enabled:
        return ItemState.ALERT_ONLY, "仅提醒"
    entry = triggers.of(item.item_id, SignalKind.ENTRY)
    if entry.last is not None and entry.last[0] in (Outcome.BLOCKED, Outcome.FAILED):
        return ItemState.BLOCKED, "已触发 · 被拦截"
    if entry.spent:
        return ItemState.DONE, "完成 · 进场"
    return ItemState.WATCHING, "监测中"


def _protection(item: WatchItem, facts: SymbolFacts, desk: DeskFacts, triggers: TriggerBook) -> str:
    if facts.held <= 0:
        return "无持仓"
    if item.stop_loss is None:
        return "没有设止损"
    stop = triggers.of(item.item_id, SignalKind.STOP_LOSS)
    if stop.last is not None and stop.last[0] in (Outcome.WAITING, Outcome.FAILED) and stop.since is not None:
        return f"{stop.last_text}（自 {stop.since:%H:%M:%S}）"
    if not item.quant.enabled:
        return "未启用量化，只提醒"
    if not item.quant.auto_stop_loss:
        return "自动止损已关，只提醒"
    if not desk.armed:
        return desk.armed_text
    if not desk.link_ready:
        return desk.link_text
    if desk.blind_text:
        return desk.blind_text
    level = price_text(item.stop_loss, tick_size(item.symbol))
    if facts.working_sells:
        return f"卖单在途；跌破 {level} 先撤单再止损"
    if facts.sellable <= 0:
        return f"T+1 可卖 0，下一交易日起止损 {level} 生效"
    return f"跌破 {level} 将卖 {facts.sellable:,} 股"
