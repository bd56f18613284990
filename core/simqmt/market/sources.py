"""What the simulated terminal needs from a market: snapshots in time order, instruments and history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Protocol, runtime_checkable

from core.domain.enums import Period
from core.domain.market import Bar, Instrument, Quote, Symbol
from core.simqmt.data.dividends import Dividend
from core.simqmt.market.builtin.bonds import BondTerms
from core.simqmt.market.builtin.company import Company


class MarketSource(Protocol):
    """A stream of level-1 snapshots. Deterministic: the same arguments give the same snapshots."""

    @property
    def name(self) -> str:
        """Shown as the source badge, e.g. `内置行情 种子 1` or `回放 20220601_sz5.csv.gz`."""
        ...

    @property
    def start_ms(self) -> int:
        """Where the terminal's clock starts, epoch milliseconds; not after the first snapshot."""
        ...

    def peek_ms(self) -> int | None:
        """Time of the next event, or None at the end."""
        ...

    def pop(self) -> tuple[Quote, ...]:
        """The next event: one or more snapshots of the same instant, each symbol at most once."""
        ...

    def instruments(self) -> Sequence[Instrument]:
        """All securities of this market, with name, tick, previous close and limits of the current day."""
        ...

    def history(self, symbol: Symbol, period: Period, until_ms: int, count: int) -> list[Bar]:
        """Up to `count` bars that ended at or before `until_ms`, oldest first."""
        ...

    def trading_dates(self, start: date, end: date) -> list[date]:
        """Trading days of the closed interval."""
        ...


@runtime_checkable
class VouchingMarket(Protocol):
    """A market whose newest snapshot may be too old to be taken for the book of the moment."""

    def vouches_for(self, symbol: Symbol, now_ms: int) -> bool:
        """Whether an order that arrives now meets the newest snapshot; else it waits for the next."""
        ...


@runtime_checkable
class SkippingMarket(Protocol):
    """A market that can go on at a later moment without showing what lies between."""

    def skip_to(self, now_ms: int) -> tuple[Quote, ...]:
        """The next snapshots are those from `now_ms` on; gives the last ones before, which stand on the screen then."""
        ...


@runtime_checkable
class WakingMarket(Protocol):
    """A market that shows more securities than it lists, once they are asked for."""

    def wake(self, symbol: Symbol, now_ms: int) -> Quote | None:
        """Show this security too from now on, if there is such a one; its last snapshot before `now_ms`, if any."""
        ...


@runtime_checkable
class KnowingMarket(Protocol):
    """A market that knows securities it does not show, and its own snapshots of any moment. Safe on any thread."""

    def listing(self) -> Mapping[Symbol, str]:
        """Names of all securities that it lists, by code."""
        ...

    def describe(self, symbol: Symbol) -> Instrument | None:
        """A security of the present day, None for a code of none."""
        ...

    def glance(self, symbol: Symbol, now_ms: int) -> Quote | None:
        """The last snapshot of a security before `now_ms`, be it of an earlier day."""
        ...

    def ticks(self, symbol: Symbol, first_ms: int, last_ms: int) -> Iterable[Quote]:
        """The snapshots of a security in a closed interval, oldest first."""
        ...

    def dividends(self, symbol: Symbol, since: date | None = None) -> Sequence[Dividend]:
        """Ex-rights days of a security, those after `since`, in time order."""
        ...

    def bond(self, symbol: Symbol) -> BondTerms | None:
        """The terms of a convertible bond, None for anything else."""
        ...

    def company(self, symbol: Symbol) -> Company | None:
        """Who is behind a security, None for a code of none."""
        ...
