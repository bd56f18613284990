"""What the directory knows of one security, and how a source's list becomes such records.

`Listed` is what a source says; `prepare` adds class, initials and the limits of the day. It imports pypinyin and
takes about a second for the whole market: call it on a lane or in the helper process.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.domain.market import Instrument, Symbol
from core.exchange.boards import SecurityClass, class_of
from core.exchange.limits import LimitFacts, Limits, price_limits
from core.exchange.names import is_delisting, is_st
from core.exchange.symbols import t_plus, tick_size
from core.market.directory.builtin_instruments import builtin_rows
from core.market.directory.pinyin import initials_of_all, plain_name

BUILTIN = "内置"
_NEW = re.compile(r"[NC](?=\*?[A-Z]*[\u4e00-\u9fff])")


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a source's list. Prices in yuan, None where the source is silent; so are the flags."""

    symbol: str
    name: str
    pre_close: Decimal | None = None
    limit_up: Decimal | None = None
    limit_down: Decimal | None = None
    is_st: bool | None = None
    is_new: bool | None = None
    suspended: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One security. `initials` are all readings, the usual one first; prices are those of `day`, in yuan.

    `is_new` says that the security is in its first days without limit, `day` is None for the built-in list.
    """

    symbol: Symbol
    name: str
    cls: SecurityClass
    initials: tuple[str, ...] = ()
    is_st: bool = False
    is_new: bool = False
    is_delisting: bool = False
    suspended: bool = False
    pre_close: Decimal | None = None
    limit_up: Decimal | None = None
    limit_down: Decimal | None = None
    day: date | None = None

    @property
    def code(self) -> str:
        """The six digits."""
        return self.symbol[:6]

    @property
    def tradable(self) -> bool:
        """False for an index."""
        return self.cls is not SecurityClass.INDEX

    @property
    def t_plus(self) -> int:
        """0 when shares bought today may be sold today."""
        return t_plus(self.symbol, self.name)

    def instrument(self) -> Instrument:
        """The same as the domain's record; a previous close of 0 is not known."""
        return Instrument(
            symbol=self.symbol,
            name=self.name,
            tick=tick_size(self.symbol),
            pre_close=self.pre_close or Decimal(0),
            limit_up=self.limit_up,
            limit_down=self.limit_down,
            trading_day=self.day,
            is_st=self.is_st,
            suspended=self.suspended,
        )


def listed_of(instrument: Instrument) -> Listed:
    """A source's line from the domain's record."""
    return Listed(
        symbol=instrument.symbol,
        name=instrument.name,
        pre_close=instrument.pre_close if instrument.pre_close > 0 else None,
        limit_up=instrument.limit_up,
        limit_down=instrument.limit_down,
        is_st=instrument.is_st or None,  # False may mean that the source does not know
        suspended=instrument.suspended,
    )


def prepare(listed: Iterable[Listed], day: date) -> tuple[Entry, ...]:
    """Entries of a source's list of `day`, in its order; codes of no known class are left out.

    A later line of the same symbol replaces the earlier one. Heavy: pypinyin is imported.
    """
    lines = {line.symbol: line for line in listed if line.name.strip() and class_of(line.symbol) is not None}
    readings = initials_of_all(line.name for line in lines.values())
    return tuple(_entry(line, initials, day) for line, initials in zip(lines.values(), readings, strict=True))


def builtin_entries() -> tuple[Entry, ...]:
    """The built-in list: names and initials, no prices, no flags. Light: pypinyin is not imported."""
    return tuple(
        Entry(Symbol(symbol), name, cls, initials)
        for symbol, name, initials in builtin_rows()
        if (cls := class_of(symbol)) is not None
    )


def _entry(line: Listed, initials: tuple[str, ...], day: date) -> Entry:
    cls = class_of(line.symbol)
    assert cls is not None  # `prepare` leaves others out
    name = plain_name(line.name)
    stock = cls.is_stock
    warned = (is_st(name) if line.is_st is None else line.is_st) and stock
    new = line.is_new if line.is_new is not None else stock and _NEW.match(name) is not None
    limits = _limits(line, name, warned, new, day)
    return Entry(
        symbol=Symbol(line.symbol),
        name=name,
        cls=cls,
        initials=initials,
        is_st=warned,
        is_new=new,
        is_delisting=stock and is_delisting(name),
        suspended=line.suspended,
        pre_close=line.pre_close,
        limit_up=limits.up,
        limit_down=limits.down,
        day=day,
    )


def _limits(line: Listed, name: str, warned: bool, new: bool, day: date) -> Limits:
    """The source's own limits, else ours; a sentinel for "no limit" (0, 100000, 99999.99) is no price."""
    up, down = line.limit_up, line.limit_down
    if up is not None and down is not None and 0 < down < up < 99_999:
        return Limits(up, down)
    if new:
        return Limits(None, None)
    return price_limits(line.symbol, line.pre_close, day, LimitFacts(name=name, is_st=warned))
