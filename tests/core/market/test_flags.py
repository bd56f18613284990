"""Flags of a snapshot: each by itself, on the recorded days, and one snapshot against the whole board."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import ManualClock
from core.domain.enums import Phase
from core.domain.market import SHANGHAI, Quote, Symbol, datetime_to_ms, ms_to_datetime
from core.exchange.sessions import domain_phase
from core.market.board import QuoteBoard
from core.market.flags import NO_FLAGS, FlagRule, QuoteFlag, limits_by_rule
from core.market.validity import trading_back, trading_ms_between
from tests.fakes.market import at, quote

A = Symbol("600000.SH")
F = QuoteFlag
PLAIN = quote(A, "10:00:00", "8.00", pre_close="7.90", limit_up="8.69", limit_down="7.11")
NOW = at("10:00:01")


def phase_of(symbol: Symbol, now_ms: int) -> Phase:
    return domain_phase(symbol, ms_to_datetime(now_ms))


def board_of(*quotes: Quote, now_ms: int = NOW) -> QuoteBoard:
    board = QuoteBoard(ManualClock(now_ms), phase_of, limits_of=limits_by_rule)
    board.add_symbols(item.symbol for item in quotes)
    board.apply(quotes)
    return board


def flags(item: Quote, now_ms: int = NOW) -> QuoteFlag:
    board = board_of(item, now_ms=now_ms)
    found = board.flags(item.symbol)
    assert board.flag_column().tolist() == [int(found)]
    return found


AT_UP = replace(PLAIN, high=8_690, last=8_690, bids=((8_690, 500),))
AT_DOWN = replace(PLAIN, low=7_110, last=7_110, asks=((7_110, 500),))


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (PLAIN, NO_FLAGS),
        (replace(PLAIN, suspended=True), F.SUSPENDED),
        (replace(PLAIN, phase=Phase.SUSPENDED), F.SUSPENDED),
        (replace(PLAIN, phase=Phase.CLOSE_CALL), F.AUCTION),
        (replace(PLAIN, bids=((8_000, 100),), asks=((8_000, 100),)), F.AUCTION),
        (replace(PLAIN, fallback=True), F.FALLBACK),
        (replace(PLAIN, high=8_690), F.UP_TOUCHED),
        (replace(AT_UP, asks=((8_690, 100),), bids=((8_680, 100),)), F.UP_TOUCHED),
        (replace(AT_UP, asks=()), F.UP_TOUCHED | F.UP_LOCKED),
        (replace(AT_UP, asks=((0, 0),) * 5), F.UP_TOUCHED | F.UP_LOCKED),
        (replace(AT_UP, asks=((8_690, 0),), bids=((8_680, 500),)), F.UP_TOUCHED | F.UP_LOCKED),
        (replace(PLAIN, low=7_110), F.DOWN_TOUCHED),
        (replace(AT_DOWN, bids=((7_110, 100),), asks=((7_120, 100),)), F.DOWN_TOUCHED),
        (replace(AT_DOWN, bids=((0, 0),) * 5), F.DOWN_TOUCHED | F.DOWN_LOCKED),
        (replace(PLAIN, high=8_690, low=7_110), F.UP_TOUCHED | F.DOWN_TOUCHED),
        (replace(AT_UP, asks=(), limit_up=0, limit_down=0), F.UP_TOUCHED | F.UP_LOCKED),  # 7.90 x 1.1 by rule
        (replace(PLAIN, high=8_680, limit_up=0, limit_down=0), NO_FLAGS),
        (replace(PLAIN, last=0, open=0, high=0, low=0, phase=Phase.OPEN_CALL), F.AUCTION),
    ],
)
def test_each_flag_has_its_snapshot(item: Quote, expected: QuoteFlag) -> None:
    assert flags(item) == expected


def test_before_the_first_snapshot() -> None:
    board = QuoteBoard(ManualClock(NOW), phase_of)
    board.add_symbols([A])
    assert board.flags(A) == F.NO_QUOTE
    assert board.flag_column().tolist() == [F.NO_QUOTE]
    assert board.limits(A) == (0, 0)


@pytest.mark.parametrize(
    ("stamp", "now", "stale"),
    [
        ("10:00:00", "10:05:00", False),
        ("10:00:00", "10:05:01", True),
        ("11:28:00", "12:40:00", False),  # lunch ages nothing
        ("11:28:00", "13:03:00", False),
        ("11:28:00", "13:03:01", True),
        ("2026-11-19 15:00:00", "09:20:00", False),
        ("2026-11-19 15:00:00", "09:30:00", True),  # of yesterday, and trading has begun
        ("2026-11-20 15:00:00", "2026-11-21 10:30:00", False),  # Saturday
    ],
)
def test_too_old_is_meant_against_the_phase(stamp: str, now: str, stale: bool) -> None:
    found = flags(replace(PLAIN, time_ms=at(stamp)), at(now))
    assert bool(found & F.STALE) is stale


@given(st.integers(0, 3 * 86_400), st.integers(0, 86_399), st.integers(1, 20_000))
def test_the_oldest_moment_agrees_with_the_age(back_s: int, clock_s: int, span_s: int) -> None:
    now = at("2026-11-20 00:00:00") + clock_s * 1000
    stamp, midnight = now - back_s * 1000, at("2026-11-20 00:00:00")
    too_old = stamp < midnight or trading_ms_between(stamp, now) > span_s * 1000
    assert (stamp < trading_back(now, span_s * 1000)) is too_old


def test_a_new_day_and_a_new_close_have_new_limits() -> None:
    bare = replace(PLAIN, limit_up=0, limit_down=0)
    board = board_of(bare)
    assert board.limits(A) == (8_690, 7_110)
    board.apply([replace(bare, time_ms=bare.time_ms + 1, pre_close=8_000)])
    assert board.limits(A) == (8_800, 7_200)


def test_codes_without_a_rule_have_no_limits() -> None:
    assert limits_by_rule(Symbol("999999.SH"), 10_000, date(2026, 11, 20)) == (0, 0)
    assert limits_by_rule(Symbol("000001.SH"), 3_000_000, date(2026, 11, 20)) == (0, 0)
    assert limits_by_rule(A, 0, date(2026, 11, 20)) == (0, 0)


prices = st.sampled_from([0, 7_110, 7_500, 8_000, 8_690])
sides = st.lists(st.tuples(prices, st.sampled_from([0, 100])), max_size=2).map(tuple)
snapshots = st.builds(
    replace,
    st.just(PLAIN),
    last=prices,
    high=prices,
    low=prices,
    bids=sides,
    asks=sides,
    phase=st.sampled_from(Phase),
    time_ms=st.integers(at("09:10:00"), at("15:10:00")),
    limit_up=st.sampled_from([0, 8_690]),
    limit_down=st.sampled_from([0, 7_110]),
    suspended=st.booleans(),
    fallback=st.booleans(),
)


steps = st.lists(
    st.tuples(st.integers(0, 3), snapshots, st.integers(at("09:10:00"), at("15:10:00"))), max_size=12
)


@given(steps)
def test_the_column_agrees_with_the_single_one(events: list[tuple[int, Quote, int]]) -> None:
    """Through any course of snapshots and clocks, symbols that join on the way included."""
    clock = ManualClock(at("09:00:00"))
    board = QuoteBoard(clock, phase_of, limits_of=limits_by_rule)
    for number, item, now_ms in sorted(events, key=lambda event: event[2]):
        symbol = Symbol(f"{600_000 + number}.SH")
        clock.advance(now_ms - clock.now_ms())
        board.add_symbols([symbol])
        assert board.flag_column().tolist() == [int(board.flags(one)) for one in board.symbols]
        board.apply([replace(item, symbol=symbol)])
        assert board.flag_column().tolist() == [int(board.flags(one)) for one in board.symbols]


def test_only_rows_that_changed_are_judged_again(monkeypatch: pytest.MonkeyPatch) -> None:
    symbols = [Symbol(f"{600_000 + n}.SH") for n in range(4)]
    board = board_of(*(replace(PLAIN, symbol=symbol) for symbol in symbols))
    asked: list[Symbol] = []
    judge = FlagRule.flags

    def counted(rule: FlagRule, item: Quote | None, phase: Phase, oldest_ms: int) -> QuoteFlag:
        asked.append(item.symbol if item else A)
        return judge(rule, item, phase, oldest_ms)

    monkeypatch.setattr(FlagRule, "flags", counted)
    board.flag_column()
    assert asked == symbols
    board.apply([replace(PLAIN, symbol=symbols[2], time_ms=PLAIN.time_ms + 1)])
    board.flag_column()
    board.flag_column()
    assert asked == [*symbols, symbols[2]]


# the recorded days


def first_seen(day: Iterable[Quote], *, by_rule: bool = False) -> dict[tuple[Symbol, QuoteFlag], str]:
    """When each flag of a limit was first up."""
    seen: dict[tuple[Symbol, QuoteFlag], str] = {}
    for item in day:
        shown = replace(item, limit_up=0, limit_down=0) if by_rule else item
        found = flags_at(shown)
        for flag in (F.UP_TOUCHED, F.UP_LOCKED, F.DOWN_TOUCHED, F.DOWN_LOCKED):
            if found & flag:
                seen.setdefault((item.symbol, flag), f"{item.time:%H:%M:%S}")
    return seen


def flags_at(item: Quote) -> QuoteFlag:
    board = QuoteBoard(ManualClock(item.time_ms), phase_of, limits_of=limits_by_rule)
    board.add_symbols([item.symbol])
    board.apply([item])
    return board.flags(item.symbol)


def test_600103_touches_its_limit_and_is_never_locked(sh30: list[Quote]) -> None:
    mine = [item for item in sh30 if item.symbol == "600103.SH"]
    assert first_seen(mine) == {(Symbol("600103.SH"), F.UP_TOUCHED): "09:41:32"}
    board = board_of(mine[-1], now_ms=mine[-1].time_ms)
    assert board.limits(Symbol("600103.SH")) == (2_990, 2_450)


def test_nobody_else_of_the_recorded_days_reaches_a_limit(sz5: list[Quote], sh30: list[Quote]) -> None:
    for day in (sz5, sh30):
        assert {symbol for symbol, _ in first_seen(day[::7])} <= {"600103.SH"}


def test_the_rules_give_the_official_limits(sz5: list[Quote]) -> None:
    for item in {item.symbol: item for item in sz5}.values():
        day = item.time.date()
        assert limits_by_rule(item.symbol, item.pre_close, day) == (item.limit_up, item.limit_down)


def test_auctions_lunch_and_trading_of_a_recorded_day(sz5: list[Quote]) -> None:
    def found(begin: str, end: str) -> set[QuoteFlag]:
        first, last = (
            datetime_to_ms(datetime.fromisoformat(f"2022-06-01 {clock}").replace(tzinfo=SHANGHAI))
            for clock in (begin, end)
        )
        return {flags_at(item) for item in sz5 if first <= item.time_ms < last}

    assert found("09:15:00", "09:25:00") == {F.AUCTION}
    assert found("09:31:00", "11:30:00") == {NO_FLAGS}
    assert found("11:31:00", "13:00:00") == {NO_FLAGS}
    assert found("13:01:00", "14:57:00") == {NO_FLAGS}
    assert found("14:57:10", "15:00:00") == {F.AUCTION}
