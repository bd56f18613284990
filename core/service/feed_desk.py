"""The desk's side of the quotes: what is subscribed, where quotes come from, and what is said when they stop."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from statistics import median

from core.domain.enums import AlarmRank, FeedState, Phase, Side
from core.domain.market import Instrument, Quote, Symbol, ms_to_datetime
from core.errors import UserError
from core.exchange.sessions import domain_phase
from core.market.polled import Beating, Polled
from core.ports import FeedHealth
from core.service.items import ItemBook
from core.service.news import FeedNews, SourceView
from core.service.parts import DeskParts

_PUSHED_MS = 3_000
_KEPT = 50
_MORNING = 9
"""The hour from which the opening is near."""
_NO_TRIGGER = "设置里没有允许备用源触发交易：进场、止盈和止损都不会由它触发，请留意持仓。"
_TRIGGER = "设置允许备用源触发交易：到价照常执行。"


class FeedDesk:
    """Runs on the trading loop."""

    def __init__(self, parts: DeskParts, items: ItemBook, on_sight: Callable[[], None]) -> None:
        """`on_sight` is called when prices cease to trigger anything, and when they do again."""
        self._parts = parts
        self._on_sight = on_sight
        self._items = items
        self._latencies: deque[int] = deque(maxlen=_KEPT)
        self._subscribed: set[Symbol] = set()
        self._source = ""
        self._stood_in = False
        self._silent = False
        self._lost_at_rest = False
        self._polled: Polled | None = None
        self._beats: tuple[Symbol, ...] = ()
        parts.feed.listen_health(self._on_health)

    async def subscribe(self) -> None:
        """Quotes of everything watched, held or on its way, and their names; of nothing else any more."""
        p = self._parts
        symbols = self._wanted()
        p.board.add_symbols(symbols)
        p.feed.pace(self._intervals())
        named = await self._name(symbols)
        try:
            await p.feed.start(symbols)
        except UserError as error:
            text = f"{str(error).rstrip('。')}。正在自动重试。"
            p.speaker.alarm("feed", AlarmRank.ALARM, "行情订阅失败", text)
        if not named:
            p.tasks.spawn(self._learn_later(symbols))
        self._subscribed.update(symbols)
        self._drop_unwanted()
        self._settle_pace()
        self.tell()

    def _wanted(self) -> list[Symbol]:
        p = self._parts
        working = [order.symbol for side in Side for order in p.book.working(None, side)]
        under_way = [intent.symbol for intent in p.intents.all() if not intent.state.is_final]
        return list(dict.fromkeys([*self._items.symbols, *p.book.positions, *working, *under_way]))

    def _drop_unwanted(self) -> None:
        """Asked anew: while the source was answering, the list may have changed once more."""
        gone = self._subscribed.difference(self._wanted())
        if gone:
            self._subscribed -= gone
            self._parts.board.forget(gone)
            self._parts.background.spawn(self._drop(gone))

    async def _drop(self, gone: set[Symbol]) -> None:
        """Nobody waits for the source here; what is wanted again meanwhile stays."""
        await self._parts.feed.drop(sorted(gone.difference(self._wanted())))

    async def _learn(self, symbols: Sequence[Symbol]) -> None:
        """Names, ticks and limits."""
        p = self._parts
        found = await p.feed.instruments(symbols)
        p.account.instruments.update(found)
        p.speaker.instruments(tuple(self._named(one) for one in found.values()))
        p.describe(found.values())

    def _named(self, told: Instrument) -> Instrument:
        """To be shown: where a source knows no name (a recording), our list may. Rules never go by that name."""
        if told.name not in ("", told.symbol):
            return told
        listed = self._parts.names.instrument(told.symbol)
        return told if listed is None else replace(told, name=listed.name)

    async def _name(self, symbols: Sequence[Symbol]) -> bool:
        """Names before quotes; False when only our own list could be asked: quotes do not wait for a slow source."""
        p = self._parts
        if not isinstance(p.feed.active, Polled):
            with contextlib.suppress(UserError):  # said when the subscription fails for the same reason
                await self._learn(symbols)
                return True
        listed = [p.names.instrument(symbol) for symbol in symbols if symbol not in p.account.instruments]
        p.speaker.instruments([one for one in listed if one is not None])
        return False

    async def _learn_later(self, symbols: Sequence[Symbol]) -> None:
        missing = [symbol for symbol in symbols if symbol not in self._parts.account.instruments]
        try:
            if missing:
                await self._learn(missing)
        except UserError as error:
            self._parts.speaker.alarm("names", AlarmRank.MESSAGE, "证券资料没有取到", str(error))

    def on_quotes(self, quotes: Sequence[Quote]) -> None:
        """Measure how late they come; an answer of a source that is asked is life even with nothing new in it."""
        if self._polled is not None:
            self._parts.board.heard()
        known = [quote.received_ms - quote.time_ms for quote in quotes if quote.received_ms]
        if known:
            self._latencies.append(max(0, min(known)))  # a poll brings old quotes of resting shares too

    def allow_stand_in(self, allowed: bool) -> str:
        """The user's setting whether a stand-in may trigger orders; what is said about it."""
        self._parts.feed.allow_triggers(allowed)
        self._judge_sight()
        self.tell()
        if self._parts.feed.on_stand_in:
            self._say_stand_in()
        return _TRIGGER if allowed else "备用源的行情只供观看，不会触发交易"

    def look(self) -> None:
        """Once a second of desk time: has the feed stopped?"""
        self._settle_pace()
        self._check_silence()
        self._remind_lost()
        self._judge_sight()
        self.tell()
        self._parts.speaker.flags()

    def tell(self) -> None:
        """Where quotes come from, now."""
        feed = self._parts.feed
        self._parts.speaker.feed(
            FeedNews(
                source=feed.source,
                sources=tuple(
                    SourceView(
                        one.name,
                        one.health.state,
                        one.health.text,
                        ms_to_datetime(one.health.since_ms),
                        one.active,
                    )
                    for one in feed.sources
                ),
                stand_in=feed.on_stand_in,
                may_trigger=feed.may_trigger,
                silent=self._parts.board.silence().text,
                latency_s=round(median(self._latencies) / 1000, 1) if self._latencies else None,
            )
        )

    def _check_silence(self) -> None:
        p = self._parts
        health = p.feed.health
        text = p.board.silence().text or (health.text if health.state is FeedState.SILENT else "")
        if text and self._silent:
            return  # said once; the seconds go on in `FeedNews`
        self._silent = bool(text)
        if text:
            cure = "止损和进场都无法判断。请检查行情连接。"
            p.speaker.alarm("feed-silent", AlarmRank.ALARM, "行情停更", f"{text.rstrip('。')}，{cure}")
        else:
            p.speaker.cure("feed-silent")

    def _intervals(self) -> dict[Symbol, float]:
        """The shortest monitor interval that the items of a symbol ask for, where they ask for one."""
        wanted: dict[Symbol, float] = {}
        for item in self._items.all.values():
            if item.interval_s:
                known = wanted.get(item.symbol, float(item.interval_s))
                wanted[item.symbol] = min(known, float(item.interval_s))
        return wanted

    def _settle_pace(self) -> None:
        """Tell the board how often the source in charge speaks, and which busy indices beat in it."""
        board, active = self._parts.board, self._parts.feed.active
        self._polled = active if isinstance(active, Polled) else None
        board.expected_interval_ms = (
            _PUSHED_MS if self._polled is None else round(self._polled.details.expected_interval_s * 1000)
        )
        beats = active.heartbeats if isinstance(active, Beating) else ()
        if beats != self._beats:
            self._beats = beats
            board.set_heartbeats(beats)

    def _on_health(self, _health: FeedHealth) -> None:
        """A source changed its state, or another one took over. What counts is the source in use."""
        p = self._parts
        health = p.feed.health
        if p.feed.source != self._source:
            self._source = p.feed.source
            self._latencies.clear()
            self._settle_pace()
            p.speaker.state()
        if p.feed.on_stand_in:
            self._say_stand_in()
        elif self._stood_in:
            p.speaker.cure("feed-stand-in")
            text = f"行情重新来自 {p.feed.source}，备用源已停用。"
            p.speaker.alarm("feed-source", AlarmRank.MESSAGE, "行情源已恢复", text)
        self._stood_in = p.feed.on_stand_in
        if health.state is FeedState.LOST:
            self._say_lost()
        elif health.state is FeedState.LIVE or p.feed.on_stand_in:
            p.speaker.cure("feed")
        self._check_silence()
        self._judge_sight()
        self.tell()

    def _judge_sight(self) -> None:
        """Can a price trigger a stop now? Where none can, no holding may be called protected."""
        blind = "" if self._at_rest() else self._blind()
        if blind != self._parts.status.blind:
            self._parts.status.blind = blind
            self._on_sight()

    def _blind(self) -> str:
        feed = self._parts.feed
        if self._silent:
            return "行情停更，止损无法判断"
        if feed.on_stand_in:
            return "" if feed.may_trigger else "行情来自备用源，设置没有允许它触发，止损不会执行"
        return "行情断开，止损无法判断" if feed.health.state is FeedState.LOST else ""

    def _say_lost(self) -> None:
        """At night and on holidays no stop depends on it: no alarm, until the market is about to open."""
        p = self._parts
        self._lost_at_rest = self._at_rest()
        rank, more = (
            (AlarmRank.CARE, "现在休市，开盘前请检查。") if self._lost_at_rest else (AlarmRank.ALARM, "")
        )
        said = p.feed.health.text + more
        p.speaker.alarm("feed", rank, "行情断开", f"{p.feed.source}：{said}")

    def _remind_lost(self) -> None:
        """Said while the market was closed, and still so."""
        if self._lost_at_rest:
            p = self._parts
            if p.feed.health.state is not FeedState.LOST or p.feed.on_stand_in:
                self._lost_at_rest = False
            elif not self._at_rest():
                self._say_lost()

    def _at_rest(self) -> bool:
        """The market is closed for hours."""
        now = self._parts.clock.now()
        phase = domain_phase(self._items.any_symbol, now, self._parts.calendar)
        return phase is Phase.CLOSED or (phase is Phase.PRE_OPEN and now.hour < _MORNING)

    def _say_stand_in(self) -> None:
        feed = self._parts.feed
        allowed = feed.may_trigger
        best = feed.sources[0].name
        why = f"{best} 的行情用不了（{feed.why}）" if feed.why else f"{best} 的行情用不了"
        self._parts.speaker.alarm(
            "feed-stand-in",
            AlarmRank.CARE if allowed else AlarmRank.ALARM,
            f"行情改用备用源 {feed.source}",
            f"{why}，现由备用源 {feed.source} 代替。{_TRIGGER if allowed else _NO_TRIGGER}",
        )
