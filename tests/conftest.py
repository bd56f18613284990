"""What every test stands on: the guards against leaks and noise, the real data, the capability count, the app.

Each lives in a plugin of its own beside this file.
"""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

pytest_plugins = ["tests.capabilities", "tests.leaks", "tests.real_data", "pytester"]

CHINESE_FONTS = (
    "Noto Sans CJK SC",
    "Microsoft YaHei",
    "WenQuanYi Micro Hei",
    "PingFang SC",
    "Source Han Sans SC",
)


QT_ROOMS = ("widgets", "desktop")


def pytest_configure() -> None:
    """A run that a shell put in the background ignores Ctrl+C, and so would the programs that tests send it to."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Windows last: what they leave in cycles must not be collected on a trading thread of another room's test."""
    here = Path(__file__).parent
    items.sort(key=lambda item: item.path.relative_to(here).parts[0] in QT_ROOMS)


@pytest.fixture(scope="session")
def qapp(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> QApplication:
    """pytest-qt's application with a font that can write Chinese and settings that are not the user's."""
    from PySide6.QtCore import QSettings
    from PySide6.QtGui import QFont, QFontDatabase

    settings: Path = tmp_path_factory.mktemp("settings")
    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    for kind in (QSettings.Format.IniFormat, QSettings.Format.NativeFormat):
        QSettings.setPath(kind, QSettings.Scope.UserScope, str(settings))
    installed = set(QFontDatabase.families())
    family = next((name for name in CHINESE_FONTS if name in installed), None)
    if family is not None:
        qapp.setFont(QFont(family, 10))
    return qapp
