"""The window on bad days: an order nobody answers, public quotes that are refused."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from core.domain.enums import FeedState, LinkState, Period, Side
from core.domain.market import Symbol
from core.market.akshare_jobs import DoorOptions
from core.market.replay_feed import ReplayClock
from core.market.source_names import Source
from core.service import commands as c
from core.service.compose import Rooms
from core.service.news import AlarmNews, BarsLoaded, DeskState, FeedNews
from core.service.outbox import Outbox
from core.service.paper_real import RealQuotesDesk
from core.service.runtime import Desk
from core.service.sources import QuotePlan, SourceKind
from tests.desktop.running import RunningDesk
from tests.desktop.still import PFYH, still_desk
from tests.fakes.desk import journal_rows
from tests.fakes.eastmoney_server import Asked, EastmoneyServer, Fault
from tests.fakes.market import at
from tests.fakes.records import item

OpenDesk = Callable[..., RunningDesk]
BEAT_S = 0.01


class Heart:
    """How long the window's loop was away at most, while it beats."""

    def __init__(self) -> None:
        self.longest_s = 0.0

    def __enter__(self) -> Heart:
        self._task = asyncio.ensure_future(self._beat())
        return self

    def __exit__(self, *_: object) -> None:
        self._task.cancel()

    async def _beat(self) -> None:
        before = time.perf_counter()
        while True:
            await asyncio.sleep(BEAT_S)
            now = time.perf_counter()
            self.longest_s = max(self.longest_s, now - before)
            before = now


async def ready(desk: RunningDesk) -> None:
    await desk.until(lambda: [s for s in desk.told(DeskState) if s.link is LinkState.READY])
    await desk.until(lambda: desk.panels.latest)


@pytest.mark.capability("004-24")
def test_004_24_an_order_that_is_never_answered_is_unknown_not_repeated_and_the_window_lives(
    open_desk: OpenDesk, tmp_path: Path
) -> None:
    """Three seconds without a word: unknown, in the journal and on the screen. Later the broker rules it out."""
    quiet = item(PFYH, zone=None, take_profit=None, stop_loss=None)
    live = still_desk(tmp_path, [quiet], {PFYH: "10.00"})
    states: list[tuple[str, int]] = []

    async def story(desk: RunningDesk) -> None:
        await ready(desk)
        live.terminal.faults.never_answer("orderStock")
        with Heart() as heart:
            asked = time.monotonic()
            order = c.PlaceOrder(desk.bridge.new_id(), Symbol(PFYH), Side.BUY, 100, Decimal("10.00"))
            assert (await desk.bridge.ask(order)).ok
            await desk.until(lambda: [n for n in desk.told(AlarmNews) if n.title == "委托结果不明"])
            assert 2.0 < time.monotonic() - asked < 6.0, "the deadline is three seconds"
            states.extend(journal_rows(live.journal_path, "SELECT state, order_id FROM intents"))
            assert "委托结果不明" in desk.panels.alarms.words
            again = c.PlaceOrder(desk.bridge.new_id(), Symbol(PFYH), Side.BUY, 100, Decimal("10.00"))
            refused = await desk.bridge.ask(again)
            assert (refused.ok, "结果不明" in refused.text) == (False, True)
            await desk.until(
                lambda: [n for n in desk.told(AlarmNews) if n.title == "委托结果不明" and n.cured], 40
            )
            assert heart.longest_s < 0.5, "the window was away for long"

    open_desk(compose=live).play(story)
    assert states == [("UNKNOWN", 0)]
    assert len(live.calls()) == 1
    assert journal_rows(live.journal_path, "SELECT state FROM intents") == [("NOT_SENT",)]


MT = Symbol("600519.SH")


def served(server: EastmoneyServer, clock: ReplayClock) -> None:
    """600519 at 1468.20 as the sources tell it, and three days of it."""

    def listed(asked: Asked) -> bytes:
        lines = []
        for code in asked.path.removeprefix("/list=").split(","):
            if code == "sh600519":
                book = ",".join(f"100,{1468.19 - 0.01 * n:.3f}" for n in range(5))
                asks = ",".join(f"300,{1468.2 + 0.01 * n:.3f}" for n in range(5))
                figures = (
                    "1460.000,1455.000,1468.200,1470.000,1450.500,1468.190,1468.200,1234567,1802467820.000"
                )
                now = clock.now()
                text = f"贵州茅台,{figures},{book},{asks},{now:%Y-%m-%d},{now:%H:%M:%S},00"
                lines.append(f'var hq_str_{code}="{text}";')
            else:
                lines.append(f'var hq_str_{code}="";')
        return "\n".join(lines).encode("gb18030")

    server.serve("/list=", listed, host="sinajs.cn")
    days = [
        f"2026-11-{day:02},1450.00,14{day + 36}.00,1460.00,1440.00,1000,145500000.0,1,1,0.1,1"
        for day in (17, 18, 19)
    ]
    body = {
        "rc": 0,
        "data": {"code": "600519", "market": 1, "name": "贵州茅台", "decimal": 2, "klines": days},
    }
    server.serve("/api/qt/stock/kline/get", body, host="eastmoney.com")


@pytest.mark.capability("X-07")
def test_X_07_when_public_quotes_are_refused_the_window_shows_what_was_kept_and_says_so(
    open_desk: OpenDesk, tmp_path: Path
) -> None:
    clock = ReplayClock(at("10:00:00"))
    watched = replace(item(MT, zone=None, take_profit=None, stop_loss=None), item_id="mt")

    with EastmoneyServer() as server:
        served(server, clock)
        plan = QuotePlan(
            (SourceKind.AKSHARE,),
            door=DoorOptions(timeout_s=2.0, total_s=4.0, redirect=server.redirect),
            poll_s=1.0,
            prefer=(Source.SINA, Source.EASTMONEY),
        )

        def compose(outbox: Outbox) -> Desk:
            folder = tmp_path / "real"
            folder.mkdir(parents=True, exist_ok=True)
            rooms = Rooms(
                journal_path=folder / "journal.db",
                emergency_path=folder / "journal.emergency",
                watchlist=(watched,),
                market_folder=tmp_path / "market",
            )
            clock.begin()
            real = RealQuotesDesk(
                folder / "terminal", "88000001", Decimal(1_000_000), plan, rooms, outbox, clock=clock
            )
            return real.desk

        async def bars(desk: RunningDesk) -> tuple[int, ...]:
            command = c.LoadBars(desk.bridge.new_id(), MT, Period.D1, 10)
            assert (await desk.bridge.ask(command, 60.0)).ok
            return tuple(bar.close for bar in desk.told(BarsLoaded)[-1].bars)

        async def story(desk: RunningDesk) -> None:
            await desk.until(lambda: desk.panels.latest, 60)
            assert desk.panels.latest[MT].last == 1_468_200
            kept = await bars(desk)
            assert kept == (1_453_000, 1_454_000, 1_455_000)
            assert "断开" not in desk.panels.health.source.text
            with Heart() as heart:
                for host in ("sinajs.cn", "eastmoney.com"):
                    server.break_down(Fault.FORBIDDEN, host=host)
                await desk.until(lambda: desk.told(FeedNews)[-1].sources[0].state is not FeedState.LIVE, 60)
                await desk.until(lambda: "断开" in desk.panels.health.source.text, 60)
                assert await bars(desk) == kept, "from the store"
                assert desk.panels.latest[MT].last == 1_468_200, "the last price stays on the screen"
                assert heart.longest_s < 0.5, "the window was away for long"

        open_desk(compose=compose).play(story)
