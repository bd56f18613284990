"""Recorded level-1 ticks: one CSV row, plain or gzipped, is one snapshot of one symbol.

Columns are found by name, in any order; unknown ones are ignored. Required: `code`, `time` (epoch
milliseconds), `lastPrice open high low lastClose`, `amount`, `pvolume` (shares), `phase`, and for n from 1 to
5 `askPrice<n>`, `bidPrice<n>`, `askVol<n>_sh`, `bidVol<n>_sh` (shares). Optional: `upperLimit` with
`lowerLimit`. Needs neither xtquant nor pandas: replay and the simulated market read it.
"""

from __future__ import annotations

import csv
import gzip
import math
import re
import zlib
from collections.abc import Callable, Iterator
from operator import attrgetter, itemgetter
from pathlib import Path

from core.domain.enums import Phase
from core.domain.market import Level, Quote, Symbol
from core.errors import BadInput
from core.market.phases import FILE_CODES, clean_limit, combined_phase

_LEVELS = range(1, 6)
_PRICES = ("lastPrice", "open", "high", "low", "lastClose")
_BOOK = (
    *(f"bidPrice{n}" for n in _LEVELS),
    *(f"bidVol{n}_sh" for n in _LEVELS),
    *(f"askPrice{n}" for n in _LEVELS),
    *(f"askVol{n}_sh" for n in _LEVELS),
)
REQUIRED_COLUMNS = ("code", "time", *_PRICES, "pvolume", "amount", "phase", *_BOOK)
"""Columns that a file must have, in the order in which a row is read."""
LIMIT_COLUMNS = ("upperLimit", "lowerLimit")
_SYMBOL = re.compile(r"[0-9]{6}\.(SH|SZ|BJ)")
_EARLIEST_MS = 631_152_000_000  # 1990: a smaller number is seconds, or no time at all
_LATEST_MS = 4_102_444_800_000


_Pick = Callable[[list[str]], tuple[str, ...]]


class _Prices(dict[str, int]):
    """Text of a price in yuan to thousandths; a day has few different ones, so each is parsed once."""

    def __missing__(self, text: str) -> int:
        value = float(text)
        if not 0.0 <= value < math.inf:
            raise ValueError(text)
        milli = round(value * 1000)
        self[text] = milli
        return milli


class _Counts(dict[str, int]):
    """Text of a number of shares to int; also parsed once."""

    def __missing__(self, text: str) -> int:
        value = int(text)
        if value < 0:
            raise ValueError(text)
        self[text] = value
        return value


def read_tick_file(path: Path | str, *, source: str = "") -> list[Quote]:
    """All snapshots of a file by time; equal times keep the order of the file.

    Raises BadInput naming file, row and field for anything that cannot be a snapshot.
    """
    path = Path(path)
    quotes = list(_Reader(path, source).read())
    if not quotes:
        raise BadInput("文件里没有一行行情，请换一个录制文件", where=path.name)
    quotes.sort(key=attrgetter("time_ms"))
    return quotes


class _Reader:
    """Reads one file; knows the row it is at, for its errors."""

    def __init__(self, path: Path, source: str) -> None:
        self._path = path
        self._source = source
        self._prices = _Prices()
        self._counts = _Counts()
        self._symbols: dict[str, Symbol] = {}

    def read(self) -> Iterator[Quote]:
        rows = csv.reader(_text(self._path).splitlines())
        header = [name.strip() for name in next(rows, [])]
        pick, has_limits = self._columns(header)
        width = len(header)
        for row in rows:
            if not row:
                continue
            if len(row) != width:
                raise self._bad(rows.line_num, "", f"这一行有 {len(row)} 列，表头有 {width} 列")
            values = pick(row)
            try:
                quote = self._quote(values, has_limits)
            except (ValueError, KeyError):
                self._explain(rows.line_num, values, has_limits)
                raise
            _check_book(quote, self._path.name, rows.line_num)
            yield quote

    def _columns(self, header: list[str]) -> tuple[_Pick, bool]:
        if not header:
            raise BadInput("文件是空的", where=self._path.name)
        missing = [name for name in REQUIRED_COLUMNS if name not in header]
        if missing:
            listed = "、".join(missing[:6]) + (f" 等 {len(missing)} 列" if len(missing) > 6 else "")
            raise BadInput(
                f"表头缺少 {listed}，这不是逐笔快照文件", where=f"{self._path.name} 第 1 行", field=missing[0]
            )
        has_limits = all(name in header for name in LIMIT_COLUMNS)
        names = REQUIRED_COLUMNS + LIMIT_COLUMNS if has_limits else REQUIRED_COLUMNS
        pick: _Pick = itemgetter(*map(header.index, names))
        return pick, has_limits

    def _quote(self, values: tuple[str, ...], has_limits: bool) -> Quote:
        price, count = self._prices, self._counts
        code, time, last, open_, high, low, pre, volume, amount, phase = values[:10]
        book = values[10:30]
        time_ms = int(time)
        if not _EARLIEST_MS < time_ms < _LATEST_MS:
            raise ValueError(time)
        money = float(amount)
        if not 0.0 <= money < math.inf:
            raise ValueError(amount)
        kind = combined_phase(FILE_CODES[phase], time_ms)
        up, down = (clean_limit(price[values[30]]), clean_limit(price[values[31]])) if has_limits else (0, 0)
        return Quote(
            self._symbols.get(code) or self._symbol(code),
            time_ms,
            price[last],
            price[open_],
            price[high],
            price[low],
            price[pre],
            count[volume],
            money,
            _levels(price, count, book[0:5], book[5:10]),
            _levels(price, count, book[10:15], book[15:20]),
            kind,
            up,
            down,
            kind is Phase.SUSPENDED,
            self._source,
        )

    def _symbol(self, code: str) -> Symbol:
        if _SYMBOL.fullmatch(code) is None:
            raise ValueError(code)
        return self._symbols.setdefault(code, Symbol(code))

    def _explain(self, line: int, values: tuple[str, ...], has_limits: bool) -> None:
        """Find the field that would not be read and raise for it."""
        names = REQUIRED_COLUMNS + LIMIT_COLUMNS if has_limits else REQUIRED_COLUMNS
        for name, text in zip(names, values, strict=True):
            problem = _problem(name, text)
            if problem:
                raise self._bad(line, name, problem)

    def _bad(self, line: int, field: str, message: str) -> BadInput:
        return BadInput(message, where=f"{self._path.name} 第 {line} 行", field=field)


