"""Every file of the real data loads, with its known defects repaired and counted, and agrees with our rules."""

from __future__ import annotations

import csv
import gzip
import hashlib
import itertools
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from core.domain.enums import Period, Phase
from core.domain.market import Symbol, ms_to_datetime
from core.domain.money import milli_to_decimal
from core.errors import BadInput
from core.exchange.calendar import MAINLAND
from core.exchange.limits import LimitFacts, price_limits
from core.market.files.bar_files import BarFile, read_bar_file
from core.market.files.bar_repairs import DefectKind as D
from core.market.files.tick_file import read_tick_file
from core.market.history.adjust import Dividend
from core.market.history.cache import BarCache
from core.market.history.exrights import ExRights, in_history
from core.market.history.gaps import DayRange
from core.market.history.table import Adjust, BarTable, table_days


@dataclass(frozen=True)
class Expected:
    """What a file must give: period, adjustment, rows, bars, symbols, and each defect with its count."""

    period: Period
    adjust: Adjust
    rows: int
    bars: int
    symbols: int = 1
    defects: dict[D, int] = field(default_factory=dict)


def raw(rows: int, **defects: int) -> Expected:
    return Expected(Period.D1, Adjust.NONE, rows, rows, 1, {D[name]: n for name, n in defects.items()})


def qfq(rows: int, suspended: int, rounded: int) -> Expected:
    """baostock's adjusted days: suspended rows are known days without a bar."""
    defects = {D.SUSPENDED: suspended, D.ADJUSTED: rows, D.ROUNDED: rounded}
    return Expected(Period.D1, Adjust.FORWARD, rows, rows - suspended, 1, defects)


def etf(rows: int, missing: int = 0) -> Expected:
    """East Money's fund days: lots, no amount, and not a word about adjustment."""
    defects = {D.LOTS: rows, D.NO_AMOUNT: rows, D.ADJUST_UNKNOWN: rows}
    if missing:
        defects[D.MISSING_DAYS] = missing
    return Expected(Period.D1, Adjust.UNKNOWN, rows, rows, 1, defects)


def tdx(rows: int, single: int, period: Period = Period.M5) -> Expected:
    """TDX: whole days, shares, amounts in single precision."""
    return Expected(period, Adjust.UNKNOWN, rows, rows, 1, {D.ADJUST_UNKNOWN: rows, D.FLOAT32_AMOUNT: single})


def em5(rows: int) -> Expected:
    return Expected(Period.M5, Adjust.UNKNOWN, rows, rows, 1, {D.LOTS: rows, D.ADJUST_UNKNOWN: rows})


