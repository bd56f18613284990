"""Sectors, calendars, trading hours, connection and subscription lists through the real xtdata."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.core.simqmt.conftest import PFYH
from tests.fakes.market import ListMarket, instrument, quote
from tests.fakes.simqmt import Desk

Open = Callable[..., Desk]
PAYH, ETF, BOND, INDEX = "000001.SZ", "510300.SH", "113050.SH", "000300.SH"


@pytest.fixture
def xtdata() -> Iterator[Any]:
    module = importlib.import_module("xtquant.xtdata")
    module.enable_hello = False
    yield module
    module.disconnect()


@pytest.fixture
def desk(open_desk: Open) -> Desk:
    items = [instrument(code, "10.00") for code in (PFYH, PAYH, ETF, BOND, INDEX)]
    return open_desk(market=ListMarket([quote(PFYH, "10:00:00", "10.00")], instruments=items))


@pytest.fixture
def beijing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The vendor's Python reads stamps in the machine's own zone and takes it for Beijing."""
    if not hasattr(time, "tzset"):
        pytest.skip("the zone of a process cannot be changed here")
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_sectors_of_the_terminal(desk: Desk, xtdata: Any) -> None:
    assert xtdata.get_stock_list_in_sector("沪深A股") == [PFYH, PAYH]
    assert xtdata.get_stock_list_in_sector("沪市ETF") == [ETF]
    assert xtdata.get_stock_list_in_sector("沪深转债") == [BOND]
    assert xtdata.get_stock_list_in_sector("沪市指数") == [INDEX]
    assert xtdata.get_stock_list_in_sector("深市指数") == []
    assert xtdata.get_stock_list_in_sector("上期所") == []


def test_an_index_holds_what_the_market_lists(desk: Desk, xtdata: Any) -> None:
    assert xtdata.get_stock_list_in_sector("沪深300") == [PFYH, PAYH]
    assert xtdata.get_stock_list_in_sector("上证50") == [PFYH]
    assert xtdata.get_index_weight("000300.SH") == {PFYH: 50.0, PAYH: 50.0}
    assert xtdata.get_index_weight("000001.SH") == {}


def test_own_sectors_live_in_the_terminals_folder(desk: Desk, xtdata: Any) -> None:
    assert xtdata.create_sector("", "自选") == "自选"
    assert xtdata.create_sector("", "自选", overwrite=False) == "自选1"
    assert xtdata.add_sector("自选", [PFYH, PAYH]) is True
    assert xtdata.add_sector("自选", [PFYH, ETF]) is True
    assert xtdata.get_stock_list_in_sector("自选") == [PFYH, PAYH, ETF]
    assert xtdata.remove_stock_from_sector("自选", [PAYH]) is True
    xtdata.reconnect()
    assert xtdata.get_stock_list_in_sector("自选") == [PFYH, ETF]
    assert xtdata.reset_sector("自选", [INDEX]) is True
    assert xtdata.get_stock_list_in_sector("自选") == [INDEX]
    assert {"自选", "自选1"} <= set(xtdata.get_sector_list())
    assert xtdata.remove_sector("自选") is True
    assert xtdata.remove_sector("自选") is False
    assert xtdata.add_sector("沪深A股", [INDEX]) is False, "what the rules say is not the user's to change"


def test_the_calendar_goes_on_where_the_trading_days_end(desk: Desk, xtdata: Any, beijing: None) -> None:
    ahead = xtdata.get_trading_calendar("SH", "20261119", "20261125")
    assert ahead == ["20261119", "20261120", "20261123", "20261124", "20261125"]
    assert xtdata.compute_coming_trading_calendar("SH", "", "20261124") == ["20261123", "20261124"]
    with pytest.raises(Exception, match="暂不支持"):
        xtdata.get_trading_calendar("BJ")
    assert xtdata.timetag_to_datetime(xtdata.get_market_last_trade_date("SH"), "%Y%m%d") == "20261120"


def test_trading_hours(desk: Desk, xtdata: Any) -> None:
    hours = xtdata.get_trading_period(PFYH)
    assert hours["market"] == "SH"
    assert [(item["status"], item["time"][1][0], item["time"][2][0]) for item in hours["tradings"]] == [
        (2, 91500, 92500),
        (3, 93000, 113000),
        (3, 130000, 145700),
        (8, 145700, 150000),
    ]
    assert [item["type"] for item in xtdata.get_kline_trading_period(PFYH)["tradings"]] == [
        "auction",
        "continuous",
        "continuous",
    ]
    assert [item["market"] for item in xtdata.get_all_trading_periods()] == ["SH", "SZ", "BJ"]
    assert {"tick", "1m", "1w", "1y"} <= {item["name"] for item in xtdata.get_period_list()}
    assert xtdata.get_authorized_market_list() == ["SH", "SZ", "BJ"]


