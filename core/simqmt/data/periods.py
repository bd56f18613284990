"""The vendor's bar periods, put together from the three that a market keeps: minutes, five minutes, days.

A longer minute bar is stamped with its end, a week, month ... with its last trading day so far.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from core.domain.enums import Period
from core.domain.market import Bar, ms_to_datetime
from core.market.bars import bar_end, bar_index, midnight

_Key = tuple[int, int]
_FIVE_MINUTES = 48
"""Five-minute bars of a day."""


@dataclass(frozen=True, slots=True)
class VendorPeriod:
    """One period. `size` base bars make one at most; `meta` is the vendor's length in ms."""

    name: str
    base: Period
    size: int
    meta: int
    key: Callable[[int], _Key]

    @property
    def daily(self) -> bool:
        """A day or longer: indexed by the date."""
        return self.base is Period.D1

    def grouped(self, bars: Sequence[Bar]) -> list[Bar]:
        """Base bars of one symbol, in time order, as bars of this period; the last one may still grow."""
        if self.size == 1:
            return list(bars)
        result: list[Bar] = []
        newest: _Key | None = None
        for bar in bars:
            key = self.key(bar.time_ms)
            if key == newest:
                result[-1] = _joined(result[-1], bar, self._stamp(bar))
            else:
                result.append(replace(bar, time_ms=self._stamp(bar)))
                newest = key
        return result

    def _stamp(self, bar: Bar) -> int:
        if self.daily:
            return bar.time_ms
        day, number = self.key(bar.time_ms)
        return bar_end(day, (number + 1) * self.size - 1, self.base)


def _joined(whole: Bar, bar: Bar, stamp: int) -> Bar:
    # A part without a trade repeats an older price, which is not this bar's open.
    first = whole if whole.volume or not bar.volume else bar
    return replace(
        whole,
        time_ms=stamp,
        open=first.open,
        high=max(first.high, bar.high),
        low=min(first.low, bar.low),
        close=bar.close,
        volume=whole.volume + bar.volume,
        amount=whole.amount + bar.amount,
    )


def _minutes(name: str, base: Period, size: int, minutes: int) -> VendorPeriod:
    def key(time_ms: int) -> _Key:
        index = bar_index(time_ms, base)
        return midnight(time_ms), (_FIVE_MINUTES - 1 if index is None else index) // size

    return VendorPeriod(name, base, size, minutes * 60_000, key)


def _days(name: str, size: int, days: int, key: Callable[[date], _Key]) -> VendorPeriod:
    return VendorPeriod(
        name, Period.D1, size, days * 86_400_000, lambda time_ms: key(ms_to_datetime(time_ms).date())
    )


def _week(day: date) -> _Key:
    year, week, _ = day.isocalendar()
    return year, week


PERIODS: dict[str, VendorPeriod] = {
    period.name: period
    for period in (
        _minutes("1m", Period.M1, 1, 1),
        _minutes("5m", Period.M5, 1, 5),
        _minutes("15m", Period.M5, 3, 15),
        _minutes("30m", Period.M5, 6, 30),
        _minutes("60m", Period.M5, 12, 60),
        _minutes("1h", Period.M5, 12, 60),
        _days("1d", 1, 1, lambda day: (day.year, day.toordinal())),
        _days("1w", 6, 7, _week),
        _days("1mon", 23, 30, lambda day: (day.year, day.month)),
        _days("1q", 67, 90, lambda day: (day.year, (day.month - 1) // 3)),
        _days("1hy", 130, 180, lambda day: (day.year, (day.month - 1) // 6)),
        _days("1y", 262, 365, lambda day: (day.year, 0)),
    )
}
