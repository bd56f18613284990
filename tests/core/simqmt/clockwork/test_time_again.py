"""Lock-step: no time passes between a program's call and its arrival at the terminal, whatever the threads do."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from core.simqmt.clockwork.conductor import Rank
from tests.fakes.simqmt import Desk

Open = Callable[..., Desk]


def test_a_synchronous_call_is_at_the_terminal_before_time_goes_on(
    open_desk: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_desk()
    trader = desk.trader()
    start_ms, gone = desk.conductor.now_ms(), threading.Event()
    desk.conductor.schedule(start_ms + 5_000, Rank.TIMER, gone.set)
    submit, early = desk.terminal.front.submit, []

    def slowly(request: Any) -> int:
        early.append(gone.wait(0.2))
        return submit(request)

    monkeypatch.setattr(desk.terminal.front, "submit", slowly)
    assert trader.api.query_stock_asset(trader.account) is not None
    assert early == [False], "the clock went on while the request was on its way"
    assert desk.terminal.call_log[-1].time_ms == start_ms
    desk.settle("10:00:06")
    assert gone.is_set()


def test_an_answer_that_is_faster_than_the_parking_of_its_caller_leaves_nothing_counted(
    open_desk: Open,
) -> None:
    desk = open_desk()
    token = desk.conductor.parking()
    assert token is not None
    token.resume()
    token.park()
    assert desk.conductor.busy_labels() == {"test": 1}
    later = desk.conductor.park()
    assert later is not None
    assert desk.conductor.busy_labels() == {}
    for _ in range(2):
        later.resume()
    assert desk.conductor.busy_labels() == {"test": 1}
