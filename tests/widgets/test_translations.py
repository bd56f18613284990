"""Every text of the window has its English, and the compiled file answers as Qt will ask."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import pytest
from PySide6.QtCore import QCoreApplication, QObject, QTranslator
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from core.domain.enums import Mode
from core.exchange.boards import RULES
from desktop.core_translator import CoreTranslator
from tests.widgets.desk_records import instrument, item, quote
from widgets import formats
from widgets.account_bar import AccountBar
from widgets.core_words import core_text
from widgets.securities import board_of, unit_of
from widgets.theme import ThemeHolder
from widgets.watchlist.editor import ItemEditor

SCRIPT = Path(__file__).resolve().parents[2] / "build_spec" / "translate.py"


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_spec_translate", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


translate = load()


@pytest.fixture
def english(qapp: QApplication) -> Iterator[QTranslator]:
    """The shipped English, as the desk installs it."""
    translator = QTranslator()
    assert translator.load("dingpan_en", str(translate.QM.parent))
    qapp.installTranslator(translator)
    yield translator
    qapp.removeTranslator(translator)


@pytest.fixture
def english_core(english: QTranslator, qapp: QApplication) -> Iterator[CoreTranslator]:
    """With the words of the core."""
    translator = CoreTranslator()
    qapp.installTranslator(translator)
    yield translator
    qapp.removeTranslator(translator)


def found(code: str, path: str = "x.py") -> tuple[list[tuple[str, str]], int]:
    texts, complaints = translate.find_in(path, code)
    return [(text.context, text.source) for text in texts], len(complaints)


def test_every_text_has_english_with_the_same_placeholders() -> None:
    texts, complaints = translate.find_all()
    assert len(texts) > 300
    wrong = complaints + translate.complaints_of(texts, translate.read_ts(translate.TS))
    assert not wrong, "run build_spec/translate.py and write the English into the .ts:\n" + "\n".join(wrong)


def test_the_file_of_texts_holds_what_the_sources_say_and_no_more() -> None:
    texts, _ = translate.find_all()
    known = translate.read_ts(translate.TS)
    fresh = translate.render_ts(list(texts), known)
    assert translate.TS.read_text(encoding="utf-8") == fresh, "run build_spec/translate.py"


def test_the_compiled_file_answers_each_text(english: QTranslator) -> None:
    known = translate.read_ts(translate.TS)
    texts, _ = translate.find_all()
    wrong = [
        key for key in texts if (english.translate(key[0], key[1]) or "") != known.get(key, "")
    ]  # a stale .qm: run build_spec/translate.py
    assert wrong == []


def test_placeholders_of_english_can_be_filled() -> None:
    for (context, source), word in translate.read_ts(translate.TS).items():
        names = {name[1:-1].partition(":")[0] for name in translate.PLACEHOLDER.findall(source)}
        values = dict.fromkeys(names, 1.5)
        assert word.format(**values) != "", (context, source)


@pytest.mark.parametrize(
    ("english_text", "words"),
    [
        ("", "has no English"),
        ("{n} rows of {m}", "placeholders"),
        ("rows", "placeholders"),
        ("{n} 行", "still holds Chinese"),
        ("{n} rows ", "space"),
        ("{n} rows", ""),
    ],
)
def test_a_bad_english_text_is_named(english_text: str, words: str) -> None:
    text = translate.Text("Table", "{n} 行", "widgets/table.py:7")
    complaint = translate.judge(text, english_text)
    assert words in complaint
    assert bool(complaint) is bool(words)


def test_a_text_without_english_is_named_with_its_place() -> None:
    key = ("Table", "{n} 行")
    (line,) = translate.complaints_of({key: translate.Text(*key, "widgets/table.py:7")}, {})
    assert line == "widgets/table.py:7: [Table] '{n} 行' has no English"


def test_texts_are_found_with_the_context_of_run_time() -> None:
    code = """
from PySide6.QtCore import QCoreApplication
translate = QCoreApplication.translate
def _tr(text):
    return QCoreApplication.translate("Levels", text)
