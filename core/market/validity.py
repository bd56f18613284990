"""May this quote trigger anything? One rule for entries, take-profits and stops alike.

A trigger needs a price at which shares change hands now: continuous trading by the clock and by the snapshot,
a real last price inside the day's limits, and a snapshot that is fresh. Everything else has a name and a
sentence.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.domain.enums import Phase
from core.domain.market import Quote, Symbol, ms_to_datetime
from core.market.phases import at, time_of_day

_MORNING, _LUNCH, _AFTERNOON, _CLOSE = at(9, 30), at(11, 30), at(13, 0), at(15, 0)


class QuoteFault(StrEnum):
    """Why a quote may not trigger; OK means it may."""

    OK = "OK"
    NO_QUOTE = "NO_QUOTE"
    SUSPENDED = "SUSPENDED"
    LUNCH = "LUNCH"
    AUCTION = "AUCTION"  # indicative price: nobody can trade at it
    OUT_OF_SESSION = "OUT_OF_SESSION"
    ZERO_PRICE = "ZERO_PRICE"
    NO_PRE_CLOSE = "NO_PRE_CLOSE"
    OUTSIDE_LIMITS = "OUTSIDE_LIMITS"
    STALE = "STALE"  # this symbol's snapshot is too old
    FEED_STOPPED = "FEED_STOPPED"  # no symbol at all has a newer snapshot
    FALLBACK = "FALLBACK"  # a stand-in source that the user has not allowed to trigger orders
    CLOCK_AHEAD = "CLOCK_AHEAD"  # the snapshot is from the future: the machine's clock is wrong


@dataclass(frozen=True, slots=True)
class Validity:
    """Verdict on one symbol's quote. `text` is a sentence for the user, empty when `ok`."""

    fault: QuoteFault
    text: str = ""

    @property
    def ok(self) -> bool:
        """The quote may trigger."""
        return self.fault is QuoteFault.OK


@dataclass(frozen=True, slots=True)
class Freshness:
    """How old is too old, in milliseconds of continuous trading.

    A quiet stock is silent for a minute, so one symbol gets `symbol_ms`. A feed with a heartbeat is never silent
    for long and gets `feed_ms`, so that a loop that looks once a second tells within ten seconds; one that brings a single stock and nothing else `alone_ms` (see `silence`).
    `ahead_ms` is how far a snapshot may be ahead of our clock.
    """

    symbol_ms: int = 300_000
    feed_ms: int = 8_000
    ahead_ms: int = 60_000
    alone_ms: int = 120_000


@dataclass(frozen=True, slots=True)
class Silence:
    """How long the feed has said nothing new, in milliseconds of continuous trading, and how long it may.

    `market` is SH, SZ or BJ when only that market is silent.
    """

    ms: int = 0
    limit_ms: int = 8_000
    market: str = ""

    @property
    def stopped(self) -> bool:
        """Longer than a living feed is ever silent."""
        return self.ms > self.limit_ms

    @property
    def text(self) -> str:
        """What is silent since when, empty while the feed lives."""
        if not self.stopped:
            return ""
        who = _MARKET_NAMES.get(self.market, "所有证券")
        return f"{who}的行情都已 {self.ms // 1000} 秒没有更新（上限 {self.limit_ms // 1000} 秒）"


NO_SILENCE = Silence()
_MARKET_NAMES = {"SH": "上海市场", "SZ": "深圳市场", "BJ": "北京市场"}


VALID = Validity(QuoteFault.OK)
DEFAULT_FRESHNESS = Freshness()

_PHASE_FAULTS: dict[Phase, tuple[QuoteFault, str]] = {
    Phase.PRE_OPEN: (QuoteFault.OUT_OF_SESSION, "还没有开盘"),
    Phase.OPEN_CALL: (QuoteFault.AUCTION, "正在开盘集合竞价，价格只是参考价"),
    Phase.PAUSE: (QuoteFault.OUT_OF_SESSION, "开盘集合竞价已结束，09:30 才开始连续竞价"),
    Phase.LUNCH: (QuoteFault.LUNCH, "午间休市，13:00 恢复交易"),
    Phase.CLOSE_CALL: (QuoteFault.AUCTION, "正在收盘集合竞价，价格只是参考价"),
    Phase.AFTER_HOURS: (QuoteFault.OUT_OF_SESSION, "已进入盘后固定价格交易"),
    Phase.CLOSED: (QuoteFault.OUT_OF_SESSION, "已经收市"),
    Phase.SUSPENDED: (QuoteFault.SUSPENDED, "停牌或临时停牌"),
}


def judge(
    symbol: Symbol,
    quote: Quote | None,
    now_ms: int,
    phase: Phase,
    silence: Silence = NO_SILENCE,
    freshness: Freshness = DEFAULT_FRESHNESS,
) -> Validity:
    """The rule. `phase` is the clock's phase of the symbol at `now_ms`; the snapshot's own phase counts too.
    `silence` is the feed's, as far as it concerns the symbol."""
    if quote is None:
        return Validity(QuoteFault.NO_QUOTE, f"{symbol} 还没有收到行情")
    return (
        _session(quote, phase)
        or _price(quote)
        or _source(quote)
        or _age(quote, now_ms, freshness)
        or _feed(symbol, silence)
        or VALID
    )


