"""The table model: one signal a batch, its own order, selection that lives through it."""

from __future__ import annotations

import random
from dataclasses import dataclass

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QTableView
from pytestqt.qtbot import QtBot

from widgets.models.cell import Align
from widgets.models.column import Column
from widgets.models.table import FLASH_MS, TableModel


@dataclass(frozen=True, slots=True)
class Line:
    key: str
    value: int | None
    name: str = ""


def columns() -> tuple[Column[Line], ...]:
    return (
        Column("key", "键", 60, lambda r: r.key, sort_key=lambda r: r.key),
        Column(
            "value",
            "值",
            60,
            lambda r: str(r.value),
            Align.RIGHT,
            lambda r: "rise" if (r.value or 0) > 0 else "fall",
            sort_key=lambda r: r.value,
            live=True,
        ),
    )


def make(newest_first: bool = False) -> TableModel[Line]:
    return TableModel(
        columns(),
        lambda r: r.key,
        newest_first=newest_first,
        tie=lambda r: r.key,
        search=lambda r: f"{r.key} {r.name}",
        row_tone=lambda r: "dim" if r.value is None else "",
    )


def shown(model: TableModel[Line]) -> list[str]:
    return [str(model.id_at(row)) for row in range(model.rowCount())]


def lines(text: str) -> list[Line]:
    return [Line(key, place) for place, key in enumerate(text)]


class Spy:
    """Counts what a model tells its views."""

    def __init__(self, model: TableModel[Line]) -> None:
        self.changed: list[tuple[int, int]] = []
        self.inserted: list[tuple[int, int]] = []
        self.moved = self.relaid = self.reset = 0
        model.dataChanged.connect(lambda a, b, *_: self.changed.append((a.row(), b.row())))
        model.rowsInserted.connect(lambda _, first, last: self.inserted.append((first, last)))
        model.rowsMoved.connect(self._moved)
        model.layoutChanged.connect(self._relaid)
        model.modelReset.connect(self._reset)

    def _moved(self, *_: object) -> None:
        self.moved += 1

    def _relaid(self, *_: object) -> None:
        self.relaid += 1

    def _reset(self) -> None:
        self.reset += 1


def test_a_batch_is_one_insertion_and_its_update_one_change(qapp: object) -> None:
    model = make()
    spy = Spy(model)
    model.upsert(lines("abcdef"))
    model.upsert([Line("b", 9), Line("e", 9), Line("c", 9)])
    assert spy.inserted == [(0, 5)]
    assert spy.changed == [(1, 4)]
    assert spy.relaid == spy.moved == spy.reset == 0
    assert model.cell(1, 1) == ("9", "rise")


def test_cells_are_written_anew_only_for_rows_that_changed(qapp: object) -> None:
    written: list[str] = []

    def text(row: Line) -> str:
        written.append(row.key)
        return row.key

    model: TableModel[Line] = TableModel((Column("k", "k", 10, text),), lambda r: r.key)
    model.upsert(lines("ab"))
    for _ in range(3):
        model.cell(0, 0), model.cell(1, 0)
    model.upsert([Line("b", 5)])
    model.cell(0, 0), model.cell(1, 0)
    assert written == ["a", "b", "b"]


def test_newest_first_shows_the_latest_arrival_on_top_and_updates_in_place(qapp: object) -> None:
    model = make(newest_first=True)
    spy = Spy(model)
    for line in lines("abc"):
        model.upsert([line])
    model.upsert([Line("a", 7)])
    assert shown(model) == ["c", "b", "a"]
    assert spy.inserted == [(0, 0)] * 3
    assert spy.changed == [(2, 2)]
    assert [model.row_of(key) for key in "abc"] == [2, 1, 0]


