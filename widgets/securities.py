"""What a symbol alone tells a widget: tick, board name, unit; from the pure table of the exchange rules."""

from __future__ import annotations

from decimal import Decimal

from core.domain.market import Instrument
from core.domain.money import CENT
from core.exchange.refusals import Refused
from core.exchange.symbols import rule_of, tick_size


def tick_of(symbol: str, known: Instrument | None = None) -> Decimal:
    """Tick of an instrument; until it is known, what its class trades in."""
    if known is not None:
        return known.tick
    try:
        return tick_size(symbol)
    except Refused:
        return CENT


def board_of(symbol: str) -> str:
    """Name of the board or class, empty for an unknown code."""
    try:
        return rule_of(symbol).title
    except Refused:
        return ""


def unit_of(symbol: str) -> str:
    """股, 份 or 张."""
    try:
        return rule_of(symbol).unit
    except Refused:
        return "股"
