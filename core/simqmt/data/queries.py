"""What xtdata may ask the terminal: current ticks, history, securities, trading days."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from core.domain.market import SHANGHAI, Symbol, datetime_to_ms, ms_to_datetime
from core.market.bars import midnight
from core.simqmt.data.bars import BarQueries, bound
from core.simqmt.data.bonds import bond_record
from core.simqmt.data.dividends import factor_records
from core.simqmt.data.hub import DataHub
from core.simqmt.data.instruments import instrument_record, security_types
from core.simqmt.data.level2 import nothing
from core.simqmt.data.periods import PERIODS, VendorPeriod
from core.simqmt.data.reports import financial_tables
from core.simqmt.data.shapes import (
    BAR_FIELDS,
    full_tick_record,
    packed,
    tick_array,
    tick_record,
    time_text,
)
from core.simqmt.market.builtin.company import Company

Row = dict[str, Any]


class DataQueries:
    """Answers for one data client. Safe on any thread."""

    def __init__(self, hub: DataHub) -> None:
        self.hub = hub
        self.terminal = hub.terminal
        self._bars = BarQueries(hub)

    def full_tick(self, codes: Sequence[str]) -> Row:
        """Ticks of codes or whole markets, of what has been seen."""
        self.hub.wake(codes)
        wanted = set(codes)
        return {str(quote.symbol): full_tick_record(quote) for quote in self.hub.current(wanted)}

    def market_data(
        self,
        fields: Sequence[str],
        codes: Sequence[str],
        period: str,
        start: str | int,
        end: str | int,
        count: int,
        dividend: str,
        fill: bool,
        shape: str,
    ) -> Any:
        """History in one of the native shapes: v2 and v3 for ticks, v2 and v4 for bars, v5 an arrow stream."""
        known = PERIODS.get(period)
        if known is None:
            return {code: self._ticks(fields, code, period, start, end, count) for code in codes}
        found = self._bars.bars(codes, known, start, end, count, dividend, fill=fill, align=shape == "v2")
        names = [name for name in BAR_FIELDS if not fields or name in fields]
        if shape == "v2":
            return _matrix(found, names, known)
        if shape == "v5":
            return _stream(found, names)
        if shape == "v3":
            return {
                code: [{name: row[name] for name in names} for row in rows] for code, rows in found.items()
            }
        return [
            (code, [time_text(row["time"], day=known.daily) for row in rows], packed(rows, names))
            for code, rows in found.items()
        ]

    def full_kline(self, asked: Mapping[str, Any]) -> Row:
        """The newest trading day's bars, field by field: `{"stock": codes, "stime": times, "result": rows}`."""
        period = PERIODS.get(str(asked.get("period", "1m")))
        codes = list(asked.get("stocklist") or ())
        if period is None:
            return {"stock": codes, "stime": [], "result": {}}
        today = self.terminal.trading_day.strftime("%Y%m%d")
        start, end = asked.get("starttime") or today, asked.get("endtime") or ""
        dividend = str(asked.get("dividendtype") or "none")
        count = int(asked.get("count", 1))
        fill = bool(asked.get("fillData", True))
        found = self._bars.bars(codes, period, start, end, count, dividend, fill=fill, align=True)
        fields = asked.get("fields") or ()
        names = [name for name in BAR_FIELDS if not fields or name in fields]
        (_, times), columns = _matrix(found, names, period)
        return {
            "stock": codes,
            "stime": times,
            "result": {name: columns[name].tolist() for name in names},
        }

    def _ticks(
        self, fields: Sequence[str], code: str, period: str, start: str | int, end: str | int, count: int
    ) -> Any:
        first, last = bound(start, late=False), bound(end, late=True)
        since = midnight(last) if first is None and last is not None else first
        if period != "tick":
            return nothing(period, list(fields))
        seen = self.hub.seen(Symbol(code), since)
        rows = [
            tick_record(quote)
            for quote in seen
            if (first is None or quote.time_ms >= first) and (last is None or quote.time_ms <= last)
        ]
        return tick_array(rows if count < 0 else rows[-count:] if count else [], fields)

    def instrument(self, code: str) -> Row | None:
        """One security, None when the market does not have it."""
        symbol, knowing = Symbol(code), self.hub.knowing
        quote = self.terminal.quote(symbol)
        shown = quote is not None or knowing is None
        item = self.terminal.instrument(symbol) if shown or knowing is None else knowing.describe(symbol)
        if item is None:
            return None
        day = self.terminal.trading_day.strftime("%Y%m%d")
        fresh = quote if quote is not None and quote.time.date() == self.terminal.trading_day else None
        company = self._company(symbol)
        shares = None if company is None else company.shares(self.terminal.trading_day)
        return instrument_record(item, fresh, day, shares)

    def finances(
        self, code: str, tables: Sequence[str], start: str, end: str, *, told: bool
    ) -> dict[str, list[Row]]:
        """Rows of financial tables of the closed interval; all tables are empty where nobody knows the company."""
        company, today = self._company(Symbol(code)), self.terminal.trading_day
        if company is None:
            return {table: [] for table in tables}
        first, last = _day(start) or date.min, _day(end) or date.max
        return financial_tables(company, tables, first, last, today, told=told)

    def bond(self, code: str) -> Row:
        """What is known of a convertible bond, nothing for anything else."""
        knowing = self.hub.knowing
        terms = None if knowing is None else knowing.bond(Symbol(code))
        if knowing is None or terms is None:
            return {}
        now_ms = self.terminal.clock.now_ms()
        quotes = [knowing.glance(symbol, now_ms) for symbol in (terms.symbol, terms.stock)]
        last, stock_last = ((quote.last or quote.pre_close) / 1000 if quote else 0.0 for quote in quotes)
        return bond_record(terms, last, stock_last, self.terminal.trading_day)

    def _company(self, symbol: Symbol) -> Company | None:
        knowing = self.hub.knowing
        return None if knowing is None else knowing.company(symbol)

    def security_types(self, code: str) -> dict[str, bool]:
        """Kinds of a security, empty when the code is none."""
        return security_types(code)

    def dividends(self, code: str, start: str, end: str) -> dict[str, dict[str, float]]:
        """Dividends whose ex-date lies in the closed interval."""
        first, last = _day(start) or date.min, _day(end) or date.max
        found = self.hub.dividends_of(Symbol(code))
        return factor_records((item for item in found if first <= item.day <= last), _midnight)

    def trading_dates(self, start: str, end: str, count: int) -> list[int]:
        """Midnights in epoch ms, the last `count` of them (-1: all); without bounds all known up to today."""
        today = self.terminal.trading_day
        last = min(_day(end) or today, today)
        first = _day(start) or date(min(self.terminal.calendar.years), 1, 1)
        days = self.terminal.market.trading_dates(first, last)
        chosen = days if count < 0 else days[-count:] if count else []
        return [_midnight(day) for day in chosen]

    def coming_dates(self) -> list[int]:
        """Midnights of the known trading days after today."""
        first = self.terminal.trading_day + timedelta(days=1)
        return [
            _midnight(day)
            for day in self.terminal.calendar.trading_days(first, self.terminal.calendar.last_known_day)
        ]

    def holidays(self) -> list[int]:
        """Closed weekdays of the known years."""
        return sorted(int(day.strftime("%Y%m%d")) for day in self.terminal.calendar.closed)


