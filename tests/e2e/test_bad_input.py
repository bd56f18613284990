"""Wrong input at the command line: a sentence that names file, row and field, exit code 2, and nothing lost."""

from __future__ import annotations

import gzip
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from core.errors import JournalError
from core.service import commands as c
from core.service.news import CommandAnswered
from core.service.replay import main as replay_command
from tests.fakes.desk import ROOT, LockstepDesk, steps
from tests.fakes.records import item

GOOD_LIST = (
    "symbol,entry_low,entry_high,take_profit,stop_loss,quant_enabled\n600000.SH,9.90,10.10,11.00,9.50,1\n"
)
PRICES = ",".join(
    f"{side}{what}" for side in ("ask", "bid") for what in ("Price1", "Price2", "Price3", "Price4", "Price5")
)
VOLUMES = ",".join(f"{side}Vol{n}_sh" for side in ("ask", "bid") for n in range(1, 6))
TICK_HEADER = f"code,time,lastPrice,open,high,low,lastClose,amount,pvolume,{PRICES},{VOLUMES},phase"
TICK = "600000.SH,1795138209000,10.05,10.0,10.1,9.9,10.0,1000.0,100,10.06,0,0,0,0,10.05,0,0,0,0,500,0,0,0,0,500,0,0,0,0,TRADE"
Run = Callable[..., tuple[int, str, Path]]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command on a watchlist and ticks; gives exit code, what it said, and the report's path."""

    def go(
        watchlist: str = GOOD_LIST, ticks: str | bytes = f"{TICK_HEADER}\n{TICK}\n", *more: str
    ) -> tuple[int, str, Path]:
        (tmp_path / "w.csv").write_text(watchlist, encoding="utf-8")
        file = tmp_path / "day.csv.gz"
        file.write_bytes(gzip.compress(ticks.encode()) if isinstance(ticks, str) else ticks)
        out = tmp_path / "out.json"
        code = replay_command(
            [str(file), "--watchlist", str(tmp_path / "w.csv"), "--report", str(out), *more]
        )
        return code, capsys.readouterr().err, out

    return go


def test_good_input_is_taken(run: Run) -> None:
    code, said, out = run()
    assert (code, said) == (0, "")
    assert out.exists()


