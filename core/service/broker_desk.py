"""What the broker says, taken into the book, the journal and the news; and what became of our own intents."""

from __future__ import annotations

from collections.abc import Iterable

from core.domain.enums import AlarmRank, IntentState
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
from core.domain.trading import Intent
from core.service.automation_desk import AutomationDesk
from core.service.item_states import ItemStates
from core.service.items import ItemBook
from core.service.parts import DeskParts


class BrokerDesk:
    """Runs on the trading loop."""

    def __init__(
        self, parts: DeskParts, items: ItemBook, automation: AutomationDesk, states: ItemStates
    ) -> None:
        self._parts = parts
        self._items = items
        self._automation = automation
        self._states = states

    def on_event(self, event: BrokerEvent) -> None:
        """One event of the trading channel, in order."""
        p = self._parts
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
                self._states.tell()
            case _:
                p.speaker.state()

    def on_report(self, event: OrderReported | TradeReported) -> None:
        """An order or a fill, from a push or from a query; what is known already says nothing."""
        p = self._parts
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
        self._states.tell(self._items.of(symbol))

    def on_account(self, item_ids: Iterable[str] | None = None) -> None:
        """Money or holdings changed, with them the states of these items, or of all."""
        self._parts.speaker.account()
        self._states.tell(item_ids)
        self._automation.look_again()

    def on_intent(self, intent: Intent) -> None:
        """An intent changed."""
        p = self._parts
        p.recorder.intent(intent)
        key = f"unknown/{intent.intent_id}"
        if intent.state is IntentState.UNKNOWN:
            name = p.account.name(intent.symbol)
            text = f"{name} 的委托发出后没有答复。本票同方向已停发，正在向柜台查询，请勿手动重下。"
            p.speaker.alarm(key, AlarmRank.ALARM, "委托结果不明", text, intent.symbol)
            p.link.resolve_soon()
        else:
            p.speaker.cure(key)
        if intent.state.is_final:
            self._automation.ended(intent)
        self._states.tell(self._items.of(intent.symbol))

    def _on_cancel_answer(self, event: CancelAnswered) -> None:
        if not event.ok:
            text = f"委托 {event.order_id} 撤单失败：{event.message}"
            self._parts.speaker.alarm(f"cancel/{event.order_id}", AlarmRank.CARE, "撤单失败", text)
