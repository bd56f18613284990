"""vnpy_qmt 0.3.3 on vnpy 4.5.0, unmodified, without a window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.foreign.running import ACCOUNT, PROGRAMS, command, held, run, terminal_of


def test_vnpy_qmt_trades_a_day(tmp_path: Path, python_of: Callable[[str], Path]) -> None:
    folder, work = tmp_path / "sim", tmp_path / "work"
    words = command(
        python_of("vnpy_qmt"),
        PROGRAMS / "vnpy_qmt_program.py",
        str(tmp_path / "userdata_mini"),
        folder=folder,
        faults=[{"fault": "disconnect_after", "on": "orderStock", "nth": 8}],
        work=work,
    )
    done = run(words, work)
    connected = done.step("connected")
    assert connected["contracts"] == ["000001.SZSE", "510300.SSE", "600000.SSE"]
    assert connected["account"] == [ACCOUNT, 1_010_000]
    assert connected["position"] == ["600000.SSE", 1000, 1000]
    tick = done.step("tick")
    assert (tick["vt_symbol"], tick["name"], tick["limits"]) == ("600000.SSE", "浦发银行", [10.89, 8.91])
    bought = done.step("bought")
    assert (bought["traded"], bought["volume"], bought["price"]) == (300, 300, 10.0)
    assert done.step("cancelled")["said"] == ["[QMT] [ td ] 撤单结果： 0"]
    assert done.step("sold")["traded"] == 400
    assert done.step("market_order")["status"] == "ALLTRADED", "the vendor's latest price"
    said = done.step("refused")["said"]
    assert len(said) == 3
    assert any("[260200][可用资金不足]" in text for text in said)
    again = done.step("reconnected")
    assert again["attempts"] > 1
    assert again["failed"], "a session number in use, or used a moment ago, is refused"
    assert not again["known"], (
        "without a connection the answer has no remark, by which this gateway knows its orders"
    )
    assert done.code == 0, done.err
    with terminal_of(folder) as terminal:
        fills = [trade.volume for trade in terminal.trades(ACCOUNT)]
        assert fills == [300, 400, 100, 100, 100]
        assert held(terminal, "600000.SH") == 1200
        assert len(terminal.orders(ACCOUNT)) == 8, (
            "two limit orders more were refused at the counter; one never came in"
        )
