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
    assert board.validity(B).fault is QuoteFault.NO_QUOTE


def test_a_batch_that_repeats_and_goes_back_within_itself() -> None:
    board = board_at(ManualClock(at("10:00:09")), A, B)
    rows = board.apply(
        [
            quote(B, "10:00:03", "11.0"),
            quote(A, "10:00:03", "8.0"),
            quote(B, "10:00:06", "11.1"),
            quote(B, "10:00:03", "10.0"),
            quote(B, "10:00:06", "11.2"),
        ]
    )
    assert rows.tolist() == [1, 0]
    assert board.last.tolist() == [8_000, 11_200]
    assert (board.applied, board.dropped_old) == (4, 1)


def test_columns_are_of_now() -> None:
    board = board_at(ManualClock(at("10:00:05")), A, B)
    board.apply([quote(B, "10:00:00", "11.0", pre_close="10.8", limit_up="11.88", volume=700)])
    names = ("pre_close", "high", "best_bid", "best_ask", "volume", "limit_up")
    assert [board.column(name).tolist() for name in names] == [
        [0, 10_800], [0, 11_000], [0, 10_990], [0, 11_000], [0, 700], [0, 11_880],
    ]  # fmt: skip


def test_the_rows_of_a_repeated_batch_cannot_be_spoilt() -> None:
    board = board_at(ManualClock(at("10:00:05")), A, B)
    for second in ("10:00:00", "10:00:03"):
        rows = board.apply([quote(B, second, "11.0"), quote(A, second, "8.0")])
        assert rows.tolist() == [1, 0]
        with pytest.raises(ValueError, match="read-only"):
            rows[0] = 0


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


def test_lunch_makes_no_quote_old() -> None:
    clock = ManualClock(at("11:29:58"))
    board = board_at(clock, A, B)
    board.apply([quote(A, "11:29:57", "8.0")])
    clock.advance(at("13:00:03") - clock.now_ms())
    assert board.freshness() == (1, at("13:00:03") - at("11:29:58"))
    clock.advance(300_000)
    assert board.freshness()[0] == 0


def test_one_quiet_stock_is_fine_while_the_feed_lives() -> None:
    clock = ManualClock(at("10:00:00"))
    board = board_at(clock, A, B)
    board.apply([quote(A, "10:00:00", "8.0"), quote(B, "10:00:00", "11.0")])
    for _ in range(20):
        clock.advance(3_000)
        board.apply([quote(B, clock.now_ms(), "11.0")])
    assert board.validity(A).ok
    assert board.silence().ms == 0


def test_an_empty_board_is_not_a_stopped_feed() -> None:
    board = QuoteBoard(ManualClock(at("10:00:00")), phase_of)
    assert board.silence().ms == 0
    assert board.apply([]).tolist() == []


def test_a_machine_clock_that_is_off_does_not_stop_the_feed() -> None:
    clock = ManualClock(at("10:00:50"))
    board = board_at(clock, A)
    board.apply([quote(A, "10:00:00", "8.0")])
    clock.advance(3_000)
    board.apply([quote(A, "10:00:03", "8.0")])
    assert board.silence().ms == 0
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


def test_a_code_without_a_timetable_stops_nobody(caplog: pytest.LogCaptureFixture) -> None:
    odd = Symbol("602000.SH")
    board = board_at(ManualClock(at("10:00:01")), A, odd)
    board.apply([quote(A, "10:00:00", "8.0"), quote(odd, "10:00:00", "8.0")])
    assert board.validity(A).ok
    assert board.validity(odd).fault is QuoteFault.OUT_OF_SESSION
    assert "602000.SH" in caplog.text


def test_the_phase_is_asked_once_a_minute_and_class() -> None:
    asked: list[Symbol] = []

    def counted(symbol: Symbol, now_ms: int) -> Phase:
        asked.append(symbol)
        return phase_of(symbol, now_ms)

    clock = ManualClock(at("14:56:58"))
    board = QuoteBoard(clock, counted)
    same, bond = Symbol("600001.SH"), Symbol("113050.SH")
    board.add_symbols([A, same, B, bond])
    board.apply([quote(symbol, clock.now_ms(), "100") for symbol in (A, same, B, bond)])
    assert [board.validity(symbol).ok for symbol in (A, same, B, bond)] == [True] * 4
    assert asked == [A, B, bond]
    clock.advance(2_000)
    verdicts = [board.validity(symbol).fault for symbol in (A, same, B, bond)]
    assert verdicts == [QuoteFault.AUCTION] * 3 + [QuoteFault.OK], "bonds trade on to 15:00"
    assert len(asked) == 6


def test_what_is_forgotten_is_not_missed_and_comes_back_to_its_row() -> None:
    clock = ManualClock(at("10:00:00"))
    board = board_at(clock, A, B)
    board.apply([quote(A, "10:00:00", "8.0"), quote(B, "10:00:00", "11.0")])
    board.forget([A, C])
    assert (board.row(A), board.quote(A), board.watched, int(board.last[0])) == (None, None, 1, 0)
    clock.advance(60_000)
    board.apply([quote(A, "10:01:00", "8.1"), quote(B, "10:01:00", "11.0")])
    assert (board.quote(A), board.dropped_unknown, board.freshness()) == (None, 1, (1, 0))
    board.add_symbols([C, A])
    assert (board.row(A), board.row(C), board.symbols, board.watched) == (0, 2, (A, B, C), 3)
    board.apply([quote(A, "10:00:30", "8.2")])
    assert int(board.last[0]) == 8_200, "nothing that was held before counts"


def test_a_board_that_nobody_looks_at_misses_nothing() -> None:
    clock = ManualClock(at("10:00:00"))
    board = board_at(clock, A, B)
    board.apply([quote(A, "10:00:00", "8.0"), quote(B, "10:00:00", "11.0")])
    clock.advance(600_000)
    assert board.silence().stopped
    board.forget([A, B])
    assert not board.silence().stopped
    assert board.freshness() == (0, None)


def test_a_heartbeat_that_nobody_watches_any_more_still_beats() -> None:
    clock = ManualClock(at("10:00:00"))
    board = board_at(clock, A, B)
    board.set_heartbeats([B])
    board.apply([quote(A, "10:00:00", "8.0"), quote(B, "10:00:00", "11.0")])
    board.forget([B])
    clock.advance(60_000)
    board.apply([quote(B, "10:01:00", "11.0")])
    assert board.silence().ms == 0
    assert board.dropped_unknown == 0
