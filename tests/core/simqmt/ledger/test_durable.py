"""What the exchange accepted outlives the program: kill, restart, a second process, a damaged file."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from core.errors import UserError
from core.simqmt.clockwork.conductor import Conductor
from core.simqmt.ledger.store import FILE_NAME, last_moment
from core.simqmt.terminal import SimTerminal
from tests.core.simqmt.conftest import PFYH
from tests.fakes.market import at, quote
from tests.fakes.simqmt import ACCOUNT, Desk

Open = Callable[..., Desk]
ROOT = Path(__file__).parents[4]

PROGRAM = """
import os, pathlib, signal, sys
from tests.fakes.market import quote
from tests.fakes.simqmt import make_terminal

desk = make_terminal(
    pathlib.Path(sys.argv[1]),
    [quote("600000.SH", "09:59:59", "10.00", pre_close="10.00", asks=[("10.00", 200)])],
    hold=True,
)
desk.settle()
trader = desk.trader()

def die(_order):
    os.kill(os.getpid(), signal.SIGKILL)

trader.buy("600000.SH", 100, 9.90, "resting")
if sys.argv[2] == "push":
    trader.api.callback.on_stock_trade = die
    trader.buy("600000.SH", 300, 10.00, "killed")
    desk.settle()
else:
    trader.buy("600000.SH", 300, 10.00, "killed")
    sys.stdout.write("answered\\n")
    sys.stdout.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""

FLOOD = """
import os, pathlib, signal, sys
from tests.fakes.market import quote
from tests.fakes.simqmt import ACCOUNT, make_terminal

desk = make_terminal(
    pathlib.Path(sys.argv[1]),
    [quote("600000.SH", "10:00:00", "10.00", pre_close="10.00", asks=[("10.00", 10_000_000)])],
    lockstep=False,
    cash={ACCOUNT: 100_000_000},
)
desk.settle()
trader = desk.trader()
told = 0

def tell(kind, number):
    global told
    os.write(1, f"{kind} {number}\\n".encode())
    told += 1
    if told == 400:
        os.kill(os.getpid(), signal.SIGKILL)

trader.api.callback.on_order_stock_async_response = lambda answer: tell("order", answer.order_id)
trader.api.callback.on_stock_trade = lambda trade: tell("trade", trade.traded_id)
for n in range(2000):
    price = 10.0 if n % 2 else 9.9
    trader.api.order_stock_async(trader.account, "600000.SH", 23, 100, 11, price, "", f"n{n}")
desk.settle(timeout=60)
"""

HOLDER = """
import pathlib, sys
from tests.fakes.simqmt import make_terminal
desk = make_terminal(pathlib.Path(sys.argv[1]))
sys.stdout.write("open\\n")
sys.stdout.flush()
sys.stdin.readline()
desk.close()
"""


