"""What the window says about channel, automation and account, in every state the service can be in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import product

import pytest

from core.domain.decision import ItemView
from core.domain.enums import AlarmRank, ItemState, LinkState, Mode, Phase
from core.domain.market import Symbol
from core.service.commands import Command, SaveItems
from core.service.news import (
    AlarmNews,
    AssetNews,
    ClockNews,
    CommandAnswered,
    DeskState,
    ItemsNews,
    ItemViewsNews,
    News,
    PositionsNews,
    ServiceStopped,
)
from core.service.outbox import Outbox
from tests.desktop.running import RunningDesk
from tests.fakes.records import MOMENT, asset, item, position
from widgets.health_strip import Health
from widgets.watchlist.rows import protection_text

OpenDesk = Callable[..., RunningDesk]
CODES = (Symbol("600000.SH"), Symbol("000001.SZ"), Symbol("000002.SZ"))
SAID = {
    LinkState.OFFLINE: "尚未连接",
    LinkState.CONNECTING: "正在连接",
    LinkState.RECONCILING: "正在对账",
    LinkState.READY: "已对账 09:30:05",
    LinkState.LOST: "09:31:07 断开",
    LinkState.FAILED: "柜台没有应答",
}
ARMED = {True: "自动运行中：可开新，可卖出", False: "自动交易已停：到价只提醒，不下单"}


class SpokenService:
    """A service that says what a test puts into its outbox."""

    def __init__(self) -> None:
        self.outbox = Outbox()
        self.posted: list[Command] = []

    def start(self) -> None:
        """Nothing runs."""

    def stop(self, timeout: float) -> bool:
        return True

    def connect(self, wake: Callable[[], None] | None) -> None:
        self.outbox.connect(wake)

    def drain(self, limit: int | None = None) -> list[News]:
        return self.outbox.drain(limit)

    def post(self, command: Command) -> None:
        self.posted.append(command)


def state(mode: Mode, link: LinkState, armed: bool) -> DeskState:
    return DeskState(mode, "88000001", link, SAID[link], armed, ARMED[armed], "模拟行情")


TITLES = {Mode.PAPER: "模拟", Mode.PAPER_REAL: "模拟·真行情", Mode.LIVE: "实盘"}


@pytest.mark.capability("000-16")
def test_000_16_the_status_says_what_the_state_machine_says(open_desk: OpenDesk) -> None:
    service = SpokenService()

    async def story(desk: RunningDesk) -> None:
        pictures: dict[bytes, DeskState] = {}
        account, health, tray = desk.panels.account, desk.panels.health, desk.window.tray
        for mode, link, armed in product(Mode, LinkState, (True, False)):
            now = state(mode, link, armed)
            service.outbox.put(now)
            await desk.until(lambda now=now: desk.told(DeskState)[-1:] == [now])
            assert health.link.text == f"交易通道 {SAID[link]}"
            assert account.badge.title == TITLES[mode]
            money = "LIVE" if mode is Mode.LIVE else "PAPER"
            assert money in account.badge.line
            assert account.badge.line.endswith("8800****01")
            sentence, hint = account.sentence, account.hint
            assert f"{sentence.text()}；{hint.text()}".strip("；") == ARMED[armed]
            for shown in (desk.window.windowTitle(), tray.state_text):
                assert f"{TITLES[mode]} {money}" in shown
            assert ("停" in tray.state_text) is (not armed)
            shot = desk.window.grab().toImage()
            pictures[bytes(shot.constBits())] = now
        assert len(pictures) == len(Mode) * len(LinkState) * 2, "two states look the same"

    open_desk(service=service).play(story)


def test_an_alarm_is_on_the_screen_until_it_is_cured(open_desk: OpenDesk) -> None:
    service = SpokenService()

    async def story(desk: RunningDesk) -> None:
        panels = desk.panels
        told = AlarmNews("link", AlarmRank.ALARM, "交易通道断开", "持仓没有保护。", MOMENT)
        service.outbox.put(told)
        await desk.until(lambda: panels.alarms.isVisible())
        assert "交易通道断开" in panels.alarms.words
        assert desk.notes == [("交易通道断开", "持仓没有保护。")]
        assert panels.blotter.pages["alarms"].model.rowCount() == 1
        service.outbox.put(
            AlarmNews("link", AlarmRank.ALARM, "交易通道断开", "持仓没有保护。", MOMENT, cured=True)
        )
        await desk.until(lambda: not panels.alarms.isVisible())
        assert panels.blotter.pages["alarms"].model.rowCount() == 1  # the inbox keeps it
        assert panels.blotter.open_alarms == 0

    open_desk(service=service).play(story)


def test_money_is_shown_as_it_is(open_desk: OpenDesk) -> None:
    service = SpokenService()

    async def story(desk: RunningDesk) -> None:
        service.outbox.put(AssetNews(asset("123456.78", "1000", "200000"), "300000"))
        await desk.until(lambda: desk.told(AssetNews))
        account = desk.panels.account
        assert (account.total.value.text(), account.value.value.text()) == ("324,457", "200,000")
        assert "24,457" in account.day.value.text()

    open_desk(service=service).play(story)


def test_when_the_service_is_gone_nothing_is_said_to_be_well_or_protected(open_desk: OpenDesk) -> None:
    """What it said last is not true any more: an alarm, no proof of anything, no holding protected."""
    service = SpokenService()
    held, free, done = (item(item_id=name, symbol=s) for name, s in zip("hfd", CODES, strict=True))
    views = (
        ItemView("h", CODES[0], ItemState.HOLDING, "持有 · 受保护", "跌破 9.50 将卖 500 股", 500, 500),
        ItemView("f", CODES[1], ItemState.WATCHING, "监测中", "无持仓"),
        ItemView("d", CODES[2], ItemState.DONE, "完成 · 止盈", "无持仓"),
    )

    async def story(desk: RunningDesk) -> None:
        panels = desk.panels
        service.outbox.put(state(Mode.PAPER, LinkState.READY, True))
        service.outbox.put(ItemsNews((held, free, done)))
        service.outbox.put(ItemViewsNews(views))
        service.outbox.put(ClockNews(MOMENT, Phase.CONTINUOUS, True, 1.0, 0, 3, 3, 1.0, 0, 2.0))
        await desk.until(lambda: panels.account.protection.value.text() == "1 / 1")
        service.outbox.put(ServiceStopped("交易服务进程意外退出（代码 -9）。请重新启动盯盘。"))
        await desk.until(lambda: panels.alarms.count == 1)
        assert panels.alarms.isVisible()
        assert "意外退出" in panels.alarms.words
        assert panels.account.protection.value.text() == "0 / 1"
        assert "1 无保护" in panels.account.protection.extra.text()
        rows = {row.item.item_id: row for row in map(panels.watchlist.model.row_at, range(3))}
        assert (rows["h"].state, rows["h"].is_alarm, rows["h"].stale) == (
            ItemState.PROTECTION_LOST,
            True,
            True,
        )
        assert "没有运行" in protection_text(rows["h"])
        assert rows["f"].state_text == "没有监测"
        assert rows["d"].state_text == "完成 · 止盈"
        strip = panels.health
        for cell in (strip.link, strip.quotes, strip.clock, strip.queue, strip.latency, strip.source):
            assert cell.isHidden() or cell.health is not Health.WELL, cell.text
        assert strip.message.health is Health.ALARM
        assert not panels.account.stops.armed
        assert any("意外退出" in text for _, text in desk.notes)

    open_desk(service=service).play(story)


def test_protection_is_counted_over_all_holdings(open_desk: OpenDesk) -> None:
    """A holding that no row watches has no stop either; of two rows of one security the gravest counts."""
    service = SpokenService()
    rows = [
        item(item_id=name, symbol=symbol) for name, symbol in zip("ab", (CODES[0], CODES[0]), strict=True)
    ]

    def view(name: str, state: ItemState) -> ItemView:
        return ItemView(name, CODES[0], state, "", "", 500, 500)

    async def story(desk: RunningDesk) -> None:
        figure = desk.panels.account.protection
        service.outbox.put(ItemsNews(tuple(rows)))
        service.outbox.put(ItemViewsNews((view("a", ItemState.HOLDING), view("b", ItemState.ALERT_ONLY))))
        await desk.until(lambda: figure.value.text() == "1 / 1")
        service.outbox.put(PositionsNews((position(CODES[0], 500), position(CODES[1], 300))))
        await desk.until(lambda: figure.value.text() == "1 / 2")
        assert "1 受限" in figure.extra.text()
        service.outbox.put(ItemViewsNews((view("b", ItemState.PROTECTION_LOST),)))
        await desk.until(lambda: figure.value.text() == "0 / 2")
        assert "1 无保护" in figure.extra.text()
        service.outbox.put(ItemsNews(()))
        await desk.until(lambda: "2 受限" in figure.extra.text())
        assert figure.value.text() == "0 / 2", "removed rows protect nothing"

    open_desk(service=service).play(story)


def test_a_holding_with_a_working_order_counts_by_its_stop(open_desk: OpenDesk) -> None:
    service = SpokenService()
    working = ItemView("a", CODES[0], ItemState.ENTERING, "买入中 0/100", "", 500, 500)

    async def story(desk: RunningDesk) -> None:
        figure = desk.panels.account.protection
        service.outbox.put(ItemsNews((item(item_id="a", symbol=CODES[0]),)))
        service.outbox.put(ItemViewsNews((replace(working, protected=True),)))
        await desk.until(lambda: figure.value.text() == "1 / 1")
        service.outbox.put(ItemViewsNews((working,)))
        await desk.until(lambda: figure.value.text() == "0 / 1")

    open_desk(service=service).play(story)


def test_an_undo_that_the_service_refuses_can_be_tried_again(open_desk: OpenDesk) -> None:
    service = SpokenService()

    def saves() -> list[SaveItems]:
        return [command for command in service.posted if isinstance(command, SaveItems)]

    async def answered(desk: RunningDesk, count: int, ok: bool) -> None:
        await desk.until(lambda: len(saves()) == count)
        text = "" if ok else "日志库写不进去，没有保存。"
        service.outbox.put(CommandAnswered(saves()[-1].command_id, ok, text))

    async def story(desk: RunningDesk) -> None:
        editing = desk.window.editing
        service.outbox.put(ItemsNews((item(item_id="a", symbol=CODES[0]),)))
        await desk.until(lambda: "a" in desk.panels.items)
        editing.remove_items(["a"])
        await answered(desk, 1, True)
        service.outbox.put(ItemsNews(()))
        await desk.until(lambda: editing.history.steps == (1, 0) and not desk.panels.items)
        editing.undo()
        await answered(desk, 2, False)
        await desk.until(lambda: "没有保存" in desk.message)
        await desk.until(lambda: editing.history.steps == (1, 0))
        editing.undo()
        await answered(desk, 3, True)
        await desk.until(lambda: editing.history.steps == (0, 1))
        assert [one.item_id for one in saves()[-1].items] == ["a"]

    open_desk(service=service).play(story)
