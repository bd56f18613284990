"""`python -m core.simqmt`: foreign programs as processes of their own, from a folder of their own."""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from core.domain.market import SHANGHAI, datetime_to_ms, ms_to_datetime
from core.errors import BadInput
from core.simqmt.ledger.store import last_moment
from core.simqmt.market.static_file import StaticFileMarket
from core.simqmt.running.options import parse_arguments, start_moment
from core.simqmt.running.program import Hiding

ROOT = Path(__file__).resolve().parents[4]
BOOK = {"600000.SH": {"last": 10.0, "preClose": 9.9, "name": "浦发银行"}}
OWN_PACKAGES = ("core", "desktop", "widgets", "resources", "tests")
TRADES = """
import sys
from xtquant import xttrader, xtdata
from xtquant.xttype import StockAccount

class Callback(xttrader.XtQuantTraderCallback):
    pass

trader = xttrader.XtQuantTrader(r"D:\\\\broker\\\\userdata_mini", 7, Callback())
trader.start()
assert trader.connect() == 0
account = StockAccount("88000001")
assert trader.subscribe(account) == 0
tick = xtdata.get_full_tick(["600000.SH"])["600000.SH"]
order = trader.order_stock(account, "600000.SH", 23, 100, 11, tick["askPrice"][0], "s", "remark")
found = trader.query_stock_order(account, order)
print(found.order_status, found.traded_price, trader.query_stock_asset(account).cash)
"""


def run(
    folder: Path, *arguments: str, program: str = "", timeout: float = 60
) -> subprocess.CompletedProcess[str]:
    if program:
        (folder / "program.py").write_text(program, encoding="utf-8")
    return subprocess.run(
        command(*arguments), cwd=folder, env=environment(), capture_output=True, text=True, timeout=timeout
    )


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-P", "-m", "core.simqmt", *arguments]


def environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "PYTHONUTF8": "1"}


@pytest.fixture
def book(tmp_path: Path) -> str:
    path = tmp_path / "book.json"
    path.write_text(json.dumps(BOOK), encoding="utf-8")
    return f"static:{path}"


