"""How much an entry buys: every cap by hand, and for all inputs never more than any cap allows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.market import Symbol
from core.exchange.fees import DEFAULT_FEES
from core.exchange.lots import OrderForm, buy_refusal, round_buy
from core.exchange.symbols import rule_of
from core.risk.sizing import (
    AccountLimits,
    ByAmount,
    ByRisk,
    ByShare,
    SizingInput,
    Wanted,
    size_entry,
    size_order,
)

MAIN, STAR, BOND = Symbol("600000.SH"), Symbol("688001.SH"), Symbol("113052.SH")
DAY = date(2026, 11, 20)


def given_input(**changes: object) -> SizingInput:
    values: dict[str, object] = {
        "symbol": MAIN,
        "price": Decimal("10.00"),
        "total_asset": Decimal(100_000),
        "held_value": Decimal(0),
        "working_value": Decimal(0),
        "cash": Decimal(100_000),
        "max_position_pct": Decimal("0.2"),
    }
    return SizingInput(**{**values, **changes})  # type: ignore[arg-type]


def needed(price: Decimal) -> object:
    """Cash for a volume: its amount, and 5 yuan."""
    return lambda volume: price * volume + 5


@pytest.mark.parametrize(
    ("changes", "volume", "code"),
    [
        ({}, 2000, "POSITION_CAP"),
        ({"held_value": Decimal(15_000), "working_value": Decimal(3_000)}, 200, "POSITION_CAP"),
        ({"held_value": Decimal(20_000)}, 0, "POSITION_CAP"),
        ({"held_value": Decimal(50_000)}, 0, "POSITION_CAP"),
        ({"cash": Decimal(10_000)}, 900, "CASH"),
        ({"cash": Decimal(10_005)}, 1000, "CASH"),
        ({"cash": Decimal(0)}, 0, "CASH"),
        ({"symbol": STAR, "max_position_pct": Decimal("0.2037")}, 2037, "POSITION_CAP"),
        ({"symbol": STAR, "max_position_pct": Decimal("0.0199")}, 0, "POSITION_CAP"),
        ({"total_asset": Decimal(10**9), "cash": Decimal(10**9)}, 1_000_000, "ORDER_MAX"),
        (
            {"limits": AccountLimits(max_exposure=Decimal("0.8")), "invested": Decimal(75_000)},
            500,
            "TOTAL_EXPOSURE",
        ),
        ({"limits": AccountLimits(cash_reserve=Decimal("0.9"))}, 900, "CASH_RESERVE"),
        ({"wanted": ByAmount(Decimal(10_005))}, 1000, "AMOUNT"),
        ({"wanted": ByAmount(Decimal("10_004.99"))}, 900, "AMOUNT"),
        ({"wanted": ByAmount(Decimal(50_000))}, 2000, "POSITION_CAP"),
        ({"wanted": ByShare(Decimal("0.1"))}, 900, "ASSET_SHARE"),
        ({"wanted": ByShare(Decimal(1))}, 2000, "POSITION_CAP"),
        # one yuan a share and 5 yuan of fees
        ({"wanted": ByRisk(Decimal(505), Decimal("9.00"))}, 500, "RISK"),
        ({"wanted": ByRisk(Decimal(504), Decimal("9.00"))}, 400, "RISK"),
        ({"wanted": ByRisk(Decimal(50), Decimal("9.00"))}, 0, "RISK"),
        ({"wanted": ByRisk(Decimal(500), Decimal("10.00"))}, 0, "RISK"),
        ({"wanted": ByRisk(Decimal(500), Decimal(0))}, 0, "RISK"),
        ({"wanted": ByRisk(Decimal(10_000), Decimal("9.00"))}, 2000, "POSITION_CAP"),
        (
            {
                "symbol": Symbol("300001.SZ"),
                "total_asset": Decimal(10**9),
                "cash": Decimal(10**9),
                "form": OrderForm.MARKET,
            },
            150_000,
            "ORDER_MAX",
        ),
        ({"name": "*ST某某", "day": DAY, "bought_today": 499_850}, 100, "ST_DAILY_BUY_CAP"),
        ({"name": "*ST某某", "day": DAY, "bought_today": 499_950}, 0, "ST_DAILY_BUY_CAP"),
        ({"symbol": STAR, "name": "*ST某某", "day": DAY, "bought_today": 10**6}, 2000, "POSITION_CAP"),
        ({"symbol": BOND, "wanted": ByAmount(Decimal(18_000)), "price": Decimal("120.5")}, 140, "AMOUNT"),
        ({"symbol": Symbol("920118.BJ"), "wanted": ByAmount(Decimal("1015"))}, 101, "AMOUNT"),
        ({"symbol": STAR, "wanted": ByAmount(Decimal("2015"))}, 201, "AMOUNT"),
        ({"symbol": STAR, "wanted": ByAmount(Decimal("2004"))}, 0, "AMOUNT"),
    ],
)
def test_the_tightest_cap_binds(changes: dict[str, object], volume: int, code: str) -> None:
    one = given_input(**changes)
    sizing = size_entry(one, needed(one.price))  # type: ignore[arg-type]
    assert (sizing.volume, sizing.binding.code) == (volume, code)


def test_the_words_hold_the_arithmetic() -> None:
    one = given_input(held_value=Decimal(15_000), working_value=Decimal(3_000))
    text = size_entry(one, needed(one.price)).binding.text  # type: ignore[arg-type]
    for part in ("20%", "100,000.00", "20,000.00", "15,000.00", "3,000.00", "2,000.00", "200"):
        assert part in text


@pytest.mark.parametrize(
    ("wanted", "parts"),
    [
        (ByAmount(Decimal(10_005)), ("指定金额 10,005.00 元", "1,000 股")),
        (ByShare(Decimal("0.125")), ("12.5%", "100,000.00", "12,500.00", "1,200 股")),
        (ByRisk(Decimal(505), Decimal("9.00")), ("505.00 元", "10.00 → 9.00", "500 股", "亏 505.00 元")),
        (ByRisk(Decimal(505), Decimal("11.00")), ("11.00", "10.00", "0 股")),
    ],
)
def test_what_was_wanted_is_told_with_its_numbers(wanted: Wanted, parts: tuple[str, ...]) -> None:
    one = given_input(wanted=wanted, max_position_pct=Decimal(1))
    sizing = size_entry(one, needed(one.price))  # type: ignore[arg-type]
    assert all(part in sizing.binding.text for part in parts), sizing.binding.text


def test_fees_of_both_sides_count_at_risk() -> None:
    """1,000 shares from 10.00 to 9.50: 500 of fall, 5.10 to buy, 5 + 4.75 + 0.10 (9.85) to sell."""
    one = given_input(wanted=ByRisk(Decimal("514.95"), Decimal("9.50")))
    assert size_order(one, DEFAULT_FEES, DAY).volume == 1000
    less = given_input(wanted=ByRisk(Decimal("514.94"), Decimal("9.50")))
    assert size_order(less, DEFAULT_FEES, DAY).volume == 900


MONEY = st.decimals(min_value=0, max_value=10**8, places=2)
FRACTION = st.decimals(min_value=0, max_value=1, places=3)
PRICE = st.decimals(min_value=Decimal("0.01"), max_value=2000, places=2)
SYMBOLS = st.sampled_from(
    [MAIN, STAR, BOND, Symbol("300001.SZ"), Symbol("513050.SH"), Symbol("920118.BJ"), Symbol("508001.SH")]
)
WANTED = st.one_of(
    st.none(), st.builds(ByAmount, MONEY), st.builds(ByShare, FRACTION), st.builds(ByRisk, MONEY, PRICE)
)


def broken(one: SizingInput, volume: int) -> set[str]:
    """Codes of the caps that a buy of `volume` breaks, told from the meaning of each and not from the sizing."""
    price, wanted = one.price, one.wanted
    value, cost = price * volume, DEFAULT_FEES.cash_to_freeze(one.symbol, price, volume, DAY)
    found = {
        "POSITION_CAP": value + one.held_value + one.working_value > one.max_position_pct * one.total_asset,
        "CASH": cost > one.cash,
        "ORDER_MAX": buy_refusal(one.symbol, volume) is not None,
        "TOTAL_EXPOSURE": one.limits.max_exposure < 1
        and value + one.invested > one.limits.max_exposure * one.total_asset,
        "CASH_RESERVE": one.limits.cash_reserve > 0
        and one.cash - cost < one.limits.cash_reserve * one.total_asset,
        "AMOUNT": isinstance(wanted, ByAmount) and cost > wanted.yuan,
        "ASSET_SHARE": isinstance(wanted, ByShare) and cost > wanted.fraction * one.total_asset,
        "RISK": isinstance(wanted, ByRisk)
        and (
            not 0 < wanted.stop < price
            or cost - DEFAULT_FEES.net_proceeds(one.symbol, wanted.stop, volume, DAY) > wanted.yuan
        ),
    }
    return {code for code, is_broken in found.items() if is_broken}


@pytest.mark.capability("000-68")
@settings(max_examples=600, deadline=None)
@given(
    symbol=SYMBOLS,
    price=PRICE,
    total=MONEY,
    held=MONEY,
    working=MONEY,
    cash=MONEY,
    pct=FRACTION,
    invested=MONEY,
    exposure=FRACTION,
    reserve=FRACTION,
    wanted=WANTED,
)
def test_000_68_no_cap_is_broken_and_one_more_lot_breaks_the_binding_one(
    symbol: Symbol,
    price: Decimal,
    total: Decimal,
    held: Decimal,
    working: Decimal,
    cash: Decimal,
    pct: Decimal,
    invested: Decimal,
    exposure: Decimal,
    reserve: Decimal,
    wanted: Wanted | None,
) -> None:
    limits = AccountLimits(max_exposure=exposure, cash_reserve=reserve)
    one = SizingInput(symbol, price, total, held, working, cash, pct, invested, limits, wanted)
    sizing = size_order(one, DEFAULT_FEES, DAY)
    assert sizing.volume == round_buy(symbol, sizing.volume)
    if sizing.volume:
        assert broken(one, sizing.volume) == set()
    rule = rule_of(symbol)
    more = sizing.volume + rule.step if sizing.volume else rule.min_volume
    assert sizing.binding.code in broken(one, more), (sizing, more)
    assert sizing.binding.volume == min(cap.volume for cap in sizing.caps) == sizing.volume


@settings(max_examples=300, deadline=None)
@given(
    symbol=SYMBOLS, price=PRICE, yuan=st.decimals(min_value=10_000, max_value=10**7, places=2), fall=FRACTION
)
def test_free_accounts_reach_what_is_wanted(
    symbol: Symbol, price: Decimal, yuan: Decimal, fall: Decimal
) -> None:
    """With a rich account only the wish and the largest order bind: the properties above are not met by zeros."""
    rich = Decimal(10**12)
    for wanted in (ByAmount(yuan), ByRisk(yuan, price * (1 - fall))):
        one = SizingInput(symbol, price, rich, Decimal(0), Decimal(0), rich, Decimal(1), wanted=wanted)
        sizing = size_order(one, DEFAULT_FEES, DAY)
        assert sizing.binding.code in ("AMOUNT", "RISK", "ORDER_MAX")
        if isinstance(wanted, ByAmount) and price * rule_of(symbol).min_volume + 10 < yuan:
            assert sizing.volume > 0
