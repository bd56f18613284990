"""The sending lane: orders and cancels, nothing else. Its calls return at once and prove nothing (T53)."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from decimal import Decimal

from core.broker import texts
from core.broker.session import Session
from core.broker.vendor import Vendor
from core.domain.enums import Side
from core.domain.events import CancelAnswered, OrderSent
from core.errors import ContractError
from core.lanes import Lane
from core.ports import Activity, OrderRequest

_log = logging.getLogger(__name__)

_JOIN_S = 1.0
_STRATEGY = "DingPan"
_REMARK_BYTES = 24


@dataclass(frozen=True, slots=True)
class NotReported:
    """The vendor raised in the middle of sending: nobody knows whether the order left."""

    intent_id: str


Report = OrderSent | CancelAnswered | NotReported


class SendingLine:
    """Owns the sending lane. `report` may be called on the lane; everything else runs on the trading loop."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        activity: Activity,
        limit: float,
        report: Callable[[Report], None],
        on_stuck: Callable[[Session], None],
        on_sent: Callable[[str, float], None] | None,
    ) -> None:
        """`on_stuck` is called when a call has not returned within `limit` seconds."""
        self._loop = loop
        self._activity = activity
        self._limit = limit
        self._report = report
        self._on_stuck = on_stuck
        self._on_sent = on_sent
        self._lane: Lane | None = None
        self._calls: deque[tuple[float, Future[None], Session]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self.hung = 0

    def order(self, session: Session, vendor: Vendor, request: OrderRequest) -> None:
        """Queue `order_stock_async`; an OrderSent follows, or NotReported."""
        self._queue(session, lambda: self._order(session, vendor, request))

    def cancel(self, session: Session, order_id: int) -> None:
        """Queue `cancel_order_stock_async`; the vendor's answer follows as a callback."""
        self._queue(session, lambda: self._cancel(session, order_id))

    def leave_behind(self) -> None:
        """The lane hangs: the next call gets a new one."""
        lane, self._lane = self._lane, None
        self._calls.clear()
        if lane is not None:
            self.hung += 1
            _log.error("lane %s hangs in a vendor call and is left behind", lane.name)
            lane.close(0)

    def close(self) -> None:
        """End the lane's thread after the calls that are queued."""
        lane, self._lane = self._lane, None
        self._calls.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if lane is not None and not lane.close(_JOIN_S):
            self.hung += 1

    def _queue(self, session: Session, job: Callable[[], None]) -> None:
        if self._lane is None:
            self._lane = Lane("broker-sending", self._activity)
        future = self._lane.submit(job)
        self._calls.append((self._loop.time() + self._limit, future, session))
        if self._timer is None:
            self._timer = self._loop.call_at(self._calls[0][0], self._check)

    def _check(self) -> None:
        """One timer watches the oldest call that has not returned."""
        self._timer = None
        while self._calls and self._calls[0][1].done():
            self._calls.popleft()
        if not self._calls:
            return
        due, _, session = self._calls[0]
        if due > self._loop.time():
            self._timer = self._loop.call_at(due, self._check)
            return
        self.leave_behind()
        self._on_stuck(session)

    def _order(self, session: Session, vendor: Vendor, request: OrderRequest) -> None:
        """On the lane."""
        trader = session.trader
        if trader is None or not session.alive:
            self._report(OrderSent(session.generation, request.intent_id, -1, texts.NOT_OPEN))
            return
        side = vendor.buy if request.side is Side.BUY else vendor.sell
        price = float(request.price)
        if self._on_sent is not None:
            self._tell_hook(request.intent_id)
        try:
            seq = trader.order_stock_async(
                session.account,
                str(request.symbol),
                side,
                request.volume,
                vendor.fix_price,
                price,
                _STRATEGY,
                request.intent_id,
            )
        except Exception:  # noqa: BLE001 - thread border: it may have left, so its fate is unknown
            _log.exception("order_stock_async failed for %s", request.intent_id)
            self._report(NotReported(request.intent_id))
            return
        if not isinstance(seq, int) or seq <= 0:
            _log.error("order_stock_async gave %r for %s", seq, request.intent_id)
            self._report(NotReported(request.intent_id))
            return
        self._report(OrderSent(session.generation, request.intent_id, seq))

    def _tell_hook(self, intent_id: str) -> None:
        try:
            if self._on_sent is not None:
                self._on_sent(intent_id, time.perf_counter())
        except Exception:  # noqa: BLE001 - thread border: a measuring hook must not stop an order
            _log.exception("on_sent failed")

    def _cancel(self, session: Session, order_id: int) -> None:
        """On the lane."""
        trader = session.trader
        if trader is None or not session.alive:
            self._report(CancelAnswered(session.generation, order_id, False, texts.NOT_OPEN_CANCEL))
            return
        try:
            trader.cancel_order_stock_async(session.account, order_id)
        except Exception as error:  # noqa: BLE001 - thread border
            _log.exception("cancel_order_stock_async failed for order %d", order_id)
            text = texts.vendor_failed("撤单", error)
            self._report(CancelAnswered(session.generation, order_id, False, text))


def check_request(request: OrderRequest) -> None:
    """Raises ContractError: the vendor would cut a long remark, truncate a fraction and accept a price of any kind (T21, T21b, T22)."""
    remark, volume, price = request.intent_id, request.volume, request.price
    if not isinstance(remark, str) or not remark or not remark.isascii() or not remark.isprintable():
        raise ContractError(f"intent id {remark!r} must be printable ASCII")
    if len(remark) > _REMARK_BYTES:
        raise ContractError(f"intent id {remark!r} is longer than {_REMARK_BYTES} bytes")
    if type(volume) is not int or volume <= 0:
        raise ContractError(f"volume {volume!r} of {remark} must be a positive int")
    if not isinstance(price, Decimal) or not price.is_finite() or price <= 0:
        raise ContractError(f"price {price!r} of {remark} must be a positive Decimal")
