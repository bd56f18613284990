"""The vendor's records to ours: tick, instrument detail, bars. Pure; no float leaves here but `amount`.

Vendor prices are unrounded floats (11.370000000000001), volumes are lots in some fields and shares in others,
and the phase of a stock stands in `openInt`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from core.domain.enums import Period, Phase
from core.domain.market import SHANGHAI, Bar, Instrument, Level, Quote, Symbol, datetime_to_ms
from core.domain.money import decimal_to_milli, float_to_milli, milli_to_decimal
from core.exchange.boards import class_of
from core.exchange.names import is_st
from core.exchange.symbols import tick_size
from core.market.bars import bar_end, midnight
from core.market.phases import VENDOR_CODES, clean_limit, combined_phase

_LOT = 100
_DEPTH = 5
_HALTED, _SILENT = Phase.SUSPENDED, Phase.UNKNOWN
_CENT = Decimal("0.01")
_DAY_MS = 86_400_000
_PRICES_KEPT = 100_000


class _Milli(dict[Any, int]):
    """Vendor price to thousandths on one tick; a day has few different prices, so each is rounded once."""

    def __init__(self, step: int) -> None:
        self._step = step

    def __missing__(self, value: Any) -> int:
        milli = _milli(value, self._step)
        if value == value:  # a nan is never found again and would pile up
            if len(self) >= _PRICES_KEPT:
                self.clear()
            self[value] = milli
        return milli


@dataclass(slots=True)
class _Terms:
    """What the conversion needs to know of a symbol, made once for an instrument."""

    instrument: Instrument | None
    milli: _Milli
    pre_close: int
    limits: tuple[int, int]
    day_ms: int | None  # midnight of the day of the limits, None for any


class TickConverter:
    """Vendor ticks to quotes, for a source that brings thousands at once. Not for two threads at a time."""

    def __init__(self, source: str = "") -> None:
        self._source = source
        self._prices: dict[int, _Milli] = {}
        self._terms: dict[Symbol, _Terms] = {}

    def convert(
        self,
        symbol: Symbol,
        tick: Mapping[str, Any],
        instrument: Instrument | None = None,
        received_ms: int = 0,
    ) -> Quote:
        """One vendor tick. `instrument` gives the price tick, and the limits when they are of the tick's day.

        Raises KeyError, TypeError or ValueError for a record that is no tick.
        """
        terms = self._terms.get(symbol)
        if terms is None or terms.instrument is not instrument:
            terms = self._terms[symbol] = self._learn(symbol, instrument)
        get, milli = tick.get, terms.milli
        time_ms = int(tick["time"])
        pre_close = milli[get("lastClose")]
        phase = tick_phase(tick, time_ms)
        if phase is _SILENT and instrument is not None and instrument.suspended:
            phase = _HALTED
        up = down = 0
        # Limits of another day, or of another previous close, would refuse good prices.
        if pre_close == terms.pre_close and (terms.day_ms is None or 0 <= time_ms - terms.day_ms < _DAY_MS):
            up, down = terms.limits
        shares = get("pvolume")
        return Quote(
            symbol,
            time_ms,
            milli[tick["lastPrice"]],
            milli[get("open")],
            milli[get("high")],
            milli[get("low")],
            pre_close,
            int(tick["volume"]) * _LOT if shares is None else int(shares),
            float(get("amount") or 0.0),
            _levels(get("bidPrice"), get("bidVol"), milli),
            _levels(get("askPrice"), get("askVol"), milli),
            phase,
            up,
            down,
            phase is _HALTED,
            self._source,
            received_ms,
        )

    def _learn(self, symbol: Symbol, instrument: Instrument | None) -> _Terms:
        tick = default_tick(symbol) if instrument is None else instrument.tick
        step = max(1, decimal_to_milli(tick))
        milli = self._prices.setdefault(step, _Milli(step))
        if instrument is None:
            return _Terms(None, milli, -1, (0, 0), None)
        up, down = instrument.limit_up, instrument.limit_down
        limits = (0 if up is None else decimal_to_milli(up)), (0 if down is None else decimal_to_milli(down))
        day = instrument.trading_day
        day_ms = (
            None if day is None else datetime_to_ms(datetime(day.year, day.month, day.day, tzinfo=SHANGHAI))
        )
        return _Terms(instrument, milli, decimal_to_milli(instrument.pre_close), limits, day_ms)


def convert_tick(
    symbol: Symbol, tick: Mapping[str, Any], instrument: Instrument | None = None, source: str = ""
) -> Quote:
    """One vendor tick by itself; see `TickConverter.convert`."""
    return TickConverter(source).convert(symbol, tick, instrument)


def tick_phase(tick: Mapping[str, Any], time_ms: int) -> Phase:
    """Phase by `openInt`, else by `stockStatus`, corrected by the time; a halt in either is a halt."""
    shown, other = tick.get("openInt"), tick.get("stockStatus")
    first = VENDOR_CODES.get(shown, _SILENT) if isinstance(shown, int) else _SILENT
    second = VENDOR_CODES.get(other, _SILENT) if isinstance(other, int) else _SILENT
    if first is _HALTED or second is _HALTED:
        return _HALTED
    return combined_phase(second if first is _SILENT else first, time_ms)


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


def _milli(value: Any, step: int) -> int:
    """A vendor float to thousandths, on the tick; nothing, nan and negative give 0."""
    price = float(value or 0.0)
    if not math.isfinite(price) or price <= 0:
        return 0
    return round(price * 1000 / step) * step


def _levels(prices: Sequence[Any] | None, lots: Sequence[Any] | None, milli: _Milli) -> tuple[Level, ...]:
    if not prices or not lots:
        return ()
    if len(prices) == len(lots) == _DEPTH and min(lots) >= 0:  # spelt out: this is half of the work of a tick
        p1, p2, p3, p4, p5 = prices
        v1, v2, v3, v4, v5 = map(int, lots)
        return (
            (milli[p1], v1 * _LOT),
            (milli[p2], v2 * _LOT),
            (milli[p3], v3 * _LOT),
            (milli[p4], v4 * _LOT),
            (milli[p5], v5 * _LOT),
        )
    pairs = zip(prices, lots, strict=False)
    return tuple((milli[price], max(0, int(volume)) * _LOT) for price, volume in pairs)


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
