"""What can be asked of the public sources, as jobs for the helper process.

Run each with `on_ask=sources.answer`: the permit for every single request is asked there.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from core.domain.enums import Period
from core.domain.market import Bar, Instrument, Quote, Symbol
from core.errors import HelperError, SourceError
from core.market.helper.child import JobContext
from core.market.public.quotes import BadRow, Rows, Snapshot, to_instrument, to_quote
from core.market.public.records import Dividend, RightsFactor, Suspension
from core.market.public.source_names import Source, SourceFault
from core.market.public.sources import Granted, Outcome, Permit
from core.market.public.web_guard import DoorOptions, WebGuard

if TYPE_CHECKING:
    from core.market.public.akshare_door import AkshareDoor

__all__ = [
    "BarsJob",
    "DividendsJob",
    "DoorOptions",
    "FactorsJob",
    "InstrumentListJob",
    "InstrumentsJob",
    "QuotesAnswer",
    "QuotesJob",
    "SuspensionsJob",
]

_STEP_S = 0.1
QUOTE_PATIENCE_S = 3.0
DOWNLOAD_PATIENCE_S = 90.0
DOWNLOAD_KEEP = 3.0
"""Downloads leave this many requests to quotes."""


class JobGate:
    """Asks the program for each request and waits as told, unless nobody wants the job any more."""

    def __init__(self, context: JobContext, *, download: bool) -> None:
        self._context = context
        self._download = download
        self._patience_s = DOWNLOAD_PATIENCE_S if download else QUOTE_PATIENCE_S
        self._keep = DOWNLOAD_KEEP if download else 0.0

    def permit(self, source: Source) -> None:
        """Wait for the turn. Raises SourceError, or HelperError when the job was cancelled."""
        granted = self._context.ask(Permit(source, self._patience_s, self._keep, self._download))
        if not isinstance(granted, Granted):
            raise HelperError("后台任务没有得到请求许可。")
        until = time.monotonic() + granted.wait_s
        while (left := until - time.monotonic()) > 0:
            if self._context.cancelled():
                raise HelperError("任务已取消。")
            time.sleep(min(left, _STEP_S))

    def outcome(self, source: Source, fault: SourceFault | None, elapsed_ms: int, text: str) -> None:
        """Tell how it went."""
        self._context.ask(Outcome(source, fault, elapsed_ms, text, self._download))


def _door(context: JobContext, options: DoorOptions, *, download: bool) -> AkshareDoor:
    from core.market.public.akshare_door import AkshareDoor, check_answer

    return AkshareDoor(WebGuard(options, JobGate(context, download=download), check_answer))


@dataclass(frozen=True, slots=True)
class QuotesAnswer:
    """Quotes (without `received_ms`); why some rows are none; symbols the source does not know."""

    source: Source
    quotes: tuple[Quote, ...]
    bad: tuple[str, ...]
    absent: tuple[Symbol, ...]


@dataclass(frozen=True, slots=True)
class QuotesJob:
    """Quotes of some symbols from one source. Up to `singles` symbols come with five levels, one request each."""

    symbols: tuple[Symbol, ...]
    source: Source
    as_of_ms: int
    options: DoorOptions = field(default_factory=DoorOptions)
    singles: int = 1

    def run(self, context: JobContext) -> QuotesAnswer:
        """Raises SourceError when the source gave nothing."""
        door = _door(context, self.options, download=False)
        if self.source is Source.EASTMONEY and len(self.symbols) <= self.singles:
            rows = _singles(door, self.symbols)
        else:
            rows = door.list_quotes(self.source, self.symbols)
        quotes = []
        for row in rows.found:
            try:
                quotes.append(to_quote(row, self.source, self.as_of_ms))
            except BadRow as error:
                rows.bad.append(f"{row.symbol}：{error}")
        return QuotesAnswer(self.source, tuple(quotes), tuple(rows.bad), tuple(rows.absent))


def _singles(door: AkshareDoor, symbols: tuple[Symbol, ...]) -> Rows:
    rows = Rows()
    for symbol in symbols:
        try:
            rows.found.append(door.level_quote(symbol))
        except BadRow as error:
            rows.bad.append(f"{symbol}：{error}")
        except SourceError as error:
            if error.fault != SourceFault.REFUSED:
                raise
            rows.absent.append(symbol)
    return rows


def _instruments(rows: Sequence[Snapshot], day: date | None, as_of_ms: int) -> tuple[Instrument, ...]:
    found = []
    for row in rows:
        with contextlib.suppress(BadRow):
            found.append(to_instrument(row, day, as_of_ms))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class InstrumentsJob:
    """Instruments of some symbols, in as few requests as possible."""

    symbols: tuple[Symbol, ...]
    source: Source
    as_of_ms: int
    options: DoorOptions = field(default_factory=DoorOptions)

    def run(self, context: JobContext) -> tuple[Instrument, ...]:
        """Symbols the source does not know are left out."""
        rows = _door(context, self.options, download=False).list_quotes(self.source, self.symbols)
        return _instruments(rows.found, None, self.as_of_ms)


@dataclass(frozen=True, slots=True)
class InstrumentListJob:
    """Every share and ETF with its limits of `day`."""

    day: date
    as_of_ms: int
    options: DoorOptions = field(default_factory=DoorOptions)

    def run(self, context: JobContext) -> tuple[Instrument, ...]:
        """Some 70 requests; takes a minute or two."""
        rows = _door(context, self.options, download=True).market_list()
        return _instruments(rows, self.day, self.as_of_ms)


@dataclass(frozen=True, slots=True)
class BarsJob:
    """Real bars of one symbol."""

    symbol: Symbol
    period: Period
    start: date
    end: date
    options: DoorOptions = field(default_factory=DoorOptions)

    def run(self, context: JobContext) -> tuple[Bar, ...]:
        """Oldest first."""
        door = _door(context, self.options, download=True)
        return tuple(door.bars(self.symbol, self.period, self.start, self.end))


@dataclass(frozen=True, slots=True)
class FactorsJob:
    """Forward-adjustment factors of one share (funds: use `DividendsJob`)."""

    symbol: Symbol
    options: DoorOptions = field(default_factory=DoorOptions)

    def run(self, context: JobContext) -> tuple[RightsFactor, ...]:
        """Oldest first."""
        return tuple(_door(context, self.options, download=True).factors(self.symbol))


@dataclass(frozen=True, slots=True)
class DividendsJob:
    """Distributions of one share or fund."""

    symbol: Symbol
    options: DoorOptions = field(default_factory=DoorOptions)

    def run(self, context: JobContext) -> tuple[Dividend, ...]:
        """Oldest first; empty for what never paid."""
        return tuple(_door(context, self.options, download=True).dividends(self.symbol))


@dataclass(frozen=True, slots=True)
class SuspensionsJob:
    """Halts of a day."""

    day: date
    options: DoorOptions = field(default_factory=DoorOptions)

    def run(self, context: JobContext) -> tuple[Suspension, ...]:
        """In the source's order."""
        return tuple(_door(context, self.options, download=True).suspensions(self.day))
