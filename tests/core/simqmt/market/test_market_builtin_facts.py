"""What a snapshot of the built-in market may show: books, limits, auctions and pauses as the real feed has them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.enums import Phase
from core.domain.market import Quote, datetime_to_ms
from core.domain.money import decimal_to_milli, milli_to_decimal
from core.exchange.calendar import MAINLAND
from core.exchange.limits import price_limits
from core.exchange.symbols import t_plus
from core.market.phases import at as time_at
from core.market.phases import time_of_day
from core.simqmt.market.builtin.days import DayChain, DayPlan
from core.simqmt.market.builtin.market import BuiltinMarket
from core.simqmt.market.builtin.minutes import make_path
from core.simqmt.market.builtin.ticks import SymbolDay
from core.simqmt.market.securities import SECURITIES, Security
from tests.fakes.market import at

DAYS = MAINLAND.trading_days(date(2026, 7, 6), date(2026, 12, 31))
BY_SYMBOL = {security.symbol: security for security in SECURITIES}
NO_LEVEL = (0, 0)
FIXED_PRICE_FROM = time(15, 5)

securities = st.sampled_from(SECURITIES)
seeds = st.integers(0, 10**9)


def day_quotes(seed: int, security: Security, plan: DayPlan, since: int = 0) -> Iterator[Quote]:
    """One security's whole day; its midnight is that of 1970, Shanghai."""
    path = make_path(seed, security, plan)
    return SymbolDay(seed, security, path, -8 * 3_600_000, 500, "").quotes(since)


def plan_of(seed: int, security: Security, day: date) -> DayPlan:
    return DayChain(seed, security, MAINLAND).plan(day)


def check_prices(quote: Quote, tick: int) -> None:
    assert quote.limit_down <= quote.low <= quote.last <= quote.high <= quote.limit_up
    assert quote.low <= quote.open <= quote.high
    prices = (
        quote.last,
        quote.open,
        quote.high,
        quote.low,
        quote.pre_close,
        quote.limit_up,
        quote.limit_down,
    )
    assert all(price % tick == 0 for price in prices)
    assert quote.low - 1e-6 <= quote.amount * 1000 / quote.volume <= quote.high + 1e-6


def check_book(quote: Quote, tick: int) -> None:
    assert len(quote.bids) == len(quote.asks) == 5
    for side, way in ((quote.bids, -1), (quote.asks, 1)):
        shown = [level for level in side if level != NO_LEVEL]
        assert side[len(shown) :] == (NO_LEVEL,) * (5 - len(shown))
        assert all(volume > 0 and price % tick == 0 for price, volume in shown)
        assert all(quote.limit_down <= price <= quote.limit_up for price, _ in shown)
        assert all((b - a) * way > 0 for (a, _), (b, _) in itertools.pairwise(shown))
    if quote.time.time() >= FIXED_PRICE_FROM:
        # Left over at the closing price, on one side at a time; nothing once the fixed-price session is over.
        left = {side[0][0] for side in (quote.bids, quote.asks) if side[0] != NO_LEVEL}
        assert left == ({quote.last} if quote.phase is Phase.AFTER_HOURS else set())
        assert not (quote.best_bid and quote.best_ask)
    elif quote.best_bid and quote.best_ask:
        assert 1 <= (quote.best_ask - quote.best_bid) // tick <= 3
        assert quote.best_bid <= quote.last <= quote.best_ask
    else:
        assert quote.last in (quote.limit_up, quote.limit_down)
        assert quote.best_bid or quote.best_ask


@settings(max_examples=40, deadline=None)
@given(seed=seeds, security=securities, day=st.sampled_from(DAYS))
def test_a_day_keeps_its_invariants(seed: int, security: Security, day: date) -> None:
    volume, amount, high, low = 0, 0.0, 0, 10**12
    last_phase = Phase.PRE_OPEN
    order = list(Phase)
    for quote in day_quotes(seed, security, plan_of(seed, security, day)):
        if quote.phase in (Phase.PRE_OPEN, Phase.OPEN_CALL):
            continue
        check_prices(quote, security.tick)
        if quote.phase is not Phase.CLOSE_CALL:
            check_book(quote, security.tick)
        assert quote.volume >= volume
        assert quote.amount >= amount
        assert quote.high >= high
        assert quote.low <= low
        if quote.high > high or quote.low < low:
            assert quote.last in (quote.high, quote.low)  # a new extreme is a trade that was shown
        volume, amount, high, low = quote.volume, quote.amount, quote.high, quote.low
        assert quote.phase is last_phase or order.index(quote.phase) != order.index(last_phase)
        last_phase = quote.phase
    assert last_phase is Phase.CLOSED


