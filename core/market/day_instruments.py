"""Details of securities as of a day: limits and previous closes change with it, so its first quotes ask for them anew."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date

from core.clock import Clock
from core.domain.market import Instrument, Quote, Symbol, ms_to_datetime
from core.errors import UserError
from core.market.bars import midnight

_log = logging.getLogger(__name__)

_AGAIN_S = 60.0


class DayInstruments:
    """Used on the trading loop; `known` may be read on any thread.

    `ask` gets details of some symbols, `wanted` names those that must fit the day of the quotes.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        clock: Clock,
        ask: Callable[[Sequence[Symbol]], Awaitable[Mapping[Symbol, Instrument]]],
        wanted: Callable[[], Sequence[Symbol]],
    ) -> None:
        self._loop = loop
        self._clock = clock
        self._ask = ask
        self._wanted = wanted
        self._day: date | None = None
        self._fitting_ms = -1  # midnight of the day that everything fits
        self._asking: asyncio.Task[None] | None = None
        self._not_before = 0.0
        self._closed = False
        self.known: dict[Symbol, Instrument] = {}

    async def load(self, symbols: Sequence[Symbol]) -> Mapping[Symbol, Instrument]:
        """Ask, keep and return what there is of these."""
        found = await self._ask(symbols)
        self.known.update(found)
        return found

    async def load_today(self, symbols: Sequence[Symbol]) -> None:
        """The same for symbols that are new; whether all fit is looked at again."""
        await self.load(symbols)
        self._day = self._clock.now().date()
        self._fitting_ms = -1

    def notice(self, quotes: Sequence[Quote]) -> None:
        """Quotes of what day are these? Asks until everything known fits."""
        newest = max(quote.time_ms for quote in quotes)
        if midnight(newest) == self._fitting_ms:
            return
        day = ms_to_datetime(newest).date()
        if self._day is not None and day < self._day:
            return  # the close of an earlier day, shown until today's first snapshot
        fits = all(instrument.trading_day in (None, day) for instrument in self.known.values())
        if fits and self._day == day:
            self._fitting_ms = midnight(newest)
            return
        asking = self._asking is not None and not self._asking.done()
        if self._closed or asking or self._loop.time() < self._not_before:
            return
        self._not_before = self._loop.time() + _AGAIN_S
        self._asking = self._loop.create_task(self._renew(day))

    def close(self) -> None:
        """Ask no more."""
        self._closed = True
        if self._asking is not None:
            self._asking.cancel()

    async def _renew(self, day: date) -> None:
        try:
            await self.load(self._wanted())
            self._day = day
        except UserError as error:
            _log.warning("the limits of the day could not be read: %s", error)
