"""The trading day of the desk: notices a new one, on the clock or on the day's first quote, and opens it once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, datetime, time

from core.clock import Clock
from core.domain.enums import Phase
from core.domain.market import SHANGHAI, Symbol, datetime_to_ms
from core.exchange.calendar import Calendar
from core.exchange.sessions import domain_phase
from core.service.recorder import Tasks


class TradingDay:
    """`today` is the day the desk works for. With a window its clock notices a new one, without one the first quote."""

    def __init__(
        self,
        clock: Clock,
        tasks: Tasks,
        symbol: Callable[[], Symbol],
        open_day: Callable[[date], Awaitable[None]],
        calendar: Calendar,
    ) -> None:
        self._clock = clock
        self._calendar = calendar
        self._tasks = tasks
        self._symbol = symbol
        self._open_day = open_day
        self._rolling = False
        self._ends_ms = 0
        self.today = clock.now().date()

    def begin(self, day: date) -> None:
        """The desk works for `day` now."""
        self.today = day
        self._ends_ms = datetime_to_ms(datetime.combine(day, time.max, SHANGHAI))

    def notice(self) -> None:
        """Open the next day when the clock has left the last one and its market is about to do anything."""
        if self._clock.now_ms() < self._ends_ms or self._rolling:
            return
        now = self._clock.now()
        if domain_phase(self._symbol(), now, self._calendar) is not Phase.CLOSED:
            self._rolling = True
            self._tasks.spawn(self._roll(now.date()))

    async def _roll(self, day: date) -> None:
        try:
            await self._open_day(day)
        finally:
            self._rolling = False
