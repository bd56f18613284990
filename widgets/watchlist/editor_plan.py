"""How many shares an entry would buy now: pure arithmetic over what the window knows of the account.

Reckoned at the worst price of the zone, its upper edge. Orders that are working are not known here and not counted;
the service decides again, with everything, at the moment of the signal.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum

from core.domain.watch import WatchItem
from core.exchange.fees import DEFAULT_FEES, FeeSchedule
from core.exchange.lots import largest_buy, max_volume, round_buy
from core.exchange.symbols import rule_of


@dataclass(frozen=True, slots=True)
class Account:
    """Money of the account and what is held of this very symbol, in yuan."""

    total_asset: Decimal
    cash: Decimal
    held_value: Decimal


class CapKind(StrEnum):
    """What may hold an entry back."""

    POSITION = "position"
    CASH = "cash"
    ORDER = "order"


@dataclass(frozen=True, slots=True)
class Cap:
    """One upper bound: in yuan (None for a bound in shares only) and in shares of whole lots."""

    kind: CapKind
    amount: Decimal | None
    volume: int


@dataclass(frozen=True, slots=True)
class BuyPlan:
    """`volume` is 0 when a cap leaves less than a lot. `loss` is what the stop would cost, None without one."""

    price: Decimal
    caps: tuple[Cap, ...]
    binding: Cap
    volume: int
    amount: Decimal
    fees: Decimal
    share: Decimal
    loss: Decimal | None
    lot_amount: Decimal
    enough: bool


def plan_entry(
    item: WatchItem, account: Account, day: date, schedule: FeeSchedule = DEFAULT_FEES
) -> BuyPlan | None:
    """The buy of `item` on `day`; None without an entry zone. The item's levels must be sound."""
    price, symbol = item.entry_high, item.symbol
    if price is None or price <= 0 or not symbol:
        return None
    room = item.quant.max_position_pct * account.total_asset - account.held_value
    caps = (
        Cap(CapKind.POSITION, room, _whole_lots(symbol, room, price)),
        Cap(CapKind.CASH, account.cash, _affordable(symbol, account.cash, price, day, schedule)),
        Cap(CapKind.ORDER, None, round_buy(symbol, max_volume(symbol))),
    )
    binding = min(caps, key=lambda cap: cap.volume)
    volume = binding.volume
    amount = price * volume
    freeze = schedule.cash_to_freeze(symbol, price, volume, day) if volume else Decimal(0)
    stop = item.stop_loss
    return BuyPlan(
        price=price,
        caps=caps,
        binding=binding,
        volume=volume,
        amount=amount,
        fees=freeze - amount,
        share=amount / account.total_asset if account.total_asset > 0 else Decimal(0),
        loss=None if stop is None else (stop - price) * volume,
        lot_amount=price * rule_of(symbol).min_volume,
        enough=amount >= item.quant.min_trade_amount,
    )


def _whole_lots(symbol: str, amount: Decimal, price: Decimal) -> int:
    if amount <= 0:
        return 0
    return round_buy(symbol, int((amount / price).to_integral_value(rounding=ROUND_FLOOR)))


def _affordable(symbol: str, cash: Decimal, price: Decimal, day: date, schedule: FeeSchedule) -> int:
    """Whole lots that the cash pays with their fees."""
    most = _whole_lots(symbol, cash, price)
    return largest_buy(
        symbol, most, lambda volume: schedule.cash_to_freeze(symbol, price, volume, day) <= cash
    )
