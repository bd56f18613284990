"""What still waits for its last close: for a short while, and asked about again."""

from __future__ import annotations

from core.clock import ManualClock
from core.domain.market import Symbol
from core.service.rights_check import LONGEST_RETRY_MS, PATIENCE_MS, RETRY_MS, DayCheck
from tests.fakes.market import at

A, B = Symbol("600000.SH"), Symbol("600001.SH")


def begun() -> tuple[ManualClock, DayCheck]:
    clock = ManualClock(at("2026-11-20 10:00:00"))
    check = DayCheck(clock)
    check.expect([A, B])
    return clock, check


def test_each_is_asked_about_once_a_day() -> None:
    _, check = begun()
    assert check.take() == [A, B]
    check.expect([A, B])
    assert check.take() == []
    check.compared([A])
    check.expect([A, B])
    assert check.take() == []
    assert (check.waits(A), check.waits(B)) == (False, True)


def test_a_source_that_does_not_answer_holds_nothing_for_long() -> None:
    clock, check = begun()
    clock.advance(PATIENCE_MS)
    assert not check.any_waits
    check.expect([A])
    assert not check.waits(A)


def test_what_failed_waits_no_more_and_is_asked_again_ever_more_rarely() -> None:
    clock, check = begun()
    check.take()
    check.compared([A])
    check.failed([B])
    assert not check.any_waits
    assert not check.due_again
    pauses = []
    for _ in range(7):
        start = clock.now_ms()
        while not check.due_again:
            clock.advance(RETRY_MS)
        pauses.append(clock.now_ms() - start)
        check.again()
        assert check.take() == [B]
        check.failed([B])
        assert not check.waits(B)
    assert (pauses[0], pauses[-1]) == (RETRY_MS, LONGEST_RETRY_MS)


def test_a_new_day_begins_anew() -> None:
    clock, check = begun()
    check.take()
    check.compared([A, B])
    clock.advance(24 * 3_600_000)
    check.expect([A])
    assert check.waits(A)
    assert check.take() == [A]
