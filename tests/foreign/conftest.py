"""Foreign programs, each with a Python of its own (`build_spec/foreign.py` makes them)."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.foreign.running import ROOT

PLACE = Path(os.environ.get("DINGPAN_FOREIGN") or ROOT / ".venv-foreign")


@pytest.fixture
def python_of() -> Callable[[str], Path]:
    """The Python of a program's environment; the test is skipped where it was not made."""

    def found(name: str) -> Path:
        folder = PLACE / name
        for python in (folder / "bin" / "python", folder / "Scripts" / "python.exe"):
            if python.exists() and (folder / "dingpan.stamp").exists():
                return python
        pytest.skip(f"no environment for {name}; make it with: python build_spec/foreign.py make {name}")

    return found
