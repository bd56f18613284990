"""The files of the bar store: where they are, what is in them, how one is changed. Used by `cache` only.

A file holds the columns of `table.COLUMNS` and three notes: version, coverage (`gaps.Coverage` as JSON) and a checksum
of the columns.
"""

from __future__ import annotations

import json
import logging
import re
import time
import zlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from core.domain.enums import Period
from core.domain.market import Symbol
from core.errors import BadInput
from core.exchange.calendar import Calendar
from core.market.history.gaps import Coverage, DayRange, DayState, Span, possible_days
from core.market.history.locks import exclusive, replace_file
from core.market.history.parquet import TEMPORARY, Columns, Damaged, ParquetDoor
from core.market.history.table import COLUMNS, BarTable, day_number, empty_table, merged, table_days

_log = logging.getLogger(__name__)
_VERSION = "1"
_SYMBOL = re.compile(r"[0-9]{6}\.(SH|SZ|BJ)")
_STALE_S = 3600.0


@dataclass(frozen=True, slots=True)
class Part:
    """What one file holds."""

    table: BarTable
    coverage: Coverage


class PartFiles:
    """The files below one folder."""

    def __init__(
        self, folder: Path, calendar: Calendar, *, threads: int, pause: Callable[[float], None]
    ) -> None:
        self._folder = folder
        self._calendar = calendar
        self._pause = pause
        self._door = ParquetDoor(threads=threads, pause=pause)

    def close(self) -> None:
        """Let the reader go."""
        self._door.close()

    def lock(self, period: Period) -> AbstractContextManager[None]:
        """Keeps every other writer of this period out."""
        self._folder.mkdir(parents=True, exist_ok=True)
        return exclusive(self._folder / f"{period.value}.lock", pause=self._pause)

    def _base(self, symbol: Symbol, period: Period) -> Path:
        if _SYMBOL.fullmatch(symbol) is None:
            raise BadInput(f"{symbol} 不是认识的证券代码，应形如 600519.SH。")
        return self._folder / period.value / symbol

    def paths(self, symbol: Symbol, period: Period, first: date | None, last: date | None) -> list[Path]:
        """Files that are there and may hold these days, in order."""
        base = self._base(symbol, period)
        if period is Period.D1:
            path = base.with_name(f"{symbol}.parquet")
            return [path] if path.exists() else []
        years = sorted(base.glob("[0-9][0-9][0-9][0-9].parquet"))
        return [
            path
            for path in years
            if (first is None or int(path.stem) >= first.year)
            and (last is None or int(path.stem) <= last.year)
        ]

    def targets(self, symbol: Symbol, period: Period, asked: DayRange) -> Iterable[tuple[Path, date, date]]:
        """Each file that an answer belongs to, with the days it holds."""
        base = self._base(symbol, period)
        if period is Period.D1:
            yield base.with_name(f"{symbol}.parquet"), asked.first, asked.last
            return
        for year in range(asked.first.year, asked.last.year + 1):
            first, last = max(asked.first, date(year, 1, 1)), min(asked.last, date(year, 12, 31))
            yield base / f"{year}.parquet", first, last

    def sweep(self, now_s: float | None = None) -> int:
        """Remove what killed writers left behind (older than an hour); returns how many files."""
        limit = (time.time() if now_s is None else now_s) - _STALE_S
        count = 0
        for path in self._folder.rglob(f".*{TEMPORARY}"):
            try:
                if path.stat().st_mtime < limit:
                    path.unlink()
                    count += 1
            except OSError:
                continue  # its writer is alive after all
        return count

    def merge(self, path: Path, fresh: BarTable, answer: Coverage) -> None:
        """Put an answer into one file; the lock is held.

        A complete day is never replaced by a part of it, nor a day with bars by silence.
        """
        old = self._read_sound(fresh.symbol, path, fresh.period)
        known = Coverage()
        if old is not None:
            answer, kept = _with_better(old, answer, self._calendar)
            fresh = fresh.rows(~np.isin(fresh.days, [day_number(day) for day in kept]))
            known = old.coverage
        table = fresh if old is None else merged(old.table, fresh)
        columns: Columns = {name: getattr(table, name) for name in COLUMNS}
        notes = {
            "dingpan": _VERSION,
            "coverage": _sealed(known.updated(answer.spans, self._calendar)),
            "check": _checksum(columns),
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        self._door.write(path, columns, notes)

    def load(self, owners: Sequence[Symbol], paths: Sequence[Path], period: Period) -> list[Part]:
        """Everything in these files at once; damaged ones are set aside and empty."""
        try:
            columns = self._door.read(paths, COLUMNS)
            notes = self._door.notes(paths)
            return [
                _part(symbol, period, path, found, note)
                for symbol, path, found, note in zip(owners, paths, columns, notes, strict=True)
            ]
        except (Damaged, FileNotFoundError):
            pass
        return [
            self._read_or_set_aside(symbol, path, period) for symbol, path in zip(owners, paths, strict=True)
        ]

    def notes(self, paths: Sequence[Path]) -> list[dict[str, str]]:
        try:
            return self._door.notes(paths)
        except (Damaged, FileNotFoundError):
            pass
        found: list[dict[str, str]] = []
        for path in paths:
            try:
                found += self._door.notes([path])
            except FileNotFoundError:
                found.append({})
            except Damaged as damage:
                self._set_aside(damage)
                found.append({})
        return found

    def _read_or_set_aside(self, symbol: Symbol, path: Path, period: Period) -> Part:
        try:
            columns, notes = self._door.read([path], COLUMNS)[0], self._door.notes([path])[0]
            return _part(symbol, period, path, columns, notes)
        except FileNotFoundError:
            pass
        except Damaged:
            # Perhaps replaced by a sound one meanwhile: look again with the writers kept out.
            with self.lock(period):
                part = self._read_sound(symbol, path, period)
            if part is not None:
                return part
        return Part(empty_table(symbol, period), Coverage())

    def _read_sound(self, symbol: Symbol, path: Path, period: Period) -> Part | None:
        """One file, or None when there is none or it had to be set aside; the lock is held."""
        if not path.exists():
            return None
        try:
            columns, notes = self._door.read([path], COLUMNS)[0], self._door.notes([path])[0]
            return _part(symbol, period, path, columns, notes)
        except FileNotFoundError:
            return None
        except Damaged as damage:
            self._set_aside(damage)
            return None

    def _set_aside(self, damage: Damaged) -> None:
        """Move a damaged file away, so that its days are missing and asked for again."""
        aside = self._folder / "damaged"
        aside.mkdir(parents=True, exist_ok=True)
        name = "-".join(damage.path.relative_to(self._folder).parts)
        target = aside / f"{time.time_ns()}-{name}"
        try:
            replace_file(damage.path, target, pause=self._pause)
        except FileNotFoundError:
            return
        _log.warning("damaged history file set aside as %s: %s", target.name, damage.reason)


def _part(symbol: Symbol, period: Period, path: Path, columns: Columns, notes: dict[str, str]) -> Part:
    """Check and name what a file holds; raises Damaged."""
    if notes.get("check") != _checksum(columns):
        raise Damaged(path, "the columns do not match their checksum")
    values: dict[str, Any] = columns
    return Part(BarTable(symbol, period, **values), coverage_of(notes))


def coverage_of(notes: dict[str, str]) -> Coverage:
    """Coverage of a file; one that cannot be read covers nothing, so its days are asked for again."""
    seal, _, text = notes.get("coverage", "").partition(" ")
    if seal != _seal(text):
        return Coverage()
    try:
        return Coverage.decoded(json.loads(text))
    except (ValueError, TypeError):
        return Coverage()


def _sealed(coverage: Coverage) -> str:
    """Coverage as text behind its own checksum: a changed digit must not make days look covered."""
    text = json.dumps(coverage.encoded())
    return f"{_seal(text)} {text}"


def _seal(text: str) -> str:
    return f"{zlib.crc32(text.encode()):08x}"


def _checksum(columns: Columns) -> str:
    total = 0
    for name in COLUMNS:
        total = zlib.crc32(np.ascontiguousarray(columns[name]).data, total)
    return f"{len(columns['time_ms'])}:{total:08x}"


def _with_better(old: Part, answer: Coverage, calendar: Calendar) -> tuple[Coverage, list[date]]:
    """The answer, with what is stored of days that it knows less of; and those days."""
    stored = {day for day, _ in table_days(old.table)}
    kept: list[date] = []
    spans: list[Span] = []
    for span in answer.spans:
        if span.state is DayState.COMPLETE or not stored:
            spans.append(span)
            continue
        for day in possible_days(calendar, span.first, span.last):
            before = old.coverage.span_of(day)
            worse = before is not None and (
                before.state is DayState.COMPLETE or span.state is not DayState.PARTIAL
            )
            if before is not None and day in stored and worse:
                kept.append(day)
                spans.append(replace(before, first=day, last=day))
            else:
                spans.append(replace(span, first=day, last=day))
    return Coverage(tuple(spans)), kept
