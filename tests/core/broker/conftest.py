"""Each test with `door` runs twice: in lock-step under virtual time, and on a plain loop."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.core.broker.desk import DoorDesk


@pytest.fixture(params=[True, False], ids=["lockstep", "free"])
def door(request: pytest.FixtureRequest, tmp_path: Path) -> DoorDesk:
    return DoorDesk(tmp_path, lockstep=request.param)
