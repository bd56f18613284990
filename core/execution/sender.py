"""The way out: an intent is durable before its order leaves, and its fate is followed to the end.

Runs on the trading loop. The journal cannot be written: only a stop-loss still leaves, through the emergency file.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from core.domain.enums import IntentState, OrderStatus, SignalKind
from core.domain.events import OrderAnswered, OrderFailed, OrderReported, OrderSent
from core.domain.trading import Intent, Order
from core.errors import JournalError, JournalRefused
from core.execution.book import AccountBook
from core.execution.intents import IntentBook
from core.ports import Broker, Journal, OrderRequest


class EmergencyStore(Protocol):
    """Where a stop is written when the journal cannot be."""

    async def append(self, intent: Intent) -> None:
        """Durable before it returns; raises JournalError when that fails too."""
        ...


@dataclass(frozen=True, slots=True)
class SenderDeadlines:
    """Seconds of desk time."""

    journal_s: float = 2.0
    answer_s: float = 3.0


_STATE_OF = {
    OrderStatus.SUCCEEDED: IntentState.FILLED,
    OrderStatus.CANCELED: IntentState.CANCELED,
    OrderStatus.PART_CANCEL: IntentState.CANCELED,
    OrderStatus.JUNK: IntentState.REFUSED,
}


class Sender:
    """Commits, submits and follows intents.

    `on_intent` hears every change of an intent; `on_journal` hears whether the journal took the last write.
    """

    def __init__(
        self,
        *,
        journal: Journal,
        emergency: EmergencyStore,
        broker: Broker,
        book: AccountBook,
        intents: IntentBook,
        spawn: Callable[[Coroutine[object, object, None]], None],
        on_intent: Callable[[Intent], None],
        on_journal: Callable[[JournalError | None], None],
        deadlines: SenderDeadlines,
    ) -> None:
        self._journal = journal
        self._emergency = emergency
        self._broker = broker
        self._book = book
        self._intents = intents
        self._spawn = spawn
        self._on_intent = on_intent
        self._on_journal = on_journal
        self._deadlines = deadlines

    def start(self, intent: Intent, freeze: Decimal) -> None:
        """Reserve at once, then commit and send in the background."""
        self._intents.add(intent, freeze)
        self._spawn(self._send(intent))

    def cancel(self, order_id: int) -> None:
        """Ask the broker to cancel; risk is never asked."""
        self._broker.cancel(order_id)

    async def _send(self, intent: Intent) -> None:
        failed = await self._write(intent)
        if failed is not None:
            self._set(intent.intent_id, IntentState.NOT_SENT, message=failed)
            return
        if not self._broker.ready:
            self._set(intent.intent_id, IntentState.NOT_SENT, message="交易通道未就绪，委托没有发出。")
            return
        self._broker.submit(
            OrderRequest(intent.intent_id, intent.symbol, intent.side, intent.volume, intent.price)
        )
        loop = asyncio.get_running_loop()
        loop.call_later(self._deadlines.answer_s, self._check_answer, intent.intent_id)

    async def _write(self, intent: Intent) -> str | None:
        """None once the intent is durable, else why it is not."""
        try:
            async with asyncio.timeout(self._deadlines.journal_s):
                await self._journal.commit_intent(intent)
        except JournalRefused as error:  # the journal works and says no: an order of this trigger is alive
            self._on_journal(None)
            return f"同一触发已有委托在途，没有再发：{error}"
        except (JournalError, TimeoutError) as error:
            reason = error if isinstance(error, JournalError) else JournalError("日志库写入超时。")
        else:
            self._on_journal(None)
            return None
        self._on_journal(reason)
        if intent.kind is not SignalKind.STOP_LOSS:
            return f"日志库写不进去，为免重复委托没有发出：{reason}"
        try:
            await self._emergency.append(intent)
        except JournalError as error:
            return f"日志库和应急文件都写不进去，止损没有发出：{error}"
        return None

    def _check_answer(self, intent_id: str) -> None:
        intent = self._intents.get(intent_id)
        if intent is not None and intent.state in (IntentState.COMMITTED, IntentState.SENT):
            wait = f"{self._deadlines.answer_s:g}"
            self._set(intent_id, IntentState.UNKNOWN, message=f"发出 {wait} 秒没有答复，正在向柜台查询。")

    # events of the broker

    def on_sent(self, event: OrderSent) -> None:
        """The vendor took the request, or it was never called."""
        intent = self._intents.get(event.intent_id)
        if intent is None:
            return
        if event.seq < 0:
            self._set(event.intent_id, IntentState.NOT_SENT, message=event.message)
        elif intent.state is IntentState.COMMITTED:
            self._set(event.intent_id, IntentState.SENT)

    def on_answered(self, event: OrderAnswered) -> None:
        """The broker gave a number, or refused at the request."""
        if event.order_id > 0:
            self._set(event.intent_id, IntentState.WORKING, order_id=event.order_id)
        else:
            self._set(
                event.intent_id, IntentState.REFUSED, message=event.message or "柜台拒绝，没有给出原因。"
            )

    def on_failed(self, event: OrderFailed) -> None:
        """An error of an order of ours: final only when no live order contradicts it."""
        intent = self._intents.find(event.intent_id, event.order_id)
        if intent is None:
            return
        order = self._book.orders.get(intent.order_id)
        alive = order is not None and not order.status.is_final
        self._set(intent.intent_id, intent.state if alive else IntentState.REFUSED, message=event.message)

    def on_order(self, event: OrderReported) -> Intent | None:
        """An order as it stands; returns the intent it belongs to."""
        order = self._book.orders[event.order.order_id]
        intent = self._intents.find(order.remark, order.order_id)
        if intent is not None:
            self._follow(intent, order)
        return intent

    def settle_missing(self, intent: Intent, message: str) -> None:
        """The broker's complete answers rule the order out: it never arrived. One that had a number did, and is over;
        whatever became of it, an entry must not be sent again."""
        state = IntentState.CANCELED if intent.order_id > 0 else IntentState.NOT_SENT
        self._set(intent.intent_id, state, message=message)

    def expire_before(self, day: date) -> None:
        """Orders live for one trading day: what was alive on an earlier day is over, as far as it was filled."""
        for intent in self._intents.all():
            if not intent.state.is_final and intent.created.date() < day:
                text = f"{intent.created:%m-%d} 的委托只在当日有效，已过期；成交以柜台为准。"
                self._set(intent.intent_id, IntentState.CANCELED, message=text)

    def _follow(self, intent: Intent, order: Order) -> None:
        state = _STATE_OF.get(order.status, IntentState.WORKING)
        self._set(
            intent.intent_id,
            state,
            order_id=order.order_id,
            filled=order.traded_volume,
            message=order.status_msg,
        )

    def _set(
        self,
        intent_id: str,
        state: IntentState,
        *,
        order_id: int = 0,
        filled: int | None = None,
        message: str = "",
    ) -> None:
        changed = self._intents.update(
            intent_id,
            state,
            event_no=0 if state in (IntentState.SENT, IntentState.UNKNOWN) else self._book.event_no,
            order_id=order_id,
            filled=filled,
            message=message,
        )
        if changed is not None:
            self._on_intent(changed)
