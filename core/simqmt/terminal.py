"""The simulated MiniQMT terminal: it owns the market, the exchange, the accounts and the sessions of one folder.

Programs reach it through the native stand-ins (`install`). Everything it does happens on the conductor's thread, one
event after the other: a snapshot, a batch of requests, an order that arrives, an answer that is told. Only `connect`
and the calls of tests and desks (`set_quote`, `disconnect`, ...) act at once, under the same lock.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from core.domain.enums import Phase
from core.domain.market import Instrument, Quote, Symbol
from core.errors import ContractError, UserError
from core.exchange.calendar import MAINLAND
from core.exchange.ledger import Ledger
from core.simqmt.answers import Answers
from core.simqmt.conductor import Conductor, Rank
from core.simqmt.counter import Counter, Ticket
from core.simqmt.data_hub import DataHub
from core.simqmt.desk import Outcome, RequestDesk
from core.simqmt.exchange import Exchange
from core.simqmt.faults import Faults, Plan
from core.simqmt.market import MarketSource
from core.simqmt.records import OrderErrorPush, Push, SimOrder, SimTrade
from core.simqmt.requests import NOT_CONNECTED, Call, Request, call_fields, empty_answer
from core.simqmt.sessions import Sessions
from core.simqmt.static_market import StaticMarket, static_quote
from core.simqmt.store import Store
from core.simqmt.structs import load_surface
from core.simqmt.trader_client import ClientLink, link_of_client

Position = tuple[str, int, Decimal]
"""(symbol, volume in shares, cost in yuan a share), held since before today."""


class SimTerminal:
    """One terminal on one folder. Public methods may be called from any thread; close it before the conductor."""

    def __init__(
        self,
        path: str | Path,
        cash: Mapping[str, Decimal],
        market: MarketSource | None = None,
        clock: Conductor | None = None,
        *,
        positions: Mapping[str, Sequence[Position]] | None = None,
        latency_ms: int = 0,
        seed: int = 0,
        push_asset_and_positions: bool = True,
    ) -> None:
        """`cash` and `positions` open accounts the folder does not know yet; known ones keep what they have.

        Without a market the terminal shows what `set_quote` puts in. Raises UserError when the folder is in use or
        its file is damaged.
        """
        self.market: MarketSource = market if market is not None else StaticMarket()
        self.clock = (
            clock if clock is not None else Conductor(self.market.start_ms, lockstep=False, speed=1.0)
        )
        self.path = Path(path).absolute()
        self.latency_ms = latency_ms
        self.seed = seed
        self.faults = Faults()
        self.closed = False
        self.on_close: list[Callable[[], None]] = []
        self.surface = load_surface()
        self._lock = threading.RLock()
        self._calls: list[Call] = []
        self._inbox: list[Request] = []
        self._links: list[ClientLink] = []
        self._sessions = Sessions()
        self._answers = Answers(self.surface)
        self._store = Store(self.path)
        self._state = self._store.loaded
        self._exchange = Exchange()
        self._instruments: dict[Symbol, Instrument] = {}
        self._read_instruments()
        self._counter = Counter(
            self._state,
            self._exchange,
            self.instrument,
            self.clock.now_ms,
            push_views=push_asset_and_positions,
        )
        self._desk = RequestDesk(self.surface, self._counter, self._name_of)
        self.data = DataHub(self)
        try:
            self._open_day(cash, positions or {})
        except BaseException:
            self._store.close()
            raise
        self.clock.add_source(self)

    # what tests and desks look at

    @property
    def call_log(self) -> tuple[Call, ...]:
        """Every native request so far, in the order the terminal's clients made them."""
        with self._lock:
            return tuple(self._calls)

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
        """A security of this market."""
        return self._instruments.get(symbol)

    def instruments(self) -> list[Instrument]:
        """All securities of this market."""
        return list(self._instruments.values())

    def quote(self, symbol: Symbol) -> Quote | None:
        """The newest snapshot."""
        return self._exchange.quote(symbol)

    def quotes(self) -> list[Quote]:
        """The newest snapshot of every symbol."""
        with self._lock:
            return self._exchange.quotes()

    def orders(self, account: str) -> list[SimOrder]:
        """The day's orders of an account."""
        with self._lock:
            return self._counter.orders(account)

    def trades(self, account: str) -> list[SimTrade]:
        """The day's fills of an account."""
        with self._lock:
            return self._counter.trades(account)

    def ledger(self, account: str) -> Ledger:
        """Cash and shares of an account, marked to the newest prices."""
        with self._lock:
            return self._counter.ledger(account)

    # what tests and desks do

    def adopt_trader(self, trader: Any) -> None:
        """Count what runs in this XtQuantTrader's executors; call it after `trader.start()`."""
        link = link_of_client(trader.async_client)
        link.follow((trader.executor, trader.relaxed_resp_executor))

    def disconnect(self, session: int | None = None) -> None:
        """Lose one session, or all and the data subscriptions with them; programs hear on_disconnected."""
        with self._lock:
            for link in self._sessions.chosen(session):
                self._sessions.close(link, self.clock.now_ms())
                self._later(partial(link.push, "bindOnDisconnectedCallback"))
                for request in link.waiting():
                    if request.name.startswith("query"):
                        self._tell(request, empty_answer(self.surface, request, NOT_CONNECTED))
            if session is None:
                self.data.disconnect()

    def set_quote(
        self,
        code: str,
        *,
        last: Decimal | str | float,
        bids: Sequence[tuple[Decimal | str | float, int]] | None = None,
        asks: Sequence[tuple[Decimal | str | float, int]] | None = None,
        pre_close: Decimal | str | float | None = None,
        phase: Phase = Phase.CONTINUOUS,
        name: str = "",
    ) -> None:
        """Show this book now, as a snapshot of the present moment. Prices in yuan, volumes in shares."""
        with self._lock:
            known = self._exchange.quote(Symbol(code))
            quote = static_quote(
                code,
                self.clock.now_ms(),
                last=last,
                bids=bids,
                asks=asks,
                pre_close=pre_close,
                phase=phase,
                known=known,
            )
            if quote.symbol not in self._instruments:
                self._instruments[quote.symbol] = StaticMarket.instrument_of(quote, name)
            self._show((quote,))

    def next_day(self) -> None:
        """Go to the next trading day: open orders expire, T+1 settles; the clock moves to its 09:30 when it can."""
        with self._lock:
            self._roll(MAINLAND.next_trading_day(self.trading_day))
        self.clock.schedule(StaticMarket.open_ms(self.trading_day), Rank.ANSWER, _nothing)

    def manual_order(
        self,
        account: str,
        code: str,
        order_type: int,
        volume: int,
        price: Decimal | float,
        *,
        remark: str = "",
    ) -> int:
        """An order typed in the terminal's own window (23 buys, 24 sells, limit). Its number, or -1."""
        ticket = Ticket(account, code, order_type, volume, 11, float(price), "", remark)
        with self._lock:
            placed = self._counter.place(ticket)
            order = self._counter.order(placed.order_id)
            arriving = placed.order_id if order is not None and order.working else 0
            self._settle(Outcome(None, placed.pushes, arriving=arriving))
        return placed.order_id

    def close(self) -> None:
        """Log everyone out and give the folder back. Calls still blocked in a program are released."""
        with self._lock:
            if self.closed:
                return
            self.closed = True
            links = list(self._links)
            for link in links:
                self._sessions.close(link, self.clock.now_ms())
            if self._counter.changed:
                self._counter.commit(self._store)
            self._store.close()
        self.data.close()
        for link in links:
            link.release_waiting(blocked_only=False)
        for forget in self.on_close:
            forget()

    # the market, on the conductor's thread

    def peek_ms(self) -> int | None:
        """Time of the next snapshots."""
        return None if self.closed else self.market.peek_ms()

    def release(self) -> None:
        """The next snapshots: books, fills, pushes, then ticks."""
        with self._lock:
            if not self.closed:
                self._show(self.market.pop())

    def _show(self, quotes: Sequence[Quote]) -> None:
        day = quotes[0].time.date()
        if day > self.trading_day:
            self._roll(day)
        pushes: list[Push] = []
        for quote in quotes:
            if quote.phase in (Phase.CLOSED, Phase.AFTER_HOURS) and quote.time.hour >= 15:
                pushes += self._counter.expire(quote.symbol)
            pushes += self._counter.on_quote(quote)
        self._commit()
        self._push(pushes)
        if pushes:
            self._later(lambda: self.data.show(quotes))
        else:
            self.data.show(quotes)

    def _roll(self, day: date) -> None:
        pushes = self._counter.expire()
        self._commit()
        self._counter.next_day(day)
        self._read_instruments()
        self._commit()
        self._push(pushes)

    # requests of programs

    def connect(self, link: ClientLink) -> int:
        """A client wants in."""
        with self._lock:
            if link not in self._links:
                self._links.append(link)
            self._calls.append(Call(self.clock.now_ms(), link.session, "connect", 0))
            if self.closed or self.faults.refuses_connect():
                return -1
            return 0 if self._sessions.open(link, self.clock.now_ms()) else -1

    def drop_session(self, link: ClientLink) -> None:
        """A client stopped."""
        with self._lock:
            self._sessions.close(link, self.clock.now_ms())
            if link in self._links:
                self._links.remove(link)

    def submit(self, request: Request) -> int:
        """Take a request to the inbox; it is done as an event of its own."""
        link = request.link
        with self._lock:
            fields = call_fields(self.surface, request.args)
            self._calls.append(Call(self.clock.now_ms(), link.session, request.name, request.seq, fields))
            if self.closed:
                link.answer(request, empty_answer(self.surface, request, NOT_CONNECTED))
                return -1
            if link not in self._links:
                self._links.append(link)
            if not self._inbox:
                self._later(self._work)
            self._inbox.append(request)
            return 0 if link.connected else -1

    def _work(self) -> None:
        """Do what is in the inbox. In lock-step requests of several threads are taken thread by thread."""
        with self._lock:
            batch, self._inbox = self._inbox, []
            if self.clock.lockstep:
                batch.sort(key=lambda request: request.thread)
            for request in batch:
                self._do(request)

    def _do(self, request: Request) -> None:
        if self.closed or request.link.stopped:
            return
        if not request.link.connected:
            self._tell(request, empty_answer(self.surface, request, NOT_CONNECTED))
            return
        plan = self.faults.plan(request.name)
        if plan.lost:
            return
        self._settle(self._desk.handle(request), request, plan)

    def _settle(self, outcome: Outcome, request: Request | None = None, plan: Plan | None = None) -> None:
        """Let what was asked reach the exchange, make it durable, then tell."""
        pushes = list(outcome.pushes)
        for order_id, reach in (
            (outcome.arriving, self._counter.arrive),
            (outcome.cancelling, self._counter.cancel_arrives),
        ):
            if order_id and not self.latency_ms:
                pushes += reach(order_id)
            elif order_id:
                self._on_arrival(order_id, reach)
        self._commit()
        plan = plan or Plan()
        if plan.pushes_first:
            self._push(pushes, request)
        if request is not None:
            request.answer, request.answered = outcome.payload, True
            if not plan.silent:
                self._tell(request, outcome.payload, plan.delay_ms)
            if outcome.subscribed:
                status = self._answers.account_status(outcome.subscribed)
                self._later(lambda: request.link.push("bindOnUpdateAccountStatusCallback", status))
        if not plan.pushes_first:
            self._push(pushes, request)

    def _on_arrival(self, order_id: int, reach: Callable[[int], tuple[Push, ...]]) -> None:
        def arrive() -> None:
            with self._lock:
                if self.closed or self._counter.order(order_id) is None:
                    return
                pushes = reach(order_id)
                self._commit()
                self._push(pushes)

        self.clock.schedule(self.clock.now_ms() + self.latency_ms, Rank.ARRIVAL, arrive)

    # telling

    def _tell(self, request: Request, payload: object, delay_ms: int = 0) -> None:
        self._later(lambda: request.link.answer(request, payload), delay_ms)

    def _push(self, pushes: Sequence[Push], request: Request | None = None) -> None:
        """Each push to each session that hears of the account; a refusal also to the one who asked."""
        for push in pushes:
            links = self._sessions.hearing(push.account)
            if isinstance(push, OrderErrorPush) and request is not None and request.link not in links:
                links = [*links, request.link]
            for link in links:
                for _ in range(2 if self.faults.duplicate_pushes else 1):
                    bind, struct = self._answers.push(push)
                    self._later(partial(_push_one, link, bind, struct))

    def _later(self, action: Callable[[], None], delay_ms: int = 0) -> None:
        self.clock.schedule(self.clock.now_ms() + delay_ms, Rank.ANSWER, action)

    # the day

    def _open_day(self, cash: Mapping[str, Decimal], positions: Mapping[str, Sequence[Position]]) -> None:
        today = self.clock.now().date()
        state = self._state
        if state.day is None:
            state.day = today
        state.market = self.market.name
        opened = {
            account: self._new_account(amount, positions.get(account, ())) for account, amount in cash.items()
        }
        self._counter.open_accounts(opened)
        unknown = set(positions) - set(cash)
        if unknown:
            raise ContractError(f"positions for accounts without cash: {sorted(unknown)}")
        if state.day != today:
            self._roll(today)
        for order in self._counter.working():
            self._resume(order)
        self._commit()

    def _new_account(self, cash: Decimal, held: Sequence[Position]) -> Ledger:
        if cash < 0:
            raise UserError(f"模拟账户的资金 {cash} 是负数。请给出不小于 0 的金额。")
        ledger = Ledger(self.trading_day, Decimal(cash))
        for symbol, volume, cost in held:
            ledger = ledger.with_position(symbol, volume, Decimal(cost), name=self._name_of(Symbol(symbol)))
        return ledger

    def _resume(self, order: SimOrder) -> None:
        """An order that was working when the terminal ended goes on."""
        if order.at_exchange:
            self._exchange.rest(order, order.open_volume)
        else:
            self._on_arrival(order.order_id, self._counter.arrive)
        if not order.status.is_cancelable:
            self._on_arrival(order.order_id, self._counter.cancel_arrives)

    def _read_instruments(self) -> None:
        for item in self.market.instruments():
            self._instruments[item.symbol] = item

    def _name_of(self, symbol: Symbol) -> str:
        found = self._instruments.get(symbol)
        return found.name if found else ""

    def _commit(self) -> None:
        if self._counter.changed:
            self._counter.commit(self._store)


def _push_one(link: ClientLink, bind: str, struct: object) -> None:
    if link.connected:
        link.push(bind, struct)


def _nothing() -> None:
    """Lets the clock move."""
