"""The one table model: rows by id, order as its own permutation, one `dataChanged` a batch.

No proxy model: on thousands of rows a proxy that sorts each tick costs a hundred times as much. A changed row is
repainted at once; a changed order waits for the re-sort, at most once a second, and never while the view holds
the rows still (pressed mouse, keyboard selection).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import Any, Generic, TypeVar

from PySide6.QtCore import (
    QElapsedTimer,
    QObject,
    Qt,
    QTimer,
    Signal,
)

from widgets.models.arrange import sorted_ids
from widgets.models.column import Column
from widgets.models.looks import Looks
from widgets.models.ordered import ROOT, Index, OrderedModel

R = TypeVar("R")

RESORT_MS = 1000
FLASH_MS = 150
_ROLE = Qt.ItemDataRole


class TableModel(OrderedModel, Generic[R]):
    """Rows of frozen records shown through columns.

    `row_id` gives the stable id of a row. `newest_first` shows the latest arrival on top when nothing else
    orders the rows; `default_key` orders them when the user chose no column. `search` gives the text that the
    filter box looks in. `tie` breaks ties. `row_tone` says `alarm` or `dim` of a row that is so as a whole.
    """

    counts_changed = Signal()

    def __init__(
        self,
        columns: Sequence[Column[R]],
        row_id: Callable[[R], Hashable],
        *,
        newest_first: bool = False,
        default_key: Callable[[R], Any] | None = None,
        tie: Callable[[R], Any] | None = None,
        search: Callable[[R], str] | None = None,
        row_tone: Callable[[R], str] | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(newest_first and default_key is None, parent)
        self.columns = tuple(columns)
        self.default_column: int | None = None  # where the header marks the default order
        self._row_id, self.newest_first = row_id, newest_first
        self._default_key, self._tie, self._search = default_key, tie, search
        self._rows: dict[Hashable, R] = {}
        self._looks = Looks(self.columns, row_tone)
        self._needle = ""
        self._predicate: Callable[[R], bool] | None = None
        self._wished = False
        self.touched: Sequence[int] = ()
        self._sort: tuple[int, bool] | None = None
        self._held = False
        self._since_sort = QElapsedTimer()
        self._resort = QTimer(self, singleShot=True)
        self._resort.timeout.connect(self._resort_now)
        self._flash_end = QTimer(self, singleShot=True, interval=FLASH_MS)
        self._flash_end.timeout.connect(self._clear_flashes)

    # What the view asks

    def columnCount(self, parent: Index = ROOT) -> int:
        """Columns, hidden ones too."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = _ROLE.DisplayRole) -> Any:
        """Text, alignment, words for screen readers and tooltips; colours are the delegate's."""
        if not index.isValid():
            return None
        if role == _ROLE.DisplayRole:
            return self.cell(index.row(), index.column())[0]
        column = self.columns[index.column()]
        if role == _ROLE.TextAlignmentRole:
            return column.align.value
        if role == _ROLE.AccessibleTextRole:
            describe = column.describe or column.text
            return f"{column.title} {describe(self.row_at(index.row()))}"
        if role == _ROLE.ToolTipRole:
            row = self.row_at(index.row())
            if column.tip is not None:
                return column.tip(row)
            return column.text(row) if column.stretch else None
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _ROLE.DisplayRole) -> Any:
        """Titles, aligned as their column."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        if role == _ROLE.DisplayRole:
            return self.columns[section].title
        return self.columns[section].align.value if role == _ROLE.TextAlignmentRole else None

    def cell(self, row: int, column: int) -> tuple[str, str]:
        """(text, tone) of a visible cell, made once for each state of the row."""
        row_id = self.id_at(row)
        return self._looks.cell(row_id, self._rows[row_id], column)

    def row_tone(self, row: int) -> str:
        """`alarm`, `dim` or nothing for a visible row."""
        row_id = self.id_at(row)
        return self._looks.row_tone(row_id, self._rows[row_id])

    # What callers ask

    def row_at(self, row: int) -> R:
        """Record of a visible row."""
        return self._rows[self.id_at(row)]

    def get(self, row_id: Hashable) -> R | None:
        """Record of an id, visible or not."""
        return self._rows.get(row_id)

    def all_rows(self) -> Iterator[R]:
        """All records in order of arrival, visible or not."""
        return iter(self._rows.values())

    @property
    def total(self) -> int:
        """All rows, visible or not."""
        return len(self._rows)

    def column_at(self, key: str) -> int:
        """Place of a column by its key."""
        return next(i for i, column in enumerate(self.columns) if column.key == key)

    # Rows come and change

    def upsert(self, rows: Iterable[R]) -> None:
        """Add new rows, change known ones: one `dataChanged` and at most one insertion a call."""
        changed: list[int] = []
        fresh: list[Hashable] = []
        restless = False
        for row in rows:
            row_id = self._row_id(row)
            old = self._rows.get(row_id)
            self._rows[row_id] = row
            if old is None:
                if self._shows(row):
                    fresh.append(row_id)
                continue
            self._looks.forget((row_id,))
            place = self.row_of(row_id)
            if (place >= 0) != self._shows(row):
                restless = True
            elif place >= 0:
                changed.append(place)
                restless = restless or self._moved(old, row)
        if changed:
            self._tell(changed)
        if fresh:
            self.append_ids(fresh)
            restless = restless or self._key() is not None
        if restless:
            self._wish_resort()
        self.counts_changed.emit()

    def replace(self, rows: Iterable[R]) -> None:
        """Make the table hold exactly these rows, in this order of arrival; selection stays where it can."""
        old = self._rows
        new = {self._row_id(row): row for row in rows}
        self.drop_ids(set(new))  # before the records go: views look while rows are taken away
        same = [rid for rid, row in new.items() if rid in old and old[rid] != row]
        self._looks.forget([*same, *(rid for rid in old if rid not in new)])
        self._rows = new
        self._arrange()
        places = [place for place in map(self.row_of, same) if place >= 0]
        if places:
            self._tell(places)
        self.counts_changed.emit()

    def remove(self, ids: Iterable[Hashable]) -> None:
        """Take rows away; unknown ids are no error."""
        gone = set(ids)
        self.replace([row for rid, row in self._rows.items() if rid not in gone])

    def refresh(self) -> None:
        """All texts anew: a tick size, a name or the language changed."""
        self._looks.forget_all()
        if self.rowCount():
            self._tell(range(self.rowCount()))

    def refresh_column(self, column: int) -> None:
        """One column's texts anew: what it says depends on more than the row, as an age does."""
        self._looks.forget_column(column)
        if self.rowCount():
            self._tell(range(self.rowCount()))

    def flash(self, tones: dict[Hashable, str], column: int) -> None:
        """Tint cells of a column for 150 ms: token name by row id."""
        self._looks.flash(tones, column)
        self._flash_end.start()

    def flash_tone(self, row: int, column: int) -> str | None:
        """Token name of the tint of a visible cell, if any."""
        return self._looks.flash_tone(self.id_at(row), column) if self._looks.flashing else None

    # Order and filter

    @property
    def sorting(self) -> tuple[int, bool] | None:
        """(column, descending) the user chose, or None for the default order."""
        return self._sort

    def sort_by(self, column: int | None, descending: bool = False) -> None:
        """Order by a column, or by default with None; now."""
        self._sort = None if column is None else (column, descending)
        self._arrange()

    def set_filter(self, text: str) -> None:
        """Show only rows whose search text holds `text`, whatever the case."""
        self._needle = text.strip().casefold()
        self._arrange()

    def set_predicate(self, predicate: Callable[[R], bool] | None) -> None:
        """Show only rows for which `predicate` holds."""
        self._predicate = predicate
        self._arrange()

    def hold(self, still: bool) -> None:
        """While held no row moves; a wished re-sort follows when let go."""
        self._held = still
        if not still and self._wished:
            self._wish_resort()

    def _shows(self, row: R) -> bool:
        if self._predicate is not None and not self._predicate(row):
            return False
        return not self._needle or self._search is None or self._needle in self._search(row).casefold()

    def _key(self) -> Callable[[R], Any] | None:
        return self._default_key if self._sort is None else self.columns[self._sort[0]].sort_key

    def _moved(self, old: R, new: R) -> bool:
        key = self._key()
        return key is not None and key(old) != key(new)

    def _tell(self, places: Sequence[int]) -> None:
        """One signal from the first to the last changed row; `touched` names the rows that really did."""
        self.touched = places
        top, bottom = self.index(min(places), 0), self.index(max(places), len(self.columns) - 1)
        self.dataChanged.emit(top, bottom)
        self.touched = ()

    def _wish_resort(self) -> None:
        self._wished = True
        if self._held or self._resort.isActive():
            return
        waited = self._since_sort.elapsed() if self._since_sort.isValid() else RESORT_MS
        self._resort.start(max(0, RESORT_MS - waited))

    def _resort_now(self) -> None:
        if not self._held:
            self._since_sort.start()
            self._arrange()

    def _target(self) -> list[Hashable]:
        shown = [(rid, row) for rid, row in self._rows.items() if self._shows(row)]
        key = self._key()
        if key is None:
            ids = [rid for rid, _ in shown]
            return ids[::-1] if self.newest_first else ids
        return sorted_ids(shown, key, self._tie, self._sort is not None and self._sort[1])

    def _arrange(self) -> None:
        """Go from the present order to the wished one."""
        self._wished = False
        self.go_to(self._target(), upside_down=self.newest_first and self._key() is None)

    def _clear_flashes(self) -> None:
        shown = [place for place in map(self.row_of, self._looks.end_flashes()) if place >= 0]
        if shown:
            self._tell(shown)
