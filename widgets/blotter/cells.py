"""What several tabs of the blotter draw and write alike."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QCoreApplication

from core.domain.market import Symbol
from widgets import formats
from widgets.icons import Icon
from widgets.models.cell import PAD, Cell
from widgets.models.column import Column

translate = QCoreApplication.translate


def iconed(cell: Cell, icon: Icon, icon_tone: str, tone: str) -> None:
    """An icon and the cell's own text."""
    left = cell.rect.left() + PAD
    cell.icon(icon, icon_tone, left=left - 1, size=13)
    cell.text(cell.content, tone, left=left + 18)


def name_code(row: Any, symbol: Symbol) -> str:
    """Name and code of a row."""
    return f"{row.name} {formats.code_of(symbol)}".strip()


def time_column(of: Any) -> Column[Any]:
    """The time column; `of` takes the moment from a row."""
    return Column(
        "time",
        translate("Blotter", "时间"),
        68,
        lambda r: formats.clock(of(r)),
        tone="t2",
        sort_key=of,
        export=lambda r: formats.plain_time(of(r)),
        tip=lambda r: formats.plain_time(of(r)),
    )
