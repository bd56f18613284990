"""Our limits against real days: nobody ever closed beyond them, and the feed's own limits are ours."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

from core.exchange.calendar import MAINLAND, is_trading_day
from core.exchange.limits import LimitFacts, price_limits
from core.exchange.ticks import round_half_up

D = Decimal


def rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def inside(symbol: str, prev: Decimal, day: date, facts: LimitFacts, *prices: Decimal) -> bool:
    limits = price_limits(symbol, prev, day, facts)
    assert limits.up is not None
    assert limits.down is not None
    return all(limits.down <= price <= limits.up for price in prices)


def test_raw_stocks_of_2020_to_2025(market_data_dir: Path) -> None:
    files = sorted((market_data_dir / "daily").glob("baostock_*_raw.csv.gz"))
    checked = 0
    for path in files:
        for row in rows(path):
            day = date.fromisoformat(row["date"])
            assert is_trading_day(day), day
            if row["tradestatus"] != "1":
                continue
            symbol = f"{row['code'][3:]}.{row['code'][:2].upper()}"
            facts = LimitFacts(is_st=row["isST"] == "1")
            prices = [D(row[name]) for name in ("open", "high", "low", "close")]
            assert inside(symbol, D(row["preclose"]), day, facts, *prices), row
            checked += 1
    assert checked > 5_000


def test_an_etf_of_2005_to_2016(market_data_dir: Path) -> None:
    checked = 0
    for row in rows(market_data_dir / "daily" / "uqer_510050_raw_2005_2016.csv.gz"):
        day = date.fromisoformat(row["tradeDate"])
        assert is_trading_day(day), day
        close, prev = D(row["closePrice"]), D(row["preClosePrice"])
        if close > 0:
            assert inside("510050.SH", prev, day, LimitFacts(), close), row
            checked += 1
    assert checked > 2_500


def test_a_bank_of_1999_to_2017_seals_where_we_say(market_data_dir: Path) -> None:
    sealed = 0
    for row in rows(market_data_dir / "daily" / "yucezhe_600000_1999_2017.csv.gz"):
        day, close = date.fromisoformat(row["交易日期"]), D(row["收盘价"])
        if day == date(1999, 11, 10):
            continue  # no previous close
        free = day == date(2006, 5, 12)  # back from its share reform
        prev = round_half_up(close / (1 + D(row["涨跌幅"])), D("0.01"))
        limits = price_limits("600000.SH", prev, day, LimitFacts(no_limit=free))
        if free:
            assert (limits.up, limits.down) == (None, None)
            continue
        assert limits.up is not None
        assert limits.down is not None
        assert limits.down <= close <= limits.up, row
        if row["是否涨停"] == "1.0":
            assert close == limits.up, row
            sealed += 1
        if row["是否跌停"] == "1.0":
            assert close == limits.down, row
            sealed += 1
    assert sealed >= 20


def test_the_limits_in_real_ticks_are_ours(market_data_dir: Path) -> None:
    seen: set[str] = set()
    for row in rows(market_data_dir / "tick_l1" / "20220601_sz5.csv.gz"):
        if row["code"] in seen:
            continue
        seen.add(row["code"])
        limits = price_limits(row["code"], D(row["lastClose"]), date(2022, 6, 1))
        assert (limits.up, limits.down) == (D(row["upperLimit"]), D(row["lowerLimit"])), row["code"]
    assert len(seen) == 5


def test_every_raw_daily_file_is_one_of_those_above(market_data_dir: Path) -> None:
    """A new raw file must not stay unchecked. Adjusted prices (qfq, akshare) say nothing about limits."""
    raw = {
        path.name.partition(".csv")[0]
        for path in (market_data_dir / "daily").iterdir()
        if not any(word in path.name for word in ("qfq", "etf_"))
    }
    assert {name for name in raw if not name.startswith("baostock_")} == {
        "uqer_510050_raw_2005_2016",
        "yucezhe_600000_1999_2017",
    }
    assert len(raw) >= 8


def test_raw_files_have_a_row_for_every_trading_day(market_data_dir: Path) -> None:
    for path in sorted((market_data_dir / "daily").glob("baostock_*_raw.csv.gz")):
        days = [date.fromisoformat(row["date"]) for row in rows(path)]
        assert tuple(days) == MAINLAND.trading_days(days[0], days[-1]), path.name


def test_ex_rights_days_are_those_whose_reference_is_not_the_last_close(market_data_dir: Path) -> None:
    """On them limits from the last close would be wrong; on every other day both are the same."""
    found: dict[str, list[date]] = {}
    for path in sorted((market_data_dir / "daily").glob("baostock_*_raw.csv.gz")):
        last: Decimal | None = None
        days = found.setdefault(path.name[9:18], [])
        for row in rows(path):
            reference, day = D(row["preclose"]), date.fromisoformat(row["date"])
            if last is not None and reference != last:
                assert reference < last, row
                days.append(day)
                symbol = f"{row['code'][3:]}.{row['code'][:2].upper()}"
                assert price_limits(symbol, reference, day) != price_limits(symbol, last, day)
            last = D(row["close"])
    assert all(4 <= len(days) <= 8 for days in found.values()), found
    assert date(2024, 6, 19) in found["sh.600519"]


def test_suspended_days_are_told_from_traded_ones(market_data_dir: Path) -> None:
    """Suspended days are trading days of the calendar without volume, flat at the close before."""
    for path in sorted((market_data_dir / "daily").glob("baostock_*_qfq_2000_2020.csv.gz")):
        resting, last = 0, None
        for row in rows(path):
            day = date.fromisoformat(row["date"])
            assert day.year < 2005 or is_trading_day(day), day
            if row["tradestatus"] == "0":
                resting += 1
                assert float(row["volume"] or 0) == 0, row
                assert last is None or abs(D(row["close"]) - last) < D("0.01"), row
            else:
                assert float(row["volume"]) > 0, row
            last = D(row["close"])
        assert 46 <= resting <= 213, (path.name, resting)


def day_bars(path: Path) -> dict[str, dict[str, list[Decimal]]]:
    """{code: {day: [low, high, close]}} made of a file of minutes."""
    made: dict[str, dict[str, list[Decimal]]] = {}
    for row in rows(path):
        low, high, close = D(row["low"]), D(row["high"]), D(row["close"])
        if close <= 0:
            continue
        code = row.get("code") or path.name.split("_")[1]
        day = made.setdefault(code, {}).setdefault(row["datetime"][:10], [low, high, close])
        day[:] = [min(day[0], low), max(day[1], high), close]
    return made


def test_the_limit_days_of_march_2024_are_those_of_the_manifest(market_data_dir: Path) -> None:
    """22 limit-up closes, 4 limit-down closes, 15 broken limit-ups, and nothing beyond."""
    up, down, broken_up, missing = set(), set(), set(), {"2024-03-01", "2024-03-07"}  # no day before
    for code, days in day_bars(market_data_dir / "minute_1m" / "em_202403_50codes_1m.csv.gz").items():
        last: Decimal | None = None
        for name, (low, high, close) in sorted(days.items()):
            if last is not None and name not in missing:
                limits = price_limits(code, last, date.fromisoformat(name))
                assert limits.up is not None
                assert limits.down is not None
                assert limits.down <= low <= close <= high <= limits.up, (code, name)
                if close == limits.up:
                    up.add((code, name[5:]))
                elif high == limits.up:
                    broken_up.add((code, name[5:]))
                if close == limits.down:
                    down.add((code, name[5:]))
            last = close
    assert (len(up), len(down), len(broken_up)) == (22, 4, 15)
    assert down == {
        ("002272.SZ", "03-14"), ("600207.SH", "03-14"), ("600593.SH", "03-08"), ("600715.SH", "03-08"),
    }  # fmt: skip
    assert {("603580.SH", f"03-{day}") for day in ("08", "11", "12", "13", "14", "15")} <= up
    assert {("600678.SH", "03-04"), ("002272.SZ", "03-11")} <= up
    assert {("002611.SZ", "03-04"), ("603259.SH", "03-04"), ("601789.SH", "03-14")} <= broken_up


def test_five_minute_funds_break_limits_on_their_splits_only(market_data_dir: Path) -> None:
    beyond: list[tuple[str, str]] = []
    for path in sorted((market_data_dir / "minute_5m").glob("tdx_*.csv.gz")):
        for code, days in day_bars(path).items():
            last: Decimal | None = None
            for name, (low, high, close) in sorted(days.items()):
                if last is not None and not inside(
                    code, last, date.fromisoformat(name), LimitFacts(), low, high, close
                ):
                    beyond.append((code, name))
                last = close
    assert beyond == [("512690.SH", "2021-05-17"), ("512690.SH", "2021-12-31")]


def test_a_touched_limit_in_shanghai_ticks_is_ours(market_data_dir: Path) -> None:
    """600103 touches 2.99 on 2021-12-01; 688339 rises beyond 10 % within its 20 %."""
    highs: dict[str, Decimal] = {}
    closes: dict[str, Decimal] = {}
    for row in rows(market_data_dir / "tick_l1" / "20211201_sh30.csv.gz"):
        closes[row["code"]] = D(row["lastClose"])
        highs[row["code"]] = max(highs.get(row["code"], D(0)), D(row["high"]))
    day = date(2021, 12, 1)
    for code, high in highs.items():
        limits = price_limits(code, closes[code], day)
        assert limits.up is not None
        assert high <= limits.up, code
    assert highs["600103.SH"] == price_limits("600103.SH", closes["600103.SH"], day).up == D("2.99")
    assert highs["688339.SH"] > closes["688339.SH"] * D("1.1")
