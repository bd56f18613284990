"""Cash and shares of one account as an immutable value: every operation gives a new `Ledger` or raises `Refused`.

Money is Decimal yuan to the cent, volumes are shares. Amounts and fees follow an order's cumulative fills, so an
order costs the same to the cent in however many parts it fills. A buy freezes its amount and fees at its price;
a fill releases its share of that, but never so much that the rest could not be paid. A sell of a repo lends cash:
it freezes cash like a buy, its fills become `loans`, and the cash comes back with its interest on the day it is due.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from core.domain.enums import Side
from core.exchange.boards import SecurityClass
from core.exchange.fees import DEFAULT_FEES, ZERO, Fees, FeeSchedule, order_amount
from core.exchange.ledger_records import Holding as Holding
from core.exchange.ledger_records import OpenOrder as OpenOrder
from core.exchange.lending import Loan, interest_days, is_repo, loan_of
from core.exchange.refusals import Refused, RuleCode, refuse
from core.exchange.symbols import require_class, t_plus
from core.exchange.ticks import cents


@dataclass(frozen=True, slots=True)
class FillResult:
    """The ledger after a fill, what the fill cost or brought (fees taken off), and its fees."""

    ledger: Ledger
    amount: Decimal
    fees: Fees


@dataclass(frozen=True, slots=True)
class Ledger:
    """One account on one day. `cash` is free cash; the mappings are never changed in place."""

    day: date
    cash: Decimal
    schedule: FeeSchedule = DEFAULT_FEES
    holdings: Mapping[str, Holding] = field(default_factory=dict)
    orders: Mapping[str, OpenOrder] = field(default_factory=dict)
    proceeds_today: Decimal = ZERO
    loans: tuple[Loan, ...] = ()

    @property
    def lent(self) -> Decimal:
        """Cash out in reverse repos, without its interest."""
        return sum((loan.amount for loan in self.loans), ZERO)

    @property
    def frozen_cash(self) -> Decimal:
        """Cash held back by open buys."""
        return sum((order.frozen_cash for order in self.orders.values()), ZERO)

    @property
    def market_value(self) -> Decimal:
        """Value of all holdings at their last marks."""
        return sum((holding.market_value for holding in self.holdings.values()), ZERO)

    @property
    def total_asset(self) -> Decimal:
        """Cash, frozen cash, market value and cash lent."""
        return self.cash + self.frozen_cash + self.market_value + self.lent

    @property
    def withdrawable(self) -> Decimal:
        """Cash that may leave the account today: sale proceeds wait for the next day."""
        return max(ZERO, self.cash - self.proceeds_today)

    def holding(self, symbol: str) -> Holding:
        """The holding of a symbol, empty when there is none."""
        return self.holdings.get(symbol) or Holding(symbol, same_day=t_plus(symbol) == 0)

    def with_position(self, symbol: str, volume: int, price: Decimal, *, name: str = "") -> Ledger:
        """A ledger that held `volume` shares bought at `price` before today."""
        held = Holding(
            symbol, volume, volume, 0, volume, 0, cents(price * volume), None, t_plus(symbol, name) == 0
        )
        return self._with(held)

    def freeze_buy(self, order_id: str, symbol: str, volume: int, price: Decimal) -> Ledger:
        """Hold back the cash of a buy at `price` (a market buy: its protection price or limit-up)."""
        self._check_new(order_id, symbol, volume)
        if is_repo(symbol):
            text = f"{symbol} 只能卖出（借出资金），不能买入。"
            raise Refused(refuse(RuleCode.SIDE_NOT_ALLOWED, text, symbol=symbol))
        return self._freeze_cash(order_id, symbol, Side.BUY, volume, price)

    def _freeze_cash(self, order_id: str, symbol: str, side: Side, volume: int, price: Decimal) -> Ledger:
        need = self.schedule.cash_to_freeze(symbol, price, volume, self.day)
        if need > self.cash:
            what = f"买入 {volume} 股" if side is Side.BUY else f"借出 {volume} 张"
            text = f"可用资金 {self.cash} 元不足，{what} {symbol} 需 {need} 元（含费用）。"
            raise Refused(refuse(RuleCode.INSUFFICIENT_CASH, text, need=need, cash=self.cash))
        order = OpenOrder(order_id, symbol, side, volume, price, need, need)
        return self.holding_back(self.cash - need, {**self.orders, order_id: order})

    def holding_back(self, cash: Decimal, orders: Mapping[str, OpenOrder]) -> Ledger:
        """The same holdings with other free cash and open orders. (`replace` costs four times as much.)"""
        return Ledger(self.day, cash, self.schedule, self.holdings, orders, self.proceeds_today, self.loans)

    def freeze_sell(self, order_id: str, symbol: str, volume: int, price: Decimal = ZERO) -> Ledger:
        """Hold back the shares of a sell, or the cash that a repo lends."""
        self._check_new(order_id, symbol, volume)
        if is_repo(symbol):
            interest_days(symbol, self.day)  # refuses when nobody knows when the cash comes back
            return self._freeze_cash(order_id, symbol, Side.SELL, volume, price)
        held = self.holding(symbol)
        if volume > held.can_use:
            text = f"要卖 {volume} 股 {symbol}，可卖只有 {held.can_use} 股（持有 {held.volume}，今日买入 {held.on_road}）。"
            numbers = {
                "volume": volume,
                "can_use": held.can_use,
                "held": held.volume,
                "on_road": held.on_road,
            }
            raise Refused(refuse(RuleCode.INSUFFICIENT_POSITION, text, **numbers))
        order = OpenOrder(order_id, symbol, Side.SELL, volume, price)
        kept = replace(held, can_use=held.can_use - volume, frozen=held.frozen + volume)
        return replace(self._with(kept), orders={**self.orders, order_id: order})

    def fill(self, order_id: str, price: Decimal, volume: int) -> FillResult:
        """A fill of an open order; the order leaves the ledger with its last share."""
        order = self._order(order_id)
        if not 0 < volume <= order.rest:
            text = f"成交 {volume} 股超出委托 {order_id} 未成交的 {order.rest} 股。"
            raise Refused(refuse(RuleCode.FILL_TOO_LARGE, text, volume=volume, rest=order.rest))
        if order.side is Side.BUY and price > order.price:
            text = f"成交价 {price} 高于委托 {order_id} 冻结资金所按的价格 {order.price}。"
            raise Refused(refuse(RuleCode.FILL_BEYOND_FREEZE, text, price=price, freeze_price=order.price))
        after = order.amount + order_amount(order.symbol, price, volume)
        total = self.schedule.fees(order.symbol, order.side, after, self.day)
        part = cents(after) - cents(order.amount)
        fees = total - order.fees
        done = replace(order, filled=order.filled + volume, amount=after, fees=total)
        if is_repo(order.symbol):
            return FillResult(self._lent(done, volume, price, part + fees.total), part, fees)
        if order.side is Side.BUY:
            return FillResult(self._bought(done, volume, price, part + fees.total), part, fees)
        return FillResult(self._sold(done, volume, price, part - fees.total), part, fees)

    def release(self, order_id: str) -> Ledger:
        """A cancel or a reject: what the order still holds back becomes free; the order leaves the ledger."""
        order = self._order(order_id)
        rest = {key: value for key, value in self.orders.items() if key != order_id}
        if order.side is Side.BUY or is_repo(order.symbol):
            return replace(self, cash=self.cash + order.frozen_cash, orders=rest)
        held = self.holding(order.symbol)
        kept = replace(held, can_use=held.can_use + order.rest, frozen=held.frozen - order.rest)
        return replace(self._with(kept), orders=rest)

    def release_all(self) -> Ledger:
        """Release every open order, as the close of the day does."""
        ledger = self
        for order_id in tuple(self.orders):
            ledger = ledger.release(order_id)
        return ledger

    def next_day(self, day: date) -> Ledger:
        """The next trading day: shares bought settle, emptied holdings go, sale proceeds may be withdrawn.

        Cash lent until `day` comes back with its interest; it may be withdrawn the day after.
        """
        if self.orders:
            names = "、".join(self.orders)
            text = f"还有未了结的委托 {names}，先撤销再换日。"
            raise Refused(refuse(RuleCode.ORDERS_STILL_OPEN, text, orders=names))
        settled = {
            symbol: replace(held, can_use=held.volume, yesterday=held.volume, on_road=0)
            for symbol, held in self.holdings.items()
            if held.volume
        }
        back = [loan for loan in self.loans if loan.due <= day]
        return replace(
            self,
            day=day,
            holdings=settled,
            loans=tuple(loan for loan in self.loans if loan.due > day),
            cash=self.cash + sum((loan.amount + loan.interest for loan in back), ZERO),
            proceeds_today=sum((loan.amount + loan.interest for loan in back if loan.due == day), ZERO),
        )

    def mark(self, prices: Mapping[str, Decimal]) -> Ledger:
        """Mark holdings to these prices; symbols without one keep theirs."""
        marked = {
            symbol: replace(held, last=prices[symbol]) if symbol in prices else held
            for symbol, held in self.holdings.items()
        }
        return replace(self, holdings=marked)

    def _bought(self, order: OpenOrder, volume: int, price: Decimal, cost: Decimal) -> Ledger:
        held = self.holding(order.symbol)
        frozen = self._freeze_after(order, cost)
        kept = replace(
            held,
            volume=held.volume + volume,
            can_use=held.can_use + (volume if held.same_day else 0),
            on_road=held.on_road + (0 if held.same_day else volume),
            cost=held.cost + cost,
            last=price,
        )
        cash = self.cash + order.frozen_cash - frozen - cost
        return replace(
            self._with(kept), cash=cash, orders=self._orders_with(replace(order, frozen_cash=frozen))
        )

    def _freeze_after(self, order: OpenOrder, cost: Decimal) -> Decimal:
        """What stays frozen after a fill: the open share of the first freeze, within what can and must be kept."""
        if not order.rest:
            return ZERO
        share = cents(order.full_freeze * order.rest / order.volume)
        whole = order.amount + order_amount(order.symbol, order.price, order.rest)
        fees = self.schedule.fees(order.symbol, Side.BUY, whole, self.day).total - order.fees.total
        need = cents(whole) - cents(order.amount) + fees
        return min(max(share, need), order.frozen_cash + max(self.cash, ZERO) - cost)

    def _lent(self, order: OpenOrder, volume: int, rate: Decimal, cost: Decimal) -> Ledger:
        frozen = self._freeze_after(order, cost)
        return replace(
            self,
            cash=self.cash + order.frozen_cash - frozen - cost,
            loans=(*self.loans, loan_of(order.symbol, volume, rate, self.day)),
            orders=self._orders_with(replace(order, frozen_cash=frozen)),
        )

    def _sold(self, order: OpenOrder, volume: int, price: Decimal, proceeds: Decimal) -> Ledger:
        held = self.holding(order.symbol)
        gone = cents(held.cost * volume / held.volume)
        kept = replace(
            held, volume=held.volume - volume, frozen=held.frozen - volume, cost=held.cost - gone, last=price
        )
        return replace(
            self._with(kept),
            cash=self.cash + proceeds,
            proceeds_today=self.proceeds_today + proceeds,
            orders=self._orders_with(order),
        )

    def _orders_with(self, order: OpenOrder) -> dict[str, OpenOrder]:
        orders = {**self.orders, order.order_id: order}
        if not order.rest:
            del orders[order.order_id]
        return orders

    def _with(self, held: Holding) -> Ledger:
        return replace(self, holdings={**self.holdings, held.symbol: held})

    def _order(self, order_id: str) -> OpenOrder:
        order = self.orders.get(order_id)
        if order is None:
            text = f"账本里没有未了结的委托 {order_id}。"
            raise Refused(refuse(RuleCode.UNKNOWN_ORDER, text, order_id=order_id))
        return order

    def _check_new(self, order_id: str, symbol: str, volume: int) -> None:
        if order_id in self.orders:
            raise Refused(
                refuse(RuleCode.DUPLICATE_ORDER, f"委托 {order_id} 已在账本里。", order_id=order_id)
            )
        if volume <= 0:
            raise Refused(refuse(RuleCode.QTY_NOT_POSITIVE, f"数量 {volume} 不是正数。", volume=volume))
        if require_class(symbol) is SecurityClass.INDEX:
            text = f"{symbol} 是指数，不能交易。"
            raise Refused(refuse(RuleCode.INDEX_NOT_TRADABLE, text, symbol=symbol))
