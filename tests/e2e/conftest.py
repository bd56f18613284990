"""Desks for whole-house tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from core.storage.journal import SqliteJournal
from tests.fakes.desk import LockstepDesk


@pytest.fixture
def desk(tmp_path: Path) -> Callable[..., LockstepDesk]:
    """Make desks; all of one test live in the same folder, so the second is a restart of the first."""

    def make(*arguments: object, folder: str = "desk", **options: object) -> LockstepDesk:
        return LockstepDesk(tmp_path / folder, *arguments, **options)  # type: ignore[arg-type]

    return make


@pytest.fixture
def impatient_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A write waits 20 ms of wall time for another program's lock, not two seconds."""
    monkeypatch.setattr(SqliteJournal.__init__, "__kwdefaults__", {"busy_ms": 20})
