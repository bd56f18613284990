"""The built-in market shows any valid code once it is asked for, believable and within the exchange's rules."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from itertools import pairwise

import pytest

from core.domain.enums import Period, Phase
from core.domain.market import SHANGHAI, Quote, Symbol, datetime_to_ms, ms_to_datetime
from core.domain.money import milli_to_decimal
from core.exchange.boards import SecurityClass, class_of
from core.exchange.calendar import MAINLAND
from core.exchange.limits import price_limits
from core.exchange.symbols import tick_size
from core.exchange.ticks import milli_tick
from core.market.bars import aggregate
from core.simqmt.market.builtin.days import CHAIN_START, FIRST_DAY, DayChain
from core.simqmt.market.builtin.market import BuiltinMarket
from core.simqmt.market.securities import SECURITIES, Security
from core.simqmt.market.securities_any import invent
from tests.fakes.market import at

CODES = (
    *("600000.SH", "000002.SZ", "301236.SZ", "688111.SH", "920185.BJ", "510050.SH", "159919.SZ"),
    *("161725.SZ", "508000.SH", "113050.SH", "127045.SZ"),
)


def follow(market: BuiltinMarket, symbol: str, count: int) -> list[Quote]:
    found: list[Quote] = []
    while len(found) < count:
        found += [quote for quote in market.pop() if quote.symbol == symbol]
    return found


@pytest.mark.parametrize("code", CODES)
def test_a_woken_security_keeps_the_rules_of_its_class(code: str) -> None:
    market = BuiltinMarket(4, start=time(10, 0))
    first = market.wake(Symbol(code), market.start_ms)
    assert first is not None
    assert market.start_ms - 60_000 < first.time_ms < market.start_ms
    security = invent(code)
    assert security is not None
    limits = price_limits(code, milli_to_decimal(first.pre_close), first.time.date())
    assert limits.up is not None
    assert limits.down is not None
    for quote in (first, *follow(market, code, 40)):
        prices = [quote.last, *(price for price, _ in quote.bids + quote.asks if price)]
        assert all(price % security.tick == 0 for price in prices)
        assert all(limits.down <= milli_to_decimal(price) <= limits.up for price in prices)
        assert milli_to_decimal(quote.limit_up) == limits.up
        assert milli_to_decimal(quote.limit_down) == limits.down


def test_waking_changes_nothing_for_those_awake_and_keeps_the_order_of_time() -> None:
    plain, woken = (BuiltinMarket(7, start=time(10, 0)) for _ in range(2))
    expected = [plain.pop()[0] for _ in range(200)]
    for code in CODES:
        woken.wake(Symbol(code), woken.start_ms)
    known = {security.symbol for security in SECURITIES}
    seen: list[Quote] = []
    while sum(quote.symbol in known for quote in seen) < len(expected):
        seen += woken.pop()
    assert [quote for quote in seen if quote.symbol in known] == expected
    assert [quote.time_ms for quote in seen] == sorted(quote.time_ms for quote in seen)


def test_the_same_code_is_the_same_market_whenever_it_is_woken() -> None:
    early, late = BuiltinMarket(7, start=time(10, 0)), BuiltinMarket(7, start=time(10, 0))
    symbol = Symbol("600000.SH")
    early.wake(symbol, early.start_ms)
    for _ in range(500):
        late.pop()
    moment = late.peek_ms()
    assert moment is not None
    last = late.wake(symbol, moment)
    before = [quote for quote in follow(early, symbol, 80) if quote.time_ms < moment]
    assert last == before[-1]


def test_it_has_a_history_that_meets_the_day_and_a_name() -> None:
    market = BuiltinMarket(1, start=time(10, 0))
    first = market.wake(Symbol("600000.SH"), market.start_ms)
    assert first is not None
    days = market.history(Symbol("600000.SH"), Period.D1, market.start_ms, 5)
    assert len(days) == 5
    assert days[-1].close == first.pre_close
    (known,) = [item for item in market.instruments() if item.symbol == "600000.SH"]
    assert known.name == "浦发银行"
    assert known.tick == Decimal("0.01")


def test_an_index_has_a_price_and_no_book() -> None:
    market = BuiltinMarket(1, start=time(10, 0))
    quote = market.wake(Symbol("000001.SH"), market.start_ms)
    assert quote is not None
    assert quote.last > 1_000_000
    assert (quote.bids, quote.asks, quote.limit_up) == ((), (), 0)
    assert 5 < quote.amount / quote.volume < 30, "yuan a share, not points"
    (bar,) = market.history(Symbol("000001.SH"), Period.D1, market.start_ms, 1)
    assert 5 < bar.amount / bar.volume < 30
    components = market.glance(Symbol("399001.SZ"), market.start_ms)
    assert components is not None
    assert components.last > 2 * quote.last, "Shenzhen's components stand far above Shanghai's composite"


@pytest.mark.parametrize("code", ["999999.BJ", "60000.SH", "600000", ""])
def test_what_is_no_security_is_not_invented(code: str) -> None:
    market = BuiltinMarket(1)
    assert market.wake(Symbol(code), market.start_ms) is None
    assert len(market.instruments()) == len(SECURITIES)


@pytest.mark.parametrize(("code", "name"), [("204001.SH", "GC001"), ("131810.SZ", "R-001")])
def test_a_reverse_repo_has_a_rate_a_book_and_no_limit(code: str, name: str) -> None:
    market = BuiltinMarket(1)
    market.wake(Symbol(code), market.start_ms)
    shown = next(quote for (quote,) in iter(market.pop, None) if quote.symbol == code and quote.bids)
    (item,) = (one for one in market.instruments() if one.symbol == code)
    assert (item.name, item.limit_up, item.limit_down, shown.limit_up) == (name, None, None, 0)
    assert all(price % 5 == 0 and volume % 10 == 0 for price, volume in (*shown.bids, *shown.asks))
    assert 500 < shown.last < 5_000


@pytest.mark.parametrize(
    "code", ["600519.SH", "600000.SH", "688008.SH", "300059.SZ", "204001.SH", "000300.SH", "430047.BJ"]
)
def test_daily_bars_made_at_once_are_those_of_the_minutes(code: str) -> None:
    """Many days at once, one day at a time, from front and back: the very same bars as from minutes."""
    market, other = BuiltinMarket(5), BuiltinMarket(5)
    symbol = Symbol(code)
    bars = market.history(symbol, Period.D1, market.start_ms, 300)
    for bar in (bars[0], bars[-1], *bars[1::37]):
        (alone,) = other.history(symbol, Period.D1, bar.time_ms, 1)
        assert alone == bar
        minutes = other.history(symbol, Period.M1, bar.time_ms, 240)
        (whole,) = aggregate(minutes, Period.D1)
        assert (whole.open, whole.high, whole.low, whole.close, whole.volume) == (
            bar.open, bar.high, bar.low, bar.close, bar.volume,
        )  # fmt: skip
        assert whole.amount == pytest.approx(bar.amount)


def test_all_well_known_securities_have_a_year_of_days_in_seconds() -> None:
    market = BuiltinMarket(1)
    codes = list(market.listing())
    assert len(codes) >= 449
    assert len(set(codes)) == len(codes)
    bars = [len(market.history(code, Period.D1, market.start_ms, 20)) for code in codes]
    assert bars == [20] * len(codes)
    assert len(market.instruments()) == len(SECURITIES), "nobody moves who is not asked to be shown"


def test_what_is_not_shown_is_known_all_the_same() -> None:
    market, twin = BuiltinMarket(7, start=time(10, 0)), BuiltinMarket(7, start=time(10, 0))
    symbol = Symbol("600000.SH")
    now_ms = market.start_ms
    assert market.glance(symbol, now_ms) == twin.wake(symbol, now_ms)
    assert market.describe(symbol) == {item.symbol: item for item in twin.instruments()}[symbol]
    shown = follow(twin, symbol, 30)
    assert list(market.ticks(symbol, now_ms, shown[-1].time_ms)) == shown
    assert symbol not in {item.symbol for item in market.instruments()}
    assert market.glance(Symbol("999999.BJ"), now_ms) is None
    assert market.describe(Symbol("999999.BJ")) is None
    assert list(market.ticks(Symbol("999999.BJ"), 0, now_ms)) == []


@pytest.mark.parametrize(
    ("start", "phase", "stamp"),
    [
        ("08:00", Phase.PRE_OPEN, "00:00"),
        ("09:05", Phase.PRE_OPEN, "00:00"),
        ("09:20", Phase.OPEN_CALL, "09:19"),
        ("09:26:40", Phase.PAUSE, "09:25"),
        ("12:30", Phase.LUNCH, "12:29"),
        ("15:20", Phase.AFTER_HOURS, "15:17"),
        ("15:45", Phase.CLOSED, "15:30"),
        ("20:00", Phase.CLOSED, "15:30"),
    ],
)
def test_every_hour_has_a_snapshot_that_stands(start: str, phase: Phase, stamp: str) -> None:
    market = BuiltinMarket(1, start=time.fromisoformat(start))
    symbol = Symbol("600000.SH")
    seen = market.glance(symbol, market.start_ms)
    assert seen == market.wake(symbol, market.start_ms)
    assert seen is not None
    assert seen.phase is phase
    assert seen.time.date() == date(2026, 11, 20)
    assert abs(seen.time_ms - at(f"{stamp}:00")) <= 60_000
    assert seen.pre_close > 0
    assert (seen.last > 0) == (phase not in (Phase.PRE_OPEN, Phase.OPEN_CALL))
    assert len(market.standing()) == len(SECURITIES)


def test_on_a_day_off_the_last_close_stands() -> None:
    market = BuiltinMarket(1)
    weekend = market.glance(Symbol("600000.SH"), at("2026-11-22 12:00:00"))
    assert weekend == market.glance(Symbol("600000.SH"), at("23:00:00"))


def test_ticks_of_earlier_days_make_the_bars_of_those_days() -> None:
    market = BuiltinMarket(2)
    symbol = Symbol("000001.SZ")
    (bar,) = market.history(symbol, Period.D1, market.start_ms, 1)
    ticks = list(market.ticks(symbol, bar.time_ms - 8 * 3_600_000, bar.time_ms + 8 * 3_600_000))
    assert (ticks[-1].open, ticks[-1].high, ticks[-1].low, ticks[-1].last) == (
        bar.open, bar.high, bar.low, bar.close,
    )  # fmt: skip
    assert ticks[-1].volume == bar.volume
    long_ago = next(market.ticks(symbol, at("2025-01-02 09:00:00"), market.start_ms))
    days = MAINLAND.trading_days(date(2026, 1, 5), date(2026, 11, 20))
    assert long_ago.time.date() == days[-30], "ticks are kept for a while only"


def test_dividends_move_the_previous_close_and_never_a_day_that_is_played() -> None:
    market = BuiltinMarket(3)
    payers = gifts = 0
    for code in list(market.listing())[::7]:
        paid = market.dividends(code)
        payers += bool(paid)
        gifts += sum(item.stock_gift > 0 for item in paid)
        assert all(item.day < FIRST_DAY for item in paid)
        chain = DayChain(3, known(code), MAINLAND)
        for item in paid:
            early = item.day < CHAIN_START
            plan = chain.early(item.day)[0] if early else chain.plan(item.day)
            tick = tick_size(code)
            assert plan.pre_close * known(code).tick == pytest.approx(
                item.reference(item.pre_close, tick) * 1000
            )
            assert item.interest > 0
    assert payers > 20
    assert gifts > 5
    assert market.dividends(Symbol("000300.SH")) == market.dividends(Symbol("600001.HK")) == []


def known(code: str) -> Security:
    listed = {security.symbol: security for security in SECURITIES}
    found = listed.get(Symbol(code)) or invent(code)
    assert found is not None
    return found


@pytest.mark.parametrize("code", ["600519.SH", "600000.SH", "204001.SH", "000300.SH"])
def test_daily_bars_go_back_ten_years_and_join_the_days_with_minutes(code: str) -> None:
    market = BuiltinMarket(3)
    market.wake(Symbol(code), market.start_ms)
    bars = market.history(Symbol(code), Period.D1, market.start_ms, 100_000)
    days = [ms_to_datetime(bar.time_ms).date() for bar in bars]
    assert days == list(MAINLAND.trading_days(date(2015, 1, 5), date(2026, 11, 19)))
    paid = {dividend.day: dividend for dividend in market.dividends(Symbol(code))}
    for (before, bar), day in zip(pairwise(bars), days[1:], strict=True):
        assert bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high
        close = before.close if day not in paid else paid[day].after(before.close / 1000) * 1000
        assert abs(bar.open / close - 1) < 0.03, day
    assert bars == market.history(Symbol(code), Period.D1, market.start_ms, 100_000)
    until = datetime_to_ms(datetime(2024, 7, 17, 15, tzinfo=SHANGHAI))
    assert market.history(Symbol(code), Period.D1, until, 5) == bars[days.index(date(2024, 7, 17)) - 4 :][:5]
    assert market.history(Symbol(code), Period.M1, until, 5) == []


def test_every_class_is_invented_on_its_tick() -> None:
    for code in (*CODES, "000300.SH", "900901.SH", "200596.SZ"):
        security = invent(code)
        assert security is not None
        assert security.base % security.tick == 0
        if class_of(code) is not SecurityClass.INDEX:
            limits = price_limits(code, milli_to_decimal(security.base), FIRST_DAY)
            assert limits.up is not None
            assert milli_tick(limits.up) > security.base
