"""Fills on recorded days against the recorded book: never better than displayed, never more, never in a break.

The replay's reading (`touch`) and the simulator's own (`back`) are each held to what they promise.
"""

from __future__ import annotations

import random
from collections import Counter
from decimal import Decimal
from pathlib import Path

from core.domain.enums import OrderStatus, Phase, Side
from core.domain.market import Level, Quote, Symbol
from core.simqmt.broker.records import STOCK_BUY, STOCK_SELL, SimTrade
from core.simqmt.clockwork.conductor import Conductor
from core.simqmt.market.replay import ReplayMarket
from core.simqmt.terminal import SimTerminal
from tests.fakes.simqmt import ACCOUNT

EVENTS = 6_000


class TradedDay(ReplayMarket):
    """A recorded day on which somebody trades at random, and every fill is checked against what was displayed."""

    terminal: SimTerminal

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.dice = random.Random(11)
        self.shown: dict[Symbol, Quote] = {}
        self.taken: Counter[tuple[Symbol, Side, int]] = Counter()
        self.events = 0
        self.arrived = self.rested = 0
        self.checked = 0
        self.last_event: int | None = EVENTS
        self.failed: list[str] = []

    def peek_ms(self) -> int | None:
        return super().peek_ms() if self.last_event is None or self.events < self.last_event else None

    def pop(self) -> tuple[Quote, ...]:
        """Called before the new snapshots are shown: orders sent here meet the ones before."""
        self.events += 1
        self._check(resting=True)
        if self.shown and self.dice.random() < 0.2:
            self._order(self.dice.choice(list(self.shown.values())))
        quotes = super().pop()
        for quote in quotes:
            self.shown[quote.symbol] = quote
            for key in [key for key in self.taken if key[0] == quote.symbol]:
                del self.taken[key]
        return quotes

    def _order(self, quote: Quote) -> None:
        price = quote.last or quote.pre_close
        price = round(price * (1 + self.dice.uniform(-0.004, 0.004)) / 10) * 10
        side = self.dice.choice((STOCK_BUY, STOCK_SELL))
        volume = self.dice.choice((100, 1000, 20_000))
        self.terminal.manual_order(ACCOUNT, quote.symbol, side, volume, Decimal(price) / 1000)
        self._check(resting=False)

    def _check(self, *, resting: bool) -> None:
        trades = self.terminal.trades(ACCOUNT)
        for trade in trades[self.checked :]:
            try:
                self._check_one(trade, resting=resting)
            except AssertionError as error:
                self.failed.append(f"{trade}: {error}")
        self.checked = len(trades)

    def _check_one(self, trade: SimTrade, *, resting: bool) -> None:
        quote = self.shown[trade.symbol]
        assert quote.phase is Phase.CONTINUOUS
        price = int(trade.price * 1000)
        limit = next(o for o in self.terminal.orders(ACCOUNT) if o.order_id == trade.order_id).price_milli
        if resting:
            assert price == limit
            self.rested += 1
        else:
            assert price <= limit if trade.side is Side.BUY else price >= limit
            self.arrived += 1
        self._take(trade, price, quote.asks if trade.side is Side.BUY else quote.bids, resting)

    def _take(self, trade: SimTrade, price: int, levels: tuple[Level, ...], resting: bool) -> None:
        """The displayed volume that a fill used must have been there: at its price, or at or through a limit."""
        need = trade.volume
        for at, shown in levels:
            through = at <= price if trade.side is Side.BUY else at >= price
            if at != price and not (resting and through):
                continue
            part = min(need, shown - self.taken[trade.symbol, trade.side, at])
            self.taken[trade.symbol, trade.side, at] += part
            need -= part
        assert need == 0, f"{trade} was filled with volume that nobody displayed"


