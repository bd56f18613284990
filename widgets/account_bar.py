"""The bar on top: mode badge, clock, money, exposure, protection, and what automation does."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLayout, QSizePolicy, QVBoxLayout, QWidget

from core.domain.enums import Mode, Phase
from core.domain.trading import Asset
from widgets import formats
from widgets.elided import ElidedLabel
from widgets.fonts import FontRole
from widgets.icons import Icon, paint_icon
from widgets.mode_badge import HEIGHT, SMALL, ModeBadge
from widgets.phases import countdown, phase_word, weekday_word
from widgets.stops_bar import StopsBar
from widgets.theme import ThemeHolder, set_prop

_SMALL_BELOW = 1500
_FIGURE_PAD = 26
_MARGINS = 40
"""Left of the words, before the stops and at the right end."""


class Figure(QWidget):
    """A caption over a figure, with a quieter text after the figure."""

    def __init__(self, theme: ThemeHolder, caption: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.caption = QLabel(caption, self)
        set_prop(self.caption, "role", "caption")
        self.value = QLabel(formats.DASH, self)
        set_prop(self.value, "role", "figure")
        self.extra = QLabel(self)
        set_prop(self.extra, "role", "secondary")
        self.figures = QHBoxLayout()
        self.figures.setSpacing(4)
        self.figures.addWidget(self.value)
        self.figures.addWidget(self.extra)
        self.figures.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(_FIGURE_PAD // 2, 5, _FIGURE_PAD // 2, 5)
        column.setSpacing(0)
        column.addWidget(self.caption)
        column.addLayout(self.figures)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)

    def show_value(self, value: str, extra: str = "", tone: str = "") -> None:
        """Show a figure; `tone` colours figure and extra, empty leaves both in text colours."""
        self.value.setText(value)
        self.extra.setText(extra)
        set_prop(self.value, "tone", tone)
        set_prop(self.extra, "tone", tone)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A line at the right."""
        painter = QPainter(self)
        painter.fillRect(self.width() - 1, 0, 1, self.height(), self._theme.color("line"))
        painter.end()


