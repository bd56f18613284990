"""Paper money on real quotes: a simulated terminal whose exchange lives on what the desk's own feed brings.

The trader's natives are simulated, the quotes come from public sources or the real `xtquant.xtdata`; time is the
machine's. Orders fill at the book that is displayed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from pathlib import Path

from core.clock import Clock, SystemClock
from core.domain.enums import Mode
from core.domain.market import Instrument, Quote
from core.ports import NoActivity
from core.service.compose import Channel, Rooms
from core.service.composed_desk import ComposedDesk
from core.service.outbox import Outbox
from core.service.sources import QuotePlan
from core.simqmt.clockwork.conductor import Conductor, Rank


class RealQuotesDesk:
    """A terminal that is fed, its free-running conductor and a desk on top. Made on the trading thread.

    `clock` other than the machine's is for recordings.
    """

    def __init__(
        self,
        folder: Path,
        account_id: str,
        cash: Decimal,
        plan: QuotePlan,
        rooms: Rooms,
        outbox: Outbox,
        *,
        clock: Clock | None = None,
    ) -> None:
        from core.simqmt.install import install
        from core.simqmt.terminal import SimTerminal

        clock = clock or SystemClock()
        self.conductor = Conductor(clock.now_ms(), speed=1.0, lockstep=False)
        self.terminal = SimTerminal(
            folder, {account_id: cash}, "feed", self.conductor, power_safe=True, calendar=plan.calendar
        )
        install(self.terminal, trader=True, data=False)
        self.desk = ComposedDesk(
            Channel(
                mode=Mode.PAPER_REAL,
                account_id=account_id,
                terminal_path=str(folder),
                speed=1.0,
                clock=clock,
                activity=NoActivity(),
                loop=asyncio.SelectorEventLoop(),
                on_trader_started=lambda _trader: None,
                quotes=plan,
                exchange=self._later(self.terminal.feed),
                describe=self._describe,
            ),
            rooms,
            outbox,
            on_close=self._close,
        )
        self.conductor.start()

    def _later(self, job: Callable[[Sequence[Quote]], None]) -> Callable[[Sequence[Quote]], None]:
        """On the conductor's thread: the exchange commits to its file, and the trading loop never waits for that."""

        def hand_over(quotes: Sequence[Quote]) -> None:
            held = list(quotes)
            self.conductor.schedule(self.conductor.now_ms(), Rank.MARKET, lambda: job(held))

        return hand_over

    def _describe(self, instruments: Iterable[Instrument]) -> None:
        held = list(instruments)
        self.conductor.schedule(
            self.conductor.now_ms(), Rank.MARKET, lambda: self.terminal.feed_instruments(held)
        )

    def _close(self) -> None:
        self.terminal.close()
        self.conductor.stop()
