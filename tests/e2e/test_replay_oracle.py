"""The replay's report against a reader's own computation from the same ticks: order by order, fill by fill, to the cent."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.service.replay import main as replay_command
from tests.e2e.hand import HandReplay, read_rows, second_of_day

SZ5 = "20220601_sz5.csv.gz"
SH30 = "20211201_sh30.csv.gz"
HEADER = "symbol,entry_low,entry_high,take_profit,stop_loss,quant_enabled,max_position_pct,min_trade_amount"
Position = tuple[str, int, str]
Hours = tuple[str, str]
"""Rows from the first time to the second are left out, so that a short file has an end of the day too."""
ALL_DAY = ("", "")
SHORT = ("10:30", "14:55")

DIRECTED: dict[str, tuple[str, tuple[str, ...], tuple[Position, ...]]] = {
    # an entry, a take-profit, a stop, and a stop held back by T+1
    "everything": (
        SZ5,
        (
            "300274.SZ,,,82.00,75.00,1,,",
            "300122.SZ,,,95.00,86.50,1,,",
            "000400.SZ,19.15,19.25,23.00,19.12,1,0.1,",
            "300288.SZ,9.75,9.78,,9.50,1,0.05,",
        ),
        (("300274.SZ", 1000, "70.00"), ("300122.SZ", 800, "90.00")),
    ),
    # a stop at the limit-down price eats through the whole book and waits for more
    "large stop": (SZ5, ("000400.SZ,,,,19.20,1,,",), (("000400.SZ", 300_000, "18.00"),)),
    # a take-profit that rests, then the stop that must cancel it first
    "stop after resting take-profit": (
        SZ5,
        ("300122.SZ,,,88.19,87.30,1,,", "300918.SZ,,,8.30,8.20,1,,", "300274.SZ,,,82.17,81.00,1,,"),
        (("300122.SZ", 40_000, "80.00"), ("300918.SZ", 250_000, "8.00"), ("300274.SZ", 90_000, "70.00")),
    ),
    # entries larger than the displayed book, and more of them than the cash can pay
    "cash binds": (
        SZ5,
        (
            "300918.SZ,8.10,8.17,,,1,0.5,",
            "300288.SZ,9.70,9.76,,,1,0.4,",
            "000400.SZ,19.00,19.30,,,1,0.4,",
            "300274.SZ,78.00,79.50,,,1,0.5,60000",
        ),
        (("300122.SZ", 100, "87.00"),),
    ),
    # what is held counts: no whole lot is left, or an amount below the least
    "held counts": (
        SZ5,
        ("300122.SZ,86.00,87.50,,,1,0.1,", "300274.SZ,79.00,80.00,,,1,0.1,30000"),
        (("300122.SZ", 1100, "80.00"), ("300274.SZ", 1000, "80.00")),
    ),
    # odd holdings are sold whole; switches that are off send nothing
    "odd lots and switches": (
        SZ5,
        (
            "300274.SZ,,,82.00,,1,,",
            "300122.SZ,,,87.50,,0,,",
            "000400.SZ,,,,19.30,1,,",
            "300918.SZ,8.14,8.16,8.20,8.13,1,0.2,",
        ),
        (("300274.SZ", 1050, "70.00"), ("300122.SZ", 300, "80.00"), ("000400.SZ", 77, "18.00")),
    ),
    # a stop on a snapshot whose best bid shows 80 shares: less than a lot is still the best bid
    "best bid below a lot": (SH30, ("688233.SH,,,,98.02,1,,",), (("688233.SH", 1000, "95.00"),)),
    # STAR: 200 shares and then single ones, the cage of the day; Shanghai says trading at 09:25 already
    "star": (
        SH30,
        (
            "688233.SH,97.50,98.50,,,1,0.05,",
            "688339.SH,295.00,300.00,320.00,290.00,1,0.1,",
            "688378.SH,,,,83.00,1,,",
            "688218.SH,,,15.50,15.15,1,,",
            "600103.SH,2.70,2.80,2.99,2.60,1,0.3,",
            "603299.SH,,,10.10,9.55,1,,",
            "601689.SH,64.60,65.20,,,1,0.12,",
        ),
        (
            ("688378.SH", 3333, "80.00"),
            ("688218.SH", 150, "14.00"),
            ("600103.SH", 50_000, "2.50"),
            ("603299.SH", 4000, "9.00"),
        ),
    ),
}


@pytest.fixture
def replay(tmp_path: Path, market_data_dir: Path) -> Callable[..., tuple[dict[str, Any], HandReplay]]:
    """Run the command and the reader on the same input; gives the report and the reader.

    A file named by its name is cut to the symbols that matter and to the hours, for the sake of time.
    """

    def run(
        ticks: str | Path,
        rows: tuple[str, ...],
        positions: tuple[Position, ...] = (),
        *,
        latency_ms: int = 0,
        cash: str = "1000000",
        hours: Hours = ALL_DAY,
    ) -> tuple[dict[str, Any], HandReplay]:
        watchlist, out = tmp_path / "w.csv", tmp_path / "report.json"
        symbols = {row.split(",")[0] for row in rows} | {symbol for symbol, _, _ in positions}
        watchlist.write_text("\n".join((HEADER, *rows)) + "\n", encoding="utf-8")
        file = (
            cut(market_data_dir / "tick_l1" / ticks, tmp_path, symbols, hours)
            if isinstance(ticks, str)
            else ticks
        )
        held = [f"--position={symbol}={volume}@{cost}" for symbol, volume, cost in positions]
        arguments = [str(file), "--watchlist", str(watchlist), "--report", str(out), "--cash", cash]
        assert replay_command([*arguments, *held, "--latency-ms", str(latency_ms)]) == 0
        hand = HandReplay(file, watchlist, cash, positions, latency_ms).run()
        return json.loads(out.read_text(encoding="utf-8")), hand

    return run


def cut(file: Path, folder: Path, symbols: set[str], hours: Hours) -> Path:
    """The rows of these symbols outside `hours`."""
    with gzip.open(file, "rt", encoding="utf-8") as whole:
        header, *lines = whole.read().splitlines()
    kept = [
        line
        for line in lines
        if line[:9] in symbols and not hours[0] <= line.split(",", 3)[2][11:] < hours[1]
    ]
    target = folder / file.name
    with gzip.open(target, "wt", encoding="utf-8", newline="", compresslevel=1) as out:
        out.write("\n".join([header, *kept]) + "\n")
    return target


def iso(time_ms: int, *, whole_seconds: bool = False) -> str:
    """As the report writes times. The vendor tells fills by the second."""
    seconds = time_ms // 1000 if whole_seconds else time_ms / 1000
    shanghai = datetime.fromtimestamp(seconds, UTC) + timedelta(hours=8)
    return shanghai.strftime("%Y-%m-%dT%H:%M:%S.") + f"{shanghai.microsecond // 1000:03d}+08:00"


def text(milli: int) -> str:
    return f"{Decimal(milli) / 1000:.2f}"


def check(report: dict[str, Any], hand: HandReplay) -> None:
    """The report says what the reader computed."""
    told = [
        (o["kind"], o["symbol"], o["side"], o["time"], o["price"], o["volume"], o["filled"])
        for o in report["orders"]
    ]
    meant = [(o.kind, o.symbol, o.side, iso(o.time), text(o.price), o.volume, o.filled) for o in hand.orders]
    assert told == meant
    numbers = {order["order_id"]: place for place, order in enumerate(report["orders"], start=1)}
    fills = [
        (t["symbol"], t["side"], t["time"], t["price"], t["volume"], numbers[t["order_id"]])
        for t in report["trades"]
    ]
    assert fills == [
        (t.symbol, t.side, iso(t.time, whole_seconds=True), text(t.price), t.volume, t.number)
        for t in hand.trades
    ]
    asset = report["asset"]
    assert (asset["cash"], asset["frozen_cash"]) == (f"{hand.cash:.2f}", f"{hand.frozen:.2f}")
    assert asset["total_asset"] == f"{hand.total:.2f}"
    held = {p["symbol"]: (p["volume"], p["sellable"]) for p in report["positions"] if p["volume"]}
    assert held == {s: (v, hand.sellable.get(s, 0)) for s, v in sorted(hand.held.items()) if v}
    waiting = {(d["kind"], d["symbol"], d["time"]) for d in report["decisions"] if d["code"] == "T_PLUS_1"}
    assert waiting >= {(kind, symbol, iso(time)) for kind, symbol, time in hand.t_plus_1}


@pytest.mark.parametrize("name", sorted(set(DIRECTED) - {"everything"}))
def test_the_report_is_what_a_reader_computes(name: str, replay: Callable[..., Any]) -> None:
    ticks, rows, positions = DIRECTED[name]
    hours = ALL_DAY if name == "stop after resting take-profit" else SHORT
    report, hand = replay(ticks, rows, positions, hours=hours)
    check(report, hand)
    assert hand.orders


@pytest.mark.parametrize("latency_ms", [500, 1000, 3000])
@pytest.mark.parametrize("name", ["everything", "stop after resting take-profit", "star"])
def test_the_report_is_what_a_reader_computes_with_latency(
    name: str, latency_ms: int, replay: Callable[..., Any]
) -> None:
    ticks, rows, positions = DIRECTED[name]
    report, hand = replay(ticks, rows, positions, latency_ms=latency_ms, hours=SHORT)
    check(report, hand)
    assert hand.orders


def test_one_run_holds_an_entry_a_take_profit_a_stop_and_a_stop_held_back(
    replay: Callable[..., Any], market_data_dir: Path
) -> None:
    """On the whole file as it is."""
    ticks, rows, positions = DIRECTED["everything"]
    report, hand = replay(market_data_dir / "tick_l1" / ticks, rows, positions)
    check(report, hand)
    assert {order["kind"] for order in report["orders"]} == {"ENTRY", "TAKE_PROFIT", "STOP_LOSS"}
    assert {trade["kind"] for trade in report["trades"]} == {"ENTRY", "TAKE_PROFIT", "STOP_LOSS"}
    held_back = [d for d in report["decisions"] if d["code"] == "T_PLUS_1" and d["kind"] == "STOP_LOSS"]
    assert held_back
    assert held_back[0]["outcome"] == "WAITING"
    reason = held_back[0]["reasons"][-1]
    assert "T+1" in reason["text"]
    assert "可卖 0" in reason["text"]


@pytest.mark.parametrize("seed", range(15))
def test_random_watchlists_are_replayed_as_a_reader_would(
    seed: int, replay: Callable[..., Any], market_data_dir: Path
) -> None:
    """Levels drawn from the day's range; every third list runs with a latency, every fifth on Shanghai."""
    dice = random.Random(seed)
    ticks = SH30 if seed % 5 == 4 else SZ5
    rows, positions = _draw(dice, market_data_dir / "tick_l1" / ticks)
    latency_ms = dice.choice([500, 1000, 3000]) if seed % 3 == 2 else 0
    cash = str(dice.randint(1, 20) * 100_000)
    report, hand = replay(ticks, rows, positions, latency_ms=latency_ms, cash=cash, hours=SHORT)
    check(report, hand)
    assert hand.orders


