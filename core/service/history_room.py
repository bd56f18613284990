"""Bars and closes of the past for one desk: asked of the source in use, kept in the store, read in the helper process."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from core.clock import Clock
from core.domain.enums import Adjust, Period
from core.domain.market import Bar, Symbol
from core.errors import UserError
from core.market.failover import FeedSwitch
from core.market.history import table as tables
from core.market.history.adjust import Dividend, ExFactor, adjusted, factors_from_qfq
from core.market.history.download import FillReport
from core.market.history.gaps import DayRange
from core.market.history.jobs import Akshare, FillGaps, LastCloses, ReadBars, StoreBars, Yesterday
from core.market.public.akshare_jobs import DividendsJob, FactorsJob
from core.market.xtdata.feed import XtdataFeed
from core.service.sources import QuoteRoom

_log = logging.getLogger(__name__)

_DEADLINE_S = 60.0
_FILL_DEADLINE_S = 300.0
_BARS_A_DAY = {Period.M1: 240, Period.M5: 48, Period.D1: 1}
_CLOSES_DAYS = 40
_STORED = "MiniQMT"


class HistoryRoom:
    """Used on the trading loop; everything slow happens in the helper process of the quote room."""

    def __init__(self, folder: Path, room: QuoteRoom, feed: FeedSwitch, clock: Clock) -> None:
        self._folder = folder
        self._room = room
        self._feed = feed
        self._clock = clock
        self._factors: dict[Symbol, tuple[date, tuple[ExFactor, ...]]] = {}

    async def bars(self, symbol: Symbol, period: Period, count: int, adjust: Adjust) -> list[Bar]:
        """The last `count` bars, oldest first. Raises UserError when neither source nor store has any."""
        factors = await self._factors_of(symbol) if adjust is not Adjust.NONE else ()
        if isinstance(self._feed.active, XtdataFeed):
            found = await self._feed.bars(symbol, period, count)
            await self._keep(symbol, period, found)
            if not factors or not found:
                return found
            return adjusted(tables.from_bars(symbol, period, found), factors, _HOW[adjust]).bars()
        return await self._from_store(symbol, period, count, adjust, factors)

    async def closes(self, symbols: Sequence[Symbol], before: date) -> dict[Symbol, Yesterday]:
        """The last close of each symbol before a day; what is missing in the store is asked for first.

        Symbols that could not be asked are left out; raises UserError when that is all of them.
        """
        failed = await self._bring_closes(symbols, before - timedelta(days=_CLOSES_DAYS))
        job = LastCloses(self._folder, tuple(symbols), before)
        found = await self._room.downloads.run(job, _DEADLINE_S)
        known = {one: what for one, what in found.items() if what.last is not None or one not in failed}
        if failed and not known:
            raise UserError(next(iter(failed.values())))
        return known

    async def _bring_closes(self, symbols: Sequence[Symbol], first: date) -> dict[Symbol, str]:
        """Into the store; the symbols that failed, with the reason. One that fails leaves the others alone."""
        if not isinstance(self._feed.active, XtdataFeed):
            report = await self._fill(symbols, Period.D1, first)
            failed = {one.symbol: one.text for one in report.failures}
            if report.gave_up:  # what was not asked any more
                failed.update((symbol, report.text) for symbol in symbols if symbol not in failed)
            return failed
        failed = {}
        for symbol in symbols:
            try:
                await self._keep(symbol, Period.D1, await self._feed.bars(symbol, Period.D1, _CLOSES_DAYS))
            except UserError as error:
                _log.warning("daily bars of %s could not be had: %s", symbol, error)
                failed[symbol] = str(error)
        return failed

    async def dividends(self, symbols: Sequence[Symbol]) -> dict[Symbol, tuple[Dividend, ...]]:
        """Announced and past distributions; symbols that could not be asked are left out."""
        found: dict[Symbol, tuple[Dividend, ...]] = {}
        for symbol in symbols:
            job = DividendsJob(symbol, self._room.door)
            try:
                told = await self._room.downloads.run(job, _DEADLINE_S, on_ask=self._room.sources.answer)
            except UserError as error:
                _log.warning("distributions of %s could not be had: %s", symbol, error)
                continue
            found[symbol] = tuple(
                Dividend(one.ex_day, cash=one.cash, bonus=one.shares)
                for one in told
                if one.ex_day is not None
            )
        return found

    async def _from_store(
        self, symbol: Symbol, period: Period, count: int, adjust: Adjust, factors: tuple[ExFactor, ...]
    ) -> list[Bar]:
        first = self._clock.now().date() - timedelta(days=(count // _BARS_A_DAY[period] + 1) * 3 // 2 + 12)
        report = await self._fill((symbol,), period, first)
        job = ReadBars(
            self._folder,
            (symbol,),
            period,
            first,
            adjust=_HOW[adjust],
            factors=((symbol, factors),) if factors else (),
        )
        found = (await self._room.downloads.run(job, _DEADLINE_S)).get(symbol)
        bars = found.bars()[-count:] if found is not None else []
        if report.failures and not bars:
            raise UserError(report.failures[0].text)
        return bars

    async def _fill(self, symbols: Sequence[Symbol], period: Period, first: date) -> FillReport:
        job = FillGaps(
            self._folder,
            Akshare(self._room.door),
            tuple(symbols),
            period,
            first,
            self._clock.now().date(),
            self._clock.now_ms(),
        )
        report = await self._room.downloads.run(job, _FILL_DEADLINE_S, on_ask=self._room.sources.answer)
        if report.failures:
            _log.warning("%s", report.text)
        return report

    async def _keep(self, symbol: Symbol, period: Period, bars: Sequence[Bar]) -> None:
        """Days that MiniQMT gave serve ex-rights days too, and the desk when MiniQMT is away.

        Minutes are not kept: the oldest day of so many bars is cut off somewhere, and MiniQMT has a store of its own.
        """
        if not bars or period is not Period.D1:
            return
        table = tables.from_bars(symbol, period, bars)
        days = [day for day, _ in tables.table_days(table)]
        job = StoreBars(self._folder, ((table, DayRange(days[0], days[-1])),), _STORED, self._clock.now_ms())
        try:
            await self._room.downloads.run(job, _DEADLINE_S)
        except UserError as error:
            _log.warning("bars of %s could not be kept: %s", symbol, error)

    async def _factors_of(self, symbol: Symbol) -> tuple[ExFactor, ...]:
        today = self._clock.now().date()
        known = self._factors.get(symbol)
        if known is None or known[0] != today:
            steps = await self._room.downloads.run(
                FactorsJob(symbol, self._room.door), _DEADLINE_S, on_ask=self._room.sources.answer
            )
            known = today, tuple(factors_from_qfq([(step.day, step.qfq) for step in steps]))
            self._factors[symbol] = known
        return known[1]


_HOW = {
    Adjust.NONE: tables.Adjust.NONE,
    Adjust.FORWARD: tables.Adjust.FORWARD,
    Adjust.BACKWARD: tables.Adjust.BACKWARD,
}
