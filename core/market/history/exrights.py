"""Ex-rights days, found before the first trade: from announced events, or today's pre-close against the last close.

The exchange's own pre-close decides; an announcement tells early and says what is paid. Nothing is found where
nothing happened: a suspended share keeps its close as pre-close for as long as it rests, a first trading day has
no last close, ST changes leave prices alone, indices and repos have no rights, both prices are compared on the
tick, and a close that is an average of the last minute may differ by two. Where the last close is missing, is not the official one, or the step is absurd, the answer is `Unsure`
with a sentence, never a guess.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from core.domain.exrights import Basis, ExRights, Unsure
from core.domain.market import Quote, Symbol
from core.domain.money import milli_to_decimal
from core.exchange.boards import SecurityClass
from core.exchange.calendar import MAINLAND, Calendar, DayKind
from core.exchange.limits import price_limits
from core.exchange.sessions import has_closing_call
from core.exchange.symbols import require_class, tick_size
from core.exchange.ticks import milli_tick, round_half_up
from core.market.history.adjust import Dividend
from core.market.history.table import Ints

__all__ = [
    "Basis",
    "ExRights",
    "Finding",
    "LastClose",
    "Unsure",
    "announced",
    "from_quote",
    "in_history",
    "on_day",
    "upcoming",
]

_WITHOUT_RIGHTS = (SecurityClass.INDEX, SecurityClass.REPO)
SMALLEST, LARGEST = Decimal("0.05"), Decimal(20)
"""Ratios beyond these are taken for bad data: nobody splits a share into more than twenty in one step."""
_DIGITS = Decimal("0.00000001")
AVERAGED_TICKS = 2
"""Without a closing call the official close is an average of the last minute, and sources give now the average, now the
last trade: a step of so few ticks the next morning is theirs, not a dividend (510050 on 2014-07-31)."""


@dataclass(frozen=True, slots=True)
class LastClose:
    """Close of the last day before that the symbol traded on.

    `official` is False for a close made of ticks: exchanges close some securities at an average of the last minute.
    """

    day: date
    price: Decimal
    official: bool = True


Finding = ExRights | Unsure | None


def on_day(
    symbol: Symbol,
    day: date,
    pre_close: Decimal,
    last: LastClose | None,
    *,
    dividend: Dividend | None = None,
    rested: Collection[date] = (),
    calendar: Calendar = MAINLAND,
) -> Finding:
    """Is `day` an ex-rights day, by the pre-close that its quotes carry?

    `pre_close` must belong to `day` (see `from_quote`). `rested` are days known to be without trade between `last`
    and `day`. `dividend` is the event announced for `day`, if one is.
    """
    if require_class(symbol) in _WITHOUT_RIGHTS or pre_close <= 0:
        return None
    if last is None:
        return None  # a first trading day, or no history: there is nothing to compare with
    tick = tick_size(symbol)
    new, old = round_half_up(pre_close, tick), round_half_up(last.price, tick)
    if last.day >= day or old <= 0:
        return Unsure(symbol, day, f"{symbol} 没有 {day} 之前的收盘价，不能核对是否除权。", hold=False)
    if _same(symbol, last.day, int(old / tick), int(new / tick)):
        if dividend is None or dividend.reference(old, tick) == old:
            return None
        return Unsure(
            symbol,
            day,
            f"{symbol} 公告 {day} 除权，但行情的前收盘仍是 {old}。按行情处理，请核对。",
            hold=False,
        )
    unknown = _untraded(last.day, day, rested, calendar)
    if unknown:
        return _gap(symbol, day, new, LastClose(last.day, old), unknown)
    if not last.official and dividend is None and _near(new, old):
        text = f"{symbol} 前收盘 {new} 与逐笔收盘 {old} 略有不同，官方收盘价尚未取得，不作除权处理。"
        return Unsure(symbol, day, text, hold=False)
    if not SMALLEST <= new / old <= LARGEST:
        text = f"{symbol} {day} 前收盘 {new} 与上次收盘 {old} 相差过大，可能是数据错误。核对前不触发。"
        return Unsure(symbol, day, text, hold=True)
    return _found(symbol, day, old, new, dividend.cash if dividend else None, Basis.PRE_CLOSE)


def from_quote(
    quote: Quote,
    last: LastClose | None,
    *,
    today: date,
    dividend: Dividend | None = None,
    rested: Collection[date] = (),
    calendar: Calendar = MAINLAND,
) -> Finding:
    """`on_day` for a snapshot; None while the snapshot is still of an earlier day, whose pre-close says nothing."""
    if quote.time.date() != today or not calendar.is_trading_day(today):
        return None
    pre_close = milli_to_decimal(quote.pre_close)
    return on_day(quote.symbol, today, pre_close, last, dividend=dividend, rested=rested, calendar=calendar)


def announced(symbol: Symbol, dividend: Dividend, last: LastClose) -> ExRights | None:
    """What an event of a coming day would do to a share that closes at `last`; None when the price stays.

    Raises BadInput where nothing is left of the price.
    """
    tick = tick_size(symbol)
    old = round_half_up(last.price, tick)
    new = dividend.reference(old, tick)
    return None if new == old else _found(symbol, dividend.day, old, new, dividend.cash, Basis.ANNOUNCED)


def upcoming(dividends: Sequence[Dividend], today: date, within_days: int = 7) -> list[Dividend]:
    """Events from the day after `today` to `within_days` calendar days later, by day."""
    last = today + timedelta(days=within_days)
    return sorted((one for one in dividends if today < one.day <= last), key=lambda one: one.day)


def in_history(symbol: Symbol, days: Sequence[date], closes: Ints, pre_closes: Ints) -> list[ExRights]:
    """Every ex-rights day of a run of daily bars without holes (suspended days may be left out).

    `closes` and `pre_closes` are thousandths of a yuan by day.
    """
    tick = tick_size(symbol)
    step = milli_tick(tick)
    new, old = _ticks(pre_closes[1:], step), _ticks(closes[:-1], step)
    return [
        _found(symbol, days[i + 1], int(old[i]) * tick, int(new[i]) * tick, None, Basis.PRE_CLOSE)
        for i in np.flatnonzero((new != old) & (new > 0) & (old > 0)).tolist()
        if not _same(symbol, days[i], int(old[i]), int(new[i]))
    ]


def _same(symbol: Symbol, last_day: date, old_ticks: int, new_ticks: int) -> bool:
    """The pre-close is the last close, or as near as two ways of closing can be."""
    step = abs(new_ticks - old_ticks)
    return step == 0 or (step <= AVERAGED_TICKS and not has_closing_call(symbol, last_day))


def _ticks(prices: Ints, step: int) -> Ints:
    """Thousandths as whole ticks, the nearest."""
    return (prices + step // 2) // step


def _found(
    symbol: Symbol, day: date, old: Decimal, new: Decimal, cash: Decimal | None, basis: Basis
) -> ExRights:
    return ExRights(symbol, day, (new / old).quantize(_DIGITS), cash, old, new, basis)


def _untraded(last: date, day: date, rested: Collection[date], calendar: Calendar) -> list[date]:
    """Days between that may have traded and of which we have no bar."""
    found, one = [], last + timedelta(days=1)
    while one < day:
        if calendar.kind(one) is not DayKind.CLOSED and one not in rested:
            found.append(one)
        one += timedelta(days=1)
    return found


def _gap(symbol: Symbol, day: date, new: Decimal, last: LastClose, unknown: list[date]) -> Unsure:
    """Days without a bar explain a step that their price limits allow; a greater one must wait for the user."""
    low = high = last.price
    for one in unknown:
        limits, upper = price_limits(symbol, low, one), price_limits(symbol, high, one)
        low = limits.down if limits.down is not None else Decimal(0)
        high = upper.up if upper.up is not None else Decimal("Infinity")
        if low <= 0 or not high.is_finite():
            break
    hold = not low <= new <= high
    cure = "这些日子的涨跌停也解释不了，可能已除权。核对前不触发。" if hold else "补齐日线后再核对。"
    text = (
        f"{symbol} 缺 {unknown[0]} 起 {len(unknown)} 个交易日的日线，"
        f"前收盘 {new} 与 {last.day} 的收盘 {last.price} 不同。{cure}"
    )
    return Unsure(symbol, day, text, hold=hold)


def _near(new: Decimal, old: Decimal) -> bool:
    """Within what an average of the last minute can differ from the last trade."""
    return abs(new / old - 1) < Decimal("0.01")
