"""How much an entry buys: every cap by hand, and for all inputs never more than any cap allows."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.market import Symbol
from core.exchange.lots import round_buy
from core.risk.sizing import AccountLimits, SizingInput, size_entry

MAIN, STAR = Symbol("600000.SH"), Symbol("688001.SH")


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
        ({"limits": AccountLimits(cash_reserve=Decimal("0.9"))}, 1000, "CASH_RESERVE"),
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


MONEY = st.decimals(min_value=0, max_value=10**8, places=2)


@given(
    symbol=st.sampled_from([MAIN, STAR, Symbol("300001.SZ"), Symbol("513050.SH"), Symbol("920118.BJ")]),
    price=st.decimals(min_value=Decimal("0.01"), max_value=2000, places=2),
    total=MONEY,
    held=MONEY,
    working=MONEY,
    cash=MONEY,
    pct=st.decimals(min_value=0, max_value=1, places=3),
)
def test_no_cap_is_ever_passed_and_no_lot_is_broken(
    symbol: Symbol,
    price: Decimal,
    total: Decimal,
    held: Decimal,
    working: Decimal,
    cash: Decimal,
    pct: Decimal,
) -> None:
    one = SizingInput(symbol, price, total, held, working, cash, pct)
    cost = needed(price)
    volume = size_entry(one, cost).volume  # type: ignore[arg-type]
    assert volume == round_buy(symbol, volume)
    if volume:
        assert price * volume + held + working <= pct * total
        assert cost(volume) <= cash  # type: ignore[operator]
