"""Which orders the terminal refuses, where, and in which words.

The rules are `core.exchange.checks`. Here is only what a counter adds: what is wrong with the request itself is
answered with -1, what money, holdings, prices or the hour forbid gets a number and dies as junk (废单).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import lru_cache

from core.domain.enums import Phase, Side
from core.domain.market import Instrument, Quote, Symbol, datetime_to_ms, ms_to_datetime
from core.domain.money import milli_to_decimal
from core.exchange.boards import exchange_of
from core.exchange.cage import BookTop, breach, cage_bound, quote_limits, top_of
from core.exchange.calendar import MAINLAND, Calendar
from core.exchange.checks import check_order
from core.exchange.ledger import Ledger
from core.exchange.limits import LimitFacts, Limits
from core.exchange.lots import OrderForm
from core.exchange.orders import OrderQuery
from core.exchange.orders import Verdict as RuleVerdict
from core.exchange.price_types import PriceType, price_type_of, uses_protection
from core.exchange.refusals import Refusal, RuleCode, refuse
from core.exchange.sessions import SessionPhase, cancel_refusal, next_start, phase_at
from core.simqmt.broker.records import STOCK_BUY, STOCK_SELL, Draft, SimOrder, Ticket

_C = RuleCode
_AT_REQUEST = frozenset(
    {
        _C.BAD_CODE,
        _C.INDEX_NOT_TRADABLE,
        _C.PRICE_TYPE_UNKNOWN,
        _C.PRICE_TYPE_NOT_FOR_EXCHANGE,
        _C.SIDE_NOT_ALLOWED,
        _C.QTY_NOT_POSITIVE,
        _C.QTY_ABOVE_MAX,
        _C.QTY_BELOW_MIN,
        _C.QTY_STEP,
        _C.ODD_LOT_SPLIT,
        _C.PRICE_NOT_POSITIVE,
    }
)
_COUNTER_WORDS = {
    _C.INSUFFICIENT_CASH: ("260200", "可用资金不足"),
    _C.INSUFFICIENT_POSITION: ("251005", "证券可用数量不足"),
    _C.OUT_OF_SESSION: ("12313", "当前时间不允许此类证券交易"),
    _C.NOT_TRADING_DAY: ("12313", "当前时间不允许此类证券交易"),
    _C.CALENDAR_UNKNOWN: ("12313", "当前时间不允许此类证券交易"),
    _C.HALTED: ("120146", "证券停牌"),
    _C.PRICE_TICK: ("120141", "委托价格不符合最小价差"),
    _C.PRICE_ABOVE_LIMIT_UP: ("120142", "委托价格超过涨停价"),
    _C.PRICE_BELOW_LIMIT_DOWN: ("120143", "委托价格低于跌停价"),
    _C.CAGE_HIGH: ("120144", "委托价格超出有效申报范围"),
    _C.CAGE_LOW: ("120144", "委托价格超出有效申报范围"),
}
"""The first four are real counters' codes; the others are ours, in their shape."""

_OTHER = ("120140", "委托被拒绝")
_BREAKS = frozenset({SessionPhase.GAP, SessionPhase.LUNCH})
_ABSURD = 1e9
"""Yuan: no price comes near."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What is known of a security at one snapshot, in the words of the rules."""

    quote: Quote | None
    instrument: Instrument | None
    about: LimitFacts
    top: BookTop
    prev_close: Decimal | None
    limits: Limits | None
    halted: bool
    close: Decimal | None
    told: LimitFacts | None

    @classmethod
    def of(cls, quote: Quote | None, instrument: Instrument | None, told: LimitFacts | None) -> Sight:
        """From the newest snapshot, the security's instrument, and what was told of it."""
        about = told or (
            LimitFacts(name=instrument.name, is_st=instrument.is_st or None) if instrument else LimitFacts()
        )
        return cls(
            quote=quote,
            instrument=instrument,
            about=about,
            top=top_of(quote) if quote is not None else BookTop(),
            prev_close=_previous_close(quote, instrument),
            limits=_limits(quote, None if told else instrument, about),
            halted=_is_halted(quote, instrument, told),
            close=_close(quote),
            told=told,
        )


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """A ticket and what the terminal knows of its account. `ledger` is None for an unknown account."""

    ticket: Ticket
    ledger: Ledger | None
    now_ms: int
    bought_today: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """`draft` is what gets a number, None when refused at the request; no `message`: accepted. `parked`: outside a
    cage of the older kind."""

    draft: Draft | None
    message: str = ""
    prefix: str = ""
    parked: bool = False

    def refused_by(self, refusal: Refusal) -> Verdict:
        """The same draft, refused at the counter."""
        return replace(self, message=self.prefix + _counter_text(refusal))


