"""Broker's records in our types, and the intent that precedes every order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from core.domain.enums import IntentState, OrderStatus, Side, SignalKind
from core.domain.market import Symbol


@dataclass(frozen=True, slots=True)
class Intent:
    """An order we mean to send; committed before it leaves. `intent_id` is ASCII, at most 24 bytes: the remark.

    `trigger` is empty for a manual order; otherwise it names item, kind and trading day and is spent once.
    """

    intent_id: str
    account_id: str
    symbol: Symbol
    side: Side
    volume: int
    price: Decimal
    created: datetime
    state: IntentState
    item_id: str = ""
    signal_id: str = ""
    kind: SignalKind | None = None
    trigger: str = ""
    order_id: int = 0
    filled: int = 0
    message: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """One order as the broker reports it. Volumes in shares, `price` is the limit, `traded_price` the average."""

    account_id: str
    symbol: Symbol
    order_id: int
    order_sysid: str
    time: datetime
    side: Side
    volume: int
    price: Decimal
    traded_volume: int
    traded_price: Decimal
    status: OrderStatus
    status_msg: str
    remark: str
    price_type: int = 50
    strategy: str = ""

    @property
    def open_volume(self) -> int:
        """Shares still alive; 0 once final."""
        return 0 if self.status.is_final else self.volume - self.traded_volume


@dataclass(frozen=True, slots=True)
class Trade:
    """One fill. `commission` is 0 when the broker does not tell."""

    account_id: str
    symbol: Symbol
    trade_id: str
    order_id: int
    time: datetime
    side: Side
    price: Decimal
    volume: int
    amount: Decimal
    remark: str
    commission: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Position:
    """One holding. `sellable` is the broker's can_use_volume (T+1 and working sells taken off)."""

    account_id: str
    symbol: Symbol
    volume: int
    sellable: int
    cost: Decimal
    frozen: int = 0
    on_road: int = 0
    yesterday: int = 0


@dataclass(frozen=True, slots=True)
class Asset:
    """Money of one account, in yuan."""

    account_id: str
    cash: Decimal
    frozen_cash: Decimal
    market_value: Decimal
    total_asset: Decimal
