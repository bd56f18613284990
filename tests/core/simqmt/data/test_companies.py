"""The built-in market through the real xtdata: sectors, whole markets, dividends in prices, shares and reports."""

from __future__ import annotations

import importlib
import time as clock
from collections.abc import Iterator
from datetime import time
from pathlib import Path
from typing import Any, cast

import pytest

from core.market.directory.builtin_instruments import builtin_rows
from core.simqmt.market.builtin.market import BuiltinMarket
from core.simqmt.market.securities import SECURITIES
from tests.fakes.market import ListMarket
from tests.fakes.simqmt import Desk, make_terminal

PAYER, BANK, FUND, INDEX = "600519.SH", "601398.SH", "510300.SH", "000300.SH"


pytestmark = pytest.mark.skipif(not hasattr(clock, "tzset"), reason="xtdata tells days in the machine's zone")


@pytest.fixture
def xtdata(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    clock.tzset()
    module = importlib.import_module("xtquant.xtdata")
    module.enable_hello = False
    yield module
    module.disconnect()
    monkeypatch.undo()
    clock.tzset()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    market = cast("ListMarket", BuiltinMarket(3, start=time(10, 0)))
    made = make_terminal(tmp_path, market=market, hold=True)
    yield made
    made.close()


def test_sectors_list_all_known_securities_and_move_none(desk: Desk, xtdata: Any) -> None:
    names = xtdata.get_sector_list()
    assert {"沪深A股", "沪深京A股", "上证A股", "深证A股", "创业板", "科创板", "京市A股"} <= set(names)
    assert {
        "沪深ETF",
        "沪深基金",
        "沪深指数",
        "沪深转债",
        "沪深债券",
        "沪深B股",
        "上证期权",
        "中金所",
    } <= set(names)
    holds = {name: xtdata.get_stock_list_in_sector(name) for name in names}
    known = {symbol for symbol, _, _ in builtin_rows()} | {item.symbol for item in SECURITIES}
    both = holds["上证A股"] + holds["深证A股"]
    assert sorted(both) == sorted(holds["沪深A股"])
    assert len(both) > 280
    assert set(both) <= known
    assert set(holds["创业板"]) < set(holds["深证A股"])
    assert set(holds["科创板"]) < set(holds["上证A股"])
    assert sorted(holds["沪深京A股"]) == sorted(both + holds["京市A股"])
    assert len(holds["沪深ETF"]) == len(holds["沪市ETF"]) + len(holds["深市ETF"]) > 50
    assert INDEX in holds["沪深指数"]
    assert (len(holds["上证50"]), len(holds["沪深300"])) == (50, len(both))
    assert len(holds["沪深B股"]) == len(holds["上证B股"]) + len(holds["深证B股"]) > 0
    assert holds["上证期权"] == holds["中金所"] == xtdata.get_stock_list_in_sector("没有这个板块") == []
    markets = {name: xtdata.get_stock_list_in_sector(name) for name in ("SH", "SZ", "BJ")}
    assert {code[-2:] for code in markets["SH"]} == {"SH"}
    assert {"600000.SH", "204001.SH", INDEX, FUND} <= set(markets["SH"])
    assert {"131810.SZ", "159915.SZ"} <= set(markets["SZ"])
    assert set(holds["京市A股"]) <= set(markets["BJ"])
    assert not set(markets) & set(names)
    industries = [name for name in names if name.startswith("SW1")]
    assert len(industries) == 31
    assert sorted(code for name in industries for code in holds[name]) == sorted(holds["沪深京A股"])
    assert {"601398.SH", "600036.SH", "000001.SZ"} <= set(holds["SW1银行"])
    assert "600519.SH" in holds["SW1食品饮料"]
    assert all("银行" in xtdata.get_instrument_detail(code)["InstrumentName"] for code in holds["SW1银行"])
    assert sum(xtdata.get_index_weight("000016.SH").values()) == pytest.approx(100)
    assert len(desk.terminal.instruments()) == 24, "asking for lists moves nobody"


def test_history_and_details_of_many_move_nobody_and_a_whole_market_moves_all(
    desk: Desk, xtdata: Any
) -> None:
    codes = xtdata.get_stock_list_in_sector("沪深A股")[:60]
    frames = xtdata.get_market_data_ex([], codes, "1d", count=5)
    assert {len(frame) for frame in frames.values()} == {5}
    assert {frame.index[-1] for frame in frames.values()} == {"20261120"}, "the growing day is the last"
    details = xtdata.get_instrument_detail_list(codes)
    assert all(detail["InstrumentName"] and detail["UpStopPrice"] > 0 for detail in details.values())
    minutes = xtdata.get_market_data_ex([], codes[40:44], "1m", count=3)
    assert {frame.index[-1] for frame in minutes.values()} == {"20261120100000"}
    assert len(desk.terminal.instruments()) == 24
    ticks = xtdata.get_full_tick(["SZ"])
    assert len(ticks) == sum(code.endswith(".SZ") for code in BuiltinMarket(3).listing())
    today = {code: frames[code].iloc[-1] for code in codes if code in ticks}
    assert all(today[code]["close"] == ticks[code]["lastPrice"] for code in today)
    assert all(today[code]["preClose"] == ticks[code]["lastClose"] for code in today)
    told: list[Any] = []
    assert xtdata.subscribe_whole_quote(["SH", "SZ"], told.append) > 0
    desk.settle("10:00:06")
    assert {code for message in told for code in message} >= set(xtdata.get_stock_list_in_sector("沪深A股"))


def test_ticks_of_the_day_and_of_days_before_come_without_having_watched(desk: Desk, xtdata: Any) -> None:
    frame = xtdata.get_market_data_ex([], ["600000.SH"], "tick")["600000.SH"]
    assert frame.index[0].startswith("20261120091")
    assert len(frame) > 300
    assert (frame["volume"].diff().dropna() >= 0).all()
    before = xtdata.get_market_data_ex([], ["600000.SH"], "tick", "20261119", "20261119")["600000.SH"]
    (day,) = xtdata.get_market_data_ex([], ["600000.SH"], "1d", "20261119", "20261119")[
        "600000.SH"
    ].itertuples()
    assert (before["lastPrice"].iloc[-1], before["volume"].iloc[-1]) == (day.close, day.volume)
    assert set(before.index.str[:8]) == {"20261119"}
    last = xtdata.get_market_data_ex([], ["600000.SH"], "tick", count=2)["600000.SH"]
    assert list(last.index) == list(frame.index[-2:])


def test_bars_that_grow_are_those_of_a_market_watched_from_the_start(desk: Desk, xtdata: Any) -> None:
    code = "600000.SH"
    first = {
        period: xtdata.get_market_data_ex([], [code], period, count=3)[code] for period in ("1m", "5m", "1d")
    }
    xtdata.get_full_tick([code])
    woken = {period: xtdata.get_market_data_ex([], [code], period, count=3)[code] for period in first}
    assert all(first[period].equals(woken[period]) for period in first)
    desk.settle("10:03:10")
    grown = {period: xtdata.get_market_data_ex([], [code], period, count=3)[code] for period in first}
    assert list(grown["1m"].index) == ["20261120100200", "20261120100300", "20261120100400"]
    desk.settle("10:10:00")
    whole = xtdata.get_market_data_ex([], [code], "1m", "20261120100200", "20261120100300")[code]
    assert whole.equals(grown["1m"].iloc[:2])


def test_prices_fall_by_the_dividend_and_adjusted_ones_do_not(desk: Desk, xtdata: Any) -> None:
    factors = xtdata.get_divid_factors(PAYER, "20250101", "20261231")
    assert list(factors.columns) == [
        "time", "interest", "stockBonus", "stockGift", "allotNum", "allotPrice", "gugai", "dr",
    ]  # fmt: skip
    assert len(factors) == 2
    day, paid = factors.index[-1], factors["interest"].iloc[-1]
    frames = {
        how: xtdata.get_market_data_ex([], [PAYER], "1d", "20250101", "", -1, how)[PAYER]
        for how in ("none", "front", "back", "front_ratio", "back_ratio")
    }
    place = list(frames["none"].index).index(day)
    before, after = frames["none"].iloc[place - 1], frames["none"].iloc[place]
    assert after["preClose"] == pytest.approx(before["close"] - paid)
    assert factors["dr"].iloc[-1] == pytest.approx(before["close"] / after["preClose"])
    assert abs(after["open"] / after["preClose"] - 1) < 0.02
    front = frames["front"]
    assert front["close"].iloc[place - 1] == pytest.approx(after["preClose"])
    assert front["close"].iloc[-1] == frames["none"]["close"].iloc[-1]
    assert front["preClose"].iloc[place] == front["close"].iloc[place - 1]
    assert frames["back_ratio"]["close"].iloc[-1] > frames["none"]["close"].iloc[-1]
    ratio = frames["front_ratio"]["close"].iloc[0] / frames["none"]["close"].iloc[0]
    assert 1 / ratio == pytest.approx(factors["dr"].prod(), rel=1e-3)
    assert (frames["none"]["preClose"].iloc[1:].values > 0).all()


def test_pushed_bars_are_adjusted_as_asked(desk: Desk, xtdata: Any) -> None:
    told: dict[str, list[Any]] = {how: [] for how in ("none", "front", "back")}
    for how, heard in told.items():
        assert xtdata.subscribe_quote2(PAYER, "1d", dividend_type=how, callback=heard.append) > 0
    desk.settle("10:00:09")
    closes = {how: heard[-1][PAYER][0]["close"] for how, heard in told.items()}
    asked = {
        how: xtdata.get_market_data_ex(["close"], [PAYER], "1d", count=1, dividend_type=how)[PAYER][
            "close"
        ].iloc[-1]
        for how in told
    }
    assert closes == asked
    assert closes["back"] > closes["none"] == closes["front"]


def test_reports_are_whole_in_themselves_and_known_when_they_were_told(desk: Desk, xtdata: Any) -> None:
    told: list[Any] = []
    xtdata.download_financial_data([PAYER], ["Balance"])
    xtdata.download_financial_data2([PAYER, BANK], ["Balance", "Income"], callback=told.append)
    assert told[-1] == {"total": 4, "finished": 4}
    data = xtdata.get_financial_data([PAYER, BANK, FUND, INDEX, "999999.SH"])
    tables = ["Balance", "Income", "CashFlow", "Capital", "HolderNum", "Top10Holder", "Top10FlowHolder"]
    assert sorted(data[PAYER]) == sorted([*tables, "PershareIndex"])
    balance, income = data[PAYER]["Balance"], data[PAYER]["Income"]
    assert list(balance["m_timetag"])[-3:] == ["20260331", "20260630", "20260930"]
    assert (balance["m_anntime"] > balance["m_timetag"]).all()
    assert balance["m_anntime"].max() <= "20261120"
    assert (abs(balance["tot_assets"] - balance["tot_liab"] - balance["total_equity"]) < 0.05).all()
    assert (balance["tot_assets"] == balance["tot_liab_shrhldr_eqy"]).all()
    year = income[income["m_timetag"].str.startswith("2025")]
    assert (year["net_profit_incl_min_int_inc"].diff().dropna() > 0).all(), "sums since the year began"
    shares = data[PAYER]["Capital"]["total_capital"].iloc[-1]
    assert income["s_fa_eps_basic"].iloc[-1] == pytest.approx(
        income["net_profit_incl_min_int_inc"].iloc[-1] * 0.98 / shares, abs=1e-3
    )
    detail = xtdata.get_instrument_detail(PAYER)
    assert (detail["TotalVolume"], detail["FloatVolume"]) == (
        shares,
        data[PAYER]["Capital"]["circulating_capital"].iloc[-1],
    )
    index = data[PAYER]["PershareIndex"]
    price = xtdata.get_full_tick([PAYER])[PAYER]["lastPrice"]
    assert 3 < price / index["s_fa_eps_basic"].iloc[-4] < 120
    assert 0 < index["du_return_on_equity"].iloc[-1] < 60
    assert 85 < data[BANK]["PershareIndex"]["gear_ratio"].iloc[-1] < 95
    holders = data[PAYER]["Top10Holder"]
    assert list(holders["rank"])[:10] == list(range(1, 11))
    assert holders["declareDate"].iloc[0].isdigit()
    for code in (INDEX, "999999.SH"):
        assert all(len(table) == 0 for table in data[code].values())
    assert len(data[FUND]["Income"]) == 0


def test_reports_are_chosen_by_their_end_or_by_the_day_they_were_told(desk: Desk, xtdata: Any) -> None:
    by_end = xtdata.get_financial_data([PAYER], ["Income"], "20250101", "20251231")[PAYER]["Income"]
    assert list(by_end["m_timetag"]) == ["20250331", "20250630", "20250930", "20251231"]
    by_told = xtdata.get_financial_data([PAYER], ["Income"], "20250101", "20251231", "announce_time")
    assert list(by_told[PAYER]["Income"]["m_timetag"]) == ["20241231", "20250331", "20250630", "20250930"]
    lower = xtdata.get_financial_data([PAYER], ["balance"], "20250101", "20250401")[PAYER]
    assert list(lower) == ["balance"]
    assert len(xtdata.get_financial_data([PAYER], ["CapitalStructure"])[PAYER]["CapitalStructure"]) > 0
    capital = xtdata.get_financial_data([PAYER], ["Capital"], "20250101", "20251231", "announce_time")
    assert list(capital[PAYER]["Capital"]["m_timetag"]) == ["20241231", "20250630"], "told with the reports"
    raw = xtdata.get_financial_data_ori([PAYER], ["Capital"])[PAYER]["CAPITALSTRUCTURE"]
    assert set(raw[0]) == {
        "total_capital", "circulating_capital", "restrict_circulating_capital", "m_timetag", "m_anntime",
    }  # fmt: skip


def test_free_shares_raise_the_number_of_shares_on_their_day(desk: Desk, xtdata: Any) -> None:
    codes = xtdata.get_stock_list_in_sector("沪深A股")
    gifts = {code: xtdata.get_divid_factors(code) for code in codes[:80]}
    code, factors = next(
        (code, found) for code, found in gifts.items() if len(found) and found["stockGift"].max() > 0
    )
    gift = factors[factors["stockGift"] > 0].iloc[-1]
    capital = xtdata.get_financial_data([code], ["Capital"])[code]["Capital"].set_index("m_timetag")
    day = gift.name
    place = list(capital.index).index(day)
    grown = capital["total_capital"].iloc[place] / capital["total_capital"].iloc[place - 1]
    assert grown == pytest.approx(1 + gift["stockGift"], rel=1e-6)
    frame = xtdata.get_market_data_ex(
        ["close", "preClose"], [code], "1d", str(int(day[:4]) * 10000 + 101), day
    )[code]
    expected = (frame["close"].iloc[-2] - gift["interest"]) / (1 + gift["stockGift"])
    assert frame["preClose"].iloc[-1] == pytest.approx(expected, abs=0.006)


def test_a_convertible_bond_costs_somewhat_more_than_its_conversion_gives(desk: Desk, xtdata: Any) -> None:
    assert xtdata.download_cb_data() is True
    bonds = xtdata.get_stock_list_in_sector("沪深转债")
    ticks = xtdata.get_full_tick(bonds)
    for code in bonds:
        info = xtdata.get_cb_info(code)
        assert (info["bondCode"], info["bondName"]) == (
            code,
            xtdata.get_instrument_detail(code)["InstrumentName"],
        )
        assert info["stockCode"] in xtdata.get_stock_list_in_sector(
            f"{'上证' if code.endswith('SH') else '深证'}A股"
        )
        stock = xtdata.get_full_tick([info["stockCode"]])[info["stockCode"]]
        worth = 100 / info["bondConvPrice"] * stock["lastPrice"]
        assert info["analConvvalue"] == pytest.approx(worth, abs=1e-3)
        assert -15 < info["analConvpremiumratio"] < 70
        assert info["analConvpremiumratio"] == pytest.approx(
            (ticks[code]["lastPrice"] / worth - 1) * 100, abs=0.01
        )
        assert info["bondValueDate"] < info["convStartDate"] < 20261120 < info["bondMaturityDate"]
        assert 0 < info["bondReMainSize"] <= info["bondIssueSize"]
    assert xtdata.get_cb_info("113042.SH")["stockName"] == "上海银行", "names tell whose bond it is"
    assert xtdata.get_cb_info(PAYER) == xtdata.get_cb_info("999999.SH") == {}
