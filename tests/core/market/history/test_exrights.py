"""Ex-rights days are found before the first trade, and never where there are none."""

from __future__ import annotations

import pickle
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from core.domain.enums import Phase
from core.domain.market import Quote, Symbol, ms_to_datetime
from core.domain.money import milli_to_decimal
from core.errors import BadInput
from core.exchange.calendar import MAINLAND
from core.market.files.bar_files import BarFile, read_bar_file
from core.market.history.adjust import Dividend
from core.market.history.exrights import (
    Basis,
    ExRights,
    Finding,
    LastClose,
    Unsure,
    announced,
    from_quote,
    in_history,
    on_day,
    upcoming,
)
from core.market.history.gaps import possible_days
from core.market.history.table import table_days
from tests.core.market.history.bars import MOUTAI, at, day, days

FUND = Symbol("510050.SH")
MON, TUE, WED, THU, FRI = days("2026-03-02", "2026-03-06")


def look(
    pre_close: str,
    close: str = "10.00",
    *,
    symbol: Symbol = MOUTAI,
    last: date = MON,
    today: date = TUE,
    dividend: Dividend | None = None,
    rested: tuple[date, ...] = (),
    official: bool = True,
) -> Finding:
    known = LastClose(last, Decimal(close), official)
    return on_day(symbol, today, Decimal(pre_close), known, dividend=dividend, rested=rested)


def test_cash_dividend_is_found_by_the_pre_close() -> None:
    found = look("9.80")
    assert isinstance(found, ExRights)
    assert (found.symbol, found.day, found.ratio) == (MOUTAI, TUE, Decimal("0.98"))
    assert (found.old_close, found.new_pre_close) == (Decimal("10.00"), Decimal("9.80"))
    assert (found.cash, found.basis) == (None, Basis.PRE_CLOSE)
    assert found.text == ("600519.SH 2026-03-03 除权除息：收盘 10.00，除权后的前收盘 9.80（比例 0.9800）。")


def test_announcement_says_what_was_paid_but_the_pre_close_decides() -> None:
    found = look("9.81", dividend=Dividend(TUE, cash=Decimal("0.2")))
    assert isinstance(found, ExRights)
    assert (found.new_pre_close, found.cash) == (Decimal("9.81"), Decimal("0.2"))
    assert "每股派现 0.2 元" in found.text


def test_split_and_its_opposite() -> None:
    for pre_close, ratio in (("5.00", "0.5"), ("20.00", "2"), ("7.69", "0.769")):
        found = look(pre_close)
        assert isinstance(found, ExRights)
        assert found.ratio == Decimal(ratio)


@pytest.mark.parametrize(
    ("why", "finding"),
    [
        ("same price", look("10.00")),
        (
            "float noise of a source",
            on_day(MOUTAI, TUE, Decimal("10.000000001"), LastClose(MON, Decimal("9.9999"))),
        ),
        ("suspended since Monday, back on Friday", look("10.00", today=FRI)),
        ("suspended, and the days are known", look("10.00", today=FRI, rested=(TUE, WED, THU))),
        ("first trading day", on_day(MOUTAI, TUE, Decimal("8.88"), None)),
        ("no pre-close yet", look("0")),
        ("an index", look("9.80", symbol=Symbol("000001.SH"))),
        ("a repo", look("1.500", "1.600", symbol=Symbol("204001.SH"))),
        ("a fund closed at the average of its last minute", look("1.640", "1.642", symbol=FUND)),
    ],
)
def test_no_false_ex_rights(why: str, finding: Finding) -> None:
    assert finding is None, why


def test_fund_dividend_is_more_than_a_way_of_closing() -> None:
    assert isinstance(look("1.639", "1.642", symbol=FUND), ExRights)
    # A stock closes in a call auction since 2018, so a cent is a dividend.
    assert isinstance(look("9.99"), ExRights)


def test_share_that_rested_over_its_ex_day_is_found_when_it_comes_back() -> None:
    found = look("5.00", today=FRI, rested=(TUE, WED, THU))
    assert isinstance(found, ExRights)
    assert found.day == FRI


def test_days_without_bars_explain_what_their_limits_allow() -> None:
    found = look("9.20", today=THU)
    assert isinstance(found, Unsure)
    assert not found.hold
    assert "缺 2026-03-03 起 2 个交易日" in found.text
    # Two days down by 10 percent are 8.10: beyond that something else happened, and nothing may fire.
    assert isinstance(edge := look("8.10", today=THU), Unsure)
    assert not edge.hold
    assert isinstance(beyond := look("8.09", today=THU), Unsure)
    assert beyond.hold
    assert isinstance(above := look("12.11", today=THU), Unsure)
    assert above.hold


def test_absurd_step_holds_and_rescales_nothing() -> None:
    for pre_close in ("0.10", "201.00"):
        found = look(pre_close)
        assert isinstance(found, Unsure)
        assert found.hold
        assert pre_close in found.text


def test_close_made_of_ticks_is_not_trusted_to_the_cent() -> None:
    found = look("9.95", official=False)
    assert isinstance(found, Unsure)
    assert not found.hold
    assert isinstance(look("9.80", official=False), ExRights)
    assert isinstance(look("9.95", official=False, dividend=Dividend(TUE, cash=Decimal("0.05"))), ExRights)


