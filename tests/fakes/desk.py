"""A whole desk in lock-step: the composed service over the vendor's own trader, on a market that a test writes down.

`LockstepDesk` runs in this process and to the end of its market. `start_child` runs a script in a process of its own
that a test may kill.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing, suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

from core.domain.market import Quote, Symbol
from core.domain.watch import WatchItem
from core.service.commands import Command
from core.service.compose import Rooms
from core.service.news import News
from core.service.outbox import Outbox
from core.service.paper import PaperDesk, PaperOptions
from core.service.report import build_report
from core.simqmt.market.sources import MarketSource
from core.simqmt.native.requests import Call
from core.simqmt.terminal import SimTerminal
from tests.fakes.market import ListMarket, at, quote

ACCOUNT = "88000001"
TAG = "TEST"
ROOT = Path(__file__).resolve().parents[2]

Holding = tuple[str, int, str]
"""(symbol, shares, cost price); held since yesterday."""


class Script:
    """Things that happen at given times, in step with the market. Implements the conductor's `EventSource`."""

    def __init__(self) -> None:
        self._steps: deque[tuple[int, Callable[[], None]]] = deque()

    def add(self, at_ms: int, action: Callable[[], None]) -> None:
        """Steps are added in the order of their times."""
        self._steps.append((at_ms, action))

    def peek_ms(self) -> int | None:
        """Time of the next step."""
        return self._steps[0][0] if self._steps else None

    def release(self) -> None:
        """Do the next step, on the conductor's thread."""
        self._steps.popleft()[1]()


def steps(
    symbol: str,
    start: str,
    prices: Iterable[str],
    *,
    every_ms: int = 3000,
    pre_close: str = "10.00",
    **more: Any,
) -> list[Quote]:
    """Snapshots of one symbol, a price each `every_ms`; an empty price leaves its place out."""
    first = at(start)
    return [
        quote(symbol, first + place * every_ms, price, pre_close=pre_close, **more)
        for place, price in enumerate(prices)
        if price
    ]


class LockstepDesk:
    """A paper desk in `folder`. Prepare it (`at`, `terminal.faults`), `run` it, look at it; it closes by itself.

    A second desk on the same folder is a restart. Nobody drains the outbox before the end: the window sleeps.
    """

    def __init__(
        self,
        folder: Path,
        quotes: Iterable[Quote] | MarketSource,
        items: Sequence[WatchItem] | None = None,
        *,
        cash: str | int = 1_000_000,
        holdings: Iterable[Holding] = (),
        latency_ms: int = 0,
        start: str | int | None = None,
        **rooms: Any,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        market = quotes if hasattr(quotes, "start_ms") else ListMarket(quotes, start=start)
        self.folder = folder
        self.journal_path = folder / "journal.db"
        self.emergency_path = folder / "journal.emergency"
        self.outbox = Outbox()
        self.news: list[News] = []
        self.report: dict[str, Any] = {}
        self.failure: BaseException | None = None
        self._script = Script()
        self.paper = PaperDesk(
            PaperOptions(
                folder=folder / "terminal",
                account_id=ACCOUNT,
                cash=Decimal(cash),
                holdings=tuple((Symbol(s), volume, Decimal(cost)) for s, volume, cost in holdings),
                speed=None,
                latency_ms=latency_ms,
            ),
            market,
            Rooms(
                journal_path=self.journal_path,
                emergency_path=self.emergency_path,
                journal_tag=TAG,
                watchlist=tuple(items) if items is not None else None,
                **{"with_window": False, **rooms},
            ),
            self.outbox,
        )
        self.paper.conductor.add_source(self._script)

    @property
    def terminal(self) -> SimTerminal:
        """The simulated terminal; its faults may be set before and during the run."""
        return self.paper.terminal

    @property
    def service(self) -> Any:
        """The trading service, for looking at its rooms."""
        return self.paper.desk.service

    def watch_requests(self, watch: Callable[[str, Any], None]) -> None:
        """Call `watch(name, struct)` the moment the program makes a native request, before the terminal takes it."""
        front = self.terminal.front
        submit = front.submit

        def watched(request: Any) -> None:
            watch(request.name, request.args[0] if request.args else None)
            submit(request)

        front.submit = watched  # type: ignore[method-assign]

    def at(self, time: str | int, action: Callable[[], object]) -> None:
        """Do something on the conductor's thread at a time of the market day."""
        moment = at(time) if isinstance(time, str) else time
        self._script.add(moment, lambda: (action(), None)[1])

    def command_at(self, time: str | int, command: Command) -> None:
        """Let a window's command arrive at a time of the market day."""
        desk = self.paper.desk
        self.at(time, lambda: asyncio.run_coroutine_threadsafe(desk.handle(command), desk.loop))

    def run(self, timeout: float = 30.0) -> LockstepDesk:
        """Start, play the whole market, end in order. Raises what the start raised."""
        desk = self.paper.desk
        thread = threading.Thread(target=desk.loop.run_forever, name="trading", daemon=True)
        thread.start()
        try:
            asyncio.run_coroutine_threadsafe(desk.start(), desk.loop).result(timeout)
            assert self.paper.conductor.finished.wait(timeout), self.paper.conductor.busy_labels()
            asyncio.run_coroutine_threadsafe(desk.service.settle(), desk.loop).result(timeout)
            self.news = self.outbox.drain()
            self.report = build_report(desk.service, self.news, {})
            asyncio.run_coroutine_threadsafe(desk.stop(), desk.loop).result(timeout)
        finally:
            with suppress(RuntimeError):
                desk.loop.call_soon_threadsafe(desk.loop.stop)
            thread.join(timeout)
            desk.close()
        return self

    # what came of it

    def orders(self, *fields: str) -> list[tuple[Any, ...]]:
        """The report's orders, by these fields."""
        return [tuple(order[name] for name in fields) for order in self.report["orders"]]

    def decisions(self, kind: str = "") -> list[tuple[str, str]]:
        """(outcome, code) of the report's decisions, in order."""
        return [(d["outcome"], d["code"]) for d in self.report["decisions"] if kind in ("", d["kind"])]

    def calls(self, name: str = "orderStock") -> list[Call]:
        """Native requests of one kind, in order."""
        return [call for call in self.terminal.call_log if call.name == name]

    def told(self, kind: type[News]) -> list[Any]:
        """News of one kind, in order."""
        return [one for one in self.news if isinstance(one, kind)]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of the journal, read by another connection."""
        return journal_rows(self.journal_path, query)


def journal_rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    """Rows of a journal file."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def start_child(module: str, folder: Path, **arguments: object) -> subprocess.Popen[str]:
    """Run `python -m module FOLDER JSON` from the checkout; its output is captured."""
    command = [sys.executable, "-m", module, str(folder), json.dumps(arguments)]
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8"
    )
