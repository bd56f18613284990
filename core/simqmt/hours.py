"""What the hour brings, whether or not a snapshot comes: sessions begin and end, the day is over, a new day dawns.

Snapshots tell a market's sessions, and a terminal needs no clock beside them while they come. But a book put in by hand
stands still, a feed stops, a recorded day ends at noon. Then the clock decides:

* A market that stands still (`StaticMarket`) is shown again at every change of session, with what is left of its
  books: the opening call is decided at 09:25, what waited is let in at 09:30 and 13:00, the closing call is decided and
  the day ended at 15:00, the fixed price traded from 15:05 to 15:30.
* On every other market the snapshots have a minute's grace after the end of a session; then what still waits expires.
* At 08:30 of a trading day that no snapshot brought the terminal goes on to that day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from core.domain.enums import Phase
from core.domain.market import SHANGHAI, Quote, Symbol, datetime_to_ms, ms_to_datetime
from core.exchange.calendar import MAINLAND, Calendar
from core.exchange.refusals import Refused
from core.exchange.sessions import SessionPhase, domain_phase, phase_at

GRACE = timedelta(minutes=1)
_MORNING = time(8, 30)
_SESSIONS = tuple(
    time(hour, minute)
    for hour, minute in (
        (9, 15),
        (9, 25),
        (9, 30),
        (11, 30),
        (13, 0),
        (14, 57),
        (15, 0),
        (15, 5),
        (15, 30),
    )
)
_ENDS = (time(15, 0), time(15, 30))
_OVER = frozenset({SessionPhase.POST_GAP, SessionPhase.AFTER_HOURS, SessionPhase.CLOSED})


class Hours:
    """The next moment at which the clock has a say; a watch of the conductor (`Conductor.add_watch`)."""

    def __init__(
        self,
        now_ms: int,
        strike: Callable[[datetime], None],
        *,
        stands_still: bool,
        ended: Callable[[], bool],
        calendar: Calendar = MAINLAND,
    ) -> None:
        """`strike(moment)` does what that moment brings; `ended`: no snapshot of the market's own will come."""
        self._strike = strike
        self._stands_still = stands_still
        self._ended = ended
        self._calendar = calendar
        self._halts: list[int] = []
        self.next_timer_ms: int | None = self._after(now_ms)

    def fire_timers(self) -> None:
        """The hour strikes."""
        due = self.next_timer_ms
        if due is not None:
            self.next_timer_ms = self._after(due)
            self._strike(ms_to_datetime(due))

    def skip_to(self, now_ms: int) -> None:
        """The clock jumped: what lies before is over."""
        self.next_timer_ms = self._after(now_ms)

    def halted(self, until_ms: int) -> None:
        """A halt of a market that stands still ends then."""
        if self._stands_still and until_ms not in self._halts:
            self._halts.append(until_ms)
            if self.next_timer_ms is None or until_ms < self.next_timer_ms:
                self.next_timer_ms = until_ms

    def _after(self, now_ms: int) -> int | None:
        self._halts = [end_ms for end_ms in self._halts if end_ms > now_ms]
        session_ms = self._next_session(now_ms)
        return min([*self._halts, *([] if session_ms is None else [session_ms])], default=None)

    def _next_session(self, now_ms: int) -> int | None:
        day = ms_to_datetime(now_ms).date()
        while True:
            for due_ms in self._moments(day):
                if due_ms > now_ms:
                    return due_ms
            try:
                day = self._calendar.next_trading_day(day)
            except Refused:  # nobody knows the days after the calendar's end
                return None

    def _moments(self, day: date) -> list[int]:
        if not self._calendar.is_trading_day(day):
            return []
        clocks, late = (_SESSIONS, timedelta()) if self._stands_still else (_ENDS, GRACE)
        moments = [datetime.combine(day, clock, SHANGHAI) + late for clock in clocks]
        if self._ended():
            moments.insert(0, datetime.combine(day, _MORNING, SHANGHAI))
        return [datetime_to_ms(moment) for moment in moments]


def is_morning(moment: datetime) -> bool:
    """Whether this is when a day begins."""
    return moment.time() == _MORNING


def still_quotes(
    quotes: Iterable[Quote],
    left: Callable[[Quote], Quote],
    halted_until: Callable[[Symbol], int],
    moment: datetime,
    calendar: Calendar = MAINLAND,
) -> list[Quote]:
    """What a market that stands still shows when a session begins or a halt ends: only what changes its phase.

    `left` gives a snapshot with what is left of its book; `halted_until` the end of the exchange's own halt, 0 for a
    suspension without one, which goes on.
    """
    now_ms = datetime_to_ms(moment)
    shown = []
    for quote in quotes:
        phase = domain_phase(quote.symbol, moment, calendar)
        halted = quote.suspended or quote.phase is Phase.SUSPENDED
        if halted and not 0 < halted_until(quote.symbol) <= now_ms:
            continue
        if halted or quote.phase is not phase:
            shown.append(replace(left(quote), time_ms=now_ms, phase=phase, suspended=False))
    return shown


def over(symbol: Symbol, moment: datetime, calendar: Calendar = MAINLAND) -> tuple[bool, bool]:
    """Whether the day is over for limit orders of a security, and for fixed-price orders too."""
    phase = phase_at(symbol, moment, calendar)
    late = moment.astimezone(SHANGHAI).time() >= time(15)
    return late and phase in _OVER, late and phase is SessionPhase.CLOSED
