"""Real quotes: they drive the paper exchange, a stand-in takes over in sight of everybody and triggers nothing unasked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from core.domain.enums import AlarmRank, FeedState, Mode, Period, Phase
from core.domain.market import Symbol
from core.domain.watch import QuantConfig, WatchItem
from core.market.public.akshare_jobs import DoorOptions
from core.market.public.source_names import Source
from core.service import commands as c
from core.service.news import AlarmNews, BarsLoaded, ClockNews, DeskState, FeedNews, QuotesNews, TradeNews
from core.service.sources import QuotePlan, SourceKind
from tests.fakes.eastmoney_server import Asked, EastmoneyServer, Fault
from tests.fakes.market import instrument, quote
from tests.fakes.real_desk import ACCOUNT, RealDesk

MT = Symbol("600519.SH")
ENTRY = WatchItem(
    "mt",
    MT,
    entry_low=Decimal("1460.00"),
    entry_high=Decimal("1470.00"),
    quant=QuantConfig(enabled=True, max_position_pct=Decimal("0.5")),
)


class Public:
    """The public sources as the desk's clock shows them: 600519 at 1468.20, 300 shares offered there."""

    def __init__(self, server: EastmoneyServer) -> None:
        self.server = server
        self.desk: RealDesk | None = None
        self.stamp = ""
        server.serve("/list=", self._list, host="sinajs.cn")

    def _list(self, asked: Asked) -> bytes:
        now = self.desk.clock.now() if self.desk else None
        lines = []
        for code in asked.path.removeprefix("/list=").split(","):
            if code == "sh600519" and now is not None:
                bids = ",".join(f"{100 * (n + 1)},{1468.19 - 0.01 * n:.3f}" for n in range(5))
                asks = ",".join(f"{300 * (n + 1)},{1468.2 + 0.01 * n:.3f}" for n in range(5))
                figures = (
                    "1460.000,1455.000,1468.200,1470.000,1450.500,1468.190,1468.200,1234567,1802467820.000"
                )
                stamp = f"{now:%Y-%m-%d},{self.stamp or f'{now:%H:%M:%S}'}"
                lines.append(f'var hq_str_{code}="贵州茅台,{figures},{bids},{asks},{stamp},00";')
            else:
                lines.append(f'var hq_str_{code}="";')
        return "\n".join(lines).encode("gb18030")


@pytest.fixture
def public() -> Iterator[Public]:
    with EastmoneyServer() as server:
        made = Public(server)
        server.break_down(Fault.BROKEN, host="eastmoney.com")
        yield made


def plan(public: Public, *ranks: SourceKind, may_trigger: bool = False) -> QuotePlan:
    return QuotePlan(
        ranks,
        may_trigger=may_trigger,
        door=DoorOptions(timeout_s=2.0, total_s=4.0, redirect=public.server.redirect),
        poll_s=1.0,
        prefer=(Source.SINA, Source.EASTMONEY),
    )


def test_public_quotes_drive_the_paper_exchange(tmp_path: Path, public: Public) -> None:
    """An entry fills at the book that the source displays, no deeper and no better."""
    with RealDesk(tmp_path, [ENTRY], plan(public, SourceKind.AKSHARE)) as desk:
        public.desk = desk
        desk.until(lambda: desk.told(TradeNews), 60)
        desk.until(lambda: sum(one.trade.volume for one in desk.told(TradeNews)) >= 300)
        first = desk.told(TradeNews)[0].trade
        assert (first.symbol, first.price) == (MT, Decimal("1468.20"))
        assert first.volume == 300, "what is offered at the best price"
        held = desk.terminal.ledger(ACCOUNT).holding(MT)
        assert held.volume >= 300
        assert {state.mode for state in desk.told(DeskState)} == {Mode.PAPER_REAL}
        shown = desk.told(QuotesNews)[-1].quotes[0]
        assert (shown.source, shown.fallback) == (Source.SINA.value, False)
        assert 0 <= shown.latency_ms < 20_000
        desk.until(lambda: desk.told(FeedNews)[-1].latency_s is not None)


@pytest.mark.parametrize("may_trigger", [False, True])
def test_a_stand_in_is_seen_and_triggers_only_when_allowed(
    tmp_path: Path, public: Public, may_trigger: bool
) -> None:
    wanted = plan(public, SourceKind.XTDATA, SourceKind.AKSHARE, may_trigger=may_trigger)
    with RealDesk(tmp_path, [ENTRY], wanted, by_hand="MiniQMT") as desk:
        public.desk = desk
        hand = desk.hand
        hand.known = {MT: instrument(MT, "1455.00")}

        def far(price: str = "1480.00") -> None:
            hand.tell(replace(quote(MT, desk.clock.now_ms(), price, pre_close="1455.00"), source="MiniQMT"))

        desk.act(far)
        desk.until(lambda: desk.told(QuotesNews))
        desk.act(lambda: hand.be(FeedState.LOST, "行情订阅已断开"))
        desk.until(lambda: [one for one in desk.told(FeedNews) if one.stand_in and one.source == "新浪"], 60)
        desk.until(lambda: any(q.source == "新浪" for news in desk.told(QuotesNews) for q in news.quotes), 60)
        alarm = next(one for one in desk.told(AlarmNews) if one.key == "feed-stand-in")
        assert alarm.rank is (AlarmRank.CARE if may_trigger else AlarmRank.ALARM)
        assert ("没有允许备用源触发" in alarm.text) is not may_trigger
        if may_trigger:
            desk.until(lambda: desk.terminal.orders(ACCOUNT), 60)
            return
        seen = len(desk.told(QuotesNews))
        desk.until(lambda: len(desk.told(QuotesNews)) >= seen + 3, 60)
        assert desk.terminal.orders(ACCOUNT) == [], "the price is inside the zone and nothing is sent"
        answer = desk.command(lambda command_id: c.AllowFallback(command_id, True))
        assert answer.ok
        desk.until(lambda: desk.terminal.orders(ACCOUNT), 60)
        desk.act(lambda: hand.be(FeedState.LIVE))
        assert desk.told(FeedNews)[-1].may_trigger


