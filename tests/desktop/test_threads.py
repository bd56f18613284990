"""Window and trading side by side: a storm of callbacks, loops that stay who they are, a window that hangs."""

from __future__ import annotations

import asyncio
import importlib
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.domain.enums import LinkState, OrderStatus, Side
from core.service.commands import SetAutomation
from core.service.news import DeskState, OrderNews, TradeNews
from tests.desktop.running import RunningDesk
from tests.desktop.still import PAYH, PFYH, still_desk
from tests.fakes.live_desk import LiveDesk
from tests.fakes.records import item
from tests.fakes.storm import CallbackStorm

OpenDesk = Callable[..., RunningDesk]
CALLBACKS = 10_000


async def ready(desk: RunningDesk) -> None:
    """The channel is reconciled and the first quote is on the screen."""
    await desk.until(lambda: [s for s in desk.told(DeskState) if s.link is LinkState.READY])
    await desk.until(lambda: desk.panels.latest)


@pytest.mark.capability("X-04")
def test_X_04_ten_thousand_callbacks_reach_the_blotter_in_order_and_none_is_lost(
    open_desk: OpenDesk, tmp_path: Path
) -> None:
    items = [item(code, item_id=code, zone=None, take_profit=None, stop_loss=None) for code in (PAYH, PFYH)]
    live = still_desk(tmp_path, items, {PAYH: "20.00", PFYH: "10.00"})
    storm = CallbackStorm(live, PFYH, CALLBACKS)

    async def story(desk: RunningDesk) -> None:
        await ready(desk)
        storm.send()
        blotter = desk.panels.blotter
        await desk.until(lambda: len(desk.told(TradeNews)) >= len(storm.trade_ids), 60)
        await desk.until(lambda: len(desk.told(OrderNews)) >= len(storm.order_states), 60)
        answer = await desk.bridge.ask(SetAutomation(desk.bridge.new_id(), True))  # the desk still answers
        assert answer.ok
        rows = list(blotter.orders.model.all_rows())
        assert [row.order.order_id for row in rows] == [
            number for number, filled in storm.order_states if filled
        ]
        assert {row.order.status for row in rows} == {OrderStatus.SUCCEEDED}

    desk = open_desk(compose=live).play(story)
    assert storm.pushes >= CALLBACKS
    assert [one.trade.trade_id for one in desk.told(TradeNews)] == storm.trade_ids
    assert [row.trade.trade_id for row in desk.panels.blotter.trades.model.all_rows()] == storm.trade_ids
    told = [(one.order.order_id, one.order.traded_volume) for one in desk.told(OrderNews)]
    assert told == storm.order_states


@pytest.mark.capability("X-06", "004-08")
def test_X_06_004_08_the_trader_is_built_elsewhere_and_the_windows_loop_stays(
    open_desk: OpenDesk, tmp_path: Path
) -> None:
    made_on: dict[str, set[int]] = {"__init__": set(), "start": set()}

    def composed(_desk: LiveDesk) -> None:
        trader_class = importlib.import_module("xtquant.xttrader").XtQuantTrader
        for name in made_on:
            patch.setattr(trader_class, name, watched(getattr(trader_class, name), made_on[name]))

    def watched(method: Callable[..., Any], threads: set[int]) -> Callable[..., Any]:
        def call(*args: Any) -> Any:
            threads.add(threading.get_ident())
            return method(*args)

        return call

    live = still_desk(
        tmp_path, [item(PFYH, take_profit=None, stop_loss=None)], {PFYH: "11.00"}, on_composed=composed
    )

    async def story(desk: RunningDesk) -> None:
        await ready(desk)
        assert asyncio.get_running_loop() is desk.loop
        assert asyncio.get_event_loop_policy().get_event_loop() is desk.loop
        live.terminal.set_quote(PFYH, last="10.00")
        await desk.until(lambda: desk.told(TradeNews))
        assert asyncio.get_running_loop() is desk.loop
        assert asyncio.get_event_loop_policy().get_event_loop() is desk.loop

    with pytest.MonkeyPatch.context() as patch:
        desk = open_desk(compose=live).play(story)
    assert made_on["__init__"]
    assert made_on["start"]
    gui = threading.get_ident()
    assert all(gui not in threads for threads in made_on.values())
    assert desk.loop.is_closed()


def blocked(sent: threading.Event) -> bool:
    """In C, the interpreter given away: what a hung driver or a modal dialog of the system looks like."""
    return sent.wait(10)


def busy(sent: threading.Event) -> bool:
    """In Python, the interpreter never given away by itself."""
    return any(sent.is_set() for _ in range(500_000_000))


@pytest.mark.parametrize("hang", [blocked, busy])
def test_rule_10_a_stop_leaves_while_the_window_hangs(
    open_desk: OpenDesk, tmp_path: Path, hang: Callable[[threading.Event], bool]
) -> None:
    sent = threading.Event()
    watched = item(PFYH, zone=None, take_profit=None, stop_loss="9.50")
    live = still_desk(
        tmp_path,
        [watched],
        {PFYH: "10.00"},
        holdings=[(PFYH, 1000, "10.00")],
        on_sent=lambda _intent, _moment: sent.set(),
    )

    async def story(desk: RunningDesk) -> None:
        await ready(desk)
        heard = len(desk.news)
        live.terminal.set_quote(PFYH, last="9.50", bids=[("9.49", 10_000)], asks=[("9.50", 10_000)])
        assert hang(sent), "the stop did not leave while the window hung"
        while not live.calls():  # the hook is told just before the call
            pass
        call = live.calls()[0]
        assert (call["m_strStockCode"], call["m_nOrderVolume"]) == (PFYH, 1000)
        assert len(desk.news) == heard  # and the window knew nothing of it
        fill = await desk.until(lambda: desk.told(TradeNews))
        assert (fill[0].trade.side, fill[0].trade.volume) == (Side.SELL, 1000)

    open_desk(compose=live).play(story)
    assert len(live.calls()) == 1
