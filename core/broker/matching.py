"""Which intent an answer or an error belongs to: by sequence number and by remark, never by order of arrival.

The vendor gives an error of one order to the next one that fails (T28), parks errors of other sessions under our
numbers (T29), and may answer before the call that asked has returned.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from core.domain.events import BrokerEvent, OrderAnswered, OrderFailed, OrderSent

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """The answer to `order_stock_async` as the vendor gave it."""

    seq: int
    order_id: int
    remark: str
    message: str


@dataclass(frozen=True, slots=True)
class RawFailure:
    """An order error as the vendor gave it; `seq` 0 when it has none."""

    seq: int
    order_id: int
    error_id: int
    remark: str
    message: str


class Matching:
    """Knows what was asked since the door was made. Lives on the trading loop."""

    def __init__(self) -> None:
        self.foreign = 0
        self._ours: set[str] = set()
        self._sending = 0
        self._by_seq: dict[tuple[int, int], str] = {}
        self._parked: dict[tuple[int, int], list[RawAnswer | RawFailure]] = {}
        self._told: set[tuple[int, RawFailure]] = set()

    def asked(self, intent_id: str) -> None:
        """An order request was queued for the sending lane."""
        self._ours.add(intent_id)
        self._sending += 1

    def sent(self, event: OrderSent) -> list[BrokerEvent]:
        """The request left (or did not); with it come the answers that overtook it."""
        self._sending -= 1
        if event.seq <= 0:
            return [event]
        key = (event.generation, event.seq)
        self._by_seq[key] = event.intent_id
        events: list[BrokerEvent] = [event]
        for raw in self._parked.pop(key, []):
            events += self.answered(event.generation, raw) if isinstance(raw, RawAnswer) else (
                self.failed(event.generation, raw)
            )  # fmt: skip
        return events

    def lost(self) -> None:
        """A request raised inside the vendor: it will never be reported as sent."""
        self._sending -= 1

    def answered(self, generation: int, raw: RawAnswer) -> list[BrokerEvent]:
        """The vendor answers only this session's requests, so the number counts first."""
        intent_id = self._by_seq.get((generation, raw.seq), "")
        if not intent_id and raw.remark in self._ours:
            intent_id = raw.remark
        if not intent_id:
            if self._sending > 0:
                self._parked.setdefault((generation, raw.seq), []).append(raw)
                return []
            self.foreign += 1
            _log.warning("an answer that nobody asked for was ignored: %r", raw)
            return []
        order_id = raw.order_id if raw.order_id > 0 else -1
        return [OrderAnswered(generation, intent_id, raw.seq, order_id, raw.message)]

    def failed(self, generation: int, raw: RawFailure) -> list[BrokerEvent]:
        """Errors come for every session of the account, so the remark counts first. Each is told once."""
        if (generation, raw) in self._told:
            self.foreign += 1
            _log.warning("the vendor repeated an order error; ignored: %r", raw)
            return []
        intent_id = raw.remark if raw.remark in self._ours else ""
        if not raw.remark:
            intent_id = self._by_seq.get((generation, raw.seq), "")
            if not intent_id and raw.seq > 0 and self._sending > 0:
                self._parked.setdefault((generation, raw.seq), []).append(raw)
                return []
        if not intent_id and raw.order_id <= 0:
            self.foreign += 1
            _log.warning("an order error that belongs to no order of ours was ignored: %r", raw)
            return []
        self._told.add((generation, raw))
        return [OrderFailed(generation, intent_id or raw.remark, raw.order_id, raw.error_id, raw.message)]
