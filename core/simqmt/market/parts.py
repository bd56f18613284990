"""What several markets share: a security known by its quote alone, and a market without a past."""

from __future__ import annotations

from datetime import date

from core.domain.enums import Period
from core.domain.market import Bar, Instrument, Quote, Symbol
from core.domain.money import milli_to_decimal
from core.exchange.cage import quote_limits
from core.exchange.calendar import MAINLAND
from core.exchange.limits import LimitFacts
from core.exchange.names import is_st
from core.exchange.symbols import tick_size
from core.simqmt.market.securities import name_of


class WithoutPast:
    """The half of a `MarketSource` that has no bars and the mainland's trading days."""

    def history(
        self,
        symbol: Symbol,  # noqa: ARG002 - the Protocol's names
        period: Period,  # noqa: ARG002
        until_ms: int,  # noqa: ARG002
        count: int,  # noqa: ARG002
    ) -> list[Bar]:
        """No history."""
        return []

    def trading_dates(self, start: date, end: date) -> list[date]:
        """Trading days of the mainland calendar."""
        return list(MAINLAND.trading_days(start, end))


def instrument_told(quote: Quote) -> Instrument:
    """What a quote tells of its security: the limits it carries, else those of the rules."""
    name = name_of(quote.symbol) or str(quote.symbol)
    limits = quote_limits(quote, LimitFacts(name=name))
    return Instrument(
        quote.symbol,
        name,
        tick_size(quote.symbol),
        milli_to_decimal(quote.pre_close),
        limits.up,
        limits.down,
        quote.time.date(),
        is_st(name),
        quote.suspended,
    )
