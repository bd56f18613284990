"""Rows of public history become bars, and the defects of the sources are repaired or left out. Pure.

East Money's minutes: the opening auction is a bar of its own at 09:30, which belongs to the first minute here and
in QMT; older days of the one-minute window carry open 0.0; volumes are lots. Suspended days are rows of `-`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from core.domain.enums import Period
from core.domain.market import SHANGHAI, Bar, Symbol, datetime_to_ms
from core.domain.money import float_to_milli
from core.exchange.boards import SecurityClass, class_of
from core.market.bars import bar_end, midnight
from core.market.phases import at, time_of_day
from core.market.xtdata.ticks import volume_unit

_OPENING = at(9, 30)


@dataclass(frozen=True, slots=True)
class BarRow:
    """One row as the source gave it: stamp `2026-03-27` or `2026-03-27 09:31[:00]` in Shanghai, yuan, source's volume."""

    stamp: str
    open: float
    high: float
    low: float
    close: float
    volume: float
    amount: float


def to_bars(symbol: Symbol, period: Period, rows: Iterable[BarRow], *, lot: int = 100) -> list[Bar]:
    """Bars, oldest first, each stamp once (the later row wins). Raises ValueError for a stamp that is none.

    `lot` is used where there is no money to weigh the volume by.
    """
    kept = [row for row in rows if _has_prices(row)]
    unit = _unit(symbol, kept, lot)
    found: dict[int, Bar] = {}
    for row in kept:
        bar = _bar(symbol, period, row, unit)
        found[bar.time_ms] = bar
    bars = [found[time_ms] for time_ms in sorted(found)]
    if period is Period.D1:
        return [bar for bar in bars if bar.open > 0]
    return fold_opening(mend_opens(bars), period)


def mend_opens(bars: Sequence[Bar]) -> list[Bar]:
    """Give bars without an open the close before it on the same day, kept inside the bar's own range."""
    mended: list[Bar] = []
    for bar in bars:
        if bar.open <= 0:
            before = mended[-1] if mended and midnight(mended[-1].time_ms) == midnight(bar.time_ms) else None
            opened = bar.close if before is None else before.close
            bar = replace(bar, open=min(max(opened, bar.low), bar.high))
        mended.append(bar)
    return mended


def fold_opening(bars: Sequence[Bar], period: Period) -> list[Bar]:
    """Put the bar stamped 09:30 into the first one after it: 241 bars of a day become 240."""
    folded: list[Bar] = []
    opening: Bar | None = None
    for bar in bars:
        if time_of_day(bar.time_ms) == _OPENING:
            opening = bar
            continue
        if opening is not None:
            if midnight(opening.time_ms) == midnight(bar.time_ms):
                bar = _joined(opening, bar)
            opening = None
        folded.append(bar)
    if opening is not None:  # the first minute is not over yet
        end = bar_end(midnight(opening.time_ms), 0, period)
        folded.append(replace(opening, time_ms=end))
    return folded


def _joined(first: Bar, second: Bar) -> Bar:
    return replace(
        second,
        open=first.open,
        high=max(first.high, second.high),
        low=min(first.low, second.low),
        volume=first.volume + second.volume,
        amount=first.amount + second.amount,
    )


def _has_prices(row: BarRow) -> bool:
    prices = (row.high, row.low, row.close)
    return all(math.isfinite(price) and price > 0 for price in prices)


def _unit(symbol: Symbol, rows: Sequence[BarRow], lot: int) -> int:
    """Shares in one unit of volume: weighed against the money; bonds count in tens, indices cannot be weighed."""
    cls = class_of(symbol)
    if cls in (SecurityClass.INDEX, SecurityClass.CB, SecurityClass.REPO):
        return lot
    columns = [(row.close, row.volume, row.amount) for row in rows if row.amount > 0]
    if not columns:
        return lot
    closes, volumes, amounts = zip(*columns, strict=True)
    return volume_unit(closes, volumes, amounts)


def _bar(symbol: Symbol, period: Period, row: BarRow, unit: int) -> Bar:
    moment = datetime.fromisoformat(row.stamp.strip()).replace(tzinfo=SHANGHAI)
    time_ms = datetime_to_ms(moment)
    if period is Period.D1:
        time_ms = bar_end(midnight(time_ms), 0, period)
    opened = row.open if math.isfinite(row.open) else 0.0
    volume = row.volume if math.isfinite(row.volume) else 0.0
    return Bar(
        symbol=symbol,
        period=period,
        time_ms=time_ms,
        open=float_to_milli(max(0.0, opened)),
        high=float_to_milli(row.high),
        low=float_to_milli(row.low),
        close=float_to_milli(row.close),
        volume=max(0, round(volume * unit)),
        amount=row.amount if math.isfinite(row.amount) else 0.0,
    )
