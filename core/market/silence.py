"""Does the feed live? Tells a feed that stopped from stocks that are merely quiet.

A single stock may be silent for more than a minute while its feed is in perfect health, so how long we wait depends on who
spoke before the silence: with a busy index among them, or a source that answers by the clock, eight seconds; without one
the patience doubles with every voice that is missing to five, up to two minutes for a single stock. In the recorded days no choice of
symbols was ever silent for longer. One market alone, with an index of its own, gets twice the patience of the whole.
Only time in which shares change hands counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.domain.market import Symbol
from core.market.validity import Freshness, Silence, trading_back, trading_ms_between

Rows = NDArray[np.intp]
IntArray = NDArray[np.int64]

PUSH_INTERVAL_MS = 3_000
_MISSED = 2.5
"""So many intervals of a source may pass before it counts as silent: one answer lost, and some delay."""
_MARKETS = ("SH", "SZ", "BJ")


@dataclass(slots=True)
class _Beat:
    """One busy symbol that the source was asked for beside the watched ones."""

    symbol: Symbol
    market: str
    time_ms: int = 0
    moved_ms: int = 0
    row: int = -1  # when it is watched too


class FeedSilence:
    """When each row, each heartbeat and each symbol nobody watches last got a newer snapshot, by our clock (ms).

    `expected_interval_ms` is how often the source in charge speaks when all is well.
    """

    def __init__(self, freshness: Freshness) -> None:
        self._freshness = freshness
        self._moved: IntArray = np.zeros(16, dtype=np.int64)
        self._market: NDArray[np.int8] = np.zeros(16, dtype=np.int8)
        self._count = 0
        self._beats: list[_Beat] = []
        self._stray_time_ms = 0
        self._stray_moved_ms = 0
        self._heard_ms = 0
        self._since_ms = 0
        self.expected_interval_ms = PUSH_INTERVAL_MS

    @property
    def patience_ms(self) -> int:
        """Silence that a source with a heartbeat is allowed."""
        return max(self._freshness.feed_ms, int(self.expected_interval_ms * _MISSED))

    def add_rows(self, symbols: Sequence[Symbol], now_ms: int) -> None:
        """More rows, in their order; the feed is expected to speak from the first ones on."""
        if not self._count:
            self._since_ms = now_ms
        begin, self._count = self._count, self._count + len(symbols)
        for beat in self._beats:
            if beat.symbol in symbols:
                beat.row = begin + symbols.index(beat.symbol)
        while self._count > len(self._moved):
            self._moved = np.concatenate([self._moved, np.zeros_like(self._moved)])
            self._market = np.concatenate([self._market, np.zeros_like(self._market)])
        self._market[begin : self._count] = [_market_number(symbol) for symbol in symbols]

    def set_beats(
        self, symbols: Iterable[Symbol], row_of: Callable[[Symbol], int | None]
    ) -> tuple[Symbol, ...]:
        """Replace the heartbeats; those that stay keep what is known of them. Returns them by number."""
        known = {beat.symbol: beat for beat in self._beats}
        self._beats = [known.get(symbol) or _Beat(symbol, symbol[-2:]) for symbol in dict.fromkeys(symbols)]
        for beat in self._beats:
            row = row_of(beat.symbol)
            beat.row = -1 if row is None else row
        return tuple(beat.symbol for beat in self._beats)

    def rows_moved(self, rows: Rows, now_ms: int) -> None:
        """These rows got a newer snapshot."""
        self._moved[rows] = now_ms

    def beat(self, number: int, time_ms: int, now_ms: int) -> None:
        """A snapshot of a heartbeat; the same one again is no life."""
        beat = self._beats[number]
        if time_ms > beat.time_ms:
            beat.time_ms, beat.moved_ms = time_ms, now_ms

    def stray(self, time_ms: int, now_ms: int) -> None:
        """A snapshot of a symbol nobody watches."""
        if time_ms > self._stray_time_ms:
            self._stray_time_ms, self._stray_moved_ms = time_ms, now_ms

    def heard(self, now_ms: int) -> None:
        """The source answered, with or without something new."""
        self._heard_ms = now_ms

    def silence(self, now_ms: int, market: str | None = None) -> Silence:
        """The silence that weighs most: of the whole feed, or of one market with a heartbeat of its own.

        `market` (SH, SZ, BJ) asks for one market's symbols, None for all. Call it in continuous trading only.
        """
        markets = {beat.market for beat in self._beats}
        judged = [self._whole(now_ms)]
        for one in sorted(markets if market is None else markets & {market}):
            judged += self._of_market(one, now_ms)
        return max(judged, key=lambda silence: silence.ms - silence.limit_ms)

    def _whole(self, now_ms: int) -> Silence:
        moved = self._moved[: self._count]
        beats = [self._beat_ms(beat) for beat in self._beats]
        newest = max(int(moved.max(initial=0)), self._stray_moved_ms, self._heard_ms, *beats)
        patience = self.patience_ms
        if not newest:  # it never began; every watched symbol should have spoken
            voices, steady, newest = self._count, bool(self._beats), self._since_ms
        else:
            cut = trading_back(newest, patience)
            voices = int((moved >= cut).sum()) + (self._stray_moved_ms >= cut)
            steady = self._heard_ms >= cut or any(beat_ms >= cut for beat_ms in beats)
        limit = patience
        if not steady:
            limit = max(patience, self._freshness.alone_ms >> max(0, voices - 1))
        return Silence(trading_ms_between(newest, now_ms), limit)

    def _of_market(self, market: str, now_ms: int) -> list[Silence]:
        """One market's silence, when its own heartbeat was there until it began; else nothing can be said."""
        beat_ms = max(self._beat_ms(beat) for beat in self._beats if beat.market == market)
        rows = self._market[: self._count] == _market_number(market)
        newest = max(beat_ms, int(self._moved[: self._count][rows].max(initial=0)))
        patience = self.patience_ms
        if not beat_ms or beat_ms < trading_back(newest, patience):
            return []
        return [Silence(trading_ms_between(newest, now_ms), 2 * patience, market)]

    def _beat_ms(self, beat: _Beat) -> int:
        return beat.moved_ms if beat.row < 0 else max(beat.moved_ms, int(self._moved[beat.row]))


def _market_number(symbol: str) -> int:
    market = symbol[-2:]
    return _MARKETS.index(market) if market in _MARKETS else -1
