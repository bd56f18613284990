"""The monitor: which levels do the newest quotes hit?

It reports what is so, every time it is asked; what has been acted upon is the business of execution. Only
quotes that pass the board's one validity rule count.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.domain.enums import SignalKind
from core.domain.market import Quote, Symbol
from core.domain.watch import WatchItem
from core.errors import ContractError
from core.monitor.levels import KINDS, Levels


class Board(Protocol):
    """What the monitor needs of the quote board. Rows never move; `last` is in thousandths."""

    @property
    def last(self) -> NDArray[np.int64]: ...

    def add_symbols(self, symbols: Iterable[Symbol]) -> None: ...

    def row(self, symbol: Symbol) -> int | None: ...

    def quote_at(self, row: int) -> Quote | None: ...

    def may_trigger(self, row: int) -> bool: ...


@dataclass(frozen=True, slots=True)
class Hit:
    """A level is hit by the quote now on the board.

    `level_milli` is the stop, the take-profit, or the upper end of the entry zone. `edge` is True for the
    first valid quote that hits after one that did not, or after the level was set.
    """

    item_id: str
    symbol: Symbol
    kind: SignalKind
    last_milli: int
    level_milli: int
    quote: Quote
    edge: bool


class Monitor:
    """Holds the levels of the watchlist over a quote board."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._levels = Levels((), ())
        self._was_hit: NDArray[np.bool_] = np.zeros((len(KINDS), 0), dtype=np.bool_)

    @property
    def items(self) -> tuple[WatchItem, ...]:
        """The items now watched, in their order."""
        return self._levels.items

    def set_items(self, items: Sequence[WatchItem]) -> None:
        """Watch these items, putting their symbols on the board. An item whose levels did not change keeps
        its edge state; a new or edited one reports at its symbol's next quote."""
        self._board.add_symbols(item.symbol for item in items)
        levels = Levels(items, [self._row(item.symbol) for item in items])
        was_hit = np.zeros((len(KINDS), len(items)), dtype=np.bool_)
        before = {_identity(item): index for index, item in enumerate(self._levels.items)}
        for index, item in enumerate(levels.items):
            old = before.get(_identity(item))
            if old is not None:
                was_hit[:, index] = self._was_hit[:, old]
        self._levels, self._was_hit = levels, was_hit

    def sweep(self, rows: NDArray[np.intp]) -> list[Hit]:
        """Every hit of the changed board rows: stops, then take-profits, then entries, each in item order."""
        which = self._levels.of_rows(rows)
        if not len(which):
            return []
        board_rows = self._levels.row[which]
        hits = self._levels.hits(which, self._board.last[board_rows])
        was = self._was_hit[:, which]
        if not hits.any() and not was.any():
            return []
        valid = self._valid(board_rows, np.logical_or.reduce(hits | was, axis=0))
        self._was_hit[:, which] = np.where(valid, hits, was)
        hits &= valid
        return [
            self._hit(kind, int(which[column]), not was[kind, column]) for kind, column in np.argwhere(hits)
        ]

    def _valid(self, board_rows: NDArray[np.intp], matters: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Validity by column, asked once per board row and only where something depends on it."""
        valid = np.zeros(int(board_rows.max(initial=-1)) + 1, dtype=np.bool_)
        for row in dict.fromkeys(board_rows[matters].tolist()):
            valid[row] = self._board.may_trigger(row)
        return valid[board_rows]

    def _hit(self, kind: int, index: int, edge: bool) -> Hit:
        item = self._levels.items[index]
        quote = self._board.quote_at(int(self._levels.row[index]))
        if quote is None:
            raise ContractError(f"a hit of {item.symbol} without a quote")
        return Hit(
            item.item_id,
            item.symbol,
            KINDS[kind],
            quote.last,
            self._levels.level(kind, index),
            quote,
            bool(edge),
        )

    def _row(self, symbol: Symbol) -> int:
        row = self._board.row(symbol)
        if row is None:
            raise ContractError(f"the board did not take {symbol}")
        return row


def _identity(item: WatchItem) -> tuple[object, ...]:
    return (item.item_id, item.symbol, item.entry_low, item.entry_high, item.take_profit, item.stop_loss)
