"""What a snapshot shows beside its prices: suspended, in an auction, at a limit of the day, too old, from a stand-in.

Touched and locked are two things: a price that reached the limit may be traded at again, a locked one has nobody on the other
side. One snapshot or a whole board; both by the same rule.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from core.domain.enums import Phase, QuoteFlag
from core.domain.market import Quote, Symbol, ms_to_datetime
from core.domain.money import decimal_to_milli, milli_to_decimal
from core.exchange.limits import PLAIN, LimitFacts, price_limits
from core.exchange.refusals import Refused
from core.market.phases import time_of_day

LimitsOf = Callable[[Symbol, int, date], tuple[int, int]]
"""(symbol, previous close in thousandths, day) to (limit-up, limit-down) in thousandths, 0 for none."""
FlagArray = NDArray[np.uint16]
_NEVER_OLD = np.iinfo(np.int64).max

NO_FLAGS = QuoteFlag(0)
_F = QuoteFlag
_CALLS = (Phase.OPEN_CALL, Phase.CLOSE_CALL)


def limits_by_rule(symbol: Symbol, pre_close: int, day: date, facts: LimitFacts = PLAIN) -> tuple[int, int]:
    """Limits of the day by our own rules, in thousandths; (0, 0) where there is none or the code is not known."""
    try:
        limits = price_limits(symbol, milli_to_decimal(pre_close), day, facts)
    except Refused:
        return 0, 0
    return _milli(limits.up), _milli(limits.down)


class FlagRule:
    """One board's rule. Knows the limits: the snapshot's own, else what `limits_of` computes, asked once a symbol, day and close."""

    def __init__(self, limits_of: LimitsOf | None = None) -> None:
        self._limits_of = limits_of
        self._limits: dict[Symbol, tuple[int, int, tuple[int, int]]] = {}
        # The rows of the last column: snapshot, clock's phase, flags but for STALE, and time from which it is stale.
        self._seen: list[Quote | None] = []
        self._clock: list[Phase] = []
        self._known: FlagArray = np.empty(0, dtype=np.uint16)
        self._times: NDArray[np.int64] = np.empty(0, dtype=np.int64)

    def limits(self, quote: Quote) -> tuple[int, int]:
        """(limit-up, limit-down) of the snapshot's day in thousandths, 0 for none or not known."""
        if quote.limit_up or quote.limit_down or self._limits_of is None or quote.pre_close <= 0:
            return quote.limit_up, quote.limit_down
        midnight = quote.time_ms - time_of_day(quote.time_ms)
        known = self._limits.get(quote.symbol)
        if known is None or known[:2] != (midnight, quote.pre_close):
            found = self._limits_of(quote.symbol, quote.pre_close, ms_to_datetime(quote.time_ms).date())
            known = self._limits[quote.symbol] = (midnight, quote.pre_close, found)
        return known[2]

    def flags(self, quote: Quote | None, phase: Phase, oldest_ms: int) -> QuoteFlag:
        """Of one snapshot. `phase` is the clock's; a snapshot stamped before `oldest_ms` is too old to trade by."""
        if quote is None:
            return _F.NO_QUOTE
        bid, ask = quote.best_bid, quote.best_ask
        flags = int(quote.fallback) * _F.FALLBACK
        if quote.suspended or Phase.SUSPENDED in (phase, quote.phase):
            flags |= _F.SUSPENDED
        if phase in _CALLS or quote.phase in _CALLS or 0 < bid == ask:
            flags |= _F.AUCTION
        if phase is Phase.CONTINUOUS and quote.time_ms < oldest_ms:
            flags |= _F.STALE
        up, down = self.limits(quote)
        if up and quote.high >= up:
            flags |= _F.UP_TOUCHED
            if quote.last >= up and _empty(quote.asks):
                flags |= _F.UP_LOCKED
        if down and 0 < quote.low <= down:
            flags |= _F.DOWN_TOUCHED
            if quote.last <= down and _empty(quote.bids):
                flags |= _F.DOWN_LOCKED
        return _F(flags)

    def column(self, quotes: Sequence[Quote | None], phases: Sequence[Phase], oldest_ms: int) -> FlagArray:
        """The same for every row of a board; only rows with another snapshot or phase than before are judged."""
        begin = len(self._seen)
        if begin < len(quotes):
            more = len(quotes) - begin
            self._seen += [None] * more
            self._clock += [Phase.UNKNOWN] * more
            self._known = np.append(self._known, np.full(more, int(_F.NO_QUOTE), dtype=np.uint16))
            self._times = np.append(self._times, np.full(more, _NEVER_OLD))
        seen, clock = self._seen, self._clock
        old = zip(quotes, seen, phases, clock, strict=True)
        for row in [n for n, (new, was, now, then) in enumerate(old) if new is not was or now is not then]:
            quote, phase = quotes[row], phases[row]
            seen[row], clock[row] = quote, phase
            self._known[row] = self.flags(quote, phase, 0)
            if quote is not None and phase is Phase.CONTINUOUS:
                self._times[row] = quote.time_ms
            else:
                self._times[row] = _NEVER_OLD
        stale = (self._times < oldest_ms).astype(np.uint16) * np.uint16(_F.STALE)
        column: FlagArray = self._known | stale
        return column


def _empty(side: Sequence[tuple[int, int]]) -> bool:
    """Nobody on this side of the book: no price, or no volume at it."""
    return not side or side[0][0] <= 0 or side[0][1] <= 0


def _milli(price: Decimal | None) -> int:
    return 0 if price is None else decimal_to_milli(price)
