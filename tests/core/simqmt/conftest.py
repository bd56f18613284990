"""A terminal per test, closed whatever the test did."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from core.simqmt.clockwork.conductor import Conductor
from core.simqmt.install import install
from core.simqmt.terminal import SimTerminal
from tests.fakes.market import ListMarket, at, quote
from tests.fakes.simqmt import ACCOUNT, Desk, make_terminal

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


@pytest.fixture
def still_desk(tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    """Terminals whose books are put in by hand (`set_quote`), in lock-step and held; see `Desk.hold`."""
    made: list[Desk] = []

    def build(start: str = "10:00:00", *, folder: Path | None = None, **options: object) -> Desk:
        options.setdefault("cash", {ACCOUNT: Decimal(1_000_000)})
        clock = Conductor(at(start))
        terminal = SimTerminal(folder or tmp_path / f"still{len(made)}", market=None, clock=clock, **options)  # type: ignore[arg-type]
        install(terminal)
        desk = Desk(terminal, clock, ListMarket(start=start))
        desk.hold()
        clock.start()
        made.append(desk)
        return desk

    yield build
    for desk in reversed(made):
        desk.close()
