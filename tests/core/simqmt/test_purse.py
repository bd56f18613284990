"""A purse does what the whole ledger would do, whatever is asked, and refuses what it would refuse."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.enums import OrderStatus, Side
from core.domain.market import Symbol
from core.exchange.ledger import Ledger
from core.exchange.refusals import Refused
from core.simqmt.purse import Purse
from core.simqmt.records import SimOrder

CODES = ("600000.SH", "511880.SH", "131810.SZ")
START = (
    Ledger(date(2026, 11, 20), Decimal(300_000))
    .with_position("600000.SH", 2_000, Decimal(9))
    .with_position("511880.SH", 1_000, Decimal(100))
)

steps = st.lists(
    st.tuples(
        st.sampled_from(["buy", "sell", "fill", "release", "day"]),
        st.sampled_from(CODES),
        st.integers(1, 20),
        st.integers(1, 12),
    ),
    max_size=30,
)


def order(number: int, code: str, side: Side, volume: int, price: Decimal) -> SimOrder:
    return SimOrder("a", Symbol(code), "", number, "1", 0, side, volume, price, 11, OrderStatus.REPORTED)


def price_of(code: str, ticks: int) -> Decimal:
    return {"600000.SH": Decimal(10), "511880.SH": Decimal(100), "131810.SZ": Decimal("1.8")}[code] + Decimal(
        ticks
    ) / 100


@given(steps)
def test_a_purse_is_the_ledger_with_its_open_orders_apart(drawn: list[tuple[str, str, int, int]]) -> None:
    ledger, purse, number = START, Purse(START), 0
    for kind, code, lots, ticks in drawn:
        price = price_of(code, ticks)
        working = [int(key) for key in ledger.orders]
        chosen = working[lots % len(working)] if working else 0
        try:
            if kind in ("buy", "sell"):
                number += 1
                asked = order(number, code, Side.BUY if kind == "buy" else Side.SELL, lots * 100, price)
                freeze = ledger.freeze_buy if asked.side is Side.BUY else ledger.freeze_sell
                ledger = freeze(str(number), code, asked.volume, price)
                purse.freeze(asked)
            elif kind == "fill" and working:
                held = ledger.orders[str(chosen)]
                done = ledger.fill(str(chosen), held.price, lots * 100)
                ledger = done.ledger
                assert purse.fill(chosen, held.price, lots * 100).fees == done.fees
            elif kind == "release" and working:
                ledger = ledger.release(str(chosen))
                purse.release(chosen)
            elif kind == "day":
                ledger = ledger.release_all().next_day(date(2026, 11, 23))
                purse.next_day(date(2026, 11, 23))
        except Refused as refused:
            code_refused = refused.refusal.code
            with pytest.raises(Refused) as also:
                if kind == "fill":
                    purse.fill(chosen, held.price, lots * 100)
                else:
                    purse.freeze(asked)
            assert also.value.refusal.code is code_refused  # noqa: PT017 - the ledger's own refusal is the measure
        assert purse.whole() == ledger
        assert purse.frozen_cash == ledger.frozen_cash
        marks = {symbol: price_of(symbol, lots) for symbol in ledger.holdings}
        assert purse.market_value(marks.items()) == ledger.mark(marks).market_value