def start(program: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
@pytest.mark.parametrize("moment", ["answer", "push"])
def test_kill_9_undoes_nothing_that_was_told(open_desk: Open, tmp_path: Path, moment: str) -> None:
    program = start(PROGRAM, str(tmp_path), moment)
    told, errors = program.communicate(timeout=60)
    assert program.returncode == -signal.SIGKILL, errors
    assert told == ("answered\n" if moment == "answer" else "")
    desk = open_desk(quote(PFYH, "10:05:00", "10.00", pre_close="10.00"), folder=tmp_path, start="10:01:00")
    trader = desk.trader()
    orders = {order.order_remark: order for order in trader.api.query_stock_orders(trader.account)}
    assert orders["resting"].order_status == 50
    assert (orders["killed"].order_status, orders["killed"].traded_volume) == (55, 200)
    (trade,) = trader.api.query_stock_trades(trader.account)
    assert (trade.order_id, trade.traded_volume) == (orders["killed"].order_id, 200)
    assert trader.api.query_stock_position(trader.account, PFYH).on_road_volume == 200
    desk.settle("10:05:00")
    assert trader.order_states(orders["killed"].order_id) == [56], "it went on working"
    newer = trader.buy(PFYH, 100, 9.90)
    assert newer > orders["killed"].order_id


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_kill_9_in_a_flood_undoes_nothing_that_was_told(open_desk: Open, tmp_path: Path) -> None:
    """Requests are made durable many at a time; still nothing is told before it is."""
    program = start(FLOOD, str(tmp_path))
    told, errors = program.communicate(timeout=120)
    assert program.returncode == -signal.SIGKILL, errors
    words = [line.split() for line in told.splitlines()]
    desk = open_desk(folder=tmp_path, cash={ACCOUNT: 0})
    orders = {order.order_id: order for order in desk.terminal.orders(ACCOUNT)}
    trades = {trade.trade_id: trade for trade in desk.terminal.trades(ACCOUNT)}
    assert {int(number) for kind, number in words if kind == "order"} <= set(orders)
    assert {number for kind, number in words if kind == "trade"} <= set(trades)
    assert len(words) == 400
    ledger = desk.terminal.ledger(ACCOUNT)
    paid = sum((trade.amount + trade.commission for trade in trades.values()), Decimal(0))
    assert ledger.cash + ledger.frozen_cash == 100_000_000 - paid
    assert ledger.holding(PFYH).volume == sum(order.traded_volume for order in orders.values())
    assert len(ledger.orders) == sum(order.working for order in orders.values())


def test_a_file_of_the_first_layout_is_brought_up_to_date(open_desk: Open, tmp_path: Path) -> None:
    folder = tmp_path / "userdata_mini"
    folder.mkdir()
    with contextlib.closing(sqlite3.connect(folder / FILE_NAME)) as db:
        db.executescript((ROOT / "tests/data/simqmt_v1.sql").read_text(encoding="utf-8"))
    desk = open_desk(folder=tmp_path, cash={ACCOUNT: 5}, start="10:01:00")
    ledger = desk.terminal.ledger(ACCOUNT)
    assert (ledger.cash, ledger.frozen_cash) == (Decimal("995999.96"), Decimal("995.01"))
    held = ledger.holding(PFYH)
    assert (held.volume, held.can_use, held.frozen, held.on_road) == (1300, 600, 400, 300)
    filled, buying, selling = desk.terminal.orders(ACCOUNT)
    assert (filled.traded_volume, filled.status, filled.remark) == (300, 56, "策略")
    assert (buying.status, selling.status) == (50, 50)
    (trade,) = desk.terminal.trades(ACCOUNT)
    assert (trade.price, trade.volume, trade.commission) == (Decimal(10), 300, Decimal("5.03"))
    trader = desk.trader()
    for order in (buying, selling):
        assert trader.api.cancel_order_stock(trader.account, order.order_id) == 0
    desk.settle()
    after = desk.terminal.ledger(ACCOUNT)
    assert (after.cash, after.frozen_cash) == (Decimal("996994.97"), 0)
    assert after.holding(PFYH).can_use == 1000


def test_a_restart_on_the_same_day_finds_everything_and_on_the_next_day_settles_it(
    open_desk: Open, tmp_path: Path
) -> None:
    first = open_desk(folder=tmp_path)
    trader = first.trader()
    filled, resting = trader.buy(PFYH, 300, 10.0), trader.buy(PFYH, 100, 9.5)
    first.settle()
    before = first.terminal.ledger(ACCOUNT)
    first.close()
    moment = last_moment(first.terminal.path)
    assert moment is not None
    assert moment.time_ms == at("10:00:00")

    second = open_desk(folder=tmp_path, cash={ACCOUNT: 5, "88000002": 77})
    assert second.terminal.ledger(ACCOUNT) == before, "a known account keeps what it has"
    assert second.terminal.ledger("88000002").cash == 77
    trader = second.trader()
    assert [o.order_id for o in trader.api.query_stock_orders(trader.account)] == [filled, resting]
    assert trader.api.cancel_order_stock(trader.account, resting) == 0
    second.settle()
    assert trader.order_states(resting) == [51, 54]
    second.close()

    third = open_desk(
        quote(PFYH, "2026-11-23 09:59:59", "10.00", pre_close="10.00"),
        folder=tmp_path,
        start="2026-11-23 10:00:00",
    )
    assert third.terminal.orders(ACCOUNT) == []
    held = third.terminal.ledger(ACCOUNT).holding(PFYH)
    assert (held.volume, held.can_use, held.on_road) == (300, 300, 0)
    assert third.terminal.ledger(ACCOUNT).cash == before.cash + before.frozen_cash


def test_an_order_under_way_at_the_end_arrives_after_the_restart(open_desk: Open, tmp_path: Path) -> None:
    first = open_desk(folder=tmp_path, latency_ms=1000)
    order_id = first.trader().buy(PFYH, 100, 10.0)
    assert first.terminal.orders(ACCOUNT)[0].at_exchange is False
    first.close()
    second = open_desk(folder=tmp_path, latency_ms=1000)
    trader = second.trader()
    second.settle("10:00:05")
    assert trader.order_states(order_id) == [56]


def test_a_second_process_on_the_folder_is_told_so(open_desk: Open, tmp_path: Path) -> None:
    holder = start(HOLDER, str(tmp_path))
    assert holder.stdout is not None
    assert holder.stdout.readline() == "open\n"
    with pytest.raises(UserError, match="正被另一个程序使用"):
        open_desk(folder=tmp_path)
    holder.communicate("\n", timeout=60)
    assert holder.returncode == 0
    assert open_desk(folder=tmp_path).trader().buy(PFYH, 100, 10.0) > 0


def test_a_second_terminal_of_the_same_process_is_refused_too(open_desk: Open, tmp_path: Path) -> None:
    desk = open_desk(folder=tmp_path)
    with pytest.raises(UserError, match="正被另一个程序使用"):
        open_desk(folder=tmp_path)
    desk.close()
    open_desk(folder=tmp_path)


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"this is no database" * 100)
    for _ in range(2):
        with pytest.raises(UserError, match=FILE_NAME):
            SimTerminal(tmp_path, {ACCOUNT: Decimal(1)}, None, Conductor(at("10:00:00")))
    assert (tmp_path / FILE_NAME).read_bytes().startswith(b"this is no database")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(UserError, match="不能写入"):
        SimTerminal(tmp_path / "file" / "x", {ACCOUNT: Decimal(1)}, None, Conductor(at("10:00:00")))


def test_negative_money_is_refused_and_leaves_the_folder_free(tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(UserError, match=r"88000001.*不小于 0"):
            SimTerminal(tmp_path, {ACCOUNT: Decimal(-1)}, None, Conductor(at("10:00:00")))
