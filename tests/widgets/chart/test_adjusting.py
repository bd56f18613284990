"""Daily candles on adjusted prices: chosen in the head, asked for anew, and never with levels where these do not belong."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from core.domain.enums import Adjust, Period
from widgets.chart.model import ChartMode
from widgets.chart.panel import ChartPanel
from widgets.theme import ThemeHolder

SYMBOL = "600519.SH"


@pytest.fixture
def panel(qtbot: QtBot, theme: ThemeHolder) -> ChartPanel:
    made = ChartPanel(theme)
    qtbot.addWidget(made)
    made.show_symbol(SYMBOL, "贵州茅台")
    return made


def test_another_choice_asks_for_the_bars_again(panel: ChartPanel) -> None:
    asked: list[tuple[str, Period, Adjust]] = []
    panel.set_bars(SYMBOL, Period.D1, ())
    panel.bars_wanted.connect(lambda symbol, period: asked.append((symbol, period, panel.adjust_of(period))))
    panel.adjusting.chosen.emit(Adjust.FORWARD)
    assert asked == [(SYMBOL, Period.D1, Adjust.FORWARD)]
    assert panel.adjusting.text() == "前复权 ▾"
    assert panel.adjust_of(Period.M1) is Adjust.NONE, "minutes are always real"


def test_the_menu_shows_what_is_chosen(panel: ChartPanel) -> None:
    panel.set_adjust(Adjust.BACKWARD)
    actions = {action.text(): action for action in panel.adjusting.menu().actions()}
    assert list(actions) == ["不复权", "前复权", "后复权"]
    assert [text for text, action in actions.items() if action.isChecked()] == ["后复权"]
    actions["不复权"].trigger()
    assert panel.adjust_of(Period.D1) is Adjust.NONE


def test_only_daily_candles_have_the_choice(panel: ChartPanel) -> None:
    panel.set_mode(ChartMode.INTRADAY)
    assert panel.adjusting.isHidden()
    panel.set_mode(ChartMode.D1)
    assert not panel.adjusting.isHidden()


def test_a_refusal_goes_back_to_real_prices(panel: ChartPanel) -> None:
    panel.set_adjust(Adjust.FORWARD)
    panel.set_bars(SYMBOL, Period.D1, (), "没有除权资料")
    assert panel.adjust_of(Period.D1) is Adjust.NONE
    assert panel.adjusting.text() == "不复权 ▾"
