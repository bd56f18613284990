"""Market records: one level-1 snapshot, one bar, one instrument."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NewType
from zoneinfo import ZoneInfo

from core.domain.enums import Period, Phase
from core.domain.money import milli_to_decimal

Symbol = NewType("Symbol", str)
"""Normal form `600519.SH`; made only by `core.exchange.symbols`."""

SHANGHAI = ZoneInfo("Asia/Shanghai")


def ms_to_datetime(epoch_ms: int) -> datetime:
    """Epoch milliseconds (UTC instant) to an aware Shanghai datetime."""
    return datetime.fromtimestamp(epoch_ms / 1000, SHANGHAI)


def datetime_to_ms(moment: datetime) -> int:
    """Aware datetime to epoch milliseconds."""
    return round(moment.timestamp() * 1000)


Level = tuple[int, int]
"""(price in thousandths of a yuan, volume in shares); price 0 means no level."""


@dataclass(frozen=True, slots=True)
class Quote:
    """One level-1 snapshot. Prices are int thousandths of a yuan, volumes are shares.

    `bids` and `asks` hold up to five levels, best first. `limit_up` and `limit_down` are 0 when the source
    does not give them. `open`, `high`, `low`, `last` are 0 before the first trade of the day. `received_ms` is our
    clock when the door made the record (0 unknown); `fallback` marks a source that stands in for a better one and
    that the user has not allowed to trigger orders.
    """

    symbol: Symbol
    time_ms: int
    last: int
    open: int
    high: int
    low: int
    pre_close: int
    volume: int
    amount: float
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]
    phase: Phase
    limit_up: int = 0
    limit_down: int = 0
    suspended: bool = False
    source: str = ""
    received_ms: int = 0
    fallback: bool = False

    @property
    def latency_ms(self) -> int | None:
        """From the exchange's stamp to our door, None when unknown; exchange stamps are whole seconds for some."""
        return self.received_ms - self.time_ms if self.received_ms else None

    @property
    def time(self) -> datetime:
        """Exchange time of the snapshot, Asia/Shanghai."""
        return ms_to_datetime(self.time_ms)

    @property
    def last_price(self) -> Decimal:
        """Last price in yuan; 0 before the first trade."""
        return milli_to_decimal(self.last)

    @property
    def best_bid(self) -> int:
        """Best bid in thousandths, 0 if none. Sources that count in lots show less than a lot as volume 0."""
        return self.bids[0][0] if self.bids else 0

    @property
    def best_ask(self) -> int:
        """Best ask in thousandths, 0 if none."""
        return self.asks[0][0] if self.asks else 0


@dataclass(frozen=True, slots=True)
class Bar:
    """End-stamped OHLCV of one period. Prices in thousandths, volume in shares, amount in yuan."""

    symbol: Symbol
    period: Period
    time_ms: int
    open: int
    high: int
    low: int
    close: int
    volume: int
    amount: float


@dataclass(frozen=True, slots=True)
class Instrument:
    """A security and its limits of the day, as the data source gives them.

    `limit_up` and `limit_down` are None on days without a limit or when the source is silent.
    """

    symbol: Symbol
    name: str
    tick: Decimal
    pre_close: Decimal
    limit_up: Decimal | None = None
    limit_down: Decimal | None = None
    trading_day: date | None = None
    is_st: bool = False
    suspended: bool = False
