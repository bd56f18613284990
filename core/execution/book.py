"""The account as the broker reports it: orders, fills, holdings, money. Duplicates and strays are welcome.

Each answer of the broker raises `event_no`. A snapshot of money or holdings remembers which events it contains, so
that what happened after it can be added by whoever needs a safe figure.
"""

from __future__ import annotations

from collections.abc import Iterable

from core.domain.enums import OrderStatus, Side
from core.domain.market import Symbol
from core.domain.trading import Asset, Order, Position, Trade

_RANK = {
    OrderStatus.UNKNOWN: 0,
    OrderStatus.UNREPORTED: 1,
    OrderStatus.WAIT_REPORTING: 2,
    OrderStatus.REPORTED: 3,
    OrderStatus.REPORTED_CANCEL: 4,
    OrderStatus.PART_SUCC: 5,
    OrderStatus.PARTSUCC_CANCEL: 6,
}
_FINAL_RANK = 9


def _rank(status: OrderStatus) -> int:
    return _FINAL_RANK if status.is_final else _RANK[status]


class AccountBook:
    """Mirror of one account. Touched on the trading loop only."""

    def __init__(self) -> None:
        self.event_no = 1
        self.asset: Asset | None = None
        self.asset_no = 0
        self.positions: dict[Symbol, Position] = {}
        self.positions_no = 0
        self.orders: dict[int, Order] = {}
        self.trades: dict[str, Trade] = {}
        self._recent: list[tuple[int, Symbol, int]] = []
        self._later: dict[Symbol, int] = {}  # sum of `_recent`
        self._position_no: dict[Symbol, int] = {}
        self._alive: dict[Symbol, dict[int, Order]] = {}

    def tick(self) -> int:
        """One more event of the broker; returns its number."""
        self.event_no += 1
        return self.event_no

    def apply_order(self, order: Order) -> bool:
        """Take an order push or row. False when it says nothing new or lags behind what is known."""
        known = self.orders.get(order.order_id)
        if known is not None:
            if known.status.is_final and not (
                order.status.is_final and order.traded_volume > known.traded_volume
            ):
                return False
            progress = (order.traded_volume, _rank(order.status))
            held = (known.traded_volume, _rank(known.status))
            if progress[0] < held[0] or (progress <= held and order.order_sysid == known.order_sysid):
                return False
            if progress[1] < held[1] and progress[0] == held[0]:
                return False
        self.orders[order.order_id] = order
        alive = self._alive.setdefault(order.symbol, {})
        if order.status.is_final:
            alive.pop(order.order_id, None)
        else:
            alive[order.order_id] = order
        return True

    def apply_trade(self, trade: Trade) -> bool:
        """Take a fill; False when it is known already."""
        key = f"{trade.account_id}/{trade.symbol[-2:]}/{trade.trade_id}"
        if key in self.trades:
            return False
        self.trades[key] = trade
        signed = trade.volume if trade.side is Side.BUY else -trade.volume
        self._recent.append((self.event_no, trade.symbol, signed))
        self._later[trade.symbol] = self._later.get(trade.symbol, 0) + signed
        return True

    def apply_asset(self, asset: Asset, event_no: int) -> None:
        """Take money as of `event_no`; an older snapshot is ignored."""
        if event_no >= self.asset_no:
            self.asset, self.asset_no = asset, event_no

    def apply_positions(self, positions: Iterable[Position], event_no: int) -> bool:
        """Take all holdings as of `event_no`.

        False, and nothing is cleared, when the list is empty while the account still shows market value.
        """
        rows = {position.symbol: position for position in positions}
        if not rows and self.positions and self.asset is not None and self.asset.market_value > 0:
            return False
        if event_no >= self.positions_no:
            self.positions, self.positions_no = rows, event_no
            self._position_no = {s: no for s, no in self._position_no.items() if no > event_no}
            self._keep_recent(row for row in self._recent if row[0] > event_no)
        return True

    def apply_position(self, position: Position, event_no: int) -> None:
        """Take one pushed holding; it contains every fill told before it."""
        symbol = position.symbol
        self.positions[symbol] = position
        self._position_no[symbol] = event_no
        self._keep_recent(row for row in self._recent if row[1] != symbol or row[0] > event_no)

    def _keep_recent(self, rows: Iterable[tuple[int, Symbol, int]]) -> None:
        self._recent, self._later = list(rows), {}
        for _, symbol, signed in self._recent:
            self._later[symbol] = self._later.get(symbol, 0) + signed

    def known_until(self, symbol: Symbol) -> int:
        """Number of the last event that the holding of `symbol` contains."""
        return max(self.positions_no, self._position_no.get(symbol, 0))

    def volume(self, symbol: Symbol) -> int:
        """Shares held, with the fills that came after the last snapshot of the holding."""
        held = self.positions.get(symbol)
        return max((held.volume if held else 0) + self._later.get(symbol, 0), 0)

    def newer_fills(self) -> dict[Symbol, int]:
        """Shares, sells negative, of fills that the last snapshot of the holding does not contain, where there are any."""
        return {symbol: shares for symbol, shares in self._later.items() if shares}

    def sellable(self, symbol: Symbol) -> int:
        """Shares that the broker would let go, as of its last word."""
        held = self.positions.get(symbol)
        return held.sellable if held else 0

    def working(self, symbol: Symbol | None, side: Side) -> list[Order]:
        """Live orders of one side, of one symbol or of all; those of a symbol oldest first."""
        books = self._alive.values() if symbol is None else (self._alive.get(symbol, {}),)
        return [order for book in books for order in book.values() if order.side is side]
