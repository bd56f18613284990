"""News on their way to a window: nothing lost, in order; of quotes the newest; one wake-up per drain."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from core.service.news import News, QuotesNews
from core.service.outbox import Outbox
from tests.fakes.market import quote


@dataclass(frozen=True, slots=True)
class Numbered(News):
    """A piece of news with a number."""

    number: int
    writer: int = 0


def test_events_keep_their_order_and_quotes_their_newest() -> None:
    outbox = Outbox()
    outbox.put(Numbered(1))
    outbox.put_quotes([quote("600000.SH", "10:00:00", "10.00"), quote("000001.SZ", "10:00:00", "12.00")])
    outbox.put(Numbered(2))
    outbox.put_quotes([newest := quote("600000.SH", "10:00:03", "10.01")])
    quotes, *events = outbox.drain()
    assert isinstance(quotes, QuotesNews)
    assert {q.symbol: q.last for q in quotes.quotes} == {"600000.SH": newest.last, "000001.SZ": 12_000}
    assert events == [Numbered(1), Numbered(2)]
    assert (outbox.overwritten, outbox.depth, outbox.peak_depth) == (1, 0, 2)
    assert outbox.drain() == []


def test_the_consumer_is_woken_once_for_all_that_waits() -> None:
    outbox, wakes = Outbox(), []
    outbox.put(Numbered(0))
    outbox.connect(lambda: wakes.append(1))
    assert wakes == [1], "what came before the window wakes it too"
    for number in range(100):
        outbox.put(Numbered(number))
    assert wakes == [1]
    assert len(outbox.drain()) == 101
    outbox.put(Numbered(1))
    assert wakes == [1, 1]


def test_a_limited_drain_wakes_again_for_the_rest() -> None:
    outbox, wakes = Outbox(), []
    outbox.connect(lambda: wakes.append(1))
    for number in range(5):
        outbox.put(Numbered(number))
    assert outbox.drain(3) == [Numbered(0), Numbered(1), Numbered(2)]
    assert wakes == [1, 1]
    assert outbox.drain(3) == [Numbered(3), Numbered(4)]
    assert wakes == [1, 1]


def test_nobody_is_woken_after_disconnecting_and_nothing_is_lost() -> None:
    outbox, wakes = Outbox(), []
    outbox.connect(lambda: wakes.append(1))
    outbox.connect(None)
    outbox.put(Numbered(1))
    assert wakes == []
    assert outbox.drain() == [Numbered(1)]


def test_many_writers_and_one_reader_lose_nothing() -> None:
    outbox, woken, taken = Outbox(), threading.Event(), []
    outbox.connect(woken.set)

    def write(writer: int) -> None:
        for number in range(2_000):
            outbox.put(Numbered(number, writer))

    writers = [threading.Thread(target=write, args=(writer,)) for writer in range(4)]
    for thread in writers:
        thread.start()
    while len(taken) < 8_000:
        assert woken.wait(10)
        woken.clear()
        taken += outbox.drain(500)
    for thread in writers:
        thread.join()
    for writer in range(4):
        assert [one.number for one in taken if one.writer == writer] == list(range(2_000))
