"""The theme that every widget test stands on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from widgets.theme import ThemeHolder


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[ThemeHolder]:
    """A dark theme in normal rows, applied to the application."""
    from widgets.theme import Theme, ThemeHolder

    holder = ThemeHolder()
    holder.set_theme(Theme(), qapp)
    yield holder
    holder.deleteLater()
