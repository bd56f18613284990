"""The editor's table of levels: one field each, with its distance from the last price and from the zone's top."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from widgets import formats
from widgets.field import FieldEdit, FieldMessage
from widgets.fonts import FontRole
from widgets.theme import ThemeHolder, set_prop
from widgets.watchlist.editor_draft import LEVELS

_TONES = {"take_profit": "tp", "entry_high": "zone", "entry_low": "zone", "stop_loss": "sl"}
_DASHES = {"take_profit": (9.0, 4.0), "stop_loss": (9.0, 3.0, 2.0, 3.0)}
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_COLUMNS = 4
_SAMPLE = 20


class LevelName(QLabel):
    """A level's name behind a sample of its line on the chart, in the same colour."""

    def __init__(self, theme: ThemeHolder, field: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self._theme, self._field = theme, field
        theme.changed.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:
        """Sample and name."""
        metrics = self._theme.metrics(FontRole.STRONG)
        return QSize(
            round(metrics.horizontalAdvance(self.text())) + _SAMPLE + 20, round(metrics.height()) + 6
        )

    minimumSizeHint = sizeHint

    def paintEvent(self, event: QPaintEvent) -> None:
        """Dashes for a line, a hatched band for the zone, then the name."""
        painter, tone = QPainter(self), _TONES[self._field]
        color, middle = self._theme.color(tone), self.height() / 2
        dashes = _DASHES.get(self._field)
        if dashes is None:
            box = QRectF(7, middle - 5, _SAMPLE - 4, 10)
            painter.fillRect(box, Qt.GlobalColor.transparent)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            brush = painter.brush()
            brush.setStyle(Qt.BrushStyle.BDiagPattern)
            painter.fillRect(box, brush)
        else:
            pen = QPen(color, 2)
            pen.setDashPattern([length / 2 for length in dashes])
            painter.setPen(pen)
            painter.drawLine(7, round(middle), 7 + _SAMPLE, round(middle))
        painter.setFont(self._theme.font(FontRole.STRONG))
        painter.setPen(color)
        rest = self.rect().adjusted(7 + _SAMPLE + 5, 0, 0, 0)
        painter.drawText(rest, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), self.text())
        painter.end()


class LevelTable(QWidget):
    """Header and four rows; a message takes its place under its own row. `changed` and `left` name the field."""

    changed = Signal(str)
    left = Signal(str)
    offered = Signal(object)

    def __init__(self, theme: ThemeHolder, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.edits: dict[str, FieldEdit] = {}
        self.messages: dict[str, FieldMessage] = {}
        self._from_last: dict[str, QLabel] = {}
        self._from_entry: dict[str, QLabel] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(0)
        self._header()
        for row, name in enumerate(LEVELS):
            self._row(name, 1 + 2 * row)
        self._restyle()
        theme.changed.connect(self._restyle)

    @property
    def names(self) -> dict[str, str]:
        """What each level is called."""
        return {
            "take_profit": self.tr("止盈"),
            "entry_high": self.tr("进场上沿"),
            "entry_low": self.tr("进场下沿"),
            "stop_loss": self.tr("止损"),
        }

    def show_distances(
        self, levels: Mapping[str, Decimal | None], last: Decimal | None, entry: Decimal | None
    ) -> None:
        """Signed percents of each level from the last price and from the zone's top; `—` where one is missing."""
        for name in LEVELS:
            level = levels.get(name)
            self._from_last[name].setText(formats.change(_ratio(level, last)))
            of_itself = name == "entry_high"
            self._from_entry[name].setText(formats.change(None if of_itself else _ratio(level, entry)))

    def _header(self) -> None:
        titles = (self.tr("价位"), self.tr("价格（元）"), self.tr("距现价"), self.tr("距进场上沿"))
        for column, title in enumerate(titles):
            label = QLabel(title, self)
            set_prop(label, "role", "secondary")
            label.setContentsMargins(0 if column else 7, 0, 7 if column == _COLUMNS - 1 else 0, 0)
            if column:
                label.setAlignment(_RIGHT)
            self._grid.addWidget(label, 0, column)
        self._grid.setColumnStretch(0, 2)
        for column in (2, 3):
            self._grid.setColumnStretch(column, 2)

    def _row(self, name: str, row: int) -> None:
        label = LevelName(self._theme, name, self.names[name], self)
        edit = FieldEdit(self._theme, self, number=True)
        edit.setAccessibleName(self.names[name])
        label.setBuddy(edit)
        message = FieldMessage(self._theme, self)
        message.setContentsMargins(7, 0, 7, 3)
        edit.textChanged.connect(lambda _: self.changed.emit(name))
        edit.left.connect(lambda: self.left.emit(name))
        message.offered.connect(self.offered)
        self._grid.addWidget(label, row, 0)
        self._grid.addWidget(edit, row, 1, Qt.AlignmentFlag.AlignVCenter)
        for column, cells in ((2, self._from_last), (3, self._from_entry)):
            cell = QLabel(formats.DASH, self)
            cell.setAlignment(_RIGHT)
            cell.setContentsMargins(0, 0, 7 if column == _COLUMNS - 1 else 0, 0)
            cells[name] = cell
            self._grid.addWidget(cell, row, column)
        self._grid.addWidget(message, row + 1, 0, 1, _COLUMNS)
        self.edits[name], self.messages[name] = edit, message

    def _restyle(self) -> None:
        height = round(self._theme.metrics(FontRole.CELL).height())
        self._grid.setRowMinimumHeight(0, max(24, height + 6))
        for row in range(len(LEVELS)):
            self._grid.setRowMinimumHeight(1 + 2 * row, max(33, height + 14))
        for edit in self.edits.values():
            edit.setFixedWidth(self._theme.scaled(106))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Header ground and a line below each row."""
        # Where the rows begin is read off their fields: QGridLayout.cellRect answers for the last width it was asked
        # about while a wrapped message is laid out, not for the width it has.
        painter, theme = QPainter(self), self._theme
        half = self._grid.rowMinimumHeight(1) // 2
        tops = [edit.geometry().center().y() - half for edit in self.edits.values()]
        painter.fillRect(0, 0, self.width(), tops[0], theme.color("hdr"))
        painter.setPen(theme.pen("line"))
        for below in (*tops[1:], self.height() - 1):
            painter.drawLine(0, below, self.width(), below)
        painter.end()


def _ratio(level: Decimal | None, base: Decimal | None) -> Decimal | None:
    if level is None or base is None or base <= 0 or not level.is_finite() or not base.is_finite():
        return None
    return level / base - 1
