"""Nothing waits between a quote and its order: no bar, no timer, no window."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from core.domain.enums import LinkState
from core.service.news import DeskState
from tests.desktop.running import RunningDesk
from tests.desktop.still import still_desk
from tests.fakes.records import item

OpenDesk = Callable[..., RunningDesk]
CODES = [f"600{number:03}.SH" for number in range(100, 160)]


@pytest.mark.capability("003-09")
def test_003_09_an_order_leaves_at_once(open_desk: OpenDesk, tmp_path: Path) -> None:
    """From the snapshot in the terminal to the vendor's asynchronous call: 95 of 100 within 50 ms."""
    sent: list[float] = []
    items = [
        item(
            code,
            item_id=code,
            zone=("9.00", "9.20"),
            take_profit=None,
            stop_loss=None,
            max_position_pct=Decimal("0.01"),
        )
        for code in CODES
    ]
    live = still_desk(
        tmp_path, items, dict.fromkeys(CODES, "10.00"), on_sent=lambda _intent, moment: sent.append(moment)
    )
    took: list[float] = []

    async def story(desk: RunningDesk) -> None:
        await desk.until(lambda: [s for s in desk.told(DeskState) if s.link is LinkState.READY])
        await desk.until(lambda: len(desk.panels.latest) == len(CODES))
        for number, code in enumerate(CODES, 1):
            began = time.perf_counter()
            live.terminal.set_quote(code, last="9.20")
            await desk.until(lambda number=number: len(sent) >= number)
            took.append((sent[-1] - began) * 1000)

    open_desk(compose=live).play(story)
    assert len(live.calls()) == len(CODES)
    assert statistics.quantiles(took, n=20)[-1] < 50
