"""Runs a program on the simulated MiniQMT as a user would, in a Python of its own, and looks into the terminal after it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from core.domain.market import ms_to_datetime
from core.simqmt.clockwork.conductor import Conductor
from core.simqmt.ledger.store import last_moment
from core.simqmt.market.static import StaticMarket
from core.simqmt.terminal import SimTerminal

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(__file__).resolve().parent / "programs"
ACCOUNT = "88000001"
MORNING = "2026-11-20 10:00:00"
BOOK = {
    "600000.SH": {"last": 10.0, "preClose": 9.9, "name": "浦发银行"},
    "000001.SZ": {"last": 12.0, "preClose": 11.9, "name": "平安银行"},
    "510300.SH": {"last": 4.7, "preClose": 4.7, "name": "沪深300ETF"},
}


@dataclass(frozen=True, slots=True)
class Run:
    """What a program left. `steps` are its lines of JSON, in order."""

    steps: list[dict[str, Any]]
    out: str
    err: str
    code: int

    def step(self, name: str) -> dict[str, Any]:
        """The step of this name; the test fails with the program's own words when it was not reached."""
        found = [step for step in self.steps if step["step"] == name]
        assert found, f"no step {name}; code {self.code}\n{self.out[-3000:]}\n{self.err[-3000:]}"
        return found[0]


def command(
    python: Path | str,
    program: Path,
    *arguments: str,
    folder: Path | None,
    cash: Sequence[str] = (f"{ACCOUNT}=1000000",),
    positions: Sequence[str] = (f"{ACCOUNT}:600000.SH=1000@9.80",),
    market: str | None = None,
    book: dict[str, dict[str, Any]] = BOOK,
    faults: list[dict[str, Any]] | None = None,
    speed: float = 1,
    work: Path,
) -> list[str]:
    """The command line; market and fault files are written to `work`."""
    work.mkdir(parents=True, exist_ok=True)
    words = [str(python), "-P", "-m", "core.simqmt", "--at", MORNING, "--speed", str(speed)]
    if folder is not None:
        words += ["--path", str(folder)]
    for item in cash:
        words += ["--cash", item]
    for item in positions:
        words += ["--position", item]
    if market is None:
        shown = work / "book.json"
        shown.write_text(json.dumps(book, ensure_ascii=False), encoding="utf-8")
        market = f"static:{shown}"
    words += ["--market", market]
    if faults:
        rules = work / "faults.json"
        rules.write_text(json.dumps(faults), encoding="utf-8")
        words += ["--faults", str(rules)]
    return [*words, str(program), *arguments]


def environment(work: Path) -> dict[str, str]:
    """Our checkout within reach of the runner, a home folder of its own, no zone: the runner sets Beijing's."""
    kept = {
        name: value for name, value in os.environ.items() if name not in ("TZ", "PYTHONPATH", "VIRTUAL_ENV")
    }
    return {**kept, "PYTHONPATH": str(ROOT), "HOME": str(work), "USERPROFILE": str(work), "PYTHONUTF8": "1"}


def run(
    words: Sequence[str], work: Path, timeout_s: float = 90.0, *, interrupt_after_s: float | None = None
) -> Run:
    """Run to the end; a program that hangs is killed and the test sees how far it came.

    `interrupt_after_s`: the program never ends by itself, and gets Ctrl-C.
    """
    process = subprocess.Popen(
        words, cwd=work, env=environment(work), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        encoding="utf-8",
    )  # fmt: skip
    try:
        out, err = process.communicate(timeout=interrupt_after_s or timeout_s)
    except subprocess.TimeoutExpired:
        if interrupt_after_s:
            process.send_signal(signal.SIGINT)
            killer = threading.Timer(10, process.kill)
            killer.start()
        else:
            process.kill()
        out, err = process.communicate()
        if interrupt_after_s:
            killer.cancel()
        else:
            err += f"\nkilled after {timeout_s} s"
    return Run(steps_of(out), out, err, process.returncode)


def steps_of(out: str) -> list[dict[str, Any]]:
    """Lines of JSON among whatever else a program prints."""
    return [json.loads(line) for line in out.splitlines() if line.startswith('{"step"')]


@contextmanager
def terminal_of(folder: Path) -> Iterator[SimTerminal]:
    """The terminal that a program left, where it stood."""
    moment = last_moment(folder)
    assert moment is not None, f"no ledger in {folder}"
    day: date = ms_to_datetime(moment.time_ms).date()
    clock = Conductor(moment.time_ms, hold_market=True)
    terminal = SimTerminal(folder, {}, StaticMarket(day), clock)
    try:
        yield terminal
    finally:
        terminal.close()


HERE = sys.executable


def held(terminal: SimTerminal, symbol: str) -> int:
    """Shares of a symbol in the account."""
    return terminal.ledger(ACCOUNT).holding(symbol).volume
