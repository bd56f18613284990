"""Start: from the process's first moment to the main window painted with all its docks, and to the first live price.

The real program, warm, in a process of its own each time. Beside it a bare Qt window, started the same way.

    python tests/benchmarks/bench_start.py [--quick]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.benchmarks import figures  # noqa: E402

HEAVY = ("pandas", "akshare", "xtquant", "sqlalchemy", "alembic", "pydantic")
BARE = """
import sys, time
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow
app = QApplication([])
window = QMainWindow()
window.resize(1600, 900)
window.show()
def painted():
    window.repaint()
    print(time.time(), flush=True)
    app.quit()
QTimer.singleShot(0, painted)
app.exec()
"""


def run_child(folder: str) -> None:
    """The program as `python -m desktop` runs it, with two looks at it; prints what it saw."""
    from desktop import __main__ as program_main

    seen: dict[str, Any] = {}
    desk_process = program_main.desk_process
    start: Any = None

    def watched(arguments: Any) -> Any:
        """The desk's process as the program starts it: before the window's imports, so ours must not come first."""
        service = desk_process(arguments)
        begin = service.start

        def begin_and_watch() -> None:
            nonlocal start
            begin()
            import desktop.app

            start = desktop.app.Program.start_service
            desktop.app.Program.start_service = started  # type: ignore[method-assign]

        service.start = begin_and_watch  # type: ignore[method-assign]
        return service

    def started(program: Any) -> None:
        """The first frame is on the screen."""
        window = program._window
        seen["painted"] = time.time()
        seen["docks"] = sum(dock.isVisible() for dock in window.docks.docks)
        seen["heavy"] = [name for name in HEAVY if name in sys.modules]
        start(program)
        from PySide6.QtCore import QTimer

        timer = QTimer(window)
        timer.timeout.connect(lambda: look(window, timer))
        timer.start(5)

    def look(window: Any, timer: Any) -> None:
        model = window.panels.watchlist.model
        column = model.column_at("last")
        if any(model.cell(row, column)[0].strip("—-") for row in range(model.rowCount())):
            timer.stop()
            window.repaint()
            seen["priced"] = time.time()
            seen["heavy_after"] = [name for name in HEAVY if name in sys.modules]
            window.quit()

    program_main.desk_process = watched
    code = program_main.main(["--data-dir", folder])
    print(json.dumps(seen))
    raise SystemExit(code)


def launch(command: list[str]) -> tuple[float, str]:
    """(wall time of the start, last line of what it printed)."""
    environment = {**os.environ, "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")}
    environment["PYTHONPATH"] = str(ROOT)
    begun = time.time()
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=120
    )
    if done.returncode != 0:
        raise SystemExit(f"{command} failed:\n{done.stdout}\n{done.stderr}")
    return begun, done.stdout.strip().splitlines()[-1]


def main() -> None:
    """Print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="3 starts instead of 7")
    parser.add_argument("--child", metavar="FOLDER")
    options = parser.parse_args()
    if options.child:
        run_child(options.child)
    runs = 3 if options.quick else 7
    painted, priced, bare = [], [], []
    seen: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, "--child", folder]
        launch(command)  # warm, and the account is made
        for _ in range(runs):
            begun, line = launch(command)
            seen = json.loads(line)
            painted.append(seen["painted"] - begun)
            priced.append(seen["priced"] - begun)
            begun, line = launch([sys.executable, "-c", BARE])
            bare.append(float(line) - begun)
    print(f"start, seconds, median of {runs} warm starts; {figures.machine()}")
    plain = figures.median(bare)
    rows = [
        (what, f"{figures.median(values):.2f}", f"{max(values):.2f}", f"{figures.median(values) / plain:.1f}")
        for what, values in (
            ("a bare Qt window painted", bare),
            (f"the main window painted with {seen['docks']} docks", painted),
            ("the first live price in the watchlist", priced),
        )
    ]
    figures.table("from the start of the process to", ("", "median", "slowest", "x bare"), rows)
    print(f"\n  heavy modules at the first frame: {seen['heavy'] or 'none'}")
    print(f"  heavy modules in the window's process at the first price: {seen['heavy_after'] or 'none'}")


if __name__ == "__main__":
    main()
