"""A market in which one security after another falls into its entry zone, at a steady rate, for ever."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from core.domain.enums import Period
from core.domain.market import Bar, Instrument, Quote, Symbol, ms_to_datetime
from core.domain.watch import QuantConfig, WatchItem
from tests.fakes.market import at, instrument, quote

ABOVE, INSIDE = "10.00", "9.90"


def crossing_symbols(count: int) -> list[Symbol]:
    """600000.SH and on."""
    return [Symbol(f"{600_000 + number}.SH") for number in range(count)]


def crossing_items(symbols: Sequence[Symbol]) -> list[WatchItem]:
    """One item a symbol, bought once when its price comes down to the zone; small, so that money never runs out."""
    quant = QuantConfig(enabled=True, max_position_pct=Decimal("0.0001"), min_trade_amount=Decimal(0))
    low, high = Decimal("9.80"), Decimal(INSIDE)
    return [WatchItem(f"w-{s}", s, low, high, quant=quant, stop_loss=Decimal("9.50")) for s in symbols]


class CrossingMarket:
    """A `MarketSource`. Every symbol is shown above its zone at the start; then every `step_ms` the next one crosses.

    When all have crossed they are shown again, one a step, without news in it.
    """

    def __init__(self, symbols: Sequence[Symbol], step_ms: int, start: str = "10:00:00") -> None:
        self._symbols = list(symbols)
        self._step_ms = step_ms
        self._start_ms = at(start)
        self._shown = -1
        self.crossed = 0

    @property
    def name(self) -> str:
        """Source badge."""
        return "穿越行情"

    @property
    def start_ms(self) -> int:
        """As given."""
        return self._start_ms

    def peek_ms(self) -> int | None:
        """One event a step, a second after the start."""
        return self._start_ms if self._shown < 0 else self._start_ms + 1000 + self._shown * self._step_ms

    def pop(self) -> tuple[Quote, ...]:
        """All symbols first, then one at a time."""
        now = self.peek_ms()
        assert now is not None
        self._shown += 1
        if self._shown == 0:
            return tuple(quote(s, now, ABOVE, pre_close=ABOVE) for s in self._symbols)
        symbol = self._symbols[(self._shown - 1) % len(self._symbols)]
        self.crossed = min(self._shown, len(self._symbols))
        return (quote(symbol, now, INSIDE, pre_close=ABOVE, asks=[(INSIDE, 10_000)]),)

    def instruments(self) -> Sequence[Instrument]:
        """One a symbol."""
        return [instrument(symbol, ABOVE) for symbol in self._symbols]

    def history(self, symbol: Symbol, period: Period, until_ms: int, count: int) -> list[Bar]:
        """None."""
        return []

    def trading_dates(self, start: date, end: date) -> list[date]:
        """The one day."""
        day = ms_to_datetime(self._start_ms).date()
        return [day] if start <= day <= end else []
