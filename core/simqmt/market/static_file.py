"""A market from a small JSON file: prices that stand still in believable books that are full again every three seconds.

    {"600000.SH": {"last": 10.0, "preClose": 9.9, "name": "浦发银行"}, ...}

Only `last` is needed. `bids` and `asks` ([[price, volume], ...]) replace the made book, `suspended` stops trading.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from core.domain.enums import Phase
from core.domain.market import (
    SHANGHAI,
    Instrument,
    Level,
    Quote,
    Symbol,
    datetime_to_ms,
    ms_to_datetime,
)
from core.domain.money import decimal_to_milli, milli_to_decimal
from core.errors import BadInput, UserError
from core.exchange.calendar import MAINLAND
from core.exchange.limits import LimitFacts, Limits, price_limits
from core.exchange.names import is_st
from core.exchange.refusals import Refused
from core.exchange.sessions import domain_phase
from core.exchange.symbols import parse_symbol, tick_size
from core.simqmt.market.builtin.dice import draws
from core.simqmt.market.parts import WithoutPast
from core.simqmt.market.static_values import levels_of, price_of

STEP_MS = 3_000
_LEVELS = 5
_WINDOWS = (
    (time(9, 15), time(11, 30, 3)),
    (time(13, 0), time(15, 0, 3)),
    (time(15, 5), time(15, 30)),
)
_KNOWN = frozenset({"last", "preClose", "name", "bids", "asks", "suspended"})


@dataclass(frozen=True, slots=True)
class Line:
    """One security of the file. Prices in thousandths of a yuan; `bids` and `asks` None where the book is made."""

    symbol: Symbol
    name: str
    last: int
    pre_close: int
    bids: tuple[Level, ...] | None
    asks: tuple[Level, ...] | None
    suspended: bool


class StaticFileMarket(WithoutPast):
    """A `MarketSource` over such a file. Raises BadInput naming the file, the code and the field."""

    def __init__(self, path: Path, seed: int = 0, start_ms: int | None = None) -> None:
        """`start_ms`: where the clock starts, 10:00 of 2026-11-20 by default."""
        self._lines = read_static_file(path)
        self._name = f"静态行情 {path.name}"
        self._seed = seed
        self._start_ms = start_ms if start_ms is not None else _at(date(2026, 11, 20), time(10))
        self._next_ms = _on_grid(self._start_ms)
        self._volumes = dict.fromkeys((line.symbol for line in self._lines), 0)
        self._day = ms_to_datetime(self._start_ms).date()

    @property
    def name(self) -> str:
        """`静态行情 book.json`."""
        return self._name

    @property
    def start_ms(self) -> int:
        """Where the clock starts."""
        return self._start_ms

    def peek_ms(self) -> int | None:
        """Time of the next snapshots; None past the trading calendar."""
        return self._next_ms

    def pop(self) -> tuple[Quote, ...]:
        """One snapshot of every security."""
        if self._next_ms is None:
            raise IndexError("the market has ended")
        now_ms, self._next_ms = self._next_ms, _on_grid(self._next_ms + STEP_MS)
        day = ms_to_datetime(now_ms).date()
        if day != self._day:
            self._day = day
            self._volumes = dict.fromkeys(self._volumes, 0)
        return tuple(self._quote(line, now_ms) for line in self._lines)

    def skip_to(self, now_ms: int) -> tuple[Quote, ...]:
        """Go on at `now_ms`; nothing stands before the next snapshot of prices that stand still."""
        self._next_ms = _on_grid(now_ms)
        return ()

    def standing(self) -> tuple[Quote, ...]:
        """What the screen shows at the start."""
        return tuple(self._quote(line, self._start_ms) for line in self._lines)

    def instruments(self) -> Sequence[Instrument]:
        """The securities of the file with the limits of the day."""
        return [self._instrument(line) for line in self._lines]

    def _instrument(self, line: Line) -> Instrument:
        limits = self._limits(line)
        return Instrument(
            line.symbol,
            line.name,
            tick_size(line.symbol),
            milli_to_decimal(line.pre_close),
            limits.up,
            limits.down,
            self._day,
            is_st(line.name),
            line.suspended,
        )

    def _limits(self, line: Line) -> Limits:
        before = milli_to_decimal(line.pre_close)
        return price_limits(line.symbol, before, self._day, LimitFacts(name=line.name))

    def _quote(self, line: Line, now_ms: int) -> Quote:
        phase = domain_phase(line.symbol, ms_to_datetime(now_ms))
        limits = self._limits(line)
        bids, asks = self._book(line, limits, now_ms)
        if line.suspended:
            phase, bids, asks = Phase.SUSPENDED, (), ()
        elif phase is Phase.OPEN_CALL:
            bids, asks = ((line.last, bids[0][1] if bids else 0),), ((line.last, asks[0][1] if asks else 0),)
        elif phase is Phase.CONTINUOUS:
            self._volumes[line.symbol] += 100 * (draws(1, self._seed, line.symbol, now_ms, "v")[0] % 20)
        volume = self._volumes[line.symbol]
        return Quote(
            symbol=line.symbol,
            time_ms=now_ms,
            last=line.last,
            open=line.last,
            high=line.last,
            low=line.last,
            pre_close=line.pre_close,
            volume=volume,
            amount=volume * line.last / 1000,
            bids=bids,
            asks=asks,
            phase=phase,
            limit_up=decimal_to_milli(limits.up) if limits.up is not None else 0,
            limit_down=decimal_to_milli(limits.down) if limits.down is not None else 0,
            suspended=line.suspended,
            source=self._name,
        )

    def _book(self, line: Line, limits: Limits, now_ms: int) -> tuple[tuple[Level, ...], tuple[Level, ...]]:
        """Five levels a side, asked at the last price, cut at the limits of the day."""
        tick = decimal_to_milli(tick_size(line.symbol))
        sizes = [100 * (50 + number % 550) for number in draws(2 * _LEVELS, self._seed, line.symbol, now_ms)]
        up = decimal_to_milli(limits.up) if limits.up is not None else None
        down = decimal_to_milli(limits.down) if limits.down is not None else 0
        best_bid = line.last if line.last == up else line.last - tick
        best_ask = line.last if line.last != up else line.last + tick
        bids = [(best_bid - tick * step, sizes[step]) for step in range(_LEVELS)]
        asks = [(best_ask + tick * step, sizes[_LEVELS + step]) for step in range(_LEVELS)]
        return (
            line.bids if line.bids is not None else tuple(b for b in bids if b[0] >= max(down, tick)),
            line.asks if line.asks is not None else tuple(a for a in asks if up is None or a[0] <= up),
        )


def read_static_file(path: Path) -> tuple[Line, ...]:
    """The securities of a file. Raises BadInput."""
    try:
        described = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise BadInput(f"静态行情文件 {path} 读不出来：{error.strerror or error}。请检查路径。") from error
    except ValueError as error:
        raise BadInput(f"静态行情文件 {path} 不是 UTF-8 的 JSON：{error}。") from error
    if not isinstance(described, dict) or not described:
        raise BadInput('应是一个对象，如 {"600000.SH": {"last": 10.0}}，且至少有一只证券', where=path.name)
    return tuple(_line(path.name, code, fields) for code, fields in described.items())


def _line(file: str, code: str, fields: Any) -> Line:
    where = f"{file} {code}"
    try:
        symbol = parse_symbol(code, tradable_only=False)
    except UserError as error:
        raise BadInput(str(error), where=file) from error
    if not isinstance(fields, dict):
        raise BadInput('应是一个对象，如 {"last": 10.0}', where=where)
    unknown = sorted(set(fields) - _KNOWN)
    if unknown:
        raise BadInput(f"没有这个字段；可用的是 {'、'.join(sorted(_KNOWN))}", where=where, field=unknown[0])
    if "last" not in fields:
        raise BadInput("缺少现价", where=where, field="last")
    last = price_of(where, "last", fields["last"])
    name = fields.get("name", str(symbol))
    if not isinstance(name, str):
        raise BadInput(f"应是文字，不是 {name!r}", where=where, field="name")
    return Line(
        symbol=symbol,
        name=name,
        last=last,
        pre_close=price_of(where, "preClose", fields.get("preClose", fields["last"])),
        bids=_levels(where, "bids", fields),
        asks=_levels(where, "asks", fields),
        suspended=fields.get("suspended", False) is True,
    )


def _levels(where: str, field: str, fields: dict[str, Any]) -> tuple[Level, ...] | None:
    if field not in fields:
        return None
    given = fields[field]
    return levels_of(where, field, given if isinstance(given, list) else [given], buy=field == "bids")


def _on_grid(ms: int) -> int | None:
    """The first snapshot at or after `ms`; None past the calendar."""
    ms += -ms % STEP_MS
    day = ms_to_datetime(ms).date()
    while True:
        if MAINLAND.is_trading_day(day):
            for start, end in _WINDOWS:
                if ms <= _at(day, end):
                    return max(ms, _at(day, start))
        try:
            day = MAINLAND.next_trading_day(day)
        except Refused:  # nobody knows the days after the calendar's end
            return None


def _at(day: date, clock: time) -> int:
    return datetime_to_ms(datetime.combine(day, clock, SHANGHAI))
