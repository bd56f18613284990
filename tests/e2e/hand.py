"""A reader's own replay: orders and fills computed from a tick file by the published rules, in plain Python.

Imports nothing of the product. Prices are whole thousandths of a yuan, money is Decimal yuan, times are epoch
milliseconds. The rules, in the order they are used:

* Rows are taken by time, equal times in file order. A row replaces the book of its symbol; then orders that wait
  fill, oldest first, at their own limit against displayed opposite volume at or through it; then levels are compared.
* A row counts as continuous when its phase code says so and its time lies in 09:30-11:30 or 13:00-15:00, ends
  included (Shanghai calls 09:25-09:30 trading too). Waiting orders fill on continuous rows only.
* A level is compared on continuous rows before 11:30:00 and 14:57:00, with a last price above zero and inside the
  day's limits. Stops first, then take-profits, then entries.
* Entry: limit at the last price, the largest number of whole lots that keeps the holding plus working buys within
  max_position_pct of total assets (cash, frozen cash, holdings at last prices) and that the free cash pays with fees;
  at least min_trade_amount. An entry that cannot be bought tries again on the next row inside its zone.
* Take-profit: limit at the last price, all that can be sold. Stop: limit at the lowest price allowed, all that can be
  sold; a working sell is cancelled first, and the stop follows, on the row then shown, once the cancel has arrived.
* Each level sends one order. A level that cannot send because everything was bought today waits.
* Orders and cancels arrive `latency` after the row that caused them, after rows of that very instant; with no latency
  at once. Outside trading hours (from 11:30:00 and 14:57:00 on) an arriving order only waits.
* After a row of 15:00 or later that says closed, orders of the symbol that still wait are cancelled.
"""

from __future__ import annotations

import csv
import gzip
import heapq
import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path

OPEN_AM, CLOSE_AM, OPEN_PM, CALL_PM, CLOSE_PM = 34_200, 41_400, 46_800, 53_820, 54_000
COMMISSION, LEAST_COMMISSION, STAMP = Decimal("0.00025"), Decimal(5), Decimal("0.001")


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def yuan(milli: int) -> Decimal:
    return Decimal(milli) / 1000


def to_fen(milli: Decimal | int) -> int:
    """Thousandths rounded half up to a whole fen, in thousandths."""
    return int((Decimal(milli) / 10).quantize(Decimal(1), rounding=ROUND_HALF_UP)) * 10


