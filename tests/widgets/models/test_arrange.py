"""Order as pure functions."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from widgets.models.arrange import resting, runs, sorted_ids


def test_unknown_values_are_last_in_both_directions_and_ties_ascend() -> None:
    rows = {"a": (2, "z"), "b": (None, "y"), "c": (1, "x"), "d": (2, "b"), "e": (None, "c")}
    for descending, wanted in ((False, ["c", "d", "a", "e", "b"]), (True, ["d", "a", "c", "e", "b"])):
        assert sorted_ids(rows.items(), lambda r: r[0], lambda r: r[1], descending) == wanted


@given(st.permutations(range(9)))
def test_what_rests_is_in_order_and_no_longer_run_exists(order: list[int]) -> None:
    stay = resting(order)
    kept = [value for value in order if value in stay]
    assert kept == sorted(kept)
    longest = [1] * len(order)
    for i, value in enumerate(order):
        longest[i] = 1 + max((longest[j] for j in range(i) if order[j] < value), default=0)
    assert len(stay) == max(longest)


def test_runs_join_neighbours() -> None:
    assert runs([1, 2, 3, 7, 8, 10]) == [(1, 3), (7, 8), (10, 10)]
    assert runs([]) == []
