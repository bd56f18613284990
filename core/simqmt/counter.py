"""The counter (柜台): takes orders and cancels for the accounts, keeps their ledgers, tells what happened.

Every method changes the terminal's state in memory and returns the pushes it caused, in order. `commit` makes all of
it durable; the terminal tells nothing before that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from core.domain.enums import OrderStatus, Side
from core.domain.market import Instrument, Quote, Symbol
from core.domain.money import milli_to_decimal
from core.exchange.ledger import Ledger
from core.exchange.refusals import Refused
from core.simqmt.exchange import Exchange, Filled
from core.simqmt.gate import OrderFacts, Verdict, cancel_objection, is_held_back, judge, may_match
from core.simqmt.records import (
    MARKETS,
    AssetPush,
    CancelErrorPush,
    OrderErrorPush,
    OrderPush,
    PositionPush,
    Push,
    SimOrder,
    SimTrade,
    TradePush,
    cut_remark,
)
from core.simqmt.store import Store, TerminalState
from core.simqmt.views import asset_view, position_view

_S = OrderStatus


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
class Placed:
    """What became of a ticket: a positive `order_id`, or -1 with `message`. `arriving`: it is accepted and on its way."""

    order_id: int
    message: str
    pushes: tuple[Push, ...]
    arriving: int = 0


@dataclass(frozen=True, slots=True)
class CancelTaken:
    """What became of a cancel: `result` 0 (sent) or -1; `accepted` is the order's number once it is being cancelled, else 0."""

    result: int
    message: str
    accepted: int
    pushes: tuple[Push, ...]


