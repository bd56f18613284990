"""The desk warns months before its calendar ends, stops on a day it does not know, and takes the user's own days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from core.domain.enums import AlarmRank
from core.domain.market import Symbol
from core.domain.watch import QuantConfig, WatchItem
from core.errors import BadInput
from core.exchange.calendar import MAINLAND, Calendar
from core.exchange.user_days import FILE_NAME, parse_user_days, with_user_days
from core.market.public.source_names import Source
from core.service.desk import Composer, DeskChoice
from core.service.news import AlarmNews, OrderNews
from core.service.outbox import Outbox
from core.service.sources import QuotePlan, SourceKind
from tests.fakes.market import DAY as DAY_TEXT
from tests.fakes.market import quote
from tests.fakes.real_desk import RealDesk

DAY = date.fromisoformat(DAY_TEXT)
SYMBOL = Symbol("600519.SH")
ENTRY = WatchItem(
    "mt",
    SYMBOL,
    entry_low=Decimal("1460.00"),
    entry_high=Decimal("1470.00"),
    quant=QuantConfig(enabled=True, max_position_pct=Decimal("0.5")),
)
UNKNOWN = replace(MAINLAND, years=frozenset(year for year in MAINLAND.years if year < DAY.year))
FAR = MAINLAND.with_year(DAY.year + 1, ())


def plan(calendar: Calendar) -> QuotePlan:
    return QuotePlan((SourceKind.AKSHARE,), prefer=(Source.SINA,), calendar=calendar)


def alarms(desk: RealDesk) -> list[AlarmNews]:
    return [one for one in desk.told(AlarmNews) if one.key == "calendar" and not one.cured]


def show_entry(desk: RealDesk) -> None:
    """A quote inside the entry zone that would buy on a day of trading."""
    now = desk.clock.now()
    snapshot = quote(SYMBOL, f"{now:%H:%M:%S}", "1465.00", bids=[("1464.99", 500)], asks=[("1465.00", 500)])
    desk.act(lambda: desk.hand.tell(snapshot))


def test_an_unknown_day_stops_automation_and_says_so(tmp_path: Path) -> None:
    with RealDesk(tmp_path, [ENTRY], plan(UNKNOWN), by_hand="测试") as desk:
        (alarm,) = alarms(desk)
        assert alarm.rank is AlarmRank.ALARM
        assert str(DAY) in alarm.text
        assert FILE_NAME in alarm.text
        show_entry(desk)
        desk.run(desk.desk.service.settle())
        assert desk.told(OrderNews) == []


def test_the_users_own_days_make_it_trade_again(tmp_path: Path) -> None:
    days = parse_user_days(f"{DAY.year} 全年\n{DAY.year + 1} 全年\n{DAY} 开市")
    with RealDesk(tmp_path, [ENTRY], plan(with_user_days(UNKNOWN, days)), by_hand="测试") as desk:
        assert alarms(desk) == []
        show_entry(desk)
        desk.until(lambda: desk.told(OrderNews))


def test_the_warning_comes_before_the_calendar_ends(tmp_path: Path) -> None:
    near = replace(MAINLAND, years=frozenset(year for year in MAINLAND.years if year <= DAY.year))
    left = (near.last_known_day - DAY).days
    with RealDesk(tmp_path, [], plan(near), by_hand="测试") as desk:
        found = alarms(desk)
        assert [alarm.rank for alarm in found] == ([AlarmRank.CARE] if left <= 90 else [])
        assert all(f"还剩 {left} 天" in alarm.text for alarm in found)


def test_a_calendar_that_goes_far_says_nothing(tmp_path: Path) -> None:
    with RealDesk(tmp_path, [], plan(FAR), by_hand="测试") as desk:
        assert alarms(desk) == []


def test_a_bad_line_in_the_users_file_is_named_at_the_start(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text("2027-01-01 放假\n", encoding="utf-8")
    with pytest.raises(BadInput, match="第 1 行"):
        Composer(DeskChoice(quotes="akshare", data_dir=str(tmp_path)))(Outbox())
