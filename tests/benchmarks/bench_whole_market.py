"""A snapshot of the whole market: 5,400 ticks into the quote board and past 5,400 watch items.

Every field that the validity rule reads (time, last, high, low, pre-close, five bids and asks, volume, phase, limits) goes
onto the board. Beside it, over the same batches, a plain Python loop that compares one price with one level an item and
does nothing else. Also: symbols nobody watches, every level hit at once, the hand-over from the vendor's thread, and the
vendor's own records made into ours, which happens on that thread.

    python tests/benchmarks/bench_whole_market.py [--quick]
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from core.domain.enums import Phase  # noqa: E402
from core.domain.market import Instrument, Quote, Symbol  # noqa: E402
from core.domain.watch import WatchItem  # noqa: E402
from core.market.board import QuoteBoard  # noqa: E402
from core.market.slots import QuoteSlots  # noqa: E402
from core.market.xtdata.ticks import TickConverter  # noqa: E402
from core.monitor.monitor import Monitor  # noqa: E402
from tests.benchmarks import figures  # noqa: E402
from tests.fakes.market import at, levels, quote  # noqa: E402

MARKET = 5_400
START = at("09:59:00")
TARGET_MS, TARGET_RATIO, TARGET_TENTH_MS = 3.0, 6.0, 0.4
SYMBOLS = [Symbol(f"{600_000 + n}.SH") for n in range(MARKET)]

Row = tuple[object, ...]


class StillClock:
    """10:00:00 for ever."""

    simulated = True

    def now_ms(self) -> int:
        """Epoch milliseconds."""
        return at("10:00:00")


def milliseconds(job: Callable[[Any], object], inputs: Sequence[Any]) -> float:
    """Median over the inputs, each used once."""
    times = []
    for given in inputs:
        begun = time.perf_counter()
        job(given)
        times.append((time.perf_counter() - begun) * 1000)
    return figures.median(times)


def batches(symbols: Sequence[Symbol], count: int, first: int = 0) -> list[list[Quote]]:
    """Batches three seconds apart, every record and number of its own, as they come from a feed. No level is near."""
    dice = Random(7 + first)
    bids, asks = (levels((f"{10 + sign * n / 100}", 1_000 * n) for n in range(1, 6)) for sign in (-1, 1))
    full = quote("600000.SH", START, "10.00", bids=(), asks=(), limit_up="11.00", limit_down="8.00")
    full = replace(full, bids=bids, asks=asks)
    return [
        [
            replace(
                full,
                symbol=symbol,
                time_ms=START + (first + number) * 3_000 + dice.randrange(3_000),
                last=10_000 + 10 * dice.randrange(-40, 80),
                volume=dice.randrange(10**9),
            )
            for symbol in symbols
        ]
        for number in range(count)
    ]


def desk() -> tuple[QuoteBoard, Monitor]:
    """The whole market watched, four levels an item."""
    board = QuoteBoard(StillClock(), lambda _symbol, _now: Phase.CONTINUOUS)  # type: ignore[arg-type]
    monitor = Monitor(board)
    monitor.set_items(
        [
            WatchItem(f"w-{s}", s, Decimal("9.00"), Decimal("9.50"), Decimal("11.00"), Decimal("8.50"))
            for s in SYMBOLS
        ]
    )
    return board, monitor


def plain_loop(quotes: Sequence[Quote], stops: dict[Symbol, int]) -> int:
    """One comparison an item."""
    return sum(1 for one in quotes if one.last <= stops[one.symbol])


def measure(part: int, rounds: int, shuffled: bool = False) -> Iterator[Row]:
    """Rows for batches of `part` of the market's snapshots; all items are watched."""
    board, monitor = desk()
    chosen = Random(3).sample(SYMBOLS, part) if shuffled or part < MARKET else SYMBOLS
    board.apply(batches(SYMBOLS, 1)[0])
    given = batches(chosen, rounds, first=1)
    stops = dict.fromkeys(SYMBOLS, 8_500)
    plain = milliseconds(lambda quotes: plain_loop(quotes, stops), given)
    both = milliseconds(lambda quotes: monitor.sweep(board.apply(quotes)), given)
    only = milliseconds(board.apply, batches(chosen, rounds, first=1 + rounds))
    assert not board.dropped_old
    name = f"{part:,} of {MARKET:,} ticks" + (", in any order" if shuffled else "")
    goal = f"< {TARGET_MS:g}, x{TARGET_RATIO:g}" if part == MARKET else f"< {TARGET_TENTH_MS:g}"
    yield f"{name}: plain loop, 1 level an item", f"{plain:.3f}", "1.0", ""
    yield f"{name}: board and monitor, 4 levels an item", f"{both:.3f}", f"{both / plain:.1f}", goal
    yield f"{name}: of it the board", f"{only:.3f}", f"{only / plain:.1f}", ""


