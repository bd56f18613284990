"""What a broker tells us, as frozen records. `generation` is the session that spoke; old ones are dropped."""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.trading import Asset, Order, Position, Trade


@dataclass(frozen=True, slots=True)
class OrderAnswered:
    """The asynchronous answer to one order request: `order_id` > 0, or -1 with `message`."""

    generation: int
    intent_id: str
    seq: int
    order_id: int
    message: str


@dataclass(frozen=True, slots=True)
class OrderSent:
    """`order_stock_async` returned `seq` (proof of nothing); or -1 with `message` when it was not called."""

    generation: int
    intent_id: str
    seq: int
    message: str = ""


@dataclass(frozen=True, slots=True)
class OrderFailed:
    """An order error push. `intent_id` is the remark, or empty when the error is not ours to match."""

    generation: int
    intent_id: str
    order_id: int
    error_id: int
    message: str


@dataclass(frozen=True, slots=True)
class OrderReported:
    """An order push or query row."""

    generation: int
    order: Order


@dataclass(frozen=True, slots=True)
class TradeReported:
    """A fill push or query row; the same fill may come again."""

    generation: int
    trade: Trade


@dataclass(frozen=True, slots=True)
class AssetReported:
    """Money as pushed; many installations never push it."""

    generation: int
    asset: Asset


@dataclass(frozen=True, slots=True)
class PositionReported:
    """A holding as pushed; many installations never push it."""

    generation: int
    position: Position


@dataclass(frozen=True, slots=True)
class CancelAnswered:
    """A cancel request was sent (`ok`) or refused; never proof of a cancel."""

    generation: int
    order_id: int
    ok: bool
    message: str


@dataclass(frozen=True, slots=True)
class AccountStatusReported:
    """Account status as in xttype: 0 normal."""

    generation: int
    account_id: str
    status: int


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The session is gone."""

    generation: int
    message: str


BrokerEvent = (
    OrderAnswered
    | OrderSent
    | OrderFailed
    | OrderReported
    | TradeReported
    | AssetReported
    | PositionReported
    | CancelAnswered
    | AccountStatusReported
    | Disconnected
)
