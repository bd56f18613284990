"""The terms of the built-in market's convertible bonds: whose they are, at what price they convert, till when.

Invented, the same on every machine, and in line with the prices of bond and share: a bond costs somewhat more than what
its conversion gives.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from core.domain.market import Symbol
from core.exchange.boards import class_of
from core.simqmt.market.builtin.dice import ONE, draws
from core.simqmt.market.securities import Security

PAR = 100.0


@dataclass(frozen=True, slots=True)
class BondTerms:
    """One convertible bond. Yuan for 100 of par value; `size` and `remaining` in yuan, rates in percent."""

    symbol: Symbol
    name: str
    stock: Symbol
    stock_name: str
    issued: date
    matures: date
    first_price: float
    price: float
    size: float
    remaining: float
    coupon: float
    rating: str

    @property
    def converts_from(self) -> date:
        """Half a year after the issue."""
        month = self.issued.month + 6
        return date(self.issued.year + (month - 1) // 12, (month - 1) % 12 + 1, self.issued.day)


def issuer_of(bond: Security, listing: Mapping[Symbol, str]) -> tuple[Symbol, str] | None:
    """The share that a bond converts into: of its exchange, by the bond's name (上银转债 of 上海银行) if it can be."""
    market = bond.symbol[-2:]
    stocks = [
        (symbol, name)
        for symbol, name in sorted(listing.items())
        if symbol.endswith(market) and (cls := class_of(symbol)) is not None and cls.is_stock
    ]
    if not stocks:
        return None
    for symbol, name in stocks:
        if name[:1] == bond.name[:1] and bond.name[1:2] in name[1:]:
            return symbol, name
    return stocks[draws(1, 0, bond.symbol, "issuer")[0] % len(stocks)]


def terms_of(bond: Security, stock: Security) -> BondTerms:
    """The terms of a bond on a share."""
    premium, when, much, left, first = draws(5, 0, bond.symbol, "terms")
    over = 1.03 + 0.35 * (premium % ONE) / ONE
    price = round(PAR * stock.base / bond.base * over, 2)
    issued = date(2022 + when % 4, 1 + (when >> 8) % 6, 1 + (when >> 16) % 28)
    size = 300_000_000.0 + 100_000_000.0 * (much % 78)
    return BondTerms(
        bond.symbol,
        bond.name,
        stock.symbol,
        stock.name,
        issued,
        date(issued.year + 6, issued.month, issued.day),
        round(price * (1.0 + 0.12 * (first % ONE) / ONE), 2),
        price,
        size,
        round(size * (0.55 + 0.45 * (left % ONE) / ONE) / 1000) * 1000.0,
        (0.2, 0.3, 0.4, 0.5)[much % 4],
        ("AAA", "AA+", "AA", "AA-", "A+")[left % 5],
    )
