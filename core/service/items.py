"""The watchlist as the service holds it: items by id, ids by symbol, and the monitor that compares their levels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.domain.market import Symbol
from core.domain.watch import WatchItem
from core.monitor.monitor import Monitor

_ANY = Symbol("600000.SH")


class ItemBook:
    """Touched on the trading loop only. `all` is in the user's order; do not change it from outside."""

    def __init__(self, monitor: Monitor) -> None:
        self._monitor = monitor
        self.all: dict[str, WatchItem] = {}
        self._by_symbol: dict[Symbol, list[str]] = {}

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        """Watched symbols, each once."""
        return tuple(self._by_symbol)

    @property
    def any_symbol(self) -> Symbol:
        """One of them, or any share of the mainland: for the clock's phase."""
        return next(iter(self._by_symbol), _ANY)

    def of(self, symbol: Symbol) -> Sequence[str]:
        """Ids of the items of a symbol."""
        return self._by_symbol.get(symbol, ())

    def replace(self, items: Iterable[WatchItem]) -> None:
        """These are all items now."""
        self.all = {item.item_id: item for item in items}
        self._index()

    def change(self, items: Iterable[WatchItem], removed: Iterable[str] = ()) -> None:
        """Add or replace some and remove others."""
        for item_id in removed:
            self.all.pop(item_id, None)
        self.all.update((item.item_id, item) for item in items)
        self._index()

    def _index(self) -> None:
        self._by_symbol = {}
        for item in self.all.values():
            self._by_symbol.setdefault(item.symbol, []).append(item.item_id)
        self._monitor.set_items(tuple(self.all.values()))
