"""What xtdata may ask the terminal: current ticks, history, securities, trading days, sectors."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from core.domain.enums import Period
from core.domain.market import SHANGHAI, Bar, Symbol, datetime_to_ms
from core.exchange.boards import SecurityClass, class_of
from core.exchange.calendar import MAINLAND
from core.simqmt.data_shapes import (
    BAR_FIELDS,
    bar_records,
    instrument_record,
    packed,
    security_types,
    tick_record,
    time_text,
)

if TYPE_CHECKING:
    from core.simqmt.terminal import SimTerminal

PERIODS = {"1m": Period.M1, "5m": Period.M5, "1d": Period.D1}
_ALL = 100_000
_C = SecurityClass
_SECTORS: dict[str, frozenset[SecurityClass]] = {
    "沪深A股": frozenset({_C.SH_MAIN, _C.SZ_MAIN, _C.CHINEXT, _C.STAR}),
    "上证A股": frozenset({_C.SH_MAIN, _C.STAR}),
    "深证A股": frozenset({_C.SZ_MAIN, _C.CHINEXT}),
    "创业板": frozenset({_C.CHINEXT}),
    "科创板": frozenset({_C.STAR}),
    "京市A股": frozenset({_C.BSE}),
    "沪深ETF": frozenset({_C.SH_ETF, _C.SZ_ETF}),
    "沪市ETF": frozenset({_C.SH_ETF}),
    "深市ETF": frozenset({_C.SZ_ETF}),
    "沪深指数": frozenset({_C.INDEX}),
}


class DataQueries:
    """Answers for one data client. Safe on any thread."""

    def __init__(self, terminal: SimTerminal) -> None:
        self.terminal = terminal

    def full_tick(self, codes: Sequence[str]) -> dict[str, Any]:
        """Ticks of codes or whole markets, of what has been seen."""
        wanted = set(codes)
        return {
            str(quote.symbol): tick_record(quote)
            for quote in self.terminal.quotes()
            if quote.symbol in wanted or quote.symbol[-2:] in wanted
        }

    def market_data(
        self,
        fields: Sequence[str],
        codes: Sequence[str],
        period: str,
        start: str | int,
        end: str | int,
        count: int,
        shape: str,
    ) -> Any:
        """History in one of the native shapes."""
        names = [name for name in BAR_FIELDS if not fields or name in fields]
        found: dict[str, list[dict[str, Any]]] = {
            code: self._records(code, period, start, end, count) for code in codes
        }
        if shape == "v4":
            day = period == "1d"
            return [
                (code, [time_text(row["time"], day=day) for row in rows], packed(rows, names))
                for code, rows in found.items()
            ]
        if period == "tick" or shape == "v3":
            return {code: [_chosen(row, fields) for row in rows] for code, rows in found.items()}
        return _matrix(found, names, day=period == "1d")

    def instrument(self, code: str) -> dict[str, Any] | None:
        """One security, None when the market does not have it."""
        item = self.terminal.instrument(Symbol(code))
        if item is None:
            return None
        day = self.terminal.trading_day.strftime("%Y%m%d")
        quote = self.terminal.quote(item.symbol)
        fresh = quote if quote is not None and quote.time.date() == self.terminal.trading_day else None
        return instrument_record(item, fresh, day)

    def security_types(self, code: str) -> dict[str, bool]:
        """Kinds of a security, empty when the code is none."""
        return security_types(code)

    def trading_dates(self, start: str, end: str, count: int) -> list[int]:
        """Midnights in epoch ms, the last `count` of them (-1: all); without bounds the year up to today."""
        today = self.terminal.trading_day
        last = min(_day(end) or today, today)
        first = _day(start) or last - timedelta(days=365)
        days = self.terminal.market.trading_dates(first, last)
        chosen = days if count < 0 else days[-count:] if count else []
        return [_midnight(day) for day in chosen]

    def holidays(self) -> list[int]:
        """Closed weekdays of the known years."""
        return sorted(int(day.strftime("%Y%m%d")) for day in MAINLAND.closed)

    def sectors(self) -> list[str]:
        """Sector names."""
        return list(_SECTORS)

    def sector(self, name: str) -> list[str]:
        """Codes of this market in a sector."""
        classes = _SECTORS.get(name, frozenset())
        return [str(item.symbol) for item in self.terminal.instruments() if class_of(item.symbol) in classes]

    def _records(
        self, code: str, period: str, start: str | int, end: str | int, count: int
    ) -> list[dict[str, Any]]:
        first, last = _bound(start, late=False), _bound(end, late=True)
        now = self.terminal.clock.now_ms()
        last = now if last is None else min(last, now)
        if period == "tick":
            rows = [tick_record(quote) for quote in self.terminal.data.seen(Symbol(code))]
        elif period in PERIODS:
            bars = self._bars(Symbol(code), PERIODS[period], last)
            rows = bar_records(bars)
        else:
            rows = []
        kept = [row for row in rows if (first is None or row["time"] >= first) and row["time"] <= last]
        return kept if count < 0 else kept[-count:] if count else []

    def _bars(self, symbol: Symbol, period: Period, until_ms: int) -> list[Bar]:
        return self.terminal.market.history(symbol, period, until_ms, _ALL)


def _chosen(row: dict[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    return {name: row[name] for name in fields if name in row} if fields else row


def _matrix(found: dict[str, list[dict[str, Any]]], names: Sequence[str], *, day: bool) -> Any:
    """v2: ((codes, times), {field: array of codes x times}); a code without a time has NaN there."""
    numpy: Any = importlib.import_module("numpy")
    times = sorted({row["time"] for rows in found.values() for row in rows})
    places = {time: place for place, time in enumerate(times)}
    columns = {name: numpy.full((len(found), len(times)), numpy.nan) for name in names}
    for line, rows in enumerate(found.values()):
        for row in rows:
            for name in names:
                columns[name][line, places[row["time"]]] = row[name]
    return (list(found), [time_text(time, day=day) for time in times]), columns


def _bound(text: str | int, *, late: bool) -> int | None:
    """A bound of a period in epoch ms: `20261120`, `20261120093000`, epoch ms; None when there is none."""
    if isinstance(text, int):
        return text
    if not text:
        return None
    moment = datetime.strptime(text[:14].ljust(8, "0"), "%Y%m%d%H%M%S" if len(text) > 8 else "%Y%m%d")  # noqa: DTZ007
    if late and len(text) <= 8:
        moment += timedelta(days=1, milliseconds=-1)
    return datetime_to_ms(moment.replace(tzinfo=SHANGHAI))


def _day(text: str) -> date | None:
    return datetime.strptime(text[:8], "%Y%m%d").date() if text else None  # noqa: DTZ007 - a day has no zone


def _midnight(day: date) -> int:
    return datetime_to_ms(datetime(day.year, day.month, day.day, tzinfo=SHANGHAI))
