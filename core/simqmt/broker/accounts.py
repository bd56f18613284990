"""The terminal's accounts: money and shares, the day's orders and fills, and what still has to be made durable.

Nothing here looks through the day's orders for one order's sake. Not thread-safe: the terminal calls it under its lock.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from core.domain.enums import OrderStatus, Side
from core.domain.market import Instrument, Quote, Symbol
from core.domain.money import milli_to_decimal
from core.exchange.fees import order_amount
from core.exchange.ledger import Ledger
from core.simqmt.broker.purse import Purse
from core.simqmt.broker.records import AssetView, Draft, PositionView, SimOrder, SimTrade, Ticket, cut_remark
from core.simqmt.broker.views import position_view
from core.simqmt.exchange.books import Filled
from core.simqmt.ledger.store import Changes, Store, TerminalState

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
        self._purses = {account: Purse(ledger) for account, ledger in state.ledgers.items()}
        self._trades: dict[str, list[SimTrade]] = {account: [] for account in self._purses}
        for trade in state.trades:
            self._trades.setdefault(trade.account, []).append(trade)
        self._new_trades: list[SimTrade] = []
        self._prices: dict[int, Decimal] = {}
        self._forget_orders()
        for order in state.orders:
            self.put(order)
        self._dirty: dict[int, None] = {}
        state.orders, state.trades = [], []

    def _forget_orders(self) -> None:
        self._orders: dict[int, SimOrder] = {}
        self._by_account: dict[str, dict[int, None]] = {}
        self._by_sysid: dict[tuple[str, str, str], int] = {}
        self._working: dict[Symbol, dict[int, None]] = {}
        self._bought: dict[tuple[str, Symbol], int] = {}
        self._dirty = {}

    # what there is

    def names(self) -> list[str]:
        """Account ids, in the order they were opened."""
        return list(self._purses)

    def has(self, account: str) -> bool:
        """Whether the terminal is logged in to this account."""
        return account in self._purses

    def raw_ledger(self, account: str) -> Ledger | None:
        """Free cash and shares as booked, without open orders and the newest prices."""
        purse = self._purses.get(account)
        return None if purse is None else purse.base

    def ledger(self, account: str) -> Ledger:
        """Cash and shares, marked to the newest prices; raises KeyError for an unknown account."""
        ledger = self._purses[account].whole()
        marks = {symbol: price for symbol in ledger.holdings if (price := self._mark(symbol)) is not None}
        return ledger.mark(marks)

    def asset(self, account: str) -> AssetView:
        """Money of an account at the newest prices."""
        purse = self._purses[account]
        ledger, frozen = purse.base, purse.frozen_cash
        value = purse.market_value((symbol, self._mark(symbol)) for symbol in ledger.holdings)
        cash = ledger.cash
        total = cash + frozen + value + ledger.lent
        return AssetView(account, cash, frozen, value, total, ledger.withdrawable)

    def position(self, account: str, symbol: str) -> PositionView | None:
        """One holding at the newest price; None when there is none."""
        held = self._purses[account].base.holdings.get(symbol)
        if held is None:
            return None
        price = self._mark(symbol)
        marked = held if price is None or price == held.last else replace(held, last=price)
        return position_view(account, marked, self.name_of(Symbol(symbol)))

    def orders(self, account: str) -> list[SimOrder]:
        """The account's orders."""
        return [self._orders[order_id] for order_id in self._by_account.get(account, ())]

    def trades(self, account: str) -> list[SimTrade]:
        """The account's fills."""
        return list(self._trades.get(account, ()))

    def order(self, order_id: int) -> SimOrder | None:
        """One order of any account."""
        return self._orders.get(order_id)

    def must(self, order_id: int) -> SimOrder:
        """One order of any account that is there."""
        return self._orders[order_id]

    def working(self, symbol: Symbol | None = None) -> list[SimOrder]:
        """Orders of all accounts, or those of one symbol, that are not final, oldest first."""
        if symbol is not None:
            return [self._orders[order_id] for order_id in self._working.get(symbol, ())]
        found = sorted(order_id for numbers in self._working.values() for order_id in numbers)
        return [self._orders[order_id] for order_id in found]

    def find_sysid(self, account: str, market: str, sysid: str) -> SimOrder | None:
        """An order by the exchange's number, which is unique per market only."""
        order_id = self._by_sysid.get((account, market, sysid))
        return None if order_id is None else self._orders[order_id]

    def bought_today(self, account: str, symbol: Symbol) -> int:
        """What the day's buys hold or may still become."""
        return self._bought.get((account, symbol), 0)

    def symbols(self) -> list[Symbol]:
        """What is held or worked on in any account, in a fixed order."""
        held = {symbol for account in self._purses for symbol in self.ledger(account).holdings}
        return sorted({Symbol(symbol) for symbol in held} | set(self._working))

    def name_of(self, symbol: Symbol) -> str:
        """A security's name, empty when unknown."""
        found = self._instrument(symbol)
        return found.name if found else ""

    # what changes

    def open(self, ledgers: Mapping[str, Ledger]) -> None:
        """Open accounts that are not known yet."""
        for account, ledger in ledgers.items():
            if account not in self._purses:
                purse = self._purses[account] = Purse(ledger)
                purse.touch()
                self._trades[account] = []

    def number(self, draft: Draft, ticket: Ticket) -> SimOrder:
        """Give an order its numbers, its time and its texts."""
        state, market = self._state, draft.symbol[-2:]
        state.last_order_id += 1
        sysid = state.sysids.get(market, 0) + 1
        state.sysids[market] = sysid
        return SimOrder(
            account=ticket.account,
            symbol=draft.symbol,
            name=draft.name,
            order_id=state.last_order_id,
            sysid=str(sysid),
            time_ms=self._now_ms(),
            side=draft.side,
            volume=ticket.volume,
            price=draft.price,
            price_type=ticket.price_type,
            status=_S.REPORTED,
            remark=cut_remark(ticket.remark),
            strategy=ticket.strategy,
            limit=draft.limit,
        )

    def put(self, order: SimOrder) -> SimOrder:
        """Keep the newest state of an order."""
        number = order.order_id
        before = self._orders.get(number)
        self._orders[number] = order
        self._dirty[number] = None
        if before is None:
            self._by_account.setdefault(order.account, {})[number] = None
            self._by_sysid[order.account, order.market, order.sysid] = number
        if order.working:
            if before is None or not before.working:
                self._working.setdefault(order.symbol, {})[number] = None
        elif before is not None and before.working:
            del self._working[order.symbol][number]
        if order.side is Side.BUY:
            key = (order.account, order.symbol)
            self._bought[key] = self._bought.get(key, 0) + _bought(order) - _bought(before)
        return order

    def freeze(self, order: SimOrder) -> None:
        """Hold back its cash or shares; raises Refused when there is not enough."""
        self._purses[order.account].freeze(order)

    def release(self, order: SimOrder) -> None:
        """Free what an order still holds back."""
        self._purses[order.account].release(order.order_id)

    def fill(self, part: Filled) -> SimTrade:
        """Enter a fill into its order and ledger."""
        order = self._orders[part.order_id]
        price = milli_to_decimal(part.price)
        done = self._purses[order.account].fill(order.order_id, price, part.volume)
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
            amount=order_amount(order.symbol, price, part.volume),
            commission=done.fees.total,
            remark=order.remark,
            strategy=order.strategy,
        )
        self._trades[order.account].append(trade)
        self._new_trades.append(trade)
        filled = order.traded_volume + part.volume
        amount = order.traded_amount + trade.amount
        self.put(order.changed(_status_after(order, filled), traded_volume=filled, traded_amount=amount))
        return trade

    def next_day(self, day: date) -> None:
        """Settle every account; the day's orders and fills leave the lists (they stay in the file)."""
        for purse in self._purses.values():
            purse.next_day(day)
        self._state.day = day
        self._forget_orders()
        for trades in self._trades.values():
            trades.clear()
        self._new_trades.clear()

    # what is durable

    @property
    def changed(self) -> bool:
        """Whether there is something to commit."""
        return bool(self._dirty or self._new_trades or any(purse.changed for purse in self._purses.values()))

    def commit(self, store: Store) -> None:
        """Make every change since the last commit durable."""
        if not self.changed:
            return
        self._state.time_ms = self._now_ms()
        store.save(self._state, self._changes())
        self._dirty.clear()
        self._new_trades.clear()
        for purse in self._purses.values():
            purse.saved()

    def _changes(self) -> Changes:
        orders = [self._orders[order_id] for order_id in self._dirty]
        touched = {account: purse for account, purse in self._purses.items() if purse.changed}
        return Changes(
            ledgers={account: purse.base for account, purse in touched.items()},
            holdings={account: list(purse.changed_holdings) for account, purse in touched.items()},
            orders=[(order, self._purses[order.account].held_back(order.order_id)) for order in orders],
            trades=list(self._new_trades),
        )

    def _mark(self, symbol: str) -> Decimal | None:
        """Last price, before the first trade the previous close; the same object for the same price."""
        quote = self._quote(Symbol(symbol))
        if quote is not None and (milli := quote.last or quote.pre_close):
            price = self._prices.get(milli)
            if price is None:
                price = self._prices[milli] = milli_to_decimal(milli)
            return price
        known = self._instrument(Symbol(symbol))
        return known.pre_close if known is not None and known.pre_close else None


def _bought(order: SimOrder | None) -> int:
    return 0 if order is None else order.traded_volume + order.open_volume


def _status_after(order: SimOrder, filled: int) -> OrderStatus:
    if filled >= order.volume:
        return _S.SUCCEEDED
    pending = order.status in (_S.REPORTED_CANCEL, _S.PARTSUCC_CANCEL)
    return _S.PARTSUCC_CANCEL if pending else _S.PART_SUCC
