"""The text of a bar file: bytes to lines, headers to columns we know, cells to numbers and times.

Used by `bar_files`. Knows the headers of akshare (English and Chinese), baostock, TDX and DolphinDB exports, uqer and
others; a column is found by any of its names.
"""

from __future__ import annotations

import csv
import gzip
import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np

from core.errors import BadInput
from core.market.history.table import DAY_MS, Floats, Ints

_NAMES = {
    "time": ("datetime", "date", "tradedate", "交易日期", "日期", "时间", "trade_date", "day"),
    "code": ("secid", "code", "股票代码", "代码", "symbol", "证券代码", "ts_code"),
    "open": ("open", "openprice", "开盘", "开盘价"),
    "high": ("high", "highestprice", "最高", "最高价"),
    "low": ("low", "lowestprice", "最低", "最低价"),
    "close": ("close", "closeprice", "收盘", "收盘价"),
    "volume": ("volume", "turnovervol", "vol", "成交量", "volume_lots", "成交量(手)", "成交量（手）"),
    "amount": ("amount", "turnovervalue", "成交额", "成交额(元)", "成交额（元）"),
    "pre_close": ("preclose", "precloseprice", "pre_close", "昨收", "前收盘", "前收盘价"),
    "status": ("tradestatus",),
    "adjust": ("adjustflag",),
    "front": ("前复权价",),
    "back": ("后复权价",),
}
_LOTS = ("volume_lots", "成交量(手)", "成交量（手）")
REQUIRED = ("time", "open", "high", "low", "close", "volume")
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 -- stamps in files are naive Shanghai time
_EAST = timedelta(hours=8)
_EARLIEST, _LATEST = date(1990, 1, 1), date(2100, 1, 1)


@dataclass(frozen=True, slots=True)
class TextTable:
    """Cells of a file by what the column means; `lines` is the file's line of each row."""

    name: str
    cells: dict[str, tuple[str, ...]]
    lines: tuple[int, ...]
    gbk: bool
    bom: bool
    lots: bool

    def __len__(self) -> int:
        return len(self.lines)

    def numbers(self, column: str) -> Floats:
        """A column as float64; empty cells and `-` are nan. Raises BadInput naming the row."""
        found = np.empty(len(self), np.float64)
        for at, text in enumerate(self.cells[column]):
            cell = text.strip()
            try:
                found[at] = float(cell) if cell not in ("", "-", "--", "None", "nan") else math.nan
            except ValueError:
                raise self.bad(at, column, f"“{cell}”不是数字") from None
        return found

    def times(self) -> tuple[Ints, bool]:
        """Epoch milliseconds of each row, and whether there are only days (then midnight). Raises BadInput."""
        known: dict[str, int] = {}
        found = np.empty(len(self), np.int64)
        for at, text in enumerate(self.cells["time"]):
            moment = known.get(text)
            if moment is None:
                moment = known[text] = self._time(at, text)
            found[at] = moment
        only_days = bool(np.all((found + 8 * 3_600_000) % DAY_MS == 0))
        return found, only_days

    def bad(self, at: int, column: str, text: str) -> BadInput:
        """An error of one cell."""
        return BadInput(text, where=f"{self.name} 第 {self.lines[at]} 行", field=column)

    def _time(self, at: int, text: str) -> int:
        try:
            moment = datetime.fromisoformat(text.strip().replace("/", "-"))
        except ValueError:
            raise self.bad(
                at, "time", f"“{text}”不是日期，应形如 2024-03-01 或 2024-03-01 09:31:00"
            ) from None
        if moment.tzinfo is not None:
            raise self.bad(at, "time", f"“{text}”带时区；请用上海本地时间")
        if not _EARLIEST <= moment.date() < _LATEST:
            raise self.bad(at, "time", f"日期 {moment.date()} 不在 1990 年到 2099 年之间")
        return round((moment - _EPOCH - _EAST) / timedelta(milliseconds=1))


def read_text_table(path: Path) -> TextTable:
    """Read a CSV file, plain or gzipped, UTF-8 (with or without BOM) or GBK. Raises BadInput."""
    text, gbk, bom = _decoded(path)
    reader = csv.reader(text.splitlines())
    header = [name.strip() for name in next(reader, [])]
    if not header:
        raise BadInput("文件是空的", where=path.name)
    lower = [name.lower() for name in header]
    columns = {
        meaning: next(lower.index(name) for name in names if name in lower)
        for meaning, names in _NAMES.items()
        if any(name in lower for name in names)
    }
    lacking = [meaning for meaning in REQUIRED if meaning not in columns]
    if lacking:
        listed = "、".join("/".join(_NAMES[meaning][:3]) for meaning in lacking)
        raise BadInput(f"表头缺少 {listed}，这不是K线文件", where=f"{path.name} 第 1 行", field=lacking[0])
    rows: list[list[str]] = []
    lines: list[int] = []
    for row in reader:
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(header):
            where = f"{path.name} 第 {reader.line_num} 行"
            raise BadInput(f"这一行有 {len(row)} 列，表头有 {len(header)} 列", where=where)
        rows.append(row)
        lines.append(reader.line_num)
    if not rows:
        raise BadInput("文件里没有一行K线", where=path.name)
    cells = {meaning: _column(rows, at) for meaning, at in columns.items()}
    return TextTable(path.name, cells, tuple(lines), gbk, bom, lower[columns["volume"]] in _LOTS)


def _column(rows: Sequence[list[str]], at: int) -> tuple[str, ...]:
    return tuple(row[at] for row in rows)


def _decoded(path: Path) -> tuple[str, bool, bool]:
    """Text, whether it was GBK, whether it had a byte-order mark."""
    try:
        data = path.read_bytes()
        if data[:2] == b"\x1f\x8b":
            data = gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        raise BadInput(f"读不出来：{error}", where=path.name) from error
    bom = data.startswith(b"\xef\xbb\xbf")
    try:
        return data.decode("utf-8-sig"), False, bom
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("gb18030"), True, False
    except UnicodeDecodeError as error:
        raise BadInput("不是 UTF-8 也不是 GBK 文本，请另存为 CSV UTF-8", where=path.name) from error