class Outer(QWidget):
    def a(self):
        return self.tr("甲" "乙").format(n=1)
    def b(self):
        return [lambda: self.tr("丙"), translate("Other", "丁"), _tr("戊")]
def paint(painter):
    painter.translate(1, 2)
"""
    assert found(code) == ([("Outer", "甲乙"), ("Outer", "丙"), ("Other", "丁"), ("Levels", "戊")], 0)


@pytest.mark.parametrize(
    "call",
    [
        'self.tr(f"{n} 行")',
        'self.tr("甲" + word)',
        "self.tr(word)",
        'self.other.tr("甲")',
        'translate("X", f"{n}")',
    ],
)
def test_a_text_that_cannot_be_looked_up_is_a_complaint(call: str) -> None:
    texts, complaints = found(f"class A:\n    def a(self, n, word):\n        return {call}\n")
    assert texts == []
    assert complaints == 1


def test_words_of_the_core_have_one_door_and_need_no_literal() -> None:
    door = 'def core_text(text):\n    return QCoreApplication.translate("Core", text)\n'
    assert found(door, translate.CORE_DOOR) == ([], 0)
    assert found(door) == ([], 1)
    assert found('translate("Core", "甲")') == ([], 1)
    assert found(door.replace("text)\n", "text + word)\n"), translate.CORE_DOOR) == ([], 1)


def test_an_update_keeps_english_and_drops_what_is_gone(tmp_path: Path) -> None:
    file = tmp_path / "x.ts"
    kept, new = ("A", "甲 <b>&amp;"), ("A", "乙")
    file.write_text(
        translate.render_ts([kept, ("B", "旧")], {kept: 'first <i> & "x"', ("B", "旧"): "old"}), "utf-8"
    )
    known = translate.read_ts(file)
    assert known == {kept: 'first <i> & "x"', ("B", "旧"): "old"}
    file.write_text(translate.render_ts([new, kept], known), "utf-8")
    assert translate.read_ts(file) == {kept: 'first <i> & "x"'}
    assert 'type="unfinished"' in file.read_text("utf-8")


def test_a_mixin_speaks_in_its_own_context(english: QTranslator) -> None:
    class ItemForm:
        def word(self) -> str:
            return str(self.tr("分组"))  # type: ignore[attr-defined]

    class Mixed(ItemForm, QObject):
        pass

    assert Mixed().word() == "Group"


def test_big_figures_change_their_units_with_the_language(english: QTranslator, qapp: QApplication) -> None:
    assert formats.big(123_456) == "123.5K"
    qapp.removeTranslator(english)
    assert formats.big(123_456) == "12.35万"


def test_the_editor_speaks_english_without_a_chinese_word(
    english_core: CoreTranslator, theme: ThemeHolder, qtbot: QtBot
) -> None:
    editor = ItemEditor(theme, new_id=str, mode=Mode.PAPER)
    qtbot.addWidget(editor)
    editor.edit(
        item("w", "510300.SH", ("4.600", "4.660"), "4.400", "5.200"),
        instrument("510300.SH", "CSI 300 ETF", "0.001"),
        quote("510300.SH", "4.700", "4.690"),
    )
    editor.set_account(Decimal(100_000), Decimal(50_000), Decimal(0))
    assert editor.windowTitle() == "[PAPER] Watch item — CSI 300 ETF 510300"
    assert chinese_in(editor) == []
    assert editor.form.head.facts.text() == "510300.SH · SSE ETF · lot 100 units · tick 0.001"
    assert QCoreApplication.translate("ItemForm", "分组") == "Group"


def chinese_in(editor: ItemEditor, typed: str = "") -> list[str]:
    """Everything Chinese that the editor shows or tells a screen reader, but for what was typed into it."""
    words = [label.text() for label in editor.findChildren(QLabel)]
    words += [button.text() for button in editor.findChildren(QAbstractButton)]
    for widget in editor.findChildren(QWidget):
        words += [widget.toolTip(), widget.accessibleName(), widget.accessibleDescription()]
    words += editor.form.names.values()
    return [word for word in words if translate.CHINESE.search(word.replace(typed, "") if typed else word)]


FINDINGS = [
    ("symbol", "999999", "是指数"),
    ("symbol", "777777", "号段"),
    ("symbol", "60051", "代码"),
    ("symbol", "茅台", "代码"),
    ("stop_loss", "4.3995", "整数倍"),
    ("entry_low", "4.700", "上下颠倒"),
    ("stop_loss", "4.650", "止损"),
    ("max_position_pct", "130", "上限"),
    ("take_profit", "x", "数字"),
    ("take_profit", "9.000", "不在建议的"),
]


def edit_and_leave(editor: ItemEditor, field: str, text: str) -> str:
    """What the editor says at a field after `text` is typed into it; a code is asked for in a new item only."""
    old = item("w", "510300.SH", ("4.600", "4.660"), "4.400", "5.200")
    known = instrument("510300.SH", "CSI 300 ETF", "0.001"), quote("510300.SH", "4.700", "4.690")
    assert editor.edit(None, None, None) if field == "symbol" else editor.edit(old, *known)
    editor.form.edits[field].setText(text)
    editor.form.left.emit(field)
    return editor.form.message(field).text


@pytest.mark.parametrize(("field", "text", "said"), FINDINGS)
def test_a_finding_is_said_in_english(
    english_core: CoreTranslator, theme: ThemeHolder, qtbot: QtBot, field: str, text: str, said: str
) -> None:
    editor = ItemEditor(theme, new_id=str, mode=Mode.PAPER)
    qtbot.addWidget(editor)
    assert edit_and_leave(editor, field, text)
    assert chinese_in(editor, typed=text) == []


@pytest.mark.parametrize(("field", "text", "said"), FINDINGS)
def test_a_chinese_desk_says_the_cores_own_sentence(
    theme: ThemeHolder, qtbot: QtBot, field: str, text: str, said: str
) -> None:
    editor = ItemEditor(theme, new_id=str, mode=Mode.PAPER)
    qtbot.addWidget(editor)
    assert said in edit_and_leave(editor, field, text)


def test_boards_and_units_are_words_of_the_language(english_core: CoreTranslator, qapp: QApplication) -> None:
    symbols = ("600519.SH", "510300.SH", "113050.SH", "what")
    assert [board_of(one) for one in symbols] == ["SSE main", "SSE ETF", "Convertible", ""]
    assert [unit_of(one) for one in symbols] == ["shares", "units", "bonds", "shares"]
    for rule in RULES.values():
        assert not translate.CHINESE.search(core_text(rule.title) + core_text(rule.unit))
    qapp.removeTranslator(english_core)
    assert [board_of(one) for one in symbols] == ["沪市主板", "沪市ETF", "可转债", ""]
    assert [unit_of(one) for one in symbols] == ["股", "份", "张", "股"]


def test_words_of_the_core_do_not_hide_other_contexts(english_core: CoreTranslator) -> None:
    assert QCoreApplication.translate("ItemForm", "分组") == "Group"
    assert QCoreApplication.translate("Elsewhere", "没有译文") == "没有译文"
    assert QCoreApplication.translate("Elsewhere", "沪市主板") == "沪市主板"


def test_what_automation_does_keeps_its_beginning(
    english: QTranslator, theme: ThemeHolder, qtbot: QtBot
) -> None:
    bar = AccountBar(theme)
    qtbot.addWidget(bar)
    bar.resize(1920, 54)
    head, rest = "Automation off: " + "alerts only, no orders, " * 20, "the cause " * 50
    bar.set_desk(Mode.PAPER, "SIM-01", False, f"{head}; {rest}")
    bar.show()
    for label, whole in ((bar.sentence, head), (bar.hint, rest)):
        assert label.text() == whole
        assert label.toolTip() == f"{head}; {rest}"
        assert label.shown.endswith("…")
        assert whole.startswith(label.shown[:-1])
    bar.set_desk(Mode.PAPER, "SIM-01", True, "Automation on; all")
    assert (bar.sentence.shown, bar.hint.shown) == ("Automation on", "all")
    assert bar.badge.accessibleName() == "PAPER PAPER · SIM-01, Nothing goes to a broker"
