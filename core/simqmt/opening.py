"""What a terminal finds or makes when it opens: ledgers for new accounts, the mark of a folder one may trade by."""

from __future__ import annotations

import contextlib
import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from core.domain.market import Symbol
from core.errors import BadInput, ContractError
from core.exchange.ledger import Ledger
from core.exchange.symbols import parse_symbol

Position = tuple[str, int, Decimal]
"""(symbol, volume in shares, cost in yuan a share), held since before today."""

_UP_QUEUE = "up_queue_xtquant"


def mark_folder(folder: Path) -> None:
    """Leave the file that shows a program that the broker lets it trade; many look for it before they connect."""
    with contextlib.suppress(OSError):  # nobody reads it
        (folder / _UP_QUEUE).touch()


def new_ledgers(
    day: date,
    cash: Mapping[str, Decimal],
    positions: Mapping[str, Sequence[Position]],
    name_of: Callable[[Symbol], str],
) -> dict[str, Ledger]:
    """One ledger for each account. Raises BadInput for cash and holdings that cannot be, ContractError for holdings of no
    account."""
    unknown = set(positions) - set(cash)
    if unknown:
        raise ContractError(f"positions for accounts without cash: {sorted(unknown)}")
    ledgers: dict[str, Ledger] = {}
    for account, amount in cash.items():
        if not account or not isinstance(account, str):
            raise BadInput(f"模拟账号应是像 88000001 的文字，不是 {account!r}。")
        ledger = Ledger(day, _amount(account, amount))
        for given in positions.get(account, ()):
            symbol, volume, cost = _position(account, given)
            ledger = ledger.with_position(symbol, volume, cost, name=name_of(symbol))
        ledgers[account] = ledger
    return ledgers


def _amount(account: str, value: object) -> Decimal:
    amount = _decimal(value)
    if not amount.is_finite() or amount < 0:
        raise BadInput(f"模拟账户的资金应是不小于 0 的金额（元），不是 {value!r}。", where=account)
    return amount


def _position(account: str, given: Any) -> tuple[Symbol, int, Decimal]:
    try:
        code, volume, cost = given
        shares, paid = operator.index(volume), _decimal(cost)
    except (TypeError, ValueError):
        raise BadInput(f"持仓应是（代码，股数，每股成本），不是 {given!r}。", where=account) from None
    symbol = parse_symbol(code)
    if shares <= 0 or not paid.is_finite() or paid < 0:
        raise BadInput(f"持仓的股数应大于 0，成本应不小于 0，不是 {given!r}。", where=account)
    return symbol, shares, paid


def _decimal(value: object) -> Decimal:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return Decimal("NaN")