@settings(max_examples=60, deadline=None)
@given(seed=seeds, security=securities, day=st.sampled_from(DAYS))
def test_limits_are_those_of_the_exchange_rules(seed: int, security: Security, day: date) -> None:
    plan = plan_of(seed, security, day)
    limits = price_limits(security.symbol, milli_to_decimal(plan.pre_close * security.tick), day)
    assert limits.up is not None
    assert limits.down is not None
    assert plan.limit_up * security.tick == decimal_to_milli(limits.up)
    assert plan.limit_down * security.tick == decimal_to_milli(limits.down)


@settings(max_examples=60, deadline=None)
@given(seed=seeds, security=securities, day=st.sampled_from(DAYS))
def test_days_open_near_the_close_before_and_same_day_funds_near_their_base(
    seed: int, security: Security, day: date
) -> None:
    plan = plan_of(seed, security, day)
    assert abs(plan.open - plan.pre_close) <= plan.pre_close * 0.0065
    if t_plus(security.symbol) == 0:
        base = security.base // security.tick
        assert abs(plan.open - base) <= base * 0.015


def test_the_opening_auction_shows_no_price_but_one_on_both_sides() -> None:
    market = BuiltinMarket(1, start=time(9, 10))
    seen = set()
    over = 0
    while (now := market.peek_ms()) is not None and now < at("09:25:00"):
        quote = market.pop()[0]
        assert (quote.last, quote.open, quote.high, quote.low, quote.volume, quote.amount) == (0,) * 6
        if quote.phase is Phase.PRE_OPEN:
            assert quote.bids == quote.asks == (NO_LEVEL,) * 5
            continue
        assert quote.phase is Phase.OPEN_CALL
        assert quote.bids[0] == quote.asks[0]
        assert quote.limit_down <= quote.bids[0][0] <= quote.limit_up
        assert quote.bids[1][0] == quote.asks[1][0] == 0  # unmatched volume without a price
        over += quote.bids[1][1] + quote.asks[1][1] > 0
        assert not (quote.bids[1][1] and quote.asks[1][1])
        seen.add(quote.symbol)
    assert seen == set(BY_SYMBOL)
    assert over > 100


def test_the_auction_result_stands_from_0925_until_trading_begins() -> None:
    market = BuiltinMarket(4, start=time(9, 25))
    quotes: dict[str, list[Quote]] = {}
    while (now := market.peek_ms()) is not None and now < at("09:30:00"):
        quote = market.pop()[0]
        quotes.setdefault(quote.symbol, []).append(quote)
    for same in quotes.values():
        assert len(same) == 5  # the result, then about one a minute
        assert {q.phase for q in same} == {Phase.PAUSE}
        assert all(q.open == q.last == q.high == q.low and q.volume > 0 for q in same)
        assert all(q.volume == same[0].volume and q.bids == same[0].bids for q in same)


def test_lunch_repeats_one_unchanged_snapshot_a_minute() -> None:
    market = BuiltinMarket(1, start=time(11, 29, 57))
    quotes: dict[str, list[Quote]] = {}
    while (now := market.peek_ms()) is not None and now < at("13:00:00"):
        quote = market.pop()[0]
        if quote.phase is Phase.LUNCH:
            quotes.setdefault(quote.symbol, []).append(quote)
    assert set(quotes) == set(BY_SYMBOL)
    for same in quotes.values():
        assert len(same) == 90
        assert len({(q.last, q.volume, q.amount, q.bids, q.asks) for q in same}) == 1


