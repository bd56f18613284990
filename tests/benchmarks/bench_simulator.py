"""The simulated MiniQMT through the vendor's real xttrader: orders a second, push latency, a recorded day, memory.

Each figure comes from a process of its own. Beside the terminal, in the same run, stands a toy below the same
xttrader: it keeps orders in a dict and answers at once, without exchange, rules, ledger or file.

    python tests/benchmarks/bench_simulator.py [--quick] [--orders N]
"""

from __future__ import annotations

import argparse
import gzip
import importlib
import json
import random
import resource
import sys
import tempfile
import threading
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.benchmarks import figures  # noqa: E402

CODE = "600000.SH"
ACCOUNT = "88000001"
IN_FLIGHT = 2_000
RATE = 1_000
FULL_DAY = "20220601_sz5.csv.gz"
"""Recorded from before the opening call until after the close."""
BUY, FIX_PRICE = 23, 11


class Toy:
    """A terminal that is none: an answer and pushes for every order, from a dict. Orders at 10.00 fill, others rest."""

    def __init__(self, path: Path) -> None:
        from core.simqmt.clockwork.conductor import Conductor
        from core.simqmt.native.structs import load_surface

        self.path = path
        self.folder = None
        self.surface = load_surface()
        self.clock = Conductor(0, lockstep=False, speed=1.0)
        self.front = self
        self.on_close: list[Any] = []
        self._orders: dict[int, Any] = {}

    def require_home(self) -> None:
        """Nobody forks here."""

    def connect(self, link: Any) -> int:
        link.connected = True
        return 0

    def drop(self, link: Any) -> None:
        link.connected = False

    def submit(self, request: Any) -> None:
        link, make = request.link, self.surface.make
        if request.name != "orderStock":
            link.answer(request, 0)
            return
        asked = request.struct
        number = len(self._orders) + 1
        values = {
            "account_id": asked.account_id, "account_type": 2, "stock_code": asked.stock_code, "order_id": number,
            "order_type": asked.order_type, "order_volume": asked.order_volume, "price": asked.price,
            "price_type": 50, "order_remark": asked.order_remark,
        }  # fmt: skip
        self._orders[number] = values
        link.answer(
            request,
            make(
                "OrderStockResp",
                account_id=asked.account_id,
                order_id=number,
                order_remark=asked.order_remark,
            ),
        )
        link.push("bindOnStockOrderCallback", make("XtOrder", **values, order_status=50))
        if asked.price == 10.0:
            trade = make(
                "XtTrade", account_id=asked.account_id, order_id=number, traded_price=10.0, traded_volume=100
            )
            link.push("bindOnStockTradeCallback", trade)
            link.push("bindOnStockOrderCallback", make("XtOrder", **values, order_status=56))


class Program:
    """A program on the real XtQuantTrader that counts what it hears. `last` is the status that ends an order."""

    def __init__(self, path: Path, last: int) -> None:
        xttrader = importlib.import_module("xtquant.xttrader")
        xttype = importlib.import_module("xtquant.xttype")
        self.room = threading.Semaphore(IN_FLIGHT)
        self.answers = 0
        self.ended = 0
        self.sent: dict[str, float] = {}
        self.late: list[float] = []
        program = self

        class Callback(xttrader.XtQuantTraderCallback):
            def on_order_stock_async_response(self, response: Any) -> None:
                program.answers += 1

            def on_stock_order(self, order: Any) -> None:
                if order.order_status != last:
                    return
                program.ended += 1
                if program.sent:
                    program.late.append(time.perf_counter() - program.sent[order.order_remark])
                program.room.release()

        self.account = xttype.StockAccount(ACCOUNT)
        self.trader: Any = None
        builder = threading.Thread(target=self._build, args=(xttrader, path, Callback()))
        builder.start()
        builder.join()

    def _build(self, xttrader: Any, path: Path, callback: Any) -> None:
        quiet = type("QuietTrader", (xttrader.XtQuantTrader,), {"__del__": lambda _self: None})
        self.trader = quiet(str(path), 1)
        self.trader.register_callback(callback)
        self.trader.start()
        if self.trader.connect() != 0 or self.trader.subscribe(self.account) != 0:
            raise SystemExit("the terminal does not answer")

    def send(self, price: float, remark: str) -> None:
        self.trader.order_stock_async(self.account, CODE, BUY, 100, FIX_PRICE, price, "", remark)

    def flood(self, count: int, price: float) -> float:
        """Send with IN_FLIGHT under way; seconds until all are ended."""
        begin = time.perf_counter()
        for number in range(count):
            self.room.acquire()
            self.send(price, f"b{number}")
        self.wait(count)
        return time.perf_counter() - begin

    def pace(self, count: int, price: float) -> None:
        """Send RATE a second."""
        begin = time.perf_counter()
        for number in range(count):
            due = begin + number / RATE
            while (left := due - time.perf_counter()) > 0:
                time.sleep(left)
            remark = f"b{number}"
            self.sent[remark] = time.perf_counter()
            self.send(price, remark)
        self.wait(count)

    def wait(self, count: int) -> None:
        deadline = time.monotonic() + 300
        while (self.ended < count or self.answers < count) and time.monotonic() < deadline:
            time.sleep(0.002)
        if self.ended < count:
            raise SystemExit(f"only {self.ended} of {count} orders ended")


