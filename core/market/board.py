"""The quote board: the newest snapshot of every watched symbol, and what is known of the feed that brings them.

Lives on the trading loop. The monitor compares levels with its column of last prices; everybody else asks for a record,
or for a verdict.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from core.clock import Clock
from core.domain.enums import Phase, QuoteFlag
from core.domain.market import Quote, Symbol
from core.exchange.boards import class_of
from core.exchange.refusals import Refused
from core.market.flags import FlagArray, FlagRule, LimitsOf
from core.market.silence import FeedSilence
from core.market.snapshots import IntArray, Rows, Snapshots
from core.market.validity import (
    DEFAULT_FRESHNESS,
    NO_SILENCE,
    Freshness,
    Silence,
    Validity,
    judge,
    trading_back,
)

_log = logging.getLogger(__name__)


class QuoteBoard:
    """Newest snapshot wins; prices in thousandths, times in epoch milliseconds, 0 where nothing came yet.

    `phase_of(symbol, now_ms)` is the clock's phase of the trading day, alike for all of one class. Counters: `applied`, `dropped_old`
    (time went back), `dropped_unknown` (a symbol nobody watches). `limits_of` computes limits of the day for flags
    where a source does not give them.
    """

    def __init__(
        self,
        clock: Clock,
        phase_of: Callable[[Symbol, int], Phase],
        freshness: Freshness = DEFAULT_FRESHNESS,
        limits_of: LimitsOf | None = None,
    ) -> None:
        self._clock = clock
        self._phase_of = phase_of
        self._freshness = freshness
        self._feed = FeedSilence(freshness)
        self._held = Snapshots()
        self._flags = FlagRule(limits_of)
        self._kinds: dict[Symbol, str] = {}
        self._phases: dict[str, Phase] = {}
        self._phases_minute = -1
        self._silences: dict[str, Silence] = {}
        self._silences_ms = -1
        self.applied = 0
        self.dropped_old = 0
        self.dropped_unknown = 0

    # rows

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        """Symbols by row, those too that were forgotten."""
        return tuple(self._held.symbols)

    @property
    def watched(self) -> int:
        """How many symbols quotes are expected of."""
        return self._held.watched

    @property
    def last(self) -> IntArray:
        """Last price by row; a view, valid until `add_symbols`."""
        return self._held.last

    @property
    def pre_close(self) -> IntArray:
        """Previous close by row, as of now."""
        return self.column("pre_close")

    @property
    def time_ms(self) -> IntArray:
        """Exchange time of the held snapshot by row, as of now."""
        return self.column("time_ms")

    def column(self, name: str) -> IntArray:
        """A whole-number field of `Quote` by row, as of now: `high`, `low`, `volume`, `best_bid`, `limit_up`, ..."""
        return self._held.column(name)

    def add_symbols(self, symbols: Iterable[Symbol]) -> None:
        """Give each new symbol a row; rows never move. Known symbols are left alone."""
        new = self._held.add(symbols)
        if new:
            self._feed.add_rows(new, self._clock.now_ms())

    def forget(self, symbols: Iterable[Symbol]) -> None:
        """Nobody watches these any more: what is held of them goes, and no quote of them is missed."""
        self._held.forget(symbols)
        self._silences_ms = -1

    def row(self, symbol: Symbol) -> int | None:
        """Row of a symbol, None when it is not watched."""
        return self._held.row(symbol)

    # the feed

    def apply(self, quotes: Iterable[Quote]) -> Rows:
        """Take snapshots in arrival order; return the rows that hold a new one, each once, in arrival order.

        A snapshot older than the held one is dropped; one of the same time replaces it. The result is not to be
        written to.
        """
        now = self._clock.now_ms()
        taken = self._held.take(quotes, now)
        self.applied += taken.count
        self.dropped_old += taken.old
        self.dropped_unknown += taken.unknown
        self._feed.rows_moved(taken.newer, now)
        for number, time_ms in taken.beats:
            self._feed.beat(number, time_ms, now)
        if taken.stray is not None:
            self._feed.stray(taken.stray.time_ms, now)
        self._silences_ms = -1
        return taken.rows

    @property
    def expected_interval_ms(self) -> int:
        """How often the source in charge speaks when all is well; 3000 for one that pushes, else its interval."""
        return self._feed.expected_interval_ms

    @expected_interval_ms.setter
    def expected_interval_ms(self, interval_ms: int) -> None:
        self._feed.expected_interval_ms = interval_ms
        self._silences_ms = -1

    def set_heartbeats(self, symbols: Iterable[Symbol]) -> None:
        """Busy symbols (indices) that the source was asked for beside the watched ones; replaces the earlier ones.

        They get no row. One that never speaks is as good as none.
        """
        self._held.set_beats(self._feed.set_beats(symbols, self.row))
        self._silences_ms = -1

    def heard(self, now_ms: int | None = None) -> None:
        """The source answered without a quote for the board; it does so at least once in its interval."""
        self._feed.heard(self._clock.now_ms() if now_ms is None else now_ms)
        self._silences_ms = -1

    # questions

    def quote(self, symbol: Symbol) -> Quote | None:
        """The held snapshot."""
        row = self.row(symbol)
        return None if row is None else self._held.quotes[row]

    def quote_at(self, row: int) -> Quote | None:
        """The held snapshot of a row."""
        return self._held.quotes[row]

    def last_or_pre_close(self, symbol: Symbol) -> int:
        """A price to value a holding with: last, else previous close, else 0. Thousandths."""
        quote = self.quote(symbol)
        if quote is None:
            return 0
        return quote.last or quote.pre_close

    def freshness(self, now_ms: int | None = None) -> tuple[int, int | None]:
        """(symbols whose snapshot is not too old, age of the oldest snapshot in ms or None before the first).

        Too old is meant in time of continuous trading, the age is by the clock.
        """
        now = self._now(now_ms)
        received = self._held.received
        received = received[received > 0]
        if not len(received):
            return 0, None
        fresh = received >= trading_back(now, self._freshness.symbol_ms)
        return int(fresh.sum()), max(0, now - int(received.min()))

    def silence(self, now_ms: int | None = None, symbol: Symbol | None = None) -> Silence:
        """What the feed has not said for how long: of all of it, or as far as it concerns one symbol.

        None outside continuous trading: lunch, auctions and holidays are quiet by right. Measured on our clock from
        the arrival of the newest snapshot, so a wrong machine clock raises nothing.
        """
        now = self._now(now_ms)
        if (
            not self._held.watched
            or self._phase(self._held.symbols[0] if symbol is None else symbol, now) is not Phase.CONTINUOUS
        ):
            return NO_SILENCE
        if now != self._silences_ms:
            self._silences, self._silences_ms = {}, now
        market = "" if symbol is None else symbol[-2:]
        known = self._silences.get(market)
        if known is None:
            known = self._silences[market] = self._feed.silence(now, market or None)
        return known

    def validity(self, symbol: Symbol, now_ms: int | None = None, phase: Phase | None = None) -> Validity:
        """May the held quote trigger anything? `phase` defaults to the clock's."""
        now = self._now(now_ms)
        shown = self._phase(symbol, now) if phase is None else phase
        silence = self.silence(now, symbol) if shown is Phase.CONTINUOUS else NO_SILENCE
        return judge(symbol, self.quote(symbol), now, shown, silence, self._freshness)

    def may_trigger(self, row: int) -> bool:
        """`validity` of a row, now, as yes or no."""
        return self.validity(self._held.symbols[row]).ok

    def flags(self, symbol: Symbol, now_ms: int | None = None) -> QuoteFlag:
        """Suspended, auction, limit touched or locked, stale, stand-in; all that is so of the held snapshot."""
        now = self._now(now_ms)
        oldest = trading_back(now, self._freshness.symbol_ms)
        return self._flags.flags(self.quote(symbol), self._phase(symbol, now), oldest)

    def flag_column(self, now_ms: int | None = None) -> FlagArray:
        """`flags` of every row, as of now."""
        now = self._now(now_ms)
        phases = [self._phase(symbol, now) for symbol in self._held.symbols]
        oldest = trading_back(now, self._freshness.symbol_ms)
        return self._flags.column(self._held.quotes, phases, oldest)

    def limits(self, symbol: Symbol) -> tuple[int, int]:
        """(limit-up, limit-down) of the day of the held snapshot in thousandths, 0 for none or not known."""
        quote = self.quote(symbol)
        return (0, 0) if quote is None else self._flags.limits(quote)

    def _now(self, now_ms: int | None) -> int:
        return self._clock.now_ms() if now_ms is None else now_ms

    def _phase(self, symbol: Symbol, now_ms: int) -> Phase:
        """The clock's phase, asked once a minute and class: phases begin on whole minutes, for all of a class alike."""
        minute = now_ms // 60_000
        if minute != self._phases_minute:
            self._phases, self._phases_minute = {}, minute
        kind = self._kinds.get(symbol)
        if kind is None:
            cls = class_of(symbol)
            kind = self._kinds[symbol] = symbol if cls is None else f"{symbol[-2:]} {cls}"
        known = self._phases.get(kind)
        if known is None:
            known = self._phases[kind] = self._ask_phase(symbol, now_ms)
        return known

    def _ask_phase(self, symbol: Symbol, now_ms: int) -> Phase:
        try:
            return self._phase_of(symbol, now_ms)
        except (
            Refused
        ) as refused:  # a code without a timetable is never traded on, and must not stop the others
            _log.warning("no trading phase for %s: %s", symbol, refused)
            return Phase.CLOSED
