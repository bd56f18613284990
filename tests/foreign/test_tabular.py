"""xtdata's calls that want pyarrow, in the one environment that has it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.foreign.running import PROGRAMS, command, run


def test_bars_come_as_one_table(tmp_path: Path, python_of: Callable[[str], Path]) -> None:
    work = tmp_path / "work"
    words = command(
        python_of("qka"), PROGRAMS / "tabular_program.py", folder=None, market="builtin", work=work
    )
    done = run(words, work)
    assert done.step("listening")["at"] == ["0.0.0.0", 58_615]
    table = done.step("table")
    assert {"symbol", "time", "close", "volume"} <= set(table["columns"])
    assert table["codes"] == ["000001.SZ", "600519.SH"]
    assert table["rows"] == 6
    assert table["days"] == ["2026-11-18", "2026-11-19", "2026-11-20"]
    same = done.step("same")
    assert same["closes"][:2] == same["tabular"][:2], "the last one grows in between"
    assert done.step("sectors")["rows"] == 0
    assert done.code == 0, done.err
