"""The one gate: what passes, what does not and by which rule; it never changes an order."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from core.domain.enums import Side
from core.domain.market import Symbol, ms_to_datetime
from core.risk.gate import Proposal, RiskGate
from tests.fakes.market import at, quote

PF = Symbol("600000.SH")
SHOWN = quote(PF, "10:00:00", "10.00", pre_close="10.00")


def judged(**changes: Any) -> tuple[bool, str]:
    """Whether the order passes, and the code of the last step."""
    values: dict[str, Any] = {
        "symbol": PF,
        "name": "浦发银行",
        "side": Side.BUY,
        "volume": 100,
        "price": Decimal("10.00"),
        "kind": None,
        "moment": ms_to_datetime(at("10:00:01")),
    }
    sellable, cash = changes.pop("sellable", 500), changes.pop("cash", Decimal(100_000))
    shown = changes.pop("quote", SHOWN)
    reasons = RiskGate().check(Proposal(**{**values, **changes}), shown, sellable=sellable, cash=cash)
    return reasons[-1].passed, reasons[-1].code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"volume": 150}, "QTY_STEP"),
        ({"volume": 0}, "QTY_NOT_POSITIVE"),
        ({"volume": 1_000_100}, "QTY_ABOVE_MAX"),
        ({"price": Decimal("10.005")}, "PRICE_TICK"),
        ({"price": Decimal("11.01")}, "PRICE_ABOVE_LIMIT_UP"),
        ({"price": Decimal("8.99"), "side": Side.SELL}, "PRICE_BELOW_LIMIT_DOWN"),
        ({"price": Decimal("10.30")}, "CAGE_HIGH"),
        ({"price": Decimal("9.70"), "side": Side.SELL}, "CAGE_LOW"),
        ({"side": Side.SELL, "volume": 600}, "INSUFFICIENT_POSITION"),
        ({"cash": Decimal("1004.99")}, "INSUFFICIENT_CASH"),
        ({"cash": None}, "ACCOUNT_UNKNOWN"),
        ({"quote": None}, "NO_QUOTE"),
        ({"quote": quote(PF, "10:00:00", "10.00", suspended=True)}, "HALTED"),
        ({"moment": ms_to_datetime(at("15:10:00"))}, "OUT_OF_SESSION"),
        ({"moment": ms_to_datetime(at("2026-11-21 10:00:00"))}, "NOT_TRADING_DAY"),
    ],
)
def test_what_must_not_leave_is_refused_by_its_rule(changes: dict[str, Any], code: str) -> None:
    assert judged(**changes) == (False, code)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"cash": Decimal("1005.01")},
        {"side": Side.SELL, "volume": 500},
        {"side": Side.SELL, "volume": 77, "sellable": 77},
        {"side": Side.SELL, "volume": 100, "cash": None},
    ],
)
def test_what_may_leave_passes(changes: dict[str, Any]) -> None:
    assert judged(**changes) == (True, "OK")


REPO = Symbol("204001.SH")
RATE = quote(REPO, "10:00:00", "1.850", pre_close="1.800")


@pytest.mark.parametrize(
    ("cash", "code"),
    [(Decimal("1000.01"), "OK"), (Decimal("1000.00"), "INSUFFICIENT_CASH"), (None, "ACCOUNT_UNKNOWN")],
)
def test_a_repo_is_a_sell_that_needs_cash_and_no_holding(cash: Decimal | None, code: str) -> None:
    given = {"symbol": REPO, "side": Side.SELL, "volume": 10, "price": Decimal("1.850"), "quote": RATE}
    assert judged(**given, sellable=0, cash=cash) == (code == "OK", code)


def test_a_repo_cannot_be_bought() -> None:
    given = {"symbol": REPO, "volume": 10, "price": Decimal("1.850"), "quote": RATE}
    assert judged(**given) == (False, "SIDE_NOT_ALLOWED")