def test_a_program_trades_on_a_static_book_whatever_folder_it_names(tmp_path: Path, book: str) -> None:
    done = run(
        tmp_path, "--market", book, "--cash", "88000001=5000", "--at", "2026-11-20 10:00:00", "program.py",
        program=TRADES,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "56 10.0 3994.99"


def test_the_folder_of_the_terminal_keeps_the_accounts(tmp_path: Path, book: str) -> None:
    options = ["--market", book, "--cash", "88000001=5000", "--path", "sim", "--quiet"]
    first = run(tmp_path, *options, "--at", "2026-11-19 10:00:00", "program.py", program=TRADES)
    second = run(tmp_path, *options, "--at", "2026-11-20 10:00:00", "program.py")
    assert (first.stdout.splitlines()[-1], first.stderr) == ("56 10.0 3994.99", "")
    assert second.stdout.splitlines()[-1] == "56 10.0 2989.98"
    last = last_moment(tmp_path / "sim")
    assert last is not None
    assert str(last.day) == "2026-11-20"
    back = run(tmp_path, *options, "--at", "2026-11-19 10:00:00", "program.py")
    assert back.returncode == 2
    assert "2026-11-20" in back.stderr


def test_the_programs_own_packages_win_over_ours(tmp_path: Path, book: str) -> None:
    home = tmp_path / "home"
    for name in OWN_PACKAGES:
        (home / name).mkdir(parents=True)
        (home / name / "mine.py").write_text(f"NAME = 'mine {name}'", encoding="utf-8")
        if name != "tests":  # a folder without __init__.py is a package too
            (home / name / "__init__.py").touch()
    lines = [f"import {name}.mine; print({name}.mine.NAME)" for name in OWN_PACKAGES]
    (home / "program.py").write_text("\n".join(lines) + TRADES, encoding="utf-8")
    done = run(tmp_path, "--market", book, "--at", "10:00", "home/program.py")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[:5] == [f"mine {name}" for name in OWN_PACKAGES]
    assert done.stdout.splitlines()[-1].startswith("56 10.0")


def test_nothing_of_ours_is_left_for_a_program_without_such_packages(tmp_path: Path, book: str) -> None:
    program = (
        f"ours = {OWN_PACKAGES}"
        + """
import importlib, os, sys
left = [name for name in sys.modules if name.partition(".")[0] in ours]
for name in ours:
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        left += [] if error.name == name else [name]
    else:
        left.append(name)
print(left, __name__, sys.argv, os.path.basename(sys.path[0]), os.path.basename(os.environ["PYTHONPATH"]))
"""
    )
    done = run(tmp_path, "--market", book, "program.py", "--at", "-m", "x", program=program)
    assert done.stdout.strip() == f"[] __main__ ['program.py', '--at', '-m', 'x'] {tmp_path.name} guard", (
        done.stderr
    )


def test_a_copy_of_xtquant_inside_the_program_is_served_too(tmp_path: Path, book: str) -> None:
    copied = tmp_path / "lib" / "vendor" / "xtquant"
    native = shutil.ignore_patterns("*.pyd", "*.dll", "doc", "qmttools", "__pycache__")
    shutil.copytree(Path(xtquant_folder()), copied, ignore=native)
    program = TRADES.replace("from xtquant", "from lib.vendor.xtquant")
    done = run(
        tmp_path, "--market", book, "--cash", "88000001=5000", "--at", "10:00", "program.py", program=program
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "56 10.0 3994.99"


CHILDREN = """
import subprocess, sys
USES = {
    "xtquant.xttrader": "XtQuantTrader('x', 1)",
    "xtquant.xtdata": "get_full_tick(['600000.SH'])",
    "lib.xtquant.xttrader": "xtpythonclient.REAL()",
}
for module, use in USES.items():
    for code in (f"import {module}", f"import {module} as m; m.{use}"):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8")
        print(module, done.returncode, "只在启动它的那个进程里" in done.stderr)
own = "import sys, sitecustomize; print(sitecustomize.OWN, [p for p in sys.path if p.endswith('guard')])"
print(subprocess.run([sys.executable, "-c", own], capture_output=True, text=True).stdout.strip())
"""


def test_processes_of_the_program_may_import_xtquant_and_cannot_reach_a_real_terminal(
    tmp_path: Path, book: str
) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "sitecustomize.py").write_text("OWN = 'mine'", encoding="utf-8")
    (tmp_path / "lib" / "xtquant").mkdir(parents=True)
    (tmp_path / "lib" / "xtquant" / "xttrader.py").write_text(
        "from . import xtpythonclient", encoding="utf-8"
    )
    (tmp_path / "lib" / "xtquant" / "xtpythonclient.py").write_text("REAL = True", encoding="utf-8")
    (tmp_path / "program.py").write_text(CHILDREN, encoding="utf-8")
    done = subprocess.run(
        command("--market", book, "program.py"),
        cwd=tmp_path,
        env=environment() | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(tmp_path / "own")])},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.stdout.splitlines() == [
        "xtquant.xttrader 0 False",
        "xtquant.xttrader 1 True",
        "xtquant.xtdata 0 False",
        "xtquant.xtdata 1 True",
        "lib.xtquant.xttrader 0 False",
        "lib.xtquant.xttrader 1 True",
        "mine []",
    ], done.stderr


NOW = "import datetime, time; print(datetime.datetime.now().strftime('%Y-%m-%d %H:%M'), int(time.time()))"
TRAVEL = """
class travel:
    def __init__(self, moment, tick):
        self.said = f"{round(moment)} {tick}"
    def start(self):
        print(self.said)
"""


def test_the_programs_own_time_can_be_the_terminals(tmp_path: Path, book: str) -> None:
    (tmp_path / "time_machine.py").write_text(TRAVEL, encoding="utf-8")
    info = tmp_path / "time_machine-3.0.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: time-machine\nVersion: 3.0.0\n", encoding="utf-8"
    )
    (tmp_path / "program.py").write_text("print('program')", encoding="utf-8")
    asked = command("--market", book, "--at", "2026-11-19 13:30:00", "--fake-time", "program.py")
    paths = os.pathsep.join([str(ROOT), str(tmp_path)])
    done = subprocess.run(
        asked,
        cwd=tmp_path,
        env=environment() | {"PYTHONPATH": paths},
        capture_output=True,
        text=True,
        timeout=60,
    )
    moment = datetime_to_ms(datetime(2026, 11, 19, 13, 30, tzinfo=SHANGHAI)) // 1000
    assert done.stdout.splitlines() == [f"{moment} True", "program"], done.stderr
    assert "--fake-time" not in done.stderr


def test_fake_time_with_the_real_package(tmp_path: Path, book: str) -> None:
    pytest.importorskip("time_machine", reason="an optional package of the user's")
    done = run(
        tmp_path, "--market", book, "--at", "2026-11-19 13:30:00", "--fake-time", "program.py", program=NOW
    )
    moment = datetime_to_ms(datetime(2026, 11, 19, 13, 30, tzinfo=SHANGHAI)) // 1000
    day, clock, seconds = done.stdout.split()
    assert (day, clock) == ("2026-11-19", "13:30"), done.stderr
    assert 0 <= int(seconds) - moment < 30


