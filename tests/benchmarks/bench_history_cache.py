"""Five years of daily bars of 500 symbols: the store of bars beside pandas with CSV and SQLite with rows, now, here.

Prints medians in milliseconds and ratios to the store; asserts nothing about time.
`python tests/benchmarks/bench_history_cache.py [--quick]`
"""

from __future__ import annotations

import argparse
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np

from core.domain.enums import Period
from core.domain.market import SHANGHAI, Symbol, ms_to_datetime
from core.exchange.calendar import MAINLAND
from core.market.history.cache import BarCache
from core.market.history.gaps import DayRange, missing_days
from core.market.history.table import COLUMNS, BarTable, midnight_ms
from tests.benchmarks.figures import machine, median, table

FIRST, LAST = date(2021, 1, 4), date(2025, 12, 31)
NOW_MS = midnight_ms(date(2026, 3, 2))


def random_tables(count: int) -> list[BarTable]:
    """Random walks over the trading days of five years; a tenth of the symbols rested for a week."""
    random = np.random.default_rng(1)
    days = MAINLAND.trading_days(FIRST, LAST)
    stamps = np.array([midnight_ms(day) + 15 * 3_600_000 for day in days], np.int64)
    found = []
    for number in range(count):
        close = 20_000 + np.cumsum(random.integers(-40, 41, len(days))) * 10
        close += max(0, 1_000 - int(close.min()))
        opens = np.concatenate([close[:1], close[:-1]])
        high, low = np.maximum(opens, close) + 50, np.minimum(opens, close) - 50
        volume = random.integers(10_000, 10_000_000, len(days))
        bars = BarTable(
            Symbol(f"{600000 + number}.SH"), Period.D1, stamps, opens, high, low, close, volume, volume * 9.99
        )
        if number % 10 == 0:
            keep = np.ones(len(days), np.bool_)
            start = int(random.integers(10, len(days) - 10))
            keep[start : start + 5] = False
            bars = bars.rows(keep)
        found.append(bars)
    return found


def timed(step: Callable[[], object], rounds: int) -> float:
    """Median milliseconds of a step."""
    taken = []
    for _ in range(rounds):
        begin = time.perf_counter()
        step()
        taken.append((time.perf_counter() - begin) * 1000)
    return median(taken)


class Csv:
    """The plain way with pandas: one CSV a symbol, as downloads leave them; or all in one file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()

    def write(self, tables: list[BarTable]) -> None:
        import pandas as pd

        frames = []
        for bars in tables:
            frame = pd.DataFrame({name: getattr(bars, name) for name in COLUMNS})
            frame.to_csv(self.folder / f"{bars.symbol}.csv", index=False)
            frames.append(frame.assign(symbol=bars.symbol))
        pd.concat(frames).to_csv(self.folder / "all", index=False)

    def read(self) -> dict[str, object]:
        import pandas as pd

        return {path.stem: pd.read_csv(path) for path in self.folder.glob("*.csv")}

    def read_one(self) -> dict[object, object]:
        import pandas as pd

        return dict(iter(pd.read_csv(self.folder / "all").groupby("symbol")))


class Rows:
    """The plain way with SQLite: one row a bar, primary key symbol and time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with closing(sqlite3.connect(path)) as base:
            base.execute(
                "CREATE TABLE bars (symbol TEXT, time_ms INTEGER, open INTEGER, high INTEGER, low INTEGER,"
                " close INTEGER, volume INTEGER, amount REAL, PRIMARY KEY (symbol, time_ms)) WITHOUT ROWID"
            )

    def write(self, tables: list[BarTable]) -> None:
        with closing(sqlite3.connect(self.path)) as base, base:
            base.execute("DELETE FROM bars")
            for bars in tables:
                rows = zip(*(getattr(bars, name).tolist() for name in COLUMNS), strict=True)
                base.executemany(
                    "INSERT INTO bars VALUES (?, ?, ?, ?, ?, ?, ?, ?)", ((bars.symbol, *row) for row in rows)
                )

    def read(self) -> dict[str, object]:
        found: dict[str, list[tuple[object, ...]]] = {}
        with closing(sqlite3.connect(self.path)) as base:
            for symbol, *row in base.execute("SELECT * FROM bars ORDER BY symbol, time_ms"):
                found.setdefault(symbol, []).append(tuple(row))
        return {
            symbol: [np.array(column) for column in zip(*rows, strict=True)] for symbol, rows in found.items()
        }