def _session(quote: Quote, phase: Phase) -> Validity | None:
    if quote.suspended:
        return Validity(QuoteFault.SUSPENDED, f"{quote.symbol} 停牌，行情时间 {_clock_text(quote.time_ms)}")
    for name, shown in (("时钟", phase), ("行情", quote.phase)):
        if shown in _PHASE_FAULTS:
            fault, words = _PHASE_FAULTS[shown]
            return Validity(fault, f"{quote.symbol} {words}（{name}，{_clock_text(quote.time_ms)}）")
    if Phase.CONTINUOUS not in (phase, quote.phase):
        return Validity(
            QuoteFault.OUT_OF_SESSION, f"{quote.symbol} 不知道是否在交易时段（{_clock_text(quote.time_ms)}）"
        )
    bid, ask = quote.best_bid, quote.best_ask
    if bid and bid == ask:
        return Validity(QuoteFault.AUCTION, f"{quote.symbol} 买一等于卖一 {_yuan(bid)}，是集合竞价的参考价")
    return None


def _price(quote: Quote) -> Validity | None:
    if quote.last <= 0:
        return Validity(QuoteFault.ZERO_PRICE, f"{quote.symbol} 最新价为 0，今天还没有成交")
    if quote.pre_close <= 0:
        return Validity(
            QuoteFault.NO_PRE_CLOSE, f"{quote.symbol} 没有昨收价，无法核对价格 {_yuan(quote.last)}"
        )
    if quote.limit_up and quote.last > quote.limit_up:
        return Validity(
            QuoteFault.OUTSIDE_LIMITS,
            f"{quote.symbol} 最新价 {_yuan(quote.last)} 高于涨停价 {_yuan(quote.limit_up)}",
        )
    if quote.last < quote.limit_down:
        return Validity(
            QuoteFault.OUTSIDE_LIMITS,
            f"{quote.symbol} 最新价 {_yuan(quote.last)} 低于跌停价 {_yuan(quote.limit_down)}",
        )
    return None


def _source(quote: Quote) -> Validity | None:
    if not quote.fallback:
        return None
    return Validity(
        QuoteFault.FALLBACK,
        f"{quote.symbol} 的行情来自备用源{quote.source}，设置里没有允许备用源触发交易",
    )


def _age(quote: Quote, now_ms: int, freshness: Freshness) -> Validity | None:
    ahead = quote.time_ms - now_ms
    if ahead > freshness.ahead_ms:
        return Validity(
            QuoteFault.CLOCK_AHEAD,
            f"{quote.symbol} 行情时间 {_clock_text(quote.time_ms)} 比本机时钟快 {ahead // 1000} 秒，请校准本机时钟",
        )
    if not _same_day(quote.time_ms, now_ms):
        day = ms_to_datetime(quote.time_ms).strftime("%Y-%m-%d %H:%M:%S")
        return Validity(QuoteFault.STALE, f"{quote.symbol} 的行情不是今天的，停在 {day}")
    age = trading_ms_between(quote.time_ms, now_ms)
    if age > freshness.symbol_ms:
        return Validity(
            QuoteFault.STALE,
            f"{quote.symbol} 的行情已有 {age // 1000} 秒没有更新（上限 {freshness.symbol_ms // 1000} 秒），"
            f"停在 {_clock_text(quote.time_ms)}",
        )
    return None


def _feed(symbol: Symbol, silence: Silence) -> Validity | None:
    if not silence.stopped:
        return None
    return Validity(QuoteFault.FEED_STOPPED, f"{silence.text}，{symbol} 的价格不可信")


def trading_ms_between(start_ms: int, end_ms: int) -> int:
    """Milliseconds of 09:30-11:30 and 13:00-15:00 from `start_ms` to `end_ms`; of the last day only."""
    end = time_of_day(end_ms)
    start = time_of_day(start_ms) if _same_day(start_ms, end_ms) else 0
    morning = min(end, _LUNCH) - max(start, _MORNING)
    afternoon = min(end, _CLOSE) - max(start, _AFTERNOON)
    return max(morning, 0) + max(afternoon, 0)


def trading_back(moment_ms: int, span_ms: int) -> int:
    """The latest moment from which `span_ms` of trading passed until `moment_ms`; midnight when the day had less."""
    midnight = moment_ms - time_of_day(moment_ms)
    begun = trading_ms_between(midnight, moment_ms) - span_ms
    if begun <= 0:
        return midnight
    half = _LUNCH - _MORNING
    return midnight + (_MORNING + begun if begun <= half else _AFTERNOON + begun - half)


def _same_day(a_ms: int, b_ms: int) -> bool:
    return a_ms - time_of_day(a_ms) == b_ms - time_of_day(b_ms)


def _yuan(milli: int) -> str:
    return f"{milli // 1000}.{milli % 1000:03d}"


def _clock_text(time_ms: int) -> str:
    return ms_to_datetime(time_ms).strftime("%H:%M:%S")
