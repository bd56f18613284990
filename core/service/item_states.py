"""What the window is told of each watch item: its state, its protection, what it waits for."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from core.domain.decision import ItemView
from core.execution.triggers import TriggerBook
from core.execution.views import item_view
from core.service.items import ItemBook
from core.service.parts import DeskParts


class ItemStates:
    """Runs on the trading loop. `triggers` are the day's, None before the first; `held` adds what holds an item back."""

    def __init__(
        self,
        parts: DeskParts,
        items: ItemBook,
        triggers: Callable[[], TriggerBook | None],
        held: Callable[[ItemView], ItemView],
    ) -> None:
        self._parts = parts
        self._items = items
        self._triggers = triggers
        self._held = held

    def tell(self, item_ids: Iterable[str] | None = None) -> None:
        """Tell the states of these items, of all with None; ids that are gone are passed over."""
        triggers = self._triggers()
        if triggers is None:
            return
        p, known = self._parts, self._items.all
        desk = p.account.desk()
        views: list[ItemView] = []
        for item_id in known if item_ids is None else item_ids:
            item = known.get(item_id)
            if item is not None:
                facts, position = p.account.shares_of(item.symbol), p.book.positions.get(item.symbol)
                views.append(self._held(item_view(item, facts, desk, triggers, position)))
        p.speaker.views(views)
