"""A recorded day as a market: row by row, nothing of the future, limits and bars as the file has them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from core.domain.enums import OrderStatus, Period, Phase
from core.domain.market import Quote, Symbol
from core.errors import BadInput
from core.market.bars import bars_from_quotes
from core.market.files.tick_file import LIMIT_COLUMNS, REQUIRED_COLUMNS, read_tick_file
from core.simqmt.clockwork.conductor import Conductor
from core.simqmt.market.replay import ReplayMarket
from core.simqmt.terminal import SimTerminal
from tests.fakes.market import ListMarket, at, milli
from tests.fakes.simqmt import ACCOUNT, Desk

SUNGROW = Symbol("300274.SZ")


def row(symbol: str, time: str, last: str, volume: int, **over: object) -> dict[str, object]:
    values: dict[str, object] = dict.fromkeys((*REQUIRED_COLUMNS, *LIMIT_COLUMNS), 0)
    price = Decimal(last)
    values |= {
        "code": symbol, "time": at(time), "lastPrice": last, "open": last, "high": last, "low": last,
        "lastClose": "10.00", "pvolume": volume, "amount": price * volume, "phase": "3",
        "bidPrice1": price - Decimal("0.01"), "bidVol1_sh": 1000, "askPrice1": last, "askVol1_sh": 500,
    }  # fmt: skip
    return values | over


def write(path: Path, rows: list[dict[str, object]], drop: tuple[str, ...] = ()) -> Path:
    names = [name for name in rows[0] if name not in drop]
    lines = [",".join(names), *(",".join(str(one[name]) for name in names) for one in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def play(market: ReplayMarket) -> list[Quote]:
    quotes = []
    while (now := market.peek_ms()) is not None:
        batch = market.pop()
        assert [quote.time_ms for quote in batch] == [now]
        quotes += batch
    return quotes


def test_rows_of_the_same_millisecond_are_separate_events_in_file_order(tmp_path: Path) -> None:
    rows = [
        row("600519.SH", "10:00:03", "10.05", 300),
        row("000001.SZ", "10:00:00", "10.01", 100),
        row("600519.SH", "10:00:00", "10.02", 100),
        row("600519.SH", "10:00:00", "10.03", 200),
    ]
    market = ReplayMarket(write(tmp_path / "t.csv", rows))
    assert market.start_ms == at("10:00:00")
    assert market.name == "回放 t.csv"
    quotes = play(market)
    assert [q.last for q in quotes] == [10010, 10020, 10030, 10050]
    assert {q.source for q in quotes} == {market.name}
    with pytest.raises(IndexError):
        market.pop()


def test_limits_come_from_the_file_else_from_the_rules_of_that_day(tmp_path: Path) -> None:
    rows = [
        row("600519.SH", "10:00:00", "10.05", 300, upperLimit="11.11", lowerLimit="8.88"),
        row("300274.SZ", "10:00:01", "10.05", 300),
        row("159915.SZ", "10:00:02", "10.05", 300),
    ]
    given, computed, fund = ReplayMarket(write(tmp_path / "t.csv", rows)).instruments()
    assert (given.limit_up, given.limit_down) == (Decimal("11.11"), Decimal("8.88"))
    assert (given.name, given.tick, given.pre_close) == ("贵州茅台", Decimal("0.01"), Decimal(10))
    assert (computed.limit_up, computed.limit_down) == (Decimal("12.00"), Decimal("8.00"))
    assert computed.name == "300274.SZ"
    assert (fund.tick, fund.trading_day) == (Decimal("0.001"), date(2026, 11, 20))


def test_a_file_without_limit_columns_has_limits_too(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", [row("600519.SH", "10:00:00", "10.05", 300)], drop=LIMIT_COLUMNS)
    (item,) = ReplayMarket(path).instruments()
    assert (item.limit_up, item.limit_down) == (Decimal("11.00"), Decimal("9.00"))


def test_instruments_follow_the_day_of_the_newest_row(tmp_path: Path) -> None:
    rows = [
        row("600519.SH", "10:00:00", "10.05", 300),
        row("600519.SH", "2026-11-23 10:00:00", "10.15", 300, lastClose="10.20"),
    ]
    market = ReplayMarket(write(tmp_path / "t.csv", rows))
    market.pop()
    assert market.instruments()[0].pre_close == Decimal(10)
    market.pop()
    assert market.instruments()[0].pre_close == Decimal("10.2")
    assert market.instruments()[0].trading_day == date(2026, 11, 23)


def test_history_knows_only_what_was_released(tmp_path: Path) -> None:
    rows = [
        row("600519.SH", "09:25:00", "10.00", 100, phase="2"),
        row("600519.SH", "09:30:30", "10.02", 300, open="10.00", low="10.00"),
        row("600519.SH", "09:31:30", "10.08", 400, open="10.00", low="10.00"),
        row("600519.SH", "09:32:30", "10.06", 600, open="10.00", low="10.00", high="10.08"),
    ]
    market = ReplayMarket(write(tmp_path / "t.csv", rows))
    symbol = Symbol("600519.SH")
    assert market.history(symbol, Period.M1, at("15:00:00"), 10) == []
    market.pop()
    market.pop()
    assert market.history(symbol, Period.M1, at("09:30:59"), 10) == []
    (first,) = market.history(symbol, Period.M1, at("09:31:00"), 10)
    assert (first.time_ms, first.open, first.close, first.volume) == (at("09:31:00"), 10000, 10020, 300)
    market.pop()
    market.pop()
    both = market.history(symbol, Period.M1, at("09:32:30"), 10)
    assert [bar.time_ms for bar in both] == [at("09:31:00"), at("09:32:00")]
    assert both[1].close == milli("10.08")
    assert market.history(symbol, Period.M1, at("09:32:30"), 1) == both[1:]
    assert market.history(symbol, Period.M5, at("09:32:30"), 10) == []
    assert market.history(Symbol("000001.SZ"), Period.M1, at("09:32:30"), 10) == []


def test_a_code_of_no_exchange_is_refused_with_file_and_field(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", [row("999999.SZ", "10:00:00", "10.05", 300)])
    with pytest.raises(BadInput) as caught:
        ReplayMarket(path)
    assert caught.value.where == "t.csv"
    assert caught.value.field == "code"
    assert "999999.SZ" in str(caught.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="打不开"):
        ReplayMarket(tmp_path / "none.csv")


def test_a_recorded_day_plays_whole_and_in_order(market_data_dir: Path) -> None:
    path = market_data_dir / "tick_l1" / "20220601_sz5.csv.gz"
    market = ReplayMarket(path)
    quotes = play(market)
    assert len(quotes) == 20_980
    recorded = read_tick_file(path, source=market.name)
    assert quotes == recorded
    limits = {item.symbol: (item.limit_up, item.limit_down) for item in market.instruments()}
    assert limits[SUNGROW] == (Decimal("95.95"), Decimal("63.97"))
    made = market.history(SUNGROW, Period.M1, quotes[-1].time_ms, 240)
    assert made == bars_from_quotes([quote for quote in quotes if quote.symbol == SUNGROW])
    assert market.history(SUNGROW, Period.D1, quotes[-1].time_ms, 5)[0].close == 80800
    assert market.trading_dates(date(2022, 6, 1), date(2022, 6, 6)) == [
        date(2022, 6, 1),
        date(2022, 6, 2),
        date(2022, 6, 6),
    ]


def test_the_opening_auction_of_a_recorded_day_shows_zero_prices(market_data_dir: Path) -> None:
    market = ReplayMarket(market_data_dir / "tick_l1" / "20220601_sz5.csv.gz")
    calls = [quote for quote in play(market) if quote.phase is Phase.OPEN_CALL]
    assert len(calls) > 100
    assert {(q.last, q.open, q.high, q.low) for q in calls} == {(0, 0, 0, 0)}
    assert all(quote.bids[0] == quote.asks[0] for quote in calls)


def test_limits_computed_for_a_shanghai_file_follow_the_rules(market_data_dir: Path) -> None:
    market = ReplayMarket(market_data_dir / "tick_l1" / "20211201_sh30.csv.gz")
    items = {item.symbol: item for item in market.instruments()}
    assert len(items) == 30
    assert items[Symbol("600103.SH")].limit_up == Decimal("2.99")
    star = next(item for symbol, item in items.items() if symbol.startswith("688"))
    assert star.limit_up is not None
    assert star.limit_up > star.pre_close * Decimal("1.19")


def test_after_the_end_of_the_file_its_last_book_fills_nothing_and_the_clock_ends_the_day(
    tmp_path: Path,
) -> None:
    rows = [row("600519.SH", f"10:00:0{second}", "10.00", 100 + second) for second in (0, 3)]
    clock = Conductor(at("10:00:00"))
    terminal = SimTerminal(
        tmp_path / "t", {ACCOUNT: Decimal(100_000)}, ReplayMarket(write(tmp_path / "t.csv", rows)), clock
    )
    desk = Desk(terminal, clock, ListMarket(start="10:00:00"))
    desk.hold()
    clock.start()
    try:
        desk.settle("10:01:00")
        soon = terminal.manual_order(ACCOUNT, "600519.SH", 23, 100, "10.00")
        desk.settle("10:02:00")
        late = terminal.manual_order(ACCOUNT, "600519.SH", 23, 100, "10.00")
        desk.settle("15:01:01")
        states = {order.order_id: order.status for order in terminal.orders(ACCOUNT)}
        assert states == {soon: OrderStatus.SUCCEEDED, late: OrderStatus.CANCELED}
    finally:
        desk.close()
