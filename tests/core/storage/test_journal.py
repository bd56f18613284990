"""The journal in a real file: what is written is there, once, exact, in order."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.domain.enums import IntentState, OrderStatus
from core.errors import ContractError, JournalError, JournalRefused
from core.lanes import Lane
from core.ports import Journal
from core.storage.journal import SqliteJournal
from tests.core.storage.child import python
from tests.core.storage.conftest import Open, Run
from tests.core.storage.records import DAY, YESTERDAY, decision, intent, item, order, signal, trade

LIVE = [state for state in IntentState if not state.is_final]
FINAL = [state for state in IntentState if state.is_final]


def query(path: Path, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """What another program sees in the file."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql, values).fetchall()


def update(journal: SqliteJournal, intent_id: str, state: IntentState, **changes: Any) -> Any:
    values = {"order_id": 0, "filled": 0, "message": "", **changes}
    return journal.update_intent(intent_id, state, **values)


@pytest.fixture
def held_lane(lane: Lane) -> Iterator[threading.Event]:
    """The storage lane is busy until the event is set."""
    release = threading.Event()
    busy = threading.Event()

    def hold() -> None:
        busy.set()
        release.wait(10)

    lane.submit(hold)
    assert busy.wait(10)
    yield release
    release.set()


def test_it_keeps_the_contract(journal: SqliteJournal) -> None:
    keeper: Journal = journal
    assert keeper.tag


def test_a_new_journal_draws_a_tag_and_keeps_it(open_journal: Open, run: Run) -> None:
    first = open_journal()
    tag = first.tag
    assert re.fullmatch("[A-Z2-7]{4}", tag)
    run(first.close())
    assert open_journal(tag="ZZZZ").tag == tag


def test_a_given_tag_is_used(open_journal: Open) -> None:
    assert open_journal(tag="K7Q2").tag == "K7Q2"


def test_a_closed_journal_says_so(open_journal: Open, run: Run) -> None:
    journal = open_journal()
    run(journal.close())
    run(journal.close())
    with pytest.raises(JournalError, match="没有打开"):
        run(journal.commit_intent(intent()))
    with pytest.raises(JournalError, match="没有打开"):
        _ = journal.tag


def test_every_commit_waits_for_the_disk(journal: SqliteJournal, lane: Lane) -> None:
    store = journal._opened()

    def pragma(name: str) -> object:
        with store._connection.begin():
            return store._connection.exec_driver_sql(f"PRAGMA {name}").scalar()

    found = {
        name: lane.submit(pragma, name).result() for name in ("journal_mode", "synchronous", "foreign_keys")
    }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_all_records_come_back_in_order(open_journal: Open, run: Run) -> None:
    journal = open_journal()

    async def write() -> None:
        await journal.save_items([item(), item("w-2", extra=(("我的列", "a"),))])
        for number in (2, 1):
            await journal.add_signal(signal(f"S{number}"))
            await journal.add_decision(decision(f"D{number}"))
            await journal.commit_intent(intent(f"I{number}"))
            await journal.put_order(order(number))
            await journal.put_trade(trade(f"T{number}"))

    run(write())
    run(journal.close())
    state = run(open_journal().load(DAY))
    assert state.items == (item(), item("w-2", extra=(("我的列", "a"),)))
    assert state.signals == (signal("S2"), signal("S1"))
    assert state.decisions == (decision("D2"), decision("D1"))
    assert state.intents == (intent("I2"), intent("I1"))
    assert state.orders == (order(2), order(1))
    assert state.trades == (trade("T2"), trade("T1"))


def test_an_empty_day_is_empty(journal: SqliteJournal, run: Run) -> None:
    state = run(journal.load(DAY))
    assert not any((state.items, state.intents, state.signals, state.decisions, state.orders, state.trades))


