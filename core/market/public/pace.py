"""When which symbol may be asked again: each by its own interval, all of them slower while nothing trades.

Pure: moments are monotonic seconds. Symbols that are due nearly together are asked together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from core.domain.enums import Phase
from core.domain.market import Symbol

SHORTEST_S = 3.0
_SLOW_S = {
    Phase.PRE_OPEN: 30.0,
    Phase.PAUSE: 15.0,
    Phase.LUNCH: 60.0,
    Phase.AFTER_HOURS: 120.0,
    Phase.CLOSED: 600.0,
}


class Pace:
    """The schedule. `phase_of` is the clock's phase of a symbol now."""

    def __init__(
        self, interval_s: float, phase_of: Callable[[Symbol], Phase], shortest_s: float = SHORTEST_S
    ) -> None:
        self._default_s = interval_s
        self._phase_of = phase_of
        self._shortest_s = shortest_s
        self._intervals: dict[Symbol, float] = {}
        self._asked: dict[Symbol, float | None] = {}

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        """All symbols, in the order they came."""
        return tuple(self._asked)

    def add(self, symbols: Iterable[Symbol]) -> None:
        """New symbols are due at once."""
        for symbol in symbols:
            self._asked.setdefault(symbol, None)

    def drop(self, symbols: Iterable[Symbol]) -> None:
        """Ask about these no more."""
        for symbol in symbols:
            self._asked.pop(symbol, None)

    def set_intervals(self, intervals: Mapping[Symbol, float]) -> None:
        """Seconds per symbol; others have the default."""
        self._intervals = dict(intervals)

    def interval(self, symbol: Symbol) -> float:
        """Seconds between two questions about a symbol while it trades."""
        return max(self._shortest_s, self._intervals.get(symbol, self._default_s))

    def current(self, symbol: Symbol) -> float:
        """Seconds between two questions in the phase of now."""
        return max(self.interval(symbol), _SLOW_S.get(self._phase_of(symbol), 0.0))

    def due(self, now: float) -> tuple[Symbol, ...]:
        """Symbols whose interval has passed."""
        return tuple(
            symbol
            for symbol, asked in self._asked.items()
            if asked is None or now - asked >= self.current(symbol)
        )

    def asked(self, symbols: Iterable[Symbol], now: float) -> None:
        """They were asked now, whatever came of it; those dropped meanwhile stay so."""
        for symbol in symbols:
            if symbol in self._asked:
                self._asked[symbol] = now

    def next_due(self, now: float) -> float | None:
        """Seconds until the next symbol is due, 0 when one is; None without symbols."""
        waits = [
            0.0 if asked is None else max(0.0, asked + self.current(symbol) - now)
            for symbol, asked in self._asked.items()
        ]
        return min(waits, default=None)

    def shortest(self) -> float:
        """The shortest interval of all symbols while they trade."""
        return min((self.interval(symbol) for symbol in self._asked), default=self._default_s)
