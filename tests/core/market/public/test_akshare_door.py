"""The real akshare functions, in the helper process, against a local server.

Bodies come from the recorded answers where there are any; the others are synthetic and shaped after what akshare
1.19.5 reads (see `tests/fakes/public_bodies.py`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.domain.enums import Period, Phase
from core.domain.market import Symbol
from core.errors import HelperTimeout, SourceError
from core.market.bars import midnight
from core.market.phases import at, time_of_day
from core.market.public.akshare_jobs import (
    BarsJob,
    DividendsJob,
    DoorOptions,
    FactorsJob,
    InstrumentListJob,
    InstrumentsJob,
    QuotesJob,
    SuspensionsJob,
)
from core.market.public.breaker import BreakerState
from core.market.public.records import Suspension
from core.market.public.source_names import Source, SourceFault
from core.market.public.sources import SourceLimits
from tests.fakes.door import DoorBench, easy_sources
from tests.fakes.eastmoney_server import Asked, EastmoneyServer, Fault
from tests.fakes.helper_jobs import Add
from tests.fakes.public_bodies import (
    QFQ_JS,
    dividends_page,
    list_row,
    recorded,
    sina_line,
    sina_list,
    stock_get,
    suspensions_page,
    trends,
    ulist,
)

AT_S = 1783477800  # 2026-07-08 10:30:00, a Wednesday
AT_MS = AT_S * 1000
MAOTAI, BANK, FUND = Symbol("600519.SH"), Symbol("000001.SZ"), Symbol("510300.SH")
PUSH = "push2.eastmoney.com"


@pytest.fixture(scope="module")
def shared_bench() -> Iterator[DoorBench]:
    """One helper process for the module: importing akshare takes a second."""
    with EastmoneyServer() as server:
        bench = DoorBench(server)
        assert bench.run(Add(1, 1)) == 2  # its threads live as long as the module
        yield bench
        bench.close()


@pytest.fixture
def bench(shared_bench: DoorBench) -> Iterator[DoorBench]:
    """The shared bench with a fresh politeness, an empty list of requests and no fault."""
    shared_bench.sources = easy_sources()
    shared_bench.server.forget()
    yield shared_bench
    for host in ("", "eastmoney.com", "sinajs.cn"):
        shared_bench.server.break_down(None, host=host)


def bars(
    bench: DoorBench,
    symbol: str,
    period: Period = Period.D1,
    year: int = 2024,
    options: DoorOptions | None = None,
) -> tuple[Any, ...]:
    job = BarsJob(Symbol(symbol), period, date(year, 1, 1), date(year, 12, 31), options or bench.options)
    return bench.run(job)


# quotes


def test_many_symbols_in_one_request(bench: DoorBench) -> None:
    rows = {
        "1.600519": list_row("600519", 1, "贵州茅台", 1468.2, 1455.0, AT_S),
        "0.000001": list_row("000001", 0, "平安银行", 10.5, 10.4, AT_S - 3),
        "1.510300": list_row("510300", 1, "沪深300ETF", 4.718, 4.7, AT_S),
    }
    bench.server.serve("/api/qt/ulist.np/get", ulist(rows))
    symbols = (MAOTAI, BANK, FUND, Symbol("000002.SZ"))
    answer = bench.run(QuotesJob(symbols, Source.EASTMONEY, AT_MS, bench.options))
    assert len(bench.server.asked()) == 1
    assert answer.absent == ("000002.SZ",)
    quotes = {quote.symbol: quote for quote in answer.quotes}
    assert {symbol: quote.last for symbol, quote in quotes.items()} == {
        MAOTAI: 1468200,
        BANK: 10500,
        FUND: 4718,
    }
    assert quotes[BANK].time_ms == AT_MS - 3000  # its own time, not ours
    assert quotes[FUND].best_bid == 4708
    assert quotes[MAOTAI].phase is Phase.CONTINUOUS


def test_hundreds_of_symbols_in_few_requests(bench: DoorBench) -> None:
    symbols = tuple(Symbol(f"60{n:04d}.SH") for n in range(200))
    rows = {f"1.{symbol[:6]}": list_row(symbol[:6], 1, "x", 10.0, 9.9, AT_S) for symbol in symbols}
    bench.server.serve("/api/qt/ulist.np/get", ulist(rows))
    answer = bench.run(QuotesJob(symbols, Source.EASTMONEY, AT_MS, bench.options))
    assert len(answer.quotes) == 200
    assert len(bench.server.asked()) == 3


def test_one_share_through_stock_bid_ask_em_with_levels_limits_and_time(bench: DoorBench) -> None:
    bench.server.serve(
        "/api/qt/stock/get", lambda asked: stock_get(asked.query["secid"][2:], "招商银行", AT_S)
    )
    (quote,) = bench.run(QuotesJob((Symbol("600036.SH"),), Source.EASTMONEY, AT_MS, bench.options)).quotes
    (asked,) = bench.server.asked()
    assert asked.query["secid"] == "1.600036"
    assert "f120" in asked.query["fields"]  # akshare's own list of fields
    assert (quote.time_ms, quote.limit_up, quote.limit_down) == (AT_MS, 5170, 4230)
    assert (quote.bids[0], quote.asks[0]) == ((4720, 10000), (4720, 20000))
    assert (quote.volume, quote.amount) == (1_000_000, 4_712_000.0)


@pytest.mark.parametrize("symbol", ["510300.SH", "563000.SH", "588000.SH"])
def test_shanghai_funds_are_asked_in_shanghai(bench: DoorBench, symbol: str) -> None:
    bench.server.serve(
        "/api/qt/stock/get", lambda asked: stock_get(asked.query["secid"][2:], "基金", AT_S, scale=1000)
    )
    (quote,) = bench.run(QuotesJob((Symbol(symbol),), Source.EASTMONEY, AT_MS, bench.options)).quotes
    assert bench.server.asked()[0].query["secid"] == f"1.{symbol[:6]}"
    assert (quote.last, quote.bids[0]) == (4718, (4717, 10000))


def test_a_halted_share_through_stock_bid_ask_em(bench: DoorBench) -> None:
    bench.server.serve("/api/qt/stock/get", stock_get("600036", "招商银行", AT_S - 9000, halted=True))
    (quote,) = bench.run(QuotesJob((Symbol("600036.SH"),), Source.EASTMONEY, AT_MS, bench.options)).quotes
    assert (quote.last, quote.suspended, quote.bids) == (0, True, ())


def test_an_unknown_share_is_absent_and_the_source_stays_well(
    bench: DoorBench, market_data_dir: Path
) -> None:
    bench.server.serve("/api/qt/stock/get", recorded(market_data_dir, "stock_get_rc102_null"))
    answer = bench.run(QuotesJob((Symbol("600036.SH"),), Source.EASTMONEY, AT_MS, bench.options))
    assert (answer.quotes, answer.absent) == ((), ("600036.SH",))
    assert bench.sources.view(Source.EASTMONEY).failed == 0


def test_a_trimmed_answer_that_akshare_cannot_read_is_an_error_with_its_name(
    bench: DoorBench, market_data_dir: Path
) -> None:
    bench.server.serve("/api/qt/stock/get", recorded(market_data_dir, "stock_get_600519_fltt1_scaled_int"))
    with pytest.raises(SourceError, match=r"stock_bid_ask_em 看不懂.*f31") as caught:
        bench.run(QuotesJob((MAOTAI,), Source.EASTMONEY, AT_MS, bench.options))
    assert (caught.value.fault, caught.value.source) == (SourceFault.GARBLED, Source.EASTMONEY)
    assert bench.sources.view(Source.EASTMONEY).failed == 1


def test_sina_gives_levels_for_many_in_one_request(bench: DoorBench) -> None:
    bench.server.serve("/list=", sina_list({"sh600519": sina_line("sh600519", "贵州茅台")}))
    answer = bench.run(QuotesJob((MAOTAI, BANK), Source.SINA, AT_MS, bench.options))
    (asked,) = bench.server.asked("sinajs.cn")
    assert asked.path == "/list=sh600519,sz000001"
    assert answer.absent == (BANK,)
    assert answer.quotes[0].bids[0] == (1468190, 100)
    assert answer.quotes[0].source == "新浪"


def test_instruments_of_some_symbols(bench: DoorBench) -> None:
    rows = {
        "1.600519": list_row("600519", 1, "贵州茅台", 1468.2, 1455.0, AT_S),
        "0.000004": list_row("000004", 0, "*ST国华", 9.5, 10.0, AT_S),
    }
    bench.server.serve("/api/qt/ulist.np/get", ulist(rows))
    job = InstrumentsJob((MAOTAI, Symbol("000004.SZ")), Source.EASTMONEY, AT_MS, bench.options)
    maotai, warned = bench.run(job)
    assert (maotai.name, maotai.limit_up, maotai.limit_down) == (
        "贵州茅台",
        Decimal("1600.50"),
        Decimal("1309.50"),
    )
    assert maotai.trading_day == date(2026, 7, 8)
    assert warned.is_st
    assert warned.limit_up == Decimal("11.00")  # ten percent since 2026-07-06


# history


def test_recorded_days_of_a_share(bench: DoorBench, market_data_dir: Path) -> None:
    bench.server.serve("/api/qt/stock/kline/get", recorded(market_data_dir, "kline_600036_daily_20241224"))
    found = bars(bench, "600036.SH")
    (asked,) = bench.server.asked()
    assert (asked.query["secid"], asked.query["fqt"]) == ("1.600036", "0")
    assert [(bar.open, bar.close, bar.high, bar.low) for bar in found] == [
        (38350, 39220, 39290, 38320), (39230, 39400, 39560, 38990), (39400, 39480, 39540, 39010),
    ]  # fmt: skip
    assert [bar.volume for bar in found] == [99_342_800, 75_591_300, 53_925_200]


@pytest.mark.parametrize(
    ("symbol", "name", "last"),
    [
        ("601872.SH", "kline_601872_daily_20241218", 6260),
        ("603912.SH", "kline_603912_limitup_202212", 12020),
    ],
)
def test_more_recorded_days(
    bench: DoorBench, market_data_dir: Path, symbol: str, name: str, last: int
) -> None:
    body = recorded(market_data_dir, name)
    if len(body["data"]["klines"][0].split(",")) == 10:  # recorded without a field that akshare names
        body["data"]["klines"] = [f"{line},0" for line in body["data"]["klines"]]
    bench.server.serve("/api/qt/stock/kline/get", body)
    assert bars(bench, symbol)[-1].close == last


def test_a_recorded_index_through_stock_zh_index_daily_em(bench: DoorBench, market_data_dir: Path) -> None:
    bench.server.serve("/api/qt/stock/kline/get", recorded(market_data_dir, "kline_000300_index_202609"))
    found = bars(bench, "000300.SH", year=2026)
    (asked,) = bench.server.asked()
    assert asked.query["secid"] == "1.000300"
    assert [bar.close for bar in found] == [4340760, 4345210, 4357620]
    assert found[0].volume == 17_127_737_300


def test_a_suspension_of_dashes_that_akshare_cannot_read_is_read_by_us(
    bench: DoorBench, market_data_dir: Path
) -> None:
    bench.server.serve(
        "/api/qt/stock/kline/get", recorded(market_data_dir, "kline_600519_suspension_dash_row")
    )
    found = bars(bench, "600519.SH", year=2026)
    assert [bar.close for bar in found] == [1193010, 1194450]
    assert found[0].volume == 4_247_400
    assert len(bench.server.asked()) == 1
    assert bench.sources.view(Source.EASTMONEY).failed == 0


def test_history_that_nobody_can_read_is_an_error_with_its_name(bench: DoorBench) -> None:
    bench.server.serve("/api/qt/stock/trends2/get", trends("600036", ["2026-07-08 09:31,1,1"]))
    with pytest.raises(SourceError, match="stock_zh_a_hist_min_em 看不懂"):
        bars(bench, "600036.SH", Period.M1)
    assert bench.sources.view(Source.EASTMONEY).failed == 1


def test_no_trading_day_gives_no_bars(bench: DoorBench, market_data_dir: Path) -> None:
    bench.server.serve("/api/qt/stock/kline/get", recorded(market_data_dir, "kline_600036_empty_nontrading"))
    assert bars(bench, "600036.SH") == ()


def test_a_recorded_throttle_is_no_empty_history(bench: DoorBench, market_data_dir: Path) -> None:
    bench.server.serve("/api/qt/stock/kline/get", recorded(market_data_dir, "kline_throttled_empty_200"))
    with pytest.raises(SourceError, match="限流") as caught:
        bars(bench, "600036.SH")
    assert caught.value.fault == SourceFault.THROTTLED
    assert bench.sources.view(Source.EASTMONEY).failed == 1


def test_funds_are_asked_in_their_own_market(bench: DoorBench, market_data_dir: Path) -> None:
    bench.server.serve("/api/qt/stock/kline/get", recorded(market_data_dir, "kline_600036_daily_20241224"))
    for symbol in ("510300.SH", "159915.SZ", "588000.SH", "161725.SZ"):
        assert len(bars(bench, symbol)) == 3
    assert [one.query["secid"] for one in bench.server.asked()] == [
        "1.510300", "0.159915", "1.588000", "0.161725",
    ]  # fmt: skip


def test_single_minutes_with_open_zero_and_the_opening_bar(bench: DoorBench) -> None:
    lines = [
        "2026-07-07 09:30,0.0,10.00,10.00,10.00,50,50000.0,10.0",
        "2026-07-07 09:31,0.0,10.10,10.20,10.00,100,101000.0,10.05",
        "2026-07-07 09:32,0.0,10.15,10.30,10.05,100,101500.0,10.05",
        "2026-07-08 09:31,10.20,10.25,10.30,10.20,100,102500.0,10.2",
    ]
    bench.server.serve("/api/qt/stock/trends2/get", lambda asked: trends(asked.query["secid"][2:], lines))
    for symbol in ("600519.SH", "510300.SH"):
        found = bars(bench, symbol, Period.M1, 2026)
        assert [(bar.open, bar.close, bar.volume) for bar in found] == [
            (10000, 10100, 15000), (10100, 10150, 10000), (10200, 10250, 10000),
        ]  # fmt: skip
        assert [time_of_day(bar.time_ms) for bar in found] == [at(9, 31), at(9, 32), at(9, 31)]
        assert len({midnight(bar.time_ms) for bar in found}) == 2


# beside prices


def test_factors_through_stock_zh_a_daily(bench: DoorBench) -> None:
    bench.server.serve("/realstock/company/sh600519/qfq.js", QFQ_JS)
    found = bench.run(FactorsJob(MAOTAI, bench.options))
    assert [(one.day, one.qfq) for one in found] == [
        (date(1900, 1, 1), Decimal("1.03")), (date(2022, 6, 30), Decimal("1.015")), (date(2023, 6, 30), Decimal(1)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "var x=__import__('os').system('true')",
        'var x={"total":1,"data":[{"d":"2023-06-30","f":"1"}]} if print("run") else {}',
        "var x",
        "var x=[1]",
    ],
)
def test_akshare_never_evaluates_anything_but_data(bench: DoorBench, text: str) -> None:
    bench.server.serve("/realstock/company/sh600519/qfq.js", text)
    with pytest.raises(SourceError, match="复权数据") as caught:
        bench.run(FactorsJob(MAOTAI, bench.options))
    assert caught.value.fault == SourceFault.GARBLED
    assert caught.value.source == Source.SINA


def test_distributions_of_a_fund(bench: DoorBench) -> None:
    """Synthetic, shaped after `fund_etf_dividend_sina`: the cash so far stands in `u`."""
    bench.server.serve(
        "/realstock/company/sh510300/hfq.js",
        'var sh510300hfq={"total":3,"data":[{"d":"2024-01-18","f":"1","s":"0","u":"0.1210"},'
        '{"d":"2023-01-17","f":"1","s":"0","u":"0.0520"},{"d":"1900-01-01","f":"1","s":"0","u":"0"}]}',
    )
    found = bench.run(DividendsJob(FUND, bench.options))
    assert [(one.ex_day, one.cash) for one in found] == [
        (date(2023, 1, 17), Decimal("0.0520")), (date(2024, 1, 18), Decimal("0.0690")),
    ]  # fmt: skip


def test_dividends_through_stock_fhps_detail_em(bench: DoorBench) -> None:
    bench.server.serve("/api/data/v1/get", dividends_page())
    paid, planned = bench.run(DividendsJob(MAOTAI, bench.options))
    assert (paid.ex_day, paid.cash, paid.shares, paid.is_final) == (
        date(2024, 6, 19),
        Decimal("30.876"),
        0,
        True,
    )
    assert (planned.cash, planned.shares, planned.is_final) == (Decimal("27.624"), Decimal("0.3"), False)


def test_a_share_that_never_paid_has_no_dividends(bench: DoorBench) -> None:
    bench.server.serve(
        "/api/data/v1/get", {"success": False, "message": "返回数据为空", "code": 9201, "result": None}
    )
    assert bench.run(DividendsJob(MAOTAI, bench.options)) == ()
    assert bench.run(SuspensionsJob(date(2026, 7, 8), bench.options)) == ()
    assert bench.sources.view(Source.EASTMONEY).failed == 0


def test_suspensions_through_stock_tfp_em(bench: DoorBench) -> None:
    bench.server.serve("/api/data/v1/get", suspensions_page())
    assert bench.run(SuspensionsJob(date(2026, 7, 8), bench.options)) == (
        Suspension(MAOTAI, "贵州茅台", date(2026, 7, 8), None, None, "重大事项"),
    )


def test_the_whole_market_page_by_page(bench: DoorBench, market_data_dir: Path) -> None:
    """The recorded page, its total set to what is in it; the funds' page is synthetic."""
    shares = recorded(market_data_dir, "clist_spot_20240808_top_gainers_trimmed")
    shares["data"]["total"] = 6
    names = (
        "f1,f2,f3,f4,f5,f6,f7,f8,f9,f10,f11,f12,f13,f14,f15,f16,f17,f18,f20,f21,f23,f24,f25,f22,f30,f31,f32,f33,f34,"
        "f35,f38,f62,f63,f64,f65,f66,f69,f72,f75,f78,f81,f84,f87,f115,f124,f128,f136,f152,f184,f297,f402,f441"
    )
    fund: dict[str, Any] = dict.fromkeys(names.split(","), 0)
    fund |= list_row("510300", 1, "沪深300ETF", 3.4, 3.39, 1723100000) | {"f297": 20240808}

    def page(asked: Asked) -> dict[str, Any]:
        return (
            shares if "MK0021" not in asked.query["fs"] else {"rc": 0, "data": {"total": 1, "diff": [fund]}}
        )

    bench.server.serve("/api/qt/clist/get", page)
    found = {one.symbol: one for one in bench.run(InstrumentListJob(date(2024, 8, 8), AT_MS, bench.options))}
    assert len(found) == 7
    assert len(bench.server.asked()) == 2
    assert found[Symbol("600107.SH")].limit_up == Decimal("3.69")
    assert found[FUND].limit_up == Decimal("3.729")
    assert not found[FUND].suspended


