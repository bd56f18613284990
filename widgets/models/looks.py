"""How the rows of a table look: text and tone of each cell, tone of each row, tints that pass. Made once a state."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Generic, TypeVar

from widgets.models.column import Column

R = TypeVar("R")


class Looks(Generic[R]):
    """Remembers what columns said of a row until the row is forgotten. `row_tone` judges a row as a whole."""

    def __init__(self, columns: Sequence[Column[R]], row_tone: Callable[[R], str] | None) -> None:
        self._columns = columns
        self._row_tone = row_tone
        self._cells: dict[Hashable, list[tuple[str, str] | None]] = {}
        self._tones: dict[Hashable, str] = {}
        self._flashes: dict[tuple[Hashable, int], str] = {}

    def cell(self, row_id: Hashable, row: R, column: int) -> tuple[str, str]:
        """(text, tone) of a cell."""
        cells = self._cells.get(row_id)
        if cells is None:
            cells = self._cells[row_id] = [None] * len(self._columns)
        found = cells[column]
        if found is None:
            spec = self._columns[column]
            found = cells[column] = (spec.text(row), spec.tone_of(row))
        return found

    def row_tone(self, row_id: Hashable, row: R) -> str:
        """`alarm`, `dim` or nothing."""
        if self._row_tone is None:
            return ""
        found = self._tones.get(row_id)
        if found is None:
            found = self._tones[row_id] = self._row_tone(row)
        return found

    def forget(self, row_ids: Iterable[Hashable]) -> None:
        """These rows changed or went."""
        for row_id in row_ids:
            self._cells.pop(row_id, None)
            self._tones.pop(row_id, None)

    def forget_column(self, column: int) -> None:
        """What a column says changed for every row, though no row did."""
        for cells in self._cells.values():
            cells[column] = None

    def forget_all(self) -> None:
        """Everything is said anew."""
        self._cells.clear()
        self._tones.clear()

    # Tints that pass

    def flash(self, tones: Mapping[Hashable, str], column: int) -> None:
        """Tint cells of a column: token name by row id."""
        for row_id, tone in tones.items():
            self._flashes[row_id, column] = tone

    def flash_tone(self, row_id: Hashable, column: int) -> str | None:
        """Token name of the tint of a cell, if any."""
        return self._flashes.get((row_id, column))

    @property
    def flashing(self) -> bool:
        """Some cell is tinted."""
        return bool(self._flashes)

    def end_flashes(self) -> list[Hashable]:
        """Take all tints away; returns the ids of their rows."""
        rows = [row_id for row_id, _ in self._flashes]
        self._flashes.clear()
        return rows