BAR_FILES = {
    "daily/akshare_em_600519_2023_qfq.csv": Expected(
        Period.D1, Adjust.FORWARD, 242, 242, 1, {D.LOTS: 242, D.ADJUSTED: 242}
    ),
    "daily/baostock_000001.SZ_qfq_2000_2020.csv.gz": qfq(5002, 161, 4780),
    "daily/baostock_000002.SZ_qfq_2000_2020.csv.gz": qfq(5002, 213, 4782),
    "daily/baostock_000063.SZ_qfq_2000_2020.csv.gz": qfq(5002, 155, 4835),
    "daily/baostock_000858.SZ_qfq_2000_2020.csv.gz": qfq(5002, 136, 4569),
    "daily/baostock_002415.SZ_qfq_2000_2020.csv.gz": qfq(2490, 54, 2376),
    "daily/baostock_600000.SH_qfq_2000_2020.csv.gz": qfq(5002, 118, 4861),
    "daily/baostock_600009.SH_qfq_2000_2020.csv.gz": qfq(5002, 46, 4953),
    "daily/baostock_600030.SH_qfq_2000_2020.csv.gz": qfq(4284, 92, 4189),
    "daily/baostock_600519.SH_qfq_2000_2020.csv.gz": qfq(4609, 74, 1922),
    "daily/baostock_sh.600436_raw.csv.gz": raw(1273),
    "daily/baostock_sh.600519_raw.csv.gz": raw(1273),
    "daily/baostock_sh.600809_raw.csv.gz": raw(1273),
    "daily/baostock_sh.688111_raw.csv.gz": raw(1273),
    "daily/baostock_sz.000858_raw.csv.gz": raw(1273),
    "daily/baostock_sz.002371_raw.csv.gz": raw(1273),
    "daily/etf_sh510050_1d.csv.gz": etf(4386),
    "daily/etf_sh510300_1d.csv.gz": etf(2621),
    "daily/etf_sh510500_1d.csv.gz": etf(2424, missing=2),
    "daily/etf_sh511010_1d.csv.gz": etf(2420),
    "daily/etf_sz159915_1d.csv.gz": etf(2729, missing=1),
    "daily/uqer_510050_raw_2005_2016.csv.gz": raw(2856),
    "daily/yucezhe_600000_1999_2017.csv.gz": raw(4119, MISSING_DAYS=102),
    "minute_1m/akshare_em_600519_20260323_1m.csv": Expected(
        Period.M1,
        Adjust.UNKNOWN,
        1205,
        1200,
        1,
        {D.OPEN_UNKNOWN: 964, D.LOTS: 1200, D.AUCTION_BAR: 5, D.ADJUST_UNKNOWN: 1205},
    ),
    "minute_1m/em_202403_50codes_1m.csv.gz": Expected(
        Period.M1,
        Adjust.UNKNOWN,
        74_710,
        74_400,
        50,
        # 30 shares lack 03-05 and 03-06; the 20 funds have only the last two days. No amount to weigh the unit by.
        {
            D.LOTS: 74_400,
            D.UNIT_ASSUMED: 74_710,
            D.NO_AMOUNT: 74_400,
            D.AUCTION_BAR: 310,
            D.MISSING_DAYS: 60,
            D.ADJUST_UNKNOWN: 74_710,
        },
    ),
    "minute_1m/hikyuu_000001.SH_2017_1m.csv.gz": Expected(
        Period.M1,
        Adjust.UNKNOWN,
        24_000,
        24_000,
        1,
        {
            D.UNIT_ASSUMED: 24_000,
            D.NO_AMOUNT: 24_000,
            D.NOON_STAMP: 100,
            D.MISSING_DAYS: 1,
            D.SHORT_DAYS: 100,
            D.ADJUST_UNKNOWN: 24_000,
        },
    ),
    "minute_1m/tdx_510880.SH_1m.csv.gz": tdx(24_000, 17, Period.M1),
    "minute_5m/akshare_em_300766_2026_5m.csv": em5(1536),
    "minute_5m/akshare_em_600519_2026_5m.csv": em5(1488),
    "minute_5m/tdx_159915.SZ_5m.csv.gz": tdx(23_520, 9_924),
    "minute_5m/tdx_159949.SZ_5m.csv.gz": tdx(23_568, 8_902),
    "minute_5m/tdx_159995.SZ_5m.csv.gz": tdx(23_952, 5_519),
    "minute_5m/tdx_510050.SH_5m.csv.gz": tdx(23_568, 18_279),
    "minute_5m/tdx_510300.SH_5m.csv.gz": tdx(23_568, 18_827),
    "minute_5m/tdx_512690.SH_5m.csv.gz": tdx(23_904, 5_173),
    "minute_5m/tdx_512880.SH_5m.csv.gz": tdx(23_568, 13_388),
    "minute_5m/tdx_513050.SH_5m.csv.gz": tdx(23_616, 16_998),
    "minute_5m/tdx_518880.SH_5m.csv.gz": tdx(23_568, 10_634),
    "minute_5m/tdx_588000.SH_5m.csv.gz": tdx(23_904, 11_965),
}
REFORM_DAY = date(2006, 5, 12)
"""600000 trades again after its share reform: no limit that day, up 22 percent."""
TICK_FILES = {
    # snapshots, symbols, times that repeat within a symbol, snapshots before the first trade (last price 0)
    "tick_l1/20211201_sh30.csv.gz": (32_972, 30),
    "tick_l1/20220601_sz5.csv.gz": (20_980, 5),
}
RAW_DAYS = [name for name, expected in BAR_FILES.items() if expected == raw(1273)]
_ROW = re.compile(r"^\| `([^`]+)` \| ([\d,]+) \|.*\| ([0-9a-f]{12}) \|$", re.M)


@lru_cache(maxsize=64)
def load(path: Path) -> BarFile:
    return read_bar_file(path)


