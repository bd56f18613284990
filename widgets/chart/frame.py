"""What one repaint shows: the bars in sight and the scales that place them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.domain.market import ms_to_datetime
from widgets.chart.layout import ChartLayout
from widgets.chart.scale import TimeScale, ValueScale
from widgets.chart.series import Floats, Ints, Series
from widgets.chart.studies import Studies

MINUTE_MS = 60_000
HALF_DAY = 120
DAY_MINUTES = 240
_AFTERNOON = 780
_OPEN = 570


@dataclass(frozen=True, slots=True)
class Frame:
    """Bars `first` to `stop` (one past the last) of `series`, and where they stand.

    In candle mode a bar's slot is its index; in intraday mode (`day_ms` set) the minute of the session, 0 at
    09:30 and 240 at 15:00, lunch left out. `starts` holds the first bar of each pixel column when bars are
    narrower than a pixel. `pre_close` in thousandths, 0 unknown.
    """

    layout: ChartLayout
    time: TimeScale
    price: ValueScale
    volume: ValueScale
    macd: ValueScale | None
    series: Series
    studies: Studies
    first: int
    stop: int
    tick: Decimal
    daily: bool
    pre_close: int = 0
    day_ms: int | None = None
    starts: Ints | None = None

    @property
    def intraday(self) -> bool:
        """Whether this is the intraday line."""
        return self.day_ms is not None

    @property
    def ends_now(self) -> bool:
        """Whether the growing bar is in sight."""
        return self.stop > self.first and self.stop == self.series.count

    def slots(self, first: int, stop: int) -> NDArray[Any]:
        """Slots of a range of bars."""
        if self.day_ms is None:
            return np.arange(first, stop)
        return session_minutes(self.series.time_ms[first:stop] - self.day_ms)

    def x_of(self, first: int, stop: int) -> Floats:
        """Centres of a range of bars."""
        return self.time.xs(self.slots(first, stop))

    def x_at(self, index: int) -> float:
        """Centre of one bar."""
        return float(self.x_of(index, index + 1)[0])

    def index_near(self, x: float) -> int | None:
        """The bar in sight nearest to x; None when there is none."""
        if self.stop <= self.first:
            return None
        slots = self.slots(self.first, self.stop)
        place = int(np.searchsorted(slots, round(self.time.slot(x))))
        return self.first + min(place, len(slots) - 1)

    def moment(self, index: int) -> datetime:
        """End stamp of a bar."""
        return ms_to_datetime(int(self.series.time_ms[index]))

    def before(self, index: int) -> int:
        """The close that a bar's change is measured against, thousandths; 0 unknown."""
        if self.day_ms is not None:
            return self.pre_close
        return int(self.series.close[index - 1]) if index else 0


def session_minutes(since_midnight_ms: Ints) -> Ints:
    """Milliseconds of the day to minutes of the session, end-stamped: 09:31 is 1, 11:30 is 120, 13:01 is 121."""
    minute = -(-since_midnight_ms // MINUTE_MS)
    morning = np.clip(minute - _OPEN, 0, HALF_DAY)
    afternoon = HALF_DAY + np.clip(minute - _AFTERNOON, 0, HALF_DAY)
    return np.where(minute < _AFTERNOON, morning, afternoon)
