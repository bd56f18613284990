"""Our limits against real days: nobody ever closed beyond them, and the feed's own limits are ours."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

from core.exchange.calendar import is_trading_day
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
