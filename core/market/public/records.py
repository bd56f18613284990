"""What public sources tell beside prices: factors, dividends, suspensions. Frozen, picklable."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.domain.market import Symbol


@dataclass(frozen=True, slots=True)
class RightsFactor:
    """From `day` on (until the next factor) a forward-adjusted price is the real price divided by `qfq`."""

    symbol: Symbol
    day: date
    qfq: Decimal


@dataclass(frozen=True, slots=True)
class Dividend:
    """One distribution. `cash` in yuan before tax and `shares` new shares, both per share held.

    `ex_day` is None while it is only planned; `progress` is the source's word (`实施分配`, `董事会预案`).
    """

    symbol: Symbol
    ex_day: date | None
    record_day: date | None
    cash: Decimal
    shares: Decimal
    progress: str

    @property
    def is_final(self) -> bool:
        """The ex-rights day is fixed."""
        return self.ex_day is not None


@dataclass(frozen=True, slots=True)
class Suspension:
    """A halt as the exchanges announced it. `until` and `resumes` are None when open."""

    symbol: Symbol
    name: str
    since: date | None
    until: date | None
    resumes: date | None
    reason: str
