"""What stands in the fields becomes an item, findings, and offers that really cure."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.market import Instrument, Symbol
from core.domain.watch import QuantConfig, WatchItem
from core.domain.watch_rules import Severity
from tests.widgets.desk_records import item
from widgets.watchlist.editor_draft import Draft, Reading, Source, draft_of, new_draft, read_draft
from widgets.watchlist.editor_offers import offers_for

CENT = Decimal("0.01")
BYD = item("w1", "002594.SZ", ("94.00", "95.50"), "90.00", "106.00")
SECURITY = Instrument(
    Symbol("002594.SZ"), "比亚迪", CENT, Decimal("97.90"), Decimal("107.69"), Decimal("88.11")
)


def read(base: WatchItem | None = BYD, security: Instrument | None = SECURITY, **texts: str) -> Reading:
    return read_draft(*typed(base, security, **texts))


def typed(
    base: WatchItem | None = BYD, security: Instrument | None = SECURITY, **texts: str
) -> tuple[Draft, Source]:
    loaded = new_draft() if base is None else draft_of(base, CENT)
    return replace(loaded, **texts), Source(base, loaded, security)  # type: ignore[arg-type]


def said(reading: Reading, field: str) -> list[str]:
    return [problem.text for problem in reading.problems if problem.field == field]


def cures(field: str, base: WatchItem | None = BYD, **texts: str) -> list[str]:
    draft, source = typed(base, **texts)
    reading = read_draft(draft, source)
    problem = next(problem for problem in reading.problems if problem.field == field)
    return [offer.label for offer in offers_for(problem, draft, reading, source)]


def test_an_item_that_nobody_touched_reads_back_exactly() -> None:
    odd = replace(
        BYD,
        quant=QuantConfig(True, Decimal("0.123456"), False, True, Decimal("5000.50")),
        note="两行\n备注",
        interval_s=60,
        extra=(("source", "自己的列"),),
    )
    assert read(odd).item == odd


def test_percent_is_typed_as_percent_and_kept_as_a_fraction() -> None:
    assert read(max_position_pct="12.5").item.quant.max_position_pct == Decimal("0.125")


@pytest.mark.parametrize(("text", "seconds"), [("", 0), ("15", 15), (" １５ ", 15), ("0", 0), ("3600", 3600)])
def test_a_monitor_interval_is_whole_seconds_or_nothing(text: str, seconds: int) -> None:
    reading = read(interval_s=text)
    assert reading.sound
    assert reading.item.interval_s == seconds


@pytest.mark.parametrize("text", ["1.5", "-3", "3601", "十五", "15s"])
def test_another_interval_is_refused_at_its_field_and_the_old_one_stays(text: str) -> None:
    reading = read(replace(BYD, interval_s=30), interval_s=text)
    assert not reading.sound
    assert "15" in said(reading, "interval_s")[0]
    assert reading.item.interval_s == 30


def test_full_width_digits_and_spaces_are_understood() -> None:
    reading = read(stop_loss=" ９０.５０ ")
    assert reading.item.stop_loss == Decimal("90.50")
    assert reading.sound


def test_an_empty_price_is_not_watched() -> None:
    reading = read(take_profit="", stop_loss="")
    assert reading.item.take_profit is None
    assert reading.item.stop_loss is None
    assert reading.sound


@pytest.mark.parametrize("text", ["1e2", "9O.00", "nan", "inf", "1,00", "--3", "90.0.0", "九十"])
def test_what_is_no_number_is_told_at_its_field_and_nothing_else_is_guessed(text: str) -> None:
    reading = read(entry_high=text)
    assert said(reading, "entry_high") == [f"“{text}”不是数字。请只写数字和小数点，例如 12.34。"]
    assert [p.field for p in reading.problems if p.severity is Severity.WRONG] == ["entry_high"]


@pytest.mark.parametrize("field", ["max_position_pct", "min_trade_amount"])
def test_a_figure_that_must_be_there_is_not_guessed_when_empty(field: str) -> None:
    assert not read(**{field: " "}).sound


def test_a_percent_beyond_its_range_speaks_in_percent() -> None:
    assert said(read(max_position_pct="120"), "max_position_pct") == [
        "单票上限 120% 不在 0 到 100 之间（占总资产的百分比）。"
    ]


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("600519", "600519.SH"),
        ("sh600519", "600519.SH"),
        ("SZ.000858", "000858.SZ"),
        ("920118", "920118.BJ"),
        ("６００５１９．ｓｈ", "600519.SH"),
    ],
)
def test_every_spelling_of_a_code_is_understood(text: str, symbol: str) -> None:
    reading = read(None, None, symbol=text)
    assert reading.symbol == symbol
    assert reading.sound


def test_an_ambiguous_code_is_said_with_both_meanings() -> None:
    reading = read(None, None, symbol="000001")
    assert reading.symbol == "000001.SZ"
    assert said(reading, "symbol") == ["000001 也可能是 000001.SH，现在按 000001.SZ 监测。请写明交易所。"]
    assert cures("symbol", None, symbol="000001") == ["改为 000001.SZ", "改为 000001.SH"]


def test_an_index_is_refused_with_the_security_that_may_be_meant() -> None:
    assert not read(None, None, symbol="sh000001").sound
    assert cures("symbol", None, symbol="sh000001") == ["改为 000001.SZ"]


@pytest.mark.parametrize(
    ("text", "offered"), [("600519.SZ", ["改为 600519.SH"]), ("858", ["改为 000858.SZ"]), ("茅台", [])]
)
def test_a_refused_code_is_offered_where_it_exists(text: str, offered: list[str]) -> None:
    assert cures("symbol", None, symbol=text)[:1] == offered


def test_the_code_of_an_existing_item_does_not_change() -> None:
    assert read(symbol="600519").symbol == "002594.SZ"


def test_a_price_off_the_tick_offers_the_two_beside_it() -> None:
    assert said(read(stop_loss="89.365"), "stop_loss") == [
        "价格 89.365 不是 0.01 的整数倍。可用 89.36 或 89.37。"
    ]
    assert cures("stop_loss", stop_loss="89.365") == ["改为 89.36", "改为 89.37"]


def test_a_fund_has_three_decimals() -> None:
    etf = item("e", "510300.SH", ("4.600", "4.660"), "4.400", "5.200")
    assert read(etf, None, stop_loss="4.405").sound
    assert not read(etf, None, stop_loss="4.4055").sound


@pytest.mark.parametrize(
    ("texts", "field", "offer"),
    [
        ({"entry_low": "96"}, "entry_low", "对调上下沿"),
        ({"entry_high": ""}, "entry_high", "改为 94.00"),
        ({"stop_loss": "94.00"}, "stop_loss", "改为 90.72"),
        ({"stop_loss": "92.80"}, "stop_loss", "改为 90.72"),
        # 10 % below is the nearest, and out of today's reach; 5 % below is not.
        ({"stop_loss": "80.00"}, "stop_loss", "改为 90.72"),
        ({"take_profit": "95.50"}, "take_profit", "改为 105.05"),
        ({"stop_loss": "1,089.00"}, "stop_loss", None),
        ({"take_profit": "1 06.00"}, "take_profit", "改为 106.00"),
        ({"max_position_pct": "0.2"}, "max_position_pct", "改为 20"),
        ({"max_position_pct": "45"}, "max_position_pct", "改为 30"),
        ({"max_position_pct": ""}, "max_position_pct", "改为 20"),
        ({"min_trade_amount": "5,000"}, "min_trade_amount", "改为 5000"),
        ({"min_trade_amount": "-5000"}, "min_trade_amount", "改为 5000"),
    ],
)
def test_each_trouble_has_its_cure(texts: dict[str, str], field: str, offer: str | None) -> None:
    assert cures(field, **texts) == ([] if offer is None else [offer])


def test_a_level_beyond_the_limits_of_the_day_is_only_care() -> None:
    reading = read(take_profit="110.00")
    assert said(reading, "take_profit")[-1] == "止盈 110.00 高于今日涨停价 107.69，今天到不了。"
    assert reading.sound


def test_limits_of_another_security_do_not_count() -> None:
    other = replace(SECURITY, symbol=Symbol("600519.SH"), tick=Decimal("0.5"))
    reading = read(security=other, take_profit="110.00", stop_loss="90.01")
    assert not any("涨停" in problem.text for problem in reading.problems)
    assert reading.tick == CENT
    assert reading.sound


def test_a_broken_tick_of_a_source_is_not_believed() -> None:
    assert read(security=replace(SECURITY, tick=Decimal(0))).tick == CENT


PRICES = st.one_of(
    st.just(""),
    st.decimals("0.001", "200", places=3).map(lambda price: f"{price:f}"),
    st.text("0123456789.,-eE 　１", max_size=8),
)


@settings(max_examples=200, deadline=None)
@given(
    take_profit=PRICES,
    entry_high=PRICES,
    entry_low=PRICES,
    stop_loss=PRICES,
    max_position_pct=PRICES,
    min_trade_amount=PRICES,
    quant_enabled=st.booleans(),
)
def test_whatever_is_typed_is_read_and_each_offer_ends_its_problem(**texts: str) -> None:
    draft, source = typed(None, None, symbol="600519", **texts)
    reading = read_draft(draft, source)
    for problem in reading.problems:
        for offer in offers_for(problem, draft, reading, source):
            after = read_draft(replace(draft, **dict(offer.changes)), source)
            left = [one for one in after.problems if one.field == problem.field]
            assert not any(one.severity is Severity.WRONG for one in left)
            if problem.severity is Severity.CARE:
                assert left == []


def test_a_sound_reading_is_what_was_typed() -> None:
    reading = read(entry_low="93.5", stop_loss="89", max_position_pct="25", note="新备注")
    assert reading.item == replace(
        BYD,
        entry_low=Decimal("93.50"),
        stop_loss=Decimal("89.00"),
        note="新备注",
        quant=replace(BYD.quant, max_position_pct=Decimal("0.25")),
    )