def _draw(dice: random.Random, ticks: Path) -> tuple[tuple[str, ...], tuple[Position, ...]]:
    prices: dict[str, list[int]] = {}
    for row in read_rows(ticks):
        if row.continuous and row.last and second_of_day(row.time) < 10.5 * 3600:
            prices.setdefault(row.symbol, []).append(row.last // 10)
    rows, positions = [], []
    for symbol in sorted(dice.sample(sorted(prices), k=min(5, len(prices)))):
        low, high = min(prices[symbol]), max(prices[symbol])
        # At most four cuts of the day's range, in order: stop-loss < entry zone < take-profit.
        cuts = sorted(dice.sample(range(low - 2, high + 3), k=4))
        stop, zone_low, zone_high, take = (f"{cut / 100:.2f}" for cut in cuts)
        enter = dice.random() < 0.7
        zone = f"{zone_low},{zone_high}" if enter else ","
        rows.append(
            f"{symbol},{zone},{take if dice.random() < 0.8 else ''},{stop if dice.random() < 0.8 else ''},"
            f"{int(dice.random() < 0.95)},{dice.choice(['0.05', '0.1', '0.2', '0.35', '1'])},"
            f"{dice.choice(['', '0', '20000'])}"
        )
        if dice.random() < 0.6:
            positions.append((symbol, dice.choice([100, 250, 1000, 30_000]), f"{low / 100:.2f}"))
    return tuple(rows), tuple(positions)


def test_the_zero_prices_of_the_opening_auction_trigger_nothing(
    replay: Callable[..., Any], tmp_path: Path, market_data_dir: Path
) -> None:
    """Stops far above zero, and a day that ends before 09:30: 150 rows with a last price of 0."""
    with gzip.open(market_data_dir / "tick_l1" / SZ5, "rt", encoding="utf-8") as file:
        lines = file.read().splitlines()
    early = [line for line in lines[1:] if line.split(",")[2] < "2022-06-01 09:30:00"]
    assert len([line for line in early if line.split(",")[3] == "0.0"]) > 150
    ticks = tmp_path / "auction.csv.gz"
    with gzip.open(ticks, "wt", encoding="utf-8", newline="") as file:
        file.write("\n".join([lines[0], *early]) + "\n")
    symbols = sorted({line.split(",")[0] for line in early})
    rows = tuple(f"{symbol},,,,{17 if symbol < '300' else 8}.00,1,," for symbol in symbols)
    report, _ = replay(ticks, rows, tuple((symbol, 1000, "10.00") for symbol in symbols))
    assert (report["signals"], report["decisions"], report["orders"]) == ([], [], [])
