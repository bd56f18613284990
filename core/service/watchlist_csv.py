"""The watchlist in a CSV file, read whole or not at all.

Columns: `COLUMNS` and `RARE`; missing ones take defaults. Unknown columns are named and kept in `WatchItem.extra`.
"""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from core.domain.market import Symbol
from core.domain.watch import QuantConfig, WatchItem
from core.domain.watch_rules import check_item, wrong
from core.errors import BadInput
from core.exchange.refusals import Refused
from core.exchange.symbols import parse_symbol, tick_size

COLUMNS = (
    "symbol",
    "entry_low",
    "entry_high",
    "take_profit",
    "stop_loss",
    "quant_enabled",
    "max_position_pct",
    "auto_stop_loss",
    "auto_take_profit",
    "min_trade_amount",
    "group",
    "note",
)
RARE = ("alerts", "interval_s")
"""Read when there; written only when an item differs from the default."""
_KNOWN = frozenset(COLUMNS + RARE)

_TRUE = frozenset({"1", "true", "yes", "是"})
_FALSE = frozenset({"0", "false", "no", "否"})
_NUMBER = re.compile(r"[+-]?\d{1,18}(\.\d{0,12})?", re.ASCII)
_DEFAULT = QuantConfig()


@dataclass(frozen=True, slots=True)
class WatchlistFile:
    """What a file held. With any problem `items` is empty: nothing is half imported."""

    items: tuple[WatchItem, ...]
    unknown_columns: tuple[str, ...]
    problems: tuple[BadInput, ...]

    def require(self) -> tuple[WatchItem, ...]:
        """The items; raises one BadInput that tells all problems, a line each."""
        if not self.problems:
            return self.items
        if len(self.problems) == 1:
            raise self.problems[0]
        raise BadInput("\n".join(str(problem) for problem in self.problems))


def read_watchlist(path: Path) -> WatchlistFile:
    """Read a watchlist file; everything that is wrong with it is in `problems`, nothing is raised for it."""
    try:
        return _Reader(path.name, _text(path)).read()
    except BadInput as problem:
        return WatchlistFile((), (), (problem,))


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadInput(f"打不开文件：{error.strerror or error}。请核对路径和权限", where=str(path)) from error
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise BadInput("这是 Excel 工作簿，不是 CSV。请在 Excel 里另存为“CSV UTF-8”", where=path.name)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    elif data.startswith(codecs.BOM_UTF8):
        encodings = ["utf-8-sig"]
    else:
        # Excel in China saves "CSV" as GBK, "CSV UTF-8" with a mark; gb18030 contains GBK.
        encodings = ["gb18030", "utf-8"] if _looks_like_gbk(data) else ["utf-8", "gb18030"]
    for encoding in encodings:
        with contextlib.suppress(UnicodeDecodeError):
            return data.decode(encoding)
    raise BadInput("不是 UTF-8 也不是 GB18030 文本。请在 Excel 里另存为“CSV UTF-8”", where=path.name)


def _looks_like_gbk(data: bytes) -> bool:
    """A few Chinese letters in GBK may be UTF-8 by chance (茅台, 联通), but never Chinese letters in it."""
    try:
        chance = data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return not chance.isascii() and not any(
        "\u3000" <= letter <= "\u9fff" or letter >= "\uff00" for letter in chance
    )


def _separator(text: str) -> str:
    """What stands between the columns: a comma; a tab in Excel's "Unicode text", a semicolon with some languages."""
    header = next((line for line in text.splitlines() if line.strip()), "")
    named = (
        separator
        for separator in (",", "\t", ";")
        if "symbol" in [name.strip(' "').lower() for name in header.split(separator)]
    )
    return next(named, ",")


