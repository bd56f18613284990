"""The whole chain of reasons of one decision, step by step with ticks and crosses."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from core.domain.decision import Decision, Reason
from core.domain.enums import Outcome
from widgets import formats
from widgets.blotter.words import kind_word, outcome_look, outcome_word, side_word
from widgets.fonts import FontRole
from widgets.icons import Icon, paint_icon
from widgets.panel_head import head_button
from widgets.theme import ThemeHolder, set_prop

_LEFT, _TEXT, _GAP, _RING = 20, 42, 6, 8
_WRAP = int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)


class ReasonChain(QWidget):
    """Paints the reasons in order, joined by a line; the settling step stands out."""

    def __init__(self, theme: ThemeHolder, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._reasons: tuple[Reason, ...] = ()
        self._bad = "warn"
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        theme.changed.connect(self._fit)

    def show_reasons(self, reasons: tuple[Reason, ...], bad_tone: str) -> None:
        """Show a chain; steps that did not pass carry `bad_tone`."""
        self._reasons, self._bad = reasons, bad_tone
        self.setAccessibleDescription("\n".join(reason.text for reason in reasons))
        self._fit()

    def _heights(self, width: int) -> list[int]:
        metrics = self._theme.metrics(FontRole.CELL)
        room = QRectF(0, 0, max(80, width - _TEXT - 12), 4000)
        return [max(20, round(metrics.boundingRect(room, _WRAP, r.text).height()) + 2) for r in self._reasons]

    def _fit(self) -> None:
        self.setMinimumHeight(self.sizeHint().height())
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """As tall as the wrapped reasons."""
        return QSize(300, sum(self._heights(self.width())) + _GAP * len(self._reasons) + 12)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrap anew."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Rings with tick or cross, a line between them, the sentence beside."""
        painter, theme = QPainter(self), self._theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        y, before = 6.0, None
        settling = next((i for i, reason in enumerate(self._reasons) if not reason.passed), None)
        for i, (reason, height) in enumerate(zip(self._reasons, self._heights(self.width()), strict=True)):
            middle = QPointF(_LEFT, y + 10)
            tone = "acc" if reason.passed else self._bad
            if before is not None:
                painter.setPen(QPen(theme.color("edge"), 1))
                painter.drawLine(before + QPointF(0, _RING), middle - QPointF(0, _RING))
            painter.setPen(QPen(theme.color(tone), 1.3))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(middle, _RING, _RING)
            spot = QRectF(middle.x() - 5.5, middle.y() - 5.5, 11, 11)
            paint_icon(painter, spot, Icon.TICK if reason.passed else Icon.CROSS, theme.color(tone))
            painter.setFont(theme.font(FontRole.STRONG if i == settling else FontRole.CELL))
            painter.setPen(theme.color("t1" if reason.passed else self._bad))
            painter.drawText(QRectF(_TEXT, y, self.width() - _TEXT - 12, height), _WRAP, reason.text)
            before = middle
            y += height + _GAP
        painter.end()


class DecisionPanel(QWidget):
    """What was decided, in a sentence, and why, in steps."""

    closed = Signal()

    def __init__(self, theme: ThemeHolder, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._text = ""
        self.title = QLabel(self)
        set_prop(self.title, "role", "strong")
        self.title.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.note = QLabel(self)
        set_prop(self.note, "role", "secondary")
        self.copy_button = head_button(theme, self.tr("复制全文"), self, Icon.COPY)
        self.close_button = head_button(theme, "", self, Icon.CROSS, tip=self.tr("收起 Esc"))
        self.chain = ReasonChain(theme, self)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setWidget(self.chain)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        set_prop(self.chain, "panel", "pan")
        self.chain.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        set_prop(self, "panel", "pan")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        head = QHBoxLayout()
        head.setContentsMargins(10, 5, 6, 3)
        head.addWidget(self.title)
        head.addSpacing(10)
        head.addWidget(self.note)
        head.addStretch(1)
        head.addWidget(self.copy_button)
        head.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(area)
        self.copy_button.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._text))
        self.close_button.clicked.connect(self.closed)

    def show_decision(self, decision: Decision, name: str) -> None:
        """Show one decision."""
        who = f"{name} {formats.code_of(decision.symbol)}".strip()
        if decision.outcome is Outcome.ACTED:
            words = self.tr("{result}：{who} {kind}，{side} {volume} @ {price}")
        else:
            words = self.tr("{result}：{who} {kind}")
        title = words.format(
            result=outcome_word(decision.outcome),
            who=who,
            kind=kind_word(decision.kind),
            side=side_word(decision.kind.side),
            volume=formats.quantity(decision.volume),
            price=formats.plain(decision.price),
        )
        passed = sum(reason.passed for reason in decision.reasons)
        self.title.setText(title)
        self.note.setText(
            self.tr("{time} · {passed}/{all} 步通过").format(
                time=formats.clock(decision.time, ms=True), passed=passed, all=len(decision.reasons)
            )
        )
        tone = outcome_look(decision.outcome, decision.kind)[1]
        self.chain.show_reasons(decision.reasons, "warn" if tone in ("acc", "t2") else tone)
        steps = "\n".join(f"[{'OK' if r.passed else 'NO'}] {r.text}" for r in decision.reasons)
        moment = formats.plain_time(decision.time)
        self._text = formats.ascii_text(f"{title}\n{moment} {decision.decision_id}\n{steps}")
