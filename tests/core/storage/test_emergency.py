"""The emergency file: a stop is durable where the journal is not, and ends up in the journal once."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.domain.enums import IntentState
from core.domain.trading import Intent
from core.errors import JournalError
from core.storage import emergency
from core.storage.emergency import CAPACITY, FILE_SIZE, PAGE_SIZE, EmergencyFile, merge
from core.storage.journal import SqliteJournal
from tests.core.storage import records
from tests.core.storage.child import python
from tests.core.storage.conftest import Run
from tests.core.storage.records import DAY, intent


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "desk" / "journal.emergency"


@pytest.fixture
def file(path: Path) -> Iterator[EmergencyFile]:
    file = EmergencyFile(path)
    yield file
    file.close()


def ids(intents: Sequence[Intent]) -> list[str]:
    return [one.intent_id for one in intents]


def reopen(file: EmergencyFile, path: Path) -> EmergencyFile:
    file.close()
    return EmergencyFile(path)


def damage(path: Path, page: int, offset: int, data: bytes) -> None:
    with path.open("r+b") as raw:
        raw.seek(page * PAGE_SIZE + offset)
        raw.write(data)


def test_the_space_is_taken_when_it_is_opened(file: EmergencyFile, path: Path) -> None:
    assert path.stat().st_size == FILE_SIZE
    if sys.platform != "win32":
        assert path.stat().st_blocks * 512 >= FILE_SIZE, "a hole has no space of its own"
    assert file.pending().intents == ()


def test_records_come_back_in_order_after_a_restart(file: EmergencyFile, path: Path) -> None:
    written = [intent(f"I{number}", trigger=f"t{number}") for number in range(3)]
    for one in written:
        file.append(one)
    again = reopen(file, path)
    assert again.pending().intents == tuple(written)
    again.append(intent("I3"))
    assert ids(again.pending().intents) == ["I0", "I1", "I2", "I3"]
    assert path.stat().st_size == FILE_SIZE
    again.close()


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(written=st.lists(records.intents, max_size=4))
def test_any_intent_comes_back_the_same(file: EmergencyFile, written: list[Intent]) -> None:
    file.clear()
    for one in written:
        file.append(one)
    assert file.pending().intents == tuple(written)


def test_a_long_message_gives_way_to_the_intent(file: EmergencyFile) -> None:
    file.append(intent("I1", message="原文" * 1000))
    assert file.pending().intents == (intent("I1"),)


def test_an_intent_that_does_not_fit_is_refused_and_takes_no_page(file: EmergencyFile) -> None:
    with pytest.raises(JournalError, match="不能发送"):
        file.append(intent("I1", item_id="w" * 2000))
    file.append(intent("I2"))
    assert ids(file.pending().intents) == ["I2"]


def test_a_full_file_says_so_and_keeps_what_it_has(file: EmergencyFile) -> None:
    for number in range(CAPACITY):
        file.append(intent(f"I{number}"))
    with pytest.raises(JournalError, match=f"已写满 {CAPACITY} 条"):
        file.append(intent("one too many"))
    assert len(file.pending().intents) == CAPACITY
    file.clear()
    file.append(intent("again"))
    assert ids(file.pending().intents) == ["again"]


@pytest.mark.parametrize("kept", [1, 9, 10, 11, 100, 300])
def test_a_record_torn_by_a_power_cut_is_ignored_and_reported(
    file: EmergencyFile, path: Path, kept: int
) -> None:
    """Only the first `kept` bytes of the second record reached the disk."""
    for number in range(3):
        file.append(intent(f"I{number}"))
    damage(path, 2, kept, bytes(PAGE_SIZE - kept))
    again = reopen(file, path)
    pending = again.pending()
    assert ids(pending.intents) == ["I0", "I2"]
    assert pending.torn == (2,)
    again.append(intent("I3"))
    assert ids(again.pending().intents) == ["I0", "I2", "I3"]
    again.close()


def test_a_page_is_not_written_twice_after_a_failure(
    file: EmergencyFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.append(intent("I0"))

    def broken(fd: int) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(emergency, "_sync", broken)
        with pytest.raises(JournalError, match="无法写入"):
            file.append(intent("I1"))
    file.append(intent("I2"))
    # I1 may or may not be on the disk; it was not acknowledged, and it must not be lost if it is.
    assert ids(file.pending().intents) == ["I0", "I1", "I2"]


def test_a_file_of_something_else_is_left_alone(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"My diary." * 100)
    with pytest.raises(JournalError, match="不是盯盘的应急文件"):
        EmergencyFile(path)
    assert path.read_bytes() == b"My diary." * 100


def test_a_crash_while_it_was_made_is_made_good(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(bytes(5 * PAGE_SIZE))
    file = EmergencyFile(path)
    file.append(intent("I1"))
    assert path.stat().st_size == FILE_SIZE
    assert ids(file.pending().intents) == ["I1"]
    file.close()


def test_a_place_where_it_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "journal.emergency").mkdir()
    with pytest.raises(JournalError, match="无法打开"):
        EmergencyFile(tmp_path / "journal.emergency")


def test_a_closed_file_says_so(file: EmergencyFile) -> None:
    file.close()
    with pytest.raises(JournalError, match="没有打开"):
        file.append(intent("I1"))


# merging


def test_a_merge_brings_everything_into_the_journal_once(
    file: EmergencyFile, journal: SqliteJournal, run: Run
) -> None:
    run(journal.commit_intent(intent("I0", message="首次")))
    for number in range(3):
        file.append(intent(f"I{number}"))
    done = run(merge(file, journal))
    assert (done.adopted, done.known, done.torn) == (("I1", "I2"), ("I0",), ())
    assert file.pending().intents == ()
    assert run(journal.load(DAY)).intents == (intent("I0", message="首次"), intent("I1"), intent("I2"))
    assert run(merge(file, journal)).adopted == ()


def test_a_crash_between_journal_and_clearing_changes_nothing(
    file: EmergencyFile, journal: SqliteJournal, run: Run
) -> None:
    file.append(intent("I1"))
    run(journal.adopt_intents(file.pending().intents))
    run(journal.update_intent("I1", IntentState.FILLED, order_id=7, filled=300, message=""))
    done = run(merge(file, journal))
    assert (done.adopted, done.known) == ((), ("I1",))
    (found,) = run(journal.load(DAY)).intents
    assert (found.state, found.filled) == (IntentState.FILLED, 300)


def test_a_merge_records_the_fact_even_against_the_rule_of_the_trigger(
    file: EmergencyFile, journal: SqliteJournal, run: Run
) -> None:
    """The stop was sent; a journal that refused to hear of it would be the worse journal."""
    run(journal.commit_intent(intent("I1", trigger="t")))
    file.append(intent("I2", trigger="t"))
    assert run(merge(file, journal)).adopted == ("I2",)
    with pytest.raises(JournalError):
        run(journal.commit_intent(intent("I3", trigger="t")))
    assert ids(run(journal.load(DAY)).intents) == ["I1", "I2"]


def test_a_journal_that_fails_again_loses_nothing(
    file: EmergencyFile, journal: SqliteJournal, run: Run
) -> None:
    file.append(intent("I1"))
    run(journal.close())
    with pytest.raises(JournalError):
        run(merge(file, journal))
    assert ids(file.pending().intents) == ["I1"]


def test_what_is_appended_during_a_merge_waits_for_the_next(
    file: EmergencyFile, journal: SqliteJournal, run: Run
) -> None:
    class Interrupted:
        async def adopt_intents(self, intents: Sequence[Intent]) -> tuple[str, ...]:
            file.append(intent("late"))
            return await journal.adopt_intents(intents)

    file.append(intent("I1"))
    assert run(merge(file, Interrupted())).adopted == ("I1",)
    assert ids(file.pending().intents) == ["late"]
    assert run(merge(file, journal)).adopted == ("late",)


def test_a_torn_record_is_reported_by_the_merge_and_then_gone(
    file: EmergencyFile, path: Path, journal: SqliteJournal, run: Run
) -> None:
    file.append(intent("I1"))
    file.append(intent("I2"))
    damage(path, 1, 50, bytes(20))
    done = run(merge(file, journal))
    assert (done.adopted, done.torn) == (("I2",), (1,))
    assert run(merge(file, journal)).torn == ()


def test_a_record_of_a_newer_version_is_not_thrown_away(
    file: EmergencyFile, journal: SqliteJournal, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = emergency.rows.intent_to_row(intent("I1"))
    with monkeypatch.context() as patched:
        patched.setattr(emergency.rows, "intent_to_row", lambda _: {**row, "state": "TELEPORTED"})
        file.append(intent("I1"))
    with pytest.raises(JournalError, match="读不懂"):
        run(merge(file, journal))
    with pytest.raises(JournalError, match="读不懂"):
        file.pending()


# a full disk

FULL_DISK = """
import json, resource, sys
from pathlib import Path
import asyncio
from core.errors import JournalError
from core.lanes import Lane
from core.ports import NoActivity
from core.storage.emergency import EmergencyFile, merge
from core.storage.journal import SqliteJournal
from tests.core.storage.records import DAY, intent

