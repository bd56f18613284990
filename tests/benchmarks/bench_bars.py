"""A million ticks of 200 symbols into one-minute bars, four ways that give the same bars.

The plain way is a loop over bare numbers that keeps open, high, low, close and volume in a dictionary by symbol and
minute, and knows nothing of auctions, lunch, quiet minutes and prices between two snapshots.

    python tests/benchmarks/bench_bars.py [--quick]
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from core.domain.enums import Period  # noqa: E402
from core.domain.market import Bar, Quote, Symbol  # noqa: E402
from core.market.bar_columns import TickColumns, bars_from_columns, bars_in_bulk  # noqa: E402
from core.market.bars import aggregate, bars_from_quotes  # noqa: E402
from tests.benchmarks import figures  # noqa: E402
from tests.fakes.market import at, quote  # noqa: E402

Ints = NDArray[np.int64]

_SNAPSHOTS = 5_000  # of a symbol in a day
_MINUTE = 60_000
_CHUNK = 20  # symbols whose records are alive at a time


def a_day(symbols: int) -> TickColumns:
    """A day of random walks, a snapshot about every three seconds, totals that grow."""
    dice = np.random.default_rng(5)
    half = _SNAPSHOTS // 2
    morning = np.linspace(at("09:25:03"), at("11:30:00"), half).astype(np.int64)
    afternoon = np.linspace(at("13:00:00"), at("15:00:03"), half).astype(np.int64)
    times = np.concatenate([morning, afternoon])
    last = 10_000 + 10 * np.cumsum(dice.integers(-1, 2, (symbols, _SNAPSHOTS)), axis=1)
    added = 100 * dice.integers(0, 20, (symbols, _SNAPSHOTS))
    volume = np.cumsum(added, axis=1)
    amount = np.cumsum(added * last / 1000.0, axis=1)
    opened = np.repeat(last[:, :1], _SNAPSHOTS, axis=1)
    return TickColumns(
        symbols=tuple(Symbol(f"{600_000 + n}.SH") for n in range(symbols)),
        owner=np.repeat(np.arange(symbols), _SNAPSHOTS),
        time_ms=np.tile(times, symbols),
        last=last.ravel(),
        open=opened.ravel(),
        high=np.maximum.accumulate(last, axis=1).ravel(),
        low=np.minimum.accumulate(last, axis=1).ravel(),
        pre_close=np.full(symbols * _SNAPSHOTS, 10_000),
        volume=volume.ravel(),
        amount=amount.ravel(),
    )


def records(ticks: TickColumns, first: int, count: int) -> list[Quote]:
    """The snapshots of some of the symbols as records."""
    base = quote("600000.SH", "10:00:00", "10.00")
    keep = slice(first * _SNAPSHOTS, (first + count) * _SNAPSHOTS)
    names = ("owner", "time_ms", "last", "open", "high", "low", "pre_close", "volume", "amount")
    columns = (getattr(ticks, name)[keep].tolist() for name in names)
    return [
        replace(
            base,
            symbol=ticks.symbols[owner],
            time_ms=time_ms,
            last=last,
            open=opened,
            high=high,
            low=low,
            pre_close=pre_close,
            volume=volume,
            amount=amount,
        )
        for owner, time_ms, last, opened, high, low, pre_close, volume, amount in zip(*columns, strict=True)
    ]


def plain_loop(owners: list[int], times: list[int], lasts: list[int], volumes: list[int]) -> int:
    """Bars by symbol and minute; returns their number."""
    bars: dict[tuple[int, int], list[int]] = {}
    before: dict[int, int] = {}
    for owner, time_ms, last, volume in zip(owners, times, lasts, volumes, strict=True):
        key = (owner, time_ms // _MINUTE)
        bar = bars.get(key)
        if bar is None:
            bar = bars[key] = [last, last, last, last, 0]
        if last > bar[1]:
            bar[1] = last
        if last < bar[2]:
            bar[2] = last
        bar[3] = last
        bar[4] += volume - before.get(owner, 0)
        before[owner] = volume
    return len(bars)


def seconds(job: Callable[[], object]) -> float:
    """Once."""
    begun = time.perf_counter()
    job()
    return time.perf_counter() - begun


class Ways:
    """Seconds of each way over the whole day."""

    def __init__(self, symbols: int) -> None:
        ticks = a_day(symbols)
        bare = [c.tolist() for c in (ticks.owner, ticks.time_ms, ticks.last, ticks.volume)]
        self.ticks = len(ticks)
        self.plain = seconds(lambda: plain_loop(*bare))
        self.one_by_one = self.in_bulk = self.larger = 0.0
        bars: list[Bar] = []
        for first in range(0, symbols, _CHUNK):
            self._records(records(ticks, first, min(_CHUNK, symbols - first)), bars)
        self.columns = figures.median(seconds(lambda: bars_from_columns(ticks)) for _ in range(3))
        self.bars = len(bars)
        assert [bar for table in bars_from_columns(ticks) for bar in table.bars()] == bars

    def _records(self, quotes: list[Quote], bars: list[Bar]) -> None:
        found: list[list[Bar]] = []
        self.one_by_one += seconds(lambda: found.append(bars_from_quotes(quotes)))
        self.in_bulk += seconds(lambda: found.append(bars_in_bulk(quotes)))
        assert found[0] == found[1]
        bars += found[0]
        mine = found[0][:240]
        repeats = len(found[0]) // 240
        self.larger += repeats * seconds(lambda: [aggregate(mine, p) for p in (Period.M5, Period.D1)])


def main() -> None:
    """Medians of some runs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="100,000 ticks, once")
    quick = parser.parse_args().quick
    runs = [Ways(20 if quick else 200) for _ in range(1 if quick else 3)]
    plain = figures.median(run.plain for run in runs)
    named = {
        "plain loop over bare numbers, no rules": plain,
        "columns in, columns out": figures.median(run.columns for run in runs),
        "records in, records out, at once": figures.median(run.in_bulk for run in runs),
        "records one by one, as the live chart does": figures.median(run.one_by_one for run in runs),
        "from these bars, 5-minute and daily ones": figures.median(run.larger for run in runs),
    }
    print(f"{runs[0].ticks:,} ticks to {runs[0].bars:,} one-minute bars; {figures.machine()}")
    figures.table(
        f"median of {len(runs)}",
        ("", "s", "x plain"),
        [(name, f"{spent:.3f}", f"{spent / plain:.2f}") for name, spent in named.items()],
    )


if __name__ == "__main__":
    main()
