"""Kills at any moment over several days on one folder, and storms of all faults at once: nothing told is undone, money and
shares add up, numbers are used once, and every call that waits is released at the end."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.simqmt.faults.schedule import Faults
from core.simqmt.ledger.store import FILE_NAME, Store
from tests.core.simqmt.conftest import PFYH
from tests.fakes.simqmt import ACCOUNT, BUY, FIX_PRICE, SELL, Desk, Trader

Open = Callable[..., Desk]
ROOT = Path(__file__).resolve().parents[4]
CASH, HELD = Decimal(10_000_000), 100_000
FINAL = {53, 54, 56, 57}
SOON_S = 30.0

PROGRAM = """
import os, pathlib, random, sys
from decimal import Decimal
from tests.fakes.market import quote
from tests.fakes.simqmt import ACCOUNT, make_terminal

folder, day, seed = pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
dice, code = random.Random(seed), "600000.SH"
from core.domain.market import SHANGHAI, datetime_to_ms
from datetime import datetime
start = datetime_to_ms(datetime.fromisoformat(f"{day} 10:00:00").replace(tzinfo=SHANGHAI))
desk = make_terminal(
    folder, start=start, lockstep=False, cash={ACCOUNT: 10_000_000},
    positions={ACCOUNT: [(code, 100_000, Decimal("9"))]}, latency_ms=dice.choice([0, 5]),
)
terminal = desk.terminal

def show():
    price = Decimal(dice.randrange(990, 1010)) / 100
    sizes = [dice.randrange(1, 50) * 100 for _ in range(2)]
    terminal.set_quote(code, last=price, bids=[(price - Decimal("0.01"), sizes[0])], asks=[(price, sizes[1])], pre_close="10")

def tell(*words):
    os.write(1, (" ".join(map(str, words)) + "\\n").encode())

show()
trader = desk.trader()
hear = trader.api.callback
hear.on_order_stock_async_response = lambda answer: tell("answer", answer.order_id)
hear.on_stock_order = lambda order: tell("order", order.order_id, order.order_status, order.traded_volume)
hear.on_stock_trade = lambda trade: tell("trade", trade.order_id, trade.traded_id, trade.traded_volume)
tell("ready")
numbers = [0]
while True:
    chance = dice.random()
    if chance < 0.6:
        side, volume = dice.choice([23, 23, 24]), dice.choice([100, 200, 1000])
        trader.api.order_stock_async(trader.account, code, side, volume, 11, round(dice.uniform(9.9, 10.1), 2), "", "r")
    elif chance < 0.7:
        numbers.append(trader.buy(code, 100, 9.6))
        tell("answer", numbers[-1])
    elif chance < 0.8:
        trader.api.cancel_order_stock_async(trader.account, dice.choice(numbers))
    elif chance < 0.97:
        show()
    else:
        terminal.manual_order(ACCOUNT, code, 23, 100, "10")
    if dice.random() < 0.002 and str(terminal.trading_day) < "2026-11-27":
        terminal.next_day()
        tell("day", terminal.trading_day)
        show()