def test_ten_thousand_rows_arrive_in_order_and_none_is_lost(qapp: object) -> None:
    model = make(newest_first=True)
    for start in range(0, 10_000, 33):
        model.upsert([Line(f"{n:05d}", n) for n in range(start, min(start + 33, 10_000))])
        model.upsert([Line(f"{start:05d}", -1)])
    assert model.rowCount() == 10_000
    assert shown(model) == [f"{n:05d}" for n in reversed(range(10_000))]
    assert model.row_at(model.row_of("09998")).value == 9_998
    assert model.row_at(model.row_of("00033")).value == -1


def test_sorting_by_a_column_and_back_to_the_default(qapp: object) -> None:
    model = make()
    model.upsert([Line("b", 2), Line("a", 2), Line("d", None), Line("c", 5)])
    model.sort_by(1, descending=True)
    assert shown(model) == ["c", "a", "b", "d"]
    model.sort_by(1)
    assert shown(model) == ["a", "b", "c", "d"]
    model.sort_by(None)
    assert shown(model) == ["b", "a", "d", "c"]


def test_a_live_column_is_resorted_later_and_not_on_each_tick(qtbot: QtBot) -> None:
    model = make()
    model.upsert(lines("abcd"))
    model.sort_by(1)
    spy = Spy(model)
    model.upsert([Line("a", 10)])
    qtbot.waitUntil(lambda: shown(model) == ["b", "c", "d", "a"])
    for value in range(11, 200):
        model.upsert([Line("b", value), Line("c", value + 1)])
        qtbot.wait(1) if value % 20 == 0 else None
    assert spy.moved == 1, "a second re-sort came before a second had passed"
    qtbot.waitUntil(lambda: shown(model) == ["d", "a", "b", "c"], timeout=3000)
    assert spy.relaid == spy.reset == 0


def test_rows_stand_still_while_held(qtbot: QtBot) -> None:
    model = make()
    model.upsert(lines("abc"))
    model.sort_by(1)
    model.hold(True)
    model.upsert([Line("a", 10)])
    qtbot.wait(30)
    assert shown(model) == ["a", "b", "c"]
    assert model.cell(0, 1)[0] == "10"
    model.hold(False)
    qtbot.waitUntil(lambda: shown(model) == ["b", "c", "a"])


@pytest.mark.parametrize("size", [6, 200])
def test_selection_and_current_row_live_through_a_resort(qtbot: QtBot, size: int) -> None:
    model = make()
    model.upsert([Line(f"{n:03d}", n) for n in range(size)])
    table = QTableView()
    qtbot.addWidget(table)
    table.setModel(model)
    flags = QItemSelectionModel.SelectionFlag
    for row in (1, 4):
        table.selectionModel().select(model.index(row, 0), flags.Select | flags.Rows)
    table.selectionModel().setCurrentIndex(model.index(4, 0), flags.NoUpdate)
    spy = Spy(model)
    model.sort_by(1, descending=True)
    assert {model.id_at(i.row()) for i in table.selectionModel().selectedRows()} == {"001", "004"}
    assert model.id_at(table.currentIndex().row()) == "004"
    assert bool(spy.relaid) is (size > 16)


def test_filter_by_text_and_predicate(qapp: object) -> None:
    model = make()
    model.upsert([Line("600519", 1, "贵州茅台"), Line("000858", 2, "五粮液"), Line("300750", 3, "宁德时代")])
    model.set_filter("茅台")
    assert shown(model) == ["600519"]
    model.set_filter("0008")
    assert shown(model) == ["000858"]
    model.set_filter("")
    model.set_predicate(lambda r: (r.value or 0) >= 2)
    assert shown(model) == ["000858", "300750"]
    model.upsert([Line("601318", 9, "中国平安"), Line("601319", 0, "少")])
    assert shown(model) == ["000858", "300750", "601318"]
    assert model.total == 5
    model.set_predicate(None)
    assert shown(model) == ["600519", "000858", "300750", "601318", "601319"]


