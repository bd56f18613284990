"""The chart panel: what it asks for, what it says, what a tick repaints, what keys and mouse do."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QImage, QMouseEvent, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from core.domain.enums import Period
from tests.widgets.chart.chart_records import SYMBOL, at, bar, daily_bars, item, minute_bars, quote, wave
from tests.widgets.pictures import grab
from widgets.chart.model import ChartMode
from widgets.chart.panel import ChartPanel
from widgets.theme import Theme
from widgets.tokens import Direction, Look

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from widgets.theme import ThemeHolder


def asked(panel: ChartPanel) -> list[tuple[str, Period]]:
    found: list[tuple[str, Period]] = []
    panel.bars_wanted.connect(lambda symbol, period: found.append((symbol, period)))
    return found


def test_bars_are_asked_for_once_a_symbol_and_period(panel: ChartPanel) -> None:
    wanted = asked(panel)
    panel.show_symbol("000001.SZ", "平安银行", Decimal("0.01"))
    panel.show_symbol("000001.SZ", "平安银行", Decimal("0.01"))
    assert wanted == [("000001.SZ", Period.D1)]
    panel.set_mode(ChartMode.INTRADAY)
    panel.set_mode("1m")
    assert wanted[1:] == [("000001.SZ", Period.M1)], "both are drawn from minutes"
    panel.set_bars("000001.SZ", Period.M1, minute_bars(3))
    panel.set_mode("5m")
    panel.set_mode("intraday")
    assert wanted[2:] == [("000001.SZ", Period.M5)]


def test_the_chosen_period_is_told_and_shown(panel: ChartPanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.period_changed) as told:
        qtbot.mouseClick(panel.periods.buttons[ChartMode.M5], Qt.MouseButton.LeftButton)
    assert told.args == ["5m"]
    assert panel.mode is ChartMode.M5
    assert panel.periods.buttons[ChartMode.M5].isChecked()
    with qtbot.assertNotEmitted(panel.period_changed):
        panel.set_mode("5m")


def test_news_of_another_symbol_is_ignored(panel: ChartPanel) -> None:
    panel.set_bars("000001.SZ", Period.D1, daily_bars(5))
    panel.set_quote(quote(1, at(10, 0), symbol="000001.SZ"))
    panel.set_item(item("1", "2", "3", "0.5", symbol="000001.SZ"))
    panel.view.flush()
    assert panel.view.frame is None
    panel.set_bars(SYMBOL, Period.D1, daily_bars(5))
    panel.update_bar(replace(daily_bars(5)[-1], symbol="000001.SZ", close=1))
    panel.view.flush()
    assert panel.view.frame is not None
    assert panel.view.frame.series.close[-1] == daily_bars(5)[-1].close
    assert panel.view.parts.levels.lines == ()


def test_a_new_symbol_takes_nothing_of_the_old_one_along(panel: ChartPanel) -> None:
    panel.set_bars(SYMBOL, Period.D1, daily_bars(50))
    panel.set_item(item("99", "99.5", "101", "98"))
    panel.set_position(300, Decimal("100"))
    panel.view.flush()
    panel.show_symbol("000001.SZ", "平安银行", Decimal("0.01"))
    panel.view.flush()
    assert panel.view.frame is None
    assert panel.view.parts.levels.lines == ()
    assert panel.head.title.text() == "平安银行"
    assert panel.readout.rows() == []


def test_empty_loading_and_failed_are_said(panel: ChartPanel, qtbot: QtBot, theme: ThemeHolder) -> None:
    assert panel.notice.text() == "", "nothing for the first half second"
    qtbot.waitUntil(lambda: "正在载入日 K 线" in panel.notice.text(), timeout=3000)
    panel.set_bars(SYMBOL, Period.D1, (), "行情源 3 秒没有答复。")
    assert panel.notice.text() == "日 K 线没有载入 行情源 3 秒没有答复。"
    wanted = asked(panel)
    qtbot.mouseClick(panel.notice.button, Qt.MouseButton.LeftButton)
    assert wanted == [(SYMBOL, Period.D1)]
    panel.set_bars(SYMBOL, Period.D1, ())
    assert panel.notice.text().startswith("还没有日 K 线")
    panel.update_bar(daily_bars(1)[0])
    assert panel.notice.text() == ""
    fresh = ChartPanel(theme)
    qtbot.addWidget(fresh)
    assert fresh.notice.text().startswith("还没有选证券")


def test_a_failed_reload_keeps_the_bars_and_says_until_when(panel: ChartPanel) -> None:
    panel.set_bars(SYMBOL, Period.D1, daily_bars(5))
    panel.reload()
    panel.set_bars(SYMBOL, Period.D1, (), "行情源断开")
    panel.view.flush()
    assert panel.view.frame is not None
    assert panel.notice.text() == ""
    assert "载入失败，显示到 15:00:00" in panel._failed.text()


class PaintedAreas(QObject):
    """Notes every rectangle that a widget was asked to paint."""

    def __init__(self) -> None:
        super().__init__()
        self.areas: list[QRect] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look, and let it pass."""
        if isinstance(event, QPaintEvent):
            self.areas += list(event.region())
        return False