def open_terminal(path: Path) -> Any:
    """A free-running terminal with a deep static book: asks at 10.00, bids at 9.99."""
    from core.simqmt import SimTerminal, install
    from core.simqmt.clockwork.conductor import Conductor
    from core.simqmt.market.static import StaticMarket

    market = StaticMarket()
    clock = Conductor(market.start_ms + 60_000, lockstep=False, speed=1.0)
    terminal = SimTerminal(path, {ACCOUNT: Decimal(100_000_000_000)}, market, clock)
    clock.start()
    terminal.set_quote(CODE, last="10.00", asks=[("10.00", 10**9)], bids=[("9.99", 10**6)], pre_close="10.00")
    install(terminal)
    return terminal


def open_toy(path: Path) -> Any:
    from core.simqmt import install

    toy: Any = Toy(path)
    install(toy)
    return toy


def measure_flood(kind: str, what: str, count: int) -> dict[str, Any]:
    """Orders a second."""
    price, last = (9.9, 50) if what == "resting" else (10.0, 56)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "userdata_mini"
        (open_toy if kind == "toy" else open_terminal)(path)
        program = Program(path, last)
        used = time.process_time()
        seconds = program.flood(count, price)
        used = time.process_time() - used
        leave(program)
    return {"rate": count / seconds, "cpu_us": used / count * 1e6}


def measure_pace(kind: str, what: str, count: int) -> dict[str, Any]:
    """Milliseconds from the call to the push that ends the order, at RATE orders a second."""
    price, last = (9.9, 50) if what == "resting" else (10.0, 56)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "userdata_mini"
        (open_toy if kind == "toy" else open_terminal)(path)
        program = Program(path, last)
        program.pace(count, price)
        leave(program)
    late = [1000 * value for value in program.late]
    return {"p50": figures.median(late), "p99": figures.percentile(late, 0.99), "max": max(late)}


def measure_memory(kind: str, what: str, count: int) -> dict[str, Any]:
    """Megabytes that `count` orders of the day cost, and whether the last ones are slower than the first."""
    price, last = (9.9, 50) if what == "resting" else (10.0, 56)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "userdata_mini"
        (open_toy if kind == "toy" else open_terminal)(path)
        program = Program(path, last)
        program.flood(500, price)
        before, tenth = resident(), count // 10
        begin = time.perf_counter()
        program.ended = program.answers = 0
        first = program.flood(tenth, price)
        for _ in range(8):
            program.ended = program.answers = 0
            program.flood(tenth, price)
        program.ended = program.answers = 0
        final = program.flood(tenth, price)
        seconds = time.perf_counter() - begin
        after = resident()
        leave(program)
    return {"mb": after - before, "rate": count / seconds, "first": tenth / first, "last": tenth / final}


