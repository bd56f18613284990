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
from dataclasses import dataclass, replace
from datetime import date

from core.clock import Clock
from core.domain.enums import FeedState, Period, Phase
from core.domain.market import Bar, Instrument, Quote, Symbol, ms_to_datetime
from core.errors import HelperError, HelperTimeout, SourceError, UserError
from core.exchange.boards import class_of
from core.exchange.calendar import MAINLAND, Calendar
from core.exchange.sessions import domain_phase
from core.market.akshare_downloads import Downloads
from core.market.akshare_jobs import DoorOptions, QuotesAnswer, QuotesJob
from core.market.breaker import BreakerState
from core.market.helper import HelperProcess
from core.market.pace import SHORTEST_S, Pace
from core.market.source_names import Source, SourceFault
from core.market.sources import Outcome, Sources, SourceView
from core.ports import FeedHealth

_log = logging.getLogger(__name__)

Listener = Callable[[Sequence[Quote]], None]
HealthListener = Callable[[FeedHealth], None]

SILENCE_S = 10.0
_LONGEST_SLEEP_S = 5.0
_GATHER_S = 0.25
_IMPORT_S = 20.0
_LIST_SIZE = 80


@dataclass(frozen=True, slots=True)
class SourceDetails:
    """What lies behind the health: the source in use (None before the first answer) and every source's state."""

    in_use: Source | None
    views: tuple[SourceView, ...]
    latency_ms: int | None
    expected_interval_s: float
    polls: int
    failed_polls: int
    bad_rows: int
    absent: tuple[Symbol, ...]


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
        self._silence_s = silence_s
        self._calendar = calendar
        self._pace = Pace(interval_s, self._phase, shortest_s)
        self._downloads = Downloads(quotes, downloads, sources, loop, clock, self._options, self._prefer)
        self._listener: Listener = _nobody
        self._health_listener: HealthListener = _nobody_hears
        self._health = FeedHealth(FeedState.OFF, since_ms=clock.now_ms())
        self._task: asyncio.Task[None] | None = None
        self._kicked = asyncio.Event()
        self._silence: asyncio.TimerHandle | None = None
        self._phases: tuple[int, dict[str, Phase]] = (-1, {})
        self._in_use: Source | None = None
        self._absent: dict[Symbol, None] = {}
        self._closed = False
        self.polls = self.failed_polls = self.bad_rows = 0

    @property
    def source(self) -> str:
        """Badge of the source in use."""
        return (self._in_use or self._prefer[0]).value

    @property
    def health(self) -> FeedHealth:
        """How the feed is."""
        return self._health

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
        self._health_listener = on_health

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
            self._set(FeedState.STARTING, "")
            self._watch_silence()
            self._task = self._loop.create_task(self._run())

    async def close(self) -> None:
        """Ask nothing more; a request under way is given up."""
        self._closed = True
        self._drop_silence()
        self._downloads.close()
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self._set(FeedState.OFF, "")

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
                    self._failed(f"行情轮询出错：{error!r}。请查看日志。")
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
            if self._sources.usable(better):
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
                problems.append(f"{view.source}暂停访问（{view.reason.rstrip('。')}），{seconds}")
                continue
            answer = await self._ask(view.source, due, problems)
            if answer is not None:
                for other in views:
                    if other.breaker is BreakerState.HALF_OPEN and other.source is not answer.source:
                        problems.append(f"{other.source}暂停访问（{other.reason.rstrip('。')}），正在再试")
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
            problems.append(str(error))
        except (SourceError, HelperError) as error:
            problems.append(str(error).rstrip("。"))
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
            _log.warning("%s gave a row that is no quote: %s", answer.source, line)
        for symbol in due:
            self._absent.pop(symbol, None)
        self._absent.update(dict.fromkeys(answer.absent))
        self._in_use = answer.source
        self._watch_silence()
        text = "；".join(problems) and f"{'；'.join(problems)}。现用{answer.source}。"
        self._set(FeedState.LIVE, text)
        if answer.quotes and not self._closed:
            try:
                self._listener([replace(quote, received_ms=now) for quote in answer.quotes])
            except Exception:  # noqa: BLE001 - task border: a broken listener must not stop the feed
                _log.exception("the listener of the quotes failed on %d quotes", len(answer.quotes))

    # health

    def _failed(self, text: str) -> None:
        self.failed_polls += 1
        self._set(FeedState.LOST, f"{text.rstrip('。')}。程序会自动再试。")

    def _watch_silence(self) -> None:
        """From now on an answer is expected within the silence, or within two intervals where these are longer."""
        self._drop_silence()
        patience = max(self._silence_s, 2.0 * self._pace.shortest())
        self._silence = self._loop.call_later(patience, self._grown_silent)

    def _drop_silence(self) -> None:
        if self._silence is not None:
            self._silence.cancel()
            self._silence = None

    def _grown_silent(self) -> None:
        self._silence = None
        symbols = self._pace.symbols
        if self._closed or not any(self._phase(symbol) is Phase.CONTINUOUS for symbol in symbols):
            return
        if self._health.state.is_healthy:
            text = f"{self.source}已经 {self._silence_s:g} 秒没有答复，正在重试。行情可能过时。"
            self._set(FeedState.SILENT, text)

    def _set(self, state: FeedState, text: str) -> None:
        before = self._health
        if before.state is state:
            self._health = replace(before, text=text)
            return
        lost = before.losses + (state in (FeedState.LOST, FeedState.SILENT) and before.state.is_healthy)
        back = before.resubscribed + (state is FeedState.LIVE and not before.state.is_healthy)
        self._health = FeedHealth(state, text, self._clock.now_ms(), lost, back)
        try:
            self._health_listener(self._health)
        except Exception:  # noqa: BLE001 - task border: a broken listener must not stop the feed
            _log.exception("the listener of the health failed")

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
            try:
                found = domain_phase(symbol, ms_to_datetime(now), self._calendar)
            except UserError:  # a code of no class: poll it like the others
                found = Phase.CONTINUOUS if self._calendar.is_trading_day(_today(now)) else Phase.CLOSED
            known[key] = found
        return found


def _today(now_ms: int) -> date:
    return ms_to_datetime(now_ms).date()


def _nobody(quotes: Sequence[Quote]) -> None:
    """Before `listen`."""


def _nobody_hears(health: FeedHealth) -> None:
    """Before `listen_health`."""