def test_what_is_subscribed_can_be_listed_until_the_connection_is_lost(desk: Desk, xtdata: Any) -> None:
    first = xtdata.subscribe_quote(PFYH, "1m", callback=print)
    second = xtdata.subscribe_whole_quote(["SZ"], print)
    assert xtdata.get_current_connect_sub_info() == [
        {"subId": first, "stockCode": PFYH, "isSub": True, "period": 60_000, "metaId": 3001},
        {"subId": second, "stockCode": "SZ", "isSub": True, "period": 0, "metaId": 3000},
    ]
    assert [item["stockCode"] for item in xtdata.get_all_sub_info()] == [PFYH, "SZ"]
    desk.terminal.disconnect()
    assert xtdata.get_current_connect_sub_info() == []


def test_run_ends_with_the_vendors_words_when_the_connection_is_lost(
    desk: Desk, xtdata: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    xtdata.get_client()
    monkeypatch.setattr(xtdata._TIME_, "sleep", lambda _seconds: desk.terminal.disconnect())
    with pytest.raises(Exception, match="行情服务连接断开"):
        xtdata.run()


def test_financial_data_are_empty_tables(desk: Desk, xtdata: Any) -> None:
    told: list[Any] = []
    xtdata.download_financial_data([PFYH], ["Balance"])
    xtdata.download_financial_data2(
        [PFYH], ["Balance", "Income"], callback=lambda data: told.append(dict(data))
    )
    assert told == [{"total": 2, "finished": 1}, {"total": 2, "finished": 2}]
    tables = xtdata.get_financial_data([PFYH], ["Balance"])
    assert list(tables) == [PFYH]
    assert len(tables[PFYH]["Balance"]) == 0


def test_the_whole_detail_tells_the_limits_of_an_order(desk: Desk, xtdata: Any) -> None:
    detail = xtdata.get_instrument_detail(PFYH, True)
    assert (detail["MinLimitOrderVolume"], detail["MaxLimitOrderVolume"]) == (100, 1_000_000)
    assert detail["OpenDate"] == "19990101"
    assert xtdata.get_instrument_detail_list([PFYH, "600036.SH"])["600036.SH"] is None


def test_older_versions_leave_out_an_argument_and_ask_for_hours_in_seconds(desk: Desk, xtdata: Any) -> None:
    client, bson = xtdata.get_client(), importlib.import_module("xtquant.xtbson").BSON
    told: list[Any] = []
    meta = bson.encode({"stockCode": PFYH, "period": "tick"})
    assert client.subscribe_quote(meta, bson.encode({}), told.append) > 0
    assert client.subscribe_whole_quote(["SH"], told.append) > 0
    desk.settle()
    assert [type(data[PFYH]) for data in told] == [list, dict]
    hours = bson.decode(
        client.commonControl("gettradingtime", bson.encode({"market": "SH", "code": "600000"}))
    )
    assert hours["result"][1] == [34_200, 41_400, 3]
    with pytest.raises(TypeError):
        client.subscribe_quote(meta, bson.encode({}))


def test_programs_hear_of_the_connection_and_of_its_loss(open_desk: Open, xtdata: Any) -> None:
    desk = open_desk()
    heard: list[Any] = []
    client = importlib.import_module("xtquant.datacenter").IPythonApiClient()
    client.registerCommonControlCallback("watchxtquantstatus", heard.append)
    client.registerCommonControlCallback("watchquoteserverstatus", heard.append)
    assert client.connect() == (0, "")
    desk.settle()
    assert heard == [{"address": "127.0.0.1:58610", "status": "connected"}]
    desk.terminal.disconnect()
    assert heard[1:] == [{"address": "127.0.0.1:58610", "status": "disconnected"}]
    older = importlib.import_module("xtquant.datacenter").IPythonApiClient()
    bson = importlib.import_module("xtquant.xtbson").BSON
    assert (
        bson.decode(older.subscribeCommonControl("watchxtquantstatus", bson.encode({}), heard.append)) == {}
    )
    older.connect()
    desk.settle()
    assert heard[2:] == [{"address": "127.0.0.1:58610", "status": "connected"}]
    older.shutdown()
    assert len(heard) == 3, "who leaves is not told of a loss"
