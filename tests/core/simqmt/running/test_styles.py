"""Programs in the styles that people write them, each as a process of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.core.simqmt.running.test_runner import book, run

__all__ = ["book"]

RECONNECTS = """
import time
from xtquant import xttrader
from xtquant.xttype import StockAccount

account = StockAccount("88000001")
live = []

class Callback(xttrader.XtQuantTraderCallback):
    def on_disconnected(self):
        for session in (11, 12, 13):
            again = xttrader.XtQuantTrader("x/userdata_mini", session, Callback())
            again.start()
            code = again.connect()
            print("tried", session, code)
            if code == 0:
                print("subscribed", again.subscribe(account), again.query_stock_asset(account).cash > 0)
                live.append(again)
                return
            again.stop()

first = xttrader.XtQuantTrader("x/userdata_mini", 10, Callback())
first.start()
assert first.connect() == 0 and first.subscribe(account) == 0
first.order_stock_async(account, "600000.SH", 23, 100, 11, 9.5, "s", "lost")
while not live:
    time.sleep(0.01)
second = live[0]
print("placed", second.order_stock(account, "600000.SH", 23, 100, 11, 9.5, "s", "kept") > 0)
print([order.order_remark for order in second.query_stock_orders(account)])
second.stop()
first.stop()
"""

ASYNC = """
import asyncio
from xtquant import xtdata, xttrader
from xtquant.xttype import StockAccount

class Callback(xttrader.XtQuantTraderCallback):
    def __init__(self, loop, heard):
        self.loop, self.heard = loop, heard

    def on_stock_order(self, order):
        self.loop.call_soon_threadsafe(self.heard.put_nowait, (order.order_remark, order.order_status))

async def main():
    loop, heard, ticks = asyncio.get_running_loop(), asyncio.Queue(), asyncio.Queue()
    trader = xttrader.XtQuantTrader("x/userdata_mini", 9, Callback(loop, heard))
    trader.start()
    account = StockAccount("88000001")
    assert await asyncio.to_thread(trader.connect) == 0
    assert await asyncio.to_thread(trader.subscribe, account) == 0
    xtdata.subscribe_whole_quote(["600000.SH"], lambda told: loop.call_soon_threadsafe(ticks.put_nowait, told))
    ask = (await asyncio.wait_for(ticks.get(), 20))["600000.SH"]["askPrice"][0]
    for number in range(3):
        trader.order_stock_async(account, "600000.SH", 23, 100, 11, ask, "s", f"n{number}")
    ended = set()
    while len(ended) < 3:
        remark, status = await asyncio.wait_for(heard.get(), 20)
        if status == 56:
            ended.add(remark)
    print(sorted(ended), (await asyncio.to_thread(trader.query_stock_position, account, "600000.SH")).volume)
    trader.stop()

asyncio.run(main())
"""

MANY = """
import threading
from xtquant import xttrader
from xtquant.xttype import StockAccount

accounts = [StockAccount(name) for name in ("88000001", "88000002")]

class Callback(xttrader.XtQuantTraderCallback):
    def __init__(self):
        self.heard = []

    def on_stock_order(self, order):
        self.heard.append((order.account_id, order.order_id, order.order_status))

callbacks = [Callback() for _ in range(4)]
traders = []
for session, callback in enumerate(callbacks, 20):
    trader = xttrader.XtQuantTrader("x/userdata_mini", session, callback)
    trader.start()
    assert trader.connect() == 0
    assert [trader.subscribe(account) for account in accounts] == [0, 0]
    traders.append(trader)

def work(trader):
    for number in range(10):
        account = accounts[number % 2]
        order = trader.order_stock(account, "600000.SH", 23, 100, 11, 9.5, "s", "")
        assert trader.cancel_order_stock(account, order) == 0

threads = [threading.Thread(target=work, args=(trader,)) for trader in traders]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
for trader in traders:
    trader.stop()
print({len(callback.heard) for callback in callbacks}, len({order for _, order, _ in callbacks[0].heard}))
print(all(sorted(callback.heard) == sorted(callbacks[0].heard) for callback in callbacks))
"""


def test_a_program_comes_back_from_its_own_callback_under_another_number(tmp_path: Path, book: str) -> None:
    rules = [
        {"fault": "disconnect", "on": "orderStock", "nth": 1},
        {"fault": "refuse_connect", "nth": 2},
    ]
    (tmp_path / "faults.json").write_text(json.dumps(rules), encoding="utf-8")
    done = run(
        tmp_path, "--quiet", "--market", book, "--faults", "faults.json", "program.py", program=RECONNECTS
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "tried 11 -1", "tried 12 0", "subscribed 0 True", "placed True", "['lost', 'kept']"
    ]  # fmt: skip


@pytest.mark.parametrize("options", [["--quiet"], ["--quiet", "--at", "10:00"]])
def test_a_program_of_one_event_loop_trades_on_what_its_ticks_say(
    tmp_path: Path, book: str, options: list[str]
) -> None:
    done = run(tmp_path, *options, "--market", book, "program.py", program=ASYNC)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "['n0', 'n1', 'n2'] 300"


def test_sessions_of_one_program_all_hear_of_every_account(tmp_path: Path, book: str) -> None:
    cash = ["--cash", "88000001=1000000", "--cash", "88000002=1000000"]
    done = run(tmp_path, "--quiet", "--market", book, *cash, "program.py", program=MANY)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["{120} 40", "True"]