def test_load_brings_the_day_and_every_live_intent(journal: SqliteJournal, run: Run) -> None:
    async def write() -> None:
        await journal.commit_intent(intent("old-live", created=YESTERDAY, state=IntentState.WORKING))
        await journal.commit_intent(intent("old-final", created=YESTERDAY, state=IntentState.FILLED))
        await journal.commit_intent(intent("new-final", state=IntentState.FILLED))
        await journal.add_signal(signal("old", time=YESTERDAY))
        await journal.add_decision(decision("old", time=YESTERDAY))
        await journal.put_order(order(1, time=YESTERDAY))
        await journal.put_trade(trade("old", time=YESTERDAY))

    run(write())
    state = run(journal.load(DAY))
    assert [found.intent_id for found in state.intents] == ["old-live", "new-final"]
    assert not any((state.signals, state.decisions, state.orders, state.trades))


def test_the_day_is_the_day_in_shanghai(journal: SqliteJournal, run: Run) -> None:
    late = datetime.fromisoformat("2026-11-19T18:30:00+00:00")
    run(journal.add_signal(signal(time=late)))
    (found,) = run(journal.load(DAY)).signals
    assert found.time == late
    assert found.time.utcoffset() == timedelta(hours=8)


def test_a_time_without_a_zone_is_a_programming_error(journal: SqliteJournal, run: Run) -> None:
    with pytest.raises(ContractError, match="without a zone"):
        run(journal.add_signal(signal(time=datetime(2026, 11, 20, 10, 0))))
    assert run(journal.load(DAY)).signals == ()


def test_prices_are_stored_as_integers(journal: SqliteJournal, run: Run) -> None:
    run(journal.commit_intent(intent(price=Decimal("4.718"))))
    run(journal.save_items([item()]))
    rows = query(journal.path, "SELECT price, typeof(price), typeof(volume) FROM intents")
    assert rows == [(47_180, "integer", "integer")]
    assert query(journal.path, "SELECT stop_loss, min_trade_amount FROM watch_items") == [
        (13_600_000, 50_000_000)
    ]


# the watchlist


def test_a_replaced_item_keeps_its_place(journal: SqliteJournal, run: Run) -> None:
    async def write() -> None:
        await journal.save_items([item("a"), item("b"), item("c")])
        await journal.save_items([item("d"), item("a", note="新")], ["b"])

    run(write())
    found = run(journal.load(DAY)).items
    assert [(one.item_id, one.note) for one in found] == [("a", "新"), ("c", ""), ("d", "")]


def test_removing_and_adding_again_gives_a_new_order(journal: SqliteJournal, run: Run) -> None:
    async def write() -> None:
        await journal.save_items([item("a"), item("b")])
        await journal.save_items([item("b"), item("a")], ["a", "b"])

    run(write())
    assert [one.item_id for one in run(journal.load(DAY)).items] == ["b", "a"]


def test_a_watchlist_that_cannot_be_saved_whole_is_not_saved(journal: SqliteJournal, run: Run) -> None:
    run(journal.save_items([item("a")]))
    with pytest.raises(JournalError, match="64 位"):
        run(journal.save_items([item("b"), item("c", interval_s=2**70)], ["a"]))
    assert [one.item_id for one in run(journal.load(DAY)).items] == ["a"]


# intents


@pytest.mark.parametrize("state", LIVE)
def test_a_trigger_with_a_live_intent_takes_no_second(
    journal: SqliteJournal, run: Run, state: IntentState
) -> None:
    run(journal.commit_intent(intent("I1", trigger="t")))
    run(update(journal, "I1", state))
    with pytest.raises(JournalRefused, match="I1"):
        run(journal.commit_intent(intent("I2", trigger="t")))
    assert [found.intent_id for found in run(journal.load(DAY)).intents] == ["I1"]


@pytest.mark.parametrize("state", FINAL)
def test_a_trigger_whose_intents_are_final_takes_another(
    journal: SqliteJournal, run: Run, state: IntentState
) -> None:
    for number in range(3):
        run(journal.commit_intent(intent(f"I{number}", trigger="t")))
        run(update(journal, f"I{number}", state))
    run(journal.commit_intent(intent("last", trigger="t")))
    assert len(run(journal.load(DAY)).intents) == 4


