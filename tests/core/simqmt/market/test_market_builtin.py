"""The built-in market as a source: the same for the same seed, from wherever one starts, with bars that agree."""

from __future__ import annotations

import hashlib
import itertools
import time as wall
from collections import Counter
from datetime import date, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.enums import Period, Phase
from core.domain.market import Quote, Symbol
from core.domain.money import decimal_to_milli
from core.errors import BadInput
from core.exchange.calendar import MAINLAND
from core.market.bars import bars_from_quotes
from core.simqmt.market.builtin.market import DEFAULT_DAY, BuiltinMarket
from core.simqmt.market.securities import SECURITIES
from tests.fakes.market import at

GOLD = Symbol("518880.SH")
QUIET = Symbol("511010.SH")
MAOTAI = Symbol("600519.SH")
STAR = Symbol("688981.SH")


def play(market: BuiltinMarket, count: int) -> list[Quote]:
    return [market.pop()[0] for _ in range(count)]


def play_until(market: BuiltinMarket, until_ms: int) -> list[Quote]:
    quotes = []
    while (now := market.peek_ms()) is not None and now < until_ms:
        quotes += market.pop()
    return quotes


@pytest.fixture(scope="module")
def whole_day() -> list[Quote]:
    """The default day of seed 1 from before the open to the end."""
    return play_until(BuiltinMarket(1, start=time(9, 0)), at("23:00:00"))


def test_the_same_seed_gives_the_same_market_and_another_seed_another() -> None:
    first, again, other = (play(BuiltinMarket(seed), 2000) for seed in (7, 7, 8))
    assert first == again
    assert [quote.last for quote in first] != [quote.last for quote in other]


def test_the_market_is_the_same_on_every_machine_and_python() -> None:
    digest = hashlib.sha256()
    for quote in play(BuiltinMarket(1, start=time(9, 14)), 5000):
        digest.update(repr((quote.symbol, quote.time_ms, quote.last, quote.volume, quote.amount)).encode())
        digest.update(repr((quote.bids, quote.asks)).encode())
    assert digest.hexdigest()[:16] == "10f1b92077cd9a0f"


def test_the_default_desk_opens_before_0930_of_a_trading_day() -> None:
    market = BuiltinMarket(1)
    assert market.start_ms == at("09:29:50")
    assert MAINLAND.is_trading_day(DEFAULT_DAY)
    assert market.name == "内置行情 种子 1"
    first = play_until(market, at("09:29:53"))
    assert {quote.symbol for quote in first} == {security.symbol for security in SECURITIES}
    assert all(quote.phase is Phase.PAUSE and quote.last == quote.open > 0 for quote in first)
    assert all(quote.volume > 0 for quote in first)


@pytest.mark.parametrize("start", ["09:15:00", "09:29:50", "10:13:00", "11:45:30", "14:58:01"])
def test_starting_late_gives_the_quotes_of_playing_through(whole_day: list[Quote], start: str) -> None:
    market = BuiltinMarket(1, start=time.fromisoformat(start))
    expected = [quote for quote in whole_day if quote.time_ms >= at(start)]
    assert play(market, 3000 if len(expected) > 3000 else len(expected)) == expected[:3000]


def test_standing_is_the_last_snapshot_of_each_security_before_the_start(whole_day: list[Quote]) -> None:
    before = [quote for quote in whole_day if quote.time_ms < at("10:13:00")]
    last = {quote.symbol: quote for quote in before}
    assert {quote.symbol: quote for quote in BuiltinMarket(1, start=time(10, 13)).standing()} == last


def test_a_jump_to_the_next_day_equals_playing_into_it() -> None:
    market = BuiltinMarket(3, date(2026, 9, 24), time(14, 59, 30))
    play_until(market, at("2026-09-24 16:00:00"))
    assert (
        market.peek_ms() == at("2026-09-28 09:10:00.000") + market.peek_ms() % 1000
    )  # the 25th is a holiday
    jumped = BuiltinMarket(3, date(2026, 9, 28), time(0, 0))
    assert play(market, 3000) == play(jumped, 3000)


def test_the_day_after_begins_at_the_close_of_the_day_before(whole_day: list[Quote]) -> None:
    closes = {quote.symbol: quote.last for quote in whole_day}
    market = BuiltinMarket(1, date(2026, 11, 23), time(9, 0))
    assert {q.symbol: q.pre_close for q in play(market, len(SECURITIES))} == closes


def test_instruments_show_the_limits_of_the_day_of_the_newest_snapshot() -> None:
    market = BuiltinMarket(1, start=time(15, 2))
    today = {item.symbol: item for item in market.instruments()}
    play_until(market, at("2026-11-23 00:00:00"))
    assert {item.trading_day for item in market.instruments()} == {DEFAULT_DAY}
    quotes = {quote.symbol: quote for quote in play(market, len(SECURITIES))}
    for item in market.instruments():
        quote = quotes[item.symbol]
        assert item.trading_day == date(2026, 11, 23)
        assert today[item.symbol].name == item.name
        assert item.limit_up is not None
        assert item.limit_down is not None
        assert decimal_to_milli(item.pre_close) == quote.pre_close
        assert decimal_to_milli(item.limit_up) == quote.limit_up
        assert decimal_to_milli(item.limit_down) == quote.limit_down


