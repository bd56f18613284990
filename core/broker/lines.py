"""The asking lane: calls into the vendor that may never return, each with a deadline, and the traders' end.

A call that hangs is left behind with its thread; the next one gets a new lane. When the hung call does return, it
cleans up after itself on its own lane.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, ParamSpec, TypeVar

from core.broker import texts
from core.broker.session import Session
from core.broker.vendor import Trader
from core.errors import BrokerError, BrokerTimeout, UserError
from core.lanes import Lane
from core.ports import Activity

P = ParamSpec("P")
R = TypeVar("R")

_log = logging.getLogger(__name__)

_JOIN_S = 1.0
_OLD_KEPT = 3


class AskingLine:
    """Owns the current asking lane and the ended traders. Its methods are called on the trading loop."""

    def __init__(self, activity: Activity) -> None:
        self._activity = activity
        self._lane: Lane | None = None
        self._ending: Future[None] | None = None
        # A late native callback may still reach them (T17).
        self._old: deque[Trader] = deque(maxlen=_OLD_KEPT)
        self.hung = 0

    def lane(self) -> Lane:
        """The lane for calls that return by themselves; made when there is none."""
        if self._lane is None:
            self._lane = Lane("broker-asking", self._activity)
        return self._lane

    async def call(
        self,
        session: Session,
        what: str,
        limit: float,
        job: Callable[P, R],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R:
        """Run `job` on the lane. BrokerTimeout after `limit` s, BrokerError when the session ends meanwhile or the
        vendor raises; in the first two cases a call that still hangs is left behind with its lane."""

        def guarded() -> R:
            try:
                return job(*args, **kwargs)
            finally:
                if session.leave_call():
                    _log.warning("a hung vendor call (%s) came back; its trader is stopped", what)
                    self._dispose(session.trader)

        lane = self.lane()
        session.enter_call()
        running = asyncio.wrap_future(lane.submit_waiting(guarded))
        try:
            await first_of(running, session.gone, limit)
        except asyncio.CancelledError:
            self._give_up(session, lane, running)
            raise
        if running.done():
            return _result(what, running)
        self._give_up(session, lane, running)
        if session.gone.done():
            raise BrokerError(session.gone.result())
        raise BrokerTimeout(texts.timeout(what, limit))

    def leave_behind(self) -> None:
        """The lane hangs in a call: the next call gets a new one."""
        lane, self._lane = self._lane, None
        if lane is not None:
            self.hung += 1
            _log.error("lane %s hangs in a vendor call and is left behind", lane.name)
            lane.close(0)

    def retire(self, session: Session) -> None:
        """Queue the end of the session's trader, unless a hung call of it will see to that."""
        if session.trader is not None and not session.abandoned:
            self.retire_trader(session.trader)
            session.trader = None

    def retire_trader(self, trader: Trader) -> None:
        """Queue: stop, close its loop, keep it referenced."""
        self._ending = self.lane().submit_waiting(self._dispose, trader)

    async def settle(self, limit: float) -> None:
        """Wait for the queued ends; a stop that hangs is left behind (T16b)."""
        ending, self._ending = self._ending, None
        if ending is None or ending.done():
            return
        running = asyncio.wrap_future(ending)
        await asyncio.wait({running}, timeout=limit)
        if not running.done():
            running.cancel()
            _log.error("stopping the trader took longer than %g s; it is left behind", limit)
            self.leave_behind()

    def close(self) -> None:
        """End the lane's thread."""
        lane, self._lane = self._lane, None
        if lane is not None and not lane.close(_JOIN_S):
            self.hung += 1

    def _give_up(self, session: Session, lane: Lane, running: asyncio.Future[R]) -> None:
        running.cancel()
        if session.abandon():
            if lane is self._lane:
                self.leave_behind()
        else:
            self.retire(session)

    def _dispose(self, trader: Trader | None) -> None:
        """On the lane."""
        if trader is None:
            return
        try:
            if trader.executor is not None:  # never started: nothing to stop, and stop() would fail (T14)
                trader.stop()
        except Exception:  # noqa: BLE001 - thread border: the trader is given up in any case
            _log.exception("stopping a trader failed")
            for executor in (trader.executor, trader.relaxed_resp_executor):
                if executor is not None:
                    executor.shutdown(wait=False)
        finally:
            trader.loop.close()
            self._old.append(trader)


async def first_of(wanted: asyncio.Future[R], gone: asyncio.Future[str], limit: float) -> None:
    """Wait until either is done or `limit` seconds of the loop's clock have passed; cancels nothing."""
    both: set[asyncio.Future[Any]] = {wanted, gone}
    await asyncio.wait(both, timeout=limit, return_when=asyncio.FIRST_COMPLETED)


def _result(what: str, running: asyncio.Future[R]) -> R:
    try:
        return running.result()
    except UserError:
        raise
    except Exception as error:
        _log.exception("%s failed in the vendor", what)
        raise BrokerError(texts.vendor_failed(what, error)) from error
