"""One attempt to connect: build, register, start, connect, subscribe, prove; and the session ids it goes through.

A trader whose connect was refused stays started and waits for the next turn of its session id: each new one costs
descriptors for good (T58), each new id a queue file of 75 MB (T54).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from core.broker import texts
from core.broker.callbacks import Callbacks
from core.broker.deadlines import BrokerDeadlines
from core.broker.lines import AskingLine
from core.broker.session import Session
from core.broker.vendor import Trader, Vendor
from core.domain.trading import Asset
from core.errors import BrokerError, ContractError

_log = logging.getLogger(__name__)


class Opening:
    """Makes sessions for one account. Lives on the trading loop, except what a method says."""

    def __init__(
        self,
        path: str,
        account_id: str,
        *,
        loop: asyncio.AbstractEventLoop,
        asking: AskingLine,
        limits: BrokerDeadlines,
        session_ids: Sequence[int],
        load_vendor: Callable[[], Vendor],
        make_callbacks: Callable[[Session], Callbacks],
        on_trader_started: Callable[[object], None],
    ) -> None:
        """`make_callbacks` and `on_trader_started` are called on the asking lane."""
        self.vendor: Vendor | None = None
        self.generation = 0
        self._path = path
        self._account_id = account_id
        self._loop = loop
        self._asking = asking
        self._limits = limits
        self._session_ids = tuple(session_ids)
        self._load_vendor = load_vendor
        self._make_callbacks = make_callbacks
        self._on_trader_started = on_trader_started
        self._turn = 0
        self._idle: dict[int, Trader] = {}

    def new_session(self) -> Session:
        """The next generation, with the next session id of the pool."""
        self.generation += 1
        session_id = self._session_ids[self._turn % len(self._session_ids)]
        self._turn += 1
        return Session(self.generation, session_id, self._loop)

    async def connect(self, session: Session) -> int:
        """Build or take up a trader and connect it; 0, or the vendor's refusal."""
        limits, idle = self._limits, self._idle.pop(session.session_id, None)
        await self._asking.call(session, "载入交易接口", limits.build, self._build, session, idle)
        trader = _trader_of(session)
        code = await self._asking.call(session, "连接 MiniQMT", limits.connect, trader.connect)
        _log.info(
            "generation %d, session id %d: connect gave %r", session.generation, session.session_id, code
        )
        return code if isinstance(code, int) else -1

    async def subscribe(
        self, session: Session, ask_asset: Callable[[Session], Awaitable[Asset | None]]
    ) -> None:
        """Subscribe and prove by an asset answer, then the session is ready. BrokerError says why not."""
        trader, limit = _trader_of(session), self._limits.subscribe
        code = await self._asking.call(session, "订阅账号", limit, trader.subscribe, session.account)
        if code != 0:
            raise BrokerError(texts.subscribe_refused(self._account_id, code))
        if await ask_asset(session) is None:
            raise BrokerError(texts.no_asset(self._account_id))
        if session.ended or not session.alive:
            raise BrokerError(session.gone.result() if session.gone.done() else texts.CLOSED)
        session.ready = True
        _log.info("generation %d is ready", session.generation)

    def keep_for_next(self, session: Session) -> None:
        """Connect was refused: nothing more is heard of the session, its trader is kept."""
        session.end(texts.CLOSED)
        if session.trader is not None:
            self._idle[session.session_id] = session.trader
            session.trader = None

    def retire_idle(self) -> None:
        """Queue the end of the traders that never connected."""
        for trader in self._idle.values():
            self._asking.retire_trader(trader)
        self._idle.clear()

    def _build(self, session: Session, idle: Trader | None) -> None:
        """On the asking lane."""
        session.trader = idle
        if self.vendor is None:
            self.vendor = self._load_vendor()
        session.account = self.vendor.make_account(self._account_id)
        callbacks = self._make_callbacks(session)
        if idle is not None:
            idle.register_callback(callbacks)
            return
        trader = self.vendor.make_trader(self._path, session.session_id)
        session.trader = trader
        trader.register_callback(callbacks)
        trader.start()
        self._on_trader_started(trader)


def _trader_of(session: Session) -> Trader:
    if session.trader is None:
        raise ContractError("a session without a trader")
    return session.trader
