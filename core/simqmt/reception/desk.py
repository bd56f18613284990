"""What the terminal answers to a program's requests: one method per native request of a stock account."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.domain.market import Symbol
from core.simqmt.broker.accounts import Accounts
from core.simqmt.broker.counter import Counter
from core.simqmt.broker.records import (
    MARKETS,
    CancelErrorPush,
    OrderErrorPush,
    Push,
    SimOrder,
    SimTrade,
    Ticket,
)
from core.simqmt.broker.views import asset_view, position_view
from core.simqmt.native.answers import SECURITY_ACCOUNT, Answers
from core.simqmt.native.requests import NOT_SUPPORTED, Request, account_of, empty_answer
from core.simqmt.native.structs import Surface

_MARKET_NAMES = {number: name for name, number in MARKETS.items()}


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer, the pushes, and what reaches the exchange now or after the latency."""

    payload: object
    pushes: tuple[Push, ...] = ()
    arriving: int = 0
    cancelling: int = 0
    subscribed: str = ""


class RequestDesk:
    """Answers requests of connected clients. Called under the terminal's lock."""

    def __init__(
        self,
        surface: Surface,
        accounts: Accounts,
        counter: Counter,
        on_stranger: Sequence[Callable[[str, int], None]] = (),
        on_unsupported: Sequence[Callable[[str], None]] = (),
    ) -> None:
        """`on_stranger` hears of each request for an account that is not here: the account and its type;
        `on_unsupported` of each that this terminal does not offer: its name."""
        self._on_stranger = on_stranger
        self._on_unsupported = on_unsupported
        self._surface = surface
        self._accounts = accounts
        self._counter = counter
        self._answers = Answers(surface)
        self._methods: dict[str, Callable[[Request], Outcome]] = {
            "subscribe": self._subscribe,
            "unsubscribe": self._unsubscribe,
            "orderStock": self._order,
            "orderStockImmediate": self._order,
            "cancelOrderStock": self._cancel,
            "cancelOrderStockImmediate": self._cancel,
            "queryStockAsset": self._asset,
            "queryStockOrders": self._orders,
            "queryStockTrades": self._trades,
            "queryStockPositions": self._positions,
            "queryAccountInfos": self._infos,
            "queryAccountStatus": self._status,
            "queryNewPurchaseLimit": self._purchase_limit,
            "querySecuAccount": self._secu_accounts,
            "queryIPOData": lambda _request: Outcome([]),
        }

    def handle(self, request: Request) -> Outcome:
        """Do what is asked; what this terminal does not offer is answered so."""
        method = self._methods.get(request.name)
        if method is None:
            for tell in self._on_unsupported:
                tell(request.name)
            return Outcome(empty_answer(self._surface, request, NOT_SUPPORTED))
        return method(request)

    def orders(self, account: str) -> list[SimOrder]:
        """The day's orders of an account."""
        return self._accounts.orders(account)

    def trades(self, account: str) -> list[SimTrade]:
        """The day's fills of an account."""
        return self._accounts.trades(account)

    def _account(self, request: Request) -> str:
        """The account a request means; empty for one the terminal does not have, or of another type."""
        account = account_of(request)
        kind = request.struct.account_type
        if self._accounts.has(account) and kind == SECURITY_ACCOUNT:
            return account
        for tell in self._on_stranger:
            tell(account, kind)
        return ""

    def _subscribe(self, request: Request) -> Outcome:
        account = self._account(request)
        if not account:
            return Outcome(-1)
        request.link.accounts.add(account)
        return Outcome(0, subscribed=account)

    def _unsubscribe(self, request: Request) -> Outcome:
        account = account_of(request)
        known = account in request.link.accounts
        request.link.accounts.discard(account)
        return Outcome(0 if known else -1)

    def _order(self, request: Request) -> Outcome:
        asked = request.struct
        ticket = Ticket(
            account=self._account(request),
            code=asked.stock_code,
            order_type=asked.order_type,
            volume=asked.order_volume,
            price_type=asked.price_type,
            price=asked.price,
            strategy=getattr(asked, "strategy_name", ""),
            remark=getattr(asked, "order_remark", ""),
            seq=request.seq,
        )
        placed = self._counter.place(ticket)
        order = self._accounts.order(placed.order_id)
        payload = self._answers.order_response(
            asked.account_id,
            placed.order_id,
            placed.message,
            ticket.strategy,
            order.remark if order is not None else ticket.remark,
        )
        pushes = placed.pushes
        if not ticket.account:
            asked_for = (asked.account_id, asked.account_type)
            pushes = tuple(
                replace(push, asked=asked_for) for push in pushes if isinstance(push, OrderErrorPush)
            )
        return Outcome(payload, pushes, arriving=placed.arriving)

    def _cancel(self, request: Request) -> Outcome:
        asked = request.struct
        order = self._wanted(request)
        taken = self._counter.ask_cancel(self._account(request), asked.order_id, order)
        sysid = getattr(asked, "order_sysid", "") or getattr(asked, "order_sys_id", "")
        payload = self._answers.cancel_response(
            asked.account_id, taken.result, asked.order_id, sysid, taken.message
        )
        pushes = taken.pushes
        if order is None and sysid:
            market = MARKETS.get(_market_asked(asked), -1)
            pushes = tuple(
                replace(push, sysid=sysid, market=market)
                for push in pushes
                if isinstance(push, CancelErrorPush)
            )
        return Outcome(payload, pushes, cancelling=taken.accepted)

    def _wanted(self, request: Request) -> SimOrder | None:
        asked = request.struct
        sysid = getattr(asked, "order_sysid", "") or getattr(asked, "order_sys_id", "")
        if not sysid:
            return self._accounts.order(asked.order_id)
        market = _market_asked(asked)
        return self._accounts.find_sysid(asked.account_id, market, sysid) if market else None

    def _asset(self, request: Request) -> Outcome:
        account = self._account(request)
        if not account:
            return Outcome([])
        return Outcome([self._answers.asset(asset_view(account, self._accounts.ledger(account)))])

    def _orders(self, request: Request) -> Outcome:
        asked = request.struct
        found = self._accounts.orders(self._account(request))
        if asked.order_id:
            found = [order for order in found if order.order_id == asked.order_id]
        if asked.can_cancel:
            found = [order for order in found if order.status.is_cancelable]
        return Outcome([self._answers.order(order) for order in found])

    def _trades(self, request: Request) -> Outcome:
        return Outcome(
            [self._answers.trade(trade) for trade in self._accounts.trades(self._account(request))]
        )

    def _positions(self, request: Request) -> Outcome:
        asked = request.struct
        account = self._account(request)
        if not account:
            return Outcome([])
        wanted = asked.stock_code
        held = self._accounts.ledger(account).holdings.values()
        return Outcome(
            [
                self._answers.position(
                    position_view(account, item, self._accounts.name_of(Symbol(item.symbol)))
                )
                for item in held
                if wanted in ("", item.symbol)
            ]
        )

    def _infos(self, _request: Request) -> Outcome:
        return Outcome([self._answers.account_info(account) for account in self._accounts.names()])

    def _status(self, _request: Request) -> Outcome:
        return Outcome([self._answers.account_status(account) for account in self._accounts.names()])

    def _secu_accounts(self, request: Request) -> Outcome:
        account = self._account(request)
        return Outcome(self._answers.secu_accounts(account) if account else [])

    def _purchase_limit(self, _request: Request) -> Outcome:
        return Outcome([self._answers.purchase_limit(board, 0) for board in ("SH", "SZ", "KCB")])


def _market_asked(asked: Any) -> str:
    """The market of a cancel by the exchange's number, which may be asked for by name or by number."""
    named: str = getattr(asked, "market1", "")
    return named or _MARKET_NAMES.get(asked.market, "")
