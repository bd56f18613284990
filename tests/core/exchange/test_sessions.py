"""Phases by board and date, what may be sent and cancelled, what comes next, ends of bars."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from core.domain.enums import Period, Phase
from core.domain.market import SHANGHAI, datetime_to_ms, ms_to_datetime
from core.exchange.lots import OrderForm
from core.exchange.refusals import Refused
from core.exchange.sessions import (
    Acceptance,
    SessionPhase,
    bar_end,
    cancel_refusal,
    domain_phase,
    has_after_hours,
    next_continuous,
    next_open,
    order_acceptance,
    phase_at,
)
from core.market import bars as market_bars

FRIDAY = date(2026, 11, 20)
_S = SessionPhase


def at(clock: str, day: date = FRIDAY) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), SHANGHAI)


@pytest.mark.parametrize(
    ("clock", "phase"),
    [
        ("00:00:00", _S.CLOSED),
        ("09:14:59.999", _S.CLOSED),
        ("09:15:00", _S.OPEN_CALL_CANCEL),
        ("09:19:59", _S.OPEN_CALL_CANCEL),
        ("09:20:00", _S.OPEN_CALL_LOCKED),
        ("09:25:00", _S.GAP),
        ("09:30:00", _S.CONTINUOUS),
        ("11:29:59.999", _S.CONTINUOUS),
        ("11:30:00", _S.LUNCH),
        ("13:00:00", _S.CONTINUOUS),
        ("14:56:59.999", _S.CONTINUOUS),
        ("14:57:00", _S.CLOSE_CALL),
        ("15:00:00", _S.POST_GAP),
        ("15:05:00", _S.AFTER_HOURS),
        ("15:30:00", _S.CLOSED),
    ],
)
def test_a_trading_day(clock: str, phase: SessionPhase) -> None:
    assert phase_at("600000.SH", at(clock)) is phase


@pytest.mark.parametrize(
    ("symbol", "day", "clock", "phase"),
    [
        ("510300.SH", date(2026, 7, 3), "14:58:00", _S.CONTINUOUS),
        ("510300.SH", date(2026, 7, 6), "14:58:00", _S.CLOSE_CALL),
        ("159915.SZ", date(2022, 6, 1), "14:58:00", _S.CLOSE_CALL),
        ("600000.SH", date(2018, 8, 17), "14:58:00", _S.CONTINUOUS),
        ("600000.SH", date(2018, 8, 20), "14:58:00", _S.CLOSE_CALL),
        ("113050.SH", FRIDAY, "14:58:00", _S.CONTINUOUS),
        ("128136.SZ", FRIDAY, "14:58:00", _S.CLOSE_CALL),
        ("204001.SH", FRIDAY, "15:29:59", _S.CONTINUOUS),
        ("204001.SH", FRIDAY, "15:30:00", _S.CLOSED),
        ("600000.SH", date(2026, 11, 21), "10:00:00", _S.CLOSED),
        ("600000.SH", date(2026, 10, 1), "10:00:00", _S.CLOSED),
        ("600000.SH", date(2027, 3, 1), "10:00:00", _S.CLOSED),
    ],
)
def test_phases_by_class_and_date(symbol: str, day: date, clock: str, phase: SessionPhase) -> None:
    assert phase_at(symbol, at(clock, day)) is phase


def test_a_naive_moment_is_shanghai_and_an_aware_one_is_turned() -> None:
    assert phase_at("600000.SH", at("10:00:00").replace(tzinfo=None)) is _S.CONTINUOUS
    assert phase_at("600000.SH", datetime(2026, 11, 20, 2, 0, tzinfo=UTC)) is _S.CONTINUOUS
    assert phase_at("600000.SH", datetime(2026, 11, 20, 10, 0, tzinfo=UTC)) is _S.CLOSED


@pytest.mark.parametrize(
    ("symbol", "clock", "phase"),
    [
        ("600000.SH", "08:00:00", Phase.PRE_OPEN),
        ("600000.SH", "09:16:00", Phase.OPEN_CALL),
        ("600000.SH", "09:21:00", Phase.OPEN_CALL),
        ("600000.SH", "09:27:00", Phase.PAUSE),
        ("600000.SH", "12:00:00", Phase.LUNCH),
        ("600000.SH", "14:58:00", Phase.CLOSE_CALL),
        ("600000.SH", "15:02:00", Phase.CLOSED),
        ("600000.SH", "15:10:00", Phase.AFTER_HOURS),
        ("920002.BJ", "15:10:00", Phase.CLOSED),
    ],
)
def test_the_coarse_phase(symbol: str, clock: str, phase: Phase) -> None:
    assert domain_phase(symbol, at(clock)) is phase


@pytest.mark.parametrize(
    ("symbol", "day", "there"),
    [
        ("688981.SH", date(2022, 6, 1), True),
        ("300750.SZ", date(2020, 8, 21), False),
        ("300750.SZ", date(2020, 8, 24), True),
        ("600000.SH", date(2026, 7, 3), False),
        ("600000.SH", date(2026, 7, 6), True),
        ("510300.SH", date(2026, 7, 6), True),
        ("920002.BJ", FRIDAY, False),
        ("113050.SH", FRIDAY, False),
        ("204001.SH", FRIDAY, False),
    ],
)
def test_after_hours_by_board_and_date(symbol: str, day: date, there: bool) -> None:
    assert has_after_hours(symbol, day) is there


_A = Acceptance


@pytest.mark.parametrize(
    ("symbol", "clock", "form", "answer"),
    [
        ("600000.SH", "09:14:59", OrderForm.LIMIT, _A.REJECT),
        ("600000.SH", "09:22:00", OrderForm.LIMIT, _A.ACCEPT),
        ("000001.SZ", "09:27:00", OrderForm.LIMIT, _A.QUEUE),
        ("600000.SH", "12:00:00", OrderForm.LIMIT, _A.QUEUE),
        ("600000.SH", "14:59:59", OrderForm.LIMIT, _A.ACCEPT),
        ("600000.SH", "15:10:00", OrderForm.LIMIT, _A.REJECT),
        ("600000.SH", "09:29:59", OrderForm.FIXED, _A.REJECT),
        ("000001.SZ", "09:20:00", OrderForm.FIXED, _A.QUEUE),
        ("600000.SH", "10:00:00", OrderForm.FIXED, _A.QUEUE),
        ("600000.SH", "12:00:00", OrderForm.FIXED, _A.REJECT),
        ("600000.SH", "15:10:00", OrderForm.FIXED, _A.ACCEPT),
        ("600000.SH", "15:30:00", OrderForm.FIXED, _A.REJECT),
    ],
)
def test_what_happens_to_an_order(symbol: str, clock: str, form: OrderForm, answer: Acceptance) -> None:
    assert order_acceptance(symbol, at(clock), form) is answer


@pytest.mark.parametrize(
    ("symbol", "clock", "taken"),
    [
        ("600000.SH", "09:16:00", True),
        ("600000.SH", "09:20:00", False),
        ("600000.SH", "09:27:00", False),
        ("000001.SZ", "09:27:00", True),
        ("920002.BJ", "09:27:00", False),
        ("600000.SH", "10:00:00", True),
        ("600000.SH", "14:57:00", False),
        ("113050.SH", "14:58:00", True),
        ("600000.SH", "15:02:00", False),
        ("600000.SH", "15:10:00", True),
        ("920002.BJ", "15:10:00", False),
        ("600000.SH", "20:00:00", False),
    ],
)
def test_when_a_cancel_is_taken(symbol: str, clock: str, taken: bool) -> None:
    assert (cancel_refusal(symbol, at(clock)) is None) is taken


def test_next_sessions() -> None:
    assert next_open("600000.SH", at("08:00:00")) == at("09:15:00")
    assert next_open("600000.SH", at("10:00:00")) == at("13:00:00")
    assert next_open("600000.SH", at("13:00:00")) == at("09:15:00", date(2026, 11, 23))
    assert next_open("600000.SH", at("10:00:00", date(2026, 10, 1))) == at("09:15:00", date(2026, 10, 8))
    assert next_continuous("600000.SH", at("09:20:00")) == at("09:30:00")
    assert next_continuous("600000.SH", at("11:45:00")) == at("13:00:00")
    with pytest.raises(Refused):
        next_open("600000.SH", at("16:00:00", date(2026, 12, 31)))


@pytest.mark.parametrize(
    ("clock", "minutes", "end"),
    [
        ("09:25:00", 1, "09:31:00"),
        ("09:30:00", 1, "09:31:00"),
        ("09:30:59", 1, "09:31:00"),
        ("09:31:00", 1, "09:31:00"),
        ("09:31:01", 1, "09:32:00"),
        ("11:30:03", 1, "11:30:00"),
        ("12:00:00", 1, "11:30:00"),
        ("11:29:59", 1, "11:30:00"),
        ("11:30:00", 1, "11:30:00"),
        ("13:00:00", 1, "13:01:00"),
        ("13:01:00", 1, "13:01:00"),
        ("14:59:59", 1, "15:00:00"),
        ("15:00:03", 1, "15:00:00"),
        ("09:33:00", 5, "09:35:00"),
        ("10:59:59", 60, "11:30:00"),
        ("13:30:00", 60, "14:00:00"),
        ("15:05:00", 5, "15:00:00"),
    ],
)
def test_end_of_the_bar(clock: str, minutes: int, end: str) -> None:
    assert bar_end(at(clock), minutes) == at(end)


@pytest.mark.parametrize("clock", ["09:14:59", "15:05:01", "15:31:00"])
def test_no_bar_outside_the_sessions(clock: str) -> None:
    assert bar_end(at(clock)) is None


@pytest.mark.parametrize("period", [Period.M1, Period.M5])
def test_bars_end_where_the_bars_of_the_market_end(period: Period) -> None:
    """One truth: every second of the day, and half-seconds around it."""
    minutes = {Period.M1: 1, Period.M5: 5}[period]
    midnight = at("00:00:00")
    for half_seconds in range(2 * (9 * 3600 + 14 * 60), 2 * (15 * 3600 + 6 * 60)):
        moment = midnight + timedelta(milliseconds=500 * half_seconds)
        index = market_bars.bar_index(datetime_to_ms(moment), period)
        theirs = (
            None
            if index is None
            else ms_to_datetime(market_bars.bar_end(datetime_to_ms(midnight), index, period))
        )
        assert bar_end(moment, minutes) == theirs, moment
