"""The simulated MiniQMT terminal: it owns the market, the exchange, the accounts and the sessions of one folder.

Programs reach it through the native stand-ins (`install`). Everything it does happens on the conductor's thread, one
event after the other: a snapshot, a batch of requests, an order that arrives, an answer that is told. Only `connect`
and the calls of tests and desks (`set_quote`, `disconnect`, ...) act at once, under the same lock.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from core.domain.market import Instrument, Symbol
from core.errors import ContractError
from core.exchange.calendar import MAINLAND, Calendar
from core.simqmt.acting import Acting
from core.simqmt.broker.accounts import Accounts
from core.simqmt.broker.counter import Counter
from core.simqmt.clockwork.conductor import Conductor
from core.simqmt.data.hub import DataHub
from core.simqmt.exchange.books import QueueRule
from core.simqmt.exchange.choice import make_exchange
from core.simqmt.exchange.halting import Halts
from core.simqmt.faults.schedule import Faults
from core.simqmt.hours import GRACE, Hours
from core.simqmt.ledger.store import Store
from core.simqmt.market.named import named_market
from core.simqmt.market.sources import MarketSource, VouchingMarket, WakingMarket
from core.simqmt.market.static import StaticMarket
from core.simqmt.native.structs import load_surface
from core.simqmt.opening import Position, mark_folder, new_ledgers
from core.simqmt.reception.desk import RequestDesk
from core.simqmt.reception.front import Front

__all__ = ["Position", "SimTerminal"]


class SimTerminal(Acting):
    """One terminal on one folder. Public methods may be called from any thread; close it before the conductor."""

    def __init__(
        self,
        path: str | Path,
        cash: Mapping[str, Decimal],
        market: MarketSource | str | None = None,
        clock: Conductor | None = None,
        *,
        positions: Mapping[str, Sequence[Position]] | None = None,
        latency_ms: int = 0,
        seed: int = 0,
        push_asset_and_positions: bool = True,
        faults: Faults | None = None,
        queue: QueueRule = "back",
        power_safe: bool = False,
        calendar: Calendar = MAINLAND,
    ) -> None:
        """`cash` and `positions` open accounts the folder does not know yet; known ones keep what they have.

        `market` is a source or a name (`market.named`); without one the terminal shows what `set_quote` puts in.
        Without a clock it runs free at 1x. `calendar`: the days on which the exchange trades. `power_safe`: every commit
        waits for the disk (`ledger.store`). Raises UserError when the folder is in use or its file is damaged.
        """
        _check(clock, latency_ms)
        if isinstance(market, str):
            market = named_market(market, seed, None if clock is None else clock.now_ms(), calendar)
        self.market: MarketSource = market if market is not None else StaticMarket()
        # Asked at every order, and slow to find out.
        self._waking = self.market if isinstance(self.market, WakingMarket) else None
        self._vouching = self.market if isinstance(self.market, VouchingMarket) else None
        self._own_clock = clock is None
        self.clock = clock or Conductor(self.market.start_ms, lockstep=False, speed=1.0)
        self.path = Path(path).absolute()
        self.calendar = calendar
        self.latency_ms = latency_ms
        self.seed = seed
        self.faults = faults if faults is not None else Faults(seed=seed)
        self.closed = self._left = False
        self.on_close: list[Callable[[], None]] = []
        # Asked for an account that is not here: it and its type. Asked for what a terminal does not offer.
        self.on_stranger: list[Callable[[str, int], None]] = []
        self.on_unsupported: list[Callable[[str], None]] = []
        self.surface = load_surface()
        self.lock = threading.RLock()  # taken before any lock of a client
        self._exchange = make_exchange(queue, calendar)
        self._halts = Halts()
        self._still = isinstance(self.market, StaticMarket)
        self._hours = Hours(
            self.clock.now_ms(),
            self._strike,
            stands_still=self._still,
            ended=lambda: self.market.peek_ms() is None,
            calendar=calendar,
        )
        self._instruments: dict[Symbol, Instrument] = {}
        self._read_instruments()
        self._store = Store(self.path, power_safe=power_safe)
        try:
            mark_folder(self.path)
            self._state = self._store.loaded
            self._furnish(push_asset_and_positions)
            self._open_day(cash, positions or {})
        except BaseException:
            self._store.close()
            raise
        self.clock.add_source(self)
        self.clock.add_watch(self._hours)
        if self._own_clock:
            self.clock.start()

    def _furnish(self, push_views: bool) -> None:
        now_ms = self.clock.now_ms
        self._accounts = Accounts(self._state, self._exchange.quote, self.instrument, now_ms)
        self._counter = Counter(
            self._accounts,
            self._exchange,
            self.instrument,
            now_ms,
            push_views=push_views,
            facts=self._halts.facts,
            vouches_for=self._vouches_for,
            calendar=self.calendar,
        )
        self.front = Front(
            self.surface,
            self.clock,
            self.lock,
            self._counter,
            RequestDesk(self.surface, self._accounts, self._counter, self.on_stranger, self.on_unsupported),
            self._commit,
            self.latency_ms,
            self.faults,
            self.disconnect,
        )
        self.front.folder = self.path
        self.data = DataHub(self)

    def close(self) -> None:
        """Log everyone out and give the folder back. Calls still blocked in a program are released. Raises UserError when
        the ledger could not be written at the end."""
        try:
            with self.lock:
                if not self.closed:
                    self.closed = self.front.closed = True
                    self._commit()
        finally:
            self._leave()
            if self._own_clock:
                self.clock.stop()

    def _give_up(self) -> None:
        """A terminal without a ledger ends, as one that crashed: programs hear that they lost it, and what they still
        wait for did not happen."""
        self.closed = self.front.closed = True
        self.front.disconnect(None)
        self._leave()

    def _leave(self) -> None:
        with self.lock:
            if self._left:
                return
            self._left = True
            self._store.close()
        self.front.close()
        self.data.disconnect()
        for forget in self.on_close:
            forget()

    def _open_day(self, cash: Mapping[str, Decimal], positions: Mapping[str, Sequence[Position]]) -> None:
        today = self.clock.now().date()
        state = self._state
        if state.day is None:
            state.day = today
        state.market = self.market.name
        self._accounts.open(new_ledgers(self.trading_day, cash, positions, self._accounts.name_of))
        if state.day != today:
            self._roll(today)
        self.wake(self._accounts.symbols())
        for order in self._accounts.working():
            self.front.resume(order)
        self._end_by(self.clock.now() - GRACE, opening=True)


def _check(clock: object, latency_ms: int) -> None:
    if not (clock is None or isinstance(clock, Conductor)):
        raise ContractError(
            f"clock is a Conductor, as Conductor(start_ms, lockstep=False, speed=1.0), not {clock!r}"
        )
    if latency_ms < 0:
        raise ContractError(f"latency_ms is not negative as {latency_ms}")
