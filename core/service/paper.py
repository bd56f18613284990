"""The paper desk and the replay: a composed desk on a simulated terminal under one conductor."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from core.domain.enums import Mode
from core.domain.market import Symbol
from core.service.compose import Channel, Rooms
from core.service.composed_desk import ComposedDesk
from core.service.outbox import Outbox
from core.service.sources import QuotePlan
from core.simqmt.clockwork.conductor import Conductor
from core.simqmt.clockwork.loop import VirtualLoop
from core.simqmt.exchange.books import QueueRule
from core.simqmt.market.sources import MarketSource

Holding = tuple[Symbol, int, Decimal]
"""(symbol, shares, cost price); counts as bought yesterday."""

NIGHT_MS = 3 * 3_600_000


@dataclass(frozen=True, slots=True)
class PaperOptions:
    """One simulated account. `speed` None runs as fast as it can (replay). `queue` see `core.simqmt.exchange.books`."""

    folder: Path
    account_id: str
    cash: Decimal
    holdings: tuple[Holding, ...] = ()
    speed: float | None = 1.0
    latency_ms: int = 0
    seed: int = 1
    queue: QueueRule = "back"


class PaperDesk:
    """A simulated terminal, its conductor and a desk on top. Made on the trading thread."""

    def __init__(self, options: PaperOptions, market: MarketSource, rooms: Rooms, outbox: Outbox) -> None:
        from core.simqmt.install import install
        from core.simqmt.terminal import SimTerminal

        self.conductor = Conductor(
            market.start_ms, speed=options.speed, skip_gap_ms=NIGHT_MS, hold_market=True
        )
        self.terminal = SimTerminal(
            options.folder,
            cash={options.account_id: options.cash},
            market=market,
            clock=self.conductor,
            positions={options.account_id: options.holdings},
            latency_ms=options.latency_ms,
            seed=options.seed,
            queue=options.queue,
            power_safe=True,
        )
        install(self.terminal)
        self.desk = ComposedDesk(
            Channel(
                mode=Mode.PAPER,
                account_id=options.account_id,
                terminal_path=str(options.folder),
                speed=options.speed or 0.0,
                clock=self.conductor,
                activity=self.conductor,
                loop=VirtualLoop(self.conductor),
                on_trader_started=self.terminal.adopt_trader,
                quotes=QuotePlan(name=market.name),
            ),
            rooms,
            outbox,
            on_started=self.conductor.open_market,
            on_close=self._close,
        )
        self.conductor.start()

    def _close(self) -> None:
        self.terminal.close()
        self.conductor.stop()
