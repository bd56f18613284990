"""What the trading service tells any window: frozen and picklable, in order. No callback, no array, no exception."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.domain.decision import Decision, ItemView, Signal
from core.domain.enums import Adjust, AlarmRank, FeedState, LinkState, Mode, Period, Phase, QuoteFlag
from core.domain.exrights import Levels
from core.domain.market import Bar, Instrument, Quote, Symbol
from core.domain.trading import Asset, Order, Position, Trade
from core.domain.watch import WatchItem


@dataclass(frozen=True, slots=True)
class News:
    """Base of all news."""


@dataclass(frozen=True, slots=True)
class DeskState(News):
    """The sentence beside the badge, always on screen. `link_text` carries the last proof (`已对账 10:30:58`)."""

    mode: Mode
    account_id: str
    link: LinkState
    link_text: str
    armed: bool
    automation_text: str
    source: str


@dataclass(frozen=True, slots=True)
class ClockNews(News):
    """About once a second of desk time: the desk's clock, its phase, and the numbers of the health strip."""

    now: datetime
    phase: Phase
    simulated: bool
    speed: float
    oldest_quote_s: float | None
    quotes_fresh: int
    quotes_total: int
    queue_depth: int
    quotes_overwritten: int
    tick_to_order_p99_ms: float | None


@dataclass(frozen=True, slots=True)
class SourceView:
    """One source of quotes: how it is, since when, and the words to it. `active`: its quotes are used."""

    name: str
    state: FeedState
    text: str
    since: datetime
    active: bool


@dataclass(frozen=True, slots=True)
class FeedNews(News):
    """Where quotes come from. Told when something of it changed, and about once a second for the latency.

    `stand_in`: a source stands in for a better one; `may_trigger`: the user lets stand-ins trigger orders.
    `silent` says since when nothing came, empty while quotes come or none are due. `latency_s` is from the exchange's
    stamp to our door for the newest quotes, None while nothing tells it.
    """

    source: str
    sources: tuple[SourceView, ...]
    stand_in: bool
    may_trigger: bool
    silent: str
    latency_s: float | None


@dataclass(frozen=True, slots=True)
class QuotesNews(News):
    """Newest snapshot of every symbol that changed since the last drain."""

    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class FlagsNews(News):
    """What snapshots show beside their prices, of the symbols where it changed."""

    flags: tuple[tuple[Symbol, QuoteFlag], ...]


@dataclass(frozen=True, slots=True)
class InstrumentsNews(News):
    """Names, ticks and limits of the day."""

    instruments: tuple[Instrument, ...]


@dataclass(frozen=True, slots=True)
class FoundInstrument:
    """One candidate of a search. `initials` are those of the usual reading, empty when unknown."""

    symbol: Symbol
    name: str
    initials: str


@dataclass(frozen=True, slots=True)
class InstrumentsFound(News):
    """What `text` may mean, best first. `symbol`: the one it means for certain, else `note` asks or says why not."""

    text: str
    found: tuple[FoundInstrument, ...]
    symbol: Symbol | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class ItemsNews(News):
    """The whole watchlist, in the user's order; replaces what the window holds."""

    items: tuple[WatchItem, ...]


@dataclass(frozen=True, slots=True)
class ItemViewsNews(News):
    """States of the items that changed."""

    views: tuple[ItemView, ...]


@dataclass(frozen=True, slots=True)
class OrderNews(News):
    """One order, newest state. `origin` is 自动, 手动 or 外部; `intent_id` is empty for orders that are not ours."""

    order: Order
    origin: str
    intent_id: str


@dataclass(frozen=True, slots=True)
class TradeNews(News):
    """One fill, told once."""

    trade: Trade
    origin: str


@dataclass(frozen=True, slots=True)
class PositionsNews(News):
    """All holdings; replaces what the window holds."""

    positions: tuple[Position, ...]


@dataclass(frozen=True, slots=True)
class AssetNews(News):
    """Money, with the day's result if the opening total is known."""

    asset: Asset
    day_start_total: str | None = None


@dataclass(frozen=True, slots=True)
class SignalNews(News):
    """A level was hit."""

    signal: Signal


@dataclass(frozen=True, slots=True)
class DecisionNews(News):
    """What was made of a signal and why."""

    decision: Decision


@dataclass(frozen=True, slots=True)
class RescaleNews(News):
    """Levels of an item around an ex-rights day. `held`: nothing of it triggers until the user agrees.

    With an empty `reason` the hold is over.
    """

    item_id: str
    reason: str
    held: bool
    before: Levels | None = None
    after: Levels | None = None


@dataclass(frozen=True, slots=True)
class AlarmNews(News):
    """Something the user should hear. `key` names the state so that its cure (`cured`) removes the bar."""

    key: str
    rank: AlarmRank
    title: str
    text: str
    time: datetime
    symbol: Symbol | None = None
    cured: bool = False


@dataclass(frozen=True, slots=True)
class BarsLoaded(News):
    """History for a chart, oldest first; empty with `error` when it cannot be had."""

    symbol: Symbol
    period: Period
    bars: tuple[Bar, ...]
    error: str = ""
    adjust: Adjust = Adjust.NONE


@dataclass(frozen=True, slots=True)
class BarUpdated(News):
    """The growing or just finished bar of a charted symbol."""

    bar: Bar


@dataclass(frozen=True, slots=True)
class CommandAnswered(News):
    """The answer to one command: done, or why not, and the field that caused it."""

    command_id: str
    ok: bool
    text: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class ServiceStopped(News):
    """The last news of a service. `error` is empty after an orderly stop."""

    error: str = ""
