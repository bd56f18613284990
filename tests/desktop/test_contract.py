"""The same window on a service in another process: where the service lives is a matter of composition."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from core.domain.enums import LinkState
from core.service.desk import DeskChoice
from core.service.news import DeskState, ItemsNews
from tests.desktop.child_service import ChildService
from tests.desktop.running import RunningDesk
from tests.fakes.desk import journal_rows

OpenDesk = Callable[..., RunningDesk]


def test_the_window_runs_against_a_service_in_a_child_process(open_desk: OpenDesk, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    service = ChildService(DeskChoice(seed=2, speed=20.0, data_dir=str(folder)))

    async def story(desk: RunningDesk) -> None:
        watchlist = desk.panels.watchlist
        await desk.until(lambda: watchlist.model.rowCount() > 5)  # a row appears
        await desk.until(lambda: [s for s in desk.told(DeskState) if s.link is LinkState.READY])
        symbol = next(iter(desk.panels.items.values())).symbol
        before = await desk.until(lambda: desk.panels.latest.get(symbol))
        await desk.until(lambda: desk.panels.latest[symbol].time_ms > before.time_ms)  # quotes arrive
        last, _ = watchlist.model.cell(0, watchlist.model.column_at("last"))
        assert Decimal(last) > 0

        item = next(iter(desk.panels.items.values()))
        told = len(desk.told(ItemsNews))
        desk.panels.item_saved.emit(replace(item, note="另一个进程"))  # an edit is saved
        await desk.until(lambda: len(desk.told(ItemsNews)) > told)
        assert desk.panels.items[item.item_id].note == "另一个进程"
        await desk.until(lambda: any(page.model.rowCount() for page in desk.panels.blotter.pages.values()))

    desk = open_desk(folder=folder, service=service).play(story)
    assert service.exit_code == 0
    assert service.messages > 3
    notes = journal_rows(desk.journal_path, "select note from watch_items")
    assert ("另一个进程",) in notes


def test_a_child_that_dies_is_said_on_the_window(open_desk: OpenDesk, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    service = ChildService(DeskChoice(seed=2, data_dir=str(folder)))

    async def story(desk: RunningDesk) -> None:
        await desk.until(lambda: desk.panels.watchlist.model.rowCount() > 5)
        service.kill()
        await desk.until(lambda: "the child is gone" in desk.message)
        assert any("the child is gone" in text for _, text in desk.notes)

    open_desk(folder=folder, service=service).play(story)
