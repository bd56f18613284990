"""The window on bad days: an order nobody answers, public quotes that are refused."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from core.domain.enums import Adjust, FeedState, LinkState, Period, Side
from core.domain.market import Symbol
from core.domain.watch import QuantConfig, WatchItem
from core.market.public.akshare_jobs import DoorOptions
from core.market.public.source_names import Source
from core.market.replay_feed import ReplayClock
from core.service import commands as c
from core.service.compose import Rooms
from core.service.news import AlarmNews, BarsLoaded, DeskState, FeedNews, TradeNews
from core.service.outbox import Outbox
from core.service.paper_real import RealQuotesDesk
from core.service.runtime import Desk
from core.service.sources import QuotePlan, SourceKind
from tests.desktop.running import RunningDesk
from tests.desktop.still import PAYH, PFYH, still_desk
from tests.desktop.test_main_window import key, save, type_into
from tests.fakes.desk import ACCOUNT, journal_rows
from tests.fakes.eastmoney_server import Asked, EastmoneyServer, Fault
from tests.fakes.market import at
from tests.fakes.records import item
from widgets.chart.model import ChartMode

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


class PublicDesk:
    """Composes a paper desk on public quotes that a local server gives, with a store of bars."""

    def __init__(self, folder: Path, watched: WatchItem) -> None:
        self._folder = folder
        self._watched = watched
        self._clock = ReplayClock(at("10:00:00"))
        self.server = EastmoneyServer()
        served(self.server, self._clock)
        self.real: RealQuotesDesk | None = None

    def __call__(self, outbox: Outbox) -> Desk:
        """On the trading thread."""
        plan = QuotePlan(
            (SourceKind.AKSHARE,),
            door=DoorOptions(timeout_s=2.0, total_s=4.0, redirect=self.server.redirect),
            poll_s=1.0,
            prefer=(Source.SINA, Source.EASTMONEY),
        )
        folder = self._folder / "real"
        folder.mkdir(parents=True, exist_ok=True)
        rooms = Rooms(
            journal_path=folder / "journal.db",
            emergency_path=folder / "journal.emergency",
            watchlist=(self._watched,),
            market_folder=self._folder / "market",
        )
        self._clock.begin()
        self.real = RealQuotesDesk(
            folder / "terminal", ACCOUNT, Decimal(1_000_000), plan, rooms, outbox, clock=self._clock
        )
        return self.real.desk


@pytest.mark.capability("X-07")
def test_X_07_when_public_quotes_are_refused_the_window_shows_what_was_kept_and_says_so(
    open_desk: OpenDesk, tmp_path: Path
) -> None:
    watched = replace(item(MT, zone=None, take_profit=None, stop_loss=None), item_id="mt")
    public = PublicDesk(tmp_path, watched)

    with public.server as server:

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

        open_desk(compose=public).play(story)


@pytest.mark.capability("003-32")
def test_003_32_levels_and_triggers_are_real_prices_whatever_the_chart_shows(
    open_desk: OpenDesk, tmp_path: Path
) -> None:
    """The share was split on the 18th. The chart goes through all three kinds of prices; the zone, typed in real
    prices while it shows others, buys at the real price."""
    watched = replace(item(MT, zone=None, take_profit=None, stop_loss=None), item_id="mt")
    public = PublicDesk(tmp_path, watched)
    real = (1_453_000, 1_454_000, 1_455_000)
    shown = {
        Adjust.FORWARD: (726_500, 1_454_000, 1_455_000),
        Adjust.BACKWARD: (1_453_000, 2_908_000, 2_910_000),
        Adjust.NONE: real,
    }
    factors = [{"d": "2026-11-18", "f": "1.0"}, {"d": "1900-01-01", "f": "2.0"}]
    factor_file = f'var sh600519qfq={{"total":2,"data":{json.dumps(factors)}}}'

    async def story(desk: RunningDesk) -> None:
        await desk.until(lambda: desk.panels.latest, 60)
        chart = desk.panels.chart
        desk.panels.look_at(MT)
        chart.set_mode(ChartMode.D1)
        await desk.until(lambda: closes(desk) == real, 60)
        for how, wanted in shown.items():
            menu = chart.adjusting.menu()
            next(one for one in menu.actions() if one.text() == chart.adjusting.names[how]).trigger()
            await desk.until(lambda wanted=wanted: closes(desk) == wanted, 60)
            if how is Adjust.BACKWARD:
                zone = replace(watched, entry_low=Decimal("1465.00"), entry_high=Decimal("1470.00"))
                armed = replace(zone, quant=QuantConfig(enabled=True, max_position_pct=Decimal("0.2")))
                answer = await desk.bridge.ask(c.SaveItems(desk.bridge.new_id(), (armed,)))
                assert answer.ok
                await desk.until(lambda: desk.told(TradeNews), 60)

    with public.server as server:
        server.serve("/realstock/company/sh600519/qfq.js", factor_file)
        desk = open_desk(compose=public).play(story)
        assert public.real is not None
        prices = {order.price for order in public.real.terminal.orders(ACCOUNT)}
    assert prices == {Decimal("1468.20")}
    assert desk.told(TradeNews)[0].trade.price == Decimal("1468.20")


def closes(desk: RunningDesk) -> tuple[int, ...]:
    """Of the last daily bars that were told, in thousandths."""
    told = [news for news in desk.told(BarsLoaded) if news.period is Period.D1]
    return tuple(bar.close for bar in told[-1].bars) if told else ()


@pytest.mark.capability("002-15")
def test_002_15_orders_and_holdings_are_watched_on_the_screen(open_desk: OpenDesk, tmp_path: Path) -> None:
    """Whoever places them: an order works, is filled, and is a holding; each state is on the screen."""
    quiet = item(PFYH, zone=None, take_profit=None, stop_loss=None)
    live = still_desk(tmp_path, [quiet], {PFYH: "10.00"})

    def row(desk: RunningDesk, page: str) -> dict[str, str]:
        model = desk.panels.blotter.pages[page].model
        if not model.rowCount():
            return {}
        return {column.key: model.cell(0, place)[0] for place, column in enumerate(model.columns)}

    async def story(desk: RunningDesk) -> None:
        await ready(desk)
        live.terminal.manual_order(ACCOUNT, PFYH, 23, 300, "9.90")
        await desk.until(lambda: row(desk, "orders").get("status") == "已报")
        shown = row(desk, "orders")
        assert (shown["side"], shown["price"], shown["filled"], shown["origin"]) == (
            "买入",
            "9.90",
            "0/300",
            "外部",
        )
        assert row(desk, "positions") == {}
        live.terminal.set_quote(PFYH, last="9.90")
        await desk.until(lambda: row(desk, "orders")["status"] == "已成")
        await desk.until(lambda: row(desk, "positions"))
        held = live.terminal.ledger(ACCOUNT).holding(PFYH)
        await desk.until(lambda: str(held.volume) in row(desk, "positions").values())
        live.terminal.set_quote(PFYH, last="10.90")
        await desk.until(lambda: row(desk, "positions")["last"] == "10.90")
        assert row(desk, "positions")["value"] == "3,270"

    open_desk(compose=live).play(story)


@pytest.mark.capability("000-41")
def test_000_41_a_new_item_stops_by_itself_unless_the_user_says_otherwise(
    open_desk: OpenDesk, tmp_path: Path
) -> None:
    """In the editor only levels are typed and quant is switched on: the stop is stored as automatic and sells."""
    live = still_desk(
        tmp_path,
        [item(PAYH, item_id="other", zone=None, take_profit=None, stop_loss=None)],
        {PAYH: "20.00", PFYH: "10.00"},
        holdings=[(PFYH, 700, "9.80")],
    )

    async def story(desk: RunningDesk) -> None:
        await ready(desk)
        key(desk, "Ctrl+N").trigger()
        await desk.until(lambda: desk.panels.editor and desk.panels.editor.isVisible())
        for field, text in {"symbol": "600000", "stop_loss": "9.50", "take_profit": "11.00"}.items():
            type_into(desk, field, text)
        assert desk.panels.editor is not None
        switches = desk.panels.editor.form.switches
        assert switches["auto_stop_loss"].isChecked()
        switches["quant_enabled"].setChecked(True)
        save(desk)
        await desk.until(lambda: f"w-{PFYH}" in desk.panels.items)
        live.terminal.set_quote(PFYH, last="9.50")
        await desk.until(lambda: desk.told(TradeNews))

    open_desk(compose=live).play(story)
    kept = journal_rows(
        live.journal_path, f"SELECT quant_enabled, auto_stop_loss FROM watch_items WHERE symbol='{PFYH}'"
    )
    assert kept == [(1, 1)]
    (call,) = live.calls()
    assert (call["m_nOrderType"], call["m_nOrderVolume"]) == (24, 700)
