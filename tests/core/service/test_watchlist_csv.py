"""The watchlist file: nothing is lost, nothing is half imported, every problem has its row and field."""

from __future__ import annotations

import csv
import io
import os
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.domain.market import Symbol
from core.domain.watch import QuantConfig, WatchItem
from core.errors import BadInput
from core.exchange.symbols import tick_size
from core.service import watchlist_writing
from core.service.watchlist_csv import COLUMNS, WatchlistFile, read_watchlist
from core.service.watchlist_writing import write_watchlist

HEADER = ",".join(COLUMNS)
ROW = "600519.SH,1450.00,1470,1650,1360.00,1,0.2,1,0,5000,白酒,等回调"
MOUTAI = WatchItem(
    "w-600519.SH",
    Symbol("600519.SH"),
    Decimal(1450),
    Decimal(1470),
    Decimal(1650),
    Decimal(1360),
    QuantConfig(
        enabled=True,
        max_position_pct=Decimal("0.2"),
        auto_stop_loss=True,
        auto_take_profit=False,
        min_trade_amount=Decimal(5000),
    ),
    group="白酒",
    note="等回调",
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "监测列表.csv"


def read(path: Path, *lines: str, encoding: str = "utf-8") -> WatchlistFile:
    path.write_bytes("\r\n".join(lines).encode(encoding))
    return read_watchlist(path)


def problems(file: WatchlistFile) -> list[tuple[str, str]]:
    """(row, field) of each problem; and then there are no items."""
    assert file.problems
    assert file.items == ()
    return [(problem.where.removeprefix("监测列表.csv "), problem.field) for problem in file.problems]


def sentence(file: WatchlistFile) -> str:
    (problem,) = file.problems
    assert file.items == ()
    return str(problem)


def test_a_whole_row(path: Path) -> None:
    found = read(path, HEADER, ROW)
    assert found == WatchlistFile((MOUTAI,), (), ())
    assert found.require() == (MOUTAI,)


def test_missing_columns_and_empty_cells_take_defaults(path: Path) -> None:
    found = read(path, "symbol,stop_loss", "600519,", "sz000001,10.01")
    assert found.require() == (
        WatchItem("w-600519.SH", Symbol("600519.SH")),
        WatchItem("w-000001.SZ", Symbol("000001.SZ"), stop_loss=Decimal("10.01")),
    )


def test_short_rows_and_blank_lines(path: Path) -> None:
    found = read(path, HEADER, "", "600519.SH", ",,,", "000001.SZ,10,11", "")
    assert [item.symbol for item in found.require()] == ["600519.SH", "000001.SZ"]


def test_unknown_columns_are_named_kept_and_written_back(path: Path, tmp_path: Path) -> None:
    found = read(path, "我的评分,symbol,Broker Note,note", "A,600519.SH,,x", "B,000001.SZ,hold,y")
    assert found.unknown_columns == ("我的评分", "Broker Note")
    first, second = found.require()
    assert first.extra == (("我的评分", "A"), ("Broker Note", ""))
    assert second.extra == (("我的评分", "B"), ("Broker Note", "hold"))
    copy = tmp_path / "copy.csv"
    write_watchlist(copy, found.items)
    assert copy.read_text(encoding="utf-8-sig").splitlines()[0] == f"{HEADER},我的评分,Broker Note"
    assert read_watchlist(copy) == found


def test_column_names_in_any_case(path: Path) -> None:
    found = read(path, " Symbol ,ENTRY_LOW,Entry_High", "600519.SH,1,2")
    assert found.unknown_columns == ()
    assert found.require()[0].entry_low == 1


def test_ids_tell_from_symbol_and_order(path: Path) -> None:
    found = read(path, "symbol", "600519.SH", "000001.SZ", "SH600519", "600519")
    expected = ["w-600519.SH", "w-000001.SZ", "w-600519.SH-2", "w-600519.SH-3"]
    assert [item.item_id for item in found.require()] == expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_the_encodings_that_excel_writes(path: Path, encoding: str) -> None:
    assert read(path, HEADER, ROW, encoding=encoding).require() == (MOUTAI,)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", True),
        ("TRUE", True),
        ("是", True),
        (" true ", True),
        ("0", False),
        ("False", False),
        ("否", False),
    ],
)
def test_the_ways_to_write_a_switch(path: Path, text: str, value: bool) -> None:
    found = read(path, "symbol,quant_enabled,auto_stop_loss,auto_take_profit", f"600519,{text},{text},{text}")
    quant = found.require()[0].quant
    assert (quant.enabled, quant.auto_stop_loss, quant.auto_take_profit) == (value, value, value)


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("symbol", "60051", "60051 只有 5 位"),
        ("symbol", "1", "000001.SZ"),
        ("symbol", "AAPL", "不是证券代码"),
        ("symbol", "123456.BJ", "没有代码为 123456"),
        ("symbol", "", "空的"),
        ("symbol", "000001.SH", "指数"),
        ("entry_low", "abc", "“abc”不是数字"),
        ("entry_low", "1,450", "只写数字和小数点"),
        ("entry_low", "1e3", "不是数字"),
        ("entry_low", "NaN", "不是数字"),
        ("entry_low", "１４５０", "不是数字"),
        ("entry_low", "1450.005", "1450.00 或 1450.01"),
        ("entry_low", "-1", "不是正数"),
        ("entry_low", "0", "不是正数"),
        ("entry_low", "1480", "颠倒"),
        ("entry_high", "", "只有下沿"),
        ("take_profit", "1470", "不高于进场上沿"),
        ("take_profit", "99999999", "小数点"),
        ("stop_loss", "1450", "不低于进场下沿"),
        ("stop_loss", "1500", "不低于进场下沿"),
        ("quant_enabled", "maybe", "请写 1 或 0"),
        ("auto_stop_loss", "2", "请写 1 或 0"),
        ("max_position_pct", "1.1", "0 到 1 之间"),
        ("max_position_pct", "20", "20% 请写 0.2"),
        ("max_position_pct", "20%", "例如 0.2"),
        ("max_position_pct", "-0.1", "0 到 1 之间"),
        ("min_trade_amount", "-5000", "负数"),
        ("min_trade_amount", "5000元", "例如 5000"),
        ("min_trade_amount", "0.001", "分"),
        ("interval_s", "1.5", "整数"),
        ("interval_s", "-1", "负数"),
        ("alerts", "sometimes", "请写 1 或 0"),
    ],
)
def test_a_malformed_cell_is_named_with_its_cure(path: Path, column: str, value: str, words: str) -> None:
    cells = dict(zip(COLUMNS, ROW.split(","), strict=True), interval_s="", alerts="") | {column: value}
    out = io.StringIO()
    csv.writer(out).writerows([list(cells), ["000001.SZ"], list(cells.values())])
    found = read(path, out.getvalue())
    # A spreadsheet calls the header row 1.
    field = "entry_low" if value == "1480" else column
    assert problems(found) == [("第 3 行", field)]
    assert words in sentence(found)
    assert sentence(found).startswith(f"监测列表.csv 第 3 行：{field}：")


