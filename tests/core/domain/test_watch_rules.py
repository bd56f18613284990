"""The rules of a watch item: what cannot be saved, and what is only said."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from core.domain.market import Symbol
from core.domain.watch import QuantConfig, WatchItem
from core.domain.watch_rules import FieldProblem, Severity, check_item, check_limits, wrong

CENT = Decimal("0.01")
MILLI = Decimal("0.001")
SOUND = WatchItem(
    "w",
    Symbol("600519.SH"),
    Decimal("95.00"),
    Decimal("100.00"),
    Decimal("115.00"),
    Decimal("92.00"),
    QuantConfig(enabled=True, max_position_pct=Decimal("0.2")),
)


def check(tick: Decimal = CENT, quant: dict[str, Any] | None = None, **changes: Any) -> list[FieldProblem]:
    prices = {name: Decimal(value) if isinstance(value, str) else value for name, value in changes.items()}
    config = replace(SOUND.quant, **(quant or {}))
    return check_item(replace(SOUND, quant=config, **prices), tick)


def findings(problems: list[FieldProblem]) -> list[tuple[str, Severity]]:
    return [(problem.field, problem.severity) for problem in problems]


def test_a_sound_item_has_nothing_to_be_said() -> None:
    assert check() == []


def test_an_item_without_levels_is_only_watched() -> None:
    assert check_item(WatchItem("w", Symbol("600519.SH")), CENT) == []


@pytest.mark.parametrize("field", ["entry_low", "entry_high", "take_profit", "stop_loss"])
@pytest.mark.parametrize("price", ["0", "-1", "NaN", "Infinity"])
def test_a_price_is_a_positive_number(field: str, price: str) -> None:
    assert (field, Severity.WRONG) in findings(check(**{field: price}))


def test_a_price_off_the_tick_offers_the_two_beside_it() -> None:
    (problem,) = wrong(check(stop_loss="92.365"))
    assert problem.field == "stop_loss"
    assert problem.text == "价格 92.365 不是 0.01 的整数倍。可用 92.36 或 92.37。"
    assert check(MILLI, stop_loss="92.365") == []


def test_below_the_first_tick_only_one_price_is_offered() -> None:
    (problem,) = wrong(check_item(WatchItem("w", Symbol("600519.SH"), stop_loss=Decimal("0.004")), CENT))
    assert "可用 0.01。" in problem.text


def test_a_misplaced_decimal_point() -> None:
    assert findings(wrong(check(take_profit="11500000.00"))) == [("take_profit", Severity.WRONG)]


def test_a_zone_upside_down() -> None:
    (problem,) = wrong(check(entry_low="100.00", entry_high="95.00"))
    assert problem == FieldProblem(
        "entry_low", "进场区间上下颠倒：下沿 100.00 高于上沿 95.00。请把两者对调。", Severity.WRONG
    )


def test_a_zone_may_be_one_price() -> None:
    assert wrong(check(entry_low="100.00")) == []


@pytest.mark.parametrize(("missing", "named"), [("entry_low", "entry_low"), ("entry_high", "entry_high")])
def test_half_a_zone(missing: str, named: str) -> None:
    assert findings(wrong(check(**{missing: None}))) == [(named, Severity.WRONG)]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"stop_loss": "95.00"}, "stop_loss"),
        ({"stop_loss": "97.00"}, "stop_loss"),
        ({"take_profit": "100.00"}, "take_profit"),
        ({"take_profit": "97.00"}, "take_profit"),
        ({"entry_low": None, "entry_high": None, "stop_loss": "115.00"}, "stop_loss"),
        ({"entry_low": None, "entry_high": None, "stop_loss": "120.00"}, "stop_loss"),
    ],
)
def test_levels_that_would_fire_together(changes: dict[str, Any], field: str) -> None:
    assert findings(wrong(check(**changes))) == [(field, Severity.WRONG)]


@pytest.mark.parametrize("changes", [{"stop_loss": "94.99"}, {"take_profit": "100.01"}])
def test_levels_one_tick_apart_are_only_care(changes: dict[str, Any]) -> None:
    problems = check(**changes)
    assert wrong(problems) == []


@pytest.mark.parametrize("pct", ["-0.1", "1.01", "20", "NaN", "Infinity"])
def test_a_share_is_a_fraction(pct: str) -> None:
    (problem,) = wrong(check(quant={"max_position_pct": Decimal(pct)}))
    assert problem.field == "max_position_pct"
    assert ("20% 请写 0.2" in problem.text) == (pct in ("1.01", "20"))


@pytest.mark.parametrize("amount", ["-1", "0.001", "NaN", "9999999999999"])
def test_an_amount_is_money(amount: str) -> None:
    problems = wrong(check(quant={"min_trade_amount": Decimal(amount)}))
    assert findings(problems) == [("min_trade_amount", Severity.WRONG)]


def test_an_interval_is_not_negative() -> None:
    assert findings(check(interval_s=-1)) == [("interval_s", Severity.WRONG)]


@pytest.mark.parametrize(
    ("stop", "said"),
    [
        ("95.01", "止损距进场上沿 4.99%，小于 5%，容易被日常波动触发。"),
        ("95.00", None),
        ("90.00", None),
        ("89.99", "止损距进场上沿 10.01%，大于 10%，单次亏损偏大。"),
    ],
)
def test_the_distance_of_the_stop(stop: str, said: str | None) -> None:
    """5 % to 10 % below the price we may have to pay, both ends included."""
    problems = check(entry_low="99.00", stop_loss=stop)
    assert [problem.text for problem in problems] == ([said] if said else [])
    assert wrong(problems) == []


@pytest.mark.parametrize(("target", "care"), [("109.99", 1), ("110.00", 0), ("120.00", 0), ("120.01", 1)])
def test_the_distance_of_the_target(target: str, care: int) -> None:
    problems = check(take_profit=target)
    assert findings(problems) == [("take_profit", Severity.CARE)] * care


@pytest.mark.parametrize(
    ("pct", "care"), [("0", 1), ("0.09", 1), ("0.1", 0), ("0.3", 0), ("0.31", 1), ("1", 1)]
)
def test_the_share_of_the_assets(pct: str, care: int) -> None:
    problems = check(quant={"max_position_pct": Decimal(pct)})
    assert findings(problems) == [("max_position_pct", Severity.CARE)] * care


def test_buying_by_itself_without_a_stop_is_said() -> None:
    assert findings(check(stop_loss=None)) == [("stop_loss", Severity.CARE)]
    assert check(stop_loss=None, quant={"enabled": False}) == []


def test_wrong_comes_first_and_is_not_repeated_as_care() -> None:
    problems = check(stop_loss="0", take_profit="101.00")
    assert findings(problems) == [("stop_loss", Severity.WRONG), ("take_profit", Severity.CARE)]


def test_a_level_beyond_the_limits_of_the_day_is_only_said() -> None:
    problems = check_limits(SOUND, Decimal("93.00"), Decimal("110.00"))
    assert findings(problems) == [("take_profit", Severity.CARE), ("stop_loss", Severity.CARE)]
    assert problems[0].text == "止盈 115.00 高于今日涨停价 110.00，今天到不了。"
    assert problems[1].text == "止损 92.00 低于今日跌停价 93.00，今天到不了。"


def test_at_the_limits_or_without_them_nothing_is_said() -> None:
    assert check_limits(SOUND, Decimal("92.00"), Decimal("115.00")) == []
    assert check_limits(SOUND, None, None) == []
