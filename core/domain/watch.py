"""The watchlist: what the user wants watched and what may be done about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from core.domain.market import Symbol


@dataclass(frozen=True, slots=True)
class QuantConfig:
    """What automation may do for one item. `max_position_pct` is a fraction of total assets."""

    enabled: bool = False
    max_position_pct: Decimal = Decimal("0.2")
    auto_stop_loss: bool = True
    auto_take_profit: bool = True
    min_trade_amount: Decimal = Decimal(5000)


@dataclass(frozen=True, slots=True)
class WatchItem:
    """One row of the watchlist. A level that is None is not watched.

    `item_id` is stable for the life of the row; `extra` keeps unknown CSV columns as (name, text) pairs so that
    exporting loses nothing.
    """

    item_id: str
    symbol: Symbol
    entry_low: Decimal | None = None
    entry_high: Decimal | None = None
    take_profit: Decimal | None = None
    stop_loss: Decimal | None = None
    quant: QuantConfig = field(default_factory=QuantConfig)
    alerts: bool = True
    interval_s: int = 0
    group: str = ""
    note: str = ""
    extra: tuple[tuple[str, str], ...] = ()
