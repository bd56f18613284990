"""A terminal per test, closed whatever the test did."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fakes.market import quote
from tests.fakes.simqmt import Desk, make_terminal

PFYH = "600000.SH"


@pytest.fixture
def open_desk(tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    """Open terminals (`make_terminal`); each call gets a folder of its own unless it names one."""
    made: list[Desk] = []

    def build(*quotes: object, folder: Path | None = None, **options: object) -> Desk:
        shown = quotes or (quote(PFYH, "09:59:59", "10.00", pre_close="10.00"),)
        options.setdefault("hold", options.get("lockstep", True))
        desk = make_terminal(folder or tmp_path / f"desk{len(made)}", shown, **options)  # type: ignore[arg-type]
        made.append(desk)
        desk.settle()
        return desk

    yield build
    for desk in reversed(made):
        desk.close()
