"""Tick to order: from the hand-over of a snapshot to xtdata's callback until `order_stock_async` is about to be called.

The whole desk: window, qasync bridge, trading thread, the vendor's own xttrader and xtdata on the simulated terminal,
the journal with synchronous=FULL. Several hundred items fall into their entry zones, 20 a second, while the GUI thread
is idle, asleep, busy in pure Python, or repaints without a pause. The product's way (the desk in a process of its own)
stands beside the plain one (window and desk in one process).

    python tests/benchmarks/bench_tick_to_order.py [--quick]
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.benchmarks import figures  # noqa: E402

STEP_MS = 50
PAUSE_S = 0.7
PHASES = ("idle", "asleep", "busy", "repaints")
RAM_DISK = Path("/dev/shm")


class Samples:
    """When each symbol's snapshot was handed over, and when each intent's order left."""

    def __init__(self) -> None:
        self.handed: dict[str, float] = {}
        self.sent: dict[str, float] = {}
        self.symbol_of: dict[str, str] = {}
        self.phases: dict[str, tuple[float, float]] = {}

    def probe(self, desk: Any) -> None:
        """Stamp the callback that xtdata gives to the native client."""
        client = sys.modules["xtquant.datacenter"].IPythonApiClient
        subscribe = client.subscribe_whole_quote
        handed = self.handed

        def stamped(native: Any, codes: Any, param: Any, callback: Any) -> int:
            def on_data(records: dict[str, Any]) -> None:
                now = time.perf_counter()
                for code in records:
                    handed[code] = now
                callback(records)

            return int(subscribe(native, codes, param, on_data))

        client.subscribe_whole_quote = stamped

    def on_sent(self, intent_id: str, moment: float) -> None:
        """The hook of the sending lane."""
        self.sent[intent_id] = moment

    def latencies(self) -> dict[str, list[float]]:
        """Milliseconds by phase."""
        found: dict[str, list[float]] = {name: [] for name in self.phases}
        for intent_id, moment in self.sent.items():
            handed = self.handed[self.symbol_of[intent_id]]
            for name, (begin, end) in self.phases.items():
                if begin <= handed < end:
                    found[name].append((moment - handed) * 1000)
        return found


def bare_wakeups(busy: bool, seconds: float = 1.5) -> list[float]:
    """The plain alternative: how late a thread wakes that does nothing else, in ms, while this one sleeps or is busy."""
    late: list[float] = []
    ended = threading.Event()

    def wake() -> None:
        while not ended.is_set():
            due = time.perf_counter() + 0.005
            time.sleep(0.005)
            late.append((time.perf_counter() - due) * 1000)

    thread = threading.Thread(target=wake)
    thread.start()
    end = time.perf_counter() + seconds
    if not busy:
        time.sleep(seconds)
    while time.perf_counter() < end:
        pass
    ended.set()
    thread.join()
    return late


class Phases:
    """What the GUI thread does, one after the other, in callbacks of its event loop."""

    def __init__(self, window: Any, samples: Samples, seconds: float, done: Any) -> None:
        from PySide6.QtCore import QTimer

        self._timer = QTimer()
        self._window = window
        self._samples = samples
        self._seconds = seconds
        self._done = done
        self._left = list(PHASES)
        self.repaints = 0

    def next(self) -> None:
        """Begin the next phase after a pause in which everything settles."""
        from PySide6.QtCore import QTimer

        if not self._left:
            QTimer.singleShot(round(PAUSE_S * 1000), self._done)
            return
        name = self._left.pop(0)
        QTimer.singleShot(round(PAUSE_S * 1000), lambda: self._begin(name))

    def _begin(self, name: str) -> None:
        from PySide6.QtCore import QTimer

        begin = time.perf_counter()
        end = begin + self._seconds
        self._samples.phases[name] = (begin, end)
        if name == "asleep":
            time.sleep(self._seconds)
        elif name == "busy":
            count = 0
            while time.perf_counter() < end:
                count += 1
        elif name == "repaints":
            self._timer.timeout.connect(self._repaint)
            self._timer.start(0)
            QTimer.singleShot(round(self._seconds * 1000), self._stop_repaints)
            return
        else:
            QTimer.singleShot(round(self._seconds * 1000), self.next)
            return
        self.next()

    def _repaint(self) -> None:
        self._window.repaint()
        self.repaints += 1

    def _stop_repaints(self) -> None:
        self._timer.stop()
        self.next()


class ProbedDesk:
    """A desk that stamps its ticks and orders and writes the stamps to a file when it closes. Pickled to its process."""

    def __init__(self, folder: Path, store: Path, need: int) -> None:
        self._folder, self._store, self._need = folder, store, need

    @property
    def stamps(self) -> Path:
        """Where the stamps are written."""
        return self._folder / "stamps.json"

    def __call__(self, outbox: Any) -> Any:
        """On the trading thread, wherever that is."""
        from tests.fakes.crossing_market import CrossingMarket, crossing_items, crossing_symbols
        from tests.fakes.live_desk import LiveDesk

        samples, symbols = Samples(), crossing_symbols(self._need)
        live = LiveDesk(
            self._folder,
            CrossingMarket(symbols, STEP_MS),
            crossing_items(symbols),
            cash=100_000_000,
            journal_folder=self._store,
            on_sent=samples.on_sent,
            on_composed=samples.probe,
        )
        desk = live(outbox)

        def write() -> None:
            for call in live.calls():
                samples.symbol_of[str(call["m_strOrderRemark"])] = str(call["m_strStockCode"])
            self.stamps.write_text(json.dumps([samples.handed, samples.sent, samples.symbol_of]))

        desk.on_stopped.append(write)  # type: ignore[attr-defined]
        return desk


def run_child(seconds: float, journal: str, mode: str) -> dict[str, Any]:
    """One desk, the four phases once. `mode`: `process`, or the switch interval of one process for all."""
    from core.interpreter import SWITCH_INTERVAL_S
    from core.service.process import DeskProcess
    from core.service.runtime import DeskThread
    from tests.benchmarks.desk_window import DeskWindow

    need = round(len(PHASES) * (seconds + PAUSE_S + 0.3) * 1000 / STEP_MS)
    samples = Samples()
    own = mode == "process"
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory(dir=journal or None) as store:
        desk = ProbedDesk(Path(folder), Path(store), need)
        service = DeskProcess(desk) if own else DeskThread(desk)
        window = DeskWindow(service, Path(folder), SWITCH_INTERVAL_S if own else float(mode))
        bare = {name: bare_wakeups(name == "busy") for name in ("asleep", "busy")}
        phases = Phases(window.window, samples, seconds, window.stop)
        orders = window.window.panels.blotter.pages["orders"].model
        window.run(ready=lambda: orders.rowCount() > 0, begin=phases.next)
        samples.handed, samples.sent, samples.symbol_of = json.loads(desk.stamps.read_text())
    return {"latencies": samples.latencies(), "bare": bare, "items": need, "repaints": phases.repaints}


def main() -> None:
    """Print p50, p99 and max of each phase, for each place of the journal and switch interval."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one run of 2 s a phase instead of three of 5 s")
    parser.add_argument("--child", nargs=3, metavar=("SECONDS", "JOURNAL", "MODE"))
    options = parser.parse_args()
    if options.child:
        seconds, journal, mode = options.child
        print(json.dumps(run_child(float(seconds), journal, mode)))
        return
    seconds, rounds = (2.0, 1) if options.quick else (5.0, 3)
    print(f"tick to order_stock_async, ms; {figures.machine()}")
    ram = str(RAM_DISK) if RAM_DISK.is_dir() else ""
    settings = [("the product, journal on disk", "", "process")]
    if ram:
        settings.append(("the product, journal on a RAM disk", ram, "process"))
    settings.append(("one process for window and desk, switch interval 0.1 ms", ram, "0.0001"))
    settings.append(
        ("one process for window and desk, Python's default switch interval (5 ms)", ram, "0.005")
    )
    for title, journal, mode in settings:
        runs = [figures.child(__file__, str(seconds), journal, mode) for _ in range(rounds)]
        report(f"{title}; {runs[0]['items']} items, {rounds} x {seconds:g} s a phase", runs)


