"""A shown chart panel."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.widgets.chart.chart_records import SYMBOL

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from widgets.chart.panel import ChartPanel
    from widgets.theme import ThemeHolder


@pytest.fixture
def panel(qtbot: QtBot, theme: ThemeHolder) -> ChartPanel:
    """832 x 520, a symbol shown, no bars yet."""
    from widgets.chart.panel import ChartPanel

    made = ChartPanel(theme)
    qtbot.addWidget(made)
    made.resize(832, 520)
    made.show_symbol(SYMBOL, "贵州茅台", Decimal("0.01"))
    made.show()
    qtbot.waitExposed(made)
    return made