def test_fake_time_says_what_it_needs(tmp_path: Path, book: str) -> None:
    (tmp_path / "program.py").write_text(NOW, encoding="utf-8")
    (tmp_path / "time_machine.py").write_text("raise ImportError", encoding="utf-8")
    paths = os.pathsep.join([str(ROOT), str(tmp_path)])
    done = subprocess.run(
        command("--market", book, "--fake-time", "program.py"),
        cwd=tmp_path, env=environment() | {"PYTHONPATH": paths}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert "pip install" in done.stderr
    fast = run(tmp_path, "--market", book, "--fake-time", "--speed", "2", "program.py")
    assert (fast.returncode, "--speed" in fast.stderr) == (2, True)
    plain = run(tmp_path, "--market", book, "--at", "2026-11-19 13:30:00", "program.py")
    assert "请加 --fake-time" in plain.stderr


FORKS = (
    TRADES
    + """
import os
told = []
for ask in (lambda: trader.order_stock(account, "600000.SH", 23, 100, 11, 10.0, "s", "r"),
            lambda: xtdata.get_full_tick(["600000.SH"]),
            lambda: xttrader.XtQuantTrader("x", 8).connect()):
    child = os.fork()
    if child == 0:
        try:
            ask()
        except RuntimeError as error:
            sys.exit(9 if "只在启动它的那个进程里" in str(error) else 8)
        sys.exit(7)
    told.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
print(told, len(trader.query_stock_orders(account)))
"""
)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_process_is_told_and_leaves_the_terminal_alone(tmp_path: Path, book: str) -> None:
    done = run(tmp_path, "--market", book, "--at", "10:00", "program.py", program=FORKS)
    assert done.stdout.splitlines()[-1] == "[9, 9, 9] 1", done.stderr


def xtquant_folder() -> str:
    found = importlib.util.find_spec("xtquant")
    assert found is not None
    assert found.submodule_search_locations is not None
    return found.submodule_search_locations[0]


def test_a_module_runs_like_with_python_m(tmp_path: Path, book: str) -> None:
    (tmp_path / "tool").mkdir()
    (tmp_path / "tool" / "__main__.py").write_text(
        "import sys; print(__name__, sys.argv[1:])", encoding="utf-8"
    )
    done = run(tmp_path, "--market", book, "-m", "tool", "a", "--path", "b")
    assert done.stdout.strip() == "__main__ ['a', '--path', 'b']", done.stderr


@pytest.mark.parametrize(
    ("ending", "code", "said"),
    [
        ("sys.exit(7)", 7, ""),
        ("sys.exit('no')", 1, "no\n"),
        ("raise ValueError('broken')", 1, "ValueError: broken\n"),
        ("os._exit(5)", 5, ""),
    ],
)
def test_the_exit_code_is_the_programs(tmp_path: Path, book: str, ending: str, code: int, said: str) -> None:
    done = run(tmp_path, "--quiet", "--market", book, "program.py", program=f"import os{TRADES}\n{ending}")
    assert (done.returncode, done.stderr.endswith(said)) == (code, True), done.stderr
    assert "run_program.py" not in done.stderr


def test_threads_of_the_program_still_find_the_terminal_after_its_last_line(
    tmp_path: Path, book: str
) -> None:
    program = (
        TRADES
        + """
import threading, time
def late():
    threading.main_thread().join(0.3)
    print("late", xtdata.get_full_tick(["600000.SH"])["600000.SH"]["lastPrice"])
threading.Thread(target=late).start()
"""
    )
    done = run(tmp_path, "--market", book, "program.py", program=program)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "late 10.0"), done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="signals to another console group need a console")
