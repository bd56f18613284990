"""The ledger: one life told by hand, refusals, and conservation to the cent under any sequence."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from core.domain.enums import Side
from core.exchange.calendar import next_trading_day
from core.exchange.fees import NO_FEES, FeeSchedule
from core.exchange.ledger import Ledger
from core.exchange.ledger_codec import ledger_from_dict, ledger_to_dict
from core.exchange.lending import due_day, interest_days
from core.exchange.refusals import Refused, RuleCode

D = Decimal
DAY = date(2026, 11, 20)
STOCK, STAR, FUND, GOLD, BOND = "600000.SH", "688981.SH", "510300.SH", "518880.SH", "113050.SH"


def account(cash: str = "100000") -> Ledger:
    return Ledger(DAY, D(cash))


def code_of(caught: pytest.ExceptionInfo[Refused]) -> RuleCode:
    return caught.value.refusal.code


def test_a_buy_freezes_amount_and_fees() -> None:
    ledger = account().freeze_buy("1", STOCK, 1_000, D("10.00"))
    assert (ledger.cash, ledger.frozen_cash) == (D("89994.90"), D("10005.10"))


def test_a_fill_below_the_limit_gives_the_surplus_back() -> None:
    done = account().freeze_buy("1", STOCK, 1_000, D("10.00")).fill("1", D("9.90"), 1_000)
    assert done.amount == D("9900.00")
    assert done.fees.total == D("5.10")
    assert (done.ledger.cash, done.ledger.frozen_cash) == (D("90094.90"), 0)
    assert done.ledger.orders == {}


def test_shares_bought_today_are_sold_tomorrow() -> None:
    ledger = account().freeze_buy("1", STOCK, 1_000, D(10)).fill("1", D(10), 1_000).ledger
    held = ledger.holding(STOCK)
    assert (held.volume, held.can_use, held.on_road, held.yesterday) == (1_000, 0, 1_000, 0)
    with pytest.raises(Refused) as caught:
        ledger.freeze_sell("2", STOCK, 100)
    assert code_of(caught) is RuleCode.INSUFFICIENT_POSITION
    assert "今日买入 1000" in str(caught.value)
    settled = ledger.next_day(next_trading_day(DAY)).holding(STOCK)
    assert (settled.can_use, settled.on_road, settled.yesterday) == (1_000, 0, 1_000)


@pytest.mark.parametrize("symbol", [GOLD, BOND])
def test_same_day_classes_sell_what_they_bought_today(symbol: str) -> None:
    ledger = account().freeze_buy("1", symbol, 100, D(5)).fill("1", D(5), 100).ledger
    assert ledger.holding(symbol).can_use == 100
    ledger = ledger.freeze_sell("2", symbol, 100).fill("2", D(6), 100).ledger
    assert ledger.holding(symbol).volume == 0


def test_a_sell_freezes_shares_and_a_cancel_frees_the_rest() -> None:
    ledger = account().with_position(STOCK, 1_000, D(9)).freeze_sell("1", STOCK, 600)
    assert (ledger.holding(STOCK).can_use, ledger.holding(STOCK).frozen) == (400, 600)
    ledger = ledger.fill("1", D(10), 200).ledger.release("1")
    held = ledger.holding(STOCK)
    assert (held.volume, held.can_use, held.frozen, held.yesterday) == (800, 800, 0, 1_000)


def test_sale_proceeds_buy_today_and_leave_tomorrow() -> None:
    ledger = account("0").with_position(STOCK, 1_000, D(9)).freeze_sell("1", STOCK, 1_000)
    ledger = ledger.fill("1", D(10), 1_000).ledger
    assert ledger.cash == D("9989.90")
    assert ledger.withdrawable == 0
    assert ledger.freeze_buy("2", STOCK, 900, D(10)).frozen_cash == D("9005.09")
    assert ledger.next_day(next_trading_day(DAY)).withdrawable == D("9989.90")


def test_an_order_costs_the_same_in_any_number_of_parts() -> None:
    whole = account().freeze_buy("1", STAR, 999, D("33.33")).fill("1", D("33.33"), 999).ledger
    parts = account().freeze_buy("1", STAR, 999, D("33.33"))
    for _ in range(999):
        parts = parts.fill("1", D("33.33"), 1).ledger
    assert parts.cash == whole.cash
    assert parts.holding(STAR).cost == whole.holding(STAR).cost


def test_a_first_small_fill_never_overdraws_an_account_with_all_cash_frozen() -> None:
    ledger = account("10005.10").freeze_buy("1", STOCK, 1_000, D(10))
    assert ledger.cash == 0
    ledger = ledger.fill("1", D(10), 100).ledger
    assert (ledger.cash, ledger.frozen_cash) == (0, D("9000.09"))
    assert ledger.fill("1", D(10), 900).ledger.cash == 0


def test_cost_and_market_value() -> None:
    ledger = account().with_position(STOCK, 1_000, D("9.00")).mark({STOCK: D("9.50"), FUND: D(1)})
    assert ledger.holding(STOCK).cost_price == 9
    assert ledger.market_value == D("9500.00")
    assert ledger.total_asset == D("109500.00")


def test_refusals_carry_their_numbers() -> None:
    ledger = account("1005.00")
    with pytest.raises(Refused) as caught:
        ledger.freeze_buy("1", STOCK, 100, D(10))
    assert code_of(caught) is RuleCode.INSUFFICIENT_CASH
    assert caught.value.refusal.number("need") == "1005.01"
    assert str(caught.value) == "可用资金 1005.00 元不足，买入 100 股 600000.SH 需 1005.01 元（含费用）。"


def test_operations_that_make_no_sense_are_refused() -> None:
    ledger = account().freeze_buy("1", STOCK, 100, D(10))
    wrong = {
        RuleCode.UNKNOWN_ORDER: lambda: ledger.fill("2", D(10), 100),
        RuleCode.DUPLICATE_ORDER: lambda: ledger.freeze_buy("1", STOCK, 100, D(10)),
        RuleCode.FILL_TOO_LARGE: lambda: ledger.fill("1", D(10), 101),
        RuleCode.FILL_BEYOND_FREEZE: lambda: ledger.fill("1", D("10.01"), 100),
        RuleCode.QTY_NOT_POSITIVE: lambda: ledger.freeze_buy("3", STOCK, 0, D(10)),
        RuleCode.ORDERS_STILL_OPEN: lambda: ledger.next_day(next_trading_day(DAY)),
        RuleCode.SIDE_NOT_ALLOWED: lambda: ledger.freeze_buy("3", "204001.SH", 10, D(2)),
        RuleCode.INDEX_NOT_TRADABLE: lambda: ledger.freeze_buy("3", "000001.SH", 100, D(10)),
        RuleCode.BAD_CODE: lambda: ledger.freeze_buy("3", "700000.SH", 100, D(10)),
    }
    for code, call in wrong.items():
        with pytest.raises(Refused) as caught:
            call()
        assert code_of(caught) is code


def test_the_old_ledger_is_untouched() -> None:
    before = account().with_position(STOCK, 1_000, D(9))
    kept = ledger_to_dict(before)
    after = before.freeze_sell("1", STOCK, 1_000).fill("1", D(10), 1_000).ledger
    assert after.holding(STOCK).volume == 0
    assert ledger_to_dict(before) == kept


def test_a_plain_dict_and_back() -> None:
    ledger = account().with_position(STOCK, 1_000, D(9)).freeze_sell("1", STOCK, 500)
    ledger = ledger.freeze_buy("2", GOLD, 300, D("5.123")).fill("2", D("5.12"), 37).ledger
    ledger = Ledger(
        ledger.day,
        ledger.cash,
        FeeSchedule(D("0.0001"), D(0)),
        ledger.holdings,
        ledger.orders,
        ledger.proceeds_today,
    )
    text = json.dumps(ledger_to_dict(ledger))
    assert ledger_from_dict(json.loads(text)) == ledger
    with pytest.raises(ValueError, match="version"):
        ledger_from_dict({**ledger_to_dict(ledger), "version": 0})


class Life(RuleBasedStateMachine):
    """Any sequence of operations; beside the ledger a count of every cent and share that moved."""

    symbols = (STOCK, STAR, FUND, GOLD, BOND)

    @initialize(cash=st.integers(0, 20_000_000), held=st.integers(0, 2_000))
    def start(self, cash: int, held: int) -> None:
        self.money = D(cash) / 100
        self.ledger = Ledger(DAY, self.money)
        self.shares = dict.fromkeys(self.symbols, 0)
        self.bought = dict.fromkeys(self.symbols, 0)
        self.serial = 0
        self.tiny_sells = D(0)
        if held:
            self.ledger = self.ledger.with_position(STOCK, held, D(10))
            self.shares[STOCK] = held

    @rule(symbol=st.sampled_from(symbols), volume=st.integers(1, 3_000), ticks=st.integers(1, 3_000))
    def buy(self, symbol: str, volume: int, ticks: int) -> None:
        self.serial += 1
        need = self.ledger.schedule.cash_to_freeze(symbol, D(ticks) / 100, volume, self.ledger.day)
        order = (str(self.serial), symbol, volume, D(ticks) / 100)
        if need > self.ledger.cash:
            with pytest.raises(Refused, match="可用资金"):
                self.ledger.freeze_buy(*order)
            return
        after = self.ledger.freeze_buy(*order)
        assert after.cash == self.ledger.cash - need
        self.ledger = after

    @rule(symbol=st.sampled_from(symbols), volume=st.integers(1, 2_000))
    def sell(self, symbol: str, volume: int) -> None:
        self.serial += 1
        can_use = self.ledger.holding(symbol).can_use
        if volume > can_use:
            with pytest.raises(Refused, match="可卖只有"):
                self.ledger.freeze_sell(str(self.serial), symbol, volume)
            return
        self.ledger = self.ledger.freeze_sell(str(self.serial), symbol, volume)
        assert self.ledger.holding(symbol).can_use == can_use - volume

    @precondition(lambda self: self.ledger.orders)
    @rule(data=st.data())
    def fill(self, data: st.DataObject) -> None:
        order = self.ledger.orders[data.draw(st.sampled_from(sorted(self.ledger.orders)))]
        volume = data.draw(st.integers(1, order.rest))
        ticks = data.draw(st.integers(1, int(order.price * 1000) or 40_000))
        result = self.ledger.fill(order.order_id, D(ticks) / 1000, volume)
        sign = -1 if order.side is Side.BUY else 1
        self.money += sign * result.amount - result.fees.total
        if order.side is Side.SELL:
            self.tiny_sells += max(D(0), result.fees.total - result.amount)
        self.shares[order.symbol] -= sign * volume
        if order.side is Side.BUY:
            self.bought[order.symbol] += volume
        self.ledger = result.ledger

    @precondition(lambda self: self.ledger.orders)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        self.ledger = self.ledger.release(data.draw(st.sampled_from(sorted(self.ledger.orders))))

    @rule()
    def sleep(self) -> None:
        self.ledger = self.ledger.release_all().next_day(next_trading_day(DAY))
        self.bought = dict.fromkeys(self.symbols, 0)
        assert self.ledger.frozen_cash == 0

    @rule()
    def store(self) -> None:
        assert ledger_from_dict(ledger_to_dict(self.ledger)) == self.ledger

    @invariant()
    def money_is_conserved_to_the_cent(self) -> None:
        assert self.ledger.cash + self.ledger.frozen_cash == self.money
        assert self.money == self.money.quantize(D("0.01"))

    @invariant()
    def only_fees_above_a_tiny_sell_can_overdraw(self) -> None:
        assert self.ledger.cash >= -self.tiny_sells
        assert all(order.frozen_cash >= 0 for order in self.ledger.orders.values())

    @invariant()
    def shares_are_conserved(self) -> None:
        for symbol in self.symbols:
            held = self.ledger.holding(symbol)
            assert held.volume == self.shares[symbol]
            assert held.volume == held.can_use + held.frozen + held.on_road
            assert min(held.volume, held.can_use, held.frozen, held.on_road) >= 0
            assert held.cost >= 0
            open_sells = [
                o for o in self.ledger.orders.values() if o.symbol == symbol and o.side is Side.SELL
            ]
            assert held.frozen == sum(order.rest for order in open_sells)
            if symbol not in (GOLD, BOND):
                assert held.on_road == self.bought[symbol]
            if not held.volume:
                assert held.cost == 0


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


def test_nothing_is_free() -> None:
    """A round trip loses exactly its fees."""
    ledger = account().freeze_buy("1", GOLD, 1_000, D(5)).fill("1", D(5), 1_000).ledger
    done = ledger.freeze_sell("2", GOLD, 1_000).fill("2", D(5), 1_000)
    assert done.fees != NO_FEES
    assert done.ledger.cash == D(100_000) - 5 - done.fees.total


def test_a_repo_lends_cash_and_brings_it_back_with_interest() -> None:
    """10 units of 100 yuan at 1.825 % from a Friday: back on Monday, one day of interest (Monday to Tuesday)."""
    ledger = account("1000.01").freeze_sell("1", "204001.SH", 10, D("1.820"))
    assert (ledger.cash, ledger.frozen_cash) == (D("0.00"), D("1000.01"))
    done = ledger.fill("1", D("1.825"), 10)
    assert (done.amount, done.fees.total) == (D("1000.00"), D("0.01"))
    lent = done.ledger
    assert (lent.cash, lent.frozen_cash, lent.lent, lent.holdings) == (D("0.00"), 0, 1_000, {})
    assert lent.total_asset == D("1000.00")
    (loan,) = lent.loans
    assert (loan.due, loan.interest) == (date(2026, 11, 23), D("0.05"))
    back = lent.next_day(date(2026, 11, 23))
    assert (back.cash, back.withdrawable, back.loans) == (D("1000.05"), 0, ())
    assert back.next_day(date(2026, 11, 24)).withdrawable == D("1000.05")


def test_a_repo_over_days_off_earns_all_of_them() -> None:
    """A Thursday's one-day repo earns three days; before the October holidays of 2026 it earns eight."""
    assert interest_days("204001.SH", date(2026, 11, 19)) == 3
    assert interest_days("204001.SH", date(2026, 9, 29)) == 8
    assert interest_days("131810.SZ", date(2026, 11, 16)) == 1
    assert interest_days("204007.SH", date(2026, 11, 16)) == 7
    assert due_day("204003.SH", date(2026, 11, 18)) == date(2026, 11, 23)


