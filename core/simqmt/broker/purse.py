"""One account's money and shares: the pure `Ledger`, with its open orders kept beside it.

A ledger is a value, so every operation copies the mapping of its open orders; with thousands of them open that is the
cost of an order. Each operation looks at one order only, so it is given a ledger that holds just that one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal

from core.domain.enums import Side
from core.exchange.ledger import FillResult, Holding, Ledger, OpenOrder
from core.simqmt.broker.records import SimOrder

_ZERO = Decimal(0)


class Purse:
    """Cash, holdings and what open orders hold back. `changed_*` tell what was touched since `saved`."""

    def __init__(self, ledger: Ledger) -> None:
        self.changed = False
        self.changed_holdings: dict[str, None] = {}
        self._values: dict[str, tuple[Decimal, Holding, Decimal]] = {}
        self._set(ledger)

    def _set(self, ledger: Ledger) -> None:
        self._open = dict(ledger.orders)
        self._base = replace(ledger, orders={})
        self._frozen = ledger.frozen_cash

    @property
    def base(self) -> Ledger:
        """Free cash and holdings, without the open orders."""
        return self._base

    @property
    def frozen_cash(self) -> Decimal:
        """Cash held back by open buys."""
        return self._frozen

    def whole(self) -> Ledger:
        """The ledger as a value of its own."""
        return replace(self._base, orders=dict(self._open))

    def held_back(self, order_id: int) -> OpenOrder | None:
        """What an order holds back; None once it is over."""
        return self._open.get(str(order_id))

    def freeze(self, order: SimOrder) -> None:
        """Hold back cash or shares; raises Refused when there is not enough."""
        freeze = self._base.freeze_buy if order.side is Side.BUY else self._base.freeze_sell
        self._take(
            str(order.order_id), freeze(str(order.order_id), order.symbol, order.volume, order.frozen_at)
        )

    def fill(self, order_id: int, price: Decimal, volume: int) -> FillResult:
        """A fill of an open order."""
        number = str(order_id)
        done = self._alone(number).fill(number, price, volume)
        self._take(number, done.ledger)
        return done

    def release(self, order_id: int) -> None:
        """Free what an order still holds back."""
        number = str(order_id)
        self._take(number, self._alone(number).release(number))

    def next_day(self, day: date) -> None:
        """Settle: whatever is open is released first."""
        self.touch()
        self._set(self.whole().release_all().next_day(day))

    def touch(self) -> None:
        """Everything has to be saved."""
        self.changed = True
        self.changed_holdings.update(dict.fromkeys(self._base.holdings))

    def market_value(self, marks: Iterable[tuple[str, Decimal | None]]) -> Decimal:
        """Value of all holdings at these prices; one without a price keeps its last."""
        total = _ZERO
        for symbol, price in marks:
            held = self._base.holdings[symbol]
            if price is None:
                total += held.market_value
                continue
            known = self._values.get(symbol)
            if known is None or known[0] is not price or known[1] is not held:
                known = (price, held, replace(held, last=price).market_value)
                self._values[symbol] = known
            total += known[2]
        return total

    def saved(self) -> None:
        """What changed until now is durable."""
        self.changed = False
        self.changed_holdings.clear()

    def _alone(self, number: str) -> Ledger:
        order = self._open.get(number)
        return self._base if order is None else self._base.holding_back(self._base.cash, {number: order})

    def _take(self, number: str, ledger: Ledger) -> None:
        before, after = self._open.get(number), ledger.orders.get(number)
        if before is not None:
            self._frozen -= before.frozen_cash
        if after is not None:
            self._frozen += after.frozen_cash
            self._open[number] = after
        else:
            self._open.pop(number, None)
        symbol = (after or before).symbol  # type: ignore[union-attr]
        if ledger.holdings is not self._base.holdings:
            self.changed_holdings[symbol] = None
        self._base = ledger.holding_back(ledger.cash, {})
        self.changed = True
