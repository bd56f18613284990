"""The user's own trading days: a published year before the program has it, a storm day, a correction.

A text file, one line each, `#` begins a remark:

    2027 全年            the year is known: its weekdays trade but those that a line closes (also: `2027 year`)
    2027-01-01 休市      (also: `closed`)
    2027-01-04 开市      (also: `trading`)

Reading the file is the caller's explicit step (`read_user_days`); merging it is pure (`with_user_days`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from core.errors import BadInput
from core.exchange.calendar import Calendar

FILE_NAME = "trading_days.txt"
_CLOSED, _TRADING, _YEAR = ("休市", "closed"), ("开市", "trading"), ("全年", "year")


@dataclass(frozen=True, slots=True)
class UserDays:
    """What the file says."""

    closed: frozenset[date] = frozenset()
    trading: frozenset[date] = frozenset()
    years: frozenset[int] = frozenset()


NOTHING = UserDays()


def parse_user_days(text: str, where: str = FILE_NAME) -> UserDays:
    """The days of the file's text; raises `BadInput` that names the line. One line wrong, none is taken."""
    closed: set[date] = set()
    trading: set[date] = set()
    years: set[int] = set()
    for number, line in enumerate(text.splitlines(), 1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        try:
            when, what = words
            if what.lower() in _YEAR:
                years.add(_year(when))
            else:
                {_CLOSED: closed, _TRADING: trading}[_kind(what)].add(date.fromisoformat(when))
        except ValueError as error:
            place = f"{where} 第 {number} 行"
            sentence = f"“{line.strip()}”读不懂。请写成“2027-01-01 休市”、“2027-01-04 开市”或“2027 全年”。"
            raise BadInput(sentence, where=place) from error
    if both := closed & trading:
        raise BadInput(f"{min(both)} 既写了休市又写了开市，请删去一行。", where=where)
    return UserDays(frozenset(closed), frozenset(trading), frozenset(years))


def read_user_days(folder: Path) -> UserDays:
    """The days in `folder / trading_days.txt`, nothing when there is no such file; raises `BadInput`."""
    path = folder / FILE_NAME
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return NOTHING
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"读不出：{error}。请存成 UTF-8 文本。", where=str(path)) from error
    return parse_user_days(text, str(path))


def with_user_days(calendar: Calendar, days: UserDays) -> Calendar:
    """The calendar with the user's days, which win over the table."""
    for year in sorted(days.years):
        calendar = calendar.with_year(year, ())
    return calendar.with_days(trading=days.trading, closed=days.closed)


def _kind(word: str) -> tuple[str, str]:
    for kind in (_CLOSED, _TRADING):
        if word.lower() in kind:
            return kind
    raise ValueError(word)


def _year(text: str) -> int:
    year = int(text)
    if not 1990 <= year <= 2199:
        raise ValueError(text)
    return year
