"""A snapshot of the whole market: 5,400 ticks into the quote board and past 5,400 watch items.

Beside it a plain Python loop that compares one price with one level an item, and does nothing else.

    python tests/benchmarks/bench_whole_market.py [--quick]
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from core.domain.enums import Phase  # noqa: E402
from core.domain.market import Quote, Symbol  # noqa: E402
from core.domain.watch import WatchItem  # noqa: E402
from core.market.board import QuoteBoard  # noqa: E402
from core.monitor.monitor import Monitor  # noqa: E402
from tests.benchmarks import figures  # noqa: E402
from tests.fakes.market import at, quote  # noqa: E402

MARKET = 5_400


class StillClock:
    """10:00:00 for ever."""

    simulated = True

    def now_ms(self) -> int:
        """Epoch milliseconds."""
        return at("10:00:00")


def milliseconds(job: Callable[[], object], rounds: int) -> float:
    """Median of several."""
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        job()
        times.append((time.perf_counter() - begun) * 1000)
    return figures.median(times)


def later(quotes: Sequence[Quote], number: int) -> list[Quote]:
    """The same snapshots, a little later; no level is hit."""
    return [replace(one, time_ms=one.time_ms + number) for one in quotes]


def plain_loop(quotes: Sequence[Quote], levels: dict[Symbol, int]) -> int:
    """One comparison an item."""
    return sum(1 for one in quotes if one.last <= levels[one.symbol])


def measure(part: int, rounds: int) -> list[tuple[object, ...]]:
    """Rows for a batch of `part` of the market's snapshots; all items are watched."""
    symbols = [Symbol(f"{600_000 + n}.SH") for n in range(MARKET)]
    items = [
        WatchItem(f"w-{s}", s, Decimal("9.00"), Decimal("9.50"), Decimal("11.00"), Decimal("8.50"))
        for s in symbols
    ]
    board = QuoteBoard(StillClock(), lambda _symbol, _now: Phase.CONTINUOUS)  # type: ignore[arg-type]
    monitor = Monitor(board)
    monitor.set_items(items)
    full = [quote(s, "09:59:59", "10.00", pre_close="10.00") for s in symbols]
    board.apply(full)
    batches = [later(full[:part], number) for number in range(1, 2 * rounds + 2)]
    waiting = iter(batches)

    def whole() -> None:
        assert not monitor.sweep(board.apply(next(waiting)))

    both = milliseconds(whole, rounds)
    applying = milliseconds(lambda: board.apply(next(waiting)), rounds)
    levels = dict.fromkeys(symbols, 8500)
    plain = milliseconds(lambda: plain_loop(full[:part], levels), rounds)
    name = f"{part:,} of {MARKET:,} ticks"
    return [
        (f"{name}: board and monitor, 4 levels an item", f"{both:.2f}", f"{both / plain:.1f}"),
        (f"{name}: of it the board", f"{applying:.2f}", f"{applying / plain:.1f}"),
        (f"{name}: plain loop, 1 level an item", f"{plain:.2f}", "1.0"),
    ]


def main() -> None:
    """Print both sizes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="5 rounds instead of 41")
    rounds = 5 if parser.parse_args().quick else 41
    print(f"the whole market in one batch, {MARKET:,} watch items; {figures.machine()}")
    rows = [row for part in (MARKET, MARKET // 10) for row in measure(part, rounds)]
    figures.table(f"median of {rounds}", ("", "ms", "x plain loop"), rows)


if __name__ == "__main__":
    main()