def test_a_tick_computes_and_repaints_only_the_growing_bar(panel: ChartPanel, qtbot: QtBot) -> None:
    bars = daily_bars(120)
    panel.set_bars(SYMBOL, Period.D1, bars)
    panel.view.flush()
    QApplication.processEvents()
    frame, parts = panel.view.frame, panel.view.parts
    assert frame is not None
    builds = {name: part.builds for name, part in vars(parts).items()}
    before = grab(panel.view.viewport())
    painted = PaintedAreas()
    panel.view.viewport().installEventFilter(painted)
    last = bars[-1]
    panel.update_bar(replace(last, close=last.low + 40, volume=last.volume - 5))
    panel.view.flush()
    qtbot.waitUntil(lambda: bool(painted.areas))
    assert panel.view.frame is frame
    still = ("grid", "band", "candles", "volume", "macd", "price_averages", "volume_averages", "edge_axes")
    assert {name: parts.__dict__[name].builds for name in still} == {name: builds[name] for name in still}
    strip = frame.x_at(frame.stop - 2) - 3
    legends = frame.layout.volume.top()
    for area in painted.areas:
        in_legend = area.top() >= legends and area.height() < 24
        assert area.left() >= strip or in_legend, area
    after = grab(panel.view.viewport())
    assert before != after
    for y in range(int(legends)):
        if abs(y - frame.price.y(last.close)) > 3 and abs(y - frame.price.y(last.low + 40)) > 3:
            for x in range(0, int(strip) - 1, 3):
                assert before.pixel(x, y) == after.pixel(x, y)


@pytest.mark.parametrize("mode", [ChartMode.D1, ChartMode.INTRADAY])
def test_partial_repaints_leave_no_trace_behind(panel: ChartPanel, qtbot: QtBot, mode: ChartMode) -> None:
    bars = daily_bars(120) if mode is ChartMode.D1 else minute_bars(120)
    panel.set_mode(mode)
    panel.set_bars(SYMBOL, mode.period, bars)
    panel.set_item(item("99.20", "99.60", "100.90", "98.90"))
    panel.set_position(300, Decimal("99.40"))
    panel.set_quote(quote(bars[-1].close, at(14, 0)))
    panel.view.flush()
    QApplication.processEvents()
    for step in range(1, 6):
        price = bars[-1].low + step * 40
        panel.update_bar(replace(bars[-1], close=price, volume=bars[-1].volume - step))
        panel.set_quote(quote(price, at(14, 0, step)))
        panel.view.flush()
        QApplication.processEvents()
        panel.view.step_cursor(-3)
        QApplication.processEvents()
        partial = on_screen(panel)
        panel.view.viewport().update()
        panel.readout.update()
        QApplication.processEvents()
        assert on_screen(panel) == partial, f"step {step}"