def judge(facts: OrderFacts, sight: Sight, calendar: Calendar = MAINLAND) -> Verdict:
    """The verdict on a ticket. Cash and shares are judged by the ledger when it freezes them."""
    ticket = facts.ticket
    if facts.ledger is None:
        return Verdict(None, "未找到账号")
    if ticket.order_type not in (STOCK_BUY, STOCK_SELL):
        return Verdict(None, f"无效的请求参数：不支持的委托类型 {ticket.order_type}")
    kind = price_type_of(ticket.price_type)
    side = Side.BUY if ticket.order_type == STOCK_BUY else Side.SELL
    prefix = _prefix(ticket.code, ticket.price_type, side)
    if not math.isfinite(ticket.price) or abs(ticket.price) >= _ABSURD:
        return Verdict(None, f"{prefix}[价格 {ticket.price:g} 不是能用的价格，请填以元计的数。]")
    symbol = Symbol(ticket.code)
    price = _price(ticket, kind, sight.quote)
    on_market = kind is not None and kind.form is OrderForm.MARKET
    if kind is not None and on_market:
        protects = uses_protection(kind, exchange_of(symbol)) and price is not None and price > 0
        price = price if protects else Decimal(0)
    found = check_order(_query(facts, facts.ledger, sight, side, price), calendar, money=False)
    refusal, instrument = found.refusal, sight.instrument
    unknown = sight.quote is None and instrument is None
    # Nothing is known of it, so a latest price neither: that is not what the program did wrong.
    if refusal is not None and refusal.code in _AT_REQUEST and not (unknown and price is None):
        return Verdict(None, f"{prefix}[{refusal.text}]")
    if unknown:
        return Verdict(None, f"{prefix}[证券代码 {ticket.code} 不在模拟行情中]")
    name, limit = instrument.name if instrument else "", _market_limit(kind, side, price, found)
    draft = Draft(symbol, name, side, price if price is not None else Decimal(0), limit)
    verdict = Verdict(draft, prefix=prefix, parked=found.parked)
    if refusal is None and on_market and sight.quote is not None and _is_shown_halted(sight.quote):
        text = "市价委托只能在连续竞价时段，现在是临时停牌。请改用限价。"
        refusal = refuse(_C.MARKET_NOT_IN_CONTINUOUS, text, price_type=ticket.price_type)
    return verdict if refusal is None else verdict.refused_by(refusal)


def _market_limit(
    kind: PriceType | None, side: Side, price: Decimal | None, found: RuleVerdict
) -> Decimal | None:
    """The price that a market order freezes cash at and never passes: its protection price, else the day's limit."""
    if kind is None or kind.form is not OrderForm.MARKET:
        return None
    if price:
        return price
    limits = found.limits
    stand_in = None if limits is None else limits.up if side is Side.BUY else limits.down
    return stand_in if stand_in is not None else Decimal(0)


def may_match(order: SimOrder, moment: datetime, calendar: Calendar = MAINLAND) -> bool:
    """Whether an order that arrives now meets the displayed book, or has to wait for the next session."""
    return phase_at(order.symbol, moment, calendar) is SessionPhase.CONTINUOUS


def is_held_back(order: SimOrder, quote: Quote) -> bool:
    """Whether a price cage of the older kind keeps the order out of the book for now."""
    cage = cage_bound(order.symbol, order.side, quote.time.date(), top_of(quote))
    if cage is None or cage.rejects or quote.phase is not Phase.CONTINUOUS or not order.price:
        return False
    return order.price > cage.bound if order.side is Side.BUY else order.price < cage.bound


def late_objection(order: SimOrder, quote: Quote, calendar: Calendar = MAINLAND) -> str:
    """Why the exchange refuses an order that it was sent in a break, when the book of continuous auction is there, in the
    counter's words; empty when it takes it. (A break has no price cage, so nobody judged it by one.)"""
    sent = phase_at(order.symbol, ms_to_datetime(order.time_ms), calendar)
    kind = price_type_of(order.price_type)
    if sent not in _BREAKS or kind is None or kind.form is not OrderForm.LIMIT:
        return ""
    cage = cage_bound(order.symbol, order.side, quote.time.date(), top_of(quote))
    refusal = breach(order.side, order.price, cage) if cage is not None and cage.rejects else None
    return _prefix(order.symbol, order.price_type, order.side) + _counter_text(refusal) if refusal else ""


