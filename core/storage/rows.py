"""Records to rows and back, without a database: exact prices as integers, times as ISO text, enums by value."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from core.domain.decision import Decision, Reason, Signal
from core.domain.enums import IntentState, OrderStatus, Outcome, Side, SignalKind
from core.domain.market import SHANGHAI, Symbol
from core.domain.money import from_store, to_store
from core.domain.trading import Intent, Order, Trade
from core.domain.watch import QuantConfig, WatchItem
from core.errors import ContractError

Row = dict[str, Any]
"""Column name to value, as the tables of `schema` have them."""


class RowView(Protocol):
    """A row read from a table: values by column name."""

    def __getitem__(self, name: str, /) -> Any: ...


def time_to_text(moment: datetime) -> str:
    """Aware time to ISO text in Shanghai; a time without a zone is a programming error."""
    if moment.tzinfo is None:
        raise ContractError(f"a time without a zone reached the journal: {moment!r}")
    return moment.astimezone(SHANGHAI).isoformat()


def text_to_time(value: str) -> datetime:
    """ISO text to an aware time in Shanghai."""
    return datetime.fromisoformat(value).astimezone(SHANGHAI)


def plain(value: str) -> str:
    """Text that can be stored. A vendor's mis-decoded byte must not keep a record out of the journal."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-8", "backslashreplace").decode()
    return value


def _store(value: Decimal | None) -> int | None:
    return None if value is None else to_store(value)


def _load(value: int | None) -> Decimal | None:
    return None if value is None else from_store(value)


def item_to_row(item: WatchItem) -> Row:
    """All columns but `position`."""
    quant = item.quant
    return {
        "item_id": item.item_id,
        "symbol": item.symbol,
        "entry_low": _store(item.entry_low),
        "entry_high": _store(item.entry_high),
        "take_profit": _store(item.take_profit),
        "stop_loss": _store(item.stop_loss),
        "quant_enabled": quant.enabled,
        "max_position_pct": str(quant.max_position_pct),
        "auto_stop_loss": quant.auto_stop_loss,
        "auto_take_profit": quant.auto_take_profit,
        "min_trade_amount": to_store(quant.min_trade_amount),
        "alerts": item.alerts,
        "interval_s": item.interval_s,
        "group_name": plain(item.group),
        "note": plain(item.note),
        "extra": json.dumps(item.extra),
    }


def row_to_item(row: RowView) -> WatchItem:
    """The watch item of a row, as it was saved."""
    return WatchItem(
        item_id=row["item_id"],
        symbol=Symbol(row["symbol"]),
        entry_low=_load(row["entry_low"]),
        entry_high=_load(row["entry_high"]),
        take_profit=_load(row["take_profit"]),
        stop_loss=_load(row["stop_loss"]),
        quant=QuantConfig(
            enabled=row["quant_enabled"],
            max_position_pct=Decimal(row["max_position_pct"]),
            auto_stop_loss=row["auto_stop_loss"],
            auto_take_profit=row["auto_take_profit"],
            min_trade_amount=from_store(row["min_trade_amount"]),
        ),
        alerts=row["alerts"],
        interval_s=row["interval_s"],
        group=row["group_name"],
        note=row["note"],
        extra=tuple((name, text) for name, text in json.loads(row["extra"])),
    )


def signal_to_row(signal: Signal) -> Row:
    """A signal as a row."""
    time = time_to_text(signal.time)
    return {
        "signal_id": signal.signal_id,
        "day": time[:10],
        "item_id": signal.item_id,
        "symbol": signal.symbol,
        "kind": signal.kind.value,
        "time": time,
        "price": to_store(signal.price),
        "level": to_store(signal.level),
    }


def row_to_signal(row: RowView) -> Signal:
    """The signal of a row."""
    return Signal(
        signal_id=row["signal_id"],
        item_id=row["item_id"],
        symbol=Symbol(row["symbol"]),
        kind=SignalKind(row["kind"]),
        time=text_to_time(row["time"]),
        price=from_store(row["price"]),
        level=from_store(row["level"]),
    )


def decision_to_row(decision: Decision) -> Row:
    """The decision without its reasons."""
    time = time_to_text(decision.time)
    return {
        "decision_id": decision.decision_id,
        "day": time[:10],
        "signal_id": decision.signal_id,
        "item_id": decision.item_id,
        "symbol": decision.symbol,
        "kind": decision.kind.value,
        "time": time,
        "outcome": decision.outcome.value,
        "price": _store(decision.price),
        "volume": decision.volume,
        "intent_id": decision.intent_id,
    }


