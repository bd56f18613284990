"""The callback object of one generation: copy the fields into a record, hand it over, return.

It runs on the vendor's single push thread, where an exception would vanish without a trace and stop the vendor's own
bookkeeping (T08, T09), and where waiting would delay every push behind it (T13).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from core.broker import convert
from core.broker.matching import RawAnswer, RawFailure
from core.broker.session import Session
from core.clock import Clock
from core.domain.events import (
    AccountStatusReported,
    AssetReported,
    BrokerEvent,
    CancelAnswered,
    Disconnected,
    OrderReported,
    PositionReported,
    TradeReported,
)

_log = logging.getLogger(__name__)

LOST = "与 MiniQMT 的连接已断开，自动交易已停止。请确认 MiniQMT 仍在登录状态，再重新连接。"


class Dropped(Enum):
    """Why something the vendor said does not become a record."""

    UNREADABLE = "unreadable"
    FOREIGN = "foreign"


Record = BrokerEvent | RawAnswer | RawFailure


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing a session said, on its way to the trading loop."""

    session: Session
    record: Record | Dropped


class Callbacks:
    """What `register_callback` gets. Method names and arguments are the vendor's."""

    def __init__(
        self, session: Session, account_id: str, hand_over: Callable[[Heard], None], clock: Clock
    ) -> None:
        """`hand_over` may be called on any thread and raises RuntimeError when the trading loop is closed."""
        self._session = session
        self._account_id = account_id
        self._hand_over = hand_over
        self._clock = clock

    def on_connected(self) -> None:
        """Never called by this version; `connect() == 0` is the event (T26)."""

    def on_disconnected(self) -> None:
        """May come twice; the loop tells it once."""
        session = self._session
        session.alive = False  # at once: an order queued on the sending lane must not leave any more
        self._hand(lambda: Disconnected(session.generation, LOST))

    def on_account_status(self, status: object) -> None:
        """An xttype.XtAccountStatus."""
        self._push(
            status,
            lambda: AccountStatusReported(
                self._generation,
                convert.text_of(status, "account_id") or self._account_id,
                convert.int_of(status, "status", -1),
            ),
        )

    def on_stock_asset(self, asset: object) -> None:
        """A native XtAsset."""
        self._push(asset, lambda: AssetReported(self._generation, convert.asset(asset, self._account_id)))

    def on_stock_order(self, order: object) -> None:
        """A native XtOrder, ours or anybody's."""
        self._push(
            order,
            lambda: OrderReported(
                self._generation, convert.order(order, self._account_id, self._clock.now())
            ),
        )

    def on_stock_trade(self, trade: object) -> None:
        """A native XtTrade."""
        self._push(
            trade,
            lambda: TradeReported(
                self._generation, convert.trade(trade, self._account_id, self._clock.now())
            ),
        )

    def on_stock_position(self, position: object) -> None:
        """A native XtPosition."""
        self._push(
            position, lambda: PositionReported(self._generation, convert.position(position, self._account_id))
        )

    def on_order_error(self, error: object) -> None:
        """A native XtOrderError; may be another order's, or come twice (T28, T29)."""
        self._push(
            error,
            lambda: RawFailure(
                convert.int_of(error, "seq", 0),
                convert.int_of(error, "order_id", 0),
                convert.int_of(error, "error_id", 0),
                convert.text_of(error, "order_remark"),
                convert.text_of(error, "error_msg"),
            ),
        )

    def on_cancel_error(self, error: object) -> None:
        """A native XtCancelError."""
        self._push(
            error,
            lambda: CancelAnswered(
                self._generation,
                convert.int_of(error, "order_id", 0),
                False,
                convert.text_of(error, "error_msg"),
            ),
        )

    def on_order_stock_async_response(self, response: object) -> None:
        """An xttype.XtOrderResponse; its account type is wrong by design (T50) and not read."""
        self._push(
            response,
            lambda: RawAnswer(
                convert.int_of(response, "seq", 0),
                convert.int_of(response, "order_id", -1),
                convert.text_of(response, "order_remark"),
                convert.text_of(response, "error_msg"),
            ),
        )

    def on_cancel_order_stock_async_response(self, response: object) -> None:
        """An xttype.XtCancelOrderResponse: 0 means the request was sent, nothing more (T40)."""
        self._push(
            response,
            lambda: CancelAnswered(
                self._generation,
                convert.int_of(response, "order_id", 0),
                convert.int_of(response, "cancel_result", -1) == 0,
                convert.text_of(response, "error_msg"),
            ),
        )

    @property
    def _generation(self) -> int:
        return self._session.generation

    def _push(self, native: object, read: Callable[[], Record]) -> None:
        """Read and hand over what belongs to our account."""

        def read_own() -> Record:
            owner = convert.text_of(native, "account_id")
            if owner and owner != self._account_id:
                raise _OtherAccount(type(native).__name__)
            return read()

        self._hand(read_own)

    def _hand(self, read: Callable[[], Record]) -> None:
        record: Record | Dropped
        try:
            record = read()
        except (_OtherAccount, convert.Foreign) as error:
            record = Dropped.FOREIGN
            _log.warning("a record that is not for this desk was left out: %s", error)
        except Exception:  # noqa: BLE001 - thread border: the vendor would swallow it (T08)
            record = Dropped.UNREADABLE
            _log.exception("a callback of generation %d could not be read", self._session.generation)
        try:
            self._hand_over(Heard(self._session, record))
        except RuntimeError:
            _log.warning("the trading loop is closed; a callback was dropped")


class _OtherAccount(Exception):
    """A push for an account that this door does not serve."""