def test_ctrl_c_ends_a_program_that_runs_for_ever(tmp_path: Path, book: str) -> None:
    (tmp_path / "program.py").write_text(
        TRADES + "\nprint('ready', flush=True)\ntrader.run_forever()", encoding="utf-8"
    )
    started = subprocess.Popen(
        command("--market", book, "program.py"), cwd=tmp_path, env=environment(), stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert started.stdout is not None
    while started.stdout.readline().strip() not in ("ready", ""):
        pass
    started.send_signal(signal.SIGINT)
    try:
        _, errors = started.communicate(timeout=30)
    finally:
        started.kill()
    assert started.returncode in (130, -signal.SIGINT)
    assert "KeyboardInterrupt" in errors


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--cash", "x", "p.py"], "账户=金额"),
        (["--cash", "a=-1", "p.py"], "不小于 0"),
        (["--position", "88000001:600000.SH=0@1", "p.py"], "股数"),
        (["--position", "88000001:600000.SH=100", "p.py"], "账户:代码=股数@成本"),
        (["--position", "88000001:999=100@1", "p.py"], "999"),
        (["--position", "1:600000.SH=100@9", "p.py"], "--cash 1=金额"),
        (["--at", "25:00", "p.py"], "10:00:00"),
        (["--speed", "0", "p.py"], "倍数"),
        (["--speed", "nan", "p.py"], "倍数"),
        (["--at", "0001-01-01", "p.py"], "--at"),
        (["--at", "9999-12-31T23:59:59-12:00", "p.py"], "--at"),
        (["--at", "", "p.py"], "--at"),
        (["--path", "", "p.py"], "--path"),
        (["--cash", "a=1", "--cash", "a=2", "p.py"], "给了两次"),
        (["--cash", "a=1.234", "p.py"], "最多到分"),
        (["--position", "88000001:600000.SH=1@1", "--position", "88000001:sh600000=2@1", "p.py"], "给了两次"),
        (["--position", "88000001:600000.SH=99999999999999999999@1", "p.py"], "股数"),
        (["--seed", "x", "p.py"], "种子"),
        ([], "没有给出要运行的程序"),
    ],
)
def test_a_bad_option_is_named(arguments: list[str], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        parse_arguments(arguments)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere.py"], "找不到程序 nowhere.py"),
        (["-m", "no_such_module"], "找不到模块 'no_such_module'"),
        (["--tempo", "2", "program.py"], "没有选项 --tempo"),
        (["--seed"], "--seed 后面缺少"),
        (["--path", "n" * 300, "program.py"], "不能写入"),
        (["--market", "feed", "program.py"], "行情 feed"),
        (["--market", "moon", "program.py"], "没有行情 'moon'"),
        (["--market", "static:nowhere.json", "program.py"], "nowhere.json"),
        (["--market", "replay:nowhere.csv", "program.py"], "nowhere.csv"),
        (["--at", "2026-11-21 10:00:00", "program.py"], "2026-11-21 不是交易日"),
        (["--faults", "nowhere.json", "program.py"], "nowhere.json"),
    ],
)
def test_what_cannot_be_started_says_why(tmp_path: Path, arguments: list[str], said: str) -> None:
    done = run(tmp_path, *arguments, program="print('ran')")
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_second_process_on_the_folder_is_told_so(tmp_path: Path, book: str) -> None:
    program = """
import subprocess, sys
again = [sys.executable, "-P", "-m", "core.simqmt", "--path", "sim", "--market", sys.argv[1], "program.py"]
import os
done = subprocess.run(again, env=os.environ | {"PYTHONPATH": sys.argv[2]}, capture_output=True, text=True)
print(done.returncode, done.stderr)
"""
    done = run(tmp_path, "--path", "sim", "--market", book, "program.py", book, str(ROOT), program=program)
    assert done.stdout.startswith("2 "), done.stderr
    assert "正被另一个程序使用" in done.stdout


def test_a_file_of_faults_hits_the_program(tmp_path: Path, book: str) -> None:
    faults = [
        {"fault": "refuse_connect", "times": 1},
        {"fault": "disconnect", "on": "queryStockAsset", "nth": 2},
    ]
    (tmp_path / "faults.json").write_text(json.dumps(faults), encoding="utf-8")
    program = """
from xtquant import xttrader
from xtquant.xttype import StockAccount
import queue
lost = queue.Queue()
class Callback(xttrader.XtQuantTraderCallback):
    def on_disconnected(self):
        lost.put("lost")
trader = xttrader.XtQuantTrader("x", 7, Callback())
trader.start()
account = StockAccount("88000001")
print(trader.connect(), trader.connect(), trader.query_stock_asset(account).cash, trader.query_stock_asset(account), lost.get())
"""
    done = run(tmp_path, "--market", book, "--faults", "faults.json", "program.py", program=program)
    assert done.stdout.strip() == "-1 0 1000000.0 None lost", done.stderr
    told = [line for line in done.stderr.splitlines() if line.startswith("故障 ")]
    assert told == ["故障 refuse_connect：connect，第 1 次", "故障 disconnect：queryStockAsset，第 2 次"]