def only(found: BarFile) -> BarTable:
    (table,) = found.tables.values()
    return table


def test_every_file_of_the_manifest_is_tried_and_is_the_file_it_lists(market_data_dir: Path) -> None:
    rows = _ROW.findall((market_data_dir / "MANIFEST.md").read_text(encoding="utf-8"))
    assert {name for name, _, _ in rows} == set(BAR_FILES) | set(TICK_FILES)
    for name, count, digest in rows:
        expected = BAR_FILES[name].rows if name in BAR_FILES else TICK_FILES[name][0]
        assert int(count.replace(",", "")) == expected, name
        data = (market_data_dir / name).read_bytes()
        assert hashlib.sha256(data).hexdigest().startswith(digest), name


@pytest.mark.parametrize("name", BAR_FILES)
def test_bar_file_loads_with_its_defects_named(name: str, market_data_dir: Path) -> None:
    expected, found = BAR_FILES[name], load(market_data_dir / name)
    assert {defect.kind: defect.count for defect in found.defects} == expected.defects
    assert all(str(defect.count) in defect.text for defect in found.defects)
    bars = sum(len(table) for table in found.tables.values())
    assert (found.period, found.adjust) == (expected.period, expected.adjust)
    assert (found.rows, bars, len(found.tables)) == (expected.rows, expected.bars, expected.symbols)


@pytest.mark.parametrize("name", BAR_FILES)
def test_bars_have_one_form(name: str, market_data_dir: Path) -> None:
    found = load(market_data_dir / name)
    full = {Period.M1: 240, Period.M5: 48, Period.D1: 1}[found.period]
    short = 0
    for symbol, table in found.tables.items():
        assert (table.symbol, table.period, table.adjust) == (symbol, found.period, found.adjust)
        assert np.all(np.diff(table.time_ms) > 0)
        assert np.all(table.low > 0)
        assert np.all(table.low <= np.minimum(table.open, table.close))
        assert np.all(table.high >= np.maximum(table.open, table.close))
        assert np.all(table.volume >= 0)
        assert np.all(np.isfinite(table.amount))
        for day, count in table_days(table):
            assert count <= full
            short += count < full
            if day.year in MAINLAND.years:
                assert MAINLAND.is_trading_day(day)
    assert short == found.count(D.SHORT_DAYS)


@pytest.mark.parametrize("name", BAR_FILES)
def test_only_real_prices_get_into_the_store(name: str, market_data_dir: Path, tmp_path: Path) -> None:
    found = load(market_data_dir / name)
    cache = BarCache(tmp_path)
    for table in found.tables.values():
        days = [day for day, _ in table_days(table)]
        asked = DayRange(days[0], days[-1])
        if found.adjust is Adjust.NONE:
            assert cache.write(table, asked, source="file", now_ms=1_800_000_000_000) == 0
            assert cache.read(table.symbol, table.period) == table
        else:
            with pytest.raises(BadInput, match="只存真实价格"):
                cache.write(table, asked, source="file", now_ms=1_800_000_000_000)
    cache.close()


@pytest.mark.parametrize("name", [name for name, e in BAR_FILES.items() if e.adjust is Adjust.FORWARD])
def test_adjusted_file_is_not_taken_for_real_on_somebodys_word(name: str, market_data_dir: Path) -> None:
    with pytest.raises(BadInput, match="前复权"):
        read_bar_file(market_data_dir / name, adjust=Adjust.NONE)


@pytest.mark.parametrize("name", TICK_FILES)
def test_tick_file_loads_with_auction_zeros_and_repeated_times(name: str, market_data_dir: Path) -> None:
    quotes = read_tick_file(market_data_dir / name)
    assert (len(quotes), len({quote.symbol for quote in quotes})) == TICK_FILES[name]
    call = [quote for quote in quotes if quote.phase is Phase.OPEN_CALL]
    assert call
    # In the call there is no price yet: never a fall of 100 percent, and the book shows one indicative price.
    assert all((q.last, q.open, q.high, q.low, q.volume) == (0, 0, 0, 0, 0) for q in call)
    assert all(q.best_bid == q.best_ask for q in call)
    repeated: Counter[Symbol] = Counter()
    for before, after in itertools.pairwise(sorted(quotes, key=lambda q: q.symbol)):
        if before.symbol == after.symbol:
            assert before.time_ms <= after.time_ms
            # Order of the file is kept where the time repeats: volume never goes back.
            assert before.volume <= after.volume
            repeated[after.symbol] += before.time_ms == after.time_ms
    assert max(repeated.values()) <= 9
    if "sh30" in name:
        assert sum(repeated.values()) > 0
        odd = [q for q in quotes if q.volume % 100]
        assert odd, "shares are kept, not lots"