class ExposureBar(QWidget):
    """Share of total assets that is invested, against a cap when there is one."""

    def __init__(self, theme: ThemeHolder, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._share: float | None = None
        self._cap: float | None = None
        self.setFixedHeight(12)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """As wide as in the picture."""
        return QSize(self._theme.scaled(180), 12)

    def show_share(self, share: float | None, cap: float | None) -> None:
        """Fractions of total assets."""
        self._share, self._cap = share, cap
        self.setAccessibleName(formats.share(share))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Frame, fill, and a mark at the cap."""
        painter, theme = QPainter(self), self._theme
        box = QRectF(0.5, 2.5, self.width() - 1, 7)
        painter.setPen(theme.pen("edge"))
        painter.setBrush(theme.color("fld"))
        painter.drawRect(box)
        if self._share is not None:
            wide = min(max(self._share, 0.0), 1.0) * (box.width() - 1)
            over = self._cap is not None and self._share > self._cap
            painter.fillRect(QRectF(1, 3, wide, 6), theme.color("warn" if over else "acc"))
        if self._cap is not None:
            x = box.left() + min(self._cap, 1.0) * box.width()
            painter.fillRect(QRectF(x - 1, 0, 2, 12), theme.color("t1"))
        painter.end()


class ProtectionFigure(Figure):
    """持仓保护 n / m with a shield that says whether all is well."""

    def __init__(self, theme: ThemeHolder, caption: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, caption, parent)
        self._icon, self._tone = Icon.SHIELD, "t2"
        self.figures.setContentsMargins(20, 0, 0, 0)

    def show_protection(self, protected: int, held: int, lost: int) -> None:
        """`lost` holdings lost their protection; the others that lack it wait for a market reason."""
        limited = held - protected - lost
        if lost:
            self._icon, self._tone, extra = Icon.OCTAGON, "alarm", self.tr("{n} 无保护").format(n=lost)
        elif limited:
            self._icon, self._tone, extra = Icon.SHIELD_OPEN, "warn", self.tr("{n} 受限").format(n=limited)
        else:
            self._icon, self._tone, extra = Icon.SHIELD, "acc" if held else "t2", ""
        self.show_value(f"{protected} / {held}", extra)
        set_prop(self.extra, "tone", self._tone)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The shield before the figure."""
        super().paintEvent(event)
        painter = QPainter(self)
        middle = self.value.geometry().center().y()
        paint_icon(painter, QRectF(13, middle - 7, 15, 15), self._icon, self._theme.color(self._tone))
        painter.end()


class AccountBar(QWidget):
    """Everything that the first glance asks: which money, how much, is it protected, what will happen."""

    automation_requested = Signal(bool)  # True to run, False to stop

    def __init__(self, theme: ThemeHolder, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._small: bool | None = None
        self._clock_at: tuple[datetime, Phase] | None = None
        self.badge = ModeBadge(theme, self)
        self.clock = Figure(theme, "", self)
        self.total = Figure(theme, self.tr("总资产"), self)
        self.cash = Figure(theme, self.tr("可用"), self)
        self.value = Figure(theme, self.tr("持仓市值"), self)
        self.day = Figure(theme, self.tr("当日盈亏"), self)
        self.exposure = Figure(theme, self.tr("总仓位"), self)
        self.exposure_bar = ExposureBar(theme, self.exposure)
        self.exposure.value.hide()
        self.exposure.figures.insertWidget(0, self.exposure_bar)
        self.protection = ProtectionFigure(theme, self.tr("持仓保护"), self)
        self.sentence = ElidedLabel(self)
        set_prop(self.sentence, "role", "strong")
        self.hint = ElidedLabel(self)
        set_prop(self.hint, "role", "secondary")
        self.stops = StopsBar(theme, self)
        self.stops.automation_requested.connect(self.automation_requested)
        self._lay_out()
        self.set_protection(0, 0, 0)
        theme.changed.connect(self._restyle)
        self._restyle()

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(0)
        words.setContentsMargins(8, 6, 0, 6)
        for label in (self.sentence, self.hint):
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            words.addWidget(label)
        row = QHBoxLayout(self)
        # What may go must not hold the window open.
        row.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        row.setContentsMargins(0, 0, 10, 0)
        row.setSpacing(0)
        figures = (self.clock, self.total, self.cash, self.value, self.day, self.exposure, self.protection)
        for widget in (self.badge, *figures):
            row.addWidget(widget)
        row.addLayout(words, 1)
        row.addSpacing(12)
        row.addWidget(self.stops)

    # What comes in

    def set_desk(
        self, mode: Mode, account_id: str, armed: bool, automation_text: str, note: str = ""
    ) -> None:
        """Mode, account and what automation does, in words."""
        self.badge.set_mode(mode, account_id, note)
        head, _, rest = automation_text.partition(self.tr("；"))
        self.sentence.setText(head)
        self.hint.setText(rest)
        for label in (self.sentence, self.hint):
            label.setToolTip(automation_text)
        self.stops.set_armed(armed)

    def set_not_running(self) -> None:
        """There is no desk: automation does nothing, and of a mode that was never told nothing is claimed."""
        if self.badge.mode is None:
            self.badge.set_mode(None, "", self.tr("没有启动"))
        self.sentence.setText(self.tr("交易服务没有运行"))
        self.hint.clear()
        self.clock.caption.setText(self.tr("时钟已停"))
        self.clock.extra.clear()
        self.stops.set_armed(False)

    def set_clock(self, now: datetime, phase: Phase, simulated: bool, speed: float = 1.0) -> None:
        """The desk's clock and phase; a simulated one says so and how fast it runs."""
        self._clock_at = (now, phase)
        day = f"{weekday_word(now)} {now:%m-%d}"
        words = [phase_word(phase), day]
        if simulated:
            words.insert(0, self.tr("模拟时钟 {speed}×").format(speed=f"{speed:g}"))
        self.clock.caption.setText(" · ".join(words))
        self.clock.show_value(f"{now:%H:%M:%S}", countdown(now, phase))

    def set_asset(self, asset: Asset, day_start_total: Decimal | str | None = None) -> None:
        """Money of the account; the day's result when the opening total is known."""
        self.total.show_value(formats.money(asset.total_asset))
        self.cash.show_value(formats.money(asset.cash))
        self.value.show_value(formats.money(asset.market_value))
        self._show_day(asset.total_asset, _decimal(day_start_total))
        self._share = float(asset.market_value / asset.total_asset) if asset.total_asset else None
        self._show_exposure(None)

    def set_exposure_cap(self, cap: float | None) -> None:
        """The cap on the invested share, when there is one."""
        self._show_exposure(cap)

    def set_protection(self, protected: int, held: int, lost: int) -> None:
        """Holdings whose stop can act, all holdings, and those whose protection is lost."""
        self.protection.show_protection(protected, held, lost)

    # Inside

    _share: float | None = None

    def _show_exposure(self, cap: float | None) -> None:
        words = formats.share(self._share)
        if cap is not None:
            words = self.tr("总仓位 {share} / 上限 {cap}").format(share=words, cap=formats.share(cap))
        else:
            words = self.tr("总仓位 {share}").format(share=words)
        self.exposure.caption.setText(words)
        self.exposure_bar.show_share(self._share, cap)

    def _show_day(self, total: Decimal, start: Decimal | None) -> None:
        if start is None or start <= 0:
            self.day.show_value(formats.DASH)
            return
        gain = total - start
        tone = "rise" if gain > 0 else "fall" if gain < 0 else ""
        self.day.show_value(formats.profit(gain), formats.change(gain / start), tone)

    def _restyle(self) -> None:
        font = self._theme.metrics(FontRole.CAPTION).height() + self._theme.metrics(FontRole.FIGURE).height()
        self.setFixedHeight(max(SMALL if self._small else HEIGHT, round(font) + 8))
        self.update()

    def minimumSizeHint(self) -> QSize:
        """Room for what never goes: which money, the day's result, is it protected, what automation does."""
        always = (self.badge, self.day, self.protection, self.stops)
        return QSize(sum(widget.minimumSizeHint().width() for widget in always) + _MARGINS, self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrow desk does without what stands elsewhere."""
        super().resizeEvent(event)
        small = self.width() < self._theme.scaled(_SMALL_BELOW)
        if small != self._small:
            self._small = small
            self._restyle()
        self._fit()

    def event(self, event: QEvent) -> bool:
        """A figure that grows may need the room of another."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().event(event)

    def _fit(self) -> None:
        """Show what there is room for, what is wanted most first."""
        always = (self.badge, self.day, self.protection, self.stops)
        room = self.width() - _MARGINS - sum(widget.minimumSizeHint().width() for widget in always)
        bar, caption = self.exposure_bar, self.exposure.caption.minimumSizeHint().width()
        wide: dict[QWidget, int] = {
            widget: widget.minimumSizeHint().width() for widget in (self.total, self.clock, self.cash)
        }
        wide |= {self.exposure: caption + _FIGURE_PAD, self.value: self.value.minimumSizeHint().width()}
        wide[bar] = max(0, bar.sizeHint().width() - caption)
        for widget, needs in wide.items():
            if self._small and widget in (self.value, bar):
                continue
            room -= needs
            _show(widget, room >= 0)
        for words in (self.sentence, self.hint):
            _show(words, not self._small)
        if self._small:
            _show(self.value, False)
            _show(bar, False)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Panel ground."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.color("hdr"))
        painter.setPen(QPen(self._theme.color("line"), 1))
        painter.drawLine(0, 0, self.width(), 0)
        painter.end()


def _show(widget: QWidget, shown: bool) -> None:
    if widget.isHidden() is shown:
        widget.setVisible(shown)


def _decimal(value: Decimal | str | None) -> Decimal | None:
    if value is None or isinstance(value, Decimal):
        return value
    try:
        return Decimal(value)
    except InvalidOperation:
        return None
