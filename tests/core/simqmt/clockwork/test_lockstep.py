"""Under the conductor the same day gives the same record, with the real xttrader and two programs at once."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from core.lanes import Lane
from tests.core.simqmt.conftest import PFYH
from tests.fakes.market import at, quote
from tests.fakes.simqmt import ACCOUNT, BUY, FIX_PRICE, SELL, make_terminal

TICKS = 150


def a_day(seed: int) -> list[Any]:
    dice = random.Random(seed)
    price, day = 1000, []
    for n in range(TICKS):
        price += dice.randint(-2, 2)
        asks = [(f"{(price + 1) / 100}", dice.randint(1, 9) * 100)]
        bids = [(f"{price / 100}", dice.randint(1, 9) * 100)]
        day.append(
            quote(PFYH, at("10:00:00") + n * 3000, price / 100, pre_close="10.00", bids=bids, asks=asks)
        )
    return day


def play(folder: Path, latency_ms: int) -> tuple[list[Any], list[Any], list[Any]]:
    """Two programs that answer every fifth snapshot with an order each, from their own lanes."""
    desk = make_terminal(folder, a_day(7), hold_market=True, latency_ms=latency_ms)
    conductor = desk.conductor
    lanes = [Lane(f"lane-{n}", conductor) for n in (1, 2)]
    traders = [desk.trader(n, connect=False) for n in (1, 2)]
    ready = [lane.submit_waiting(_log_in, trader) for lane, trader in zip(lanes, traders, strict=True)]
    xtdata = __import__("xtquant.xtdata", fromlist=["xtdata"])
    xtdata.enable_hello = False
    count = 0

    def on_ticks(ticks: dict[str, Any]) -> None:
        nonlocal count
        count += 1
        if count % 5 == 0:
            price = ticks[PFYH]["lastPrice"]
            for lane, trader, shift in zip(lanes, traders, (0.01, -0.02), strict=True):
                side = BUY if count % 3 else SELL
                order = (trader.account, PFYH, side, 300, FIX_PRICE, round(price + shift, 2), "", f"r{count}")
                lane.submit(trader.api.order_stock_async, *order)
                lane.submit(trader.api.query_stock_asset_async, trader.account, lambda _asset: None)

    for future in ready:
        assert future.result(10)
    xtdata.subscribe_whole_quote([PFYH], on_ticks)
    conductor.open_market()
    assert conductor.finished.wait(60)
    heard = [
        [(name, getattr(v, "order_id", 0), getattr(v, "order_status", 0)) for name, v in trader.heard]
        for trader in traders
    ]
    orders, trades = desk.terminal.orders(ACCOUNT), desk.terminal.trades(ACCOUNT)
    desk.close()
    for lane in lanes:
        assert lane.close()
    return orders, trades, heard


def _log_in(trader: Any) -> bool:
    return trader.api.connect() == 0 and trader.api.subscribe(trader.account) == 0


@pytest.mark.parametrize("latency_ms", [0, 1200])
def test_the_same_day_gives_the_same_record(tmp_path: Path, latency_ms: int) -> None:
    first = play(tmp_path / "0", latency_ms)
    burner = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        for n in range(1, 4):
            assert play(tmp_path / str(n), latency_ms) == first
    finally:
        burner.kill()
        burner.wait()
    assert len(first[1]) > 10, "something was traded"
