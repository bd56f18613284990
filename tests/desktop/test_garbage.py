"""Cyclic garbage goes on the GUI thread, and while a desk runs nowhere else."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, QTimer
from pytestqt.qtbot import QtBot

from desktop import garbage
from desktop.garbage import Garbage


@pytest.fixture
def collector(qapp: object) -> Iterator[Garbage]:
    gc.collect()
    made = Garbage()
    yield made
    made.stop()
    made.deleteLater()
    assert gc.isenabled()


class Ring:
    """Refers to itself, so that only the collector ends it. Tells on which thread that was."""

    def __init__(self, ended: list[int]) -> None:
        self._ended = ended
        self._myself = self

    def __del__(self) -> None:
        self._ended.append(threading.get_ident())


def allocate(count: int) -> None:
    kept = [[number] for number in range(count)]
    del kept


def test_another_thread_that_allocates_collects_nothing(collector: Garbage) -> None:
    ended: list[int] = []
    Ring(ended)
    thread = threading.Thread(target=allocate, args=(200_000,))
    thread.start()
    thread.join()
    assert ended == []


def test_the_gui_thread_collects_what_piled_up(
    collector: Garbage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[int] = []
    Ring(ended)
    kept = [[number] for number in range(garbage.YOUNG + 1)]
    qtbot.waitUntil(lambda: bool(ended), timeout=5 * garbage.LOOK_MS + 5000)
    assert ended == [threading.get_ident()]
    assert kept


def test_a_window_that_was_closed_is_not_destroyed_on_the_trading_thread(
    collector: Garbage, qtbot: QtBot
) -> None:
    """Qt says "Timers cannot be stopped from another thread" and this test fails, were it otherwise."""
    holder = QObject()
    timer = QTimer(holder)
    timer.start(10)
    holder.myself = [holder, timer]  # type: ignore[attr-defined]
    del holder, timer
    thread = threading.Thread(target=allocate, args=(200_000,))
    thread.start()
    thread.join()
    gc.collect()
