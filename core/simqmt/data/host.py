"""The terminal, as its market data side knows it (`terminal.SimTerminal`)."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Protocol

from core.domain.market import Instrument, Quote, Symbol
from core.exchange.calendar import Calendar
from core.simqmt.clockwork.conductor import Conductor
from core.simqmt.faults.schedule import Faults
from core.simqmt.market.sources import MarketSource
from core.simqmt.native.client import Window


class Host(Protocol):
    """What of a terminal the market data side needs; see there for what each means."""

    market: MarketSource
    clock: Conductor
    lock: threading.RLock
    path: Path
    faults: Faults
    closed: bool
    calendar: Calendar

    @property
    def front(self) -> Window: ...

    @property
    def trading_day(self) -> date: ...

    def wake(self, codes: Iterable[str]) -> None: ...

    def instrument(self, symbol: Symbol) -> Instrument | None: ...

    def instruments(self) -> list[Instrument]: ...

    def quote(self, symbol: Symbol) -> Quote | None: ...

    def quotes(self) -> list[Quote]: ...
