"""Adjusted prices against what three vendors made of the same real prices."""

from __future__ import annotations

import csv
import gzip
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.enums import Period
from core.domain.market import ms_to_datetime
from core.errors import BadInput
from core.market.files.bar_files import read_bar_file
from core.market.history.adjust import (
    Dividend,
    ExFactor,
    adjusted,
    factors_from_cumulative,
    factors_from_dividends,
    factors_from_pre_closes,
    factors_from_qfq,
    multipliers,
)
from core.market.history.table import PRICES, Adjust, BarTable, Floats, Ints, table_days
from tests.core.market.history.bars import MOUTAI, daily, day, days, table

CENT = Decimal("0.01")
WEEK = days("2026-03-02", "2026-03-06")


def column(path: Path, name: str, until: str = "9999") -> Floats:
    """A column of numbers as the vendor wrote it; rows up to a day."""
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row.get("date", "") <= until]
    return np.array([float(row[name]) for row in rows])


def read(path: Path) -> tuple[BarTable, list[date], Ints]:
    found = read_bar_file(path)
    (bars,) = found.tables.values()
    return (
        bars,
        [one for one, _ in table_days(bars)],
        found.pre_closes.get(bars.symbol, np.zeros(0, np.int64)),
    )


@pytest.mark.parametrize("code", ["sh.600519", "sz.000858"])
def test_forward_prices_are_baostocks(code: str, market_data_dir: Path) -> None:
    """Its adjusted file is as of 2020-08-24; the real file overlaps it for 156 days with one dividend."""
    bars, line, pre_closes = read(market_data_dir / f"daily/baostock_{code}_raw.csv.gz")
    symbol = f"{code[3:]}.{code[:2].upper()}"
    theirs = read_bar_file(market_data_dir / f"daily/baostock_{symbol}_qfq_2000_2020.csv.gz")
    (other,) = theirs.tables.values()
    last = day("2020-08-24")
    factors = [one for one in factors_from_pre_closes(line, bars.close, pre_closes) if one.day <= last]
    assert len(factors) == 1
    ours = adjusted(bars.between(None, last), factors, Adjust.FORWARD)
    them = other.between(line[0], last)
    assert len(ours) == len(them) == 156
    for name in PRICES:
        # They write six digits.
        np.testing.assert_allclose(getattr(ours, name), getattr(them, name), rtol=5e-6, atol=1)
    assert ours.adjust is Adjust.FORWARD
    np.testing.assert_array_equal(ours.volume, them.volume)


def test_both_ways_are_those_of_18_years_of_600000(market_data_dir: Path) -> None:
    """Real, backward and forward closes side by side in one file, from the listing on: 19 ex-rights days."""
    path = market_data_dir / "daily/yucezhe_600000_1999_2017.csv.gz"
    bars, line, _ = read(path)
    theirs = bars.close / (1 + column(path, "涨跌幅"))
    pre_closes = np.rint(theirs / 10).astype(np.int64) * 10
    factors = factors_from_pre_closes(line, bars.close, pre_closes)
    assert len(factors) == 19
    # They take the reference price before it is rounded to the cent; with theirs only rounded changes remain.
    exact = [
        ExFactor(one.day, theirs[at] / bars.close[at - 1]) for one in factors if (at := line.index(one.day))
    ]
    for used, tolerance in ((exact, 1e-4), (factors, 1.5e-3)):
        for how, name in ((Adjust.BACKWARD, "后复权价"), (Adjust.FORWARD, "前复权价")):
            ours = bars.close / 1000 * multipliers(bars.time_ms, used, how)
            np.testing.assert_allclose(ours, column(path, name), rtol=tolerance)
    assert (bars.close * multipliers(bars.time_ms, factors, Adjust.FORWARD))[-1] == bars.close[-1]


def test_cumulative_factor_of_a_fund_is_rebuilt_from_pre_closes(market_data_dir: Path) -> None:
    path = market_data_dir / "daily/uqer_510050_raw_2005_2016.csv.gz"
    bars, line, pre_closes = read(path)
    theirs = column(path, "accumAdjFactor")
    from_factor = factors_from_cumulative(line, theirs)
    np.testing.assert_allclose(multipliers(bars.time_ms, from_factor, Adjust.BACKWARD), theirs, rtol=1e-12)
    ex_days = {one.day for one in from_factor}
    ours = [one for one in factors_from_pre_closes(line, bars.close, pre_closes) if one.day in ex_days]
    np.testing.assert_allclose(multipliers(bars.time_ms, ours, Adjust.BACKWARD), theirs, rtol=5e-3)


def test_share_split_of_a_fund_leaves_no_cliff(market_data_dir: Path) -> None:
    """512690 on 2021-05-17: two for one. In real prices the fund falls by half over night."""
    found = read_bar_file(market_data_dir / "minute_5m/tdx_512690.SH_5m.csv.gz", adjust=Adjust.NONE)
    (bars,) = found.tables.values()
    split = Dividend(day("2021-05-17"), bonus=Decimal(1))
    at = int(np.searchsorted(bars.days, (split.day - date(1970, 1, 1)).days))
    assert (bars.close[at - 1], bars.close[at + 47]) == (2_644, 1_375)
    line = [day("2021-05-14"), day("2021-05-17")]
    factors = factors_from_dividends([split], line, [Decimal("2.644"), Decimal("1.4")], Decimal("0.001"))
    assert factors == [ExFactor(split.day, 0.5)]
    for how in (Adjust.FORWARD, Adjust.BACKWARD):
        closes = adjusted(bars, factors, how).close
        assert abs(closes[at] / closes[at - 1] - 1) < 0.05, how
        # One night is left on which the fund falls by more than its limit: it paid out on 2021-12-31.
        beyond = np.flatnonzero(np.abs(np.diff(closes) / closes[:-1]) > 0.1) + 1
        assert [str(ms_to_datetime(int(bars.time_ms[i])))[:16] for i in beyond] == ["2021-12-31 09:35"]
    assert adjusted(bars, factors, Adjust.FORWARD).close[-1] == bars.close[-1]
    assert adjusted(bars, factors, Adjust.BACKWARD).close[0] == bars.close[0]


