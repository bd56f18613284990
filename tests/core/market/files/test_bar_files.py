"""Bar files as users have them: every spelling, unit and defect, and bad files named by row and column."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path

import pytest

from core.domain.enums import Period
from core.domain.market import Symbol, ms_to_datetime
from core.errors import BadInput
from core.market.files.bar_files import BarFile, read_bar_file
from core.market.files.bar_repairs import DefectKind as D
from core.market.history.table import Adjust, BarTable, table_days

DAYS = ("2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05", "2026-03-06")
HEAD = "date,code,open,high,low,close,volume,amount"


def write(tmp_path: Path, text: str, name: str = "bars_raw.csv", encoding: str = "utf-8") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def daily_rows(code: str = "sh.600519", count: int = 5, unit: int = 1) -> list[str]:
    """Sound days: 10.00 yuan, 1,000 shares (or lots of `unit` shares)."""
    return [f"{day},{code},10.00,10.50,9.80,10.10,{1000 // unit},10100" for day in DAYS[:count]]


def read(tmp_path: Path, *rows: str, head: str = HEAD, name: str = "bars_raw.csv", **more: object) -> BarFile:
    return read_bar_file(write(tmp_path, "\n".join([head, *rows]) + "\n", name), **more)  # type: ignore[arg-type]


def one(found: BarFile) -> BarTable:
    (table,) = found.tables.values()
    return table


def kinds(found: BarFile) -> dict[D, int]:
    return {defect.kind: defect.count for defect in found.defects}


def refused(tmp_path: Path, *rows: str, **more: object) -> BadInput:
    with pytest.raises(BadInput) as caught:
        read(tmp_path, *rows, **more)  # type: ignore[arg-type]
    return caught.value


def test_sound_file_has_no_defects(tmp_path: Path) -> None:
    found = read(tmp_path, *daily_rows())
    table = one(found)
    assert (found.period, found.adjust, found.rows, found.defects) == (Period.D1, Adjust.NONE, 5, ())
    assert (table.open[0], table.high[0], table.low[0], table.close[0]) == (10_000, 10_500, 9_800, 10_100)
    assert (table.volume[0], table.amount[0]) == (1000, 10_100.0)
    assert str(ms_to_datetime(int(table.time_ms[0]))) == "2026-03-02 15:00:00+08:00"


@pytest.mark.parametrize(
    ("code", "symbol"),
    [
        ("sh.600519", "600519.SH"),
        ("sz000858", "000858.SZ"),
        ("600519", "600519.SH"),
        ("510050.XSHG", "510050.SH"),
        ("SZ.159915", "159915.SZ"),
        ("000001.SH", "000001.SH"),
    ],
)
def test_codes_of_every_vendor(tmp_path: Path, code: str, symbol: str) -> None:
    assert list(read(tmp_path, *daily_rows(code)).tables) == [symbol]


@pytest.mark.parametrize(
    ("name", "symbol"),
    [
        ("etf_sh510050_1d_raw.csv", "510050.SH"),
        ("akshare_em_600519_20260323_raw.csv", "600519.SH"),
        ("000858.SZ_raw.csv", "000858.SZ"),
        ("raw_20260323_300750.csv", "300750.SZ"),
    ],
)
def test_symbol_comes_from_the_file_name_where_no_column_names_it(
    tmp_path: Path, name: str, symbol: str
) -> None:
    rows = [row.replace("sh.600519,", "") for row in daily_rows()]
    head = HEAD.replace("code,", "")
    assert list(read(tmp_path, *rows, head=head, name=name).tables) == [symbol]
    given = read(tmp_path, *rows, head=head, name=name, symbol=Symbol("601318.SH"))
    assert list(given.tables) == ["601318.SH"]


def test_chinese_headers_in_gbk_newest_first(tmp_path: Path) -> None:
    head = "日期,股票代码,开盘,最高,最低,收盘,成交量,成交额"
    text = "\n".join([head, *reversed(daily_rows())])
    found = read_bar_file(write(tmp_path, text, "数据_不复权.csv", "gb18030"))
    assert kinds(found) == {D.GBK: 1, D.NEWEST_FIRST: 1}
    assert [str(day) for day, _ in table_days(one(found))] == list(DAYS)
    assert one(found) == one(read(tmp_path, *daily_rows()))


def test_byte_order_mark_gzip_and_windows_line_ends(tmp_path: Path) -> None:
    text = "\r\n".join([HEAD, *daily_rows(), "", ""])
    path = tmp_path / "bars_raw.csv.gz"
    path.write_bytes(gzip.compress(text.encode("utf-8-sig")))
    found = read_bar_file(path)
    assert kinds(found) == {D.BOM: 1}
    assert len(one(found)) == 5


def test_rows_out_of_order_and_twice(tmp_path: Path) -> None:
    rows = daily_rows()
    again = rows[2].replace("10.10,", "10.20,")
    found = read(tmp_path, rows[3], rows[0], rows[2], rows[1], again, rows[4])
    assert kinds(found) == {D.UNSORTED: 1, D.DUPLICATE: 1}
    assert one(found).close.tolist() == [10_100, 10_100, 10_200, 10_100, 10_100]


def test_lots_are_recognised_by_the_money(tmp_path: Path) -> None:
    found = read(tmp_path, *daily_rows(unit=100))
    assert kinds(found) == {D.LOTS: 5}
    assert one(found).volume.tolist() == [1000] * 5


def test_unit_that_nothing_shows_is_said_and_can_be_given(tmp_path: Path) -> None:
    rows = [row.rsplit(",", 1)[0] for row in daily_rows(unit=100)]
    head = HEAD.replace(",amount", "")
    found = read(tmp_path, *rows, head=head)
    assert kinds(found) == {D.UNIT_ASSUMED: 5, D.NO_AMOUNT: 5}
    assert "按股处理" in found.defects[0].text
    assert one(found).volume[0] == 10
    given = read(tmp_path, *rows, head=head, lots=True)
    assert kinds(given) == {D.LOTS: 5, D.NO_AMOUNT: 5}
    assert one(given).volume[0] == 1000


def test_suspended_and_unreadable_days_are_no_bars(tmp_path: Path) -> None:
    rows = daily_rows()
    rows[1] = f"{DAYS[1]},sh.600519,10.10,10.10,10.10,10.10,0,0"
    rows[2] = f"{DAYS[2]},sh.600519,-,-,-,-,-,-"
    rows[3] = f"{DAYS[3]},sh.600519,10.10,10.20,,10.15,500,5075"
    found = read(tmp_path, *rows)
    assert kinds(found) == {D.SUSPENDED: 2, D.UNREADABLE: 1, D.MISSING_DAYS: 1}
    assert found.suspended == {Symbol("600519.SH"): (date(2026, 3, 3), date(2026, 3, 4))}
    assert len(one(found)) == 2


def test_trade_status_column_names_suspended_days(tmp_path: Path) -> None:
    rows = [row + ",1" for row in daily_rows()]
    rows[2] = f"{DAYS[2]},sh.600519,10.1,10.1,10.1,10.1,,,0"
    found = read(tmp_path, *rows, head=HEAD + ",tradestatus")
    assert kinds(found) == {D.SUSPENDED: 1}


def test_open_of_zero_becomes_the_close_before_inside_the_bar(tmp_path: Path) -> None:
    rows = [
        f"{DAYS[0]},sh.600519,0.0,10.50,9.80,10.10,1000,10100",
        f"{DAYS[1]},sh.600519,0.0,10.60,10.00,10.30,1000,10300",
        f"{DAYS[2]},sh.600519,0.0,12.00,11.00,11.50,1000,11500",
        f"{DAYS[3]},sh.600519,0.0,9.00,8.00,8.50,1000,8500",
    ]
    found = read(tmp_path, *rows)
    assert kinds(found) == {D.OPEN_UNKNOWN: 4}
    assert one(found).open.tolist() == [10_100, 10_100, 11_000, 9_000]
    assert "前一根的收盘价代替" in found.defects[0].text


def test_range_that_does_not_hold_the_close_is_widened(tmp_path: Path) -> None:
    found = read(tmp_path, *daily_rows(count=1), f"{DAYS[1]},sh.600519,10.00,10.50,9.80,10.60,1000,10600")
    assert kinds(found) == {D.RANGE: 1}
    assert one(found).high.tolist() == [10_500, 10_600]


def minute_file(tmp_path: Path, stamps: list[str], **more: object) -> BarFile:
    rows = [
        f"2026-03-02 {stamp}:00,600519.SH,{10 + n / 100:.2f},{10 + n / 100:.2f},{10 + n / 100:.2f},"
        f"{10 + n / 100:.2f},100,{1000 + n}"
        for n, stamp in enumerate(stamps)
    ]
    return read(tmp_path, *rows, head=HEAD.replace("date", "datetime"), **more)  # type: ignore[arg-type]


def stamps_of(found: BarFile) -> list[str]:
    return [f"{ms_to_datetime(int(ms)):%H:%M}" for ms in one(found).time_ms]


def test_auction_bar_is_folded_into_the_first_minute(tmp_path: Path) -> None:
    found = minute_file(tmp_path, ["09:30", "09:31", "09:32"])
    assert kinds(found) == {D.AUCTION_BAR: 1, D.SHORT_DAYS: 1}
    assert stamps_of(found) == ["09:31", "09:32"]
    table = one(found)
    assert (table.open[0], table.high[0], table.low[0], table.close[0]) == (10_000, 10_010, 10_000, 10_010)
    assert (table.volume[0], table.amount[0]) == (200, 2001.0)


def test_auction_bar_alone_is_the_first_minute(tmp_path: Path) -> None:
    found = minute_file(tmp_path, ["09:30", "09:32", "09:33", "09:34"])
    assert stamps_of(found) == ["09:31", "09:32", "09:33", "09:34"]


def test_noon_stamps_of_tdx(tmp_path: Path) -> None:
    found = minute_file(tmp_path, ["11:28", "11:29", "13:00", "13:02", "13:03"])
    assert kinds(found) == {D.NOON_STAMP: 1, D.SHORT_DAYS: 1}
    assert stamps_of(found) == ["11:28", "11:29", "11:30", "13:02", "13:03"]
    # Where 11:30 is there as well, 13:00 is nothing that we know.
    both = minute_file(tmp_path, ["11:29", "11:30", "13:00", "13:01"])
    assert kinds(both) == {D.OFF_SESSION: 1, D.SHORT_DAYS: 1}
    assert stamps_of(both) == ["11:29", "11:30", "13:01"]


def test_rows_outside_the_session_are_left_out(tmp_path: Path) -> None:
    found = minute_file(tmp_path, ["09:15", "09:31", "09:32", "11:31", "14:59", "15:00", "15:01"])
    assert found.count(D.OFF_SESSION) == 3
    assert stamps_of(found) == ["09:31", "09:32", "14:59", "15:00"]


def test_missing_days_are_counted_and_not_made_up(tmp_path: Path) -> None:
    rows = daily_rows()
    found = read(tmp_path, rows[0], rows[4])
    assert kinds(found) == {D.MISSING_DAYS: 3}
    assert len(one(found)) == 2


@pytest.mark.parametrize(
    ("flag", "how"),
    [("1", Adjust.BACKWARD), ("2", Adjust.FORWARD), ("3", Adjust.NONE), ("9", Adjust.UNKNOWN)],
)
def test_adjust_flag_of_the_file(tmp_path: Path, flag: str, how: Adjust) -> None:
    found = read(
        tmp_path, *[f"{row},{flag}" for row in daily_rows()], head=HEAD + ",adjustflag", name="x.csv"
    )
    assert found.adjust is how
    assert one(found).adjust is how


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("600519_qfq.csv", Adjust.FORWARD),
        ("600519前复权.csv", Adjust.FORWARD),
        ("600519_HFQ_2020.csv", Adjust.BACKWARD),
        ("600519_raw.csv", Adjust.NONE),
        ("drawing_600519.csv", Adjust.UNKNOWN),
    ],
)
def test_adjustment_in_the_file_name(tmp_path: Path, name: str, how: Adjust) -> None:
    assert read(tmp_path, *daily_rows(), name=name).adjust is how


def test_word_of_the_user_counts_where_the_file_says_nothing(tmp_path: Path) -> None:
    silent = read(tmp_path, *daily_rows(), name="x.csv")
    assert kinds(silent) == {D.ADJUST_UNKNOWN: 5}
    assert read(tmp_path, *daily_rows(), name="x.csv", adjust=Adjust.NONE).defects == ()
    assert "写明是前复权" in str(refused(tmp_path, *daily_rows(), name="x_qfq.csv", adjust=Adjust.NONE))


def test_prices_off_the_tick_are_not_taken_for_real(tmp_path: Path) -> None:
    rows = [row.replace("10.10,1", "10.1034,1") for row in daily_rows()]
    error = refused(tmp_path, *rows)
    assert "不是 0.01 元的整数倍" in str(error)
    found = read(tmp_path, *rows, name="x.csv")
    assert kinds(found) == {D.ADJUST_UNKNOWN: 5, D.ROUNDED: 5}
    assert one(found).close[0] == 10_103
    fund = [row.replace("10.10,1", "10.103,1") for row in daily_rows("510300")]
    assert read(tmp_path, *fund).defects == ()


@pytest.mark.parametrize(
    ("rows", "where", "word"),
    [
        ([f"{DAYS[0]},sh.600519,x,10,9,10,1,1"], "第 2 行：open", "“x”不是数字"),
        (["2026-13-02,sh.600519,9,10,9,10,1,1"], "第 2 行：time", "不是日期"),
        (["1970-01-02,sh.600519,9,10,9,10,1,1"], "第 2 行：time", "1990"),
        ([f"{DAYS[0]}T09:31:00+08:00,sh.600519,9,10,9,10,1,1"], "第 2 行：time", "时区"),
        ([f"{DAYS[0]},sh.600519,9,10,9,10,1,1", f"{DAYS[1]},sh.600519,9,10"], "第 3 行", "4 列，表头有 8 列"),
        ([f"{DAYS[0]},777777,9,10,9,10,1,1"], "第 2 行：code", "777777"),
        ([], "", "没有一行K线"),
    ],
)
def test_bad_rows_are_named(tmp_path: Path, rows: list[str], where: str, word: str) -> None:
    error = refused(tmp_path, *rows)
    assert word in str(error)
    assert str(error).startswith("bars_raw.csv")
    assert where in str(error)


def test_files_that_are_none(tmp_path: Path) -> None:
    for content, word in (
        (b"", "文件是空的"),
        (b"a,b,c\n1,2,3\n", "这不是K线文件"),
        (b"\x1f\x8b broken", "读不出来"),
        (b"\xff\xff\xff\x00\x01", "不是 UTF-8 也不是 GBK"),
    ):
        path = tmp_path / "x.csv"
        path.write_bytes(content)
        with pytest.raises(BadInput, match=word):
            read_bar_file(path)
    with pytest.raises(BadInput, match="读不出来"):
        read_bar_file(tmp_path / "none.csv")


def test_period_must_show(tmp_path: Path) -> None:
    for stamps, word in (
        (["09:33", "09:36", "09:39"], "看不出周期"),
        (["09:30", "09:31", "14:58", "14:59"], "起始时刻"),
    ):
        with pytest.raises(BadInput, match=word):
            minute_file(tmp_path, stamps)


def test_several_adjustments_in_one_file_are_refused(tmp_path: Path) -> None:
    rows = [f"{row},{flag}" for row, flag in zip(daily_rows(), "33233", strict=True)]
    assert "几种复权方式" in str(refused(tmp_path, *rows, head=HEAD + ",adjustflag"))


def test_file_without_a_name_for_its_symbol_is_refused(tmp_path: Path) -> None:
    rows = [row.replace("sh.600519,", "") for row in daily_rows()]
    error = refused(tmp_path, *rows, head=HEAD.replace("code,", ""), name="my_raw_bars.csv")
    assert "请指明是哪只证券" in str(error)
