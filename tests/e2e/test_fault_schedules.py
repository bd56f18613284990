"""Random days with random faults, losses and restarts; after each the rules are checked at the terminal's own records."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from core.domain.enums import OrderStatus
from core.domain.market import Quote
from core.simqmt.faults.rules import random_rules
from core.simqmt.faults.schedule import Faults
from tests.fakes.desk import ACCOUNT, LockstepDesk, steps
from tests.fakes.records import item

CODES = ("600000.SH", "000002.SZ")
HELD = 1_000
Make = Callable[..., LockstepDesk]


def walk(dice: random.Random, start: str, ticks: int) -> list[Quote]:
    """Two symbols that wander through all levels of their items, with thin and empty books at times."""
    quotes = []
    for code in CODES:
        price = dice.uniform(9.3, 10.9)
        for place, one in enumerate(steps(code, start, ["1.00"] * ticks)):
            price = min(max(price + dice.gauss(0, 0.12), 9.05), 10.95)
            last = f"{price:.2f}"
            bid, ask = f"{price - 0.01:.2f}", f"{price + 0.01:.2f}"
            size = dice.choice([0, 100, 700, 20_000])
            (shown,) = steps(
                code, start, [last], bids=[(bid, size)], asks=[(ask, dice.choice([0, 300, 20_000]))]
            )
            quotes.append((one.time_ms, code, place, shown))
    return [replace(shown, time_ms=time) for time, _, _, shown in sorted(quotes, key=lambda q: q[:2])]


def arm(dice: random.Random, faults: Faults) -> None:
    """A handful of faults of all kinds."""
    faults.duplicate_pushes = dice.random() < 0.4
    for _ in range(dice.randint(1, 4)):
        kind = dice.choice(
            ["orderStock", "orderStock", "cancelOrderStock", "queryStockPositions", "queryStockOrders"]
        )
        nth = dice.randint(1, 4)
        what = dice.choice(["never_answer", "drop_response", "push_before_response", "delay_response"])
        if what == "delay_response":
            faults.delay_response(kind, dice.choice([200, 2_500, 9_000]), nth)
        else:
            getattr(faults, what)(kind, nth)


class Witness:
    """Looks at the terminal whenever an order is asked for: is one of its trigger alive already?"""

    def __init__(self, day: LockstepDesk) -> None:
        self.day = day
        self.twice: list[str] = []
        day.watch_requests(self.look)

    def look(self, name: str, asked: Any) -> None:
        if name != "orderStock":
            return
        triggers = dict(self.day.rows("SELECT intent_id, trigger_key FROM intents"))
        mine = triggers[asked.order_remark]
        for order in self.day.terminal.orders(ACCOUNT):
            if order.working and triggers.get(order.remark) == mine:
                self.twice.append(f"{asked.order_remark} while {order.order_id} of {mine} is alive")


def check(day: LockstepDesk) -> None:
    """Every order was written first, no trigger sent more than was meant, the books agree with the terminal."""
    intents = {
        row[0]: row[1:]
        for row in day.rows(
            "SELECT intent_id, symbol, side, volume, price, kind, trigger_key, state FROM intents"
        )
    }
    by_trigger: dict[str, list[Any]] = {}
    for order in day.terminal.orders(ACCOUNT):
        symbol, side, volume, price, kind, trigger, _ = intents[order.remark]
        assert (order.symbol, order.side, order.volume) == (symbol, side, volume)
        assert order.price == Decimal(price) / 10_000
        by_trigger.setdefault(f"{kind}:{trigger}", []).append(order)
    for trigger, orders in by_trigger.items():
        # An entry acts once; a take-profit again only after the first was done in full and more was bought.
        if not trigger.startswith("STOP_LOSS"):
            assert [order.open_volume for order in orders[:-1]] == [0] * len(orders[:-1]), trigger
            assert all(order.status is OrderStatus.SUCCEEDED for order in orders[:-1]), trigger
        if trigger.startswith("ENTRY"):
            assert len(orders) == 1, trigger
    reached = {order.remark for order in day.terminal.orders(ACCOUNT)}
    # What was answered -1 because nobody was connected any more never reached the counter.
    sent = {i for i, intent in intents.items() if intent[-1] not in ("NOT_SENT", "REFUSED") or i in reached}
    assert sent == reached
    ledger = day.terminal.ledger(ACCOUNT)
    report = {p["symbol"]: (p["volume"], p["sellable"]) for p in day.report["positions"]}
    assert report == {s: (h.volume, h.can_use) for s, h in sorted(ledger.holdings.items()) if h.volume}
    assert day.report["asset"]["cash"] == f"{ledger.cash:.2f}"
    assert day.rows("SELECT count(*) FROM trades") == [(len(day.terminal.trades(ACCOUNT)),)]


@pytest.mark.parametrize("seed", range(12))
def test_the_rules_hold_over_a_day_of_faults_and_a_restart(seed: int, desk: Make) -> None:
    dice = random.Random(seed)
    items = [item(code, item_id=code, take_profit="10.70") for code in CODES]
    held = [(code, HELD, "9.00") for code in CODES]
    latency = dice.choice([0, 0, 300, 4_000])
    first = desk(walk(dice, "09:31:00", 120), items, holdings=held, latency_ms=latency)
    arm(dice, first.terminal.faults)
    if dice.random() < 0.6:
        first.at(first.paper.conductor.now_ms() + dice.randint(60, 300) * 1_000, lost(first))
    first.at("09:40:00", first.terminal.faults.clear)  # time enough for the last deadlines
    seen = Witness(first)
    first.run()
    assert seen.twice == []

    second = desk(walk(dice, "13:05:00", 60), latency_ms=latency)
    second.at("13:10:00", second.terminal.faults.clear)
    seen = Witness(second)
    second.run()
    assert seen.twice == []
    check(second)


@pytest.mark.parametrize("seed", range(12))
def test_the_rules_hold_under_every_kind_of_fault(seed: int, desk: Make) -> None:
    dice = random.Random(1000 + seed)
    items = [item(code, item_id=code, take_profit="10.70") for code in CODES]
    held = [(code, HELD, "9.00") for code in CODES]
    latency = dice.choice([0, 0, 300, 4_000])
    first = desk(walk(dice, "09:31:00", 120), items, holdings=held, latency_ms=latency)
    faults = first.terminal.faults
    faults.add_rules(random_rules(seed, (0.1, 0.3, 0.5, 0.7)[seed % 4]))
    first.at("09:40:00", faults.clear)
    seen = Witness(first)
    first.run()
    assert seen.twice == []
    assert faults.log

    second = desk(walk(dice, "13:05:00", 60), latency_ms=latency)
    seen = Witness(second)
    second.run()
    assert seen.twice == []
    check(second)


def lost(day: LockstepDesk) -> Callable[[], None]:
    return lambda: day.terminal.front.disconnect(None)
