"""Bars as xtdata asks for them: any of the vendor's periods, bounds, counts, gaps and dividends."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from core.domain.market import SHANGHAI, Bar, Symbol, datetime_to_ms, ms_to_datetime
from core.exchange.symbols import tick_size
from core.simqmt.data.dividends import ADJUSTMENTS, adjusted, with_references
from core.simqmt.data.hub import DataHub
from core.simqmt.data.periods import VendorPeriod
from core.simqmt.data.shapes import bar_records, filled

_ALL = 200_000
_DAY_BARS = {"1m": 240, "5m": 48}
Row = dict[str, Any]


class BarQueries:
    """Bars for one data client. Safe on any thread."""

    def __init__(self, hub: DataHub) -> None:
        self._hub = hub
        self.terminal = hub.terminal
        self._history_lock = threading.Lock()

    def bars(
        self,
        codes: Sequence[str],
        period: VendorPeriod,
        start: str | int,
        end: str | int,
        count: int,
        dividend: str,
        *,
        fill: bool,
        align: bool,
    ) -> dict[str, list[Row]]:
        """Bars of the closed interval by code, at most the last `count` (-1: all), gaps closed when asked."""
        found = {code: self._bar_rows(code, period, start, end, count, dividend) for code in codes}
        if not fill and not align:
            return found
        times = sorted({row["time"] for rows in found.values() for row in rows})
        kept = times if count < 0 else times[-count:] if count else []
        whole = {code: filled(rows, kept, period, fill=fill) for code, rows in found.items()}
        if align:
            return whole
        first = {code: rows[0]["time"] for code, rows in found.items() if rows}
        return {
            code: [row for row in rows if code in first and row["time"] >= first[code]]
            for code, rows in whole.items()
        }

    def _bar_rows(
        self, code: str, period: VendorPeriod, start: str | int, end: str | int, count: int, dividend: str
    ) -> list[Row]:
        if count == 0:
            return []
        first, last = bound(start, late=False), bound(end, late=True)
        symbol = Symbol(code)
        bars = self._base_bars(symbol, period, self._wanted(period, first, last, count), last)
        # Only prices adjusted back depend on what was paid before the first bar.
        since = ms_to_datetime(bars[0].time_ms).date() if bars and not dividend.startswith("back") else None
        paid = self._hub.dividends_of(symbol, since) if bars else ()
        rows = bar_records(period.grouped(adjusted(bars, paid, dividend)), self.terminal.clock.now_ms())
        if paid and dividend not in ADJUSTMENTS:
            with_references(rows, paid, tick_size(symbol))
        if first is not None or last is not None:
            rows = [
                row
                for row in rows
                if (first is None or row["time"] >= first) and (last is None or row["time"] <= last)
            ]
        return rows if count < 0 else rows[-count:]

    def _base_bars(self, symbol: Symbol, period: VendorPeriod, wanted: int, last: int | None) -> list[Bar]:
        """What the market knows, then what grew out of the snapshots since."""
        now = self.terminal.clock.now_ms()
        until = now if last is None else min(last, now)
        with self._history_lock:
            known = self.terminal.market.history(symbol, period.base, until, wanted)
        newest = known[-1].time_ms if known else 0
        grown = self._hub.grown(symbol, period.base)
        return [*known, *(bar for bar in grown if bar.time_ms > newest)]

    def _wanted(self, period: VendorPeriod, first: int | None, last: int | None, count: int) -> int:
        """How many base bars to ask for; one more bar than shown gives the previous close."""
        if first is not None:
            days = (self.terminal.clock.now_ms() - first) // 86_400_000 + 2
            return max(2, days * _DAY_BARS.get(period.base.value, 1) + 2 * period.size)
        if count < 0 or last is not None:
            return _ALL
        return (count + 2) * period.size


def bound(text: str | int, *, late: bool) -> int | None:
    """A bound of a period in epoch ms: `20261120`, `20261120093000`, epoch ms; None when there is none.

    What is no date is no bound: the real module does not refuse it either.
    """
    if isinstance(text, int):
        return text
    digits = "".join(filter(str.isdigit, text))[:14]
    try:
        moment = datetime.strptime(digits[:8], "%Y%m%d")  # noqa: DTZ007
        if len(digits) > 8:
            moment = datetime.strptime(digits.ljust(14, "0"), "%Y%m%d%H%M%S")  # noqa: DTZ007
    except ValueError:
        return None
    if late and len(digits) <= 8:
        moment += timedelta(days=1, milliseconds=-1)
    return datetime_to_ms(moment.replace(tzinfo=SHANGHAI))
