"""What a ledger holds: the shares of one symbol, and an open order with what it keeps back."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from core.domain.enums import Side
from core.exchange.fees import NO_FEES, ZERO, Fees
from core.exchange.ticks import cents


@dataclass(frozen=True, slots=True)
class Holding:
    """Shares of one symbol. `volume` = can_use + frozen + what T+1 still holds (`on_road`).

    `yesterday` is the volume at the start of the day, `cost` what the held shares cost in all, fees included.
    """

    symbol: str
    volume: int = 0
    can_use: int = 0
    frozen: int = 0
    yesterday: int = 0
    on_road: int = 0
    cost: Decimal = ZERO
    last: Decimal | None = None
    same_day: bool = False

    @property
    def cost_price(self) -> Decimal:
        """Average cost of a share, fees included; 0 without shares."""
        return self.cost / self.volume if self.volume else ZERO

    @property
    def market_value(self) -> Decimal:
        """Value at the last mark, at cost before the first mark."""
        return self.cost if self.last is None else cents(self.last * self.volume)


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """An order the ledger holds cash or shares for. `amount` is the exact sum of its fills."""

    order_id: str
    symbol: str
    side: Side
    volume: int
    price: Decimal
    frozen_cash: Decimal = ZERO
    full_freeze: Decimal = ZERO
    filled: int = 0
    amount: Decimal = ZERO
    fees: Fees = NO_FEES

    @property
    def rest(self) -> int:
        """Volume not filled yet."""
        return self.volume - self.filled