def test_the_whole_market_from_sina_when_east_money_bans_us(bench: DoorBench) -> None:
    """Synthetic, shaped after `stock_zh_a_spot` and `fund_etf_category_sina`."""
    bench.server.break_down(Fault.FORBIDDEN, host="eastmoney.com")
    share = {
        "symbol": "sh600519", "code": "600519", "name": "贵州茅台", "trade": "1468.200", "pricechange": 1,
        "changepercent": 1, "buy": "1468.19", "sell": "1468.2", "settlement": "1455.000", "open": "1460.000",
        "high": "1470.000", "low": "1450.500", "volume": 1234567, "amount": 1802467820, "ticktime": "15:00:00",
        "per": 1, "pb": 1, "mktcap": 1, "nmc": 1, "turnoverratio": 0.1,
    }  # fmt: skip
    fund = {
        "symbol": "sh510300", "name": "沪深300ETF", "trade": "4.718", "pricechange": "0", "changepercent": "0",
        "buy": "4.717", "sell": "4.718", "settlement": "4.700", "open": "4.705", "high": "4.730", "low": "4.690",
        "volume": "1000000", "amount": "4712000", "a": 1, "b": 1, "c": 1, "d": 1,
    }  # fmt: skip
    pages = {"1": [share], "2": None}
    centre = "/quotes_service/api/json_v2.php/Market_Center."
    bench.server.serve(centre + "getHQNodeStockCount", '"160"')
    bench.server.serve(centre + "getHQNodeData", lambda asked: json.dumps(pages.get(asked.query["page"])))
    bench.server.serve(
        "/quotes_service/api/jsonp.php/", f"/*x*/\nIO.X({json.dumps([fund], ensure_ascii=False)});"
    )
    found = {one.symbol: one for one in bench.run(InstrumentListJob(date(2026, 7, 8), AT_MS, bench.options))}
    assert {symbol: (one.name, one.limit_up) for symbol, one in found.items()} == {
        MAOTAI: ("贵州茅台", Decimal("1600.50")),
        FUND: ("沪深300ETF", Decimal("5.170")),
    }
    assert len(bench.server.asked("eastmoney.com")) == 1


