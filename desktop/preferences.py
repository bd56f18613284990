"""Look, language and layout of the window, and the user's word on stand-in quotes, kept in QSettings."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QByteArray, QSettings
from PySide6.QtWidgets import QApplication

from widgets.theme import Theme, system_look
from widgets.tokens import Direction, Look

E = TypeVar("E", bound=Enum)

LAYOUT_VERSION = 1


@dataclass(frozen=True, slots=True)
class Preferences:
    """`look` None follows the system. `language` is `zh` or `en`; a change takes effect at the next start.

    `stand_ins_trigger`: the user's word on whether stand-in sources of quotes may trigger orders; None: never asked,
    the desk's own setting counts.
    """

    look: Look | None = Look.DARK
    direction: Direction = Direction.RED_UP
    font_factor: float = 1.0
    language: str = "zh"
    stand_ins_trigger: bool | None = None

    def theme(self, app: QApplication) -> Theme:
        """The theme these preferences ask for."""
        look = self.look if self.look is not None else system_look(app)
        return Theme(look=look, direction=self.direction, font_factor=self.font_factor)


class PreferenceStore:
    """Reads and writes preferences. With a data directory they live there, so that desks do not share them."""

    def __init__(self, data_dir: Path | None) -> None:
        if data_dir is not None:
            self._settings = QSettings(str(data_dir / "window.ini"), QSettings.Format.IniFormat)
        else:
            self._settings = QSettings("DingPan", "DingPan")

    def load(self, look: str | None = None, language: str | None = None) -> Preferences:
        """Stored preferences; unknown values fall back. `look` and `language` override for this run."""
        stored = self._settings
        chosen = look or str(stored.value("look", "dark"))
        try:
            factor = float(str(stored.value("font_factor", 1.0)))
        except ValueError:
            factor = 1.0
        return Preferences(
            look=None if chosen == "system" else _member(Look, chosen, Look.DARK),
            direction=_member(Direction, str(stored.value("direction", "")), Direction.RED_UP),
            font_factor=min(max(factor, 0.9), 1.5),
            stand_ins_trigger={"yes": True, "no": False}.get(str(stored.value("stand_ins_trigger", ""))),
            language="en" if (language or str(stored.value("language", "zh"))) == "en" else "zh",
        )

    def save(self, preferences: Preferences) -> None:
        """Keep them for the next start."""
        self._settings.setValue("look", "system" if preferences.look is None else preferences.look.value)
        self._settings.setValue("direction", preferences.direction.value)
        self._settings.setValue("font_factor", preferences.font_factor)
        self._settings.setValue("language", preferences.language)
        if preferences.stand_ins_trigger is not None:
            self._settings.setValue("stand_ins_trigger", "yes" if preferences.stand_ins_trigger else "no")

    def layout(self) -> tuple[QByteArray | None, QByteArray | None]:
        """(geometry of the window, state of the docks) of the last run."""
        return self._bytes("geometry"), self._bytes("docks")

    def save_layout(self, geometry: QByteArray, docks: QByteArray) -> None:
        """Keep the layout."""
        self._settings.setValue("geometry", geometry)
        self._settings.setValue("docks", docks)

    def told_about_tray(self) -> bool:
        """True once the user has been told that closing keeps the desk running; remembers that it was asked."""
        told = str(self._settings.value("told_about_tray", "")) == "yes"
        self._settings.setValue("told_about_tray", "yes")
        return told

    def _bytes(self, key: str) -> QByteArray | None:
        value = self._settings.value(key)
        return value if isinstance(value, QByteArray) and not value.isEmpty() else None


def _member(kind: type[E], value: str, default: E) -> E:
    return next((member for member in kind if member.value == value), default)
