"""An order as the rules look at it, and their verdict."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from core.domain.enums import Side
from core.exchange.boards import SecurityClass
from core.exchange.cage import BookTop, Cage
from core.exchange.fees import DEFAULT_FEES, Fees, FeeSchedule
from core.exchange.limits import PLAIN, LimitFacts, Limits
from core.exchange.price_types import PriceType
from core.exchange.refusals import Refusal, RuleCode
from core.exchange.sessions import Acceptance, SessionPhase


@dataclass(frozen=True, slots=True)
class OrderQuery:
    """An order and what is known around it. What is None is not checked, but a sell without `can_use` has none.

    `price` is the limit, or the protection price of a market order in Shanghai and Beijing. `limits` overrides
    the computed limits with those of the feed. `close` is today's closing price, for fixed-price orders.
    """

    symbol: str
    side: Side
    volume: int
    price: Decimal | None
    moment: datetime
    price_type: int = PriceType.FIX_PRICE
    prev_close: Decimal | None = None
    facts: LimitFacts = PLAIN
    top: BookTop = field(default_factory=BookTop)
    limits: Limits | None = None
    halted: bool = False
    can_use: int | None = None
    cash: Decimal | None = None
    bought_today: int = 0
    close: Decimal | None = None
    schedule: FeeSchedule = DEFAULT_FEES


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules say. Fields beyond `refusal` are as far as the checks came; None where not reached.

    `freeze_cash` and `freeze_volume` are what the order would hold back; `fees` those of a whole fill at the
    price frozen for (buy) or named (sell); `parked` tells of a cage that held orders back instead of rejecting.
    """

    acceptance: Acceptance
    refusal: Refusal | None
    cls: SecurityClass | None = None
    limits: Limits | None = None
    phase: SessionPhase | None = None
    cage: Cage | None = None
    parked: bool = False
    freeze_cash: Decimal | None = None
    freeze_volume: int | None = None
    fees: Fees | None = None
    net_proceeds: Decimal | None = None

    @property
    def code(self) -> RuleCode:
        """The reason code, OK when nothing objects."""
        return RuleCode.OK if self.refusal is None else self.refusal.code

    @property
    def ok(self) -> bool:
        """True when the order may be sent now, be it to wait in a queue."""
        return self.refusal is None
