"""The pulse of a source of quotes: when did it last bring anything new, and how is it. Pure but for the clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from core.clock import Clock
from core.domain.enums import FeedState, Phase
from core.domain.market import Quote, Symbol, ms_to_datetime
from core.exchange.sessions import domain_phase
from core.market.listening import unheard
from core.market.validity import trading_ms_between
from core.ports import FeedHealth

SILENT_MS = 8_000
"""Continuous trading without anything new from the whole source: noticed before ten seconds are over."""

_ANY = Symbol("600000.SH")


def patience_ms(symbols: int, heartbeats: int) -> int:
    """How long a source of so many symbols may be quiet by right: one resting share alone proves little."""
    if heartbeats:
        return SILENT_MS
    return max(SILENT_MS, SILENT_MS * 12 >> max(symbols - 1, 0))


class Pulse:
    """Keeps a source's health and tells its changes of state. Used on the trading loop.

    `silent_ms` is how long it may be quiet by right.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._on_health: Callable[[FeedHealth], None] = unheard
        self._newest_ms = 0
        self._advanced_ms = clock.now_ms()
        self.silent_ms = SILENT_MS
        self.health = FeedHealth(FeedState.OFF, since_ms=self._advanced_ms)

    @property
    def newest_ms(self) -> int:
        """Newest exchange time that the source brought, 0 before the first."""
        return self._newest_ms

    def listen(self, on_health: Callable[[FeedHealth], None]) -> None:
        """Set who is told when the state changes."""
        self._on_health = on_health

    def phase(self) -> Phase:
        """The clock's phase of the market."""
        return domain_phase(_ANY, self._clock.now())

    def beat(self, quotes: Iterable[Quote]) -> None:
        """Quotes came."""
        newest = max((quote.time_ms for quote in quotes), default=0)
        if newest > self._newest_ms:
            self._newest_ms = newest
            self._advanced_ms = self._clock.now_ms()
        elif self.health.state is FeedState.SILENT:
            return  # the same snapshots again prove nothing
        if self.health.state is not FeedState.LOST:  # some of what is wanted may come while the rest is lost
            self.set(FeedState.LIVE)

    def begin(self, text: str = "") -> None:
        """Subscribed: the time for the first quote runs from here."""
        self._advanced_ms = self._clock.now_ms()
        self.set(FeedState.STARTING, text)

    def silence_ms(self) -> int:
        """Milliseconds of continuous trading without anything new; 0 outside it."""
        if self.phase() is not Phase.CONTINUOUS:
            return 0
        return trading_ms_between(self._advanced_ms, self._clock.now_ms())

    def check(self) -> None:
        """Look at the clock: silent for too long, or nothing is due any more."""
        silence, state = self.silence_ms(), self.health.state
        if silence > self.silent_ms and state.is_healthy:
            since = ms_to_datetime(self._clock.now_ms() - silence)
            self.set(FeedState.SILENT, f"{since:%H:%M:%S} 起没有任何新行情")
        elif not silence and state is FeedState.SILENT:
            self.set(FeedState.LIVE)

    def set(self, state: FeedState, text: str = "", *, losses: int = 0, resubscribed: int = 0) -> None:
        """Change the state; counts are added."""
        old = self.health
        self.health = FeedHealth(
            state,
            text,
            old.since_ms if state is old.state else self._clock.now_ms(),
            old.losses + losses,
            old.resubscribed + resubscribed,
        )
        if state is not old.state or (text and text != old.text):
            self._on_health(self.health)
