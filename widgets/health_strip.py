"""The strip at the bottom: what is well, what is not, each with its last proof. Good is quiet."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLayout, QSizePolicy, QWidget

from core.domain.enums import LinkState, Phase
from widgets import formats
from widgets.fonts import FontRole
from widgets.icons import Icon, paint_icon
from widgets.phases import phase_word
from widgets.theme import ThemeHolder

HEIGHT = 28
_LEAST_MESSAGE = 200


class Health(Enum):
    """(icon, icon tone, text tone) of a cell."""

    WELL = (Icon.TICK, "acc", "t2")
    QUIET = (Icon.MINUS, "t3", "t2")
    CARE = (Icon.WARN, "warn", "warn")
    ALARM = (Icon.OCTAGON, "onfill", "onfill")


_LINK = {
    LinkState.READY: Health.WELL,
    LinkState.OFFLINE: Health.CARE,
    LinkState.CONNECTING: Health.CARE,
    LinkState.RECONCILING: Health.CARE,
    LinkState.LOST: Health.ALARM,
    LinkState.FAILED: Health.ALARM,
}


class HealthCell(QWidget):
    """An icon and words; an alarm is a filled block. `changed` tells that it wants another width."""

    clicked = Signal()
    changed = Signal()

    def __init__(
        self, theme: ThemeHolder, parent: QWidget | None = None, *, icon: Icon | None = None
    ) -> None:
        super().__init__(parent)
        self._theme, self._own_icon = theme, icon
        self.text, self.health = "", Health.QUIET
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.updateGeometry)

    def show_state(self, text: str, health: Health, tip: str = "") -> None:
        """Change words and condition; the cell grows with its words."""
        wider = len(text) != len(self.text) or health is not self.health
        self.text, self.health = text, health
        self.setAccessibleName(text)
        self.setToolTip(tip)
        if wider:
            self.updateGeometry()
            self.changed.emit()
        self.update()

    def sizeHint(self) -> QSize:
        """Icon, words in the widest digits, padding."""
        words = "".join("0" if c.isdigit() else c for c in self.text)
        role = FontRole.STRONG if self.health is Health.ALARM else FontRole.HEADER
        return QSize(round(self._theme.metrics(role).horizontalAdvance(words)) + 44, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """All its words, but of words without an end their beginning."""
        wide = self.sizeHint().width()
        if self.sizePolicy().horizontalPolicy() is not QSizePolicy.Policy.Fixed:
            wide = min(wide, _LEAST_MESSAGE)
        return QSize(wide, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground of an alarm, icon, words, line at the right."""
        painter, theme = QPainter(self), self._theme
        icon, icon_tone, text_tone = self.health.value
        if self.health is Health.ALARM:
            painter.fillRect(self.rect(), theme.color("alarmfill"))
        if self._own_icon is not None and self.health is not Health.ALARM:
            icon = self._own_icon
        paint_icon(painter, QRectF(11, (self.height() - 13) / 2, 13, 13), icon, theme.color(icon_tone))
        painter.setFont(theme.font(FontRole.STRONG if self.health is Health.ALARM else FontRole.HEADER))
        painter.setPen(theme.color(text_tone))
        box = QRectF(30, 0, self.width() - 32, self.height())
        shown = painter.fontMetrics().elidedText(self.text, Qt.TextElideMode.ElideRight, round(box.width()))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), shown)
        painter.fillRect(self.width() - 1, 0, 1, self.height(), theme.color("line"))
        painter.end()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click asks for more."""
        if self.rect().contains(event.position().toPoint()):
            self.clicked.emit()


class HealthStrip(QWidget):
    """Channel, quotes, clock, queue, latency; at the right the source and the inbox.

    Where there is no room for all, what is well and stands elsewhere too goes first; care and alarm never go.
    """

    inbox_requested = Signal()

    def __init__(self, theme: ThemeHolder, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._silence = ""
        self.link = HealthCell(theme, self)
        self.quotes = HealthCell(theme, self)
        self.clock = HealthCell(theme, self)
        self.queue = HealthCell(theme, self)
        self.latency = HealthCell(theme, self)
        self.message = HealthCell(theme, self, icon=Icon.INFO)
        self.source = HealthCell(theme, self, icon=Icon.LINK)
        self.inbox = HealthCell(theme, self, icon=Icon.BELL)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 1, 0, 0)
        row.setSpacing(0)
        row.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self.message.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        for cell in (self.link, self.quotes, self.clock, self.queue, self.latency, self.message):
            row.addWidget(cell)
        row.addStretch(1)
        row.addWidget(self.source)
        row.addWidget(self.inbox)
        self.inbox.clicked.connect(self.inbox_requested)
        self._restyle()
        theme.changed.connect(self._restyle)
        self._wanted = (  # most wanted first
            *(self.link, self.quotes, self.inbox, self.message),
            *(self.source, self.clock, self.latency, self.queue),
        )
        for cell in self._wanted:
            cell.changed.connect(self._fit)
            cell.show_state("", Health.QUIET)
        self.set_open_alarms(0)
        self._fit()

    def set_link(self, link: LinkState, text: str) -> None:
        """State of the trading channel; `text` carries the last proof."""
        self.link.show_state(self.tr("交易通道 {text}").format(text=text), _LINK[link])

    def set_quotes(self, fresh: int, total: int, oldest_s: float | None) -> None:
        """Symbols whose quote is fresh, all watched, and the oldest age in seconds."""
        words = self.tr("行情 {fresh}/{total}").format(fresh=fresh, total=total)
        if oldest_s is not None:
            words = self.tr("{words} · 最旧 {age}").format(words=words, age=formats.age(oldest_s))
        if self._silence:
            return
        health = Health.QUIET if not total else Health.WELL if fresh == total else Health.CARE
        self.quotes.show_state(words, health)

    def set_clock(self, now: datetime, phase: Phase, simulated: bool, speed: float = 1.0) -> None:
        """The desk's clock; a simulated one says so."""
        word = phase_word(phase)
        if simulated:
            text = self.tr("模拟时钟 {time} · {phase} · {speed}×")
        else:
            text = self.tr("时钟 {time} · {phase}")
        self.clock.show_state(
            text.format(time=f"{now:%H:%M:%S}", phase=word, speed=f"{speed:g}"),
            Health.WELL,
            f"{now:%Y-%m-%d}",
        )

    def set_queue(self, depth: int, overwritten: int) -> None:
        """News waiting for the window; snapshots replaced by newer ones before they were shown."""
        self.queue.show_state(
            self.tr("队列 {n}").format(n=depth),
            Health.WELL if depth < 1000 else Health.CARE,
            self.tr("等待显示的消息 {n}；被更新的行情覆盖 {m}").format(n=depth, m=overwritten),
        )

    def set_latency(self, p99_ms: float | None) -> None:
        """Tick to order, 99th percentile; unknown before the first order."""
        if p99_ms is None:
            self.latency.show_state(self.tr("触发→下单 {n}").format(n=formats.DASH), Health.QUIET)
        else:
            words = self.tr("触发→下单 p99 {n} ms").format(n=f"{p99_ms:.1f}")
            self.latency.show_state(words, Health.WELL if p99_ms < 100 else Health.CARE)

    def set_source(
        self,
        source: str,
        latency_s: float | None = None,
        *,
        stand_in: bool = False,
        lost: bool = False,
        tip: str = "",
    ) -> None:
        """Where quotes come from and how late; a stand-in, and a source that is lost, are said with care."""
        words = self.tr("备用源 {name}").format(name=source) if stand_in else source
        if lost:
            words = self.tr("{words} · 断开").format(words=words)
        elif latency_s is not None:
            words = self.tr("{words} · 延迟 {age}").format(words=words, age=formats.age(latency_s))
        self.source.show_state(words, Health.CARE if stand_in or lost else Health.QUIET, tip)

    def set_silence(self, text: str) -> None:
        """Since when no quotes come, in place of how many are fresh; empty when they come."""
        self._silence = text
        if text:
            self.quotes.show_state(self.tr("行情停更"), Health.ALARM, text)

    def set_not_running(self) -> None:
        """Nobody proves anything any more: what was well is not known."""
        self.link.show_state(self.tr("交易通道 {text}").format(text=formats.DASH), Health.CARE)
        self.quotes.show_state(self.tr("行情 {text}").format(text=formats.DASH), Health.CARE)
        for cell in (self.clock, self.queue, self.latency, self.source):
            cell.show_state("", Health.QUIET)

    def set_message(self, text: str, health: Health = Health.QUIET) -> None:
        """An answer to the user's last act; empty hides it."""
        self.message.show_state(text, health, text)

    def set_open_alarms(self, count: int) -> None:
        """Alarms that wait for the user."""
        words = self.tr("{n} 条未确认").format(n=count) if count else self.tr("无待确认")
        self.inbox.show_state(words, Health.CARE if count else Health.QUIET)

    def minimumSizeHint(self) -> QSize:
        """Room for what never goes."""
        always = (self.link, self.quotes, self.inbox)
        return QSize(sum(cell.minimumSizeHint().width() for cell in always), self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More or less room."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        room, told = self.width(), (Health.CARE, Health.ALARM)
        for cell in sorted(self._wanted, key=lambda cell: cell.health not in told):
            room -= cell.minimumSizeHint().width() if cell.text else 0
            shown = bool(cell.text) and (room >= 0 or cell.health in told)
            if cell.isHidden() is shown:
                cell.setVisible(shown)

    def _restyle(self) -> None:
        self.setFixedHeight(max(HEIGHT, round(self._theme.metrics(FontRole.HEADER).height()) + 10))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground and a line on top."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.color("hdr"))
        painter.fillRect(0, 0, self.width(), 1, self._theme.color("line"))
        painter.end()
