"""What the window says about channel, automation and account, in every state the service can be in."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest

from core.domain.enums import AlarmRank, LinkState, Mode
from core.service.commands import Command
from core.service.news import AlarmNews, AssetNews, DeskState, News
from core.service.outbox import Outbox
from tests.desktop.running import RunningDesk
from tests.fakes.records import MOMENT, asset

OpenDesk = Callable[..., RunningDesk]
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
