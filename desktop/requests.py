"""What the window asks of the trading service, and how an answer is shown when nobody else shows it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import QObject

from core.domain.enums import AlarmRank
from core.service.commands import Command
from core.service.news import CommandAnswered
from desktop.bridge import Bridge
from desktop.tasks import GuiTasks
from desktop.tray import Tray
from widgets.health_strip import Health, HealthStrip


class Requests(QObject):
    """Runs on the GUI thread. Before `attach` every command is answered with a refusal."""

    def __init__(self, strip: HealthStrip, tray: Tray, parent: QObject) -> None:
        super().__init__(parent)
        self._strip = strip
        self._tray = tray
        self._bridge: Bridge | None = None
        self.tasks = GuiTasks()

    def attach(self, bridge: Bridge) -> None:
        """There is a service now."""
        self._bridge = bridge

    def run(self, work: Coroutine[Any, Any, object]) -> None:
        """Start a coroutine that nobody waits for."""
        self.tasks.run(work)

    async def ask(self, make: Callable[[str], Command], deadline_s: float = 10.0) -> CommandAnswered:
        """Post the command that `make` makes with an id, and return its answer; silence becomes a refusal."""
        if self._bridge is None:
            return CommandAnswered("", False, self.tr("交易服务还没有启动。"))
        return await self._bridge.ask(make(self._bridge.new_id()), deadline_s)

    async def tell(self, make: Callable[[str], Command]) -> CommandAnswered:
        """Ask and show the answer in the health strip; a refusal is a notification too."""
        answer = await self.ask(make)
        if answer.text:
            self._strip.set_message(answer.text, Health.QUIET if answer.ok else Health.CARE)
        if not answer.ok:
            self._tray.notify(AlarmRank.CARE, self.tr("没有执行"), answer.text)
        return answer

    def send(self, make: Callable[[str], Command]) -> None:
        """`tell`, without waiting."""
        self.run(self.tell(make))
