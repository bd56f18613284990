"""Makes the rows of the blotter: records joined with names, ticks, prices, states and the flows of the day."""

from __future__ import annotations

from collections.abc import Container, Iterable
from decimal import Decimal

from core.domain.decision import Decision, ItemView
from core.domain.enums import ItemState, Side
from core.domain.market import Instrument, Quote
from core.domain.trading import Order, Position, Trade
from widgets.blotter.day_flows import DayFlows
from widgets.blotter.rows import DecisionRow, OrderRow, PositionRow, TradeRow
from widgets.securities import tick_of
from widgets.state_looks import STATE_LOOKS, shield_state


class RowMaker:
    """What is known beside the records. A method that learns returns the symbols whose rows it touches."""

    def __init__(self) -> None:
        self._instruments: dict[str, Instrument] = {}
        self._quotes: dict[str, Quote] = {}
        self._states: dict[str, dict[str, ItemState]] = {}
        self._flows = DayFlows()
        self._total: Decimal | None = None

    # What is learnt

    def learn(self, instruments: Iterable[Instrument]) -> set[str]:
        """Names and ticks."""
        told: dict[str, Instrument] = {instrument.symbol: instrument for instrument in instruments}
        self._instruments.update(told)
        return set(told)

    def price(self, quotes: Iterable[Quote]) -> set[str]:
        """Newest snapshots."""
        told: dict[str, Quote] = {quote.symbol: quote for quote in quotes}
        self._quotes.update(told)
        return set(told)

    def protect(self, views: Iterable[ItemView]) -> set[str]:
        """States of watch items; the gravest of a symbol's items counts."""
        touched: set[str] = set()
        for view in views:
            state = shield_state(view.state, view.protected)
            self._states.setdefault(view.symbol, {})[view.item_id] = state
            touched.add(view.symbol)
        return touched

    def keep(self, item_ids: Container[str]) -> set[str]:
        """Items that are gone protect nothing; the symbols whose state may be another now."""
        touched: set[str] = set()
        for symbol, states in self._states.items():
            for item_id in [one for one in states if one not in item_ids]:
                del states[item_id]
                touched.add(symbol)
        return touched

    def flow(self, trades: Iterable[Trade]) -> set[str]:
        """Fills of today."""
        touched: set[str] = set()
        for trade in trades:
            self._flows.add(trade)
            touched.add(trade.symbol)
        return touched

    def weigh(self, total: Decimal | None) -> bool:
        """Total assets; False when they are the same as before."""
        changed = total != self._total
        self._total = total
        return changed

    # What is made

    def name(self, symbol: str) -> str:
        """Name of a security, empty while it is not known."""
        known = self._instruments.get(symbol)
        return known.name if known is not None else ""

    def position(self, position: Position) -> PositionRow:
        """A holding at the newest price."""
        symbol = position.symbol
        quote = self._quotes.get(symbol)
        return PositionRow(
            position,
            self.name(symbol),
            self._tick(symbol),
            quote.last if quote is not None else 0,
            quote.pre_close if quote is not None else 0,
            self._total,
            self._flows.of(symbol, Side.BUY),
            self._flows.of(symbol, Side.SELL),
            _gravest(self._states.get(symbol, {}).values()),
        )

    def order(self, order: Order, origin: str) -> OrderRow:
        """An order and where it came from."""
        return OrderRow(order, origin, self.name(order.symbol), self._tick(order.symbol))

    def trade(self, trade: Trade, origin: str) -> TradeRow:
        """A fill and where its order came from."""
        return TradeRow(trade, origin, self.name(trade.symbol), self._tick(trade.symbol))

    def decision(self, decision: Decision) -> DecisionRow:
        """A decision."""
        return DecisionRow(decision, self.name(decision.symbol))

    def _tick(self, symbol: str) -> Decimal:
        return tick_of(symbol, self._instruments.get(symbol))


def _gravest(states: Iterable[ItemState]) -> ItemState | None:
    """Of several items on one symbol the state that worries most."""
    order = (
        *(s for s, look in STATE_LOOKS.items() if look.alarm),
        ItemState.HOLDING_UNPROTECTED,
        ItemState.HOLDING,
    )
    return min(states, key=lambda s: order.index(s) if s in order else len(order), default=None)