@cache
def milli(text: str) -> int:
    return int((Decimal(text) * 1000).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def second_of_day(time_ms: int) -> float:
    return (time_ms / 1000 + 8 * 3600) % 86_400


@dataclass
class Row:
    symbol: str
    time: int
    last: int
    pre_close: int
    bids: list[list[int]]
    asks: list[list[int]]
    continuous: bool
    closed: bool
    up: int
    down: int


@dataclass
class Item:
    symbol: str
    zone: tuple[int, int] | None
    take_profit: int | None
    stop_loss: int | None
    enabled: bool
    pct: Decimal
    auto_stop: bool
    auto_take: bool
    least: Decimal
    done: set[str] = field(default_factory=set)


@dataclass
class Order:
    number: int
    symbol: str
    kind: str
    side: str
    price: int
    volume: int
    time: int
    filled: int = 0
    amount: Decimal = Decimal(0)
    fees: Decimal = Decimal(0)
    frozen: Decimal = Decimal(0)
    waits: bool = False  # at the exchange, in the book
    over: bool = False
    cancelling: bool = False

    @property
    def rest(self) -> int:
        return self.volume - self.filled


@dataclass
class Trade:
    symbol: str
    time: int
    side: str
    price: int
    volume: int
    number: int


def is_star(symbol: str) -> bool:
    return symbol.startswith("688")


def is_chinext(symbol: str) -> bool:
    return symbol.startswith("30") and symbol.endswith(".SZ")


def lots(symbol: str, volume: int) -> int:
    """Whole lots: hundreds; on STAR any number from 200."""
    if is_star(symbol):
        return volume if volume >= 200 else 0
    return volume // 100 * 100


def largest_order(symbol: str) -> int:
    return 100_000 if is_star(symbol) else 300_000 if is_chinext(symbol) else 1_000_000


def day_limits(symbol: str, pre_close: int) -> tuple[int, int]:
    band = 20 if is_star(symbol) or is_chinext(symbol) else 10
    return to_fen(Decimal(pre_close) * (100 + band) / 100), to_fen(Decimal(pre_close) * (100 - band) / 100)


@cache
def read_rows(path: Path) -> tuple[Row, ...]:
    """All rows of a file by time, equal times in file order."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = [_row(cells) for cells in csv.DictReader(file)]
    return tuple(sorted(rows, key=lambda row: row.time))


def _row(cells: Mapping[str, str]) -> Row:
    time = int(cells["time"])
    clock, pre_close = second_of_day(time), milli(cells["lastClose"])
    up, down = day_limits(cells["code"], pre_close)
    if cells.get("upperLimit"):
        up, down = milli(cells["upperLimit"]), milli(cells["lowerLimit"])
    in_hours = OPEN_AM <= clock <= CLOSE_AM or OPEN_PM <= clock <= CLOSE_PM
    return Row(
        symbol=cells["code"],
        time=time,
        last=milli(cells["lastPrice"]),
        pre_close=pre_close,
        bids=_levels(cells, "bid"),
        asks=_levels(cells, "ask"),
        continuous=cells["phase"] in ("3", "TRADE") and in_hours,
        closed=cells["phase"] in ("6", "CLOSE", "ENDTR") and clock >= CLOSE_PM,
        up=up,
        down=down,
    )


def _levels(cells: Mapping[str, str], side: str) -> list[list[int]]:
    pairs = ([milli(cells[f"{side}Price{n}"]), int(cells[f"{side}Vol{n}_sh"])] for n in range(1, 6))
    return [pair for pair in pairs if pair[0] > 0 and pair[1] > 0]


def read_items(path: Path) -> list[Item]:
    def on(text: str, default: bool) -> bool:
        return default if not text else text.lower() in ("1", "true", "yes", "是")

    items = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        for cells in csv.DictReader(file):
            low, high = cells.get("entry_low"), cells.get("entry_high")
            take, stop = cells.get("take_profit"), cells.get("stop_loss")
            items.append(
                Item(
                    symbol=cells["symbol"],
                    zone=(milli(low), milli(high)) if low and high else None,
                    take_profit=milli(take) if take else None,
                    stop_loss=milli(stop) if stop else None,
                    enabled=on(cells.get("quant_enabled") or "", False),
                    pct=Decimal(cells.get("max_position_pct") or "0.2"),
                    auto_stop=on(cells.get("auto_stop_loss") or "", True),
                    auto_take=on(cells.get("auto_take_profit") or "", True),
                    least=Decimal(cells.get("min_trade_amount") or "5000"),
                )
            )
    return items


class HandReplay:
    """One replay by hand. After `run`: `orders`, `trades`, `cash`, `frozen`, `held`, `t_plus_1`."""

    def __init__(
        self,
        ticks: Path,
        watchlist: Path,
        cash: str = "1000000",
        positions: tuple[tuple[str, int, str], ...] = (),
        latency_ms: int = 0,
    ) -> None:
        self.rows = read_rows(ticks)
        self.items = read_items(watchlist)
        self.cash = Decimal(cash)
        self.held = {symbol: volume for symbol, volume, _ in positions}
        self.sellable = dict(self.held)
        self.cost = {symbol: Decimal(cost) for symbol, _, cost in positions}
        self.latency = latency_ms
        self.transfer = Decimal("0.00001") if self.rows[0].time >= 1_651_161_600_000 else Decimal("0.00002")
        self.orders: list[Order] = []
        self.trades: list[Trade] = []
        self.t_plus_1: list[tuple[str, str, int]] = []  # kind, symbol, time of the first refusal
        self.shown: dict[str, Row] = {}
        self.now = 0
        self._due: list[tuple[int, int, str, Order]] = []
        self._count = itertools.count()

    @property
    def frozen(self) -> Decimal:
        return sum((order.frozen for order in self.orders), Decimal(0))

    @property
    def total(self) -> Decimal:
        """Total assets at the newest prices."""
        value = self.cash + self.frozen
        for symbol, volume in self.held.items():
            row = self.shown.get(symbol)
            price = yuan(row.last or row.pre_close) if row else self.cost[symbol]
            value += price * volume
        return value

    def run(self) -> HandReplay:
        watched = {item.symbol for item in self.items}
        for row in self.rows:
            self._arrivals_before(row.time)
            self.now = row.time
            self._show(row)
            if row.symbol in watched:
                self._compare(row.symbol)
        self._arrivals_before(self.rows[-1].time + 60_000)
        return self

    # the exchange

    def _arrivals_before(self, time: int) -> None:
        while self._due and self._due[0][0] < time:
            self.now, _, what, order = heapq.heappop(self._due)
            self._reach(what, order)

    def _later(self, what: str, order: Order) -> None:
        if self.latency:
            heapq.heappush(self._due, (self.now + self.latency, next(self._count), what, order))
        else:
            self._reach(what, order)

    def _reach(self, what: str, order: Order) -> None:
        if what == "order":
            self._arrive(order)
        elif not order.over:
            self._end(order)
            self._compare(order.symbol, only_stops=True)

    def _show(self, row: Row) -> None:
        fresh = replace(row, bids=[[*level] for level in row.bids], asks=[[*level] for level in row.asks])
        self.shown[row.symbol] = fresh
        mine = [order for order in self.orders if order.symbol == row.symbol and not order.over]
        if row.closed:
            for order in mine:
                self._end(order)
        elif row.continuous:
            for order in mine:
                if order.waits:
                    self._fill(order, sum(volume for _, volume in self._take(order)), order.price)

    def _arrive(self, order: Order) -> None:
        order.waits = True
        if self.shown[order.symbol].continuous and self._trading_hours():
            for price, volume in self._take(order):
                self._fill(order, volume, price)

    def _take(self, order: Order) -> list[tuple[int, int]]:
        """Displayed volume the order can have now, best level first; it is gone from the book."""
        row, rest, taken = self.shown[order.symbol], order.rest, []
        for level in row.asks if order.side == "BUY" else row.bids:
            through = level[0] <= order.price if order.side == "BUY" else level[0] >= order.price
            part = min(rest, level[1]) if through else 0
            if part:
                taken.append((level[0], part))
                level[1] -= part
                rest -= part
        return taken

    def _fill(self, order: Order, volume: int, price: int) -> None:
        if not volume:
            return
        self.trades.append(Trade(order.symbol, self.now, order.side, price, volume, order.number))
        order.filled += volume
        order.amount += yuan(price) * volume
        fees = self._fees(order.side, order.amount)
        fee, order.fees = fees - order.fees, fees
        amount = yuan(price) * volume
        if order.side == "BUY":
            frozen = self._to_freeze(order) if order.rest else Decimal(0)
            self.cash += order.frozen - frozen - amount - fee
            order.frozen = frozen
            self.held[order.symbol] = self.held.get(order.symbol, 0) + volume
        else:
            self.cash += amount - fee
            self.held[order.symbol] -= volume
        order.over = not order.rest

    def _end(self, order: Order) -> None:
        self.cash += order.frozen
        order.frozen = Decimal(0)
        if order.side == "SELL":
            self.sellable[order.symbol] += order.rest
        order.over = True

    def _fees(self, side: str, amount: Decimal) -> Decimal:
        stamp = cents(amount * STAMP) if side == "SELL" else Decimal(0)
        return max(cents(amount * COMMISSION), LEAST_COMMISSION) + stamp + cents(amount * self.transfer)

    def _to_freeze(self, order: Order) -> Decimal:
        """The open share of the first freeze, and never less than the rest still costs with its fees."""
        amount = yuan(order.price) * order.volume
        share = cents((cents(amount) + self._fees("BUY", amount)) * order.rest / order.volume)
        whole = order.amount + yuan(order.price) * order.rest
        return max(share, cents(whole - order.amount) + self._fees("BUY", whole) - order.fees)

    def _trading_hours(self) -> bool:
        clock = second_of_day(self.now)
        return OPEN_AM <= clock < CLOSE_AM or OPEN_PM <= clock < CALL_PM

    # the levels

    def _compare(self, symbol: str, *, only_stops: bool = False) -> None:
        row = self.shown[symbol]
        if not (row.continuous and self._trading_hours() and row.last > 0 and row.down <= row.last <= row.up):
            return
        mine = [item for item in self.items if item.symbol == symbol and item.enabled]
        for item in mine:
            if item.stop_loss is not None and row.last <= item.stop_loss and item.auto_stop:
                self._stop(item, row)
        for item in [] if only_stops else mine:
            if item.take_profit is not None and row.last >= item.take_profit and item.auto_take:
                self._take_profit(item, row)
        for item in [] if only_stops else mine:
            if item.zone is not None and item.zone[0] <= row.last <= item.zone[1]:
                self._enter(item, row)

    def _enter(self, item: Item, row: Row) -> None:
        if "ENTRY" in item.done:
            return
        price, symbol = yuan(row.last), item.symbol
        working = sum(
            yuan(o.price) * o.rest
            for o in self.orders
            if o.symbol == symbol and o.side == "BUY" and not o.over
        )
        room = item.pct * self.total - price * self.held.get(symbol, 0) - working
        volume = min(lots(symbol, max(int(room // price), 0)), lots(symbol, largest_order(symbol)))
        step = 1 if is_star(symbol) else 100
        while volume and cents(price * volume) + self._fees("BUY", price * volume) > self.cash:
            volume = lots(symbol, volume - step)
        if volume and price * volume >= item.least:
            self._send(item, "ENTRY", "BUY", row.last, volume)

    def _take_profit(self, item: Item, row: Row) -> None:
        if self._can_sell(item, "TAKE_PROFIT"):
            self._send(item, "TAKE_PROFIT", "SELL", row.last, self.sellable[item.symbol])

    def _stop(self, item: Item, row: Row) -> None:
        if "STOP_LOSS" in item.done:
            return
        working = [o for o in self.orders if o.symbol == item.symbol and o.side == "SELL" and not o.over]
        if working:
            for order in working:
                if not order.cancelling:
                    order.cancelling = True
                    self._later("cancel", order)
        elif self._can_sell(item, "STOP_LOSS"):
            self._send(item, "STOP_LOSS", "SELL", self._lowest(row), self.sellable[item.symbol])

    def _can_sell(self, item: Item, kind: str) -> bool:
        if kind in item.done or not self.held.get(item.symbol):
            return False
        if self.sellable.get(item.symbol, 0) > 0:
            return True
        working = any(o.symbol == item.symbol and o.side == "SELL" and not o.over for o in self.orders)
        if not working and all(known[:2] != (kind, item.symbol) for known in self.t_plus_1):
            self.t_plus_1.append((kind, item.symbol, self.now))
        return False

    def _lowest(self, row: Row) -> int:
        """Limit-down; on ChiNext and STAR 98 % of the best bid (else best ask, else last) where that is higher."""
        if not (is_star(row.symbol) or is_chinext(row.symbol)):
            return row.down
        best = [levels[0][0] for levels in (row.bids, row.asks) if levels]
        return max(row.down, to_fen(Decimal(best[0] if best else row.last) * 98 / 100))

    def _send(self, item: Item, kind: str, side: str, price: int, volume: int) -> None:
        order = Order(len(self.orders) + 1, item.symbol, kind, side, price, volume, self.now)
        if side == "BUY":
            order.frozen = cents(yuan(price) * volume) + self._fees("BUY", yuan(price) * volume)
            self.cash -= order.frozen
        else:
            self.sellable[item.symbol] -= volume
        item.done.add(kind)
        self.orders.append(order)
        self._later("order", order)
