"""Ranked sources of quotes behind one Feed: when the best one fails the next takes over, and it returns when it is well.

Whose quotes pass is `precedence`'s affair, when to change is `switch_rule`'s; here is who is asked. A stand-in is made when it is needed and closed when
it is not: nobody polls two services all day.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from core.clock import Clock
from core.domain.enums import FeedState, Period
from core.domain.market import Bar, Instrument, Quote, Symbol
from core.errors import UserError
from core.market.listening import unheard
from core.market.polled import Paced
from core.market.precedence import Precedence
from core.market.switch_rule import HOLD_MS, Step, SwitchRule
from core.ports import Feed, FeedHealth

_log = logging.getLogger(__name__)

_LOOK_S = 1.0


@dataclass(frozen=True, slots=True)
class StandIn:
    """A source that can take over. `make` is called on the loop, each time anew."""

    name: str
    make: Callable[[], Feed]


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """One of the ranked sources as it is now. `active`: its quotes are the ones that are used."""

    name: str
    health: FeedHealth
    active: bool


class FeedSwitch:
    """Implements `core.ports.Feed` over a best source and its stand-ins. Made and used on the trading loop."""

    def __init__(
        self,
        best: Feed,
        stand_ins: Sequence[StandIn] = (),
        *,
        clock: Clock,
        loop: asyncio.AbstractEventLoop,
        may_trigger: bool = False,
        hold_ms: int = HOLD_MS,
    ) -> None:
        self._best = best
        self._stand_ins = tuple(stand_ins)
        self._loop = loop
        self._precedence = Precedence(clock, may_trigger=may_trigger)
        self._rule = SwitchRule(clock, hold_ms)
        self._listener: Callable[[Sequence[Quote]], None] = unheard
        self._on_health: Callable[[FeedHealth], None] = unheard
        self._symbols: dict[Symbol, None] = {}
        self._intervals: Mapping[Symbol, float] = {}
        self._stand_in: Feed | None = None
        self._place = -1  # of the stand-in that is there
        self._why = ""
        self._timer: asyncio.TimerHandle | None = None
        self._steering: asyncio.Task[None] | None = None
        self._closed = False
        best.listen(self._on_best)
        best.listen_health(self._on_best_health)

    @property
    def source(self) -> str:
        """Name of the source whose quotes are used."""
        return self._active.source

    @property
    def health(self) -> FeedHealth:
        """Health of the source whose quotes are used."""
        return self._active.health

    @property
    def active(self) -> Feed:
        """The source whose quotes are used."""
        return self._active

    @property
    def on_stand_in(self) -> bool:
        """A stand-in is in the place of the best source."""
        return self._stand_in is not None

    @property
    def may_trigger(self) -> bool:
        """The user allows a stand-in's quotes to trigger orders."""
        return self._precedence.may_trigger

    @property
    def dropped(self) -> int:
        """Quotes that would have gone back in time or that a better source tells."""
        return self._precedence.dropped

    @property
    def switched(self) -> int:
        """How often a stand-in took over."""
        return self._rule.switched

    @property
    def why(self) -> str:
        """Why the best source is not used, in words; empty while it is."""
        return self._why if self.on_stand_in else ""

    @property
    def sources(self) -> tuple[SourceStatus, ...]:
        """All sources by rank."""
        off = FeedHealth(FeedState.OFF)
        there = self._stand_in
        waiting = [
            SourceStatus(
                one.name, there.health if there and place == self._place else off, place == self._place
            )
            for place, one in enumerate(self._stand_ins)
        ]
        return SourceStatus(self._best.source, self._best.health, there is None), *waiting

    def allow_triggers(self, allowed: bool) -> None:
        """The user's setting changed: what the stand-in told last is told again under the new rule."""
        if allowed != self.may_trigger:
            self._pass(self._precedence.allow(allowed))

    def pace(self, intervals: Mapping[Symbol, float]) -> None:
        """Seconds between two questions by symbol, for sources that are asked."""
        self._intervals = intervals
        for feed in (self._best, self._stand_in):
            if isinstance(feed, Paced):
                feed.pace(intervals)

    def listen(self, on_quotes: Callable[[Sequence[Quote]], None]) -> None:
        """Set the one listener; called on the loop."""
        self._listener = on_quotes

    def listen_health(self, on_health: Callable[[FeedHealth], None]) -> None:
        """Set who is told when a source changes its state or another one takes over."""
        self._on_health = on_health

    async def start(self, symbols: Sequence[Symbol]) -> None:
        """Subscribe. Raises what the best source raised when no stand-in can help."""
        self._symbols.update(dict.fromkeys(symbols))
        try:
            await self._best.start(symbols)
        except UserError as error:
            if self._stand_in is None and not await self._take_over(str(error)):
                raise
        if self._stand_in is not None:
            await self._stand_in.start(list(self._symbols))

    async def drop(self, symbols: Sequence[Symbol]) -> None:
        """Ask for these no more, here and when another source takes over."""
        for symbol in symbols:
            self._symbols.pop(symbol, None)
        for feed in self._open_feeds():  # what was started again while the last one answered stays
            await feed.drop([symbol for symbol in symbols if symbol not in self._symbols])

    async def close(self) -> None:
        """End all sources."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        if self._steering is not None:
            self._steering.cancel()
            await asyncio.gather(self._steering, return_exceptions=True)
        await self._dismiss()
        await self._best.close()

    async def instruments(self, symbols: Sequence[Symbol]) -> dict[Symbol, Instrument]:
        """From the best source that answers; what it does not know from the next."""
        found: dict[Symbol, Instrument] = {}
        failed: UserError | None = None
        for feed in self._open_feeds():
            missing = [symbol for symbol in symbols if symbol not in found]
            if not missing:
                break
            try:
                found.update(await feed.instruments(missing))
            except UserError as error:
                failed = failed or error
        if failed is not None and not found:
            raise failed
        return found

    async def bars(self, symbol: Symbol, period: Period, count: int) -> list[Bar]:
        """From the best source that answers."""
        failed: UserError | None = None
        for feed in self._open_feeds():
            try:
                return await feed.bars(symbol, period, count)
            except UserError as error:
                failed = failed or error
        assert failed is not None
        raise failed

    async def trading_dates(self, market: str, start: date, end: date) -> list[date]:
        """From the best source."""
        return await self._best.trading_dates(market, start, end)

    @property
    def _active(self) -> Feed:
        return self._stand_in or self._best

    def _open_feeds(self) -> list[Feed]:
        """The feed in use first."""
        return [self._best] if self._stand_in is None else [self._stand_in, self._best]

    # quotes

    def _on_best(self, quotes: Sequence[Quote]) -> None:
        self._pass(self._precedence.of_best(quotes, beside=self._stand_in is not None))

    def _on_stand_in(self, feed: Feed, quotes: Sequence[Quote]) -> None:
        if feed is self._stand_in:
            self._pass(self._precedence.of_stand_in(quotes))

    def _pass(self, quotes: Sequence[Quote]) -> None:
        if quotes:
            self._listener(quotes)

    # who is used

    def _on_best_health(self, health: FeedHealth) -> None:
        if not health.state.is_healthy:
            self._precedence.best_is_silent()
        self._on_health(health)
        self._look_soon()

    def _on_stand_in_health(self, feed: Feed, health: FeedHealth) -> None:
        if feed is self._stand_in:
            self._on_health(health)

    def _look_soon(self) -> None:
        """Look once a second until everything is as it should be; nothing runs while all is well."""
        if self._timer is None and not self._closed and self._stand_ins:
            self._timer = self._loop.call_later(0, self._look)

    def _look(self) -> None:
        self._timer = None
        steering = self._steering is not None and not self._steering.done()
        if not steering:
            work = self._next_step()
            if work is not None:
                self._steering = self._loop.create_task(self._guard(work))
        if self._stand_in is not None or not self._best.health.state.is_healthy or steering:
            self._timer = self._loop.call_later(_LOOK_S, self._look)

    def _next_step(self) -> Callable[[], Coroutine[object, object, None]] | None:
        there = self._stand_in.health if self._stand_in is not None else None
        step = self._rule.step(self._best.health, there, others=len(self._stand_ins) > 1)
        return {Step.STAY: None, Step.REPLACE: self._replace, Step.RETURN: self._return}[step]

    async def _guard(self, work: Callable[[], Coroutine[object, object, None]]) -> None:
        try:
            await work()
        except Exception:  # noqa: BLE001 - task border: a source that breaks must not end the watch over the others
            _log.exception("changing the source of quotes failed")
        self._look_soon()

    async def _replace(self) -> None:
        await self._take_over(self._best.health.text)

    async def _take_over(self, why: str) -> bool:
        """The next stand-in that starts takes over; False when none does."""
        count, first = len(self._stand_ins), self._place + 1
        await self._dismiss()
        for offset in range(count):
            place = (first + offset) % count
            feed = self._stand_ins[place].make()
            feed.listen(partial(self._on_stand_in, feed))
            feed.listen_health(partial(self._on_stand_in_health, feed))
            if isinstance(feed, Paced):
                feed.pace(self._intervals)
            self._precedence.best_is_silent()
            self._stand_in, self._place, self._why = feed, place, why
            try:
                await feed.start(list(self._symbols))
            except UserError as error:
                _log.warning("the stand-in %s did not start: %s", self._stand_ins[place].name, error)
                await self._dismiss()
                continue
            self._rule.took_over()
            _log.warning("quotes come from %s now: %s", feed.source, why)
            self._on_health(feed.health)
            return True
        self._rule.nobody_could()
        return False

    async def _return(self) -> None:
        """The best source is well for long enough."""
        await self._dismiss()
        _log.warning("quotes come from %s again", self._best.source)
        self._on_health(self._best.health)

    async def _dismiss(self) -> None:
        feed, self._stand_in, self._place = self._stand_in, None, -1
        if feed is not None:
            await feed.close()
