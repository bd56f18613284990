"""The vendor's objects to our frozen records. Pure; runs inside the vendor's callback, before the object changes.

The vendor's fields cannot be trusted: times come as epoch seconds, milliseconds or digits of a date; floats carry
noise; a status may be one we do not know; a price that does not exist is 0, nan or the largest double.
"""

from __future__ import annotations

import math
import re
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from core.domain.enums import OrderStatus, Side
from core.domain.market import SHANGHAI, Symbol, ms_to_datetime
from core.domain.money import float_to_milli, milli_to_decimal, to_cents
from core.domain.trading import Asset, Order, Position, Trade
from core.exchange.refusals import Refused
from core.exchange.symbols import parse_symbol

_NORMAL = re.compile(r"\d{6}\.(SH|SZ|BJ)")
_AVERAGE = Decimal("0.0001")
_NO_PRICE = 1e9
"""Above it a vendor price means 'none' (the largest double)."""
_EARLIEST_S = 946_684_800  # 2000-01-01
_LATEST_S = 4_102_444_800  # 2100-01-01

_SIDES = {
    23: Side.BUY, 24: Side.SELL,  # stock
    27: Side.BUY, 28: Side.SELL, 29: Side.BUY, 31: Side.SELL,  # credit
    40: Side.BUY, 41: Side.SELL, 42: Side.BUY, 44: Side.SELL,  # credit, special
}  # fmt: skip
_OFFSETS = {48: Side.BUY, 49: Side.SELL}


class Unreadable(ValueError):
    """A field that must be there is missing or is no number."""


class Foreign(ValueError):
    """A record of a kind that this desk has no word for (ETF creation, transfers); it may be left out."""


def order(native: object, account_id: str, now: datetime) -> Order:
    """An XtOrder, native or from xttype. `now` stands in for a time that cannot be read."""
    status, status_msg = _status(native)
    return Order(
        account_id=_text(native, "account_id") or account_id,
        symbol=_symbol(native),
        order_id=_int(native, "order_id"),
        order_sysid=_text(native, "order_sysid"),
        time=read_time(getattr(native, "order_time", None), now),
        side=_side(native),
        volume=_int(native, "order_volume"),
        price=_price(native, "price"),
        traded_volume=_int(native, "traded_volume"),
        traded_price=_average(native, "traded_price"),
        status=status,
        status_msg=status_msg,
        remark=_text(native, "order_remark"),
        price_type=_int(native, "price_type", 50),
        strategy=_text(native, "strategy_name"),
    )


def trade(native: object, account_id: str, now: datetime) -> Trade:
    """An XtTrade. Its amount is computed when the vendor gives none."""
    price, volume = _price(native, "traded_price"), _int(native, "traded_volume")
    amount = _money(native, "traded_amount", Decimal(0))
    trade_id = _text(native, "traded_id")
    if not trade_id:
        raise Unreadable("traded_id is empty")
    return Trade(
        account_id=_text(native, "account_id") or account_id,
        symbol=_symbol(native),
        trade_id=trade_id,
        order_id=_int(native, "order_id"),
        time=read_time(getattr(native, "traded_time", None), now),
        side=_side(native),
        price=price,
        volume=volume,
        amount=amount if amount > 0 else to_cents(price * volume),
        remark=_text(native, "order_remark"),
        commission=_money(native, "commission", Decimal(0)),
    )


def position(native: object, account_id: str) -> Position:
    """An XtPosition. `cost` is avg_price, or open_price where the broker leaves that empty."""
    return Position(
        account_id=_text(native, "account_id") or account_id,
        symbol=_symbol(native),
        volume=_int(native, "volume"),
        sellable=_int(native, "can_use_volume"),
        cost=_average(native, "avg_price") or _average(native, "open_price"),
        frozen=_int(native, "frozen_volume", 0),
        on_road=_int(native, "on_road_volume", 0),
        yesterday=_int(native, "yesterday_volume", 0),
    )


def asset(native: object, account_id: str) -> Asset:
    """An XtAsset; every amount must be a number."""
    return Asset(
        account_id=_text(native, "account_id") or account_id,
        cash=_money(native, "cash"),
        frozen_cash=_money(native, "frozen_cash"),
        market_value=_money(native, "market_value"),
        total_asset=_money(native, "total_asset"),
    )


