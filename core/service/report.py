"""The report of a replay: what happened, in the order it happened, by virtual time and without any wall time.

Each record carries symbol, time (ISO, +08:00), kind, side, price (text), volume and the ids that link it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from core.domain.decision import Decision, Signal
from core.domain.enums import Side
from core.domain.market import Symbol
from core.domain.money import milli_to_decimal, price_text
from core.domain.trading import Intent, Order, Trade
from core.exchange.symbols import tick_size
from core.execution.intents import IntentBook
from core.service.news import DecisionNews, News, OrderNews, SignalNews, TradeNews
from core.service.service import TradingService

SCHEMA = "dingpan-replay/1"
Record = dict[str, Any]


def build_report(service: TradingService, news: Iterable[News], about: Record) -> Record:
    """Everything a reader needs to check a replay by hand. `about` names the input."""
    parts = service.parts
    signals: list[Record] = []
    decisions: list[Record] = []
    orders: dict[int, Order] = {}
    trades: list[Record] = []
    for one in news:
        match one:
            case SignalNews():
                signals.append(_signal(one.signal))
            case DecisionNews():
                decisions.append(_decision(one.decision))
            case OrderNews():
                orders[one.order.order_id] = one.order
            case TradeNews():
                trades.append(_trade(one.trade, parts.intents))
    return {
        "schema": SCHEMA,
        "about": about,
        "signals": signals,
        "decisions": decisions,
        "orders": [_order(order, parts.intents) for order in orders.values()]
        + [_unsent(i) for i in parts.intents.all() if i.order_id == 0],
        "trades": trades,
        "positions": _positions(service),
        "asset": _asset(service),
    }


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")


def _price(price: Decimal | None, symbol: Symbol) -> str | None:
    return None if price is None else price_text(price, tick_size(symbol))


def _signal(signal: Signal) -> Record:
    return {
        "signal_id": signal.signal_id,
        "item_id": signal.item_id,
        "symbol": signal.symbol,
        "time": _iso(signal.time),
        "kind": signal.kind.value,
        "side": signal.kind.side.value,
        "price": _price(signal.price, signal.symbol),
        "level": _price(signal.level, signal.symbol),
        "volume": None,
    }


def _decision(decision: Decision) -> Record:
    return {
        "decision_id": decision.decision_id,
        "signal_id": decision.signal_id,
        "intent_id": decision.intent_id or None,
        "item_id": decision.item_id,
        "symbol": decision.symbol,
        "time": _iso(decision.time),
        "kind": decision.kind.value,
        "side": decision.kind.side.value,
        "price": _price(decision.price, decision.symbol),
        "volume": decision.volume,
        "outcome": decision.outcome.value,
        "code": decision.code,
        "reasons": [{"code": r.code, "passed": r.passed, "text": r.text} for r in decision.reasons],
    }


def _order(order: Order, intents: IntentBook) -> Record:
    intent = intents.find(order.remark, order.order_id)
    return {
        "order_id": order.order_id,
        "intent_id": intent.intent_id if intent else None,
        "signal_id": intent.signal_id if intent else None,
        "symbol": order.symbol,
        "time": _iso(intent.created if intent else order.time),
        "kind": _kind(intent),
        "side": order.side.value,
        "price": _price(order.price, order.symbol),
        "volume": order.volume,
        "filled": order.traded_volume,
        "average_price": str(order.traded_price) if order.traded_volume else None,
        "status": int(order.status),
        "message": order.status_msg,
    }


def _unsent(intent: Intent) -> Record:
    return {
        "order_id": None,
        "intent_id": intent.intent_id,
        "signal_id": intent.signal_id or None,
        "symbol": intent.symbol,
        "time": _iso(intent.created),
        "kind": _kind(intent),
        "side": intent.side.value,
        "price": _price(intent.price, intent.symbol),
        "volume": intent.volume,
        "filled": 0,
        "average_price": None,
        "status": None,
        "message": intent.message,
    }


def _trade(trade: Trade, intents: IntentBook) -> Record:
    intent = intents.find(trade.remark, trade.order_id)
    return {
        "trade_id": trade.trade_id,
        "order_id": trade.order_id,
        "intent_id": intent.intent_id if intent else None,
        "signal_id": intent.signal_id if intent else None,
        "symbol": trade.symbol,
        "time": _iso(trade.time),
        "kind": _kind(intent),
        "side": trade.side.value,
        "price": _price(trade.price, trade.symbol),
        "volume": trade.volume,
        "amount": str(trade.amount),
        "fees": str(trade.commission),
    }


def _kind(intent: Intent | None) -> str:
    if intent is None:
        return "FOREIGN"
    return intent.kind.value if intent.kind is not None else "MANUAL"


def _positions(service: TradingService) -> list[Record]:
    parts = service.parts
    now = _iso(parts.clock.now())
    return [
        {
            "symbol": symbol,
            "time": now,
            "kind": "POSITION",
            "side": Side.BUY.value,
            "price": _price(milli_to_decimal(parts.board.last_or_pre_close(symbol)), symbol),
            "volume": position.volume,
            "sellable": position.sellable,
            "cost": str(position.cost),
        }
        for symbol, position in sorted(parts.book.positions.items())
        if position.volume > 0
    ]


def _asset(service: TradingService) -> Record:
    parts = service.parts
    asset, total = parts.book.asset, parts.account.total_asset()
    if asset is None or total is None:
        return {}
    money = asset.cash + asset.frozen_cash
    return {
        "symbol": None,
        "time": _iso(parts.clock.now()),
        "kind": "ASSET",
        "side": None,
        "price": None,
        "volume": None,
        "account_id": asset.account_id,
        "cash": f"{asset.cash:.2f}",
        "frozen_cash": f"{asset.frozen_cash:.2f}",
        "market_value": f"{total - money:.2f}",
        "total_asset": f"{total:.2f}",
    }
