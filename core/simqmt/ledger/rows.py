"""The rows of the terminal's file: its tables, and each record as a row and back. Money is text, volumes are numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from core.domain.enums import OrderStatus, Side
from core.domain.market import Symbol
from core.exchange.fees import Fees
from core.exchange.ledger import Holding, Ledger, OpenOrder
from core.exchange.ledger_codec import ledger_from_dict, ledger_to_dict
from core.simqmt.broker.records import SimOrder, SimTrade

VERSION = 2

SCHEMA = (
    "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS accounts (account TEXT NOT NULL UNIQUE, ledger TEXT NOT NULL,"
    " place INTEGER PRIMARY KEY)",
    "CREATE TABLE IF NOT EXISTS holdings (account TEXT NOT NULL, symbol TEXT NOT NULL, volume INTEGER NOT NULL,"
    " can_use INTEGER NOT NULL, frozen INTEGER NOT NULL, yesterday INTEGER NOT NULL, on_road INTEGER NOT NULL,"
    " cost TEXT NOT NULL, last TEXT, same_day INTEGER NOT NULL, place INTEGER PRIMARY KEY, UNIQUE (account, symbol))",
    "CREATE TABLE IF NOT EXISTS orders (order_id INTEGER PRIMARY KEY, account TEXT NOT NULL, day TEXT NOT NULL,"
    " symbol TEXT NOT NULL, name TEXT NOT NULL, sysid TEXT NOT NULL, time_ms INTEGER NOT NULL, side TEXT NOT NULL,"
    " volume INTEGER NOT NULL, price TEXT NOT NULL, price_type INTEGER NOT NULL, status INTEGER NOT NULL,"
    " status_msg TEXT NOT NULL, remark TEXT NOT NULL, strategy TEXT NOT NULL, traded_volume INTEGER NOT NULL,"
    " traded_amount TEXT NOT NULL, at_exchange INTEGER NOT NULL, limit_price TEXT, held TEXT)",
    "CREATE TABLE IF NOT EXISTS trades (number INTEGER PRIMARY KEY, account TEXT NOT NULL, day TEXT NOT NULL,"
    " symbol TEXT NOT NULL, name TEXT NOT NULL, order_id INTEGER NOT NULL, sysid TEXT NOT NULL,"
    " time_ms INTEGER NOT NULL, side TEXT NOT NULL, price TEXT NOT NULL, volume INTEGER NOT NULL,"
    " amount TEXT NOT NULL, commission TEXT NOT NULL, remark TEXT NOT NULL, strategy TEXT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS orders_of_day ON orders (day)",
    "CREATE INDEX IF NOT EXISTS trades_of_day ON trades (day)",
)

PUT_ACCOUNT = (
    "INSERT INTO accounts (account, ledger) VALUES (?, ?) ON CONFLICT (account)"
    " DO UPDATE SET ledger=excluded.ledger"
)
PUT_HOLDING = (
    "INSERT INTO holdings (account, symbol, volume, can_use, frozen, yesterday, on_road, cost, last, same_day)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (account, symbol) DO UPDATE SET volume=excluded.volume,"
    " can_use=excluded.can_use, frozen=excluded.frozen, yesterday=excluded.yesterday, on_road=excluded.on_road,"
    " cost=excluded.cost, last=excluded.last, same_day=excluded.same_day"
)
DROP_HOLDING = "DELETE FROM holdings WHERE account=? AND symbol=?"
PUT_ORDER = "INSERT OR REPLACE INTO orders VALUES (" + ", ".join("?" * 20) + ")"
PUT_TRADE = "INSERT OR REPLACE INTO trades VALUES (" + ", ".join("?" * 15) + ")"

Row = tuple[Any, ...]

_SIDES = {side: side.value for side in Side}


def account_row(account: str, ledger: Ledger) -> Row:
    """An account without its holdings and open orders, which have rows of their own."""
    bare = replace(ledger, holdings={}, orders={})
    return account, json.dumps(ledger_to_dict(bare), ensure_ascii=False)


def ledger_of(
    row: Row, day: date, holdings: Mapping[str, Holding], orders: Mapping[str, OpenOrder]
) -> Ledger:
    """The ledger that the rows tell of."""
    bare = ledger_from_dict(json.loads(row[1]))
    return replace(bare, day=day, holdings=holdings, orders=orders)


def holding_row(account: str, held: Holding) -> Row:
    """One holding."""
    return (
        account, held.symbol, held.volume, held.can_use, held.frozen, held.yesterday, held.on_road,
        str(held.cost), None if held.last is None else str(held.last), int(held.same_day),
    )  # fmt: skip


def holding_of(row: Row) -> Holding:
    """One holding."""
    _, symbol, volume, can_use, frozen, yesterday, on_road, cost, last, same_day, *_ = row
    mark = None if last is None else Decimal(last)
    return Holding(symbol, volume, can_use, frozen, yesterday, on_road, Decimal(cost), mark, bool(same_day))


def order_row(day: str, order: SimOrder, held: OpenOrder | None) -> Row:
    """An order with what it holds back: price, cash now, cash at first, fees so far."""
    back = None
    if held is not None:
        fees = held.fees
        back = f"{held.price} {held.frozen_cash} {held.full_freeze} {fees.commission} {fees.stamp} {fees.transfer}"
    return (
        order.order_id, order.account, day, order.symbol, order.name, order.sysid, order.time_ms,
        _SIDES[order.side], order.volume, str(order.price), order.price_type, int(order.status),
        order.status_msg, order.remark, order.strategy, order.traded_volume, str(order.traded_amount),
        int(order.at_exchange), None if order.limit is None else str(order.limit), back,
    )  # fmt: skip


def order_of(row: Row) -> tuple[SimOrder, OpenOrder | None]:
    """An order, and what it holds back."""
    (
        order_id, account, _day, symbol, name, sysid, time_ms, side, volume, price, price_type, status,
        message, remark, strategy, traded, amount, at_exchange, limit, back,
    ) = row  # fmt: skip
    order = SimOrder(
        account=account,
        symbol=Symbol(symbol),
        name=name,
        order_id=order_id,
        sysid=sysid,
        time_ms=time_ms,
        side=Side(side),
        volume=volume,
        price=Decimal(price),
        price_type=price_type,
        status=OrderStatus(status),
        status_msg=message,
        remark=remark,
        strategy=strategy,
        traded_volume=traded,
        traded_amount=Decimal(amount),
        at_exchange=bool(at_exchange),
        limit=None if limit is None else Decimal(limit),
    )
    if back is None:
        return order, None
    at, frozen, full, *fees = map(Decimal, back.split())
    return order, OpenOrder(
        str(order_id), symbol, order.side, volume, at, frozen, full, traded, order.traded_amount, Fees(*fees)
    )


def trade_row(day: str, trade: SimTrade) -> Row:
    """One fill."""
    return (
        int(trade.trade_id), trade.account, day, trade.symbol, trade.name, trade.order_id, trade.sysid,
        trade.time_ms, _SIDES[trade.side], str(trade.price), trade.volume, str(trade.amount),
        str(trade.commission), trade.remark, trade.strategy,
    )  # fmt: skip


def trade_of(row: Row) -> SimTrade:
    """One fill."""
    (
        number, account, _day, symbol, name, order_id, sysid, time_ms, side, price, volume, amount,
        commission, remark, strategy,
    ) = row  # fmt: skip
    return SimTrade(
        account=account,
        symbol=Symbol(symbol),
        name=name,
        trade_id=str(number),
        order_id=order_id,
        sysid=sysid,
        time_ms=time_ms,
        side=Side(side),
        price=Decimal(price),
        volume=volume,
        amount=Decimal(amount),
        commission=Decimal(commission),
        remark=remark,
        strategy=strategy,
    )