# faults


QUICK = {
    Fault.THROTTLE: SourceFault.THROTTLED,
    Fault.HANG: SourceFault.TIMEOUT,
    Fault.DROP: SourceFault.DROPPED,
    Fault.CUT: SourceFault.DROPPED,
    Fault.TRUNCATED: SourceFault.GARBLED,
    Fault.HTML: SourceFault.GARBLED,
    Fault.BAD_GZIP: SourceFault.GARBLED,
    Fault.DRIP: SourceFault.TIMEOUT,
    Fault.FORBIDDEN: SourceFault.BANNED,
    Fault.BROKEN: SourceFault.STATUS,
}


def options_for(bench: DoorBench, fault: Fault) -> DoorOptions:
    return bench.hasty if QUICK[fault] is SourceFault.TIMEOUT else bench.options


@pytest.mark.parametrize("fault", QUICK, ids=lambda fault: fault.name)
def test_each_fault_of_a_list_has_its_name_and_one_request(bench: DoorBench, fault: Fault) -> None:
    bench.server.serve(
        "/api/qt/ulist.np/get", ulist({"1.600519": list_row("600519", 1, "a", 10.0, 9.9, AT_S)})
    )
    bench.server.break_down(fault)
    with pytest.raises(SourceError) as caught:
        bench.run(QuotesJob((MAOTAI, BANK), Source.EASTMONEY, AT_MS, options_for(bench, fault)))
    assert caught.value.fault == QUICK[fault]
    assert str(caught.value).startswith("东方财富")
    assert len(bench.server.asked()) == 1
    assert bench.sources.view(Source.EASTMONEY).failed == 1