LISTS = {
    "zone upside down": (
        "600000.SH,10.10,9.90,11.00,9.50,1",
        ("w.csv 第 2 行", "entry_low", "上下颠倒", "10.10"),
    ),
    "price off the tick": (
        "600000.SH,9.905,10.10,11.00,9.50,1",
        ("w.csv 第 2 行", "entry_low", "0.01", "9.90 或 9.91"),
    ),
    "not a number": ("600000.SH,abc,10.10,11.00,9.50,1", ("w.csv 第 2 行", "entry_low", "“abc”不是数字")),
    "no security": ("123.XX,9.90,10.10,11.00,9.50,1", ("w.csv 第 2 行", "symbol", "123", "6 位")),
    "lost zeros": ("1,9.90,10.10,11.00,9.50,1", ("w.csv 第 2 行", "symbol", "000001.SZ")),
    "no switch": ("600000.SH,9.90,10.10,11.00,9.50,maybe", ("w.csv 第 2 行", "quant_enabled", "maybe")),
    "stop above the zone": ("600000.SH,9.90,10.10,11.00,9.95,1", ("w.csv 第 2 行", "stop_loss", "9.95")),
    "open quote": ('600000.SH,9.90,"10.10,11.00', ("w.csv 第 2 行", "引号")),
    "too many cells": ("600000.SH,9.90,10.10,11.00,9.50,1,7,8", ("w.csv 第 2 行", "7，8")),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_malformed_watchlist_row_is_named(name: str, run: Run) -> None:
    row, words = LISTS[name]
    header = GOOD_LIST.splitlines()[0]
    code, said, out = run(f"{header}\n{row}\n")
    assert code == 2
    for word in words:
        assert word in said
    assert not out.exists()


def test_unknown_columns_are_named_and_do_no_harm(run: Run) -> None:
    code, said, out = run(GOOD_LIST.replace("quant_enabled", "quant_enabled,颜色").replace(",1\n", ",1,红\n"))
    assert (code, said) == (0, "w.csv：不认识的列 颜色，没有使用。\n")
    assert out.exists()


def test_all_wrong_rows_are_told_at_once(run: Run) -> None:
    header = GOOD_LIST.splitlines()[0]
    code, said, _ = run(f"{header}\n600000.SH,10.10,9.90,,,1\n000001.SZ,1,2,3,x,1\n")
    assert code == 2
    assert "w.csv 第 2 行：entry_low" in said
    assert "w.csv 第 3 行：stop_loss" in said


def test_a_missing_watchlist_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert replay_command(["x.csv", "--watchlist", str(tmp_path / "none.csv")]) == 2
    assert "none.csv" in capsys.readouterr().err


FILES: dict[str, tuple[str | bytes, tuple[str, ...]]] = {
    "truncated gzip": (
        gzip.compress(f"{TICK_HEADER}\n{TICK}\n".encode())[:-9],
        ("day.csv.gz", "不完整或已损坏"),
    ),
    "no gzip": (b"plain text", ("day.csv.gz", "不是 gzip")),
    "missing column": (
        f"{TICK_HEADER.replace('lastPrice,', '')}\n{TICK}\n",
        ("day.csv.gz 第 1 行", "lastPrice"),
    ),
    "not a number": (
        f"{TICK_HEADER}\n{TICK}\n{TICK.replace('10.05', 'x', 1)}\n",
        ("day.csv.gz 第 3 行", "lastPrice", "「x」"),
    ),
    "short row": (f"{TICK_HEADER}\n{TICK[:40]}\n", ("day.csv.gz 第 2 行", "列")),
    "negative price": (
        f"{TICK_HEADER}\n{TICK.replace('10.05', '-1', 1)}\n",
        ("day.csv.gz 第 2 行", "lastPrice", "负数"),
    ),
    "no such security": (f"{TICK_HEADER}\n{TICK.replace('600000', '333333')}\n", ("day.csv.gz", "333333.SH")),
    "crossed book": (
        f"{TICK_HEADER}\n{TICK.replace(',10.06,', ',10.04,')}\n",
        ("day.csv.gz 第 2 行", "bidPrice1", "交叉"),
    ),
    "empty": ("", ("day.csv.gz", "空")),
    "no rows": (f"{TICK_HEADER}\n", ("day.csv.gz", "没有一行")),
    "not text": (gzip.compress(b"\xff\xfe\x00\x80" * 40), ("day.csv.gz", "UTF-8")),
}


@pytest.mark.parametrize("name", FILES)
def test_a_malformed_tick_file_is_named(name: str, run: Run) -> None:
    ticks, words = FILES[name]
    code, said, out = run(GOOD_LIST, ticks)
    assert code == 2
    for word in words:
        assert word in said
    assert not out.exists()


ARGUMENTS = {
    ("--position", "600000.SH=100"): "600000.SH=100",
    ("--position", "600000.SH=x@9.00"): "不是数字",
    ("--position", "600000.SH=-5@9.00"): "大于 0",
    ("--position", "666.SH=100@9.00"): "代码 666",
    ("--position", "000001.SZ=100@9.00"): "没有 000001.SZ 的行情",
    ("--cash", "much"): "--cash",
    ("--cash", "-1"): "--cash",
    ("--latency-ms", "-1"): "--latency-ms",
}


@pytest.mark.parametrize("arguments", list(ARGUMENTS), ids="=".join)
def test_a_wrong_argument_is_named(arguments: tuple[str, str], run: Run) -> None:
    code, said, out = run(GOOD_LIST, f"{TICK_HEADER}\n{TICK}\n", "=".join(arguments))
    assert code == 2
    assert ARGUMENTS[arguments] in said
    assert arguments[0] in said
    assert not out.exists()


def test_a_position_given_twice_is_not_half_taken(run: Run) -> None:
    twice = ("--position=600000.SH=1000@9.00", "--position=600000.SH=500@8.00")
    code, said, out = run(GOOD_LIST, f"{TICK_HEADER}\n{TICK}\n", *twice)
    assert (code, out.exists()) == (2, False)
    assert "--position" in said
    assert "600000.SH 给了两次" in said


def test_a_report_that_cannot_be_written_leaves_the_old_one(run: Run, tmp_path: Path) -> None:
    """The place of the report is a folder: a sentence, and what was there is still there."""
    (tmp_path / "out.json").mkdir()
    (tmp_path / "out.json" / "kept").write_text("1")
    code, said, out = run()
    assert code == 2
    assert str(out) in said
    assert [path.name for path in out.iterdir()] == ["kept"]
    assert not list(tmp_path.glob("*.part"))


def test_the_real_command_says_it_on_stderr_and_exits_2(tmp_path: Path) -> None:
    bad = tmp_path / "坏.csv"
    bad.write_text("symbol,entry_low\n600000.SH,zz\n", encoding="utf-8")
    command = [sys.executable, "-m", "desktop", "replay", "x.csv.gz", "--watchlist", str(bad)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("坏.csv 第 2 行：entry_low：“zz”不是数字")
    assert "Traceback" not in done.stderr


# the database


def test_a_folder_in_the_place_of_the_journal_is_named(tmp_path: Path) -> None:
    journal = tmp_path / "desk" / "journal.db"
    journal.mkdir(parents=True)
    with pytest.raises(JournalError, match="文件夹") as caught:
        LockstepDesk(tmp_path / "desk", steps("600000.SH", "09:31:00", ["10.05"]), [item()]).run()
    assert str(journal) in str(caught.value)
    assert list(journal.iterdir()) == []


def test_a_damaged_journal_is_named_and_stays_as_it_is(tmp_path: Path) -> None:
    first = LockstepDesk(tmp_path / "desk", steps("600000.SH", "09:31:00", ["10.05"] * 3), [item()]).run()
    data = bytearray(first.journal_path.read_bytes())
    data[4096 : 4096 + 2000] = b"\xa5" * 2000
    first.journal_path.write_bytes(data)
    with pytest.raises(JournalError, match="损坏") as caught:
        LockstepDesk(tmp_path / "desk", steps("600000.SH", "09:40:00", ["10.05"])).run()
    assert str(first.journal_path) in str(caught.value)
    assert first.journal_path.read_bytes() == bytes(data)


def test_a_journal_of_another_program_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "desk"
    folder.mkdir()
    with closing(sqlite3.connect(folder / "journal.db")) as other:
        other.execute("CREATE TABLE theirs (x)")
        other.commit()
    before = (folder / "journal.db").read_bytes()
    with pytest.raises(JournalError, match="别的程序"):
        LockstepDesk(folder, steps("600000.SH", "09:31:00", ["10.05"]), [item()]).run()
    assert (folder / "journal.db").read_bytes() == before


def test_an_import_with_one_wrong_row_changes_nothing(tmp_path: Path) -> None:
    """The window's command: the sentence names file, row and field, and the watchlist stays."""
    bad = tmp_path / "import.csv"
    bad.write_text("symbol,entry_low,entry_high\n000001.SZ,9,10\n000002.SZ,12,11\n", encoding="utf-8")
    day = LockstepDesk(tmp_path / "desk", steps("600000.SH", "09:31:00", ["10.50"] * 4), [item()])
    day.command_at("09:31:03", c.ImportWatchlist("i", str(bad)))
    day.run()
    (answer,) = day.told(CommandAnswered)
    assert not answer.ok
    assert "import.csv 第 3 行：entry_low" in answer.text
    assert day.rows("SELECT item_id FROM watch_items") == [("w",)]
