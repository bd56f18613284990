"""Days without limits: what may be declared in the calls, and halts by the distance from the open."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal

import pytest

from core.domain.enums import Side
from core.domain.market import SHANGHAI
from core.exchange.cage import BookTop
from core.exchange.checks import check_order
from core.exchange.declaration import Range, declaration_range
from core.exchange.halts import halt_after, passed, resumption
from core.exchange.limits import LimitFacts
from core.exchange.orders import OrderQuery
from core.exchange.refusals import RuleCode
from core.exchange.sessions import SessionPhase

D = Decimal
DAY = date(2026, 11, 20)
OPENING, CLOSING = SessionPhase.OPEN_CALL_LOCKED, SessionPhase.CLOSE_CALL
FIRST = LimitFacts(listing_day=1, issue_price=D("10.00"))
SECOND = LimitFacts(listing_day=2)


def at(clock: str) -> datetime:
    return datetime.combine(DAY, time.fromisoformat(clock), SHANGHAI)


@pytest.mark.parametrize(
    ("symbol", "phase", "facts", "last", "span"),
    [
        ("603999.SH", OPENING, FIRST, None, Range(D("5.00"), D("90.00"))),
        ("688999.SH", OPENING, FIRST, None, Range(D("5.00"), D("90.00"))),
        ("301999.SZ", OPENING, FIRST, None, Range(None, D("90.00"))),
        ("001399.SZ", OPENING, SECOND, D(20), None),
        ("920099.BJ", OPENING, FIRST, None, None),
        ("603999.SH", CLOSING, SECOND, D("20.05"), Range(D("18.05"), D("22.05"))),
        ("301999.SZ", CLOSING, FIRST, D("20.05"), Range(D("18.05"), D("22.05"))),
        ("301999.SZ", CLOSING, FIRST, None, None),
        ("301999.SZ", SessionPhase.CONTINUOUS, FIRST, D(20), None),
        (
            "123999.SZ",
            OPENING,
            LimitFacts(listing_day=1, issue_price=D(100)),
            None,
            Range(D(70), D(130), False),
        ),
        (
            "123999.SZ",
            SessionPhase.CONTINUOUS,
            LimitFacts(listing_day=1),
            D(120),
            Range(D(108), D(132), False),
        ),
        ("123999.SZ", SessionPhase.CONTINUOUS, LimitFacts(listing_day=2), D(120), None),
        ("510300.SH", OPENING, FIRST, D(4), None),
    ],
)
def test_range(
    symbol: str, phase: SessionPhase, facts: LimitFacts, last: Decimal | None, span: Range | None
) -> None:
    assert declaration_range(symbol, DAY, phase, facts, last) == span


@pytest.mark.parametrize(
    ("symbol", "clock", "price", "last", "code"),
    [
        ("603999.SH", "09:21:00", "90.00", None, RuleCode.OK),
        ("603999.SH", "09:21:00", "90.01", None, RuleCode.PRICE_ABOVE_RANGE),
        ("603999.SH", "09:21:00", "4.99", None, RuleCode.PRICE_BELOW_RANGE),
        ("301999.SZ", "09:21:00", "4.99", None, RuleCode.OK),
        ("301999.SZ", "14:58:00", "33.00", "30.00", RuleCode.OK),
        ("301999.SZ", "14:58:00", "33.01", "30.00", RuleCode.PRICE_ABOVE_RANGE),
        ("301999.SZ", "14:58:00", "26.99", "30.00", RuleCode.PRICE_BELOW_RANGE),
        ("920099.BJ", "09:21:00", "200.00", None, RuleCode.OK),
        ("118999.SH", "09:16:00", "131.000", None, RuleCode.OK),
    ],
)
def test_an_order_beyond_a_certain_range_is_refused(
    symbol: str, clock: str, price: str, last: str | None, code: RuleCode
) -> None:
    issue = D(100) if symbol.startswith("118") else D(10)
    query = OrderQuery(
        symbol=symbol,
        side=Side.BUY,
        volume=200,
        price=D(price),
        moment=at(clock),
        prev_close=issue,
        facts=LimitFacts(listing_day=1, issue_price=issue),
        top=BookTop(last=None if last is None else D(last)),
    )
    assert check_order(query).code is code


@pytest.mark.parametrize(
    ("price", "level", "direction", "until"),
    [
        ("12.99", None, 0, ""),
        ("13.00", "0.30", 1, "10:10:00"),
        ("15.99", "0.30", 1, "10:10:00"),
        ("16.00", "0.60", 1, "10:10:00"),
        ("7.01", None, 0, ""),
        ("7.00", "0.30", -1, "10:10:00"),
        ("4.00", "0.60", -1, "10:10:00"),
    ],
)
def test_a_new_stock_halts_ten_minutes(price: str, level: str | None, direction: int, until: str) -> None:
    halt = halt_after("301999.SZ", at("10:00:00"), D(price), D("10.00"), FIRST)
    if level is None:
        assert halt is None
        return
    assert halt is not None
    assert (halt.level.fraction, halt.direction, halt.until) == (D(level), direction, at(until))


def test_each_level_halts_once_in_each_direction() -> None:
    first = halt_after("603999.SH", at("09:30:05"), D("13.10"), D(10), SECOND)
    assert first is not None
    done = passed(first, "603999.SH", SECOND)
    assert halt_after("603999.SH", at("09:50:00"), D("14.00"), D(10), SECOND, done) is None
    second = halt_after("603999.SH", at("09:50:00"), D("16.50"), D(10), SECOND, done)
    assert second is not None
    done |= passed(second, "603999.SH", SECOND)
    assert halt_after("603999.SH", at("10:30:00"), D("18.00"), D(10), SECOND, done) is None
    fall = halt_after("603999.SH", at("10:40:00"), D("6.90"), D(10), SECOND, done)
    assert fall is not None
    assert fall.direction == -1


def test_a_jump_beyond_both_levels_halts_once() -> None:
    halt = halt_after("603999.SH", at("09:30:05"), D("17.00"), D(10), FIRST)
    assert halt is not None
    assert passed(halt, "603999.SH", FIRST) == {(D("0.30"), 1), (D("0.60"), 1)}


@pytest.mark.parametrize(
    ("since", "minutes", "until"),
    [
        ("09:30:03", 10, "09:40:03"),
        ("11:25:00", 10, "13:05:00"),
        ("14:50:00", 10, "14:57:00"),
        ("10:00:00", None, "14:57:00"),
        ("11:20:00", 30, "13:20:00"),
    ],
)
def test_trading_resumes(since: str, minutes: int | None, until: str) -> None:
    assert resumption(at(since), minutes) == at(until)


def test_a_bond_halts_at_twenty_and_until_the_close_at_thirty() -> None:
    bond = LimitFacts(listing_day=1, issue_price=D(100))
    half = halt_after("123999.SZ", at("09:31:00"), D(120), D(100), bond)
    rest = halt_after("123999.SZ", at("09:31:00"), D(130), D(100), bond)
    assert half is not None
    assert rest is not None
    assert (half.until, rest.until) == (at("10:01:00"), at("14:57:00"))


@pytest.mark.parametrize("facts", [LimitFacts(), LimitFacts(listing_day=6)])
def test_a_day_with_limits_does_not_halt(facts: LimitFacts) -> None:
    assert halt_after("603999.SH", at("10:00:00"), D(14), D(10), facts) is None


def test_nothing_halts_in_the_closing_call_or_without_an_open() -> None:
    assert halt_after("603999.SH", at("14:58:00"), D(14), D(10), FIRST) is None
    assert halt_after("603999.SH", at("10:00:00"), D(14), D(0), FIRST) is None
