"""The one gate: what passes, what does not and by which rule; it never changes an order."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from core.domain.enums import Side
from core.domain.market import Symbol, ms_to_datetime
from core.risk.gate import AccountLoad, Proposal, RiskGate
from core.risk.sizing import UNBOUNDED, AccountLimits
from tests.fakes.market import at, quote

PF = Symbol("600000.SH")
SHOWN = quote(PF, "10:00:00", "10.00", pre_close="10.00")

LOAD = AccountLoad(Decimal(100_000), 0, Decimal(0), Decimal(0), None)


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
    gate, load = RiskGate(limits=changes.pop("limits", UNBOUNDED)), changes.pop("load", LOAD)
    reasons = gate.check(Proposal(**{**values, **changes}), shown, sellable=sellable, cash=cash, load=load)
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
        ({"load": None}, "ACCOUNT_UNKNOWN"),
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
        {"side": Side.SELL, "volume": 100, "cash": None, "load": None},
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


def load(**changes: Any) -> AccountLoad:
    return replace(LOAD, **changes)


HALF, KEEP = AccountLimits(max_exposure=Decimal("0.5")), AccountLimits(cash_reserve=Decimal("0.2"))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"volume": 2_000, "load": load(max_position_pct=Decimal("0.2"))}, "OK"),
        ({"volume": 2_100, "load": load(max_position_pct=Decimal("0.2"))}, "POSITION_CAP"),
        ({"volume": 1_100, "load": load(max_position_pct=Decimal("0.2"), held=1_000)}, "POSITION_CAP"),
        (
            {"volume": 1_100, "load": load(max_position_pct=Decimal("0.2"), open_buys=Decimal(10_000))},
            "POSITION_CAP",
        ),
        ({"volume": 9_000}, "OK"),
        ({"volume": 5_100, "limits": HALF}, "TOTAL_EXPOSURE"),
        ({"volume": 1_100, "limits": HALF, "load": load(invested=Decimal(40_000))}, "TOTAL_EXPOSURE"),
        ({"volume": 1_000, "limits": HALF, "load": load(invested=Decimal(40_000))}, "OK"),
        ({"volume": 7_900, "limits": KEEP}, "OK"),
        ({"volume": 8_000, "limits": KEEP}, "CASH_RESERVE"),
        ({"side": Side.SELL, "limits": HALF, "load": load(invested=Decimal(90_000))}, "OK"),
    ],
)
def test_the_users_own_bounds_hold_for_every_buy_also_a_manual_one(
    changes: dict[str, Any], code: str
) -> None:
    assert judged(**changes) == (code == "OK", code)


def test_a_holding_counts_at_the_price_it_has_not_at_a_low_limit() -> None:
    bound = load(max_position_pct=Decimal("0.2"), held=1_900)
    assert judged(price=Decimal("9.85"), load=bound) == (True, "OK"), "19,000 held and 985 to buy, of 20,000"
    assert judged(price=Decimal("9.85"), load=replace(bound, held=1_950)) == (False, "POSITION_CAP")


def test_the_refusal_says_the_figures_and_the_cure() -> None:
    proposal = Proposal(
        PF, "浦发银行", Side.BUY, 2_100, Decimal("10.00"), None, ms_to_datetime(at("10:00:01"))
    )
    bound = load(max_position_pct=Decimal("0.2"))
    (reason,) = RiskGate().check(proposal, SHOWN, sellable=0, cash=Decimal(100_000), load=bound)
    assert reason.text == (
        "买入 2,100 股超出上限：单票上限 20% × 总资产 100,000.00 = 20,000.00 元，已持 0.00，在途 0.00，余 20,000.00 元，"
        "可买 2,000 股。请减少数量，或提高这一项的单票上限。"
    )
