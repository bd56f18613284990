"""Visible rows of a table as ids in an order of our own, and how the order changes under a living view.

Selection and current row live through every change. Fewest moves for a small change of order, one layout change
for a large one. A list that only grows at its visible top is kept upside down, so that growing costs nothing.
"""

from __future__ import annotations

from collections.abc import Hashable

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex

from widgets.models.arrange import resting, runs

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
_MOST_MOVES = 16  # beyond this, one layout change is cheaper than single moves


class OrderedModel(QAbstractTableModel):
    """The order of a table model. `go_to` is the only way to change it, `append_ids` the fast way to grow it."""

    def __init__(self, upside_down: bool, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._order: list[Hashable] = []
        self._flip = upside_down
        self._where: dict[Hashable, int] = {}
        self._where_stale = False

    def rowCount(self, parent: Index = ROOT) -> int:
        """Visible rows."""
        return 0 if parent.isValid() else len(self._order)

    def id_at(self, row: int) -> Hashable:
        """Id of a visible row."""
        return self._order[-1 - row] if self._flip else self._order[row]

    def row_of(self, row_id: Hashable) -> int:
        """Visible place of an id; -1 when it is unknown or filtered away."""
        if self._where_stale:
            self._where = {rid: i for i, rid in enumerate(self._order)}
            self._where_stale = False
        place = self._where.get(row_id, -1)
        return len(self._order) - 1 - place if self._flip and place >= 0 else place

    def append_ids(self, fresh: list[Hashable]) -> None:
        """Add visible rows after all others (or above them, upside down) in one insertion."""
        size = len(self._order)
        first = 0 if self._flip else size
        self.beginInsertRows(ROOT, first, first + len(fresh) - 1)
        for offset, row_id in enumerate(fresh):
            self._where[row_id] = size + offset
        self._order.extend(fresh)
        self.endInsertRows()

    def drop_ids(self, kept: set[Hashable]) -> None:
        """Take away all rows that are not in `kept`."""
        self._unflip()
        self._drop([i for i, rid in enumerate(self._order) if rid not in kept])

    def go_to(self, target: list[Hashable], upside_down: bool) -> None:
        """Show exactly `target`, top to bottom: remove, move, insert."""
        self.drop_ids(set(target))
        present = set(self._order)
        self._permute([rid for rid in target if rid in present])
        for first, last in runs(i for i, rid in enumerate(target) if rid not in present):
            self.beginInsertRows(ROOT, first, last)
            self._order[first:first] = target[first : last + 1]
            self._where_stale = True
            self.endInsertRows()
        if upside_down:
            self._order.reverse()
            self._flip = True
            self._where_stale = True

    def _unflip(self) -> None:
        if self._flip:
            self._order.reverse()
            self._flip = False
            self._where_stale = True

    def _drop(self, places: list[int]) -> None:
        for first, last in reversed(runs(places)):
            self.beginRemoveRows(ROOT, first, last)
            del self._order[first : last + 1]
            self._where_stale = True
            self.endRemoveRows()

    def _permute(self, target: list[Hashable]) -> None:
        if target == self._order:
            return
        place = {rid: i for i, rid in enumerate(self._order)}
        stay = resting([place[rid] for rid in target])
        if len(target) - len(stay) <= _MOST_MOVES:
            self._move({rid for rid in target if place[rid] not in stay}, target)
        else:
            self._relayout(target)

    def _move(self, movers: set[Hashable], target: list[Hashable]) -> None:
        for i, row_id in enumerate(target):
            if row_id not in movers:
                continue
            source = self._order.index(row_id)
            goal = self._order.index(target[i - 1]) + 1 if i else 0
            if goal in (source, source + 1):
                continue
            self.beginMoveRows(ROOT, source, source, ROOT, goal)
            self._order.insert(goal, row_id)
            del self._order[source + (goal < source)]
            self._where_stale = True
            self.endMoveRows()

    def _relayout(self, target: list[Hashable]) -> None:
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        old = self._order
        self._order = target
        self._where_stale = True
        place = {rid: i for i, rid in enumerate(target)}
        after = [self.index(place[old[index.row()]], index.column()) for index in before]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()
