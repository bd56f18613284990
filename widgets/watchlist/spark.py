"""The day's line of one symbol in slots of a minute, fed by quotes or by one-minute bars."""

from __future__ import annotations

from collections.abc import Iterable

from core.domain.market import Bar, Quote

_MINUTE_MS = 60_000
_SHANGHAI_MINUTES = 8 * 60
_DAY = 24 * 60
_OPEN, _NOON, _AFTERNOON, _CLOSE = 9 * 60 + 30, 11 * 60 + 30, 13 * 60, 15 * 60
SLOTS = 240
LEAST_SLOTS = 20  # the line of a young day does not fill the whole cell


def slot_of(time_ms: int) -> int | None:
    """Trading minute of the day, 0 to 239; None outside the continuous sessions."""
    minute = (time_ms // _MINUTE_MS + _SHANGHAI_MINUTES) % _DAY
    if _OPEN <= minute < _NOON:
        return minute - _OPEN
    if _AFTERNOON <= minute < _CLOSE:
        return minute - _AFTERNOON + 120
    if minute in (_NOON, _CLOSE):  # the closing snapshot belongs to the minute before
        return 119 if minute == _NOON else SLOTS - 1
    return None


class Spark:
    """Last price of each minute, in thousandths; a new day starts a new line."""

    __slots__ = ("_day", "prices")

    def __init__(self) -> None:
        self.prices: dict[int, int] = {}
        self._day = -1

    def add(self, quote: Quote) -> None:
        """Take one snapshot."""
        self._put(quote.time_ms, quote.last)

    def load(self, bars: Iterable[Bar]) -> None:
        """Take one-minute bars; they are end-stamped, so a bar belongs to the minute before its time."""
        for bar in bars:
            self._put(bar.time_ms - _MINUTE_MS, bar.close)

    def _put(self, time_ms: int, price: int) -> None:
        slot = slot_of(time_ms)
        if slot is None or price <= 0:
            return
        day = (time_ms // _MINUTE_MS + _SHANGHAI_MINUTES) // _DAY
        if day != self._day:
            if day < self._day:
                return
            self._day = day
            self.prices = {}
        self.prices[slot] = price
