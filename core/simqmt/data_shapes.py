"""Market records in the shapes and units of `xtquant.xtdata`: ticks, bars, instruments.

Ticks: prices are floats of yuan, `volume` and the book are lots of 100, `pvolume` is shares, `openInt` repeats
`stockStatus`: the trading phase. Bars: `volume` in lots.
"""

from __future__ import annotations

import importlib
import struct
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from core.domain.enums import Period, Phase
from core.domain.market import Bar, Instrument, Level, Quote, ms_to_datetime
from core.exchange.boards import SecurityClass, class_of
from core.exchange.limits import LimitFacts, price_limits
from core.market.bars import midnight
from core.simqmt.data_periods import VendorPeriod

LOT = 100
DEPTH = 5

PHASE_CODES = {
    Phase.UNKNOWN: 0,
    Phase.PRE_OPEN: 11,
    Phase.OPEN_CALL: 12,
    Phase.PAUSE: 12,
    Phase.CONTINUOUS: 13,
    Phase.LUNCH: 14,
    Phase.CLOSED: 15,
    Phase.SUSPENDED: 17,
    Phase.CLOSE_CALL: 18,
    Phase.AFTER_HOURS: 22,
}

BAR_FIELDS: dict[str, str] = {
    "time": "<i8",
    "open": "<f8",
    "high": "<f8",
    "low": "<f8",
    "close": "<f8",
    "volume": "<i8",
    "amount": "<f8",
    "settelementPrice": "<f8",
    "openInterest": "<i8",
    "preClose": "<f8",
    "suspendFlag": "<i4",
}
"""Columns of a bar with their numpy types; the misspelling is the vendor's."""

TICK_FIELDS: dict[str, str] = {
    "time": "<i8",
    "lastPrice": "<f8",
    "open": "<f8",
    "high": "<f8",
    "low": "<f8",
    "lastClose": "<f8",
    "amount": "<f8",
    "volume": "<i8",
    "pvolume": "<i8",
    "stockStatus": "<i4",
    "openInt": "<i4",
    "transactionNum": "<i4",
    "lastSettlementPrice": "<f8",
    "settlementPrice": "<f8",
    "pe": "<f8",
    "askPrice": "O",
    "bidPrice": "O",
    "askVol": "O",
    "bidVol": "O",
    "volRatio": "<f8",
    "speed1Min": "<f8",
    "speed5Min": "<f8",
}
"""Fields of a tick with their numpy types; the book is a list in each row."""

_LADDERS = {"askPrice": "<f8", "bidPrice": "<f8", "askVol": "<i8", "bidVol": "<i8"}

_FLOAT, _TOTAL = 1_000_000_000.0, 1_200_000_000.0
"""Shares in circulation and in all, invented and the same for everybody: programs divide by them."""

_PACK = {"<i8": "q", "<f8": "d", "<i4": "i"}


def tick_record(quote: Quote) -> dict[str, Any]:
    """One snapshot as xtdata's full tick."""
    status = PHASE_CODES[Phase.SUSPENDED if quote.suspended else quote.phase]
    bid_prices, bid_lots = _side(quote.bids)
    ask_prices, ask_lots = _side(quote.asks)
    return {
        "time": quote.time_ms,
        "lastPrice": quote.last / 1000,
        "open": quote.open / 1000,
        "high": quote.high / 1000,
        "low": quote.low / 1000,
        "lastClose": quote.pre_close / 1000,
        "amount": quote.amount,
        "volume": quote.volume // LOT,
        "pvolume": quote.volume,
        "stockStatus": status,
        "openInt": status,
        "transactionNum": 0,
        "lastSettlementPrice": quote.pre_close / 1000,
        "settlementPrice": 0.0,
        "pe": 0.0,
        "askPrice": ask_prices,
        "bidPrice": bid_prices,
        "askVol": ask_lots,
        "bidVol": bid_lots,
        "volRatio": 0.0,
        "speed1Min": 0.0,
        "speed5Min": 0.0,
    }


