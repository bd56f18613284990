"""The quote board: newest wins, and how silence is measured."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import ManualClock
from core.domain.enums import Phase
from core.domain.market import Quote, Symbol, ms_to_datetime
from core.exchange.sessions import domain_phase
from core.market.board import QuoteBoard
from core.market.validity import QuoteFault
from tests.fakes.market import at, quote

A, B, C = Symbol("600000.SH"), Symbol("000001.SZ"), Symbol("300750.SZ")


def phase_of(symbol: Symbol, now_ms: int) -> Phase:
    return domain_phase(symbol, ms_to_datetime(now_ms))


def board_at(clock: ManualClock, *symbols: Symbol) -> QuoteBoard:
    board = QuoteBoard(clock, phase_of)
    board.add_symbols(symbols)
    return board


def test_rows_hold_the_newest_snapshot() -> None:
    board = board_at(ManualClock(at("10:00:05")), A, B)
    rows = board.apply(
        [quote(B, "10:00:00", "11.0"), quote(A, "10:00:00", "8.0"), quote(B, "10:00:03", "11.2")]
    )
    assert rows.tolist() == [1, 0]
    assert board.last.tolist() == [8_000, 11_200]
    assert board.time_ms.tolist() == [at("10:00:00"), at("10:00:03")]
    assert board.applied == 3
    held = board.quote(B)
    assert held is not None
    assert held.last == 11_200
    assert board.quote_at(0) == board.quote(A)


def test_time_that_goes_back_is_dropped_and_counted_and_equal_times_are_taken_in_order() -> None:
    board = board_at(ManualClock(at("10:00:05")), A)
    board.apply([quote(A, "10:00:03", "8.0")])
    assert board.apply([quote(A, "10:00:00", "7.0")]).tolist() == []
    assert (board.dropped_old, board.last.tolist()) == (1, [8_000])
    assert board.apply([quote(A, "10:00:03", "8.1"), quote(A, "10:00:03", "8.2")]).tolist() == [0]
    assert board.last.tolist() == [8_200]


def test_a_symbol_nobody_watches_is_counted() -> None:
    board = board_at(ManualClock(at("10:00:05")), A)
    assert board.apply([quote(B, "10:00:00", "11.0")]).tolist() == []
    assert board.dropped_unknown == 1
    assert board.quote(B) is None
    assert board.age_ms(B) is None
    assert board.validity(B).fault is QuoteFault.NO_QUOTE


def test_adding_symbols_keeps_rows_and_values() -> None:
    board = board_at(ManualClock(at("10:00:05")), A)
    board.apply([quote(A, "10:00:00", "8.0")])
    many = [Symbol(f"{600_001 + n}.SH") for n in range(100)]
    board.add_symbols([A, *many])
    assert board.row(A) == 0
    assert board.row(many[-1]) == 100
    assert len(board.last) == 101
    assert int(board.last[0]) == 8_000
    assert board.symbols[:2] == (A, many[0])


def test_a_price_to_value_a_holding_with() -> None:
    board = board_at(ManualClock(at("09:20:00")), A, B, C)
    board.apply([quote(A, "09:19:00", "0", pre_close="7.9"), quote(B, "09:19:00", "11.1", pre_close="11.0")])
    assert [board.last_or_pre_close(symbol) for symbol in (A, B, C)] == [7_900, 11_100, 0]


def test_age_is_counted_from_the_arrival() -> None:
    clock = ManualClock(at("10:00:05"))
    board = board_at(clock, A)
    board.apply([quote(A, "10:00:00", "8.0")])
    clock.advance(2_000)
    assert board.age_ms(A) == 2_000


def test_one_quiet_stock_is_fine_while_the_feed_lives() -> None:
    clock = ManualClock(at("10:00:00"))
    board = board_at(clock, A, B)
    board.apply([quote(A, "10:00:00", "8.0"), quote(B, "10:00:00", "11.0")])
    for _ in range(20):
        clock.advance(3_000)
        board.apply([quote(B, clock.now_ms(), "11.0")])
    assert board.validity(A).ok
    assert board.feed_silence_ms() == 0


def test_a_feed_that_stops_is_noticed_within_ten_seconds() -> None:
    clock = ManualClock(at("10:00:00"))
    board = board_at(clock, A, B)
    board.apply([quote(A, "10:00:00", "8.0"), quote(B, "10:00:00", "11.0")])
    clock.advance(10_000)
    assert not board.feed_stopped()
    clock.advance(1)
    assert board.feed_stopped()
    verdict = board.validity(A)
    assert verdict.fault is QuoteFault.FEED_STOPPED
    assert "10 秒" in verdict.text
    board.apply([quote(A, "10:00:00", "8.0")])
    assert board.feed_stopped(), "the same old snapshot again is no sign of life"
    board.apply([quote(B, "10:00:10", "11.0")])
    assert board.validity(A).ok


@pytest.mark.parametrize(
    ("last_seen", "now"),
    [
        ("2026-11-20 11:29:59", "2026-11-20 12:40:00"),  # lunch
        ("2026-11-20 11:30:02", "2026-11-20 13:00:09"),  # ten seconds of the afternoon are not over
        ("2026-11-20 09:25:03", "2026-11-20 09:30:09"),
        ("2026-11-20 15:00:03", "2026-11-21 10:30:00"),  # Saturday
        ("2026-09-30 15:00:03", "2026-10-05 10:30:00"),  # National Day
        ("2026-11-20 15:00:03", "2026-11-23 09:30:09"),  # Monday, after a night and a weekend
        ("2026-11-20 14:56:59", "2026-11-20 14:59:59"),  # closing call
    ],
)
def test_lunch_nights_and_holidays_raise_nothing(last_seen: str, now: str) -> None:
    clock = ManualClock(at(last_seen))
    board = board_at(clock, B)
    board.apply([quote(B, last_seen, "11.0")])
    clock.advance(at(now) - at(last_seen))
    assert not board.feed_stopped()


def test_silence_after_a_night_counts_from_the_opening() -> None:
    clock = ManualClock(at("2026-11-20 15:00:03"))
    board = board_at(clock, B)
    board.apply([quote(B, "2026-11-20 15:00:03", "11.0")])
    clock.advance(at("2026-11-23 09:30:11") - clock.now_ms())
    assert board.feed_silence_ms() == 11_000
    assert board.feed_stopped()


def test_a_feed_that_never_begins_is_noticed() -> None:
    clock = ManualClock(at("10:00:00"))
    board = board_at(clock, A)
    assert not board.feed_stopped()
    clock.advance(10_001)
    assert board.feed_stopped()


def test_an_empty_board_is_not_a_stopped_feed() -> None:
    board = QuoteBoard(ManualClock(at("10:00:00")), phase_of)
    assert board.feed_silence_ms() == 0
    assert board.apply([]).tolist() == []


def test_a_machine_clock_that_is_off_does_not_stop_the_feed() -> None:
    clock = ManualClock(at("10:00:50"))
    board = board_at(clock, A)
    board.apply([quote(A, "10:00:00", "8.0")])
    clock.advance(3_000)
    board.apply([quote(A, "10:00:03", "8.0")])
    assert board.feed_silence_ms() == 0
    assert board.validity(A).ok


@given(
    st.lists(st.tuples(st.sampled_from([A, B, C]), st.integers(0, 20), st.integers(1, 99)), max_size=40),
    st.data(),
)
def test_any_batches_end_with_the_newest(events: list[tuple[Symbol, int, int]], data: st.DataObject) -> None:
    """However a stream is cut into batches, each row holds the last snapshot that did not go back in time."""
    board = board_at(ManualClock(at("10:00:00")), A, B)
    quotes = [quote(symbol, at("10:00:00") + second * 1000, price) for symbol, second, price in events]
    expected: dict[Symbol, Quote] = {}
    taken = 0
    for item in quotes:
        held = expected.get(item.symbol)
        if item.symbol != C and (held is None or item.time_ms >= held.time_ms):
            expected[item.symbol] = item
            taken += 1
    while quotes:
        size = data.draw(st.integers(1, len(quotes)))
        batch, quotes = quotes[:size], quotes[size:]
        changed = {board.symbols[row] for row in board.apply(batch)}
        assert changed <= {item.symbol for item in batch}
    assert {symbol: board.quote(symbol) for symbol in expected} == expected
    assert board.applied == taken
    assert board.applied + board.dropped_old + board.dropped_unknown == len(events)


def test_replayed_days_pass_in_full(sz5: list[Quote], sh30: list[Quote]) -> None:
    for day in (sh30, sz5):
        clock = ManualClock(day[0].time_ms)
        board = QuoteBoard(clock, phase_of)
        board.add_symbols(sorted({item.symbol for item in day}))
        stopped = 0
        for item in day:
            clock.advance(max(0, item.time_ms - clock.now_ms()))
            stopped += board.feed_stopped()
            board.apply([item])
        assert board.applied == len(day)
        assert board.dropped_old == 0
        assert stopped == 0, "a real feed of a few stocks is never silent for ten seconds"
