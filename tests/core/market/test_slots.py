"""The hand-over of quotes: newest by symbol, one wake-up, nothing lost and nothing after the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from core.domain.market import Quote, Symbol
from core.market.slots import QuoteSlots
from tests.fakes.market import at, quote

SYMBOLS = [Symbol(f"{600_000 + n}.SH") for n in range(4)]


class HandLoop:
    """Runs what it was given when told."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], object]] = []

    def call_soon_threadsafe(self, job: Callable[[], object]) -> None:
        self.waiting.append(job)

    def run(self) -> None:
        jobs, self.waiting = self.waiting, []
        for job in jobs:
            job()


class Bench:
    def __init__(self) -> None:
        self.loop = HandLoop()
        self.taken: list[Quote] = []
        self.batches = 0
        handed: Any = self.loop
        self.slots = QuoteSlots(handed, self.take)

    def take(self, quotes: Sequence[Quote]) -> None:
        self.batches += 1
        self.taken += quotes


def tick(symbol: Symbol, second: int, price: int) -> Quote:
    return quote(symbol, at("10:00:00") + second * 1000, price)


puts = st.lists(
    st.lists(st.tuples(st.sampled_from(SYMBOLS), st.integers(0, 9), st.integers(1, 99)), max_size=6)
    | st.none(),
    max_size=12,
)


@given(puts)
def test_whatever_is_put_the_loop_takes_the_newest(steps: list[list[tuple[Symbol, int, int]] | None]) -> None:
    """None lets the loop run. Between two runs the last that did not go back in time stays, the rest is counted."""
    bench = Bench()
    slots: dict[Symbol, Quote] = {}
    expected: list[Quote] = []
    overwritten = runs = 0
    for step in [*steps, None]:
        if step is None:
            expected += slots.values()
            runs += bool(slots)
            slots = {}
            bench.loop.run()
            continue
        batch = [tick(*one) for one in step]
        for one in batch:
            held = slots.get(one.symbol)
            overwritten += held is not None
            if held is None or one.time_ms >= held.time_ms:
                slots[one.symbol] = one
        bench.slots.put(iter(batch))
        assert len(bench.loop.waiting) == bool(slots), "one wake-up for all that waits"
    assert bench.taken == expected
    assert (bench.slots.overwritten, bench.batches) == (overwritten, runs)


def test_after_the_end_nothing_comes() -> None:
    bench = Bench()
    bench.slots.put([tick(SYMBOLS[0], 0, 8)])
    bench.slots.close()
    bench.slots.put([tick(SYMBOLS[1], 0, 8)])
    bench.loop.run()
    assert bench.taken == []


def test_a_loop_that_is_closed_ends_it() -> None:
    loop = asyncio.new_event_loop()
    loop.close()
    taken: list[Quote] = []
    slots = QuoteSlots(loop, taken.extend)
    slots.put([tick(SYMBOLS[0], 0, 8)])
    slots.put([tick(SYMBOLS[0], 1, 9)])
    assert slots.overwritten == 0
