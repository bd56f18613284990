"""Finds a security while its code, name or initials are typed: asks for candidates and lets one be picked."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QObject, QStringListModel, QTimer, Signal
from PySide6.QtWidgets import QAbstractItemView, QCompleter, QLineEdit

Candidate = tuple[str, str, str]
"""(symbol, name, initials)"""

_REST_MS = 120
_SHOWN = 10


class SymbolSearch(QObject):
    """A completer whose candidates come from outside. `wanted` asks for them, `picked` carries the chosen symbol."""

    wanted = Signal(str)
    picked = Signal(str)

    def __init__(self, edit: QLineEdit) -> None:
        super().__init__(edit)
        self._edit = edit
        self._symbols: list[str] = []
        self._certain: tuple[str, str] | None = None
        self._model = QStringListModel(self)
        self._completer = QCompleter(self._model, self)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.setMaxVisibleItems(_SHOWN)
        self._completer.setWidget(edit)
        self._popup.setAccessibleName(self.tr("候选证券"))
        self._completer.activated[QModelIndex].connect(self._pick)  # type: ignore[index]  # a signal of two forms
        self._timer = QTimer(self, singleShot=True, interval=_REST_MS)
        self._timer.timeout.connect(self._ask)
        edit.textEdited.connect(self._typed)
        edit.returnPressed.connect(self._entered)

    @property
    def _popup(self) -> QAbstractItemView:
        popup = self._completer.popup()
        assert popup is not None, "a completer in popup mode has one"
        return popup

    @property
    def rows(self) -> list[str]:
        """What the popup shows."""
        return self._model.stringList()

    def show(self, text: str, candidates: Sequence[Candidate], *, certain: bool) -> None:
        """Candidates for `text`; late answers, and those for a code that is typed out, open nothing."""
        if text != self._edit.text():
            return
        self._symbols = [symbol for symbol, _, _ in candidates]
        self._model.setStringList([_row(*candidate) for candidate in candidates])
        done = certain and len(candidates) == 1
        self._certain = (text, self._symbols[0]) if done else None
        if candidates and not done and self._edit.hasFocus():
            self._popup.setMinimumWidth(self._edit.fontMetrics().horizontalAdvance("0") * 34)
            self._completer.complete()
            self._popup.setCurrentIndex(QModelIndex())
        else:
            self._popup.hide()

    def _typed(self) -> None:
        self._timer.start()

    def _ask(self) -> None:
        text = self._edit.text()
        if text.strip():
            self.wanted.emit(text)
        else:
            self._popup.hide()

    def _entered(self) -> None:
        """Enter takes what can only be meant."""
        if self._certain is not None and self._certain[0] == self._edit.text():
            self.picked.emit(self._certain[1])

    def _pick(self, index: QModelIndex) -> None:
        # The completer knows its own order of rows, which is ours: nothing is filtered.
        if 0 <= index.row() < len(self._symbols):
            self.picked.emit(self._symbols[index.row()])


def _row(symbol: str, name: str, initials: str) -> str:
    return "  ".join(part for part in (symbol, name, initials) if part)
