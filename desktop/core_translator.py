"""Answers Qt for the words that widgets take from the core, by the patterns of `desktop/english_words.py`."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from PySide6.QtCore import QObject, QTranslator

from desktop.english import read_words
from desktop.english_words import EnglishWords

CONTEXT = "Core"


class CoreTranslator(QTranslator):
    """English for the context Core and no other. The catalogue is read with the first text asked for."""

    def __init__(self, words: Callable[[], EnglishWords] = read_words, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._words = cache(words)

    def isEmpty(self) -> bool:
        """Qt tells the window of a new language only when a translator holds something."""
        return False

    def translate(
        self, context: str, sourceText: str, /, disambiguation: str | None = None, n: int = -1
    ) -> str | None:
        """None leaves other contexts to the other translators; an empty text would count as the answer."""
        return self._words().text(sourceText) if context == CONTEXT else None
