"""Markets by name: `builtin`, `replay:FILE`, `static:FILE`, `feed`."""

from __future__ import annotations

from pathlib import Path

from core.domain.market import ms_to_datetime
from core.errors import BadInput
from core.exchange.calendar import MAINLAND, Calendar
from core.simqmt.market.builtin.market import BuiltinMarket
from core.simqmt.market.feed import FeedMarket
from core.simqmt.market.replay import ReplayMarket
from core.simqmt.market.sources import MarketSource
from core.simqmt.market.static_file import StaticFileMarket

NAMES = ("builtin", "replay:FILE", "static:FILE", "feed")


def named_market(
    name: str, seed: int = 0, start_ms: int | None = None, calendar: Calendar = MAINLAND
) -> MarketSource:
    """The market of a name. `start_ms` is where its clock starts; a replay always starts with its file.

    Raises BadInput for an unknown name, a file that cannot be used, a day the market does not have.
    """
    kind, _, file = name.partition(":")
    if kind == "builtin" and not file:
        if start_ms is None:
            return BuiltinMarket(seed)
        start = ms_to_datetime(start_ms)
        return BuiltinMarket(seed, start.date(), start.time())
    if kind == "feed" and not file:
        return FeedMarket(start_ms, calendar=calendar)
    if kind == "replay" and file:
        return ReplayMarket(Path(file))
    if kind == "static" and file:
        return StaticFileMarket(Path(file), seed, start_ms)
    raise BadInput(f"没有行情 {name!r}。可用的是 {'、'.join(NAMES)}。")
