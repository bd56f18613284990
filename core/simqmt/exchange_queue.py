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
from core.exchange.boards import exchange_of
from core.exchange.calling import CallFill, CallOrder, OwnCall, fill_own, fill_recorded, unmatched
from core.exchange.lots import OrderForm
from core.exchange.matching import match_on_arrival
from core.exchange.sessions import SessionPhase, phase_at
from core.exchange.standing import Standing, advance, displayed_ahead
from core.exchange.symbols import tick_size
from core.exchange.ticks import milli_tick
from core.simqmt.exchange import NOTHING, Books, Filled, Moved, form_of, is_halted, is_trading, moved_by
from core.simqmt.gate import late_objection
from core.simqmt.records import SimOrder

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


class QueueExchange(Books):
    """Books, queues and auctions of all symbols."""

    def __init__(self) -> None:
        super().__init__()
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
                self._make_call(milli_tick(tick_size(symbol)), (), call, quote)
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
        quote = self.quote(order.symbol)
        form = form_of(order)
        if form is OrderForm.FIXED:
            line.fixed[order.order_id] = _place(order, 0)
            at_close = quote is not None and quote.phase is Phase.AFTER_HOURS
            return Moved(tuple(self._at_close(line, quote))) if at_close and quote is not None else NOTHING
        if matching and quote is not None and is_trading(quote):
            return self._meet(line, order, datetime_to_ms(moment))
        session = phase_at(order.symbol, moment)
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
        session = phase_at(order.symbol, moment)
        sent = phase_at(order.symbol, ms_to_datetime(order.time_ms))
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
        met = self.meet(order)
        if met.rest and met.limit is not None:
            ahead = displayed_ahead(self.book(order.symbol), order.side, met.limit)
            line.standing[order.order_id] = Standing(
                order.order_id, order.side, met.limit, met.rest, order.order_id, ahead, now_ms
            )
        return moved_by(order, met)

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
            if objection := late_objection(order, quote):
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
        price = _auction_price(call, result)
        if traded > 0 and price:
            # In a gap the volume is the auction's; a continuous snapshot has more in it.
            volume = call.bids[0][1] if is_trading(result) and call.bids else traded
            found = fill_recorded(orders, price, min(volume, traded), left_over=unmatched(call, price))
        else:
            found = self._make_call(line.tick, orders, call, result)
        for fill in found:
            place = pool[fill.order_id]
            rest = place.volume - fill.volume
            if rest:
                pool[fill.order_id] = Standing(place.order_id, place.side, place.price, rest, place.age)
            else:
                del pool[fill.order_id]
        line.standing = {
            number: Standing(place.order_id, place.side, place.price, place.volume, place.age)
            for number, place in pool.items()
        }
        return [Filled(fill.order_id, fill.price, fill.volume) for fill in found]

    def _make_call(
        self, tick: int, orders: Sequence[CallOrder], call: Quote, result: Quote
    ) -> tuple[CallFill, ...]:
        """An auction that nobody recorded. A book put in by hand that simply goes on shows what came of it."""
        opening = call.phase is Phase.OPEN_CALL
        reference = call.pre_close if opening else call.last or call.pre_close
        made = fill_own(exchange_of(call.symbol), orders, call, reference=reference, tick=tick)
        goes_on = (result.volume, result.last, result.bids, result.asks) == (
            call.volume,
            call.last,
            call.bids,
            call.asks,
        )
        if made.price is not None and goes_on:
            self.put(_after_call(result, made, opening=opening))
        return made.fills

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
                line.fixed[number] = Standing(number, place.side, place.price, met.rest, place.age)
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
        order.order_id, order.side, order.price_milli, order.open_volume, order.order_id, None, now_ms
    )


def _auction_price(call: Quote, result: Quote) -> int:
    """Shanghai files leave `open` empty until continuous trading; the last price is the auction's until then."""
    if call.phase is Phase.OPEN_CALL and is_trading(result):
        return result.open
    return result.last


def _after_call(result: Quote, made: OwnCall, *, opening: bool) -> Quote:
    """The snapshot after an auction of our own: its price is the last one, what traded is in the day's volume and
    displayed no more."""
    assert made.price is not None
    return replace(
        result,
        last=made.price,
        open=made.price if opening else result.open or made.price,
        high=made.price if opening else max(result.high, made.price),
        low=made.price if opening else min(result.low or made.price, made.price),
        volume=result.volume + made.volume,
        amount=result.amount + made.volume * made.price / 1000,
        bids=made.bids,
        asks=made.asks,
    )