def others(rounds: int) -> Iterator[Row]:
    """Symbols nobody watches, with nothing but look-ups beside; every item hit and every quote judged."""
    board, _ = desk()
    strangers = [Symbol(f"{300_000 + n}.SZ") for n in range(MARKET)]
    given = batches(strangers, rounds)
    rows = dict.fromkeys(SYMBOLS, 0)
    look = milliseconds(lambda quotes: [rows.get(one.symbol) for one in quotes], given)
    board.set_heartbeats([Symbol("000001.SH"), Symbol("399001.SZ")])
    ours = milliseconds(board.apply, given)
    yield f"{MARKET:,} ticks nobody watches: look-ups only", f"{look:.3f}", "1.0", ""
    yield f"{MARKET:,} ticks nobody watches: the board", f"{ours:.3f}", f"{ours / look:.1f}", "one look-up"
    board, monitor = desk()
    falling = [[replace(one, last=8_400) for one in batch] for batch in batches(SYMBOLS, min(rounds, 9))]
    found: list[int] = []
    crash = milliseconds(lambda quotes: found.append(len(monitor.sweep(board.apply(quotes)))), falling)
    assert set(found) == {MARKET}
    yield f"{MARKET:,} ticks, every stop hit and judged", f"{crash:.3f}", "", ""


class WokenAtOnce:
    """As much of a loop as the slots need: runs what it is given at once."""

    def call_soon_threadsafe(self, job: Callable[[], object]) -> None:
        """On this thread."""
        job()


def handing_over(rounds: int) -> Iterator[Row]:
    """What the vendor's thread does."""
    given = batches(SYMBOLS, rounds)
    loop: Any = WokenAtOnce()
    slots = QuoteSlots(loop, lambda _quotes: None)
    yield f"{MARKET:,} quotes from thread to loop", f"{milliseconds(slots.put, given):.3f}", "", ""
    records = [{one.symbol: vendor_tick(one) for one in batch} for batch in given[: min(rounds, 9)]]
    day = given[0][0].time.date()
    known = {s: Instrument(s, "", Decimal("0.01"), Decimal("10.00"), trading_day=day) for s in SYMBOLS}
    converter = TickConverter("QMT")

    def convert(ticks: dict[Symbol, dict[str, Any]]) -> list[Quote]:
        return [converter.convert(symbol, tick, known[symbol], 1) for symbol, tick in ticks.items()]

    assert convert(records[0])[0].bids == given[0][0].bids
    spent = milliseconds(convert, records)
    yield f"{MARKET:,} vendor records made into quotes", f"{spent:.3f}", "", ""


def vendor_tick(one: Quote) -> dict[str, Any]:
    """The record that xtdata would bring."""
    tick: dict[str, Any] = {
        "time": one.time_ms,
        **{name: getattr(one, field) / 1000 for name, field in _PRICES.items()},
        "amount": one.amount,
        "volume": one.volume // 100,
        "pvolume": one.volume,
        "stockStatus": 3,
        "openInt": 13,
    }
    for side, pairs in (("bid", one.bids), ("ask", one.asks)):
        tick[f"{side}Price"] = [price / 1000 for price, _ in pairs]
        tick[f"{side}Vol"] = [volume // 100 for _, volume in pairs]
    return tick


_PRICES = {
    "lastPrice": "last",
    "open": "open",
    "high": "high",
    "low": "low",
    "lastClose": "pre_close",
}


def main() -> None:
    """Print all of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="5 rounds instead of 41")
    rounds = 5 if parser.parse_args().quick else 41
    print(f"the whole market in one batch, {MARKET:,} watch items; {figures.machine()}")
    rows = [*measure(MARKET, rounds), *measure(MARKET, rounds, shuffled=True), *measure(MARKET // 10, rounds)]
    rows += [*others(rounds), *handing_over(rounds)]
    figures.table(f"median of {rounds}", ("", "ms", "x plain", "goal"), rows)


if __name__ == "__main__":
    main()