def plain_gaps(tables: list[BarTable]) -> int:
    """The plain way to gaps: the set of days that should be there less the set of days that are."""
    missing = 0
    for bars in tables:
        have = {ms_to_datetime(ms).astimezone(SHANGHAI).date() for ms in bars.time_ms.tolist()}
        day = FIRST
        while day <= LAST:
            missing += day not in have and MAINLAND.is_trading_day(day)
            day += timedelta(days=1)
    return missing


def measure(folder: Path, symbols: int, rounds: int) -> None:
    tables = random_tables(symbols)
    names = [bars.symbol for bars in tables]
    rows = sum(map(len, tables))
    cache = BarCache(folder / "store")
    asked = DayRange(FIRST, LAST)
    for bars in tables[:2]:
        cache.write(bars, asked, source="warm", now_ms=NOW_MS)

    def write() -> None:
        for bars in tables:
            cache.write(bars, asked, source="bench", now_ms=NOW_MS)

    csv, sql = Csv(folder / "csv"), Rows(folder / "bars.sqlite")
    wrote = timed(write, 1)
    results = [
        ("store of Parquet files, one a symbol", wrote, 1.0),
        *[
            (name, took := timed(step, 1), took / wrote)
            for name, step in (
                ("pandas to CSV, one a symbol and one of all", lambda: csv.write(tables)),
                ("SQLite, a row a bar", lambda: sql.write(tables)),
            )
        ],
    ]
    show(f"write {rows:,} daily bars of {symbols} symbols", results)
    found = cache.read_many(names, Period.D1)
    assert all(found[bars.symbol] == bars for bars in tables)
    took = timed(lambda: cache.read_many(names, Period.D1), rounds)
    results = [("store of Parquet files", took, 1.0)]
    for name, step in (
        ("pandas, one CSV a symbol", csv.read),
        ("pandas, one CSV of all", csv.read_one),
        ("SQLite, rows to columns", sql.read),
    ):
        plain = timed(step, max(1, rounds // 3))
        results.append((name, plain, plain / took))
    show(f"read {rows:,} daily bars of {symbols} symbols into columns by symbol", results)
    one = timed(lambda: cache.read(names[7], Period.D1), rounds)
    frame = timed(lambda: csv_of(csv.folder / f"{names[7]}.csv"), rounds)
    show("read one symbol", [("store of Parquet files", one, 1.0), ("pandas, its CSV", frame, frame / one)])
    late = LAST + timedelta(days=20)
    known = cache.coverages(names, Period.D1)
    pure = timed(
        lambda: [missing_days(one, FIRST, late, now_ms=NOW_MS, calendar=MAINLAND) for one in known.values()],
        rounds,
    )
    whole = timed(lambda: cache.missing_many(names, Period.D1, FIRST, late, now_ms=NOW_MS), rounds)
    plain = timed(lambda: plain_gaps(tables), 1)
    show(
        f"gaps of {symbols} symbols over five years",
        [
            ("from coverage on disk", whole, 1.0),
            ("from coverage in memory", pure, pure / whole),
            ("plain: set of days less set of days, bars in memory", plain, plain / whole),
        ],
    )
    cache.close()


def csv_of(path: Path) -> object:
    import pandas as pd

    return pd.read_csv(path)


def show(title: str, rows: list[tuple[str, float, float]]) -> None:
    table(
        title,
        ("way", "ms", "to the store"),
        [(name, f"{ms:.1f}", f"{ratio:.2f}") for name, ms, ratio in rows],
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="100 symbols, fewer rounds")
    quick = parser.parse_args().quick
    print(machine())
    folder = Path(tempfile.mkdtemp(prefix="dingpan-bench-"))
    try:
        measure(folder, 100 if quick else 500, 3 if quick else 9)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
