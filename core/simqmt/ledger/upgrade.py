"""Brings a terminal's file of the first layout (records as JSON texts) to the present one, inside a transaction."""

from __future__ import annotations

import json
import sqlite3
from decimal import Decimal

from core.domain.enums import OrderStatus, Side
from core.domain.market import Symbol
from core.exchange.ledger import OpenOrder
from core.exchange.ledger_codec import ledger_from_dict
from core.simqmt.broker.records import SimOrder, SimTrade
from core.simqmt.ledger.rows import (
    PUT_ACCOUNT,
    PUT_HOLDING,
    PUT_ORDER,
    PUT_TRADE,
    SCHEMA,
    account_row,
    holding_row,
    order_row,
    trade_row,
)


def upgrade(db: sqlite3.Connection) -> None:
    """Version 1 to 2. `meta` stays as it is."""
    accounts = db.execute("SELECT account, ledger FROM accounts").fetchall()
    orders = db.execute("SELECT day, body FROM orders ORDER BY order_id").fetchall()
    trades = db.execute("SELECT day, body FROM trades ORDER BY number").fetchall()
    for table in ("accounts", "orders", "trades"):
        db.execute(f"DROP TABLE {table}")
    for statement in SCHEMA:
        db.execute(statement)
    open_orders: dict[str, OpenOrder] = {}
    for account, text in accounts:
        ledger = ledger_from_dict(json.loads(text))
        open_orders |= ledger.orders
        db.execute(PUT_ACCOUNT, account_row(account, ledger))
        db.executemany(PUT_HOLDING, [holding_row(account, held) for held in ledger.holdings.values()])
    for day, text in orders:
        order = _order(text)
        held = open_orders.get(str(order.order_id)) if order.working else None
        db.execute(PUT_ORDER, order_row(day, order, held))
    db.executemany(PUT_TRADE, [trade_row(day, _trade(text)) for day, text in trades])


def _order(text: str) -> SimOrder:
    values = json.loads(text)
    values |= {
        "symbol": Symbol(values["symbol"]),
        "side": Side(values["side"]),
        "status": OrderStatus(values["status"]),
        "price": Decimal(values["price"]),
        "traded_amount": Decimal(values["traded_amount"]),
    }
    return SimOrder(**values)


def _trade(text: str) -> SimTrade:
    values = json.loads(text)
    decimals = {name: Decimal(values[name]) for name in ("price", "amount", "commission")}
    return SimTrade(
        **(values | decimals | {"side": Side(values["side"]), "symbol": Symbol(values["symbol"])})
    )
