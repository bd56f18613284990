"""The default watchlist on the built-in market: by a plain reading of quotes and levels, the desk has work to do.

A reader's oracle, without any code of the desk: an item is entered at the first price inside its zone by a limit order
at that price, which fills when the best ask is at or below it; what may be sold the same day is left at the first later
price at or beyond a level. The holdings of a fresh account wait for their levels from the start.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from core.domain.enums import Phase
from core.domain.market import Quote
from core.domain.money import decimal_to_milli
from core.exchange.symbols import t_plus, tick_size
from core.simqmt.market.builtin.market import DEFAULT_DAY, BuiltinMarket
from core.simqmt.market.securities import DEFAULT_HOLDINGS, SECURITIES

FILE = Path(__file__).resolve().parents[4] / "resources" / "default_watchlist.csv"
WINDOW_MS = 45_000
NEVER = 10**12


@dataclass
class Row:
    """One line of the watchlist, prices in thousandths; a missing level is never hit."""

    symbol: str
    low: int
    high: int
    target: int
    stop: int
    trades: bool


@dataclass
class Item:
    """What a reader writes down while going through the quotes."""

    row: Row
    limit: int = 0
    held: bool = False
    sellable: bool = False
    entered: bool = False
    left: str = ""

    def see(self, quote: Quote) -> None:
        row = self.row
        if self.sellable and not self.left:
            if quote.last <= row.stop:
                self.left = "stop"
            elif quote.last >= row.target:
                self.left = "target"
        elif not self.held and not self.limit and row.low <= quote.last <= row.high:
            self.limit, self.entered = quote.last, True
        if self.limit and not self.held and 0 < quote.best_ask <= self.limit:
            self.held = True
            self.sellable = t_plus(row.symbol) == 0


def read_rows() -> list[Row]:
    def level(text: str, missing: int) -> int:
        return decimal_to_milli(Decimal(text)) if text else missing

    with FILE.open(encoding="utf-8", newline="") as file:
        return [
            Row(
                line["symbol"],
                level(line["entry_low"], NEVER),
                level(line["entry_high"], -1),
                level(line["take_profit"], NEVER),
                level(line["stop_loss"], -1),
                line["quant_enabled"] == "true",
            )
            for line in csv.DictReader(file)
        ]


def first_quotes(seed: int, day: date) -> Iterable[Quote]:
    market = BuiltinMarket(seed, day)
    end = market.start_ms + 10_000 + WINDOW_MS
    while (now := market.peek_ms()) is not None and now < end:
        quote = market.pop()[0]
        if quote.phase is Phase.CONTINUOUS:
            yield quote


def work(seed: int, day: date = DEFAULT_DAY, *, fresh: bool = True) -> tuple[int, int]:
    """How many entries and exits a reader finds in the first 45 seconds of trading."""
    bought = {holding.symbol for holding in DEFAULT_HOLDINGS} if fresh else set()
    items = {row.symbol: Item(row) for row in read_rows() if row.trades}
    for symbol in bought:
        items[symbol].held = items[symbol].sellable = True
    for quote in first_quotes(seed, day):
        if quote.symbol in items:
            items[quote.symbol].see(quote)
    return sum(item.entered for item in items.values()), sum(bool(item.left) for item in items.values())


def test_the_rows_are_sane() -> None:
    rows = read_rows()
    known = {security.symbol for security in SECURITIES}
    assert len(rows) == len({row.symbol for row in rows}) == 14
    assert {row.symbol for row in rows} <= known
    assert sum(not row.trades for row in rows) == 1
    assert {holding.symbol for holding in DEFAULT_HOLDINGS} <= {row.symbol for row in rows}
    for row in rows:
        low = row.low if row.low != NEVER else row.target
        high = row.high if row.high != -1 else row.stop
        assert 0 < row.stop < low
        assert high < row.target < NEVER
        assert row.low < row.high or (row.low, row.high) == (NEVER, -1)
        tick = decimal_to_milli(tick_size(row.symbol))
        levels = (row.low, row.high, row.target, row.stop)
        assert all(price % tick == 0 for price in levels if price not in (NEVER, -1))


def test_holdings_are_whole_lots_of_a_few_ten_thousand_yuan() -> None:
    for holding in DEFAULT_HOLDINGS:
        assert holding.volume % 100 == 0
        assert 20_000 < holding.volume * holding.cost < 100_000


@pytest.mark.parametrize("seed", range(1, 6))
def test_the_first_five_seeds_enter_and_leave_within_45_seconds(seed: int) -> None:
    entries, exits = work(seed)
    assert entries >= 1
    assert exits >= 1


def test_nearly_every_seed_enters_and_leaves_within_45_seconds() -> None:
    good = [seed for seed in range(1, 41) if min(work(seed)) >= 1]
    assert len(good) >= 39


@pytest.mark.parametrize("day", [date(2026, 11, 23), date(2026, 12, 9)])
def test_later_days_have_work_without_the_first_holdings(day: date) -> None:
    good = [seed for seed in range(1, 21) if min(work(seed, day, fresh=False)) >= 1]
    assert len(good) >= 19
