"""Price types of orders: xtconstant's numbers and where each may be used."""

from __future__ import annotations

from enum import IntEnum

from core.exchange.boards import BJ, SH, SZ
from core.exchange.lots import OrderForm


class PriceType(IntEnum):
    """Numbers of xtconstant; 49 is the after-hours type of the built-in QMT, absent from xtconstant."""

    LATEST_PRICE = 5
    FIX_PRICE = 11
    MARKET_SH_CONVERT_5_CANCEL = 42
    MARKET_SH_CONVERT_5_LIMIT = 43
    MARKET_PEER_PRICE_FIRST = 44
    MARKET_MINE_PRICE_FIRST = 45
    MARKET_SZ_INSTBUSI_RESTCANCEL = 46
    MARKET_SZ_CONVERT_5_CANCEL = 47
    MARKET_SZ_FULL_OR_CANCEL = 48
    AFTER_HOURS_FIXED = 49

    @property
    def form(self) -> OrderForm:
        """Limit, market or after-hours fixed price."""
        if self is PriceType.AFTER_HOURS_FIXED:
            return OrderForm.FIXED
        return OrderForm.MARKET if self in _WHERE else OrderForm.LIMIT

    @property
    def title(self) -> str:
        """The type in Chinese."""
        return _TITLES[self]


_P = PriceType
_WHERE: dict[PriceType, frozenset[str]] = {
    _P.MARKET_SH_CONVERT_5_CANCEL: frozenset({SH, BJ}),
    _P.MARKET_SH_CONVERT_5_LIMIT: frozenset({SH, BJ}),
    _P.MARKET_PEER_PRICE_FIRST: frozenset({SH, SZ, BJ}),
    _P.MARKET_MINE_PRICE_FIRST: frozenset({SH, SZ, BJ}),
    _P.MARKET_SZ_INSTBUSI_RESTCANCEL: frozenset({SZ}),
    _P.MARKET_SZ_CONVERT_5_CANCEL: frozenset({SZ}),
    _P.MARKET_SZ_FULL_OR_CANCEL: frozenset({SZ}),
}
_TITLES = {
    _P.LATEST_PRICE: "最新价",
    _P.FIX_PRICE: "限价",
    _P.MARKET_SH_CONVERT_5_CANCEL: "最优五档剩余撤销",
    _P.MARKET_SH_CONVERT_5_LIMIT: "最优五档剩余转限价",
    _P.MARKET_PEER_PRICE_FIRST: "对手方最优",
    _P.MARKET_MINE_PRICE_FIRST: "本方最优",
    _P.MARKET_SZ_INSTBUSI_RESTCANCEL: "即时成交剩余撤销",
    _P.MARKET_SZ_CONVERT_5_CANCEL: "最优五档即时成交剩余撤销",
    _P.MARKET_SZ_FULL_OR_CANCEL: "全额成交或撤销",
    _P.AFTER_HOURS_FIXED: "盘后定价",
}


_BY_NUMBER = {int(price_type): price_type for price_type in PriceType}


def price_type_of(number: int) -> PriceType | None:
    """The type of a number, None when we do not know it."""
    return _BY_NUMBER.get(number)


def is_for_exchange(price_type: PriceType, exchange: str) -> bool:
    """Whether a market type exists at the exchange; limit and fixed-price types exist everywhere."""
    return exchange in _WHERE.get(price_type, frozenset({exchange}))


def uses_protection(price_type: PriceType, exchange: str) -> bool:
    """Whether the order's price field is a protection price (market types in Shanghai and Beijing)."""
    return price_type.form is OrderForm.MARKET and exchange in (SH, BJ)
