"""Distances to levels and places on the ruler."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.widgets.desk_records import item
from widgets.watchlist.levels import LevelKind, nearest, ruler

FULL = item("i", "300750.SZ", ("358.00", "364.00"), "349.80", "398.00")


@pytest.mark.parametrize(
    ("last", "holding", "kind", "distance", "reached"),
    [
        (381_660, True, LevelKind.TARGET, 398 / 381.66 - 1, False),
        (355_000, True, LevelKind.STOP, 349.80 / 355 - 1, False),
        (349_800, True, LevelKind.STOP, 0.0, True),
        (340_000, True, LevelKind.STOP, 340 / 349.80 - 1, True),
        (398_000, True, LevelKind.TARGET, 0.0, True),
        (381_660, False, LevelKind.ZONE, 364 / 381.66 - 1, False),
        (364_000, False, LevelKind.ZONE, 0.0, True),
        (358_000, False, LevelKind.ZONE, 0.0, True),
        (350_000, False, LevelKind.ZONE, 358 / 350 - 1, False),
    ],
)
def test_nearest_level(last: int, holding: bool, kind: LevelKind, distance: float, reached: bool) -> None:
    near = nearest(FULL, last, holding, alert_only=False)
    assert near is not None
    assert (near.kind, near.reached) == (kind, reached)
    assert near.distance == pytest.approx(distance)


def test_alert_only_looks_at_all_levels() -> None:
    near = nearest(item("i", "159915.SZ", ("3.100", "3.150"), None, "3.300"), 3246, False, alert_only=True)
    assert near is not None
    assert near.kind is LevelKind.TARGET


def test_without_levels_nothing_is_near() -> None:
    assert nearest(item("i", "600519.SH"), 10_000, False, alert_only=False) is None


def test_ruler_goes_from_the_lowest_to_the_highest_level() -> None:
    places = ruler(FULL, 373_900, Decimal("349.80"))
    assert places is not None
    assert (places.stop, places.target, places.cost) == (0.0, 1.0, 0.0)
    assert places.last == pytest.approx(0.5)
    assert places.zone == pytest.approx(((358 - 349.8) / 48.2, (364 - 349.8) / 48.2))


def test_ruler_shows_prices_beyond_its_ends_and_needs_two_levels() -> None:
    low, high = ruler(FULL, 300_000, None), ruler(FULL, 500_000, None)
    assert low is not None
    assert high is not None
    assert (low.last or 0) < 0 < 1 < (high.last or 0)
    assert ruler(item("i", "600519.SH", stop="10.00"), 10_000, None) is None
