"""A market that stands still: books are put in by hand (`SimTerminal.set_quote`)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time

from core.domain.enums import Phase
from core.domain.market import SHANGHAI, Instrument, Quote, datetime_to_ms, ms_to_datetime
from core.domain.money import decimal_to_milli, milli_to_decimal
from core.errors import BadInput
from core.exchange.sessions import domain_phase
from core.exchange.symbols import parse_symbol, tick_size
from core.simqmt.market.parts import WithoutPast
from core.simqmt.market.static_values import Price, levels_of, price_of

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
    """A snapshot of the present moment. A side that is not given shows 100,000 shares: asks at `last`, bids a tick
    below, further away where the other side is in the way.

    Without a phase it is that of the clock. Raises BadInput naming the security and what is wrong with it.
    """
    symbol = parse_symbol(code, tradable_only=False)
    price = price_of(symbol, "last", last, zero=True)
    tick = decimal_to_milli(tick_size(symbol))
    before = known.pre_close if known else price
    if pre_close is not None:
        before = price_of(symbol, "pre_close", pre_close)
    if not price and (bids is None or asks is None):
        raise BadInput("没有现价时要给出买卖盘（bids、asks）", where=symbol, field="last")
    shown = phase if phase is not None else domain_phase(symbol, ms_to_datetime(now_ms))
    bid_side = None if bids is None else levels_of(symbol, "bids", bids, buy=True)
    ask_side = None if asks is None else levels_of(symbol, "asks", asks, buy=False)
    if ask_side is None:
        ask_side = ((max(price, bid_side[0][0] + tick) if bid_side else price, _SHOWN),)
    if bid_side is None:
        below = min(price, ask_side[0][0]) - tick if ask_side else price - tick
        bid_side = ((below, _SHOWN),) if below > 0 else ()
    if shown is Phase.CONTINUOUS and bid_side and ask_side and bid_side[0][0] >= ask_side[0][0]:
        best = milli_to_decimal(bid_side[0][0]), milli_to_decimal(ask_side[0][0])
        raise BadInput(f"买一 {best[0]} 不低于卖一 {best[1]}，连续竞价里没有这样的盘口", where=symbol)
    return Quote(
        symbol=symbol,
        time_ms=now_ms,
        last=price,
        open=known.open or price if known else price,
        high=max(known.high, price) if known else price,
        low=min(known.low or price, price or known.low) if known else price,
        pre_close=before,
        volume=known.volume if known else 0,
        amount=known.amount if known else 0.0,
        bids=bid_side,
        asks=ask_side,
        phase=shown,
        source="静态行情",
    )
