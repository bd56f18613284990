"""Order of rows as pure functions: sorting with unknown values last, and the fewest moves to a new order."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, TypeVar

R = TypeVar("R")


def sorted_ids(
    pairs: Iterable[tuple[Hashable, R]],
    key: Callable[[R], Any],
    tie: Callable[[R], Any] | None,
    descending: bool,
) -> list[Hashable]:
    """Ids by `key`, ties by `tie` always ascending, rows whose key is None at the end in either direction."""
    known: list[tuple[Any, Any, Hashable]] = []
    unknown: list[tuple[Any, Hashable]] = []
    for place, (row_id, row) in enumerate(pairs):
        value = key(row)
        second = place if tie is None else tie(row)
        if value is None:
            unknown.append((second, row_id))
        else:
            known.append((value, second, row_id))
    known.sort(key=lambda item: item[1])
    known.sort(key=lambda item: item[0], reverse=descending)  # stable: ties keep their order
    unknown.sort(key=lambda item: item[0])
    return [item[2] for item in known] + [item[1] for item in unknown]


def resting(positions: Sequence[int]) -> set[int]:
    """Values of a longest increasing run of `positions`: what may stay in place while the rest moves."""
    tails: list[int] = []
    tail_at: list[int] = []
    before: list[int] = [-1] * len(positions)
    for i, value in enumerate(positions):
        length = bisect_left(tails, value)
        if length == len(tails):
            tails.append(value)
            tail_at.append(i)
        else:
            tails[length] = value
            tail_at[length] = i
        before[i] = tail_at[length - 1] if length else -1
    stay: set[int] = set()
    i = tail_at[-1] if tail_at else -1
    while i >= 0:
        stay.add(positions[i])
        i = before[i]
    return stay


def runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Ascending numbers as closed ranges: 1 2 3 7 8 gives (1, 3) (7, 8)."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found
