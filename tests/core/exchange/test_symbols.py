"""Spellings of symbols, classes, ticks, T+0."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from core.exchange.boards import SecurityClass, class_of, is_retired_code
from core.exchange.refusals import Refusal, Refused, RuleCode
from core.exchange.symbols import Resolved, parse_symbol, resolve, t_plus, tick_size


@pytest.mark.parametrize(
    "text",
    [
        "600519",
        "sh600519",
        "SH600519",
        "600519.SH",
        "600519.sh",
        "600519.XSHG",
        "600519.SS",
        "600519SH",
        "SH.600519",
        "sh-600519",
        "６００５１９",
        "６００５１９．ＳＨ",
        "  600519 ",
    ],
)
def test_every_spelling_is_one_symbol(text: str) -> None:
    assert parse_symbol(text) == "600519.SH"


@pytest.mark.parametrize(
    ("text", "symbol", "cls"),
    [
        ("601398", "601398.SH", "sh_main"),
        ("605001", "605001.SH", "sh_main"),
        ("000858", "000858.SZ", "sz_main"),
        ("002594", "002594.SZ", "sz_main"),
        ("003816", "003816.SZ", "sz_main"),
        ("300750", "300750.SZ", "chinext"),
        ("302132", "302132.SZ", "chinext"),
        ("688981", "688981.SH", "star"),
        ("689009", "689009.SH", "star"),
        ("920002", "920002.BJ", "bse"),
        ("bj830799", "830799.BJ", "bse"),
        ("510300", "510300.SH", "sh_etf"),
        ("588000", "588000.SH", "sh_etf"),
        ("159915", "159915.SZ", "sz_etf"),
        ("501018", "501018.SH", "lof"),
        ("162411", "162411.SZ", "lof"),
        ("508000", "508000.SH", "reit"),
        ("180101", "180101.SZ", "reit"),
        ("113050", "113050.SH", "cb"),
        ("128136", "128136.SZ", "cb"),
        ("204001", "204001.SH", "repo"),
        ("131810", "131810.SZ", "repo"),
        ("900901", "900901.SH", "b_share"),
        ("200012", "200012.SZ", "b_share"),
    ],
)
def test_bare_codes_find_their_exchange_and_class(text: str, symbol: str, cls: str) -> None:
    found = resolve(text)
    assert isinstance(found, Resolved)
    assert (found.symbol, found.cls.value) == (symbol, cls)


def test_a_code_that_is_stock_and_index_is_the_stock_and_names_the_index() -> None:
    found = resolve("000001")
    assert isinstance(found, Resolved)
    assert found.symbol == "000001.SZ"
    assert found.alternatives == ("000001.SH",)


@pytest.mark.parametrize("text", ["000001.SH", "399001", "sz399001", "899050.BJ"])
def test_an_index_is_refused_unless_asked_for(text: str) -> None:
    found = resolve(text)
    assert isinstance(found, Refusal)
    assert found.code is RuleCode.INDEX_NOT_TRADABLE
    assert class_of(parse_symbol(text, tradable_only=False)) is SecurityClass.INDEX


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "空"),
        ("6000000", "7 位"),
        ("60051", "5 位"),
        ("700001", "700001"),
        ("600519.HK", "HK"),
        ("110043.SZ", "110043.SH"),
        ("600519 x 1", "600519 x 1"),
        ("贵州茅台", "贵州茅台"),
        ("519001", "519001"),
    ],
)
def test_the_rest_is_refused_with_a_reason(text: str, part: str) -> None:
    with pytest.raises(Refused) as caught:
        parse_symbol(text)
    assert caught.value.refusal.code is RuleCode.BAD_CODE
    assert part in str(caught.value)


@pytest.mark.parametrize(
    ("symbol", "tick"),
    [
        ("600519.SH", "0.01"),
        ("510300.SH", "0.001"),
        ("113050.SH", "0.001"),
        ("204001.SH", "0.005"),
        ("900901.SH", "0.001"),
        ("200012.SZ", "0.01"),
    ],
)
def test_tick(symbol: str, tick: str) -> None:
    assert tick_size(symbol) == Decimal(tick)


@pytest.mark.parametrize(
    ("symbol", "name", "days"),
    [
        ("600519.SH", "贵州茅台", 1),
        ("510300.SH", "沪深300ETF", 1),
        ("511880.SH", "银华日利", 0),
        ("513050.SH", "中概互联网ETF", 0),
        ("518880.SH", "黄金ETF", 0),
        ("159920.SZ", "恒生ETF", 0),
        ("159915.SZ", "创业板ETF", 1),
        ("159399.SZ", "某某国债ETF", 0),
        ("159322.SZ", "黄金股票ETF", 1),
        ("113050.SH", "南银转债", 0),
        ("162411.SZ", "华宝油气LOF", 0),
        ("508000.SH", "某REIT", 1),
    ],
)
def test_t_plus(symbol: str, name: str, days: int) -> None:
    assert t_plus(symbol, name) == days


def test_old_beijing_codes_retired_on_their_day() -> None:
    assert not is_retired_code("830799.BJ", date(2025, 10, 8))
    assert is_retired_code("830799.BJ", date(2025, 10, 9))
    assert not is_retired_code("920799.BJ", date(2025, 10, 9))
