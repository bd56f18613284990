"""Numbers as the style guide writes them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.market import SHANGHAI
from widgets import formats

D = Decimal


@pytest.mark.parametrize(
    ("value", "tick", "text"),
    [
        (D("1468.2"), D("0.01"), "1468.20"),
        (D("4.718"), D("0.001"), "4.718"),
        (D("12345.6"), D("0.01"), "12345.60"),
        (D("-0.5"), D("0.01"), "−0.50"),
        (D("3"), D("1"), "3.00"),
        (None, D("0.01"), "—"),
    ],
)
def test_price(value: Decimal | None, tick: Decimal, text: str) -> None:
    assert formats.price(value, tick) == text


@pytest.mark.parametrize(
    ("milli", "tick", "text"),
    [
        (381660, "0.01", "381.66"),
        (4718, "0.001", "4.718"),
        (50, "0.01", "0.05"),
        (0, "0.01", "—"),
        (10005, "0.01", "10.01"),
    ],
)
def test_price_from_thousandths(milli: int, tick: str, text: str) -> None:
    assert formats.price_milli(milli, D(tick)) == text


@given(st.integers(min_value=1, max_value=10_000_000))
def test_fast_price_equals_the_exact_one(cents: int) -> None:
    assert formats.price_milli(cents * 10) == formats.price(D(cents) / 100)


def test_range_money_profit() -> None:
    assert formats.price_range(D("94"), D("95.5")) == "94.00–95.50"
    assert formats.price_range(None, None) == "—"
    assert formats.money(D("114498.4")) == "114,498"
    assert formats.money_exact(D("76336")) == "76,336.00"
    assert formats.profit(D("5778.2")) == "+5,778"
    assert formats.profit(D("-300")) == "−300"
    assert formats.profit(D("0.3")) == "0"
    assert formats.profit(None) == "—"


def test_percentages() -> None:
    assert formats.change(D("0.0172")) == "+1.72%"
    assert formats.change(-0.1) == "−10.00%"
    assert formats.change(0.00001) == "0.00%"
    assert formats.change(None) == "—"
    assert formats.change_short(-0.0437) == "−4.4%"
    assert formats.share(0.572) == "57.2%"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (9999, "9999"),
        (98_400, "9.84万"),
        (1_234_567, "123.5万"),
        (12_345_678, "1235万"),
        (3_741_000_000, "37.41亿"),
        (0, "0"),
    ],
)
def test_market_figures(value: float, text: str) -> None:
    assert formats.big(value) == text


def test_volumes() -> None:
    assert formats.market_volume(9_840_000) == "9.84万手"
    assert formats.lots(11_600) == "116"
    assert formats.lots(150) == "1.5"
    assert formats.quantity(3000) == "3,000"
    assert formats.filled(1200, 4100) == "1,200/4,100"
    assert formats.held(300, 300) == "300 / 300"


def test_times_and_ages() -> None:
    moment = datetime(2026, 11, 20, 10, 29, 41, 206_000, tzinfo=SHANGHAI)
    assert formats.clock(moment) == "10:29:41"
    assert formats.clock(moment, ms=True) == "10:29:41.206"
    assert formats.clock(moment, date(2026, 11, 20)) == "10:29:41"
    assert formats.clock(moment, date(2026, 11, 21)) == "11-20 10:29:41"
    assert formats.plain_time(moment) == "2026-11-20T10:29:41.206+08:00"
    assert [formats.age(s) for s in (0.4, 59.94, 59.96, 60, 83, 3664)] == [
        "0.4 秒",
        "59.9 秒",
        "59.9 秒",
        "1:00",
        "1:23",
        "1:01:04",
    ]


def test_account_is_masked_and_a_short_name_is_not() -> None:
    assert formats.account("88601234521") == "8860****21"
    assert formats.account("SIM-01") == "SIM-01"


def test_copies_carry_ascii_minus_and_full_precision() -> None:
    assert formats.ascii_text("−300") == "-300"
    assert formats.ascii_text("—") == ""
    assert formats.plain(D("1234.5600")) == "1234.5600"
    assert formats.plain_milli(381660) == "381.66"
    assert formats.plain_milli(100_000) == "100"
    assert formats.plain_milli(0) == ""
