"""The exchange's own halts for excessive moves, for securities whose facts of the day were told (`SimTerminal.set_facts`).

Recorded days and real quotes carry their halts in their phase; a market that is put in by hand has none, so here the
snapshot that moves too far shows the halt itself, and so do all until its end. The first one after it trades again.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from core.domain.enums import Phase
from core.domain.market import Quote, Symbol, datetime_to_ms
from core.domain.money import milli_to_decimal
from core.exchange.boards import SecurityClass, class_of
from core.exchange.halts import halt_after, passed
from core.exchange.limits import PLAIN, LimitFacts


class Halts:
    """Facts of the day by symbol, and the halts that follow. Not thread-safe."""

    def __init__(self) -> None:
        self._facts: dict[Symbol, LimitFacts] = {}
        self._done: dict[Symbol, frozenset[tuple[Decimal, int]]] = {}
        self._ends: dict[Symbol, int] = {}

    def facts(self, symbol: Symbol) -> LimitFacts | None:
        """What was told of a security, None when nothing was."""
        return self._facts.get(symbol)

    def tell(self, symbol: Symbol, facts: LimitFacts) -> None:
        """The facts of a security from now on."""
        self._facts[symbol] = facts

    def until_ms(self, symbol: Symbol) -> int:
        """When the newest halt of a security ends or ended; 0 without one today."""
        return self._ends.get(symbol, 0)

    def see(self, quote: Quote) -> Quote:
        """A snapshot as the exchange shows it: halted while a halt lasts."""
        symbol, facts = quote.symbol, self._facts.get(quote.symbol)
        if facts is None or quote.phase is not Phase.CONTINUOUS:
            return quote
        if quote.time_ms >= self._ends.get(symbol, 0):
            base, done = _base(quote, facts), self._done.get(symbol, frozenset())
            halt = halt_after(symbol, quote.time, quote.last_price, base, facts, done)
            if halt is None:
                return quote
            self._done[symbol] = done | passed(halt, symbol, facts)
            self._ends[symbol] = datetime_to_ms(halt.until)
        return replace(quote, phase=Phase.SUSPENDED, suspended=True)

    def next_day(self) -> None:
        """Yesterday's halts are over, and its facts are a day older."""
        self._facts = {symbol: _tomorrow(facts) for symbol, facts in self._facts.items()}
        self._done.clear()
        self._ends.clear()


def _base(quote: Quote, facts: LimitFacts) -> Decimal:
    """What a move is measured from: the day's open, for a convertible bond its issue price."""
    if class_of(quote.symbol) is SecurityClass.CB:
        return facts.issue_price or milli_to_decimal(quote.pre_close)
    return milli_to_decimal(quote.open)


def _tomorrow(facts: LimitFacts) -> LimitFacts:
    """One day after listing (or into the delisting period) more."""
    if facts == PLAIN:
        return facts
    nth = None if facts.listing_day is None else facts.listing_day + 1
    last = None if facts.delist_day is None else facts.delist_day + 1
    return replace(facts, listing_day=nth, delist_day=last)
