"""A terminal on quotes that are pushed in: books, days, instruments; paper trading on somebody else's market."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from core.domain.enums import Phase
from core.domain.market import Instrument, Quote, Symbol
from core.errors import ContractError
from core.exchange.calendar import MAINLAND
from core.exchange.user_days import parse_user_days, with_user_days
from core.simqmt.clockwork.conductor import Conductor
from core.simqmt.install import install
from core.simqmt.market.feed import FeedMarket
from core.simqmt.terminal import SimTerminal
from tests.core.simqmt.conftest import PFYH
from tests.fakes.market import at, quote
from tests.fakes.simqmt import ACCOUNT, Desk, ListMarket

Fed = Callable[..., Desk]
FRIDAY, MONDAY = "2026-11-20", "2026-11-23"


@pytest.fixture
def fed(tmp_path: Path) -> Iterator[Fed]:
    made: list[Desk] = []

    def build(start: str = f"{FRIDAY} 10:00:00") -> Desk:
        clock = Conductor(at(start))
        terminal = SimTerminal(tmp_path / "userdata_mini", {ACCOUNT: Decimal(100_000)}, "feed", clock)
        install(terminal)
        desk = Desk(terminal, clock, ListMarket(start=start))
        desk.hold()
        clock.start()
        made.append(desk)
        return desk

    yield build
    for desk in made:
        desk.close()


def shown(time: str, price: str, **options: object) -> Quote:
    return quote(PFYH, time, price, pre_close="10.00", **options)  # type: ignore[arg-type]


def test_orders_fill_against_the_quotes_that_were_pushed_in(fed: Fed) -> None:
    desk = fed()
    desk.terminal.feed([shown(f"{FRIDAY} 09:59:58", "10.00", asks=[("10.00", 500)])])
    trader = desk.trader()
    filled, resting = trader.buy(PFYH, 300, 10.0), trader.buy(PFYH, 300, 9.9)
    desk.settle()
    assert (trader.order_states(filled), trader.order_states(resting)) == ([50, 56], [50])
    desk.settle(f"{FRIDAY} 10:00:02")
    desk.terminal.feed([shown(f"{FRIDAY} 10:00:01", "9.89", asks=[("9.89", 5000)])])
    desk.settle()
    assert trader.order_states(resting) == [50, 56]
    assert desk.terminal.ledger(ACCOUNT).holding(PFYH).volume == 600


def test_what_is_no_news_does_not_fill_the_book_again(fed: Fed) -> None:
    desk = fed()
    book = shown(f"{FRIDAY} 09:59:58", "10.00", asks=[("10.00", 300)])
    desk.terminal.feed([book])
    trader = desk.trader()
    first, second = trader.buy(PFYH, 300, 10.0), trader.buy(PFYH, 300, 10.0)
    desk.terminal.feed([book])
    desk.terminal.feed([replace(book, time_ms=book.time_ms - 3000, volume=1)])
    desk.settle()
    assert (trader.order_states(first), trader.order_states(second)) == ([50, 56], [50])
    desk.terminal.feed([replace(book, time_ms=book.time_ms + 3000)])
    desk.settle()
    assert trader.order_states(second) == [50, 56]


def test_a_quote_of_a_new_day_rolls_the_ledgers(fed: Fed) -> None:
    desk = fed(f"{FRIDAY} 14:50:00")
    desk.terminal.feed([shown(f"{FRIDAY} 14:49:58", "10.00")])
    trader = desk.trader()
    trader.buy(PFYH, 300, 10.0)
    resting = trader.buy(PFYH, 300, 9.5)
    desk.settle()
    desk.terminal.feed([shown(f"{MONDAY} 09:30:01", "10.10")])
    desk.settle()
    assert trader.order_states(resting) == [50, 54]
    held = desk.terminal.ledger(ACCOUNT).holding(PFYH)
    assert (str(desk.terminal.trading_day), held.can_use) == (MONDAY, 300)


def test_the_clock_rolls_the_day_when_no_quote_comes(fed: Fed) -> None:
    desk = fed(f"{FRIDAY} 14:50:00")
    desk.terminal.feed([shown(f"{FRIDAY} 14:49:58", "10.00")])
    trader = desk.trader()
    trader.buy(PFYH, 300, 10.0)
    desk.settle(f"{MONDAY} 08:29:59")
    assert str(desk.terminal.trading_day) == FRIDAY
    desk.settle(f"{MONDAY} 08:30:00")
    assert str(desk.terminal.trading_day) == MONDAY
    assert desk.terminal.ledger(ACCOUNT).holding(PFYH).can_use == 300
    assert trader.api.query_stock_orders(trader.account) == []


def test_securities_are_known_by_their_quotes_or_by_what_is_told_of_them(fed: Fed) -> None:
    desk = fed()
    desk.terminal.feed([shown(f"{FRIDAY} 09:59:58", "10.00")])
    known = desk.terminal.instrument(Symbol(PFYH))
    assert known is not None
    assert (known.limit_up, known.limit_down) == (Decimal("11.00"), Decimal("9.00"))
    told = Instrument(Symbol(PFYH), "浦发银行", Decimal("0.01"), Decimal("10.00"))
    desk.terminal.feed_instruments([told])
    assert desk.terminal.instrument(Symbol(PFYH)) == told
    trader = desk.trader()
    trader.buy(PFYH, 100, 10.0)
    desk.settle()
    assert trader.events("on_stock_order")[0].instrument_name == "浦发银行"


def test_only_a_fed_terminal_takes_instruments(open_desk: Callable[..., Desk]) -> None:
    with pytest.raises(ContractError):
        open_desk().terminal.feed_instruments([])


def test_a_free_running_terminal_on_fed_quotes_follows_the_wall_clock(tmp_path: Path) -> None:
    terminal = SimTerminal(tmp_path, {ACCOUNT: Decimal(1)}, FeedMarket(at(f"{FRIDAY} 10:00:00")))
    try:
        assert terminal.market.name == "外部行情"
        terminal.feed([replace(shown(f"{FRIDAY} 09:59:58", "10.00"), source="新浪")])
        assert terminal.market.name == "外部行情 新浪"
        before = terminal.clock.now_ms()
        while terminal.clock.now_ms() == before:
            pass
        terminal.next_day()
        assert terminal.clock.now_ms() >= at(f"{MONDAY} 09:30:00")
        terminal.feed([shown(f"{MONDAY} 09:30:00", "10.00", phase=Phase.CONTINUOUS)])
        assert str(terminal.trading_day) == MONDAY
    finally:
        terminal.close()


def test_a_stamp_from_the_future_neither_ends_the_day_nor_keeps_right_ones_out(tmp_path: Path) -> None:
    terminal = SimTerminal(tmp_path, {ACCOUNT: Decimal(1)}, FeedMarket(at(f"{FRIDAY} 10:00:00")))
    try:
        terminal.feed([shown(f"{MONDAY} 10:00:00", "10.50"), shown(f"{FRIDAY} 14:50:00", "10.40")])
        assert terminal.quote(Symbol(PFYH)) is None
        terminal.feed([shown(f"{FRIDAY} 10:00:03", "10.10")])
        quote = terminal.quote(Symbol(PFYH))
        assert quote is not None
        assert (quote.last, str(terminal.trading_day)) == (10_100, FRIDAY)
    finally:
        terminal.close()


def test_a_silent_feed_fills_nothing_until_it_speaks_again(fed: Fed) -> None:
    desk = fed()
    book = shown(f"{FRIDAY} 09:59:58", "10.00", asks=[("10.00", 5000)])
    desk.terminal.feed([book])
    desk.settle(f"{FRIDAY} 10:00:30")
    desk.terminal.feed([book])  # no news, but alive
    desk.settle(f"{FRIDAY} 10:01:30")
    trader = desk.trader()
    alive = trader.buy(PFYH, 100, 10.0)
    desk.settle(f"{FRIDAY} 10:01:31")
    assert trader.order_states(alive) == [50, 56]
    limit, market = trader.buy(PFYH, 300, 10.05), trader.buy(PFYH, 300, 0, price_type=42)
    gone = trader.buy(PFYH, 300, 10.05)
    assert trader.api.cancel_order_stock(trader.account, gone) == 0
    desk.settle(f"{FRIDAY} 10:20:00")
    assert [trader.order_states(order) for order in (limit, market, gone)] == [[50], [50], [50, 51, 54]]
    desk.terminal.feed([shown(f"{FRIDAY} 10:19:59", "10.02", asks=[("10.02", 500)])])
    desk.settle()
    assert trader.order_states(limit) == [50, 56]
    assert trader.order_states(market) == [50, 55, 53]
    assert {(t.traded_price, t.traded_volume) for t in trader.events("on_stock_trade")[1:]} == {
        (10.02, 300),
        (10.02, 200),
    }


def test_a_quiet_security_holds_for_five_minutes_while_others_are_quoted(fed: Fed) -> None:
    desk = fed()
    desk.terminal.feed([shown(f"{FRIDAY} 09:59:58", "10.00", asks=[("10.00", 5000)])])
    trader = desk.trader()
    other = quote("000001.SZ", f"{FRIDAY} 10:04:50", "10.00", pre_close="10.00")
    desk.settle(f"{FRIDAY} 10:04:51")
    desk.terminal.feed([other])
    early = trader.buy(PFYH, 100, 10.0)
    desk.settle(f"{FRIDAY} 10:05:10")
    desk.terminal.feed([replace(other, time_ms=other.time_ms + 18_000)])
    late = trader.buy(PFYH, 100, 10.0)
    desk.settle()
    assert [trader.order_states(order) for order in (early, late)] == [[50, 56], [50]]
    desk.settle(f"{FRIDAY} 15:01:00")
    assert trader.order_states(late) == [50, 54]


def test_days_that_the_user_added_trade_on_fed_quotes(tmp_path: Path) -> None:
    """The year after the calendar's end, from the last day of the known one."""
    days = parse_user_days("2027 全年\n2027-01-01 休市\n")
    calendar = with_user_days(MAINLAND, days)
    clock = Conductor(at("2026-12-31 14:50:00"))
    terminal = SimTerminal(tmp_path, {ACCOUNT: Decimal(100_000)}, "feed", clock, calendar=calendar)
    install(terminal)
    desk = Desk(terminal, clock, ListMarket(start="2026-12-31 14:50:00"))
    desk.hold()
    clock.start()
    try:
        terminal.feed([shown("2026-12-31 14:49:58", "10.00")])
        trader = desk.trader()
        desk.settle("2027-01-01 10:00:00")
        assert str(terminal.trading_day) == "2026-12-31"
        desk.settle("2027-01-04 10:00:00")
        assert str(terminal.trading_day) == "2027-01-04"
        terminal.feed([shown("2027-01-04 10:00:00", "10.00", asks=[("10.00", 1000)])])
        order = trader.buy(PFYH, 300, 10.0)
        desk.settle()
        assert trader.order_states(order) == [50, 56]
        terminal.next_day()
        assert str(terminal.trading_day) == "2027-01-05"
    finally:
        desk.close()


def test_a_day_that_nobody_knows_trades_nothing(fed: Fed) -> None:
    desk = fed("2027-01-04 10:00:00")
    desk.terminal.feed([shown("2027-01-04 09:59:58", "10.00")])
    trader = desk.trader()
    order = trader.buy(PFYH, 300, 10.0)
    desk.settle()
    assert trader.order_states(order) == [50, 57]