def test_minute_bars_are_those_of_the_snapshots(whole_day: list[Quote]) -> None:
    market = BuiltinMarket(1)
    for symbol in (GOLD, QUIET, MAOTAI, STAR):
        quotes = [quote for quote in whole_day if quote.symbol == symbol]
        for period, count in ((Period.M1, 240), (Period.M5, 48), (Period.D1, 1)):
            made = market.history(symbol, period, at("16:00:00"), count)
            seen = bars_from_quotes(quotes, period)
            assert len(made) == count
            assert [(b.time_ms, b.open, b.high, b.low, b.close, b.volume) for b in made] == [
                (b.time_ms, b.open, b.high, b.low, b.close, b.volume) for b in seen
            ]
            assert [b.amount for b in made] == pytest.approx([b.amount for b in seen])


def test_history_ends_at_the_moment_asked_for() -> None:
    market = BuiltinMarket(1)
    assert [bar.time_ms for bar in market.history(GOLD, Period.M1, at("09:32:30"), 3)] == [
        at("2026-11-19 15:00:00"),
        at("09:31:00"),
        at("09:32:00"),
    ]
    assert market.history(GOLD, Period.M5, at("09:34:59"), 1)[0].time_ms == at("2026-11-19 15:00:00")
    assert market.history(Symbol("600000.HK"), Period.D1, at("10:00:00"), 5) == []
    assert market.history(GOLD, Period.D1, at("10:00:00"), 0) == []


def test_250_daily_bars_end_the_day_before_at_the_previous_close() -> None:
    market = BuiltinMarket(2)
    days = MAINLAND.trading_days(date(2025, 1, 2), date(2026, 11, 19))[-250:]
    for item in market.instruments()[::6]:
        bars = market.history(item.symbol, Period.D1, market.start_ms, 250)
        assert [bar.time_ms for bar in bars] == [at(f"{day} 15:00:00") for day in days]
        assert bars[-1].close == decimal_to_milli(item.pre_close)
        assert all(
            bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high for bar in bars
        )


@pytest.mark.parametrize(
    ("day", "words"), [(date(2026, 11, 21), "不是交易日"), (date(2026, 7, 3), "从 2026-07-06 开始")]
)
def test_a_day_without_market_is_refused_with_a_sentence(day: date, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        BuiltinMarket(1, day)


def test_the_market_ends_where_the_calendar_ends() -> None:
    market = BuiltinMarket(1, date(2026, 12, 31), time(15, 2))
    play_until(market, at("2027-06-01 00:00:00"))
    assert market.peek_ms() is None
    with pytest.raises(IndexError):
        market.pop()
    longer = BuiltinMarket(
        1, date(2026, 12, 31), time(15, 2), calendar=MAINLAND.with_year(2027, [date(2027, 1, 1)])
    )
    play_until(longer, at("2027-01-01 00:00:00"))
    assert at("2027-01-04 09:10:00") <= longer.pop()[0].time_ms < at("2027-01-04 09:10:03")


def test_trading_dates_are_those_of_the_calendar() -> None:
    dates = BuiltinMarket(1).trading_dates(date(2026, 9, 24), date(2026, 10, 9))
    assert dates == [date(2026, 9, d) for d in (24, 28, 29, 30)] + [date(2026, 10, 8), date(2026, 10, 9)]


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**63), back=st.integers(0, 60), minutes=st.integers(0, 330))
def test_events_come_in_time_order_one_at_a_time(seed: int, back: int, minutes: int) -> None:
    day = MAINLAND.trading_days(date(2026, 7, 6), date(2026, 12, 31))[back]
    start = time(9 + (30 + minutes) // 60, (30 + minutes) % 60)
    market = BuiltinMarket(seed, day, start)
    quotes = play(market, 1500)
    times = [quote.time_ms for quote in quotes]
    assert market.start_ms <= times[0]
    assert all(a < b for a, b in itertools.pairwise(times))


def test_liquid_names_show_every_three_seconds_and_quiet_ones_leave_gaps(whole_day: list[Quote]) -> None:
    shown = Counter(q.symbol for q in whole_day if q.phase is Phase.CONTINUOUS)
    assert shown[GOLD] == shown[MAOTAI] == 237 * 20
    assert 237 * 3 < shown[QUIET] < 237 * 10
    for symbol in (GOLD, QUIET):
        times = [q.time_ms for q in whole_day if q.symbol == symbol and q.phase is Phase.CONTINUOUS]
        gaps = [b - a for a, b in itertools.pairwise(times) if b - a < 3_600_000]
        assert max(gaps) <= (3_000 if symbol == GOLD else 60_000)


def test_speed_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    market = BuiltinMarket(5)
    started = wall.perf_counter()
    quotes = play(market, 20_000)
    seconds = wall.perf_counter() - started
    with capsys.disabled():
        print(f"\nbuilt-in market: {len(quotes) / seconds:,.0f} snapshots/s")
    assert len(quotes) == 20_000