def on_screen(panel: ChartPanel) -> QImage:
    """What the window shows, with whatever an update forgot to repaint."""
    return panel.screen().grabWindow(panel.winId()).toImage()


def test_ticks_in_one_frame_time_are_painted_once(panel: ChartPanel, qtbot: QtBot) -> None:
    bars = daily_bars(60)
    panel.set_bars(SYMBOL, Period.D1, bars)
    panel.view.flush()
    painted: list[int] = []
    panel.view.refreshed.connect(lambda: painted.append(1))
    for step in range(50):
        panel.update_bar(replace(bars[-1], close=bars[-1].low + step))
    assert painted == []
    qtbot.waitUntil(lambda: bool(painted))
    assert len(painted) == 1
    assert panel.readout.rows()[0].find(f"{(bars[-1].low + 49) / 1000:.2f}") > 0


def test_a_new_high_widens_the_range_at_once(panel: ChartPanel) -> None:
    bars = daily_bars(60)
    panel.set_bars(SYMBOL, Period.D1, bars)
    panel.view.flush()
    panel.update_bar(replace(bars[-1], high=130_000, close=129_000))
    panel.view.flush()
    assert panel.view.frame is not None
    assert panel.view.frame.price.holds(130_000)


def test_a_new_bar_moves_a_view_of_the_newest_and_leaves_a_view_of_the_past(panel: ChartPanel) -> None:
    panel.set_mode(ChartMode.M1)
    bars = minute_bars(200)
    panel.set_bars(SYMBOL, Period.M1, bars[:190])
    panel.view.flush()
    assert panel.view.frame is not None
    x = panel.view.frame.x_at(189)
    panel.update_bar(bars[190])
    panel.view.flush()
    assert panel.view.frame.x_at(190) == pytest.approx(x)
    panel.view.pan(500)
    panel.view.flush()
    past = panel.view.frame.x_at(100)
    panel.update_bar(bars[191])
    panel.view.flush()
    assert panel.view.frame.x_at(100) == pytest.approx(past)


def test_keys_move_the_crosshair_and_zoom(panel: ChartPanel, qtbot: QtBot) -> None:
    bars = daily_bars(120)
    panel.set_bars(SYMBOL, Period.D1, bars)
    panel.view.flush()
    view = panel.view
    qtbot.keyClick(view, Qt.Key.Key_Left)
    qtbot.keyClick(view, Qt.Key.Key_Left)
    assert view.parts.crosshair.index == 118
    day = bars[118]
    assert f"收 {day.close / 1000:.2f}" in panel.readout.rows()[0]
    step = view.place.scale.step  # type: ignore[union-attr]
    qtbot.keyClick(view, Qt.Key.Key_Plus)
    assert view.place.scale.step > step  # type: ignore[union-attr]
    qtbot.keyClick(view, Qt.Key.Key_Minus)
    qtbot.keyClick(view, Qt.Key.Key_Minus)
    assert view.place.scale.step < step  # type: ignore[union-attr]
    for _ in range(110):
        qtbot.keyClick(view, Qt.Key.Key_Left)
    assert view.parts.crosshair.index == 8
    assert view.parts.crosshair.point() is not None, "the view went along"
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert view.parts.crosshair.index is None


def test_the_crosshair_has_inverse_tags_and_the_fixed_line_tells_its_bar(
    panel: ChartPanel, theme: ThemeHolder
) -> None:
    bars = daily_bars(120)
    panel.set_bars(SYMBOL, Period.D1, bars)
    panel.view.flush()
    view, frame = panel.view, panel.view.frame
    assert frame is not None
    spot = QPointF(frame.x_at(70) + 2, 60.0)
    move(panel, spot)
    assert view.parts.crosshair.index == 70
    image = view.viewport().grab().toImage()
    axis = frame.layout.right_axis
    assert image.pixelColor(QPoint(int(axis.left()) + 3, 56)) == theme.color("t1")
    assert f"{frame.moment(70):%m-%d}" in panel.readout.rows()[0]
    view.leaveEvent(QEvent(QEvent.Type.Leave))
    assert view.parts.crosshair.index is None
    assert f"{frame.moment(119):%m-%d}" in panel.readout.rows()[0]


