"""The market data side through the real xtdata: shapes, units, subscriptions, history."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from core.domain.enums import Period, Phase
from core.domain.market import Bar, Symbol
from core.simqmt.data.shapes import PHASE_CODES
from tests.core.simqmt.conftest import PFYH
from tests.fakes.market import ListMarket, at, instrument, quote
from tests.fakes.simqmt import Desk

Open = Callable[..., Desk]
ETF = "510300.SH"
PAYH = "000001.SZ"
BOOK = quote(
    PFYH,
    "10:00:00",
    "11.37",
    pre_close="11.30",
    bids=[("11.36", 1200), ("11.35", 350)],
    asks=[("11.37", 4100)],
    volume=75_861_284,
)
MINUTES = [
    Bar(
        Symbol(PFYH),
        Period.M1,
        at("09:31:00") + n * 60_000,
        11_000 + n,
        11_100,
        10_900,
        11_050,
        12_300,
        135_000.5,
    )
    for n in range(5)
]
DAYS = [Bar(Symbol(PFYH), Period.D1, at(f"2026-11-{day} 15:00:00"), 1, 4, 1, 3, 900, 9.0) for day in (18, 19)]


@pytest.fixture
def xtdata() -> Iterator[Any]:
    module = importlib.import_module("xtquant.xtdata")
    module.enable_hello = False
    yield module
    module.disconnect()


@pytest.fixture
def desk(open_desk: Open) -> Desk:
    market = ListMarket(
        [BOOK, quote(PAYH, "10:00:00", "9.50", pre_close="9.60")],
        instruments=[
            instrument(PFYH, "11.30", "浦发银行"),
            instrument(PAYH, "9.60", "平安银行"),
            instrument(ETF, "4.000", "沪深300ETF", tick="0.001"),
        ],
        bars=[*MINUTES, *DAYS],
        start="09:59:59",
    )
    made = open_desk(market=market)
    made.settle("10:00:00")
    return made


def test_a_tick_has_the_vendors_fields_and_units(desk: Desk, xtdata: Any) -> None:
    ticks = xtdata.get_full_tick([PFYH])
    tick = ticks[PFYH]
    assert set(tick) == {
        "time", "timetag", "lastPrice", "open", "high", "low", "lastClose", "amount", "volume", "pvolume", "stockStatus",
        "openInt", "transactionNum", "lastSettlementPrice", "settlementPrice", "pe", "askPrice", "bidPrice",
        "askVol", "bidVol", "volRatio", "speed1Min", "speed5Min",
    }  # fmt: skip
    assert (tick["time"], tick["lastPrice"], tick["lastClose"]) == (at("10:00:00"), 11.37, 11.30)
    assert (tick["volume"], tick["pvolume"]) == (758_613, 75_861_284), "lots are rounded"
    assert tick["timetag"] == "20261120 10:00:00"
    assert isinstance(tick["amount"], int)
    assert tick["transactionNum"] > 0
    assert tick["bidPrice"] == [11.36, 11.35, 0.0, 0.0, 0.0]
    assert tick["bidVol"] == [12, 3, 0, 0, 0]
    assert (tick["askPrice"][0], tick["askVol"][0]) == (11.37, 41)
    assert (tick["stockStatus"], tick["openInt"]) == (3, 13)
    assert set(xtdata.get_full_tick(["SH", "SZ"])) == {PFYH, PAYH}
    assert xtdata.get_full_tick(["600036.SH"]) == {}


def test_a_pushed_tick_has_no_text_of_its_time_and_amounts_of_fractions(desk: Desk, xtdata: Any) -> None:
    told: list[Any] = []
    xtdata.subscribe_whole_quote([PFYH], told.append)
    desk.feed(quote(PFYH, "10:00:03.250", "11.40", volume=75_861_300))
    tick = told[-1][PFYH]
    assert "timetag" not in tick
    assert isinstance(tick["amount"], float)
    assert xtdata.get_full_tick([PFYH])[PFYH]["timetag"] == "20261120 10:00:03.250"


@pytest.mark.parametrize(
    ("phase", "code"), [(Phase.OPEN_CALL, 12), (Phase.LUNCH, 14), (Phase.CLOSED, 15), (Phase.SUSPENDED, 17)]
)
def test_the_phase_is_told_in_two_fields(desk: Desk, xtdata: Any, phase: Phase, code: int) -> None:
    desk.feed(quote(PFYH, "10:00:03", "11.37", phase=phase))
    tick = xtdata.get_full_tick([PFYH])[PFYH]
    assert tick["openInt"] == tick["stockStatus"] + 10 == code
    assert set(PHASE_CODES) == set(Phase)


def test_a_whole_quote_tells_what_is_known_then_changes(desk: Desk, xtdata: Any) -> None:
    told: list[Any] = []
    number = xtdata.subscribe_whole_quote(["SH", PAYH], told.append)
    desk.settle()
    assert number > 0
    assert [set(ticks) for ticks in told] == [{PFYH, PAYH}]
    desk.feed(
        quote(PFYH, "10:00:03", "11.40"), quote(PAYH, "10:00:03", "9.55"), quote(ETF, "10:00:04", "4.001")
    )
    assert [{code: tick["lastPrice"] for code, tick in ticks.items()} for ticks in told[1:]] == [
        {PFYH: 11.40, PAYH: 9.55},
        {ETF: 4.001},
    ]
    xtdata.unsubscribe_quote(number)
    desk.feed(quote(PFYH, "10:00:06", "11.41"))
    assert len(told) == 3


def test_a_single_subscription_gets_lists_of_ticks_or_of_the_growing_bar(desk: Desk, xtdata: Any) -> None:
    ticks: list[Any] = []
    bars: list[Any] = []
    assert xtdata.subscribe_quote(PFYH, "tick", callback=ticks.append) > 0
    assert xtdata.subscribe_quote(PFYH, "1m", callback=bars.append) > 0
    assert xtdata.subscribe_quote(PFYH, "7m", callback=bars.append) == -1
    desk.feed(
        quote(PFYH, "10:00:03", "11.40", volume=75_861_484),
        quote(PFYH, "10:00:06", "11.35", volume=75_861_984),
    )
    assert [data[PFYH][0]["lastPrice"] for data in ticks] == [11.37, 11.40, 11.35]
    growing = bars[-1][PFYH][0]
    assert growing["time"] == at("10:01:00")
    assert (growing["high"], growing["low"], growing["close"]) == (11.40, 11.35, 11.35)
    assert growing["volume"] == 7


def test_a_raising_callback_is_printed_and_harms_nobody(
    desk: Desk, xtdata: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    told: list[Any] = []

    def broken(_ticks: Any) -> None:
        raise RuntimeError("broken callback")

    xtdata.subscribe_whole_quote(["SH"], broken)
    xtdata.subscribe_whole_quote(["SH"], told.append)
    desk.feed(quote(PFYH, "10:00:03", "11.40"))
    assert len(told) == 2
    assert "subscribe callback error" in capsys.readouterr().out


def test_bars_come_as_frames(desk: Desk, xtdata: Any) -> None:
    frame = xtdata.get_market_data_ex([], [PFYH, PAYH], "1m")[PFYH]
    minutes = [f"2026112009{minute}00" for minute in range(31, 36)]
    assert list(frame.index) == [*minutes, "20261120100000"], "history, then the bar that is growing"
    assert {name: str(kind) for name, kind in frame.dtypes.items()} == {
        "time": "int64", "open": "float64", "high": "float64", "low": "float64", "close": "float64",
        "volume": "int64", "amount": "float64", "settelementPrice": "float64", "openInterest": "int64",
        "preClose": "float64", "suspendFlag": "int32",
    }  # fmt: skip
    first = frame.iloc[0]
    assert (first["open"], first["high"], first["low"], first["close"]) == (11.0, 11.1, 10.9, 11.05)
    assert (first["volume"], first["amount"], first["time"]) == (123, 135_000.5, at("09:31:00"))
    last = xtdata.get_market_data_ex(["close", "volume"], [PFYH], "1m", "", "20261120093500", 2)[PFYH]
    assert list(last.columns) == ["close", "volume"]
    assert list(last.index) == ["20261120093400", "20261120093500"]
    some = xtdata.get_market_data_ex([], [PFYH], "1m", "20261120093200", "20261120093400")[PFYH]
    assert len(some) == 3
    assert len(xtdata.get_market_data_ex([], [ETF], "1m")[ETF]) == 0
    days = xtdata.get_market_data_ex([], [PFYH], "1d", "20261118", "20261118")[PFYH]
    assert list(days.index) == ["20261118"]
    wide = xtdata.get_market_data(["close"], [PFYH], "1m", end_time="20261120093500")
    assert wide["close"].shape == (1, 5)
    assert wide["close"].loc[PFYH, "20261120093500"] == 11.05


def test_ticks_of_the_day_come_as_a_frame(desk: Desk, xtdata: Any) -> None:
    desk.feed(quote(PFYH, "10:00:03", "11.40"))
    frame = xtdata.get_market_data_ex(["lastPrice", "askPrice"], [PFYH], "tick")[PFYH]
    assert list(frame["lastPrice"]) == [11.37, 11.40]
    assert len(frame.index) == 2, "the vendor writes the machine's local time there"


def test_downloads_end(desk: Desk, xtdata: Any) -> None:
    told: list[Any] = []
    xtdata.download_history_data(PFYH, "1m")
    xtdata.download_history_data2([PFYH, PAYH], "1d", callback=told.append)
    assert [(data["finished"], data["total"]) for data in told] == [(1, 2), (2, 2)]
    xtdata.download_history_data2([], "1d")


def test_an_instrument_has_its_limits_of_the_day(desk: Desk, xtdata: Any) -> None:
    detail = xtdata.get_instrument_detail(PFYH)
    assert (detail["InstrumentName"], detail["ExchangeID"], detail["InstrumentID"]) == (
        "浦发银行",
        "SH",
        "600000",
    )
    assert (detail["PreClose"], detail["UpStopPrice"], detail["DownStopPrice"]) == (11.30, 12.43, 10.17)
    assert (detail["PriceTick"], detail["TradingDay"], detail["InstrumentStatus"]) == (0.01, "20261120", 0)
    assert 0 < detail["FloatVolume"] <= detail["TotalVolume"], "programs divide by them"
    assert xtdata.get_instrument_detail(ETF)["PriceTick"] == 0.001
    assert xtdata.get_instrument_detail("600036.SH") is None


def test_types_dates_sectors(desk: Desk, xtdata: Any) -> None:
    assert xtdata.get_instrument_type(PFYH) == {"stock": True}
    assert xtdata.get_instrument_type(ETF) == {"fund": True, "etf": True}
    assert xtdata.get_instrument_type("000300.SH") == {"index": True}
    days = xtdata.get_trading_dates("SH", "20261116", "20261120")
    assert days == [at(f"2026-11-{day} 00:00:00") for day in range(16, 21)]
    assert xtdata.get_trading_dates("SH", count=1) == [at("2026-11-20 00:00:00")]
    assert xtdata.get_stock_list_in_sector("沪深A股") == [PFYH, PAYH]
    assert xtdata.get_stock_list_in_sector("沪深ETF") == [ETF]
    assert "沪深A股" in xtdata.get_sector_list()
    assert "20261001" in xtdata.get_holidays()


def test_a_disconnect_loses_the_subscriptions(desk: Desk, xtdata: Any) -> None:
    told: list[Any] = []
    xtdata.subscribe_whole_quote(["SH"], told.append)
    desk.settle()
    desk.terminal.disconnect()
    desk.feed(quote(PFYH, "10:00:03", "11.40"))
    assert len(told) == 1
    assert xtdata.get_full_tick([PFYH])[PFYH]["lastPrice"] == 11.40, "the next call connects again"
    desk.feed(quote(PFYH, "10:00:06", "11.41"))
    assert len(told) == 1


def test_without_a_terminal_every_call_says_so(desk: Desk, xtdata: Any) -> None:
    desk.terminal.close()
    with pytest.raises(Exception, match="无法连接xtquant服务"):
        xtdata.get_full_tick([PFYH])


def test_orders_meet_the_prices_that_xtdata_shows(desk: Desk, xtdata: Any) -> None:
    trader = desk.trader()
    ask = xtdata.get_full_tick([PFYH])[PFYH]["askPrice"][0]
    trader.buy(PFYH, 100, ask)
    desk.settle()
    assert trader.events("on_stock_trade")[0].traded_price == ask


def test_set_quote_reaches_the_subscribers(desk: Desk, xtdata: Any) -> None:
    told: list[Any] = []
    xtdata.subscribe_whole_quote([PFYH], told.append)
    desk.terminal.set_quote(PFYH, last="11.20", asks=[("11.20", 300)])
    desk.settle()
    tick = told[-1][PFYH]
    assert (tick["lastPrice"], tick["askVol"][0], tick["lastClose"]) == (11.2, 3, 11.3)
