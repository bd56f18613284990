"""The table view: ids out, copies at full precision, painted rows."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication, QPaintEvent
from pytestqt.qtbot import QtBot

from tests.widgets.pictures import count, grab
from widgets import formats
from widgets.models.cell import Align
from widgets.models.column import Column
from widgets.models.table import TableModel
from widgets.models.view import DeskTable
from widgets.theme import ThemeHolder


@dataclass(frozen=True, slots=True)
class Line:
    key: str
    gain: Decimal
    alarm: bool = False


@pytest.fixture
def table(theme: ThemeHolder, qtbot: QtBot) -> DeskTable[Line]:
    model: TableModel[Line] = TableModel(
        (
            Column("name", "名称", 100, lambda r: r.key, stretch=True),
            Column(
                "gain",
                "盈亏",
                80,
                lambda r: formats.profit(r.gain),
                Align.RIGHT,
                lambda r: "rise" if r.gain > 0 else "fall",
                sort_key=lambda r: r.gain,
                export=lambda r: formats.plain(r.gain),
            ),
            Column("extra", "其它", 80, lambda _: "x"),
        ),
        lambda r: r.key,
        row_tone=lambda r: "alarm" if r.alarm else "",
    )
    view = DeskTable(theme, model)
    qtbot.addWidget(view)
    view.resize(400, 200)
    view.show()
    model.upsert([Line("a", Decimal("-1234.56")), Line("b", Decimal("7.10")), Line("c", Decimal(3), True)])
    return view


def row_rect(table: DeskTable[Line], row: int) -> QRect:
    top = table.rowViewportPosition(row)
    return QRect(0, top, table.viewport().width(), table.rowHeight(row))


def test_copy_is_ascii_and_exact(table: DeskTable[Line], qtbot: QtBot) -> None:
    table.selectAll()
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "a\t-1234.56\tx\nb\t7.10\tx\nc\t3\tx"


def test_csv_has_titles_and_the_shown_order(table: DeskTable[Line]) -> None:
    table.table.sort_by(1)
    assert table.csv_text() == "名称,盈亏,其它\r\na,-1234.56,x\r\nc,3,x\r\nb,7.10,x\r\n"


def test_header_click_sorts_turns_and_goes_back(table: DeskTable[Line], qtbot: QtBot) -> None:
    at = QPoint(table.columnViewportPosition(1) + 10, 8)
    orders = []
    for _ in range(3):
        qtbot.mouseClick(table.header.viewport(), Qt.MouseButton.LeftButton, pos=at)
        orders.append([table.table.id_at(row) for row in range(3)])
    assert orders == [["b", "c", "a"], ["a", "c", "b"], ["a", "b", "c"]]


def test_current_and_activated_are_told_as_ids(table: DeskTable[Line], qtbot: QtBot) -> None:
    with qtbot.waitSignal(table.current_changed) as told:
        assert table.select_id("b")
    assert told.args == ["b"]
    with qtbot.waitSignal(table.row_activated) as activated:
        qtbot.keyClick(table, Qt.Key.Key_Return)
    assert activated.args == ["b"]
    assert table.selected_ids() == ["b"]
    assert not table.select_id("nobody")


def test_selected_row_has_its_ground_and_a_bar_alarm_row_keeps_its_own(
    table: DeskTable[Line], theme: ThemeHolder, qtbot: QtBot
) -> None:
    table.activateWindow()
    qtbot.waitUntil(table.isActiveWindow)
    table.select_id("b")
    image = grab(table.viewport(), row_rect(table, 1))
    assert count(image, theme.color("sel")) > image.width() * image.height() / 2
    assert count(image, theme.color("acc")) >= 3 * (image.height() - 1)
    alarm = grab(table.viewport(), row_rect(table, 2))
    assert count(alarm, theme.color("alarmbg")) > alarm.width() * alarm.height() / 2


def test_gain_and_loss_are_painted_in_their_colours(table: DeskTable[Line], theme: ThemeHolder) -> None:
    loss, gain = grab(table.viewport(), row_rect(table, 0)), grab(table.viewport(), row_rect(table, 1))
    assert count(loss, theme.color("fall")) > 0
    assert count(loss, theme.color("rise")) == 0
    assert count(gain, theme.color("rise")) > 0


def test_narrow_table_drops_columns_and_never_cuts_numbers(table: DeskTable[Line]) -> None:
    table.set_droppable(("extra",))
    assert not table.isColumnHidden(2)
    table.resize(200, 200)
    assert table.isColumnHidden(2)
    assert table.csv_text().startswith("名称,盈亏\r\n")
    table.resize(400, 200)
    assert not table.isColumnHidden(2)


def test_stretching_column_takes_the_rest(table: DeskTable[Line]) -> None:
    assert sum(table.columnWidth(c) for c in range(3)) == table.viewport().width()


def test_rows_do_not_move_under_a_pressed_mouse(table: DeskTable[Line], qtbot: QtBot) -> None:
    model = table.table
    model.sort_by(1)
    at = row_rect(table, 0).center()
    qtbot.mousePress(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    model.upsert([Line("a", Decimal(99))])
    qtbot.wait(50)
    assert model.id_at(0) == "a"
    qtbot.mouseRelease(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    qtbot.waitUntil(lambda: model.id_at(2) == "a", timeout=3000)


def test_rows_wait_for_the_keyboard_and_then_move(table: DeskTable[Line], qtbot: QtBot) -> None:
    model = table.table
    model.sort_by(1)
    qtbot.keyClick(table, Qt.Key.Key_Down)
    model.upsert([Line("a", Decimal(99))])
    qtbot.wait(50)
    assert model.id_at(0) == "a"
    qtbot.waitUntil(lambda: model.id_at(2) == "a", timeout=5000)


def test_empty_table_says_what_belongs_here(table: DeskTable[Line], theme: ThemeHolder) -> None:
    table.empty_title, table.empty_hint = "没有持仓", "买入后在这里"
    table.table.replace([])
    assert count(grab(table.viewport()), theme.color("t1")) > 0


def test_only_rows_that_changed_are_painted_again(table: DeskTable[Line], qtbot: QtBot) -> None:
    painted: list[QRect] = []

    class Watcher(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if isinstance(event, QPaintEvent):
                painted.extend(event.region())
            return False

    watcher = Watcher()
    table.viewport().installEventFilter(watcher)
    qtbot.wait(20)
    painted.clear()
    told: list[tuple[int, int]] = []
    table.table.dataChanged.connect(lambda a, b, *_: told.append((a.row(), b.row())))
    table.table.upsert([Line("a", Decimal(1)), Line("c", Decimal(2), True)])
    qtbot.waitUntil(lambda: bool(painted))
    rows = {table.rowAt(rect.top() + 2) for rect in painted}
    assert rows == {0, 2}
    assert told == [(0, 2)]
