"""The exchange's own halts for excessive moves, for securities whose facts of the day were told (`SimTerminal.set_facts`).

Recorded days and real quotes carry their halts in their phase; a market that is put in by hand has none, so here the
snapshot that moves too far shows the halt itself, and so do all until its end. The first one after it trades again.
"""

from __future__ import annotations

from dataclasses import replace

from core.domain.enums import Phase
from core.domain.market import Quote, Symbol
from core.exchange.boards import SecurityClass, class_of
from core.exchange.cage import quote_limits
from core.exchange.halts import halt_end, halt_rules
from core.exchange.limits import PLAIN, LimitFacts

_DAY_MS = 24 * 3_600_000
_SHANGHAI_MS = 8 * 3_600_000


class Halts:
    """Facts of the day by symbol, and the halts that follow. Not thread-safe."""

    def __init__(self) -> None:
        self._facts: dict[Symbol, LimitFacts] = {}
        self._used: dict[Symbol, int] = {}
        self._ends: dict[Symbol, int] = {}

    def facts(self, symbol: Symbol) -> LimitFacts | None:
        """What was told of a security, None when nothing was."""
        return self._facts.get(symbol)

    def tell(self, symbol: Symbol, facts: LimitFacts) -> None:
        """The facts of a security from now on."""
        self._facts[symbol] = facts

    def see(self, quote: Quote) -> Quote:
        """A snapshot as the exchange shows it: halted while a halt lasts."""
        facts = self._facts.get(quote.symbol)
        if facts is None or quote.phase is not Phase.CONTINUOUS:
            return quote
        midnight = (quote.time_ms + _SHANGHAI_MS) // _DAY_MS * _DAY_MS - _SHANGHAI_MS
        if quote.time_ms >= self._ends.get(quote.symbol, 0):
            rules = halt_rules(quote.symbol, quote_limits(quote, facts), facts)
            bond = class_of(quote.symbol) is SecurityClass.CB
            base, used = quote.pre_close if bond else quote.open, self._used.get(quote.symbol, 0)
            found = halt_end(rules, used, base, quote.last, quote.time_ms - midnight)
            if found is None:
                return quote
            self._ends[quote.symbol], self._used[quote.symbol] = midnight + found[0], found[1]
        return replace(quote, phase=Phase.SUSPENDED, suspended=True)

    def next_day(self) -> None:
        """Yesterday's halts are over, and its facts are no longer true."""
        self._facts = {symbol: _tomorrow(facts) for symbol, facts in self._facts.items()}
        self._used.clear()
        self._ends.clear()


def _tomorrow(facts: LimitFacts) -> LimitFacts:
    """One day after listing (or into the delisting period) more."""
    if facts == PLAIN:
        return facts
    nth = None if facts.listing_day is None else facts.listing_day + 1
    last = None if facts.delist_day is None else facts.delist_day + 1
    return replace(facts, listing_day=nth, delist_day=last)
