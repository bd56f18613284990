"""Market records in the shapes and units of `xtquant.xtdata`: ticks, bars, instruments.

Ticks: prices are floats of yuan, `volume` (rounded) and the book are lots of 100, `pvolume` is shares, `openInt` is the
trading phase and `stockStatus` the same less ten. Bars: `volume` in lots. `get_full_tick` has the time as text, too,
and whole amounts.
"""

from __future__ import annotations

import importlib
import struct
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from core.domain.enums import Period, Phase
from core.domain.market import Bar, Level, Quote, ms_to_datetime
from core.market.bars import midnight
from core.market.phases import at, time_of_day
from core.simqmt.data.periods import VendorPeriod

LOT = 100
DEPTH = 5
_A_TRADE = 2000
"""Shares of a trade, typical: `transactionNum` is made of it."""

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

_TRADING, _CLOSED = PHASE_CODES[Phase.CONTINUOUS], PHASE_CODES[Phase.CLOSED]
_CLOSE_MS = at(15, 0)

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

_PACK = {"<i8": "q", "<f8": "d", "<i4": "i"}


def tick_record(quote: Quote) -> dict[str, Any]:
    """One snapshot as xtdata's full tick."""
    phase = PHASE_CODES[Phase.SUSPENDED if quote.suspended else quote.phase]
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
        "volume": _lots(quote.volume),
        "pvolume": quote.volume,
        "stockStatus": max(0, phase - 10),
        "openInt": phase,
        "transactionNum": -(-quote.volume // _A_TRADE),
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


def full_tick_record(quote: Quote) -> dict[str, Any]:
    """The same as `get_full_tick` tells it."""
    moment, part = divmod(quote.time_ms, 1000)
    text = _second_text(moment) + (f".{part:03}" if part else "")
    record = tick_record(quote)
    return {"time": record.pop("time"), "timetag": text, **record, "amount": round(quote.amount)}


@lru_cache(maxsize=64)
def _second_text(moment: int) -> str:
    return ms_to_datetime(moment * 1000).strftime("%Y%m%d %H:%M:%S")


def _lots(shares: int) -> int:
    return (shares + LOT // 2) // LOT


def _side(levels: Sequence[Level]) -> tuple[list[float], list[int]]:
    shown = levels[:DEPTH]
    missing = DEPTH - len(shown)
    prices = [price / 1000 for price, _ in shown] + [0.0] * missing
    return prices, [volume // LOT for _, volume in shown] + [0] * missing


def bar_records(bars: Iterable[Bar], now_ms: int) -> list[dict[str, Any]]:
    """Bars as records; `preClose` is the close before, for the first bar its own open.

    `openInterest` repeats the trading phase, as in ticks: closed once a bar that ends a day has ended by `now_ms`.
    """
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
                "volume": _lots(bar.volume),
                "amount": bar.amount,
                "settelementPrice": 0.0,
                "openInterest": _CLOSED if bar.time_ms <= now_ms and _ends_a_day(bar.time_ms) else _TRADING,
                "preClose": (bar.open if before is None else before) / 1000,
                "suspendFlag": 0,
            }
        )
        before = bar.close
    return records


def _ends_a_day(time_ms: int) -> bool:
    return time_of_day(time_ms) >= _CLOSE_MS


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