def _side(levels: Sequence[Level]) -> tuple[list[float], list[int]]:
    shown = levels[:DEPTH]
    missing = DEPTH - len(shown)
    prices = [price / 1000 for price, _ in shown] + [0.0] * missing
    return prices, [volume // LOT for _, volume in shown] + [0] * missing


def bar_records(bars: Iterable[Bar]) -> list[dict[str, Any]]:
    """Bars as records; `preClose` is the close before, for the first bar its own open."""
    records: list[dict[str, Any]] = []
    before: int | None = None
    for bar in bars:
        records.append(
            {
                "time": bar_stamp(bar),
                "open": bar.open / 1000,
                "high": bar.high / 1000,
                "low": bar.low / 1000,
                "close": bar.close / 1000,
                "volume": bar.volume // LOT,
                "amount": bar.amount,
                "settelementPrice": 0.0,
                "openInterest": PHASE_CODES[Phase.CONTINUOUS],
                "preClose": (bar.open if before is None else before) / 1000,
                "suspendFlag": 0,
            }
        )
        before = bar.close
    return records


_NAN = float("nan")


def filled(
    rows: Sequence[dict[str, Any]], times: Sequence[int], period: VendorPeriod, *, fill: bool
) -> list[dict[str, Any]]:
    """One row for each of `times`: where a security has none, flat at the close before, or NaN when not `fill`.

    A missing day counts as suspended. Before the first row there is nothing to go on with: NaN.
    """
    own = {row["time"]: row for row in rows}
    done: list[dict[str, Any]] = []
    before: dict[str, Any] | None = None
    for time in times:
        row = own.get(time)
        if row is not None:
            before = row
        elif before is not None and fill:
            close = before["close"]
            row = {**before, "open": close, "high": close, "low": close, "volume": 0, "amount": 0.0}
            row |= {"time": time, "preClose": close, "suspendFlag": int(period.daily)}
        else:
            row = {**dict.fromkeys(BAR_FIELDS, _NAN), "time": time}
        done.append(row)
    return done


def tick_array(rows: Sequence[dict[str, Any]], fields: Sequence[str]) -> Any:
    """Ticks as the structured array that the native module gives; `askPrice1` and its like are single levels."""
    numpy: Any = importlib.import_module("numpy")
    known = TICK_FIELDS | {f"{side}{n}": kind for side, kind in _LADDERS.items() for n in range(1, DEPTH + 1)}
    names = [name for name in fields if name in known] or list(TICK_FIELDS)
    kinds = [(name, known[name]) for name in names]
    lines = [tuple(_tick_value(row, name) for name in names) for row in rows]
    return numpy.array(lines, dtype=kinds)


def _tick_value(row: dict[str, Any], name: str) -> Any:
    return row[name] if name in row else row[name[:-1]][int(name[-1]) - 1]


def bar_stamp(bar: Bar) -> int:
    """Minute bars keep their end; a day is stamped with its midnight, as `get_trading_dates` is."""
    if bar.period is not Period.D1:
        return bar.time_ms
    return midnight(bar.time_ms)


@lru_cache(maxsize=8192)
def time_text(time_ms: int, *, day: bool) -> str:
    """The index of a bar: `20261120` or `20261120093100`."""
    return ms_to_datetime(time_ms).strftime("%Y%m%d" if day else "%Y%m%d%H%M%S")


def packed(records: Sequence[dict[str, Any]], fields: Sequence[str]) -> list[tuple[str, str, bytes]]:
    """Columns as (name, numpy type, bytes), which is how the native module hands them over."""
    columns = []
    for name in fields:
        kind = BAR_FIELDS[name]
        values = [record[name] for record in records]
        columns.append((name, kind, struct.pack(f"<{len(values)}{_PACK[kind]}", *values)))
    return columns


def instrument_record(item: Instrument, quote: Quote | None, day: str) -> dict[str, Any]:
    """One security as xtdata's instrument detail, with the vendor's misspelt names."""
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
        "FloatVolumn": 0.0 if class_of(item.symbol) is SecurityClass.INDEX else _FLOAT,
        "TotalVolumn": 0.0 if class_of(item.symbol) is SecurityClass.INDEX else _TOTAL,
        "LongMarginRatio": 0.0,
        "ShortMarginRatio": 0.0,
        "PriceTick": float(item.tick),
        "VolumeMultiple": 1,
        "MainContract": 2147483647,
        "LastVolume": 0,
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