def reasons_to_rows(decision: Decision) -> list[Row]:
    """The reasons of a decision as rows, numbered in their order."""
    return [
        {
            "decision_id": decision.decision_id,
            "position": position,
            "code": plain(reason.code),
            "text": plain(reason.text),
            "passed": reason.passed,
        }
        for position, reason in enumerate(decision.reasons)
    ]


def row_to_reason(row: RowView) -> Reason:
    """One reason of a chain."""
    return Reason(code=row["code"], text=row["text"], passed=row["passed"])


def row_to_decision(row: RowView, reasons: tuple[Reason, ...]) -> Decision:
    """The decision of a row, with its reasons, which are rows of their own."""
    return Decision(
        decision_id=row["decision_id"],
        signal_id=row["signal_id"],
        item_id=row["item_id"],
        symbol=Symbol(row["symbol"]),
        kind=SignalKind(row["kind"]),
        time=text_to_time(row["time"]),
        outcome=Outcome(row["outcome"]),
        reasons=reasons,
        price=_load(row["price"]),
        volume=row["volume"],
        intent_id=row["intent_id"],
    )


def intent_to_row(intent: Intent) -> Row:
    """All columns but `exempt`; `day` is the day of `created`."""
    created = time_to_text(intent.created)
    return {
        "intent_id": intent.intent_id,
        "day": created[:10],
        "account_id": intent.account_id,
        "symbol": intent.symbol,
        "side": intent.side.value,
        "volume": intent.volume,
        "price": to_store(intent.price),
        "created": created,
        "state": intent.state.value,
        "item_id": intent.item_id,
        "signal_id": intent.signal_id,
        "kind": None if intent.kind is None else intent.kind.value,
        "trigger_key": intent.trigger,
        "order_id": intent.order_id,
        "filled": intent.filled,
        "message": plain(intent.message),
    }


def row_to_intent(row: RowView) -> Intent:
    """The intent of a row."""
    return Intent(
        intent_id=row["intent_id"],
        account_id=row["account_id"],
        symbol=Symbol(row["symbol"]),
        side=Side(row["side"]),
        volume=row["volume"],
        price=from_store(row["price"]),
        created=text_to_time(row["created"]),
        state=IntentState(row["state"]),
        item_id=row["item_id"],
        signal_id=row["signal_id"],
        kind=None if row["kind"] is None else SignalKind(row["kind"]),
        trigger=row["trigger_key"],
        order_id=row["order_id"],
        filled=row["filled"],
        message=row["message"],
    )


def order_to_row(order: Order) -> Row:
    """A broker's order as a row, newest state."""
    time = time_to_text(order.time)
    return {
        "account_id": order.account_id,
        "order_id": order.order_id,
        "day": time[:10],
        "symbol": order.symbol,
        "order_sysid": plain(order.order_sysid),
        "time": time,
        "side": order.side.value,
        "volume": order.volume,
        "price": to_store(order.price),
        "traded_volume": order.traded_volume,
        "traded_price": to_store(order.traded_price),
        "status": order.status.value,
        "status_msg": plain(order.status_msg),
        "remark": plain(order.remark),
        "price_type": order.price_type,
        "strategy": plain(order.strategy),
    }


def row_to_order(row: RowView) -> Order:
    """The order of a row."""
    return Order(
        account_id=row["account_id"],
        symbol=Symbol(row["symbol"]),
        order_id=row["order_id"],
        order_sysid=row["order_sysid"],
        time=text_to_time(row["time"]),
        side=Side(row["side"]),
        volume=row["volume"],
        price=from_store(row["price"]),
        traded_volume=row["traded_volume"],
        traded_price=from_store(row["traded_price"]),
        status=OrderStatus(row["status"]),
        status_msg=row["status_msg"],
        remark=row["remark"],
        price_type=row["price_type"],
        strategy=row["strategy"],
    )


def trade_to_row(trade: Trade) -> Row:
    """A fill as a row."""
    time = time_to_text(trade.time)
    return {
        "account_id": trade.account_id,
        "trade_id": plain(trade.trade_id),
        "day": time[:10],
        "symbol": trade.symbol,
        "order_id": trade.order_id,
        "time": time,
        "side": trade.side.value,
        "price": to_store(trade.price),
        "volume": trade.volume,
        "amount": to_store(trade.amount),
        "remark": plain(trade.remark),
        "commission": to_store(trade.commission),
    }


def row_to_trade(row: RowView) -> Trade:
    """The fill of a row."""
    return Trade(
        account_id=row["account_id"],
        symbol=Symbol(row["symbol"]),
        trade_id=row["trade_id"],
        order_id=row["order_id"],
        time=text_to_time(row["time"]),
        side=Side(row["side"]),
        price=from_store(row["price"]),
        volume=row["volume"],
        amount=from_store(row["amount"]),
        remark=row["remark"],
        commission=from_store(row["commission"]),
    )