async def main():
    folder = Path(sys.argv[1])
    lane = Lane('storage', NoActivity())
    journal = SqliteJournal(folder / 'journal.db', lane)
    await journal.open()
    file = EmergencyFile(folder / 'journal.emergency')
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    written = (folder / 'journal.db-wal').stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (written + 64 * 1024, hard))
    said = {'acknowledged': [], 'error': '', 'stops': []}
    for number in range(1000):
        try:
            await journal.commit_intent(intent(f'I{number}', message='x' * 500))
        except JournalError as error:
            said['error'] = str(error)
            break
        said['acknowledged'].append(f'I{number}')
    for number in range(20):
        file.append(intent(f'stop{number}', message='x' * 500))
        said['stops'].append(f'stop{number}')
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    done = await merge(file, journal)
    said['adopted'] = list(done.adopted)
    await journal.close()
    await journal.open()
    said['found'] = [one.intent_id for one in (await journal.load(DAY)).intents]
    await journal.close()
    lane.close()
    print(json.dumps(said))

asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no limit of file sizes on Windows")
def test_on_a_full_disk_the_journal_says_so_and_a_stop_is_still_durable(tmp_path: Path) -> None:
    """No file may grow: the journal's log cannot, the emergency file need not."""
    done = python(FULL_DISK, str(tmp_path))
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["acknowledged"]
    assert "journal.db" in said["error"]
    assert "已满" in said["error"]
    assert len(said["stops"]) == 20
    assert said["adopted"] == said["stops"]
    assert said["found"] == said["acknowledged"] + said["stops"]
