"""Makes the exchange with one of the two readings of queues (see `exchange`)."""

from __future__ import annotations

from core.errors import ContractError
from core.exchange.calendar import MAINLAND, Calendar
from core.simqmt.exchange.books import Exchange, QueueRule
from core.simqmt.exchange.queueing import QueueExchange
from core.simqmt.exchange.touching import TouchExchange


def make_exchange(rule: QueueRule = "back", calendar: Calendar = MAINLAND) -> Exchange:
    """`back`: honest queues and auctions; `touch`: the replay's documented rule."""
    if rule not in ("back", "touch"):
        raise ContractError(f'queue is "back" or "touch", not {rule!r}')
    return QueueExchange(calendar) if rule == "back" else TouchExchange()