def test_a_row_enters_and_leaves_a_filter_when_it_changes(qtbot: QtBot) -> None:
    model = make()
    model.set_predicate(lambda r: (r.value or 0) > 0)
    model.upsert([Line("a", 1), Line("b", 0), Line("c", 1)])
    model.upsert([Line("a", 0), Line("b", 1)])
    qtbot.waitUntil(lambda: shown(model) == ["b", "c"])


def test_replace_keeps_the_selection_of_rows_that_stay(qtbot: QtBot) -> None:
    model = make()
    model.upsert(lines("abcd"))
    table = QTableView()
    qtbot.addWidget(table)
    table.setModel(model)
    table.selectRow(2)
    spy = Spy(model)
    model.replace([Line("d", 3), Line("c", 8), Line("e", 5)])
    assert shown(model) == ["d", "c", "e"]
    assert [model.id_at(i.row()) for i in table.selectionModel().selectedRows()] == ["c"]
    assert model.cell(1, 1)[0] == "8"
    assert spy.reset == 0
    model.remove(["c", "unknown"])
    assert shown(model) == ["d", "e"]


def test_flash_ends_by_itself(qtbot: QtBot) -> None:
    model = make()
    model.upsert(lines("ab"))
    model.flash({"b": "risebar"}, 1)
    assert model.flash_tone(1, 1) == "risebar"
    assert model.flash_tone(0, 1) is None
    with qtbot.waitSignal(model.dataChanged, timeout=FLASH_MS * 10):
        pass
    assert model.flash_tone(1, 1) is None


def test_roles_for_screen_readers_and_headers(qapp: object) -> None:
    model = make()
    model.upsert([Line("a", None)])
    assert model.headerData(1, Qt.Orientation.Horizontal) == "值"
    assert model.data(model.index(0, 0), Qt.ItemDataRole.AccessibleTextRole) == "键 a"
    assert model.data(model.index(0, 1), Qt.ItemDataRole.TextAlignmentRole) == Align.RIGHT.value
    assert model.row_tone(0) == "dim"


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("newest_first", [False, True])
def test_any_sequence_of_calls_keeps_the_model_sound(qtbot: QtBot, seed: int, newest_first: bool) -> None:
    """Qt's own model tester watches every signal; an oracle says what must be shown."""
    model = make(newest_first)
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, model)
    table = QTableView()
    qtbot.addWidget(table)
    table.setModel(model)
    rng = random.Random(seed)
    rows: dict[str, Line] = {}
    needle, floor, sort = "", -1, None
    for _ in range(60):
        act = rng.randrange(7)
        if act <= 2:
            batch = [Line(f"{rng.randrange(40):02d}", rng.randrange(30)) for _ in range(rng.randrange(1, 8))]
            rows.update({line.key: line for line in batch})
            model.upsert(batch)
        elif act == 3:
            rows = {key: line for key, line in rows.items() if rng.random() < 0.7}
            model.replace(rows.values())
        elif act == 4:
            needle = rng.choice(["", "1", "2"])
            model.set_filter(needle)
        elif act == 5:
            floor = rng.choice([-1, 10])
            model.set_predicate(lambda r, f=floor: (r.value or 0) > f)
        else:
            sort = rng.choice([None, (0, True), (1, False), (1, True)])
            model.sort_by(*(sort or (None,)))
        if model.rowCount() and rng.random() < 0.3:
            table.selectRow(rng.randrange(model.rowCount()))
        assert model.total == len(rows)
    model.sort_by(*(sort or (None,)))
    wanted = [line for line in rows.values() if needle in f"{line.key} " and (line.value or 0) > floor]
    if sort is None:
        wanted = wanted[::-1] if newest_first else wanted
    else:
        wanted.sort(key=lambda r: r.key)
        wanted.sort(key=(lambda r: r.key) if sort[0] == 0 else (lambda r: r.value or 0), reverse=sort[1])
    assert shown(model) == [line.key for line in wanted]
    assert [model.row_of(line.key) for line in wanted] == list(range(len(wanted)))