def report(title: str, runs: list[dict[str, Any]]) -> None:
    """One table: all runs together, with the difference to idle; below it the bare wake-up of one thread."""
    rows: list[tuple[object, ...]] = []
    pooled = {name: [ms for run in runs for ms in run["latencies"][name]] for name in PHASES}
    idle = pooled["idle"]
    base50, base99 = figures.percentile(idle, 0.5), figures.percentile(idle, 0.99)
    for name, values in pooled.items():
        if not values:
            rows.append((name, 0, "-", "-", "-", "-", "-"))
            continue
        p50, p99 = figures.percentile(values, 0.5), figures.percentile(values, 0.99)
        each = figures.median(figures.percentile(run["latencies"][name], 0.99) for run in runs)
        rows.append(
            (name, len(values), f"{p50:.2f}", f"{p99:.2f}", f"{max(values):.2f}", f"{each:.2f}",
             f"{p50 / base50:.2f}", f"{p99 - base99:+.2f}")
        )  # fmt: skip
    for name in ("asleep", "busy"):
        values = [ms for run in runs for ms in run["bare"][name]]
        p50, p99 = figures.percentile(values, 0.5), figures.percentile(values, 0.99)
        rows.append(
            (
                f"bare wake-up, {name}",
                len(values),
                f"{p50:.2f}",
                f"{p99:.2f}",
                f"{max(values):.2f}",
                "",
                "",
                "",
            )
        )
    head = ("GUI thread", "orders", "p50", "p99", "max", "p99 of a run", "p50 / idle", "p99 - idle")
    figures.table(title, head, rows)


if __name__ == "__main__":
    main()
