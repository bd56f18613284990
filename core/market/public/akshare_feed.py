"""The market feed on public sources, for machines without MiniQMT: East Money and Sina, asked politely.

Polls through the helper process, so nothing here waits for a network. Each symbol is asked at its own interval and
never more often, symbols that are due together in one request; while nothing trades, slower. When the preferred
source fails the other is asked in the same round, and the preferred one again when its breaker lets a request pass.
A quote keeps the time its source gave it: an answer that says nothing new is nothing new.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from core.clock import Clock
from core.domain.enums import FeedState, Period, Phase
from core.domain.market import Bar, Instrument, Quote, Symbol, ms_to_datetime
from core.errors import HelperTimeout, UserError
from core.exchange.boards import class_of
from core.exchange.calendar import MAINLAND, Calendar
from core.exchange.sessions import domain_phase
from core.market.helper.helper import HelperProcess
from core.market.listening import unheard
from core.market.public.akshare_downloads import Downloads
from core.market.public.akshare_jobs import DoorOptions, QuotesAnswer, QuotesJob
from core.market.public.breaker import BreakerState
from core.market.public.pace import SHORTEST_S, Pace
from core.market.public.source_names import Source, SourceFault, gist
from core.market.public.sources import Outcome, SourceDetails, Sources
from core.market.public.vitals import SILENCE_S, HealthListener, Vitals
from core.ports import FeedHealth

_log = logging.getLogger(__name__)

Listener = Callable[[Sequence[Quote]], None]

_ANY = Symbol("000001.SH")
_LONGEST_SLEEP_S = 5.0
_GATHER_S = 0.25
_IMPORT_S = 20.0
_LIST_SIZE = 80


class AkshareFeed:
    """Implements `core.ports.Feed`. Made and used on the trading loop; the helpers and `sources` are the caller's.

    `prefer` is the order of choice. `singles`: rounds of up to so many symbols ask East Money for five levels, one
    request each; larger rounds ask for all symbols in one request, where East Money gives the best level only.
    """

    def __init__(
        self,
        quotes: HelperProcess,
        downloads: HelperProcess,
        sources: Sources,
        loop: asyncio.AbstractEventLoop,
        clock: Clock,
        *,
        options: DoorOptions | None = None,
        prefer: Sequence[Source] = (Source.EASTMONEY, Source.SINA),
        interval_s: float = 5.0,
        shortest_s: float = SHORTEST_S,
        singles: int = 1,
        silence_s: float = SILENCE_S,
        calendar: Calendar = MAINLAND,
    ) -> None:
        self._helper = quotes
        self._sources = sources
        self._loop = loop
        self._clock = clock
        self._options = options if options is not None else DoorOptions()
        self._prefer = tuple(prefer)
        self._singles = singles
        self._calendar = calendar
        self._pace = Pace(interval_s, self._phase, shortest_s)
        self._downloads = Downloads(quotes, downloads, sources, loop, clock, self._options, self._prefer)
        self._listener: Listener = unheard
        self._vitals = Vitals(loop, clock, silence_s, self._trading, self._silence_text)
        self._task: asyncio.Task[None] | None = None
        self._kicked = asyncio.Event()
        self._phases: tuple[int, dict[str, Phase]] = (-1, {})
        self._in_use: Source | None = None
        self._absent: dict[Symbol, None] = {}
        self._bad_told: set[tuple[Source, str]] = set()
        self._closed = False
        self.polls = self.failed_polls = self.bad_rows = 0

    @property
    def source(self) -> str:
        """Badge of the source in use."""
        return (self._in_use or self._prefer[0]).value

    @property
    def health(self) -> FeedHealth:
        """How the feed is."""
        return self._vitals.health

    @property
    def details(self) -> SourceDetails:
        """What lies behind the health."""
        views = tuple(self._sources.view(source) for source in self._prefer)
        latency = next((view.latency_ms for view in views if view.source is self._in_use), None)
        return SourceDetails(
            self._in_use,
            views,
            latency,
            self._pace.shortest(),
            self.polls,
            self.failed_polls,
            self.bad_rows,
            tuple(self._absent),
        )

    def listen(self, on_quotes: Listener) -> None:
        """Set the one listener; called on the loop."""
        self._listener = on_quotes

    def listen_health(self, on_health: HealthListener) -> None:
        """Set the one listener of health; called on the loop at each change of state."""
        self._vitals.listen(on_health)

    def pace(self, intervals: Mapping[Symbol, float]) -> None:
        """Seconds between two questions by symbol; symbols not named have the default."""
        self._pace.set_intervals(intervals)
        self._kicked.set()

    async def start(self, symbols: Sequence[Symbol]) -> None:
        """Poll these symbols too, from now on. Returns at once and never raises for the network's sake."""
        if self._closed or not symbols:
            return
        self._pace.add(symbols)
        self._kicked.set()
        if self._task is None:
            self._vitals.set(FeedState.STARTING, "")
            self._vitals.expect(2.0 * self._pace.shortest())
            self._task = self._loop.create_task(self._run())

    async def drop(self, symbols: Sequence[Symbol]) -> None:
        """Poll these no more."""
        self._pace.drop(symbols)
        for symbol in symbols:
            self._absent.pop(symbol, None)

    async def close(self) -> None:
        """Ask nothing more; a request under way is given up."""
        self._closed = True
        self._vitals.expect_nothing()
        self._downloads.close()
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self._vitals.set(FeedState.OFF, "")

    async def instruments(self, symbols: Sequence[Symbol]) -> dict[Symbol, Instrument]:
        """Instruments the sources know, asked once a day. Raises SourceError or HelperError."""
        return await self._downloads.instruments(symbols)

    async def instrument_list(self) -> list[Instrument]:
        """Every share and ETF, asked once a day; takes a minute or two. Raises SourceError or HelperError."""
        return await self._downloads.instrument_list()

    async def bars(self, symbol: Symbol, period: Period, count: int) -> list[Bar]:
        """The last `count` real bars that the source still has. Raises SourceError or HelperError."""
        return await self._downloads.bars(symbol, period, count)

    async def trading_dates(self, market: str, start: date, end: date) -> list[date]:  # noqa: ARG002 - Feed's signature
        """Trading days of the closed interval, from our own calendar: the public lists say no more."""
        return list(self._calendar.trading_days(start, end))

    # the round

    async def _run(self) -> None:
        while not self._closed:
            self._kicked.clear()
            due = self._pace.due(self._loop.time())
            if due:
                try:
                    await self._poll(due)
                except Exception as error:  # noqa: BLE001 - task border: the feed must go on
                    _log.exception("a round of quotes failed")
                    self._failed(f"行情轮询出错：{error!r}，详情在日志里")
                continue
            wait = self._pace.next_due(self._loop.time())
            gathered = _LONGEST_SLEEP_S if wait is None else min(_LONGEST_SLEEP_S, wait + _GATHER_S)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._kicked.wait(), gathered)

    async def _poll(self, due: tuple[Symbol, ...]) -> None:
        """One round: ask the sources until one answers, then see whether a better one is well again."""
        self.polls += 1
        problems: list[str] = []
        try:
            answer = await self._first_answer(due, problems)
        finally:  # an interval runs from the answer, so that no two requests are ever closer than it
            self._pace.asked(due, self._loop.time())
        if answer is None:
            self._failed("；".join(problems))
            return
        self._take(answer, due, problems)
        for better in self._prefer[: self._prefer.index(answer.source)]:
            in_doubt = self._sources.view(better).breaker is BreakerState.HALF_OPEN
            if in_doubt and self._sources.usable(better):
                probed = await self._ask(better, due, [])
                if probed is not None:
                    self._pace.asked(due, self._loop.time())
                    self._take(probed, due, [])
                    return

    async def _first_answer(self, due: tuple[Symbol, ...], problems: list[str]) -> QuotesAnswer | None:
        """By preference, but sources in doubt last: quotes must not wait for a probe that may hang."""
        views = [self._sources.view(source) for source in self._prefer]
        views.sort(key=lambda view: view.breaker is not BreakerState.CLOSED)
        for view in views:
            if not self._sources.usable(view.source):
                seconds = f"{view.retry_in_s:.0f} 秒后再试"
                problems.append(f"{view.source}暂停访问（{gist(view.reason)}），{seconds}")
                continue
            answer = await self._ask(view.source, due, problems)
            if answer is not None:
                doubted = [one for one in views if one.breaker is BreakerState.HALF_OPEN and one is not view]
                problems += [f"{one.source}暂停访问（{gist(one.reason)}），正在再试" for one in doubted]
                return answer
        return None

    async def _ask(self, source: Source, due: tuple[Symbol, ...], problems: list[str]) -> QuotesAnswer | None:
        """One source's answer, or None with the reason in `problems`."""
        job = QuotesJob(due, source, self._clock.now_ms(), self._options, self._singles)
        requests = max(len(due) if len(due) <= self._singles else 0, -(-len(due) // _LIST_SIZE))
        deadline_s = _IMPORT_S + requests * (self._options.total_s + self._options.timeout_s)
        try:
            answer = await self._helper.run(job, deadline_s, on_ask=self._sources.answer)
        except HelperTimeout as error:
            self._sources.note(Outcome(source, SourceFault.TIMEOUT, round(deadline_s * 1000), str(error)))
            problems.append(gist(str(error)))
        except UserError as error:
            problems.append(gist(str(error)))
        else:
            if answer.quotes or not answer.bad:
                return answer
            self.bad_rows += len(answer.bad)
            text = f"{source}的行情没有一行能用（{answer.bad[0]}）"
            self._sources.note(Outcome(source, SourceFault.GARBLED, 0, text))
            problems.append(text)
        return None

    def _take(self, answer: QuotesAnswer, due: tuple[Symbol, ...], problems: Sequence[str]) -> None:
        now = self._clock.now_ms()
        self.bad_rows += len(answer.bad)
        for line in answer.bad:
            told = (answer.source, line[:9])
            if told not in self._bad_told:  # once each: it may go on all day
                self._bad_told.add(told)
                _log.warning("%s gave a row that is no quote: %s", answer.source, line)
        for symbol in due:
            self._absent.pop(symbol, None)
        self._absent.update(dict.fromkeys(answer.absent))
        self._in_use = answer.source
        self._vitals.expect(2.0 * self._pace.shortest())
        text = "；".join(problems) and f"{'；'.join(problems)}。现用{answer.source}。"
        self._vitals.set(FeedState.LIVE, text)
        if answer.quotes and not self._closed:
            try:
                self._listener([replace(quote, received_ms=now) for quote in answer.quotes])
            except Exception:  # noqa: BLE001 - task border: a broken listener must not stop the feed
                _log.exception("the listener of the quotes failed on %d quotes", len(answer.quotes))

    def _failed(self, text: str) -> None:
        self.failed_polls += 1
        self._vitals.set(FeedState.LOST, f"{text.rstrip('。')}。请检查网络，程序会自动再试。")

    def _trading(self, for_s: float) -> bool:
        """Has any symbol traded continuously now and so many seconds ago? Breaks are longer than any patience."""
        ago_ms = self._clock.now_ms() - round(for_s * 1000)
        continuous = (symbol for symbol in self._pace.symbols if self._phase(symbol) is Phase.CONTINUOUS)
        return any(self._phase_at(symbol, ago_ms) is Phase.CONTINUOUS for symbol in continuous)

    def _silence_text(self) -> str:
        return f"{self.source}已经 {self._vitals.patience_s:g} 秒没有答复，正在重试。行情可能过时。"

    def _phase(self, symbol: Symbol) -> Phase:
        """The clock's phase, once a minute for each class of an exchange: phases begin on whole minutes."""
        now = self._clock.now_ms()
        minute, known = self._phases
        if minute != now // 60_000:
            known = {}
            self._phases = (now // 60_000, known)
        key = f"{class_of(symbol)}{symbol[-2:]}"
        found = known.get(key)
        if found is None:
            found = known[key] = self._phase_at(symbol, now)
        return found

    def _phase_at(self, symbol: Symbol, at_ms: int) -> Phase:
        known = symbol if class_of(symbol) is not None else _ANY  # new codes trade like the others
        return domain_phase(known, ms_to_datetime(at_ms), self._calendar)
