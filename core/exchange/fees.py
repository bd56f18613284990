"""Fees by date and class: commission with minimum, stamp duty, transfer fee; cash to freeze, proceeds.

Each item is rounded half up to 0.01 on the whole order. An order's fees are those of its cumulative fills, so
a partial fill is charged the difference and the minimum commission falls due once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.domain.enums import Side
from core.exchange.boards import SecurityClass
from core.exchange.refusals import Refused, RuleCode, refuse
from core.exchange.symbols import require_class, tick_size
from core.exchange.ticks import ceil_to_tick, cents

_C = SecurityClass
ZERO = Decimal(0)
# (since, rate of a sell, rate of a buy); before 2008-09-19 both sides paid.
_STAMP = (
    (date(2023, 8, 28), Decimal("0.0005"), ZERO),
    (date(2008, 9, 19), Decimal("0.001"), ZERO),
    (date(2008, 4, 24), Decimal("0.001"), Decimal("0.001")),
    (date(2007, 5, 30), Decimal("0.003"), Decimal("0.003")),
    (date(2005, 1, 24), Decimal("0.001"), Decimal("0.001")),
    (date.min, Decimal("0.002"), Decimal("0.002")),
)
# Before 2015-08-01 Shanghai charged by face value and Shenzhen nothing; the later rate stands in for it.
_TRANSFER = ((date(2022, 4, 29), Decimal("0.00001")), (date.min, Decimal("0.00002")))
_REPO_DAYS = {
    "204001": 1, "204002": 2, "204003": 3, "204004": 4, "204007": 7, "204014": 14, "204028": 28,
    "204091": 91, "204182": 182,
    "131810": 1, "131811": 2, "131800": 3, "131809": 4, "131801": 7, "131802": 14, "131803": 28,
    "131805": 91, "131806": 182,
}  # fmt: skip
_REPO_RATES = {
    1: "0.00001", 2: "0.00002", 3: "0.00003", 4: "0.00004", 7: "0.00005", 14: "0.0001", 28: "0.0002",
    91: "0.0003", 182: "0.0003",
}  # fmt: skip
REPO_UNIT = Decimal(100)


@dataclass(frozen=True, slots=True)
class Fees:
    """Fees in yuan, each item already rounded."""

    commission: Decimal = ZERO
    stamp: Decimal = ZERO
    transfer: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        """Sum of the items."""
        return self.commission + self.stamp + self.transfer

    def __sub__(self, other: Fees) -> Fees:
        return Fees(
            self.commission - other.commission, self.stamp - other.stamp, self.transfer - other.transfer
        )


NO_FEES = Fees()


@dataclass(frozen=True, slots=True)
class FeeSchedule:
    """An account's commission (fractions and yuan); stamp duty and transfer fee follow the date."""

    commission_rate: Decimal = Decimal("0.00025")
    commission_min: Decimal = Decimal(5)
    fund_rate: Decimal = Decimal("0.00025")
    fund_min: Decimal = Decimal(5)
    bond_rate: Decimal = Decimal("0.00005")
    bond_min: Decimal = Decimal(1)

    def fees(self, symbol: str, side: Side, notional: Decimal, day: date) -> Fees:
        """Fees of an order whose fills so far sum to `notional` yuan; nothing for nothing."""
        if notional <= 0:
            return NO_FEES
        cls = require_class(symbol)
        if cls is _C.REPO:
            return Fees(cents(notional * Decimal(_REPO_RATES[repo_days(symbol)])))
        commission = self._commission(cls, notional)
        if not cls.is_stock:
            return Fees(commission)
        stamp_rate = _stamp_rate(side, day)
        stamp = cents(notional * stamp_rate) if stamp_rate else ZERO
        if cls is _C.B_SHARE:
            return Fees(commission, stamp)
        return Fees(commission, stamp, cents(notional * _transfer_rate(day)))

    def fill_fees(self, symbol: str, side: Side, before: Decimal, after: Decimal, day: date) -> Fees:
        """What a fill costs that takes an order's cumulative notional from `before` to `after`."""
        return self.fees(symbol, side, after, day) - self.fees(symbol, side, before, day)

    def order_fees(self, symbol: str, side: Side, price: Decimal, volume: int, day: date) -> Fees:
        """Fees of an order filled whole at one price."""
        return self.fees(symbol, side, order_amount(symbol, price, volume), day)

    def cash_to_freeze(self, symbol: str, price: Decimal, volume: int, day: date) -> Decimal:
        """Cash a buy at `price` holds back: its amount and its fees."""
        amount = order_amount(symbol, price, volume)
        return cents(amount + self.fees(symbol, Side.BUY, amount, day).total)

    def net_proceeds(self, symbol: str, price: Decimal, volume: int, day: date) -> Decimal:
        """What a sell at `price` brings after its fees."""
        amount = order_amount(symbol, price, volume)
        return cents(amount - self.fees(symbol, Side.SELL, amount, day).total)

    def break_even_price(self, symbol: str, cost: Decimal, volume: int, day: date) -> Decimal:
        """Lowest price on the tick at which selling `volume` shares returns at least `cost` yuan.

        `cost` is what the shares cost in all, fees included (`cash_to_freeze` of a filled buy).
        """
        if volume <= 0:
            raise Refused(refuse(RuleCode.QTY_NOT_POSITIVE, f"数量 {volume} 不是正数。", volume=volume))
        tick = tick_size(symbol)
        price = max(ceil_to_tick(cost / volume, tick), tick)
        while (missing := cost - self.net_proceeds(symbol, price, volume, day)) > 0:
            price += max(ceil_to_tick(missing / volume * Decimal("0.99"), tick), tick)
        while price > tick and self.net_proceeds(symbol, price - tick, volume, day) >= cost:
            price -= tick
        return price

    def _commission(self, cls: SecurityClass, notional: Decimal) -> Decimal:
        rate, least = self.commission_rate, self.commission_min
        if cls.is_fund:
            rate, least = self.fund_rate, self.fund_min
        elif cls is _C.CB:
            rate, least = self.bond_rate, self.bond_min
        return max(cents(notional * rate), least)


DEFAULT_FEES = FeeSchedule()


def repo_days(symbol: str) -> int:
    """Term of a repo in days; the longest for a code we do not know."""
    return _REPO_DAYS.get(symbol[:6], 182)


def order_amount(symbol: str, price: Decimal, volume: int) -> Decimal:
    """Price times volume in yuan, exact; a repo's price is a rate, its amount is 100 yuan a unit."""
    return REPO_UNIT * volume if require_class(symbol) is _C.REPO else price * volume


def _stamp_rate(side: Side, day: date) -> Decimal:
    sell, buy = next((sell, buy) for since, sell, buy in _STAMP if day >= since)
    return sell if side is Side.SELL else buy


def _transfer_rate(day: date) -> Decimal:
    return next(rate for since, rate in _TRANSFER if day >= since)
