"""The market feed on `xtquant.xtdata`, real or simulated: subscriptions, instruments, history.

Every vendor call runs on one lane and has a deadline on the trading loop. A call that hangs is left behind
with its lane; a fresh lane takes the next one. Ticks come on the vendor's thread, become records there and
nothing else.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, ParamSpec, TypeVar

from core.clock import Clock
from core.domain.enums import Period
from core.domain.market import Bar, Instrument, Quote, Symbol, ms_to_datetime
from core.errors import BrokerError, BrokerTimeout, UserError
from core.lanes import Lane
from core.market.bars import midnight
from core.market.slots import QuoteSlots
from core.market.ticks import convert_bars, convert_detail, convert_tick
from core.market.vendor import TickRecords, XtData, load_xtdata
from core.ports import Activity

P = ParamSpec("P")
R = TypeVar("R")
Listener = Callable[[Sequence[Quote]], None]

_log = logging.getLogger(__name__)

_NO_TERMINAL = "无法连接xtquant服务"
_BARS_A_DAY = {Period.M1: 240, Period.M5: 48, Period.D1: 1}
_LENGTH_MS = {Period.M1: 60_000, Period.M5: 300_000, Period.D1: 86_400_000}
_RELOAD_S = 60.0
_CLOSE_S = 3.0


class XtdataFeed:
    """Implements `core.ports.Feed`. Made and used on the trading loop.

    `overwritten` counts snapshots that a newer one replaced before the loop took them; `bad_ticks` those that
    were no tick. `load` is the vendor's module and runs on the lane.
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
    ) -> None:
        self._given_lane = self._lane = lane
        self._activity = activity
        self._loop = loop
        self._clock = clock
        self._source = source
        self._deadline_s = deadline_s
        self._load = load
        self._listener: Listener = _nobody
        self._slots = QuoteSlots(loop, self._deliver)
        self._instruments: dict[Symbol, Instrument] = {}
        self._subscribed: dict[Symbol, None] = {}
        self._seqs: list[int] = []
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
    def overwritten(self) -> int:
        """Snapshots that the trading loop never saw because a newer one came first."""
        return self._slots.overwritten

    def listen(self, on_quotes: Listener) -> None:
        """Set the one listener; called on the loop."""
        self._listener = on_quotes

    async def start(self, symbols: Sequence[Symbol]) -> None:
        """Subscribe to the symbols that are not subscribed yet. Raises BrokerError or BrokerTimeout."""
        new = [symbol for symbol in dict.fromkeys(symbols) if symbol not in self._subscribed]
        if not new:
            return
        self._subscribed.update(dict.fromkeys(new))
        try:
            await self._load_instruments(new)
            self._instruments_day = self._clock.now().date()
            seq = await self._call("订阅行情", self._subscribe, new)
        except BaseException:
            for symbol in new:
                self._subscribed.pop(symbol, None)
            raise
        self._seqs.append(seq)
        self._fitting_day_ms = -1

    async def close(self) -> None:
        """Unsubscribe and deliver nothing more; problems are logged, not raised."""
        self._closed = True
        self._slots.close()
        if self._reload is not None:
            self._reload.cancel()
        seqs, self._seqs = self._seqs, []
        self._subscribed.clear()
        if seqs:
            try:
                await self._call("退订行情", self._unsubscribe, seqs)
            except UserError as error:
                _log.warning("unsubscribing failed: %s", error)
        if self._lane is not self._given_lane:
            self._lane.close(0)

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
        found = await self._call("下载历史行情", self._history, symbol, period, start, count)
        # A vendor that fills gaps may fill the rest of the day too; the growing bar ends at most one length ahead.
        latest = self._clock.now_ms() + _LENGTH_MS[period]
        return [bar for bar in found if bar.time_ms <= latest][-count:]

    async def trading_dates(self, market: str, start: date, end: date) -> list[date]:
        """Trading days of the closed interval, as the vendor knows them."""
        stamps = await self._call("查询交易日", self._dates, market, start, end)
        return [ms_to_datetime(stamp).date() for stamp in stamps]

    # on the lane

    def _subscribe(self, symbols: list[Symbol]) -> int:
        seq = self._load().subscribe_whole_quote(list(symbols), self._on_ticks)
        if seq <= 0:
            raise BrokerError(
                f"订阅 {len(symbols)} 只证券的行情被拒绝（返回 {seq}）。请检查 MiniQMT 的行情连接后重试"
            )
        return seq

    def _unsubscribe(self, seqs: list[int]) -> None:
        xtdata = self._load()
        for seq in seqs:
            xtdata.unsubscribe_quote(seq)

    def _details(self, symbols: Sequence[Symbol]) -> dict[Symbol, Instrument]:
        xtdata = self._load()
        found = {symbol: xtdata.get_instrument_detail(symbol) for symbol in symbols}
        return {symbol: convert_detail(symbol, detail) for symbol, detail in found.items() if detail}

    def _history(self, symbol: Symbol, period: Period, start: date, count: int) -> list[Bar]:
        xtdata = self._load()
        xtdata.download_history_data(symbol, period.value, start.strftime("%Y%m%d"), "")
        frames = xtdata.get_market_data_ex([], [symbol], period.value, "", "", count)
        frame = frames.get(symbol)
        return [] if frame is None or not len(frame) else convert_bars(symbol, period, _columns(frame))

    def _dates(self, market: str, start: date, end: date) -> list[int]:
        found = self._load().get_trading_dates(market, start.strftime("%Y%m%d"), end.strftime("%Y%m%d"), -1)
        return [int(stamp) for stamp in found]

    # on the vendor's thread

    def _on_ticks(self, records: TickRecords) -> None:
        quotes = []
        for code, tick in records.items():
            symbol = Symbol(code)
            try:
                quotes.append(convert_tick(symbol, tick, self._instruments.get(symbol), self._source))
            except (KeyError, TypeError, ValueError, OverflowError) as error:
                self.bad_ticks += 1
                _log.warning("a tick of %s could not be read: %r", code, error)
        self._slots.put(quotes)

    # on the loop

    def _deliver(self, quotes: Sequence[Quote]) -> None:
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
            await self._load_instruments(list(self._subscribed))
            self._instruments_day = day
        except UserError as error:
            _log.warning("the limits of the day could not be read: %s", error)

    async def _load_instruments(self, symbols: Sequence[Symbol]) -> None:
        self._instruments.update(await self._call("查询证券资料", self._details, symbols))

    async def _call(self, what: str, job: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a vendor call on the lane with the deadline; its errors become sentences."""
        lane = self._lane
        try:
            async with asyncio.timeout(self._deadline_s):
                return await lane.call_waiting(job, *args, **kwargs)
        except TimeoutError as error:
            self._leave(lane)
            raise BrokerTimeout(
                f"{what}：行情服务 {self._deadline_s:g} 秒没有回答。请检查 MiniQMT 是否卡住，必要时重启它"
            ) from error
        except UserError:
            raise
        except Exception as error:
            raise _explained(what, error) from error

    def _leave(self, lane: Lane) -> None:
        """Leave a lane to its hung call; the next call gets a fresh one."""
        if lane is self._lane:
            self._lane = Lane(lane.name, self._activity)
            lane.close(0)


def _nobody(quotes: Sequence[Quote]) -> None:
    """Before `listen`."""


def _columns(frame: Any) -> Mapping[str, Sequence[Any]]:
    """A vendor frame as plain lists: no pandas object leaves the lane."""
    return {
        name: frame[name].tolist() for name in ("time", "open", "high", "low", "close", "volume", "amount")
    }


def _explained(what: str, error: Exception) -> BrokerError:
    """The vendor raises plain exceptions; keep its words and say what helps."""
    if _NO_TERMINAL in str(error):
        return BrokerError(
            f"{what}：连不上 MiniQMT 的行情服务。请启动 MiniQMT（勾选独立交易）并登录，再重试。原文：{error}"
        )
    return BrokerError(f"{what}失败：{error}。请检查 MiniQMT 的行情连接后重试")