def test_east_moneys_241_bars_are_240_and_nothing_is_lost(market_data_dir: Path) -> None:
    path = market_data_dir / "minute_1m/akshare_em_600519_20260323_1m.csv"
    table = only(load(path))
    first = ms_to_datetime(int(table.time_ms[0]))
    assert (first.hour, first.minute) == (9, 31)
    # 227 lots in the auction at 1433.33 and 741 in the first minute; the open of the day is the auction's price.
    assert (table.open[0], table.volume[0]) == (1_433_330, (227 + 741) * 100)
    assert table.amount[0] == 32_486_424.0 + 106_133_945.0
    lots = [int(line.split(",")[5]) for line in path.read_text(encoding="utf-8").splitlines()[1:]]
    assert int(table.volume.sum()) == sum(lots) * 100


def test_unknown_opens_lie_in_the_bar_and_known_ones_are_kept(market_data_dir: Path) -> None:
    table = only(load(market_data_dir / "minute_1m/akshare_em_600519_20260323_1m.csv"))
    # 10:27 and 10:28 of 2026-03-24 in the file: closes 1410.74 and 1411.09, no open.
    at = next(
        i for i, ms in enumerate(table.time_ms) if str(ms_to_datetime(int(ms)))[:16] == "2026-03-24 10:28"
    )
    assert table.open[at] == table.close[at - 1] == 1_410_740
    last_day = table.between(date(2026, 3, 27), None)
    assert len(last_day) == 240
    assert np.count_nonzero(last_day.open[1:] != last_day.close[:-1]) > 50


def test_noon_bar_of_tdx_is_the_last_of_the_morning(market_data_dir: Path) -> None:
    table = only(load(market_data_dir / "minute_1m/hikyuu_000001.SH_2017_1m.csv.gz"))
    stamps = Counter(str(ms_to_datetime(int(ms)))[11:16] for ms in table.time_ms)
    assert "13:00" not in stamps
    assert stamps["11:30"] == 100
    # 13:01 is not there and is not made up.
    assert stamps["13:01"] == 1
    assert stamps["13:02"] == 100


@pytest.mark.parametrize("name", [*RAW_DAYS, "daily/uqer_510050_raw_2005_2016.csv.gz"])
def test_no_raw_price_is_beyond_the_limits_of_our_rules(name: str, market_data_dir: Path) -> None:
    found = load(market_data_dir / name)
    table = only(found)
    pre_closes = found.pre_closes[table.symbol]
    assert len(pre_closes) == len(table) == BAR_FILES[name].rows
    for bar, pre_close in zip(table.bars(), pre_closes.tolist(), strict=True):
        day = ms_to_datetime(bar.time_ms).date()
        limits = price_limits(table.symbol, milli_to_decimal(pre_close), day)
        assert limits.up is not None
        assert limits.down is not None
        assert limits.down <= milli_to_decimal(bar.low)
        assert milli_to_decimal(bar.high) <= limits.up


def test_no_close_of_19_years_is_beyond_the_limits(market_data_dir: Path) -> None:
    """600000 from its listing; its pre-close follows from the change column, which is exact to 1e-6."""
    path = market_data_dir / "daily/yucezhe_600000_1999_2017.csv.gz"
    table = only(load(path))
    changes = column(path, "涨跌幅")
    flags_up, flags_down = column(path, "是否涨停"), column(path, "是否跌停")
    at_limit = Counter[str]()
    for at, bar in enumerate(table.bars()):
        day = ms_to_datetime(bar.time_ms).date()
        pre = milli_to_decimal(round(bar.close / (1 + changes[at]) / 10) * 10)
        facts = LimitFacts(listing_day=at + 1 if at < 10 else None, no_limit=day == REFORM_DAY)
        limits = price_limits(table.symbol, pre, day, facts)
        close = milli_to_decimal(bar.close)
        if limits.up is not None and limits.down is not None:
            assert limits.down <= close <= limits.up, day
            at_limit["up"] += close == limits.up
            at_limit["down"] += close == limits.down
            assert (close == limits.up, close == limits.down) == (flags_up[at] == 1, flags_down[at] == 1), day
    assert at_limit == {"up": 18, "down": 8}


