"""Programs in the words of public guides, and the vendor's own example, as they are printed. No environment is needed."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.foreign.running import (
    ACCOUNT,
    HERE,
    PROGRAMS,
    command,
    held,
    run,
    terminal_of,
)

GUIDES_ACCOUNT = "1000000365"
GUIDES_BOOK = {"600000.SH": {"last": 10.45, "preClose": 10.4, "name": "浦发银行"}}
"""Both guides buy at 10.50; at a last price of 10.00 the price cage would refuse that."""


def vendors_example() -> str:
    """The first program of the manual that comes with the package."""
    found = importlib.util.find_spec("xtquant")
    assert found is not None
    assert found.origin is not None
    manual = (Path(found.origin).parent / "doc" / "xttrader.md").read_text(encoding="utf-8")
    return manual.split("```Python\n", 1)[1].split("```", 1)[0]


@pytest.mark.skipif(sys.platform == "win32", reason="a program that never ends is ended by Ctrl-C here")
def test_the_example_of_the_vendors_manual_runs_as_printed(tmp_path: Path) -> None:
    folder, work = tmp_path / "sim", tmp_path / "work"
    program = work / "demo.py"
    words = command(
        HERE,
        program,
        folder=folder,
        cash=[f"{GUIDES_ACCOUNT}=1000000"],
        positions=[],
        book=GUIDES_BOOK,
        work=work,
    )
    program.write_text(vendors_example(), encoding="utf-8")
    # It waits for ever at its end. Ctrl-C comes when it surely has come there; on a slow machine later.
    for patience_s in (3, 8, 20):
        lines = run(words, work, interrupt_after_s=patience_s).out.splitlines()
        if lines[-2:-1] == ["position:"]:
            break
        shutil.rmtree(folder)
    out = "\n".join(lines)
    # Callbacks print from another thread, in between the words of a line, so only what stands alone can be asked for.
    for words in ("demo test", "on order callback:", "on trade callback", "asset:", "order:", "last trade:"):
        assert words in out
    assert lines[-1] == f"{GUIDES_ACCOUNT} 600000.SH 400"
    with terminal_of(folder) as terminal:
        assert [trade.volume for trade in terminal.trades(GUIDES_ACCOUNT)] == [200, 200]


def test_a_quick_guide_runs_as_printed(tmp_path: Path) -> None:
    folder, work = tmp_path / "sim", tmp_path / "work"
    program = work / "qmt_quickstart.py"
    words = command(
        HERE,
        program,
        folder=folder,
        cash=[f"{GUIDES_ACCOUNT}=1000000"],
        positions=[],
        book=GUIDES_BOOK,
        work=work,
    )
    program.write_text((PROGRAMS / "qmt_quickstart.txt").read_text(encoding="utf-8"), encoding="utf-8")
    done = run(words, work)
    assert done.code == 0, done.err
    lines = done.out.splitlines()
    for line in (
        "connect: 0",
        "subscribe: 0",
        "cash: 1000000.0",
        "positions_cnt: 0",
        "orders_cnt: 0",
        "trades_cnt: 0",
    ):
        assert line in lines
    for words in ("order_id:", "order_cb:", "trade_cb:", "cancel_ret:"):
        assert words in done.out
    with terminal_of(folder) as terminal:
        (order,) = terminal.orders(GUIDES_ACCOUNT)
        assert (order.symbol, order.traded_volume, order.remark) == ("600000.SH", 200, "remark")


@pytest.fixture(params=["of this project", "of 2024"])
def python(request: pytest.FixtureRequest, python_of: Callable[[str], Path]) -> Path | str:
    """A Python with the xtquant of this project, and one with an older version."""
    return HERE if request.param == "of this project" else python_of("xtquant_2024")


def test_a_strategy_in_the_tick_callback_lives_through_a_lost_terminal(
    tmp_path: Path, python: Path | str
) -> None:
    folder, work = tmp_path / "sim", tmp_path / "work"
    words = command(
        python,
        PROGRAMS / "tick_strategy.py",
        str(tmp_path / "userdata_mini"),
        folder=folder,
        faults=[{"fault": "disconnect_all", "on": "orderStock", "nth": 3}],
        speed=5,
        work=work,
    )
    done = run(words, work)
    first = done.step("first")
    assert (first["connected"], first["subscribed"], first["accepted"]) == (0, 0, [True, True])
    assert first["filled"] == [["tick1", 100], ["tick2", 100]]
    assert done.step("run_ended")["said"] == "行情服务连接断开"
    assert done.step("run_ended")["trader_heard"] is True
    second = done.step("second")
    assert second["asset_without_connection"] is None
    assert second["ticks_of_the_first"] == 0, "its subscription went with the connection"
    assert second["filled"] == [["tick1", 100], ["tick2", 100]]
    assert done.code == 0, done.err
    with terminal_of(folder) as terminal:
        assert held(terminal, "600000.SH") == 1000 + 5 * 100


def test_a_daily_selection_trades_the_built_in_market(tmp_path: Path, python: Path | str) -> None:
    folder, work = tmp_path / "sim", tmp_path / "work"
    words = command(
        python,
        PROGRAMS / "ma_cross.py",
        str(tmp_path / "userdata_mini"),
        folder=folder,
        positions=[],
        market="builtin",
        work=work,
    )
    done = run(words, work)
    selected = done.step("selected")
    pool = selected["pool"]
    assert pool > 280
    assert selected["progress"] == [pool, pool]
    assert selected["rows"] == [60]
    assert selected["wide"] == [pool, 20]
    traded = done.step("traded")
    assert traded["positions"] == sorted(selected["chosen"])
    assert traded["whole"] is True
    assert done.code == 0, done.err
    with terminal_of(folder) as terminal:
        assert len(terminal.trades(ACCOUNT)) >= len(selected["chosen"])
