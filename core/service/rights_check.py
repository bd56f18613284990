"""What is still to be compared with its last close: nothing of it triggers before, for a short while at most.

A desk that is started in the middle of an ex-rights day gets quotes sooner than the last closes. The drop of such a day
fires stops that no price has reached, so the first seconds wait for the comparison; a source that does not answer in
time does not hold a stop back for longer than `PATIENCE_MS`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from core.clock import Clock
from core.domain.market import Symbol

PATIENCE_MS = 30_000
RETRY_MS = 60_000
LONGEST_RETRY_MS = 16 * RETRY_MS


class DayCheck:
    """The comparisons of one day. Used on the trading loop."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until: dict[Symbol, int] = {}
        self._known: set[Symbol] = set()
        self._asking: set[Symbol] = set()
        self._retry_ms = 0
        self._pause_ms = RETRY_MS
        self.day = date.min

    def expect(self, symbols: Iterable[Symbol]) -> None:
        """These are watched today: those that were not compared yet wait from now on. A new day forgets the last one."""
        now, today = self._clock.now_ms(), self._clock.now().date()
        if today != self.day:
            self.day = today
            for kept in (self._until, self._known, self._asking):
                kept.clear()
            self._retry_ms, self._pause_ms = 0, RETRY_MS
        for symbol in symbols:
            if symbol not in self._known:
                self._until.setdefault(symbol, now + PATIENCE_MS)

    def take(self) -> list[Symbol]:
        """What is to be asked about now, and is asked about from here on."""
        found = [symbol for symbol in self._until if symbol not in self._known | self._asking]
        self._asking.update(found)
        return found

    def compared(self, symbols: Iterable[Symbol]) -> None:
        """The last closes of these are there, and their quotes were looked at."""
        for symbol in symbols:
            self._known.add(symbol)
            self._asking.discard(symbol)
            self._until.pop(symbol, None)

    def failed(self, symbols: Iterable[Symbol]) -> None:
        """Nobody knows the last closes of these: they wait no longer, and are asked about again in a while."""
        now = self._clock.now_ms()
        for symbol in symbols:
            self._asking.discard(symbol)
            self._until[symbol] = now
        self._retry_ms = now + self._pause_ms

    def waits(self, symbol: Symbol) -> bool:
        """Nothing of it may trigger yet."""
        return self._until.get(symbol, 0) > self._clock.now_ms()

    @property
    def any_waits(self) -> bool:
        """Something may not trigger yet."""
        now = self._clock.now_ms()
        return any(until > now for until in self._until.values())

    @property
    def due_again(self) -> bool:
        """What failed is to be asked about again."""
        return bool(self._retry_ms) and self._clock.now_ms() >= self._retry_ms

    def again(self) -> None:
        """It is asked about again now; the next time after a longer pause."""
        self._retry_ms = 0
        self._pause_ms = min(2 * self._pause_ms, LONGEST_RETRY_MS)
