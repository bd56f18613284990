"""Which days are missing: today is never complete, suspended days rest, silence proves nothing."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.enums import Period
from core.exchange.calendar import MAINLAND
from core.market.history.gaps import (
    HOUR_MS,
    Coverage,
    DayRange,
    DayState,
    judge_answer,
    missing_days,
    possible_days,
)
from tests.core.market.history.bars import at, day, days

C, P, E, S = DayState.COMPLETE, DayState.PARTIAL, DayState.EMPTY, DayState.SILENT
WEEK = days("2026-03-02", "2026-03-06")
LATER = at(day("2026-03-20"))


def answered(
    got: dict[date, int],
    asked: tuple[date, ...] = WEEK,
    *,
    now_ms: int = LATER,
    period: Period = Period.D1,
    known: Coverage | None = None,
    source: str = "xtdata",
) -> Coverage:
    spans = judge_answer(
        DayRange(asked[0], asked[-1]), got, period, source=source, now_ms=now_ms, calendar=MAINLAND
    )
    return (known or Coverage()).updated(spans, MAINLAND)


def missing(
    known: Coverage, first: str, last: str, now_ms: int = LATER, source: str = ""
) -> list[tuple[str, str]]:
    found = missing_days(known, day(first), day(last), now_ms=now_ms, calendar=MAINLAND, source=source)
    return [(str(one.first), str(one.last)) for one in found]


def states(known: Coverage, over: tuple[date, ...] = WEEK) -> list[DayState | None]:
    return [known.state_of(one) for one in over]


def test_nothing_known_is_one_run_of_trading_days() -> None:
    assert missing(Coverage(), "2026-02-28", "2026-03-08") == [("2026-03-02", "2026-03-06")]
    # Spring festival lies between: still one run, for there is nothing to ask for.
    assert missing(Coverage(), "2026-02-12", "2026-02-25") == [("2026-02-12", "2026-02-25")]


def test_complete_days_are_not_asked_for_again() -> None:
    known = answered(dict.fromkeys(WEEK, 1))
    assert states(known) == [C] * 5
    assert len(known.spans) == 1
    assert missing(known, "2026-03-02", "2026-03-08") == []
    assert missing(known, "2026-02-27", "2026-03-10") == [
        ("2026-02-27", "2026-02-27"),
        ("2026-03-09", "2026-03-10"),
    ]


def test_day_without_bars_between_others_is_empty_and_rests_a_month() -> None:
    known = answered({one: 1 for one in WEEK if one != WEEK[2]})
    assert states(known) == [C, C, E, C, C]
    assert missing(known, "2026-03-02", "2026-03-06") == []
    assert missing(known, "2026-03-02", "2026-03-06", LATER + 31 * 24 * HOUR_MS) == [
        ("2026-03-04", "2026-03-04")
    ]


def test_another_source_is_asked_for_days_that_the_first_had_nothing_of() -> None:
    known = answered({WEEK[4]: 1}, source="akshare")
    assert missing(known, "2026-03-02", "2026-03-06", source="akshare") == []
    assert missing(known, "2026-03-02", "2026-03-06", source="xtdata") == [("2026-03-02", "2026-03-05")]


def test_empty_answer_proves_nothing_and_is_repeated_after_an_hour() -> None:
    asked = at(day("2026-03-09"), "10:00")
    known = answered({}, now_ms=asked)
    assert states(known) == [S] * 5
    assert missing(known, "2026-03-02", "2026-03-06", asked + HOUR_MS - 1) == []
    assert missing(known, "2026-03-02", "2026-03-06", asked + HOUR_MS) == [("2026-03-02", "2026-03-06")]


def test_silence_about_old_days_rests_half_a_day() -> None:
    """Before the listing, or beyond what the source keeps: most likely silent for good."""
    known = answered({})
    assert missing(known, "2026-03-02", "2026-03-06", LATER + 12 * HOUR_MS - 1) == []
    assert missing(known, "2026-03-02", "2026-03-06", LATER + 12 * HOUR_MS) == [("2026-03-02", "2026-03-06")]


def test_silence_at_the_end_of_an_answer_is_not_a_suspension() -> None:
    known = answered(dict.fromkeys(WEEK[:3], 1))
    assert states(known) == [C, C, C, S, S]


@pytest.mark.parametrize(
    ("clock", "expected"),
    [("09:29", None), ("09:30", P), ("15:00", P), ("15:34", P), ("15:35", C), ("23:59", C)],
)
def test_today_is_complete_only_after_it_is_settled(clock: str, expected: DayState | None) -> None:
    today = WEEK[-1]
    now = at(today, clock)
    before = missing(Coverage(), str(today), str(today), now)
    assert before == ([] if expected is None else [(str(today), str(today))])
    if expected is not None:
        known = answered({today: 1}, (today,), now_ms=now)
        assert known.state_of(today) is expected
        assert missing(known, str(today), str(today), now) == (
            [] if expected is C else [(str(today), str(today))]
        )


def test_partial_today_is_asked_for_again_in_the_evening_and_next_day() -> None:
    today = WEEK[2]
    known = answered(dict.fromkeys(WEEK[:3], 1), WEEK[:3], now_ms=at(today, "14:00"))
    assert states(known)[:3] == [C, C, P]
    for moment in (at(today, "14:01"), at(today, "16:00"), at(WEEK[3], "09:00")):
        assert missing(known, "2026-03-02", "2026-03-04", moment) == [("2026-03-04", "2026-03-04")]


def test_days_to_come_are_neither_missing_nor_recorded() -> None:
    now = at(WEEK[1], "16:00")
    assert missing(Coverage(), "2026-03-02", "2026-03-06", now) == [("2026-03-02", "2026-03-03")]
    known = answered(dict.fromkeys(WEEK[:2], 1), now_ms=now)
    assert states(known) == [C, C, None, None, None]


def test_short_minute_day_is_partial_and_rests_a_week() -> None:
    known = answered({WEEK[0]: 240, WEEK[1]: 200, WEEK[2]: 240}, WEEK[:3], period=Period.M1)
    assert states(known)[:3] == [C, P, C]
    assert missing(known, "2026-03-02", "2026-03-04") == []
    assert missing(known, "2026-03-02", "2026-03-04", LATER + 8 * 24 * HOUR_MS) == [
        ("2026-03-03", "2026-03-03")
    ]


def test_newer_answer_replaces_only_its_days() -> None:
    known = answered(dict.fromkeys(WEEK[:2], 1), WEEK[:2])
    known = answered({WEEK[3]: 1}, (WEEK[3],), known=known)
    assert states(known) == [C, C, None, C, None]
    assert len(known.spans) == 2
    known = answered({WEEK[2]: 1}, (WEEK[2],), known=known)
    assert states(known) == [C, C, C, C, None]
    assert len(known.spans) == 1


def test_years_that_the_calendar_does_not_know_count_weekdays() -> None:
    assert len(possible_days(MAINLAND, day("2001-01-01"), day("2001-01-31"))) == 23
    assert possible_days(MAINLAND, day("2026-10-01"), day("2026-10-07")) == ()
    assert possible_days(MAINLAND, day("2026-03-06"), day("2026-03-02")) == ()


@given(st.lists(st.tuples(st.integers(0, 120), st.integers(0, 40), st.binary(max_size=41)), max_size=6))
def test_coverage_is_what_was_said_last_of_each_day(answers: list[tuple[int, int, bytes]]) -> None:
    """Against the plain way: a dict with a state for each day."""
    line = days("2025-01-02", "2025-12-31")
    known, plain = Coverage(), dict[date, DayState]()
    for number, (start, length, flags) in enumerate(answers):
        asked = line[start : start + length + 1]
        got = {one: 1 for one, flag in zip(asked, flags, strict=False) if flag % 3}
        newest = max(got, default=date.min)
        for one in asked:
            plain[one] = C if one in got else (E if one < newest else S)
        known = answered(got, asked, known=known, now_ms=LATER + number)
    assert {one: state for one in line if (state := known.state_of(one))} == plain
    assert all(a.last < b.first for a, b in zip(known.spans, known.spans[1:], strict=False))
    assert Coverage.decoded(json.loads(json.dumps(known.encoded()))) == known
    asked_again = missing_days(known, line[0], line[-1], now_ms=LATER + 10, calendar=MAINLAND)
    open_days = {one for run in asked_again for one in line if run.first <= one <= run.last}
    assert open_days == set(line) - set(plain)


@pytest.mark.parametrize("rows", [[[1, 2, "C", "x"]], [["1", 2, "C", "x", 3]], [[1, 2, "?", "x", 3]]])
def test_coverage_that_cannot_be_read_is_refused(rows: list[list[object]]) -> None:
    with pytest.raises((ValueError, TypeError)):
        Coverage.decoded(rows)
