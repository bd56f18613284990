"""Recorded tick files: real days read whole, and bad files named by file, row and field."""

from __future__ import annotations

import csv
import gzip
import io
import itertools
from collections import Counter
from pathlib import Path

import pytest

from core.domain.enums import Phase
from core.domain.market import Quote
from core.errors import BadInput
from core.market.files.tick_file import REQUIRED_COLUMNS, read_tick_file

ROW = {
    "code": "600519.SH",
    "time": "1763604000000",  # 2025-11-20 10:00:00
    "lastPrice": "1468.2",
    "open": "1470.0",
    "high": "1475.11",
    "low": "1460.0",
    "lastClose": "1466.0",
    "pvolume": "123456",
    "amount": "181234567.8",
    "phase": "TRADE",
    "bidPrice1": "1468.1",
    "bidVol1_sh": "300",
    "askPrice1": "1468.3",
    "askVol1_sh": "500",
}


def text_of(*rows: dict[str, str], drop: str = "", extra: tuple[str, ...] = ()) -> str:
    """A file with these rows; cells not given are zero."""
    names = [name for name in (*REQUIRED_COLUMNS, *extra) if name != drop]
    out = io.StringIO()
    writer = csv.DictWriter(out, names, restval="0", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def read(tmp_path: Path, text: str, name: str = "ticks.csv") -> list[Quote]:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read_tick_file(path)


def refused(tmp_path: Path, text: str) -> BadInput:
    with pytest.raises(BadInput) as caught:
        read(tmp_path, text)
    return caught.value


def test_shenzhen_day(sz5: list[Quote]) -> None:
    assert len(sz5) == 20_980
    assert len({quote.symbol for quote in sz5}) == 5
    assert all(a.time_ms <= b.time_ms for a, b in itertools.pairwise(sz5))
    phases = Counter(quote.phase for quote in sz5)
    assert phases == {
        Phase.CONTINUOUS: 20_176,
        Phase.LUNCH: 442,
        Phase.OPEN_CALL: 230,
        Phase.CLOSE_CALL: 92,
        Phase.PAUSE: 25,
        Phase.CLOSED: 15,
    }
    first = sz5[0]
    assert (first.symbol, first.last, first.pre_close) == ("000400.SZ", 0, 19_380)
    assert (first.limit_up, first.limit_down) == (21_320, 17_440)
    assert first.bids[0] == (19_990, 6_000)


def test_shanghai_morning(sh30: list[Quote]) -> None:
    assert len(sh30) == 32_972
    assert len({quote.symbol for quote in sh30}) == 30
    assert {quote.phase for quote in sh30} == {Phase.OPEN_CALL, Phase.PAUSE, Phase.CONTINUOUS}
    # TRADE after the auction and before 09:30 is not trading.
    assert all(quote.time.strftime("%H:%M") >= "09:30" for quote in sh30 if quote.phase is Phase.CONTINUOUS)
    odd = [quote for quote in sh30 if quote.volume % 100]
    assert odd, "volumes are shares, not lots"


def test_equal_times_keep_the_order_of_the_file(tmp_path: Path) -> None:
    later = ROW | {"time": str(int(ROW["time"]) + 3000), "lastPrice": "1470.0"}
    text = text_of(later, ROW, ROW | {"lastPrice": "1469.0"}, ROW | {"code": "000001.SZ", "phase": "3"})
    shown = [(quote.symbol, quote.last) for quote in read(tmp_path, text)]
    assert shown == [
        ("600519.SH", 1_468_200),
        ("600519.SH", 1_469_000),
        ("000001.SZ", 1_468_200),
        ("600519.SH", 1_470_000),
    ]


def test_columns_in_any_order_and_unknown_ones(tmp_path: Path) -> None:
    plain = text_of(ROW)
    rows = list(csv.DictReader(io.StringIO(plain)))
    out = io.StringIO()
    writer = csv.DictWriter(out, ["note", *reversed(REQUIRED_COLUMNS)])
    writer.writeheader()
    writer.writerow(rows[0] | {"note": "x"})
    assert read(tmp_path, "\ufeff" + out.getvalue(), "b.csv") == read(tmp_path, plain, "a.csv")


def test_limits_are_optional_and_sentinels_mean_none(tmp_path: Path) -> None:
    limits = ("upperLimit", "lowerLimit")
    given = ROW | {"upperLimit": "1612.6", "lowerLimit": "1319.4"}
    endless = ROW | {"upperLimit": "99999.99", "lowerLimit": "0.0"}
    (quote,) = read(tmp_path, text_of(given, extra=limits))
    assert (quote.limit_up, quote.limit_down) == (1_612_600, 1_319_400)
    (quote,) = read(tmp_path, text_of(endless, extra=limits))
    assert (quote.limit_up, quote.limit_down) == (0, 0)
    (quote,) = read(tmp_path, text_of(ROW))
    assert (quote.limit_up, quote.limit_down) == (0, 0)


@pytest.mark.parametrize(
    ("clock", "code", "phase"),
    [
        ("09:14:59", "TRADE", Phase.PRE_OPEN),
        ("09:25:01", "TRADE", Phase.PAUSE),
        ("09:30:00", "TRADE", Phase.CONTINUOUS),
        ("11:29:59", "TRADE", Phase.CONTINUOUS),
        ("11:30:03", "TRADE", Phase.LUNCH),
        ("12:59:59", "TRADE", Phase.LUNCH),
        ("13:00:00", "TRADE", Phase.CONTINUOUS),
        ("14:58:00", "CCALL", Phase.CLOSE_CALL),
        ("15:00:03", "TRADE", Phase.CLOSED),
        ("10:00:00", "SUSP", Phase.SUSPENDED),
        ("10:00:00", "3", Phase.CONTINUOUS),
        ("14:58:00", "5", Phase.CLOSE_CALL),
    ],
)
def test_phase_is_code_and_clock(tmp_path: Path, clock: str, code: str, phase: Phase) -> None:
    hours, minutes, seconds = (int(part) for part in clock.split(":"))
    moment = 1763568000000 + ((hours * 60 + minutes) * 60 + seconds) * 1000  # midnight of 2025-11-20
    (quote,) = read(tmp_path, text_of(ROW | {"time": str(moment), "phase": code}))
    assert quote.time.strftime("%H:%M:%S") == clock
    assert quote.phase is phase
    assert quote.suspended is (phase is Phase.SUSPENDED)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("lastPrice", "abc"),
        ("lastPrice", "-1.0"),
        ("high", "nan"),
        ("low", ""),
        ("amount", "inf"),
        ("amount", "-5"),
        ("pvolume", "12.5"),
        ("pvolume", "-3"),
        ("askVol3_sh", "x"),
        ("bidPrice2", "?"),
        ("time", "2025-11-20"),
        ("time", "1763604000"),
        ("phase", "LOTTERY"),
        ("code", "600519"),
        ("code", "茅台"),
    ],
)
def test_a_bad_cell_names_file_row_and_field(tmp_path: Path, field: str, text: str) -> None:
    error = refused(tmp_path, text_of(ROW, ROW, ROW | {field: text}))
    assert error.where == "ticks.csv 第 4 行"
    assert error.field == field
    assert str(error).startswith(f"ticks.csv 第 4 行：{field}：")


