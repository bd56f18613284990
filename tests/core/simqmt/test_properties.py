"""Whatever is sent through the real xttrader on whatever day: cash and shares are conserved to the cent, every order
ends in exactly one final state, and no fill leaves its limit, the day's limits or the volume of its order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.enums import OrderStatus, Phase, Side
from core.domain.market import Quote
from core.exchange.ledger import Ledger
from core.simqmt.terminal import SimTerminal
from tests.fakes.market import quote
from tests.fakes.simqmt import ACCOUNT, BUY, SELL, Desk, make_terminal

CASH = Decimal(1_000_000)
CODES = ("600000.SH", "000001.SZ", "511880.SH")
HELD = 2_050
STAGES = (
    ("09:16:00", Phase.OPEN_CALL),
    ("09:22:00", Phase.OPEN_CALL),
    ("09:25:03", Phase.PAUSE),
    ("09:30:03", Phase.CONTINUOUS),
    ("10:00:00", Phase.CONTINUOUS),
    ("10:00:03", Phase.CONTINUOUS),
    ("10:30:00", Phase.SUSPENDED),
    ("10:40:00", Phase.CONTINUOUS),
    ("11:30:03", Phase.LUNCH),
    ("13:00:03", Phase.CONTINUOUS),
    ("14:57:03", Phase.CLOSE_CALL),
    ("15:00:03", Phase.CLOSED),
    ("15:30:03", Phase.CLOSED),
)


@dataclass(frozen=True)
class Ask:
    """An order: which security, side, shares, price in ticks around the base, price type."""

    code: int
    side: int
    volume: int
    ticks: int
    kind: int


@dataclass(frozen=True)
class Scene:
    """What happens after a snapshot of one stage: the book's shift, trades at bid and offer, orders and cancels."""

    shift: int
    at_bid: int
    at_ask: int
    depth: tuple[int, int]
    asks: tuple[Ask, ...]
    cancels: tuple[int, ...]


asked = st.builds(
    Ask,
    st.integers(0, 2),
    st.sampled_from([BUY, SELL]),
    st.sampled_from([100, 200, 500, 1000, 50, 2_050]),
    st.integers(-6, 6),
    st.sampled_from([11, 11, 11, 11, 5, 42, 43, 44, 45, 46, 47, 48, 49]),
)
scenes = st.lists(
    st.builds(
        Scene,
        st.integers(-3, 3),
        st.integers(0, 12),
        st.integers(0, 12),
        st.tuples(st.integers(0, 9), st.integers(0, 9)),
        st.lists(asked, max_size=3).map(tuple),
        st.lists(st.integers(0, 12), max_size=2).map(tuple),
    ),
    min_size=len(STAGES),
    max_size=len(STAGES),
)


def shown(code: str, time: str, phase: Phase, scene: Scene, before: Quote | None) -> Quote:
    """The next snapshot of a security around 10.00 (100.00 for the fund)."""
    base, tick = (100_000, 1) if code == "511880.SH" else (10_000, 10)
    bid = base + tick * scene.shift
    ask = bid + tick
    volume = (before.volume if before else 0) + 100 * (scene.at_bid + scene.at_ask)
    amount = (before.amount if before else 0.0) + (bid * scene.at_bid + ask * scene.at_ask) / 10
    if phase in (Phase.OPEN_CALL, Phase.LUNCH, Phase.SUSPENDED, Phase.CLOSE_CALL) and before:
        volume, amount = before.volume, before.amount
    if phase is Phase.OPEN_CALL:
        volume, amount = 0, 0.0
    plain = quote(code, time, "1.00", pre_close=Decimal(base) / 1000, phase=phase)
    last = 0 if phase is Phase.OPEN_CALL else bid if scene.at_bid else ask
    return replace(
        plain,
        last=last,
        open=last,
        volume=volume,
        amount=amount,
        bids=((bid, 100 * scene.depth[0]),),
        asks=((ask, 100 * scene.depth[1]),),
        suspended=phase is Phase.SUSPENDED,
    )