def test_a_live_intent_before_a_final_one_still_blocks(journal: SqliteJournal, run: Run) -> None:
    async def write() -> None:
        await journal.commit_intent(intent("I1", trigger="t"))
        await update(journal, "I1", IntentState.CANCELED)
        await journal.commit_intent(intent("I2", trigger="t"))
        await update(journal, "I2", IntentState.NOT_SENT)
        # The broker turns out to have it after all: a fact, whatever the rule says.
        await update(journal, "I1", IntentState.WORKING, order_id=7)
        await journal.commit_intent(intent("I3", trigger="t"))

    with pytest.raises(JournalRefused, match="I1"):
        run(write())


def test_manual_intents_have_no_trigger_and_never_block(journal: SqliteJournal, run: Run) -> None:
    async def write() -> None:
        for number in range(3):
            await journal.commit_intent(intent(f"I{number}", trigger=""))

    run(write())
    assert len(run(journal.load(DAY)).intents) == 3


def test_the_file_itself_refuses_a_second_live_intent(journal: SqliteJournal, run: Run) -> None:
    run(journal.commit_intent(intent("I1", trigger="t")))
    with closing(sqlite3.connect(journal.path)) as other, pytest.raises(sqlite3.IntegrityError):
        other.execute(
            "INSERT INTO intents SELECT NULL, 'I2', day, account_id, symbol, side, volume, price, created, state,"
            " item_id, signal_id, kind, trigger_key, order_id, filled, message, exempt FROM intents"
        )


def test_an_intent_id_is_used_once(journal: SqliteJournal, run: Run) -> None:
    run(journal.commit_intent(intent("I1")))
    with pytest.raises(JournalRefused, match="不写第二次"):
        run(journal.commit_intent(intent("I1", volume=900)))
    assert run(journal.load(DAY)).intents == (intent("I1"),)


def test_an_intent_follows_its_order(journal: SqliteJournal, run: Run) -> None:
    run(journal.commit_intent(intent("I1")))
    run(update(journal, "I1", IntentState.UNKNOWN, order_id=7, filled=100, message="没有答复"))
    (found,) = run(journal.load(DAY)).intents
    assert found == intent("I1", state=IntentState.UNKNOWN, order_id=7, filled=100, message="没有答复")


def test_news_of_an_intent_the_journal_does_not_hold(journal: SqliteJournal, run: Run) -> None:
    with pytest.raises(JournalError, match="没有意图 I9"):
        run(update(journal, "I9", IntentState.WORKING))
    # Nothing was written and nothing was sent: nothing to say.
    run(update(journal, "I9", IntentState.NOT_SENT))
    assert run(journal.load(DAY)).intents == ()


def test_a_vendor_text_that_is_not_text_keeps_no_record_out(journal: SqliteJournal, run: Run) -> None:
    run(journal.commit_intent(intent("I1")))
    run(update(journal, "I1", IntentState.REFUSED, message="可用资金\udcff不足"))
    assert run(journal.load(DAY)).intents[0].message == "可用资金\\udcff不足"


# orders and trades


def test_an_order_is_one_row_with_the_newest_state(journal: SqliteJournal, run: Run) -> None:
    newest = order(status=OrderStatus.SUCCEEDED, traded_volume=300, traded_price=Decimal("1468.1234"))

    async def write() -> None:
        await journal.put_order(order())
        await journal.put_order(order(1002))
        await journal.put_order(newest)

    run(write())
    assert run(journal.load(DAY)).orders == (newest, order(1002))


def test_order_numbers_start_again_next_day(journal: SqliteJournal, run: Run) -> None:
    run(journal.put_order(order(time=YESTERDAY)))
    run(journal.put_order(order()))
    assert run(journal.load(DAY)).orders == (order(),)
    assert run(journal.load(YESTERDAY.date())).orders == (order(time=YESTERDAY),)


