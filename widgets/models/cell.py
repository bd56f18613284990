"""One cell of a desk table as a column draws it: text, icons and colours inside its rectangle."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from widgets.fonts import FontRole
from widgets.icons import Icon, paint_icon
from widgets.theme import ThemeHolder

PAD = 7


class Align(Enum):
    """Text left, numbers right, icons and switches centred; headers follow their column."""

    LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    CENTER = Qt.AlignmentFlag.AlignCenter


_FLAGS = {align: int(align.value) for align in Align}


class Cell:
    """What a column's `paint` draws with: painter, rectangle, theme, and the row's condition."""

    __slots__ = ("content", "dim", "painter", "rect", "theme", "tone")

    def __init__(self, theme: ThemeHolder) -> None:
        self.theme = theme
        self.painter = QPainter()  # set for each cell before use
        self.rect = QRect()
        self.content = ""
        self.tone = "t1"
        self.dim = False

    def text(
        self,
        text: str,
        tone: str | None = None,
        align: Align = Align.LEFT,
        *,
        left: float | None = None,
        right: float | None = None,
        role: FontRole | None = None,
    ) -> float:
        """Draw a text between `left` and `right` (default: the padded cell), elided; returns its width."""
        font_role = role or self.theme.cell_font
        x1 = self.rect.left() + PAD if left is None else left
        x2 = self.rect.right() + 1 - PAD if right is None else right
        width = self.theme.advance(font_role, text)
        if width > x2 - x1 + 0.5 and align is Align.LEFT:
            text = self.theme.metrics(font_role).elidedText(text, Qt.TextElideMode.ElideRight, x2 - x1)
            width = self.theme.advance(font_role, text)
        elif width > x2 - x1:  # a number is never elided: rather it leans over the padding
            x1, x2 = x1 - PAD, x2 + (PAD if align is Align.CENTER else 0)
        self.painter.setFont(self.theme.font(font_role))
        self.painter.setPen(self.color(tone or self.tone))
        box = QRectF(x1, self.rect.top(), x2 - x1, self.rect.height() - 1)
        self.painter.drawText(box, _FLAGS[align], text)
        return width

    def name_and_code(self, name: str, code: str) -> None:
        """Name, then the code smaller; the code is never cut, the name is."""
        left, right = self.rect.left() + PAD, self.rect.right() + 1 - PAD
        if not name:
            self.text(code)
            return
        room = max(left + 20.0, right - self.theme.advance(FontRole.HEADER, code) - 6)
        width = self.text(name, left=left, right=room)
        self.text(code, "t2", left=left + width + 6, right=right + PAD, role=FontRole.HEADER)

    def icon(self, icon: Icon, tone: str, *, left: float | None = None, size: float = 14) -> None:
        """Draw an icon at `left`, or in the middle of the cell."""
        x = self.rect.center().x() - size / 2 + 0.5 if left is None else left
        y = self.rect.top() + (self.rect.height() - 1 - size) / 2
        paint_icon(self.painter, QRectF(x, y, size, size), icon, self.color(tone))

    def color(self, tone: str) -> QColor:
        """Colour of a token; everything is t3 in a dim row."""
        return self.theme.color("t3" if self.dim else tone)
