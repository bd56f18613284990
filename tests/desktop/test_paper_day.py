"""The whole program on the built-in market: it trades by itself, and everything is on the screen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from decimal import Decimal
from pathlib import Path

import pytest

from core.domain.enums import LinkState, Outcome, Side, SignalKind
from core.service.news import ClockNews, DecisionNews, DeskState, TradeNews
from core.simqmt.market.builtin.market import BuiltinMarket
from tests.desktop.running import RunningDesk
from tests.fakes.desk import journal_rows

OpenDesk = Callable[..., RunningDesk]
TABS = ("positions", "orders", "trades", "decisions", "alarms")
SPEED = "20"
A_MINUTE_AFTER_OPENING = time(9, 31)
HELD = "600036.SH"
WANTED = "600377.SH"


def acted(desk: RunningDesk, *kinds: SignalKind) -> list[DecisionNews]:
    """Decisions of these kinds that became orders."""
    return [
        one
        for one in desk.told(DecisionNews)
        if one.decision.kind in kinds and one.decision.outcome is Outcome.ACTED
    ]


def rows(desk: RunningDesk) -> dict[str, int]:
    """Rows shown in each tab of the blotter."""
    return {key: page.model.rowCount() for key, page in desk.panels.blotter.pages.items()}


async def trades_by_itself(desk: RunningDesk) -> None:
    """One buy and one sell are filled, and every tab has rows."""
    await desk.until(lambda: {one.trade.side for one in desk.told(TradeNews)} == {Side.BUY, Side.SELL}, 40)
    await desk.until(lambda: all(rows(desk).values()))


@pytest.mark.capability("X-08")
@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_X_08_the_desk_trades_by_itself_within_a_minute_of_paper_market(
    open_desk: OpenDesk, seed: int
) -> None:
    async def story(desk: RunningDesk) -> None:
        await trades_by_itself(desk)
        assert desk.told(ClockNews)[-1].now.time() <= A_MINUTE_AFTER_OPENING
        traded = desk.told(TradeNews)[-1].trade
        desk.panels.find(traded.symbol)
        marks = await desk.until(lambda: desk.panels.chart.view.parts.fills.marks)
        assert sum(mark.volume for mark in marks if mark.side is traded.side) >= traded.volume

    desk = open_desk("--seed", str(seed), "--speed", SPEED).play(story)
    assert acted(desk, SignalKind.ENTRY)
    assert acted(desk, SignalKind.TAKE_PROFIT, SignalKind.STOP_LOSS)
    assert set(rows(desk)) == set(TABS)
    assert any("成交" in title and "股 @" in text for title, text in desk.notes)
    told = {one.trade.trade_id for one in desk.told(TradeNews)}
    written = {row[0] for row in journal_rows(desk.journal_path, "select trade_id from trades")}
    assert told <= written


def test_a_watchlist_of_the_command_line_trades_on_its_own_levels(
    open_desk: OpenDesk, tmp_path: Path
) -> None:
    last = {quote.symbol: Decimal(quote.last) / 1000 for quote in BuiltinMarket(3).standing()}
    held, wanted = last[HELD], last[WANTED]
    path = tmp_path / "我的.csv"
    path.write_text(
        "symbol,entry_low,entry_high,take_profit,stop_loss,quant_enabled,max_position_pct\n"
        f"{HELD},,,{held * Decimal('0.97'):.2f},{held * Decimal('0.92'):.2f},true,0.2\n"
        f"{WANTED},{wanted * Decimal('0.97'):.2f},{wanted * Decimal('1.03'):.2f},,"
        f"{wanted * Decimal('0.93'):.2f},true,0.1\n",
        encoding="utf-8",
    )
    desk = open_desk("--seed", "3", "--speed", SPEED, "--watchlist", str(path)).play(trades_by_itself)
    assert {item.symbol for item in desk.panels.items.values()} == {HELD, WANTED}
    assert {one.decision.symbol for one in acted(desk, SignalKind.TAKE_PROFIT)} == {HELD}
    assert {one.decision.symbol for one in acted(desk, SignalKind.ENTRY)} == {WANTED}
    assert {(one.trade.symbol, one.trade.side) for one in desk.told(TradeNews)} == {
        (HELD, Side.SELL),
        (WANTED, Side.BUY),
    }


def test_the_window_says_paper_everywhere(open_desk: OpenDesk) -> None:
    async def story(desk: RunningDesk) -> None:
        await desk.until(lambda: desk.told(DeskState))  # until then the window claims neither mode
        assert "PAPER" in desk.window.windowTitle()
        await desk.until(lambda: [s for s in desk.told(DeskState) if s.link is LinkState.READY])
        await desk.until(lambda: "模拟" in desk.panels.health.clock.text)
        badge = desk.panels.account.badge
        assert badge.title == "模拟"
        assert "PAPER" in badge.line
        assert "PAPER" in desk.window.windowTitle()
        assert "PAPER" in desk.window.tray.state_text

    open_desk().play(story)