@pytest.mark.parametrize("fault", QUICK, ids=lambda fault: fault.name)
@pytest.mark.parametrize("period", [Period.D1, Period.M5, Period.M1])
def test_each_fault_of_akshares_history_has_its_name(
    bench: DoorBench, market_data_dir: Path, fault: Fault, period: Period
) -> None:
    bench.server.serve("/api/qt/stock/kline/get", recorded(market_data_dir, "kline_600036_daily_20241224"))
    bench.server.serve("/api/qt/stock/trends2/get", trends("600036", ["2026-07-08 09:31,1,1,1,1,1,100,1"]))
    bench.server.break_down(fault)
    with pytest.raises(SourceError) as caught:
        bars(bench, "600036.SH", period, options=options_for(bench, fault))
    assert caught.value.fault == QUICK[fault]
    assert len(bench.server.asked()) == 1


def test_akshares_own_retries_stop_at_the_first_failure(bench: DoorBench) -> None:
    bench.server.serve("/api/qt/clist/get", {"rc": 0, "data": None})
    with pytest.raises(SourceError):
        bench.run(InstrumentListJob(date(2024, 8, 8), AT_MS, bench.options))
    assert len(bench.server.asked("eastmoney.com")) == 1  # its retry helper would ask three times


def test_headers_that_never_end_are_ended_by_the_deadline() -> None:
    with EastmoneyServer() as server:
        bench = DoorBench(server)  # its process is killed, so not the shared one
        server.break_down(Fault.DRIP_HEADERS)
        with pytest.raises(HelperTimeout, match=r"QuotesJob 超过 1\.5 秒"):
            bench.run(QuotesJob((MAOTAI, BANK), Source.EASTMONEY, AT_MS, bench.options), 1.5)
        bench.close()


