"""The manual and the about box."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt, QUrl
from PySide6.QtWidgets import QDialog, QLabel, QTextBrowser, QVBoxLayout, QWidget

import resources
from widgets.theme import ThemeHolder


def open_manual(parent: QWidget, language: str) -> QDialog:
    """Show the manual in a window of its own; its pages link to each other."""
    page = Path(resources.__file__ or "").with_name("manual_en.md" if language == "en" else "manual.md")
    dialog = QDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(QCoreApplication.translate("pages", "盯盘使用手册"))
    browser = QTextBrowser(dialog)
    browser.setSource(QUrl.fromLocalFile(str(page)))
    column = QVBoxLayout(dialog)
    column.addWidget(browser)
    dialog.resize(760, 640)
    dialog.show()
    return dialog


def about(parent: QWidget, theme: ThemeHolder) -> QDialog:
    """Name, version, licence, and the risks in plain words."""
    dialog = QDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(QCoreApplication.translate("pages", "关于盯盘"))
    words = QCoreApplication.translate(
        "pages",
        "盯盘 DingPan {version}\n\n"
        "A 股盯盘与自动交易桌面程序。Apache-2.0 许可。\n\n"
        "自动交易有风险：行情可能延迟或中断，委托可能失败，成交价可能与触发价不同，"
        "程序和网络可能出错。请先用模拟盘熟悉，实盘从小资金开始，并始终有人看管。"
        "本程序不构成投资建议，盈亏由使用者自己承担。",
    )
    label = QLabel(words.format(version=metadata.version("dingpan")), dialog)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    column = QVBoxLayout(dialog)
    column.setContentsMargins(16, 16, 16, 16)
    column.addWidget(label)
    dialog.setMinimumWidth(round(theme.scaled(420)))
    dialog.show()
    return dialog
