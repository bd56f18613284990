"""The panel that says how many shares an entry would buy now, which cap binds, and what the stop would cost."""

from __future__ import annotations

from decimal import Decimal

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from core.domain.watch import WatchItem
from widgets import formats
from widgets.fonts import FontRole
from widgets.panel_head import PanelHead
from widgets.securities import unit_of
from widgets.theme import ThemeHolder, set_prop
from widgets.watchlist.editor_draft import plain
from widgets.watchlist.editor_plan import Account, BuyPlan, CapKind

_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
ROW = 34


class CapRow(QWidget):
    """One cap: name, arithmetic, result, and a bar against the widest; the binding one is framed."""

    def __init__(self, theme: ThemeHolder, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._name = self._how = self._result = ""
        self._share, self._binding = 0.0, False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.updateGeometry)

    def show_cap(self, name: str, how: str, result: str, share: float, binding: bool) -> None:
        """What stands in the row; `share` of the widest cap, 0 to 1."""
        self._name, self._how, self._result = name, how, result
        self._share, self._binding = min(max(share, 0.0), 1.0), binding
        self.setAccessibleName(f"{name} {how} {result}")
        self.setToolTip(how)
        self.update()

    def sizeHint(self) -> QSize:
        """A line of text and a bar."""
        return QSize(240, max(ROW, round(self._theme.metrics(FontRole.CELL).height()) + 16))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Name left, arithmetic after it, result right, bar below."""
        painter, theme = QPainter(self), self._theme
        box = self.rect().adjusted(6, 1, -7, -2)
        if self._binding:
            painter.fillRect(box, theme.color("accbg"))
            painter.setPen(theme.pen("acc"))
            painter.drawRect(box)
        line = QRect(box.left() + 8, box.top(), box.width() - 16, box.height() - 8)
        strong = theme.font(FontRole.STRONG if self._binding else FontRole.CELL)
        painter.setFont(strong)
        painter.setPen(theme.color("t1"))
        painter.drawText(line, _LEFT, self._name)
        painter.drawText(line, _RIGHT, self._result)
        metrics = theme.metrics(FontRole.STRONG)
        start = max(theme.scaled(76), round(metrics.horizontalAdvance(self._name)) + 14)
        end = round(metrics.horizontalAdvance(self._result)) + 14
        middle = line.adjusted(start, 0, -end, 0)
        small = theme.metrics(FontRole.HEADER)
        painter.setFont(theme.font(FontRole.HEADER))
        painter.setPen(theme.color("t2"))
        painter.drawText(
            middle, _LEFT, small.elidedText(self._how, Qt.TextElideMode.ElideRight, middle.width())
        )
        bar = QRect(line.left(), box.bottom() - 7, line.width(), 4)
        painter.fillRect(bar, theme.color("fld"))
        bar.setWidth(round(bar.width() * self._share))
        painter.fillRect(bar, theme.color("acc" if self._binding else "edge"))
        painter.end()


class MoneyPanel(QFrame):
    """Hidden until the account is known; without an entry zone it says what it waits for."""

    def __init__(self, theme: ThemeHolder, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        set_prop(self, "frame", "panel")
        self.head = PanelHead(theme, self.tr("现在触发会买多少"), self)
        self.head.row.addStretch(1)
        self.rows = [CapRow(theme, self) for _ in CapKind]
        self.waiting = QLabel(self)
        set_prop(self.waiting, "role", "hint")
        self.waiting.setWordWrap(True)
        self.waiting.setContentsMargins(10, 8, 10, 10)
        self.results = [(QLabel(self), QLabel(self), QLabel(self)) for _ in range(4)]
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(self.waiting)
        for row in self.rows:
            column.addWidget(row)
        column.addLayout(self._result_grid())
        self.hide()

    def show_plan(self, plan: BuyPlan | None, item: WatchItem, account: Account | None, why: str) -> None:
        """The plan, or the sentence `why` there is none; nothing at all while the account is unknown."""
        self.setVisible(account is not None)
        if account is None:
            return
        for widget in (*self.rows, *(label for result in self.results for label in result)):
            widget.setVisible(plan is not None)
        self.waiting.setVisible(plan is None)
        self.waiting.setText(why)
        self.head.note.setText("")
        if plan is None:
            return
        self.head.note.setText(
            self.tr("按最不利的进场上沿 {price} 计，未计在途委托").format(price=plain_price(plan.price))
        )
        widest = max((cap.volume for cap in plan.caps if cap.amount is not None), default=0)
        for row, cap in zip(self.rows, plan.caps, strict=True):
            name, how = self._words(cap.kind, item, account)
            result = (
                formats.money(cap.amount)
                if cap.amount is not None
                else f"{cap.volume:,} {unit_of(item.symbol)}"
            )
            row.show_cap(name, how, result, cap.volume / widest if widest > 0 else 0.0, cap is plan.binding)
        self._show_results(plan, item, account)

    def _words(self, kind: CapKind, item: WatchItem, account: Account) -> tuple[str, str]:
        if kind is CapKind.POSITION:
            how = self.tr("{percent}% × {total} − 已持 {held}").format(
                percent=plain(item.quant.max_position_pct * 100),
                total=formats.money(account.total_asset),
                held=formats.money(account.held_value),
            )
            return self.tr("单票上限"), how
        if kind is CapKind.CASH:
            return self.tr("可用现金"), self.tr("含费用")
        return self.tr("单笔最多"), self.tr("交易所的规定")

    def _show_results(self, plan: BuyPlan, item: WatchItem, account: Account) -> None:
        unit = unit_of(item.symbol)
        lot = self.tr("一手需 {amount} 元") if plan.volume else self.tr("不够一手，一手需 {amount} 元")
        few = lot.format(amount=formats.money(plan.lot_amount))
        least = formats.money(item.quant.min_trade_amount)
        enough = self.tr("最小成交额 {least}") if plan.enough else self.tr("低于最小成交额 {least}，不会买")
        loss_share = (
            None if plan.loss is None or account.total_asset <= 0 else abs(plan.loss) / account.total_asset
        )
        rows = (
            (self.tr("数量"), f"{plan.volume:,} {unit}", few),
            (
                self.tr("金额 + 费用"),
                f"{formats.money(plan.amount)} + {formats.money_exact(plan.fees)}"
                if plan.volume
                else formats.DASH,
                enough.format(least=least) if plan.volume else "",
            ),
            (
                self.tr("占总资产"),
                formats.share(plan.share),
                self.tr("上限 {percent}%").format(percent=plain(item.quant.max_position_pct * 100)),
            ),
            (
                self.tr("止损时亏损"),
                formats.profit(plan.loss),
                self.tr("没有设止损")
                if plan.loss is None
                else self.tr("总资产的 {share}").format(share=_percent(loss_share)),
            ),
        )
        for labels, texts in zip(self.results, rows, strict=True):
            for label, text in zip(labels, texts, strict=True):
                label.setText(text)
        set_prop(self.results[0][2], "tone", "warn" if plan.volume == 0 else "")
        set_prop(self.results[1][2], "tone", "warn" if plan.volume and not plan.enough else "")

    def _result_grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setContentsMargins(10, 8, 10, 8)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(3)
        for column, labels in enumerate(self.results):
            for row, (label, role) in enumerate(zip(labels, ("caption", "figure", "caption"), strict=True)):
                set_prop(label, "role", role)
                grid.addWidget(label, row, column)
            grid.setColumnStretch(column, 1)
        return grid


def plain_price(price: Decimal) -> str:
    """A price as the item carries it."""
    return f"{price:f}"


def _percent(share: Decimal | None) -> str:
    return formats.DASH if share is None else f"{float(share) * 100:.2f}%"