def read_time(raw: object, now: datetime) -> datetime:
    """Epoch seconds or milliseconds, `YYYYMMDDhhmmss[mmm]` or `hhmmss`; anything else gives `now`."""
    try:
        value = int(raw)  # type: ignore[call-overload]
    except (TypeError, ValueError, OverflowError):
        return now
    if _EARLIEST_S <= value < _LATEST_S:
        return ms_to_datetime(value * 1000)
    if _EARLIEST_S * 1000 <= value < _LATEST_S * 1000:
        return ms_to_datetime(value)
    digits = str(value)
    try:
        if len(digits) in (14, 17):
            return datetime.strptime(digits[:14], "%Y%m%d%H%M%S").replace(tzinfo=SHANGHAI)
        if len(digits) in (5, 6):
            clock = datetime.strptime(digits.zfill(6), "%H%M%S").replace(tzinfo=SHANGHAI).time()
            return datetime.combine(now.astimezone(SHANGHAI).date(), clock, SHANGHAI)
    except ValueError:
        return now
    return now


def text_of(native: object, name: str) -> str:
    """A text field of any vendor object; empty when it is missing."""
    return _text(native, name)


def int_of(native: object, name: str, default: int) -> int:
    """A number of any vendor object; `default` when it is missing or no number."""
    try:
        return _int(native, name, default)
    except Unreadable:
        return default


def _text(native: object, name: str) -> str:
    value = getattr(native, name, None)
    if value is None:
        return ""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value)


def _int(native: object, name: str, default: int | None = None) -> int:
    value = getattr(native, name, None)
    if value is None and default is not None:
        return default
    try:
        return int(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        raise Unreadable(f"{name} is {value!r}") from None


def _float(native: object, name: str) -> float | None:
    """None for what is no price and no amount: missing, nan, infinite, absurdly large."""
    try:
        value = float(getattr(native, name))
    except (AttributeError, TypeError, ValueError, OverflowError):
        return None
    return value if math.isfinite(value) and abs(value) < 1e15 else None


def _price(native: object, name: str) -> Decimal:
    """At a thousandth of a yuan, the finest tick there is; 0 when there is none (market orders)."""
    value = _float(native, name)
    return Decimal(0) if value is None or abs(value) > _NO_PRICE else milli_to_decimal(float_to_milli(value))


def _average(native: object, name: str) -> Decimal:
    """An average lies between ticks: 1/10000 yuan, as the journal stores it."""
    value = _float(native, name)
    if value is None or abs(value) > _NO_PRICE:
        return Decimal(0)
    return Decimal(repr(value)).quantize(_AVERAGE, rounding=ROUND_HALF_UP)


def _money(native: object, name: str, default: Decimal | None = None) -> Decimal:
    value = _float(native, name)
    if value is None:
        if default is None:
            raise Unreadable(f"{name} is {getattr(native, name, None)!r}")
        return default
    return to_cents(Decimal(repr(value)))


def _symbol(native: object) -> Symbol:
    """The normal symbol; a code our table does not know (bonds, foreign boards) stays as the broker writes it."""
    code = _text(native, "stock_code").strip().upper()
    if not code:
        raise Unreadable("stock_code is empty")
    if _NORMAL.fullmatch(code):
        return Symbol(code)
    try:
        return parse_symbol(code, tradable_only=False)
    except Refused:
        return Symbol(code)


def _side(native: object) -> Side:
    kind = int_of(native, "order_type", 0)
    side = _SIDES.get(kind) if kind else _OFFSETS.get(int_of(native, "offset_flag", 0))
    if side is None:
        raise Foreign(f"order_type {kind} is neither buying nor selling")
    return side


def _status(native: object) -> tuple[OrderStatus, str]:
    """An unknown number becomes UNKNOWN and stays readable in the message."""
    raw = getattr(native, "order_status", None)
    message = _text(native, "status_msg")
    try:
        return OrderStatus(int(raw)), message  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return OrderStatus.UNKNOWN, f"未知状态 {raw}" + (f"：{message}" if message else "")