def column(path: Path, name: str) -> list[float]:
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as lines:
        return [float(row[name]) for row in csv.DictReader(lines)]


def test_fund_days_without_a_word_are_shown_to_be_adjusted_by_our_limits(market_data_dir: Path) -> None:
    """East Money's subtractive prices break limits that real ones cannot: why UNKNOWN is not taken for real."""
    table = only(load(market_data_dir / "daily/etf_sh510300_1d.csv.gz"))
    beyond = [
        day
        for (day, _), before, close in zip(
            list(table_days(table))[1:], table.close[:-1].tolist(), table.close[1:].tolist(), strict=True
        )
        if close < int((price_limits(table.symbol, milli_to_decimal(before), day).down or 0) * 1000)
    ]
    assert date(2015, 1, 19) in beyond


def test_suspended_days_are_known(market_data_dir: Path) -> None:
    for name, expected in BAR_FILES.items():
        if expected.adjust is not Adjust.FORWARD or "baostock" not in name:
            continue
        found = load(market_data_dir / name)
        (days,) = found.suspended.values()
        assert len(set(days)) == expected.defects[D.SUSPENDED]
        traded = {day for day, _ in table_days(only(found))}
        assert not traded & set(days)


EX_DAYS = {
    "600436.SH": "2020-06-24 2021-06-25 2022-07-15 2023-07-12 2024-06-07 2024-10-22",
    "600519.SH": "2020-06-24 2021-06-25 2022-06-30 2022-12-27 2023-06-30 2023-12-20 2024-06-19 2024-12-20",
    "600809.SH": "2020-06-19 2021-07-05 2022-06-28 2023-06-26 2024-07-05 2025-01-24",
    "688111.SH": "2020-06-02 2021-06-22 2022-05-26 2023-07-10 2024-06-28",
    "000858.SZ": "2020-06-22 2021-07-09 2022-06-29 2023-06-27 2024-07-12 2025-01-23",
    "002371.SZ": "2020-06-23 2021-07-09 2022-07-13 2023-07-13 2024-07-04",
}


def events_of(found: BarFile) -> list[ExRights]:
    table = only(found)
    days = [day for day, _ in table_days(table)]
    return in_history(table.symbol, days, table.close, found.pre_closes[table.symbol])


@pytest.mark.parametrize("name", RAW_DAYS)
def test_every_ex_rights_day_of_raw_files_is_found_and_none_else(name: str, market_data_dir: Path) -> None:
    events = events_of(load(market_data_dir / name))
    assert " ".join(str(one.day) for one in events) == EX_DAYS[events[0].symbol]
    assert all(one.ratio < 1 for one in events)


def test_moutai_dividends_are_what_was_paid(market_data_dir: Path) -> None:
    """Cash a share as the company announced it, on the cent of the reference price."""
    events = events_of(load(market_data_dir / "daily/baostock_sh.600519_raw.csv.gz"))
    paid = ["17.025", "19.293", "21.675", "21.91", "25.911", "19.106", "30.876", "23.882"]
    for one, cash in zip(events, paid, strict=True):
        event = Dividend(one.day, cash=Decimal(cash))
        assert event.reference(one.old_close, Decimal("0.01")) == one.new_pre_close


def test_fund_of_2005_has_its_ex_days_and_no_false_ones(market_data_dir: Path) -> None:
    """Three mornings of 510050 open one or two ticks off the last close without a dividend."""
    path = market_data_dir / "daily/uqer_510050_raw_2005_2016.csv.gz"
    found = load(path)
    factors = np.array(column(path, "accumAdjFactor"))
    days = [day for day, _ in table_days(only(found))]
    changed = [days[i + 1] for i in np.flatnonzero(np.diff(factors)).tolist()]
    assert [one.day for one in events_of(found)] == changed
    assert len(changed) == 8
