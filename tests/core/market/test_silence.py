"""A feed that stops and stocks that are quiet: the recorded days, cut and whole, and each rule by itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

import pytest

from core.clock import ManualClock
from core.domain.enums import Phase
from core.domain.market import Quote, Symbol, ms_to_datetime
from core.exchange.sessions import domain_phase
from core.market.board import QuoteBoard
from core.market.validity import QuoteFault
from tests.fakes.market import at, quote

A, B, C = Symbol("600000.SH"), Symbol("000001.SZ"), Symbol("300750.SZ")
SH_INDEX, SZ_INDEX = Symbol("000001.SH"), Symbol("399001.SZ")
FIVE = tuple(Symbol(f"{600_000 + n}.SH") for n in range(5))
SECOND = 1_000


def phase_of(symbol: Symbol, now_ms: int) -> Phase:
    return domain_phase(symbol, ms_to_datetime(now_ms))


class Desk:
    """A board and a clock; `hear` applies one snapshot a symbol, stamped now."""

    def __init__(self, start: str | int, *symbols: Symbol) -> None:
        self.clock = ManualClock(at(start) if isinstance(start, str) else start)
        self.board = QuoteBoard(self.clock, phase_of)
        self.board.add_symbols(symbols)

    def hear(self, *symbols: Symbol) -> None:
        now = self.clock.now_ms()
        self.board.apply([quote(symbol, now, "10.00") for symbol in symbols])

    def wait(self, seconds: float) -> bool:
        """Later; is the feed said to have stopped?"""
        self.clock.advance(round(seconds * SECOND))
        return self.board.silence().stopped

    def until(self, moment: str) -> bool:
        return self.wait((at(moment) - self.clock.now_ms()) / SECOND)

    def noticed_after(self, most_s: int) -> float:
        """Seconds until the stop is noticed by somebody who looks every half second."""
        begun = self.clock.now_ms()
        while not self.board.silence().stopped:
            assert self.clock.now_ms() - begun <= most_s * SECOND, "never noticed"
            self.clock.advance(SECOND // 2)
        return (self.clock.now_ms() - begun) / SECOND


# the rule


@pytest.mark.parametrize(("voices", "patience_s"), [(1, 120), (2, 60), (3, 30), (4, 15), (5, 8)])
def test_patience_follows_the_number_of_voices(voices: int, patience_s: int) -> None:
    desk = Desk("10:00:00", *FIVE)
    desk.hear(*FIVE[:voices])
    assert desk.board.silence().limit_ms == patience_s * SECOND
    assert not desk.wait(patience_s)
    assert desk.wait(0.001)
    assert desk.board.validity(FIVE[0]).fault is QuoteFault.FEED_STOPPED
    assert f"上限 {patience_s} 秒" in desk.board.silence().text
    desk.hear(FIVE[0])
    assert not desk.board.silence().stopped
    assert desk.board.silence().text == ""
    assert desk.board.validity(FIVE[0]).ok


def test_a_voice_that_fell_silent_long_before_is_none() -> None:
    desk = Desk("10:00:00", *FIVE)
    desk.hear(*FIVE)
    for _ in range(3):
        assert not desk.wait(3)
        desk.hear(FIVE[0])
    assert desk.board.silence().limit_ms == 120 * SECOND


def test_a_heartbeat_nobody_watches_shows_life_and_its_silence_a_stop() -> None:
    desk = Desk("10:00:00", A)
    desk.board.set_heartbeats([SH_INDEX, SZ_INDEX])
    desk.hear(A)
    for _ in range(40):
        assert not desk.wait(3)
        desk.hear(SH_INDEX, SZ_INDEX)
    assert desk.board.validity(A).ok, "a stock that is quiet for two minutes is fine while the index beats"
    assert 8 < desk.noticed_after(10) <= 9
    assert desk.board.validity(A).fault is QuoteFault.FEED_STOPPED


def test_heartbeats_are_not_on_the_board() -> None:
    desk = Desk("10:00:00", A)
    desk.board.set_heartbeats([SH_INDEX])
    assert desk.board.apply([quote(SH_INDEX, "10:00:00", "3000")]).tolist() == []
    assert desk.board.symbols == (A,)
    assert (desk.board.row(SH_INDEX), desk.board.quote(SH_INDEX)) == (None, None)
    assert (desk.board.applied, desk.board.dropped_unknown) == (0, 0)
    desk.board.set_heartbeats([])
    desk.board.apply([quote(SH_INDEX, "10:00:03", "3000")])
    assert desk.board.dropped_unknown == 1


@pytest.mark.parametrize("first", ["watched", "heartbeat"])
def test_a_heartbeat_that_is_watched_too_is_both(first: str) -> None:
    desk = Desk("10:00:00", A)
    for step in (first, "heartbeat", "watched"):
        if step == "watched":
            desk.board.add_symbols([SH_INDEX])
        else:
            desk.board.set_heartbeats([SH_INDEX])
    desk.hear(SH_INDEX)
    assert desk.board.row(SH_INDEX) == 1
    assert desk.board.silence().limit_ms == 8 * SECOND
    assert 8 < desk.noticed_after(10) <= 9
    desk.board.set_heartbeats([])
    desk.hear(SH_INDEX)
    assert desk.board.row(SH_INDEX) == 1
    assert desk.board.silence().limit_ms == 120 * SECOND


def test_a_heartbeat_that_was_never_heard_shortens_nothing() -> None:
    desk = Desk("10:00:00", A)
    desk.board.set_heartbeats([SH_INDEX])
    desk.hear(A)
    assert desk.board.silence().limit_ms == 120 * SECOND


def test_the_same_old_snapshot_again_is_no_life() -> None:
    desk = Desk("10:00:00", *FIVE)
    desk.board.set_heartbeats([SH_INDEX])
    old = [quote(symbol, "10:00:00", "10.00") for symbol in (*FIVE, SH_INDEX, C)]
    for _ in range(4):
        desk.board.apply(old)
        desk.wait(3)
    assert desk.board.silence().ms == 12 * SECOND
    assert desk.board.silence().stopped


def test_symbols_nobody_watches_show_life() -> None:
    desk = Desk("10:00:00", A)
    desk.hear(A)
    for _ in range(60):
        assert not desk.wait(3)
        desk.hear(B, C)
    assert desk.board.dropped_unknown == 120
    assert desk.board.silence().ms == 0


def test_one_market_that_stops_is_noticed_and_holds_back_its_own_symbols_only() -> None:
    desk = Desk("10:00:00", A, B)
    desk.board.set_heartbeats([SH_INDEX, SZ_INDEX])
    desk.hear(A, B, SH_INDEX, SZ_INDEX)
    for _ in range(5):
        assert not desk.wait(3)
        desk.hear(B, SZ_INDEX)
    desk.wait(2)
    assert desk.board.silence().stopped
    assert desk.board.silence().text.startswith("上海市场的行情都已 17 秒没有更新")
    assert desk.board.validity(A).fault is QuoteFault.FEED_STOPPED
    assert desk.board.validity(B).ok
    desk.hear(SH_INDEX)
    assert not desk.board.silence().stopped
    assert desk.board.validity(A).ok


def test_a_market_whose_heartbeat_was_gone_before_is_not_judged_by_itself() -> None:
    desk = Desk("10:00:00", A, B)
    desk.board.set_heartbeats([SH_INDEX])
    desk.hear(A, SH_INDEX)
    for _ in range(10):
        desk.wait(3)
        desk.hear(A, B)
    for _ in range(10):
        assert not desk.wait(3)
        desk.hear(B)


def test_a_polled_source_is_given_its_interval() -> None:
    desk = Desk("10:00:00", *FIVE)
    desk.board.expected_interval_ms = 30 * SECOND
    desk.hear(*FIVE)
    assert not desk.wait(75)
    assert desk.wait(0.001)
    desk.board.expected_interval_ms = 3 * SECOND
    desk.hear(*FIVE)
    assert desk.wait(8.001)


def test_a_source_that_answers_by_the_clock_lives_and_its_silence_is_a_stop() -> None:
    desk = Desk("10:00:00", A)
    desk.hear(A)
    for _ in range(50):
        assert not desk.wait(3)
        desk.board.heard()
    assert 8 < desk.noticed_after(10) <= 9


def test_answers_do_not_hide_that_the_index_stands_still() -> None:
    desk = Desk("10:00:00", A)
    desk.board.set_heartbeats([SH_INDEX])
    for _ in range(6):
        desk.hear(SH_INDEX)
        desk.board.heard()
        assert not desk.wait(3)
    for _ in range(5):
        desk.wait(3)
        desk.board.heard()
    assert desk.board.silence().stopped
    assert "上海市场" in desk.board.silence().text


# by right


@pytest.mark.parametrize(
    ("last_seen", "now"),
    [
        ("2026-11-20 11:29:59", "2026-11-20 12:40:00"),  # lunch
        ("2026-11-20 11:30:02", "2026-11-20 13:00:07"),  # eight seconds of the afternoon are not over
        ("2026-11-20 09:25:03", "2026-11-20 09:30:07"),
        ("2026-11-20 15:00:03", "2026-11-21 10:30:00"),  # Saturday
        ("2026-09-30 15:00:03", "2026-10-05 10:30:00"),  # National Day
        ("2026-11-20 15:00:03", "2026-11-23 09:30:07"),  # Monday, after a night and a weekend
        ("2026-11-20 14:56:59", "2026-11-20 14:59:59"),  # closing call
    ],
)
def test_lunch_nights_and_holidays_raise_nothing(last_seen: str, now: str) -> None:
    desk = Desk(last_seen, B, *FIVE)
    desk.board.set_heartbeats([SH_INDEX, SZ_INDEX])
    desk.hear(B, *FIVE, SH_INDEX, SZ_INDEX)
    assert not desk.until(now)


@pytest.mark.parametrize(
    ("last_seen", "now"),
    [
        ("2026-11-20 11:29:59", "2026-11-20 13:00:08"),
        ("2026-11-20 09:25:03", "2026-11-20 09:30:09"),
        ("2026-11-20 15:00:03", "2026-11-23 09:30:09"),
    ],
)
def test_silence_after_a_break_counts_from_the_opening(last_seen: str, now: str) -> None:
    desk = Desk(last_seen, *FIVE)
    desk.hear(*FIVE)
    assert desk.until(now)
    assert desk.board.silence().ms == 9 * SECOND


def test_a_feed_that_never_begins_is_noticed() -> None:
    desk = Desk("10:00:00", A)
    desk.board.set_heartbeats([SH_INDEX])
    assert not desk.wait(8)
    assert desk.wait(0.001)
    assert Desk("10:00:00", *FIVE).wait(8.001)
    assert not Desk("10:00:00", A).wait(120)


def test_a_machine_clock_that_is_off_does_not_stop_the_feed() -> None:
    desk = Desk("10:00:50", A)
    desk.board.apply([quote(A, "10:00:00", "8.0")])
    desk.clock.advance(3_000)
    desk.board.apply([quote(A, "10:00:03", "8.0")])
    assert desk.board.silence().ms == 0
    assert desk.board.validity(A).ok


# the recorded days


def by_symbol(day: Iterable[Quote]) -> dict[Symbol, list[Quote]]:
    found: dict[Symbol, list[Quote]] = defaultdict(list)
    for item in day:
        found[item.symbol].append(item)
    return found


def play(desk: Desk, quotes: Iterable[Quote]) -> Iterator[Quote]:
    """Each snapshot at its time; control returns at the end of the silence before it, where that is longest."""
    for item in quotes:
        desk.clock.advance(max(0, item.time_ms - desk.clock.now_ms()))
        yield item
        desk.board.apply([item])


def false_alarms(quotes: Sequence[Quote]) -> list[str]:
    desk = Desk(quotes[0].time_ms, *dict.fromkeys(item.symbol for item in quotes))
    return [
        f"{item.time} {desk.board.silence().text}"
        for item in play(desk, quotes)
        if desk.board.silence().stopped
    ]


def test_recorded_days_raise_no_alarm(sz5: list[Quote], sh30: list[Quote]) -> None:
    for day in (sh30, sz5):
        assert false_alarms(day) == []


def test_no_stock_of_the_recorded_days_raises_an_alarm_alone(sz5: list[Quote], sh30: list[Quote]) -> None:
    for day in (sh30, sz5):
        for symbol, quotes in by_symbol(day).items():
            assert false_alarms(quotes) == [], symbol


def test_no_few_of_the_quietest_stocks_raise_an_alarm(sz5: list[Quote], sh30: list[Quote]) -> None:
    for day in (sh30, sz5):
        quiet = sorted(by_symbol(day).items(), key=lambda pair: len(pair[1]))[:5]
        for count in (2, 3, 4, 5):
            for chosen in combinations(quiet, count):
                quotes = sorted((q for _, mine in chosen for q in mine), key=lambda item: item.time_ms)
                assert false_alarms(quotes) == [], [symbol for symbol, _ in chosen]


@pytest.mark.parametrize("cut", ["09:31:00", "09:45:10", "10:12:00", "10:29:40"])
@pytest.mark.parametrize("day", ["sz5", "sh30"])
def test_a_cut_is_noticed_within_ten_seconds(day: str, cut: str, request: pytest.FixtureRequest) -> None:
    quotes: list[Quote] = request.getfixturevalue(day)
    date = f"{quotes[0].time:%Y-%m-%d}"
    before = [item for item in quotes if item.time_ms <= at(f"{date} {cut}")]
    desk = Desk(quotes[0].time_ms, *by_symbol(quotes))
    for _ in play(desk, before):
        assert not desk.board.silence().stopped
    desk.clock.advance(at(f"{date} {cut}") - desk.clock.now_ms())
    assert desk.noticed_after(10) <= 9
    assert desk.board.validity(quotes[0].symbol).fault is QuoteFault.FEED_STOPPED


def test_a_cut_is_noticed_with_one_quiet_stock_and_an_index(sz5: list[Quote]) -> None:
    """The quietest stock of the day beside an index that speaks every three seconds."""
    quotes = min(by_symbol(sz5).values(), key=len)
    date = f"{quotes[0].time:%Y-%m-%d}"
    desk = Desk(quotes[0].time_ms, quotes[0].symbol)
    desk.board.set_heartbeats([SZ_INDEX])
    waiting = iter(quotes)
    following = next(waiting)
    for moment in range(at(f"{date} 09:15:00"), at(f"{date} 11:00:00"), 3 * SECOND):
        desk.clock.advance(max(0, moment - desk.clock.now_ms()))
        assert not desk.board.silence().stopped
        desk.hear(SZ_INDEX)
        while following.time_ms <= moment:
            desk.board.apply([following])
            following = next(waiting)
    assert desk.noticed_after(10) <= 9


def test_a_cut_at_lunch_is_noticed_when_trading_goes_on(sz5: list[Quote]) -> None:
    desk = Desk(sz5[0].time_ms, *by_symbol(sz5))
    for _ in play(desk, [item for item in sz5 if item.time_ms < at("2022-06-01 12:10:00")]):
        assert not desk.board.silence().stopped
    assert not desk.until("2022-06-01 13:00:07")
    assert desk.noticed_after(2) <= 2
