"""One subscription of a data client."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.domain.market import Bar, Symbol
from core.simqmt.data.dividends import Dividend
from core.simqmt.data.periods import VendorPeriod


@dataclass(slots=True)
class Subscription:
    """One subscription. `wanted` holds codes and markets; `single` ones get lists; a `period` gets bars.

    `earlier` holds, by symbol, the base bars that ended before the terminal showed its first snapshot, `paid` the
    dividends by which `dividend` adjusts.
    """

    wanted: frozenset[str]
    callback: Callable[[dict[str, Any]], object] | None
    single: bool
    period: VendorPeriod | None = None
    dividend: str = "none"
    earlier: dict[Symbol, list[Bar]] = field(default_factory=dict)
    paid: dict[Symbol, Sequence[Dividend]] = field(default_factory=dict)

    def takes(self, symbol: Symbol) -> bool:
        """Whether it covers a symbol."""
        return symbol in self.wanted or symbol[-2:] in self.wanted
