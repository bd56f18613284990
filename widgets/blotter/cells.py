"""What several tabs of the blotter draw and write alike."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from PySide6.QtCore import QCoreApplication

from core.domain.enums import Side
from core.domain.market import Symbol
from widgets import formats
from widgets.blotter.words import side_tone, side_word
from widgets.icons import Icon
from widgets.models.cell import PAD, Align, Cell
from widgets.models.column import Column

translate = QCoreApplication.translate


def iconed(cell: Cell, icon: Icon, icon_tone: str, tone: str) -> None:
    """An icon and the cell's own text."""
    left = cell.rect.left() + PAD
    cell.icon(icon, icon_tone, left=left - 1, size=13)
    cell.text(cell.content, tone, left=left + 18)


def name_column(of: Callable[[Any], Symbol], width: int, *, stretch: bool = False) -> Column[Any]:
    """Name and code; `of` takes the symbol from a row, which has a `name`."""
    return Column(
        "name",
        translate("Blotter", "名称 / 代码"),
        width,
        lambda r: f"{r.name} {formats.code_of(of(r))}".strip(),
        stretch=stretch,
        sort_key=of,
        paint=lambda cell, r: cell.name_and_code(r.name, formats.code_of(of(r))),
    )


def side_column(of: Callable[[Any], Side]) -> Column[Any]:
    """Bought or sold."""
    return Column(
        "side",
        translate("Blotter", "方向"),
        44,
        lambda r: side_word(of(r)),
        tone=lambda r: side_tone(of(r)),
        sort_key=lambda r: of(r).value,
    )


def origin_column() -> Column[Any]:
    """Where an order came from: 自动, 手动 or 外部."""
    return Column(
        "origin", translate("Blotter", "来源"), 46, lambda r: r.origin, tone="t2", sort_key=lambda r: r.origin
    )


def order_id_column(of: Callable[[Any], int], width: int) -> Column[Any]:
    """The broker's number of an order."""
    return Column(
        "order_id",
        translate("Blotter", "委托号"),
        width,
        lambda r: str(of(r)),
        Align.RIGHT,
        "t2",
        sort_key=of,
    )


def time_column(of: Callable[[Any], datetime]) -> Column[Any]:
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
