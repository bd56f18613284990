"""A market that is fed: its books are the quotes that somebody pushes in (`SimTerminal.feed`), real ones among them.

It has no events of its own but one: the morning of the next trading day, so that a night passes without a quote too.

A book is vouched for as long as the feed lives: something was fed within `FEED_MS`, and this security, be it the same
snapshot again, within `SYMBOL_MS` (a quiet one is quoted on change only). On a book nobody vouches for nothing is
matched: orders wait for the next snapshot, and expire at the close when none comes.
"""

from __future__ import annotations

import time as wall
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time

from core.domain.market import SHANGHAI, Instrument, Quote, Symbol, datetime_to_ms, ms_to_datetime
from core.exchange.boards import class_of
from core.exchange.calendar import MAINLAND, Calendar
from core.exchange.refusals import Refused
from core.simqmt.market.parts import WithoutPast, instrument_told

FEED_MS = 60_000
SYMBOL_MS = 300_000
AHEAD_MS = 1_800_000
"""By so much no clock of a machine that trades is slow: a later stamp is the source's mistake. It would end the day, or
keep out all that is stamped right."""
_MORNING = time(8, 30)


class FeedMarket(WithoutPast):
    """A `MarketSource` filled from outside. Not thread-safe: the terminal calls it under its lock."""

    def __init__(
        self,
        start_ms: int | None = None,
        instruments: Sequence[Instrument] = (),
        calendar: Calendar = MAINLAND,
    ) -> None:
        """`start_ms`: where the terminal's clock starts; now, when nobody says."""
        self._start_ms = start_ms if start_ms is not None else round(wall.time() * 1000)
        self._instruments = {item.symbol: item for item in instruments}
        self._newest: dict[Symbol, Quote] = {}
        self._seen_ms: dict[Symbol, int] = {}
        self._fed_ms = self._start_ms
        self._calendar = calendar
        self._morning_ms = _next_morning(self._start_ms, calendar)

    @property
    def name(self) -> str:
        """`外部行情`, with the source of the newest quotes."""
        source = next((quote.source for quote in reversed(self._newest.values()) if quote.source), "")
        return f"外部行情 {source}".strip()

    @property
    def start_ms(self) -> int:
        """Where the clock starts."""
        return self._start_ms

    def peek_ms(self) -> int | None:
        """The next trading day's morning; None past the calendar."""
        return self._morning_ms

    def pop(self) -> tuple[Quote, ...]:
        """The morning came: no quote, but a new day."""
        assert self._morning_ms is not None
        self._morning_ms = _next_morning(self._morning_ms, self._calendar)
        return ()

    def take(self, quotes: Iterable[Quote], now_ms: int, *, until_ms: int | None = None) -> list[Quote]:
        """Keep what is news, and hand it on: no repetition, nothing older than what is shown, no unknown kind of code,
        and nothing stamped after `until_ms`."""
        fresh: list[Quote] = []
        for quote in quotes:
            if until_ms is not None and quote.time_ms > until_ms:
                continue
            known = self._newest.get(quote.symbol)
            if known is not None and quote.time_ms < known.time_ms:
                continue
            self._fed_ms = self._seen_ms[quote.symbol] = now_ms
            if (known is not None and _same(quote, known)) or class_of(quote.symbol) is None:
                continue
            self._newest[quote.symbol] = quote
            fresh.append(quote)
        return fresh

    def vouches_for(self, symbol: Symbol, now_ms: int) -> bool:
        """Whether the newest snapshot of a security can be taken for its book of this moment."""
        seen_ms = self._seen_ms.get(symbol)
        alive = now_ms - self._fed_ms <= FEED_MS
        return alive and seen_ms is not None and now_ms - seen_ms <= SYMBOL_MS

    def describe(self, instruments: Iterable[Instrument]) -> None:
        """Names, limits and flags of securities, better than what their quotes tell."""
        self._instruments.update((item.symbol, item) for item in instruments)

    def instruments(self) -> Sequence[Instrument]:
        """What was described, and what the newest quotes tell of the rest."""
        told = [
            instrument_told(quote)
            for symbol, quote in self._newest.items()
            if symbol not in self._instruments
        ]
        return [*self._instruments.values(), *told]


def _same(quote: Quote, known: Quote) -> bool:
    """The same snapshot again must not fill a book that orders have taken from."""
    return (quote.time_ms, quote.volume, quote.bids, quote.asks, quote.last, quote.phase) == (
        known.time_ms,
        known.volume,
        known.bids,
        known.asks,
        known.last,
        known.phase,
    )


def _next_morning(after_ms: int, calendar: Calendar) -> int | None:
    day = ms_to_datetime(after_ms).date()
    today = _at(day)
    if today > after_ms and calendar.is_trading_day(day):
        return today
    try:
        return _at(calendar.next_trading_day(day))
    except Refused:  # nobody knows the days after the calendar's end
        return None


def _at(day: date) -> int:
    return datetime_to_ms(datetime.combine(day, _MORNING, SHANGHAI))
