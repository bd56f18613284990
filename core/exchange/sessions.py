"""The trading day: its phase for a security at a moment, what may be sent or cancelled, what comes next.

Moments are datetimes; an aware one is turned to Shanghai time, a naive one is taken as Shanghai time.
Days that the calendar does not know are closed.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache

from core.domain.enums import Phase
from core.domain.market import SHANGHAI
from core.exchange.boards import SH, SecurityClass, exchange_of
from core.exchange.calendar import MAINLAND, Calendar
from core.exchange.limits import CHINEXT_REFORM
from core.exchange.lots import OrderForm
from core.exchange.refusals import Refusal, RuleCode, refuse
from core.exchange.symbols import require_class

_C = SecurityClass
RULES_2026 = date(2026, 7, 6)
SH_CLOSING_CALL = date(2018, 8, 20)
SZ_CLOSING_CALL = date(2006, 7, 1)
REPO_TO_1530 = date(2019, 1, 21)


class SessionPhase(StrEnum):
    """Fine phases of the trading day; `Phase` of the domain is the coarse form."""

    CLOSED = "closed"
    OPEN_CALL_CANCEL = "open_call_cancel"
    OPEN_CALL_LOCKED = "open_call_locked"
    GAP = "gap"
    CONTINUOUS = "continuous"
    LUNCH = "lunch"
    CLOSE_CALL = "close_call"
    POST_GAP = "post_gap"
    AFTER_HOURS = "after_hours"


class Acceptance(StrEnum):
    """What happens to an order that arrives now."""

    ACCEPT = "accept"
    QUEUE = "queue"  # taken by the counter or the host, processed at the next phase
    REJECT = "reject"


_S = SessionPhase
_TEXT = {
    _S.CLOSED: "休市",
    _S.OPEN_CALL_CANCEL: "开盘集合竞价（可撤单）",
    _S.OPEN_CALL_LOCKED: "开盘集合竞价（不可撤单）",
    _S.GAP: "开盘前静默",
    _S.CONTINUOUS: "连续竞价",
    _S.LUNCH: "午间休市",
    _S.CLOSE_CALL: "收盘集合竞价",
    _S.POST_GAP: "收盘后",
    _S.AFTER_HOURS: "盘后固定价格交易",
}
_TO_DOMAIN = {
    _S.OPEN_CALL_CANCEL: Phase.OPEN_CALL,
    _S.OPEN_CALL_LOCKED: Phase.OPEN_CALL,
    _S.GAP: Phase.PAUSE,
    _S.CONTINUOUS: Phase.CONTINUOUS,
    _S.LUNCH: Phase.LUNCH,
    _S.CLOSE_CALL: Phase.CLOSE_CALL,
}
_MORNING = (
    (time(9, 15), _S.OPEN_CALL_CANCEL),
    (time(9, 20), _S.OPEN_CALL_LOCKED),
    (time(9, 25), _S.GAP),
    (time(9, 30), _S.CONTINUOUS),
    (time(11, 30), _S.LUNCH),
    (time(13, 0), _S.CONTINUOUS),
)
_CLOSING = ((time(14, 57), _S.CLOSE_CALL),)
_EVENING = ((time(15, 0), _S.POST_GAP), (time(15, 5), _S.AFTER_HOURS), (time(15, 30), _S.CLOSED))
_WITH_CALL = _MORNING + _CLOSING + _EVENING
_WITHOUT_CALL = _MORNING + _EVENING
_REPO = (*_MORNING, (time(15, 30), _S.CLOSED))
_REPO_OLD = (*_MORNING, (time(15, 0), _S.CLOSED))

Timetable = tuple[tuple[time, SessionPhase], ...]


def shanghai(moment: datetime) -> datetime:
    """The moment as an aware Shanghai datetime."""
    return moment.replace(tzinfo=SHANGHAI) if moment.tzinfo is None else moment.astimezone(SHANGHAI)


def phase_text(phase: SessionPhase) -> str:
    """The phase in Chinese."""
    return _TEXT[phase]


def has_closing_call(symbol: str, day: date) -> bool:
    """Whether the last three minutes are a call auction: Shanghai funds only since 2026-07-06."""
    cls = require_class(symbol)
    if cls is _C.REPO:
        return False
    if exchange_of(symbol) != SH:
        return day >= SZ_CLOSING_CALL
    if cls is _C.CB:
        return False
    return day >= (RULES_2026 if cls.is_fund else SH_CLOSING_CALL)


def has_after_hours(symbol: str, day: date) -> bool:
    """Whether fixed-price orders exist: STAR, ChiNext, and since 2026-07-06 A shares and funds."""
    cls = require_class(symbol)
    if cls is _C.STAR:
        return True
    if cls is _C.CHINEXT:
        return day >= CHINEXT_REFORM
    return day >= RULES_2026 and (cls in (_C.SH_MAIN, _C.SZ_MAIN) or cls.is_fund)


def timetable(symbol: str, day: date) -> Timetable:
    """Starts of the phases of a trading day, in order; before the first the market is closed."""
    if require_class(symbol) is _C.REPO:
        return _REPO if day >= REPO_TO_1530 else _REPO_OLD
    return _WITH_CALL if has_closing_call(symbol, day) else _WITHOUT_CALL


def phase_at(symbol: str, moment: datetime, calendar: Calendar = MAINLAND) -> SessionPhase:
    """Phase of `symbol` at `moment`; a phase holds from its start up to, not including, the next start."""
    local = shanghai(moment)
    return _phase_of(symbol, local.date(), local.hour, local.minute, calendar)


@lru_cache(maxsize=8192)
def _phase_of(symbol: str, day: date, hour: int, minute: int, calendar: Calendar) -> SessionPhase:
    """Phases start on whole minutes."""
    if not calendar.is_trading_day(day):
        return SessionPhase.CLOSED
    found, clock = SessionPhase.CLOSED, time(hour, minute)
    for start, phase in timetable(symbol, day):
        if clock < start:
            break
        found = phase
    return found


def domain_phase(symbol: str, moment: datetime, calendar: Calendar = MAINLAND) -> Phase:
    """The coarse phase: before 09:15 of a trading day PRE_OPEN, after hours only where they exist."""
    local = shanghai(moment)
    phase = phase_at(symbol, local, calendar)
    if phase in _TO_DOMAIN:
        return _TO_DOMAIN[phase]
    if phase is SessionPhase.AFTER_HOURS and has_after_hours(symbol, local.date()):
        return Phase.AFTER_HOURS
    if local.time() < time(9, 15) and calendar.is_trading_day(local.date()):
        return Phase.PRE_OPEN
    return Phase.CLOSED


def order_acceptance(
    symbol: str, moment: datetime, form: OrderForm = OrderForm.LIMIT, calendar: Calendar = MAINLAND
) -> Acceptance:
    """What happens to an order sent now. A market order is judged like a limit order here (see `checks`)."""
    phase = phase_at(symbol, moment, calendar)
    if form is OrderForm.FIXED:
        return _fixed_acceptance(symbol, shanghai(moment), phase)
    if phase in (_S.OPEN_CALL_CANCEL, _S.OPEN_CALL_LOCKED, _S.CONTINUOUS, _S.CLOSE_CALL):
        return Acceptance.ACCEPT
    return Acceptance.QUEUE if phase in (_S.GAP, _S.LUNCH) else Acceptance.REJECT


def _fixed_acceptance(symbol: str, local: datetime, phase: SessionPhase) -> Acceptance:
    """Shanghai takes fixed-price orders from 9:30, Shenzhen from 9:15; lunch excluded; matched from 15:05."""
    if phase in (_S.CLOSED, _S.LUNCH) or not has_after_hours(symbol, local.date()):
        return Acceptance.REJECT
    if phase is _S.AFTER_HOURS:
        return Acceptance.ACCEPT
    early = exchange_of(symbol) == SH and local.time() < time(9, 30)
    return Acceptance.REJECT if early else Acceptance.QUEUE


def cancel_refusal(symbol: str, moment: datetime, calendar: Calendar = MAINLAND) -> Refusal | None:
    """Why a cancel sent now is not taken, or None. 09:20 to 09:25 and the closing call never take one."""
    phase = phase_at(symbol, moment, calendar)
    if phase in (_S.OPEN_CALL_CANCEL, _S.CONTINUOUS, _S.LUNCH):
        return None
    if phase is _S.GAP and exchange_of(symbol) == "SZ":
        return None
    if phase is _S.AFTER_HOURS and has_after_hours(symbol, shanghai(moment).date()):
        return None
    clock = shanghai(moment).strftime("%H:%M:%S")
    text = f"现在 {clock} 是{phase_text(phase)}，交易所不接受撤单。"
    return refuse(RuleCode.CANCEL_NOT_ALLOWED_NOW, text, time=clock, phase=phase.value)


def next_start(
    symbol: str, moment: datetime, wanted: frozenset[SessionPhase], calendar: Calendar = MAINLAND
) -> datetime:
    """Next start of one of the `wanted` phases, strictly after `moment`; raises `Refused` past the table."""
    local = shanghai(moment)
    day = local.date()
    while True:
        if calendar.is_trading_day(day):
            for start, phase in timetable(symbol, day):
                candidate = datetime.combine(day, start, SHANGHAI)
                if phase in wanted and candidate > local:
                    return candidate
        day = calendar.next_trading_day(day)


def next_open(symbol: str, moment: datetime, calendar: Calendar = MAINLAND) -> datetime:
    """Next start of a session: the opening call or the afternoon."""
    local = shanghai(moment)
    lunch_over = datetime.combine(local.date(), time(13, 0), SHANGHAI)
    if calendar.is_trading_day(local.date()) and time(9, 15) <= local.time() < time(13, 0):
        return lunch_over
    return next_start(symbol, local, frozenset({_S.OPEN_CALL_CANCEL}), calendar)


def next_continuous(symbol: str, moment: datetime, calendar: Calendar = MAINLAND) -> datetime:
    """Next start of continuous auction strictly after `moment`."""
    return next_start(symbol, moment, frozenset({_S.CONTINUOUS}), calendar)


def session_bounds(day: date) -> tuple[tuple[datetime, datetime], tuple[datetime, datetime]]:
    """Morning and afternoon of a day, 09:30 to 11:30 and 13:00 to 15:00, aware."""

    def at(hour: int, minute: int) -> datetime:
        return datetime.combine(day, time(hour, minute), SHANGHAI)

    return (at(9, 30), at(11, 30)), (at(13, 0), at(15, 0))


def bar_end(moment: datetime, minutes: int = 1) -> datetime | None:
    """End stamp of the bar that a snapshot or trade of `moment` belongs to; None outside 09:15 to 15:05.

    The bar of 09:31 holds 09:30:00 < t <= 09:31:00, as in `core.market.bars`. The opening call belongs to the
    first bar, what comes in the lunch break to 11:30, the closing call and up to 15:05 to the last.
    """
    local = shanghai(moment)
    (am_open, am_close), (pm_open, pm_close) = session_bounds(local.date())
    if not time(9, 15) <= local.time() <= time(15, 5):
        return None
    start, end = (am_open, am_close) if local < pm_open else (pm_open, pm_close)
    inside = min(local, end) - start
    passed = max(1, -(-inside // timedelta(minutes=minutes)))
    return min(start + timedelta(minutes=passed * minutes), end)
