"""How a request that was done is told: its answer, what it pushed, and the faults on their way.

Nothing comes here before it is durable.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from core.simqmt.broker.records import OrderErrorPush, OrderPush, Push, TradePush
from core.simqmt.clockwork.conductor import Conductor
from core.simqmt.faults.schedule import NOTHING, Faults, Plan
from core.simqmt.native.answers import Answers
from core.simqmt.native.requests import NOT_CONNECTED, TIMED_OUT, Client, Request, empty_answer
from core.simqmt.native.structs import Surface
from core.simqmt.reception.desk import Outcome, RequestDesk
from core.simqmt.reception.sessions import Sessions
from core.simqmt.reception.telling import Teller, told

FATEFUL = frozenset({"orderStock", "orderStockImmediate", "cancelOrderStock", "cancelOrderStockImmediate"})
"""Requests whose answer must never be guessed."""

KILLED = frozenset({"orderStock", "cancelOrderStock", "subscribe"})
"""Requests with steps at which a fault may kill."""


@dataclass(frozen=True, slots=True)
class Done:
    """A request that was done and has yet to be made durable and told."""

    request: Request
    plan: Plan
    outcome: Outcome
    pushes: list[Push]


class Reporter:
    """Tells sessions. Called under the terminal's lock."""

    def __init__(
        self,
        surface: Surface,
        clock: Conductor,
        faults: Faults,
        sessions: Sessions,
        desk: RequestDesk,
        disconnect: Callable[[int], None],
        on_lost: Callable[[], None],
    ) -> None:
        """`disconnect` loses a session, `on_lost` all of them, market data too (faults)."""
        self._surface = surface
        self._faults = faults
        self._sessions = sessions
        self._desk = desk
        self._disconnect = disconnect
        self._on_lost = on_lost
        self._answers = Answers(surface)
        self._teller = Teller(clock, faults, self._answers)

    def push(self, pushes: Sequence[Push], request: Request | None = None) -> None:
        """Each push to each session that hears of the account; a refusal also to the one who asked."""
        for push in pushes:
            links = self._sessions.hearing(push.account)
            if isinstance(push, OrderErrorPush) and request is not None and request.link not in links:
                links = [*links, request.link]
            self._teller.push(links, push)

    def later(self, action: Callable[[], None], delay_ms: int = 0) -> None:
        """Do something as an event of its own."""
        self._teller.later(action, delay_ms)

    def lose(self, link: Client) -> None:
        """Lost is told whatever the session's state: it is no longer connected."""
        plan = self._faults.push_plan("disconnected")
        if "drop_push" not in plan:
            self.later(partial(link.push, "bindOnDisconnectedCallback"), plan.delay_ms)

    def refuse(self, request: Request) -> None:
        """Its client is not connected."""
        self.later(partial(self._answer, request, empty_answer(self._surface, request, NOT_CONNECTED)))

    def report(self, done: Done) -> None:
        """What became of a request."""
        request, plan, outcome = done.request, done.plan, done.outcome
        if plan is NOTHING:
            self._answer_later(request, outcome, plan)
            self.push(done.pushes, request)
            return
        if "disconnect" in plan:
            self._disconnect(request.link.session)
        if "disconnect_all" in plan:
            self._on_lost()
        first, then = told(done.pushes, plan)
        self.push(first, request)
        self._answer_later(request, outcome, plan)
        self.push(then, request)
        if "repush_day" in plan and outcome.subscribed:
            self._push_day(request.link, outcome.subscribed)
        if "disconnect_after" in plan:
            self.later(partial(self._disconnect, request.link.session))

    def _answer_later(self, request: Request, outcome: Outcome, plan: Plan) -> None:
        payload = outcome.payload
        if "answer_none" in plan and request.name not in FATEFUL:
            payload = None
        if "answer_minus_one" in plan and request.name in FATEFUL:
            payload = empty_answer(self._surface, request, TIMED_OUT)
        request.answer, request.answered = payload, True
        if "drop_response" not in plan:
            self._teller.answer(request.link, partial(self._answer, request, payload), plan)
            if "double_response" in plan:
                self._teller.answer(request.link, partial(self._answer, request, payload, again=True), plan)
        if outcome.subscribed:
            status = self._answers.account_status(outcome.subscribed)
            self._teller.tell(request.link, "account_status", "bindOnUpdateAccountStatusCallback", status)

    def _push_day(self, link: Client, account: str) -> None:
        """The day's orders and fills once more, as after the broker's own line came back."""
        for order in self._desk.orders(account):
            self._teller.push([link], OrderPush(order))
        for trade in self._desk.trades(account):
            self._teller.push([link], TradePush(trade))

    def _answer(self, request: Request, payload: object, *, again: bool = False) -> None:
        """An answer that a disconnect overtook: lost for orders and cancels, "not connected" for the rest."""
        link = request.link
        if request.sent and not link.connected:
            if request.name in FATEFUL:
                return
            payload = empty_answer(self._surface, request, NOT_CONNECTED)
        if request.name in KILLED:
            self._faults.step(f"{request.name}.answered")
        link.answer(request, payload, again=again)
