"""The newest list of a source, kept as one JSON file so that a start without a network knows yesterday's names.

Blocking file work: call it on a lane or in the helper process. A damaged file is as good as none and is logged.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from core.domain.market import Symbol
from core.exchange.boards import class_of
from core.market.directory.entries import Entry

_log = logging.getLogger(__name__)
VERSION = 1
FILE_NAME = "instruments.json"
_DAMAGE = (OSError, ValueError, TypeError, LookupError, ArithmeticError, RecursionError)


@dataclass(frozen=True, slots=True)
class CachedList:
    """A kept list: its entries, where and of which day it is."""

    entries: tuple[Entry, ...]
    source: str
    day: date

    def for_day(self, today: date) -> tuple[Entry, ...]:
        """The entries as they may be used `today`: of another day only names count, not prices and flags of a day."""
        if self.day == today:
            return self.entries
        return tuple(
            replace(
                entry,
                pre_close=None,
                limit_up=None,
                limit_down=None,
                suspended=False,
                is_new=False,
                day=self.day,
            )
            for entry in self.entries
        )


def load_cached(folder: Path) -> CachedList | None:
    """The kept list, None when there is none or it is damaged (logged). Compare its `day` with today."""
    path = folder / FILE_NAME
    if not path.exists():
        return None
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["version"] != VERSION:
            raise ValueError(f"version {data['version']}, expected {VERSION}")
        day = date.fromisoformat(data["day"])
        entries = tuple(_entry(row, day) for row in data["rows"])
        if not entries:
            raise ValueError("no rows")
        return CachedList(entries, str(data["source"]), day)
    except _DAMAGE as error:
        _log.warning("the kept list of instruments %s cannot be read and is ignored: %s", path, error)
        return None


def save_cached(folder: Path, entries: Iterable[Entry], source: str, day: date) -> None:
    """Keep a list; the file is replaced whole, so a power cut leaves the old or the new one. Raises `OSError`."""
    folder.mkdir(parents=True, exist_ok=True)
    data = {
        "version": VERSION,
        "source": source,
        "day": day.isoformat(),
        "rows": [_row(entry) for entry in entries],
    }
    path = folder / FILE_NAME
    fresh = path.with_suffix(f".{os.getpid()}.tmp")
    try:
        with fresh.open("w", encoding="utf-8") as file:
            json.dump(data, file, ensure_ascii=False, separators=(",", ":"))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


_FLAGS = ("is_st", "is_new", "is_delisting", "suspended")
_PRICES = ("pre_close", "limit_up", "limit_down")


def _row(entry: Entry) -> list[Any]:
    flags = sum(1 << bit for bit, flag in enumerate(_FLAGS) if getattr(entry, flag))
    prices = ["" if getattr(entry, name) is None else str(getattr(entry, name)) for name in _PRICES]
    return [entry.symbol, entry.name, list(entry.initials), flags, *prices]


def _entry(row: list[Any], day: date) -> Entry:
    symbol, name, initials, flags, *prices = row
    cls = class_of(symbol)
    if cls is None or not isinstance(name, str) or len(prices) != len(_PRICES):
        raise ValueError(f"row of {symbol!r}")
    pre_close, up, down = (Decimal(text) if text else None for text in prices)
    is_st, is_new, is_delisting, suspended = (bool(flags >> bit & 1) for bit in range(len(_FLAGS)))
    return Entry(
        symbol=Symbol(symbol),
        name=name,
        cls=cls,
        initials=tuple(str(reading) for reading in initials),
        is_st=is_st,
        is_new=is_new,
        is_delisting=is_delisting,
        suspended=suspended,
        pre_close=pre_close,
        limit_up=up,
        limit_down=down,
        day=day,
    )
