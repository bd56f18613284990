"""Random days from 09:15 to 15:31 on books put in by hand, over every session: what is displayed trades once, every order
goes one of the ways that exist and ends once, and the money is that of the fills; with and without a restart."""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.core.simqmt.rulebook import SECURITIES, Security, cents, on_tick
from tests.fakes.simqmt import ACCOUNT, BUY, SELL, Desk

Open = Callable[..., Desk]
CASH = Decimal(100_000_000)
FINAL = {53, 54, 56, 57}
WAYS = {50: {51, 54, 55, 56, 57}, 51: {50, 52, 54, 56, 57}, 55: {52, 53, 55, 56}, 52: {53, 55, 56}}
"""What may follow each status. 51 to 50 and 52 to 55: the cancel came too late for the exchange to take it."""
CUTS = ["09:15", "09:25", "09:30", "11:30", "13:00", "14:57", "15:00", "15:05"]


def seconds(clock: str) -> int:
    hours, minutes = clock.split(":")[:2]
    return int(hours) * 3600 + int(minutes) * 60


def clock(second: int) -> str:
    return f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"


class Day:
    """A day's script on one desk: the same dice, the same day."""

    def __init__(
        self, open_desk: Callable[[str], Desk], security: Security, seed: int, restarts: bool
    ) -> None:
        self.dice = random.Random(f"{security.code}{seed}")
        self.open, self.security, self.restarts = open_desk, security, restarts
        self.shown = {BUY: 0, SELL: 0}
        self.taken = {BUY: 0, SELL: 0}
        self.middle = security.close
        self.session = 0

    def play(self) -> None:
        """Books, orders and cancels around every change of session."""
        dice = self.dice
        near = [seconds(dice.choice(CUTS)) + dice.randint(-300, 300) for _ in range(40)]
        times = sorted({min(max(second, seconds("09:15")), seconds("15:29")) for second in near})
        self.start(clock(times[0]))
        self.book()
        for second in times:
            self.desk.settle(clock(second))
            act = dice.random()
            if act < 0.1:
                self.restart(clock(second))
                self.book()
            elif act < 0.2:
                self.cancel()
            else:
                self.order()
            self.desk.settle()
        self.desk.settle("15:31:00")
        self.count()

    def start(self, moment: str) -> None:
        self.session += 1
        self.desk = self.open(moment)
        self.trader = self.desk.trader(self.session)

    def restart(self, moment: str) -> None:
        if self.restarts:
            self.count()
            self.desk.close()
            self.start(moment)

    def book(self) -> None:
        """Another book; what the one before showed was not taken twice."""
        self.desk.settle()
        self.count()
        security, dice = self.security, self.dice
        self.middle = on_tick(security.close * (1000 + dice.randint(-6, 6)) / 1000, security.tick)
        asks, bids = (
            [(self.middle + sign * security.tick * step, dice.randint(1, 3) * 100) for step in steps]
            for sign, steps in ((1, range(5)), (-1, range(1, 6)))
        )
        self.shown = {BUY: sum(volume for _, volume in asks), SELL: sum(volume for _, volume in bids)}
        show: dict[str, Any] = {"last": self.middle, "bids": bids, "asks": asks, "pre_close": security.close}
        self.desk.terminal.set_quote(security.code, **show)

    def order(self) -> None:
        security, dice = self.security, self.dice
        kind = dice.choice([11] * 7 + [42, 43, 44, 45, 46, 47, 48, 49, 49])
        price = self.middle + security.tick * dice.randint(-6, 6) if kind in (11, 49) else 0
        volume = security.least + security.step * dice.randint(0, 9)
        place = self.trader.buy if dice.random() < 0.5 else self.trader.sell
        place(security.code, volume, float(price), price_type=kind)

    def cancel(self) -> None:
        numbers = [order.order_id for order in self.orders()]
        if numbers:
            self.trader.api.cancel_order_stock(self.trader.account, self.dice.choice(numbers))

    def count(self) -> None:
        """What was taken since the last book."""
        if not self.shown[BUY]:
            return
        now = {BUY: 0, SELL: 0}
        for trade in self.trades():
            now[trade.order_type] += trade.traded_volume
        new = {side: now[side] - self.taken[side] for side in now}
        for side, other in ((BUY, SELL), (SELL, BUY)):
            assert new[side] <= self.shown[side] + new[other]  # at most all of the other side's were ours too
        self.taken, self.shown = now, {BUY: 0, SELL: 0}

    def orders(self) -> list[Any]:
        return list(self.trader.api.query_stock_orders(self.trader.account))

    def trades(self) -> list[Any]:
        return list(self.trader.api.query_stock_trades(self.trader.account))


def play(
    still_desk: Open, folder: Path, security: Security, seed: int, *, restarts: bool, latency: int
) -> Day:
    held = {ACCOUNT: [(security.code, 50_000, security.close)]}

    def open_desk(moment: str) -> Desk:
        return still_desk(moment, folder=folder, cash={ACCOUNT: CASH}, positions=held, latency_ms=latency)

    day = Day(open_desk, security, seed, restarts)
    day.play()
    return day


@pytest.mark.parametrize("latency", [0, 700])
@pytest.mark.parametrize("security", SECURITIES, ids=lambda security: security.code)
def test_a_day_trades_what_is_displayed_once_and_ends_every_order_once(
    still_desk: Open, tmp_path: Path, security: Security, latency: int
) -> None:
    for seed in range(3):
        day = play(still_desk, tmp_path / f"{seed}", security, seed, restarts=False, latency=latency)
        for order in day.orders():
            states = day.trader.order_states(order.order_id)
            assert [state for state in states if state in FINAL] == [order.order_status]
            assert all(after in WAYS[before] for before, after in pairwise(states)), states
        asset, cash, held = day.trader.api.query_stock_asset(day.trader.account), CASH, 50_000
        for trade in day.trades():
            sign = 1 if trade.order_type == BUY else -1
            amount = cents(Decimal(str(trade.traded_price)) * trade.traded_volume)
            cash -= sign * amount + Decimal(str(trade.commission))
            held += sign * trade.traded_volume
        assert (Decimal(str(asset.cash)), asset.frozen_cash) == (cash, 0)
        day.desk.terminal.next_day()
        day.desk.settle()
        positions = day.trader.api.query_stock_positions(day.trader.account)
        assert [(p.volume, p.can_use_volume, p.frozen_volume) for p in positions if p.volume] == (
            [(held, held, 0)] if held else []
        )
        day.desk.close()


@pytest.mark.parametrize("security", SECURITIES[:4], ids=lambda security: security.code)
def test_a_day_with_restarts_is_the_same_day(still_desk: Open, tmp_path: Path, security: Security) -> None:
    for seed in range(3):
        outcomes = []
        for restarts in (False, True):
            folder = tmp_path / f"{seed}{restarts}"
            day = play(still_desk, folder, security, seed, restarts=restarts, latency=0)
            fields = ("order_id", "order_status", "traded_volume", "traded_price", "price")
            orders = [tuple(getattr(order, name) for name in fields) for order in day.orders()]
            outcomes.append((orders, day.trader.api.query_stock_asset(day.trader.account).cash))
            day.desk.close()
        assert outcomes[0] == outcomes[1]
