"""The built-in market shows any valid code once it is asked for, believable and within the exchange's rules."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from itertools import pairwise

import pytest

from core.domain.enums import Period
from core.domain.market import SHANGHAI, Quote, Symbol, datetime_to_ms, ms_to_datetime
from core.domain.money import milli_to_decimal
from core.exchange.boards import SecurityClass, class_of
from core.exchange.calendar import MAINLAND
from core.exchange.limits import price_limits
from core.exchange.ticks import milli_tick
from core.simqmt.builtin_days import FIRST_DAY
from core.simqmt.market_builtin import BuiltinMarket
from core.simqmt.securities import SECURITIES
from core.simqmt.securities_any import invent

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


@pytest.mark.parametrize("code", ["600519.SH", "600000.SH", "204001.SH", "000300.SH"])
def test_daily_bars_go_back_ten_years_and_join_the_days_with_minutes(code: str) -> None:
    market = BuiltinMarket(3)
    market.wake(Symbol(code), market.start_ms)
    bars = market.history(Symbol(code), Period.D1, market.start_ms, 100_000)
    days = [ms_to_datetime(bar.time_ms).date() for bar in bars]
    assert days == list(MAINLAND.trading_days(date(2015, 1, 5), date(2026, 11, 19)))
    for before, bar in pairwise(bars):
        assert bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high
        assert abs(bar.open / before.close - 1) < 0.03, ms_to_datetime(bar.time_ms)
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
