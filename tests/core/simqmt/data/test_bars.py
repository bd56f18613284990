"""Bars through the real xtdata: all periods of the vendor, growing bars, gaps, counts, dividends."""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from core.domain.enums import Period
from core.domain.market import Bar, Symbol
from core.simqmt.data.dividends import Dividend
from core.simqmt.data.periods import PERIODS
from tests.core.simqmt.conftest import PFYH
from tests.fakes.market import ListMarket, at, instrument, quote
from tests.fakes.simqmt import Desk

Open = Callable[..., Desk]
PAYH = "000001.SZ"


def bar(symbol: str, period: Period, stamp: str, close: int, *, volume: int = 1000) -> Bar:
    return Bar(
        Symbol(symbol), period, at(stamp), close - 10, close + 20, close - 30, close, volume, volume * 9.0
    )


FIVES = [
    bar(PFYH, Period.M5, f"{9 + (35 + 5 * n) // 60:02}:{(35 + 5 * n) % 60:02}:00", 10_000 + n)
    for n in range(5)
]
DAYS = [
    bar(PFYH, Period.D1, f"{day} 15:00:00", 10_000 + n, volume=(n + 1) * 100)
    for n, day in enumerate(
        ["2025-12-31", "2026-06-30", "2026-09-30", "2026-10-30", "2026-11-13", "2026-11-16", "2026-11-19"]
    )
]


@pytest.fixture
def xtdata() -> Iterator[Any]:
    module = importlib.import_module("xtquant.xtdata")
    module.enable_hello = False
    yield module
    module.disconnect()


@pytest.fixture
def desk(open_desk: Open) -> Desk:
    market = ListMarket(
        [quote(PFYH, "10:00:00", "10.10", volume=5000, pre_close="10.00")],
        instruments=[instrument(PFYH, "10.00", "浦发银行"), instrument(PAYH, "9.60", "平安银行")],
        bars=[*FIVES, *DAYS],
        start="09:59:59",
    )
    made = open_desk(market=market)
    made.settle("10:00:00")
    return made


def closes(xtdata: Any, period: str, *args: Any) -> dict[str, float]:
    frame = xtdata.get_market_data_ex([], [PFYH], period, *args)[PFYH]
    return dict(zip(frame.index, frame["close"], strict=True))


def test_all_periods_of_the_vendor_come_from_three(desk: Desk, xtdata: Any) -> None:
    assert closes(xtdata, "15m") == {"20261120094500": 10.002, "20261120100000": 10.10}
    assert closes(xtdata, "30m") == {"20261120100000": 10.10}
    assert closes(xtdata, "1h") == closes(xtdata, "60m") == {"20261120103000": 10.10}
    today = {"20261120": 10.10}
    assert closes(xtdata, "1w") == {
        "20251231": 10.0, "20260630": 10.001, "20260930": 10.002, "20261030": 10.003, "20261113": 10.004, **today,
    }  # fmt: skip
    assert closes(xtdata, "1mon") == {
        "20251231": 10.0, "20260630": 10.001, "20260930": 10.002, "20261030": 10.003, **today,
    }  # fmt: skip
    assert closes(xtdata, "1q") == {"20251231": 10.0, "20260630": 10.001, "20260930": 10.002, **today}
    assert closes(xtdata, "1hy") == {"20251231": 10.0, "20260630": 10.001, **today}
    assert closes(xtdata, "1y") == {"20251231": 10.0, **today}
    week = xtdata.get_market_data_ex([], [PFYH], "1w")[PFYH].iloc[-1]
    assert (week["volume"], week["preClose"]) == (6 + 7 + 50, 10.004), "the days of the week so far, in lots"
    assert week["open"] == DAYS[-2].open / 1000
    assert set(PERIODS) == {"1m", "5m", "15m", "30m", "60m", "1h", "1d", "1w", "1mon", "1q", "1hy", "1y"}
    for period in PERIODS:
        local = xtdata.get_local_data([], [PFYH], period)[PFYH]
        assert list(local["close"]) == list(closes(xtdata, period).values())


