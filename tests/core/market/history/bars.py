"""Bars made by hand for the history tests."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time

from core.domain.enums import Period
from core.domain.market import SHANGHAI, Bar, Symbol, datetime_to_ms
from core.exchange.calendar import MAINLAND
from core.market.bars import bar_end
from core.market.history.table import BarTable, from_bars, midnight_ms

MOUTAI = Symbol("600519.SH")
VANKE = Symbol("000002.SZ")


def at(day: date, clock: str = "15:00") -> int:
    """A moment of a Shanghai day in epoch milliseconds."""
    return datetime_to_ms(datetime.combine(day, time.fromisoformat(clock), tzinfo=SHANGHAI))


def daily(symbol: Symbol, days: Iterable[date], price: int = 10_000) -> list[Bar]:
    """One bar a day; the price goes up by a cent a day."""
    return [
        Bar(symbol, Period.D1, at(day), p, p + 50, p - 50, p + 10, 1_000 + n, 10.0 * n)
        for n, day in enumerate(days)
        for p in (price + 10 * n,)
    ]


def minutes(symbol: Symbol, day: date, count: int = 240, price: int = 10_000) -> list[Bar]:
    """The first `count` minutes of a day."""
    return [
        Bar(
            symbol,
            Period.M1,
            bar_end(midnight_ms(day), n, Period.M1),
            price,
            price,
            price,
            price,
            100 + n,
            1.0,
        )
        for n in range(count)
    ]


def table(bars: list[Bar]) -> BarTable:
    return from_bars(bars[0].symbol, bars[0].period, bars)


def days(first: str, last: str) -> tuple[date, ...]:
    """Trading days between two dates."""
    return MAINLAND.trading_days(date.fromisoformat(first), date.fromisoformat(last))


def day(text: str) -> date:
    return date.fromisoformat(text)
