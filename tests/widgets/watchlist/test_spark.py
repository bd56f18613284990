"""The day's line in minute slots."""

from __future__ import annotations

from datetime import datetime

import pytest

from core.domain.enums import Period
from core.domain.market import SHANGHAI, Bar, Symbol, datetime_to_ms
from tests.widgets.desk_records import quote
from widgets.watchlist.spark import Spark, slot_of


def at(hour: int, minute: int, second: int = 0, day: int = 20) -> datetime:
    return datetime(2026, 11, day, hour, minute, second, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("moment", "slot"),
    [
        (at(9, 29, 59), None),
        (at(9, 30), 0),
        (at(11, 29, 59), 119),
        (at(11, 30), 119),
        (at(12, 0), None),
        (at(13, 0), 120),
        (at(14, 59, 59), 239),
        (at(15, 0), 239),
        (at(15, 1), None),
    ],
)
def test_slots_skip_lunch(moment: datetime, slot: int | None) -> None:
    assert slot_of(datetime_to_ms(moment)) == slot


def test_last_price_of_a_minute_counts_and_a_new_day_starts_anew() -> None:
    spark = Spark()
    for price, moment in (("10.00", at(9, 30, 3)), ("10.10", at(9, 30, 57)), ("10.20", at(9, 31, 3))):
        spark.add(quote("600519.SH", price, time=moment))
    assert spark.prices == {0: 10_100, 1: 10_200}
    spark.add(quote("600519.SH", "9.00", time=at(9, 30, 3, day=23)))
    assert spark.prices == {0: 9_000}
    spark.add(quote("600519.SH", "8.00", time=at(14, 0)))
    assert spark.prices == {0: 9_000}, "a quote of an older day draws nothing"


def test_bars_belong_to_the_minute_before_their_stamp() -> None:
    spark = Spark()
    bar = Bar(Symbol("600519.SH"), Period.M1, datetime_to_ms(at(9, 31)), 1, 1, 1, 10_050, 100, 1.0)
    spark.load((bar,))
    assert spark.prices == {0: 10_050}
