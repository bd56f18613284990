"""The terminal's accounts: ledgers, the day's orders and fills, and what of them still has to be made durable.

Not thread-safe: the terminal calls it under its lock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from core.domain.enums import OrderStatus, Side
from core.domain.market import Instrument, Quote, Symbol
from core.domain.money import milli_to_decimal
from core.exchange.ledger import Ledger
from core.simqmt.exchange import Filled
from core.simqmt.records import SimOrder, SimTrade
from core.simqmt.store import Store, TerminalState

_S = OrderStatus


class Accounts:
    """All accounts of one terminal. Orders and fills are those of the trading day, oldest first."""

    def __init__(
        self,
        state: TerminalState,
        quote: Callable[[Symbol], Quote | None],
        instrument: Callable[[Symbol], Instrument | None],
        now_ms: Callable[[], int],
    ) -> None:
        self._state = state
        self._quote = quote
        self._instrument = instrument
        self._now_ms = now_ms
        self._orders = {order.order_id: order for order in state.orders}
        self._trades = list(state.trades)
        self._saved_trades = len(self._trades)
        self._dirty_orders: dict[int, None] = {}
        self._dirty_accounts: dict[str, None] = {}

    # what there is

    def names(self) -> list[str]:
        """Account ids, in the order they were opened."""
        return list(self._state.ledgers)

    def has(self, account: str) -> bool:
        """Whether the terminal is logged in to this account."""
        return account in self._state.ledgers

    def raw_ledger(self, account: str) -> Ledger | None:
        """Cash and shares as booked, without the newest prices."""
        return self._state.ledgers.get(account)

    def ledger(self, account: str) -> Ledger:
        """Cash and shares, marked to the newest prices; raises KeyError for an unknown account."""
        ledger = self._state.ledgers[account]
        return ledger.mark(self._marks(ledger.holdings))

    def orders(self, account: str) -> list[SimOrder]:
        """The account's orders."""
        return [order for order in self._orders.values() if order.account == account]

    def trades(self, account: str) -> list[SimTrade]:
        """The account's fills."""
        return [trade for trade in self._trades if trade.account == account]

    def order(self, order_id: int) -> SimOrder | None:
        """One order of any account."""
        return self._orders.get(order_id)

    def working(self) -> list[SimOrder]:
        """Orders of all accounts that are not final."""
        return [order for order in self._orders.values() if order.working]

    def find_sysid(self, account: str, market: str, sysid: str) -> SimOrder | None:
        """An order by the exchange's number, which is unique per market only."""
        for order in self._orders.values():
            if (order.account, order.market, order.sysid) == (account, market, sysid):
                return order
        return None

    def bought_today(self, account: str, symbol: Symbol) -> int:
        """What the day's buys hold or may still become."""
        return sum(
            order.traded_volume + order.open_volume
            for order in self._orders.values()
            if (order.account, order.symbol, order.side) == (account, symbol, Side.BUY)
        )

    def name_of(self, symbol: Symbol) -> str:
        """A security's name, empty when unknown."""
        found = self._instrument(symbol)
        return found.name if found else ""

    # what changes

    def open(self, ledgers: Mapping[str, Ledger]) -> None:
        """Open accounts that are not known yet."""
        for account, ledger in ledgers.items():
            if account not in self._state.ledgers:
                self._set_ledger(account, ledger)

    def number(self, draft: SimOrder) -> SimOrder:
        """Give an order its numbers and its time."""
        state = self._state
        state.last_order_id += 1
        sysid = state.sysids.get(draft.market, 0) + 1
        state.sysids[draft.market] = sysid
        return replace(draft, order_id=state.last_order_id, sysid=str(sysid), time_ms=self._now_ms())

    def put(self, order: SimOrder) -> SimOrder:
        """Keep the newest state of an order."""
        self._orders[order.order_id] = order
        self._dirty_orders[order.order_id] = None
        return order

    def freeze(self, order: SimOrder) -> None:
        """Hold back its cash or shares; raises Refused when there is not enough."""
        ledger = self._state.ledgers[order.account]
        freeze = ledger.freeze_buy if order.side is Side.BUY else ledger.freeze_sell
        self._set_ledger(order.account, freeze(str(order.order_id), order.symbol, order.volume, order.price))

    def release(self, order: SimOrder) -> None:
        """Free what an order still holds back."""
        ledger = self._state.ledgers[order.account]
        self._set_ledger(order.account, ledger.release(str(order.order_id)))

    def fill(self, part: Filled) -> SimTrade:
        """Enter a fill into its order and ledger."""
        order = self._orders[part.order_id]
        price = milli_to_decimal(part.price)
        done = self._state.ledgers[order.account].fill(str(order.order_id), price, part.volume)
        self._set_ledger(order.account, done.ledger)
        self._state.last_trade += 1
        trade = SimTrade(
            account=order.account,
            symbol=order.symbol,
            name=order.name,
            trade_id=str(self._state.last_trade),
            order_id=order.order_id,
            sysid=order.sysid,
            time_ms=self._now_ms(),
            side=order.side,
            price=price,
            volume=part.volume,
            amount=price * part.volume,
            commission=done.fees.total,
            remark=order.remark,
            strategy=order.strategy,
        )
        self._trades.append(trade)
        filled = order.traded_volume + part.volume
        self.put(
            replace(
                order,
                traded_volume=filled,
                traded_amount=order.traded_amount + trade.amount,
                status=_status_after(order, filled),
            )
        )
        return trade

    def next_day(self, day: date) -> None:
        """Settle every account; the day's orders and fills leave the lists (they stay in the file)."""
        for account, ledger in self._state.ledgers.items():
            self._set_ledger(account, ledger.release_all().next_day(day))
        self._state.day = day
        self._orders.clear()
        self._trades.clear()
        self._dirty_orders.clear()
        self._saved_trades = 0

    # what is durable

    @property
    def changed(self) -> bool:
        """Whether there is something to commit."""
        return bool(self._dirty_accounts or self._dirty_orders or self._saved_trades < len(self._trades))

    def commit(self, store: Store) -> None:
        """Make every change since the last commit durable."""
        if not self.changed:
            return
        self._state.time_ms = self._now_ms()
        store.save(
            self._state,
            list(self._dirty_accounts),
            [self._orders[order_id] for order_id in self._dirty_orders],
            self._trades[self._saved_trades :],
        )
        self._dirty_accounts.clear()
        self._dirty_orders.clear()
        self._saved_trades = len(self._trades)

    def _marks(self, symbols: Iterable[str]) -> dict[str, Decimal]:
        """Last price, before the first trade the previous close."""
        marks: dict[str, Decimal] = {}
        for symbol in symbols:
            quote, known = self._quote(Symbol(symbol)), self._instrument(Symbol(symbol))
            if quote is not None and (quote.last or quote.pre_close):
                marks[symbol] = milli_to_decimal(quote.last or quote.pre_close)
            elif known is not None and known.pre_close:
                marks[symbol] = known.pre_close
        return marks

    def _set_ledger(self, account: str, ledger: Ledger) -> None:
        self._state.ledgers[account] = ledger
        self._dirty_accounts[account] = None


def _status_after(order: SimOrder, filled: int) -> OrderStatus:
    if filled >= order.volume:
        return _S.SUCCEEDED
    pending = order.status in (_S.REPORTED_CANCEL, _S.PARTSUCC_CANCEL)
    return _S.PARTSUCC_CANCEL if pending else _S.PART_SUCC