def check(terminal: SimTerminal, limits: dict[str, tuple[int, int]]) -> None:
    """Cash and shares can be told from the fills alone, and only what is open holds anything back."""
    ledger: Ledger = terminal.ledger(ACCOUNT)
    trades, orders = terminal.trades(ACCOUNT), terminal.orders(ACCOUNT)
    paid = sum((t.amount + t.commission for t in trades if t.side is Side.BUY), Decimal(0))
    got = sum((t.amount - t.commission for t in trades if t.side is Side.SELL), Decimal(0))
    assert ledger.cash + ledger.frozen_cash == CASH - paid + got
    assert ledger.cash >= 0
    for code in CODES:
        change = sum(t.volume if t.side is Side.BUY else -t.volume for t in trades if t.symbol == code)
        held = ledger.holding(code)
        assert held.volume == HELD + change == held.can_use + held.frozen + held.on_road
        assert held.frozen == sum(o.open_volume for o in orders if o.symbol == code and o.side is Side.SELL)
    for order in orders:
        parts = [t for t in trades if t.order_id == order.order_id]
        assert order.traded_volume == sum(t.volume for t in parts) <= order.volume
        assert order.traded_amount == sum((t.amount for t in parts), Decimal(0))
        down, up = limits[order.symbol]
        for part in parts:
            assert down <= int(part.price * 1000) <= up
            if order.price_type == 11:
                assert part.price <= order.price if order.side is Side.BUY else part.price >= order.price
    if not any(order.working for order in orders):
        assert ledger.frozen_cash == 0


def check_ends(trader: Any, orders: Sequence[Any]) -> None:
    """Each order was told exactly one final state, as the last word about it."""
    told: dict[int, list[OrderStatus]] = {}
    for event in trader.events("on_stock_order"):
        told.setdefault(event.order_id, []).append(OrderStatus(event.order_status))
    for order in orders:
        states = told[order.order_id]
        final = [state for state in states if state.is_final]
        assert final == [order.status] == states[-1:], states
        whole = order.traded_volume == order.volume
        assert (order.status is OrderStatus.SUCCEEDED) is whole
        part = {OrderStatus.PART_CANCEL: True, OrderStatus.CANCELED: False, OrderStatus.JUNK: False}
        assert whole or (order.traded_volume > 0) is part[order.status]
    ids = Counter(event.traded_id for event in trader.events("on_stock_trade"))
    assert not ids or max(ids.values()) == 1


def play(desk: Desk, day: Sequence[Scene]) -> None:
    trader = desk.trader()
    before: dict[str, Quote] = {}
    limits = {code: (90_000, 110_000) if code == "511880.SH" else (9_000, 11_000) for code in CODES}
    for (time, phase), scene in zip(STAGES, day, strict=True):
        snapshots = [shown(code, time, phase, scene, before.get(code)) for code in CODES]
        before = {str(item.symbol): item for item in snapshots}
        desk.feed(*snapshots)
        for ask in scene.asks:
            code = CODES[ask.code]
            base, tick = (100.0, 0.001) if ask.code == 2 else (10.0, 0.01)
            price = round(base + tick * ask.ticks, 3)
            limit = ask.kind in (5, 11, 49)
            trader.api.order_stock_async(
                trader.account, code, ask.side, ask.volume, ask.kind, price if limit else 0, "", "p"
            )
        for place in scene.cancels:
            orders = desk.terminal.orders(ACCOUNT)
            if place < len(orders):
                trader.api.cancel_order_stock_async(trader.account, orders[place].order_id)
        desk.settle()
        check(desk.terminal, limits)
    desk.settle("15:31:00")
    check(desk.terminal, limits)
    orders = desk.terminal.orders(ACCOUNT)
    assert not [order for order in orders if order.working], "the day is over"
    check_ends(trader, orders)
    total = desk.terminal.ledger(ACCOUNT)
    desk.terminal.next_day()
    after = desk.terminal.ledger(ACCOUNT)
    assert after.cash == total.cash + total.frozen_cash
    for code in CODES:
        held = after.holding(code)
        assert held.volume == held.can_use == total.holding(code).volume


def run(day: Sequence[Scene], latency_ms: int, queue: str) -> None:
    with TemporaryDirectory() as folder:
        desk = make_terminal(
            Path(folder),
            positions={ACCOUNT: [(code, HELD, Decimal(9)) for code in CODES]},
            start="09:15:30",
            latency_ms=latency_ms,
            queue=queue,
            hold=True,
        )
        try:
            desk.settle()
            play(desk, day)
        finally:
            desk.close()


@settings(max_examples=25, deadline=None)
@given(scenes, st.sampled_from([0, 400, 5_000]))
def test_money_shares_and_orders_add_up_whatever_happens(day: list[Scene], latency_ms: int) -> None:
    run(day, latency_ms, "back")


@settings(max_examples=10, deadline=None)
@given(scenes, st.sampled_from([0, 400]))
def test_they_add_up_under_the_replays_reading_too(day: list[Scene], latency_ms: int) -> None:
    run(day, latency_ms, "touch")
