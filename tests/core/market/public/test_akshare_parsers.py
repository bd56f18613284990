"""The pure part: recorded answers of East Money, synthetic ones of Sina, units, halts, limits, bars."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.domain.enums import Period, Phase
from core.domain.market import SHANGHAI, Symbol, ms_to_datetime
from core.errors import SourceError
from core.market.bars import midnight
from core.market.phases import at, time_of_day
from core.market.public import eastmoney, sina
from core.market.public.bars import BarRow, to_bars
from core.market.public.quotes import (
    BadRow,
    Rows,
    Snapshot,
    clean_name,
    number,
    to_instrument,
    to_quote,
    volume_unit,
)
from core.market.public.source_names import Source, SourceFault
from tests.fakes.public_bodies import list_row, sina_line, stock_get

KLINE = "https://push2his.eastmoney.com/api/qt/stock/kline/get"
CLIST = "https://82.push2.eastmoney.com/api/qt/clist/get"
STOCK = "https://push2.eastmoney.com/api/qt/stock/get"
TRADING_MS = 1783477800_000  # 2026-07-08 10:30, a Wednesday


def raw(folder: Path, name: str) -> bytes:
    return (folder / "eastmoney" / f"{name}.json").read_bytes()


def checked(folder: Path, name: str, address: str) -> bytes:
    return eastmoney.check_body(address, raw(folder, name))


def fault_of(address: str, body: bytes) -> str:
    with pytest.raises(SourceError) as caught:
        eastmoney.check_body(address, body)
    assert caught.value.source == Source.EASTMONEY
    return caught.value.fault


# is it data


def test_every_recorded_body_is_judged(market_data_dir: Path) -> None:
    verdicts: dict[str, str] = {}
    for path in sorted((market_data_dir / "eastmoney").glob("*.json")):
        address = {"kline": KLINE, "clist": CLIST, "stock": STOCK}[path.name.split("_")[0]]
        try:
            eastmoney.check_body(address, path.read_bytes())
        except SourceError as error:
            verdicts[path.stem] = error.fault
    assert verdicts == {
        "kline_throttled_empty_200": SourceFault.THROTTLED,
        "stock_get_rc102_null": SourceFault.REFUSED,
    }


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"", SourceFault.THROTTLED),
        (b'{"rc":0,"data":null}', SourceFault.THROTTLED),
        (b'{"rc":0,"data":{"total":5535,"diff":[]}}', SourceFault.THROTTLED),
        (b'{"rc":0,"data":{"total":0}}', SourceFault.THROTTLED),
        (b"<!DOCTYPE html><html></html>", SourceFault.GARBLED),
        (b'{"rc":0,"data":{"total":5535,"diff":[{"f2":10.4', SourceFault.GARBLED),
        (b"[1,2]", SourceFault.GARBLED),
        (b'{"rc":0,"data":"x"}', SourceFault.GARBLED),
        (b'{"rc":102,"data":null}', SourceFault.REFUSED),
    ],
)
def test_rubbish_and_throttling_have_names(body: bytes, fault: SourceFault) -> None:
    assert fault_of(CLIST, body) == fault


def test_no_trading_day_is_not_throttling(market_data_dir: Path) -> None:
    body = checked(market_data_dir, "kline_600036_empty_nontrading", KLINE)
    assert eastmoney.parse_klines(body) == []


# lists


def test_a_list_may_be_an_object_with_numbers_as_keys(market_data_dir: Path) -> None:
    body = checked(market_data_dir, "clist_spot_20260708_object_diff", CLIST)
    assert [row["f12"] for row in json.loads(body)["data"]["diff"]] == ["000001", "000002"]
    rows = eastmoney.parse_list(body, [Symbol("000001.SZ"), Symbol("000002.SZ")])
    assert [(row.symbol, row.last) for row in rows.found] == [("000001.SZ", 10.47), ("000002.SZ", 2.99)]


def test_a_recorded_list_with_a_suspended_row(market_data_dir: Path) -> None:
    body = checked(market_data_dir, "clist_spot_20260708_array_with_suspended", CLIST)
    symbols = [Symbol(f"00000{n}.SZ") for n in (1, 2, 3, 4)]
    rows = eastmoney.parse_list(body, symbols)
    assert rows.absent == ["000004.SZ"]
    assert rows.bad == []
    bank, vanke, halted = (to_quote(row, Source.EASTMONEY, TRADING_MS) for row in rows.found)
    assert (bank.last, bank.open, bank.high, bank.low, bank.pre_close) == (10470, 10460, 10510, 10350, 10500)
    assert bank.volume == 80_522_100
    assert bank.time.isoformat() == "2026-07-07T15:34:57+08:00"
    assert (bank.limit_up, bank.limit_down) == (11550, 9450)
    assert bank.source == "东方财富"
    assert clean_name(rows.found[1].name) == "万科A"
    assert vanke.volume == 110_730_700
    assert (halted.last, halted.volume, halted.phase, halted.suspended) == (0, 0, Phase.SUSPENDED, True)
    assert to_instrument(rows.found[2], None, TRADING_MS).suspended


def test_empty_rows_before_the_opening_are_no_halt(market_data_dir: Path) -> None:
    body = checked(market_data_dir, "clist_spot_20260708_array_with_suspended", CLIST)
    row = eastmoney.parse_list(body, [Symbol("000003.SZ")]).found[0]
    before_opening = TRADING_MS - 2 * 3600_000
    assert not to_quote(row, Source.EASTMONEY, before_opening).suspended


def test_recorded_limit_ups_are_at_the_computed_limit(market_data_dir: Path) -> None:
    body = checked(market_data_dir, "clist_spot_20240808_top_gainers_trimmed", CLIST)
    codes = [row["f12"] for row in json.loads(body)["data"]["diff"]]
    rows = eastmoney.parse_list(body, [Symbol(f"{code}.SH") for code in codes])
    found = {}
    for row in rows.found:
        made = to_instrument(row, date(2024, 8, 8), TRADING_MS)
        found[made.symbol] = (made.limit_up, row.last)
    at_limit = [symbol for symbol, (up, last) in found.items() if up == Decimal(str(last))]
    assert at_limit == ["600107.SH", "600280.SH", "600768.SH", "600157.SH", "600811.SH"]
    assert all(up is not None and up >= Decimal(str(last)) for up, last in found.values())


def test_the_market_tells_a_share_from_an_index_of_the_same_code() -> None:
    rows = [
        list_row("000001", 1, "上证指数", 3400.12, 3390.0, 1783477800),
        list_row("000001", 0, "平安银行", 10.5, 10.4, 1783477800),
    ]
    body = json.dumps({"rc": 0, "data": {"total": 2, "diff": rows}}).encode()
    found = eastmoney.parse_list(body, [Symbol("000001.SZ"), Symbol("000001.SH")]).found
    assert {row.symbol: row.last for row in found} == {"000001.SH": 3400.12, "000001.SZ": 10.5}


def test_a_field_that_is_no_number_spoils_its_row_only() -> None:
    good, bad = list_row("600519", 1, "a", 10.0, 9.9, 1), list_row("600036", 1, "b", 10.0, 9.9, 1)
    bad["f18"] = {"no": "number"}
    body = json.dumps({"rc": 0, "data": {"total": 2, "diff": [good, bad]}}).encode()
    rows = eastmoney.parse_list(body, [Symbol("600519.SH"), Symbol("600036.SH")])
    assert [row.symbol for row in rows.found] == ["600519.SH"]
    assert rows.bad == ["600036.SH：不是数字：{'no': 'number'}"]


# one security


def test_scaled_prices_of_funds_and_shares(market_data_dir: Path) -> None:
    fund = eastmoney.parse_stock(
        checked(market_data_dir, "stock_get_515450_etf_scaled_1000", STOCK), Symbol("515450.SH"), scaled=True
    )
    assert (fund.last, fund.pre_close, fund.name) == (1.494, 1.496, "红利低波50ETF")
    share = eastmoney.parse_stock(
        checked(market_data_dir, "stock_get_600519_fltt1_scaled_int", STOCK), Symbol("600519.SH"), scaled=True
    )
    assert (share.last, share.high, share.low, share.open, share.pre_close) == (
        1253.00, 1269.33, 1238.98, 1269.01, 1258.99,
    )  # fmt: skip
    with pytest.raises(BadRow, match="没有行情时间"):  # these recordings carry none, and none is made up
        to_quote(share, Source.EASTMONEY, TRADING_MS)


def test_an_answer_about_another_security_is_refused() -> None:
    body = json.dumps(stock_get("600036", "招商银行", 1)).encode()
    with pytest.raises(BadRow, match=r"问的是 600519\.SH，答的是 600036"):
        eastmoney.parse_stock(body, Symbol("600519.SH"))


def test_five_levels_in_shares() -> None:
    body = json.dumps(stock_get("510300", "沪深300ETF", 1783477800, scale=1000)).encode()
    quote = to_quote(
        eastmoney.parse_stock(body, Symbol("510300.SH"), scaled=True), Source.EASTMONEY, TRADING_MS
    )
    assert quote.bids == ((4717, 10000), (4716, 10100), (4715, 10200), (4714, 10300), (4713, 10400))
    assert quote.asks == ((4718, 20000), (4719, 20100), (4720, 20200), (4721, 20300), (4722, 20400))
    assert (quote.limit_up, quote.limit_down, quote.volume) == (5170, 4230, 1_000_000)
    assert quote.phase is Phase.CONTINUOUS


def test_a_halted_security_is_all_dashes() -> None:
    body = json.dumps(stock_get("510300", "沪深300ETF", 1783382400, scale=1000, halted=True)).encode()
    quote = to_quote(
        eastmoney.parse_stock(body, Symbol("510300.SH"), scaled=True), Source.EASTMONEY, TRADING_MS
    )
    assert (quote.last, quote.bids, quote.asks, quote.suspended) == (0, (), (), True)
    assert quote.pre_close == 4700


# units and limits


def row(**changes: Any) -> Snapshot:
    base: dict[str, Any] = {
        "symbol": Symbol("600519.SH"), "name": "贵州茅台", "time_ms": TRADING_MS, "last": 10.0, "open": 10.0,
        "high": 10.1, "low": 9.9, "pre_close": 9.8, "volume": 1000.0, "amount": 1_000_000.0, "lot": 100,
    }  # fmt: skip
    return Snapshot(**{**base, **changes})


def test_volume_is_weighed_against_money() -> None:
    assert volume_unit(row()) == 100
    for volume in (100_000.0, 10_000.0, 100.0, 1.0):
        with pytest.raises(BadRow, match="单位变了"):
            volume_unit(row(volume=volume))
    bond = {"symbol": Symbol("113050.SH"), "low": 99.0, "high": 101.0, "lot": 10}
    assert volume_unit(row(**bond, volume=1000.0)) == 10
    assert volume_unit(row(**bond, volume=10_000.0)) == 1


def test_prices_in_hundredths_are_no_quote() -> None:
    hundredfold = {"last": 1000.0, "open": 1000.0, "high": 1010.0, "low": 990.0, "pre_close": 980.0}
    for lot, volume in ((100, 1000.0), (1, 100_000.0)):
        with pytest.raises(BadRow, match="单位变了"):
            to_quote(row(**hundredfold, lot=lot, volume=volume), Source.SINA, TRADING_MS)


def test_a_code_of_no_class_is_no_quote_and_no_instrument() -> None:
    unknown = row(symbol=Symbol("779999.SH"))
    for made in (
        lambda: to_quote(unknown, Source.SINA, TRADING_MS),
        lambda: to_instrument(unknown, None, TRADING_MS),
    ):
        with pytest.raises(BadRow, match="号段"):
            made()


def test_a_row_without_a_time_is_no_quote() -> None:
    with pytest.raises(BadRow, match="没有行情时间"):
        to_quote(row(time_ms=0), Source.SINA, TRADING_MS)


def test_a_first_day_has_no_limits_and_a_broken_limit_is_none() -> None:
    fresh = to_quote(row(name="N新股", last=10.0, pre_close=5.0), Source.SINA, TRADING_MS)
    assert (fresh.limit_up, fresh.limit_down) == (0, 0)
    unknown = to_quote(row(name="某股", last=10.0, pre_close=5.0), Source.SINA, TRADING_MS)
    assert (unknown.limit_up, unknown.limit_down) == (0, 0)
    known = to_quote(row(), Source.SINA, TRADING_MS)
    assert (known.limit_up, known.limit_down) == (10780, 8820)


def test_the_phase_is_of_the_quotes_own_time() -> None:
    lunch = to_quote(row(time_ms=TRADING_MS + 70 * 60_000), Source.SINA, TRADING_MS + 4 * 3600_000)
    assert lunch.phase is Phase.LUNCH
    sunday = to_quote(row(time_ms=TRADING_MS + 4 * 86_400_000), Source.SINA, TRADING_MS)
    assert sunday.phase is Phase.CLOSED


@pytest.mark.parametrize(
    ("value", "expected"),
    [("-", 0.0), ("", 0.0), (None, 0.0), ("---", 0.0), ("-" * 100, 0.0), ("1,234.5", 1234.5), (3, 3.0),
     ("-0.5", -0.5), (float("nan"), 0.0)],
)  # fmt: skip
def test_numbers(value: object, expected: float) -> None:
    assert number(value) == expected


@pytest.mark.parametrize("value", ["abc", [], True, {}])
def test_what_is_no_number_is_said(value: object) -> None:
    with pytest.raises(BadRow):
        number(value)


# Sina (synthetic: no recording exists)


def parse_sina(text: str, *symbols: str) -> Rows:
    return sina.parse_list(text, [Symbol(symbol) for symbol in symbols])


def test_sina_gives_five_levels_in_shares_with_date_and_time() -> None:
    rows = parse_sina(sina_line("sh600519", "贵州茅台"), "600519.SH")
    quote = to_quote(rows.found[0], Source.SINA, TRADING_MS)
    assert quote.time.isoformat() == "2026-07-08T10:15:03+08:00"
    assert (quote.last, quote.pre_close, quote.volume) == (1468200, 1455000, 1234567)
    assert quote.bids[0] == (1468190, 100)
    assert quote.asks[4] == (1468240, 1500)
    assert quote.source == "新浪"


def test_sina_says_unknown_codes_and_short_rows() -> None:
    text = 'var hq_str_sz000001="";\nvar hq_str_sz000002="万科A,1,2,3";\n' + sina_line("sh600519", "a")
    rows = parse_sina(text, "000001.SZ", "000002.SZ", "600519.SH", "600036.SH")
    assert rows.absent == ["000001.SZ"]
    assert rows.bad == ["000002.SZ：只有 4 个字段", "600036.SH：答复不完整"]
    assert len(rows.found) == 1


def test_sina_says_a_halt() -> None:
    text = sina_line("sh600519", "贵州茅台", last="0.000").replace(',00";', ',03";')
    assert to_quote(parse_sina(text, "600519.SH").found[0], Source.SINA, TRADING_MS).suspended


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"", SourceFault.THROTTLED),
        (b"Kinsoku jikou desu!", SourceFault.BANNED),
        (b"<html>busy</html>", SourceFault.GARBLED),
        (b"var hq_str_sh6005", SourceFault.GARBLED),
        (b'var hq_str_sh600519="a,1,2";\nvar hq_str_sz00', SourceFault.GARBLED),
    ],
)
def test_sina_rubbish_has_names(body: bytes, fault: SourceFault) -> None:
    with pytest.raises(SourceError) as caught:
        sina.check_body("https://hq.sinajs.cn/list=sh600519", body)
    assert caught.value.fault == fault


# history


def bar_rows_of(path: Path) -> Iterator[BarRow]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig") as file:
        for line in csv.DictReader(file):
            yield BarRow(
                stamp=line["datetime"],
                open=float(line["open"]),
                high=float(line["high"]),
                low=float(line["low"]),
                close=float(line["close"]),
                volume=float(line["volume"]),
                amount=float(line["成交额"]),
            )


def test_recorded_minutes_with_open_zero_and_241_bars(market_data_dir: Path) -> None:
    path = market_data_dir / "minute_1m" / "akshare_em_600519_20260323_1m.csv"
    rows = list(bar_rows_of(path))
    assert len(rows) == 1205
    assert sum(one.open == 0 for one in rows) == 964
    bars = to_bars(Symbol("600519.SH"), Period.M1, rows)
    days: dict[int, int] = {}
    for bar in bars:
        days[midnight(bar.time_ms)] = days.get(midnight(bar.time_ms), 0) + 1
        assert 0 < bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high
        assert time_of_day(bar.time_ms) > at(9, 30)
    assert list(days.values()) == [240] * 5
    assert sum(bar.volume for bar in bars) == 100 * sum(round(one.volume) for one in rows)
    assert sum(bar.amount for bar in bars) == pytest.approx(sum(one.amount for one in rows))


def test_recorded_five_minutes_and_days(market_data_dir: Path) -> None:
    five = to_bars(
        Symbol("600519.SH"),
        Period.M5,
        bar_rows_of(market_data_dir / "minute_5m" / "akshare_em_600519_2026_5m.csv"),
    )
    assert len(five) == 1488
    assert len(five) % 48 == 0
    days = to_bars(
        Symbol("600519.SH"),
        Period.D1,
        bar_rows_of(market_data_dir / "daily" / "akshare_em_600519_2023_qfq.csv"),
    )
    assert len(days) == 242
    assert {time_of_day(bar.time_ms) for bar in days} == {at(15, 0)}
    assert all(bar.volume % 100 == 0 for bar in days)


def test_recorded_klines_are_read_without_akshare(market_data_dir: Path) -> None:
    partial = eastmoney.parse_klines(checked(market_data_dir, "kline_600085_1m_partial_20220121", KLINE))
    assert partial == [
        ("2022-01-21 14:56", [46.04, 46.05, 46.07, 45.99, 5327.0, 0.0]),
        ("2022-01-21 14:57", [46.05, 46.02, 46.07, 46.02, 2325.0, 0.0]),
    ]
    dashes = eastmoney.parse_klines(checked(market_data_dir, "kline_600519_suspension_dash_row", KLINE))
    assert [stamp for stamp, _ in dashes] == ["2026-07-01", "2026-07-03"]


def test_recorded_star_limit_up_in_lots(market_data_dir: Path) -> None:
    lines = eastmoney.parse_klines(checked(market_data_dir, "kline_688147_star_limitup20_20230202", KLINE))
    rows = [BarRow(stamp, o, h, low, c, v, a) for stamp, (o, c, h, low, v, a) in lines]
    (bar,) = to_bars(Symbol("688147.SH"), Period.D1, rows)
    assert (bar.close, bar.high, bar.volume) == (38100, 38100, 7_975_600)
    assert ms_to_datetime(bar.time_ms).astimezone(SHANGHAI).isoformat() == "2023-02-02T15:00:00+08:00"


def test_an_opening_bar_alone_is_the_growing_first_minute() -> None:
    (bar,) = to_bars(
        Symbol("600519.SH"), Period.M1, [BarRow("2026-03-27 09:30", 10.0, 10.0, 10.0, 10.0, 5.0, 5000.0)]
    )
    assert time_of_day(bar.time_ms) == at(9, 31)
    assert (bar.open, bar.volume) == (10000, 500)


def test_a_stamp_that_is_none_is_said() -> None:
    with pytest.raises(ValueError, match="Invalid isoformat"):
        to_bars(Symbol("600519.SH"), Period.D1, [BarRow("昨天", 1.0, 1.0, 1.0, 1.0, 1.0, 1.0)])