def test_several_problems_are_all_told_and_nothing_is_imported(path: Path) -> None:
    found = read(path, HEADER, ROW, "60051,x,1470", "000001.SZ,12,11,5,13,maybe", "000002.SZ")
    assert problems(found) == [
        ("第 3 行", "symbol"),
        ("第 3 行", "entry_low"),
        ("第 4 行", "quant_enabled"),
    ]
    with pytest.raises(BadInput) as caught:
        found.require()
    assert str(caught.value).splitlines() == [str(problem) for problem in found.problems]


def test_several_wrong_levels_of_one_row(path: Path) -> None:
    found = read(path, HEADER, "600519.SH,1450.001,1470,-1,1360.001,1,7")
    assert problems(found) == [
        ("第 2 行", "entry_low"),
        ("第 2 行", "take_profit"),
        ("第 2 行", "stop_loss"),
        ("第 2 行", "max_position_pct"),
    ]


def test_a_note_over_two_lines_counts_as_one_row(path: Path) -> None:
    found = read(path, "symbol,note", '600519,"第一行\n第二行"', "bad,")
    assert problems(found) == [("第 3 行", "symbol")]


def test_an_etf_has_its_own_tick(path: Path) -> None:
    assert read(path, "symbol,stop_loss", "510300.SH,4.718").require()[0].stop_loss == Decimal("4.718")
    assert "0.001 的整数倍" in sentence(read(path, "symbol,stop_loss", "510300.SH,4.7185"))


