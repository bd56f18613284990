"""The head-less twin and the desk of a window are one engine; and all of it runs without MiniQMT."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import threading
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.domain.market import Symbol
from core.service.compose import Rooms
from core.service.news import DecisionNews, News, QuotesNews, SignalNews, TradeNews
from core.service.outbox import Outbox
from core.service.paper import PaperDesk, PaperOptions
from core.service.replay import main as replay_command
from core.service.runtime import DeskThread
from core.service.watchlist_csv import read_watchlist
from core.simqmt.market.replay import ReplayMarket
from tests.fakes.desk import ACCOUNT, ROOT

WATCHLIST = """symbol,entry_low,entry_high,take_profit,stop_loss,quant_enabled,max_position_pct
300274.SZ,,,79.80,75.00,1,
300122.SZ,,,95.00,86.50,1,
000400.SZ,19.15,19.25,23.00,19.12,1,0.1
300918.SZ,,,8.20,,0,
"""
POSITIONS = (("300274.SZ", 1000, "70.00"), ("300122.SZ", 800, "90.00"))
SPEED = 600.0


@pytest.fixture
def morning(tmp_path: Path, market_data_dir: Path) -> Path:
    """The first twenty minutes of the recorded day, four symbols."""
    with gzip.open(market_data_dir / "tick_l1" / "20220601_sz5.csv.gz", "rt", encoding="utf-8") as whole:
        header, *lines = whole.read().splitlines()
    kept = [line for line in lines if line.split(",", 3)[2] < "2022-06-01 09:50" and line[:6] != "300288"]
    file = tmp_path / "morning.csv.gz"
    with gzip.open(file, "wt", encoding="utf-8", newline="") as out:
        out.write("\n".join([header, *kept]) + "\n")
    return file


def window_desk(ticks: Path, watchlist: Path, folder: Path) -> list[News]:
    """What a window hears of the same day: the paced desk on its own thread, drained as it speaks."""
    market = ReplayMarket(ticks)
    last_ms = ReplayMarket(ticks)._quotes[-1].time_ms

    def compose(outbox: Outbox) -> Any:
        options = PaperOptions(
            folder=folder / "terminal",
            account_id=ACCOUNT,
            cash=Decimal(1_000_000),
            holdings=tuple((Symbol(symbol), volume, Decimal(cost)) for symbol, volume, cost in POSITIONS),
            speed=SPEED,
        )
        items = read_watchlist(watchlist).require()
        rooms = Rooms(
            journal_path=folder / "journal.db", emergency_path=folder / "j.emergency", watchlist=items
        )
        return PaperDesk(options, market, rooms, outbox).desk

    thread, woken, heard = DeskThread(compose), threading.Event(), []
    thread.connect(woken.set)
    thread.start()
    newest, deadline = 0, time.monotonic() + 60
    while newest < last_ms and time.monotonic() < deadline:
        woken.wait(1)
        woken.clear()
        for news in thread.drain():
            heard.append(news)
            if isinstance(news, QuotesNews):
                newest = max(newest, *(quote.time_ms for quote in news.quotes))
    assert thread.stop()
    heard += thread.drain()
    assert newest == last_ms
    return heard


@pytest.mark.capability("000-67")
def test_000_67_a_replay_gives_the_triggers_of_the_live_engine(morning: Path, tmp_path: Path) -> None:
    """Signals, decisions and fills of the head-less run are those that a window hears of the same morning."""
    watchlist, out = tmp_path / "w.csv", tmp_path / "report.json"
    watchlist.write_text(WATCHLIST, encoding="utf-8")
    held = [f"--position={symbol}={volume}@{cost}" for symbol, volume, cost in POSITIONS]
    assert replay_command([str(morning), "--watchlist", str(watchlist), "--report", str(out), *held]) == 0
    report = json.loads(out.read_text(encoding="utf-8"))
    heard = window_desk(morning, watchlist, tmp_path / "desk")
    signals = [n.signal for n in heard if isinstance(n, SignalNews)]
    decisions = [n.decision for n in heard if isinstance(n, DecisionNews)]
    trades = [n.trade for n in heard if isinstance(n, TradeNews)]
    assert [
        (s.symbol, s.kind, s.time.isoformat(timespec="milliseconds"), f"{s.price:.2f}") for s in signals
    ] == [(s["symbol"], s["kind"], s["time"], s["price"]) for s in report["signals"]]
    assert [(d.symbol, d.kind, d.outcome, d.code, d.volume, d.summary) for d in decisions] == [
        (d["symbol"], d["kind"], d["outcome"], d["code"], d["volume"], _summary(d))
        for d in report["decisions"]
    ]
    assert [(t.symbol, t.side, f"{t.price:.2f}", t.volume) for t in trades] == [
        (t["symbol"], t["side"], t["price"], t["volume"]) for t in report["trades"]
    ]
    kinds = {order["kind"] for order in report["orders"]}
    assert kinds == {"ENTRY", "TAKE_PROFIT", "STOP_LOSS"}


def _summary(decision: dict[str, Any]) -> str:
    reasons = decision["reasons"]
    return str(next((r["text"] for r in reasons if not r["passed"]), reasons[-1]["text"]))


@pytest.mark.capability("X-08")
def test_X_08_everything_runs_without_qmt(morning: Path, tmp_path: Path) -> None:
    """A process of its own trades through the vendor's unmodified xttrader and xtdata on the simulated natives."""
    watchlist = tmp_path / "w.csv"
    watchlist.write_text(WATCHLIST, encoding="utf-8")
    held = [f"--position={symbol}={volume}@{cost}" for symbol, volume, cost in POSITIONS]
    arguments = [
        "replay",
        str(morning),
        "--watchlist",
        str(watchlist),
        "--report",
        str(tmp_path / "r.json"),
        *held,
    ]
    script = f"""
import json, sys
from core.simqmt.install import Registry
from desktop.__main__ import main

code = main({arguments!r})
natives = ("xtquant.xtpythonclient", "xtquant.datacenter")
standins = [isinstance(sys.modules[name].simqmt_registry, Registry) for name in natives]
vendor = [sys.modules[name].__file__ for name in ("xtquant.xttrader", "xtquant.xtdata")]
print(json.dumps([code, standins, vendor]))
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    code, standins, vendor = json.loads(done.stdout)
    assert (code, standins) == (0, [True, True])
    assert all("site-packages" in str(Path(file)) for file in vendor)
    report = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert {trade["kind"] for trade in report["trades"]} == {"ENTRY", "TAKE_PROFIT", "STOP_LOSS"}
