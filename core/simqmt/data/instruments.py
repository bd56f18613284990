"""Securities in the shapes of `xtquant.xtdata`: instrument details and kinds."""

from __future__ import annotations

from datetime import datetime
from sys import float_info
from typing import Any

from core.domain.market import Instrument, Quote
from core.exchange.boards import SecurityClass, class_of
from core.exchange.limits import LimitFacts, price_limits
from core.simqmt.data.shapes import LOT
from core.simqmt.market.builtin.company import Shares

_FLOAT, _TOTAL = 1_000_000_000.0, 1_200_000_000.0
"""Shares in circulation and in all where the market knows no company: programs divide by them."""


_NOT_FLOAT, _NOT_INT = float_info.max, 2**31 - 1
"""What a terminal shows in fields that mean nothing for shares."""


def instrument_record(
    item: Instrument, quote: Quote | None, day: str, shares: Shares | None = None
) -> dict[str, Any]:
    """One security as xtdata's instrument detail, with the vendor's misspelt names."""
    index = class_of(item.symbol) is SecurityClass.INDEX
    floating, total = (_FLOAT, _TOTAL) if shares is None else (shares.floating, shares.total)
    code, _, market = item.symbol.partition(".")
    up, down = _limits(item, quote, day)
    pre_close = quote.pre_close / 1000 if quote is not None and quote.pre_close else float(item.pre_close)
    return {
        "ExchangeID": market,
        "InstrumentID": code,
        "InstrumentName": item.name,
        "ProductID": "",
        "ProductName": "",
        "ProductType": -1,
        "ExchangeCode": code,
        "UniCode": code,
        "CreateDate": 0,
        "OpenDate": 19990101,
        "ExpireDate": 99999999,
        "TradingDay": int(day),
        "PreClose": pre_close,
        "SettlementPrice": pre_close,
        "UpStopPrice": up,
        "DownStopPrice": down,
        "FloatVolumn": 0.0 if index else floating,
        "TotalVolumn": 0.0 if index else total,
        "LongMarginRatio": _NOT_FLOAT,
        "ShortMarginRatio": _NOT_FLOAT,
        "PriceTick": float(item.tick),
        "VolumeMultiple": 1,
        "MainContract": _NOT_INT,
        "LastVolume": _NOT_INT,
        "MaxMarketOrderVolume": 1_000_000,
        "MinMarketOrderVolume": LOT,
        "MaxLimitOrderVolume": 1_000_000,
        "MinLimitOrderVolume": LOT,
        "InstrumentStatus": 1 if item.suspended or (quote is not None and quote.suspended) else 0,
        "IsTrading": True,
        "IsRecent": False,
        "ExtendInfo": {
            "ProductTradeQuota": 0,
            "ContractTradeQuota": 0,
            "ProductOpenInterestQuota": 0,
            "ContractOpenInterestQuota": 0,
        },
    }


def _limits(item: Instrument, quote: Quote | None, day: str) -> tuple[float, float]:
    """Limits of the day: the snapshot's, the source's, else computed; 0 on days without."""
    if quote is not None and quote.limit_up and quote.limit_down:
        return quote.limit_up / 1000, quote.limit_down / 1000
    if item.limit_up is not None and item.limit_down is not None:
        return float(item.limit_up), float(item.limit_down)
    if class_of(item.symbol) in (None, SecurityClass.INDEX) or not item.pre_close:
        return 0.0, 0.0
    today = datetime.strptime(day, "%Y%m%d").date()  # noqa: DTZ007 - a day has no zone
    facts = LimitFacts(name=item.name, is_st=item.is_st or None)
    limits = price_limits(item.symbol, item.pre_close, today, facts)
    return float(limits.up or 0), float(limits.down or 0)


def security_types(symbol: str) -> dict[str, bool]:
    """What xtdata calls this security: exactly one of stock, index, fund, bond is true, ETFs are funds too."""
    cls = class_of(symbol)
    etf = cls in (SecurityClass.SH_ETF, SecurityClass.SZ_ETF)
    if cls is None:
        return {}
    return {
        "stock": cls.is_stock,
        "index": cls is SecurityClass.INDEX,
        "fund": cls.is_fund,
        "etf": etf,
        "bond": cls in (SecurityClass.CB, SecurityClass.REPO),
    }
