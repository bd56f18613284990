"""One order against all rules, in the order an exchange would object; ticket, risk gate and simulator use it alike.

Order of the checks: code, halt, trading day, session, price type, sign of the volume, maximum, lots and holding,
tick, limits, protection price, cage, ST daily cap, cash. The first that objects settles it. The single checks are
in `check_steps`, the records in `orders`.
"""

from __future__ import annotations

from datetime import datetime

from core.exchange.calendar import MAINLAND, Calendar
from core.exchange.check_steps import STEPS, Check
from core.exchange.orders import OrderQuery, Verdict
from core.exchange.price_types import price_type_of
from core.exchange.refusals import Refusal, RuleCode, refuse
from core.exchange.sessions import Acceptance, cancel_refusal

_WITHOUT_MONEY = STEPS[:-1]

CANCELLABLE_STATUSES = frozenset({49, 50, 55})


def check_order(query: OrderQuery, calendar: Calendar = MAINLAND, *, money: bool = True) -> Verdict:
    """Run every check; the verdict names the first that objects.

    Without `money` it stops before the last, cash and fees: for a caller whose ledger judges them when it freezes.
    """
    check = Check(query, calendar, price_type_of(query.price_type))
    refusal: Refusal | None = None
    for step in STEPS if money else _WITHOUT_MONEY:
        refusal = step(check)
        if refusal is not None:
            break
    return Verdict(
        acceptance=check.acceptance if refusal is None else Acceptance.REJECT,
        refusal=refusal,
        cls=check.cls,
        limits=check.limits if check.cls is not None else None,
        phase=check.phase,
        cage=check.cage,
        parked=check.parked,
        freeze_cash=check.freeze_cash,
        freeze_volume=check.freeze_volume,
        fees=check.fees,
        net_proceeds=check.net_proceeds,
    )


def check_cancel(symbol: str, moment: datetime, status: int, calendar: Calendar = MAINLAND) -> Refusal | None:
    """Why an order in `status` (xtconstant's number) cannot be cancelled at `moment`, or None."""
    if status not in CANCELLABLE_STATUSES:
        text = f"委托状态 {status} 不能撤单，只有已报、待报、部成可以。"
        return refuse(RuleCode.NOT_CANCELLABLE, text, status=status)
    return cancel_refusal(symbol, moment, calendar)
