"""Dated bands, names, first days, the cage by board and date, and the prices allowed now."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from core.domain.enums import Phase, Side
from core.domain.market import SHANGHAI, Quote, Symbol, datetime_to_ms
from core.exchange.cage import BookTop, cage_bound, quote_highest_buy, quote_limits, quote_lowest_sell
from core.exchange.limits import LimitFacts, limit_down, limit_up, price_limits
from core.exchange.names import is_delisting, is_st, is_unreformed

D = Decimal
NOW = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("name", "st"),
    [
        ("ST国华", True),
        ("*ST国华", True),
        ("SST前锋", True),
        ("S*ST前锋", True),
        ("XDST某某", True),
        ("ＳＴ某某", True),
        ("浦发银行", False),
        ("S佳通", False),
        ("", False),
    ],
)
def test_st_in_a_name(name: str, st: bool) -> None:
    assert is_st(name) is st


def test_other_marks_in_a_name() -> None:
    assert is_unreformed("S佳通")
    assert not is_unreformed("ST佳通")
    assert is_delisting("退市海润")
    assert is_delisting("海润退")
    assert not is_delisting("海润光伏")


@pytest.mark.parametrize(
    ("symbol", "day", "name", "up"),
    [
        ("600000.SH", date(2022, 6, 1), "浦发银行", "11.00"),
        ("600000.SH", date(2026, 7, 3), "ST某某", "10.50"),
        ("600000.SH", date(2026, 7, 6), "ST某某", "11.00"),
        ("300750.SZ", date(2020, 8, 21), "", "11.00"),
        ("300750.SZ", date(2020, 8, 24), "", "12.00"),
        ("688111.SH", date(2019, 7, 29), "", "12.00"),
        ("688111.SH", date(2022, 6, 1), "*ST某某", "12.00"),
        ("920002.BJ", NOW, "*ST某某", "13.00"),
        ("159915.SZ", date(2020, 8, 21), "", "11.000"),
        ("159915.SZ", date(2020, 8, 24), "", "12.000"),
        ("510300.SH", NOW, "", "11.000"),
        ("588000.SH", NOW, "", "12.000"),
    ],
)
def test_bands_follow_their_dates(symbol: str, day: date, name: str, up: str) -> None:
    assert str(limit_up(symbol, D(10), day, LimitFacts(name))) == up


def test_the_lists_flag_beats_the_name() -> None:
    assert limit_up("600000.SH", D(10), date(2022, 6, 1), LimitFacts("浦发", is_st=True)) == D("10.50")
    assert limit_up("600000.SH", D(10), date(2022, 6, 1), LimitFacts("ST某", is_st=False)) == D("11.00")


@pytest.mark.parametrize(
    ("symbol", "day", "nth", "free"),
    [
        ("600000.SH", NOW, 5, True),
        ("600000.SH", NOW, 6, False),
        ("300750.SZ", NOW, 5, True),
        ("300750.SZ", date(2020, 8, 21), 2, False),
        ("688981.SH", date(2019, 7, 22), 1, True),
        ("920002.BJ", NOW, 1, True),
        ("920002.BJ", NOW, 2, False),
        ("600000.SH", date(2022, 6, 1), 2, False),
    ],
)
def test_first_days_without_limit(symbol: str, day: date, nth: int, free: bool) -> None:
    found = price_limits(symbol, D(10), day, LimitFacts(listing_day=nth))
    assert (found.up is None and found.down is None) is free


def test_first_day_before_registration_was_44_and_36_percent_of_the_issue_price() -> None:
    found = price_limits(
        "600000.SH", D(10), date(2018, 5, 8), LimitFacts(listing_day=1, issue_price=D("10.01"))
    )
    assert (found.up, found.down) == (D("14.41"), D("6.41"))


def test_no_limit_without_a_previous_close_and_never_below_one_tick() -> None:
    assert limit_up("600000.SH", None, NOW) is None
    assert limit_up("600000.SH", D(0), NOW) is None
    assert limit_down("000004.SZ", D("0.01"), NOW) == D("0.01")


def test_convertible_bonds_had_no_limit_before_august_2022() -> None:
    assert limit_up("113050.SH", D(100), date(2022, 7, 29)) is None
    assert limit_up("113050.SH", D(100), date(2022, 8, 1)) == D("120.000")


TEN = BookTop(best_bid=D("10.00"), best_ask=D("10.01"), last=D("10.00"), pre_close=D("9.50"))


@pytest.mark.parametrize(
    ("symbol", "day", "floor"),
    [
        ("600000.SH", date(2023, 4, 7), None),
        ("600000.SH", date(2023, 4, 10), "9.80"),
        ("000001.SZ", date(2023, 4, 7), None),
        ("000001.SZ", date(2023, 4, 10), "9.80"),
        ("300750.SZ", date(2020, 8, 21), None),
        ("300750.SZ", date(2020, 8, 24), "9.80"),
        ("688981.SH", date(2019, 7, 22), "9.80"),
        ("830799.BJ", date(2021, 11, 12), None),
        ("830799.BJ", date(2021, 11, 15), "9.50"),
        ("510300.SH", NOW, None),
        ("162411.SZ", NOW, None),
        ("113050.SH", NOW, None),
        ("204001.SH", NOW, None),
    ],
)
def test_cage_by_board_and_date(symbol: str, day: date, floor: str | None) -> None:
    found = cage_bound(symbol, Side.SELL, day, TEN)
    assert (str(found.bound) if found else None) == floor


def test_chinext_had_no_ten_ticks_and_did_not_reject_before_april_2023() -> None:
    low = BookTop(best_bid=D("2.50"))
    before = cage_bound("300750.SZ", Side.SELL, date(2022, 6, 1), low)
    since = cage_bound("300750.SZ", Side.SELL, date(2023, 4, 10), low)
    assert before is not None
    assert since is not None
    assert (before.bound, before.rejects) == (D("2.45"), False)
    assert (since.bound, since.rejects) == (D("2.40"), True)


@pytest.mark.parametrize(
    ("side", "top", "reference"),
    [
        (Side.BUY, TEN, "10.01"),
        (Side.SELL, TEN, "10.00"),
        (Side.BUY, BookTop(best_bid=D("9.9"), last=D("9.8")), "9.9"),
        (Side.SELL, BookTop(best_ask=D("9.9"), last=D("9.8")), "9.9"),
        (Side.SELL, BookTop(best_bid=D(0), last=D("9.8"), pre_close=D("9.7")), "9.8"),
        (Side.BUY, BookTop(pre_close=D("9.7")), "9.7"),
    ],
)
def test_reference_of_the_cage(side: Side, top: BookTop, reference: str) -> None:
    found = cage_bound("600000.SH", side, NOW, top)
    assert found is not None
    assert found.reference == D(reference)


def test_no_reference_no_cage() -> None:
    assert cage_bound("600000.SH", Side.BUY, NOW, BookTop()) is None


def snapshot(symbol: str, day: date, *, bid: int, pre_close: int, up: int = 0, down: int = 0) -> Quote:
    moment = datetime(day.year, day.month, day.day, 10, tzinfo=SHANGHAI)
    bids = ((bid, 100),) if bid else ()
    return Quote(
        Symbol(symbol),
        datetime_to_ms(moment),
        bid,
        0,
        0,
        0,
        pre_close,
        0,
        0.0,
        bids,
        (),
        Phase.CONTINUOUS,
        up,
        down,
    )


def test_lowest_sell_is_the_cage_floor_where_one_holds_else_limit_down() -> None:
    after = snapshot("600000.SH", date(2023, 4, 10), bid=10_000, pre_close=10_000)
    before = snapshot("600000.SH", date(2023, 4, 7), bid=10_000, pre_close=10_000)
    chinext = snapshot("300274.SZ", date(2022, 6, 1), bid=75_430, pre_close=73_870)
    fund = snapshot("510300.SH", NOW, bid=4_005, pre_close=4_005)
    assert quote_lowest_sell(after) == D("9.80")
    assert quote_lowest_sell(after, continuous=False) == D("9.00")
    assert quote_lowest_sell(before) == D("9.00")
    assert quote_lowest_sell(chinext) == D("73.92")
    assert quote_lowest_sell(fund) == D("3.605")


def test_lowest_sell_near_limit_down_is_limit_down_and_the_cap_likewise() -> None:
    falling = snapshot("600000.SH", NOW, bid=9_050, pre_close=10_000)
    rising = snapshot("600000.SH", NOW, bid=10_950, pre_close=10_000)
    assert quote_lowest_sell(falling) == D("9.00")
    assert quote_highest_buy(rising) == D("11.00")


def test_limits_of_the_feed_come_first() -> None:
    quote = snapshot("600000.SH", NOW, bid=10_000, pre_close=10_000, up=10_500, down=9_500)
    assert quote_limits(quote).up == D("10.50")
    assert quote_limits(quote).down == D("9.50")
