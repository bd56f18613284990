"""Politeness towards public sources, in one place for all lanes: budget, breaker, and what is known of each.

The requests leave from helper processes; before each one the job asks here for a permit and afterwards tells how
it went. So every request counts, also those that a library makes by itself, and whatever process makes them.
Lives on the trading loop.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from core.domain.market import Symbol
from core.errors import ContractError, SourceError
from core.market.public.breaker import Breaker, BreakerLimits, BreakerState
from core.market.public.budget import Budget
from core.market.public.source_names import Source, SourceFault, gist


@dataclass(frozen=True, slots=True)
class SourceLimits:
    """How we treat one source. `per_minute` holds in every window of a minute; `jitter_s` is added before a request."""

    per_minute: int = 60
    burst: int = 10
    jitter_s: float = 0.2
    breaker: BreakerLimits = field(default_factory=BreakerLimits)


@dataclass(frozen=True, slots=True)
class Permit:
    """A job asks: may one request to `source` leave? It would wait up to `patience_s`; `keep` leaves tokens to others."""

    source: Source
    patience_s: float = 10.0
    keep: float = 0.0
    download: bool = False


@dataclass(frozen=True, slots=True)
class Granted:
    """Yes, after `wait_s`."""

    wait_s: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """A job tells how a request went; `fault` None means well."""

    source: Source
    fault: SourceFault | None
    elapsed_ms: int
    text: str = ""
    download: bool = False


@dataclass(frozen=True, slots=True)
class SourceView:
    """One source as it is shown. `latency_ms` of the last good answer, None before the first."""

    source: Source
    breaker: BreakerState
    reason: str
    retry_in_s: float
    latency_ms: int | None
    asked: int
    failed: int
    refused: int


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


class _Known:
    """What is kept for one source. `breaker` is that of quotes, `history` that of downloads.

    A source has many machines: when the one with the history refuses, the one with the quotes is mostly well, and a stop
    must not wait for a dividend table. The budget is one, since it is our manners and not their health.
    """

    def __init__(self, limits: SourceLimits, chance: Callable[[], float]) -> None:
        self.limits = limits
        self.budget = Budget(limits.per_minute, limits.burst)
        self.breaker = Breaker(limits.breaker, chance)
        self.history = Breaker(limits.breaker, chance)
        self.latency_ms: int | None = None
        self.asked = self.failed = self.refused = 0

    def breaker_of(self, *, download: bool) -> Breaker:
        """Whose health a request depends on, and changes."""
        return self.history if download else self.breaker


class Sources:
    """Budget and breaker of every source. `answer` is the `on_ask` of each job that uses the door."""

    def __init__(
        self,
        limits: Mapping[Source, SourceLimits] | None = None,
        *,
        now: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        given = limits or {}
        self._now = now
        self._chance = chance
        self._known = {source: _Known(given.get(source, SourceLimits()), chance) for source in Source}

    def answer(self, question: object) -> object:
        """Answer a job. Raises SourceError when a request must not leave."""
        if isinstance(question, Permit):
            return self._permit(question)
        if isinstance(question, Outcome):
            self.note(question)
            return None
        raise ContractError(f"unknown question {type(question).__name__}")

    def usable(self, source: Source) -> bool:
        """May the source be asked for quotes now, as far as its breaker says?"""
        return self._known[source].breaker.may_ask(self._now())

    def note(self, outcome: Outcome) -> None:
        """Count an answer or a failure."""
        known = self._known[outcome.source]
        breaker = known.breaker_of(download=outcome.download)
        fault = outcome.fault
        if fault is None or not fault.counts:
            breaker.succeeded()
            if fault is None and not outcome.download:
                known.latency_ms = outcome.elapsed_ms
            return
        known.failed += 1
        at_once = fault is SourceFault.BANNED
        breaker.failed(self._now(), outcome.text or fault.value, at_once=at_once)

    def view(self, source: Source) -> SourceView:
        """The source as it is now for quotes."""
        known, now = self._known[source], self._now()
        breaker = known.breaker
        return SourceView(
            source,
            breaker.state(now),
            breaker.reason,
            breaker.retry_in(now),
            known.latency_ms,
            known.asked,
            known.failed,
            known.refused,
        )

    def _permit(self, permit: Permit) -> Granted:
        known, now, source = self._known[permit.source], self._now(), permit.source
        breaker = known.breaker_of(download=permit.download)
        if not breaker.admit(now):
            known.refused += 1
            seconds = breaker.retry_in(now)
            text = f"{source}暂停访问（{gist(breaker.reason)}），{seconds:.0f} 秒后自动再试。"
            raise SourceError(text, source=source, fault=SourceFault.OPEN)
        wait = known.budget.take(now, patience_s=permit.patience_s, keep=permit.keep)
        if wait is None:
            known.refused += 1
            breaker.release()
            text = f"{source}本分钟的 {known.budget.per_minute} 次请求已用完，稍后自动继续。"
            raise SourceError(text, source=source, fault=SourceFault.BUDGET)
        known.asked += 1
        return Granted(wait + known.limits.jitter_s * self._chance())
