"""Undo and redo: each step forth and back, and back again."""

from __future__ import annotations

from core.domain.watch import WatchItem
from desktop.edits import DEPTH, Change, EditHistory, edit_of
from tests.fakes.records import item

OLD = item(item_id="a")
NEW = item(item_id="a", stop_loss="9.60")
OTHER = item("000001.SZ", item_id="b")


def done(change: Change | None, items: dict[str, WatchItem]) -> dict[str, WatchItem]:
    """The watchlist after a change."""
    assert change is not None
    left = {key: value for key, value in items.items() if key not in change.remove}
    return left | {one.item_id: one for one in change.save}


def test_an_edit_knows_the_way_back() -> None:
    before = {"a": OLD, "b": OTHER}
    edit = edit_of(before, [NEW, item(item_id="c")], ["b"])
    after = done(edit.forth, before)
    assert set(after) == {"a", "c"}
    assert after["a"] == NEW
    assert done(edit.back, after) == before


def test_removing_what_is_not_there_brings_nothing_back() -> None:
    assert edit_of({"a": OLD}, remove=["z"]).back == Change((), ())


def test_undo_and_redo_go_through_all_steps() -> None:
    history, items = EditHistory(), {"a": OLD}
    states = [items]
    for edit in (
        lambda now: edit_of(now, [NEW]),
        lambda now: edit_of(now, [OTHER]),
        lambda now: edit_of(now, [], ["a"]),
    ):
        step = edit(items)
        items = done(step.forth, items)
        history.made(step)
        states.append(items)
    for state in reversed(states[:-1]):
        items = done(history.undo(), items)
        assert items == state
    assert history.undo() is None
    assert history.steps == (0, 3)
    for state in states[1:]:
        items = done(history.redo(), items)
        assert items == state
    assert history.redo() is None


def test_a_new_edit_forgets_what_was_taken_back() -> None:
    history = EditHistory()
    history.made(edit_of({}, [OLD]))
    history.undo()
    history.made(edit_of({}, [OTHER]))
    assert history.redo() is None
    assert history.undo() == Change((), ("b",))


def test_the_history_keeps_its_newest_steps() -> None:
    history = EditHistory()
    for number in range(DEPTH + 5):
        history.made(edit_of({}, [item(item_id=str(number))]))
    taken = []
    while (change := history.undo()) is not None:
        taken.append(change.remove[0])
    assert len(taken) == DEPTH
    assert (taken[0], taken[-1]) == (str(DEPTH + 4), "5")
