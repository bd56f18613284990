"""What a program finds when it is started by the simulator is what it finds when Python starts it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.core.simqmt.running.test_runner import ROOT, command, environment, run, xtquant_folder

WAITS = """
import time

def wait():
    print("ready", flush=True)
    time.sleep(60)

wait()
"""
OWN = """
import email, signal, sys
from xtquant import xttrader
print(email.MINE, signal.MINE, sys.modules["email"].__file__ == email.__file__)
"""


def test_a_module_of_the_programs_own_wins_over_one_of_pythons_that_was_loaded_before(tmp_path: Path) -> None:
    (tmp_path / "email").mkdir()
    (tmp_path / "email" / "__init__.py").write_text("MINE = 'sends letters'", encoding="utf-8")
    (tmp_path / "signal.py").write_text("MINE = 'buys and sells'", encoding="utf-8")
    (tmp_path / "queue").mkdir()  # no package: Python's own is found first, here as there
    done = run(tmp_path, "--quiet", "program.py", program=OWN)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "sends letters buys and sells True"


@pytest.mark.skipif(sys.platform == "win32", reason="signals to another console group need a console")
def test_ctrl_c_shows_the_program_and_nothing_of_ours(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(WAITS, encoding="utf-8")
    started = subprocess.Popen(
        command("--quiet", "program.py"), cwd=tmp_path, env=environment(), stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert started.stdout is not None
    try:
        assert started.stdout.readline().strip() == "ready"
        started.send_signal(signal.SIGINT)
        _, errors = started.communicate(timeout=30)
    finally:
        started.kill()
    shown = [line for line in errors.splitlines() if line.lstrip().startswith("File ")]
    assert [line.rpartition(" in ")[2] for line in shown] == ["<module>", "wait"]
    assert errors.splitlines()[-1] == "KeyboardInterrupt"
    assert started.returncode in (130, -signal.SIGINT)


POOL = """
import multiprocessing
from xtquant import xtdata, xttrader

def square(number):
    return number * number

if __name__ == "__main__":
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        print(pool.map(square, [2, 3]))
    trader = xttrader.XtQuantTrader("x", 3)
    trader.start()
    print(trader.connect())
    trader.stop()
"""


def test_workers_that_only_calculate_do_so_though_the_programs_file_imports_xtquant(tmp_path: Path) -> None:
    done = run(tmp_path, "--quiet", "program.py", program=POOL)
    told = [line for line in done.stdout.splitlines() if not line.startswith("xtquant")]
    assert (done.returncode, told) == (0, ["[4, 9]", "0"]), done.stderr


AGAIN = """
import sys
from xtquant import xttrader, xtdata

for name in [name for name in sys.modules if name.partition(".")[0] == "xtquant"]:
    del sys.modules[name]
from xtquant import xttrader, xtdata
from xtquant.xttype import StockAccount

trader = xttrader.XtQuantTrader("x", 3)
trader.start()
account = StockAccount("88000001")
print(trader.connect(), trader.subscribe(account), trader.query_stock_asset(account).cash)
print(xtdata.get_full_tick(["600000.SH"])["600000.SH"]["lastClose"] > 0)
trader.stop()
"""


def test_a_program_that_imports_xtquant_anew_finds_the_same_terminal(tmp_path: Path) -> None:
    done = run(tmp_path, "--quiet", "--at", "10:00", "program.py", program=AGAIN)
    told = done.stdout.splitlines()
    assert done.returncode == 0, done.stderr
    assert ("0 0 1000000.0" in told, told[-1]) == (True, "True")


STRANGER = """
from xtquant import xttrader
from xtquant.xttype import StockAccount

trader = xttrader.XtQuantTrader("x", 3)
trader.start()
trader.connect()
for account in (StockAccount("2000128"), StockAccount("2000128"), StockAccount("88000001", "CREDIT")):
    print(trader.subscribe(account), trader.query_stock_asset(account))
