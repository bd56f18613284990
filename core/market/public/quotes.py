"""A row of a public source becomes a quote or an instrument. Pure, and strict about units.

Sources count in lots here and in shares there, in yuan here and in hundredths there, and change without notice.
So every row is weighed: money divided by volume must lie between the day's low and high. A row that does not fit
in any known unit is no quote.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from core.domain.enums import Phase
from core.domain.market import Instrument, Level, Quote, Symbol, ms_to_datetime
from core.domain.money import decimal_to_milli, float_to_milli, milli_to_decimal
from core.exchange.boards import SecurityClass, class_of
from core.exchange.limits import NO_LIMITS, LimitFacts, Limits, price_limits
from core.exchange.names import is_st
from core.exchange.sessions import domain_phase
from core.exchange.symbols import tick_size
from core.market.phases import clean_limit
from core.market.public.source_names import Source

_TOLERANCE = 0.02  # averages are of rounded money, and a block trade may lie a little outside
_TRADING = frozenset({Phase.CONTINUOUS, Phase.LUNCH, Phase.CLOSE_CALL})
_FRESH = re.compile(r"[NC][\u4e00-\u9fff]")  # first day and days 2 to 5 of a new share: no limits


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One row as the source gave it: yuan as floats (0.0 for `-`), volumes in the source's unit.

    `lot` is what one unit of `volume` and of the book is, in shares.
    """

    symbol: Symbol
    name: str
    time_ms: int
    last: float
    open: float
    high: float
    low: float
    pre_close: float
    volume: float
    amount: float
    lot: int
    bids: tuple[tuple[float, float], ...] = ()
    asks: tuple[tuple[float, float], ...] = ()
    limit_up: float = 0.0
    limit_down: float = 0.0
    halted: bool = False


@dataclass(slots=True)
class Rows:
    """What one answer gave: rows, why some rows are no quotes, and the symbols it does not know."""

    found: list[Snapshot] = field(default_factory=list)
    bad: list[str] = field(default_factory=list)
    absent: list[Symbol] = field(default_factory=list)

    def add(self, other: Rows) -> None:
        """Take another answer's rows."""
        self.found += other.found
        self.bad += other.bad
        self.absent += other.absent


class BadRow(ValueError):
    """A row that is no quote; the text says why."""


def number(value: object) -> float:
    """A field as a float: `-`, empty and missing are 0.0. Raises BadRow for anything else that is no number."""
    if value is None:
        return 0.0
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise BadRow(f"不是数字：{value!r}")
    if isinstance(value, str):
        text = value.strip().replace(",", "")
        if not text.strip("-"):
            return 0.0
        try:
            value = float(text)
        except ValueError as error:
            raise BadRow(f"不是数字：{value!r}") from error
    return float(value) if math.isfinite(value) else 0.0