class QueuedDay(TradedDay):
    """The same under the simulator's own reading: a queue, and auctions."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.before: dict[Symbol, Quote] = {}
        self.used: Counter[Symbol] = Counter()
        self.auctions = self.queued = self.crossed = 0

    def pop(self) -> tuple[Quote, ...]:
        shown = dict(self.shown)
        quotes = super().pop()
        for quote in quotes:
            if quote.symbol in shown:
                self.before[quote.symbol] = shown[quote.symbol]
            self.used[quote.symbol] = 0
        return quotes

    def _check_one(self, trade: SimTrade, *, resting: bool) -> None:
        quote, before = self.shown[trade.symbol], self.before.get(trade.symbol)
        order = next(o for o in self.terminal.orders(ACCOUNT) if o.order_id == trade.order_id)
        price, buys = int(trade.price * 1000), trade.side is Side.BUY
        limit = order.price_milli
        assert price <= limit if buys else price >= limit
        if quote.limit_up:
            assert quote.limit_down <= price <= quote.limit_up
        if quote.phase is not Phase.CONTINUOUS:
            assert before is not None
            assert before.phase in (Phase.OPEN_CALL, Phase.CLOSE_CALL)
            assert price == quote.last
            assert trade.volume <= quote.volume - before.volume, "no more than the auction traded"
            self.auctions += 1
            return
        bid, ask = quote.best_bid, quote.best_ask
        assert price <= bid or not bid or price >= ask or not ask, "inside the spread"
        if not resting or price != limit or (ask and price >= ask if buys else price <= bid):
            self._take(trade, price, quote.asks if buys else quote.bids, resting)
            self.arrived, self.crossed = self.arrived + (not resting), self.crossed + resting
            return
        assert before is not None
        self.queued += 1
        assert quote.last <= price <= before.best_bid if buys else quote.last >= price >= before.best_ask
        self.used[trade.symbol] += trade.volume
        assert self.used[trade.symbol] <= quote.volume - before.volume, "no more than was traded"


def trade_a_day(market: TradedDay, folder: Path, queue: str) -> None:
    """Play it; money and shares can be told from the fills alone, and every order is final in the end or working."""
    conductor = Conductor(market.start_ms)
    held = {str(item.symbol): 200_000 for item in market.instruments()}
    market.terminal = SimTerminal(
        folder,
        {ACCOUNT: Decimal(500_000_000)},
        market,
        conductor,
        positions={ACCOUNT: [(symbol, volume, Decimal(10)) for symbol, volume in held.items()]},
        queue=queue,  # type: ignore[arg-type]
    )
    conductor.start()
    assert conductor.finished.wait(120)
    conductor.stop()
    ledger, trades = market.terminal.ledger(ACCOUNT), market.terminal.trades(ACCOUNT)
    orders = market.terminal.orders(ACCOUNT)
    market._check(resting=True)
    market.terminal.close()
    assert not market.failed, "\n".join(market.failed)
    assert market.checked == len(trades)
    spent = sum(
        (t.amount + t.commission if t.side is Side.BUY else t.commission - t.amount for t in trades),
        Decimal(0),
    )
    assert ledger.cash + ledger.frozen_cash == Decimal(500_000_000) - spent
    for trade in trades:
        held[trade.symbol] += trade.volume if trade.side is Side.BUY else -trade.volume
    assert {symbol: ledger.holding(symbol).volume for symbol in held} == held
    for order in orders:
        filled = sum(trade.volume for trade in trades if trade.order_id == order.order_id)
        assert filled == order.traded_volume <= order.volume
        assert order.working or (filled == order.volume) == (order.status is OrderStatus.SUCCEEDED)


def test_fills_of_the_replays_reading_are_consistent_with_the_book(
    market_data_dir: Path, tmp_path: Path
) -> None:
    market = TradedDay(market_data_dir / "tick_l1" / "20220601_sz5.csv.gz")
    trade_a_day(market, tmp_path, "touch")
    assert market.arrived > 100
    assert market.rested > 20


def test_fills_of_the_simulators_reading_are_consistent_with_the_book(
    market_data_dir: Path, tmp_path: Path
) -> None:
    market = QueuedDay(market_data_dir / "tick_l1" / "20220601_sz5.csv.gz")
    market.last_event = None
    trade_a_day(market, tmp_path, "back")
    assert market.auctions > 5
    assert market.arrived > 100
    assert market.queued > 20
    assert market.crossed > 20
    assert not [order for order in market.terminal.orders(ACCOUNT) if order.working], "the day is over"


def test_fills_on_a_shanghai_morning_are_consistent_with_the_book(
    market_data_dir: Path, tmp_path: Path
) -> None:
    market = QueuedDay(market_data_dir / "tick_l1" / "20211201_sh30.csv.gz")
    trade_a_day(market, tmp_path, "back")
    assert market.auctions > 0
    assert market.queued > 5