def test_at_night_the_desk_starts_shows_the_last_closes_and_says_the_market_is_closed(
    tmp_path: Path, public: Public
) -> None:
    public.stamp = "15:00:03"
    with RealDesk(tmp_path, [ENTRY], plan(public, SourceKind.AKSHARE), start="20:00:00") as desk:
        public.desk = desk
        desk.until(lambda: desk.told(QuotesNews), 60)
        shown = desk.told(QuotesNews)[-1].quotes[0]
        assert (shown.last, shown.time.strftime("%H:%M:%S")) == (1_468_200, "15:00:03")
        assert 17_900 < shown.latency_ms / 1000 < 18_100, "its age is told: five hours"
        seen = len(desk.told(ClockNews))
        desk.until(lambda: len(desk.told(ClockNews)) > seen + 1)
        assert {news.phase for news in desk.told(ClockNews)} == {Phase.CLOSED}
        assert [one for one in desk.told(AlarmNews) if one.rank is AlarmRank.ALARM] == []
        assert desk.terminal.orders(ACCOUNT) == []


def test_charts_read_the_past_through_the_store(tmp_path: Path, public: Public) -> None:
    """Daily bars are asked for once, kept, and there again when the source is not."""
    lines = [f"2026-11-{day:02},10.0,10.{day:02},10.9,9.9,1000,1010000.0,1,1,0.1,1" for day in (17, 18, 19)]
    body = {
        "rc": 0,
        "data": {"code": "600519", "market": 1, "name": "贵州茅台", "decimal": 2, "klines": lines},
    }
    public.server.serve("/api/qt/stock/kline/get", body, host="eastmoney.com")
    public.server.break_down(None, host="eastmoney.com")
    wanted = plan(public, SourceKind.AKSHARE)
    with RealDesk(tmp_path, [], wanted, market_folder=tmp_path / "market") as desk:
        public.desk = desk
        load = desk.command(lambda command_id: c.LoadBars(command_id, MT, Period.D1, 10))
        assert load.ok
        told = desk.told(BarsLoaded)[-1]
        assert (told.error, [bar.close for bar in told.bars]) == ("", [10_170, 10_180, 10_190])
        public.server.break_down(Fault.BROKEN, host="eastmoney.com")
        desk.command(lambda command_id: c.LoadBars(command_id, MT, Period.D1, 10))
        again = desk.told(BarsLoaded)[-1]
        assert (again.error, again.bars) == ("", told.bars)


def test_without_a_running_miniqmt_the_desk_starts_on_its_stand_in(tmp_path: Path, public: Public) -> None:
    """No hand feed here: the vendor's own module finds nobody, and the desk says so and goes on."""
    with RealDesk(tmp_path, [ENTRY], plan(public, SourceKind.XTDATA, SourceKind.AKSHARE)) as desk:
        public.desk = desk
        desk.until(lambda: any(q.source == "新浪" for news in desk.told(QuotesNews) for q in news.quotes), 60)
        best, stand_in = desk.told(FeedNews)[-1].sources
        assert (best.name, best.state, best.active) == ("MiniQMT", FeedState.LOST, False)
        assert stand_in.active
        alarm = next(one for one in desk.told(AlarmNews) if one.key == "feed-stand-in")
        assert "MiniQMT" in alarm.text
        assert "没有允许备用源触发交易" in alarm.text
        assert desk.terminal.orders(ACCOUNT) == []


def test_a_source_is_asked_at_the_shortest_interval_that_the_items_of_a_symbol_want(
    tmp_path: Path, public: Public
) -> None:
    items = [replace(ENTRY, item_id="slow", interval_s=60), replace(ENTRY, item_id="quick", interval_s=15)]
    wanted = plan(public, SourceKind.XTDATA)
    with RealDesk(tmp_path, items, wanted, by_hand="MiniQMT") as desk:
        assert desk.hand.intervals == {MT: 15.0}
        quicker = replace(items[1], interval_s=3)
        assert desk.command(lambda command_id: c.SaveItems(command_id, (quicker,))).ok
        assert desk.hand.intervals == {MT: 3.0}


def test_a_source_that_is_lost_at_night_alarms_only_when_the_market_is_about_to_open(
    tmp_path: Path, public: Public
) -> None:
    with RealDesk(
        tmp_path, [ENTRY], plan(public, SourceKind.XTDATA), start="08:59:57", by_hand="MiniQMT"
    ) as desk:
        desk.act(lambda: desk.hand.be(FeedState.LOST, "行情订阅已断开。"))
        desk.until(lambda: [one for one in desk.told(AlarmNews) if one.key == "feed"])
        desk.until(lambda: len([one for one in desk.told(AlarmNews) if one.key == "feed"]) >= 2, 60)
        night, morning = [one for one in desk.told(AlarmNews) if one.key == "feed"][:2]
        assert (night.rank, morning.rank) == (AlarmRank.CARE, AlarmRank.ALARM)
        assert "现在休市" in night.text
        assert "现在休市" not in morning.text
