"""The same window on a service on a thread and in another process: where it lives is a matter of composition."""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from core.domain.enums import LinkState
from core.service.commands import Command
from core.service.desk import Composer, DeskChoice
from core.service.news import DeskState, ItemsNews, News
from core.service.process import DeskProcess
from core.service.runtime import DeskThread
from tests.desktop.running import RunningDesk
from tests.fakes.desk import journal_rows

OpenDesk = Callable[..., RunningDesk]


class PickledThread(DeskThread):
    """On a thread, but nothing crosses that could not go through a pipe."""

    def drain(self, limit: int | None = None) -> list[News]:
        return list(pickle.loads(pickle.dumps(super().drain(limit))))

    def post(self, command: Command) -> None:
        super().post(pickle.loads(pickle.dumps(command)))


@pytest.mark.parametrize("home", [DeskProcess, DeskThread, PickledThread])
def test_the_window_does_not_notice_where_the_service_lives(
    open_desk: OpenDesk, tmp_path: Path, home: type[DeskProcess] | type[DeskThread]
) -> None:
    folder = tmp_path / "data"
    service = home(Composer(DeskChoice(seed=2, speed=20.0, data_dir=str(folder))))

    async def story(desk: RunningDesk) -> None:
        watchlist = desk.panels.watchlist
        await desk.until(lambda: watchlist.model.rowCount() > 5)  # rows appear
        await desk.until(lambda: [s for s in desk.told(DeskState) if s.link is LinkState.READY])
        symbol = next(iter(desk.panels.items.values())).symbol
        before = await desk.until(lambda: desk.panels.latest.get(symbol))
        await desk.until(lambda: desk.panels.latest[symbol].time_ms > before.time_ms)  # quotes arrive
        last, _ = watchlist.model.cell(0, watchlist.model.column_at("last"))
        assert Decimal(last) > 0

        item = next(iter(desk.panels.items.values()))
        told = len(desk.told(ItemsNews))
        desk.panels.item_saved.emit(replace(item, note="住在哪里都一样"))  # an edit is saved
        await desk.until(lambda: len(desk.told(ItemsNews)) > told)
        assert desk.panels.items[item.item_id].note == "住在哪里都一样"
        await desk.until(lambda: desk.panels.blotter.pages["positions"].model.rowCount())

    desk = open_desk(folder=folder, service=service).play(story)
    assert ("住在哪里都一样",) in journal_rows(desk.journal_path, "select note from watch_items")


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
@pytest.mark.capability("000-61")
def test_000_61_a_desk_process_that_dies_is_said_on_the_window(open_desk: OpenDesk) -> None:
    async def story(desk: RunningDesk) -> None:
        await desk.until(lambda: desk.panels.watchlist.model.rowCount() > 5)
        service = desk.program.service
        assert isinstance(service, DeskProcess)
        assert service.pid is not None
        os.kill(service.pid, signal.SIGKILL)
        await desk.until(lambda: "意外退出" in desk.message)
        assert any("持仓没有保护" in text for _, text in desk.notes)

    open_desk("--seed", "2").play(story)
