"""The vendor's records to ours: tick, instrument detail, bars. Pure; no float leaves here but `amount`.

Vendor prices are unrounded floats (11.370000000000001), volumes are lots in some fields and shares in others,
and the phase of a stock stands in `openInt`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from core.domain.enums import Period, Phase
from core.domain.market import Bar, Instrument, Level, Quote, Symbol, ms_to_datetime
from core.domain.money import decimal_to_milli, float_to_milli, milli_to_decimal
from core.exchange.boards import class_of
from core.exchange.names import is_st
from core.exchange.symbols import tick_size
from core.market.bars import bar_end, midnight
from core.market.phases import VENDOR_CODES, clean_limit, combined_phase

_LOT = 100
_HALTED = Phase.SUSPENDED
_CENT = Decimal("0.01")


def convert_tick(
    symbol: Symbol, tick: Mapping[str, Any], instrument: Instrument | None = None, source: str = ""
) -> Quote:
    """One vendor tick. `instrument` gives the price tick, and the limits when they are of the tick's day.

    Raises KeyError, TypeError or ValueError for a record that is no tick.
    """
    time_ms = int(tick["time"])
    step = _step(symbol, instrument)
    pre_close = _milli(tick.get("lastClose"), step)
    phase = tick_phase(tick, time_ms)
    if phase is Phase.UNKNOWN and instrument is not None and instrument.suspended:
        phase = _HALTED
    up, down = _limits(instrument, time_ms, pre_close)
    shares = tick.get("pvolume")
    return Quote(
        symbol=symbol,
        time_ms=time_ms,
        last=_milli(tick["lastPrice"], step),
        open=_milli(tick.get("open"), step),
        high=_milli(tick.get("high"), step),
        low=_milli(tick.get("low"), step),
        pre_close=pre_close,
        volume=int(tick["volume"]) * _LOT if shares is None else int(shares),
        amount=float(tick.get("amount") or 0.0),
        bids=_levels(tick.get("bidPrice"), tick.get("bidVol"), step),
        asks=_levels(tick.get("askPrice"), tick.get("askVol"), step),
        phase=phase,
        limit_up=up,
        limit_down=down,
        suspended=phase is _HALTED,
        source=source,
    )


def tick_phase(tick: Mapping[str, Any], time_ms: int) -> Phase:
    """Phase by `openInt`, else by `stockStatus`, corrected by the time; a halt in either is a halt."""
    shown = [VENDOR_CODES.get(_code(tick.get(name)), Phase.UNKNOWN) for name in ("openInt", "stockStatus")]
    if _HALTED in shown:
        return _HALTED
    known = next((phase for phase in shown if phase is not Phase.UNKNOWN), Phase.UNKNOWN)
    return combined_phase(known, time_ms)


def convert_detail(symbol: Symbol, detail: Mapping[str, Any]) -> Instrument:
    """One vendor instrument detail. Limits that are a "no limit" mark, and zero, become None."""
    name = str(detail.get("InstrumentName") or "")
    tick = _price(detail.get("PriceTick")) or default_tick(symbol)
    return Instrument(
        symbol=symbol,
        name=name,
        tick=tick,
        pre_close=_price(detail.get("PreClose")) or Decimal(0),
        limit_up=_limit(detail.get("UpStopPrice")),
        limit_down=_limit(detail.get("DownStopPrice")),
        trading_day=_day(detail.get("TradingDay")),
        is_st=is_st(name),
        suspended=_code(detail.get("InstrumentStatus")) >= 1,  # days of a halt; 0 normal, -1 resumed
    )


def default_tick(symbol: Symbol) -> Decimal:
    """Price tick by the code, where the vendor does not tell."""
    return _CENT if class_of(symbol) is None else tick_size(symbol)


def convert_bars(symbol: Symbol, period: Period, columns: Mapping[str, Sequence[Any]]) -> list[Bar]:
    """Vendor bars as columns `time open high low close volume amount`; rows without a price are left out.

    The unit of `volume` is not documented. The average price `amount / volume` tells: a hundred times the
    price means lots. Daily bars are stamped 15:00 of their day, minute bars keep their stamp.
    """
    times, closes, volumes = columns["time"], columns["close"], columns["volume"]
    amounts = columns["amount"]
    unit = volume_unit(closes, volumes, amounts)
    bars = []
    for index, time in enumerate(times):
        opened, high, low, close = (
            float_to_milli(float(columns[name][index])) for name in ("open", "high", "low", "close")
        )
        if min(opened, high, low, close) <= 0:
            continue
        time_ms = int(time)
        if period is Period.D1:
            time_ms = bar_end(midnight(time_ms), 0, period)
        volume, amount = _whole(volumes[index]) * unit, _finite(amounts[index])
        bars.append(Bar(symbol, period, time_ms, opened, high, low, close, volume, amount))
    return bars


def volume_unit(closes: Iterable[Any], volumes: Iterable[Any], amounts: Iterable[Any]) -> int:
    """100 when volumes are lots, 1 when they are shares; lots when there is nothing to tell by."""
    value = money = 0.0
    for close, volume, amount in zip(closes, volumes, amounts, strict=True):
        value += _finite(close) * _finite(volume)
        money += _finite(amount)
    return 1 if value > 0 and 0 < money / value < 10 else _LOT


def _step(symbol: Symbol, instrument: Instrument | None) -> int:
    tick = default_tick(symbol) if instrument is None else instrument.tick
    return max(1, decimal_to_milli(tick))


def _milli(value: Any, step: int) -> int:
    """A vendor float to thousandths, on the tick; nothing, nan and negative give 0."""
    price = float(value or 0.0)
    if not math.isfinite(price) or price <= 0:
        return 0
    return round(price * 1000 / step) * step


def _levels(prices: Sequence[Any] | None, lots: Sequence[Any] | None, step: int) -> tuple[Level, ...]:
    pairs = zip(prices or (), lots or (), strict=False)
    return tuple((_milli(price, step), max(0, int(volume)) * _LOT) for price, volume in pairs)


def _limits(instrument: Instrument | None, time_ms: int, pre_close: int) -> tuple[int, int]:
    """Limits in thousandths when they belong to the day of the tick, else 0: yesterday's would refuse good prices."""
    if instrument is None:
        return 0, 0
    if instrument.trading_day is not None and instrument.trading_day != ms_to_datetime(time_ms).date():
        return 0, 0
    if decimal_to_milli(instrument.pre_close) != pre_close:
        return 0, 0
    up, down = instrument.limit_up, instrument.limit_down
    return (0 if up is None else decimal_to_milli(up)), (0 if down is None else decimal_to_milli(down))


def _price(value: Any) -> Decimal | None:
    milli = float_to_milli(float(value or 0.0))
    return milli_to_decimal(milli).normalize() + Decimal("0.00") if milli > 0 else None


def _limit(value: Any) -> Decimal | None:
    milli = clean_limit(float_to_milli(float(value or 0.0)))
    return _price(milli / 1000) if milli else None


def _day(value: Any) -> date | None:
    try:
        return datetime.strptime(str(value), "%Y%m%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None


def _code(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _finite(value: Any) -> float:
    number = float(value)
    return number if math.isfinite(number) else 0.0


def _whole(value: Any) -> int:
    return max(0, round(_finite(value)))
