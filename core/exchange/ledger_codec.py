"""A ledger as a plain dict of ints, strings, lists and dicts, and back; for JSON or a database of the caller."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any

from core.domain.enums import Side
from core.exchange.fees import Fees, FeeSchedule
from core.exchange.ledger import Holding, Ledger, OpenOrder
from core.exchange.lending import Loan

VERSION = 1


def ledger_to_dict(ledger: Ledger) -> dict[str, Any]:
    """Money as text, volumes as int."""
    return {
        "version": VERSION,
        "day": ledger.day.isoformat(),
        "cash": str(ledger.cash),
        "proceeds_today": str(ledger.proceeds_today),
        "schedule": {item.name: str(getattr(ledger.schedule, item.name)) for item in fields(FeeSchedule)},
        "holdings": [_holding_to_dict(held) for held in ledger.holdings.values()],
        "orders": [_order_to_dict(order) for order in ledger.orders.values()],
        "loans": [_loan_to_dict(loan) for loan in ledger.loans],
    }


def ledger_from_dict(data: Mapping[str, Any]) -> Ledger:
    """The ledger that `ledger_to_dict` wrote; raises `ValueError` for another version."""
    if data["version"] != VERSION:
        raise ValueError(f"ledger version {data['version']}, expected {VERSION}")
    holdings = [_holding_from_dict(row) for row in data["holdings"]]
    orders = [_order_from_dict(row) for row in data["orders"]]
    return Ledger(
        day=date.fromisoformat(data["day"]),
        cash=Decimal(data["cash"]),
        schedule=FeeSchedule(**{name: Decimal(text) for name, text in data["schedule"].items()}),
        holdings={held.symbol: held for held in holdings},
        orders={order.order_id: order for order in orders},
        proceeds_today=Decimal(data["proceeds_today"]),
        loans=tuple(_loan_from_dict(row) for row in data.get("loans", ())),  # absent before loans were kept
    )


def _holding_to_dict(held: Holding) -> dict[str, Any]:
    return {
        "symbol": held.symbol,
        "volume": held.volume,
        "can_use": held.can_use,
        "frozen": held.frozen,
        "yesterday": held.yesterday,
        "on_road": held.on_road,
        "cost": str(held.cost),
        "last": "" if held.last is None else str(held.last),
        "same_day": int(held.same_day),
    }


def _holding_from_dict(row: Mapping[str, Any]) -> Holding:
    return Holding(
        symbol=row["symbol"],
        volume=row["volume"],
        can_use=row["can_use"],
        frozen=row["frozen"],
        yesterday=row["yesterday"],
        on_road=row["on_road"],
        cost=Decimal(row["cost"]),
        last=Decimal(row["last"]) if row["last"] else None,
        same_day=bool(row["same_day"]),
    )


def _order_to_dict(order: OpenOrder) -> dict[str, Any]:
    return {
        "order_id": order.order_id,
        "symbol": order.symbol,
        "side": order.side.value,
        "volume": order.volume,
        "price": str(order.price),
        "frozen_cash": str(order.frozen_cash),
        "full_freeze": str(order.full_freeze),
        "filled": order.filled,
        "amount": str(order.amount),
        "fees": [str(order.fees.commission), str(order.fees.stamp), str(order.fees.transfer)],
    }


def _order_from_dict(row: Mapping[str, Any]) -> OpenOrder:
    return OpenOrder(
        order_id=row["order_id"],
        symbol=row["symbol"],
        side=Side(row["side"]),
        volume=row["volume"],
        price=Decimal(row["price"]),
        frozen_cash=Decimal(row["frozen_cash"]),
        full_freeze=Decimal(row["full_freeze"]),
        filled=row["filled"],
        amount=Decimal(row["amount"]),
        fees=Fees(*(Decimal(text) for text in row["fees"])),
    )


def _loan_to_dict(loan: Loan) -> dict[str, Any]:
    return {
        "symbol": loan.symbol,
        "volume": loan.volume,
        "rate": str(loan.rate),
        "due": loan.due.isoformat(),
        "interest": str(loan.interest),
    }


def _loan_from_dict(row: Mapping[str, Any]) -> Loan:
    return Loan(
        symbol=row["symbol"],
        volume=row["volume"],
        rate=Decimal(row["rate"]),
        due=date.fromisoformat(row["due"]),
        interest=Decimal(row["interest"]),
    )
