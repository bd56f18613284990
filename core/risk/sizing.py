"""How many shares an entry buys, and which cap binds.

What is wanted (`ByAmount`, `ByShare`, `ByRisk`, or nothing in particular) is one cap among the others: position,
cash, exposure, cash reserve, the largest order, the daily cap of a risk-warning stock. The answer is the largest
volume of the board under all of them. Pure: money in yuan as Decimal, volumes in shares, percentages as fractions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Decimal

from core.domain.market import Symbol
from core.exchange.fees import FeeSchedule
from core.exchange.lots import OrderForm, largest_buy, max_volume, round_buy
from core.exchange.names import is_st
from core.exchange.st_cap import st_daily_cap
from core.exchange.symbols import rule_of

Money = Callable[[int], Decimal]
"""Yuan for a volume: what a buy costs with its fees, or what a sell brings after them."""


@dataclass(frozen=True, slots=True)
class AccountLimits:
    """The user's bounds for the whole account, as fractions of total assets. The defaults bound nothing."""

    max_exposure: Decimal = Decimal(1)
    cash_reserve: Decimal = Decimal(0)


UNBOUNDED = AccountLimits()


@dataclass(frozen=True, slots=True)
class ByAmount:
    """Spend at most so many yuan, fees included."""

    yuan: Decimal


@dataclass(frozen=True, slots=True)
class ByShare:
    """Spend at most this fraction of total assets, fees included."""

    fraction: Decimal


@dataclass(frozen=True, slots=True)
class ByRisk:
    """Lose at most so many yuan when the stop is hit at its price: the fall, and the fees of both sides."""

    yuan: Decimal
    stop: Decimal


Wanted = ByAmount | ByShare | ByRisk


@dataclass(frozen=True, slots=True)
class SizingInput:
    """`held_value` is the present holding at `price`; `working_value` the open buys; `cash` what may be spent.

    `invested` is the value of all holdings and of all open buys of the account. `name`, `day` and `bought_today`
    (shares, filled and working) serve the daily cap of a risk-warning stock and may be left out.
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
    wanted: Wanted | None = None
    form: OrderForm = OrderForm.LIMIT
    name: str = ""
    day: date | None = None
    bought_today: int = 0


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


def size_entry(given: SizingInput, cash_needed: Money, net_at_stop: Money | None = None) -> Sizing:
    """Largest buy in whole lots under every cap. `cash_needed(volume)` is the cash to freeze, fees included.

    `net_at_stop(volume)` is what a sell at the stop brings after fees, for `ByRisk`; without it that sell is
    counted without fees. `size_order` fills in both from a fee schedule.
    """
    caps = (
        _position_cap(given),
        _cash_cap(given, cash_needed),
        _order_cap(given),
        *_account_caps(given, cash_needed),
        *_wanted_cap(given, cash_needed, net_at_stop),
        *_st_cap(given),
    )
    binding = min(caps, key=lambda cap: cap.volume)
    return Sizing(binding.volume, caps, binding)


def bounds(given: SizingInput, cash_needed: Money) -> tuple[Cap, ...]:
    """The user's own bounds that hold for every buy, also a manual one: per security, total exposure, cash reserve."""
    return (_position_cap(given), *_account_caps(given, cash_needed))


def size_order(given: SizingInput, schedule: FeeSchedule, day: date) -> Sizing:
    """`size_entry` with the fees of an account on a day."""
    symbol, wanted = given.symbol, given.wanted
    net: Money | None = None
    if isinstance(wanted, ByRisk) and wanted.stop > 0:
        stop = wanted.stop
        net = lambda volume: schedule.net_proceeds(symbol, stop, volume, day) if volume else Decimal(0)  # noqa: E731
    return size_entry(
        given, lambda volume: schedule.cash_to_freeze(symbol, given.price, volume, day), net_at_stop=net
    )


def _unit(given: SizingInput) -> str:
    return rule_of(given.symbol).unit


def _position_cap(given: SizingInput) -> Cap:
    limit = given.max_position_pct * given.total_asset
    room = limit - given.held_value - given.working_value
    volume = _whole_lots(given.symbol, room, given.price)
    text = (
        f"单票上限 {given.max_position_pct:.0%} × 总资产 {given.total_asset:,.2f} = {limit:,.2f} 元，"
        f"已持 {given.held_value:,.2f}，在途 {given.working_value:,.2f}，余 {room:,.2f} 元，可买 {volume:,} {_unit(given)}"
    )
    return Cap("POSITION_CAP", volume, text)


def _cash_cap(given: SizingInput, cash_needed: Money) -> Cap:
    volume = _affordable(given, given.cash, cash_needed)
    return Cap("CASH", volume, f"可用资金 {given.cash:,.2f} 元，含费用可买 {volume:,} {_unit(given)}")


