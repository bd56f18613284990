"""A simulated terminal under a conductor, with the vendor's real xttrader on top: what trading tests stand on."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from core.domain.market import Quote
from core.simqmt.clockwork.conductor import Conductor, Rank
from core.simqmt.install import install
from core.simqmt.terminal import Position, SimTerminal
from tests.fakes.market import ListMarket, at

ACCOUNT = "88000001"
BUY, SELL = 23, 24
FIX_PRICE = 11


@dataclass
class Desk:
    """A running terminal and its conductor. `settle` waits until everything due now has happened."""

    terminal: SimTerminal
    conductor: Conductor
    market: ListMarket
    traders: list[Any] = field(default_factory=list)
    held: bool = False

    def hold(self) -> None:
        """Let virtual time pass only while this thread waits: in `settle`, `feed` and synchronous calls."""
        self.held = True
        self.conductor.begin("test")
        self.conductor.enter_parkable("test")

    def unparked(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """A call that does not wait for its answer: it must not let time pass."""

        def made(*args: Any, **named: Any) -> Any:
            if not self.held:
                return call(*args, **named)
            self.conductor.begin("test")
            self.conductor.leave_parkable("test")
            try:
                return call(*args, **named)
            finally:
                self.conductor.enter_parkable("test")

        return made

    def settle(self, until: str | int | None = None, timeout: float = 10.0) -> None:
        """Wait until all that is due at the present (or `until`) has happened."""
        now = self.conductor.now_ms()
        target = now if until is None else at(until) if isinstance(until, str) else until
        reached = threading.Event()

        def arrive() -> None:
            if self.held:
                self.conductor.begin("test")
            reached.set()

        self.conductor.schedule(target, Rank.TIMER, arrive)
        if self.held:
            self.conductor.end("test")
        assert reached.wait(timeout), f"the desk is not quiet; busy: {self.conductor.busy_labels()}"
        assert self.held or self.conductor.wait_quiet(timeout), self.conductor.busy_labels()

    def feed(self, *quotes: Quote) -> None:
        """Queue snapshots in the market and wait until they and what they cause have happened."""
        self.market.add(*quotes)
        self.settle(quotes[-1].time_ms)

    def trader(self, session: int = 1, *, connect: bool = True, subscribe: bool = True) -> Trader:
        """The real XtQuantTrader with a recording callback, built off the main thread's loop."""
        made = Trader(self, session)
        self.traders.append(made)
        if connect:
            assert made.api.connect() == 0
        if connect and subscribe:
            assert made.api.subscribe(made.account) == 0
            self.settle()
        return made

    def close(self) -> None:
        """Traders, terminal, conductor, in this order."""
        for trader in self.traders:
            trader.close()
        self.terminal.close()
        if self.held:
            self.held = False
            self.conductor.leave_parkable("test")
        self.conductor.stop()


def make_terminal(
    tmp_path: Path,
    quotes: Iterable[Quote] = (),
    *,
    cash: Mapping[str, Decimal | int] | None = None,
    positions: Mapping[str, Sequence[Position]] | None = None,
    start: str | int = "10:00:00",
    market: ListMarket | None = None,
    lockstep: bool = True,
    run: bool = True,
    hold: bool = False,
    hold_market: bool = False,
    **options: Any,
) -> Desk:
    """A terminal in `tmp_path/userdata_mini` with account 88000001 and 1,000,000 yuan, its clock at 10:00:00 of
    `tests.fakes.market.DAY`, its natives installed and its conductor running. `hold` see `Desk.hold`."""
    source = market if market is not None else ListMarket(quotes, start=start)
    conductor = Conductor(source.start_ms, lockstep=lockstep, hold_market=hold_market)
    money = {account: Decimal(amount) for account, amount in (cash or {ACCOUNT: 1_000_000}).items()}
    terminal = SimTerminal(
        tmp_path / "userdata_mini", money, source, conductor, positions=positions, **options
    )
    install(terminal)
    desk = Desk(terminal, conductor, source)
    if hold:
        desk.hold()
    if run:
        conductor.start()
    return desk


def silence(terminal: SimTerminal) -> None:
    """Nothing of orders, fills and money is pushed from now on; answers and the loss of a session are still told."""
    for kind in ("order", "trade", "order_error", "cancel_error", "asset", "position"):
        terminal.faults.drop_push(kind)


class Api:
    """The XtQuantTrader, with those of its calls marked that return at once."""

    def __init__(self, trader: Any, desk: Desk) -> None:
        self._trader = trader
        self._desk = desk

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._trader, name)
        return self._desk.unparked(found) if name.endswith("_async") else found


class Trader:
    """One XtQuantTrader and what it heard: `heard` holds (event, object) in order."""

    def __init__(self, desk: Desk, session: int) -> None:
        xttrader = importlib.import_module("xtquant.xttrader")
        xttype = importlib.import_module("xtquant.xttype")
        self.heard: list[tuple[str, Any]] = []
        self.account = xttype.StockAccount(ACCOUNT)
        self.desk = desk
        self.api: Any = None
        builder = threading.Thread(target=self._build, args=(xttrader, session), name=f"build-{session}")
        builder.start()
        builder.join()
        desk.terminal.adopt_trader(self.api)

    def _build(self, xttrader: Any, session: int) -> None:
        quiet = type("QuietTrader", (xttrader.XtQuantTrader,), {"__del__": lambda _self: None})
        self.api = Api(quiet(str(self.desk.terminal.path), session), self.desk)
        self.api.register_callback(_recorder(xttrader.XtQuantTraderCallback, self.heard))
        self.api.start()

    def buy(
        self, code: str, volume: int, price: float, remark: str = "", *, price_type: int = FIX_PRICE
    ) -> int:
        """Synchronous; the order number or -1."""
        return int(self.api.order_stock(self.account, code, BUY, volume, price_type, price, "s", remark))

    def sell(
        self, code: str, volume: int, price: float, remark: str = "", *, price_type: int = FIX_PRICE
    ) -> int:
        """Synchronous; the order number or -1."""
        return int(self.api.order_stock(self.account, code, SELL, volume, price_type, price, "s", remark))

    def events(self, *names: str) -> list[Any]:
        """What was heard under these names, in order."""
        return [value for name, value in self.heard if name in names]

    def order_states(self, order_id: int) -> list[int]:
        """The statuses pushed for an order, in order."""
        return [o.order_status for o in self.events("on_stock_order") if o.order_id == order_id]

    def close(self) -> None:
        """Stop once; the trader's loop, which nobody runs, is closed too."""
        if self.api is not None:
            api, self.api = self.api, None
            api.stop()
            api.loop.close()


def _recorder(base: type, heard: list[tuple[str, Any]]) -> Any:
    def make(name: str) -> Callable[..., None]:
        def handler(_self: object, value: Any = None) -> None:
            heard.append((name, value))

        return handler

    names = [name for name in dir(base) if name.startswith("on_")]
    return type("Recorder", (base,), {name: make(name) for name in names})()
