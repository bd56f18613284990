"""Fills on a recorded day against the recorded book: never better than displayed, never more, never in a break."""

from __future__ import annotations

import random
from collections import Counter
from decimal import Decimal
from pathlib import Path

from core.domain.enums import Phase, Side
from core.domain.market import Level, Quote, Symbol
from core.simqmt.conductor import Conductor
from core.simqmt.market_replay import ReplayMarket
from core.simqmt.records import STOCK_BUY, STOCK_SELL, SimTrade
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

    def peek_ms(self) -> int | None:
        return super().peek_ms() if self.events < EVENTS else None

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
            self._check_one(trade, resting=resting)
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


def test_fills_are_consistent_with_the_recorded_book(market_data_dir: Path, tmp_path: Path) -> None:
    market = TradedDay(market_data_dir / "tick_l1" / "20220601_sz5.csv.gz")
    conductor = Conductor(market.start_ms)
    held = [(str(item.symbol), 200_000, Decimal("10")) for item in market.instruments()]
    market.terminal = SimTerminal(
        tmp_path, {ACCOUNT: Decimal(500_000_000)}, market, conductor, positions={ACCOUNT: held}
    )
    conductor.start()
    assert conductor.finished.wait(60)
    conductor.stop()
    ledger, trades = market.terminal.ledger(ACCOUNT), market.terminal.trades(ACCOUNT)
    market.terminal.close()
    assert market.checked == len(trades)
    assert market.arrived > 100
    assert market.rested > 20
    spent = sum(
        (t.amount + t.commission if t.side is Side.BUY else t.commission - t.amount for t in trades),
        Decimal(0),
    )
    assert ledger.cash + ledger.frozen_cash == Decimal(500_000_000) - spent
