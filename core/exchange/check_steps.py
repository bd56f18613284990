"""The single checks of `checks.check_order`, one function each: a `Refusal`, or None and what was found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from core.domain.enums import Side
from core.exchange.boards import SecurityClass, class_of, exchange_of, is_retired_code
from core.exchange.cage import BookTop, Cage, breach, cage_bound
from core.exchange.calendar import Calendar, DayKind
from core.exchange.declaration import declaration_range
from core.exchange.fees import Fees
from core.exchange.limits import NO_LIMITS, Limits, price_limits
from core.exchange.lots import OrderForm, buy_refusal, odd_lot_refusal, size_refusal
from core.exchange.names import is_st
from core.exchange.orders import OrderQuery
from core.exchange.price_types import PriceType, is_for_exchange, uses_protection
from core.exchange.refusals import Refusal, RuleCode, refuse
from core.exchange.sessions import (
    Acceptance,
    SessionPhase,
    has_after_hours,
    order_acceptance,
    phase_at,
    phase_text,
    shanghai,
)
from core.exchange.st_cap import st_daily_cap
from core.exchange.symbols import rule_of, tick_size
from core.exchange.ticks import ceil_to_tick, floor_to_tick, is_on_tick

_C = SecurityClass


@dataclass(slots=True)
class Check:
    """What the steps find on their way; turned into a `Verdict` at the end."""

    query: OrderQuery
    calendar: Calendar
    kind: PriceType | None
    cls: SecurityClass | None = None
    limits: Limits = NO_LIMITS
    phase: SessionPhase | None = None
    acceptance: Acceptance = Acceptance.ACCEPT
    cage: Cage | None = None
    parked: bool = False
    freeze_cash: Decimal | None = None
    freeze_volume: int | None = None
    fees: Fees | None = None
    net_proceeds: Decimal | None = None
    form: OrderForm = field(init=False)
    day: date = field(init=False)

    def __post_init__(self) -> None:
        self.form = self.kind.form if self.kind is not None else OrderForm.LIMIT
        self.day = shanghai(self.query.moment).date()

    @property
    def is_repo(self) -> bool:
        return self.cls is _C.REPO

    @property
    def own_price(self) -> Decimal | None:
        """The price that tick and limits apply to: the limit, a protection price, the last price of type 5."""
        query = self.query
        if self.form is OrderForm.MARKET:
            given = query.price if query.price else None
            return given if self.kind and uses_protection(self.kind, exchange_of(query.symbol)) else None
        return query.top.last if self.kind is PriceType.LATEST_PRICE else query.price


def _code(check: Check) -> Refusal | None:
    symbol = check.query.symbol
    cls = class_of(symbol)
    if cls is None:
        text = f"{symbol} 不是认识的证券代码，应形如 600519.SH。"
        return refuse(RuleCode.BAD_CODE, text, symbol=symbol)
    if cls is _C.INDEX:
        return refuse(RuleCode.INDEX_NOT_TRADABLE, f"{symbol} 是指数，不能交易。", symbol=symbol)
    if is_retired_code(symbol, check.day):
        text = f"{symbol} 是北交所旧代码，2025-10-09 起只用 920 开头的新代码。"
        return refuse(RuleCode.BAD_CODE, text, symbol=symbol)
    check.cls = cls
    given = check.query.limits
    check.limits = given or price_limits(symbol, check.query.prev_close, check.day, check.query.facts)
    return None


def _halt(check: Check) -> Refusal | None:
    if not check.query.halted:
        return None
    return refuse(RuleCode.HALTED, f"{check.query.symbol} 停牌，复牌前不能委托。", symbol=check.query.symbol)


def _trading_day(check: Check) -> Refusal | None:
    check.phase = phase_at(check.query.symbol, check.query.moment, check.calendar)
    kind = check.calendar.kind(check.day)
    if kind is DayKind.CLOSED:
        return refuse(RuleCode.NOT_TRADING_DAY, f"{check.day} 休市，不能委托。", day=check.day)
    if kind is DayKind.UNKNOWN:
        text = f"交易日历不知道 {check.day} 是否开市，按休市处理。请更新程序或添加交易日。"
        return refuse(RuleCode.CALENDAR_UNKNOWN, text, day=check.day)
    return None


def _session(check: Check) -> Refusal | None:
    query, phase = check.query, check.phase or SessionPhase.CLOSED
    fixed = check.form is OrderForm.FIXED
    if fixed and not has_after_hours(query.symbol, check.day):
        text = f"{rule_of(query.symbol).title} {query.symbol} 没有盘后固定价格交易。"
        return refuse(RuleCode.AFTER_HOURS_NOT_SUPPORTED, text, symbol=query.symbol)
    check.acceptance = order_acceptance(query.symbol, query.moment, check.form, check.calendar)
    if check.acceptance is not Acceptance.REJECT:
        return None
    clock = shanghai(query.moment).strftime("%H:%M:%S")
    what = "盘后定价委托" if fixed else "委托"
    text = f"现在 {clock} 是{phase_text(phase)}，不接受{what}。"
    return refuse(RuleCode.OUT_OF_SESSION, text, time=clock, phase=phase.value)


def _price_type(check: Check) -> Refusal | None:
    query, kind = check.query, check.kind
    if kind is None:
        text = f"不认识报价类型 {query.price_type}。"
        return refuse(RuleCode.PRICE_TYPE_UNKNOWN, text, price_type=query.price_type)
    if check.is_repo and query.side is Side.BUY:
        text = f"{query.symbol} 只能卖出（借出资金），不能买入。"
        return refuse(RuleCode.SIDE_NOT_ALLOWED, text, side=query.side.value)
    if kind.form is not OrderForm.MARKET:
        return None
    bonds = check.cls in (_C.CB, _C.REPO) and exchange_of(query.symbol) != "SZ"
    if bonds or not is_for_exchange(kind, exchange_of(query.symbol)):
        text = f"{query.symbol} 不能用“{kind.title}”，请改用限价。"
        return refuse(RuleCode.PRICE_TYPE_NOT_FOR_EXCHANGE, text, price_type=int(kind))
    if check.phase is not SessionPhase.CONTINUOUS:
        text = f"市价委托只能在连续竞价时段，现在是{phase_text(check.phase or SessionPhase.CLOSED)}。请改用限价。"
        return refuse(RuleCode.MARKET_NOT_IN_CONTINUOUS, text, price_type=int(kind))
    return None


def _size(check: Check) -> Refusal | None:
    return size_refusal(check.query.symbol, check.query.volume, check.form)


def _lots(check: Check) -> Refusal | None:
    query = check.query
    if query.side is Side.BUY or check.is_repo:
        return buy_refusal(query.symbol, query.volume, check.form)
    return odd_lot_refusal(query.symbol, query.volume, query.can_use or 0)


def _tick(check: Check) -> Refusal | None:
    price = check.own_price
    if price is None and check.form is OrderForm.MARKET:
        return None
    if price is None or not price.is_finite() or price <= 0:
        return refuse(RuleCode.PRICE_NOT_POSITIVE, f"价格 {price} 不是正数。", price=price)
    tick = tick_size(check.query.symbol)
    if is_on_tick(price, tick):
        return None
    low, high = floor_to_tick(price, tick), ceil_to_tick(price, tick)
    usable = f"{low} 或 {high}" if low > 0 else f"{high}"
    text = f"价格 {price} 不是 {tick} 的整数倍。可用 {usable}。"
    return refuse(RuleCode.PRICE_TICK, text, price=price, tick=tick, lower=low, upper=high)


def _limits(check: Check) -> Refusal | None:
    query, price = check.query, check.own_price
    up, down = check.limits.up, check.limits.down
    if price is not None and up is not None and price > up:
        text = f"价格 {price} 高于涨停价 {up}。最高可用 {up}。"
        return refuse(RuleCode.PRICE_ABOVE_LIMIT_UP, text, price=price, limit_up=up)
    if price is not None and down is not None and price < down:
        text = f"价格 {price} 低于跌停价 {down}。最低可用 {down}。"
        return refuse(RuleCode.PRICE_BELOW_LIMIT_DOWN, text, price=price, limit_down=down)
    if up is None and not check.is_repo and query.prev_close is None and query.facts.issue_price is None:
        text = f"{query.symbol} 没有昨收价，算不出涨跌停，不能委托。请等行情。"
        return refuse(RuleCode.NO_PREV_CLOSE, text, symbol=query.symbol)
    return _declaration(check, price) or _fixed_price(check, price)


def _declaration(check: Check, price: Decimal | None) -> Refusal | None:
    """Ranges of the call auctions of a day without limits."""
    query = check.query
    if check.limits.up is not None or price is None or check.form is not OrderForm.LIMIT:
        return None
    phase = check.phase or SessionPhase.CLOSED
    span = declaration_range(query.symbol, check.day, phase, query.facts, query.top.last)
    if span is None or not span.certain:
        return None
    if span.high is not None and price > span.high:
        text = f"价格 {price} 高于今日{phase_text(phase)}可申报的最高价 {span.high}。"
        return refuse(RuleCode.PRICE_ABOVE_RANGE, text, price=price, highest=span.high)
    if span.low is not None and price < span.low:
        text = f"价格 {price} 低于今日{phase_text(phase)}可申报的最低价 {span.low}。"
        return refuse(RuleCode.PRICE_BELOW_RANGE, text, price=price, lowest=span.low)
    return None


def _fixed_price(check: Check, price: Decimal | None) -> Refusal | None:
    close = check.query.close
    if check.form is not OrderForm.FIXED or close is None or price is None:
        return None
    buy = check.query.side is Side.BUY
    if (price >= close) if buy else (price <= close):
        return None
    word = "买入价 {0} 低于收盘价 {1}" if buy else "卖出价 {0} 高于收盘价 {1}"
    text = word.format(price, close) + "，盘后定价委托无效。"
    return refuse(RuleCode.FIXED_PRICE_INVALID, text, price=price, close=close)


def _protection(check: Check) -> Refusal | None:
    """STAR market orders must name one; elsewhere limit-up (limit-down) stands in, where the day has one."""
    if check.form is not OrderForm.MARKET or check.own_price is not None:
        return None
    buy = check.query.side is Side.BUY
    stand_in = check.limits.up if buy else check.limits.down
    if stand_in is not None and not (check.cls is _C.STAR and buy):
        return None
    text = (
        "市价委托须填保护限价。"
        if stand_in is not None
        else "今日无涨跌停，市价委托须填保护限价，或改用限价。"
    )
    return refuse(RuleCode.PROTECTION_PRICE_REQUIRED, text, symbol=check.query.symbol)


def _cage(check: Check) -> Refusal | None:
    query, price = check.query, check.own_price
    if check.form is not OrderForm.LIMIT or check.phase is not SessionPhase.CONTINUOUS or price is None:
        return None
    top = query.top
    if top.pre_close is None:
        top = BookTop(top.best_bid, top.best_ask, top.last, query.prev_close)
    check.cage = cage = cage_bound(query.symbol, query.side, check.day, top)
    if cage is None:
        return None
    refusal = breach(query.side, price, cage)
    if refusal is not None and not cage.rejects:
        check.parked, check.acceptance = True, Acceptance.QUEUE
        return None
    return refusal


def _st_cap(check: Check) -> Refusal | None:
    query = check.query
    warned = is_st(query.facts.name) if query.facts.is_st is None else query.facts.is_st
    cap = st_daily_cap(query.symbol, check.day)
    if query.side is not Side.BUY or not warned or cap is None or query.bought_today + query.volume <= cap:
        return None
    text = f"风险警示股票每日最多买 {cap} 股，今日已买 {query.bought_today} 股，还可买 {cap - query.bought_today} 股。"
    return refuse(RuleCode.ST_DAILY_BUY_CAP, text, cap=cap, bought_today=query.bought_today)


def _cash(check: Check) -> Refusal | None:
    query, price = check.query, check.own_price
    schedule, symbol, day = query.schedule, query.symbol, check.day
    if query.side is Side.SELL and not check.is_repo:
        check.freeze_volume = query.volume
        if price is not None:
            check.fees = schedule.order_fees(symbol, Side.SELL, price, query.volume, day)
            check.net_proceeds = schedule.net_proceeds(symbol, price, query.volume, day)
        return None
    if price is None:
        price = check.limits.up
    if price is None:  # the protection step lets no market buy without a price to here
        return None
    check.fees = schedule.order_fees(symbol, query.side, price, query.volume, day)
    check.freeze_cash = need = schedule.cash_to_freeze(symbol, price, query.volume, day)
    if query.cash is None or need <= query.cash:
        return None
    text = f"可用资金 {query.cash} 元不足，需 {need} 元（含费用 {check.fees.total}），差 {need - query.cash} 元。"
    return refuse(RuleCode.INSUFFICIENT_CASH, text, need=need, cash=query.cash)


STEPS: tuple[Callable[[Check], Refusal | None], ...] = (
    _code,
    _halt,
    _trading_day,
    _session,
    _price_type,
    _size,
    _lots,
    _tick,
    _limits,
    _protection,
    _cage,
    _st_cap,
    _cash,
)
