"""10,000 callbacks of the vendor's real xttrader in 10 s: do all reach the blotter, in order, and does the window flow?

The window's largest gap is how late a 5 ms timer of the GUI thread came. The product's way (the desk in a process of
its own, the bridge drains once a frame) stands beside the same in one process, and beside one Qt signal for each event.

    python tests/benchmarks/bench_callbacks_to_blotter.py [--quick]
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.benchmarks import figures  # noqa: E402

COUNT = 10_000
PER_SECOND = 1_000
SYMBOL, SHOWN = "600000.SH", "000001.SZ"
TICK_MS = 5
MODES = {
    "process": "product: desk in its own process, one drain a frame",
    "thread": "desk in the window's process, one drain a frame",
    "signal": "desk in the window's process, one Qt signal an event",
}


class StormyDesk:
    """A still market and, three seconds after the start, the storm. Pickled to its process."""

    def __init__(self, folder: Path, count: int) -> None:
        self._folder, self._count = folder, count

    def __call__(self, outbox: Any) -> Any:
        """On the trading thread, wherever that is."""
        from core.simqmt.market.static import StaticMarket
        from tests.fakes.live_desk import LiveDesk
        from tests.fakes.records import item
        from tests.fakes.storm import CallbackStorm

        items = [
            item(code, item_id=code, zone=None, take_profit=None, stop_loss=None) for code in (SHOWN, SYMBOL)
        ]
        live = LiveDesk(self._folder, StaticMarket(), items)
        desk = live(outbox)
        for code in (SHOWN, SYMBOL):
            live.terminal.set_quote(code, last="10.00", pre_close="10.00")
        storm = CallbackStorm(live, SYMBOL, self._count)
        start = desk.start

        async def started() -> None:
            await start()
            desk.loop.call_later(1.0, storm.send, PER_SECOND)

        desk.start = started  # type: ignore[method-assign]
        return desk


class Gaps:
    """How late a short timer of the GUI thread comes."""

    def __init__(self) -> None:
        from PySide6.QtCore import Qt, QTimer

        self.late: list[float] = []
        self._last = 0.0
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        """From now on."""
        self._last = time.perf_counter()
        self._timer.start(TICK_MS)

    def stop(self) -> None:
        """No longer."""
        self._timer.stop()

    def _tick(self) -> None:
        now = time.perf_counter()
        self.late.append((now - self._last) * 1000 - TICK_MS)
        self._last = now


def one_signal_an_event(service: Any, window: Any) -> Any:
    """The plain alternative: each news is emitted to the GUI thread by a signal of its own."""
    from PySide6.QtCore import QObject, Signal

    class Emitter(QObject):
        told = Signal(object)

    emitter = Emitter(window)
    emitter.told.connect(lambda one: window._on_news([one]))

    def emit_all() -> None:
        for one in service.drain():
            emitter.told.emit(one)

    service.outbox.connect(emit_all)
    return emitter


def run_child(mode: str, count: int) -> dict[str, Any]:
    """One storm."""
    from PySide6.QtCore import QTimer

    from core.interpreter import SWITCH_INTERVAL_S
    from core.service.news import OrderNews, TradeNews
    from core.service.process import DeskProcess
    from core.service.runtime import DeskThread
    from tests.benchmarks.desk_window import DeskWindow
    from tests.fakes.storm import CallbackStorm

    told: list[Any] = []
    gaps = Gaps()
    times: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        desk = StormyDesk(Path(folder), count)
        service = DeskProcess(desk) if mode == "process" else DeskThread(desk)
        window = DeskWindow(service, Path(folder), SWITCH_INTERVAL_S)
        storm = CallbackStorm(None, SYMBOL, count)  # type: ignore[arg-type]  # what it will tell
        route = window.window.router.route

        def routed(news: list[Any]) -> None:
            route(news)
            told.extend(one for one in news if isinstance(one, OrderNews | TradeNews))
            if told and not times:
                times.append(time.perf_counter())

        window.window.router.route = routed  # type: ignore[method-assign]

        def begin() -> None:
            if mode == "signal":
                window.bridge.close()
                one_signal_an_event(service, window.window)
            gaps.start()
            look()

        def look() -> None:
            if len(told) >= storm.pushes:
                times.append(time.perf_counter())
                gaps.stop()
                window.stop()
            elif time.perf_counter() - begun > 120:
                window.stop()
            else:
                QTimer.singleShot(50, look)

        begun = time.perf_counter()
        window.run(ready=lambda: len(window.window.panels.latest) == 2, begin=begin)
        table = window.window.panels.blotter
        shown = [row.trade.trade_id for row in table.trades.model.all_rows()]
        orders = [(one.order.order_id, one.order.traded_volume) for one in told if isinstance(one, OrderNews)]
        return {
            "pushes": storm.pushes,
            "told": len(told),
            "in_order": shown == storm.trade_ids and orders == storm.order_states,
            "rows": table.orders.model.total + table.trades.model.total,
            "seconds": times[-1] - times[0] if len(times) > 1 else float("nan"),
            "late": sorted(gaps.late)[-200:],
        }


def main() -> None:
    """Print one row for each way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the callbacks, once")
    parser.add_argument("--child", nargs=2, metavar=("MODE", "COUNT"))
    options = parser.parse_args()
    if options.child:
        mode, count = options.child
        print(json.dumps(run_child(mode, int(count))))
        return
    count, rounds = (COUNT // 10, 1) if options.quick else (COUNT, 3)
    print(f"callbacks to blotter, {PER_SECOND} a second; {figures.machine()}")
    rows = []
    for mode, title in MODES.items():
        runs = [figures.child(__file__, mode, str(count)) for _ in range(rounds)]
        lost = sum(run["pushes"] - run["told"] for run in runs)
        rows.append(
            (
                title,
                runs[0]["pushes"],
                lost,
                "yes" if all(run["in_order"] for run in runs) else "NO",
                f"{figures.median(run['seconds'] for run in runs):.1f}",
                f"{figures.median(run['late'][-1] for run in runs):.0f}",
                f"{figures.median(run['late'][-20] for run in runs):.0f}",
            )
        )
    head = ("", "callbacks", "lost", "in order", "seconds", "largest gap ms", "20th largest ms")
    figures.table(f"median of {rounds}", head, rows)


if __name__ == "__main__":
    main()
