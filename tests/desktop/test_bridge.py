"""The bridge alone: one wake-up a drain, frames, order, answers and their deadlines."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar

import pytest
import qasync
from PySide6.QtWidgets import QApplication

from core.domain.enums import AlarmRank
from core.service import commands as c
from core.service import news as n
from core.service.outbox import Outbox
from desktop.bridge import BATCH, FRAME_S, Bridge
from tests.fakes.market import quote
from tests.fakes.records import MOMENT

T = TypeVar("T")
Story = Callable[[], Coroutine[Any, Any, None]]
Play = Callable[[Story], None]


class FakeService:
    """An outbox, and what was posted. Counts how often the consumer is woken."""

    def __init__(self) -> None:
        self.outbox = Outbox()
        self.posted: list[c.Command] = []
        self.wakes = 0

    def connect(self, wake: Callable[[], None] | None) -> None:
        def counted() -> None:
            self.wakes += 1
            assert wake is not None
            wake()

        self.outbox.connect(counted if wake is not None else None)

    def drain(self, limit: int | None = None) -> list[n.News]:
        return self.outbox.drain(limit)

    def post(self, command: c.Command) -> None:
        self.posted.append(command)


class Listener:
    """Batches as the window gets them, with their times."""

    def __init__(self, bridge: Bridge, loop: asyncio.AbstractEventLoop) -> None:
        self.batches: list[list[n.News]] = []
        self.times: list[float] = []
        self._loop = loop
        bridge.news_arrived.connect(self._take)

    def _take(self, news: list[n.News]) -> None:
        self.batches.append(news)
        self.times.append(self._loop.time())

    @property
    def news(self) -> list[n.News]:
        return [one for batch in self.batches for one in batch]


@pytest.fixture
def loop(qapp: QApplication) -> Iterator[asyncio.AbstractEventLoop]:
    made = qasync.QEventLoop(qapp)
    asyncio.set_event_loop(made)
    yield made
    made.close()
    asyncio.set_event_loop(None)


@pytest.fixture
def service() -> FakeService:
    return FakeService()


@pytest.fixture
def bridge(loop: asyncio.AbstractEventLoop, service: FakeService) -> Iterator[Bridge]:
    made = Bridge(service, loop)
    yield made
    made.deleteLater()


def alarm(number: int) -> n.AlarmNews:
    return n.AlarmNews(str(number), AlarmRank.MESSAGE, "t", "x", MOMENT)


async def until(what: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not what():
            await asyncio.sleep(0)


def test_many_news_wake_the_window_once(
    loop: asyncio.AbstractEventLoop, service: FakeService, bridge: Bridge
) -> None:
    async def story() -> None:
        listener = Listener(bridge, loop)
        bridge.open()
        thread = threading.Thread(target=lambda: [service.outbox.put(alarm(i)) for i in range(1000)])
        thread.start()
        thread.join()  # the GUI thread does not drain meanwhile
        assert service.wakes == 1
        await until(lambda: listener.batches)
        assert listener.batches == [[alarm(i) for i in range(1000)]]
        assert service.wakes == 1

    loop.run_until_complete(story())


def test_what_was_said_before_the_window_listened_is_told(
    loop: asyncio.AbstractEventLoop, service: FakeService, bridge: Bridge
) -> None:
    async def story() -> None:
        service.outbox.put(alarm(1))
        listener = Listener(bridge, loop)
        bridge.open()
        await until(lambda: listener.news)
        assert listener.news == [alarm(1)]

    loop.run_until_complete(story())


def test_batches_come_at_frame_pace_and_nothing_is_lost(
    loop: asyncio.AbstractEventLoop, service: FakeService, bridge: Bridge
) -> None:
    """A service that speaks without a pause is heard once a frame."""
    count = 3000

    async def story() -> None:
        listener = Listener(bridge, loop)
        bridge.open()
        told = 0
        while told < count:
            service.outbox.put(alarm(told))
            told += 1
            await asyncio.sleep(0)
        await until(lambda: len(listener.news) == count)
        assert listener.news == [alarm(i) for i in range(count)]
        gaps = [b - a for a, b in zip(listener.times, listener.times[1:], strict=False)]
        assert gaps
        assert min(gaps) >= FRAME_S * 0.9

    loop.run_until_complete(story())


def test_a_flood_comes_in_batches_of_the_limit_in_order(
    loop: asyncio.AbstractEventLoop, service: FakeService, bridge: Bridge
) -> None:
    count = 2 * BATCH + 7

    async def story() -> None:
        listener = Listener(bridge, loop)
        for number in range(count):
            service.outbox.put(alarm(number))
        bridge.open()
        await until(lambda: len(listener.news) == count)
        assert [len(batch) for batch in listener.batches] == [BATCH, BATCH, 7]
        assert listener.news == [alarm(i) for i in range(count)]

    loop.run_until_complete(story())


def test_of_quotes_the_newest_of_a_symbol_is_told(
    loop: asyncio.AbstractEventLoop, service: FakeService, bridge: Bridge
) -> None:
    old, new = quote("600000.SH", "10:00:00", "10.00"), quote("600000.SH", "10:00:03", "10.01")
    other = quote("000001.SZ", "10:00:00", "11.00")

    async def story() -> None:
        listener = Listener(bridge, loop)
        service.outbox.put_quotes([old, other])
        service.outbox.put_quotes([new])
        bridge.open()
        await until(lambda: listener.news)
        assert listener.news == [n.QuotesNews((new, other))]
        assert service.outbox.overwritten == 1

    loop.run_until_complete(story())


def test_a_question_gets_its_own_answer(
    loop: asyncio.AbstractEventLoop, service: FakeService, bridge: Bridge
) -> None:
    async def story() -> None:
        bridge.open()
        first, second = c.SetAutomation(bridge.new_id(), True), c.SetAutomation(bridge.new_id(), False)
        asked = [asyncio.ensure_future(bridge.ask(one)) for one in (first, second)]
        await until(lambda: len(service.posted) == 2)
        service.outbox.put(n.CommandAnswered(second.command_id, False, "不行", "armed"))
        service.outbox.put(n.CommandAnswered(first.command_id, True, "好"))
        answers = await asyncio.gather(*asked)
        assert [one.text for one in answers] == ["好", "不行"]
        assert service.posted == [first, second]

    loop.run_until_complete(story())


def test_a_question_without_an_answer_ends_at_its_deadline_and_a_late_answer_harms_nobody(
    loop: asyncio.AbstractEventLoop, service: FakeService, bridge: Bridge
) -> None:
    async def story() -> None:
        listener = Listener(bridge, loop)
        bridge.open()
        late = c.SetAutomation(bridge.new_id(), True)
        answer = await bridge.ask(late, deadline_s=0.05)
        assert not answer.ok
        assert "没有答复" in answer.text
        assert "可能仍会执行" in answer.text
        service.outbox.put(n.CommandAnswered(late.command_id, True, "迟到"))
        following = asyncio.ensure_future(bridge.ask(c.SetAutomation(bridge.new_id(), False)))
        await until(lambda: len(service.posted) == 2)
        service.outbox.put(n.CommandAnswered(service.posted[1].command_id, True, "准时"))
        assert (await following).text == "准时"
        assert n.CommandAnswered(late.command_id, True, "迟到") in listener.news

    loop.run_until_complete(story())


def test_a_closed_bridge_hears_nothing_and_lets_questions_go(
    loop: asyncio.AbstractEventLoop, service: FakeService, bridge: Bridge
) -> None:
    async def story() -> None:
        listener = Listener(bridge, loop)
        bridge.open()
        asked = asyncio.ensure_future(bridge.ask(c.SetAutomation(bridge.new_id(), True)))
        await until(lambda: service.posted)
        bridge.close()
        service.outbox.put(alarm(1))
        with pytest.raises(asyncio.CancelledError):
            await asked
        assert listener.news == []
        assert service.wakes == 0

    loop.run_until_complete(story())


def test_a_service_that_outlives_the_window_is_not_disturbed(
    loop: asyncio.AbstractEventLoop, service: FakeService, bridge: Bridge
) -> None:
    """The service's thread rings after the window's loop is gone: no error comes back to it."""
    bridge.open()
    loop.close()
    service.outbox.put(alarm(1))
    assert service.drain() == [alarm(1)]
