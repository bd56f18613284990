"""The faults, one method each: what a test writes when it does not care for rules."""

from __future__ import annotations

from typing import Protocol

from core.errors import ContractError
from core.simqmt.faults.rules import STEPS, Nth


class NamedFaults(Protocol):
    """Each method adds one rule. `nth`: which times, counted from 1; None means every time."""

    def add(
        self,
        fault: str,
        on: str | None = None,
        *,
        nth: Nth = None,
        first: int = 1,
        last: int | None = None,
        ms: int = 0,
        times: int | None = None,
        chance: float | None = None,
    ) -> None:
        """Add a rule."""

    def never_answer(self, kind: str, nth: Nth = None) -> None:
        """The request is lost on its way: nothing happens and nobody answers."""
        self.add("never_answer", kind, nth=nth)

    def drop_response(self, kind: str, nth: Nth = None) -> None:
        """The request is done, pushes come, only its own answer is lost."""
        self.add("drop_response", kind, nth=nth)

    def delay_response(self, kind: str, ms: int, nth: Nth = None) -> None:
        """The answer comes `ms` of virtual time late; pushes come in time."""
        self.add("delay_response", kind, ms=ms, nth=nth)

    def double_response(self, kind: str, nth: Nth = None) -> None:
        """The answer comes twice."""
        self.add("double_response", kind, nth=nth)

    def reorder_response(self, kind: str, nth: Nth = None) -> None:
        """The answer comes after whatever is told next to that session."""
        self.add("reorder_response", kind, nth=nth)

    def push_before_response(self, kind: str = "orderStock", nth: Nth = None) -> None:
        """The pushes a request causes come before its answer."""
        self.add("push_before_response", kind, nth=nth)

    def error_before_response(self, kind: str = "orderStock", nth: Nth = None) -> None:
        """An order error comes before the answer that it belongs to."""
        self.add("error_before_response", kind, nth=nth)

    def trade_before_order(self, kind: str = "orderStock", nth: Nth = None) -> None:
        """Fills are told before the first state of their order."""
        self.add("trade_before_order", kind, nth=nth)

    def answer_minus_one(self, kind: str = "orderStock", nth: Nth = None) -> None:
        """The answer is -1 and yet the order lives (or the cancel is sent)."""
        self.add("answer_minus_one", kind, nth=nth)

    def answer_none(self, kind: str, nth: Nth = None) -> None:
        """A query is answered None."""
        self.add("answer_none", kind, nth=nth)

    def drop_push(self, kind: str | None = None, nth: Nth = None) -> None:
        """A push is lost."""
        self.add("drop_push", kind, nth=nth)

    def delay_push(self, kind: str | None, ms: int, nth: Nth = None) -> None:
        """A push comes `ms` late."""
        self.add("delay_push", kind, ms=ms, nth=nth)

    def double_push(self, kind: str | None = None, nth: Nth = None) -> None:
        """A push comes twice."""
        self.add("double_push", kind, nth=nth)

    def reorder_push(self, kind: str | None = None, nth: Nth = None) -> None:
        """A push comes after whatever is told next to that session."""
        self.add("reorder_push", kind, nth=nth)

    def disconnect(self, kind: str, nth: Nth = 1, when: str = "before_answer") -> None:
        """Lose the session at a request: `before` it is done, `before_answer` (done, unanswered), or `after`;
        `all`: every session and the market data, done and unanswered."""
        names = {"before": "disconnect_before", "before_answer": "disconnect", "after": "disconnect_after"}
        self.add({**names, "all": "disconnect_all"}[when], kind, nth=nth)

    def repush_day(self, first: int = 2) -> None:
        """All orders and fills of the day are pushed again after a subscribe, from the `first` subscribe on."""
        self.add("repush_day", "subscribe", first=first)

    def stop_feed(self, code: str | None = None, first: int = 1, last: int | None = None) -> None:
        """Programs see no snapshot from a code's `first` to its `last`; the exchange goes on."""
        self.add("stop_feed", code, first=first, last=last)

    def stale_quotes(self, code: str | None = None, first: int = 1, last: int | None = None) -> None:
        """Programs see the last snapshot before `first` again and again, with its old time."""
        self.add("stale_quote", code, first=first, last=last)

    def zero_quotes(self, code: str | None = None, first: int = 1, last: int | None = None) -> None:
        """Programs see snapshots without prices and books."""
        self.add("zero_quote", code, first=first, last=last)

    def late_sysid(self, nth: Nth = None) -> None:
        """An order is first told without the exchange's number, and at once again with it."""
        self.add("late_sysid", "order", nth=nth)

    def slow(self, ms: int) -> None:
        """The terminal is slow: everything it tells comes `ms` late, in its order."""
        self.add("slow", ms=ms)

    def kill(self, step: str, nth: int = 1) -> None:
        """End the process with SIGKILL at the nth time of a step (`STEPS`). Raises ContractError for another."""
        if step not in STEPS:
            raise ContractError(f"no step {step!r}; there are {', '.join(STEPS)}")
        self.add("kill", step, nth=nth)
