"""A desk in real time on a market that stands still until a test moves it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.domain.watch import WatchItem
from core.simqmt.market.static import StaticMarket
from tests.fakes.live_desk import Holding, LiveDesk

PFYH = "600000.SH"
PAYH = "000001.SZ"


def still_desk(
    folder: Path,
    items: Sequence[WatchItem] | None,
    prices: dict[str, str],
    holdings: Sequence[Holding] = (),
    **named: Any,
) -> LiveDesk:
    """Symbols at these last prices, yesterday's close the same; `terminal.set_quote` moves them."""
    then = named.pop("on_composed", lambda _desk: None)

    def composed(desk: LiveDesk) -> None:
        for code, price in prices.items():
            desk.terminal.set_quote(code, last=price, pre_close=price, name=f"证券{code[:6]}")
        then(desk)

    return LiveDesk(folder / "paper", StaticMarket(), items, holdings=holdings, on_composed=composed, **named)
