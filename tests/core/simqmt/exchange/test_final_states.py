"""Whatever a program does on books put in by hand: by 15:30 every order is final once, and the money adds up."""

from __future__ import annotations

import tempfile
from collections import Counter
from decimal import Decimal
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.enums import Side
from core.domain.market import datetime_to_ms
from core.simqmt.clockwork.conductor import Conductor
from core.simqmt.install import install
from core.simqmt.terminal import SimTerminal
from tests.fakes.market import ListMarket, at
from tests.fakes.simqmt import ACCOUNT, BUY, SELL, Desk

CODES = ("600000.SH", "000001.SZ", "688981.SH")
STARTS = ("09:15:30", "09:24:30", "09:29:00", "11:29:00", "14:55:00")
SENT = st.tuples(
    st.just("send"),
    st.sampled_from(CODES),
    st.sampled_from([BUY, SELL]),
    st.sampled_from([100, 200, 300, 700]),
    st.sampled_from([11, 11, 11, 42, 43, 44, 45, 46, 47, 48, 49]),
    st.integers(990, 1010),
)
SHOWN = st.tuples(
    st.just("show"), st.sampled_from(CODES), st.integers(992, 1008), st.integers(0, 4), st.integers(0, 4)
)
CANCEL = st.tuples(st.just("cancel"), st.integers(0, 20))
WAIT = st.tuples(st.just("wait"), st.sampled_from([1, 20, 40, 90, 240, 3600]))
STEPS = st.lists(st.one_of(SENT, SENT, SHOWN, CANCEL, WAIT), min_size=3, max_size=25)


def show(desk: Desk, code: str, cents: int, bids: int, asks: int) -> None:
    desk.terminal.set_quote(
        code,
        last=Decimal(cents) / 100,
        bids=[(Decimal(cents - 1 - step) / 100, 200) for step in range(bids)],
        asks=[(Decimal(cents + step) / 100, 200) for step in range(asks)],
        pre_close="10.00",
    )


@settings(max_examples=40, deadline=None)
@given(start=st.sampled_from(STARTS), steps=STEPS, latency=st.sampled_from([0, 700]))
def test_every_order_is_final_once_and_every_cent_is_accounted_for(
    start: str, steps: list[tuple[object, ...]], latency: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        clock = Conductor(at(start))
        terminal = SimTerminal(
            Path(folder) / "userdata_mini",
            {ACCOUNT: Decimal(50_000)},
            None,
            clock,
            positions={ACCOUNT: [(code, 1000, Decimal(10)) for code in CODES]},
            latency_ms=latency,
        )
        install(terminal)
        desk = Desk(terminal, clock, ListMarket(start=start))
        desk.hold()
        clock.start()
        try:
            play(desk, steps)
        finally:
            desk.close()


def play(desk: Desk, steps: list[tuple[object, ...]]) -> None:
    for code in CODES:
        show(desk, code, 1000, 3, 3)
    trader = desk.trader()
    numbers: list[int] = []
    for kind, *given_ in steps:
        if kind == "send":
            code, side, volume, price_type, cents = given_
            price = int(str(cents)) / 100
            send = trader.buy if side == BUY else trader.sell
            number = send(str(code), int(str(volume)), price, price_type=int(str(price_type)))
            numbers += [number] if number > 0 else []
        elif kind == "show":
            code, cents, bids, asks = given_
            show(desk, str(code), int(str(cents)), int(str(bids)), int(str(asks)))
        elif kind == "cancel" and numbers:
            trader.api.cancel_order_stock_async(trader.account, numbers[int(str(given_[0])) % len(numbers)])
        elif kind == "wait":
            desk.settle(min(desk.conductor.now_ms() + 1000 * int(str(given_[0])), at("15:31:00")))
    desk.settle(max(at("15:31:00"), desk.conductor.now_ms()))
    judge(desk, trader, numbers)


def judge(desk: Desk, trader: object, numbers: list[int]) -> None:
    told: Counter[int] = Counter()
    for order in trader.events("on_stock_order"):  # type: ignore[attr-defined]
        told[order.order_id] += order.order_status in (53, 54, 56, 57)
    assert {number: told[number] for number in numbers} == dict.fromkeys(numbers, 1)
    ledger = desk.terminal.ledger(ACCOUNT)
    assert (ledger.frozen_cash, ledger.orders) == (0, {})
    cash, held = Decimal(50_000), dict.fromkeys(CODES, 1000)
    for trade in desk.terminal.trades(ACCOUNT):
        buys = trade.side is Side.BUY
        cash += (-trade.amount if buys else trade.amount) - trade.commission
        held[str(trade.symbol)] += trade.volume if buys else -trade.volume
        assert Decimal(9) <= trade.price <= Decimal(11)
        assert trade.time_ms <= datetime_to_ms(desk.conductor.now())
    assert ledger.cash == cash
    assert {code: ledger.holding(code).volume for code in CODES} == held
    for order in desk.terminal.orders(ACCOUNT):
        filled = sum(t.volume for t in desk.terminal.trades(ACCOUNT) if t.order_id == order.order_id)
        assert filled == order.traded_volume <= order.volume
