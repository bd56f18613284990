"""The replay's documented reading: an order that waits fills when the other side of a continuous snapshot reaches it.

It has no queue and no auctions. Oldest first, at its own price, against displayed volume at or through it. It is
kept because a reader can compute it by hand from the file alone (see `core.service.replay`).
"""

from __future__ import annotations

from datetime import datetime

from core.domain.market import Quote, Symbol
from core.exchange.lots import OrderForm
from core.exchange.matching import RestingOrder, book_of, match_resting
from core.simqmt.broker.records import SimOrder
from core.simqmt.exchange.books import NOTHING, Books, Filled, Moved, form_of, is_market, is_trading, moved_by


class TouchExchange(Books):
    """Books and resting orders of all symbols."""

    def __init__(self) -> None:
        super().__init__()
        self._resting: dict[Symbol, dict[str, RestingOrder]] = {}

    def show(self, quote: Quote) -> Moved:
        """A new snapshot replaces the book; resting orders fill against it."""
        self.put(quote)
        waiting = self._resting.get(quote.symbol)
        if not waiting or not is_trading(quote):
            return NOTHING
        done = match_resting(list(waiting.values()), book_of(quote))
        self.keep(quote.symbol, done.book)
        self._resting[quote.symbol] = {order.order_id: order for order in done.orders}
        return Moved(tuple(Filled(int(fill.order_id), fill.price, fill.volume) for fill in done.fills))

    def arrive(self, order: SimOrder, moment: datetime, *, matching: bool) -> Moved:  # noqa: ARG002 - no auctions here
        """An order meets the displayed book if `matching`; its rest waits. Fills come in order."""
        quote = self.quote(order.symbol)
        if form_of(order) is OrderForm.FIXED:
            return NOTHING
        if not matching or quote is None or not is_trading(quote):
            if is_market(order):
                return Moved(ended=(order.order_id,))
            self._wait(order, order.price_milli, order.open_volume)
            return NOTHING
        met = self.meet(order)
        if met.rest and met.limit is not None:
            self._wait(order, met.limit, met.rest)
        return moved_by(order, met)

    def rest(self, order: SimOrder, moment: datetime) -> None:  # noqa: ARG002 - it waits the same in every session
        """Its number is its age."""
        if form_of(order) is not OrderForm.FIXED:
            self._wait(order, order.price_milli, order.open_volume)

    def withdraw(self, order: SimOrder) -> None:
        """Take an order out of the book; nothing happens when it is not there."""
        self._resting.get(order.symbol, {}).pop(str(order.order_id), None)

    def without_books(self) -> None:
        """A new day."""
        self.forget()

    def _wait(self, order: SimOrder, price: int, volume: int) -> None:
        number = str(order.order_id)
        waiting = self._resting.setdefault(order.symbol, {})
        waiting[number] = RestingOrder(number, order.side, price, volume, order.order_id)
