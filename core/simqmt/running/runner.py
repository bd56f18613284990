"""Runs a program that knows nothing of us on a simulated terminal, as if it had been started by itself.

Everything is imported, opened and installed first. Then our packages leave `sys.modules` and our folder `sys.path`, so
that the program's own `core` or `tests` are found, and the program becomes `__main__`.
"""

from __future__ import annotations

import atexit
import importlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NoReturn

from core.domain.market import SHANGHAI, Quote, ms_to_datetime
from core.errors import BadInput, UserError
from core.exchange.calendar import MAINLAND
from core.simqmt.clockwork.conductor import Conductor
from core.simqmt.faults.schedule import Faults, Hit
from core.simqmt.install import import_needed, import_package, install
from core.simqmt.ledger.store import LastMoment, last_moment
from core.simqmt.market.builtin.market import BuiltinMarket
from core.simqmt.market.named import named_market
from core.simqmt.market.replay import ReplayMarket
from core.simqmt.market.sources import MarketSource
from core.simqmt.market.static_file import StaticFileMarket
from core.simqmt.running.hints import Hints, say
from core.simqmt.running.options import NOT_STARTED, RunOptions, chosen_moment, parse_arguments, start_moment
from core.simqmt.running.program import find_program, step_aside
from core.simqmt.terminal import SimTerminal

ROOT = Path(__file__).resolve().parents[3]
_NEEDED = ("numpy", "xtquant.xtbson")
"""What the stand-ins look up by name when it is needed: here already, so nothing in a program's folder answers for it."""

_USAGE_ERROR = 2
_APART = 60.0
"""Seconds between the two clocks that a program may notice."""
_TRAVELS = 3
"""The first version of time-machine that suits."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a program and end with its exit code; 2 when it could not be started."""
    try:
        options = parse_arguments(sys.argv[1:] if arguments is None else arguments)
        program = find_program(options.program, is_module=options.is_module)
        terminal = open_terminal(options, program.folder)
        travel = _time_travel() if options.fake_time else None
    except UserError as error:
        _not_started(error)
    if not options.quiet:
        sys.stderr.write(_banner(options, terminal))
        sys.stderr.flush()
    terminal.clock.start()
    if travel is not None:
        travel(terminal.clock.now_ms() / 1000, tick=True).start()
    step_aside(ROOT, program.folder)
    try:
        program.run()
    except BadInput as error:
        _not_started(error)
    sys.exit(0)


def _not_started(error: UserError) -> NoReturn:
    sys.stderr.write(f"{NOT_STARTED}{error}\n")
    sys.exit(_USAGE_ERROR)


def _tell(hit: Hit) -> None:
    """A fault that hit: at once, for the next line may never come."""
    say(f"故障 {hit.fault}：{hit.step}，第 {hit.number} 次")


def open_terminal(options: RunOptions, beside: Path | None = None) -> SimTerminal:
    """The terminal of these options, installed for every folder; its clock stands until it is started.

    It is closed when the interpreter ends, after the program's own threads. `beside` is the program's folder, which may
    bring an xtquant of its own.
    """
    _keep_beijing_time()
    import_package(beside)
    import_needed(_NEEDED)
    last = last_moment(options.folder) if options.folder is not None else None
    market, start_ms = _market(options, last)
    clock = Conductor(start_ms, lockstep=False, speed=options.speed)
    folder = options.folder
    if folder is None:
        folder = Path(tempfile.mkdtemp(prefix="simqmt-"))
        atexit.register(_remove, folder, os.getpid())
    faults = Faults.read(options.faults, options.seed) if options.faults is not None else None
    if faults is not None and not options.quiet:
        faults.on_hit = _tell
    terminal = SimTerminal(
        folder,
        options.cash,
        market,
        clock,
        positions=options.positions,
        seed=options.seed,
        faults=faults,
    )
    atexit.register(_close, terminal, os.getpid())
    terminal.feed(_standing(market, start_ms))
    hints = Hints(terminal.accounts())
    terminal.on_stranger.append(hints.stranger)
    terminal.on_unsupported.append(hints.unsupported)
    install(terminal, any_path=True)
    return terminal


