"""The terminal's own records: an order, a fill, and what is pushed to sessions."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from core.domain.enums import OrderStatus, Side
from core.domain.market import Symbol
from core.domain.money import decimal_to_milli

MARKETS = {"SH": 0, "SZ": 1, "BJ": 70}
"""xtconstant's market numbers by exchange suffix."""

STOCK_BUY, STOCK_SELL = 23, 24

BROKER_PRICE_TYPE = {5: 50, 11: 50, 42: 88, 43: 85, 44: 84, 45: 86, 46: 87, 47: 88, 48: 89}
"""Price type as asked to the broker's code that orders come back with."""


@dataclass(frozen=True, slots=True)
class SimOrder:
    """One order of the terminal. `price` in yuan, `traded_amount` the exact sum of fills, `price_type` as asked.

    `price` is what was asked: 0 for a market order without a protection price. `limit` is set for market orders: the
    price that cash is frozen at and that is never passed, then the price at which a rest waits.
    `at_exchange` is False while the order is on its way (latency).
    """

    account: str
    symbol: Symbol
    name: str
    order_id: int
    sysid: str
    time_ms: int
    side: Side
    volume: int
    price: Decimal
    price_type: int
    status: OrderStatus
    status_msg: str = ""
    remark: str = ""
    strategy: str = ""
    traded_volume: int = 0
    traded_amount: Decimal = Decimal(0)
    at_exchange: bool = False
    limit: Decimal | None = None

    def changed(
        self,
        status: OrderStatus,
        *,
        message: str | None = None,
        traded_volume: int | None = None,
        traded_amount: Decimal | None = None,
        at_exchange: bool | None = None,
    ) -> SimOrder:
        """The order in a later state. (`dataclasses.replace` costs four times as much, and this is done all day.)"""
        return SimOrder(
            self.account, self.symbol, self.name, self.order_id, self.sysid, self.time_ms, self.side, self.volume,
            self.price, self.price_type, status, self.status_msg if message is None else message, self.remark,
            self.strategy, self.traded_volume if traded_volume is None else traded_volume,
            self.traded_amount if traded_amount is None else traded_amount,
            self.at_exchange if at_exchange is None else at_exchange, self.limit,
        )  # fmt: skip

    @property
    def open_volume(self) -> int:
        """Shares still to be filled; 0 once final."""
        return 0 if self.status.is_final else self.volume - self.traded_volume

    @property
    def working(self) -> bool:
        """Not final."""
        return not self.status.is_final

    @property
    def average(self) -> Decimal:
        """Average price of the fills, 0 before the first."""
        return self.traded_amount / self.traded_volume if self.traded_volume else Decimal(0)

    @property
    def frozen_at(self) -> Decimal:
        """The price that a new buy freezes cash at."""
        return self.price if self.limit is None else self.limit

    @property
    def price_milli(self) -> int:
        """The limit in thousandths of a yuan."""
        return decimal_to_milli(self.price if self.limit is None else self.limit)

    @property
    def market(self) -> str:
        """SH, SZ or BJ."""
        return self.symbol[-2:]

    @property
    def order_type(self) -> int:
        """xtconstant's STOCK_BUY or STOCK_SELL."""
        return STOCK_BUY if self.side is Side.BUY else STOCK_SELL


@dataclass(frozen=True, slots=True)
class Ticket:
    """An order as a program or a hand asks for it. `price` in yuan as it came."""

    account: str
    code: str
    order_type: int
    volume: int
    price_type: int
    price: float
    strategy: str = ""
    remark: str = ""
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Draft:
    """An order before it has its numbers; fields as in `SimOrder`."""

    symbol: Symbol
    name: str
    side: Side
    price: Decimal
    limit: Decimal | None


@dataclass(frozen=True, slots=True)
class SimTrade:
    """One fill. `commission` holds all its fees."""

    account: str
    symbol: Symbol
    name: str
    trade_id: str
    order_id: int
    sysid: str
    time_ms: int
    side: Side
    price: Decimal
    volume: int
    amount: Decimal
    commission: Decimal
    remark: str = ""
    strategy: str = ""

    @property
    def order_type(self) -> int:
        """xtconstant's STOCK_BUY or STOCK_SELL."""
        return STOCK_BUY if self.side is Side.BUY else STOCK_SELL


@dataclass(frozen=True, slots=True)
class OrderPush:
    """The state of an order at one moment."""

    order: SimOrder

    @property
    def account(self) -> str:
        """Whose sessions hear it."""
        return self.order.account


@dataclass(frozen=True, slots=True)
class TradePush:
    """A fill."""

    trade: SimTrade

    @property
    def account(self) -> str:
        """Whose sessions hear it."""
        return self.trade.account


@dataclass(frozen=True, slots=True)
class OrderErrorPush:
    """An order was refused; `order_id` is -1 when it never got one.

    `asked` is the account and its type as they were asked for, where the terminal has none such.
    """

    account: str
    order_id: int
    seq: int
    message: str
    remark: str
    strategy: str
    asked: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class CancelErrorPush:
    """A cancel came to nothing."""

    account: str
    order_id: int
    sysid: str
    market: int
    message: str


@dataclass(frozen=True, slots=True)
class AssetView:
    """Money of an account at one moment, in yuan."""

    account: str
    cash: Decimal
    frozen: Decimal
    market_value: Decimal
    total: Decimal
    withdrawable: Decimal


@dataclass(frozen=True, slots=True)
class PositionView:
    """One holding at one moment; prices in yuan."""

    account: str
    symbol: Symbol
    name: str
    volume: int
    can_use: int
    frozen: int
    on_road: int
    yesterday: int
    cost_price: Decimal
    last: Decimal
    market_value: Decimal
    profit: Decimal


@dataclass(frozen=True, slots=True)
class AssetPush:
    """Money changed."""

    asset: AssetView

    @property
    def account(self) -> str:
        """Whose sessions hear it."""
        return self.asset.account


@dataclass(frozen=True, slots=True)
class PositionPush:
    """A holding changed."""

    position: PositionView

    @property
    def account(self) -> str:
        """Whose sessions hear it."""
        return self.position.account


Push = OrderPush | TradePush | OrderErrorPush | CancelErrorPush | AssetPush | PositionPush


def cut_remark(remark: str) -> str:
    """At most 24 bytes of UTF-8, cut between characters, as miniQMT keeps a remark."""
    return remark.encode("utf-8")[:24].decode("utf-8", "ignore")
