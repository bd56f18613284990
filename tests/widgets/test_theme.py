"""Palette, sheet, fonts and icons of the theme."""

from __future__ import annotations

from dataclasses import fields

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter, QPalette
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from core.domain.enums import ItemState
from tests.widgets.pictures import count, grab
from widgets.fonts import SMALLEST, FontRole, make_font
from widgets.icons import Icon, icon_path, paint_icon, themed_icon
from widgets.sheet import sheet
from widgets.state_looks import STATE_LOOKS
from widgets.theme import Density, Theme, ThemeHolder, make_palette, set_prop
from widgets.tokens import Direction, Look, Tokens, contrast, make_tokens
from widgets.tray_icon import TrayState, tray_icon


@pytest.mark.parametrize("look", list(Look))
def test_disabled_text_is_readable_in_every_group(look: Look) -> None:
    palette = make_palette(make_tokens(look))
    for group in (QPalette.ColorGroup.Active, QPalette.ColorGroup.Inactive, QPalette.ColorGroup.Disabled):
        for ink, ground in ((QPalette.ColorRole.WindowText, QPalette.ColorRole.Window),):
            pair = palette.color(group, ink).name(), palette.color(group, ground).name()
            assert contrast(*pair) >= 4.5, (group, pair)


@pytest.mark.parametrize("look", list(Look))
@pytest.mark.parametrize("direction", list(Direction))
def test_sheet_has_no_hole(look: Look, direction: Direction) -> None:
    text = sheet(make_tokens(look, direction), 1.5)
    assert "$" not in text
    assert text.count("{") == text.count("}")


def test_holder_tells_of_a_new_theme_and_gives_its_colours(theme: ThemeHolder, qtbot: QtBot) -> None:
    assert theme.color("rise").name().upper() == make_tokens(Look.DARK).rise
    with qtbot.waitSignal(theme.changed):
        theme.set_theme(Theme(look=Look.LIGHT, direction=Direction.GREEN_UP))
    assert theme.color("rise").name().upper() == make_tokens(Look.LIGHT).fall
    with pytest.raises(AttributeError):
        theme.color("no_such_token")


def test_every_token_is_a_colour() -> None:
    tokens = make_tokens(Look.DARK)
    for field in fields(Tokens):
        assert len(getattr(tokens, field.name)) == 7, field.name


@pytest.mark.parametrize("role", list(FontRole))
def test_figures_have_one_width(qapp: QApplication, role: FontRole) -> None:
    metrics = QFontMetricsF(make_font(role))
    widths = {round(metrics.horizontalAdvance(figure), 3) for figure in "0123456789"}
    assert len(widths) == 1


def test_no_font_falls_below_the_smallest(qapp: QApplication) -> None:
    for role in FontRole:
        assert make_font(role, 0.9).pixelSize() >= SMALLEST


def test_rows_grow_with_the_font(theme: ThemeHolder) -> None:
    assert theme.row_height == 26
    theme.set_theme(Theme(density=Density.COMPACT))
    assert theme.row_height == 23
    theme.set_theme(Theme(font_factor=1.5))
    assert theme.row_height >= theme.metrics(FontRole.CELL).height()
    assert theme.row_height > 26


def test_primary_button_is_painted_in_the_fill_of_the_theme(theme: ThemeHolder, qtbot: QtBot) -> None:
    button = QPushButton("保存")
    qtbot.addWidget(button)
    set_prop(button, "kind", "primary")
    button.resize(90, 28)
    image = grab(button)
    assert count(image, theme.color("accfill")) > 90 * 28 / 2


def painted(icon: Icon, theme: ThemeHolder) -> int:
    image = QImage(32, 32, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.black)
    painter = QPainter(image)
    paint_icon(painter, QRectF(0, 0, 32, 32), icon, theme.color("acc"))
    painter.end()
    return count(image, theme.color("acc"))


def test_every_icon_has_a_shape_of_its_own(theme: ThemeHolder) -> None:
    for icon in Icon:
        assert painted(icon, theme) > 20, icon
        box = icon_path(icon).boundingRect()
        assert QRectF(-0.5, -0.5, 17, 17).contains(box), icon


def test_every_state_has_its_own_icon_and_alarms_are_those_of_the_guide() -> None:
    assert set(STATE_LOOKS) == set(ItemState)
    icons = [look.icon for look in STATE_LOOKS.values()]
    assert len(set(icons)) == len(icons)
    alarms = {state for state, look in STATE_LOOKS.items() if look.alarm}
    assert alarms == {ItemState.STOP_BLOCKED, ItemState.PROTECTION_LOST, ItemState.UNKNOWN_ORDER}


def test_themed_icon_follows_the_theme(theme: ThemeHolder) -> None:
    icon = themed_icon(theme, Icon.PAUSE, "alarm")
    first = icon.pixmap(32, 32).toImage().convertToFormat(QImage.Format.Format_RGB32)
    assert count(first, theme.color("alarm")) > 50
    theme.set_theme(Theme(look=Look.LIGHT))
    second = themed_icon(theme, Icon.PAUSE, "alarm").pixmap(32, 32).toImage()
    assert count(second.convertToFormat(QImage.Format.Format_RGB32), theme.color("alarm")) > 50


@pytest.mark.parametrize(
    ("state", "token"),
    [(TrayState.PAPER, "paperbg"), (TrayState.LIVE, "live"), (TrayState.ALARM, "alarmfill")],
)
def test_tray_icon_shows_its_state(theme: ThemeHolder, state: TrayState, token: str) -> None:
    image = tray_icon(theme, state).pixmap(32, 32).toImage().convertToFormat(QImage.Format.Format_RGB32)
    assert count(image, theme.color(token)) > 100
