"""What tests, desks and feeds do to a terminal: books, days, lost sessions, orders by hand.

Every method may be called from any thread, and acts at once under the terminal's lock.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from core.domain.enums import Phase
from core.domain.market import Instrument, Quote, Symbol
from core.errors import ContractError
from core.exchange.limits import LimitFacts
from core.simqmt.broker.records import Ticket
from core.simqmt.course import Course
from core.simqmt.market.feed import AHEAD_MS, FeedMarket
from core.simqmt.market.sources import SkippingMarket, WakingMarket
from core.simqmt.market.static import instrument_of, open_ms, static_quote
from core.simqmt.market.static_values import Price
from core.simqmt.native.client import link_of_client
from core.simqmt.reception.desk import Outcome


class Acting(Course):
    """The half of a terminal that somebody asks for, outside of the programs that trade on it."""

    _waking: WakingMarket | None

    def adopt_trader(self, trader: Any) -> None:
        """Count what runs in this XtQuantTrader's executors; call it after `trader.start()`."""
        link = link_of_client(trader.async_client)
        link.follow((trader.executor, trader.relaxed_resp_executor))

    def disconnect(self, session: int | None = None) -> None:
        """Lose one session, or all and the data subscriptions with them; programs hear on_disconnected."""
        self.front.disconnect(session)
        if session is None:
            self.data.disconnect()

    def set_quote(
        self,
        code: str,
        *,
        last: Price,
        bids: Sequence[tuple[Price, int]] | None = None,
        asks: Sequence[tuple[Price, int]] | None = None,
        pre_close: Price | None = None,
        phase: Phase | None = None,
        name: str = "",
    ) -> None:
        """Show this book now, as a snapshot of the present moment. Prices in yuan, volumes in shares.

        Without `phase` it is that of the clock. In a static market the book stands until the next: the clock begins and
        ends its sessions (`hours`).
        """
        with self.lock:
            self._require_open()
            quote = static_quote(
                code,
                self.clock.now_ms(),
                last=last,
                bids=bids,
                asks=asks,
                pre_close=pre_close,
                phase=phase,
                known=self._exchange.quote(Symbol(code)),
            )
            if quote.symbol not in self._instruments:
                self._instruments[quote.symbol] = instrument_of(quote, name)
            self._show((quote,))

    def wake(self, codes: Iterable[str]) -> None:
        """Let the market show these securities too, where it can (`WakingMarket`)."""
        market = self._waking
        if market is None:
            return
        with self.lock:
            new = [symbol for symbol in map(Symbol, codes) if symbol not in self._instruments]
            if not new:
                return
            shown = [quote for symbol in new if (quote := market.wake(symbol, self.clock.now_ms()))]
            self._read_instruments()
            for quote in shown:
                self._exchange.show(quote)  # nobody can have an order in it yet
            self.data.show(shown)

    def feed(self, quotes: Sequence[Quote]) -> None:
        """Show these snapshots now, whatever the market shows by itself. With `market="feed"` they are the market: what
        is not news is passed over, and where the clock runs by the wall what it cannot have seen yet; securities become known by
        their quotes."""
        with self.lock:
            if self.closed:
                return
            if isinstance(self.market, FeedMarket):
                now_ms = self.clock.now_ms()
                quotes = self.market.take(
                    quotes, now_ms, until_ms=None if self.clock.lockstep else now_ms + AHEAD_MS
                )
                if any(quote.symbol not in self._instruments for quote in quotes):
                    self._read_instruments()
            if quotes:
                self._show(quotes)

    def feed_instruments(self, instruments: Iterable[Instrument]) -> None:
        """What securities of `market="feed"` are called, their limits and flags: better than what quotes tell."""
        if not isinstance(self.market, FeedMarket):
            raise ContractError('only a terminal with market="feed" takes instruments')
        with self.lock:
            self.market.describe(instruments)
            self._read_instruments()

    def set_facts(self, code: str, facts: LimitFacts) -> None:
        """What beside price and date decides a security's limits (a new listing, a day without limit). On days without
        limit the exchange then halts it for excessive moves by itself."""
        with self.lock:
            self._halts.tell(Symbol(code), facts)

    def next_day(self) -> None:
        """Go to the next trading day: open orders expire, T+1 settles; the clock moves to its 09:30 when it can."""
        with self.lock:
            self._require_open()
            self._roll(self.calendar.next_trading_day(self.trading_day))
            start_ms = open_ms(self.trading_day)
            self._hours.skip_to(start_ms)
            if isinstance(self.market, SkippingMarket):
                shown = self.market.skip_to(start_ms)
                self._read_instruments()
                if shown:
                    self._show(shown)
        self.clock.skip_to(start_ms)

    def manual_order(
        self, account: str, code: str, order_type: int, volume: int, price: Price, *, remark: str = ""
    ) -> int:
        """An order typed in the terminal's own window (23 buys, 24 sells, limit). Its number, or -1."""
        ticket = Ticket(account, code, order_type, volume, 11, float(price), "", remark)
        with self.lock:
            self._require_open()
            placed = self._counter.place(ticket)
            self.front.settle(Outcome(None, placed.pushes, arriving=placed.arriving))
        return placed.order_id

    def manual_cancel(self, account: str, order_id: int) -> int:
        """A cancel from the terminal's own window: 0 (sent) or -1."""
        with self.lock:
            self._require_open()
            taken = self._counter.ask_cancel(account, order_id, self._accounts.order(order_id))
            self.front.settle(Outcome(None, taken.pushes, cancelling=taken.accepted))
        return taken.result

    def _require_open(self) -> None:
        if self.closed:
            raise ContractError("this terminal is closed: make another on its folder")
