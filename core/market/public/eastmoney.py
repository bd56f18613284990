"""East Money's answers: is it data at all, and what do its numbered fields mean. Pure.

`fltt=2` gives yuan; `fltt=1` integers scaled by 10 to the power of `f59` (or `f152`), which is 3 for funds and 2
for shares. `f5` and the book count in lots. `-` stands where there is nothing. `diff` is a list or an object.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from core.domain.market import Symbol
from core.errors import SourceError
from core.exchange.boards import SecurityClass, class_of
from core.exchange.symbols import tick_size
from core.market.public.quotes import BadRow, Rows, Snapshot, number
from core.market.public.source_names import Source, SourceFault

ULIST_URL = "https://push2.eastmoney.com/api/qt/ulist.np/get"
ULIST_FIELDS = "f2,f5,f6,f12,f13,f14,f15,f16,f17,f18,f31,f32,f124,f152"
_BOND_LOT = 10


def market_id(symbol: Symbol) -> int:
    """1 for Shanghai, 0 for Shenzhen and Beijing."""
    return 1 if symbol.endswith(".SH") else 0


def secid(symbol: Symbol) -> str:
    """`1.600519`."""
    return f"{market_id(symbol)}.{symbol[:6]}"


def lot_of(symbol: Symbol) -> int:
    """Shares in one of East Money's lots (convertible bonds and repos: ten of 100 yuan)."""
    return _BOND_LOT if class_of(symbol) in (SecurityClass.CB, SecurityClass.REPO) else 100


def check_body(address: str, body: bytes) -> bytes:
    """Tell data from throttling, refusal and rubbish; an object `diff` becomes a list. Raises SourceError."""
    answer = _json(body)
    path = urlsplit(address).path
    if not path.startswith("/api/qt/"):
        return _check_datacenter(answer, body)
    data = answer.get("data")
    if data is None:
        code = answer.get("rc")
        if code not in (0, None):
            raise _problem(SourceFault.REFUSED, f"不认识这个请求（rc {code}）")
        raise _problem(SourceFault.THROTTLED, "的答复没有内容，可能被限流")
    if not isinstance(data, dict):
        raise _problem(SourceFault.GARBLED, "的答复格式变了")
    for name in ("klines", "trends"):
        if name in data and not data[name] and not data.get("code"):
            raise _problem(SourceFault.THROTTLED, "的答复是空的，可能被限流")
    if "/clist/" in path or "/ulist" in path:
        return _check_list(answer, data, body)
    return body


def _check_list(answer: dict[str, Any], data: dict[str, Any], body: bytes) -> bytes:
    diff = data.get("diff")
    if not diff:
        raise _problem(SourceFault.THROTTLED, "的列表是空的，可能被限流")
    if isinstance(diff, list):
        return body
    return json.dumps({**answer, "data": {**data, "diff": rows_of(diff)}}, ensure_ascii=False).encode()


def _check_datacenter(answer: dict[str, Any], body: bytes) -> bytes:
    if answer.get("result") is None and "result" in answer:
        text = str(answer.get("message") or "没有数据")
        raise _problem(SourceFault.EMPTY, f"：{text}")
    return body


def rows_of(diff: object) -> list[Mapping[str, Any]]:
    """The rows of a `diff`, which is a list, or an object with numbers as keys."""
    if isinstance(diff, dict):
        diff = [row for _, row in sorted(diff.items(), key=lambda pair: (len(pair[0]), pair[0]))]
    if not isinstance(diff, list):
        raise _problem(SourceFault.GARBLED, "的列表格式变了")
    return [row for row in diff if isinstance(row, dict)]


def parse_list(body: bytes, symbols: Iterable[Symbol]) -> Rows:
    """Rows of a `clist` or `ulist` answer in yuan.

    A bare code may be two securities, so the market (`f13`) decides where the answer has it.
    """
    wanted = {(symbol[:6], market_id(symbol)): symbol for symbol in symbols}
    codes = {symbol[:6]: symbol for symbol in wanted.values()}
    rows = Rows()
    for row in rows_of(_json(body)["data"]["diff"]):
        code, market = str(row.get("f12")), row.get("f13")
        symbol = codes.get(code) if market is None else wanted.get((code, int(number(market))))
        if symbol is None:
            continue
        wanted.pop((symbol[:6], market_id(symbol)), None)
        try:
            rows.found.append(list_row(symbol, row))
        except BadRow as error:
            rows.bad.append(f"{symbol}：{error}")
    rows.absent += wanted.values()
    return rows


