"""Bars, quotes and fills for chart tests, and a shown chart to feed them to."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from core.domain.enums import Period, Phase, Side
from core.domain.market import SHANGHAI, Bar, Quote, Symbol, datetime_to_ms
from core.domain.trading import Trade
from core.domain.watch import QuantConfig, WatchItem

SYMBOL = Symbol("600519.SH")
DAY = datetime(2026, 11, 20, tzinfo=SHANGHAI)


def at(hour: int, minute: int, second: int = 0, *, day: datetime = DAY) -> datetime:
    """A moment of the test day."""
    return day.replace(hour=hour, minute=minute, second=second)


def bar(
    time: datetime,
    prices: tuple[int, int, int, int],
    volume: int = 1000,
    period: Period = Period.M1,
    symbol: str = SYMBOL,
) -> Bar:
    """A bar with (open, high, low, close) in thousandths; its amount is shares at the close."""
    opened, high, low, close = prices
    amount = volume * close / 1000
    return Bar(Symbol(symbol), period, datetime_to_ms(time), opened, high, low, close, volume, amount)


def wave(index: int) -> tuple[int, int, int, int]:
    """Prices near 100 yuan that rise and fall: open, high, low, close."""
    close = 100_000 + (index * 37 % 23 - 11) * 100
    opened = 100_000 + ((index - 1) * 37 % 23 - 11) * 100
    return opened, max(opened, close) + 120, min(opened, close) - 120, close


def daily_bars(count: int) -> tuple[Bar, ...]:
    """Days that end with the test day."""
    days = [at(15, 0) - timedelta(days=count - 1 - n) for n in range(count)]
    return tuple(bar(day, wave(n), 1000 + n * 10, Period.D1) for n, day in enumerate(days))


def session_stamps(count: int, day: datetime = DAY) -> list[datetime]:
    """End stamps of the first `count` minutes of a day."""
    first = [at(9, 30, day=day) + timedelta(minutes=n) for n in range(1, 121)]
    second = [at(13, 0, day=day) + timedelta(minutes=n) for n in range(1, 121)]
    return (first + second)[:count]


def minute_bars(count: int, day: datetime = DAY) -> tuple[Bar, ...]:
    """The first minutes of a day."""
    return tuple(bar(stamp, wave(n), 1000 + n * 7) for n, stamp in enumerate(session_stamps(count, day)))


def quote(last: int, time: datetime, pre_close: int = 100_000, symbol: str = SYMBOL) -> Quote:
    """A snapshot without a book."""
    return Quote(
        Symbol(symbol),
        datetime_to_ms(time),
        last,
        last,
        last,
        last,
        pre_close,
        100,
        1.0,
        (),
        (),
        Phase.CONTINUOUS,
    )


def item(*levels: str | None, enabled: bool = True, symbol: str = SYMBOL) -> WatchItem:
    """A watch item: entry low, entry high, take-profit, stop-loss."""
    low, high, target, stop = (None if level is None else Decimal(level) for level in levels)
    return WatchItem("w1", Symbol(symbol), low, high, target, stop, QuantConfig(enabled=enabled))


def trade(number: int, time: datetime, side: Side, price: str, volume: int, symbol: str = SYMBOL) -> Trade:
    """A fill."""
    cash = Decimal(price) * volume
    return Trade("SIM-01", Symbol(symbol), f"T{number}", number, time, side, Decimal(price), volume, cash, "")
