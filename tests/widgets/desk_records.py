"""Short ways to write quotes, instruments, views and decisions for widget tests."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from core.domain.decision import Decision, ItemView, Reason
from core.domain.enums import ItemState, Outcome, Phase, SignalKind
from core.domain.market import SHANGHAI, Instrument, Quote, Symbol, datetime_to_ms
from core.domain.watch import QuantConfig, WatchItem

MOMENT = datetime(2026, 11, 20, 10, 31, 6, tzinfo=SHANGHAI)


def quote(
    symbol: str, last: str, pre_close: str = "10.00", time: datetime = MOMENT, *, volume: int = 100
) -> Quote:
    """A snapshot with one level on each side of the last price."""
    milli = int(Decimal(last) * 1000)
    return Quote(
        symbol=Symbol(symbol),
        time_ms=datetime_to_ms(time),
        last=milli,
        open=milli,
        high=milli,
        low=milli,
        pre_close=int(Decimal(pre_close) * 1000),
        volume=volume,
        amount=volume * float(last),
        bids=((milli, 500),),
        asks=((milli + 10, 700),),
        phase=Phase.CONTINUOUS,
    )


def instrument(symbol: str, name: str, tick: str = "0.01") -> Instrument:
    """A named security."""
    return Instrument(Symbol(symbol), name, Decimal(tick), Decimal("10.00"))


def item(
    item_id: str,
    symbol: str,
    zone: tuple[str, str] | None = None,
    stop: str | None = None,
    target: str | None = None,
    *,
    quant: bool = True,
) -> WatchItem:
    """A watch item."""
    return WatchItem(
        item_id,
        Symbol(symbol),
        Decimal(zone[0]) if zone else None,
        Decimal(zone[1]) if zone else None,
        Decimal(target) if target else None,
        Decimal(stop) if stop else None,
        QuantConfig(enabled=quant),
    )


def view(
    item_id: str,
    symbol: str,
    state: ItemState,
    *,
    text: str = "",
    protection: str = "",
    held: int = 0,
    sellable: int = 0,
    cost: str | None = None,
) -> ItemView:
    """State of a watch item."""
    return ItemView(
        item_id, Symbol(symbol), state, text, protection, held, sellable, Decimal(cost) if cost else None
    )


def decision(
    number: int,
    outcome: Outcome = Outcome.ACTED,
    kind: SignalKind = SignalKind.ENTRY,
    symbol: str = "600519.SH",
    reasons: tuple[tuple[str, bool], ...] = (("10.00 在 9.90–10.10 内", True),),
) -> Decision:
    """A decision with its chain."""
    return Decision(
        f"d{number}",
        f"s{number}",
        "i1",
        Symbol(symbol),
        kind,
        MOMENT,
        outcome,
        tuple(Reason(f"r{i}", text, passed) for i, (text, passed) in enumerate(reasons)),
        Decimal("10.00"),
        300,
        "DP-1" if outcome is Outcome.ACTED else "",
    )
