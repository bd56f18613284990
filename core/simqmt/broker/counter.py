"""The counter (柜台): takes orders and cancels, brings them to the exchange, books what the exchange does.

Every method changes state in memory and returns the pushes it caused, in order. The terminal tells nothing before
`Accounts.commit`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, time

from core.domain.enums import OrderStatus, Phase, Side
from core.domain.market import Instrument, Quote, Symbol, ms_to_datetime
from core.domain.money import milli_to_decimal
from core.exchange.calendar import MAINLAND, Calendar
from core.exchange.limits import LimitFacts
from core.exchange.lots import OrderForm
from core.exchange.refusals import Refused
from core.simqmt.broker.accounts import Accounts
from core.simqmt.broker.gate import (
    OrderFacts,
    Sight,
    cancel_objection,
    cancel_wait_ms,
    is_held_back,
    judge,
    may_match,
)
from core.simqmt.broker.records import (
    AssetPush,
    CancelErrorPush,
    OrderPush,
    PositionPush,
    Push,
    SimOrder,
    Ticket,
    TradePush,
)
from core.simqmt.broker.verdicts import CancelTaken, Placed, cancel_error, late_error, order_error
from core.simqmt.exchange.books import Exchange, Filled, Moved, form_of, is_halted, is_trading
from core.simqmt.hours import over

_S = OrderStatus
_TOO_LATE = "[COUNTER] [251020][委托已不可撤]"
_REST_CANCELLED = "市价委托未成交部分由交易所撤销"
_CLOSE, _FIXED_END = time(15, 0), time(15, 30)


class Counter:
    """Between programs and the exchange. Not thread-safe: the terminal calls it under its lock."""

    def __init__(
        self,
        accounts: Accounts,
        exchange: Exchange,
        instrument: Callable[[Symbol], Instrument | None],
        now_ms: Callable[[], int],
        *,
        push_views: bool,
        facts: Callable[[Symbol], LimitFacts | None],
        vouches_for: Callable[[Symbol, int], bool],
        calendar: Calendar = MAINLAND,
    ) -> None:
        """`push_views`: whether money and holdings are pushed, which many real installations never do. `facts`: what
        was told of a security beside its instrument. `vouches_for`: whether its book still holds at a moment."""
        self._accounts = accounts
        self._exchange = exchange
        self._instrument = instrument
        self._now_ms = now_ms
        self._push_views = push_views
        self._facts_of = facts
        self._vouches_for = vouches_for
        self._calendar = calendar
        self._sights: dict[Symbol, Sight] = {}
        self._held_back: dict[Symbol, dict[int, None]] = {}
        self._unheard: dict[Symbol, dict[int, None]] = {}  # on their way while a feed is silent
        self._gathered: dict[str, dict[Symbol, None]] | None = None
        # Outside a parking cage when they were taken. What was inside then is not judged again on arrival: a sell at
        # the cage's very floor would be parked whenever the best bid rose by a tick meanwhile.
        self._outside = {order.order_id for order in accounts.working() if not order.at_exchange}

    @contextlib.contextmanager
    def gathering(self, wanted: bool) -> Iterator[None]:
        """Where `wanted`: pushes of money and holdings are not given within, but once by each `gathered`."""
        self._gathered = {} if wanted else None
        try:
            yield
        finally:
            self._gathered = None

    def gathered(self) -> list[Push]:
        """Money and holdings as they are now, of all that changed since the last time."""
        if not self._gathered:
            return []
        touched, self._gathered = self._gathered, None
        pushes = [push for account, symbols in touched.items() for push in self._views(account, symbols)]
        self._gathered = {}
        return pushes

    # what is asked

    def place(self, ticket: Ticket) -> Placed:
        """Refuse at the request, refuse at the counter, or accept. An accepted order has yet to arrive."""
        verdict = judge(self._facts(ticket), self._sight(Symbol(ticket.code)), self._calendar)
        if verdict.draft is None:
            error = order_error(ticket, -1, verdict.message)
            return Placed(-1, verdict.message, (error,))
        order = self._accounts.number(verdict.draft, ticket)
        if not verdict.message:
            try:
                self._accounts.freeze(order)
            except Refused as refused:
                verdict = verdict.refused_by(refused.refusal)
        self._accounts.put(order)
        if verdict.message:
            dead = self._accounts.put(order.changed(_S.JUNK, message=verdict.message))
            error = order_error(ticket, order.order_id, verdict.message)
            return Placed(order.order_id, "", (OrderPush(order), OrderPush(dead), error))
        quote = self._exchange.quote(order.symbol) if verdict.parked else None
        if quote is not None and is_held_back(order, quote):
            self._outside.add(order.order_id)
        # A buy holds back money only, and leaves the holding as it is.
        views = self._views(order.account, [order.symbol] if order.side is Side.SELL else ())
        return Placed(order.order_id, "", (OrderPush(order), *views), arriving=order.order_id)

    def ask_cancel(self, account: str, asked_id: int, order: SimOrder | None) -> CancelTaken:
        """Take a cancel request; an accepted one has yet to arrive."""
        if order is None or order.account != account:
            message = "[COUNTER] [251022][委托不存在]"
            return CancelTaken(-1, message, 0, (CancelErrorPush(account, asked_id, "", -1, message),))
        objection = (
            _TOO_LATE
            if not order.status.is_cancelable
            else cancel_objection(order, self._now_ms(), self._calendar)
        )
        if objection:
            return CancelTaken(0, "", 0, (cancel_error(order, objection),))
        pending = _S.PARTSUCC_CANCEL if order.traded_volume else _S.REPORTED_CANCEL
        order = self._accounts.put(order.changed(pending))
        return CancelTaken(0, "", order.order_id, (OrderPush(order),))

    # what reaches the exchange

    def arrive(self, order_id: int) -> tuple[Push, ...]:
        """An order arrives. One taken outside a parking cage is held back until prices come near; one for continuous
        auction does not get there while the feed is silent, but with the next snapshot."""
        order = self._accounts.order(order_id)
        if order is None or not order.working or order.at_exchange:
            return ()
        quote = self._exchange.quote(order.symbol)
        if order_id in self._outside and quote is not None and is_held_back(order, quote):
            self._held_back.setdefault(order.symbol, {})[order_id] = None
            return ()
        moment = ms_to_datetime(self._now_ms())
        matching = may_match(order, moment, self._calendar)
        if matching and self._lacks_book(order, quote):
            self._unheard.setdefault(order.symbol, {})[order_id] = None
            return ()
        self._outside.discard(order_id)
        order = self._accounts.put(order.changed(order.status, at_exchange=True))
        return self._book(self._exchange.arrive(order, moment, matching=matching))

    def _lacks_book(self, order: SimOrder, quote: Quote | None) -> bool:
        """Whether nobody knows the book that an order for continuous auction meets: the feed is silent, or (for a
        market order, which cannot wait at the exchange) the session's first snapshot has yet to come."""
        form = form_of(order)
        if form is not OrderForm.FIXED and not self._vouches_for(order.symbol, self._now_ms()):
            return True
        return form is OrderForm.MARKET and (quote is None or not (is_trading(quote) or is_halted(quote)))

    def cancel_wait_ms(self, order_id: int) -> int:
        """How long the exchange lets a cancel lie that reaches it now."""
        order = self._accounts.order(order_id)
        return cancel_wait_ms(order, self._now_ms(), self._calendar) if order is not None else 0

    def cancel_arrives(self, order_id: int) -> tuple[Push, ...]:
        """A cancel arrives: the open rest goes, or it was too late, or the exchange takes none by now."""
        order = self._accounts.order(order_id)
        if order is None:
            return ()
        if not order.working:
            return (cancel_error(order, _TOO_LATE),)
        objection = cancel_objection(order, self._now_ms(), self._calendar)
        if not objection:
            return self._end(order, "")
        order = self._accounts.put(order.changed(_S.PART_SUCC if order.traded_volume else _S.REPORTED))
        return (cancel_error(order, objection), OrderPush(order))

    def resume(self, order: SimOrder) -> None:
        """An order that rested when the terminal ended rests again."""
        if order.at_exchange:
            self._exchange.rest(order, ms_to_datetime(self._now_ms()))

    def on_quote(self, quote: Quote) -> tuple[Push, ...]:
        """A new snapshot; the first after the close ends what still waits, fixed-price orders after their hour."""
        pushes = self._book(self._exchange.show(quote))
        for order_id in self._held_back.pop(quote.symbol, ()):
            pushes += self.arrive(order_id)
        if is_trading(quote) or quote.phase is Phase.CLOSE_CALL:
            for order_id in self._unheard.pop(quote.symbol, ()):
                pushes += self.arrive(order_id)
        if quote.phase in (Phase.CLOSED, Phase.AFTER_HOURS) and (clock := quote.time.time()) >= _CLOSE:
            last = quote.phase is Phase.CLOSED and clock >= _FIXED_END
            pushes += self.expire(quote.symbol, fixed_too=last)
        return pushes

    def expire(self, symbol: Symbol | None = None, *, fixed_too: bool = True) -> tuple[Push, ...]:
        """The day ends for one symbol or all: what is still open is cancelled by the exchange."""
        pushes: list[Push] = []
        for order in self._accounts.working(symbol):
            if fixed_too or form_of(order) is not OrderForm.FIXED:
                pushes += self._end(order, "收盘未成交，委托失效")
        return tuple(pushes)

    def expire_by(self, moment: datetime) -> tuple[Push, ...]:
        """What the clock ends where no snapshot did: orders of securities whose day is over."""
        pushes: tuple[Push, ...] = ()
        for symbol in dict.fromkeys(order.symbol for order in self._accounts.working()):
            day_over, all_over = over(symbol, moment, self._calendar)
            if day_over:
                pushes += self.expire(symbol, fixed_too=all_over)
        return pushes

    def next_day(self, day: date) -> None:
        """The next trading day. Expire before."""
        self._accounts.next_day(day)
        self._exchange.without_books()
        self._held_back.clear()
        self._unheard.clear()
        self._outside.clear()

    # inside

    def _facts(self, ticket: Ticket) -> OrderFacts:
        bought = self._accounts.bought_today(ticket.account, Symbol(ticket.code))
        return OrderFacts(ticket, self._accounts.raw_ledger(ticket.account), self._now_ms(), bought)

    def _sight(self, symbol: Symbol) -> Sight:
        """What is known of a security; made once for each snapshot."""
        instrument = self._instrument(symbol)  # first: asking may make the market show it
        quote = self._exchange.quote(symbol)
        sight, told = self._sights.get(symbol), self._facts_of(symbol)
        if (
            sight is None
            or sight.quote is not quote
            or sight.instrument is not instrument
            or sight.told is not told
        ):
            sight = Sight.of(quote, instrument, told)
            if quote is not None or instrument is not None:
                self._sights[symbol] = sight
        return sight

    def _book(self, moved: Moved) -> tuple[Push, ...]:
        """Enter what the exchange did: per order its fills, its state, the end of its rest; then money and holdings."""
        if not (moved.fills or moved.ended or moved.limits or moved.refused):
            return ()
        pushes: list[Push] = []
        touched: dict[str, dict[Symbol, None]] = {}
        by_order: dict[int, list[Filled]] = {order_id: [] for order_id in moved.ended}
        for fill in moved.fills:
            by_order.setdefault(fill.order_id, []).append(fill)
        for order_id, limit in moved.limits:
            self._accounts.put(replace(self._accounts.must(order_id), limit=milli_to_decimal(limit)))
        for order_id, parts in by_order.items():
            pushes += [TradePush(self._accounts.fill(part)) for part in parts]
            order = self._accounts.must(order_id)
            if order_id in moved.ended:
                pushes += [OrderPush(order)] if parts else []
                order = self._finish(order, _REST_CANCELLED)
            pushes.append(OrderPush(order))
            touched.setdefault(order.account, {})[order.symbol] = None
        for order_id, message in moved.refused:
            order = self._end_as(_S.JUNK, self._accounts.must(order_id), message)
            pushes += [OrderPush(order), late_error(order, message)]
            touched.setdefault(order.account, {})[order.symbol] = None
        for account, symbols in touched.items():
            pushes += self._views(account, symbols)
        return tuple(pushes)

    def _finish(self, order: SimOrder, message: str) -> SimOrder:
        """Cancel what is open, free what it held back."""
        return self._end_as(_S.PART_CANCEL if order.traded_volume else _S.CANCELED, order, message)

    def _end_as(self, status: OrderStatus, order: SimOrder, message: str) -> SimOrder:
        self._exchange.withdraw(order)
        self._accounts.release(order)
        return self._accounts.put(order.changed(status, message=message or None))

    def _end(self, order: SimOrder, message: str) -> tuple[Push, ...]:
        order = self._finish(order, message)
        symbols = [order.symbol] if order.side is Side.SELL else ()
        return (OrderPush(order), *self._views(order.account, symbols))

    def _views(self, account: str, symbols: Iterable[Symbol]) -> list[Push]:
        if not self._push_views:
            return []
        if self._gathered is not None:
            self._gathered.setdefault(account, {}).update(dict.fromkeys(symbols))
            return []
        positions = [self._accounts.position(account, symbol) for symbol in symbols]
        return [
            AssetPush(self._accounts.asset(account)),
            *(PositionPush(position) for position in positions if position is not None),
        ]