def test_options_are_read_as_they_are_written() -> None:
    read = parse_arguments(
        ["--cash", "1=5_000.50", "--cash", "2=0", "--position", "1:sh600000=1000@9.80", "--at", "2026-11-20 10:00", "p.py", "--seed", "9"]
    )  # fmt: skip
    assert read.cash == {"1": Decimal("5000.50"), "2": Decimal(0)}
    assert read.positions == {"1": [("600000.SH", 1000, Decimal("9.80"))]}
    assert read.at == datetime(2026, 11, 20, 10, tzinfo=SHANGHAI)
    assert (read.program, read.seed) == (("p.py", "--seed", "9"), 0)


@pytest.mark.parametrize(
    ("now", "last", "start"),
    [
        ("2026-11-20 10:31:05", "", "2026-11-20 10:31:05"),  # open: now
        ("2026-11-20 12:10:00", "", "2026-11-20 10:00:00"),  # lunch: the morning of the day
        ("2026-11-21 16:00:00", "", "2026-11-20 10:00:00"),  # Saturday: the last session
        ("2026-11-21 16:00:00", "2026-11-20 10:40:00", "2026-11-20 10:40:00"),  # a ledger goes on
        ("2026-11-21 16:00:00", "2026-11-20 15:00:03", "2026-11-23 10:00:00"),  # its day is over
        ("2025-03-03 10:00:00", "", "2026-11-20 10:00:00"),  # before the built-in market
        ("2031-03-03 10:00:00", "", "2026-11-20 10:00:00"),  # past the calendar
    ],
)
def test_where_the_clock_starts_when_nobody_says(now: str, last: str, start: str) -> None:
    def moment(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)

    found = start_moment(moment(now), datetime_to_ms(moment(last)) if last else 0)
    assert f"{ms_to_datetime(found):%Y-%m-%d %H:%M:%S}" == start


def test_our_packages_stay_hidden_where_they_share_a_folder_with_others() -> None:
    with pytest.raises(ModuleNotFoundError):
        Hiding(ROOT).find_spec("core", None)
    assert Hiding(ROOT).find_spec("json", None) is None
    assert Hiding(ROOT / "elsewhere").find_spec("core", None) is not None


def test_nothing_that_the_runner_loads_imports_one_of_ours_later() -> None:
    listing = "import core.simqmt.running.runner, sys; print(*[m.__file__ for n, m in sys.modules.items() if n.startswith('core.')])"
    done = subprocess.run(
        [sys.executable, "-P", "-c", listing], env=environment(), capture_output=True, text=True, check=True
    )
    late: list[str] = []
    for name in done.stdout.split():
        tree = ast.parse(Path(name).read_text(encoding="utf-8"))
        for function in ast.walk(tree):
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                continue
            for node in ast.walk(function):
                modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                if isinstance(node, ast.ImportFrom):
                    modules.append(node.module or "core")
                late += [f"{name}:{module}" for module in modules if module.partition(".")[0] in OWN_PACKAGES]
    assert len(done.stdout.split()) > 50
    assert late == []


def test_a_static_book_is_full_again_and_stays_inside_the_limits(tmp_path: Path) -> None:
    path = tmp_path / "book.json"
    path.write_text(json.dumps({"600000.SH": {"last": 10.89, "preClose": 9.9}}), encoding="utf-8")
    market = StaticFileMarket(path, seed=1)
    again = StaticFileMarket(path, seed=1)
    assert [market.pop() for _ in range(20)] == [again.pop() for _ in range(20)]
    (quote,) = market.standing()
    assert (quote.limit_up, quote.bids[0][0], quote.asks) == (10_890, 10_890, ())
    assert len(quote.bids) == 5


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[1]", "对象"),
        ("{", "JSON"),
        ('{"999": {"last": 1}}', "999"),
        ('{"600000.SH": {}}', "last"),
        ('{"600000.SH": {"last": -1}}', "大于 0"),
        ('{"600000.SH": {"last": 1, "price": 2}}', "price"),
        ('{"600000.SH": {"last": 1, "asks": [[1]]}}', "asks"),
    ],
)
def test_a_broken_static_file_names_the_place(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "book.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(BadInput, match=said) as caught:
        StaticFileMarket(path)
    assert "book.json" in str(caught.value)


def test_the_collector_of_garbage_looks_through_no_module_that_was_imported_for_the_terminal(
    tmp_path: Path,
) -> None:
    program = "import gc; print(gc.get_freeze_count() > 10_000, len(gc.get_objects()) < 10_000)"
    done = run(tmp_path, "--quiet", "program.py", program=program)
    assert done.stdout.split() == ["True", "True"], done.stderr
