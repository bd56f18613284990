"""The rooms of one desk, joined by `compose`, used by the service."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from core.clock import Clock
from core.domain.exrights import ExRightsPolicy
from core.domain.market import Instrument, Quote
from core.exchange.calendar import MAINLAND, Calendar
from core.execution.book import AccountBook
from core.execution.intents import IntentBook
from core.execution.sender import Sender
from core.lanes import Lane
from core.market.board import QuoteBoard
from core.market.failover import FeedSwitch
from core.monitor.monitor import Monitor
from core.ports import Broker, Journal
from core.risk.gate import RiskGate
from core.service.account import DeskAccount, DeskStatus
from core.service.charts import Charts
from core.service.instrument_desk import InstrumentDesk
from core.service.link import BrokerLink
from core.service.meters import LatencyMeter
from core.service.recorder import Recorder, Tasks
from core.service.speaker import Speaker

if TYPE_CHECKING:
    from core.service.history_room import HistoryRoom


class EmergencyRecovery(Protocol):
    """Where stops were written while the journal could not be."""

    async def recover(self, journal: Journal) -> None: ...


@dataclass(slots=True)
class DeskParts:
    """Everything a service works with. `charts` is None without a window.

    `background` holds what nobody waits for at the end. `exchange` and `describe` hand quotes and securities to a paper exchange that lives on the desk's own quotes.
    """

    clock: Clock
    broker: Broker
    feed: FeedSwitch
    journal: Journal
    board: QuoteBoard
    monitor: Monitor
    book: AccountBook
    intents: IntentBook
    gate: RiskGate
    sender: Sender
    link: BrokerLink
    status: DeskStatus
    account: DeskAccount
    speaker: Speaker
    recorder: Recorder
    meter: LatencyMeter
    tasks: Tasks
    background: Tasks
    files: Lane
    emergency: EmergencyRecovery
    charts: Charts | None
    names: InstrumentDesk
    calendar: Calendar = MAINLAND
    history: HistoryRoom | None = None
    ex_rights: ExRightsPolicy = ExRightsPolicy.RESCALE
    exchange: Callable[[Sequence[Quote]], None] | None = None
    describe: Callable[[Iterable[Instrument]], None] = lambda _instruments: None
