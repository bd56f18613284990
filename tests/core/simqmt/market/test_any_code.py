"""A program may name any code: on the built-in market it has a quote, a name and a past, and can be traded at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest

from core.domain.market import Symbol
from core.simqmt.market.builtin.market import BuiltinMarket
from tests.fakes.market import ListMarket
from tests.fakes.simqmt import ACCOUNT, Desk, make_terminal

UNLISTED = "600000.SH"


def builtin(tmp_path: Path, **options: Any) -> Desk:
    market = cast("ListMarket", BuiltinMarket(3, start=time(10, 0)))
    return make_terminal(tmp_path, market=market, hold=True, **options)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = builtin(tmp_path)
    yield made
    made.close()


def test_the_first_order_in_a_code_nobody_asked_for_fills_at_the_book(desk: Desk) -> None:
    twin = BuiltinMarket(3, start=time(10, 0))  # the same market, to know the book beforehand
    expected = twin.wake(Symbol(UNLISTED), twin.start_ms)
    assert expected is not None
    ask, offered = expected.asks[0]
    volume = min(offered // 100 * 100, 300)
    trader = desk.trader()
    order_id = trader.buy(UNLISTED, volume, ask / 1000, "first")
    desk.settle()
    assert trader.order_states(order_id) == [50, 56]
    (trade,) = desk.terminal.trades(ACCOUNT)
    assert (trade.price, trade.volume) == (Decimal(ask) / 1000, volume)


def test_a_code_of_no_security_is_refused(desk: Desk) -> None:
    trader = desk.trader()
    assert trader.buy("700000.SH", 100, 10.0, "none") == -1
    assert desk.terminal.instrument(Symbol("700000.SH")) is None


def test_the_market_data_side_shows_what_is_asked_for(desk: Desk) -> None:
    from xtquant import xtdata

    (tick,) = xtdata.get_full_tick([UNLISTED]).values()
    assert tick["lastPrice"] > 0
    assert tick["askPrice"][0] > tick["bidPrice"][0] > 0
    assert xtdata.get_instrument_detail("159919.SZ")["InstrumentName"] == "沪深300ETF"
    days = xtdata.get_market_data_ex([], ["300274.SZ"], "1d", count=5)["300274.SZ"]
    assert len(days) == 5
    index = xtdata.get_full_tick(["000300.SH"])["000300.SH"]
    assert index["lastPrice"] > 1000
    assert not any((*index["askPrice"], *index["bidPrice"]))


def test_what_is_held_is_shown_after_a_restart(tmp_path: Path) -> None:
    first = builtin(tmp_path, positions={ACCOUNT: [(UNLISTED, 500, Decimal("6.00"))]})
    first.close()
    again = builtin(tmp_path)
    try:
        assert again.terminal.quote(Symbol(UNLISTED)) is not None
        assert again.terminal.ledger(ACCOUNT).holdings[UNLISTED].volume == 500
    finally:
        again.close()