def test_pushed_bars_are_the_ticks_and_what_is_asked(desk: Desk, xtdata: Any) -> None:
    told: dict[str, list[Any]] = {period: [] for period in PERIODS}
    for period, heard in told.items():
        assert xtdata.subscribe_quote(PFYH, period, callback=heard.append) > 0
    prices = ["10.15", "10.05", "10.20"]
    desk.feed(
        *(
            quote(PFYH, f"10:00:{3 * n:02}", price, volume=5000 + 700 * n, pre_close="10.00")
            for n, price in enumerate(prices, 1)
        )
    )
    for period, heard in told.items():
        assert len(heard) == 4, "the bar as it stood, then with each tick"
        newest = heard[-1][PFYH][0]
        frame = xtdata.get_market_data_ex([], [PFYH], period)[PFYH]
        assert frame.iloc[-1].to_dict() == newest, period
    minute = told["1m"][-1][PFYH][0]
    assert minute["time"] == at("10:01:00")
    assert (minute["high"], minute["low"], minute["close"], minute["volume"]) == (10.20, 10.05, 10.20, 21)
    assert told["1d"][-1][PFYH][0]["volume"] == 71
    quarter = told["15m"][-1][PFYH][0]
    assert (quarter["time"], quarter["close"], quarter["volume"]) == (at("10:15:00"), 10.20, 21)
    desk.feed(quote(PFYH, "10:01:03", "10.30", volume=7800, pre_close="10.00"))
    assert list(closes(xtdata, "1m", "20261120100100").values()) == [10.20, 10.30]
    kline = xtdata.get_full_kline(["close", "volume"], [PFYH], "1m", count=2)
    assert kline["close"].loc[PFYH].to_dict() == {"20261120100100": 10.20, "20261120100200": 10.30}


def test_count_and_bounds_choose_the_last_of_the_closed_interval(desk: Desk, xtdata: Any) -> None:
    assert list(closes(xtdata, "1d", "", "", 2)) == ["20261119", "20261120"]
    assert closes(xtdata, "1d", "", "", 0) == {}
    assert list(closes(xtdata, "1d", "20261030", "20261116")) == ["20261030", "20261113", "20261116"]
    assert list(closes(xtdata, "1d", "20261030", "20261116", 2)) == ["20261113", "20261116"]
    assert list(closes(xtdata, "1d", "", "20261113", 1)) == ["20261113"]
    assert list(closes(xtdata, "5m", "20261120093500", "20261120094000")) == [
        "20261120093500",
        "20261120094000",
    ]
    row = xtdata.get_market_data_ex([], [PFYH], "1d", "20261119", "20261119")[PFYH].iloc[0]
    assert row["preClose"] == 10.005, "the close of the bar before, even when it is not shown"


def test_gaps_are_filled_or_left_open(open_desk: Open, xtdata: Any) -> None:
    whole = [bar(PFYH, Period.D1, f"2026-11-{day} 15:00:00", 10_000 + day) for day in (16, 17, 18)]
    holes = [bar(PAYH, Period.D1, f"2026-11-{day} 15:00:00", 9_000 + day) for day in (16, 18)]
    open_desk(market=ListMarket(bars=[*whole, *holes], start="10:00:00"))
    filled = xtdata.get_market_data([], [PFYH, PAYH], "1d")
    assert list(filled["close"].loc[PAYH]) == [9.016, 9.016, 9.018]
    assert list(filled["volume"].loc[PAYH]) == [10, 0, 10]
    assert list(filled["suspendFlag"].loc[PAYH]) == [0, 1, 0]
    assert list(filled["open"].loc[PAYH])[1] == 9.016
    left = xtdata.get_market_data(["close"], [PFYH, PAYH], "1d", fill_data=False)["close"].loc[PAYH]
    assert left.iloc[0] == 9.016
    assert math.isnan(left.iloc[1])
    frames = xtdata.get_market_data_ex(["close"], [PFYH, PAYH], "1d")
    assert list(frames[PAYH].index) == ["20261116", "20261117", "20261118"]
    assert len(xtdata.get_market_data_ex([], [PAYH, PFYH], "1d", fill_data=False)[PAYH]) == 2