def test_announced_day_that_does_not_show_in_the_pre_close_is_said() -> None:
    found = look("10.00", dividend=Dividend(TUE, cash=Decimal("0.2")))
    assert isinstance(found, Unsure)
    assert not found.hold
    assert "公告 2026-03-03 除权" in found.text
    assert look("10.00", dividend=Dividend(TUE, cash=Decimal("0.001"))) is None


def test_last_close_must_be_of_an_earlier_day() -> None:
    found = look("9.80", last=TUE)
    assert isinstance(found, Unsure)
    assert not found.hold


def quote(pre_close: int, moment: int) -> Quote:
    return Quote(MOUTAI, moment, 0, 0, 0, 0, pre_close, 0, 0.0, (), (), Phase.OPEN_CALL)


def test_quote_of_yesterday_says_nothing_about_today() -> None:
    """Before the open a source still serves yesterday's snapshot, with the pre-close of yesterday."""
    last = LastClose(MON, Decimal("10.00"))
    assert from_quote(quote(9_800, at(MON, "15:00")), last, today=TUE) is None
    found = from_quote(quote(9_800, at(TUE, "09:15")), last, today=TUE)
    assert isinstance(found, ExRights)
    assert found.day == TUE
    saturday = day("2026-03-07")
    assert from_quote(quote(9_800, at(saturday, "09:15")), last, today=saturday) is None


def test_announced_day_is_expected_the_evening_before() -> None:
    last = LastClose(MON, Decimal("10.00"))
    event = Dividend(TUE, cash=Decimal("0.2"), bonus=Decimal("0.4"))
    found = announced(MOUTAI, event, last)
    assert found is not None
    assert (found.basis, found.new_pre_close, found.ratio) == (
        Basis.ANNOUNCED,
        Decimal("7.00"),
        Decimal("0.7"),
    )
    assert "预计除权参考价 7.00" in found.text
    assert announced(MOUTAI, Dividend(TUE, cash=Decimal("0.001")), last) is None
    with pytest.raises(BadInput):
        announced(MOUTAI, Dividend(TUE, cash=Decimal(12)), last)


def test_upcoming_events_by_day() -> None:
    events = [Dividend(FRI), Dividend(TUE), Dividend(MON), Dividend(day("2026-03-20"))]
    assert [one.day for one in upcoming(events, MON)] == [TUE, FRI]
    assert [one.day for one in upcoming(events, MON, 30)] == [TUE, FRI, day("2026-03-20")]


def test_history_tells_the_days_that_were_missed() -> None:
    closes = np.array([10_000, 10_100, 9_000, 9_100], np.int64)
    pre_closes = np.array([9_900, 10_000, 9_090, 9_000], np.int64)
    (found,) = in_history(MOUTAI, [MON, TUE, WED, THU], closes, pre_closes)
    assert (found.day, found.old_close, found.new_pre_close) == (WED, Decimal("10.10"), Decimal("9.09"))
    assert found.ratio == Decimal("0.9")
    pre_closes[2] = 0  # the source does not say
    assert in_history(MOUTAI, [MON, TUE, WED, THU], closes, pre_closes) == []


RAW = ("sh.600436", "sh.600519", "sh.600809", "sh.688111", "sz.000858", "sz.002371")


@pytest.mark.parametrize("code", RAW)
def test_morning_by_morning_the_answer_is_that_of_history(code: str, market_data_dir: Path) -> None:
    """1,273 mornings, each knowing only yesterday: the ex-rights days and nothing else, never unsure."""
    found = read_bar_file(market_data_dir / f"daily/baostock_{code}_raw.csv.gz")
    events = mornings(found)
    (bars,) = found.tables.values()
    line = [one for one, _ in table_days(bars)]
    assert events == in_history(bars.symbol, line, bars.close, found.pre_closes[bars.symbol])
    assert len(events) >= 5


@pytest.mark.parametrize(
    "name", ["000001.SZ", "000002.SZ", "000063.SZ", "000858.SZ", "600000.SH", "600009.SH", "600519.SH"]
)
def test_suspensions_listings_and_reforms_are_no_ex_rights_days(name: str, market_data_dir: Path) -> None:
    """20 years in which dividends are adjusted away, with 46 to 213 suspended days: nothing is left to find."""
    found = read_bar_file(market_data_dir / f"daily/baostock_{name}_qfq_2000_2020.csv.gz")
    assert found.suspended
    assert mornings(found) == []


def mornings(found: BarFile) -> list[Finding]:
    """What each morning of a file says, given the close before and the days known to be without trade."""
    (bars,) = found.tables.values()
    symbol, rested = bars.symbol, set(found.suspended.get(bars.symbol, ()))
    answers: list[Finding] = []
    last: LastClose | None = None
    for bar, pre_close in zip(bars.bars(), found.pre_closes[symbol].tolist(), strict=True):
        today = ms_to_datetime(bar.time_ms).date()
        # Before 2005 the calendar knows no holidays: days without a row are known to be empty by the store too.
        gap = rested | (
            set(possible_days(MAINLAND, last.day, today)) if last and last.day.year < 2005 else set()
        )
        answer = on_day(symbol, today, milli_to_decimal(pre_close), last, rested=gap)
        if answer is not None:
            answers.append(answer)
        last = LastClose(today, milli_to_decimal(bar.close))
    return answers


def test_record_can_be_sent() -> None:
    found = look("9.80")
    assert isinstance(found, ExRights)
    assert pickle.loads(pickle.dumps(found)) == found
    assert replace(found, cash=Decimal(0)).text == found.text