def test_a_bad_limit_is_named(tmp_path: Path) -> None:
    bad = ROW | {"upperLimit": "--", "lowerLimit": "1.0"}
    assert refused(tmp_path, text_of(bad, extra=("upperLimit", "lowerLimit"))).field == "upperLimit"


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    error = refused(tmp_path, text_of(ROW, drop="askPrice5"))
    assert error.field == "askPrice5"
    assert "第 1 行" in error.where


def test_a_row_of_another_width_is_named(tmp_path: Path) -> None:
    whole = text_of(ROW, ROW)
    error = refused(tmp_path, whole.rstrip("\r\n").rsplit(",", 3)[0])
    assert "第 3 行" in error.where
    assert "列" in str(error)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"bidPrice1": "1468.3"}, "bidPrice1"),  # equal is an auction, and this is not one
        ({"bidPrice1": "1469.0"}, "bidPrice1"),
        ({"bidPrice2": "1468.2"}, "bidPrice"),
        ({"askPrice2": "1468.2"}, "askPrice"),
    ],
)
def test_a_crossing_book_is_refused(tmp_path: Path, change: dict[str, str], field: str) -> None:
    error = refused(tmp_path, text_of(ROW, ROW | change))
    assert error.where == "ticks.csv 第 3 行"
    assert error.field == field


def test_an_indicative_book_of_an_auction_is_fine(tmp_path: Path) -> None:
    auction = ROW | {"phase": "OCALL", "time": "1763601600000", "bidPrice1": "1468.3", "lastPrice": "0.0"}
    (quote,) = read(tmp_path, text_of(auction))
    assert quote.phase is Phase.OPEN_CALL
    assert quote.best_bid == quote.best_ask == 1_468_300


@pytest.mark.parametrize("text", ["", "\n", text_of()])
def test_an_empty_file_says_so(tmp_path: Path, text: str) -> None:
    assert "ticks.csv" in str(refused(tmp_path, text))


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    error = refused(tmp_path, "symbol,entry_low\n600519.SH,1\n")
    assert "不是逐笔快照文件" in str(error)


def test_gzip_whole_truncated_and_pretended(tmp_path: Path) -> None:
    data = gzip.compress(text_of(*[ROW] * 50).encode())
    (tmp_path / "whole.csv.gz").write_bytes(data)
    assert len(read_tick_file(tmp_path / "whole.csv.gz")) == 50
    for name, broken in (
        ("cut.csv.gz", data[:-20]),
        ("no.csv.gz", b"code,time\n"),
        ("rot.csv.gz", data[:40] + data[60:]),
    ):
        (tmp_path / name).write_bytes(broken)
        with pytest.raises(BadInput, match=name):
            read_tick_file(tmp_path / name)


def test_a_missing_file_and_foreign_bytes(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="打不开"):
        read_tick_file(tmp_path / "nowhere.csv")
    (tmp_path / "gbk.csv").write_bytes("代码,时间\n".encode("gbk"))
    with pytest.raises(BadInput, match="UTF-8"):
        read_tick_file(tmp_path / "gbk.csv")
