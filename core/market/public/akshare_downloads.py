"""What the public feed downloads beside quotes: instruments and bars, each question asked once and remembered."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from datetime import date, timedelta
from typing import TypeVar, cast

from core.clock import Clock
from core.domain.enums import Period
from core.domain.market import Bar, Instrument, Symbol
from core.errors import HelperTimeout, SourceError, UserError
from core.market.helper.helper import HelperProcess
from core.market.public.akshare_jobs import BarsJob, DoorOptions, InstrumentListJob, InstrumentsJob
from core.market.public.source_names import Source, SourceFault
from core.market.public.sources import Outcome, Sources

V = TypeVar("V")

_BARS_A_DAY = {Period.M1: 240, Period.M5: 48, Period.D1: 1}
_FRESH_S = {Period.M1: 20.0, Period.M5: 60.0, Period.D1: 300.0}
_DAY_S = 20 * 3600.0
_ONE_S = 60.0
_LIST_S = 600.0


class Memory:
    """Answers by question for a while; a question that is being asked is not asked twice."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._kept: dict[Hashable, tuple[float, object]] = {}
        self._asking: dict[Hashable, asyncio.Task[object]] = {}

    async def get(self, key: Hashable, fresh_s: float, ask: Callable[[], Awaitable[V]]) -> V:
        """The remembered answer, the one on its way, or a new one. Errors are not remembered."""
        kept = self._kept.get(key)
        if kept is not None and self._loop.time() - kept[0] < fresh_s:
            return cast(V, kept[1])
        task = self._asking.get(key)
        if task is None:
            task = self._loop.create_task(self._ask(key, ask))
            self._asking[key] = task
            task.add_done_callback(lambda _: self._asking.pop(key, None))
        return cast(V, await asyncio.shield(task))

    async def _ask(self, key: Hashable, ask: Callable[[], Awaitable[V]]) -> object:
        value = await ask()
        self._kept[key] = (self._loop.time(), value)
        return value

    def close(self) -> None:
        """Give up what is being asked."""
        for task in self._asking.values():
            task.cancel()


class Downloads:
    """Instruments and bars from the helper processes. Every method raises SourceError or HelperError."""

    def __init__(
        self,
        quotes: HelperProcess,
        downloads: HelperProcess,
        sources: Sources,
        loop: asyncio.AbstractEventLoop,
        clock: Clock,
        options: DoorOptions,
        prefer: Sequence[Source],
    ) -> None:
        self._quotes = quotes
        self._helper = downloads
        self._sources = sources
        self._clock = clock
        self._options = options
        self._prefer = tuple(prefer)
        self._memory = Memory(loop)
        self._instruments: dict[Symbol, Instrument] = {}
        self._day: date | None = None

    def close(self) -> None:
        """Give up what is under way."""
        self._memory.close()

    async def instruments(self, symbols: Sequence[Symbol]) -> dict[Symbol, Instrument]:
        """Known instruments of the symbols; each is asked once a day."""
        today = self._clock.now().date()
        if self._day != today:
            self._instruments.clear()
            self._day = today
        missing = tuple(symbol for symbol in dict.fromkeys(symbols) if symbol not in self._instruments)
        if missing:
            found = await self._memory.get(missing, 30.0, lambda: self._ask_instruments(missing))
            self._instruments.update((one.symbol, one) for one in found)
        return {symbol: self._instruments[symbol] for symbol in symbols if symbol in self._instruments}

    async def instrument_list(self) -> list[Instrument]:
        """Every share and ETF with the limits of today."""
        today = self._clock.now().date()
        job = InstrumentListJob(today, self._clock.now_ms(), self._options)
        found = await self._memory.get(
            ("list", today),
            _DAY_S,
            lambda: self._helper.run(job, _LIST_S, on_ask=self._sources.answer),
        )
        return list(found)

    async def bars(self, symbol: Symbol, period: Period, count: int) -> list[Bar]:
        """The last `count` real bars, oldest first; the same question within a while is not asked again."""
        if count <= 0:
            return []
        end = self._clock.now().date()
        days = count // _BARS_A_DAY[period] + 1
        start = end - timedelta(days=days * 3 // 2 + 12)  # weekends, and the longest holiday
        job = BarsJob(symbol, period, start, end, self._options)
        found = await self._memory.get(job, _FRESH_S[period], lambda: self._download(job))
        return list(found)[-count:]

    async def _download(self, job: BarsJob) -> tuple[Bar, ...]:
        try:
            return await self._helper.run(job, _ONE_S, on_ask=self._sources.answer)
        except HelperTimeout as error:
            elapsed_ms = round(_ONE_S * 1000)
            self._sources.note(
                Outcome(Source.EASTMONEY, SourceFault.TIMEOUT, elapsed_ms, str(error), download=True)
            )
            raise

    async def _ask_instruments(self, symbols: tuple[Symbol, ...]) -> tuple[Instrument, ...]:
        problem: UserError | None = None
        for source in self._prefer:
            job = InstrumentsJob(symbols, source, self._clock.now_ms(), self._options)
            try:
                return await self._quotes.run(job, _ONE_S, on_ask=self._sources.answer)
            except SourceError as error:
                problem = error
        raise problem or SourceError("没有可用的行情来源。请在设置中选择东方财富或新浪。")
