"""Queries in their asynchronous form: asked on the asking lane, read on the vendor's thread, awaited with a deadline."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

from core.broker import convert, texts
from core.broker.lines import AskingLine, first_of
from core.broker.session import Session
from core.broker.vendor import Trader
from core.clock import Clock
from core.domain.trading import Asset, Order, Position, Trade
from core.errors import BrokerError, BrokerTimeout

R = TypeVar("R")

_log = logging.getLogger(__name__)

Request = Callable[[Trader, object, Callable[[Any], None]], object]
"""Calls one `query_..._async` of the trader with the account and a callback."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query gave, on its way to the trading loop behind everything that was pushed before it."""

    waiting: asyncio.Future[Any]
    value: object
    error: BrokerError | None = None


class Queries:
    """Asks and waits. `hand_over` may be called on any thread; the rest runs on the trading loop."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        line: AskingLine,
        limit: float,
        account_id: str,
        clock: Clock,
        hand_over: Callable[[Answer], None],
        on_stuck: Callable[[Session], None],
    ) -> None:
        """`on_stuck` is called when not even the asking has returned within `limit` seconds."""
        self._loop = loop
        self._line = line
        self._limit = limit
        self._account_id = account_id
        self._clock = clock
        self._hand_over = hand_over
        self._on_stuck = on_stuck

    async def asset(self, session: Session) -> Asset | None:
        """Money; None when the terminal gives none (T52)."""
        return await self._ask(
            session,
            "资金",
            lambda trader, account, answered: trader.query_stock_asset_async(account, answered),
            lambda native: None if native is None else convert.asset(native, self._account_id),
        )

    async def positions(self, session: Session) -> list[Position] | None:
        """Holdings; None and empty prove nothing by themselves (T41)."""
        return await self._ask(
            session,
            "持仓",
            lambda trader, account, answered: trader.query_stock_positions_async(account, answered),
            _rows(lambda row: convert.position(row, self._account_id)),
        )

    async def orders(self, session: Session) -> list[Order] | None:
        """All orders of the day, anybody's."""
        return await self._ask(
            session,
            "委托",
            lambda trader, account, answered: trader.query_stock_orders_async(account, answered),
            _rows(lambda row: convert.order(row, self._account_id, self._clock.now())),
        )

    async def trades(self, session: Session) -> list[Trade] | None:
        """All fills of the day."""
        return await self._ask(
            session,
            "成交",
            lambda trader, account, answered: trader.query_stock_trades_async(account, answered),
            _rows(lambda row: convert.trade(row, self._account_id, self._clock.now())),
        )

    async def _ask(self, session: Session, what: str, request: Request, read: Callable[[Any], R]) -> R:
        """The answer through `read`; BrokerTimeout after the limit, BrokerError when the session ends before."""
        waiting: asyncio.Future[R] = self._loop.create_future()

        def answered(native: Any) -> None:
            try:
                answer = Answer(waiting, read(native))
            except Exception as error:  # noqa: BLE001 - thread border: the vendor would swallow it
                _log.exception("the answer about %s could not be read", what)
                answer = Answer(waiting, None, BrokerError(texts.unreadable(what, error)))
            self._give(answer)

        def asked() -> None:
            if session.trader is None or not session.alive:
                return  # the session's end answers
            try:
                request(session.trader, session.account, answered)
            except Exception as error:  # noqa: BLE001 - thread border
                _log.exception("asking for %s failed in the vendor", what)
                self._give(Answer(waiting, None, BrokerError(texts.vendor_failed(f"查询{what}", error))))

        asking = self._line.lane().submit(asked)
        await first_of(waiting, session.gone, self._limit)
        if waiting.done():
            return waiting.result()
        waiting.cancel()
        if session.gone.done():
            raise BrokerError(session.gone.result())
        self._check_stuck(session, asking)
        raise BrokerTimeout(texts.timeout(f"查询{what}", self._limit))

    @staticmethod
    def deliver(answer: Answer) -> None:
        """On the loop: wake the one who asked, if it still waits."""
        if answer.waiting.done():
            _log.warning("an answer came after its deadline and was dropped")
        elif answer.error is not None:
            answer.waiting.set_exception(answer.error)
        else:
            answer.waiting.set_result(answer.value)

    def _give(self, answer: Answer) -> None:
        try:
            self._hand_over(answer)
        except RuntimeError:
            _log.warning("the trading loop is closed; an answer was dropped")

    def _check_stuck(self, session: Session, asking: Future[None]) -> None:
        if not asking.done():
            self._line.leave_behind()
            self._on_stuck(session)


def _rows(read_row: Callable[[object], R]) -> Callable[[Any], list[R] | None]:
    """A reader of list answers: None stays None (failed or empty, nobody knows), rows of no kind of ours are left out.

    A row that cannot be read fails the whole answer: half a list would look like a whole one.
    """

    def read(native: Any) -> list[R] | None:
        if native is None:
            return None
        found: list[R] = []
        for row in native:
            try:
                found.append(read_row(row))
            except convert.Foreign as error:
                _log.warning("a row of no kind of ours was left out: %s", error)
        return found

    return read
