"""How often quotes are judged: each one that is pushed, or at the interval that an item wants."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import pytest

from core.market.public.akshare_jobs import DoorOptions
from core.market.public.source_names import Source
from core.service.sources import QuotePlan, SourceKind
from tests.e2e.test_real_quotes import ENTRY, MT
from tests.fakes.desk import LockstepDesk, steps
from tests.fakes.eastmoney_server import Asked, EastmoneyServer, Fault
from tests.fakes.market import at
from tests.fakes.real_desk import RealDesk
from tests.fakes.records import item


@pytest.mark.capability("000-42")
def test_000_42_without_an_interval_the_first_pushed_quote_triggers(tmp_path: Path) -> None:
    """The price is in the zone in one snapshot of a hundred: that one sends the order, at its own moment."""
    prices = ["10.50"] * 50 + ["10.05"] + ["10.50"] * 50
    day = LockstepDesk(tmp_path, steps("600000.SH", "09:31:00", prices), [item()]).run()
    assert [call.time_ms for call in day.calls()] == [at("09:31:00") + 50 * 3000]


@pytest.mark.capability("000-42")
def test_000_42_a_source_is_asked_at_the_interval_of_the_item(tmp_path: Path) -> None:
    """Moments of the desk's clock at which the source was asked: five seconds apart, give or take one.

    Without a wish it would be three. The first request of the start is for the name.
    """
    asked_at: list[float] = []
    with EastmoneyServer() as server:

        def listed(asked: Asked) -> bytes:
            if "sh600519" in asked.path:
                asked_at.append(desk.clock.now_ms() / 1000)
            return b'var hq_str_sh600519="";'

        server.serve("/list=", listed, host="sinajs.cn")
        server.break_down(Fault.BROKEN, host="eastmoney.com")
        plan = QuotePlan(
            (SourceKind.AKSHARE,),
            door=DoorOptions(timeout_s=2.0, total_s=4.0, redirect=server.redirect),
            poll_s=1.0,
            prefer=(Source.SINA, Source.EASTMONEY),
        )
        slow = replace(ENTRY, interval_s=5)
        assert slow.symbol == MT
        with RealDesk(tmp_path, [slow], plan) as desk:
            desk.until(lambda: len(asked_at) >= 4, 60)
    gaps = [after - before for before, after in itertools.pairwise(asked_at)]
    assert all(4.0 <= gap <= 6.0 for gap in gaps[1:]), gaps
