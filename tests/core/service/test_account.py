"""The figures of decisions: money less what our newest buys hold, shares less what our newest sells hold."""

from __future__ import annotations

from decimal import Decimal

from core.clock import ManualClock
from core.domain.enums import IntentState, Mode, OrderStatus, Phase, Side, SignalKind
from core.domain.market import Symbol
from core.execution.book import AccountBook
from core.execution.intents import IntentBook
from core.market.board import QuoteBoard
from core.service.account import DeskAccount, DeskStatus
from tests.fakes import records as r
from tests.fakes.market import at, quote

PF = Symbol("600000.SH")


def bench() -> tuple[DeskAccount, AccountBook, IntentBook, QuoteBoard]:
    clock = ManualClock(at("10:00:00"))
    board = QuoteBoard(clock, lambda _symbol, _now: Phase.CONTINUOUS)
    board.add_symbols([PF])
    book, intents = AccountBook(), IntentBook()
    return DeskAccount(clock, DeskStatus(Mode.PAPER), board, book, intents), book, intents, board


def test_before_the_first_answer_nothing_is_known() -> None:
    account, *_ = bench()
    facts = account.of(PF)
    assert (facts.cash, facts.total_asset, facts.held, facts.sellable) == (None, None, 0, 0)


def test_total_assets_are_cash_frozen_cash_and_holdings_at_the_newest_prices() -> None:
    account, book, _, board = bench()
    book.apply_asset(r.asset("70000", frozen="5000", market_value="1"), 1)
    book.apply_positions([r.position(PF, 1000, cost="9.00"), r.position("000001.SZ", 100, cost="12.50")], 1)
    assert account.total_asset() == Decimal(75_000) + 9_000 + 1_250, "no price yet: at cost"
    board.apply([quote(PF, "09:20:00", "0", pre_close="10.00", bids=[], asks=[])])
    assert account.total_asset() == Decimal(75_000) + 10_000 + 1_250, "no trade yet: at the previous close"
    board.apply([quote(PF, "09:59:59", "11.00", pre_close="10.00")])
    assert account.total_asset() == Decimal(75_000) + 11_000 + 1_250
    assert account.of(PF).invested == 12_250


def test_a_buy_holds_its_cash_until_the_brokers_figure_contains_it() -> None:
    account, book, intents, _ = bench()
    book.apply_asset(r.asset("70000"), 1)
    intents.add(r.intent("a"), freeze=Decimal("10005.10"))
    assert account.cash() == Decimal("59994.90")
    assert account.of(PF).open_buys == 10_000
    intents.update("a", IntentState.WORKING, event_no=5, order_id=7)
    assert account.cash() == Decimal("59994.90"), "answered after the figure was taken"
    book.apply_asset(r.asset("59994.90", frozen="10005.10"), 5)
    assert account.cash() == Decimal("59994.90")


def test_a_sell_holds_its_shares_until_the_brokers_figure_contains_it() -> None:
    account, book, intents, _ = bench()
    book.apply_positions([r.position(PF, 1000)], 1)
    intents.add(r.intent("a", side=Side.SELL, volume=600, kind=SignalKind.STOP_LOSS), freeze=Decimal(0))
    assert account.of(PF).sellable == 400
    intents.update("a", IntentState.WORKING, event_no=5, order_id=7)
    book.apply_position(r.position(PF, 1000, 400), 6)
    assert account.of(PF).sellable == 400


def test_open_orders_of_other_programs_count() -> None:
    account, book, *_ = bench()
    book.apply_asset(r.asset("70000"), 1)
    book.apply_order(r.order(9, OrderStatus.PART_SUCC, volume=500, traded=200, price="10.00"))
    assert account.of(PF).open_buys == 3_000
    book.apply_order(r.order(10, OrderStatus.REPORTED, side=Side.SELL, volume=300))
    assert [order.order_id for order in account.of(PF).working_sells] == [10]
    assert account.of(PF).frozen_by_orders == 300


def test_a_live_desk_starts_disarmed_a_paper_desk_armed() -> None:
    paper, live = DeskStatus(Mode.PAPER), DeskStatus(Mode.LIVE)
    assert (paper.armed, live.armed) == (True, False)
    assert live.armed_text == "实盘未武装：到价只提醒，不下单"
    paper.armed = False
    assert paper.armed_text == "自动交易已停：到价只提醒，不下单"


def test_a_fill_that_no_holding_shows_yet_is_invested_all_the_same() -> None:
    account, book, intents, board = bench()
    board.apply([quote(PF, "09:59:59", "10.00", pre_close="10.00")])
    book.apply_asset(r.asset("70000"), 1)
    intents.add(r.intent("a"), freeze=Decimal("10005.10"))
    assert account.of(PF).invested == 10_000, "working"
    book.tick()
    book.apply_trade(r.trade("t1", order_id=7, volume=1000))
    intents.update("a", IntentState.FILLED, event_no=2, order_id=7, filled=1000)
    assert account.of(PF).invested == 10_000, "filled, and not in the holdings yet"
    book.apply_positions([r.position(PF, 1000)], 2)
    assert account.of(PF).invested == 10_000, "in the holdings"
