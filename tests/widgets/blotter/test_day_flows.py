"""Fills of today."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from core.domain.enums import Side
from core.domain.market import Symbol
from core.domain.trading import Trade
from tests.widgets.desk_records import MOMENT
from widgets.blotter.day_flows import DayFlows

FILL = Trade("A", Symbol("600519.SH"), "1", 7, MOMENT, Side.BUY, Decimal(10), 100, Decimal(1000), "DP")


def test_fills_add_up_once_and_sides_stay_apart() -> None:
    flows = DayFlows()
    for fill in (FILL, FILL, replace(FILL, order_id=8), replace(FILL, trade_id="2", side=Side.SELL)):
        flows.add(fill)
    assert flows.of("600519.SH", Side.BUY) == (200, Decimal(2000))
    assert flows.of("600519.SH", Side.SELL) == (100, Decimal(1000))
    assert flows.of("000001.SZ", Side.BUY) == (0, Decimal(0))


def test_a_new_day_starts_at_nothing_and_an_old_fill_does_not_count() -> None:
    flows = DayFlows()
    flows.add(FILL)
    flows.add(replace(FILL, time=MOMENT + timedelta(days=3), volume=300))
    flows.add(replace(FILL, trade_id="9"))
    assert flows.of("600519.SH", Side.BUY) == (300, Decimal(1000))
