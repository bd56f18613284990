"""What the counter says to an order or a cancel, and the errors it tells."""

from __future__ import annotations

from dataclasses import dataclass

from core.simqmt.broker.records import (
    MARKETS,
    CancelErrorPush,
    OrderErrorPush,
    Push,
    SimOrder,
    Ticket,
    cut_remark,
)


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of a ticket: a positive `order_id`, or -1 with `message`. `arriving`: accepted, on its way."""

    order_id: int
    message: str
    pushes: tuple[Push, ...]
    arriving: int = 0


@dataclass(frozen=True, slots=True)
class CancelTaken:
    """What became of a cancel: `result` 0 (sent) or -1; `accepted` is the order's number once it is on its way."""

    result: int
    message: str
    accepted: int
    pushes: tuple[Push, ...]


def order_error(ticket: Ticket, order_id: int, message: str) -> OrderErrorPush:
    """A refusal, told with the seq of its request."""
    remark = cut_remark(ticket.remark)
    return OrderErrorPush(ticket.account, order_id, ticket.seq, message, remark, ticket.strategy)


def late_error(order: SimOrder, message: str) -> OrderErrorPush:
    """A refusal long after the request: nobody waits for its seq any more."""
    return OrderErrorPush(order.account, order.order_id, 0, message, order.remark, order.strategy)


def cancel_error(order: SimOrder, message: str) -> CancelErrorPush:
    """A cancel that changed nothing."""
    market = MARKETS.get(order.market, -1)
    return CancelErrorPush(order.account, order.order_id, order.sysid, market, message)
