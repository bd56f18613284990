"""The figures that decisions are made from: money, holdings and reservations of the account, joined with quotes."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from core.clock import Clock
from core.domain.enums import LinkState, Mode, Side
from core.domain.market import Instrument, Symbol
from core.domain.money import milli_to_decimal
from core.execution.book import AccountBook
from core.execution.facts import DeskFacts, SymbolFacts
from core.execution.intents import IntentBook
from core.market.board import QuoteBoard


class DeskStatus:
    """Switches and states of the desk, with the sentence for each. Touched on the trading loop only."""

    def __init__(self, mode: Mode) -> None:
        self.mode = mode
        self.armed = not mode.real_money
        self.link = LinkState.OFFLINE
        self.link_text = "尚未连接"
        self.journal_error = ""
        self.blind = ""

    @property
    def armed_text(self) -> str:
        """Why automation acts or does not act."""
        if self.armed:
            return "自动运行中：可开新，可卖出"
        if self.mode.real_money:
            return "实盘未武装：到价只提醒，不下单"
        return "自动交易已停：到价只提醒，不下单"


class DeskAccount:
    """Implements `execution.automation.Facts`."""

    def __init__(
        self, clock: Clock, status: DeskStatus, board: QuoteBoard, book: AccountBook, intents: IntentBook
    ) -> None:
        self._clock = clock
        self._status = status
        self._board = board
        self._book = book
        self._intents = intents
        self.instruments: dict[Symbol, Instrument] = {}

    def name(self, symbol: Symbol) -> str:
        """Name of a security, or its code while it is not known."""
        known = self.instruments.get(symbol)
        return known.name if known else str(symbol)

    def desk(self) -> DeskFacts:
        """State of the whole desk now."""
        status = self._status
        return DeskFacts(
            now=self._clock.now(),
            armed=status.armed,
            armed_text=status.armed_text,
            link_ready=status.link is LinkState.READY,
            link_text=f"交易通道未就绪：{status.link_text}",
            journal_ok=not status.journal_error,
            journal_text=f"日志库写不进去，停止开仓和止盈：{status.journal_error}",
            blind_text=status.blind,
        )

    def cash(self) -> Decimal | None:
        """Cash that may be spent: the broker's, less what our newest buys hold and it does not show yet."""
        if self._book.asset is None:
            return None
        return self._book.asset.cash - self._intents.reserved_cash(self._book.asset_no)

    def total_asset(self) -> Decimal | None:
        """Cash, frozen cash and holdings at the newest prices."""
        asset = self._book.asset
        if asset is None:
            return None
        return asset.cash + asset.frozen_cash + self._market_value()

    def _market_value(self) -> Decimal:
        milli, unpriced = 0, Decimal(0)
        for symbol, position in self._book.positions.items():
            price = self._board.last_or_pre_close(symbol)
            if price:
                milli += price * position.volume
            else:
                unpriced += position.cost * position.volume
        return milli_to_decimal(milli) + unpriced

    def _newer_value(self) -> Decimal:
        """Fills that no holding shows yet: they are open buys no more, and must count all the same."""
        fills = self._book.newer_fills().items()
        return milli_to_decimal(
            sum(self._board.last_or_pre_close(symbol) * shares for symbol, shares in fills)
        )

    def of(self, symbol: Symbol) -> SymbolFacts:
        """Figures of one symbol and of the whole account now."""
        asset, value = self._book.asset, self._market_value()
        return replace(
            self.shares_of(symbol),
            cash=self.cash(),
            total_asset=None if asset is None else asset.cash + asset.frozen_cash + value,
            open_buys=self._intents.open_buys(symbol) + self._foreign_buys(symbol),
            invested=value + self._newer_value() + self._intents.open_buys() + self._foreign_buys(None),
        )

    def shares_of(self, symbol: Symbol) -> SymbolFacts:
        """Figures of one symbol without money, which costs a look at every holding and every intent."""
        book, intents = self._book, self._intents
        sells = book.working(symbol, Side.SELL)
        reserved = intents.reserved_shares(symbol, book.known_until(symbol))
        held = book.positions.get(symbol)
        return SymbolFacts(
            symbol=symbol,
            name=self.name(symbol),
            held=book.volume(symbol),
            sellable=max(book.sellable(symbol) - reserved, 0),
            frozen_by_orders=sum(order.open_volume for order in sells),
            cash=None,
            total_asset=None,
            open_buys=Decimal(0),
            working_sells=tuple(sells),
            working_buys=tuple(book.working(symbol, Side.BUY)),
            live_sells=tuple(intents.live(symbol, Side.SELL)),
            unknown_buy=intents.unknown(symbol, Side.BUY),
            unknown_sell=intents.unknown(symbol, Side.SELL),
            frozen=held.frozen if held is not None else 0,
        )

    def _foreign_buys(self, symbol: Symbol | None) -> Decimal:
        """Open buys that were not sent from here count as exposure too."""
        return sum(
            (
                order.open_volume * order.price
                for order in self._book.working(symbol, Side.BUY)
                if self._intents.find(order.remark, order.order_id) is None
            ),
            Decimal(0),
        )
