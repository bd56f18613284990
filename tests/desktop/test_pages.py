"""The manual opens in the window's language, and its pages are reached from the first one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtWidgets import QTextBrowser, QWidget
from pytestqt.qtbot import QtBot

import resources
from desktop.pages import open_manual

FOLDER = Path(resources.__file__ or "").parent
LINK = re.compile(r"\]\(([^)#:]+\.md)\)")


@pytest.mark.parametrize(
    ("language", "title", "linked"),
    [
        ("zh", "盯盘使用手册", "不用 QMT，测试自己的 QMT 程序"),
        ("en", "DingPan manual", "Test your own QMT program without QMT"),
    ],
)
def test_the_manual_leads_to_the_page_on_testing_programs(
    qtbot: QtBot, language: str, title: str, linked: str
) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    browser = open_manual(parent, language).findChild(QTextBrowser)
    assert browser is not None
    assert browser.toPlainText().startswith(title)
    page = FOLDER / ("manual_en.md" if language == "en" else "manual.md")
    (name,) = LINK.findall(page.read_text(encoding="utf-8"))
    browser.setSource(name)
    assert browser.toPlainText().startswith(linked)


@pytest.mark.parametrize("page", sorted(FOLDER.glob("manual*.md")), ids=lambda page: page.name)
def test_no_link_of_the_manual_is_dead(page: Path) -> None:
    for name in LINK.findall(page.read_text(encoding="utf-8")):
        assert (FOLDER / name).is_file(), name
