"""vnpy_xt 1.4.6 on vnpy 4.5.0, unmodified: gateway and data feed, without a window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.foreign.running import ACCOUNT, PROGRAMS, command, held, run, terminal_of


def test_vnpy_xt_trades_a_day(tmp_path: Path, python_of: Callable[[str], Path]) -> None:
    folder, work = tmp_path / "sim", tmp_path / "work"
    words = command(
        python_of("vnpy_xt"),
        PROGRAMS / "vnpy_xt_program.py",
        str(tmp_path / "qmt"),
        folder=folder,
        faults=[{"fault": "disconnect_after", "on": "orderStock", "nth": 7}],
        work=work,
    )
    done = run(words, work)
    connected = done.step("connected")
    assert connected["contracts"] == ["000001.SZSE", "510300.SSE", "600000.SSE"]
    assert connected["account"] == [ACCOUNT, 1_010_000, 1_000_000]
    assert connected["position"] == ["600000.SSE", 1000, 1000]
    tick = done.step("tick")
    assert (tick["vt_symbol"], tick["name"], tick["limits"]) == ("600000.SSE", "浦发银行", [10.89, 8.91])
    assert tick["bid"] < tick["ask"]
    bought = done.step("bought")
    assert (bought["traded"], bought["volume"], bought["price"]) == (300, 300, 10.0)
    assert done.step("cancelled")["active"] == []
    assert done.step("sold")["traded"] == 400
    assert done.step("market_order")["order_id"] == "", "the gateway knows limit orders only, and says so"
    said = done.step("refused")["said"]
    assert len(said) == 3
    assert any("[260200][可用资金不足]" in text for text in said)
    again = done.step("reconnected")
    assert again["said"] == ["交易接口连接断开，请检查与客户端的连接状态", "交易接口重连成功"]
    assert again["trades"] == 4
    assert done.code == 0, done.err
    with terminal_of(folder) as terminal:
        fills = [(trade.symbol, trade.volume) for trade in terminal.trades(ACCOUNT)]
        assert fills == [("600000.SH", 300), ("600000.SH", 400), ("600000.SH", 100), ("600000.SH", 100)]
        assert held(terminal, "600000.SH") == 1100


def test_vnpy_xt_reads_history(tmp_path: Path, python_of: Callable[[str], Path]) -> None:
    work = tmp_path / "work"
    words = command(
        python_of("vnpy_xt"), PROGRAMS / "vnpy_xt_feed_program.py", folder=None, market="builtin", work=work
    )
    done = run(words, work)
    assert done.step("started") == {"step": "started", "started": True, "said": []}
    minutes = done.step("minutes")
    assert minutes["first"] == "2026-11-19 09:30:00+08:00", "vnpy stamps a bar with its beginning"
    assert minutes["count"] == 240
    assert minutes["last"] >= "2026-11-20 10:00:00+08:00"
    assert done.step("days")["days"][:4] == ["20261116", "20261117", "20261118", "20261119"]
    ticks = done.step("ticks")
    assert ticks["count"] > 1
    assert 0 < ticks["bid"] < ticks["ask"]
    assert ticks["said"] == []
    assert done.code == 0, done.err
