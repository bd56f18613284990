"""A running desk per test, its own folder, and the noise of a platform without a tray left out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from tests.desktop.running import RunningDesk

HERE = Path(__file__).parent
NO_TRAY = "QPlatformNativeInterface::systemTrayWindowChanged"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.qt_log_ignore(NO_TRAY, extend=True))


@pytest.fixture
def quick_interpreter() -> Iterator[None]:
    """The switch interval that the program sets at its start."""
    from core.interpreter import SWITCH_INTERVAL_S

    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    yield
    sys.setswitchinterval(before)


@pytest.fixture
def open_desk(qapp: QApplication, tmp_path: Path, quick_interpreter: None) -> Callable[..., RunningDesk]:
    """Make a program: `open_desk("--seed", "2", folder=..., compose=...)`."""
    from tests.desktop.running import RunningDesk

    def build(*options: str, folder: Path | None = None, **named: object) -> RunningDesk:
        return RunningDesk(qapp, folder or tmp_path / "data", *options, **named)  # type: ignore[arg-type]

    return build
