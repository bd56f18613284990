"""The command line of `python -m core.simqmt`: what a program is to find, and the program."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import NoReturn

from core.domain.market import SHANGHAI, datetime_to_ms, ms_to_datetime
from core.errors import BadInput, UserError
from core.exchange.calendar import MAINLAND, Calendar
from core.exchange.refusals import Refused
from core.exchange.symbols import parse_symbol

DEFAULT_ACCOUNT = "88000001"
DEFAULT_CASH = Decimal(1_000_000)
DEFAULT_DAY = date(2026, 11, 20)
BUILTIN_FROM = date(2026, 7, 6)
_OPEN = ((time(9, 30), time(11, 30)), (time(13, 0), time(15, 0)))
_MID_MORNING = time(10, 0)
NOT_STARTED = "模拟 MiniQMT 没有启动："
_MOST_SHARES = 10**12
_EXAMPLE = """\
例子：
  python -m core.simqmt program.py
  python -m core.simqmt --cash 88000001=500000 --position 88000001:600000.SH=1000@9.80 program.py --fast
  python -m core.simqmt --market static:book.json --at "2026-11-20 10:00:00" --path ./sim program.py
  python -m core.simqmt --market replay:20220601_sz5.csv.gz --speed 10 -m my.package
"""

Held = tuple[str, int, Decimal]


@dataclass(frozen=True, slots=True)
class RunOptions:
    """`folder` None: a folder that is gone afterwards. `at`: a moment, or a time of the market's day, or None."""

    program: tuple[str, ...]
    is_module: bool = False
    folder: Path | None = None
    cash: dict[str, Decimal] = field(default_factory=dict)
    positions: dict[str, list[Held]] = field(default_factory=dict)
    market: str = "builtin"
    at: datetime | time | None = None
    speed: float = 1.0
    seed: int = 0
    faults: Path | None = None
    fake_time: bool = False
    quiet: bool = False


def parse_arguments(arguments: Sequence[str]) -> RunOptions:
    """Read the command line. Raises BadInput for a value that cannot be used, SystemExit for unknown options."""
    given = _parser().parse_args(list(arguments))
    program = tuple(given.module if given.module is not None else given.program)
    if not program:
        raise BadInput("没有给出要运行的程序。请在选项之后写上它，例如 python -m core.simqmt program.py")
    cash = _accounts(given.cash) or {DEFAULT_ACCOUNT: DEFAULT_CASH}
    positions: dict[str, list[Held]] = {}
    for text in given.position:
        account, held = _position(text)
        if account not in cash:
            raise BadInput(f"账户 {account} 没有资金。请同时给出 --cash {account}=金额", field="--position")
        if any(symbol == held[0] for symbol, *_ in positions.setdefault(account, [])):
            raise BadInput(f"账户 {account} 的 {held[0]} 给了两次。请只留一个", field="--position")
        positions[account].append(held)
    return RunOptions(
        program=program,
        is_module=given.module is not None,
        folder=_folder(given.path),
        cash=cash,
        positions=positions,
        market=given.market,
        at=_moment(given.at) if given.at is not None else None,
        speed=_speed(given.speed),
        seed=_whole(given.seed),
        faults=Path(given.faults) if given.faults is not None else None,
        fake_time=_fake_time(given.fake_time, _speed(given.speed)),
        quiet=given.quiet,
    )


