"""Threads that race through three sessions on two accounts of a free-running terminal: orders, cancels of each other's
orders, other books in between. Whatever the order of things, it has to add up, and every session hears the same."""

from __future__ import annotations

import importlib
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.simqmt.clockwork.conductor import Conductor
from core.simqmt.install import install
from core.simqmt.terminal import SimTerminal
from tests.core.simqmt.rulebook import cents
from tests.fakes.market import at
from tests.fakes.simqmt import BUY, SELL

CODE, HELD, CASH = "600000.SH", 20_000, Decimal(300_000)
ACCOUNTS = ["88000001", "88000002"]
FINAL = {53, 54, 56, 57}
PATIENCE_S = 30.0


class Session:
    """One XtQuantTrader on both accounts and what it heard."""

    def __init__(self, terminal: SimTerminal, number: int) -> None:
        self.terminal, self.number = terminal, number
        self.heard: list[tuple[str, Any]] = []
        builder = threading.Thread(target=self._build, name=f"build-{number}")
        builder.start()
        builder.join()
        account = importlib.import_module("xtquant.xttype").StockAccount
        self.accounts = [account(name) for name in ACCOUNTS]
        assert self.api.connect() == 0
        assert [self.api.subscribe(account) for account in self.accounts] == [0, 0]

    def _build(self) -> None:
        """Off the main thread, whose event loop the trader would take."""
        xttrader = importlib.import_module("xtquant.xttrader")
        quiet = type("QuietTrader", (xttrader.XtQuantTrader,), {"__del__": lambda _self: None})
        hears = {name: self._hear(name) for name in ("on_stock_order", "on_stock_trade")}
        self.api = quiet(str(self.terminal.path), self.number)
        self.api.register_callback(type("Ears", (xttrader.XtQuantTraderCallback,), hears)())
        self.api.start()

    def _hear(self, name: str) -> Callable[[object, Any], None]:
        return lambda _self, value: self.heard.append((name, value))

    def close(self) -> None:
        self.api.stop()
        self.api.loop.close()


@pytest.fixture(params=[0, 5])
def sessions(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[list[Session]]:
    clock = Conductor(at("10:00:00"), lockstep=False, speed=1.0)
    held = [(CODE, HELD, Decimal("9.00"))]
    terminal = SimTerminal(
        tmp_path / "userdata_mini",
        dict.fromkeys(ACCOUNTS, CASH),
        None,
        clock,
        positions=dict.fromkeys(ACCOUNTS, held),
        latency_ms=request.param,
    )
    clock.start()
    install(terminal)
    show(terminal, random.Random(0))
    made = [Session(terminal, number) for number in (1, 2, 3)]
    yield made
    for session in made:
        session.close()
    terminal.close()
    clock.stop()


def show(terminal: SimTerminal, dice: random.Random) -> None:
    middle = Decimal("10.00") + Decimal(dice.randint(-3, 3)) / 100
    bids, asks = (
        [(middle + sign * Decimal(step) / 100, dice.randint(1, 30) * 100) for step in steps]
        for sign, steps in ((-1, (1, 2)), (1, (0, 1)))
    )
    terminal.set_quote(CODE, last=middle, bids=bids, asks=asks, pre_close="10.00")


def trade(sessions: list[Session], worker: int, sent: list[tuple[int, int]]) -> None:
    """One thread's share: `sent` holds (account, order number) of all threads."""
    dice = random.Random(worker)
    for _ in range(80):
        session, which, act = dice.choice(sessions), dice.randrange(2), dice.random()
        api, account = session.api, session.accounts[which]
        if act < 0.55:
            kind = dice.choice([11] * 6 + [42, 43, 44, 45])
            price = 10 + dice.randint(-4, 4) / 100 if kind == 11 else 0.0
            side, volume = dice.choice([BUY, SELL]), dice.randint(1, 8) * 100
            number = api.order_stock(account, CODE, side, volume, kind, price, "", "")
            assert number > 0
            sent.append((which, number))
        elif act < 0.9 and sent:
            which, number = dice.choice(sent)
            cancel = dice.choice([api.cancel_order_stock, api.cancel_order_stock_async])
            cancel(session.accounts[which], number)
        elif worker == 0:
            show(session.terminal, dice)
        else:
            assert api.query_stock_asset(account).cash >= 0


def finish(session: Session) -> None:
    """Cancel what is left, and wait until all is final."""
    deadline = time.monotonic() + PATIENCE_S
    for account in session.accounts:
        for order in session.api.query_stock_orders(account, True):
            session.api.cancel_order_stock(account, order.order_id)
        while any(order.order_status not in FINAL for order in session.api.query_stock_orders(account)):
            assert time.monotonic() < deadline


def test_whatever_races_it_adds_up_and_all_sessions_hear_it(sessions: list[Session]) -> None:
    sent: list[tuple[int, int]] = []
    with ThreadPoolExecutor(4) as pool:
        for share in [pool.submit(trade, sessions, worker, sent) for worker in range(4)]:
            share.result(PATIENCE_S)
    first = sessions[0]
    finish(first)
    for which, account in enumerate(first.accounts):
        orders, trades = first.api.query_stock_orders(account), first.api.query_stock_trades(account)
        assert sorted(order.order_id for order in orders) == sorted(n for at, n in sent if at == which)
        cash, held, filled = CASH, HELD, Counter[int]()
        for one in trades:
            sign = 1 if one.order_type == BUY else -1
            paid = cents(Decimal(str(one.traded_price)) * one.traded_volume)
            cash -= sign * paid + Decimal(str(one.commission))
            held += sign * one.traded_volume
            filled[one.order_id] += one.traded_volume
        asset, position = first.api.query_stock_asset(account), first.api.query_stock_position(account, CODE)
        assert (Decimal(str(asset.cash)), asset.frozen_cash) == (cash, 0)
        assert (position.volume, position.frozen_volume) == (held, 0)
        assert {o.order_id: o.traded_volume for o in orders if o.traded_volume} == dict(filled)
        ends = {order.order_id: order.order_status for order in orders}
        for session in sessions:
            session.api.query_stock_asset(account)  # what was pushed before is heard when this is answered
            heard = [(name, push) for name, push in session.heard if push.account_id == account.account_id]
            told = [push for name, push in heard if name == "on_stock_order"]
            final = [(push.order_id, push.order_status) for push in told if push.order_status in FINAL]
            assert sorted(final) == sorted(ends.items())
            ids = [push.traded_id for name, push in heard if name == "on_stock_trade"]
            assert sorted(ids) == sorted(one.traded_id for one in trades)
            assert len(ids) == len(set(ids))
