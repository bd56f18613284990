"""Thousands of random orders in continuous trading against the rules written a second time (`rulebook`): what is taken,
what fills, every field that is pushed, and money and shares after every step."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from tests.core.simqmt.rulebook import (
    ECHO,
    MARKETS,
    SECURITIES,
    Book,
    Fill,
    Levels,
    Security,
    cage_allows,
    cents,
    cost,
    fees,
    on_tick,
    outcome,
    volume_fits,
)
from tests.fakes.simqmt import ACCOUNT, BUY, SELL, Desk

Open = Callable[..., Desk]
START = Decimal(300_000)
HELD = 1234
STEPS = {50: [50], 53: [50, 55, 53]}
"""What is pushed of an order that ends so at once; others go straight from 50."""


@dataclass
class Mine:
    """An order that was taken."""

    number: int
    buys: bool
    volume: int
    limit: Decimal
    filled: int = 0
    amount: Decimal = Decimal(0)
    alive: bool = True


class Shadow:
    """The same trading kept beside the simulator."""

    def __init__(self, desk: Desk, security: Security, dice: random.Random) -> None:
        self.desk, self.security, self.dice = desk, security, dice
        self.trader = desk.trader()
        self.cash, self.held, self.can_use = START, HELD, HELD
        self.orders: list[Mine] = []
        self.book = Book(security.close)

    def heard(self, action: Callable[[], Any]) -> tuple[Any, list[tuple[str, Any]]]:
        """What an action gave, and what was pushed."""
        before = len(self.trader.heard)
        given = action()
        self.desk.settle()
        return given, self.trader.heard[before:]

    # what happens

    def show(self) -> None:
        """Another book, and what it does to the orders that wait: best price first, then the oldest, at their price."""
        security, dice = self.security, self.dice
        middle = on_tick(security.close * (1000 + dice.randint(-30, 30)) / 1000, security.tick)
        sides: list[Levels] = []
        for sign in (-1, 1):
            price, levels = middle, Levels()
            for _ in range(dice.choice([0, 1, 3, 5, 5])):
                price += sign * security.tick * dice.randint(1, 3)
                if security.down <= price <= security.up:
                    levels.append([price, dice.randint(1, 30) * 100])
            sides.append(levels)
        self.book = Book(middle, *sides)
        bids, asks = ([(price, volume) for price, volume in side] for side in sides)
        show: dict[str, Any] = {"last": middle, "bids": bids, "asks": asks, "pre_close": security.close}
        _, heard = self.heard(lambda: self.desk.terminal.set_quote(security.code, **show))
        expected: dict[int, list[Fill]] = {}
        for buys, sign in ((True, -1), (False, 1)):
            waiting = [order for order in self.orders if order.alive and order.buys is buys]
            for order in sorted(waiting, key=lambda order: (sign * order.limit, order.number)):
                taken, _ = self.book.take(buys, order.limit, order.volume - order.filled)
                if volume := sum(part for _, part in taken):
                    expected[order.number] = [(order.limit, volume)]
        assert _fills(heard) == expected
        for order in self.orders:
            self.enter(order, expected.get(order.number, []))

    def send(self) -> None:
        """A random order, taken or not."""
        security, dice, buys = self.security, self.dice, self.dice.random() < 0.5
        kind = dice.choice([11] * 8 + list(MARKETS))
        price, volume = self.price(buys, kind), self.volume()
        refused = self.refusal(buys, volume, price, kind)
        api, account, side = self.trader.api, self.trader.account, BUY if buys else SELL
        number, heard = self.heard(
            lambda: api.order_stock(
                account, security.code, side, volume, kind, float(price), "策略", "备注😀"
            )
        )
        statuses = [push.order_status for name, push in heard if name == "on_stock_order"]
        if refused:
            assert (number == -1 and not statuses) or statuses == [50, 57], refused
            assert [name for name, _ in heard].count("on_order_error") == 1
            return
        assert number > 0, heard
        protection = Decimal(0) if kind != 11 and (price < 0 or security.code.endswith("SZ")) else price
        made = outcome(self.book, security, buys, volume, protection, kind)
        assert _fills(heard) == ({number: made.fills} if made.fills else {})
        assert statuses == STEPS.get(made.status, [50, made.status])
        order = Mine(number, buys, volume, made.limit)
        self.orders.append(order)
        if not buys:
            self.can_use -= volume
        self.enter(order, made.fills)
        if made.status in (53, 54):
            self.end(order)
        for name, push in heard:
            if name == "on_stock_order":
                self.check_push(push, order, kind)

    def cancel(self) -> None:
        """A cancel of any order, alive or not."""
        if not self.orders:
            return
        order = self.dice.choice(self.orders)
        given, heard = self.heard(
            lambda: self.trader.api.cancel_order_stock(self.trader.account, order.number)
        )
        statuses = [push.order_status for name, push in heard if name == "on_stock_order"]
        assert given == 0
        assert statuses == (([52, 53] if order.filled else [51, 54]) if order.alive else [])
        if order.alive:
            self.end(order)

    # what is drawn

    def price(self, buys: bool, kind: int) -> Decimal:
        """Often near the book, now and then at the edges of cage and limits, or off the tick."""
        security, dice = self.security, self.dice
        near = self.book.best(not buys) or self.book.best(buys) or self.book.last
        if kind != 11:
            outermost = security.up if buys else security.down
            return dice.choice([Decimal(0), Decimal(-1), outermost])
        around = near + security.tick * dice.randint(-5, 5)
        edge = on_tick(near * Decimal(dice.choice(["0.98", "1.02"])), security.tick)
        step = security.tick * dice.choice([-1, 0, 1])
        return dice.choice(
            [
                around,
                around,
                around,
                edge + step,
                security.up + step,
                security.down + step,
                near + security.tick / 2,
            ]
        )

    def volume(self) -> int:
        """Often a lot, now and then too little, too much or an odd one."""
        security, dice = self.security, self.dice
        least, step = security.least, security.step
        bought = [
            least,
            least * dice.randint(1, 20),
            least + step * dice.randint(0, 300),
            security.most + step,
        ]
        return dice.choice([*bought, dice.randint(-5, 400), self.can_use, self.can_use % 100])

    # what the rules say

    def refusal(self, buys: bool, volume: int, price: Decimal, kind: int) -> str:
        """Why it is refused, empty when it is taken."""
        security = self.security
        market = kind != 11
        if market and security.code[-2:] not in MARKETS[kind].split():
            return "price type"
        if not volume_fits(security, buys, volume, self.can_use, market):
            return "volume"
        if not market and (price % security.tick or not security.down <= price <= security.up):
            return "price"
        if not market and not cage_allows(security, self.book, buys, price):
            return "cage"
        if market and buys and security.code.startswith("688") and price <= 0:
            return "no protection price"
        if not buys:
            return "shares" if volume > self.can_use else ""
        held_back = price if price > 0 and not (market and security.code.endswith("SZ")) else security.up
        free = Decimal(str(self.trader.api.query_stock_asset(self.trader.account).cash))
        return "cash" if cost(security, held_back, volume) > free else ""

    # what it comes to

    def enter(self, order: Mine, fills: list[Fill]) -> None:
        """What fills do to money and shares; the minimum fee is paid once an order."""
        for price, volume in fills:
            before = fees(self.security, order.buys, order.amount)
            order.amount += price * volume
            order.filled += volume
            paid = fees(self.security, order.buys, order.amount) - before
            sign = 1 if order.buys else -1
            self.cash -= sign * cents(price * volume) + paid
            self.held += sign * volume
            self.can_use += volume if order.buys and self.security.same_day else 0
        order.alive = order.alive and order.filled < order.volume

    def end(self, order: Mine) -> None:
        """What a cancel gives back."""
        order.alive = False
        self.can_use += 0 if order.buys else order.volume - order.filled

    def check_push(self, push: Any, order: Mine, kind: int) -> None:
        """The fields of an order that a program reads."""
        assert (push.price_type, push.order_volume) == (ECHO[kind], order.volume)
        assert (push.order_type, push.offset_flag) == ((BUY, 48) if order.buys else (SELL, 49))
        assert (push.strategy_name, push.order_remark, bool(push.order_sysid)) == ("策略", "备注😀", True)

    def check(self) -> None:
        """Money and shares to the cent and the share; queries say what was pushed last."""
        api, account = self.trader.api, self.trader.account
        asset, alive = api.query_stock_asset(account), [order for order in self.orders if order.alive]
        frozen = Decimal(str(asset.frozen_cash))
        assert Decimal(str(asset.cash)) + frozen == self.cash
        needed = sum(order.limit * (order.volume - order.filled) for order in alive if order.buys)
        assert frozen >= needed if needed else frozen == 0
        (position,) = api.query_stock_positions(account)
        on_sale = sum(order.volume - order.filled for order in alive if not order.buys)
        assert (position.volume, position.can_use_volume) == (self.held, self.can_use)
        assert position.frozen_volume == on_sale
        told = {push.order_id: push for name, push in self.trader.heard if name == "on_stock_order"}
        asked = {order.order_id: order for order in api.query_stock_orders(account)}
        for name in ("order_status", "traded_volume", "traded_price", "price", "order_sysid", "status_msg"):
            assert {n: getattr(o, name) for n, o in asked.items()} == {
                n: getattr(o, name) for n, o in told.items()
            }
        ids = [trade.traded_id for trade in api.query_stock_trades(account)]
        assert len(ids) == len(set(ids))


def _fills(heard: list[tuple[str, Any]]) -> dict[int, list[Fill]]:
    found: dict[int, list[Fill]] = {}
    for name, push in heard:
        if name == "on_stock_trade":
            found.setdefault(push.order_id, []).append((Decimal(str(push.traded_price)), push.traded_volume))
    return found


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("security", SECURITIES, ids=lambda security: security.code)
def test_random_trading_comes_out_as_the_rules_say(still_desk: Open, security: Security, seed: int) -> None:
    dice = random.Random(f"{security.code}{seed}")
    desk = still_desk(cash={ACCOUNT: START}, positions={ACCOUNT: [(security.code, HELD, security.close)]})
    shadow = Shadow(desk, security, dice)
    shadow.show()
    for _ in range(100):
        dice.choice([shadow.show, shadow.cancel, shadow.send, shadow.send, shadow.send, shadow.send])()
        shadow.check()
    assert any(order.filled for order in shadow.orders)
