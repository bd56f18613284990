"""A desk of paper money on quotes from outside, in real time on its own thread, at a moment that a test chooses."""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from core.clock import Clock
from core.domain.watch import WatchItem
from core.market.replay_feed import ReplayClock
from core.ports import Feed
from core.service import commands as c
from core.service.compose import Rooms
from core.service.news import CommandAnswered, News
from core.service.outbox import Outbox
from core.service.paper_real import RealQuotesDesk
from core.service.rights import Closes, Dividends
from core.service.sources import QuotePlan
from core.simqmt.terminal import SimTerminal
from tests.fakes.feeds import HandFeed
from tests.fakes.market import at

ACCOUNT = "88000001"


class RealDesk:
    """Use as a context manager: started and running inside. `hand` is the best source when the plan says so."""

    def __init__(
        self,
        folder: Path,
        items: Sequence[WatchItem],
        plan: QuotePlan,
        *,
        start: str = "10:00:00",
        cash: str | int = 1_000_000,
        by_hand: str = "",
        closes: Closes | None = None,
        dividends: Dividends | None = None,
        **rooms: Any,
    ) -> None:
        """`closes` and `dividends` answer for the store and the sources, as the service asks them. `by_hand`: the badge of a best source that the test moves (`hand`), in the place of the plan's first."""
        folder.mkdir(parents=True, exist_ok=True)
        self.clock = ReplayClock(at(start))
        self.outbox = Outbox()
        self.news: list[News] = []
        self._numbers = itertools.count(1)
        self._hand: HandFeed | None = None

        def make(loop: asyncio.AbstractEventLoop, clock: Clock) -> Feed:
            del loop
            self._hand = HandFeed(clock, by_hand)
            return self._hand

        self.real = RealQuotesDesk(
            folder / "terminal",
            ACCOUNT,
            Decimal(cash),
            replace(plan, best=make) if by_hand else plan,
            Rooms(
                journal_path=folder / "journal.db",
                emergency_path=folder / "journal.emergency",
                watchlist=tuple(items),
                **rooms,
            ),
            self.outbox,
            clock=self.clock,
        )
        self.desk = self.real.desk
        self.desk.service.rights.closes = closes
        self.desk.service.rights.dividends = dividends
        self._thread = threading.Thread(target=self.desk.loop.run_forever, name="trading", daemon=True)

    def __enter__(self) -> RealDesk:
        self.clock.begin()
        self._thread.start()
        self.run(self.desk.start())
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.run(self.desk.stop())
        finally:
            self.desk.loop.call_soon_threadsafe(self.desk.loop.stop)
            self._thread.join(10)
            self.desk.close()

    @property
    def terminal(self) -> SimTerminal:
        return self.real.terminal

    @property
    def hand(self) -> HandFeed:
        assert self._hand is not None
        return self._hand

    def run(self, work: Any) -> Any:
        """Await something on the trading loop."""
        return asyncio.run_coroutine_threadsafe(work, self.desk.loop).result(60)

    def act(self, action: Callable[[], object]) -> None:
        """Do something on the trading loop."""

        async def do() -> None:
            action()

        self.run(do())

    def command(self, make: Callable[[str], c.Command]) -> CommandAnswered:
        """Send a command and take its answer."""
        command_id = f"t{next(self._numbers)}"
        self.run(self.desk.handle(make(command_id)))
        return next(one for one in self.told(CommandAnswered) if one.command_id == command_id)

    def told(self, kind: type[Any]) -> list[Any]:
        """News of one kind so far, in order."""
        self.news += self.outbox.drain()
        return [one for one in self.news if isinstance(one, kind)]

    def until(self, condition: Callable[[], object], seconds: float = 30.0) -> None:
        """Wait until something is so."""
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, [
                one for one in self.told(News) if type(one).__name__ not in ("ClockNews", "QuotesNews")
            ][-12:]
            threading.Event().wait(0.02)