def test_the_closing_auction_keeps_the_last_price_and_shows_one_on_both_sides() -> None:
    market = BuiltinMarket(1, start=time(14, 56, 57))
    last: dict[str, Quote] = {}
    calls = 0
    while (now := market.peek_ms()) is not None and now < at("16:00:00"):
        quote = market.pop()[0]
        before = last.get(quote.symbol)
        if quote.phase is Phase.CLOSE_CALL and before is not None:
            calls += 1
            assert (quote.last, quote.volume, quote.amount) == (before.last, before.volume, before.amount)
            assert quote.bids[0] == quote.asks[0]
            assert quote.bids[1][0] == quote.asks[1][0] == 0
        if quote.phase is Phase.CLOSED and before is not None and before.phase is Phase.CLOSE_CALL:
            assert time_of_day(quote.time_ms) - time_at(15, 0) in range(3000)
            assert quote.volume > before.volume
        last[quote.symbol] = quote
    assert calls >= len(SECURITIES) * 6
    assert all(quote.phase is Phase.CLOSED for quote in last.values())


def _locked_day(up: bool) -> tuple[int, Security, DayPlan]:
    """A stock that closes at its limit, found by looking at the plans."""
    for seed in range(200):
        for security in SECURITIES:
            chain = DayChain(seed, security, MAINLAND)
            for day in DAYS:
                plan = chain.plan(day)
                limit = plan.limit_up if up else plan.limit_down
                if plan.close == limit and abs(plan.aim - limit) > limit * 0.005:
                    return seed, security, plan
    raise AssertionError("no day closed at its limit")


@pytest.mark.parametrize("up", [True, False])
def test_a_book_locked_at_the_limit_has_one_side_only(up: bool) -> None:
    seed, security, plan = _locked_day(up)
    limit = (plan.limit_up if up else plan.limit_down) * security.tick
    locked = touched = 0
    for quote in day_quotes(seed, security, plan, since=time_at(9, 30) - 8 * 3_600_000):
        if quote.phase is not Phase.CONTINUOUS:
            continue
        check_book(quote, security.tick)
        mine, other = (quote.bids, quote.asks) if up else (quote.asks, quote.bids)
        if other == (NO_LEVEL,) * 5:
            locked += 1
            assert quote.last == mine[0][0] == limit
        elif quote.last == limit:
            touched += 1
            assert other[0][0] == limit
    assert locked > 20
    assert touched > 0


def test_star_and_shanghai_volumes_are_not_all_whole_lots() -> None:
    market = BuiltinMarket(1, start=time(9, 40))
    odd: dict[str, int] = {}
    while (now := market.peek_ms()) is not None and now < at("09:45:00"):
        quote = market.pop()[0]
        odd[quote.symbol] = odd.get(quote.symbol, 0) + (quote.volume % 100 > 0)
    assert odd["688981.SH"] > 50
    assert odd["601318.SH"] > 0
    assert odd["000001.SZ"] == odd["518880.SH"] == 0


def test_the_open_is_lively_and_noon_is_calm() -> None:
    """Mean range of the first minute and of one at 10:40, over stocks and seeds."""

    def mean_range(minute: int) -> float:
        ranges = []
        for seed, security in itertools.product(range(12), SECURITIES[:12]):
            path = make_path(seed, security, plan_of(seed, security, date(2026, 11, 20)))
            one = path.minutes[minute]
            ranges.append((one.high - one.low) / one.open)
        return sum(ranges) / len(ranges)

    assert 0.003 < mean_range(0) < 0.008
    assert mean_range(70) < mean_range(0) / 2


def test_volume_is_heavy_at_both_ends_of_the_day() -> None:
    totals = [0] * 240
    for seed, security in itertools.product(range(10), SECURITIES):
        path = make_path(seed, security, plan_of(seed, security, date(2026, 11, 20)))
        for index, minute in enumerate(path.minutes):
            totals[index] += minute.volume * 1000 // security.volume
    middle = sum(totals[60:110]) / 50
    assert sum(totals[:10]) / 10 > 2 * middle
    assert sum(totals[225:237]) / 12 > 1.3 * middle
    assert totals[237] == totals[238] == 0 < totals[239]


def test_every_event_of_a_symbol_lies_on_its_own_grid() -> None:
    market = BuiltinMarket(1, start=time(9, 30))
    phases: dict[str, set[int]] = {}
    while (now := market.peek_ms()) is not None and now < at("09:35:00"):
        quote = market.pop()[0]
        phases.setdefault(quote.symbol, set()).add(quote.time_ms % 3000)
    assert all(len(found) == 1 for found in phases.values())
    assert len(set.union(*phases.values())) == len(SECURITIES)
    assert datetime_to_ms(quote.time) == quote.time_ms