def test_dividends_adjust_bars_in_the_vendors_four_ways(desk: Desk, xtdata: Any) -> None:
    assert len(xtdata.get_divid_factors(PFYH)) == 0, "none happens by itself"
    plain = closes(xtdata, "1d", "20261116", "20261119")
    assert {
        how: closes_of(xtdata, how) for how in ("front", "back", "front_ratio", "back_ratio")
    } == dict.fromkeys(("front", "back", "front_ratio", "back_ratio"), plain)
    paid = Dividend(date(2026, 11, 19), pre_close=10.005, interest=0.5, stock_bonus=0.2)
    desk.terminal.data.dividends[Symbol(PFYH)] = [paid]
    factors = xtdata.get_divid_factors(PFYH, "20261101", "20261130")
    assert list(factors.index) == ["20261119"]
    assert factors.loc["20261119", "interest"] == 0.5
    assert factors.loc["20261119", "dr"] == pytest.approx(10.005 / ((10.005 - 0.5) / 1.2))
    assert len(xtdata.get_divid_factors(PFYH, "20261120")) == 0
    before, after = plain["20261116"], plain["20261119"]
    assert closes_of(xtdata, "none") == plain
    assert closes_of(xtdata, "front") == {"20261116": round((before - 0.5) / 1.2, 3), "20261119": after}
    assert closes_of(xtdata, "back") == {"20261116": before, "20261119": round(after * 1.2 + 0.5, 3)}
    assert closes_of(xtdata, "front_ratio") == {"20261116": round(before / paid.ratio, 3), "20261119": after}
    assert closes_of(xtdata, "back_ratio") == {"20261116": before, "20261119": round(after * paid.ratio, 3)}


def closes_of(xtdata: Any, how: str) -> dict[str, float]:
    return closes(xtdata, "1d", "20261116", "20261119", -1, how)


def test_ticks_come_as_arrays_with_the_book_in_lists_or_levels(desk: Desk, xtdata: Any) -> None:
    desk.feed(quote(PFYH, "10:00:03", "10.11", bids=[("10.10", 300), ("10.09", 200)]))
    ticks = xtdata.get_market_data([], [PFYH], "tick")[PFYH]
    assert list(ticks["lastPrice"]) == [10.10, 10.11]
    assert ticks[-1]["bidVol"] == [3, 2, 0, 0, 0]
    frame = xtdata.get_market_data_ex(["bidPrice1", "bidVol2"], [PFYH], "tick", count=1)[PFYH]
    assert frame.iloc[0].to_dict() == {"bidPrice1": 10.10, "bidVol2": 2}
    empty = xtdata.get_market_data_ex([], [PAYH], "tick")[PAYH]
    assert len(empty) == 0
    assert "askPrice" in empty.columns
    columns = {"l2quote": "bidPrice", "l2order": "entrustNo", "l2transaction": "tradeFlag", "7m": "time"}
    for period, column in columns.items():
        nothing = xtdata.get_market_data_ex([], [PFYH], period)[PFYH]
        assert len(nothing) == 0
        assert column in nothing.columns
    assert "lastPrice" not in xtdata.get_market_data_ex([], [PFYH], "l2order")[PFYH].columns
    asked = xtdata.get_market_data_ex(["price", "volume"], [PFYH], "l2order")[PFYH]
    assert list(asked.columns) == ["price", "volume"]


def test_a_single_code_is_not_a_list(desk: Desk, xtdata: Any) -> None:
    with pytest.raises(TypeError):
        xtdata.get_full_tick(PFYH)
    with pytest.raises(TypeError):
        xtdata.subscribe_whole_quote(PFYH, print)
    with pytest.raises(TypeError):
        xtdata.get_market_data_ex([], PFYH, "1d")
