"""Twenty runs of the real command give the same bytes, ten of them beside two busy processes."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from tests.fakes.desk import ROOT

RUNS = 20
AT_ONCE = 3
WATCHLIST = """symbol,entry_low,entry_high,take_profit,stop_loss,quant_enabled,max_position_pct
300274.SZ,,,82.00,75.00,1,
300122.SZ,,,95.00,86.50,1,
000400.SZ,19.15,19.25,23.00,19.12,1,0.1
"""
POSITIONS = ("300274.SZ=1000@70.00", "300122.SZ=800@90.00")


@contextmanager
def busy_processes(count: int) -> Iterator[None]:
    """Processes that do nothing but compute."""
    running = [subprocess.Popen([sys.executable, "-c", "while True: sum(range(1000))"]) for _ in range(count)]
    try:
        yield
    finally:
        for process in running:
            process.kill()
        for process in running:
            process.wait()


def test_twenty_runs_give_the_same_bytes(tmp_path: Path, market_data_dir: Path) -> None:
    """An entry, a take-profit, a stop and one held back, with a latency that makes answers and snapshots compete."""
    watchlist = tmp_path / "w.csv"
    watchlist.write_text(WATCHLIST, encoding="utf-8")
    ticks = market_data_dir / "tick_l1" / "20220601_sz5.csv.gz"

    def run(number: int) -> tuple[bytes, str]:
        out = tmp_path / f"{number}.json"
        command = [sys.executable, "-m", "desktop", "replay", str(ticks), "--watchlist", str(watchlist)]
        options = [
            "--latency-ms",
            "3000",
            "--report",
            str(out),
            *(f"--position={held}" for held in POSITIONS),
        ]
        done = subprocess.run([*command, *options], cwd=ROOT, capture_output=True, text=True, timeout=150)
        return (out.read_bytes() if out.exists() else b""), done.stdout + done.stderr

    with ThreadPoolExecutor(AT_ONCE) as pool:
        calm = list(pool.map(run, range(RUNS // 2)))
        with busy_processes(2):
            crowded = list(pool.map(run, range(RUNS // 2, RUNS)))
    first, said = calm[0]
    assert said == ""
    for kind in (b'"ENTRY"', b'"TAKE_PROFIT"', b'"STOP_LOSS"', b'"T_PLUS_1"'):
        assert kind in first
    assert {hashlib.sha256(report).hexdigest() for report, _ in calm + crowded} == {
        hashlib.sha256(first).hexdigest()
    }
