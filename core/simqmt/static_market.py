"""A market that stands still: books are put in by hand (`SimTerminal.set_quote`)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal

from core.domain.enums import Phase
from core.domain.market import SHANGHAI, Instrument, Level, Quote, datetime_to_ms, ms_to_datetime
from core.domain.money import decimal_to_milli, milli_to_decimal
from core.exchange.sessions import domain_phase
from core.exchange.symbols import parse_symbol, tick_size
from core.simqmt.market_parts import WithoutPast

Price = Decimal | str | float
DEFAULT_DAY = date(2026, 11, 20)
_SHOWN = 100_000


class StaticMarket(WithoutPast):
    """A MarketSource without events. `start_ms` is 09:30 of `day`."""

    def __init__(self, day: date = DEFAULT_DAY, instruments: Sequence[Instrument] = ()) -> None:
        self._day = day
        self._instruments = tuple(instruments)

    @property
    def name(self) -> str:
        """Source badge."""
        return "静态行情"

    @property
    def start_ms(self) -> int:
        """09:30 of the day."""
        return open_ms(self._day)

    def peek_ms(self) -> int | None:
        """Nothing ever comes."""
        return None

    def pop(self) -> tuple[Quote, ...]:
        """Nothing ever comes."""
        return ()

    def instruments(self) -> Sequence[Instrument]:
        """Those given."""
        return self._instruments


def open_ms(day: date) -> int:
    """09:30 of a day."""
    return datetime_to_ms(datetime.combine(day, time(9, 30), SHANGHAI))


def instrument_of(quote: Quote, name: str) -> Instrument:
    """An instrument for a symbol known by its quote only."""
    return Instrument(
        symbol=quote.symbol,
        name=name or str(quote.symbol),
        tick=tick_size(quote.symbol),
        pre_close=milli_to_decimal(quote.pre_close),
    )


def static_quote(
    code: str,
    now_ms: int,
    *,
    last: Price,
    bids: Sequence[tuple[Price, int]] | None,
    asks: Sequence[tuple[Price, int]] | None,
    pre_close: Price | None,
    phase: Phase | None,
    known: Quote | None,
) -> Quote:
    """A snapshot of the present moment. Without a book: 100,000 shares a tick below `last` bid and at `last` asked.

    Without a phase it is that of the clock.
    """
    symbol = parse_symbol(code, tradable_only=False)
    price = _milli(last)
    tick = decimal_to_milli(tick_size(symbol))
    before = _milli(pre_close) if pre_close is not None else known.pre_close if known else price
    return Quote(
        symbol=symbol,
        time_ms=now_ms,
        last=price,
        open=known.open or price if known else price,
        high=max(known.high, price) if known else price,
        low=min(known.low or price, price) if known else price,
        pre_close=before,
        volume=known.volume if known else 0,
        amount=known.amount if known else 0.0,
        bids=_levels(bids) if bids is not None else ((price - tick, _SHOWN),),
        asks=_levels(asks) if asks is not None else ((price, _SHOWN),),
        phase=phase if phase is not None else domain_phase(symbol, ms_to_datetime(now_ms)),
        source="静态行情",
    )


def _levels(pairs: Sequence[tuple[Price, int]]) -> tuple[Level, ...]:
    return tuple((_milli(price), volume) for price, volume in pairs)


def _milli(price: Price) -> int:
    return decimal_to_milli(Decimal(str(price)))
