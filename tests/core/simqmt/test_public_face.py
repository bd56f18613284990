"""What a user of `SimTerminal` gets wrong is refused by name, and loses nothing."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.errors import BadInput, ContractError
from core.simqmt import SimTerminal
from core.simqmt.clockwork.conductor import Conductor
from tests.fakes.simqmt import ACCOUNT, Desk

CODE = "600000.SH"


def made(folder: Path, cash: Any = Decimal(1_000), **options: Any) -> SimTerminal:
    options.setdefault("clock", Conductor(1_654_046_100_000))
    return SimTerminal(folder, cash if isinstance(cash, dict) else {ACCOUNT: cash}, **options)


@pytest.mark.parametrize("cash", [Decimal(1_000), 1_000, 1_000.0, "1000"])
def test_cash_may_come_as_any_kind_of_number(tmp_path: Path, cash: Any) -> None:
    terminal = made(tmp_path, cash)
    assert terminal.ledger(ACCOUNT).cash == 1_000
    terminal.close()


@pytest.mark.parametrize("cash", [Decimal("NaN"), "x", -0.01, None, float("inf")])
def test_cash_that_cannot_be_is_named_with_its_account(tmp_path: Path, cash: Any) -> None:
    with pytest.raises(BadInput, match=f"{ACCOUNT}：模拟账户的资金"):
        made(tmp_path, cash)


@pytest.mark.parametrize("account", ["", 88000001])
def test_an_account_is_a_text(tmp_path: Path, account: Any) -> None:
    with pytest.raises(BadInput, match="模拟账号应是"):
        made(tmp_path, {account: 1})


@pytest.mark.parametrize(
    "position",
    [(CODE, 0, 9), (CODE, 100.5, 9), (CODE, 100, -1), (CODE, 100), ("nonsense", 100, 9), (CODE, 100, "x")],
)
def test_a_holding_that_cannot_be_is_refused(tmp_path: Path, position: Any) -> None:
    with pytest.raises(BadInput):
        made(tmp_path, positions={ACCOUNT: [position]})
    made(tmp_path, positions={ACCOUNT: [(CODE, 100, 9.5)]}).close()  # and the folder is free


@pytest.mark.parametrize("option", [{"clock": "10:00"}, {"latency_ms": -1}, {"queue": "front"}])
def test_wrong_options_are_named(tmp_path: Path, option: dict[str, Any]) -> None:
    with pytest.raises(ContractError, match=next(iter(option))):
        made(tmp_path, **option)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"last": "abc"}, "last"),
        ({"last": -1}, "last"),
        ({"last": float("nan")}, "last"),
        ({"last": 0}, "last"),
        ({"last": 10, "pre_close": 0}, "pre_close"),
        ({"last": 10, "bids": [(9.9, -5)]}, "bids"),
        ({"last": 10, "asks": [(10.1, 1.5)]}, "asks"),
        ({"last": 10, "asks": [10.1]}, "asks"),
        ({"last": 10, "bids": [(10.1, 100)], "asks": [(10.0, 100)]}, "不低于"),
    ],
)
def test_a_book_that_cannot_be_is_refused_and_the_old_one_stays(
    still_desk: Callable[..., Desk], wrong: dict[str, Any], field: str
) -> None:
    terminal = still_desk().terminal
    terminal.set_quote(CODE, last="9.98", asks=[("9.98", 100)])
    with pytest.raises(BadInput, match=f"{CODE}：.*{field}"):
        terminal.set_quote(CODE, **wrong)
    quote = terminal.quote(CODE)  # type: ignore[arg-type]
    assert quote is not None
    assert (quote.last, quote.asks) == (9_980, ((9_980, 100),))


def test_a_side_that_is_not_given_never_crosses_the_other(still_desk: Callable[..., Desk]) -> None:
    terminal = still_desk().terminal
    terminal.set_quote(CODE, last="10.00", bids=[("10.05", 100), ("10.06", 200)])
    quote = terminal.quote(CODE)  # type: ignore[arg-type]
    assert quote is not None
    assert quote.bids == ((10_060, 200), (10_050, 100))
    assert quote.best_ask == 10_070
    terminal.set_quote(CODE, last="10.00", asks=[("9.90", 100)])
    quote = terminal.quote(CODE)  # type: ignore[arg-type]
    assert quote is not None
    assert quote.best_bid == 9_890


def test_a_closed_terminal_says_so(tmp_path: Path) -> None:
    terminal = made(tmp_path)
    terminal.close()
    terminal.close()
    for act in (
        lambda: terminal.set_quote(CODE, last=10),
        terminal.next_day,
        lambda: terminal.manual_order(ACCOUNT, CODE, 23, 100, 10),
        lambda: terminal.manual_cancel(ACCOUNT, 1),
    ):
        with pytest.raises(ContractError, match="closed"):
            act()
