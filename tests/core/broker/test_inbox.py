"""The hand-over to the loop: everything, in order, with one wake-up per drain."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from core.broker.inbox import Inbox


class CountingLoop(asyncio.SelectorEventLoop):
    """Counts how often other threads woke it."""

    wakes = 0

    def call_soon_threadsafe(
        self, callback: Callable[..., object], *args: Any, **kwargs: Any
    ) -> asyncio.Handle:  # type: ignore[override]
        self.wakes += 1
        return super().call_soon_threadsafe(callback, *args, **kwargs)


def test_ten_thousand_items_from_four_threads_none_lost_each_in_order() -> None:
    loop = CountingLoop()
    seen: list[tuple[int, int]] = []

    def take(item: tuple[int, int]) -> None:
        seen.append(item)
        if len(seen) == 10_000:
            loop.stop()

    inbox: Inbox[tuple[int, int]] = Inbox(loop, take)
    threads = [
        threading.Thread(target=lambda who=who: [inbox.put((who, n)) for n in range(2_500)])
        for who in range(4)
    ]
    for thread in threads:
        thread.start()
    loop.run_forever()
    for thread in threads:
        thread.join()
    loop.close()
    for who in range(4):
        assert [n for giver, n in seen if giver == who] == list(range(2_500))
    assert inbox.depth == 0
    assert inbox.peak_depth >= 1


def test_one_wake_up_per_drain() -> None:
    loop = CountingLoop()
    seen: list[int] = []
    inbox: Inbox[int] = Inbox(loop, seen.append)
    for n in range(1_000):
        inbox.put(n)
    assert (loop.wakes, inbox.depth, inbox.peak_depth) == (1, 1_000, 1_000)
    loop.call_later(0, lambda: None)
    loop.run_until_complete(asyncio.sleep(0))
    while inbox.depth:
        loop.run_until_complete(asyncio.sleep(0))
    assert (seen, loop.wakes) == (list(range(1_000)), 1)
    loop.close()


def test_a_failing_handler_is_logged_counted_and_loses_nothing(
    expect_log_error: Callable[[str], None],
) -> None:
    expect_log_error("broken handler")
    loop = asyncio.new_event_loop()
    seen: list[int] = []

    def take(item: int) -> None:
        if item == 1:
            raise ValueError("broken handler")
        seen.append(item)

    inbox: Inbox[int] = Inbox(loop, take)
    for n in range(3):
        inbox.put(n)
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    assert (seen, inbox.errors) == ([0, 2], 1)


def test_a_closed_loop_says_so_each_time() -> None:
    loop = asyncio.new_event_loop()
    inbox: Inbox[int] = Inbox(loop, lambda _item: None)
    loop.close()
    for _ in range(2):
        with pytest.raises(RuntimeError):
            inbox.put(1)