class _Parser(argparse.ArgumentParser):
    """Says what is wrong as the rest of the command does."""

    def error(self, message: str) -> NoReturn:
        """One sentence; exit code 2."""
        unknown = message.removeprefix("unrecognized arguments: ")
        option, _, missing = message.removeprefix("argument ").partition(": ")
        if unknown != message:
            message = f"没有选项 {unknown}。选项要写在程序之前；--help 列出全部。"
        elif missing == "expected one argument":
            message = f"{option} 后面缺少它的值。例子见 --help。"
        self.exit(2, f"{NOT_STARTED}{message}\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m core.simqmt",
        description="在模拟 MiniQMT 上运行任何 xtquant 程序：不改程序，不需要券商，任何系统。",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--path", metavar="目录", help="模拟终端的目录，账户保存在这里；不给就用一次性的临时目录")
    add(
        "--cash",
        metavar="账户=金额",
        action="append",
        default=[],
        help="开户资金（元），默认 88000001=1000000",
    )
    add(
        "--position",
        metavar="账户:代码=股数@成本",
        action="append",
        default=[],
        help="昨日持仓，例如 88000001:600000.SH=1000@9.80",
    )
    add("--market", metavar="行情", default="builtin", help="builtin、replay:文件 或 static:文件.json")
    add("--at", metavar="时刻", help='虚拟时钟的起点，例如 "2026-11-20 10:00:00"；不给时休市则从盘中开始')
    add("--speed", metavar="倍数", default="1", help="虚拟时钟的快慢，默认 1")
    add("--seed", metavar="种子", default="0", help="行情与故障的种子，默认 0")
    add("--faults", metavar="文件", help="故障脚本，JSON；装了 PyYAML 也可以是 .yaml")
    add(
        "--fake-time",
        action="store_true",
        help="程序看到的时间（datetime.now、time.time）也是虚拟时钟的；需要 pip install time-machine",
    )
    add("--quiet", action="store_true", help="不显示开始时的说明")
    add("-m", dest="module", metavar="模块", nargs=argparse.REMAINDER, help="像 python -m 那样运行一个模块")
    add("program", metavar="程序", nargs=argparse.REMAINDER, help="要运行的程序和它的参数")
    return parser


def _folder(text: str | None) -> Path | None:
    if text is None:
        return None
    if not text.strip():
        raise BadInput("目录是空的。请写上它，或不写 --path，账户就用完即弃", field="--path")
    return Path(text)


def _accounts(texts: Sequence[str]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for account, amount in map(_cash, texts):
        if account in found:
            raise BadInput(f"账户 {account} 给了两次。请只留一个", field="--cash")
        found[account] = amount
    return found


def _cash(text: str) -> tuple[str, Decimal]:
    account, equals, amount = text.partition("=")
    if not equals or not account.strip():
        raise BadInput(f"应写成 账户=金额，例如 88000001=1000000，不是 {text!r}", field="--cash")
    return account.strip(), _money(amount, text, "--cash", zero=True)


def _position(text: str) -> tuple[str, Held]:
    found = re.fullmatch(r"\s*([^:=@]+):([^:=@]+)=([^:=@]+)@([^:=@]+)", text)
    if found is None:
        raise BadInput(
            f"应写成 账户:代码=股数@成本，例如 88000001:600000.SH=1000@9.80，不是 {text!r}",
            field="--position",
        )
    account, code, volume, cost = (part.strip() for part in found.groups())
    try:
        symbol = parse_symbol(code)
    except UserError as error:
        raise BadInput(f"{text!r}：{error}", field="--position") from error
    if not volume.isdecimal() or not 0 < int(volume) <= _MOST_SHARES:
        raise BadInput(f"股数应是大于 0、不超过一万亿的整数，不是 {volume!r}", field="--position")
    return account, (str(symbol), int(volume), _money(cost, text, "--position", zero=False))


def _money(amount: str, text: str, option: str, *, zero: bool) -> Decimal:
    try:
        value = Decimal(amount.strip().replace("_", ""))
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or value < 0 or (not zero and value == 0) or value > Decimal("1e12"):
        least = "不小于 0" if zero else "大于 0"
        raise BadInput(f"金额应是{least}、不超过一万亿的数，不是 {text!r}", field=option)
    if zero and value != value.quantize(Decimal("0.01")):
        raise BadInput(f"金额最多到分，不是 {text!r}", field=option)
    return value


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed <= 100_000:
        raise BadInput(f"倍数应大于 0、不超过 100000，不是 {text!r}", field="--speed")
    return speed


def _fake_time(asked: bool, speed: float) -> bool:
    if asked and speed != 1:
        raise BadInput(
            f"程序看到的时间只能按一倍走，--speed 是 {speed:g}。请去掉其中一个。", field="--fake-time"
        )
    return asked


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise BadInput(f"种子应是整数，不是 {text!r}", field="--seed") from None


def _moment(text: str) -> datetime | time:
    try:
        if re.fullmatch(r"\s*\d{1,2}:\d{2}(:\d{2})?\s*", text):
            return time.fromisoformat(text.strip().zfill(5 if text.count(":") == 1 else 8))
        moment = datetime.fromisoformat(text.strip())
        if not 1990 <= moment.year <= 2200:
            raise ValueError
    except ValueError:
        raise BadInput(f'应写成 "2026-11-20 10:00:00" 或 "10:00:00"，不是 {text!r}', field="--at") from None
    return moment.replace(tzinfo=SHANGHAI) if moment.tzinfo is None else moment.astimezone(SHANGHAI)


def start_moment(
    now: datetime, last_ms: int = 0, *, earliest: date = BUILTIN_FROM, calendar: Calendar = MAINLAND
) -> int:
    """Where the clock starts when nobody says: now while the market is open, else inside a session.

    `last_ms` is where the ledger stands: time goes on from there.
    """
    if _is_open(now, calendar) and now.date() >= earliest and last_ms <= datetime_to_ms(now):
        return datetime_to_ms(now)
    found = _at(_last_session(now.date(), earliest, calendar), _MID_MORNING)
    if found > last_ms:
        return found
    last = ms_to_datetime(last_ms + 1)
    if _is_open(last, calendar):
        return datetime_to_ms(last)
    return _at(_step(calendar, last.date(), back=False), _MID_MORNING)


def _is_open(moment: datetime, calendar: Calendar) -> bool:
    return calendar.is_trading_day(moment.date()) and any(a <= moment.time() < b for a, b in _OPEN)


def _last_session(day: date, earliest: date, calendar: Calendar) -> date:
    """`day` or the trading day before it; a day of our own where the built-in market or the calendar has none."""
    if not earliest <= day <= calendar.last_known_day:
        return DEFAULT_DAY
    found = day if calendar.is_trading_day(day) else _step(calendar, day, back=True)
    return found if found >= earliest else DEFAULT_DAY


def _step(calendar: Calendar, day: date, *, back: bool) -> date:
    try:
        return calendar.previous_trading_day(day) if back else calendar.next_trading_day(day)
    except Refused as refused:
        raise BadInput(f"{refused.refusal.text}请用 --at 指定时刻，或换一个 --path。") from refused


def chosen_moment(at: datetime | time, day: date) -> int:
    """The moment of `--at`; a bare time is one of `day`."""
    return datetime_to_ms(at) if isinstance(at, datetime) else _at(day, at)


def _at(day: date, clock: time) -> int:
    return datetime_to_ms(datetime.combine(day, clock, SHANGHAI))
