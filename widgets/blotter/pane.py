"""Tabs in a dock head with the tools of the present tab at the right, bodies below."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLayout, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from widgets.fonts import FontRole
from widgets.panel_head import HEIGHT, PanelHead
from widgets.theme import ThemeHolder

_PAD, _GAP = 12, 7


@dataclass(frozen=True, slots=True)
class Tab:
    """What a tab shows: its name, a count, and the count's colour token."""

    title: str
    count: int = 0
    tone: str = "t2"


class CountTabBar(QTabBar):
    """Tabs whose counts stand beside the name in a quieter colour."""

    def __init__(self, theme: ThemeHolder, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._tabs: list[Tab] = []
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setUsesScrollButtons(False)
        theme.changed.connect(self.updateGeometry)

    def put(self, place: int, tab: Tab) -> None:
        """Insert a tab."""
        self._tabs.insert(place, tab)
        self.insertTab(place, self._words(tab))

    def change(self, place: int, tab: Tab) -> None:
        """Show another count; the geometry is renewed only when the text changes."""
        if self._tabs[place] != tab:
            self._tabs[place] = tab
            self.setTabText(place, self._words(tab))
            self.update()

    def drop(self, place: int) -> None:
        """Take a tab away."""
        del self._tabs[place]
        self.removeTab(place)

    @staticmethod
    def _words(tab: Tab) -> str:
        return f"{tab.title} {tab.count}"

    def tabSizeHint(self, place: int) -> QSize:
        """Room for name and count in the widest weight, so that choosing a tab moves nothing."""
        tab = self._tabs[place]
        name = self._theme.metrics(FontRole.STRONG).horizontalAdvance(tab.title)
        count = self._theme.metrics(FontRole.CELL).horizontalAdvance(f"{tab.count:,}".replace("1", "0"))
        return QSize(
            round(name + count) + 2 * _PAD + _GAP + 1, max(HEIGHT - 1, self.fontMetrics().height() + 8)
        )

    minimumTabSizeHint = tabSizeHint

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, base line of the chosen tab, name, count."""
        painter, theme = QPainter(self), self._theme
        painter.fillRect(self.rect(), theme.color("hdr"))
        for place, tab in enumerate(self._tabs):
            chosen = place == self.currentIndex()
            box = self.tabRect(place)
            if chosen:
                painter.fillRect(box, theme.color("pan"))
                painter.fillRect(box.x(), box.y(), box.width(), 2, theme.color("acc"))
            painter.fillRect(box.right(), box.y(), 1, box.height(), theme.color("line"))
            role = FontRole.STRONG if chosen else FontRole.CELL
            painter.setFont(theme.font(role))
            painter.setPen(theme.color("t1" if chosen else "t2"))
            x = box.x() + _PAD
            flags = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
            painter.drawText(QRect(x, box.y(), box.width(), box.height()), flags, tab.title)
            x += round(theme.metrics(role).horizontalAdvance(tab.title)) + _GAP
            painter.setFont(theme.font(FontRole.CELL))
            painter.setPen(theme.color(tab.tone))
            painter.drawText(QRect(x, box.y(), box.width(), box.height()), flags, f"{tab.count:,}")
            if chosen and self.hasFocus():
                painter.setPen(theme.pen("acc", 2))
                painter.drawRect(box.adjusted(1, 1, -1, -1))
        painter.end()


@dataclass(slots=True)
class Page:
    """One tab's body, and the tools that stand in the head while it is shown."""

    key: str
    tab: Tab
    body: QWidget
    tools: QWidget


class TabPane(QWidget):
    """A head of tabs over a stack of pages; pages can move to another pane."""

    page_changed = Signal(str)

    def __init__(self, theme: ThemeHolder, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pages: list[Page] = []
        self.head = PanelHead(theme, "", self)
        self.head.row.setContentsMargins(0, 0, 6, 1)
        self.bar = CountTabBar(theme, self.head)
        self.tools = QStackedWidget(self.head)
        self.head.row.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self.head.row.addWidget(self.bar)
        self.head.row.addStretch(1)
        self.head.row.addWidget(self.tools)
        self.stack = QStackedWidget(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(self.stack)
        self.bar.currentChanged.connect(self._show)

    def add(self, page: Page) -> None:
        """Append a page."""
        self.pages.append(page)
        self.stack.addWidget(page.body)
        self.tools.addWidget(page.tools)
        self.bar.put(len(self.pages) - 1, page.tab)

    def minimumSizeHint(self) -> QSize:
        """Room for the tabs: the tools have keys, and go where there is no room for them."""
        return QSize(self.bar.minimumSizeHint().width(), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Tools where there is room."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        tools = self.tools.currentWidget()
        if tools is not None:
            needed = self.bar.minimumSizeHint().width() + tools.minimumSizeHint().width() + _PAD
            self.tools.setVisible(self.width() >= needed)

    def take_all(self) -> list[Page]:
        """Give all pages away; their widgets live on without this pane."""
        gone, self.pages = self.pages, []
        for page in gone:
            self.stack.removeWidget(page.body)
            self.tools.removeWidget(page.tools)
            self.bar.drop(0)
        return gone

    def set_tab(self, key: str, tab: Tab) -> bool:
        """Change a tab's words; False when it is not here."""
        for place, page in enumerate(self.pages):
            if page.key == key:
                page.tab = tab
                self.bar.change(place, tab)
                return True
        return False

    def show_page(self, key: str) -> bool:
        """Bring a page to the front; False when it is not here."""
        for place, page in enumerate(self.pages):
            if page.key == key:
                self.bar.setCurrentIndex(place)
                return True
        return False

    @property
    def current_key(self) -> str:
        """Key of the page in front, or empty."""
        place = self.bar.currentIndex()
        return self.pages[place].key if 0 <= place < len(self.pages) else ""

    def _show(self, place: int) -> None:
        if 0 <= place < len(self.pages):
            self.stack.setCurrentWidget(self.pages[place].body)
            self.tools.setCurrentWidget(self.pages[place].tools)
            self._fit()
            self.page_changed.emit(self.pages[place].key)
