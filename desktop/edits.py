"""Undo and redo of watchlist edits: each step knows the items before and after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.domain.watch import WatchItem

DEPTH = 100


@dataclass(frozen=True, slots=True)
class Change:
    """What to save and what to remove to make one step, forwards or backwards."""

    save: tuple[WatchItem, ...]
    remove: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Edit:
    """One step and its inverse."""

    forth: Change
    back: Change


def edit_of(
    before: Mapping[str, WatchItem], save: Sequence[WatchItem] = (), remove: Sequence[str] = ()
) -> Edit:
    """The step from `before`: replace or add `save`, take `remove` away."""
    old = tuple(before[i.item_id] for i in save if i.item_id in before)
    gone = tuple(before[item_id] for item_id in remove if item_id in before)
    added = tuple(i.item_id for i in save if i.item_id not in before)
    return Edit(Change(tuple(save), tuple(remove)), Change((*old, *gone), added))


class EditHistory:
    """Steps that were made and steps that were taken back."""

    def __init__(self) -> None:
        self._done: list[Edit] = []
        self._undone: list[Edit] = []

    @property
    def steps(self) -> tuple[int, int]:
        """How many steps can be taken back, and how many made again."""
        return len(self._done), len(self._undone)

    def made(self, edit: Edit) -> None:
        """A new step; what was taken back before it is forgotten."""
        self._done.append(edit)
        del self._done[:-DEPTH]
        self._undone.clear()

    def undo(self) -> Change | None:
        """How to take the last step back; None when there is none."""
        if not self._done:
            return None
        edit = self._done.pop()
        self._undone.append(edit)
        return edit.back

    def redo(self) -> Change | None:
        """How to make the last taken-back step again."""
        if not self._undone:
            return None
        edit = self._undone.pop()
        self._done.append(edit)
        return edit.forth
