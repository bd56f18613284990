"""Short ways to write orders, fills, holdings, money and watch items."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from core.domain.enums import IntentState, OrderStatus, Side, SignalKind
from core.domain.market import SHANGHAI, Symbol
from core.domain.trading import Asset, Intent, Order, Position, Trade
from core.domain.watch import QuantConfig, WatchItem

ACCOUNT = "88000001"
MOMENT = datetime(2026, 11, 20, 10, 0, 0, tzinfo=SHANGHAI)


def yuan(value: str | int | Decimal) -> Decimal:
    """An exact amount."""
    return Decimal(value)


def order(
    order_id: int,
    status: OrderStatus,
    *,
    symbol: str = "600000.SH",
    side: Side = Side.BUY,
    volume: int = 1000,
    traded: int = 0,
    price: str = "10.00",
    remark: str = "",
    sysid: str = "",
    message: str = "",
) -> Order:
    """One order as the broker would report it."""
    return Order(
        account_id=ACCOUNT,
        symbol=Symbol(symbol),
        order_id=order_id,
        order_sysid=sysid,
        time=MOMENT,
        side=side,
        volume=volume,
        price=Decimal(price),
        traded_volume=traded,
        traded_price=Decimal(price) if traded else Decimal(0),
        status=status,
        status_msg=message,
        remark=remark,
    )


def trade(
    trade_id: str,
    order_id: int,
    volume: int,
    *,
    symbol: str = "600000.SH",
    side: Side = Side.BUY,
    price: str = "10.00",
    remark: str = "",
) -> Trade:
    """One fill."""
    return Trade(
        account_id=ACCOUNT,
        symbol=Symbol(symbol),
        trade_id=trade_id,
        order_id=order_id,
        time=MOMENT,
        side=side,
        price=Decimal(price),
        volume=volume,
        amount=Decimal(price) * volume,
        remark=remark,
    )


def position(symbol: str, volume: int, sellable: int | None = None, cost: str = "10.00") -> Position:
    """One holding; all of it sellable unless said otherwise."""
    return Position(ACCOUNT, Symbol(symbol), volume, volume if sellable is None else sellable, Decimal(cost))


def asset(cash: str = "1000000", frozen: str = "0", market_value: str = "0") -> Asset:
    """Money of the account."""
    total = Decimal(cash) + Decimal(frozen) + Decimal(market_value)
    return Asset(ACCOUNT, Decimal(cash), Decimal(frozen), Decimal(market_value), total)


def intent(
    intent_id: str,
    *,
    symbol: str = "600000.SH",
    side: Side = Side.BUY,
    volume: int = 1000,
    price: str = "10.00",
    state: IntentState = IntentState.COMMITTED,
    kind: SignalKind | None = SignalKind.ENTRY,
    trigger: str = "w/ENTRY/20261120",
    order_id: int = 0,
    filled: int = 0,
) -> Intent:
    """One intent of item `w`."""
    return Intent(
        intent_id=intent_id,
        account_id=ACCOUNT,
        symbol=Symbol(symbol),
        side=side,
        volume=volume,
        price=Decimal(price),
        created=MOMENT,
        state=state,
        item_id="w",
        signal_id="s",
        kind=kind,
        trigger=trigger,
        order_id=order_id,
        filled=filled,
    )


def item(
    symbol: str = "600000.SH",
    *,
    item_id: str = "w",
    zone: tuple[str, str] | None = ("9.90", "10.10"),
    take_profit: str | None = "11.00",
    stop_loss: str | None = "9.50",
    enabled: bool = True,
    **quant: object,
) -> WatchItem:
    """One row of a watchlist; `quant` overrides fields of its quant config."""
    return WatchItem(
        item_id=item_id,
        symbol=Symbol(symbol),
        entry_low=Decimal(zone[0]) if zone else None,
        entry_high=Decimal(zone[1]) if zone else None,
        take_profit=Decimal(take_profit) if take_profit else None,
        stop_loss=Decimal(stop_loss) if stop_loss else None,
        quant=QuantConfig(enabled=enabled, **quant),  # type: ignore[arg-type]
    )
