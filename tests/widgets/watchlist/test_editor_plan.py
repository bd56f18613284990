"""What an entry would buy: the same volume as the service's own sizing, and the words around it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.market import Symbol
from core.exchange.fees import DEFAULT_FEES
from core.risk.sizing import SizingInput, size_entry
from tests.widgets.desk_records import item
from widgets.watchlist.editor_plan import Account, CapKind, plan_entry

DAY = date(2026, 11, 20)
BYD = item("w1", "002594.SZ", ("94.00", "95.50"), "92.80", "106.00")


def test_a_plan_by_hand() -> None:
    plan = plan_entry(BYD, Account(Decimal(1_012_463), Decimal(433_523), Decimal(0)), DAY)
    assert plan is not None
    # 20 % of 1,012,463 is 202,492.60; 21 lots of 9,550 fit, the 22nd does not.
    assert (plan.volume, plan.amount) == (2_100, Decimal("200550.00"))
    assert plan.binding.kind is CapKind.POSITION
    # Commission 0.025 % is 50.14, transfer fee 0.001 % is 2.01.
    assert plan.fees == Decimal("52.15")
    assert plan.loss == Decimal("-5670.00")
    assert plan.enough


def test_what_is_held_takes_its_part_of_the_cap() -> None:
    plan = plan_entry(BYD, Account(Decimal(100_000), Decimal(90_000), Decimal(15_000)), DAY)
    assert plan is not None
    assert plan.volume == 0
    assert plan.lot_amount == Decimal("9550.00")


def test_without_an_entry_zone_there_is_no_plan() -> None:
    assert plan_entry(item("w", "600519.SH", None, "9.00", "11.00"), Account(*[Decimal(1)] * 3), DAY) is None


@settings(max_examples=150, deadline=None)
@given(
    symbol=st.sampled_from(["600519.SH", "688981.SH", "300750.SZ", "510300.SH", "920118.BJ"]),
    price=st.decimals("0.5", "500", places=2),
    total=st.integers(0, 20_000_000),
    cash=st.integers(0, 20_000_000),
    held=st.integers(0, 2_000_000),
)
def test_the_volume_is_that_of_the_service(
    symbol: str, price: Decimal, total: int, cash: int, held: int
) -> None:
    given_item = item("w", symbol, (str(price), str(price)))
    plan = plan_entry(given_item, Account(Decimal(total), Decimal(cash), Decimal(held)), DAY)
    sizing = size_entry(
        SizingInput(
            symbol=Symbol(symbol),
            price=price,
            total_asset=Decimal(total),
            held_value=Decimal(held),
            working_value=Decimal(0),
            cash=Decimal(cash),
            max_position_pct=given_item.quant.max_position_pct,
        ),
        lambda volume: DEFAULT_FEES.cash_to_freeze(symbol, price, volume, DAY),
    )
    assert plan is not None
    assert plan.volume == sizing.volume
    assert [cap.volume for cap in plan.caps] == [cap.volume for cap in sizing.caps]
