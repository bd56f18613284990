"""Fonts by role: families in the desk's order, tabular figures, the user's font factor."""

from __future__ import annotations

from enum import Enum
from functools import lru_cache

from PySide6.QtGui import QFont, QFontDatabase

UI_FAMILIES = ("Microsoft YaHei UI", "Noto Sans CJK SC", "PingFang SC", "sans-serif")


class FontRole(Enum):
    """(pixels at 100 %, weight) of each kind of text."""

    LAST_PRICE = (27, 700)
    LAST_PRICE_SMALL = (22, 700)
    BADGE = (21, 700)
    FIGURE = (15, 500)
    CELL = (13, 400)
    CELL_COMPACT = (12.5, 400)
    STRONG = (13, 700)
    HEADER = (12, 400)
    CAPTION = (11.5, 400)
    AXIS = (11, 400)


SMALLEST = 11


def make_font(role: FontRole, factor: float = 1.0) -> QFont:
    """A font of one role. `factor` is the user's font factor, 0.9 to 1.5; nothing falls below 11 pixels."""
    size, weight = role.value
    return font_of(size, weight, factor=factor)


def font_of(pixels: float, weight: int = 400, *, factor: float = 1.0) -> QFont:
    """A font of `pixels` at 100 % with figures of one width."""
    font = QFont()
    font.setFamilies(list(_installed_first(UI_FAMILIES)))
    font.setPixelSize(max(SMALLEST, round(pixels * factor)))
    font.setWeight(QFont.Weight(weight))
    if hasattr(font, "setFeature"):  # Qt 6.7 on
        font.setFeature(QFont.Tag("tnum"), 1)
    return font


@lru_cache(maxsize=4)
def _installed_first(families: tuple[str, ...]) -> tuple[str, ...]:
    """Drop named families that are absent: Qt otherwise spends time on aliases for each of them."""
    present = set(QFontDatabase.families())
    return tuple(f for f in families if f in present) or families
