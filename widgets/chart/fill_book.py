"""The fills of one symbol in the order of their times, so that a chart looks only at those in sight."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from core.domain.market import datetime_to_ms
from core.domain.trading import Trade


class FillBook:
    """Holds each fill once: told again under the same order and trade number it is known."""

    def __init__(self, trades: Iterable[Trade] = ()) -> None:
        self._times: list[int] = []
        self._trades: list[Trade] = []
        self._known: set[tuple[int, str]] = set()
        for trade in trades:
            self.put(trade)

    def __len__(self) -> int:
        return len(self._trades)

    def put(self, trade: Trade) -> bool:
        """Take a fill; False when it is known."""
        key = (trade.order_id, trade.trade_id)
        if key in self._known:
            return False
        self._known.add(key)
        time_ms = datetime_to_ms(trade.time)
        place = bisect_right(self._times, time_ms)
        self._times.insert(place, time_ms)
        self._trades.insert(place, trade)
        return True

    def between(self, after_ms: int, until_ms: int | None) -> Sequence[Trade]:
        """Fills later than one moment and not later than another (None: all the rest), oldest first."""
        first = bisect_right(self._times, after_ms)
        stop = len(self._times) if until_ms is None else bisect_right(self._times, until_ms)
        return self._trades[first:stop]
