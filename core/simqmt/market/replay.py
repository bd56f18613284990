"""A recorded day as a market: the snapshots of a level-1 file, one by one, in the order they were written.

Rows of the same millisecond stay separate events in file order, so a run does not depend on how a reader would have
batched them. Bars are made of what has been released; the future of the file is never shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from core.domain.enums import Period
from core.domain.market import Bar, Instrument, Quote, Symbol, ms_to_datetime
from core.errors import BadInput
from core.exchange.boards import class_of
from core.exchange.calendar import MAINLAND, Calendar
from core.market.bars import BarBuilder
from core.market.files.tick_file import read_tick_file
from core.simqmt.market.parts import instrument_told

_HOLDS_MS = 60_000


class ReplayMarket:
    """A `MarketSource` that plays a tick file. Raises BadInput naming file, row and field when it cannot be read."""

    def __init__(self, path: Path, *, calendar: Calendar = MAINLAND) -> None:
        self._name = f"回放 {path.name}"
        self._calendar = calendar
        self._quotes = read_tick_file(path, source=self._name)
        self._next = 0
        self._newest: dict[Symbol, Quote] = {}
        for quote in self._quotes:
            self._newest.setdefault(quote.symbol, quote)
        for symbol in self._newest:
            if class_of(symbol) is None:
                message = f"{symbol} 不在沪、深、北任何证券的号段内，请核对代码"
                raise BadInput(message, where=path.name, field="code")
        self._released: dict[Symbol, list[Quote]] = {symbol: [] for symbol in self._newest}
        self._history: dict[tuple[Symbol, Period], _History] = {}

    @property
    def name(self) -> str:
        """`回放 20220601_sz5.csv.gz`."""
        return self._name

    @property
    def start_ms(self) -> int:
        """Time of the first snapshot."""
        return self._quotes[0].time_ms

    def peek_ms(self) -> int | None:
        """Time of the next snapshot; None at the end of the file."""
        return self._quotes[self._next].time_ms if self._next < len(self._quotes) else None

    def pop(self) -> tuple[Quote, ...]:
        """The next snapshot, always one; raises IndexError at the end of the file."""
        quote = self._quotes[self._next]
        self._next += 1
        self._newest[quote.symbol] = quote
        self._released[quote.symbol].append(quote)
        return (quote,)

    def vouches_for(self, symbol: Symbol, now_ms: int) -> bool:  # noqa: ARG002 - the file ends for all
        """Until a minute after the end of the file: what it showed last is not the book of the rest of the day."""
        return self._next < len(self._quotes) or now_ms - self._quotes[-1].time_ms <= _HOLDS_MS

    def skip_to(self, now_ms: int) -> tuple[Quote, ...]:
        """Pass over the snapshots before `now_ms`; the last of each security on the way."""
        passed: dict[Symbol, Quote] = {}
        while (next_ms := self.peek_ms()) is not None and next_ms < now_ms:
            (quote,) = self.pop()
            passed[quote.symbol] = quote
        day = ms_to_datetime(now_ms).date()
        return tuple(quote for quote in passed.values() if quote.time.date() == day)

    def instruments(self) -> Sequence[Instrument]:
        """Securities of the file as their newest released snapshot shows them, before it their first.

        Limits are the file's own, else they follow from the previous close by the rules of that day. The code stands
        for the name of a security that we do not know.
        """
        return [instrument_told(quote) for quote in self._newest.values()]

    def history(self, symbol: Symbol, period: Period, until_ms: int, count: int) -> list[Bar]:
        """Bars of the released snapshots; none for a symbol that is not in the file."""
        released = self._released.get(symbol)
        if released is None or count <= 0:
            return []
        history = self._history.setdefault((symbol, period), _History(symbol, period))
        return history.until(released, until_ms)[-count:]

    def trading_dates(self, start: date, end: date) -> list[date]:
        """Trading days of the closed interval, by the calendar."""
        return list(self._calendar.trading_days(start, end))


class _History:
    """Bars of one symbol and period, brought up to date when they are asked for."""

    def __init__(self, symbol: Symbol, period: Period) -> None:
        self._builder = BarBuilder(symbol, period)
        self._bars: list[Bar] = []
        self._taken = 0

    def until(self, released: list[Quote], until_ms: int) -> list[Bar]:
        for quote in released[self._taken :]:
            self._bars += self._builder.add(quote)
        self._taken = len(released)
        growing = self._builder.current
        bars = self._bars if growing is None else [*self._bars, growing]
        return [bar for bar in bars if bar.time_ms <= until_ms]