def test_no_network_at_all_has_its_name(bench: DoorBench) -> None:
    nowhere = DoorOptions(redirect=(("https://push2.eastmoney.com", "http://127.0.0.1:9"),))
    with pytest.raises(SourceError, match="东方财富的连接断了（ConnectionError）。请检查网络") as caught:
        bench.run(QuotesJob((MAOTAI, BANK), Source.EASTMONEY, AT_MS, nowhere))
    assert caught.value.fault == SourceFault.DROPPED


def test_sinas_faults_have_names(bench: DoorBench) -> None:
    bench.server.serve("/list=", sina_list({"sh600519": sina_line("sh600519", "a")}))
    for fault in (Fault.THROTTLE, Fault.HTML, Fault.DROP, Fault.FORBIDDEN):
        bench.server.break_down(fault, host="sinajs.cn")
        with pytest.raises(SourceError) as caught:
            bench.run(QuotesJob((MAOTAI,), Source.SINA, AT_MS, bench.options))
        assert caught.value.fault == QUICK[fault]
        assert caught.value.source == Source.SINA
    bench.server.break_down(None, host="sinajs.cn")


def test_an_open_breaker_lets_no_request_leave(bench: DoorBench) -> None:
    bench.sources = easy_sources({Source.EASTMONEY: SourceLimits(1000, 900, jitter_s=0.0)})
    bench.server.serve("/api/qt/ulist.np/get", ulist({}))
    job = QuotesJob((MAOTAI, BANK), Source.EASTMONEY, AT_MS, bench.options)
    faults = []
    for _ in range(6):
        with pytest.raises(SourceError) as caught:
            bench.run(job)
        faults.append(caught.value.fault)
    assert faults == [SourceFault.THROTTLED] * 3 + [SourceFault.OPEN] * 3
    assert len(bench.server.asked()) == 3
    assert bench.sources.view(Source.EASTMONEY).breaker is BreakerState.OPEN
