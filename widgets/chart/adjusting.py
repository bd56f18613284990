"""Which prices of the past the daily candles show: as traded, or adjusted across ex-rights days."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from core.domain.enums import Adjust
from widgets.chart.periods import PeriodButton
from widgets.theme import ThemeHolder


class AdjustButton(PeriodButton):
    """不复权 ▾; a click opens the choice. `chosen` carries what the user picked."""

    chosen = Signal(object)

    def __init__(self, theme: ThemeHolder, parent: QWidget) -> None:
        super().__init__(theme, "", "", parent)
        self.setCheckable(False)
        self.names = {
            Adjust.NONE: self.tr("不复权"),
            Adjust.FORWARD: self.tr("前复权"),
            Adjust.BACKWARD: self.tr("后复权"),
        }
        self.adjust = Adjust.NONE
        self.setToolTip(self.tr("日 K 线的复权方式；价位和触发始终按真实价格"))
        self.clicked.connect(self._open)
        theme.changed.connect(self.updateGeometry)
        self.show_adjust(Adjust.NONE)

    def show_adjust(self, adjust: Adjust) -> None:
        """Show a choice; tells nobody."""
        self.adjust = adjust
        self.setText(f"{self.names[adjust]} ▾")
        self.setAccessibleName(self.tr("复权方式 {name}").format(name=self.names[adjust]))
        self.updateGeometry()
        self.update()

    def menu(self) -> QMenu:
        """The choice, with the present one checked."""
        menu = QMenu(self)
        group = QActionGroup(menu)
        for adjust, name in self.names.items():
            action = group.addAction(menu.addAction(name))
            action.setCheckable(True)
            action.setChecked(adjust is self.adjust)
            action.triggered.connect(lambda _=False, one=adjust: self.chosen.emit(one))
        return menu

    def _open(self) -> None:
        menu = self.menu()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.mapToGlobal(QPoint(0, self.height())))