def _market(options: RunOptions, last: LastMoment | None) -> tuple[MarketSource, int]:
    """The market, and where the clock starts in it."""
    if options.market == "feed":
        raise BadInput(
            "行情 feed 要由程序喂入，只能在程序里用；命令行可用 builtin、replay:文件、static:文件.json"
        )
    if options.market.startswith("replay:"):
        market = named_market(options.market)
        start_ms = market.start_ms
        if options.at is not None:
            start_ms = chosen_moment(options.at, ms_to_datetime(start_ms).date())
            if start_ms < market.start_ms:
                first = f"{ms_to_datetime(market.start_ms):%Y-%m-%d %H:%M:%S}"
                raise BadInput(f"回放从 {first} 开始，不能从更早的时刻开始", field="--at")
    else:
        start_ms = start_moment(datetime.now(SHANGHAI), last.time_ms if last is not None else 0)
        if options.at is not None:
            start_ms = chosen_moment(options.at, ms_to_datetime(start_ms).date())
        _require_trading_day(ms_to_datetime(start_ms).date())
        market = named_market(options.market, options.seed, start_ms)
    day = ms_to_datetime(start_ms).date()
    if last is not None and day < last.day:
        raise BadInput(
            f"目录 {options.folder} 的账本已到 {last.day}，不能回到 {day}。"
            "请换一个 --path，或用 --at 给出之后的时刻。"
        )
    return market, start_ms


def _require_trading_day(day: date) -> None:
    if not MAINLAND.is_trading_day(day):
        raise BadInput(f"{day} 不是交易日，或不在交易日历之内。请换一个交易日。", field="--at")


def _standing(market: MarketSource, start_ms: int) -> Sequence[Quote]:
    """What the screen shows at the start; a replay that starts later skips what came before."""
    if isinstance(market, BuiltinMarket | StaticFileMarket):
        return market.standing()
    shown: dict[str, Quote] = {}
    if isinstance(market, ReplayMarket):
        while (next_ms := market.peek_ms()) is not None and next_ms < start_ms:
            shown |= {quote.symbol: quote for quote in market.pop()}
    return list(shown.values())


def _banner(options: RunOptions, terminal: SimTerminal) -> str:
    accounts = "、".join(terminal.accounts())
    folder = options.folder.absolute() if options.folder is not None else "临时目录"
    moment = f"{terminal.clock.now():%Y-%m-%d %H:%M:%S}"
    text = (
        f"模拟 MiniQMT：{terminal.market.name} · 账户 {accounts} · 时钟 {moment} ×{options.speed:g} · "
        f"种子 {options.seed} · {folder}\n"
    )
    apart = abs(terminal.clock.now_ms() / 1000 - time.time())
    if apart > _APART and not options.fake_time:
        text += "程序自己看到的仍是机器的时间；程序按时间判断是否开市时，请加 --fake-time。\n"
    return text


def _time_travel() -> Callable[..., Any]:
    """What makes `datetime.now()` and `time.time()` of the whole process tell another time. Raises BadInput.

    Versions before 3 also change `time.monotonic`, by which clocks and event loops run.
    """
    try:
        found: Callable[..., Any] = importlib.import_module("time_machine").travel
        if int(version("time-machine").partition(".")[0]) >= _TRAVELS:
            return found
    except (ImportError, PackageNotFoundError, ValueError):
        pass
    raise BadInput('--fake-time 需要 time-machine 3 或更新。请先安装：pip install "time-machine>=3"')


def _keep_beijing_time() -> None:
    """`xtdata.py` makes dates with the machine's own zone, and a MiniQMT machine always stands in China."""
    if "TZ" not in os.environ and hasattr(time, "tzset"):
        os.environ["TZ"] = "Asia/Shanghai"
        time.tzset()


def _close(terminal: SimTerminal, process: int) -> None:
    if process == os.getpid():  # not in a process that the program forked
        try:
            terminal.close()
        except UserError as error:
            say(str(error))
        terminal.clock.stop()


def _remove(folder: Path, process: int) -> None:
    if process == os.getpid():
        shutil.rmtree(folder, ignore_errors=True)
