"""What a decision is made from: the desk's state as frozen facts and the few figures of one symbol."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from core.domain.enums import SignalKind
from core.domain.market import Quote, Symbol
from core.domain.trading import Intent, Order
from core.domain.watch import WatchItem
from core.risk.gate import AccountLoad


@dataclass(frozen=True, slots=True)
class DeskFacts:
    """State of the whole desk. The texts are shown when the flag beside them is False.

    `blind_text` says why no price may trigger anything, empty while prices do.
    """

    now: datetime
    armed: bool
    armed_text: str
    link_ready: bool
    link_text: str
    journal_ok: bool
    journal_text: str
    blind_text: str = ""


@dataclass(frozen=True, slots=True)
class SymbolFacts:
    """Figures of one symbol. Volumes in shares; `cash` and `total_asset` are None while the account is unknown.

    `sellable` has the reservations of our own unanswered sells taken off; `held` includes the newest fills.
    `frozen` are shares that working sells hold by the broker's last word, `frozen_by_orders` by the orders known here.
    `invested` is of the whole account: all holdings at the newest prices and all open buys.
    """

    symbol: Symbol
    name: str
    held: int
    sellable: int
    frozen_by_orders: int
    cash: Decimal | None
    total_asset: Decimal | None
    open_buys: Decimal
    working_sells: tuple[Order, ...]
    working_buys: tuple[Order, ...]
    live_sells: tuple[Intent, ...]
    unknown_buy: Intent | None
    unknown_sell: Intent | None
    invested: Decimal = Decimal(0)
    frozen: int = 0

    def load(self, max_position_pct: Decimal | None) -> AccountLoad | None:
        """What the gate must know of the account before a buy; None while the account is unknown."""
        if self.total_asset is None:
            return None
        return AccountLoad(self.total_asset, self.held, self.open_buys, self.invested, max_position_pct)


@dataclass(frozen=True, slots=True)
class Case:
    """One level hit by one quote, to be decided."""

    item: WatchItem
    kind: SignalKind
    quote: Quote
    level: Decimal
    desk: DeskFacts
    facts: SymbolFacts
