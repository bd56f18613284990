"""`XtBroker`: the trading channel of one account through the vendor's own XtQuantTrader.

The state lives on the trading loop. Two lanes call the vendor: the sending lane makes `order_stock_async` and
`cancel_order_stock_async`, which return at once; the asking lane makes everything that may wait, and asks queries.
What the vendor says comes back through one inbox, stamped with its session. The order of calls is register_callback,
start, connect, subscribe (T14, T10); a result that is not 0 ends the attempt (T18).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence

from core.broker import queries, texts, vendor
from core.broker.callbacks import Callbacks, Dropped, Heard
from core.broker.deadlines import SESSION_IDS, BrokerDeadlines, DoorMeters
from core.broker.inbox import Inbox
from core.broker.lines import AskingLine
from core.broker.matching import Matching, RawAnswer, RawFailure
from core.broker.opening import Opening
from core.broker.sending import NotReported, SendingLine, check_request
from core.broker.session import Session
from core.broker.vendor import Vendor
from core.clock import Clock
from core.domain.events import BrokerEvent, CancelAnswered, Disconnected, OrderSent
from core.domain.trading import Asset, Order, Position, Trade
from core.errors import BrokerError, ContractError
from core.ports import Activity, OrderRequest

_log = logging.getLogger(__name__)


class XtBroker:
    """Implements `core.ports.Broker`. All methods are called on the trading loop."""

    def __init__(
        self,
        path: str,
        account_id: str,
        *,
        loop: asyncio.AbstractEventLoop,
        activity: Activity,
        clock: Clock,
        deadlines: BrokerDeadlines | None = None,
        session_ids: Sequence[int] = SESSION_IDS,
        on_trader_started: Callable[[object], None] = lambda _trader: None,
        on_sent: Callable[[str, float], None] | None = None,
        tries: int = 2,
        load_vendor: Callable[[], Vendor] = vendor.load,
    ) -> None:
        """`path` is the terminal's userdata_mini. `on_trader_started` is called on the asking lane with the trader
        right after `start`; `on_sent` on the sending lane with (intent id, perf_counter) right before the order
        leaves. `tries`: how many session ids one `open` tries; `load_vendor` is called once, on the asking
        lane. Raises BadInput for an account id that is no text."""
        if not session_ids or tries < 1:
            raise ContractError("a broker needs at least one session id and one try")
        self._path = path
        self._account_id = vendor.check_account_id(account_id)
        self._loop = loop
        self._clock = clock
        self._limits = deadlines or BrokerDeadlines()
        self._tries = min(tries, len(session_ids))
        self._session: Session | None = None
        self._closing = False
        self._lifecycle = asyncio.Lock()
        self._listener: Callable[[BrokerEvent], None] | None = None
        self._stale = self._foreign = self._unreadable = 0
        self._matching = Matching()
        self._inbox: Inbox[Heard | queries.Answer | OrderSent | CancelAnswered | NotReported] = Inbox(
            loop, self._take
        )
        self._asking = AskingLine(activity)
        self._opening = Opening(
            path,
            self._account_id,
            loop=loop,
            asking=self._asking,
            limits=self._limits,
            session_ids=session_ids,
            load_vendor=load_vendor,
            make_callbacks=self._make_callbacks,
            on_trader_started=on_trader_started,
        )
        self._sending = SendingLine(
            loop, activity, self._limits.send, self._inbox.put, self._sending_stuck, on_sent
        )
        self._queries = queries.Queries(
            loop,
            self._asking,
            self._limits.query,
            self._account_id,
            clock,
            self._inbox.put,
            self._asking_stuck,
        )

    @property
    def account_id(self) -> str:
        """The account's id at the broker."""
        return self._account_id

    @property
    def ready(self) -> bool:
        """Connected, subscribed and proven by an asset answer, and not lost since."""
        session = self._session
        return session is not None and session.ready and session.alive

    @property
    def generation(self) -> int:
        """Number of the newest session; grows with each attempt."""
        return self._opening.generation

    @property
    def meters(self) -> DoorMeters:
        """What the door has counted."""
        return DoorMeters(
            depth=self._inbox.depth,
            peak_depth=self._inbox.peak_depth,
            stale=self._stale,
            foreign=self._foreign + self._matching.foreign,
            unreadable=self._unreadable,
            listener_errors=self._inbox.errors,
            hung_lanes=self._asking.hung + self._sending.hung,
        )

    def listen(self, listener: Callable[[BrokerEvent], None]) -> None:
        """Set the one listener; called on the trading loop, in order."""
        self._listener = listener

    # connection

    async def open(self) -> None:
        """Build, start, connect, subscribe and prove. BrokerError or BrokerTimeout say what to do."""
        if self._lifecycle.locked() or (self._session is not None and not self._session.ended):
            raise ContractError("the broker is open or being opened")
        async with self._lifecycle:
            self._closing = False
            await self._asking.settle(self._limits.stop)
            refusals: list[tuple[int, int]] = []
            for _ in range(self._tries):
                session = self._session = self._opening.new_session()
                try:
                    code = await self._opening.connect(session)
                    if code == 0:
                        await self._opening.subscribe(session, self._queries.asset)
                        return
                except BaseException:
                    session.end(texts.CLOSED)
                    self._asking.retire(session)
                    raise
                refusals.append((session.session_id, code))
                self._opening.keep_for_next(session)
                if self._closing:
                    raise BrokerError(texts.CLOSED)
            raise BrokerError(texts.connect_refused(self._path, refusals))

    async def close(self) -> None:
        """Unsubscribe, stop and let go, each with a limit. No event comes after it; may be called again."""
        self._closing = True
        if self._lifecycle.locked() and self._session is not None:
            self._session.end(texts.CLOSED)  # wakes the open that is under way
        async with self._lifecycle:
            session, self._session = self._session, None
            if session is not None:
                await self._unsubscribe(session)
                session.end(texts.CLOSED)
                self._asking.retire(session)
            self._opening.retire_idle()
            await self._asking.settle(self._limits.stop)
            self._sending.close()
            self._asking.close()

    def _make_callbacks(self, session: Session) -> Callbacks:
        return Callbacks(session, self._account_id, self._inbox.put, self._clock)

    async def _unsubscribe(self, session: Session) -> None:
        """Only on a living session: after a disconnect the answer would never come (T04)."""
        living = session.ready and session.alive
        session.ready, session.alive, session.ended = False, False, True
        if not living or session.trader is None:
            return
        try:
            await self._asking.call(
                session, "取消订阅", self._limits.stop, session.trader.unsubscribe, session.account
            )
        except BrokerError as error:
            _log.warning("unsubscribe: %s", error)

    # orders

    def submit(self, request: OrderRequest) -> None:
        """Queue an order for the sending lane. ContractError for a request that must not reach the vendor."""
        check_request(request)
        self._matching.asked(request.intent_id)
        session, loaded = self._session, self._opening.vendor
        if session is None or not self.ready or loaded is None:
            self._inbox.put(OrderSent(self._opening.generation, request.intent_id, -1, texts.NOT_OPEN))
            return
        self._sending.order(session, loaded, request)

    def cancel(self, order_id: int) -> None:
        """Queue a cancel. ContractError for anything but a positive order id."""
        if type(order_id) is not int or order_id <= 0:
            raise ContractError(f"{order_id!r} is no order id")
        session = self._session
        if session is None or not self.ready:
            self._inbox.put(CancelAnswered(self._opening.generation, order_id, False, texts.NOT_OPEN_CANCEL))
            return
        self._sending.cancel(session, order_id)

    # queries

    async def query_asset(self) -> Asset | None:
        """Money; None when the terminal gives none."""
        return await self._queries.asset(self._open_session("资金"))

    async def query_positions(self) -> list[Position] | None:
        """Holdings; an empty list proves nothing without an asset beside it."""
        return await self._queries.positions(self._open_session("持仓"))

    async def query_orders(self) -> list[Order] | None:
        """All orders of the day, anybody's."""
        return await self._queries.orders(self._open_session("委托"))

    async def query_trades(self) -> list[Trade] | None:
        """All fills of the day, anybody's."""
        return await self._queries.trades(self._open_session("成交"))

    def _open_session(self, what: str) -> Session:
        session = self._session
        if session is None or not self.ready:
            raise BrokerError(texts.NOT_OPEN_QUERY.format(what=what))
        return session

    # what comes back, on the loop

    def _take(self, item: Heard | queries.Answer | OrderSent | CancelAnswered | NotReported) -> None:
        if isinstance(item, Heard):
            self._hear(item)
        elif isinstance(item, queries.Answer):
            self._queries.deliver(item)
        elif isinstance(item, OrderSent):
            self._emit_all(self._matching.sent(item))
        elif isinstance(item, NotReported):
            self._matching.lost()
        else:
            self._emit(item)

    def _hear(self, heard: Heard) -> None:
        session, record = heard.session, heard.record
        if session.ended or session is not self._session:
            self._stale += 1
            _log.info("generation %d is over; dropped %r", session.generation, record)
        elif isinstance(record, Dropped):
            self._unreadable += record is Dropped.UNREADABLE
            self._foreign += record is Dropped.FOREIGN
        elif isinstance(record, Disconnected):
            self._lose(session, record.message)
        elif isinstance(record, RawAnswer):
            self._emit_all(self._matching.answered(session.generation, record))
        elif isinstance(record, RawFailure):
            self._emit_all(self._matching.failed(session.generation, record))
        else:
            self._emit(record)

    def _lose(self, session: Session, message: str) -> None:
        """The session is over; said once, and only if it had been ready."""
        if session.ended:
            return
        was_ready = session.ready
        session.end(message)
        if was_ready:
            self._asking.retire(session)
            self._emit(Disconnected(session.generation, message))

    def _sending_stuck(self, session: Session) -> None:
        self._lose(session, texts.STUCK.format(what="下单", limit=self._limits.send))

    def _asking_stuck(self, session: Session) -> None:
        self._lose(session, texts.STUCK.format(what="查询", limit=self._limits.query))

    def _emit_all(self, events: Sequence[BrokerEvent]) -> None:
        for event in events:
            self._emit(event)

    def _emit(self, event: BrokerEvent) -> None:
        if self._listener is not None:
            self._listener(event)