trader.stop()
"""


def test_a_program_that_names_an_account_that_is_not_there_is_told_the_cure_once(tmp_path: Path) -> None:
    done = run(tmp_path, "--quiet", "--at", "10:00", "program.py", program=STRANGER)
    assert done.stdout.splitlines() == ["-1 None"] * 3, done.stderr
    told = [line for line in done.stderr.splitlines() if line.startswith("程序")]
    assert len(told) == 2, done.stderr
    assert "--cash 2000128=1000000" in told[0]
    assert ("88000001" in told[1], "只有股票账户" in told[1]) == (True, True)


UNSUPPORTED = """
import threading
from xtquant import xttrader
from xtquant.xttype import StockAccount

trader = xttrader.XtQuantTrader("x", 3)
trader.start()
trader.connect()
account = StockAccount("88000001")
print(trader.query_credit_detail(account), trader.query_credit_detail(account), trader.query_stk_compacts(account))
print(trader.query_secu_account(account)[0].market, trader.query_ipo_data())
waiting = threading.Thread(target=trader.query_com_position, args=(account,), daemon=True)
waiting.start()
waiting.join(1)
print(waiting.is_alive())
trader.stop()
"""


def test_what_the_terminal_does_not_offer_is_said_once_where_the_answer_is_an_empty_list(
    tmp_path: Path,
) -> None:
    done = run(tmp_path, "--quiet", "--at", "10:00", "program.py", program=UNSUPPORTED)
    assert done.stdout.splitlines() == ["[] [] []", "SH {}", "True"], done.stderr
    told = [line for line in done.stderr.splitlines() if line.startswith("程序")]
    assert len(told) == 3, done.stderr
    assert ("query_credit_detail" in told[0], "query_stk_compacts" in told[1]) == (True, True)
    assert all("不支持" in line for line in told[:2])
    assert "query_com_position" in told[2]
    assert "不会返回" in told[2]


HIDES = """
import sys
from importlib.machinery import PathFinder

class NotInstalled:
    def find_spec(self, fullname, path, target=None):
        if fullname != "xtquant" or path is not None:
            return None
        found = PathFinder.find_spec(fullname, [one for one in sys.path if "site-packages" not in one])
        if found is None:
            raise ModuleNotFoundError("No module named 'xtquant'", name="xtquant")
        return found

sys.meta_path.insert(0, NotInstalled())
"""


@pytest.mark.parametrize("brings", [True, False])
def test_where_no_xtquant_is_installed_the_programs_own_copy_serves(tmp_path: Path, brings: bool) -> None:
    (tmp_path / "hiding").mkdir()
    (tmp_path / "hiding" / "sitecustomize.py").write_text(HIDES, encoding="utf-8")
    folder = tmp_path / "program"
    folder.mkdir()
    (folder / "program.py").write_text(
        AGAIN.partition("for name")[0] + "print(xttrader.__file__)", encoding="utf-8"
    )
    if brings:
        native = shutil.ignore_patterns("*.pyd", "*.dll", "doc", "qmttools", "__pycache__")
        shutil.copytree(xtquant_folder(), folder / "xtquant", ignore=native)
    path = os.pathsep.join([str(tmp_path / "hiding"), str(ROOT)])
    done = subprocess.run(
        command("--quiet", str(folder / "program.py")), env=environment() | {"PYTHONPATH": path},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    if brings:
        assert (done.returncode, done.stdout.strip()) == (0, str(folder / "xtquant" / "xttrader.py")), (
            done.stderr
        )
    else:
        assert (done.returncode, "pip install xtquant" in done.stderr) == (2, True), done.stderr


SILENT = """
import sys
from xtquant import xttrader
from xtquant.xttype import StockAccount

sys.stderr = None
trader = xttrader.XtQuantTrader("x", 3)
trader.start()
print(trader.connect(), trader.subscribe(StockAccount("2000128")))
trader.stop()
"""


def test_a_program_without_stderr_is_answered_all_the_same(tmp_path: Path) -> None:
    done = run(tmp_path, "--quiet", "--at", "10:00", "program.py", program=SILENT)
    assert (done.returncode, done.stdout.strip()) == (0, "0 -1")
    assert "--cash 2000128=1000000" in done.stderr
