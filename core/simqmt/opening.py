"""The ledgers that a terminal opens for accounts it does not know yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from core.domain.market import Symbol
from core.errors import ContractError, UserError
from core.exchange.ledger import Ledger

Position = tuple[str, int, Decimal]
"""(symbol, volume in shares, cost in yuan a share), held since before today."""


def new_ledgers(
    day: date,
    cash: Mapping[str, Decimal],
    positions: Mapping[str, Sequence[Position]],
    name_of: Callable[[Symbol], str],
) -> dict[str, Ledger]:
    """One ledger for each account. Raises UserError for negative cash, ContractError for holdings of no account."""
    unknown = set(positions) - set(cash)
    if unknown:
        raise ContractError(f"positions for accounts without cash: {sorted(unknown)}")
    ledgers: dict[str, Ledger] = {}
    for account, amount in cash.items():
        if amount < 0:
            raise UserError(f"模拟账户的资金 {amount} 是负数。请给出不小于 0 的金额。")
        ledger = Ledger(day, Decimal(amount))
        for symbol, volume, cost in positions.get(account, ()):
            ledger = ledger.with_position(symbol, volume, Decimal(cost), name=name_of(Symbol(symbol)))
        ledgers[account] = ledger
    return ledgers
