"""The monitor against a plain oracle, and the borders of every level."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.clock import ManualClock
from core.domain.enums import Phase, SignalKind
from core.domain.market import Quote, Symbol
from core.domain.watch import WatchItem
from core.market.board import QuoteBoard
from core.market.files.tick_file import read_tick_file
from core.monitor.monitor import Hit, Monitor
from tests.fakes.market import at, quote

SYMBOL = Symbol("600000.SH")
OTHER = Symbol("000001.SZ")
START = at("10:00:00")

Level = str | None


def item(
    item_id: str,
    symbol: Symbol = SYMBOL,
    *,
    low: Level = None,
    high: Level = None,
    take: Level = None,
    stop: Level = None,
) -> WatchItem:
    def price(text: Level) -> Decimal | None:
        return None if text is None else Decimal(text)

    return WatchItem(item_id, symbol, price(low), price(high), price(take), price(stop))


class Desk:
    """A real board and monitor with a clock that stands still unless told."""

    def __init__(self, *items: WatchItem, start_ms: int = START) -> None:
        self.clock = ManualClock(start_ms)
        self.board = QuoteBoard(self.clock, lambda _symbol, _now: Phase.CONTINUOUS)
        self.monitor = Monitor(self.board)
        self.monitor.set_items(items)

    def see(self, *quotes: Quote) -> list[Hit]:
        return self.monitor.sweep(self.board.apply(quotes))

    def price(self, last: str, symbol: Symbol = SYMBOL) -> list[SignalKind]:
        return [hit.kind for hit in self.see(tick(symbol, last))]


def tick(symbol: Symbol, last: str, phase: Phase = Phase.CONTINUOUS) -> Quote:
    return quote(symbol, START, last, bids=[], asks=[], pre_close="10", phase=phase)


ENTRY, TAKE, STOP = SignalKind.ENTRY, SignalKind.TAKE_PROFIT, SignalKind.STOP_LOSS


@pytest.mark.parametrize(
    ("last", "kinds"),
    [
        ("9.99", []),
        ("10.00", [ENTRY]),
        ("10.25", [ENTRY]),
        ("10.50", [ENTRY]),
        ("10.51", []),
    ],
)
def test_an_entry_zone_includes_both_ends(last: str, kinds: list[SignalKind]) -> None:
    assert Desk(item("a", low="10.00", high="10.50")).price(last) == kinds


@pytest.mark.parametrize(("last", "kinds"), [("11.99", []), ("12.00", [TAKE]), ("12.01", [TAKE])])
def test_a_take_profit_includes_its_price(last: str, kinds: list[SignalKind]) -> None:
    assert Desk(item("a", take="12.00")).price(last) == kinds


@pytest.mark.parametrize(("last", "kinds"), [("9.01", []), ("9.00", [STOP]), ("8.99", [STOP]), ("0", [])])
def test_a_stop_loss_includes_its_price_and_zero_is_no_price(last: str, kinds: list[SignalKind]) -> None:
    assert Desk(item("a", stop="9.00")).price(last) == kinds


def test_levels_of_a_fund_are_exact_to_a_thousandth() -> None:
    desk = Desk(item("a", low="4.718", high="4.718", take="4.720", stop="4.717"))
    assert desk.price("4.718") == [ENTRY]
    assert desk.price("4.719") == []
    assert desk.price("4.720") == [TAKE]
    assert desk.price("4.717") == [STOP]


def test_a_level_between_two_thousandths_is_not_rounded_over_the_price() -> None:
    desk = Desk(item("a", low="10.0004", high="10.0016", take="12.0004", stop="8.9996"))
    assert [desk.price(last) for last in ("10.000", "10.001", "10.002")] == [[], [ENTRY], []]
    assert [desk.price(last) for last in ("12.000", "12.001")] == [[], [TAKE]]
    assert [desk.price(last) for last in ("9.000", "8.999")] == [[], [STOP]]


@pytest.mark.parametrize(
    "half",
    [item("a", low="1.00"), item("a", high="99.00"), item("a")],
    ids=["low only", "high only", "nothing"],
)
def test_a_zone_with_one_end_is_not_watched(half: WatchItem) -> None:
    assert Desk(half).price("10.00") == []


def test_a_hit_says_what_was_hit_by_which_quote() -> None:
    desk = Desk(item("a", low="10.00", high="10.50", stop="10.20"))
    shown = tick(SYMBOL, "10.20")
    stop, entry = desk.see(shown)
    assert (stop.kind, stop.item_id, stop.symbol, stop.last_milli, stop.level_milli) == (
        STOP,
        "a",
        SYMBOL,
        10_200,
        10_200,
    )
    assert (entry.kind, entry.level_milli) == (ENTRY, 10_500)
    assert stop.quote is shown


def test_stops_come_before_take_profits_before_entries_and_then_item_order() -> None:
    places = (("a", SYMBOL), ("b", OTHER), ("c", SYMBOL))
    desk = Desk(*(item(name, on, low="10", high="10", take="10", stop="10") for name, on in places))
    hits = desk.see(tick(OTHER, "10.00"), tick(SYMBOL, "10.00"))
    assert [(hit.kind, hit.item_id) for hit in hits] == [
        (kind, name) for kind in (STOP, TAKE, ENTRY) for name in ("a", "b", "c")
    ]


def test_only_changed_symbols_are_reported() -> None:
    desk = Desk(item("a", stop="10.00"), item("b", OTHER, stop="10.00"))
    assert [hit.item_id for hit in desk.see(tick(SYMBOL, "9.00"))] == ["a"]
    assert [hit.item_id for hit in desk.see(tick(OTHER, "9.00"))] == ["b"]
    assert desk.see() == []
    assert desk.monitor.sweep(np.array([], dtype=np.intp)) == []


def test_every_sweep_reports_and_only_the_first_is_an_edge() -> None:
    desk = Desk(item("a", stop="10.00"))
    edges = [
        [hit.edge for hit in desk.see(tick(SYMBOL, last))] for last in ("9.9", "9.8", "10.1", "10.0", "9.7")
    ]
    assert edges == [[True], [False], [], [True], [False]]


def test_an_invalid_quote_neither_reports_nor_moves_the_edge() -> None:
    desk = Desk(item("a", stop="10.00"))
    assert desk.see(tick(SYMBOL, "9.9", Phase.CLOSE_CALL)) == []
    (first,) = desk.see(tick(SYMBOL, "9.9"))
    assert first.edge
    assert desk.see(tick(SYMBOL, "0", Phase.OPEN_CALL)) == []
    assert desk.see(tick(SYMBOL, "11.0", Phase.SUSPENDED)) == []
    (again,) = desk.see(tick(SYMBOL, "9.8"))
    assert not again.edge


def test_a_batch_is_judged_by_its_newest_quote() -> None:
    desk = Desk(item("a", stop="10.00"))
    assert desk.see(tick(SYMBOL, "9.0"), tick(SYMBOL, "10.5")) == []


def test_an_item_added_while_its_level_is_hit_reports_at_the_next_quote() -> None:
    desk = Desk(item("a", stop="9.00"))
    assert desk.price("9.50") == []
    desk.monitor.set_items([item("a", stop="9.00"), item("b", stop="9.60")])
    (hit,) = desk.see(tick(SYMBOL, "9.50"))
    assert (hit.item_id, hit.edge) == ("b", True)


def test_setting_items_keeps_the_edge_of_those_that_did_not_change() -> None:
    kept, edited = item("kept", stop="10.00"), item("edited", stop="10.00")
    desk = Desk(kept, edited)
    assert [hit.edge for hit in desk.see(tick(SYMBOL, "9.0"))] == [True, True]
    desk.monitor.set_items([item("edited", stop="10.01"), kept])
    assert {hit.item_id: hit.edge for hit in desk.see(tick(SYMBOL, "9.0"))} == {"edited": True, "kept": False}
    assert [shown.item_id for shown in desk.monitor.items] == ["edited", "kept"]


def test_no_items_no_hits() -> None:
    desk = Desk(item("a", stop="10.00"))
    desk.monitor.set_items([])
    assert desk.see(tick(SYMBOL, "9.0")) == []


class CountingBoard(QuoteBoard):
    """Counts how often validity is asked."""

    asked = 0

    def may_trigger(self, row: int) -> bool:
        self.asked += 1
        return super().may_trigger(row)


def test_validity_is_asked_once_per_row_and_only_where_a_level_is_near() -> None:
    board = CountingBoard(ManualClock(START), lambda _symbol, _now: Phase.CONTINUOUS)
    monitor = Monitor(board)
    monitor.set_items(
        [item(str(n), stop="9.00", take="9.00") for n in range(5)] + [item("o", OTHER, stop="1.00")]
    )
    monitor.sweep(board.apply([tick(SYMBOL, "9.00"), tick(OTHER, "9.00")]))
    assert board.asked == 1


SYMBOLS = [Symbol(f"{600_000 + n}.SH") for n in range(4)]
PRICES = st.integers(900, 1100).map(lambda cents: str(Decimal(cents) / 100))
LEVELS = st.none() | PRICES


@st.composite
def items(draw: st.DrawFn) -> list[WatchItem]:
    count = draw(st.integers(0, 8))
    return [
        item(
            str(n),
            draw(st.sampled_from(SYMBOLS)),
            low=draw(LEVELS),
            high=draw(LEVELS),
            take=draw(LEVELS),
            stop=draw(LEVELS),
        )
        for n in range(count)
    ]


@st.composite
def batches(draw: st.DrawFn) -> list[list[Quote]]:
    one = st.builds(
        tick,
        st.sampled_from(SYMBOLS),
        PRICES | st.just("0"),
        st.sampled_from([Phase.CONTINUOUS, Phase.CONTINUOUS, Phase.CONTINUOUS, Phase.OPEN_CALL]),
    )
    return draw(st.lists(st.lists(one, max_size=5), max_size=12))


def plain_hits(shown: WatchItem, last: Decimal) -> dict[SignalKind, bool]:
    """The rule in the words of the issue."""
    low, high = shown.entry_low, shown.entry_high
    return {
        STOP: shown.stop_loss is not None and last <= shown.stop_loss,
        TAKE: shown.take_profit is not None and last >= shown.take_profit,
        ENTRY: low is not None and high is not None and low <= last <= high,
    }


def oracle(
    watched: Iterable[WatchItem], batch: list[Quote], was: dict[tuple[str, SignalKind], bool]
) -> list[tuple[str, SignalKind, int, bool]]:
    newest = {shown.symbol: shown for shown in batch}
    found = []
    for kind in (STOP, TAKE, ENTRY):
        for shown in watched:
            seen = newest.get(shown.symbol)
            if seen is None or seen.last == 0 or seen.phase is not Phase.CONTINUOUS:
                continue
            hit = plain_hits(shown, Decimal(seen.last) / 1000)[kind]
            if hit:
                found.append((shown.item_id, kind, seen.last, not was.get((shown.item_id, kind), False)))
            was[shown.item_id, kind] = hit
    return found


@pytest.fixture
def sz5_by_time(market_data_dir: Path) -> list[list[Quote]]:
    """The Shenzhen day of 2022-06-01, snapshots of one time together."""
    groups: dict[int, list[Quote]] = {}
    for shown in read_tick_file(market_data_dir / "tick_l1" / "20220601_sz5.csv.gz"):
        groups.setdefault(shown.time_ms, []).append(shown)
    return list(groups.values())


@settings(max_examples=150, deadline=None)
@given(items(), batches())
def test_any_levels_and_quotes_agree_with_the_plain_rule(
    watched: list[WatchItem], stream: list[list[Quote]]
) -> None:
    desk = Desk(*watched)
    was: dict[tuple[str, SignalKind], bool] = {}
    for batch in stream:
        hits = [(hit.item_id, hit.kind, hit.last_milli, hit.edge) for hit in desk.see(*batch)]
        assert hits == oracle(watched, batch, was)


@pytest.mark.parametrize("size", [1, 2, 24, 25, 60, 100])
def test_large_batches_agree_with_the_plain_rule(size: int) -> None:
    """Few rows are looked up, many are marked, all are taken as they are: three ways, one answer."""
    dice = Random(size)
    symbols = [Symbol(f"{600_000 + n}.SH") for n in range(100)]

    def cents(*span: int) -> str:
        return str(Decimal(dice.randint(*span)) / 100)

    watched = [
        item(str(n), dice.choice(symbols), low=cents(950, 1000), high=cents(1000, 1050), stop=cents(930, 990))
        for n in range(150)
    ] + [item(f"all {symbol}", symbol, take=cents(1040, 1090)) for symbol in symbols]
    desk = Desk(*watched)
    was: dict[tuple[str, SignalKind], bool] = {}
    seen = 0
    for _ in range(12):
        batch = [tick(symbol, cents(900, 1100)) for symbol in dice.sample(symbols, size)]
        hits = [(hit.item_id, hit.kind, hit.last_milli, hit.edge) for hit in desk.see(*batch)]
        assert hits == oracle(watched, batch, was)
        seen += len(hits)
    assert seen


def test_a_real_day_agrees_with_the_plain_rule(sz5_by_time: list[list[Quote]]) -> None:
    """Levels crossed by real prices: the monitor finds exactly the snapshots a reader would."""
    sungrow = Symbol("300274.SZ")
    watched = [
        item("dip", sungrow, low="78.20", high="78.60", stop="78.30", take="82.00"),
        item("other", Symbol("300918.SZ"), take="8.29"),
    ]
    desk = Desk(*watched, start_ms=sz5_by_time[0][0].time_ms)
    was: dict[tuple[str, SignalKind], bool] = {}
    found, expected = [], []
    for batch in sz5_by_time:
        desk.clock.advance(batch[0].time_ms - desk.clock.now_ms())
        found += [(hit.item_id, hit.kind, hit.last_milli, hit.edge) for hit in desk.see(*batch)]
        expected += oracle(watched, batch, was)
    assert found == expected
    assert {kind for _, kind, _, _ in found} == {STOP, TAKE, ENTRY}