def test_a_comma_too_many(path: Path) -> None:
    found = read(path, "symbol,note", "600519,先看,再说")
    assert problems(found) == [("第 2 行", "")]
    assert "再说" in sentence(found)
    assert "双引号" in sentence(found)


def test_an_open_quote(path: Path) -> None:
    found = read(path, "symbol,note", "000001.SZ,x", '600519,"没有关上', "000002.SZ,y")
    assert problems(found) == [("第 3 行", "")]
    assert "引号" in sentence(found)


@pytest.mark.parametrize("lines", [[], ["代码,名称", "600519,贵州茅台"], ["600519.SH,1450,1470"]])
def test_a_file_without_a_symbol_column(path: Path, lines: list[str]) -> None:
    found = read(path, *lines)
    assert problems(found) == [("第 1 行", "symbol")]
    assert HEADER in sentence(found)


def test_a_header_alone_is_an_empty_watchlist(path: Path) -> None:
    assert read(path, HEADER) == WatchlistFile((), (), ())


def test_a_column_twice(path: Path) -> None:
    assert problems(read(path, "symbol,note,Note", "600519,a,b")) == [("第 1 行", "note")]


def test_a_column_without_a_name(path: Path) -> None:
    assert problems(read(path, "symbol,,note", "600519,a,b")) == [("第 1 行", "")]
    assert read(path, "symbol,note,,", "600519,b,,").require()[0].note == "b"


def test_a_file_that_is_not_there(path: Path) -> None:
    (problem,) = read_watchlist(path).problems
    assert str(path) in str(problem)
    assert "打不开" in str(problem)


def test_a_folder(tmp_path: Path) -> None:
    (problem,) = read_watchlist(tmp_path).problems
    assert str(tmp_path) in str(problem)