class Counter:
    """Accounts, the day's orders and fills. Not thread-safe: the terminal calls it under its lock."""

    def __init__(
        self,
        state: TerminalState,
        exchange: Exchange,
        instrument: Callable[[Symbol], Instrument | None],
        now_ms: Callable[[], int],
        *,
        push_views: bool,
    ) -> None:
        self.state = state
        self.exchange = exchange
        self.push_views = push_views
        self._instrument = instrument
        self._now_ms = now_ms
        self._orders = {order.order_id: order for order in state.orders}
        self._trades = list(state.trades)
        self._dirty_orders: dict[int, None] = {}
        self._dirty_accounts: dict[str, None] = {}
        self._saved_trades = len(self._trades)
        self._held_back: dict[Symbol, dict[int, None]] = {}

    # what there is

    def has_account(self, account: str) -> bool:
        """Whether the terminal is logged in to this account."""
        return account in self.state.ledgers

    def accounts(self) -> list[str]:
        """All accounts, in the order they were opened."""
        return list(self.state.ledgers)

    def orders(self, account: str) -> list[SimOrder]:
        """The day's orders, oldest first."""
        return [order for order in self._orders.values() if order.account == account]

    def trades(self, account: str) -> list[SimTrade]:
        """The day's fills, oldest first."""
        return [trade for trade in self._trades if trade.account == account]

    def order(self, order_id: int) -> SimOrder | None:
        """One of the day's orders."""
        return self._orders.get(order_id)

    def working(self) -> list[SimOrder]:
        """Orders that are not final, oldest first."""
        return [order for order in self._orders.values() if order.working]

    def find_sysid(self, account: str, market: str, sysid: str) -> SimOrder | None:
        """An order by the counter's number, which is unique per market only."""
        for order in self._orders.values():
            if (order.account, order.sysid) == (account, sysid) and market in ("", order.market):
                return order
        return None

    def ledger(self, account: str) -> Ledger:
        """Cash and shares, marked to the newest prices."""
        return self.state.ledgers[account].mark(self._marks(self.state.ledgers[account].holdings))

    def open_accounts(self, ledgers: Mapping[str, Ledger]) -> None:
        """Open accounts that are not known yet."""
        for account, ledger in ledgers.items():
            if account not in self.state.ledgers:
                self._set_ledger(account, ledger)

    # what is asked

    def place(self, ticket: Ticket) -> Placed:
        """Refuse at the request, refuse at the counter, or accept. An accepted order has yet to arrive."""
        verdict = judge(self._facts(ticket))
        if verdict.order is None or not verdict.has_number:
            message = verdict.message
            return Placed(-1, message, (self._order_error(ticket, -1, message),))
        order = self._numbered(verdict, ticket)
        if not verdict.message:
            try:
                self._freeze(order)
            except Refused as refused:
                verdict = verdict.refused_by(refused.refusal)
        self._put(order)
        if verdict.message:
            dead = self._put(replace(order, status=_S.JUNK, status_msg=verdict.message))
            error = self._order_error(ticket, order.order_id, verdict.message)
            return Placed(order.order_id, "", (OrderPush(order), OrderPush(dead), error))
        views = self._views(order.account, [order.symbol])
        return Placed(order.order_id, "", (OrderPush(order), *views), arriving=order.order_id)

    def arrive(self, order_id: int) -> tuple[Push, ...]:
        """The order reaches the exchange. Outside a cage that does not reject it is held back until prices come near."""
        order = self._orders[order_id]
        if not order.working or order.at_exchange:
            return ()
        quote = self.exchange.quote(order.symbol)
        if quote is not None and is_held_back(order, quote):
            self._held_back.setdefault(order.symbol, {})[order_id] = None
            return ()
        order = self._put(replace(order, at_exchange=True))
        fills = self.exchange.arrive(order, matching=may_match(order, self._now_ms()))
        return self._book(fills)

    def ask_cancel(self, account: str, asked_id: int, order: SimOrder | None) -> CancelTaken:
        """Take a cancel request; an accepted one has yet to arrive."""
        if order is None or order.account != account:
            message = "[COUNTER] [251022][委托不存在]"
            error = CancelErrorPush(account, asked_id, "", -1, message)
            return CancelTaken(-1, message, 0, (error,))
        if not order.status.is_cancelable:
            return CancelTaken(0, "", 0, (self._cancel_error(order, "[COUNTER] [251020][委托已不可撤]"),))
        refusal = cancel_objection(order, self._now_ms())
        if refusal:
            return CancelTaken(0, "", 0, (self._cancel_error(order, refusal),))
        pending = _S.PARTSUCC_CANCEL if order.traded_volume else _S.REPORTED_CANCEL
        order = self._put(replace(order, status=pending))
        return CancelTaken(0, "", order.order_id, (OrderPush(order),))

    def cancel_arrives(self, order_id: int) -> tuple[Push, ...]:
        """The cancel reaches the exchange: the open rest goes, or it was too late."""
        order = self._orders[order_id]
        if not order.working:
            return (self._cancel_error(order, "[COUNTER] [251020][委托已不可撤]"),)
        return self._end(order, "")

    # what happens

    def on_quote(self, quote: Quote) -> tuple[Push, ...]:
        """A new snapshot."""
        pushes = self._book(self.exchange.show(quote))
        for order_id in self._held_back.pop(quote.symbol, ()):
            pushes += self.arrive(order_id)
        return pushes

    def expire(self, symbol: Symbol | None = None) -> tuple[Push, ...]:
        """The day ends for one symbol or all: what is still open is cancelled by the exchange."""
        pushes: list[Push] = []
        for order in self.working():
            if symbol in (None, order.symbol):
                pushes += self._end(order, "收盘未成交，委托失效")
        return tuple(pushes)

    def next_day(self, day: date) -> None:
        """Settle: shares bought may be sold, the day's orders and fills leave the lists. Expire before."""
        for account, ledger in self.state.ledgers.items():
            self.state.ledgers[account] = ledger.release_all().next_day(day)
            self._dirty_accounts[account] = None
        self.state.day = day
        self._orders.clear()
        self._trades.clear()
        self._dirty_orders.clear()
        self._held_back.clear()
        self._saved_trades = 0
        self.exchange.without_books()

    def commit(self, store: Store) -> None:
        """Make every change since the last commit durable."""
        self.state.time_ms = self._now_ms()
        store.save(
            self.state,
            list(self._dirty_accounts),
            [self._orders[order_id] for order_id in self._dirty_orders],
            self._trades[self._saved_trades :],
        )
        self._dirty_accounts.clear()
        self._dirty_orders.clear()
        self._saved_trades = len(self._trades)

    @property
    def changed(self) -> bool:
        """Whether there is something to commit."""
        return bool(self._dirty_accounts or self._dirty_orders or self._saved_trades < len(self._trades))

    # inside

    def _facts(self, ticket: Ticket) -> OrderFacts:
        return OrderFacts(
            ticket=ticket,
            ledger=self.state.ledgers.get(ticket.account),
            quote=self.exchange.quote,
            instrument=self._instrument,
            now_ms=self._now_ms(),
            bought_today=lambda symbol: self._bought_today(ticket.account, symbol),
        )

    def _bought_today(self, account: str, symbol: Symbol) -> int:
        """What the day's buys hold or may still become."""
        return sum(
            order.traded_volume + order.open_volume
            for order in self._orders.values()
            if (order.account, order.symbol, order.side) == (account, symbol, Side.BUY)
        )

    def _numbered(self, verdict: Verdict, ticket: Ticket) -> SimOrder:
        assert verdict.order is not None
        draft = verdict.order
        self.state.last_order_id += 1
        number = self.state.sysids.get(draft.market, 0) + 1
        self.state.sysids[draft.market] = number
        return replace(
            draft,
            order_id=self.state.last_order_id,
            sysid=str(number),
            time_ms=self._now_ms(),
            remark=cut_remark(ticket.remark),
            strategy=ticket.strategy,
        )

    def _freeze(self, order: SimOrder) -> None:
        ledger = self.state.ledgers[order.account]
        number = str(order.order_id)
        if order.side is Side.BUY:
            frozen = ledger.freeze_buy(number, order.symbol, order.volume, order.price)
        else:
            frozen = ledger.freeze_sell(number, order.symbol, order.volume, order.price)
        self._set_ledger(order.account, frozen)

    def _book(self, fills: Iterable[Filled]) -> tuple[Push, ...]:
        """Enter fills into orders and ledgers: per order its fills, then its state; then money and holdings."""
        pushes: list[Push] = []
        touched: dict[str, dict[Symbol, None]] = {}
        by_order: dict[int, list[Filled]] = {}
        for fill in fills:
            by_order.setdefault(fill.order_id, []).append(fill)
        for order_id, parts in by_order.items():
            pushes += [TradePush(self._fill(order_id, part)) for part in parts]
            order = self._orders[order_id]
            pushes.append(OrderPush(order))
            touched.setdefault(order.account, {})[order.symbol] = None
        for account, symbols in touched.items():
            pushes += self._views(account, symbols)
        return tuple(pushes)

    def _fill(self, order_id: int, part: Filled) -> SimTrade:
        order = self._orders[order_id]
        price = milli_to_decimal(part.price)
        done = self.state.ledgers[order.account].fill(str(order_id), price, part.volume)
        self._set_ledger(order.account, done.ledger)
        self.state.last_trade += 1
        trade = SimTrade(
            account=order.account,
            symbol=order.symbol,
            name=order.name,
            trade_id=str(self.state.last_trade),
            order_id=order_id,
            sysid=order.sysid,
            time_ms=self._now_ms(),
            side=order.side,
            price=price,
            volume=part.volume,
            amount=price * part.volume,
            commission=done.fees.total,
            remark=order.remark,
            strategy=order.strategy,
        )
        self._trades.append(trade)
        filled = order.traded_volume + part.volume
        status = _filled_status(order, filled)
        amount = order.traded_amount + trade.amount
        self._put(replace(order, traded_volume=filled, traded_amount=amount, status=status))
        return trade

    def _end(self, order: SimOrder, message: str) -> tuple[Push, ...]:
        self.exchange.withdraw(order)
        self._set_ledger(order.account, self.state.ledgers[order.account].release(str(order.order_id)))
        status = _S.PART_CANCEL if order.traded_volume else _S.CANCELED
        order = self._put(replace(order, status=status, status_msg=message or order.status_msg))
        return (OrderPush(order), *self._views(order.account, [order.symbol]))

    def _views(self, account: str, symbols: Iterable[Symbol]) -> list[Push]:
        if not self.push_views:
            return []
        ledger = self.ledger(account)
        held = [symbol for symbol in symbols if symbol in ledger.holdings]
        positions = [position_view(account, ledger.holding(symbol), self._name(symbol)) for symbol in held]
        return [AssetPush(asset_view(account, ledger)), *map(PositionPush, positions)]

    def _marks(self, symbols: Iterable[str]) -> dict[str, Decimal]:
        marks: dict[str, Decimal] = {}
        for symbol in symbols:
            quote = self.exchange.quote(Symbol(symbol))
            known = self._instrument(Symbol(symbol))
            if quote is not None and (quote.last or quote.pre_close):
                marks[symbol] = milli_to_decimal(quote.last or quote.pre_close)
            elif known is not None and known.pre_close:
                marks[symbol] = known.pre_close
        return marks

    def _name(self, symbol: Symbol) -> str:
        found = self._instrument(symbol)
        return found.name if found else ""

    def _order_error(self, ticket: Ticket, order_id: int, message: str) -> OrderErrorPush:
        remark = cut_remark(ticket.remark)
        return OrderErrorPush(ticket.account, order_id, ticket.seq, message, remark, ticket.strategy)

    def _cancel_error(self, order: SimOrder, message: str) -> CancelErrorPush:
        market = MARKETS.get(order.market, -1)
        return CancelErrorPush(order.account, order.order_id, order.sysid, market, message)

    def _put(self, order: SimOrder) -> SimOrder:
        self._orders[order.order_id] = order
        self._dirty_orders[order.order_id] = None
        return order

    def _set_ledger(self, account: str, ledger: Ledger) -> None:
        self.state.ledgers[account] = ledger
        self._dirty_accounts[account] = None


def _filled_status(order: SimOrder, filled: int) -> OrderStatus:
    if filled >= order.volume:
        return _S.SUCCEEDED
    pending = order.status in (_S.REPORTED_CANCEL, _S.PARTSUCC_CANCEL)
    return _S.PARTSUCC_CANCEL if pending else _S.PART_SUCC
