"""The market feed on `xtquant.xtdata`, real or simulated: subscriptions, instruments, history.

Ticks come on the vendor's thread, become records there and nothing else. The vendor reconnects by itself on the next
call but forgets what was subscribed, and tells nobody: while nothing new comes, a cheap question finds out whether the
client is still the one we subscribed with and whether the service knows newer quotes than we were given.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from core.clock import Clock
from core.domain.enums import FeedState, Period, Phase
from core.domain.market import Bar, Instrument, Quote, Symbol, ms_to_datetime
from core.errors import UserError
from core.lanes import Lane
from core.market.day_instruments import DayInstruments
from core.market.feed_pulse import Pulse, patience_ms
from core.market.listening import unheard
from core.market.slots import QuoteSlots
from core.market.xtdata import jobs
from core.market.xtdata.calls import Address, XtdataCalls
from core.market.xtdata.subscription import Subscription
from core.market.xtdata.ticks import TickConverter
from core.market.xtdata.vendor import TickRecords, XtData, load_xtdata
from core.ports import Activity, FeedHealth

Listener = Callable[[Sequence[Quote]], None]

_log = logging.getLogger(__name__)

_BARS_A_DAY = {Period.M1: 240, Period.M5: 48, Period.D1: 1}
_LENGTH_MS = {Period.M1: 60_000, Period.M5: 300_000, Period.D1: 86_400_000}
_FRESH_S, _WATCH_S, _LUNCH_WATCH_S, _REST_WATCH_S = 4.0, 2.0, 5.0, 30.0
_BACKOFF_S, _LONGEST_BACKOFF_S = 1.0, 60.0
_PROBED = 20
_AHEAD_TWICE = 2


class XtdataFeed:
    """Implements `core.ports.Feed`. Made and used on the trading loop.

    `overwritten` counts snapshots that a newer one replaced before the loop took them; `bad_ticks` those that
    were no tick. `load` is the vendor's module and runs on the lane. `address` is where the quote service listens;
    without one the vendor looks for a running terminal.
    """

    def __init__(
        self,
        lane: Lane,
        activity: Activity,
        loop: asyncio.AbstractEventLoop,
        clock: Clock,
        source: str,
        deadline_s: float = 20.0,
        *,
        load: Callable[[], XtData] = load_xtdata,
        address: Address | None = None,
    ) -> None:
        self._calls = XtdataCalls(lane, activity, load, deadline_s, address)
        self._loop = loop
        self._clock = clock
        self._source = source
        self._listener: Listener = unheard
        self._slots = QuoteSlots(loop, self._deliver)
        self._pulse = Pulse(clock)
        self._converter = TickConverter(source)
        self._converting = threading.Lock()  # after a loss the old client's thread may still be about
        self._wanted: dict[Symbol, None] = {}
        self._details = DayInstruments(loop, clock, self._ask_details, lambda: list(self._wanted))
        self._subscription = Subscription(self._calls, self._on_ticks, self._details.load, self._subscribed)
        self._ahead = 0
        self._heard_at = 0.0
        self._retry_at = 0.0
        self._backoff_s = _BACKOFF_S
        self._timer: asyncio.TimerHandle | None = None
        self._checking: asyncio.Task[None] | None = None
        self._closed = False
        self.bad_ticks = 0

    @property
    def source(self) -> str:
        """Short name of the source."""
        return self._source

    @property
    def health(self) -> FeedHealth:
        """State of the source, with its last proof."""
        return self._pulse.health

    @property
    def heartbeats(self) -> tuple[Symbol, ...]:
        """Indices that are subscribed beside what is wanted."""
        return self._subscription.heartbeats

    @property
    def overwritten(self) -> int:
        """Snapshots that the trading loop never saw because a newer one came first."""
        return self._slots.overwritten

    def listen(self, on_quotes: Listener) -> None:
        """Set the one listener; called on the loop."""
        self._listener = on_quotes

    def listen_health(self, on_health: Callable[[FeedHealth], None]) -> None:
        """Set who is told of changes of the state; called on the loop."""
        self._pulse.listen(on_health)

    async def start(self, symbols: Sequence[Symbol]) -> None:
        """Subscribe to the symbols that are not subscribed yet.

        Raises BrokerError or BrokerTimeout; what was wanted is tried again from then on.
        """
        new = [symbol for symbol in dict.fromkeys(symbols) if symbol not in self._wanted]
        lost = self._pulse.health.state is FeedState.LOST
        if not new and not lost:
            return
        self._wanted.update(dict.fromkeys(new))
        self._keep_watch()
        try:
            await self._details.load_today(list(self._wanted) if lost else new)
            if lost:
                await self._subscription.renew(self._wanted)
            elif await self._subscription.add(new, self._wanted) and not self._pulse.health.state.is_healthy:
                self._pulse.begin()
        except UserError as error:
            self._lose(str(error))
            raise

    async def drop(self, symbols: Sequence[Symbol]) -> None:
        """Subscribe again without these; problems are logged, not raised.

        The last ones stay subscribed: a source that is asked for nothing cannot be told from a dead one.
        """
        gone = self._wanted.keys() & set(symbols)
        for symbol in gone:
            del self._wanted[symbol]
        self._subscription.surplus |= bool(gone)
        lost = self._pulse.health.state is FeedState.LOST  # then everything is subscribed again by itself
        if not gone or not self._wanted or not self._subscription.stands or lost:
            return
        try:
            await self._subscription.renew(self._wanted)
        except UserError as error:
            _log.warning("subscribing without %d symbols failed: %s", len(gone), error)

    async def close(self) -> None:
        """Unsubscribe and deliver nothing more; problems are logged, not raised."""
        if self._closed:
            return
        self._closed = True
        self._slots.close()
        if self._timer is not None:
            self._timer.cancel()
        self._details.close()
        if self._checking is not None:
            self._checking.cancel()
        self._wanted.clear()
        self._pulse.set(FeedState.OFF)
        try:
            await self._subscription.end()
        except UserError as error:
            _log.warning("unsubscribing failed: %s", error)
        self._calls.close()

    async def instruments(self, symbols: Sequence[Symbol]) -> dict[Symbol, Instrument]:
        """Details of the symbols the vendor knows."""
        await self._details.load(symbols)
        known = self._details.known
        return {symbol: known[symbol] for symbol in symbols if symbol in known}

    async def bars(self, symbol: Symbol, period: Period, count: int) -> list[Bar]:
        """The last `count` bars, unadjusted, oldest first, downloaded when the vendor has not got them."""
        if count <= 0:
            return []
        days = count // _BARS_A_DAY[period] + 1
        # Weekends, and the longest holiday.
        start = self._clock.now().date() - timedelta(days=days * 3 // 2 + 12)
        found = await self._calls.call("下载历史行情", jobs.history, symbol, period, start, count)
        # A vendor that fills gaps may fill the rest of the day too; the growing bar ends at most one length ahead.
        latest = self._clock.now_ms() + _LENGTH_MS[period]
        return [bar for bar in found if bar.time_ms <= latest][-count:]

    async def trading_dates(self, market: str, start: date, end: date) -> list[date]:
        """Trading days of the closed interval, as the vendor knows them."""
        stamps = await self._calls.call("查询交易日", jobs.dates, market, start, end)
        return [ms_to_datetime(stamp).date() for stamp in stamps]

    async def _ask_details(self, symbols: Sequence[Symbol]) -> dict[Symbol, Instrument]:
        return await self._calls.call("查询证券资料", jobs.details, symbols)

    def _subscribed(self) -> None:
        self._backoff_s, self._ahead = _BACKOFF_S, 0
        self._pulse.silent_ms = patience_ms(len(self._wanted), len(self._subscription.heartbeats))

    # watching over them

    def _keep_watch(self) -> None:
        if self._timer is None and not self._closed:
            self._timer = self._loop.call_later(_WATCH_S, self._watch)

    def _watch(self) -> None:
        """Nothing to do while quotes come; then every two seconds."""
        lost = self._pulse.health.state is FeedState.LOST
        fresh_s = self._heard_at + _FRESH_S - self._loop.time()
        if fresh_s > 0 and not lost:
            self._timer = self._loop.call_later(fresh_s, self._watch)
            return
        phase = self._pulse.phase()
        pause_s = _LUNCH_WATCH_S if phase is Phase.LUNCH else _WATCH_S
        self._timer = self._loop.call_later(pause_s if phase in _DUE else _REST_WATCH_S, self._watch)
        if self._wanted:
            self._pulse.check()
        checking = self._checking is not None and not self._checking.done()
        if checking or not self._wanted or (lost and self._loop.time() < self._retry_at):
            return
        self._checking = self._loop.create_task(self._check())

    async def _check(self) -> None:
        """Nothing came for a while: is there still a subscription, and is there anything to be had?"""
        try:
            if self._pulse.health.state is not FeedState.LOST:
                if not await self._is_lost():
                    return
                self._lose("行情订阅已断开，正在重新订阅", losses=1)
            await self._details.load(list(self._wanted))
            await self._subscription.renew(self._wanted)
        except UserError as error:
            self._lose(str(error))
            return
        now = self._clock.now()
        _log.warning("quotes subscribed again, %d symbols", len(self._wanted))
        self._pulse.set(FeedState.LOST, resubscribed=1)
        self._pulse.begin(f"{now:%H:%M:%S} 已重新订阅")

    async def _is_lost(self) -> bool:
        symbols = [*self._wanted][:_PROBED]
        client, ticks = await self._calls.call("检查行情", jobs.probe, symbols)
        if not self._subscription.is_of(client):
            return True
        newest_ms = max((int(tick.get("time") or 0) for tick in ticks.values()), default=0)
        if newest_ms <= self._pulse.newest_ms:
            self._ahead = 0
            return False
        # A snapshot may be on its way to us: only two answers in a row prove that we are left out. It is used at once.
        self._ahead += 1
        self._on_ticks(ticks)
        return self._ahead >= _AHEAD_TWICE

    def _lose(self, text: str, *, losses: int = 0) -> None:
        if self._closed:
            return
        if self._pulse.health.state is not FeedState.LOST or losses:
            self._backoff_s = _BACKOFF_S
        self._retry_at = self._loop.time() + self._backoff_s
        self._backoff_s = min(2 * self._backoff_s, _LONGEST_BACKOFF_S)
        self._pulse.set(FeedState.LOST, text, losses=losses)

    # on the vendor's thread

    def _on_ticks(self, records: TickRecords) -> None:
        now, known, convert = self._clock.now_ms(), self._details.known, self._converter.convert
        quotes = []
        with self._converting:
            for code, tick in records.items():
                symbol = Symbol(code)
                try:
                    quotes.append(convert(symbol, tick, known.get(symbol), now))
                except (KeyError, TypeError, ValueError, OverflowError) as error:
                    self.bad_ticks += 1
                    _log.warning("a tick of %s could not be read: %r", code, error)
        self._slots.put(quotes)

    # on the loop

    def _deliver(self, quotes: Sequence[Quote]) -> None:
        self._heard_at = self._loop.time()
        self._pulse.beat(quotes)
        self._details.notice(quotes)
        self._listener(quotes)


_DUE = frozenset({Phase.OPEN_CALL, Phase.PAUSE, Phase.CONTINUOUS, Phase.CLOSE_CALL, Phase.LUNCH})
