"""The result of a call auction: what a recording tells of it, or an auction that the displayed orders and ours make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from core.domain.enums import Phase
from core.domain.market import Quote
from core.exchange.boards import exchange_of
from core.exchange.calling import CallFill, CallOrder, OwnCall, fill_own
from core.simqmt.exchange.books import is_trading


def result_of(call: Quote, result: Quote) -> int:
    """The price of a recorded auction. Shanghai files leave `open` empty until continuous trading; the last price is
    the auction's until then."""
    if call.phase is Phase.OPEN_CALL and is_trading(result):
        return result.open
    return result.last


def made_call(
    tick: int, orders: Sequence[CallOrder], call: Quote, result: Quote, *, meeting: bool = False
) -> tuple[tuple[CallFill, ...], Quote | None]:
    """An auction that nobody recorded: our fills, and the snapshot that a book put in by hand shows after it, when it
    simply goes on. `meeting`: our orders are of several accounts, and meet each other."""
    opening = call.phase is Phase.OPEN_CALL
    reference = call.pre_close if opening else call.last or call.pre_close
    made = fill_own(exchange_of(call.symbol), orders, call, reference=reference, tick=tick, meeting=meeting)
    goes_on = (result.volume, result.last, result.bids, result.asks) == (
        call.volume,
        call.last,
        call.bids,
        call.asks,
    )
    if made.price is None or not goes_on:
        return made.fills, None
    return made.fills, _after_call(result, made, opening=opening)


def _after_call(result: Quote, made: OwnCall, *, opening: bool) -> Quote:
    """The snapshot after an auction of our own: its price is the last one, what traded is in the day's volume and
    displayed no more."""
    assert made.price is not None
    return replace(
        result,
        last=made.price,
        open=made.price if opening else result.open or made.price,
        high=made.price if opening else max(result.high, made.price),
        low=made.price if opening else min(result.low or made.price, made.price),
        volume=result.volume + made.volume,
        amount=result.amount + made.volume * made.price / 1000,
        bids=made.bids,
        asks=made.asks,
    )
