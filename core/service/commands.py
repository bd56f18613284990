"""What a window may ask of the trading service: frozen, picklable, each with an id that its answer names."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from core.domain.enums import Adjust, Period, Side
from core.domain.market import Symbol
from core.domain.watch import WatchItem


@dataclass(frozen=True, slots=True)
class Command:
    """Base of all commands. `command_id` is unique within the window's life."""

    command_id: str


@dataclass(frozen=True, slots=True)
class SaveItems(Command):
    """Add or replace watch items (by item_id) and remove others, in one step."""

    items: tuple[WatchItem, ...]
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportWatchlist(Command):
    """Read a watchlist CSV and add its rows; rows of a symbol that is already there replace it."""

    path: str


@dataclass(frozen=True, slots=True)
class ExportWatchlist(Command):
    """Write the watchlist to a CSV file."""

    path: str


@dataclass(frozen=True, slots=True)
class SetAutomation(Command):
    """Arm or disarm automation of the whole desk."""

    armed: bool


@dataclass(frozen=True, slots=True)
class PlaceOrder(Command):
    """A manual limit order; passes the same gate, journal and broker as an automatic one."""

    symbol: Symbol
    side: Side
    volume: int
    price: Decimal


@dataclass(frozen=True, slots=True)
class CancelOrder(Command):
    """Ask the broker to cancel; never refused by risk."""

    order_id: int


@dataclass(frozen=True, slots=True)
class LookUp(Command):
    """Name, tick and limits of a security that may not be watched yet; they follow as `InstrumentsNews`."""

    symbol: Symbol


@dataclass(frozen=True, slots=True)
class LoadBars(Command):
    """History of one symbol; answered by `BarsLoaded`, and the symbol's growing bar follows as `BarUpdated`."""

    symbol: Symbol
    period: Period
    count: int = 300
    adjust: Adjust = Adjust.NONE


@dataclass(frozen=True, slots=True)
class AcceptRescale(Command):
    """The user answers what an ex-rights day would do to the levels of an item that is held: agreed, or with `keep` the
    levels stay as they are. Either way it triggers again.
    """

    item_id: str
    keep: bool = False


@dataclass(frozen=True, slots=True)
class AllowFallback(Command):
    """Whether a source of quotes that stands in for a better one may trigger orders."""

    allowed: bool


@dataclass(frozen=True, slots=True)
class SearchInstruments(Command):
    """Securities by code, name or pinyin initials; they follow as `InstrumentsFound`."""

    text: str
    limit: int = 10
