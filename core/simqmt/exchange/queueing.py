"""The simulator's own reading: orders stand in a queue, call auctions match, breaks are waited through.

A symbol's orders are in one of four places. `calling`: sent in a call auction. `fresh`: sent in a break (09:25 to
09:30, lunch, a halt, before the first snapshot); they meet the first continuous snapshot as if they arrived then.
`standing`: in the queue of continuous auction (`core.exchange.standing`), and in the closing call. `fixed`: waiting for
after-hours trading at the closing price.

The snapshot after a call auction decides it: volume traded since the last snapshot of the call is the recorded
auction and stands; without any, the displayed orders and ours meet in an auction of our own (`core.exchange.calling`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from core.domain.enums import Phase, Side
from core.domain.market import Quote, Symbol, datetime_to_ms, ms_to_datetime
from core.exchange.calendar import MAINLAND, Calendar
from core.exchange.calling import CallOrder, fill_recorded, unmatched
from core.exchange.lots import OrderForm
from core.exchange.matching import match_on_arrival
from core.exchange.sessions import SessionPhase, phase_at
from core.exchange.standing import Standing, advance, displayed_ahead
from core.exchange.symbols import tick_size
from core.exchange.ticks import milli_tick
from core.simqmt.broker.gate import late_objection
from core.simqmt.broker.records import SimOrder
from core.simqmt.exchange.books import (
    NOTHING,
    Books,
    Filled,
    Met,
    Moved,
    form_of,
    is_halted,
    is_trading,
    met_by,
    moved_by,
)
from core.simqmt.exchange.calls import made_call, result_of
from core.simqmt.exchange.crossing import moved_up, opponents, shared_out, with_own

_CALLS = frozenset({Phase.OPEN_CALL, Phase.CLOSE_CALL})
_CALL_SESSIONS = frozenset(
    {SessionPhase.OPEN_CALL_CANCEL, SessionPhase.OPEN_CALL_LOCKED, SessionPhase.CLOSE_CALL}
)
_BREAKS = frozenset({SessionPhase.GAP, SessionPhase.LUNCH})

Places = dict[int, Standing]


@dataclass(slots=True)
class _Line:
    """The waiting orders of one symbol, oldest first, and its tick in thousandths."""

    tick: int
    standing: Places = field(default_factory=dict)
    calling: dict[int, SimOrder] = field(default_factory=dict)
    fresh: dict[int, SimOrder] = field(default_factory=dict)
    fixed: Places = field(default_factory=dict)
    owners: set[str] = field(default_factory=set)
    sides: set[Side] = field(default_factory=set)

    def knows(self, order: SimOrder) -> None:
        """An order of the day: whose, and on which side."""
        self.owners.add(order.account)
        self.sides.add(order.side)


class QueueExchange(Books):
    """Books, queues and auctions of all symbols."""

    def __init__(self, calendar: Calendar = MAINLAND) -> None:
        super().__init__()
        self._calendar = calendar
        self._lines: dict[Symbol, _Line] = {}
        self._calls: dict[Symbol, Quote] = {}

    def show(self, quote: Quote) -> Moved:
        """A new snapshot: the end of an auction, a step of the queues, the hour of fixed-price orders."""
        symbol = quote.symbol
        before = self.put(quote)
        if quote.phase in _CALLS:
            self._calls[symbol] = quote
            return self._join(symbol) if quote.phase is Phase.CLOSE_CALL else NOTHING
        call = self._calls.pop(symbol, None)
        line = self._lines.get(symbol)
        if line is None:
            if call is not None and quote.volume == call.volume:
                _, after = made_call(milli_tick(tick_size(symbol)), (), call, quote)
                if after is not None:
                    self.put(after)
            return NOTHING
        fills: list[Filled] = []
        if call is not None:
            fills += self._uncross(line, call, quote)
            quote = self.quote(symbol) or quote
        if is_trading(quote):
            fills += self._step(line, before, quote)
            return self._let_in(line, quote, fills)
        if quote.phase is Phase.AFTER_HOURS:
            fills += self._at_close(line, quote)
        return Moved(tuple(fills))

    def arrive(self, order: SimOrder, moment: datetime, *, matching: bool) -> Moved:
        """Continuous: meets the book, and joins the queue with its rest. Otherwise it waits where it belongs."""
        line = self._line(order.symbol)
        line.knows(order)
        quote = self.quote(order.symbol)
        form = form_of(order)
        if form is OrderForm.FIXED:
            line.fixed[order.order_id] = _place(order, 0)
            at_close = quote is not None and quote.phase is Phase.AFTER_HOURS
            return Moved(tuple(self._at_close(line, quote))) if at_close and quote is not None else NOTHING
        if matching and quote is not None and is_trading(quote):
            return self._meet(line, order, datetime_to_ms(moment))
        session = phase_at(order.symbol, moment, self._calendar)
        halted = quote is not None and is_halted(quote)
        if form is OrderForm.MARKET and (halted or session is not SessionPhase.CONTINUOUS):
            return Moved(ended=(order.order_id,))
        if session in _CALL_SESSIONS:
            line.calling[order.order_id] = order
        else:
            line.fresh[order.order_id] = order
        return NOTHING

    def rest(self, order: SimOrder, moment: datetime) -> None:
        """Behind everything that the next snapshot displays at its price; where it waited for a session that has not
        begun yet, it waits on."""
        line = self._line(order.symbol)
        line.knows(order)
        session = phase_at(order.symbol, moment, self._calendar)
        sent = phase_at(order.symbol, ms_to_datetime(order.time_ms), self._calendar)
        if form_of(order) is OrderForm.FIXED:
            line.fixed[order.order_id] = _place(order, 0)
        elif order.traded_volume or form_of(order) is OrderForm.MARKET:
            line.standing[order.order_id] = _place(order, 0)
        elif sent in _CALL_SESSIONS and session in _CALL_SESSIONS:
            line.calling[order.order_id] = order
        elif sent is session and session in _BREAKS:
            line.fresh[order.order_id] = order
        else:
            line.standing[order.order_id] = _place(order, 0)

    def withdraw(self, order: SimOrder) -> None:
        """Take an order away; nothing happens when it is not there."""
        line = self._lines.get(order.symbol)
        if line is not None:
            line.standing.pop(order.order_id, None)
            line.calling.pop(order.order_id, None)
            line.fresh.pop(order.order_id, None)
            line.fixed.pop(order.order_id, None)

    def without_books(self) -> None:
        """A new day. The counter has ended all orders."""
        self.forget()
        self._lines.clear()
        self._calls.clear()

    # continuous auction

    def _meet(self, line: _Line, order: SimOrder, now_ms: int) -> Moved:
        book = self.book(order.symbol)
        resting = opponents(order, line.standing.values()) if len(line.owners) > 1 else []
        met, given = (self._cross(line, order, resting)) if resting else (self.meet(order), [])
        if met.fills and len(line.sides) > 1:
            left = self.book(order.symbol)
            line.standing |= moved_up(order, line.standing.values(), book, left)
        if met.rest and met.limit is not None:
            ahead = displayed_ahead(self.book(order.symbol), order.side, met.limit)
            place = _place(order, now_ms)
            line.standing[order.order_id] = replace(place, price=met.limit, volume=met.rest, ahead=ahead)
        moved = moved_by(order, met)
        return replace(moved, fills=(*moved.fills, *given)) if given else moved

    def _cross(self, line: _Line, order: SimOrder, resting: Sequence[Standing]) -> tuple[Met, list[Filled]]:
        """An order meets the displayed book and orders of other accounts."""
        book = self.book(order.symbol)
        met = met_by(order, with_own(book, order.side, resting))
        shared = shared_out(book, order.side, resting, met.fills)
        self.keep(order.symbol, shared.book)
        for place in resting:
            del line.standing[place.order_id]
        line.standing |= {place.order_id: place for place in shared.standing}
        return met, [Filled(number, price, volume) for number, price, volume in shared.fills]

    def _step(self, line: _Line, before: Quote | None, quote: Quote) -> list[Filled]:
        if not line.standing:
            return []
        done = advance(line.standing.values(), before, quote, line.tick)
        self.keep(quote.symbol, done.book)
        line.standing = {order.order_id: order for order in done.orders}
        return [Filled(fill.order_id, fill.price, fill.volume) for fill in done.fills]

    def _let_in(self, line: _Line, quote: Quote, fills: list[Filled]) -> Moved:
        """What waited for continuous auction arrives, oldest first."""
        limits: list[tuple[int, int]] = []
        ended: list[int] = []
        refused: list[tuple[int, str]] = []
        if not (line.fresh or line.calling):
            return Moved(tuple(fills))
        waiting = {
            **line.calling,
            **line.fresh,
        }  # a call of which no snapshot was seen has nothing to decide it
        line.calling, line.fresh = {}, {}
        for order in waiting.values():
            if objection := late_objection(order, quote, self._calendar):
                refused.append((order.order_id, objection))
                continue
            moved = self._meet(line, order, quote.time_ms)
            fills += moved.fills
            limits += moved.limits
            ended += moved.ended
        return Moved(tuple(fills), tuple(ended), tuple(limits), tuple(refused))

    # auctions

    def _join(self, symbol: Symbol) -> Moved:
        """What a halt or a break kept from continuous auction takes part in the closing call, market orders not."""
        line = self._lines.get(symbol)
        if line is None or not line.fresh:
            return NOTHING
        waiting, line.fresh = line.fresh, {}
        ended = tuple(number for number, order in waiting.items() if form_of(order) is OrderForm.MARKET)
        line.calling |= {number: order for number, order in waiting.items() if number not in ended}
        return Moved(ended=ended)

    def _uncross(self, line: _Line, call: Quote, result: Quote) -> list[Filled]:
        """Match a call auction by its result; what is left of our orders stands in the queue from now on."""
        pool = line.standing | {number: _place(order, 0) for number, order in line.calling.items()}
        line.calling = {}
        orders = [CallOrder(p.order_id, p.side, p.price, p.volume, p.age) for p in pool.values()]
        traded = result.volume - call.volume
        price = result_of(call, result)
        if traded > 0 and price:
            # In a gap the volume is the auction's; a continuous snapshot has more in it.
            volume = call.bids[0][1] if is_trading(result) and call.bids else traded
            found = fill_recorded(orders, price, min(volume, traded), left_over=unmatched(call, price))
        else:
            meeting = len({place.owner for place in pool.values()}) > 1
            found, after = made_call(line.tick, orders, call, result, meeting=meeting)
            if after is not None:
                self.put(after)
        for fill in found:
            place = pool[fill.order_id]
            rest = place.volume - fill.volume
            if rest:
                pool[fill.order_id] = replace(place, volume=rest)
            else:
                del pool[fill.order_id]
        line.standing = {number: replace(place, ahead=None, since_ms=0) for number, place in pool.items()}
        return [Filled(fill.order_id, fill.price, fill.volume) for fill in found]

    def _at_close(self, line: _Line, quote: Quote) -> list[Filled]:
        """Fixed-price orders take what is displayed at the closing price, oldest first."""
        fills: list[Filled] = []
        book, price = self.book(quote.symbol), quote.last
        for number, place in list(line.fixed.items()):
            good = place.price >= price if place.side is Side.BUY else place.price <= price
            if not good or not price:
                continue
            met = match_on_arrival(book, place.side, price, place.volume)
            book, taken = met.book, place.volume - met.rest
            if taken:
                fills.append(Filled(number, price, taken))
            if met.rest:
                line.fixed[number] = replace(place, volume=met.rest)
            else:
                del line.fixed[number]
        self.keep(quote.symbol, book)
        return fills

    def _line(self, symbol: Symbol) -> _Line:
        line = self._lines.get(symbol)
        if line is None:
            line = self._lines[symbol] = _Line(milli_tick(tick_size(symbol)))
        return line


def _place(order: SimOrder, now_ms: int) -> Standing:
    return Standing(
        order_id=order.order_id,
        side=order.side,
        price=order.price_milli,
        volume=order.open_volume,
        age=order.order_id,
        since_ms=now_ms,
        owner=order.account,
    )
