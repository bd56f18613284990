"""The one gate: nothing reaches the broker but through `RiskGate.check`. A cancel is never asked here.

It joins the exchange's rules with what the account can bear: money, shares, and the user's own bounds on buys, which
hold for manual orders too. What a desk or an item allows is decided before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from core.domain.decision import Reason
from core.domain.enums import Side, SignalKind
from core.domain.market import Quote, Symbol
from core.exchange.cage import quote_limits, top_of
from core.exchange.calendar import MAINLAND, Calendar
from core.exchange.checks import check_order
from core.exchange.fees import DEFAULT_FEES, FeeSchedule
from core.exchange.lending import is_repo
from core.exchange.limits import LimitFacts
from core.exchange.orders import OrderQuery
from core.exchange.refusals import RuleCode
from core.exchange.symbols import rule_of
from core.risk.sizing import UNBOUNDED, AccountLimits, SizingInput, bounds


@dataclass(frozen=True, slots=True)
class Proposal:
    """A limit order that wants to leave. `kind` is None for a manual one."""

    symbol: Symbol
    name: str
    side: Side
    volume: int
    price: Decimal
    kind: SignalKind | None
    moment: datetime


@dataclass(frozen=True, slots=True)
class AccountLoad:
    """What the account bears before a buy. `held` in shares of the security; yuan for the rest, open buys included.

    `max_position_pct` is a fraction of `total_asset`; None where no item of the watchlist names the security.
    """

    total_asset: Decimal
    held: int
    open_buys: Decimal
    invested: Decimal
    max_position_pct: Decimal | None


_CURES = {
    "POSITION_CAP": "请减少数量，或提高这一项的单票上限。",
    "TOTAL_EXPOSURE": "请减少数量，或提高 DINGPAN_MAX_EXPOSURE 后重新启动。",
    "CASH_RESERVE": "请减少数量，或降低 DINGPAN_CASH_RESERVE 后重新启动。",
}


class RiskGate:
    """Judges proposals. Holds the account's fees and limits and the calendar, and no state."""

    def __init__(
        self,
        schedule: FeeSchedule = DEFAULT_FEES,
        limits: AccountLimits = UNBOUNDED,
        calendar: Calendar = MAINLAND,
    ) -> None:
        self._schedule = schedule
        self._calendar = calendar
        self.limits = limits

    def cash_needed(self, symbol: Symbol, price: Decimal, volume: int, day: date) -> Decimal:
        """Cash that a buy holds back, fees included."""
        return self._schedule.cash_to_freeze(symbol, price, volume, day)

    def check(
        self,
        proposal: Proposal,
        quote: Quote | None,
        *,
        sellable: int,
        cash: Decimal | None,
        load: AccountLoad | None,
    ) -> tuple[Reason, ...]:
        """All steps of the gate; the last one does not pass when the order must not leave.

        `quote` is the newest snapshot; without one there are no limits to hold, and the order does not pass. `load` is
        None while the account is unknown; a sell does not need it.
        """
        if quote is None:
            return (Reason("NO_QUOTE", f"{proposal.symbol} 还没有行情，无法核对涨跌停和笼子。", False),)
        spends = proposal.side is Side.BUY or is_repo(proposal.symbol)  # a sell of a repo lends cash
        if spends and (cash is None or (proposal.side is Side.BUY and load is None)):
            what = "买入" if proposal.side is Side.BUY else "借出"
            return (Reason("ACCOUNT_UNKNOWN", f"还没有查到资金，不能{what}。", False),)
        facts = LimitFacts(name=proposal.name)
        verdict = check_order(
            OrderQuery(
                symbol=proposal.symbol,
                side=proposal.side,
                volume=proposal.volume,
                price=proposal.price,
                moment=proposal.moment,
                facts=facts,
                top=top_of(quote),
                prev_close=top_of(quote).pre_close,
                limits=quote_limits(quote, facts),
                halted=quote.suspended,
                can_use=sellable,
                cash=cash if spends else None,
                schedule=self._schedule,
            ),
            self._calendar,
        )
        if verdict.refusal is not None:
            return (Reason(verdict.refusal.code.value, verdict.refusal.text, False),)
        if proposal.side is Side.BUY and load is not None and cash is not None:
            broken = self._broken_bound(proposal, quote, cash, load)
            if broken is not None:
                return (broken,)
        return (Reason(RuleCode.OK.value, _passed(proposal, cash, sellable, verdict.freeze_cash), True),)

    def _broken_bound(
        self, proposal: Proposal, quote: Quote, cash: Decimal, load: AccountLoad
    ) -> Reason | None:
        """The first of the user's bounds that this buy would break."""
        given = SizingInput(
            symbol=proposal.symbol,
            price=proposal.price,
            total_asset=load.total_asset,
            held_value=max(proposal.price, quote.last_price) * load.held,
            working_value=load.open_buys,
            cash=cash,
            max_position_pct=load.max_position_pct or Decimal(1),
            invested=load.invested,
            limits=self.limits,
        )
        day = proposal.moment.date()
        for cap in bounds(
            given, lambda volume: self.cash_needed(proposal.symbol, proposal.price, volume, day)
        ):
            bound = cap.code != "POSITION_CAP" or load.max_position_pct is not None
            if bound and proposal.volume > cap.volume:
                unit = rule_of(proposal.symbol).unit
                text = f"买入 {proposal.volume:,} {unit}超出上限：{cap.text}。{_CURES[cap.code]}"
                return Reason(cap.code, text, False)
        return None


def _passed(proposal: Proposal, cash: Decimal | None, sellable: int, freeze: Decimal | None) -> str:
    if freeze is not None and cash is not None:
        return f"风控通过：含费用需 {freeze:,.2f} 元，可用 {cash:,.2f} 元"
    return f"风控通过：卖出 {proposal.volume:,} 股 ≤ 可卖 {sellable:,} 股"