"""


def killed(folder: Path, day: str, seed: int, after: int) -> list[list[str]]:
    """What a program was told until it was killed, somewhere behind `after` things."""
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(folder), day, str(seed)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert program.stdout is not None
    told = [program.stdout.readline() for _ in range(after)]
    program.kill()
    rest, errors = program.communicate(timeout=60)
    assert program.returncode == -signal.SIGKILL, errors.decode()
    whole = b"".join([*told, rest]).decode()
    return [line.split() for line in whole.splitlines(keepends=True) if line.endswith("\n") and line.strip()]


def check(folder: Path, told: list[list[str]]) -> str:
    """The ledger against what was told, and against its own fills; its day."""
    store = Store(folder)
    state = store.loaded
    store.close()
    with sqlite3.connect(folder / FILE_NAME) as db:
        orders = {
            row[0]: row
            for row in db.execute("SELECT order_id, status, traded_volume, day, sysid FROM orders")
        }
        trades = db.execute(
            "SELECT number, order_id, side, volume, amount, commission FROM trades"
        ).fetchall()
    db.close()
    filled: Counter[int] = Counter()
    cash, shares = CASH, HELD
    for _, order_id, side, volume, amount, fee in trades:
        filled[order_id] += volume
        way = 1 if side == "BUY" else -1
        cash -= way * Decimal(amount) + Decimal(fee)
        shares += way * volume
    ledger = state.ledgers[ACCOUNT]
    assert (ledger.cash + ledger.frozen_cash, ledger.holding(PFYH).volume) == (cash, shares)
    assert {number: row[2] for number, row in orders.items() if row[2]} == dict(filled)
    assert state.day is not None
    alive = {str(n) for n, row in orders.items() if row[3] == str(state.day) and row[1] not in FINAL}
    assert set(ledger.orders) == alive
    assert max(orders, default=0) <= state.last_order_id
    numbers = Counter(row[4] for row in orders.values() if row[4])
    assert [number for number, times in numbers.items() if times > 1] == []
    known = {(str(trade[1]), str(trade[0]), str(trade[3])) for trade in trades}
    for kind, *words in told:
        if kind == "answer" and int(words[0]) > 0:
            assert int(words[0]) in orders, words
        if kind == "order":
            _, status, traded, *_ = orders[int(words[0])]
            assert traded >= int(words[2]), words
            assert int(words[1]) not in FINAL or int(words[1]) == status, words
        if kind == "trade":
            assert tuple(words) in known, words
        if kind == "day":
            assert str(state.day) >= words[0]
    return str(state.day)


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_kills_at_any_moment_over_days_undo_nothing_that_was_told(tmp_path: Path) -> None:
    day, told = "2026-11-20", 0
    for seed, after in enumerate((1, 40, 250, 900)):
        heard = killed(tmp_path, day, seed, after)
        day = check(tmp_path / "userdata_mini", heard)
        told += len(heard)
    assert told > 1000


@pytest.mark.parametrize(("seed", "intensity"), [(1, 0.1), (2, 0.6)])
def test_a_storm_of_faults_and_reconnects_ends_with_a_whole_ledger_and_nobody_waiting(
    open_desk: Open, seed: int, intensity: float
) -> None:
    faults = Faults.random(seed, intensity)
    faults.add("disconnect_all", "orderStock", chance=0.02)
    faults.add("disconnect_before", chance=0.01)
    desk = open_desk(lockstep=False, faults=faults, push_asset_and_positions=False)
    dice = random.Random(seed)
    traders: list[Trader] = []
    waiting: list[threading.Thread] = []

    def ask(call: Callable[..., Any], *given: Any) -> Any:
        found: list[Any] = []
        asking = threading.Thread(target=lambda: found.append(call(*given)))
        asking.start()
        asking.join(0.05)
        if asking.is_alive():
            waiting.append(asking)
        return found[0] if found else None

    def reconnect() -> Trader:
        while True:
            traders.append(desk.trader(len(traders) + 1, connect=False))
            if traders[-1].api.connect() == 0:
                ask(traders[-1].api.subscribe, traders[-1].account)
                return traders[-1]

    trader, numbers = reconnect(), [0]
    for turn in range(250):
        side, price = dice.choice([BUY, BUY, SELL]), round(dice.uniform(9.5, 10.2), 2)
        trader.api.order_stock_async(trader.account, PFYH, side, 100, FIX_PRICE, price, "", "r")
        chance = dice.random()
        if chance < 0.1:
            numbers.append(ask(trader.api.order_stock, trader.account, PFYH, BUY, 100, FIX_PRICE, 9.6) or 0)
        elif chance < 0.2:
            ask(trader.api.query_stock_orders, trader.account)
        elif chance < 0.4:
            trader.api.cancel_order_stock_async(trader.account, dice.choice(numbers))
        elif chance < 0.42:
            desk.terminal.disconnect()
        silent = turn % 20 == 0 and ask(trader.api.query_stock_asset, trader.account) is None
        if silent or trader.events("on_disconnected"):  # the push itself may be lost
            trader = reconnect()
    desk.terminal.close()
    for asking in waiting:
        asking.join(SOON_S)
    assert not any(asking.is_alive() for asking in waiting)
    assert len({hit.fault for hit in faults.log}) > 10
    orders = {order.order_id: order for order in desk.terminal.orders(ACCOUNT)}
    trades = {trade.trade_id: trade for trade in desk.terminal.trades(ACCOUNT)}
    for one in traders:
        for order in one.events("on_stock_order"):
            assert orders[order.order_id].traded_volume >= order.traded_volume
        for trade in one.events("on_stock_trade"):
            assert trades[trade.traded_id].volume == trade.traded_volume
    ledger = desk.terminal.ledger(ACCOUNT)
    assert len(orders) > 20
    paid = sum(
        (
            (1 if trade.side.name == "BUY" else -1) * trade.amount + trade.commission
            for trade in trades.values()
        ),
        Decimal(0),
    )
    assert ledger.cash + ledger.frozen_cash == 1_000_000 - paid