def test_a_repo_fills_in_parts_and_the_rest_is_released() -> None:
    ledger = account("100001").freeze_sell("1", "131810.SZ", 1_000, D("1.5"))
    assert (ledger.cash, ledger.frozen_cash) == (0, D("100001.00"))
    part = ledger.fill("1", D("1.5"), 400).ledger
    assert part.lent == 40_000
    freed = part.release("1")
    assert freed.lent == 40_000
    assert freed.frozen_cash == 0
    assert freed.cash == D("100001") - 40_000 - D("0.40")


def test_a_repo_needs_its_cash_and_a_day_of_return_that_is_known() -> None:
    with pytest.raises(Refused) as caught:
        account("1000.00").freeze_sell("1", "204001.SH", 10, D(2))
    assert code_of(caught) is RuleCode.INSUFFICIENT_CASH
    with pytest.raises(Refused) as unknown:
        Ledger(date(2026, 12, 30), D(100_000)).freeze_sell("1", "204007.SH", 10, D(2))
    assert code_of(unknown) is RuleCode.CALENDAR_UNKNOWN


def test_loans_survive_the_dictionary() -> None:
    ledger = account().freeze_sell("1", "204001.SH", 10, D(2)).fill("1", D(2), 10).ledger
    data = json.loads(json.dumps(ledger_to_dict(ledger)))
    assert ledger_from_dict(data) == ledger
    del data["loans"]
    assert ledger_from_dict(data).loans == ()
