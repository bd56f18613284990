"""A purse does what the whole ledger would do, whatever is asked, and refuses what it would refuse."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from core.domain.enums import OrderStatus, Side
from core.domain.market import Symbol
from core.exchange.ledger import Ledger
from core.exchange.refusals import Refused, RuleCode
from core.simqmt.broker.purse import Purse
from core.simqmt.broker.records import SimOrder

CODES = ("600000.SH", "511880.SH", "131810.SZ")
START = (
    Ledger(date(2026, 11, 20), Decimal(300_000))
    .with_position("600000.SH", 2_000, Decimal(9))
    .with_position("511880.SH", 1_000, Decimal(100))
)

steps = st.lists(
    st.tuples(
        st.sampled_from(["buy", "sell", "fill", "release", "day"]),
        st.sampled_from(CODES),
        st.integers(1, 20),
        st.integers(1, 12),
    ),
    max_size=30,
)


def order(number: int, code: str, side: Side, volume: int, price: Decimal) -> SimOrder:
    return SimOrder("a", Symbol(code), "", number, "1", 0, side, volume, price, 11, OrderStatus.REPORTED)


def price_of(code: str, ticks: int) -> Decimal:
    return {"600000.SH": Decimal(10), "511880.SH": Decimal(100), "131810.SZ": Decimal("1.8")}[code] + Decimal(
        ticks
    ) / 100


class Plain:
    """The same by the ledger alone."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    def freeze(self, asked: SimOrder) -> None:
        freeze = self.ledger.freeze_buy if asked.side is Side.BUY else self.ledger.freeze_sell
        self.ledger = freeze(str(asked.order_id), asked.symbol, asked.volume, asked.price)

    def fill(self, number: int, price: Decimal, volume: int) -> None:
        self.ledger = self.ledger.fill(str(number), price, volume).ledger

    def release(self, number: int) -> None:
        self.ledger = self.ledger.release(str(number))

    def next_day(self, day: date) -> None:
        self.ledger = self.ledger.release_all().next_day(day)


def refused(act: Callable[[Plain | Purse], object], account: Plain | Purse) -> RuleCode | None:
    try:
        act(account)
    except Refused as error:
        return error.refusal.code
    return None


@given(steps)
def test_a_purse_is_the_ledger_with_its_open_orders_apart(drawn: list[tuple[str, str, int, int]]) -> None:
    plain, purse = Plain(START), Purse(START)
    for number, (kind, code, lots, ticks) in enumerate(drawn, 1):
        price, volume = price_of(code, ticks), lots * 100
        working = list(plain.ledger.orders)
        chosen = int(working[lots % len(working)]) if working else 0
        side = Side.BUY if kind == "buy" else Side.SELL
        asked = order(number, code, side, volume, price)
        acts: dict[str, Callable[[Plain | Purse], object]] = {
            "buy": lambda account, asked=asked: account.freeze(asked),
            "sell": lambda account, asked=asked: account.freeze(asked),
            "fill": lambda account, n=chosen, p=price, v=volume: account.fill(n, p, v),
            "release": lambda account, n=chosen: account.release(n),
            "day": lambda account: account.next_day(date(2026, 11, 23)),
        }
        assert refused(acts[kind], plain) is refused(acts[kind], purse)
        assert purse.whole() == plain.ledger
        assert purse.frozen_cash == plain.ledger.frozen_cash
        marks = {symbol: price_of(symbol, lots) for symbol in plain.ledger.holdings}
        assert purse.market_value(marks.items()) == plain.ledger.mark(marks).market_value