def clean_name(name: str) -> str:
    """`万  科Ａ` is `万科A`: full-width letters and padding go."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", name))


def to_quote(row: Snapshot, source: Source, as_of_ms: int) -> Quote:
    """The row as a quote; `as_of_ms` is our clock. Raises BadRow.

    The time is the row's own: an unchanged row keeps its old time. `received_ms` is left to the caller's clock.
    """
    _require_known(row.symbol)
    if row.time_ms <= 0:
        raise BadRow("没有行情时间")
    unit = volume_unit(row)
    step = _step(row.symbol)
    pre_close, last = _milli(row.pre_close, step), _milli(row.last, step)
    phase = domain_phase(row.symbol, ms_to_datetime(row.time_ms))
    halted = row.halted or _looks_halted(row, as_of_ms)
    up, down = _limits(row, pre_close, last)
    return Quote(
        symbol=row.symbol,
        time_ms=row.time_ms,
        last=last,
        open=_milli(row.open, step),
        high=_milli(row.high, step),
        low=_milli(row.low, step),
        pre_close=pre_close,
        volume=round(row.volume * unit),
        amount=row.amount,
        bids=_levels(row.bids, unit, step),
        asks=_levels(row.asks, unit, step),
        phase=Phase.SUSPENDED if halted else phase,
        limit_up=up,
        limit_down=down,
        suspended=halted,
        source=source.value,
    )


def to_instrument(row: Snapshot, day: date | None, as_of_ms: int) -> Instrument:
    """The row as an instrument of `day` (None: the day of the row's own time). Raises BadRow."""
    _require_known(row.symbol)
    step = _step(row.symbol)
    name = clean_name(row.name)
    pre_close = milli_to_decimal(_milli(row.pre_close, step))
    when = day if day is not None or row.time_ms <= 0 else ms_to_datetime(row.time_ms).date()
    limits = _own_limits(row) or (NO_LIMITS if when is None else _computed(row, pre_close, when))
    return Instrument(
        symbol=row.symbol,
        name=name,
        tick=tick_size(row.symbol),
        pre_close=pre_close.quantize(tick_size(row.symbol)) if pre_close else Decimal(0),
        limit_up=limits.up,
        limit_down=limits.down,
        trading_day=when,
        is_st=is_st(name),
        suspended=row.halted or _looks_halted(row, as_of_ms),
    )


def volume_unit(row: Snapshot) -> int:
    """Shares in one unit of the row's volume, weighed. Raises BadRow when it does not fit.

    No other unit is tried where prices may come a hundredfold: that and lots taken for shares look alike. Bonds
    come in ones and in tens. Indices cannot be weighed, and a row without trades has nothing to weigh.
    """
    cls = class_of(row.symbol)
    if cls in (None, SecurityClass.INDEX, SecurityClass.REPO):
        return row.lot
    if row.volume <= 0 or row.amount <= 0 or row.low <= 0 or row.high <= 0:
        return row.lot
    lowest, highest = row.low * (1 - _TOLERANCE), row.high * (1 + _TOLERANCE)
    for unit in (row.lot,) if cls is not SecurityClass.CB else (row.lot, 1, 10):
        if lowest <= row.amount / (row.volume * unit) <= highest:
            return unit
    raise BadRow(
        f"成交额 {row.amount:.0f} ÷ 成交量 {row.volume:.0f} 与最低 {row.low:g}、最高 {row.high:g} 对不上，价格或成交量的单位变了"
    )


def _require_known(symbol: Symbol) -> None:
    """Tick, limits and hours hang on the class of a code."""
    if class_of(symbol) is None:
        raise BadRow("号段不在任何证券类别内")


def _looks_halted(row: Snapshot, as_of_ms: int) -> bool:
    """No price at all while its market trades. Before the opening every row is empty, so that says nothing."""
    if row.last > 0 or row.volume > 0:
        return False
    return domain_phase(row.symbol, ms_to_datetime(as_of_ms)) in _TRADING


def _limits(row: Snapshot, pre_close: int, last: int) -> tuple[int, int]:
    """Limits in thousandths; 0 where we cannot know. Limits that the price itself breaks are not limits."""
    limits = _own_limits(row)
    if limits is None:
        limits = _computed(row, milli_to_decimal(pre_close), ms_to_datetime(row.time_ms).date())
    up = 0 if limits.up is None else decimal_to_milli(limits.up)
    down = 0 if limits.down is None else decimal_to_milli(limits.down)
    if last and ((up and last > up) or last < down):
        return 0, 0
    return up, down


def _own_limits(row: Snapshot) -> Limits | None:
    """What the source itself says, None when it is silent."""
    up, down = (clean_limit(float_to_milli(value)) for value in (row.limit_up, row.limit_down))
    if not up or not down:
        return None
    return Limits(milli_to_decimal(up), milli_to_decimal(down))


def _computed(row: Snapshot, pre_close: Decimal, day: date) -> Limits:
    """By our rules; none for the first days of a share, which its name tells, nor without a name."""
    name = clean_name(row.name)
    if not name or _FRESH.match(name):
        return NO_LIMITS
    return price_limits(row.symbol, pre_close, day, LimitFacts(name=name))


def _step(symbol: Symbol) -> int:
    return max(1, decimal_to_milli(tick_size(symbol)))


def _milli(price: float, step: int) -> int:
    return round(price * 1000 / step) * step if price > 0 else 0


def _levels(levels: tuple[tuple[float, float], ...], unit: int, step: int) -> tuple[Level, ...]:
    """Best first, ended by the first level without a price."""
    found: list[Level] = []
    for price, volume in levels:
        milli = _milli(price, step)
        if not milli:
            break
        found.append((milli, max(0, round(volume * unit))))
    return tuple(found)