def _account_caps(given: SizingInput, cash_needed: Money) -> list[Cap]:
    caps: list[Cap] = []
    if given.limits.max_exposure < 1:
        limit = given.limits.max_exposure * given.total_asset
        room = limit - given.invested
        volume = _whole_lots(given.symbol, room, given.price)
        text = (
            f"总仓位上限 {given.limits.max_exposure:.0%} × 总资产 {given.total_asset:,.2f} = {limit:,.2f} 元，"
            f"已用 {given.invested:,.2f}，余 {room:,.2f} 元，可买 {volume:,} {_unit(given)}"
        )
        caps.append(Cap("TOTAL_EXPOSURE", volume, text))
    if given.limits.cash_reserve > 0:
        keep = given.limits.cash_reserve * given.total_asset
        room = given.cash - keep
        volume = _affordable(given, room, cash_needed)
        text = (
            f"现金储备 {given.limits.cash_reserve:.0%} × 总资产 {given.total_asset:,.2f} = {keep:,.2f} 元，"
            f"可用 {given.cash:,.2f}，余 {room:,.2f} 元，含费用可买 {volume:,} {_unit(given)}"
        )
        caps.append(Cap("CASH_RESERVE", volume, text))
    return caps


def _order_cap(given: SizingInput) -> Cap:
    volume = round_buy(given.symbol, max_volume(given.symbol, given.form))
    return Cap("ORDER_MAX", volume, f"单笔最多 {volume:,} {_unit(given)}")


def _wanted_cap(given: SizingInput, cash_needed: Money, net_at_stop: Money | None) -> tuple[Cap, ...]:
    match given.wanted:
        case ByAmount(yuan):
            volume = _affordable(given, yuan, cash_needed)
            text = f"指定金额 {yuan:,.2f} 元，含费用可买 {volume:,} {_unit(given)}"
            return (Cap("AMOUNT", volume, text),)
        case ByShare(fraction):
            yuan = fraction * given.total_asset
            volume = _affordable(given, yuan, cash_needed)
            text = (
                f"指定比例 {fraction:.1%} × 总资产 {given.total_asset:,.2f} = {yuan:,.2f} 元，"
                f"含费用可买 {volume:,} {_unit(given)}"
            )
            return (Cap("ASSET_SHARE", volume, text),)
        case ByRisk(yuan, stop):
            return (_risk_cap(given, yuan, stop, cash_needed, net_at_stop),)
        case None:
            return ()


def _risk_cap(given: SizingInput, yuan: Decimal, stop: Decimal, cash_needed: Money, net: Money | None) -> Cap:
    if not 0 < stop < given.price:
        text = f"止损价 {stop} 不在 0 和买入价 {given.price} 之间，算不出每股风险，可买 0 {_unit(given)}"
        return Cap("RISK", 0, text)

    def loss(volume: int) -> Decimal:
        return cash_needed(volume) - (stop * volume if net is None else net(volume))

    volume = largest_buy(given.symbol, _most(given), lambda some: loss(some) <= yuan)
    lost = loss(volume) if volume else Decimal(0)
    text = (
        f"止损时最多亏 {yuan:,.2f} 元，每{_unit(given)}跌 {given.price - stop}（{given.price} → {stop}），"
        f"可买 {volume:,} {_unit(given)}，含买卖费用亏 {lost:,.2f} 元"
    )
    return Cap("RISK", volume, text)


def _st_cap(given: SizingInput) -> tuple[Cap, ...]:
    cap = st_daily_cap(given.symbol, given.day) if given.day is not None and is_st(given.name) else None
    if cap is None:
        return ()
    room = max(0, cap - given.bought_today)
    volume = round_buy(given.symbol, room)
    text = f"风险警示股票每日最多买 {cap:,} 股，今日已买 {given.bought_today:,}，可买 {volume:,} 股"
    return (Cap("ST_DAILY_BUY_CAP", volume, text),)


def _affordable(given: SizingInput, yuan: Decimal, cash_needed: Money) -> int:
    """Largest volume whose cost with fees is within `yuan`."""
    most = _whole_lots(given.symbol, yuan, given.price)
    return largest_buy(given.symbol, most, lambda volume: cash_needed(volume) <= yuan)


def _most(given: SizingInput) -> int:
    return round_buy(given.symbol, max_volume(given.symbol, given.form))


def _whole_lots(symbol: Symbol, amount: Decimal, price: Decimal) -> int:
    if amount <= 0 or price <= 0:
        return 0
    return round_buy(symbol, int((amount / price).to_integral_value(rounding=ROUND_FLOOR)))
