"""kill -9 at any moment: what was acknowledged is there, no number is given twice, what was half done is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.domain.enums import IntentState
from core.storage.emergency import EmergencyFile
from core.storage.store import Store
from tests.core.storage.child import start
from tests.core.storage.records import DAY

WRITER = """
import asyncio, sys
from pathlib import Path
from core.lanes import Lane
from core.ports import NoActivity
from core.storage.journal import SqliteJournal
from core.domain.enums import IntentState
from tests.core.storage.records import DAY, intent

async def main():
    journal = SqliteJournal(Path(sys.argv[1]), Lane('storage', NoActivity()))
    await journal.open()

    async def writer():
        while True:
            number = await journal.next_id(DAY)
            await journal.commit_intent(intent(f'I{number}', trigger=f't{number}'))
            print(f'committed {number}', flush=True)
            await journal.update_intent(
                f'I{number}', IntentState.WORKING, order_id=number, filled=0, message='')
            print(f'working {number}', flush=True)

    await asyncio.gather(*(writer() for _ in range(4)))

asyncio.run(main())
"""

EMERGENCY_WRITER = """
import itertools, sys
from pathlib import Path
from core.storage.emergency import EmergencyFile
from tests.core.storage.records import intent

file = EmergencyFile(Path(sys.argv[1]))
for number in itertools.count():
    file.append(intent(f'I{number}'))
    print(number, flush=True)
"""


def killed_after(code: str, path: Path, lines: int) -> list[str]:
    """Run `code` until it has said `lines` lines, kill it, and return all it managed to say."""
    child = start(code, str(path))
    assert child.stdout is not None
    said = []
    try:
        for line in child.stdout:
            said.append(line.rstrip("\n"))
            if len(said) >= lines:
                break
    finally:
        child.kill()
        rest, _ = child.communicate(timeout=30)
    # The last line may have been cut by the kill.
    return said + rest.split("\n")[:-1]


@pytest.mark.parametrize("lines", [1, 37, 200])
def test_acknowledged_intents_survive_and_numbers_do_not_repeat(tmp_path: Path, lines: int) -> None:
    path = tmp_path / "journal.db"
    highest = 0
    acknowledged: dict[int, str] = {}
    for _ in range(2):  # the second run starts from what the first one left
        for line in killed_after(WRITER, path, lines):
            word, number = line.split()
            assert int(number) > highest, "a number was given before"
            acknowledged[int(number)] = word
        store = Store(path, None, 50)
        found = {int(intent.intent_id[1:]): intent for intent in store.load(DAY).intents}
        for number, word in acknowledged.items():
            assert found[number].volume == 300
            if word == "working":
                assert (found[number].state, found[number].order_id) == (IntentState.WORKING, number)
        highest = store.write(lambda store=store: store.next_id(DAY))
        assert highest > max(found)
        store.close()


def test_acknowledged_emergency_records_survive(tmp_path: Path) -> None:
    path = tmp_path / "emergency"
    said = killed_after(EMERGENCY_WRITER, path, 5)
    file = EmergencyFile(path)
    kept = [intent.intent_id for intent in file.pending().intents]
    assert kept[: len(said)] == [f"I{number}" for number in said]
    file.close()