def list_row(symbol: Symbol, row: Mapping[str, Any]) -> Snapshot:
    """One row of a list in yuan. The book is the best level only and without volume. Raises BadRow."""
    return Snapshot(
        symbol=symbol,
        name=str(row.get("f14") or ""),
        time_ms=round(number(row.get("f124"))) * 1000,
        last=number(row.get("f2")),
        open=number(row.get("f17")),
        high=number(row.get("f15")),
        low=number(row.get("f16")),
        pre_close=number(row.get("f18")),
        volume=number(row.get("f5")),
        amount=number(row.get("f6")),
        lot=lot_of(symbol),
        bids=((number(row.get("f31")), 0.0),),
        asks=((number(row.get("f32")), 0.0),),
    )


def parse_stock(body: bytes, symbol: Symbol, *, scaled: bool = False) -> Snapshot:
    """One `stock/get` answer, five levels. `scaled` for answers of `fltt=1`. Raises SourceError or BadRow."""
    data = _json(body).get("data")
    if not isinstance(data, dict):
        raise _problem(SourceFault.GARBLED, "的答复格式变了")
    if str(data.get("f57", symbol[:6])) != symbol[:6]:
        raise BadRow(f"问的是 {symbol}，答的是 {data.get('f57')}")
    unit = 10.0 ** _decimals(data, symbol) if scaled else 1.0

    def price(field: str) -> float:
        return number(data.get(field)) / unit

    lot = lot_of(symbol)
    return Snapshot(
        symbol=symbol,
        name=str(data.get("f58") or ""),
        time_ms=round(number(data.get("f86"))) * 1000,
        last=price("f43"),
        open=price("f46"),
        high=price("f44"),
        low=price("f45"),
        pre_close=price("f60"),
        volume=number(data.get("f47")),
        amount=number(data.get("f48")),
        lot=lot,
        bids=tuple((price(f"f{n}"), number(data.get(f"f{n + 1}"))) for n in (19, 17, 15, 13, 11)),
        asks=tuple((price(f"f{n}"), number(data.get(f"f{n + 1}"))) for n in (39, 37, 35, 33, 31)),
        limit_up=price("f51"),
        limit_down=price("f52"),
    )


def _decimals(data: Mapping[str, Any], symbol: Symbol) -> int:
    """Decimals of scaled prices: what the answer says, else by the tick of the security."""
    for field in ("f59", "f152"):
        if data.get(field) is not None:
            return int(number(data[field]))
    exponent = tick_size(symbol).as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 2


def parse_klines(body: bytes) -> list[tuple[str, Sequence[float]]]:
    """(stamp, (open, close, high, low, volume, amount)) of a `kline/get` answer, six or more fields.

    Rows of a suspension (`-`) are left out. Without a seventh field the amount is 0. Raises SourceError.
    """
    data = _json(body).get("data")
    lines = data.get("klines") if isinstance(data, dict) else None
    if not isinstance(lines, list):
        raise _problem(SourceFault.GARBLED, "的K线格式变了")
    found: list[tuple[str, Sequence[float]]] = []
    for line in lines:
        fields = str(line).split(",")
        if len(fields) < 6:
            raise _problem(SourceFault.GARBLED, f"的K线只有 {len(fields)} 个字段")
        try:
            figures = [number(field) for field in (*fields[1:7], "-")[:6]]
        except BadRow as error:
            raise _problem(SourceFault.GARBLED, f"的K线有问题：{error}") from error
        if figures[1] > 0:
            found.append((fields[0], figures))
    return found


def _json(body: bytes) -> dict[str, Any]:
    text = body.lstrip()
    if text.startswith(b"<"):
        raise _problem(SourceFault.GARBLED, "给的是网页，不是数据")
    if not text:
        raise _problem(SourceFault.THROTTLED, "的答复是空的，可能被限流")
    try:
        answer = json.loads(text)
    except ValueError as error:
        raise _problem(SourceFault.GARBLED, "的答复不完整或不是数据") from error
    if not isinstance(answer, dict):
        raise _problem(SourceFault.GARBLED, "的答复格式变了")
    return answer


def _problem(fault: SourceFault, what: str) -> SourceError:
    return SourceError(f"{Source.EASTMONEY}{what}。稍后自动再试。", source=Source.EASTMONEY, fault=fault)
