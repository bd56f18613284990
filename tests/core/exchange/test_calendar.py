"""The committed calendar against the library it was made from, and its behaviour at the edges."""

from __future__ import annotations

import importlib.util
import warnings
from datetime import date, timedelta
from pathlib import Path

import pytest

from core.errors import BadInput
from core.exchange.calendar import MAINLAND, DayKind, is_trading_day, next_trading_day, previous_trading_day
from core.exchange.calendar_table import CLOSED_WEEKDAYS
from core.exchange.refusals import Refused, RuleCode
from core.exchange.user_days import FILE_NAME, parse_user_days, read_user_days, with_user_days

ROOT = Path(__file__).resolve().parents[3]


def test_the_table_covers_2005_to_2026() -> None:
    assert sorted(CLOSED_WEEKDAYS) == list(range(2005, 2027))
    assert MAINLAND.last_known_day == date(2026, 12, 31)


@pytest.mark.parametrize(("year", "days"), [(2020, 243), (2024, 242), (2025, 243), (2026, 242)])
def test_trading_days_of_a_year(year: int, days: int) -> None:
    assert MAINLAND.count(date(year, 1, 1), date(year, 12, 31)) == days


def test_the_library_agrees_on_every_day() -> None:
    if importlib.util.find_spec("exchange_calendars") is None:
        pytest.skip("exchange_calendars is not installed")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import exchange_calendars

        sessions = exchange_calendars.get_calendar("XSHG", start="2005-01-01", end="2026-12-31").sessions
    theirs = [stamp.date() for stamp in sessions]
    assert list(MAINLAND.trading_days(date(2005, 1, 1), date(2026, 12, 31))) == theirs


def test_make_up_weekends_do_not_trade_and_holidays_do_not() -> None:
    assert not is_trading_day(date(2026, 2, 14))  # a Saturday worked for the Spring Festival
    assert not is_trading_day(date(2026, 10, 7))
    assert is_trading_day(date(2026, 10, 8))


def test_an_unknown_year_fails_closed() -> None:
    assert MAINLAND.kind(date(2027, 3, 1)) is DayKind.UNKNOWN
    assert not is_trading_day(date(2027, 3, 1))
    assert MAINLAND.kind(date(2027, 3, 6)) is DayKind.CLOSED
    with pytest.raises(Refused) as caught:
        next_trading_day(date(2026, 12, 31))
    assert caught.value.refusal.code is RuleCode.CALENDAR_UNKNOWN
    assert "2027-01-01" in str(caught.value)


def test_neighbouring_days() -> None:
    assert next_trading_day(date(2026, 2, 13)) == date(2026, 2, 24)
    assert previous_trading_day(date(2026, 2, 24)) == date(2026, 2, 13)


def test_the_users_days_win_and_the_table_stays() -> None:
    storm = date(2026, 11, 20)
    own = MAINLAND.with_days(trading=[date(2027, 1, 4)], closed=[storm])
    assert not own.is_trading_day(storm)
    assert own.is_trading_day(date(2027, 1, 4))
    assert MAINLAND.is_trading_day(storm)
    assert own.trading_days(date(2026, 11, 19), date(2026, 11, 23)) == (
        date(2026, 11, 19),
        date(2026, 11, 23),
    )


def test_a_year_can_be_added() -> None:
    holidays = [date(2027, 1, 1)]
    own = MAINLAND.with_year(2027, holidays)
    assert own.next_trading_day(date(2026, 12, 31)) == date(2027, 1, 4)
    assert own.last_known_day == date(2027, 12, 31)


def test_the_warning_comes_months_ahead() -> None:
    end = MAINLAND.last_known_day
    assert MAINLAND.horizon_warning(end - timedelta(days=91)) is None
    ahead = MAINLAND.horizon_warning(end - timedelta(days=90))
    assert ahead is not None
    assert "还剩 90 天" in ahead
    assert "已停" in (MAINLAND.horizon_warning(end + timedelta(days=1)) or "")


def test_automation_acts_on_known_trading_days_only() -> None:
    assert MAINLAND.automation_refusal(date(2026, 11, 20)) is None
    holiday = MAINLAND.automation_refusal(date(2026, 10, 7))
    assert holiday is not None
    assert holiday.code is RuleCode.NOT_TRADING_DAY
    unknown = MAINLAND.automation_refusal(date(2027, 3, 1))
    assert unknown is not None
    assert unknown.code is RuleCode.CALENDAR_UNKNOWN
    assert "2027-03-01" in unknown.text


def test_the_users_file_adds_a_year_and_days(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text(
        "# 2027\n2027 全年\n2027-01-01 休市  # 元旦\n2027-02-08 closed\n2026-11-23 休市\n2026-11-21 开市\n\n",
        encoding="utf-8-sig",
    )
    own = with_user_days(MAINLAND, read_user_days(tmp_path))
    assert own.kind(date(2027, 1, 1)) is DayKind.CLOSED
    assert own.kind(date(2027, 1, 4)) is DayKind.TRADING
    assert own.kind(date(2027, 2, 8)) is DayKind.CLOSED
    assert own.kind(date(2026, 11, 23)) is DayKind.CLOSED
    assert own.is_trading_day(date(2026, 11, 21))  # a Saturday that the user opened
    assert own.last_known_day == date(2027, 12, 31)
    assert own.horizon_warning(date(2026, 12, 30)) is None
    assert MAINLAND.is_trading_day(date(2026, 11, 23))


def test_no_file_is_nothing(tmp_path: Path) -> None:
    assert with_user_days(MAINLAND, read_user_days(tmp_path)) == MAINLAND


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("2027-13-01 休市", "第 2 行"),
        ("2027-01-01", "第 2 行"),
        ("2027-01-01 也许", "第 2 行"),
        ("27 全年", "第 2 行"),
        ("2027-01-01 休市 闭市", "第 2 行"),
        ("2027-01-01 休市\n2027-01-01 开市", "既写了休市又写了开市"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(line: str, place: str) -> None:
    with pytest.raises(BadInput, match=place):
        parse_user_days(f"# own days\n{line}")


def test_a_file_in_another_encoding_is_said(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes("2027-01-01 休市".encode("gbk"))
    with pytest.raises(BadInput, match="UTF-8"):
        read_user_days(tmp_path)


def test_the_generator_writes_the_committed_table() -> None:
    if importlib.util.find_spec("exchange_calendars") is None:
        pytest.skip("exchange_calendars is not installed")
    spec = importlib.util.spec_from_file_location("make_calendar", ROOT / "build_spec" / "make_calendar.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        text = module.render(2005, 2026)
    committed = (ROOT / "core" / "exchange" / "calendar_table.py").read_text(encoding="utf-8")
    assert _rows(text) == _rows(committed)


def _rows(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("    ")]