def _levels(
    price: _Prices, count: _Counts, prices: tuple[str, ...], volumes: tuple[str, ...]
) -> tuple[Level, ...]:
    p1, p2, p3, p4, p5 = prices
    v1, v2, v3, v4, v5 = volumes
    return (
        (price[p1], count[v1]),
        (price[p2], count[v2]),
        (price[p3], count[v3]),
        (price[p4], count[v4]),
        (price[p5], count[v5]),
    )


def _problem(name: str, text: str) -> str:
    """What is wrong with one cell, in words; empty if it can be read."""
    if name == "code":
        return "" if _SYMBOL.fullmatch(text) else f"「{text}」不是证券代码，应为 600519.SH 这样的写法"
    if name == "phase":
        known = "、".join(FILE_CODES)
        return "" if text in FILE_CODES else f"不认识的交易阶段代码「{text}」，已知 {known}"
    whole = name in ("time", "pvolume") or name.endswith("_sh")
    try:
        value = int(text) if whole else float(text)
    except ValueError:
        return f"「{text}」不是{'整数' if whole else '数字'}"
    if not math.isfinite(value):
        return f"「{text}」不是有限的数字"
    if value < 0:
        return f"不能是负数：{text}"
    if name == "time" and not _EARLIEST_MS < value < _LATEST_MS:
        return f"「{text}」不是毫秒时间戳"
    return ""


def _check_book(quote: Quote, file: str, line: int) -> None:
    """A book that crosses or is out of order would make every fill computed from it wrong."""
    where = f"{file} 第 {line} 行"
    (b1, _), (b2, _), (b3, _), (b4, _), (b5, _) = quote.bids
    if not b1 >= b2 >= b3 >= b4 >= b5:
        raise BadInput("五档买价没有从高到低排列", where=where, field="bidPrice")
    (a1, _), (a2, _), (a3, _), (a4, _), (a5, _) = quote.asks
    if not a1 <= a2 <= a3 <= a4 <= a5:
        shown = [price for price in (a1, a2, a3, a4, a5) if price]
        if shown != sorted(shown):
            raise BadInput("五档卖价没有从低到高排列", where=where, field="askPrice")
    if b1 and a1 and b1 >= a1 and (b1 > a1 or quote.phase is Phase.CONTINUOUS):
        raise BadInput(
            f"盘口交叉：买一 {b1 / 1000:.3f} 不低于卖一 {a1 / 1000:.3f}", where=where, field="bidPrice1"
        )


def _text(path: Path) -> str:
    """The whole text of a plain or gzipped file."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadInput(f"打不开行情文件：{error.strerror or error}", where=str(path)) from error
    if data[:2] == b"\x1f\x8b":
        try:
            data = gzip.decompress(data)
        except (EOFError, OSError, zlib.error) as error:
            raise BadInput("压缩文件不完整或已损坏，请重新复制一份", where=path.name) from error
    elif path.suffix == ".gz" and data:
        raise BadInput("扩展名是 .gz，内容却不是 gzip 压缩", where=path.name)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(f"不是 UTF-8 文本（第 {error.start + 1} 个字节）", where=path.name) from error
