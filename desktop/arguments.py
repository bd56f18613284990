"""What the command line says: the options of the desk, and the desk that they ask for."""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.service.process import DeskProcess

_LONGEST_S = 2_000_000  # Qt's timers count milliseconds in 31 bits


@dataclass(frozen=True, slots=True)
class DeskArguments:
    """What the command line may say about the desk."""

    watchlist: Path | None
    ticks: Path | None
    seed: int | None
    speed: float | None
    exit_after: float | None
    screenshot: Path | None
    data_dir: Path | None
    live: bool
    quotes: str
    look: str | None
    language: str | None


def desk_process(arguments: DeskArguments) -> DeskProcess:
    """The desk that the command line asks for, in a process of its own, not started yet."""
    from core.service.desk import Composer, DeskChoice
    from core.service.process import DeskProcess

    choice = DeskChoice(
        live=arguments.live,
        seed=arguments.seed,
        speed=arguments.speed,
        watchlist=str(arguments.watchlist or ""),
        ticks=str(arguments.ticks or ""),
        data_dir=str(arguments.data_dir or ""),
        quotes=arguments.quotes,
    )
    return DeskProcess(Composer(choice))


def parse(arguments: Sequence[str]) -> DeskArguments:
    """Read the desk's options; argparse prints usage and exits 2 on a wrong one."""
    parser = argparse.ArgumentParser(
        prog="dingpan",
        description="盯盘：A 股盯盘与自动交易桌面程序。不带参数即打开模拟盘桌面。",
        epilog="另有子命令 replay：不开窗口，回放一个 level-1 行情文件。dingpan replay --help",
    )
    parser.add_argument(
        "--watchlist", type=Path, metavar="W.csv", help="用这个监测列表，在它自己的模拟账户上运行"
    )
    parser.add_argument("--ticks", type=Path, metavar="TICKS.csv.gz", help="行情用录下的 level-1 快照文件")
    parser.add_argument(
        "--seed", type=_seed, metavar="N", help="内置行情的种子，每个种子有自己的模拟账户（默认 1）"
    )
    parser.add_argument("--speed", type=_speed, metavar="N", help="模拟时钟倍速（默认 1）")
    parser.add_argument("--exit-after", type=_seconds, metavar="SECONDS", help="这么多秒后自动退出")
    parser.add_argument("--screenshot", type=Path, metavar="FILE.png", help="退出前把窗口存成图片")
    parser.add_argument("--data-dir", type=Path, metavar="DIR", help="数据目录（默认在用户目录下）")
    parser.add_argument("--live", action="store_true", help="实盘：连接 MiniQMT（仅 Windows）")
    parser.add_argument(
        "--quotes",
        choices=("akshare", "xtdata"),
        default="",
        help="模拟盘用真行情：akshare（公开行情）或 xtdata（MiniQMT，仅 Windows）",
    )
    parser.add_argument("--look", choices=("dark", "light"), help="本次运行的外观")
    parser.add_argument("--language", choices=("zh", "en"), help="本次运行的语言")
    found = parser.parse_args(list(arguments))
    return DeskArguments(
        watchlist=found.watchlist,
        ticks=found.ticks,
        seed=found.seed,
        speed=found.speed,
        exit_after=found.exit_after,
        screenshot=found.screenshot,
        data_dir=found.data_dir,
        live=found.live,
        quotes=found.quotes,
        look=found.look,
        language=found.language,
    )


def _seed(text: str) -> int:
    try:
        value = int(text)
    except ValueError:
        value = -1
    if value < 0:
        raise argparse.ArgumentTypeError("种子应为 0 或更大的整数")
    return value


def _speed(text: str) -> float:
    value = _number(text)
    if not 0 < value <= 10_000:
        raise argparse.ArgumentTypeError("倍速应大于 0，不超过 10000")
    return value


def _seconds(text: str) -> float:
    value = _number(text)
    if not 0 < value <= _LONGEST_S:
        raise argparse.ArgumentTypeError(f"秒数应大于 0，不超过 {_LONGEST_S:,}")
    return value


def _number(text: str) -> float:
    """Not a number where it is none: no comparison with it holds."""
    try:
        return float(text)
    except ValueError:
        return math.nan