def move(panel: ChartPanel, spot: QPointF, buttons: Qt.MouseButton = Qt.MouseButton.NoButton) -> None:
    viewport = panel.view.viewport()
    far = QPointF(viewport.mapToGlobal(spot))
    event = QMouseEvent(
        QEvent.Type.MouseMove, spot, far, Qt.MouseButton.NoButton, buttons, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(viewport, event)


def test_wheel_zooms_about_the_pointer_drag_pans_and_double_click_resets(
    panel: ChartPanel, qtbot: QtBot
) -> None:
    panel.set_bars(SYMBOL, Period.D1, daily_bars(200))
    view = panel.view
    view.flush()
    start = view.place.scale
    assert start is not None
    spot = QPointF(300, 100)
    slot = start.slot(300)
    wheel = QWheelEvent(
        spot, view.viewport().mapToGlobal(spot), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view.viewport(), wheel)
    assert view.place.scale is not None
    assert view.place.scale.step > start.step
    assert view.place.scale.x(slot) == pytest.approx(300)
    view.flush()
    assert view.frame is not None
    x = view.frame.x_at(120)
    qtbot.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(300, 100))
    move(panel, QPointF(340, 100), Qt.MouseButton.LeftButton)
    qtbot.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(340, 100))
    view.flush()
    assert view.frame.x_at(120) == pytest.approx(x + 40)
    qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(300, 100))
    view.flush()
    assert view.place.scale == start


def test_prices_of_a_fund_have_three_decimals(panel: ChartPanel) -> None:
    panel.show_symbol("510300.SH", "沪深300ETF", Decimal("0.001"))
    one = bar(at(15, 0), (4_718, 4_730, 4_700, 4_721), period=Period.D1, symbol="510300.SH")
    panel.set_bars("510300.SH", Period.D1, (one,))
    panel.view.flush()
    assert "收 4.721" in panel.readout.rows()[0]
    assert next(t for t in panel.view.parts.price_axis.tags if t.filled).text == "4.721"


@pytest.mark.parametrize("look", list(Look))
def test_every_look_and_direction_paints_its_own_colours(
    panel: ChartPanel, theme: ThemeHolder, qapp: QApplication, look: Look
) -> None:
    panel.set_bars(SYMBOL, Period.D1, daily_bars(60))
    seen = []
    for direction in Direction:
        theme.set_theme(Theme(look=look, direction=direction), qapp)
        panel.view.flush()
        image = panel.view.viewport().grab().toImage()
        names = {image.pixelColor(x, y).name() for x in range(700) for y in range(20, 200, 3)}
        assert theme.color("rise").name() in names
        assert theme.color("fall").name() in names
        assert image.pixelColor(765, 8) == theme.color("pan")
        seen.append(image)
    assert seen[0] != seen[1] != seen[2]


def test_a_hidden_chart_does_not_paint_and_is_current_when_shown(panel: ChartPanel) -> None:
    bars = daily_bars(30)
    panel.set_bars(SYMBOL, Period.D1, bars)
    panel.view.flush()
    panel.hide()
    panel.update_bar(replace(bars[-1], close=bars[-1].low))
    assert not panel.view._timer.isActive()
    panel.show()
    assert f"收 {bars[-1].low / 1000:.2f}" in panel.readout.rows()[0]


def test_a_single_flat_bar_and_a_zero_volume_are_drawn(panel: ChartPanel) -> None:
    panel.set_bars(SYMBOL, Period.D1, (bar(at(15, 0), (10_000, 10_000, 10_000, 10_000), 0, Period.D1),))
    panel.view.flush()
    assert panel.view.frame is not None
    assert panel.view.frame.price.holds(10_000)
    assert panel.view.frame.price.high > panel.view.frame.price.low
    assert wave(0)[1] > 0
