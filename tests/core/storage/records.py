"""Short ways to write the records that a journal keeps, and strategies that make any of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from core.domain.decision import Decision, Reason, Signal
from core.domain.enums import IntentState, OrderStatus, Outcome, Side, SignalKind
from core.domain.market import SHANGHAI, Symbol
from core.domain.trading import Intent, Order, Trade
from core.domain.watch import QuantConfig, WatchItem

DAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 10, 29, 41, 206_000, SHANGHAI)
YESTERDAY = datetime(2026, 11, 19, 14, 0, tzinfo=SHANGHAI)
MOUTAI = Symbol("600519.SH")


def intent(intent_id: str = "AB12-1", **changes: Any) -> Intent:
    made = Intent(
        intent_id=intent_id,
        account_id="88800001",
        symbol=MOUTAI,
        side=Side.SELL,
        volume=300,
        price=Decimal("1321.38"),
        created=NOW,
        state=IntentState.COMMITTED,
        item_id="w-600519.SH",
        signal_id="AB12-S1",
        kind=SignalKind.STOP_LOSS,
    )
    return replace(made, **changes)


def signal(signal_id: str = "S1", **changes: Any) -> Signal:
    made = Signal(
        signal_id, "w-600519.SH", MOUTAI, SignalKind.ENTRY, NOW, Decimal("1468.20"), Decimal("1470")
    )
    return replace(made, **changes)


def decision(decision_id: str = "D1", **changes: Any) -> Decision:
    made = Decision(
        decision_id,
        "S1",
        "w-600519.SH",
        MOUTAI,
        SignalKind.ENTRY,
        NOW,
        Outcome.BLOCKED,
        (Reason("SWITCH", "量化已开", True), Reason("LOT", "一手需 146,820 元，单票上限 101,246 元", False)),
    )
    return replace(made, **changes)


def order(order_id: int = 1001, **changes: Any) -> Order:
    made = Order(
        account_id="88800001",
        symbol=MOUTAI,
        order_id=order_id,
        order_sysid="SYS1",
        time=NOW,
        side=Side.BUY,
        volume=300,
        price=Decimal("1468.20"),
        traded_volume=0,
        traded_price=Decimal(0),
        status=OrderStatus.REPORTED,
        status_msg="",
        remark="AB12-1",
    )
    return replace(made, **changes)


def trade(trade_id: str = "T1", **changes: Any) -> Trade:
    made = Trade(
        account_id="88800001",
        symbol=MOUTAI,
        trade_id=trade_id,
        order_id=1001,
        time=NOW,
        side=Side.BUY,
        price=Decimal("1468.20"),
        volume=100,
        amount=Decimal("146820.00"),
        remark="AB12-1",
        commission=Decimal("36.71"),
    )
    return replace(made, **changes)


def item(item_id: str = "w-600519.SH", **changes: Any) -> WatchItem:
    made = WatchItem(
        item_id,
        MOUTAI,
        Decimal("1450.00"),
        Decimal("1470.00"),
        Decimal("1650.00"),
        Decimal("1360.00"),
        QuantConfig(enabled=True),
    )
    return replace(made, **changes)


# Any text that UTF-8 can hold; a vendor's broken one has a test of its own.
texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)
amounts = st.integers(0, 10**15).map(lambda units: Decimal(units) / 10_000)
volumes = st.integers(0, 10**9)
times = st.integers(0, 4 * 10**15).map(lambda us: datetime.fromtimestamp(us / 1_000_000, SHANGHAI))
symbols = st.sampled_from(["600519.SH", "000001.SZ", "920118.BJ", "510300.SH"]).map(Symbol)
kinds = st.sampled_from(SignalKind)
sides = st.sampled_from(Side)

intents = st.builds(
    Intent,
    intent_id=texts,
    account_id=texts,
    symbol=symbols,
    side=sides,
    volume=volumes,
    price=amounts,
    created=times,
    state=st.sampled_from(IntentState),
    item_id=texts,
    signal_id=texts,
    kind=st.none() | kinds,
    trigger=texts,
    order_id=st.integers(-1, 2**63 - 1),
    filled=volumes,
    message=texts,
)
signals = st.builds(
    Signal,
    signal_id=texts,
    item_id=texts,
    symbol=symbols,
    kind=kinds,
    time=times,
    price=amounts,
    level=amounts,
)
decisions = st.builds(
    Decision,
    decision_id=texts,
    signal_id=texts,
    item_id=texts,
    symbol=symbols,
    kind=kinds,
    time=times,
    outcome=st.sampled_from(Outcome),
    reasons=st.lists(st.builds(Reason, texts, texts, st.booleans()), max_size=4).map(tuple),
    price=st.none() | amounts,
    volume=volumes,
    intent_id=texts,
)
orders = st.builds(
    Order,
    account_id=texts,
    symbol=symbols,
    order_id=st.integers(-1, 2**63 - 1),
    order_sysid=texts,
    time=times,
    side=sides,
    volume=volumes,
    price=amounts,
    traded_volume=volumes,
    traded_price=amounts,
    status=st.sampled_from(OrderStatus),
    status_msg=texts,
    remark=texts,
    price_type=st.integers(0, 100),
    strategy=texts,
)
trades = st.builds(
    Trade,
    account_id=texts,
    symbol=symbols,
    trade_id=texts,
    order_id=st.integers(-1, 2**63 - 1),
    time=times,
    side=sides,
    price=amounts,
    volume=volumes,
    amount=amounts,
    remark=texts,
    commission=amounts,
)
items = st.builds(
    WatchItem,
    item_id=texts,
    symbol=symbols,
    entry_low=st.none() | amounts,
    entry_high=st.none() | amounts,
    take_profit=st.none() | amounts,
    stop_loss=st.none() | amounts,
    quant=st.builds(
        QuantConfig,
        enabled=st.booleans(),
        max_position_pct=st.decimals(0, 1, allow_nan=False, places=12),
        auto_stop_loss=st.booleans(),
        auto_take_profit=st.booleans(),
        min_trade_amount=amounts,
    ),
    alerts=st.booleans(),
    interval_s=st.integers(0, 86_400),
    group=texts,
    note=texts,
    extra=st.lists(st.tuples(texts, texts), max_size=3).map(tuple),
)
