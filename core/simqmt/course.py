"""What goes on in a terminal by itself: snapshots of its market, the hours of its clock, its days. And its commits.

Everything here runs under the terminal's lock, most of it on the conductor's thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial

from core.domain.market import Quote, Symbol
from core.domain.money import milli_to_decimal
from core.exchange.calendar import Calendar
from core.simqmt.broker.counter import Counter
from core.simqmt.broker.records import Push
from core.simqmt.clockwork.conductor import Conductor
from core.simqmt.data.hub import DataHub
from core.simqmt.exchange.halting import Halts
from core.simqmt.faults.rules import FATEFUL_COMMITS
from core.simqmt.faults.schedule import Faults
from core.simqmt.hours import Hours, is_morning, still_quotes
from core.simqmt.ledger.store import LedgerStopped, Store
from core.simqmt.looking import Looking
from core.simqmt.market.sources import MarketSource, VouchingMarket


class Course(Looking):
    """The half of a terminal that nobody asks for."""

    market: MarketSource
    clock: Conductor
    data: DataHub
    faults: Faults
    closed: bool
    calendar: Calendar
    _counter: Counter
    _halts: Halts
    _hours: Hours
    _still: bool
    _vouching: VouchingMarket | None
    _store: Store

    # the market, on the conductor's thread

    def peek_ms(self) -> int | None:
        """Time of the next snapshots. Takes no lock: the conductor asks while it holds its own."""
        return None if self.closed else self.market.peek_ms()

    def release(self) -> None:
        """The next snapshots: books, fills, pushes, then ticks."""
        with self.lock:
            if self.closed:
                return
            quotes = self.market.pop()
            if quotes:
                self._show(quotes)
            elif self.clock.now().date() > self.trading_day:  # a fed market's morning
                self._roll(self.clock.now().date())

    def _show(self, quotes: Sequence[Quote]) -> None:
        day = max(quote.time.date() for quote in quotes)
        if day > self.trading_day:
            self._roll(day)
        quotes = [self._halts.see(quote) for quote in quotes]
        pushes: list[Push] = []
        for quote in quotes:
            pushes += self._counter.on_quote(quote)
            if quote.suspended and (until_ms := self._halts.until_ms(quote.symbol)):
                self._hours.halted(until_ms)
        if self._still:  # an auction may have given it another price and taken from its book
            quotes = [self._exchange.quote(quote.symbol) or quote for quote in quotes]
        self._commit("market")
        self.front.push(pushes)
        if pushes:
            self.front.later(partial(self._show_data, quotes))
        else:
            self._show_data(quotes)

    def _strike(self, moment: datetime) -> None:
        """What the hour brings, on the conductor's thread."""
        with self.lock:
            if self.closed:
                return
            if is_morning(moment):
                if moment.date() > self.trading_day:
                    self._roll(moment.date())
                return
            if self._still:
                known, left = self._exchange.quotes(), self._exchange.rest_of
                quotes = still_quotes(known, left, self._halts.until_ms, moment, self.calendar)
                if quotes:
                    self._show(quotes)
            self._end_by(moment)

    def _end_by(self, moment: datetime, *, opening: bool = False) -> None:
        pushes = self._counter.expire_by(moment)
        self._commit(*(() if opening else ("day",)))
        self.front.push(pushes)

    def _vouches_for(self, symbol: Symbol, now_ms: int) -> bool:
        """A feed falls silent, a recording ends; every other market's book holds until its next snapshot."""
        return self._vouching is None or self._vouching.vouches_for(symbol, now_ms)

    def _show_data(self, quotes: Sequence[Quote]) -> None:
        with self.lock:
            self.data.show(self.faults.quotes(quotes))

    # the day

    def _roll(self, day: date) -> None:
        pushes = self._counter.expire()
        self._commit("day")
        self._counter.next_day(day)
        self._halts.next_day()
        self._read_instruments()
        if self._still:  # known by their quotes alone
            for quote in self._exchange.quotes():
                if known := self._instruments.get(quote.symbol):
                    self._instruments[quote.symbol] = replace(
                        known, pre_close=milli_to_decimal(quote.pre_close)
                    )
        self._commit("day")
        self.front.push(pushes)

    def _read_instruments(self) -> None:
        for item in self.market.instruments():
            self._instruments[item.symbol] = item

    def _give_up(self) -> None:
        """The ledger cannot be written."""
        raise NotImplementedError

    def _commit(self, *steps: str) -> None:
        """Make durable what changed. `steps` name the moment for a fault that kills. Raises LedgerStopped."""
        fateful = [step for step in steps if step in FATEFUL_COMMITS] if self._accounts.changed else []
        for step in fateful:
            self.faults.step(f"{step}.before_commit")
        try:
            self._accounts.commit(self._store)
        except LedgerStopped:
            self._give_up()
            raise
        for step in fateful:
            self.faults.step(f"{step}.after_commit")
