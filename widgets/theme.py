"""The look of the whole desk: style, palette, sheet, fonts and row heights from one frozen `Theme`.

A `ThemeHolder` is made once by whoever starts the window and handed to every widget; there is no global.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPalette, QPen
from PySide6.QtWidgets import QApplication, QWidget

from widgets.fonts import FontRole, make_font
from widgets.sheet import sheet
from widgets.tokens import Direction, Look, Tokens, make_tokens

_MOST_ADVANCES = 8192


class Density(Enum):
    """Height of a table row in pixels at 100 %."""

    COMPACT = 23
    NORMAL = 26
    ROOMY = 32


@dataclass(frozen=True, slots=True)
class Theme:
    """What the user chose about the look. `font_factor` is 0.9 to 1.5; `flash` tints changed prices."""

    look: Look = Look.DARK
    direction: Direction = Direction.RED_UP
    font_factor: float = 1.0
    density: Density = Density.NORMAL
    flash: bool = True

    @property
    def tokens(self) -> Tokens:
        """The colours of this theme."""
        return make_tokens(self.look, self.direction)


class ThemeHolder(QObject):
    """The present theme, with colours, pens and fonts made once each. `changed` follows every `set_theme`."""

    changed = Signal()

    def __init__(self, theme: Theme | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._colors: dict[str, QColor] = {}
        self._pens: dict[tuple[str, float], QPen] = {}
        self._fonts: dict[FontRole, QFont] = {}
        self._metrics: dict[FontRole, QFontMetricsF] = {}
        self._advances: dict[tuple[FontRole, str], float] = {}
        self._theme = theme or Theme()
        self._tokens = self._theme.tokens

    @property
    def theme(self) -> Theme:
        """What is shown now."""
        return self._theme

    @property
    def tokens(self) -> Tokens:
        """Colours of the present theme as text."""
        return self._tokens

    def set_theme(self, theme: Theme, app: QApplication | None = None) -> None:
        """Take a theme, apply it to `app` if given, and tell every widget."""
        self._theme = theme
        self._tokens = theme.tokens
        for cache in (self._colors, self._pens, self._fonts, self._metrics, self._advances):
            cache.clear()
        if app is not None:
            apply_theme(app, theme)
        self.changed.emit()

    def color(self, token: str) -> QColor:
        """The shared colour of a token name such as `rise`; AttributeError for a name that is none."""
        found = self._colors.get(token)
        if found is None:
            found = self._colors[token] = QColor(getattr(self._tokens, token))
        return found

    def pen(self, token: str, width: float = 1.0) -> QPen:
        """A solid cosmetic pen."""
        found = self._pens.get((token, width))
        if found is None:
            found = QPen(self.color(token), width)
            found.setCosmetic(True)
            self._pens[token, width] = found
        return found

    def font(self, role: FontRole) -> QFont:
        """The font of a role at the user's factor."""
        found = self._fonts.get(role)
        if found is None:
            found = self._fonts[role] = make_font(role, self._theme.font_factor)
        return found

    def metrics(self, role: FontRole) -> QFontMetricsF:
        """Widths of a role's font."""
        found = self._metrics.get(role)
        if found is None:
            found = self._metrics[role] = QFontMetricsF(self.font(role))
        return found

    def advance(self, role: FontRole, text: str) -> float:
        """Width of a text, remembered: tables ask for the same few thousand texts again and again."""
        width = self._advances.get((role, text))
        if width is None:
            if len(self._advances) > _MOST_ADVANCES:
                self._advances.clear()
            width = self._advances[role, text] = self.metrics(role).horizontalAdvance(text)
        return width

    @property
    def cell_font(self) -> FontRole:
        """Role of table cells at the present density."""
        return FontRole.CELL_COMPACT if self._theme.density is Density.COMPACT else FontRole.CELL

    @property
    def row_height(self) -> int:
        """Height of a table row; grows with the font so that no text is cut."""
        return max(self._theme.density.value, round(self.metrics(self.cell_font).height()) + 4)

    def scaled(self, pixels: float) -> int:
        """A width that holds text, at the user's font factor."""
        return round(pixels * self._theme.font_factor)

    def column(self, pixels: float) -> int:
        """A column's width: follows the font factor, and is tighter with compact rows."""
        tight = 0.93 if self._theme.density is Density.COMPACT else 1.0
        return round(pixels * self._theme.font_factor * tight)


def make_palette(tokens: Tokens) -> QPalette:
    """A palette with all three groups set, so that disabled and inactive text stays readable."""
    palette = QPalette()
    role = QPalette.ColorRole
    plain = {
        role.Window: tokens.win,
        role.WindowText: tokens.t1,
        role.Base: tokens.fld,
        role.AlternateBase: tokens.hdr,
        role.ToolTipBase: tokens.hdr,
        role.ToolTipText: tokens.t1,
        role.PlaceholderText: tokens.t3,
        role.Text: tokens.t1,
        role.Button: tokens.hdr,
        role.ButtonText: tokens.t1,
        role.BrightText: tokens.onfill,
        role.Link: tokens.acc,
        role.LinkVisited: tokens.acc,
        role.Highlight: tokens.accfill,
        role.HighlightedText: tokens.onfill,
        role.Accent: tokens.accfill,
        role.Light: tokens.hov,
        role.Midlight: tokens.hov,
        role.Mid: tokens.line,
        role.Dark: tokens.line,
        role.Shadow: tokens.win,
    }
    faded = {
        role.WindowText: tokens.t3,
        role.Text: tokens.t3,
        role.ButtonText: tokens.t3,
        role.Base: tokens.hdr,
        role.Highlight: tokens.hov,
        role.HighlightedText: tokens.t3,
    }
    group = QPalette.ColorGroup
    for which in (group.Active, group.Inactive, group.Disabled):
        for key, value in plain.items():
            palette.setColor(which, key, QColor(value))
    for key, value in faded.items():
        palette.setColor(group.Disabled, key, QColor(value))
    return palette


def apply_theme(app: QApplication, theme: Theme) -> None:
    """Fusion, palette, base font and the one sheet."""
    app.setStyle("Fusion")
    app.setPalette(make_palette(theme.tokens))
    app.setFont(make_font(FontRole.CELL, theme.font_factor))
    app.setStyleSheet(sheet(theme.tokens, theme.font_factor))


def system_look(app: QApplication) -> Look:
    """What the desktop prefers; dark where it does not say."""
    return Look.LIGHT if app.styleHints().colorScheme() is Qt.ColorScheme.Light else Look.DARK


def set_prop(widget: QWidget, name: str, value: Any) -> None:
    """Set a dynamic property that the sheet knows and show it at once; does nothing when unchanged."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)
    widget.update()