@pytest.mark.parametrize(
    "data", [b"\xef\xbb\xbfsymbol\n\xff\xfe", b"\x89PNG\r\n\x1a\n\x00\xff\xff", b"\xff\xfe\x00"]
)
def test_a_file_that_is_no_text(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    found = read_watchlist(path)
    assert found.items == ()
    assert "另存为" in sentence(found)


def test_the_committed_default_watchlist_is_sound() -> None:
    resources = Path(__file__).resolve().parents[3] / "resources"
    found = read_watchlist(resources / "default_watchlist.csv")
    assert (found.problems, found.unknown_columns) == ((), ())


# writing


def test_what_is_written(path: Path) -> None:
    etf = WatchItem("w-510300.SH", Symbol("510300.SH"), stop_loss=Decimal("4.7"))
    write_watchlist(path, [MOUTAI, etf])
    data = path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf"), "Excel in China takes a file without the mark for GBK"
    assert data.decode("utf-8-sig").split("\r\n") == [
        HEADER,
        "600519.SH,1450.00,1470.00,1650.00,1360.00,1,0.2,1,0,5000,白酒,等回调",
        "510300.SH,,,,4.700,0,0.2,1,1,5000,,",
        "",
    ]


def test_alerts_and_interval_are_written_only_where_they_differ(path: Path) -> None:
    quiet = replace(MOUTAI, alerts=False, interval_s=300)
    write_watchlist(path, [quiet])
    assert path.read_text(encoding="utf-8-sig").splitlines()[0] == f"{HEADER},alerts,interval_s"
    assert read_watchlist(path).require() == (quiet,)


def test_a_write_that_fails_leaves_the_old_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_watchlist(path, [MOUTAI])
    before = path.read_bytes()

    def full(fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(watchlist_writing.os, "fsync", full)
    with pytest.raises(BadInput, match="原文件没有改动") as caught:
        write_watchlist(path, [MOUTAI, MOUTAI])
    assert str(path) in str(caught.value)
    assert path.read_bytes() == before
    assert os.listdir(path.parent) == [path.name]


def test_a_place_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="nowhere"):
        write_watchlist(tmp_path / "nowhere" / "w.csv", [MOUTAI])


# there and back

_texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
_known = {*COLUMNS, "alerts", "interval_s"}
_extra_names = st.lists(
    _texts.filter(lambda name: name.strip() and name.strip().lower() not in _known), max_size=3, unique=True
)


@st.composite
def _items(draw: st.DrawFn, extra_names: list[str]) -> WatchItem:
    symbol = Symbol(draw(st.sampled_from(["600519.SH", "000001.SZ", "688981.SH", "920118.BJ", "510300.SH"])))
    tick = tick_size(symbol)
    steps = draw(st.lists(st.integers(1, 200_000), min_size=4, max_size=4, unique=True).map(sorted))
    stop, low, high, target = (tick * step for step in steps)
    zone = draw(st.booleans())
    return WatchItem(
        item_id="",
        symbol=symbol,
        entry_low=low if zone else None,
        entry_high=draw(st.sampled_from([low, high])) if zone else None,
        take_profit=draw(st.sampled_from([None, target])),
        stop_loss=draw(st.sampled_from([None, stop])),
        quant=QuantConfig(
            enabled=draw(st.booleans()),
            max_position_pct=draw(st.decimals(0, 1, places=draw(st.integers(0, 6)))),
            auto_stop_loss=draw(st.booleans()),
            auto_take_profit=draw(st.booleans()),
            min_trade_amount=draw(st.decimals(0, 10**9, places=2)),
        ),
        alerts=draw(st.booleans()),
        interval_s=draw(st.integers(0, 86_400)),
        group=draw(_texts),
        note=draw(_texts),
        extra=tuple((name, draw(_texts)) for name in extra_names),
    )


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_export_then_import_is_identity(path: Path, data: st.DataObject) -> None:
    names = data.draw(_extra_names)
    items = data.draw(st.lists(_items(names), max_size=5))
    write_watchlist(path, items)
    found = read_watchlist(path)
    assert [str(problem) for problem in found.problems] == []
    assert [replace(item, item_id="") for item in found.items] == items
    assert found.unknown_columns == (tuple(names) if items else ())
    # And a second time to the letter: the ids too, and the bytes.
    first = path.read_bytes()
    write_watchlist(path, found.items)
    assert path.read_bytes() == first
    assert read_watchlist(path) == found


@pytest.mark.parametrize(
    ("separator", "encoding"), [("\t", "utf-16"), ("\t", "utf-8"), (";", "utf-8-sig"), (";", "gb18030")]
)
def test_the_other_ways_of_excel_are_read_too(tmp_path: Path, separator: str, encoding: str) -> None:
    lines = ["symbol,entry_low,entry_high,note", "600519.SH,1440.00,1480.00,茅台"]
    path = tmp_path / "excel.csv"
    path.write_bytes("\r\n".join(line.replace(",", separator) for line in lines).encode(encoding))
    read = read_watchlist(path)
    assert not read.problems
    ((symbol, low, note),) = [(item.symbol, item.entry_low, item.note) for item in read.items]
    assert (symbol, low, note) == ("600519.SH", Decimal("1440.00"), "茅台")


@pytest.mark.parametrize("start", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1"])
def test_a_workbook_is_called_one(tmp_path: Path, start: bytes) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(start + bytes(200))
    (problem,) = read_watchlist(path).problems
    assert "list.csv" in str(problem)
    assert "Excel 工作簿" in str(problem)


@pytest.mark.parametrize("note", ["茅台", "联通", "茅台，回踩再进", "café"])
def test_few_letters_are_read_in_the_writers_encoding(tmp_path: Path, note: str) -> None:
    for encoding in ("gb18030", "utf-8-sig" if note == "café" else "utf-8"):
        path = tmp_path / "few.csv"
        path.write_bytes(f"symbol,note\n600519.SH,{note}\n".encode(encoding))
        (item,) = read_watchlist(path).items
        assert item.note == note, encoding
