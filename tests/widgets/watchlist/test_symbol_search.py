"""A security is found by code, name or initials; what is ambiguous is asked about and never guessed."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from core.domain.enums import Mode
from widgets.theme import ThemeHolder
from widgets.watchlist.editor import ItemEditor

MT, BANK, INDEX = "600519.SH", "000001.SZ", "000001.SH"
MAOTAI = (MT, "贵州茅台", "GZMT")
QUESTION = "“茅台”是不是 贵州茅台（600519.SH）？请选一个。"


@pytest.fixture
def editor(qtbot: QtBot, theme: ThemeHolder) -> ItemEditor:
    made = ItemEditor(theme, new_id=lambda symbol: f"w-{symbol}", mode=Mode.PAPER)
    qtbot.addWidget(made)
    made.edit(None, None, None)
    return made


def type_code(qtbot: QtBot, editor: ItemEditor, text: str) -> None:
    edit = editor.form.symbol.edit
    edit.setFocus()
    edit.clear()
    qtbot.keyClicks(edit, text)


def test_what_is_typed_is_asked_once_the_hand_rests(qtbot: QtBot, editor: ItemEditor) -> None:
    asked: list[str] = []
    editor.search_wanted.connect(asked.append)
    with qtbot.waitSignal(editor.search_wanted):
        type_code(qtbot, editor, "gzmt")
    assert asked == ["gzmt"]


def test_candidates_are_shown_and_one_is_picked(qtbot: QtBot, editor: ItemEditor) -> None:
    type_code(qtbot, editor, "gzmt")
    editor.show_candidates("gzmt", [MAOTAI], MT, "")
    assert editor.form.search.rows == ["600519.SH  贵州茅台  GZMT"]
    wanted: list[str] = []
    editor.instrument_wanted.connect(wanted.append)
    editor.form.search.picked.emit(MT)
    assert (editor.form.symbol.edit.text(), editor.symbol, wanted) == (MT, MT, [MT])


def test_enter_takes_what_can_only_be_meant_and_nothing_else(qtbot: QtBot, editor: ItemEditor) -> None:
    edit = editor.form.symbol.edit
    type_code(qtbot, editor, "gzmt")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert edit.text() == "gzmt", "nobody has answered yet"
    editor.show_candidates("gzmt", [MAOTAI], "", QUESTION)
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert edit.text() == "gzmt", "a question is not an answer"
    editor.show_candidates("gzmt", [MAOTAI], MT, "")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert (edit.text(), editor.symbol) == (MT, MT)


def test_a_late_answer_changes_nothing(qtbot: QtBot, editor: ItemEditor) -> None:
    type_code(qtbot, editor, "gz")
    editor.show_candidates("g", [MAOTAI], "", QUESTION)
    assert editor.form.search.rows == []


def test_a_part_of_a_name_is_a_question_with_its_answers(qtbot: QtBot, editor: ItemEditor) -> None:
    edit = editor.form.symbol.edit
    edit.setText("茅台")
    editor.state.edited("symbol")
    editor.show_candidates("茅台", [MAOTAI, ("000799.SZ", "酒鬼酒", "JGJ")], "", QUESTION)
    message = editor.form.symbol.message
    assert QUESTION in message.text
    assert [button.text() for button in message.buttons] == ["贵州茅台 600519.SH", "酒鬼酒 000799.SZ"]
    message.buttons[0].click()
    assert (edit.text(), editor.symbol) == (MT, MT)