def cancel_wait_ms(order: SimOrder, now_ms: int, calendar: Calendar = MAINLAND) -> int:
    """How long a cancel that is taken now lies before it is processed: from 09:25 to 09:30 Shenzhen takes, and waits."""
    moment = ms_to_datetime(now_ms)
    if phase_at(order.symbol, moment, calendar) is not SessionPhase.GAP:
        return 0
    opening = next_start(order.symbol, moment, frozenset({SessionPhase.CONTINUOUS}), calendar)
    return datetime_to_ms(opening) - now_ms


def cancel_objection(order: SimOrder, now_ms: int, calendar: Calendar = MAINLAND) -> str:
    """Why the exchange takes no cancel of this order now, in the counter's words; empty when it does."""
    refusal = cancel_refusal(order.symbol, ms_to_datetime(now_ms), calendar)
    return f"[COUNTER] [251021][当前时间不允许撤单][{refusal.text}]" if refusal else ""


def _query(facts: OrderFacts, ledger: Ledger, sight: Sight, side: Side, price: Decimal | None) -> OrderQuery:
    ticket = facts.ticket
    symbol = Symbol(ticket.code)
    held = ledger.holdings.get(symbol)
    return OrderQuery(
        symbol=symbol,
        side=side,
        volume=ticket.volume,
        price=price,
        moment=ms_to_datetime(facts.now_ms),
        price_type=ticket.price_type,
        prev_close=sight.prev_close,
        facts=sight.about,
        top=sight.top,
        limits=sight.limits,
        halted=sight.halted,
        can_use=held.can_use if held is not None else 0,
        bought_today=facts.bought_today,
        close=sight.close,
        schedule=ledger.schedule,
    )


def _is_halted(quote: Quote | None, instrument: Instrument | None, told: LimitFacts | None) -> bool:
    """Suspended for the day. A halt after the first trade is temporary: orders are taken, and wait for its end.

    A book put in by hand has no volume; halts of our own (`halting`) need facts, and an opening price.
    """
    if quote is not None and (quote.volume or (told is not None and quote.open)):
        return False
    shown = quote is not None and _is_shown_halted(quote)
    return shown or (instrument is not None and instrument.suspended)


def _is_shown_halted(quote: Quote) -> bool:
    return quote.suspended or quote.phase is Phase.SUSPENDED


def _close(quote: Quote | None) -> Decimal | None:
    """The day's closing price, once it is known."""
    over = quote is not None and quote.phase in (Phase.CLOSED, Phase.AFTER_HOURS) and quote.time.hour >= 15
    return milli_to_decimal(quote.last) if over and quote is not None and quote.last else None


def _previous_close(quote: Quote | None, instrument: Instrument | None) -> Decimal | None:
    if quote is not None and quote.pre_close:
        return milli_to_decimal(quote.pre_close)
    return instrument.pre_close if instrument is not None and instrument.pre_close else None


def _limits(quote: Quote | None, instrument: Instrument | None, about: LimitFacts) -> Limits | None:
    """The feed's limits of the day; None lets the rules compute them."""
    if quote is not None and quote.pre_close:
        return quote_limits(quote, about)
    if instrument is not None and instrument.limit_up is not None:
        return Limits(instrument.limit_up, instrument.limit_down)
    return None


def _price(ticket: Ticket, kind: PriceType | None, quote: Quote | None) -> Decimal | None:
    if kind is PriceType.LATEST_PRICE:
        return milli_to_decimal(quote.last) if quote is not None and quote.last else None
    return _meant(ticket.price)


@lru_cache(maxsize=4096)
def _meant(price: float) -> Decimal:
    """Programs compute prices in floats: 11.370000000000001 means 11.37."""
    return Decimal(str(price)).quantize(Decimal("0.0001")).normalize() + 0


@lru_cache(maxsize=4096)
def _prefix(symbol: str, price_type: int, side: Side) -> str:
    kind = price_type_of(price_type)
    title = kind.title if kind is not None else f"报价类型{price_type}"
    code, _, market = symbol.partition(".")
    return f"{title}{'买入' if side is Side.BUY else '卖出'} [{market}{code}] "


def _counter_text(refusal: Refusal) -> str:
    number, words = _COUNTER_WORDS.get(refusal.code, _OTHER)
    return f"[COUNTER] [{number}][{words}][{refusal.text}]"