def _matrix(found: Mapping[str, Sequence[Row]], names: Sequence[str], period: VendorPeriod) -> Any:
    """v2: ((codes, times), {field: array of codes x times}); all codes have the same times."""
    numpy: Any = importlib.import_module("numpy")
    times = [row["time"] for row in next(iter(found.values()), ())]
    columns = {
        name: numpy.array([[row[name] for row in rows] for rows in found.values()], dtype=float).reshape(
            len(found), len(times)
        )
        for name in names
    }
    return (list(found), [time_text(time, day=period.daily) for time in times]), columns


def _stream(found: Mapping[str, Sequence[Row]], names: Sequence[str]) -> bytes:
    """v5: an arrow stream of one table, as the vendor's tabular call reads it."""
    arrow: Any = importlib.import_module("pyarrow")
    wanted = names if "time" in names else ["time", *names]
    lines = [(code, row) for code, rows in found.items() for row in rows]
    columns = {"symbol": [code for code, _ in lines]}
    columns |= {name: [row[name] for _, row in lines] for name in wanted}
    table = arrow.table(columns)
    sink = arrow.BufferOutputStream()
    with arrow.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue().to_pybytes())


def _day(text: str) -> date | None:
    moment = bound(text, late=False)
    return None if moment is None else ms_to_datetime(moment).date()


def _midnight(day: date) -> int:
    return datetime_to_ms(datetime(day.year, day.month, day.day, tzinfo=SHANGHAI))
