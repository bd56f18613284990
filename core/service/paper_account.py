"""Where a paper account lives and how it goes on.

It belongs to one built-in market (its seed) and lives on: each start is the next trading day at 09:29, when yesterday's
purchases can be sold and levels are armed anew. After a kill or a crash the same day goes on where the terminal last
committed, so that recovery is real.
"""

from __future__ import annotations

import logging
import shutil
import zlib
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from core.domain.market import datetime_to_ms, ms_to_datetime
from core.errors import UserError

if TYPE_CHECKING:
    from core.simqmt.market.builtin.market import BuiltinMarket

_log = logging.getLogger(__name__)


def account_name(seed: int, watchlist: str) -> str:
    """One account for each market; a watchlist file of the command line trades on an account of its own."""
    if not watchlist:
        return f"seed-{seed}"
    path = Path(watchlist).absolute()
    return f"seed-{seed}-{path.stem}-{zlib.crc32(str(path).encode()):08x}"


def make_folder(folder: Path) -> None:
    """Make a folder for files of a desk; raises UserError that names it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"数据目录 {folder} 建不起来：{error.strerror}。请检查权限，或用 --data-dir 另选一个目录。"
        ) from error


def market_of(folder: Path, seed: int, *, crashed: bool) -> tuple[BuiltinMarket, Path | None]:
    """The market from where the paper account goes on, and the journal of an account that had to be put aside."""
    from core.exchange.calendar import MAINLAND
    from core.simqmt.ledger.store import last_moment
    from core.simqmt.market.builtin.market import DEFAULT_DAY, BuiltinMarket

    last = last_moment(folder / "terminal")
    if last is None:
        return BuiltinMarket(seed), None
    if crashed and last.market == BuiltinMarket(seed).name and _in_session(last.day, last.time_ms):
        moment = ms_to_datetime(last.time_ms)
        _log.warning("the paper desk did not end in order; %s goes on at %s", last.day, moment.time())
        return BuiltinMarket(seed, last.day, moment.time()), None
    if last.day < MAINLAND.last_known_day:
        return BuiltinMarket(seed, MAINLAND.next_trading_day(last.day)), None
    aside = _put_aside(folder)
    _log.warning(
        "the calendar ends with %s; the paper account starts anew, the old one is in %s", last.day, aside
    )
    return BuiltinMarket(seed, DEFAULT_DAY), aside / "journal.db"


def _in_session(day: date, time_ms: int) -> bool:
    moment = ms_to_datetime(time_ms)
    closing = datetime.combine(day, datetime.min.time(), moment.tzinfo).replace(hour=14, minute=57)
    return moment.date() == day and time_ms < datetime_to_ms(closing)


def _put_aside(folder: Path) -> Path:
    number = 1
    while (aside := folder.with_name(f"{folder.name}-old-{number}")).exists():
        number += 1
    folder.rename(aside)
    make_folder(folder)
    return aside


def start_anew(folder: Path) -> None:
    """Forget the account of an earlier run: what a desk made, and nothing else that lies there.

    Raises UserError where another program runs on it.
    """
    from core.simqmt.ledger.folder_lock import FolderLock

    terminal = folder / "terminal"
    make_folder(terminal)
    FolderLock(terminal).release()
    shutil.rmtree(terminal, ignore_errors=True)
    for pattern in ("journal.db*", "journal.emergency*"):
        for path in folder.glob(pattern):
            path.unlink(missing_ok=True)
