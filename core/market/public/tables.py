"""akshare's tables (pandas frames, read by column name only) become rows and records. Pure but for the frame.

Nothing of pandas leaves: frames are turned into plain lists first, and a missing column is an error that names it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from core.domain.market import SHANGHAI, Symbol, datetime_to_ms
from core.errors import SourceError
from core.market.public.bars import BarRow
from core.market.public.eastmoney import lot_of
from core.market.public.quotes import BadRow, Snapshot, number
from core.market.public.records import Dividend, RightsFactor, Suspension
from core.market.public.source_names import Source, SourceFault

_NAMES: dict[str, tuple[str, ...]] = {
    "stamp": ("时间", "日期", "date"),
    "open": ("开盘", "open"),
    "high": ("最高", "high"),
    "low": ("最低", "low"),
    "close": ("收盘", "close"),
    "volume": ("成交量", "volume"),
    "amount": ("成交额", "amount"),
}
_SIX = Decimal("0.000001")


def records(table: Any) -> list[Mapping[str, Any]]:
    """Rows of a frame as dicts of plain values; an empty frame has none."""
    if table is None or not len(table):
        return []
    rows: list[Mapping[str, Any]] = table.to_dict("records")
    return rows


def bar_rows(table: Any) -> list[BarRow]:
    """Rows of a history table, whatever it calls its columns."""
    rows = records(table)
    if not rows:
        return []
    keys = {field: _column(rows[0], names) for field, names in _NAMES.items()}
    return [
        BarRow(
            stamp=str(row[keys["stamp"]]),
            open=_float(row[keys["open"]]),
            high=_float(row[keys["high"]]),
            low=_float(row[keys["low"]]),
            close=_float(row[keys["close"]]),
            volume=_float(row[keys["volume"]]),
            amount=_float(row[keys["amount"]]),
        )
        for row in rows
    ]


def snapshots_of_list(table: Any, symbol_of: Callable[[str], Symbol | None], *, lots: bool) -> list[Snapshot]:
    """Rows of a whole-market table. Only East Money's funds come with a time. `lots`: volumes are not shares."""
    found = []
    for row in records(table):
        symbol = symbol_of(str(row["代码"]))
        if symbol is None:
            continue
        try:
            found.append(_market_row(symbol, row, lot_of(symbol) if lots else 1))
        except BadRow:
            continue
    return found


def _market_row(symbol: Symbol, row: Mapping[str, Any], lot: int) -> Snapshot:
    moment = row.get("更新时间")
    time_ms = 0
    if isinstance(moment, datetime) and moment == moment:  # NaT is unequal to itself
        time_ms = datetime_to_ms(moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI))
    return Snapshot(
        symbol=symbol,
        name=str(row["名称"]),
        time_ms=time_ms,
        last=number(row["最新价"]),
        open=number(row["今开"] if "今开" in row else row["开盘价"]),
        high=number(row["最高"] if "最高" in row else row["最高价"]),
        low=number(row["最低"] if "最低" in row else row["最低价"]),
        pre_close=number(row["昨收"]),
        volume=number(row["成交量"]),
        amount=number(row["成交额"]),
        lot=lot,
        bids=((number(row.get("买一")), 0.0),),
        asks=((number(row.get("卖一")), 0.0),),
    )


def factors(symbol: Symbol, table: Any) -> list[RightsFactor]:
    """Sina's factors; its first row, 1900-01-01, is the factor before the first ex-rights day."""
    found = []
    for row in records(table):
        qfq = Decimal(str(row["qfq_factor"]))
        if qfq.is_finite() and qfq > 0:
            found.append(RightsFactor(symbol, _require_day(row["date"]), qfq))
    return sorted(found, key=lambda factor: factor.day)


def dividends(symbol: Symbol, table: Any) -> list[Dividend]:
    """East Money gives amounts per ten shares."""
    found = []
    for row in records(table):
        cash, shares = (_per_share(row[name]) for name in ("现金分红-现金分红比例", "送转股份-送转总比例"))
        if cash or shares:
            progress = str(row["方案进度"])
            found.append(
                Dividend(symbol, _day(row["除权除息日"]), _day(row["股权登记日"]), cash, shares, progress)
            )
    return found


def suspensions(table: Any, symbol_of: Callable[[str], Symbol | None]) -> list[Suspension]:
    """Halts of securities we know."""
    found = []
    for row in records(table):
        symbol = symbol_of(str(row["代码"]))
        if symbol is None:
            continue
        since, until, resumes = (_day(row[name]) for name in ("停牌时间", "停牌截止时间", "预计复牌时间"))
        found.append(Suspension(symbol, str(row["名称"]), since, until, resumes, str(row["停牌原因"] or "")))
    return found


def _column(row: Mapping[str, Any], names: tuple[str, ...]) -> str:
    for name in names:
        if name in row:
            return name
    text = f"历史行情里没有“{names[0]}”这一列，数据源可能改了格式。请升级 akshare 或稍后重试。"
    raise SourceError(text, source=Source.OTHER, fault=SourceFault.GARBLED)


def _float(value: Any) -> float:
    number_ = float(value)
    return number_ if math.isfinite(number_) else math.nan


def _per_share(value: Any) -> Decimal:
    amount = Decimal(str(value)) if value is not None else Decimal(0)
    return (amount / 10).quantize(_SIX, ROUND_HALF_UP).normalize() if amount.is_finite() else Decimal(0)


def _day(value: Any) -> date | None:
    """A date, or None for NaT and nothing."""
    if value is None or value != value:
        return None
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None


def _require_day(value: Any) -> date:
    day = _day(value)
    if day is None:
        raise SourceError(
            f"{Source.SINA}的复权因子没有日期。请稍后重试。", source=Source.SINA, fault=SourceFault.GARBLED
        )
    return day
