"""Write `core/exchange/calendar_table.py` from exchange_calendars (a development dependency only).

    python build_spec/make_calendar.py [--first 2005] [--last 2026]

The library answers for the Shanghai exchange; Shenzhen and Beijing keep the same days. A year is written only
when the library knows it to its end.
"""

from __future__ import annotations

import argparse
from datetime import date, timedelta
from pathlib import Path

TABLE = Path(__file__).resolve().parent.parent / "core" / "exchange" / "calendar_table.py"
HEAD = '''"""Weekdays on which the mainland exchanges are closed; written by `build_spec/make_calendar.py`.

Weekends never trade, make-up working days included. A year that is not here is unknown.
Source: {source}.
"""

from __future__ import annotations

CLOSED_WEEKDAYS: dict[int, str] = {{
'''
TAIL = """}  # month and day, MMDD
"""


def closed_weekdays(year: int, sessions: set[date]) -> list[date]:
    """Weekdays of `year` that are not in `sessions`."""
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(366))
    return [day for day in days if day.year == year and day.weekday() < 5 and day not in sessions]


def render(first: int, last: int) -> str:
    """Text of the table for the years `first` to `last`."""
    import exchange_calendars  # heavy, and only here

    calendar = exchange_calendars.get_calendar("XSHG", start=f"{first}-01-01", end=f"{last}-12-31")
    sessions = {stamp.date() for stamp in calendar.sessions}
    text = HEAD.format(source=f"exchange_calendars {exchange_calendars.__version__}, XSHG")
    for year in range(first, last + 1):
        marks = [day.strftime("%m%d") for day in closed_weekdays(year, sessions)]
        rows = [" ".join(marks[at : at + 19]) for at in range(0, len(marks), 19)]
        if len(rows) == 1:
            text += f'    {year}: "{rows[0]}",\n'
        else:
            text += f'    {year}: "' + ' "\n    "'.join(rows) + '",\n'
    return text + TAIL


def main() -> None:
    """Parse the command line and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--first", type=int, default=2005)
    parser.add_argument("--last", type=int, default=2026)
    parser.add_argument("--out", type=Path, default=TABLE)
    given = parser.parse_args()
    given.out.write_text(render(given.first, given.last), encoding="utf-8")


if __name__ == "__main__":
    main()
