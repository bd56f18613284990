"""Paper or live, impossible to overlook: the badge, the rail under it, and the frame of a live window.

PAPER is a draft (hatched, dashed, cyan), LIVE is a sign (solid, orange). Paper on real quotes is a draft too, with a
solid edge and longer dashes. The mode has no toggle. Until the desk has told it nothing is claimed: plain and quiet.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.domain.enums import Mode
from widgets import formats
from widgets.fonts import FontRole
from widgets.theme import ThemeHolder

RAIL = 3
FRAME = 3
WIDTH, HEIGHT, SMALL = 186, 54, 46
_LEFT_TOP = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


class ModeBadge(QWidget):
    """模拟 or 实盘, the account and one line of words; 未运行 before a desk has spoken."""

    def __init__(self, theme: ThemeHolder, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._mode: Mode | None = None
        self._account = self._note = ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self._restyle)
        self.set_mode(None, "")

    def set_mode(self, mode: Mode | None, account_id: str, note: str = "") -> None:
        """Show the mode, None while it is not known. `note` is the second line; without it paper says that nothing
        leaves for a broker."""
        self._mode, self._account = mode, account_id
        self._note = note or self._own_note()
        words = " ".join(word for word in (self.title, self.line) if word)
        self.setAccessibleName(f"{words}{self.tr('，')}{self._note}")
        self.setToolTip(self.accessibleName())
        self._restyle()

    @property
    def mode(self) -> Mode | None:
        """What is shown."""
        return self._mode

    @property
    def title(self) -> str:
        """The big word."""
        if self._mode is None:
            return self.tr("未运行")
        if self._mode is Mode.LIVE:
            return self.tr("实盘")
        return self.tr("模拟·真行情") if self._mode is Mode.PAPER_REAL else self.tr("模拟")

    def _own_note(self) -> str:
        if self._mode is None:
            return self.tr("正在启动")
        if self._mode is Mode.LIVE:
            return self.tr("真实资金")
        if self._mode is Mode.PAPER_REAL:
            return self.tr("行情是真的，不会发往券商")
        return self.tr("不会发往券商")

    @property
    def line(self) -> str:
        """Mode and account; digits of an account are masked."""
        if self._mode is None:
            return ""
        account = formats.account(self._account)
        mode = Mode.LIVE.value if self._mode is Mode.LIVE else Mode.PAPER.value
        return f"{mode} · {account}" if account else mode

    @property
    def note(self) -> str:
        """The second line."""
        return self._note

    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Wide enough for its lines, at least the picture's width."""
        title = self._theme.metrics(FontRole.BADGE).horizontalAdvance(self.title)
        metrics = self._theme.metrics(FontRole.CAPTION)
        lines = max(metrics.horizontalAdvance(self.line), metrics.horizontalAdvance(self._note))
        return QSize(max(WIDTH, round(14 + title + 12 + lines + 14)), HEIGHT)

    minimumSizeHint = sizeHint

    def paintEvent(self, event: QPaintEvent) -> None:
        """Hatched and dashed, or solid, with the words."""
        painter, theme = QPainter(self), self._theme
        ink = self._paint_ground(painter)
        title = theme.metrics(FontRole.BADGE).horizontalAdvance(self.title)
        painter.setPen(ink)
        painter.setFont(theme.font(FontRole.BADGE))
        painter.drawText(QRectF(14, 0, title + 4, self.height()), _LEFT_TOP, self.title)
        painter.setFont(theme.font(FontRole.CAPTION))
        x, room, half = 14 + title + 11, self.width() - title - 29, self.height() / 2
        if self.line:
            painter.drawText(QRectF(x, half - 19, room, 18), _LEFT_TOP, self.line)
            painter.drawText(QRectF(x, half, room, 18), _LEFT_TOP, self._note)
        else:
            painter.drawText(QRectF(x, 0, room, self.height()), _LEFT_TOP, self._note)
        painter.end()

    def _paint_ground(self, painter: QPainter) -> QColor:
        """The ground of the mode; returns the ink that is read on it."""
        theme = self._theme
        if self._mode is None:
            painter.fillRect(self.rect(), theme.color("hdr"))
            return theme.color("t2")
        if self._mode is Mode.LIVE:
            painter.fillRect(self.rect(), theme.color("live"))
            return theme.color("ontlive")
        ink = theme.color("paper")
        paint_hatch(painter, QRectF(self.rect()), theme)
        pen = QPen(ink, 1)
        pen.setDashPattern([4, 3])
        painter.setPen(pen)
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        if self._mode is Mode.PAPER_REAL:  # still a draft, but of the real market: a solid edge at the left
            painter.fillRect(0, 0, 4, self.height(), ink)
        return ink


def paint_hatch(painter: QPainter, box: QRectF, theme: ThemeHolder) -> None:
    """Paper's ground with diagonal lines."""
    painter.save()
    painter.fillRect(box, theme.color("paperbg"))
    painter.setClipRect(box)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.color("hatch"), 2.4))
    x = box.left() - box.height()
    while x < box.right():
        painter.drawLine(QPointF(x, box.bottom() + 2), QPointF(x + box.height() + 4, box.top() - 2))
        x += 9
    painter.restore()


class ModeRail(QWidget):
    """Three pixels across a top-level window: dashed cyan (long dashes on real quotes) or solid orange."""

    def __init__(self, theme: ThemeHolder, mode: Mode | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setFixedHeight(RAIL)
        self.set_mode(mode)
        theme.changed.connect(self.update)

    def set_mode(self, mode: Mode | None) -> None:
        """Show another mode, None while it is not known."""
        self._mode = mode
        self.setAccessibleName(mode.value if mode is not None else "")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Dashes or a bar."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.color("live" if self._mode is Mode.LIVE else "win"))
        if self._mode in (Mode.PAPER, Mode.PAPER_REAL):
            dash, step = (34, 39) if self._mode is Mode.PAPER_REAL else (8, 13)
            for x in range(0, self.width(), step):
                painter.fillRect(x, 0, dash, RAIL, self._theme.color("paper"))
        painter.end()


class LiveFrame(QWidget):
    """A solid frame over a whole window in live mode; the mouse does not notice it."""

    def __init__(self, theme: ThemeHolder, window: QWidget) -> None:
        super().__init__(window)
        self._theme = theme
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        window.installEventFilter(self)
        theme.changed.connect(self.update)
        self.hide()

    def set_mode(self, mode: Mode) -> None:
        """Only live has a frame."""
        self.setVisible(mode is Mode.LIVE)
        self._cover()

    def _cover(self) -> None:
        window = self.parentWidget()
        if window is not None:
            self.setGeometry(window.rect())
            self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay as large as the window and above what is added to it."""
        if (
            event.type() in (QEvent.Type.Resize, QEvent.Type.ChildAdded, QEvent.Type.Show)
            and self.isVisible()
        ):
            self._cover()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Four bars."""
        painter, ink = QPainter(self), self._theme.color("live")
        wide, tall = self.width(), self.height()
        painter.fillRect(0, 0, wide, FRAME, ink)
        painter.fillRect(0, tall - FRAME, wide, FRAME, ink)
        painter.fillRect(0, 0, FRAME, tall, ink)
        painter.fillRect(wide - FRAME, 0, FRAME, tall, ink)
        painter.end()
