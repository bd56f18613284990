"""A desk in a process of its own: commands in, news out, an orderly end, and an end that was not."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from core.domain.enums import LinkState
from core.errors import UserError
from core.service.commands import ExportWatchlist
from core.service.desk import Composer, DeskChoice
from core.service.news import CommandAnswered, DeskState, News, ServiceStopped, TradeNews
from core.service.outbox import Outbox
from core.service.process import DeskProcess
from core.service.runtime import Desk

WAIT_S = 60.0


class Reader:
    """Takes a service's news as they come and lets a test wait for one."""

    def __init__(self, service: DeskProcess) -> None:
        self.news: list[News] = []
        self._service = service
        self._woken = threading.Event()
        service.connect(self._woken.set)

    def until(self, wanted: Callable[[News], bool]) -> News:
        """The first news that is wanted, among those that came and those to come."""
        seen = 0
        deadline = time.monotonic() + WAIT_S
        while True:
            for one in self.news[seen:]:
                if wanted(one):
                    return one
            seen = len(self.news)
            assert self._woken.wait(max(deadline - time.monotonic(), 0)), "the news did not come"
            self._woken.clear()
            self.news += self._service.drain()


def refuse(_outbox: Outbox) -> Desk:
    """A desk that cannot be had."""
    raise UserError("没有这张桌子。")


def test_the_paper_desk_trades_in_its_own_process(tmp_path: Path) -> None:
    service = DeskProcess(Composer(DeskChoice(seed=1, speed=20, data_dir=str(tmp_path))))
    reader = Reader(service)
    service.start()
    reader.until(lambda one: isinstance(one, DeskState) and one.link is LinkState.READY)
    assert service.pid not in (None, os.getpid())
    reader.until(lambda one: isinstance(one, TradeNews))
    target = tmp_path / "w.csv"
    service.post(ExportWatchlist("c1", str(target)))
    answer = reader.until(lambda one: isinstance(one, CommandAnswered))
    assert isinstance(answer, CommandAnswered)
    assert (answer.command_id, answer.ok) == ("c1", True)
    assert target.read_text(encoding="utf-8-sig").startswith("symbol,")
    assert service.stop(WAIT_S)
    last = reader.until(lambda one: isinstance(one, ServiceStopped))
    assert last == ServiceStopped("")
    assert not (tmp_path / "paper" / "seed-1" / "running").exists()


def test_a_desk_that_cannot_be_composed_says_why() -> None:
    service = DeskProcess(refuse)
    reader = Reader(service)
    service.start()
    assert reader.until(lambda one: isinstance(one, ServiceStopped)) == ServiceStopped("没有这张桌子。")
    assert service.stop(WAIT_S)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_a_desk_that_dies_is_told(tmp_path: Path) -> None:
    service = DeskProcess(Composer(DeskChoice(seed=1, data_dir=str(tmp_path))))
    reader = Reader(service)
    service.start()
    reader.until(lambda one: isinstance(one, DeskState) and one.link is LinkState.READY)
    assert service.pid is not None
    os.kill(service.pid, signal.SIGKILL)
    last = reader.until(lambda one: isinstance(one, ServiceStopped))
    assert isinstance(last, ServiceStopped)
    assert "意外退出" in last.error
    assert service.stop(WAIT_S)
