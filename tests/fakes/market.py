"""A market that plays what a test gives it, and short ways to write quotes and instruments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from core.domain.enums import Period, Phase
from core.domain.market import (
    SHANGHAI,
    Bar,
    Instrument,
    Level,
    Quote,
    Symbol,
    datetime_to_ms,
    ms_to_datetime,
)
from core.domain.money import decimal_to_milli

DAY = "2026-11-20"
"""A Friday and a trading day; the next trading day is Monday 2026-11-23."""

Price = Decimal | str | int | float


def at(text: str) -> int:
    """Epoch ms of Shanghai time: `10:00:00` (on DAY) or `2026-11-20 10:00:00`, with optional milliseconds."""
    full = text if len(text) > 12 else f"{DAY} {text}"
    return datetime_to_ms(datetime.fromisoformat(full).replace(tzinfo=SHANGHAI))


def milli(price: Price) -> int:
    """Yuan to thousandths."""
    return decimal_to_milli(Decimal(str(price)))


def levels(pairs: Iterable[tuple[Price, int]]) -> tuple[Level, ...]:
    """(yuan, shares) pairs to book levels, best first."""
    return tuple((milli(price), volume) for price, volume in pairs)


def quote(
    symbol: str,
    time: str | int,
    last: Price,
    *,
    bids: Iterable[tuple[Price, int]] | None = None,
    asks: Iterable[tuple[Price, int]] | None = None,
    pre_close: Price | None = None,
    phase: Phase = Phase.CONTINUOUS,
    volume: int = 1_000_000,
    limit_up: Price = 0,
    limit_down: Price = 0,
    suspended: bool = False,
) -> Quote:
    """One snapshot. Without a book: 10,000 shares one cent below `last` bid, 10,000 at `last` asked."""
    yuan = Decimal(str(last))
    bid_levels = levels(bids) if bids is not None else levels([(yuan - Decimal("0.01"), 10_000)])
    ask_levels = levels(asks) if asks is not None else levels([(yuan, 10_000)])
    return Quote(
        symbol=Symbol(symbol),
        time_ms=at(time) if isinstance(time, str) else time,
        last=milli(last),
        open=milli(last),
        high=milli(last),
        low=milli(last),
        pre_close=milli(last if pre_close is None else pre_close),
        volume=volume,
        amount=float(yuan) * volume,
        bids=bid_levels,
        asks=ask_levels,
        phase=phase,
        limit_up=milli(limit_up),
        limit_down=milli(limit_down),
        suspended=suspended,
        source="测试行情",
    )


def instrument(symbol: str, pre_close: Price, name: str = "测试证券", *, tick: Price = "0.01") -> Instrument:
    """One security without limits of the day: whoever needs them computes them from `pre_close`."""
    return Instrument(
        symbol=Symbol(symbol), name=name, tick=Decimal(str(tick)), pre_close=Decimal(str(pre_close))
    )


class ListMarket:
    """A MarketSource that plays a list. `add` puts more snapshots at the end while it runs."""

    def __init__(
        self,
        quotes: Iterable[Quote] = (),
        *,
        instruments: Iterable[Instrument] = (),
        bars: Iterable[Bar] = (),
        start: str | int | None = None,
        name: str = "测试行情",
    ) -> None:
        self._events: list[tuple[Quote, ...]] = []
        self._next = 0
        self._bars = list(bars)
        self._instruments = {item.symbol: item for item in instruments}
        self._name = name
        self.add(*quotes)
        if start is not None:
            self._start_ms = at(start) if isinstance(start, str) else start
        else:
            self._start_ms = self._events[0][0].time_ms if self._events else at("09:30:00")

    def add(self, *quotes: Quote) -> None:
        """Queue snapshots; equal times of different symbols become one event. A new symbol gets an instrument."""
        for item in quotes:
            last = self._events[-1] if len(self._events) > self._next else ()
            if last and last[0].time_ms == item.time_ms and all(q.symbol != item.symbol for q in last):
                self._events[-1] = (*last, item)
            else:
                self._events.append((item,))
            if item.symbol not in self._instruments:
                pre_close = Decimal(item.pre_close) / 1000
                self._instruments[item.symbol] = instrument(item.symbol, pre_close)

    @property
    def name(self) -> str:
        """As given."""
        return self._name

    @property
    def start_ms(self) -> int:
        """As given, else the time of the first snapshot, else 09:30:00 of DAY."""
        return self._start_ms

    def peek_ms(self) -> int | None:
        """Time of the next snapshots."""
        return self._events[self._next][0].time_ms if self._next < len(self._events) else None

    def pop(self) -> tuple[Quote, ...]:
        """The next snapshots."""
        self._next += 1
        return self._events[self._next - 1]

    def instruments(self) -> Sequence[Instrument]:
        """Those given, and one for each symbol that was quoted."""
        return list(self._instruments.values())

    def history(self, symbol: Symbol, period: Period, until_ms: int, count: int) -> list[Bar]:
        """From the bars given."""
        found = [b for b in self._bars if (b.symbol, b.period) == (symbol, period) and b.time_ms <= until_ms]
        return sorted(found, key=lambda bar: bar.time_ms)[-count:] if count else []

    def trading_dates(self, start: date, end: date) -> list[date]:
        """Monday to Friday."""
        days = [start + timedelta(days=n) for n in range((end - start).days + 1)]
        return [day for day in days if day.weekday() < 5]

    @property
    def day(self) -> date:
        """Day of the start."""
        return ms_to_datetime(self._start_ms).date()
