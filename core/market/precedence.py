"""Which quotes of two sources pass: those of the best always, those of its stand-in for what the best does not tell.

Nothing ever goes back in time, whoever tells it. A stand-in's quotes are marked `fallback` unless the user allows
stand-ins to trigger orders.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from core.clock import Clock
from core.domain.market import Quote, Symbol

AHEAD_MS = 60_000
"""A stand-in this far ahead of our clock is wrong, and would lock the best source out for as long."""


class Precedence:
    """Knows the last quote of each symbol and who told it. Touched on the trading loop only.

    `dropped` counts quotes that would have gone back in time or that a better source tells.
    """

    def __init__(self, clock: Clock, *, may_trigger: bool) -> None:
        self._clock = clock
        self.may_trigger = may_trigger
        self._last: dict[Symbol, Quote] = {}
        self._foreign: set[Symbol] = set()  # whose last quote came from a stand-in
        self._told: set[Symbol] = set()  # what the best source told while a stand-in is there
        self.dropped = 0

    def of_best(self, quotes: Sequence[Quote], *, beside: bool) -> Sequence[Quote]:
        """What passes of the best source; `beside`: a stand-in is there too."""
        if not beside and not self._foreign:
            return self._remember(quotes)
        kept = [quote for quote in quotes if not self._is_older(quote)]
        if beside:
            self._told.update(quote.symbol for quote in kept)
        self.dropped += len(quotes) - len(kept)
        self._foreign.difference_update(quote.symbol for quote in kept)
        return self._remember(kept)

    def of_stand_in(self, quotes: Sequence[Quote]) -> Sequence[Quote]:
        """What passes of a stand-in, marked."""
        ahead = self._clock.now_ms() + AHEAD_MS
        kept = [self._marked(quote) for quote in quotes if quote.time_ms <= ahead and self._is_news(quote)]
        self.dropped += len(quotes) - len(kept)
        self._foreign.update(quote.symbol for quote in kept)
        return self._remember(kept)

    def allow(self, allowed: bool) -> Sequence[Quote]:
        """The user's setting changed: what stand-ins told last, under the new rule."""
        self.may_trigger = allowed
        return self._remember(
            [self._marked(self._last[symbol]) for symbol in self._last if symbol in self._foreign]
        )

    def best_is_silent(self) -> None:
        """What the best source told does not count any more: its stand-in may tell it."""
        self._told.clear()

    def _marked(self, quote: Quote) -> Quote:
        return replace(quote, fallback=not self.may_trigger)

    def _is_older(self, quote: Quote) -> bool:
        """A stand-in told something newer of this symbol."""
        return quote.symbol in self._foreign and quote.time_ms < self._last[quote.symbol].time_ms

    def _is_news(self, quote: Quote) -> bool:
        """Nobody told it, or anything newer; the best source's word of the same moment stands."""
        last = self._last.get(quote.symbol)
        if quote.symbol in self._told:
            return False
        if last is None or quote.time_ms > last.time_ms:
            return True
        return quote.time_ms == last.time_ms and quote.symbol in self._foreign

    def _remember(self, quotes: Sequence[Quote]) -> Sequence[Quote]:
        self._last.update((quote.symbol, quote) for quote in quotes)
        return quotes
