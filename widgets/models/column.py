"""What a column of a desk table is: plain data and functions of one row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from widgets.formats import ascii_text
from widgets.models.cell import Align, Cell

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Column(Generic[R]):
    """One column. `width` is pixels at 100 % scale; a `stretch` column takes what is left and at least `width`.

    `text` is what is shown, `tone` the token name of its colour (or a function of the row), `sort_key` what is
    compared (None sorts last; without it the column does not sort), `live` says the key moves with quotes.
    `export` gives full precision for copies; `describe` words for screen readers; `paint` draws the cell in
    place of the text.
    """

    key: str
    title: str
    width: int
    text: Callable[[R], str]
    align: Align = Align.LEFT
    tone: str | Callable[[R], str] = "t1"
    sort_key: Callable[[R], Any] | None = None
    live: bool = False
    stretch: bool = False
    export: Callable[[R], str] | None = None
    describe: Callable[[R], str] | None = None
    tip: Callable[[R], str] | None = None
    paint: Callable[[Cell, R], None] | None = None

    def tone_of(self, row: R) -> str:
        """Token name of the text colour of a row."""
        return self.tone if isinstance(self.tone, str) else self.tone(row)

    def exported(self, row: R) -> str:
        """The cell for copies and files."""
        return self.export(row) if self.export is not None else ascii_text(self.text(row))
