"""What a symbol alone tells a widget: tick, board name, unit; from the pure table of the exchange rules."""

from __future__ import annotations

from decimal import Decimal

from core.domain.market import Instrument
from core.domain.money import CENT
from core.exchange.refusals import Refused
from core.exchange.symbols import rule_of, tick_size
from widgets.core_words import core_text


def tick_of(symbol: str, known: Instrument | None = None) -> Decimal:
    """Tick of an instrument; until it is known, what its class trades in."""
    if known is not None:
        return known.tick
    try:
        return tick_size(symbol)
    except Refused:
        return CENT


def board_of(symbol: str) -> str:
    """Name of the board or class in the window's language, empty for an unknown code."""
    try:
        return core_text(rule_of(symbol).title)
    except Refused:
        return ""


def unit_of(symbol: str) -> str:
    """股, 份 or 张, in the window's language; as it stands after a number, so with a small letter."""
    try:
        unit = rule_of(symbol).unit
    except Refused:
        unit = "股"
    return core_text(unit).lower()
