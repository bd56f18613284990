"""How many shares an entry buys, and which cap binds.

Pure: money in yuan as Decimal, volumes in shares, percentages as fractions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from core.domain.market import Symbol
from core.exchange.lots import max_volume, round_buy
from core.exchange.symbols import rule_of


@dataclass(frozen=True, slots=True)
class AccountLimits:
    """The user's bounds for the whole account, as fractions of total assets. The defaults bound nothing."""

    max_exposure: Decimal = Decimal(1)
    cash_reserve: Decimal = Decimal(0)


UNBOUNDED = AccountLimits()


@dataclass(frozen=True, slots=True)
class SizingInput:
    """`held_value` is the present holding at `price`; `working_value` the open buys; `cash` what may be spent.

    `invested` is the value of all holdings and of all open buys of the account.
    """

    symbol: Symbol
    price: Decimal
    total_asset: Decimal
    held_value: Decimal
    working_value: Decimal
    cash: Decimal
    max_position_pct: Decimal
    invested: Decimal = Decimal(0)
    limits: AccountLimits = UNBOUNDED


@dataclass(frozen=True, slots=True)
class Cap:
    """One upper bound of an entry, in shares of whole lots, with its arithmetic in words."""

    code: str
    volume: int
    text: str


@dataclass(frozen=True, slots=True)
class Sizing:
    """The volume to buy (0 when a cap leaves less than a lot), all caps, and the one that binds."""

    volume: int
    caps: tuple[Cap, ...]
    binding: Cap


def size_entry(given: SizingInput, cash_needed: Callable[[int], Decimal]) -> Sizing:
    """Largest buy in whole lots under every cap. `cash_needed(volume)` is the cash to freeze, fees included."""
    caps = (_position_cap(given), _cash_cap(given, cash_needed), _order_cap(given), *_account_caps(given))
    binding = min(caps, key=lambda cap: cap.volume)
    return Sizing(binding.volume, caps, binding)


def _position_cap(given: SizingInput) -> Cap:
    limit = given.max_position_pct * given.total_asset
    room = limit - given.held_value - given.working_value
    volume = _whole_lots(given.symbol, room, given.price)
    text = (
        f"单票上限 {given.max_position_pct:.0%} × 总资产 {given.total_asset:,.2f} = {limit:,.2f} 元，"
        f"已持 {given.held_value:,.2f}，在途 {given.working_value:,.2f}，余 {room:,.2f} 元，可买 {volume:,} 股"
    )
    return Cap("POSITION_CAP", volume, text)


def _cash_cap(given: SizingInput, cash_needed: Callable[[int], Decimal]) -> Cap:
    volume = _whole_lots(given.symbol, given.cash, given.price)
    step = max(rule_of(given.symbol).step, 1)
    while volume > 0 and cash_needed(volume) > given.cash:
        short = cash_needed(volume) - given.cash
        fewer = max(step, int((short / given.price).to_integral_value(rounding=ROUND_FLOOR)) // step * step)
        volume = round_buy(given.symbol, volume - fewer)
    return Cap("CASH", volume, f"可用资金 {given.cash:,.2f} 元，含费用可买 {volume:,} 股")


def _account_caps(given: SizingInput) -> list[Cap]:
    caps: list[Cap] = []
    if given.limits.max_exposure < 1:
        limit = given.limits.max_exposure * given.total_asset
        room = limit - given.invested
        volume = _whole_lots(given.symbol, room, given.price)
        text = (
            f"总仓位上限 {given.limits.max_exposure:.0%} × 总资产 {given.total_asset:,.2f} = {limit:,.2f} 元，"
            f"已用 {given.invested:,.2f}，余 {room:,.2f} 元，可买 {volume:,} 股"
        )
        caps.append(Cap("TOTAL_EXPOSURE", volume, text))
    if given.limits.cash_reserve > 0:
        keep = given.limits.cash_reserve * given.total_asset
        room = given.cash - keep
        volume = _whole_lots(given.symbol, room, given.price)
        text = (
            f"现金储备 {given.limits.cash_reserve:.0%} × 总资产 {given.total_asset:,.2f} = {keep:,.2f} 元，"
            f"可用 {given.cash:,.2f}，余 {room:,.2f} 元，可买 {volume:,} 股"
        )
        caps.append(Cap("CASH_RESERVE", volume, text))
    return caps


def _order_cap(given: SizingInput) -> Cap:
    volume = round_buy(given.symbol, max_volume(given.symbol))
    return Cap("ORDER_MAX", volume, f"单笔最多 {volume:,} 股")


def _whole_lots(symbol: Symbol, amount: Decimal, price: Decimal) -> int:
    if amount <= 0 or price <= 0:
        return 0
    return round_buy(symbol, int((amount / price).to_integral_value(rounding=ROUND_FLOOR)))