def test_a_fill_told_twice_counts_once(journal: SqliteJournal, run: Run) -> None:
    async def write() -> None:
        await journal.put_trade(trade())
        await journal.put_trade(trade(volume=999))
        await journal.put_trade(trade(account_id="88800002"))

    run(write())
    assert run(journal.load(DAY)).trades == (trade(), trade(account_id="88800002"))


# numbers


def test_numbers_are_given_once_a_day(open_journal: Open, run: Run) -> None:
    journal = open_journal()
    other = date(2026, 11, 23)
    assert [run(journal.next_id(DAY)) for _ in range(3)] == [1, 2, 3]
    assert run(journal.next_id(other)) == 1
    run(journal.close())
    assert run(open_journal().next_id(DAY)) == 4


def test_numbers_asked_for_at_once_are_all_different(journal: SqliteJournal, run: Run) -> None:
    async def ask() -> list[int]:
        return await asyncio.gather(*(journal.next_id(DAY) for _ in range(200)))

    assert sorted(run(ask())) == list(range(1, 201))


# many writes at once


def test_a_burst_shares_the_disk_and_keeps_its_order(
    journal: SqliteJournal, run: Run, held_lane: threading.Event
) -> None:
    async def write() -> None:
        writes = [asyncio.ensure_future(journal.commit_intent(intent(f"I{number}"))) for number in range(150)]
        await asyncio.sleep(0)
        held_lane.set()
        await asyncio.gather(*writes)

    run(write())
    found = run(journal.load(DAY)).intents
    assert [one.intent_id for one in found] == [f"I{number}" for number in range(150)]


def test_one_bad_write_in_a_burst_fails_alone(
    journal: SqliteJournal, run: Run, held_lane: threading.Event
) -> None:
    async def write() -> list[BaseException | None]:
        writes = [
            asyncio.ensure_future(journal.commit_intent(intent(name, trigger=trigger)))
            for name, trigger in [("I1", "t"), ("I2", "t"), ("I3", "u")]
        ]
        await asyncio.sleep(0)
        held_lane.set()
        return await asyncio.gather(*writes, return_exceptions=True)

    first, second, third = run(write())
    assert first is None
    assert isinstance(second, JournalRefused)
    assert third is None
    assert [found.intent_id for found in run(journal.load(DAY)).intents] == ["I1", "I3"]


def test_a_write_given_up_before_its_turn_is_not_made(
    journal: SqliteJournal, run: Run, held_lane: threading.Event
) -> None:
    async def write() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await journal.commit_intent(intent("late"))
        held_lane.set()
        await journal.commit_intent(intent("I1"))

    run(write())
    assert [found.intent_id for found in run(journal.load(DAY)).intents] == ["I1"]


def test_what_was_asked_before_closing_is_written(open_journal: Open, run: Run) -> None:
    journal = open_journal()

    async def write() -> None:
        writes = [asyncio.ensure_future(journal.commit_intent(intent(f"I{n}"))) for n in range(100)]
        await asyncio.sleep(0)
        await journal.close()
        await asyncio.gather(*writes)

    run(write())
    assert len(run(open_journal().load(DAY)).intents) == 100


# what it costs


def test_importing_the_journal_imports_no_database_library() -> None:
    code = "import sys, core.storage.journal; print('sqlalchemy' in sys.modules, 'alembic' in sys.modules)"
    assert python(code).stdout.split() == ["False", "False"]


def test_an_up_to_date_journal_opens_without_alembic(open_journal: Open, run: Run) -> None:
    journal = open_journal()
    run(journal.close())
    code = """
import sys
from pathlib import Path
from core.storage.store import Store
store = Store(Path(sys.argv[1]), None, 50)
print(store.tag, 'alembic' in sys.modules)
store.close()
"""
    done = python(code, str(journal.path))
    assert done.stdout.split()[1:] == ["False"], done.stderr
