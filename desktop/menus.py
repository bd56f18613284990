"""Menus and keys of the window: each entry is an action that calls one method of its owner."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from desktop.preferences import Preferences
from widgets.tokens import Direction, Look


class Editing(Protocol):
    """What the menus ask about the watchlist."""

    def import_watchlist(self) -> None: ...
    def export_watchlist(self) -> None: ...
    def add_item(self) -> None: ...
    def edit_current(self) -> None: ...
    def undo(self) -> None: ...
    def redo(self) -> None: ...


class Owner(Protocol):
    """What the menus ask of the window."""

    def quit(self) -> None: ...
    def set_automation(self, armed: bool) -> None: ...
    def allow_stand_ins(self, allowed: bool) -> None: ...
    def acknowledge_top(self) -> None: ...
    def reset_layout(self) -> None: ...
    def choose(self, **changes: object) -> None: ...
    def open_manual(self) -> None: ...
    def about(self) -> None: ...
    def focus_panel(self, index: int) -> None: ...
    def focus_search(self) -> None: ...


class Menus(QObject):
    """Builds the menu bar. `tr` runs in this context."""

    def __init__(
        self,
        window: QMainWindow,
        owner: Owner,
        editing: Editing,
        preferences: Preferences,
        docks: list[QAction],
    ) -> None:
        super().__init__(window)
        self._window = window
        self._owner = owner
        self._editing = editing
        self._file()
        self._edit()
        self._trade()
        self._view(preferences, docks)
        self._help()

    def _menu(self, title: str) -> QMenu:
        return self._window.menuBar().addMenu(title)

    def _add(self, menu: QMenu, text: str, slot: Callable[[], None], *keys: str) -> QAction:
        action = menu.addAction(text)
        action.setShortcuts([QKeySequence(key) for key in keys])
        action.triggered.connect(lambda: slot())
        return action

    def _file(self) -> None:
        menu = self._menu(self.tr("文件(&F)"))
        self._add(menu, self.tr("导入监测列表…"), self._editing.import_watchlist, "Ctrl+I")
        self._add(menu, self.tr("导出监测列表…"), self._editing.export_watchlist, "Ctrl+E")
        menu.addSeparator()
        self._add(menu, self.tr("退出"), self._owner.quit, "Ctrl+Q")

    def _edit(self) -> None:
        menu = self._menu(self.tr("编辑(&E)"))
        self._add(menu, self.tr("添加监测项…"), self._editing.add_item, "Ctrl+N")
        self._add(menu, self.tr("编辑监测项…"), self._editing.edit_current)
        menu.addSeparator()
        self._add(menu, self.tr("撤销"), self._editing.undo, "Ctrl+Z")
        self._add(menu, self.tr("重做"), self._editing.redo, "Ctrl+Y", "Ctrl+Shift+Z")
        menu.addSeparator()
        self._add(menu, self.tr("查找"), self._owner.focus_search, "Ctrl+K")

    def _trade(self) -> None:
        menu = self._menu(self.tr("交易(&T)"))
        self._add(menu, self.tr("运行自动交易"), lambda: self._owner.set_automation(True))
        self._add(menu, self.tr("停自动"), lambda: self._owner.set_automation(False), "Ctrl+F10")
        menu.addSeparator()
        self.stand_ins = menu.addAction(self.tr("备用源可触发交易"))
        self.stand_ins.setCheckable(True)
        self.stand_ins.setToolTip(self.tr("主行情源失效时，允许备用源的行情触发进场、止盈和止损"))
        self.stand_ins.triggered.connect(lambda: self._owner.allow_stand_ins(self.stand_ins.isChecked()))
        menu.addSeparator()
        self._add(menu, self.tr("确认最上面的警报"), self._owner.acknowledge_top, "Ctrl+Return")

    def _view(self, preferences: Preferences, docks: list[QAction]) -> None:
        menu = self._menu(self.tr("视图(&V)"))
        for index, action in enumerate(docks):
            menu.addAction(action)
            self._hidden_key(f"Ctrl+{index + 1}", index)
        self._add(menu, self.tr("恢复标准布局"), self._owner.reset_layout)
        menu.addSeparator()
        looks = ((self.tr("深色"), Look.DARK), (self.tr("浅色"), Look.LIGHT), (self.tr("跟随系统"), None))
        self._choices(menu.addMenu(self.tr("外观")), "look", looks, preferences.look)
        directions = (
            (self.tr("涨红跌绿"), Direction.RED_UP),
            (self.tr("涨绿跌红"), Direction.GREEN_UP),
            (self.tr("色弱"), Direction.COLOR_WEAK),
        )
        self._choices(menu.addMenu(self.tr("涨跌颜色")), "direction", directions, preferences.direction)
        sizes = tuple((f"{percent} %", percent / 100) for percent in (90, 100, 110, 125, 150))
        self._choices(menu.addMenu(self.tr("字号")), "font_factor", sizes, preferences.font_factor)
        languages = (("中文", "zh"), ("English", "en"))
        self._choices(
            menu.addMenu(self.tr("语言（重新启动后生效）")), "language", languages, preferences.language
        )

    def _choices(
        self, menu: QMenu, field: str, options: tuple[tuple[str, object], ...], current: object
    ) -> None:
        group = QActionGroup(menu)
        for text, value in options:
            action = group.addAction(menu.addAction(text))
            action.setCheckable(True)
            action.setChecked(value == current)
            action.triggered.connect(lambda _=False, v=value: self._owner.choose(**{field: v}))

    def _hidden_key(self, key: str, index: int) -> None:
        action = QAction(self._window)
        action.setShortcut(QKeySequence(key))
        action.triggered.connect(lambda: self._owner.focus_panel(index))
        self._window.addAction(action)

    def _help(self) -> None:
        menu = self._menu(self.tr("帮助(&H)"))
        self._add(menu, self.tr("使用手册"), self._owner.open_manual, "F1")
        self._add(menu, self.tr("关于盯盘"), self._owner.about)