def test_reference_prices_of_announcements() -> None:
    assert Dividend(WEEK[0], cash=Decimal("0.2")).reference(Decimal(10), CENT) == Decimal("9.80")
    # 10 for 10 shares: half; with 1 yuan cash first.
    assert Dividend(WEEK[0], Decimal(1), Decimal(1)).reference(Decimal(11), CENT) == Decimal("5.00")
    # 600809 on 2021-07-05: 2 yuan and 4 for 10, 433.88 became 309.77 (with 0.2 yuan cash a share).
    moved = Dividend(WEEK[0], Decimal("0.2"), Decimal("0.4")).reference(Decimal("433.88"), CENT)
    assert moved == Decimal("309.77")
    # 3 for 10 offered at 5 yuan.
    rights = Dividend(WEEK[0], rights=Decimal("0.3"), rights_price=Decimal(5))
    assert rights.reference(Decimal("10.10"), CENT) == Decimal("8.92")
    assert Dividend(WEEK[0], ratio=Decimal("0.4")).reference(Decimal("10.01"), CENT) == Decimal("4.00")
    with pytest.raises(BadInput, match="除权参考价是"):
        Dividend(WEEK[0], cash=Decimal(11)).reference(Decimal(10), CENT)


def test_event_before_the_data_adjusts_forward_prices_by_nothing() -> None:
    bars = table(daily(MOUTAI, WEEK))
    early, late = ExFactor(day("2020-01-02"), 0.5), ExFactor(day("2030-01-02"), 0.5)
    assert adjusted(bars, [early, late], Adjust.FORWARD).close.tolist() == bars.close.tolist()
    assert adjusted(bars, [early], Adjust.BACKWARD).close.tolist() == (bars.close * 2).tolist()
    assert factors_from_dividends([Dividend(WEEK[0], Decimal(1))], WEEK, [Decimal(10)] * 5, CENT) == []


def test_sinas_table_divides_real_prices() -> None:
    steps = [(WEEK[2], Decimal(1)), (day("2001-01-02"), Decimal("2.2")), (WEEK[1], Decimal("1.1"))]
    factors = factors_from_qfq(steps)
    assert [one.day for one in factors] == [WEEK[1], WEEK[2]]
    by = multipliers(table(daily(MOUTAI, WEEK)).time_ms, factors, Adjust.FORWARD)
    np.testing.assert_allclose(by, [1 / 2.2, 1 / 1.1, 1, 1, 1])
    assert factors_from_qfq(steps[:1]) == []


def test_ex_day_itself_is_after_the_event() -> None:
    bars = table(daily(MOUTAI, WEEK))
    by = multipliers(bars.time_ms, [ExFactor(WEEK[2], 0.5)], Adjust.FORWARD)
    assert by.tolist() == [0.5, 0.5, 1, 1, 1]
    by = multipliers(bars.time_ms, [ExFactor(WEEK[2], 0.5)], Adjust.BACKWARD)
    assert by.tolist() == [1, 1, 2, 2, 2]


def test_adjusted_prices_are_not_adjusted_again() -> None:
    once = adjusted(table(daily(MOUTAI, WEEK)), [ExFactor(WEEK[2], 0.5)], Adjust.FORWARD)
    with pytest.raises(BadInput, match="不能再复权"):
        adjusted(once, [], Adjust.BACKWARD)
    with pytest.raises(BadInput, match="只能是"):
        adjusted(table(daily(MOUTAI, WEEK)), [], Adjust.UNKNOWN)
    bars = table(daily(MOUTAI, WEEK))
    assert adjusted(bars, [ExFactor(WEEK[2], 0.5)], Adjust.NONE) is bars
    for ratio in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(BadInput, match="不是正数"):
            adjusted(bars, [ExFactor(WEEK[2], ratio)], Adjust.FORWARD)


@given(
    st.lists(st.floats(0.1, 2.0), min_size=2, max_size=30),
    st.dictionaries(st.integers(1, 28), st.floats(0.2, 1.5), max_size=5),
)
def test_ratio_method_keeps_the_move_of_every_day(closes: list[float], events: dict[int, float]) -> None:
    """Adjusted closes move exactly as the holder's wealth: close over pre-close, both ways; forward ends real."""
    line = days("2025-01-02", "2025-12-31")[: len(closes)]
    factors = [ExFactor(line[at], ratio) for at, ratio in events.items() if at < len(line)]
    time_ms = table(daily(MOUTAI, line)).time_ms
    real = np.array(closes)
    before = real[:-1] * np.array([events.get(at, 1.0) for at in range(1, len(closes))])
    for how in (Adjust.FORWARD, Adjust.BACKWARD):
        prices = real * multipliers(time_ms, factors, how)
        np.testing.assert_allclose(prices[1:] / prices[:-1], real[1:] / before, rtol=1e-9)
        assert np.all(prices > 0)
    assert (real * multipliers(time_ms, factors, Adjust.FORWARD))[-1] == real[-1]
    assert (real * multipliers(time_ms, factors, Adjust.BACKWARD))[0] == real[0]


def test_empty_table_is_adjusted_to_nothing() -> None:
    bars = table(daily(MOUTAI, WEEK)).between(day("2027-01-01"), None)
    assert bars.period is Period.D1
    assert len(adjusted(bars, [ExFactor(WEEK[2], 0.5)], Adjust.FORWARD)) == 0
