"""Sina's answers: five levels of many securities in one request, with date and time. Pure.

`var hq_str_sh600519="贵州茅台,open,pre-close,last,high,low,bid,ask,shares,yuan,bid volume,bid price x5,ask x5,date,time,status";`
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from core.domain.market import SHANGHAI, Symbol, datetime_to_ms
from core.errors import SourceError
from core.exchange.boards import SecurityClass, class_of
from core.market.public.quotes import BadRow, Rows, Snapshot, number
from core.market.public.records import Dividend
from core.market.public.source_names import Source, SourceFault

LIST_URL = "https://hq.sinajs.cn/list="
REFERER = "https://finance.sina.com.cn/"
FUND_URL = "https://finance.sina.com.cn/realstock/company/{}/hfq.js"
_ENTRY = re.compile(r'var hq_str_([a-z]{2}\d{6})="([^"]*)"')
_FIELDS = 32
_HALTS = frozenset({"01", "02", "03", "04", "05", "07"})


def sina_code(symbol: Symbol) -> str:
    """`600519.SH` as `sh600519`."""
    return symbol[-2:].lower() + symbol[:6]


def check_body(address: str, body: bytes) -> bytes:
    """Tell rubbish from data. Raises SourceError."""
    text = body.decode("gb18030", errors="replace").strip()
    if "Kinsoku" in text or "Forbidden" in text[:200]:
        raise _problem(SourceFault.BANNED, "拒绝访问，可能请求太多")
    if text.startswith("<"):
        raise _problem(SourceFault.GARBLED, "给的是网页，不是行情")
    pages = "/Market_Center." in address  # the page after the last one is empty by right
    if not text or (text in ("null", "[]") and not pages):
        raise _problem(SourceFault.THROTTLED, "的答复是空的，可能被限流")
    if address.endswith(("qfq.js", "hfq.js")):
        factor_table(text)  # akshare evaluates this text as Python: only plain data may pass
    if "hq.sinajs.cn" in address and not (_ENTRY.search(text) and text.endswith(";")):
        raise _problem(SourceFault.GARBLED, "的行情格式变了，或内容不完整")
    return body


def factor_table(text: str) -> list[Any]:
    """Rows of `var sh600519qfq={"total":3,"data":[{"d":"2023-06-30","f":"1.0"}]}`. Raises SourceError."""
    parts = text.split("=")
    try:
        table = json.loads(parts[1].split("\n")[0])
    except (ValueError, IndexError) as error:
        raise _problem(SourceFault.GARBLED, "的复权数据不完整或不是数据") from error
    rows = table.get("data") if isinstance(table, dict) else None
    if not isinstance(rows, list):
        raise _problem(SourceFault.GARBLED, "的复权数据格式变了")
    return rows


def parse_fund_dividends(text: str, symbol: Symbol) -> list[Dividend]:
    """Distributions of a fund from its table of cumulated cash (`u`), oldest first. Raises SourceError."""
    found: list[Dividend] = []
    before = Decimal(0)
    try:
        rows = sorted(
            (date.fromisoformat(str(row["d"])), Decimal(str(row["u"]))) for row in factor_table(text)
        )
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise _problem(SourceFault.GARBLED, "的分红数据格式变了") from error
    for day, cumulated in rows:
        if cumulated > before:
            found.append(Dividend(symbol, day, None, cumulated - before, Decimal(0), "已分配"))
            before = cumulated
    return found


def parse_list(text: str, symbols: Sequence[Symbol]) -> Rows:
    """Rows of the asked symbols. An unknown code comes as an empty string; one that does not come was cut off."""
    wanted = {sina_code(symbol): symbol for symbol in symbols}
    rows = Rows()
    for code, content in _ENTRY.findall(text):
        symbol = wanted.pop(code, None)
        if symbol is None:
            continue
        if not content:
            rows.absent.append(symbol)
            continue
        try:
            rows.found.append(_row(symbol, content))
        except BadRow as error:
            rows.bad.append(f"{symbol}：{error}")
    rows.bad += [f"{symbol}：答复不完整" for symbol in wanted.values()]
    return rows


def _row(symbol: Symbol, content: str) -> Snapshot:
    fields = content.split(",")
    if len(fields) < _FIELDS:
        raise BadRow(f"只有 {len(fields)} 个字段")
    try:
        moment = datetime.strptime(f"{fields[30]} {fields[31]}", "%Y-%m-%d %H:%M:%S").replace(tzinfo=SHANGHAI)
    except ValueError as error:
        raise BadRow(f"时间看不懂：{fields[30]} {fields[31]}") from error
    figures = [number(field) for field in fields[1:30]]
    opened, pre_close, last, high, low = figures[:5]
    book = figures[9:29]
    return Snapshot(
        symbol=symbol,
        name=fields[0],
        time_ms=datetime_to_ms(moment),
        last=last,
        open=opened,
        high=high,
        low=low,
        pre_close=pre_close,
        volume=figures[7],
        amount=figures[8],
        lot=100 if class_of(symbol) is SecurityClass.INDEX else 1,
        bids=_pairs(book[:10]),
        asks=_pairs(book[10:]),
        halted=len(fields) > _FIELDS and fields[32].strip() in _HALTS,
    )


def _pairs(flat: Sequence[float]) -> tuple[tuple[float, float], ...]:
    """volume, price, volume, price ... as (price, volume)."""
    return tuple((flat[i + 1], flat[i]) for i in range(0, len(flat), 2))


def _problem(fault: SourceFault, what: str) -> SourceError:
    return SourceError(f"{Source.SINA}{what}。稍后自动再试。", source=Source.SINA, fault=fault)
