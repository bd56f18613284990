"""What a terminal tells its sessions: answers and pushes, each an event of its own, with the faults on their way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial

from core.simqmt.broker.records import (
    AssetPush,
    CancelErrorPush,
    OrderErrorPush,
    OrderPush,
    PositionPush,
    Push,
    TradePush,
)
from core.simqmt.clockwork.conductor import Conductor, Rank
from core.simqmt.faults.schedule import NOTHING, Faults, Plan
from core.simqmt.native.answers import Answers
from core.simqmt.native.requests import Client

_KINDS: dict[type, str] = {
    OrderPush: "order",
    TradePush: "trade",
    OrderErrorPush: "order_error",
    CancelErrorPush: "cancel_error",
    AssetPush: "asset",
    PositionPush: "position",
}
_HELD_MS = 1_000
"""How long something waits for what it is to come after, when nothing comes."""


class Teller:
    """Schedules what is told. Called under the terminal's lock."""

    def __init__(self, clock: Conductor, faults: Faults, answers: Answers) -> None:
        self._clock = clock
        self._faults = faults
        self._answers = answers
        # Without lock-step nobody waits between two events, and everything goes through the client's queue anyway.
        self._at_once = not clock.lockstep
        self._held: dict[Client, list[Callable[[], None]]] = {}

    def push(self, links: Iterable[Client], push: Push) -> None:
        """A push to each of these sessions."""
        kind = _KINDS[type(push)]
        for link in links:
            bind, struct = self._answers.push(push)
            plan = self._faults.push_plan(kind)
            if "late_sysid" in plan and isinstance(push, OrderPush):
                _, early = self._answers.push(OrderPush(replace(push.order, sysid="")))
                self._tell(link, plan, bind, early)
            self._tell(link, plan, bind, struct)

    def tell(self, link: Client, kind: str, bind: str, *payload: object) -> None:
        """One push of `kind` to one session."""
        self._tell(link, self._faults.push_plan(kind), bind, *payload)

    def _tell(self, link: Client, plan: Plan, bind: str, *payload: object) -> None:
        if plan is NOTHING:
            self._send(link, partial(_push_one, link, bind, *payload))
        elif "drop_push" not in plan:
            for _ in range(2 if "double_push" in plan else 1):
                self._send(link, partial(_push_one, link, bind, *payload), plan, held="reorder_push" in plan)

    def answer(self, link: Client, action: Callable[[], None], plan: Plan) -> None:
        """An answer; `action` hands it over."""
        self._send(link, action, plan, held="reorder_response" in plan)

    def later(self, action: Callable[[], None], delay_ms: int = 0) -> None:
        """Do something as an event of its own."""
        self._clock.schedule(self._clock.now_ms() + delay_ms, Rank.ANSWER, action)

    def _send(
        self, link: Client, action: Callable[[], None], plan: Plan = NOTHING, *, held: bool = False
    ) -> None:
        if held:
            self._held.setdefault(link, []).append(action)
            self.later(partial(self._release, link, action), _HELD_MS)
            return
        if self._at_once and not (self._held or self._faults.any):
            action()
            return
        self.later(action, plan.delay_ms + self._faults.slow_ms)
        for waiting in self._held.pop(link, ()):
            self.later(waiting, plan.delay_ms + self._faults.slow_ms)

    def _release(self, link: Client, action: Callable[[], None]) -> None:
        """Nothing came meanwhile: what was held is told by itself."""
        waiting = self._held.get(link, [])
        if action in waiting:
            waiting.remove(action)
            action()


def _push_one(link: Client, bind: str, *payload: object) -> None:
    if link.connected:
        link.push(bind, *payload)


def trades_first(pushes: Sequence[Push]) -> list[Push]:
    """Fills, then the rest, each in its order."""
    return sorted(pushes, key=lambda push: not isinstance(push, TradePush))


def told(pushes: list[Push], plan: Plan) -> tuple[list[Push], list[Push]]:
    """What is told before the answer, and what after it."""
    if "trade_before_order" in plan:
        pushes = trades_first(pushes)
    if "push_before_response" in plan:
        return pushes, []
    if "error_before_response" in plan:
        errors: list[Push] = [push for push in pushes if isinstance(push, OrderErrorPush)]
        return errors, [push for push in pushes if not isinstance(push, OrderErrorPush)]
    return [], pushes
