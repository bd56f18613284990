"""What tests and desks may look at in a terminal: its day, its market, its accounts, its log of calls."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import date

from core.domain.market import Instrument, Quote, Symbol
from core.exchange.ledger import Ledger
from core.simqmt.broker.accounts import Accounts
from core.simqmt.broker.records import SimOrder, SimTrade
from core.simqmt.exchange.books import Exchange
from core.simqmt.ledger.store import TerminalState
from core.simqmt.native.requests import Call
from core.simqmt.reception.front import Front


class Looking:
    """The reading half of a terminal. Every method may be called from any thread."""

    front: Front
    lock: threading.RLock
    _accounts: Accounts
    _exchange: Exchange
    _instruments: dict[Symbol, Instrument]
    _state: TerminalState

    @property
    def call_log(self) -> tuple[Call, ...]:
        """The native requests so far (`reception.front.KEPT_CALLS` at most), in the order the terminal's clients made them."""
        return self.front.calls

    @property
    def trading_day(self) -> date:
        """The day the ledgers stand at."""
        assert self._state.day is not None
        return self._state.day

    @property
    def last_time_ms(self) -> int:
        """Virtual time of the last commit: where a desk that was killed may go on."""
        return self._state.time_ms

    def instrument(self, symbol: Symbol) -> Instrument | None:
        """A security of this market; one that it shows when asked is shown from now on."""
        if symbol not in self._instruments:
            self.wake((symbol,))
        return self._instruments.get(symbol)

    def wake(self, codes: Iterable[str]) -> None:
        """Let the market show these securities too, where it can."""
        raise NotImplementedError

    def instruments(self) -> list[Instrument]:
        """All securities of this market."""
        return list(self._instruments.values())

    def quote(self, symbol: Symbol) -> Quote | None:
        """The newest snapshot."""
        return self._exchange.quote(symbol)

    def quotes(self) -> list[Quote]:
        """The newest snapshot of every symbol."""
        with self.lock:
            return self._exchange.quotes()

    def accounts(self) -> list[str]:
        """Account ids, in the order they were opened."""
        with self.lock:
            return self._accounts.names()

    def orders(self, account: str) -> list[SimOrder]:
        """The day's orders of an account."""
        with self.lock:
            return self._accounts.orders(account)

    def trades(self, account: str) -> list[SimTrade]:
        """The day's fills of an account."""
        with self.lock:
            return self._accounts.trades(account)

    def ledger(self, account: str) -> Ledger:
        """Cash and shares of an account, marked to the newest prices."""
        with self.lock:
            return self._accounts.ledger(account)
