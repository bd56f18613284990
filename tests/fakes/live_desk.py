"""A paper desk in real time for a window: the callable that `DeskThread` wants, on a market that a test chooses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from pathlib import Path

from core.broker.deadlines import BrokerDeadlines
from core.domain.market import Symbol
from core.domain.watch import WatchItem
from core.service.compose import Rooms
from core.service.outbox import Outbox
from core.service.paper import PaperDesk, PaperOptions
from core.service.runtime import Desk
from core.simqmt.market.sources import MarketSource
from core.simqmt.native.requests import Call
from core.simqmt.terminal import SimTerminal

ACCOUNT = "88000001"

Holding = tuple[str, int, str]
"""(symbol, shares, cost price); held since yesterday."""


class LiveDesk:
    """Composes a paper desk when the trading thread calls it; the terminal can be looked at and moved afterwards.

    `on_composed` is called on the trading thread when xtquant's natives are in place and nothing has started.
    """

    def __init__(
        self,
        folder: Path,
        market: MarketSource,
        items: Sequence[WatchItem] | None = None,
        *,
        cash: str | int = 1_000_000,
        holdings: Iterable[Holding] = (),
        speed: float = 1.0,
        journal_folder: Path | None = None,
        on_sent: Callable[[str, float], None] | None = None,
        on_composed: Callable[[LiveDesk], None] | None = None,
        broker_deadlines: BrokerDeadlines | None = None,
    ) -> None:
        self._folder = folder
        self._market = market
        self._items = tuple(items) if items is not None else None
        self._journal_folder = journal_folder or folder
        self._on_sent = on_sent
        self._broker_deadlines = broker_deadlines
        self._on_composed = on_composed
        self._options = PaperOptions(
            folder=folder / "terminal",
            account_id=ACCOUNT,
            cash=Decimal(cash),
            holdings=tuple((Symbol(s), volume, Decimal(cost)) for s, volume, cost in holdings),
            speed=speed,
        )
        self.paper: PaperDesk | None = None

    @property
    def journal_path(self) -> Path:
        """The journal's file."""
        return self._journal_folder / "journal.db"

    def __call__(self, outbox: Outbox) -> Desk:
        """On the trading thread."""
        for folder in (self._folder, self._journal_folder):
            folder.mkdir(parents=True, exist_ok=True)
        rooms = Rooms(
            journal_path=self.journal_path,
            emergency_path=self._journal_folder / "journal.emergency",
            watchlist=self._items,
            on_sent=self._on_sent,
            broker_deadlines=self._broker_deadlines,
        )
        self.paper = PaperDesk(self._options, self._market, rooms, outbox)
        if self._on_composed is not None:
            self._on_composed(self)
        return self.paper.desk

    @property
    def terminal(self) -> SimTerminal:
        """The simulated terminal, once composed."""
        assert self.paper is not None, "the desk is not composed yet"
        return self.paper.terminal

    def calls(self, name: str = "orderStock") -> list[Call]:
        """Native requests of one kind, in order; none before the desk is composed."""
        if self.paper is None:
            return []
        return [call for call in self.terminal.call_log if call.name == name]
