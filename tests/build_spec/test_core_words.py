"""build_spec/core_words.py: which sentences it finds in the core's code, and how it keeps their English."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "build_spec" / "core_words.py"


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_spec_core_words", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


core_words = load()


def templates(code: str) -> list[str]:
    return [template for template, _ in core_words.find_in(code)]


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ('x = "止损"', ["止损"]),
        ('x = "stop"', []),
        ('x = f"跌破 {level:,.2f} 将卖 {n!r} 股"', ["跌破 {0} 将卖 {1} 股"]),
        ('x = ("金额 " f"{a} 元，" "不足")', ["金额 {0} 元，不足"]),
        ('x = "查询{what}超过 {limit:g} 秒"', ["查询{0}超过 {1} 秒"]),
        ('x = word.format(p) + "，无效。"', ["{0}，无效。"]),
        ('x = "（或 ".join(a) + "）"', ["{0}）", "{0}（或 {1}"]),
        ("x = f\"可用 {'、'.join(a)}。\"", ["可用 {0}。", "{0}、{1}"]),
        ("x = f\"不是{'整数' if whole else '数字'}\"", ["不是{0}", "整数", "数字"]),
        ('x = f"{a} {b}"', []),
        ('x = f"{{{a}}} 元"', ["{{{0}}} 元"]),
        ('x = f"，{a}"', ["，{0}"]),
    ],
)
def test_a_sentence_becomes_one_template(code: str, found: list[str]) -> None:
    assert sorted(templates(code)) == sorted(found)


def test_docstrings_and_log_calls_are_no_sentences() -> None:
    code = '''
"""模块"""
class A:
    """类"""
    x: int = 1
    """属性"""
    def f(self):
        """方法"""
        _log.warning("日志 %s", "写入")
        return "话"
'''
    assert core_words.find_in(code) == [("话", 10)]


@pytest.mark.parametrize(
    ("english", "complaint"),
    [
        ("", "no English"),
        ("Sells at {0}", "takes ['0', '1'], its English ['0']"),
        ("Sells {1} at {0} 元", "still holds Chinese"),
        ("Sells {1} at {0", "cannot be filled"),
        ("Sells {1} at {0}", ""),
    ],
)
def test_english_needs_the_same_values(english: str, complaint: str) -> None:
    told = core_words.judge("跌破 {0} 将卖 {1} 股", english)
    assert complaint in told
    assert bool(told) is bool(complaint)


@pytest.fixture
def core(tmp_path: Path) -> Path:
    folder = tmp_path / "core"
    folder.mkdir()
    (folder / "a.py").write_text('x = f"止损 {p}"\ny = "是"\n', "utf-8")
    return folder


def test_new_sentences_are_missing_and_known_ones_kept(core: Path, tmp_path: Path) -> None:
    file = tmp_path / "core_en.json"
    complaints = core_words.update(file, core, check=False)
    assert [line.partition(" ")[0] for line in complaints] == ["core/a.py:1:", "core/a.py:2:"]

    known = core_words.Catalogue({"止损 {0}": "Stop {0}", "旧": "Old"}, {"是": "alias", "否": "alias"})
    file.write_text(core_words.render(known), "utf-8")
    assert core_words.update(file, core, check=False) == []
    assert core_words.read(file) == core_words.Catalogue({"止损 {0}": "Stop {0}"}, {"是": "alias"})


def test_a_string_that_nobody_reads_needs_a_reason(core: Path, tmp_path: Path) -> None:
    file = tmp_path / "core_en.json"
    file.write_text(core_words.render(core_words.Catalogue({"止损 {0}": "Stop {0}"}, {"是": ""})), "utf-8")
    (complaint,) = core_words.update(file, core, check=False)
    assert "'是' needs a word" in complaint


def test_a_check_changes_nothing(core: Path, tmp_path: Path) -> None:
    file = tmp_path / "core_en.json"
    complaints = core_words.update(file, core, check=True)
    assert "core_en.json is out of date: run build_spec/core_words.py" in complaints
    assert not file.exists()