def resident() -> float:
    """Resident megabytes now."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * resource.getpagesize() / 1e6
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure_day(kind: str, what: str, count: int) -> dict[str, Any]:
    """Seconds that a recorded file takes through exchange, accounts and file, with `count` orders waiting."""
    from core.simqmt import SimTerminal
    from core.simqmt.clockwork.conductor import Conductor
    from core.simqmt.market.replay import ReplayMarket

    begin = time.perf_counter()
    market = ReplayMarket(Path(what))
    read = time.perf_counter() - begin
    with tempfile.TemporaryDirectory() as folder:
        clock = Conductor(market.start_ms)
        terminal = SimTerminal(Path(folder), {ACCOUNT: Decimal(1_000_000_000)}, market, clock)
        ticks = trade_along(terminal, market, count)
        begin = time.perf_counter()
        clock.start()
        clock.finished.wait(600)
        seconds = time.perf_counter() - begin
        orders, trades = len(terminal.orders(ACCOUNT)), len(terminal.trades(ACCOUNT))
        clock.stop()
        terminal.close()
    return {"read": read, "seconds": seconds, "ticks": ticks[0], "orders": orders, "trades": trades}


def trade_along(terminal: Any, market: Any, count: int) -> list[int]:
    """Every so many snapshots somebody buys at the bid of what is shown."""
    dice, seen, plain = random.Random(1), [0], market.pop

    def pop() -> Any:
        quotes = plain()
        seen[0] += 1
        shown = terminal.quote(quotes[0].symbol)
        if seen[0] % count == 0 and shown is not None and shown.best_bid:
            price = Decimal(shown.best_bid) / 1000
            terminal.manual_order(ACCOUNT, quotes[0].symbol, BUY, 200 + 100 * dice.randint(0, 9), price)
        return quotes

    market.pop = pop
    return seen


def leave(program: Program) -> None:
    """Stop in order."""
    program.trader.stop()
    program.trader.loop.close()


MEASURES = {"flood": measure_flood, "pace": measure_pace, "memory": measure_memory, "day": measure_day}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer orders, one round")
    parser.add_argument("--orders", type=int, default=0, help="orders of the memory figure (default 100,000)")
    parser.add_argument("--child", nargs=4, metavar=("MEASURE", "KIND", "WHAT", "COUNT"))
    given = parser.parse_args()
    if given.child:
        measure, kind, what, count = given.child
        print(json.dumps(MEASURES[measure](kind, what, int(count))))
        return
    rounds, orders = (1, 4_000) if given.quick else (3, 10_000)

    def run(*arguments: object) -> dict[str, Any]:
        found = [figures.child(__file__, *map(str, arguments)) for _ in range(rounds)]
        return {name: figures.median([one[name] for one in found]) for name in found[0]}

    print(f"The simulated MiniQMT below the real xttrader. {figures.machine()}")
    rows = []
    for what, aim in (("resting", 5_000), ("filling", 2_000)):
        ours, toy = run("flood", "terminal", what, orders), run("flood", "toy", what, orders)
        rate, bare = ours["rate"], toy["rate"]
        cpu = [f"{found['cpu_us']:.0f}" for found in (ours, toy)]
        rows.append([what, f"{rate:,.0f}", f"{bare:,.0f}", f"{rate / bare:.2f}", f"{aim:,}", *cpu])
    head = ["orders a second, 2,000 in flight", "terminal", "toy", "ratio", "aim", "CPU µs", "toy µs"]
    table_of("Through order_stock_async", head, rows)
    rows = []
    for what in ("resting", "filling"):
        ours, toy = (run("pace", kind, what, 3_000) for kind in ("terminal", "toy"))
        rows.append(
            [what, *(f"{found[name]:.2f}" for found in (ours, toy) for name in ("p50", "p99", "max"))]
        )
    head = [f"ms to the last push at {RATE:,} orders/s", "p50", "p99", "max", "toy p50", "p99", "max"]
    table_of("Push latency (aim: p99 under 5 ms)", head, rows)
    days = sorted((data_folder() / "tick_l1").glob("*.csv.gz")) if data_folder().is_dir() else []
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        whole = next((file for file in days if file.name == FULL_DAY), None)
        six = [] if whole is None else [as_thirty(whole, Path(folder))]
        for file in [*days, *six]:
            day = run("day", "terminal", file, 20)
            cells = [f"{day['read']:.1f}", f"{day['seconds']:.1f}", f"{day['ticks']:,.0f}"]
            cells += [
                f"{day['ticks'] / day['seconds']:,.0f}",
                f"{day['orders']:,.0f}",
                f"{day['trades']:,.0f}",
            ]
            rows.append([file.name, *cells])
    head = ["recorded file", "s to read", "s to play", "snapshots", "a second", "orders", "fills"]
    table_of("Recorded days at top speed, in lock-step, with an order every 20 snapshots", head, rows)
    count = given.orders or (20_000 if given.quick else 100_000)
    rows = []
    for what in ("resting", "filling"):
        for kind in ("terminal", "toy"):
            found = figures.child(__file__, "memory", kind, what, str(count))
            rates = [f"{found[name]:,.0f}" for name in ("rate", "first", "last")]
            rows.append([f"{count:,} {what}, {kind}", f"{found['mb']:.0f}", *rates])
    table_of("Memory", ["orders of one day", "MB", "orders/s", "first tenth", "last tenth"], rows)


def as_thirty(whole: Path, folder: Path) -> Path:
    """The recorded day of five securities as one of thirty: every snapshot six times, under six codes."""
    with gzip.open(whole, "rt", encoding="utf-8") as source:
        head, *rows = source.readlines()
    made = folder / "sz5_six_times_over.csv"
    with made.open("w", encoding="utf-8") as target:
        target.write(head)
        for row in rows:
            target.writelines(f"{int(row[:6]) + 7 * copy:06d}{row[6:]}" for copy in range(6))
    return made


def data_folder() -> Path:
    """Where the recorded days are."""
    import os

    return Path(os.environ.get("DINGPAN_DATA") or ROOT.parent / "shared" / "data")


def table_of(title: str, head: list[str], rows: list[list[str]]) -> None:
    """Print a table unless there is nothing in it."""
    if rows:
        figures.table(title, head, rows)


if __name__ == "__main__":
    main()
