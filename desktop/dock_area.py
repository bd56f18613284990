"""The docks of the desk: watchlist on top, chart and blotter below, depth on the right."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

from desktop.panels import Panels
from desktop.preferences import LAYOUT_VERSION


class DockArea(QMainWindow):
    """A main window inside the window, so that account bar and health strip keep the full width."""

    def __init__(self, panels: Panels, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowFlags(Qt.WindowType.Widget)
        self.setDockNestingEnabled(True)
        self._blotter = panels.blotter
        self.watchlist_dock = self._dock("watchlist", self.tr("监测列表"), panels.watchlist)
        self.chart_dock = self._dock("chart", self.tr("图表"), panels.chart)
        self.blotter_dock = self._dock("blotter", self.tr("委托与成交"), panels.blotter)
        self.depth_dock = self._dock("depth", self.tr("盘口"), panels.depth)
        self.docks = (self.watchlist_dock, self.chart_dock, self.blotter_dock, self.depth_dock)
        self.watchlist_dock.setTitleBarWidget(panels.watchlist.head)
        self.chart_dock.setTitleBarWidget(panels.chart.head)
        self.depth_dock.setTitleBarWidget(panels.depth.head)
        self.blotter_dock.setTitleBarWidget(QWidget(self.blotter_dock))  # its tab bars name it
        self.arrange()

    def _dock(self, name: str, title: str, widget: QWidget) -> QDockWidget:
        dock = QDockWidget(title, self)
        dock.setObjectName(name)
        dock.setWidget(widget)
        return dock

    def arrange(self) -> None:
        """The standard layout, sized for the window as it is."""
        for dock in self.docks:
            self.removeDockWidget(dock)
        # One area for all: with areas of their own and no central widget Qt shares the room as it likes.
        self.addDockWidget(Qt.DockWidgetArea.TopDockWidgetArea, self.watchlist_dock)
        self.splitDockWidget(self.watchlist_dock, self.depth_dock, Qt.Orientation.Horizontal)
        self.splitDockWidget(self.watchlist_dock, self.chart_dock, Qt.Orientation.Vertical)
        self.splitDockWidget(self.chart_dock, self.blotter_dock, Qt.Orientation.Horizontal)
        for dock in self.docks:
            dock.show()
        size = self.size()
        side = 340 if size.width() >= 1600 else 296
        left = max(size.width() - side, 600)
        self.resizeDocks([self.watchlist_dock, self.depth_dock], [left, side], Qt.Orientation.Horizontal)
        lists = max(left * 47 // 100, min(self._blotter.sizeHint().width(), left * 60 // 100))
        self.resizeDocks(
            [self.chart_dock, self.blotter_dock], [left - lists, lists], Qt.Orientation.Horizontal
        )
        top = size.height() * 45 // 100
        self.resizeDocks(
            [self.watchlist_dock, self.chart_dock], [top, size.height() - top], Qt.Orientation.Vertical
        )
        self._blotter.set_split(size.height() >= 760)

    def toggles(self) -> list[QAction]:
        """Show-and-hide actions for the view menu."""
        return [dock.toggleViewAction() for dock in self.docks]

    def save(self) -> QByteArray:
        """State of the docks."""
        return self.saveState(LAYOUT_VERSION)

    def restore(self, state: QByteArray) -> bool:
        """False when the state is of another version."""
        return self.restoreState(state, LAYOUT_VERSION)

    def sizeHint(self) -> QSize:
        """A desk wants room."""
        return QSize(1440, 820)
