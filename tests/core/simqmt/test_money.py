"""Money to the cent, worked out by hand: what an order freezes, what a fill costs, what a cancel gives back."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from tests.fakes.simqmt import ACCOUNT, Desk

Open = Callable[..., Desk]
SH, ETF, BOND, STAR, BJ = "600000.SH", "510300.SH", "113050.SH", "688981.SH", "920002.BJ"
MILLION = Decimal(1_000_000)

FROZEN = [
    # code, price, volume, frozen by hand: amount + commission 0.025 % (at least 5) + transfer 0.001 %
    (SH, "9.99", 300, "3002.03"),  # 2997.00 + 5.00 + 0.03 (0.02997)
    (SH, "9.99", 10_000, "99925.98"),  # 99900.00 + 24.98 (24.975) + 1.00 (0.999)
    (STAR, "99.99", 201, "20103.21"),  # 20097.99 + 5.02 (5.0245) + 0.20 (0.20098)
    (BJ, "9.99", 101, "1014.00"),  # 1008.99 + 5.00 + 0.01
    (ETF, "3.999", 100, "404.90"),  # 399.90 + 5.00, no transfer fee
    (BOND, "119.999", 10, "1200.99"),  # 1199.99 + 1.00: bonds 0.005 %, at least 1
]


@pytest.mark.parametrize(("code", "price", "volume", "frozen"), FROZEN)
def test_an_order_freezes_its_amount_and_fees_and_gives_them_back(
    still_desk: Open, code: str, price: str, volume: int, frozen: str
) -> None:
    desk = still_desk()
    last = str(Decimal(price) * Decimal("1.01") // Decimal("0.01") * Decimal("0.01"))
    desk.terminal.set_quote(code, last=last, pre_close=last)
    trader = desk.trader()
    order_id = trader.buy(code, volume, float(price))
    asset = trader.api.query_stock_asset(trader.account)
    assert Decimal(str(asset.frozen_cash)) == Decimal(frozen)
    assert Decimal(str(asset.cash)) == MILLION - Decimal(frozen)
    assert trader.api.cancel_order_stock(trader.account, order_id) == 0
    desk.settle()
    asset = trader.api.query_stock_asset(trader.account)
    assert (asset.frozen_cash, asset.cash, asset.total_asset) == (0.0, 1_000_000.0, 1_000_000.0)


def test_a_buy_in_two_fills_pays_the_minimum_once_and_gives_back_what_was_not_needed(
    still_desk: Open,
) -> None:
    desk = still_desk()
    desk.terminal.set_quote(SH, last="10.00", asks=[("10.00", 200), ("10.01", 200)], pre_close="10.00")
    trader = desk.trader()
    trader.buy(SH, 300, 10.05)
    desk.settle()
    first, second = trader.events("on_stock_trade")
    assert (first.commission, second.commission) == (5.02, 0.01)  # 5 + 0.02; then 0.03 in all
    ledger = desk.terminal.ledger(ACCOUNT)
    assert ledger.frozen_cash == 0
    assert ledger.cash == MILLION - Decimal("3001.00") - Decimal("5.03")


def test_a_sell_pays_stamp_duty_and_its_money_buys_at_once_but_leaves_tomorrow(still_desk: Open) -> None:
    desk = still_desk(positions={ACCOUNT: [(SH, 30_000, Decimal("9"))]})
    desk.terminal.set_quote(SH, last="10.00", bids=[("9.99", 90_000)], pre_close="10.00")
    trader = desk.trader()
    trader.sell(SH, 30_000, 9.99)
    desk.settle()
    # 299,700.00 - commission 74.93 (74.925) - stamp duty 149.85 - transfer 3.00 (2.997)
    proceeds = Decimal("299700.00") - Decimal("74.93") - Decimal("149.85") - Decimal("3.00")
    asset = trader.api.query_stock_asset(trader.account)
    assert Decimal(str(asset.cash)) == MILLION + proceeds
    assert asset.fetch_balance == 1_000_000.0
    desk.terminal.set_quote(SH, last="10.00", asks=[("10.00", 900_000)])
    bought = trader.buy(SH, 129_000, 10.0)
    desk.settle()
    assert trader.order_states(bought) == [50, 56]
    desk.terminal.next_day()
    left = desk.terminal.ledger(ACCOUNT)
    assert left.withdrawable == left.cash


def test_a_fund_pays_no_stamp_duty_and_no_transfer_fee(still_desk: Open) -> None:
    desk = still_desk(positions={ACCOUNT: [(ETF, 100_000, Decimal("3"))]})
    desk.terminal.set_quote(ETF, last="4.000", bids=[("3.999", 900_000)], pre_close="4.000")
    trader = desk.trader()
    trader.sell(ETF, 100_000, 3.999)
    desk.settle()
    assert desk.terminal.ledger(ACCOUNT).cash == MILLION + Decimal("399900.00") - Decimal("99.98")


def test_one_cent_too_little_is_too_little(still_desk: Open) -> None:
    for cash, states in (("3002.02", [50, 57]), ("3002.03", [50])):
        desk = still_desk(cash={ACCOUNT: Decimal(cash)})
        desk.terminal.set_quote(SH, last="10.00", pre_close="10.00")
        trader = desk.trader()
        order_id = trader.buy(SH, 300, 9.99)
        desk.settle()
        assert trader.order_states(order_id) == states


def test_a_protection_price_freezes_its_own_amount(still_desk: Open) -> None:
    desk = still_desk()
    desk.terminal.set_quote(SH, last="10.00", bids=[("9.99", 900)], asks=[("10.00", 100)], pre_close="10.00")
    trader = desk.trader()
    order_id = trader.buy(SH, 300, 10.10, price_type=43)
    desk.settle()
    assert trader.order_states(order_id) == [50, 55]
    # 100 filled at 10.00; 200 wait at the last fill's price, frozen at the protection price
    trade = trader.events("on_stock_trade")[0]
    ledger = desk.terminal.ledger(ACCOUNT)
    assert trade.commission == 5.01
    assert ledger.cash + ledger.frozen_cash == MILLION - Decimal("1005.01")
    assert ledger.frozen_cash == Decimal("2023.35"), "the open share, 200 of 300, of 3030.00 + 5.00 + 0.03"