class _Reader:
    """One reading of one file; collects problems with the row as a spreadsheet counts it."""

    def __init__(self, name: str, text: str) -> None:
        self._name = name
        self._text = text
        self._problems: list[BadInput] = []
        self._seen: dict[Symbol, int] = {}
        self._header: list[str] = []

    def read(self) -> WatchlistFile:
        records = self._records()
        number, first = next(records, (1, []))
        self._header = self._read_header(number, first)
        unknown = tuple(name for name in self._header if name and name not in _KNOWN)
        items = []
        if "symbol" in self._header:
            for number, cells in records:
                item = self._read_row(number, cells)
                if item is not None:
                    items.append(item)
        return WatchlistFile(() if self._problems else tuple(items), unknown, tuple(self._problems))

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """Rows that hold something, each with its number."""
        reader = csv.reader(
            io.StringIO(self._text, newline=""), strict=True, delimiter=_separator(self._text)
        )
        number = 0
        while True:
            number += 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                self._bad(number, "", f"不是完整的 CSV：{error}。请检查这一行的引号是否成对")
                return
            if any(cell.strip() for cell in cells):
                yield number, cells

    def _read_header(self, number: int, cells: list[str]) -> list[str]:
        names = [cell.strip().lower() if cell.strip().lower() in _KNOWN else cell for cell in cells]
        while names and not names[-1].strip():
            names.pop()
        for place, name in enumerate(names, start=1):
            if not name.strip():
                self._bad(number, "", f"第 {place} 列没有列名。请补上列名，或删去这一列")
            elif name in names[: place - 1]:
                self._bad(number, name, "这一列出现了两次。请删去一列")
        if "symbol" not in names:
            self._bad(number, "symbol", f"缺少 symbol 列。第一行应是列名：{','.join(COLUMNS)}")
        return names

    def _read_row(self, number: int, cells: list[str]) -> WatchItem | None:
        surplus = [cell for cell in cells[len(self._header) :] if cell.strip()]
        if surplus:
            self._bad(number, "", f"比列名多出“{'，'.join(surplus)}”。文字里有逗号时，请给整格加上英文双引号")
        padded = cells + [""] * (len(self._header) - len(cells))
        row = dict(zip(self._header, padded, strict=False))
        before = len(self._problems)
        symbol = self._symbol(number, row["symbol"])
        item = WatchItem(
            item_id=self._item_id(symbol),
            symbol=symbol or Symbol(""),
            entry_low=self._price(number, row, "entry_low"),
            entry_high=self._price(number, row, "entry_high"),
            take_profit=self._price(number, row, "take_profit"),
            stop_loss=self._price(number, row, "stop_loss"),
            quant=QuantConfig(
                enabled=self._flag(number, row, "quant_enabled", _DEFAULT.enabled),
                max_position_pct=self._number(number, row, "max_position_pct", _DEFAULT.max_position_pct),
                auto_stop_loss=self._flag(number, row, "auto_stop_loss", _DEFAULT.auto_stop_loss),
                auto_take_profit=self._flag(number, row, "auto_take_profit", _DEFAULT.auto_take_profit),
                min_trade_amount=self._number(number, row, "min_trade_amount", _DEFAULT.min_trade_amount),
            ),
            alerts=self._flag(number, row, "alerts", True),
            interval_s=self._seconds(number, row),
            group=row.get("group", ""),
            note=row.get("note", ""),
            extra=tuple((name, row[name]) for name in self._header if name and name not in _KNOWN),
        )
        if symbol is not None:
            # A cell that could not be read is already told; what it would have meant for the others is not guessed.
            unread = {problem.field for problem in self._problems[before:]}
            if not unread:
                for finding in wrong(check_item(item, tick_size(symbol))):
                    self._bad(number, finding.field, finding.text)
        return item if len(self._problems) == before else None

    def _symbol(self, number: int, text: str) -> Symbol | None:
        cleaned = text.strip()
        if cleaned.isascii() and cleaned.isdigit() and len(cleaned) < 6:
            self._bad(
                number,
                "symbol",
                f"代码 {cleaned} 只有 {len(cleaned)} 位，开头的 0 多半被表格软件去掉了。"
                f"请写成带交易所的六位代码，例如 {cleaned.zfill(6)}.SZ",
            )
            return None
        try:
            return parse_symbol(cleaned)
        except Refused as refused:
            self._bad(number, "symbol", refused.refusal.text)
            return None

    def _item_id(self, symbol: Symbol | None) -> str:
        if symbol is None:
            return ""
        self._seen[symbol] = count = self._seen.get(symbol, 0) + 1
        return f"w-{symbol}" if count == 1 else f"w-{symbol}-{count}"

    def _price(self, number: int, row: dict[str, str], field: str) -> Decimal | None:
        if not row.get(field, "").strip():
            return None
        return self._number(number, row, field, Decimal(0))

    def _number(self, number: int, row: dict[str, str], field: str, default: Decimal) -> Decimal:
        text = row.get(field, "").strip()
        if not text:
            return default
        if _NUMBER.fullmatch(text):
            return Decimal(text)
        self._bad(number, field, f"“{text}”不是数字。请只写数字和小数点，例如 {_example(field)}")
        return default

    def _seconds(self, number: int, row: dict[str, str]) -> int:
        value = self._number(number, row, "interval_s", Decimal(0))
        if value != int(value):
            self._bad(number, "interval_s", f"“{value}”不是整数秒。请写整数，例如 60")
        return int(value)

    def _flag(self, number: int, row: dict[str, str], field: str, default: bool) -> bool:
        text = row.get(field, "").strip().lower()
        if not text:
            return default
        if text in _TRUE or text in _FALSE:
            return text in _TRUE
        self._bad(number, field, f"“{text}”不是开关值。请写 1 或 0（也可写 true、false、是、否）")
        return default

    def _bad(self, number: int, field: str, message: str) -> None:
        self._problems.append(BadInput(message, where=f"{self._name} 第 {number} 行", field=field))


def _example(field: str) -> str:
    return {"max_position_pct": "0.2", "min_trade_amount": "5000", "interval_s": "60"}.get(field, "12.34")
