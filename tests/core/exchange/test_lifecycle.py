"""Steps of a lifecycle in the words that people write them."""

from __future__ import annotations

from typing import Any

import pytest

from core.exchange.case_input import CaseError
from core.exchange.cases import answer
from core.exchange.refusals import Refused


def live(*events: str, code: str = "600000.SH", **given: Any) -> list[tuple[str, str, int, int, int]]:
    """(cash, frozen cash, volume, can use, frozen volume) after each event."""
    case = {"id": "X", "kind": "lifecycle", "input": {"code": code, "events": list(events), **given}}
    names = ("cash", "frozen_cash", "volume", "can_use_volume", "frozen_volume")
    return [tuple(state[name] for name in names) for state in answer(case)["states"]]  # type: ignore[misc]


BOUGHT = ("98994.99", "0", 100, 0, 0)
SENT = ("98994.99", "1005.01", 0, 0, 0)


@pytest.mark.parametrize(
    "events",
    [
        ("buy 100@10.00 sent", "filled 100@10.00"),
        ("buy 100@10.00 sent (frozen 1005.01)", "fill 100@10.00 (all)"),
        ("BUY 100 @ 10.00", "trade 100 @ 10.00"),
        ("buy 100 shares at 10.00", "executed 100 at 10.00"),
        ("buy 100@10.00 sent", "100@10.00 filled"),
        ("buy 100@10.00 sent", "filled"),
        ("buy 100@10.00 sent", "all filled"),
        ("buy 100@10.00 sent", "fill 100"),
        ("buy 100@10.00 sent", "fill: 100@10.00"),
        ("buy 100@10.00 sent", "buy 100@10.00 filled"),
        ("buy 100@10.00 sent", "buy filled 100@10.00"),
        ("buy 100@10.00 sent", "the buy is filled"),
        ("start", "buy 100@10.00 filled"),
        ("start", "bought 100@10.00"),
        ("start", "buy 100@10.00 sent, then filled 100@10.00"),
        ("start", "buy 100@10.00 sent; 100@10.00 filled"),
        ("买入 100@10.00", "成交 100@10.00"),
        ("开始", "买入 100股@10.00 全部成交"),
    ],
)
def test_a_buy_and_its_fill(events: tuple[str, ...]) -> None:
    assert live(*events)[-1] == BOUGHT


@pytest.mark.parametrize(
    "day",
    [
        "next day",
        "next day: can_use = yesterday volume",
        "Next trading day",
        "day 2",
        "T+1",
        "overnight",
        "settlement",
        "次日",
        "new day (T+1 settled)",
    ],
)
def test_a_day_passes(day: str) -> None:
    assert live("bought 100@10.00", day)[-1] == ("98994.99", "0", 100, 100, 0)


@pytest.mark.parametrize(
    "event",
    [
        "cancel the other 60",
        "cancel",
        "cancelled",
        "canceled (status 53)",
        "rest cancelled",
        "order expires",
        "撤单",
        "rejected",
        "废单",
        "end of day",
        "end of day: the rest is cancelled",
        "day end, order expires",
        "counter: rejected",
        "收盘",
    ],
)
def test_the_rest_is_given_back(event: str) -> None:
    assert live("buy 100@10.00 sent", "fill 40@10.00", event)[-1] == ("99595.00", "0", 40, 0, 0)


def test_a_step_that_names_its_side_means_that_order() -> None:
    shown = live(
        "start", "sell 300@11.00 sent", "buy 100@10.00 sent", "cancel the sell", "fill of the buy",
        position={"volume": 1000, "can_use": 1000},
    )  # fmt: skip
    assert shown[3] == ("98994.99", "1005.01", 1000, 1000, 0)
    assert shown[4] == ("98994.99", "0", 1100, 1000, 0)


@pytest.mark.parametrize(
    "event",
    [
        "sell 100@10.10 rejected",
        "sell 100@10.10 refused (T+1)",
        "sell 100@10.10 sent",
        "sell rejected: can_use is 0",
        "sell 100@10.10 rejected: T+1",
    ],
)
def test_a_refused_order_changes_nothing(event: str) -> None:
    assert live("bought 100@10.00", event)[-1] == BOUGHT


def test_the_reason_of_a_refusal_is_told_when_asked_for() -> None:
    case = {
        "id": "X",
        "kind": "lifecycle",
        "input": {"code": "600000.SH"},
        "expect": {
            "states": [{"event": "sell 100@10.10 sent", "reason": "", "decision": "", "cash": "100000"}]
        },
    }
    (state,) = answer(case)["states"]
    assert state == {
        "event": "sell 100@10.10 sent",
        "reason": "INSUFFICIENT_POSITION",
        "decision": "reject",
        "cash": "100000",
    }


def test_the_first_state_opens_the_account() -> None:
    states = [
        {"event": "start", "cash": "5000", "volume": 200, "can_use_volume": 200},
        {"event": "sell 200@10.00 filled", "cash": "", "volume": 0},
    ]
    case = {"id": "X", "kind": "lifecycle", "input": {"code": "600000.SH"}, "expect": {"states": states}}
    assert answer(case)["states"][1] == {"event": "sell 200@10.00 filled", "cash": "6993.98", "volume": 0}


@pytest.mark.parametrize(
    "event",
    ["dance", "", "100@10.00", "wait 5 minutes", "halted", "buy shares", "cancel", "fill 100@10.00", "等待"],
)
def test_a_step_that_is_not_understood_is_an_error(event: str) -> None:
    with pytest.raises(CaseError, match="lifecycle step"):
        live("start", event)


def test_a_fill_beyond_the_order_is_an_error() -> None:
    with pytest.raises(Refused, match="未成交"):
        live("buy 100@10.00 sent", "fill 200@10.00")


def test_a_same_day_fund_is_sold_on_its_day() -> None:
    shown = live("bought 100@9.000", "sold 100@9.100", code="518880.SH")
    assert shown == [("99095.00", "0", 100, 100, 0), ("100000.00", "0", 0, 0, 0)]
