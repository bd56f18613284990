"""Shares and yuan bought and sold today, by symbol, for the result of the day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from core.domain.enums import Side
from core.domain.trading import Trade

Flow = tuple[int, Decimal]
"""(shares, yuan)."""

_NONE: Flow = (0, Decimal(0))


class DayFlows:
    """Sums fills of the latest day; the same fill told twice counts once, an older day's fill not at all."""

    def __init__(self) -> None:
        self._day: date | None = None
        self._flows: dict[tuple[str, Side], Flow] = {}
        self._seen: set[tuple[str, str, int]] = set()

    def add(self, trade: Trade) -> None:
        """Take one fill; the first of a new day starts at nothing."""
        day, key = trade.time.date(), (trade.account_id, trade.trade_id, trade.order_id)
        if self._day is None or day > self._day:
            self._day, self._flows, self._seen = day, {}, set()
        if day < self._day or key in self._seen:
            return
        self._seen.add(key)
        volume, amount = self.of(trade.symbol, trade.side)
        self._flows[trade.symbol, trade.side] = (volume + trade.volume, amount + trade.amount)

    def of(self, symbol: str, side: Side) -> Flow:
        """Today's shares and yuan of one side."""
        return self._flows.get((symbol, side), _NONE)
