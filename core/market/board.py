"""The quote board: the newest snapshot of every watched symbol, as int64 arrays and as records.

Lives on the trading loop. The monitor compares levels with the arrays; everybody else asks for a record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from core.clock import Clock
from core.domain.enums import Phase
from core.domain.market import Quote, Symbol
from core.market.validity import DEFAULT_FRESHNESS, Freshness, Validity, judge, trading_ms_between

IntArray = NDArray[np.int64]
Rows = NDArray[np.intp]

_LAST, _PRE_CLOSE, _TIME, _RECEIVED, _WIDTH = 0, 1, 2, 3, 4
_NO_ROWS: Rows = np.empty(0, dtype=np.intp)


class QuoteBoard:
    """Newest snapshot wins; prices in thousandths, times in epoch milliseconds, 0 where nothing came yet.

    `phase_of(symbol, now_ms)` is the clock's phase of the trading day. Counters: `applied`, `dropped_old`
    (time went back), `dropped_unknown` (a symbol nobody watches).
    """

    def __init__(
        self,
        clock: Clock,
        phase_of: Callable[[Symbol, int], Phase],
        freshness: Freshness = DEFAULT_FRESHNESS,
    ) -> None:
        self._clock = clock
        self._phase_of = phase_of
        self._freshness = freshness
        self._rows: dict[str, int] = {}
        self._symbols: list[Symbol] = []
        self._quotes: list[Quote | None] = []
        self._values: IntArray = np.zeros((16, _WIDTH), dtype=np.int64)
        self._phases: dict[Symbol, tuple[int, Phase]] = {}
        self._newest_ms = 0
        self._advanced_ms = 0  # our clock when `_newest_ms` last moved
        self.applied = 0
        self.dropped_old = 0
        self.dropped_unknown = 0

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        """Watched symbols by row."""
        return tuple(self._symbols)

    @property
    def last(self) -> IntArray:
        """Last price by row; a view, valid until `add_symbols`."""
        return self._values[: len(self._symbols), _LAST]

    @property
    def pre_close(self) -> IntArray:
        """Previous close by row; a view, valid until `add_symbols`."""
        return self._values[: len(self._symbols), _PRE_CLOSE]

    @property
    def time_ms(self) -> IntArray:
        """Exchange time of the held snapshot by row; a view, valid until `add_symbols`."""
        return self._values[: len(self._symbols), _TIME]

    def add_symbols(self, symbols: Iterable[Symbol]) -> None:
        """Give each new symbol a row; rows never move. Known symbols are left alone."""
        if not self._symbols:
            self._advanced_ms = self._clock.now_ms()
        for symbol in symbols:
            if symbol not in self._rows:
                self._rows[symbol] = len(self._symbols)
                self._symbols.append(symbol)
                self._quotes.append(None)
        while len(self._symbols) > len(self._values):
            self._values = np.concatenate([self._values, np.zeros_like(self._values)])

    def row(self, symbol: Symbol) -> int | None:
        """Row of a symbol, None when it is not watched."""
        return self._rows.get(symbol)

    def apply(self, quotes: Iterable[Quote]) -> Rows:
        """Take snapshots in arrival order; return the rows that hold a new one, each once, in arrival order.

        A snapshot older than the held one is dropped; one of the same time replaces it.
        """
        now = self._clock.now_ms()
        changed: dict[int, None] = {}
        held, values = self._quotes, self._values
        for quote in quotes:
            row = self._rows.get(quote.symbol)
            if row is None:
                self.dropped_unknown += 1
                continue
            before = held[row]
            if before is not None and quote.time_ms < before.time_ms:
                self.dropped_old += 1
                continue
            held[row] = quote
            values[row] = (quote.last, quote.pre_close, quote.time_ms, now)
            changed[row] = None
            self.applied += 1
            if quote.time_ms > self._newest_ms:
                self._newest_ms = quote.time_ms
                self._advanced_ms = now
        return np.fromiter(changed, dtype=np.intp, count=len(changed)) if changed else _NO_ROWS

    def quote(self, symbol: Symbol) -> Quote | None:
        """The held snapshot."""
        row = self._rows.get(symbol)
        return None if row is None else self._quotes[row]

    def quote_at(self, row: int) -> Quote | None:
        """The held snapshot of a row."""
        return self._quotes[row]

    def last_or_pre_close(self, symbol: Symbol) -> int:
        """A price to value a holding with: last, else previous close, else 0. Thousandths."""
        quote = self.quote(symbol)
        if quote is None:
            return 0
        return quote.last or quote.pre_close

    def age_ms(self, symbol: Symbol, now_ms: int | None = None) -> int | None:
        """Milliseconds since the held snapshot arrived; None when there is none."""
        row = self._rows.get(symbol)
        if row is None or self._quotes[row] is None:
            return None
        now = self._clock.now_ms() if now_ms is None else now_ms
        return max(0, now - int(self._values[row, _RECEIVED]))

    def freshness(self, now_ms: int | None = None) -> tuple[int, int | None]:
        """(symbols whose snapshot is not too old, age of the oldest snapshot in ms or None before the first)."""
        now = self._clock.now_ms() if now_ms is None else now_ms
        received = self._values[: len(self._symbols), _RECEIVED]
        ages = now - received[received > 0]
        if not len(ages):
            return 0, None
        return int((ages <= self._freshness.symbol_ms).sum()), max(0, int(ages.max()))

    def feed_silence_ms(self, now_ms: int | None = None) -> int:
        """Milliseconds of continuous trading in which no symbol got a newer snapshot.

        0 outside continuous trading: lunch, auctions and holidays are quiet by right. Measured on our clock
        from the moment the newest exchange time last moved, so a wrong machine clock raises nothing.
        """
        now = self._clock.now_ms() if now_ms is None else now_ms
        if not self._symbols or self._phase(self._symbols[0], now) is not Phase.CONTINUOUS:
            return 0
        return trading_ms_between(self._advanced_ms, now)

    def feed_stopped(self, now_ms: int | None = None) -> bool:
        """The whole feed has been silent for too long during continuous trading."""
        return self.feed_silence_ms(now_ms) > self._freshness.feed_ms

    def validity(self, symbol: Symbol, now_ms: int | None = None, phase: Phase | None = None) -> Validity:
        """May the held quote trigger anything? `phase` defaults to the clock's."""
        now = self._clock.now_ms() if now_ms is None else now_ms
        shown = self._phase(symbol, now) if phase is None else phase
        silence = self.feed_silence_ms(now) if shown is Phase.CONTINUOUS else 0
        return judge(symbol, self.quote(symbol), now, shown, silence, self._freshness)

    def may_trigger(self, row: int) -> bool:
        """`validity` of a row, now, as yes or no."""
        return self.validity(self._symbols[row]).ok

    def _phase(self, symbol: Symbol, now_ms: int) -> Phase:
        """The clock's phase, asked once a minute: phases begin on whole minutes."""
        minute = now_ms // 60_000
        known = self._phases.get(symbol)
        if known is None or known[0] != minute:
            known = self._phases[symbol] = (minute, self._phase_of(symbol, now_ms))
        return known[1]
