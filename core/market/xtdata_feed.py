"""The market feed on `xtquant.xtdata`, real or simulated: subscriptions, instruments, history.

Ticks come on the vendor's thread, become records there and nothing else. Everything is subscribed by whole quotes,
which know no limit of symbols. The vendor reconnects by itself on the next call but forgets what was subscribed, and
tells nobody: while nothing new comes, a cheap question finds out whether the client is still the one we subscribed
with and whether the service knows newer quotes than we were given.
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
from core.errors import BrokerError, UserError
from core.lanes import Lane
from core.market import xtdata_jobs as jobs
from core.market.bars import midnight
from core.market.feed_pulse import Pulse, patience_ms
from core.market.slots import QuoteSlots
from core.market.ticks import TickConverter
from core.market.vendor import TickRecords, XtData, load_xtdata
from core.market.xtdata_calls import Address, Line, XtdataCalls
from core.ports import Activity, FeedHealth

Listener = Callable[[Sequence[Quote]], None]

_log = logging.getLogger(__name__)

HEARTBEATS = (Symbol("000001.SH"), Symbol("399001.SZ"))
"""Indices that change every few seconds: with them the whole source is never quiet by right while shares trade."""

_BARS_A_DAY = {Period.M1: 240, Period.M5: 48, Period.D1: 1}
_LENGTH_MS = {Period.M1: 60_000, Period.M5: 300_000, Period.D1: 86_400_000}
_RELOAD_S = 60.0
_FRESH_S, _WATCH_S, _LUNCH_WATCH_S, _REST_WATCH_S = 4.0, 2.0, 5.0, 30.0
_BACKOFF_S, _LONGEST_BACKOFF_S = 1.0, 60.0
_MANY_SUBSCRIPTIONS = 8
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
        self._listener: Listener = _nobody
        self._slots = QuoteSlots(loop, self._deliver)
        self._pulse = Pulse(clock)
        self._converter = TickConverter(source)
        self._converting = threading.Lock()  # after a loss the old client's thread may still be about
        self._instruments: dict[Symbol, Instrument] = {}
        self._wanted: dict[Symbol, None] = {}
        self._beats: tuple[Symbol, ...] | None = None
        self._seqs: list[int] = []
        self._client: object = None  # whose subscriptions `_seqs` are
        self._surplus = False  # more is subscribed than is wanted
        self._ahead = 0
        self._heard_at = 0.0
        self._retry_at = 0.0
        self._backoff_s = _BACKOFF_S
        self._timer: asyncio.TimerHandle | None = None
        self._checking: asyncio.Task[None] | None = None
        self._instruments_day: date | None = None
        self._fitting_day_ms = -1
        self._reload: asyncio.Task[None] | None = None
        self._next_reload = 0.0
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
        return self._beats or ()

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
            await self._load_instruments(list(self._wanted) if lost else new)
            self._instruments_day = self._clock.now().date()
            if lost:
                await self._subscribe_all()
            else:
                await self._subscribe_more(new)
        except UserError as error:
            self._lose(str(error))
            raise
        self._fitting_day_ms = -1

    async def drop(self, symbols: Sequence[Symbol]) -> None:
        """Subscribe again without these; problems are logged, not raised.

        The last ones stay subscribed: a source that is asked for nothing cannot be told from a dead one.
        """
        gone = self._wanted.keys() & set(symbols)
        for symbol in gone:
            del self._wanted[symbol]
        self._surplus = self._surplus or bool(gone)
        lost = self._pulse.health.state is FeedState.LOST  # then everything is subscribed again by itself
        if not gone or not self._wanted or not self._seqs or lost:
            return
        try:
            await self._subscribe_all()
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
        for task in (self._reload, self._checking):
            if task is not None:
                task.cancel()
        seqs, self._seqs = self._seqs, []
        self._wanted.clear()
        self._pulse.set(FeedState.OFF)
        if seqs:
            try:
                await self._calls.call("退订行情", jobs.unsubscribe, seqs, self._client)
            except UserError as error:
                _log.warning("unsubscribing failed: %s", error)
        self._calls.close()

    async def instruments(self, symbols: Sequence[Symbol]) -> dict[Symbol, Instrument]:
        """Details of the symbols the vendor knows."""
        await self._load_instruments(symbols)
        return {symbol: self._instruments[symbol] for symbol in symbols if symbol in self._instruments}

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

    # subscriptions

    async def _subscribe_more(self, new: Sequence[Symbol]) -> None:
        """Beside what is subscribed; many small subscriptions become one."""
        if self._surplus or len(self._seqs) >= _MANY_SUBSCRIPTIONS:
            await self._subscribe_all()
            return
        symbols = [*new, *await self._heartbeats()]
        seq, client = await self._calls.call("订阅行情", self._subscribe, symbols)
        if self._seqs and client is not self._client:  # the older ones went with their client
            await self._subscribe_all()
            return
        self._subscribed([*self._seqs, seq], client)
        if not self._pulse.health.state.is_healthy:
            self._pulse.begin()

    async def _subscribe_all(self) -> None:
        """Everything wanted in one subscription, in the place of all before."""
        self._beats = None
        symbols = [*self._wanted, *await self._heartbeats()]
        seq, client = await self._calls.call("订阅行情", self._subscribe, symbols)
        old, before = self._seqs, self._client
        self._surplus = False
        self._subscribed([seq], client)
        if old and client is before:
            await self._calls.call("退订行情", jobs.unsubscribe, old, client)

    async def _heartbeats(self) -> tuple[Symbol, ...]:
        """The indices that this market knows and nobody watches; each once."""
        if self._beats is None:
            found = await self._calls.call("查询证券资料", jobs.details, HEARTBEATS)
            self._instruments.update(found)
            self._beats = tuple(found)
            return tuple(symbol for symbol in found if symbol not in self._wanted)
        return ()

    def _subscribe(self, line: Line, symbols: list[Symbol]) -> tuple[int, object]:
        seq = line.xtdata.subscribe_whole_quote(list(symbols), self._on_ticks)
        if seq <= 0:
            raise BrokerError(
                f"订阅 {len(symbols)} 只证券的行情被拒绝（返回 {seq}）。请检查 MiniQMT 的行情连接后重试"
            )
        return seq, line.client

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
            await self._load_instruments(list(self._wanted))
            await self._subscribe_all()
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
        if client is not self._client:
            return True
        newest_ms = max((int(tick.get("time") or 0) for tick in ticks.values()), default=0)
        if newest_ms <= self._pulse.newest_ms:
            self._ahead = 0
            return False
        # A snapshot may be on its way to us: only two answers in a row prove that we are left out. It is used at once.
        self._ahead += 1
        self._on_ticks(ticks)
        return self._ahead >= _AHEAD_TWICE

    def _subscribed(self, seqs: list[int], client: object) -> None:
        self._seqs, self._client = seqs, client
        self._backoff_s, self._ahead = _BACKOFF_S, 0
        self._pulse.silent_ms = patience_ms(len(self._wanted), len(self._beats or ()))

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
        now, known, convert = self._clock.now_ms(), self._instruments, self._converter.convert
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
        self._notice_day(quotes)
        self._listener(quotes)

    def _notice_day(self, quotes: Sequence[Quote]) -> None:
        """Limits and previous closes change with the day: ask again at its first quotes, until they fit."""
        newest = max(quote.time_ms for quote in quotes)
        if midnight(newest) == self._fitting_day_ms:
            return
        day = ms_to_datetime(newest).date()
        if self._instruments_day is not None and day < self._instruments_day:
            return  # the close of an earlier day, shown until today's first snapshot
        known = self._instruments.values()
        if (
            all(instrument.trading_day in (None, day) for instrument in known)
            and self._instruments_day == day
        ):
            self._fitting_day_ms = midnight(newest)
            return
        waiting = self._reload is not None and not self._reload.done()
        if self._closed or waiting or self._loop.time() < self._next_reload:
            return
        self._next_reload = self._loop.time() + _RELOAD_S
        self._reload = self._loop.create_task(self._refresh(day))

    async def _refresh(self, day: date) -> None:
        try:
            await self._load_instruments(list(self._wanted))
            self._instruments_day = day
        except UserError as error:
            _log.warning("the limits of the day could not be read: %s", error)

    async def _load_instruments(self, symbols: Sequence[Symbol]) -> None:
        self._instruments.update(await self._calls.call("查询证券资料", jobs.details, symbols))


_DUE = frozenset({Phase.OPEN_CALL, Phase.PAUSE, Phase.CONTINUOUS, Phase.CLOSE_CALL, Phase.LUNCH})


def _nobody(quotes: Sequence[Quote]) -> None:
    """Before `listen`."""
