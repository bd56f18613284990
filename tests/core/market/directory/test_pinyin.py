"""Initials of names as users type them."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from core.market.directory.builtin_instruments import builtin_rows
from core.market.directory.pinyin import initials_of, initials_of_all, plain_name


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("贵州茅台", "GZMT"),
        ("平安银行", "PAYH"),
        ("重庆啤酒", "CQPJ"),
        ("中国重汽", "ZGZQ"),
        ("三一重工", "SYZG"),
        ("长城汽车", "CCQC"),
        ("长电科技", "CDKJ"),
        ("成长ETF", "CZETF"),
        ("厦门钨业", "XMWY"),
        ("浙江广厦", "ZJGS"),
        ("厦工股份", "XGGF"),
        ("张家港行", "ZJGH"),
        ("渝农商行", "YNSH"),
        ("乐歌股份", "LGGF"),
        ("四川长虹", "SCCH"),
        ("广晟有色", "GSYS"),
        ("奇正藏药", "QZZY"),
        ("一汽解放", "YQJF"),
        ("重药控股", "CYKG"),
        ("郴电国际", "CDGJ"),
        ("乐普医疗", "LPYL"),
        ("乐山电力", "LSDL"),
        ("东阿阿胶", "DEEJ"),
        ("西藏矿业", "XZKY"),
        ("藏格矿业", "ZGKY"),
        ("会稽山", "KJS"),
        ("永安行", "YAX"),
        ("大参林", "DSL"),
        ("TCL科技", "TCLKJ"),
        ("*ST国华", "STGH"),
        ("万科Ａ", "WKA"),
        ("五 粮 液", "WLY"),
        ("五　粮　液", "WLY"),
        ("中证A500ETF", "ZZA500ETF"),
        ("R-001", "R001"),
        ("寒武纪-U", "HWJU"),
    ],
)
def test_usual_reading(name: str, initials: str) -> None:
    assert initials_of(name)[0] == initials


def test_other_readings_of_a_polyphone_are_kept_and_bounded() -> None:
    assert initials_of("重庆啤酒") == ("CQPJ", "ZQPJ")
    assert initials_of("贵州茅台") == ("GZMT",)
    assert len(initials_of("长长长长长长")) == 8


@pytest.mark.parametrize("name", ["", "  ", "*-（）"])
def test_a_name_of_marks_has_no_initials(name: str) -> None:
    assert initials_of(name) == ()


def test_names_are_written_in_one_way() -> None:
    assert plain_name(" 五　粮 液\t") == "五粮液"
    assert plain_name("万科Ａ") == "万科A"
    assert plain_name("＊ＳＴ国华") == "*ST国华"


def test_the_built_in_initials_are_those_of_this_module() -> None:
    rows = list(builtin_rows())
    assert len(rows) > 400
    for (symbol, name, initials), found in zip(
        rows, initials_of_all(name for _, name, _ in rows), strict=True
    ):
        assert found == initials, symbol
        assert plain_name(name) == name, symbol


def test_five_and_a_half_thousand_names_are_one_call(capsys: pytest.CaptureFixture[str]) -> None:
    names = [f"{name}{number}" for number in range(13) for _, name, _ in builtin_rows()][:5_500]
    start = time.perf_counter()
    assert len(initials_of_all(names)) == 5_500
    with capsys.disabled():
        print(f"\n5,500 names: {time.perf_counter() - start:.2f} s")


def test_importing_the_module_and_the_directory_does_not_import_pypinyin() -> None:
    code = "import sys, core.market.directory.directory as d; d.InstrumentDirectory().resolve('gzmt'); print('pypinyin' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
